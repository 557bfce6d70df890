"""What can go wrong, each kind with one sentence and what to try next.

The library raises these and nothing else on purpose; the command line prints them in one place and
turns `exit_code` into the process's own (contract: 2 wrong usage or query, 3 index or input).
"""


class SearchkitError(Exception):
    """Base of all errors meant for the user: `message` says what, `hint` what to try."""

    kind = "error"
    exit_code = 3

    def __init__(self, message: str, hint: str = ""):
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}. {self.hint}" if self.hint else f"{self.message}."


class UsageError(SearchkitError):
    """A wrong option, argument or combination of them."""

    kind = "usage"
    exit_code = 2


class QueryError(SearchkitError):
    """A query that cannot be read; `position` is the code point in the query where reading stopped."""

    kind = "query"
    exit_code = 2

    def __init__(self, message: str, hint: str = "", position: int = 0):
        super().__init__(message, hint)
        self.position = position


class ReadError(SearchkitError):
    """An input that cannot be read; `path` and, where there is one, `line` say which."""

    kind = "input"

    def __init__(self, message: str, hint: str = "", path: str = "", line: int | None = None):
        super().__init__(message, hint)
        self.path = path
        self.line = line


class IndexMissing(SearchkitError):
    """There is no index in the folder."""

    kind = "index-missing"


class IndexStale(SearchkitError):
    """The index was made by another version of the format or of the analysis."""

    kind = "index-stale"


class IndexLocked(SearchkitError):
    """Another process is writing the index."""

    kind = "index-locked"


class IndexDamaged(SearchkitError):
    """The index's files are not what its manifest says."""

    kind = "index-damaged"


class EngineError(SearchkitError):
    """The engine behind the index failed."""

    kind = "engine"


class NotFound(SearchkitError):
    """An article or generation that was asked for by name does not exist."""

    kind = "not-found"
    exit_code = 1
