"""The commands and their options."""

import os
from pathlib import Path

import click
from click.core import ParameterSource

from koubai._version import __version__
from koubai.cli.options import NUMBER, PATH, WHOLE, Options, command, flag, group, render_options_of
from koubai.cli.runs_commands import RUN, runs
from koubai.cli.setting_options import setting_options
from koubai.locale import sentence

PORT, LANGUAGE_VARIABLE = 8765, "KOUBAI_LANG"


def koubai(language: str) -> click.Group:
    """Make the command ``koubai`` with all its commands, in ``language``."""
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

    def call(**values: object) -> int:
        from koubai.cli.train import request_of, train

        return train(request_of(values, language))

    parameters: list[click.Parameter] = [
        click.Argument(["data"]),
        *_of_data(options),
        *setting_options(options, "network"),
        *setting_options(options, "slopes"),
        *setting_options(options, "descent"),
        *setting_options(options, "files"),
        options.value("files", "name", str, "NAME"),
        options.value("files", "tag", str, "TAG", key="runs-tag", many=True),
        options.value("files", "note", str, "TEXT"),
        options.store(),
        options.flag("files", "no-store"),
        options.value("files", "out", PATH, "FOLDER"),
        options.pictures(),
        *options.film(),
        *(options.flag("display", name) for name in ("quiet", "no-replay", "json")),
    ]
    return command("train", language, call, parameters)


def _of_data(options: Options) -> list[click.Parameter]:
    return [
        options.value("data", "target", str, "COLUMN"),
        options.value("data", "features", str, "COLUMN,..."),
        options.value("data", "task", str, "classify|regress"),
        options.value("data", "missing", str, "refuse|impute", default="refuse"),
        options.value("data", "validation", NUMBER, "X", default=0.2),
        options.value("data", "test", NUMBER, "X", default=0.2),
        options.value("data", "samples", WHOLE, "N"),
        options.value("data", "noise", NUMBER, "X"),
        options.value("data", "from", PATH, "FOLDER"),
        *_of_file(options),
    ]


def _of_file(options: Options) -> list[click.Parameter]:
    return [options.value("data", "delimiter", str, "X"), options.value("data", "encoding", str, "NAME")]


def _predict(language: str) -> click.Command:
    options = Options(language)

    def call(run: str, table: Path, out: Path | None, delimiter: str | None, encoding: str | None, store: Path | None) -> int:
        from koubai.cli.predict import predict

        return predict(run, table, out, delimiter, encoding, store, language)

    parameters: list[click.Parameter] = [
        click.Argument(["run"], type=RUN),
        click.Argument(["table"], type=PATH),
        options.value("files", "out", PATH, "FILE", key="predict-out"),
        *_of_file(options),
        options.store(),
    ]
    return command("predict", language, call, parameters)


def _show(language: str) -> click.Command:
    options = Options(language)

    def call(folder: Path, out: Path | None, quiet: bool, no_replay: bool, **drawn: object) -> int:
        from koubai.cli.show import show

        return show(folder, out, quiet, no_replay, render_options_of(drawn), language)

    parameters: list[click.Parameter] = [
        click.Argument(["folder"], type=PATH),
        options.value("files", "out", PATH, "FOLDER", key="show-out"),
        options.pictures(),
        *options.film(),
        *(options.flag("display", name) for name in ("quiet", "no-replay")),
    ]
    return command("show", language, call, parameters)


def _play(language: str) -> click.Command:
    options = Options(language)

    def call(what: str | None, store: Path | None, no_browser: bool, no_store: bool, large: bool, **listening: object) -> int:
        from koubai.cli.play import play, play_options

        options = play_options(listening, language if _is_language_asked_for() else "", large)
        return play(what, options, browser=not no_browser, store=store, keeps=not no_store, language=language)

    parameters: list[click.Parameter] = [
        click.Argument(["what"], type=RUN, required=False),
        options.value("server", "host", str, "ADDRESS", default="127.0.0.1", key="play-host"),
        options.value("server", "port", WHOLE, "N", key="play-port", first=PORT),
        options.value("server", "token", str, "TEXT", key="play-token"),
        options.value("server", "allow-host", str, "NAME", key="play-allow-host", many=True),
        options.store(),
        options.flag("files", "no-store", key="play-no-store"),
        options.flag("display", "no-browser", key="play-no-browser"),
        options.flag("display", "large", key="play-large"),
    ]
    return command("play", language, call, parameters)


def _is_language_asked_for() -> bool:
    """Tell whether a person named a language, rather than the locale."""
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
