"""The command line: the group of commands, and the one place that prints errors and maps them to exit codes.

Commands live in `commands/`, one module each, imported when called; each parses its options, makes one
call into the library and prints rendered lines.
"""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from searchkit import __version__
from searchkit.commands.output import print_error, unexpected
from searchkit.commands.settings import global_options
from searchkit.errors import SearchkitError, UsageError

# Command -> module and name of its function, in the order of the help.
COMMANDS = {
    "index": "build:index",
    "rebuild": "build:rebuild",
    "search": "search:search",
    "batch": "batch:batch",
    "show": "show:show",
    "analyze": "analyze:analyze",
    "explain": "explain:explain",
    "stats": "status:stats",
    "verify": "status:verify",
    "rollback": "maintain:rollback",
    "remove": "maintain:remove",
    "completion": "about:completion",
    "help": "about:help",
}
INTERRUPTED = 130
STOPPING = (signal.SIGTERM, signal.SIGHUP)
COMPLETE_VARIABLE = "_SEARCHKIT_COMPLETE"
THREADS_VARIABLE = "OPENBLAS_NUM_THREADS"  # of numpy's linear algebra
_OBJECTS = 50_000  # made before Python looks for cycles, which are rare here; its own default is 700


class LazyGroup(click.Group):
    """A group that imports a command's module only when the command is called or its help is shown."""

    def list_commands(self, context: click.Context) -> list[str]:
        """The commands in the order of the table."""
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command of that name, or None."""
        if name not in COMMANDS:
            return None
        module, attribute = COMMANDS[name].split(":")
        return getattr(import_module(f"searchkit.commands.{module}"), attribute)

    def resolve_command(self, context: click.Context, args: list[str]) -> Any:
        """The command named first among the arguments; a wrong name is answered with the nearest ones."""
        if args and args[0] not in COMMANDS:
            raise click.UsageError(f"There is no command {args[0]!r}{_nearest(args[0])}", context)
        return super().resolve_command(context, args)


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, COMMANDS, n=2)
    return f"; did you mean {' or '.join(near)}?" if near else ""


@click.group(
    cls=LazyGroup, no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@global_options
@click.version_option(__version__, prog_name="searchkit", message="%(prog)s %(version)s")
def cli() -> None:
    """Vietnamese full-text search for the command line.

    \b
    Examples:
      searchkit index corpus/              bring the index up to date with a folder
      searchkit search bí thư tỉnh ủy      ranked passages, matches lit
      searchkit search '"vườn tạp" date:2021-03'
      searchkit help query                 the query language

    --index, --color and --debug may also stand after the command. Exit codes: 0 done, 1 nothing found,
    2 wrong usage or a query that cannot be read, 3 the index or the input cannot be used.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line on these arguments, the process's own by default, and exits."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    # Nothing here multiplies large matrices, and starting a thread for each core costs as much as importing numpy.
    os.environ.setdefault(THREADS_VARIABLE, "1")
    # Looking for cycles among what was just imported costs a twentieth of a search, once more at the end a tenth.
    gc.set_threshold(_OBJECTS)
    atexit.register(gc.freeze)
    use_utf8()
    stop_in_good_order()
    if os.environ.get(COMPLETE_VARIABLE):
        cli.main(given, prog_name="searchkit", complete_var=COMPLETE_VARIABLE)
    sys.exit(guarded(given))


class Stopped(KeyboardInterrupt):
    """Another process, or the terminal's end, told this one to stop; it clears away behind it as after Ctrl-C."""

    def __init__(self, number: int):
        super().__init__(number)
        self.exit_code = 128 + number


def stop_in_good_order() -> None:
    """SIGTERM and SIGHUP unwind like Ctrl-C, the first of them alone; what the caller ignores (nohup) stays ignored."""
    for number in STOPPING:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _stop)


def _stop(number: int, frame: object) -> None:
    for other in STOPPING:
        signal.signal(other, signal.SIG_IGN)
    raise Stopped(number)


def guarded(arguments: list[str]) -> int:
    """The exit code of a run; every error becomes one sentence on stderr, and an object on stdout under --json."""
    before = arguments[: arguments.index("--")] if "--" in arguments else arguments
    try:
        code = run(arguments)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        return _hung_up()
    except Stopped as stopped:
        click.echo("Stopped; the index is as it was.", err=True)
        return stopped.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted; the index is as it was.", err=True)
        return INTERRUPTED
    except Exception as error:
        if "--debug" in before:
            import traceback

            traceback.print_exc()
        return _report(_as_searchkit_error(error), _wants_json(before))


def run(arguments: list[str]) -> int:
    """The exit code of a command; its errors pass through as they are."""
    try:
        with cli.make_context("searchkit", list(arguments) or ["--help"]) as context:
            return cli.invoke(context) or 0
    except click.exceptions.Exit as ended:
        return ended.exit_code


def _report(error: SearchkitError, as_json: bool) -> int:
    try:
        print_error(error, as_json)
        sys.stdout.flush()
    except OSError:
        _hung_up()
    return error.exit_code


def _as_searchkit_error(error: Exception) -> SearchkitError:
    if isinstance(error, SearchkitError):
        return error
    if isinstance(error, click.ClickException):
        return _as_usage_error(error)
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return SearchkitError(f"{where}{error.strerror}", "Check that the place exists, is yours and has room")
    return unexpected(error)


def _as_usage_error(error: click.ClickException) -> UsageError:
    context = getattr(error, "ctx", None)
    if isinstance(error, click.NoSuchOption):
        return _no_such_option(error)
    hint = f"See {context.command_path if context else 'searchkit'} --help"
    return UsageError(error.format_message().rstrip("."), hint)


def _no_such_option(error: click.NoSuchOption) -> UsageError:
    """A word to exclude looks like an option; a mistyped option looks like another."""
    context, name = error.ctx, error.option_name
    command = context.command_path if context else "searchkit"
    hint = f"See {command} --help"
    if not name.startswith("--") and context and any(given.name == "query" for given in context.command.params):
        hint = f"What begins with - and is part of the query goes after --: {command} -- …"
    elif error.possibilities:
        hint = f"Did you mean {' or '.join(sorted(error.possibilities))}? {hint}"
    return UsageError(f"There is no option {name}", hint)


def _wants_json(arguments: list[str]) -> bool:
    pairs = zip(arguments, arguments[1:])
    return "--json" in arguments or any(
        argument in ("--format=json", "--format=jsonl") for argument in arguments
    ) or any(option == "--format" and value in ("json", "jsonl") for option, value in pairs)


def _hung_up() -> int:
    """Nothing more can be written to stdout, nor may it be tried at exit; a reader that has stopped is no error."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def use_utf8() -> None:
    """Output in UTF-8 unless it goes to a terminal of another encoding; what cannot be said there is replaced."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
