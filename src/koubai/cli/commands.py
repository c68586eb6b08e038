"""The commands and their options."""

import os
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from koubai._version import __version__
from koubai.cli.options import HIDDEN, NUMBER, OPTIMIZER, PATH, WHOLE, Options, command, flag, group, with_wanted
from koubai.cli.runs_commands import RUN, runs
from koubai.locale import sentence

ACTIVATIONS = ("relu", "leaky-relu", "tanh", "sigmoid", "softplus", "gelu", "sin", "identity", "step")
METHODS = ("central", "loop", "forward", "complex-step", "backprop", "spsa", "random-directions")
LOSSES = ("cross-entropy", "squared")
PRECISIONS = ("float64", "float32")
ENGINES = ("auto", "numpy", "jax")
INITS = ("normal", "xavier", "he")
PORT, LANGUAGE_VARIABLE = 8765, "KOUBAI_LANG"
SCHEDULES = ("constant", "linear", "cosine", "exponential", "step", "inverse-time")


def koubai(language: str) -> click.Group:
    """The command ``koubai`` with all its commands, in ``language``."""
    first, last = (_train, _predict, _show, _play), (_list, _cache, _completion)
    commands = [*(make(language) for make in first), runs(language), *(make(language) for make in last)]
    version = flag("--version", "help-version", language, _print_version)
    return group("koubai", language, _help_where_nothing_is_asked, [version], commands, "[--lang LANGUAGE]")


def _help_where_nothing_is_asked() -> None:
    context = click.get_current_context()
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def _print_version(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value:
        click.echo(f"koubai {__version__}")
        context.exit()


def _train(language: str) -> click.Command:
    options = Options(language)

    def call(**values: Any) -> int:
        from koubai.cli.train import train

        return train(language=language, **with_wanted(values))

    parameters: list[click.Parameter] = [
        click.Argument(["data"]),
        *_of_data(options),
        options.value("network", "hidden", HIDDEN, "8", "N,N,...", usual="32"),
        options.value("network", "activation", str, "relu", "NAME,...", choices=", ".join(ACTIVATIONS)),
        options.value("network", "init", str, "normal", "NAME", usual="he, xavier", choices=", ".join(INITS)),
        options.value("network", "scale", NUMBER, None, "X"),
        options.value("network", "seed", WHOLE, 0, "N"),
        options.value("slopes", "method", str, "central", "NAME", choices=", ".join(METHODS)),
        options.value("slopes", "h", NUMBER, None, "X"),
        options.value("slopes", "loss", str, None, "NAME", choices=", ".join(LOSSES)),
        options.value("slopes", "l1", NUMBER, 0.0, "X"),
        options.value("slopes", "l2", NUMBER, 0.0, "X"),
        options.value("slopes", "precision", str, "float64", "NAME", choices=", ".join(PRECISIONS)),
        options.value("slopes", "engine", str, "auto", "NAME", choices=", ".join(ENGINES)),
        options.value("slopes", "batch-size", WHOLE, "all", "N|all", usual=32),
        options.value("slopes", "batch-seed", WHOLE, None, "N"),
        options.value("descent", "optimizer", OPTIMIZER, "gradient-descent", "NAME", usual="adam"),
        options.value("descent", "learning-rate", NUMBER, 0.01, "X"),
        options.value("descent", "schedule", OPTIMIZER, "constant", "NAME", choices=", ".join(SCHEDULES)),
        options.value("descent", "steps", WHOLE, None, "N", key="train-steps"),
        options.value("descent", "epochs", WHOLE, None, "N"),
        options.value("descent", "patience", WHOLE, None, "N"),
        options.value("files", "record-every", WHOLE, None, "N"),
        options.value("files", "name", str, None, "NAME"),
        options.value("files", "tag", str, None, "TAG", key="runs-tag", many=True),
        options.value("files", "note", str, None, "TEXT"),
        options.store(),
        options.flag("files", "no-store"),
        options.value("files", "out", PATH, None, "FOLDER"),
        options.pictures(),
        *options.film(),
        *(options.flag("display", name) for name in ("quiet", "no-replay", "json")),
    ]
    return command("train", language, call, parameters)


def _of_data(options: Options) -> list[click.Parameter]:
    return [
        options.value("data", "target", str, None, "COLUMN"),
        options.value("data", "features", str, None, "COLUMN,..."),
        options.value("data", "task", str, None, "classify|regress"),
        options.value("data", "missing", str, "refuse", "refuse|impute"),
        options.value("data", "validation", NUMBER, 0.2, "X"),
        options.value("data", "test", NUMBER, 0.2, "X"),
        options.value("data", "samples", WHOLE, None, "N"),
        options.value("data", "noise", NUMBER, None, "X"),
        options.value("data", "from", PATH, None, "FOLDER"),
        *_of_file(options),
    ]


def _of_file(options: Options) -> list[click.Parameter]:
    return [options.value("data", "delimiter", str, None, "X"), options.value("data", "encoding", str, None, "NAME")]


def _predict(language: str) -> click.Command:
    options = Options(language)

    def call(**values: Any) -> int:
        from koubai.cli.predict import predict

        return predict(language=language, **values)

    parameters: list[click.Parameter] = [
        click.Argument(["run"], type=RUN),
        click.Argument(["table"], type=PATH),
        options.value("files", "out", PATH, None, "FILE", key="predict-out"),
        *_of_file(options),
        options.store(),
    ]
    return command("predict", language, call, parameters)


def _show(language: str) -> click.Command:
    options = Options(language)

    def call(**values: Any) -> int:
        from koubai.cli.show import show

        return show(language=language, **with_wanted(values))

    parameters: list[click.Parameter] = [
        click.Argument(["folder"], type=PATH),
        options.value("files", "out", PATH, None, "FOLDER", key="show-out"),
        options.pictures(),
        *options.film(),
        *(options.flag("display", name) for name in ("quiet", "no-replay")),
    ]
    return command("show", language, call, parameters)


def _play(language: str) -> click.Command:
    options = Options(language)

    def call(what: str | None, host: str, port: Any, token: str | None, store: Path | None, **more: Any) -> int:
        from koubai.cli.play import PlayOptions, play

        page = language if _is_language_asked_for() else ""
        asked = PlayOptions(host, port, token or "", more["allow_host"], page, more["large"])
        browser, keeps = not more["no_browser"], not more["no_store"]
        return play(what, asked, browser=browser, store=store, keeps=keeps, language=language)

    parameters: list[click.Parameter] = [
        click.Argument(["what"], type=RUN, required=False),
        options.value("server", "host", str, "127.0.0.1", "ADDRESS", key="play-host"),
        options.value("server", "port", WHOLE, None, "N", key="play-port", first=PORT),
        options.value("server", "token", str, None, "TEXT", key="play-token"),
        options.value("server", "allow-host", str, None, "NAME", key="play-allow-host", many=True),
        options.store(),
        options.flag("files", "no-store", key="play-no-store"),
        options.flag("display", "no-browser", key="play-no-browser"),
        options.flag("display", "large", key="play-large"),
    ]
    return command("play", language, call, parameters)


def _is_language_asked_for() -> bool:
    """Whether a person named a language, rather than the locale."""
    context = click.get_current_context()
    return context.get_parameter_source("lang") is ParameterSource.COMMANDLINE or bool(os.environ.get(LANGUAGE_VARIABLE))


def _list(language: str) -> click.Command:
    def call(what: str | None) -> int:
        from koubai.cli.list_choices import listing

        click.echo(listing(what, language))
        return 0

    return command("list", language, call, [click.Argument(["what"], required=False)])


def _cache(language: str) -> click.Group:
    def call() -> int:
        if click.get_current_context().invoked_subcommand is None:
            from koubai.cli.cache import contents

            click.echo(contents(language))
        return 0

    def clear() -> int:
        from koubai.cli.cache import cleared

        click.echo(cleared(language))
        return 0

    commands = [command("clear", language, clear, [], within="cache")]
    return group("cache", language, call, [], commands, "[OPTIONS]", sentence("help-cache-short", language))


def _completion(language: str) -> click.Command:
    def call(shell: str) -> int:
        from koubai.cli.completion import script

        click.echo(script(shell))
        return 0

    return command("completion", language, call, [click.Argument(["shell"])])
