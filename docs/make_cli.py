"""Writes docs/cli.md from the help of every command: python docs/make_cli.py"""

import sys
from pathlib import Path

import click

from searchkit.cli import COMMANDS, cli

PAGE = Path(__file__).with_name("cli.md")
INTRODUCTION = """\
# The command line

Made from `searchkit --help` by `python docs/make_cli.py`; a test fails when it is out of date.
JSON, CSV and exit codes: [json.md](json.md). The query language: [query.md](query.md), and `searchkit help query`.
"""


def page() -> str:
    """The whole page: the group's help, then every command's."""
    root = click.Context(cli, info_name="searchkit", terminal_width=98, help_option_names=["-h", "--help"])
    sections = [INTRODUCTION, _section("searchkit", root)]
    for name in COMMANDS:
        command = cli.get_command(root, name)
        context = click.Context(command, root, info_name=name, terminal_width=98)
        sections.append(_section(f"searchkit {name}", context))
    return "\n".join(sections)


def _section(name: str, context: click.Context) -> str:
    return f"## {name}\n\n```\n{context.get_help()}\n```\n"


if __name__ == "__main__":
    sys.exit(PAGE.write_text(page(), encoding="utf-8") and None)
