"""Where lines go: stdout, a file written whole or not at all, and stderr for notices and errors."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from searchkit.commands.settings import Settings
from searchkit.errors import QueryError, SearchkitError, UsageError

if TYPE_CHECKING:
    from searchkit.rendering.look import Look

WIDTH_ELSEWHERE = 100  # cells, where no terminal says its own
WIDEST = 120  # longer lines are hard to read


def look_of(settings: Settings, to_file: bool = False, bom: bool = False, many: bool = False) -> Look:
    """How to render for stdout or for a file."""
    from searchkit.rendering.look import Look

    terminal = not to_file and sys.stdout.isatty()
    return Look(
        width=terminal_width() if not to_file else WIDTH_ELSEWHERE,
        colour=settings.colour() if not to_file else settings.color == "always",
        indent=terminal,
        bom=bom,
        many=many,
    )


def terminal_width() -> int:
    """Cells of a line on stdout; $COLUMNS when it is set, a hundred when nothing says."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return _readable(int(columns))
    try:
        return _readable(os.get_terminal_size(sys.__stdout__.fileno()).columns or WIDTH_ELSEWHERE)
    except (AttributeError, ValueError, OSError):  # no stdout, a closed one, no terminal
        return WIDTH_ELSEWHERE


def _readable(columns: int) -> int:
    return min(max(columns, 20), WIDEST)


def write_lines(lines: Iterable[str], output: str | None = None) -> None:
    """Writes lines to stdout as they come, or to a file that is there whole afterwards or not at all."""
    if output in (None, "-"):
        for line in lines:
            sys.stdout.write(f"{line}\n")
        return
    with whole_file(Path(str(output))) as file:
        for line in lines:
            file.write(f"{line}\n")


@contextmanager
def whole_file(path: Path) -> Iterator[IO[str]]:
    """A file to write that takes its name only when all of it is written; a device or pipe is written directly."""
    import tempfile

    target = Path(os.path.realpath(path))
    try:
        if path.exists() and not path.is_file():
            with open(path, "w", encoding="utf-8", errors="replace", newline="") as file:
                yield file
            return
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}", "Name another file with -o") from error
    try:
        with open(descriptor, "w", encoding="utf-8", errors="replace", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, _mode(target))
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _mode(target: Path) -> int:
    """The permissions of the file that is replaced, else those of any new file."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def print_json(value: object) -> None:
    """One object on stdout: on one line for programs, indented on a terminal."""
    from searchkit.rendering.data import to_json

    sys.stdout.write(to_json(value, indent=sys.stdout.isatty()) + "\n")


def print_notices(notices: Iterable[str], settings: Settings, prefix: str = "") -> None:
    """Sentences on stderr, for people."""
    from searchkit.rendering.lines import clean, style

    for notice in notices:
        print(style(f"{prefix}{clean(notice)}", "warn", settings.colour(sys.stderr)), file=sys.stderr)


@contextmanager
def pointing_into(query: str) -> Iterator[None]:
    """An error about the query leaves with the query and a caret under the place as a note."""
    try:
        yield
    except QueryError as error:
        from searchkit.parser import caret
        from searchkit.text import strip_controls

        error.add_note(strip_controls(caret(query, error.position)))
        raise


def unexpected(error: Exception) -> SearchkitError:
    """What to say of an error that nobody meant to raise."""
    if isinstance(error, MemoryError):
        return SearchkitError("There is not enough memory", "Ask for less, with a smaller --limit or fewer --workers")
    what = f"Something went wrong inside searchkit ({type(error).__name__}: {error})"
    return SearchkitError(what, "Run again with --debug and report it")


def print_error(error: SearchkitError, as_json: bool) -> None:
    """The error's sentence on stderr, a query with a caret under the place; the error object on stdout if wanted."""
    from searchkit.rendering.lines import clean

    with suppress(OSError):  # a full disk or a closed pipe there is no reason to say nothing here
        sys.stdout.flush()
    print(f"Error: {clean(str(error))}", file=sys.stderr)
    for note in getattr(error, "__notes__", ()):
        print(note, file=sys.stderr)
    if as_json:
        from searchkit.rendering.data import to_json
        from searchkit.results import VERSION, error_dict

        print(to_json({"version": VERSION, "error": error_dict(error)}))
