"""The commands and their options. A value that an option can't read goes on as it is: the experiment says what is wrong."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

import koubai as package
from koubai.cli.help import Option, help_text
from koubai.cli.wanted import FILMS, PICTURES
from koubai.locale import LANGUAGES, sentence

ACTIVATIONS = ("relu", "leaky-relu", "tanh", "sigmoid", "softplus", "gelu", "sin", "identity", "step")
METHODS = ("central", "loop", "forward", "complex-step", "backprop", "spsa", "random-directions")
LOSSES = ("cross-entropy", "squared")
PRECISIONS = ("float64", "float32")


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


WHOLE, NUMBER, HIDDEN = _Value("integer", _whole), _Value("number", float), _Value("units", _hidden)
OPTIMIZER, PATH = _Value("optimizer", _optimizer), click.Path(path_type=Path)


def koubai(language: str) -> click.Group:
    """The command ``koubai`` with all its commands, in ``language``."""
    commands = [_train(language), _show(language), _list(language)]
    group = click.Group(
        "koubai",
        help=sentence("help-koubai", language),
        commands=commands,
        callback=_help_where_nothing_is_asked,
        invoke_without_command=True,
        params=[_flag("--version", "help-version", language, _print_version), *_common(language)],
        add_help_option=False,
        subcommand_metavar="COMMAND ...",
        options_metavar="[--lang LANGUAGE]",
    )
    made: click.Group = _with_help(group, language)
    return made


def _help_where_nothing_is_asked() -> None:
    context = click.get_current_context()
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def _print_version(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value:
        click.echo(f"koubai {package.__version__}")
        context.exit()


def _print_help(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value:
        click.echo(context.get_help())
        context.exit()


def _with_help(command: Any, language: str) -> Any:
    command.get_help = lambda context: help_text(command, context, language)
    return command


def _flag(name: str, key: str, language: str, show: Any) -> Option:
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


def _common(language: str) -> list[click.Parameter]:
    """What every command has. The language was looked up before; here it is only let pass."""
    lang = Option(
        ["--lang"],
        group="help-group-general",
        shown="|".join(LANGUAGES),
        expose_value=False,
        help=sentence("help-lang", language, choices=", ".join(LANGUAGES)),
    )
    return [lang, _flag("--help", "help-help", language, _print_help)]


def _command(name: str, language: str, call: Callable[..., int], parameters: Sequence[click.Parameter]) -> click.Command:
    command = click.Command(
        name,
        callback=call,
        help=sentence(f"help-{name}", language),
        short_help=sentence(f"help-{name}-short", language),
        params=[*parameters, *_common(language)],
        add_help_option=False,
        options_metavar="[OPTIONS]",
    )
    made: click.Command = _with_help(command, language)
    return made


class _Options:
    """Makes the options of one command, with their help and defaults in one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def value(self, group: str, name: str, kind: Any, default: Any, shown: str, **more: Any) -> Option:
        text = sentence(f"help-{name}", self.language, **more)
        if default is not None:
            text = sentence("help-default", self.language, text=text, default=default)
        return Option([f"--{name}"], group=f"help-group-{group}", shown=shown, type=kind, default=default, help=text)

    def flag(self, group: str, name: str) -> Option:
        text = sentence(f"help-{name}", self.language)
        return Option([f"--{name}"], group=f"help-group-{group}", is_flag=True, help=text)

    def drawing(self) -> list[Option]:
        """Which pictures and films are made."""
        return [
            self.value("files", "pictures", str, "png", "|".join(PICTURES)),
            self.value("files", "film", str, "both", "|".join(FILMS)),
            self.value("files", "film-size", str, "1280x720", "WxH"),
            self.value("files", "film-rate", WHOLE, None, "N"),
        ]


def _train(language: str) -> click.Command:
    options = _Options(language)

    def call(**values: Any) -> int:
        from koubai.cli.artist import Artist

        artist = Artist()  # first: it gets ready while the rest is imported

        from koubai.cli.train import train

        return train(language=language, artist=artist, **_wanted(values))

    parameters: list[click.Parameter] = [
        click.Argument(["gate"]),
        options.value("network", "hidden", HIDDEN, "8", "N,N,..."),
        options.value("network", "activation", str, "relu", "NAME", choices=", ".join(ACTIVATIONS)),
        options.value("network", "scale", NUMBER, 0.1, "X"),
        options.value("network", "seed", WHOLE, 0, "N"),
        options.value("slopes", "method", str, "central", "NAME", choices=", ".join(METHODS)),
        options.value("slopes", "h", NUMBER, None, "X"),
        options.value("slopes", "loss", str, "cross-entropy", "NAME", choices=", ".join(LOSSES)),
        options.value("slopes", "precision", str, "float64", "NAME", choices=", ".join(PRECISIONS)),
        options.value("descent", "optimizer", OPTIMIZER, "gradient-descent", "NAME"),
        options.value("descent", "learning-rate", NUMBER, 0.01, "X"),
        options.value("descent", "steps", WHOLE, 5001, "N"),
        options.value("files", "record-every", WHOLE, 100, "N"),
        options.value("files", "out", PATH, None, "FOLDER"),
        *options.drawing(),
        *(options.flag("display", name) for name in ("quiet", "no-replay", "json")),
    ]
    return _command("train", language, call, parameters)


def _show(language: str) -> click.Command:
    options = _Options(language)

    def call(**values: Any) -> int:
        from koubai.cli.artist import Artist

        artist = Artist()

        from koubai.cli.show import show

        return show(language=language, artist=artist, **_wanted(values))

    parameters: list[click.Parameter] = [
        click.Argument(["folder"], type=PATH),
        options.value("files", "out", PATH, None, "FOLDER"),
        *options.drawing(),
        *(options.flag("display", name) for name in ("quiet", "no-replay")),
    ]
    parameters[1].help = sentence("help-show-out", language)
    return _command("show", language, call, parameters)


def _wanted(values: Mapping[str, Any]) -> dict[str, Any]:
    """The options of ``_Options.drawing`` as one value, checked."""
    from koubai.cli.wanted import wanted

    names = ("pictures", "film", "film_size", "film_rate")
    rest = {name: value for name, value in values.items() if name not in names}
    return {**rest, "wanted": wanted(**{name: values[name] for name in names})}


def _list(language: str) -> click.Command:
    def call(what: str | None) -> int:
        from koubai.cli.listing import listing

        click.echo(listing(what, language))
        return 0

    return _command("list", language, call, [click.Argument(["what"], required=False)])
