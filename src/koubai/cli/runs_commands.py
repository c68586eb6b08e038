"""koubai runs and its commands."""

from collections.abc import Callable
from typing import Any

import click
from click.shell_completion import CompletionItem

from koubai.cli.options import NUMBER, PATH, WHOLE, Options, command, group, with_wanted
from koubai.locale import sentence

SORTS = ("started", "updated", "name", "data", "loss", "steps", "seconds", "status")
STATUSES = ("running", "paused", "finished", "interrupted", "diverged", "damaged")
FORMATS = ("run", "safetensors", "onnx", "csv", "python")


class _RunName(click.ParamType[str]):
    """The name of a run, which a shell can complete."""

    name = "run"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """As it is."""
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The names of the runs in the store."""
        from koubai.cli.completion import names_of_runs

        given = ctx.params.get(param.name or "") or ()
        return names_of_runs(ctx, incomplete, [given] if isinstance(given, str) else given)


RUN = _RunName()


def runs(language: str) -> click.Group:
    """The group ``koubai runs``; by itself it lists them."""

    def call(**values: Any) -> int:
        return 0 if click.get_current_context().invoked_subcommand is not None else _listed(language=language, **values)

    made = (_list, _show, _resume, _extend, _compare, _replay, _edit, _delete, _export, _import)
    short, store = sentence("help-runs-short", language), Options(language).store()
    commands = [make(language) for make in made]
    return group("runs", language, call, [*_filters(language), store], commands, "[OPTIONS]", short)


def _listed(**values: Any) -> int:
    from koubai.cli.runs.list import list_runs

    return list_runs(**values)


def _filters(language: str) -> list[click.Parameter]:
    options = Options(language)
    return [
        options.value("runs", "status", str, None, "NAME", choices=", ".join(STATUSES)),
        options.value("runs", "data", str, None, "NAME"),
        options.value("runs", "method", str, None, "NAME", key="runs-method"),
        options.value("runs", "tag", str, None, "TAG"),
        options.value("runs", "sort", str, "started", "NAME", choices=", ".join(SORTS)),
        options.flag("runs", "reverse"),
        options.value("runs", "limit", WHOLE, None, "N"),
        options.flag("display", "json", key="runs-json"),
    ]


def _command(name: str, language: str, call: Callable[..., int], parameters: list[click.Parameter]) -> click.Command:
    """A command of the group, whose option --store may stand before its name, too."""

    def with_store(**values: Any) -> int:
        above = click.get_current_context().parent
        values["store"] = values["store"] or (above.params.get("store") if above else None)
        return call(language=language, **values)

    return command(name, language, with_store, [*parameters, Options(language).store()], within="runs")


def _list(language: str) -> click.Command:
    return _command("list", language, _listed, _filters(language))


def _show(language: str) -> click.Command:
    def call(**values: Any) -> int:
        from koubai.cli.runs.show import show_run

        return show_run(**values)

    return _command(
        "show", language, call, [click.Argument(["run"], type=RUN), Options(language).flag("display", "json", key="as-json")]
    )


def _resume(language: str) -> click.Command:
    def call(**values: Any) -> int:
        return _go_on(extend=False, **values)

    return _command("resume", language, call, [click.Argument(["run"], type=RUN), *_training(language)])


def _extend(language: str) -> click.Command:
    def call(**values: Any) -> int:
        return _go_on(extend=True, **values)

    steps = Options(language).value("descent", "steps", WHOLE, None, "N", key="runs-steps")
    return _command("extend", language, call, [click.Argument(["run"], type=RUN), steps, *_training(language)])


def _training(language: str) -> list[click.Parameter]:
    options = Options(language)
    return [
        options.value("files", "out", PATH, None, "FOLDER", key="runs-out"),
        options.pictures(),
        *options.film(),
        *(options.flag("display", name) for name in ("quiet", "no-replay", "json")),
    ]


def _go_on(**values: Any) -> int:
    from koubai.cli.runs.resume import continue_run

    return continue_run(**with_wanted(values))


def _compare(language: str) -> click.Command:
    options = Options(language)

    def call(**values: Any) -> int:
        from koubai.cli.runs.compare import compare

        return compare(**with_wanted(values))

    parameters: list[click.Parameter] = [
        click.Argument(["runs"], type=RUN, nargs=-1, required=True),
        options.value("files", "out", PATH, None, "FOLDER", key="runs-compare-out"),
        options.pictures(),
        options.flag("display", "json", key="as-json"),
    ]
    return _command("compare", language, call, parameters)


def _replay(language: str) -> click.Command:
    options = Options(language)

    def call(**values: Any) -> int:
        from koubai.cli.runs.replay import replay_run

        return replay_run(**with_wanted(values))

    parameters: list[click.Parameter] = [
        click.Argument(["run"], type=RUN),
        options.value("display", "seconds", NUMBER, 2.0, "X"),
        options.value("files", "out", PATH, None, "FOLDER", key="runs-replay-out"),
        *options.film("none"),
    ]
    return _command("replay", language, call, parameters)


def _edit(language: str) -> click.Command:
    options = Options(language)

    def call(**values: Any) -> int:
        from koubai.cli.runs.edit import edit

        return edit(**values)

    parameters: list[click.Parameter] = [
        click.Argument(["run"], type=RUN),
        options.value("runs", "name", str, None, "NAME", key="runs-name"),
        options.value("runs", "tag", str, None, "TAG", key="runs-tag", many=True),
        options.value("runs", "untag", str, None, "TAG", many=True),
        options.value("runs", "note", str, None, "TEXT"),
    ]
    return _command("edit", language, call, parameters)


def _delete(language: str) -> click.Command:
    def call(**values: Any) -> int:
        from koubai.cli.runs.edit import delete

        return delete(**values)

    parameters = [click.Argument(["runs"], type=RUN, nargs=-1, required=True), Options(language).flag("runs", "yes")]
    return _command("delete", language, call, parameters)


def _export(language: str) -> click.Command:
    options = Options(language)

    def call(**values: Any) -> int:
        from koubai.cli.runs.export_import import export

        return export(**values)

    parameters: list[click.Parameter] = [
        click.Argument(["run"], type=RUN),
        options.value("files", "format", str, None, "NAME", choices=", ".join(FORMATS)),
        options.value("files", "out", PATH, None, "FILE", key="runs-export-out"),
    ]
    return _command("export", language, call, parameters)


def _import(language: str) -> click.Command:
    def call(**values: Any) -> int:
        from koubai.cli.runs.export_import import import_runs

        return import_runs(**values)

    parameters: list[click.Parameter] = [
        click.Argument(["files"], type=PATH, nargs=-1, required=True),
        Options(language).value("runs", "name", str, None, "NAME", key="runs-name"),
    ]
    return _command("import", language, call, parameters)
