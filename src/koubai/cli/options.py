"""What all commands are made of: their kinds of values, their options, their help.

A value that an option can't read goes on as it is: the experiment says what is wrong.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from koubai.cli.help import Option, help_text
from koubai.cli.render_options import FILMS, PICTURES, RenderOptions, parse_render_options
from koubai.errors import Unforeseen
from koubai.locale import LANGUAGES, sentence


class _Value(click.ParamType[object]):
    """A value read by ``read``, or the text itself where that fails."""

    def __init__(self, name: str, read: Callable[[str], object]) -> None:
        self.name = name
        self.read = read

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> object:
        """Read the value; it stays a text where that fails."""
        if not isinstance(value, str):
            return value
        try:
            return self.read(value)
        except (ValueError, OverflowError):
            return value


def _whole(text: str) -> int:
    """Read a whole number: 5001, or 5e3."""
    try:
        return int(text)
    except ValueError:
        number = float(text)
        if number != int(number):
            raise
        return int(number)


def _units(text: str) -> tuple[int, ...]:
    """Read the units of the hidden layers: 8, or 16,16, or none."""
    if text.strip().lower() == "none":
        return ()
    units = tuple(int(part) for part in text.split(","))
    if min(units) < 1:
        raise ValueError(text)
    return units


def _name_with_options(text: str) -> tuple[str, dict[str, float | str]]:
    """Read a name with its options: adam, or adam:b1=0.8,b2=0.99."""
    name, _, rest = text.partition(":")
    options: dict[str, float | str] = {}
    for part in rest.split(",") if rest else []:
        key, equals, value = part.partition("=")
        try:
            options[key.strip()] = float(value) if equals else ""
        except ValueError:
            options[key.strip()] = value
    return name, options


FILM_SIZE = "1280x720"
WHOLE, NUMBER, UNITS = _Value("integer", _whole), _Value("number", float), _Value("units", _units)
NAME_WITH_OPTIONS, PATH = _Value("optimizer", _name_with_options), click.Path(path_type=Path)
ValueType = click.ParamType[object] | click.Path | type[str]


def _print_help(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value:
        click.echo(context.get_help())
        context.exit()


class _Command(click.Command):
    """A command with a help of our own, in ``language``."""

    language = "en"

    def get_help(self, ctx: click.Context) -> str:
        """Write the whole help."""
        return help_text(self, ctx, self.language)


class _Group(click.Group):
    """A group of commands with a help of our own, in ``language``."""

    language = "en"

    def get_help(self, ctx: click.Context) -> str:
        """Write the whole help."""
        return help_text(self, ctx, self.language)


def flag(name: str, key: str, language: str, show: Callable[[click.Context, click.Parameter, bool], None]) -> Option:
    """Make an option that shows something and ends the command."""
    names = ["-h", name] if name == "--help" else [name]
    option = Option(names, is_flag=True, is_eager=True, expose_value=False, callback=show, help=sentence(key, language))
    return option.under("help-group-general")


def common(language: str) -> list[click.Parameter]:
    """Make the options of every command. The language was looked up before; here its option is only accepted."""
    text = sentence("help-lang", language, choices=", ".join(LANGUAGES))
    lang = Option(["--lang"], expose_value=False, help=text).under("help-group-general", "|".join(LANGUAGES))
    return [lang, flag("--help", "help-help", language, _print_help)]


def command(
    name: str, language: str, call: Callable[..., int], parameters: Sequence[click.Parameter], *, within: str = ""
) -> click.Command:
    """Make the command ``name``, which calls ``call``; ``within`` the group of that name."""
    key = f"{within}-{name}" if within else name

    def called(**values: object) -> int:
        try:
            return call(**values)
        except (EOFError, KeyboardInterrupt) as fault:  # click would take it for a person's wish to end
            raise Unforeseen from fault

    built = _Command(
        name,
        callback=called,
        help=sentence(f"help-{key}", language),
        short_help=sentence(f"help-{key}-short", language),
        params=[*parameters, *common(language)],
        add_help_option=False,
        options_metavar="[OPTIONS]",
    )
    built.language = language
    return built


def group(
    name: str,
    language: str,
    call: Callable[..., int | None],
    parameters: Sequence[click.Parameter],
    commands: Sequence[click.Command],
    metavar: str,
    short: str = "",
) -> click.Group:
    """Make the group of ``commands`` called ``name``; ``call`` is called for every one of them, and where none is given."""
    built = _Group(
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
    built.language = language
    return built


@dataclass(frozen=True)
class TwoDefaults:
    """What is usual for gates, and for sets and tables, as a person writes them. What was not given is None then."""

    for_gates: str
    for_sets: str


class Options:
    """Makes the options of one command, with their help and defaults in one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def value(
        self,
        group: str,
        name: str,
        kind: ValueType,
        shown: str,
        *,
        default: object = None,
        key: str = "",
        many: bool = False,
        **said: object,
    ) -> Option:
        """Make an option with a value.

        Args:
            group: The heading of the help under which it stands.
            name: What it is called, without the dashes.
            kind: How its value is read.
            shown: What stands for the value in the help.
            default: The value where it isn't given, or TwoDefaults; None where its sentence tells.
            key: Its sentence in the help, without "help-"; by default its name.
            many: Whether it may be given several times.
            **said: What its sentence says; a shell completes the ``choices`` among it.

        Returns:
            The option.
        """
        text = sentence(f"help-{key or name}", self.language, **said)
        if isinstance(default, TwoDefaults):
            text = sentence("help-default-two", self.language, text=text, default=default.for_gates, usual=default.for_sets)
            default = None
        elif default is not None:
            text = sentence("help-default", self.language, text=text, default=default)
        choices = str(said["choices"]).split(", ") if "choices" in said else shown.split("|") if "|" in shown else []
        completing = _completing(choices) if choices else None
        option = Option([f"--{name}"], help=text, type=kind, default=default, multiple=many, shell_complete=completing)
        return option.under(f"help-group-{group}", shown)

    def flag(self, group: str, name: str, *, key: str = "") -> Option:
        """Make an option without a value."""
        text = sentence(f"help-{key or name}", self.language)
        return Option([f"--{name}"], is_flag=True, help=text).under(f"help-group-{group}")

    def pictures(self) -> Option:
        """Make the option that says which pictures are drawn."""
        return self.value("files", "pictures", str, "|".join(PICTURES), default="png")

    def film(self, default: str = "both") -> list[Option]:
        """Make the options that say which films are drawn, and how."""
        return [
            self.value("files", "film", str, "|".join(FILMS), default=default),
            self.value("files", "film-size", str, "WxH", default=FILM_SIZE),
            self.value("files", "film-rate", WHOLE, "N"),
        ]

    def store(self) -> Option:
        """Make the option that says where the runs are kept."""
        return self.value("files", "store", PATH, "FILE")


def _completing(choices: Sequence[str]) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """Make the function that lets a shell complete one of ``choices``."""
    return lambda _context, _option, start: [word for word in choices if word.startswith(start)]


def render_options_of(values: Mapping[str, object]) -> RenderOptions:
    """Check the values of the options of pictures and films. Those that a command doesn't have draw nothing."""
    pictures, film = str(values.get("pictures", "none")), str(values.get("film", "none"))
    return parse_render_options(pictures, film, str(values.get("film_size", FILM_SIZE)), values.get("film_rate"))
