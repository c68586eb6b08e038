"""koubai runs compare: what differs between runs, their losses in one picture, their regions side by side."""

import json as json_format
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from shutil import get_terminal_size

from koubai.cli.render import Stopped, draw_pictures
from koubai.cli.render_options import RenderOptions
from koubai.cli.render_process import RenderProcess
from koubai.cli.report import drawn
from koubai.cli.runs.lookup import LoadedRun, load_run
from koubai.cli.signals import deferred_signals
from koubai.cli.train import PLACE, places_for, report_errors
from koubai.errors import InputError, KoubaiError
from koubai.files import check_free, new_folder
from koubai.locale import sentence
from koubai.text_columns import GAP, cut, in_columns, widest

MOST = 12  # runs: more colours and panels nobody can tell apart
WIDEST_VALUE = 28  # cells


def compare(
    runs: Sequence[str], store: Path | None, out: Path | None, render_options: RenderOptions, json: bool, language: str
) -> int:
    """Write what differs, and draw the pictures into a new folder. Returns the exit code."""
    if len(runs) < 2:
        raise InputError("compare-few")
    if len(runs) > MOST:
        raise InputError("compare-many", runs=len(runs), most=MOST)
    if out is not None:
        check_free(out)
    from koubai.pictures import comparisons_of

    with deferred_signals() as interrupts:
        loaded_runs = [load_run(name, store) for name in runs]
        process = RenderProcess()
        if render_options.pictures:
            process.start()
        facts = [_facts(one) for one in loaded_runs]
        differing = [name for name in _in_order(facts) if len({json_format.dumps(own.get(name)) for own in facts}) > 1]
        pictures = comparisons_of([one.run for one in loaded_runs], [one.name for one in loaded_runs], language)
        faults: list[KoubaiError] = []

        def fill(new: Path) -> None:
            faults.extend(draw_pictures(pictures, new, render_options, process, interrupts.__bool__))
            if interrupts:
                raise Stopped

        try:
            drawn_into = new_folder(places_for(out, PLACE / "compared"), fill) if render_options.pictures else None
        except Stopped:
            return interrupts.exit_code
        if json:
            sys.stdout.write(_as_json(loaded_runs, facts, differing, drawn_into) + "\n")
        else:
            lines = _as_text(loaded_runs, facts, differing, language)
            lines += ["", *drawn(drawn_into, language)] if drawn_into else []
            sys.stdout.write("\n".join(lines) + "\n")
        return report_errors(faults, language)


def _facts(loaded: LoadedRun) -> dict[str, object]:
    """Collect what was set, by names as the options have them, and the versions."""
    experiment = loaded.run.experiment.to_dict()
    learning = experiment.pop("problem")["learning"]
    for chosen in ("optimizer", "schedule"):
        options = experiment.pop(f"{chosen}_options")
        experiment |= {f"{experiment[chosen]} {name}": value for name, value in options.items()}
    facts = {**learning, **experiment}
    for part in ("data", "validation", "test"):
        if isinstance(facts[part], dict):
            facts[part] = f"{facts[part]['name']} {facts[part]['inputs'][:8]}".strip()
    facts["start"] = facts["start"] and facts["start"]["parameters"][0][:8]
    return {name.replace("_", "-"): value for name, value in facts.items()} | dict(loaded.provenance.surroundings)


def _results(loaded: LoadedRun) -> dict[str, object]:
    run = loaded.run
    scores = run.scores()
    right = {"right": scores.right, "rows": scores.rows} if run.data.task == "classify" else {"right": None, "rows": None}
    return {"status": run.status, "made": len(run.losses) - 1, "loss": float(run.losses[-1]), **right}


def _in_order(facts: Sequence[Mapping[str, object]]) -> list[str]:
    return list(dict.fromkeys(name for own in facts for name in own))


def _as_json(
    loaded_runs: Sequence[LoadedRun], facts: Sequence[Mapping[str, object]], differing: Sequence[str], folder: Path | None
) -> str:
    runs = [{"name": one.name, "uid": one.provenance.uid, **_results(one)} for one in loaded_runs]
    differs = {name: [own.get(name) for own in facts] for name in differing}
    whole = {"runs": runs, "differs": differs, "folder": folder and str(folder)}
    return json_format.dumps(whole, ensure_ascii=False, indent=2, allow_nan=False)


def _as_text(
    loaded_runs: Sequence[LoadedRun], facts: Sequence[Mapping[str, object]], differing: Sequence[str], language: str
) -> list[str]:
    """Write a column for each run, in several tables where they don't fit side by side."""
    head = ["", *differing, *(sentence(f"run-{name}", language) for name in ("status", "made", "loss", "answers"))]
    columns = []
    for one, own in zip(loaded_runs, facts, strict=True):
        results = _results(one)
        rows = "" if results["right"] is None else f"{results['right']}/{results['rows']}"
        ended = [sentence(f"status-{results['status']}", language), str(results["made"]), f"{results['loss']:.6g}", rows]
        columns.append([one.name, *(_shown(own.get(name)) for name in differing), *ended])
    columns = [[cut(text, WIDEST_VALUE) for text in column] for column in columns]
    lines = [] if differing else [sentence("compare-same", language), ""]
    for part in _side_by_side(columns, get_terminal_size().columns - widest(head)):
        lines += in_columns(list(zip(head, *part, strict=True)), "l" + "r" * len(part))
        lines.append("")
    return lines[:-1]


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ",".join(map(str, value)) or "none"
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _side_by_side(columns: list[list[str]], width: int) -> Iterator[list[list[str]]]:
    """Yield as many columns at a time as fit into ``width``."""
    part: list[list[str]] = []
    for column in columns:
        if part and sum(widest(other) + len(GAP) for other in [*part, column]) >= width:
            yield part
            part = []
        part.append(column)
    yield part
