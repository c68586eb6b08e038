"""koubai (勾配, "slope"): a neural network learns by gradient descent, down to each slope that is measured.

The public names are imported when they are first used, so that ``import koubai`` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from koubai._version import __version__

if TYPE_CHECKING:
    from koubai import data as data
    from koubai import export as export
    from koubai import store as store
    from koubai.core.network import Layer as Layer
    from koubai.core.network import Network as Network
    from koubai.core.slopes.measurement import slopes as slopes
    from koubai.core.training import Step as Step
    from koubai.errors import Diverged as Diverged
    from koubai.errors import DivergenceWarning as DivergenceWarning
    from koubai.errors import FileFault as FileFault
    from koubai.errors import InputError as InputError
    from koubai.errors import KoubaiError as KoubaiError
    from koubai.experiment import Experiment as Experiment
    from koubai.experiment import Learning as Learning
    from koubai.experiment import Run as Run
    from koubai.experiment import load as load
    from koubai.experiment import train as train

_HOME = {
    "Diverged": "koubai.errors",
    "DivergenceWarning": "koubai.errors",
    "Experiment": "koubai.experiment",
    "FileFault": "koubai.errors",
    "InputError": "koubai.errors",
    "KoubaiError": "koubai.errors",
    "Layer": "koubai.core.network",
    "Learning": "koubai.experiment",
    "Network": "koubai.core.network",
    "Run": "koubai.experiment",
    "Step": "koubai.core.training",
    "load": "koubai.experiment",
    "slopes": "koubai.core.slopes.measurement",
    "train": "koubai.experiment",
}

__all__ = ["__version__", "data", "export", "store", *_HOME]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name in ("data", "export", "store"):
        return import_module(f"koubai.{name}")
    if name not in _HOME:
        raise AttributeError(f"module 'koubai' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
