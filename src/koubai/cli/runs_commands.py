"""koubai runs and its commands."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from koubai.cli.options import NUMBER, PATH, WHOLE, Options, command, group, render_options_of
from koubai.locale import sentence

SORTS = ("started", "updated", "name", "data", "loss", "steps", "seconds", "status")
STATUSES = ("running", "paused", "finished", "interrupted", "diverged", "damaged")
FORMATS = ("run", "safetensors", "onnx", "csv", "python")


class _RunName(click.ParamType[str]):
    """The name of a run, which a shell can complete."""

    name = "run"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Leave the name as it is."""
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """List the names of the runs in the store."""
        from koubai.cli.completion import names_of_runs

        given = ctx.params.get(param.name or "") or ()
        return names_of_runs(ctx, incomplete, [given] if isinstance(given, str) else given)


RUN = _RunName()


def runs(language: str) -> click.Group:
    """Make the group ``koubai runs``; by itself it lists them."""

    def call(**values: object) -> int:
        return 0 if click.get_current_context().invoked_subcommand is not None else _listed(language, values)

    commands = (_list, _show, _resume, _extend, _compare, _replay, _edit, _delete, _export, _import)
    short, store = sentence("help-runs-short", language), Options(language).store()
    return group("runs", language, call, [*_filters(language), store], [one(language) for one in commands], "[OPTIONS]", short)


def _listed(language: str, values: Mapping[str, object]) -> int:
    from koubai.cli.runs.list import list_runs

    given = dict(values)
    store, json, limit = given.pop("store"), bool(given.pop("json")), given.pop("limit")
    return list_runs(given, limit, store if isinstance(store, Path) else None, json=json, language=language)


def _filters(language: str) -> list[click.Parameter]:
    options = Options(language)
    return [
        options.value("runs", "status", str, "NAME", choices=", ".join(STATUSES)),
        options.value("runs", "data", str, "NAME"),
        options.value("runs", "method", str, "NAME", key="runs-method"),
        options.value("runs", "tag", str, "TAG"),
        options.value("runs", "sort", str, "NAME", default="started", choices=", ".join(SORTS)),
        options.flag("runs", "reverse"),
        options.value("runs", "limit", WHOLE, "N"),
        options.flag("display", "json", key="runs-json"),
    ]


def _command(name: str, language: str, call: Callable[..., int], parameters: list[click.Parameter]) -> click.Command:
    """Make a command of the group, whose option --store may stand before its name, too."""

    def with_store(**values: object) -> int:
        above = click.get_current_context().parent
        values["store"] = values["store"] or (above.params.get("store") if above else None)
        return call(**values)

    return command(name, language, with_store, [*parameters, Options(language).store()], within="runs")


def _list(language: str) -> click.Command:
    def call(**values: object) -> int:
        return _listed(language, values)

    return _command("list", language, call, _filters(language))


def _show(language: str) -> click.Command:
    def call(run: str, store: Path | None, json: bool) -> int:
        from koubai.cli.runs.show import show_run

        return show_run(run, store, json, language)

    return _command(
        "show", language, call, [click.Argument(["run"], type=RUN), Options(language).flag("display", "json", key="as-json")]
    )


def _resume(language: str) -> click.Command:
    def call(run: str, store: Path | None, out: Path | None, **display: object) -> int:
        from koubai.cli.runs.resume import continue_run
        from koubai.cli.train import display_of

        return continue_run(run, store, out, None, display_of(display, language))

    return _command("resume", language, call, [click.Argument(["run"], type=RUN), *_training(language)])


def _extend(language: str) -> click.Command:
    def call(run: str, store: Path | None, out: Path | None, steps: object, **display: object) -> int:
        from koubai.cli.runs.resume import extend_run
        from koubai.cli.train import display_of

        return extend_run(run, store, out, steps, display_of(display, language))

    steps = Options(language).value("descent", "steps", WHOLE, "N", key="runs-steps")
    return _command("extend", language, call, [click.Argument(["run"], type=RUN), steps, *_training(language)])


def _training(language: str) -> list[click.Parameter]:
    options = Options(language)
    return [
        options.value("files", "out", PATH, "FOLDER", key="runs-out"),
        options.pictures(),
        *options.film(),
        *(options.flag("display", name) for name in ("quiet", "no-replay", "json")),
    ]


def _compare(language: str) -> click.Command:
    options = Options(language)

    def call(runs: Sequence[str], store: Path | None, out: Path | None, json: bool, pictures: str) -> int:
        from koubai.cli.runs.compare import compare

        return compare(runs, store, out, render_options_of({"pictures": pictures}), json, language)

    parameters: list[click.Parameter] = [
        click.Argument(["runs"], type=RUN, nargs=-1, required=True),
        options.value("files", "out", PATH, "FOLDER", key="runs-compare-out"),
        options.pictures(),
        options.flag("display", "json", key="as-json"),
    ]
    return _command("compare", language, call, parameters)


def _replay(language: str) -> click.Command:
    options = Options(language)

    def call(run: str, store: Path | None, seconds: object, out: Path | None, **drawn: object) -> int:
        from koubai.cli.runs.replay import replay_run

        return replay_run(run, store, seconds, out, render_options_of(drawn), language)

    parameters: list[click.Parameter] = [
        click.Argument(["run"], type=RUN),
        options.value("display", "seconds", NUMBER, "X", default=2.0),
        options.value("files", "out", PATH, "FOLDER", key="runs-replay-out"),
        *options.film("none"),
    ]
    return _command("replay", language, call, parameters)


def _edit(language: str) -> click.Command:
    options = Options(language)

    def call(run: str, store: Path | None, name: str | None, tag: Sequence[str], untag: Sequence[str], note: str | None) -> int:
        from koubai.cli.runs.edit import edit

        return edit(run, store, name, tag, untag, note, language)

    parameters: list[click.Parameter] = [
        click.Argument(["run"], type=RUN),
        options.value("runs", "name", str, "NAME", key="runs-name"),
        options.value("runs", "tag", str, "TAG", key="runs-tag", many=True),
        options.value("runs", "untag", str, "TAG", many=True),
        options.value("runs", "note", str, "TEXT"),
    ]
    return _command("edit", language, call, parameters)


def _delete(language: str) -> click.Command:
    def call(runs: Sequence[str], store: Path | None, yes: bool) -> int:
        from koubai.cli.runs.edit import delete

        return delete(runs, store, yes, language)

    parameters = [click.Argument(["runs"], type=RUN, nargs=-1, required=True), Options(language).flag("runs", "yes")]
    return _command("delete", language, call, parameters)


def _export(language: str) -> click.Command:
    options = Options(language)

    def call(run: str, store: Path | None, format: str | None, out: Path | None) -> int:  # noqa: A002
        from koubai.cli.runs.export_import import export

        return export(run, store, format, out, language)

    parameters: list[click.Parameter] = [
        click.Argument(["run"], type=RUN),
        options.value("files", "format", str, "NAME", choices=", ".join(FORMATS)),
        options.value("files", "out", PATH, "FILE", key="runs-export-out"),
    ]
    return _command("export", language, call, parameters)


def _import(language: str) -> click.Command:
    def call(files: Sequence[Path], store: Path | None, name: str | None) -> int:
        from koubai.cli.runs.export_import import import_runs

        return import_runs(files, store, name, language)

    parameters: list[click.Parameter] = [
        click.Argument(["files"], type=PATH, nargs=-1, required=True),
        Options(language).value("runs", "name", str, "NAME", key="runs-name"),
    ]
    return _command("import", language, call, parameters)
