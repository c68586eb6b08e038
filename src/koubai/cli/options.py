"""What all commands are made of: their kinds of values, their options, their help.

A value that an option can't read goes on as it is: the experiment says what is wrong.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from koubai.cli.help import Option, help_text
from koubai.cli.render_options import FILMS, PICTURES
from koubai.errors import Unforeseen
from koubai.locale import LANGUAGES, sentence


class _Value(click.ParamType[Any]):
    """A value read by ``read``, or the text itself where that fails."""

    def __init__(self, name: str, read: Callable[[str], Any]) -> None:
        self.name = name
        self.read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The value, or the text."""
        if not isinstance(value, str):
            return value
        try:
            return self.read(value)
        except (ValueError, OverflowError):
            return value


def _whole(text: str) -> int:
    """5001, or 5e3."""
    try:
        return int(text)
    except ValueError:
        number = float(text)
        if number != int(number):
            raise
        return int(number)


def _hidden(text: str) -> tuple[int, ...]:
    """8, or 16,16, or none."""
    if text.strip().lower() == "none":
        return ()
    units = tuple(int(part) for part in text.split(","))
    if min(units) < 1:
        raise ValueError(text)
    return units


def _optimizer(text: str) -> tuple[str, dict[str, Any]]:
    """adam, or adam:b1=0.8,b2=0.99."""
    name, _, rest = text.partition(":")
    options: dict[str, Any] = {}
    for part in rest.split(",") if rest else []:
        key, equals, value = part.partition("=")
        try:
            options[key.strip()] = float(value) if equals else ""
        except ValueError:
            options[key.strip()] = value
    return name, options


FILM_SIZE = "1280x720"
WHOLE, NUMBER, HIDDEN = _Value("integer", _whole), _Value("number", float), _Value("units", _hidden)
OPTIMIZER, PATH = _Value("optimizer", _optimizer), click.Path(path_type=Path)


def _print_help(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value:
        click.echo(context.get_help())
        context.exit()


def with_help(command: Any, language: str) -> Any:
    """``command`` with a help of our own."""
    command.get_help = lambda context: help_text(command, context, language)
    return command


def flag(name: str, key: str, language: str, show: Any) -> Option:
    """An option that shows something and ends the command."""
    names = ["-h", name] if name == "--help" else [name]
    return Option(
        names,
        group="help-group-general",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=show,
        help=sentence(key, language),
    )


def common(language: str) -> list[click.Parameter]:
    """What every command has. The language was looked up before; here it is only let pass."""
    lang = Option(
        ["--lang"],
        group="help-group-general",
        shown="|".join(LANGUAGES),
        expose_value=False,
        help=sentence("help-lang", language, choices=", ".join(LANGUAGES)),
    )
    return [lang, flag("--help", "help-help", language, _print_help)]


def command(
    name: str, language: str, call: Callable[..., int], parameters: Sequence[click.Parameter], *, within: str = ""
) -> click.Command:
    """The command ``name``, which calls ``call``; ``within`` the group of that name."""
    key = f"{within}-{name}" if within else name

    def called(**values: Any) -> int:
        try:
            return call(**values)
        except (EOFError, KeyboardInterrupt) as fault:  # click would take it for a person's wish to end
            raise Unforeseen from fault

    plain = click.Command(
        name,
        callback=called,
        help=sentence(f"help-{key}", language),
        short_help=sentence(f"help-{key}-short", language),
        params=[*parameters, *common(language)],
        add_help_option=False,
        options_metavar="[OPTIONS]",
    )
    made: click.Command = with_help(plain, language)
    return made


def group(
    name: str,
    language: str,
    call: Callable[..., Any],
    parameters: Sequence[click.Parameter],
    commands: Sequence[click.Command],
    metavar: str,
    short: str = "",
) -> click.Group:
    """The group of ``commands`` called ``name``; ``call`` is called for every one of them, and where none is given."""
    plain = click.Group(
        name,
        help=sentence(f"help-{name}", language),
        short_help=short,
        commands=commands,
        callback=call,
        invoke_without_command=True,
        params=[*parameters, *common(language)],
        add_help_option=False,
        subcommand_metavar="COMMAND ...",
        options_metavar=metavar,
    )
    made: click.Group = with_help(plain, language)
    return made


class Options:
    """Makes the options of one command, with their help and defaults in one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def value(
        self,
        group: str,
        name: str,
        kind: Any,
        default: Any,
        shown: str,
        *,
        key: str = "",
        many: bool = False,
        usual: Any = None,
        **more: Any,
    ) -> Option:
        """An option with a value; its help is the sentence ``key``, by default that of its own name.

        ``usual``: what is usual for sets and tables instead of the ``default``. Then what was not given is None.
        """
        text = sentence(f"help-{key or name}", self.language, **more)
        if usual is not None:
            text = sentence("help-default-two", self.language, text=text, default=default, usual=usual)
            default = None
        elif default is not None:
            text = sentence("help-default", self.language, text=text, default=default)
        kinds: dict[str, Any] = {"type": kind, "default": default, "multiple": many}
        if choices := more["choices"].split(", ") if "choices" in more else shown.split("|") if "|" in shown else ():
            kinds["shell_complete"] = lambda _context, _option, start: [word for word in choices if word.startswith(start)]
        return Option([f"--{name}"], group=f"help-group-{group}", shown=shown, help=text, **kinds)

    def flag(self, group: str, name: str, *, key: str = "") -> Option:
        """An option without a value."""
        text = sentence(f"help-{key or name}", self.language)
        return Option([f"--{name}"], group=f"help-group-{group}", is_flag=True, help=text)

    def pictures(self) -> Option:
        """Which pictures are made."""
        return self.value("files", "pictures", str, "png", "|".join(PICTURES))

    def film(self, default: str = "both") -> list[Option]:
        """Which films are made, and how."""
        return [
            self.value("files", "film", str, default, "|".join(FILMS)),
            self.value("files", "film-size", str, FILM_SIZE, "WxH"),
            self.value("files", "film-rate", WHOLE, None, "N"),
        ]

    def store(self) -> Option:
        """Where the runs are kept."""
        return self.value("files", "store", PATH, None, "FILE")


def with_wanted(values: Mapping[str, Any]) -> dict[str, Any]:
    """The options of pictures and films as one value, checked."""
    from koubai.cli.render_options import parse_render_options

    asked = {"pictures": "none", "film": "none", "film_size": FILM_SIZE, "film_rate": None}
    rest = {name: value for name, value in values.items() if name not in asked}
    return {**rest, "wanted": parse_render_options(**{name: values.get(name, usual) for name, usual in asked.items()})}
