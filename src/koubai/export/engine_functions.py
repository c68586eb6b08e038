"""The functions of the NumPy engine that the script of a run has: what it draws, how it measures slopes, how it moves."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from koubai.core.methods import Method, method_named
from koubai.core.numpy_engine import differences, random_numbers
from koubai.core.optimizers import OPTIMIZERS, optimizer_named
from koubai.core.schedules import schedule_named
from koubai.experiment import Experiment
from koubai.export.engine_source import EngineSource, with_helpers
from koubai.export.python_literals import comment
from koubai.export.script_training import ScriptRate, ScriptTraining

Function = Callable[..., object]


@dataclass(frozen=True)
class EngineFunctions:
    """What the templates insert; they have these names.

    Attributes:
        draw: The name of the function that draws; empty for a method that doesn't.
        draw_functions: The sources of that function and of those that it calls.
        draw_imports: What these import.
        slopes_function: The source of the function that measures slopes; None where they are derived.
        rule_functions: The sources of the optimizer's function and of those that it calls.
        rule_call: A call of the optimizer's function.
        share: The formula of what the learning rate is multiplied by, without the warmup.
    """

    draw: str
    draw_functions: list[str]
    draw_imports: list[str]
    slopes_function: str | None
    rule_functions: list[str]
    rule_call: str
    share: str


def engine_functions(
    experiment: Experiment, training: ScriptTraining, rate: ScriptRate, said: Callable[[str], str]
) -> EngineFunctions:
    """Return what the templates insert of the engine. ``said``: a sentence of the script's language by its key."""
    rows = ["x", "y"] if training.some_rows else []
    known = {"dtype": f"np.{experiment.precision}", "random_state": f"np.uint32([0, {training.drawing_seed}])"}
    source = EngineSource({"h", *training.options}, known, ("loss", rows))
    optimizer, method = optimizer_named(experiment.optimizer), method_named(experiment.method)
    definition = getattr(differences, method.definition) if method.definition else None
    draw = getattr(random_numbers, method.drawn_by) if method.drawn_by else None

    def sources(function: Function | None) -> list[str]:
        return [source.function(one, _comment(one, said)) for one in with_helpers(function)] if function else []

    draw_functions = sources(draw)
    return EngineFunctions(
        draw=method.drawn_by,
        draw_functions=draw_functions,
        draw_imports=list(source.imports),
        slopes_function=definition and source.function(definition, _comment_on(method, said), "slopes", rows),
        rule_functions=[] if optimizer.is_plain else sources(optimizer.plain),
        rule_call="" if optimizer.is_plain else source.call(optimizer.plain, _arguments(optimizer.memory)),
        share=_share(experiment, rate),
    )


def _comment_on(method: Method, said: Callable[[str], str]) -> str:
    return comment(said(f"script-slopes-{method.explained_as or method.name}"), 4)


def _comment(function: Function, said: Callable[[str], str]) -> str:
    """What a script says of a function in the place of its docstring."""
    names = [rule.name for rule in OPTIMIZERS.values() if rule.plain is function]
    key = function.__name__.replace("_", "-")
    return comment(f"{names[0]}: {said(f'list-optimizer-{names[0]}')}" if names else said(f"script-{key}"), 4)


def _arguments(memory: Iterable[str]) -> dict[str, str]:
    return {"slope": "slope", "parameter": "parameters[i]", "t": "step + 1", **{name: f"{name}[i]" for name in memory}}


def _share(experiment: Experiment, rate: ScriptRate) -> str:
    """What the learning rate is multiplied by, without the warmup."""
    schedule = schedule_named(experiment.schedule)
    known = {
        "number": "step",
        "last": "steps" if rate.planned == rate.steps else "planned",
        "pi": "np.pi",
        "xp": "np",
        "xp.maximum": "max",
        **{f'options["{name}"]': spelled for name, spelled in rate.rate_names.items()},
    }
    return "1" if schedule.is_constant else EngineSource((), known, ("", ())).returned(schedule.factor)
