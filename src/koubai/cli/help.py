"""--help in any language: the options by groups, lines broken by the width that a terminal shows, Japanese too."""

from io import StringIO
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Self

import click

from koubai.locale import sentence

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

WIDEST = 96


class Option(click.Option):
    """An option that belongs to a group of the help.

    Attributes:
        group: The key of the group's title.
        shown: What stands for its value.
    """

    group: str
    shown: str = ""

    def under(self, group: str, shown: str = "") -> Self:
        """Put the option into a group of the help.

        Args:
            group: The key of the group's title.
            shown: What stands for its value.

        Returns:
            The option.
        """
        self.group, self.shown = group, shown
        return self


def help_text(command: click.Command, context: click.Context, language: str) -> str:
    """Write the whole help of ``command``."""
    from rich.padding import Padding

    out = StringIO()
    console = _console(out)
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    console.print(sentence("help-usage", language, usage=usage), soft_wrap=False)
    console.print()
    for paragraph in (command.help or "").split("\n\n"):
        console.print(Padding(paragraph, (0, 0, 1, 2)))
    for title, rows in _sections(command, language).items():
        console.print(f"{title}:")
        console.print(_grid(rows))
        console.print()
    return _trimmed(out)


def two_columns(rows: list[tuple[str, str]]) -> str:
    """Write names and what they mean, broken to the width of the terminal."""
    out = StringIO()
    _console(out).print(_grid(rows))
    return _trimmed(out)


def _console(out: StringIO) -> "Console":
    from rich.console import Console

    width = min(WIDEST, max(40, get_terminal_size().columns))
    return Console(file=out, width=width, color_system=None, force_terminal=False, highlight=False, markup=False, emoji=False)


def _trimmed(out: StringIO) -> str:
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip().splitlines())


def _sections(command: click.Command, language: str) -> dict[str, list[tuple[str, str]]]:
    sections: dict[str, list[tuple[str, str]]] = {}
    if isinstance(command, click.Group):
        sections[sentence("help-commands", language)] = [(name, sub.short_help or "") for name, sub in command.commands.items()]
    for option in command.params:
        if isinstance(option, Option):
            names = ", ".join(option.opts) + (f" {option.shown}" if option.shown else "")
            sections.setdefault(sentence(option.group, language), []).append((names, option.help or ""))
    return sections


def _grid(rows: list[tuple[str, str]]) -> "Table":
    from rich.table import Table

    grid = Table.grid(padding=(0, 2))
    grid.add_column(width=2)
    grid.add_column(max_width=28, overflow="fold")
    grid.add_column(ratio=1, overflow="fold")
    for names, text in rows:
        grid.add_row("", names, text)
    return grid
