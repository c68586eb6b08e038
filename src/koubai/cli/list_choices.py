"""koubai list: what can be chosen, each with a line."""

from collections.abc import Iterable, Mapping

from koubai.cli.help import two_columns
from koubai.core.activations import ACTIVATIONS
from koubai.core.initialization import INITS
from koubai.core.losses import LOSSES
from koubai.core.methods import METHODS
from koubai.core.optimizers import OPTIMIZERS
from koubai.core.schedules import SCHEDULES
from koubai.data import GATES, NAMED, SETS
from koubai.errors import chosen
from koubai.locale import meaning, sentence

KINDS: dict[str, Mapping[str, object]] = {
    "gates": GATES,
    "sets": SETS,
    "activations": ACTIVATIONS,
    "inits": INITS,
    "methods": METHODS,
    "losses": LOSSES,
    "optimizers": OPTIMIZERS,
    "schedules": SCHEDULES,
}


def listing(what: str | None, language: str) -> str:
    """List everything of one kind, or of all; InputError for an unknown kind."""
    kinds = KINDS if what is None else {what: chosen("list", what, KINDS)}
    return "\n\n".join(_block(kind, names, language) for kind, names in kinds.items())


def _block(kind: str, names: Iterable[str], language: str) -> str:
    rows = []
    for name in names:
        meaning = _meaning(kind, name, language)
        options = getattr(KINDS[kind][name], "parameters", {})
        if options:
            meaning += f" ({', '.join(f'{key}={value:g}' for key, value in options.items())})"
        rows.append((name, meaning))
    return f"{sentence(f'list-{kind}', language)}:\n{two_columns(rows)}"


def _meaning(kind: str, name: str, language: str) -> str:
    if kind in ("gates", "sets"):
        return NAMED[name].meaning(language)
    return meaning("loss" if kind == "losses" else kind.removesuffix("s"), name, language)
