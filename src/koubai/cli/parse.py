"""The commands and their options. A value that an option can't read goes on as it is: the experiment says what is wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

import koubai as package
from koubai.locale import sentence

ACTIVATIONS = ("relu", "leaky-relu", "tanh", "sigmoid", "softplus", "gelu", "sin", "identity", "step")
METHODS = ("central", "loop", "forward", "complex-step", "backprop", "spsa", "random-directions")


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


WHOLE, NUMBER, HIDDEN = _Value("integer", _whole), _Value("number", float), _Value("units", _hidden)


def koubai(language: str) -> click.Group:
    """The command ``koubai`` with all its commands, in ``language``."""
    group = click.Group(
        "koubai",
        help=sentence("help-koubai", language),
        commands=[_train(language)],
        callback=_help_where_nothing_is_asked,
        invoke_without_command=True,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    version = f"koubai {package.__version__}"
    return click.version_option(message=version, version=version, help=sentence("help-version", language))(group)


@click.pass_context
def _help_where_nothing_is_asked(context: click.Context) -> None:
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def _train(language: str) -> click.Command:
    def option(name: str, kind: Any = None, default: Any = None, **more: Any) -> click.Option:
        text = sentence(f"help-{name.removeprefix('--')}", language, **more)
        if kind is bool:
            return click.Option([name], is_flag=True, help=text)
        return click.Option([name], type=kind, default=default, show_default=default is not None, help=text)

    def call(**values: Any) -> int:
        from koubai.cli.artist import Artist

        artist = Artist()  # first: it gets ready while the rest is imported

        from koubai.cli.train import train

        return train(language=language, artist=artist, **values)

    return click.Command(
        "train",
        callback=call,
        help=sentence("help-train", language),
        params=[
            click.Argument(["gate"]),
            option("--seed", WHOLE, 0),
            option("--steps", WHOLE, 5001),
            option("--h", NUMBER),
            option("--learning-rate", NUMBER, 0.01),
            option("--hidden", HIDDEN, "8"),
            option("--activation", str, "relu", choices=", ".join(ACTIVATIONS)),
            option("--method", str, "central", choices=", ".join(METHODS)),
            option("--record-every", WHOLE, 100),
            option("--out", click.Path(path_type=Path)),
            option("--quiet", bool),
            option("--json", bool),
        ],
    )
