"""`help` and `completion`: what people read or install once."""

from __future__ import annotations

import sys
from importlib.resources import files

import click

from searchkit.commands.output import print_json, write_lines
from searchkit.commands.settings import Settings, command_options
from searchkit.errors import SearchkitError, UsageError

TOPICS = {"query": "query.txt"}
SHELLS = ("bash", "zsh", "fish")
COMPLETE_VARIABLE = "_SEARCHKIT_COMPLETE"


@click.command(short_help="The query language, or the help of a command.")
@click.argument("topic", required=False)
@command_options
@click.pass_context
def help(context: click.Context, topic: str | None, as_json: bool) -> int:
    """Explains TOPIC: query, the language of queries, or any command.

    \b
    Examples:
      searchkit help query
      searchkit help index
    """
    text = help_text(context, topic)
    if as_json:
        print_json({"version": 1, "topic": topic, "text": text})
    elif sys.stdout.isatty():
        click.echo_via_pager(text)
    else:
        write_lines(text.split("\n"))
    return 0


def help_text(context: click.Context, topic: str | None) -> str:
    """The page of a topic or a command; UsageError when there is none."""
    root = context.find_root()
    if topic is None:
        return f"{root.get_help()}\n\nTopics of searchkit help: {', '.join(TOPICS)}, and every command."
    if topic in TOPICS:
        return files("searchkit.data").joinpath(TOPICS[topic]).read_text(encoding="utf-8").rstrip("\n")
    assert isinstance(root.command, click.Group)
    command = root.command.get_command(root, topic)
    if command is None:
        raise UsageError(f"There is no help on {topic!r}", f"Topics: {', '.join(TOPICS)}, and every command")
    return command.get_help(click.Context(command, root, info_name=topic))


@click.command(short_help="A script that completes commands and options in a shell.")
@click.argument("shell", type=click.Choice(SHELLS))
@command_options
@click.pass_context
def completion(context: click.Context, shell: str, as_json: bool) -> int:
    """Prints a script that completes commands and options in SHELL.

    \b
    Examples:
      searchkit completion bash > ~/.local/share/bash-completion/completions/searchkit
      searchkit completion zsh  > ~/.zfunc/_searchkit
      searchkit completion fish > ~/.config/fish/completions/searchkit.fish
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is None:
        raise SearchkitError(f"Completion for {shell} is not there", "Bring click up to date")
    script = kind(context.find_root().command, {}, "searchkit", COMPLETE_VARIABLE).source_vars()
    source = kind.source_template % script
    if as_json:
        print_json({"version": 1, "shell": shell, "script": source})
    else:
        write_lines([source.rstrip("\n")])
    return 0
