"""The one way in: an Experiment is plain data, running it yields Steps, and a Run is what came of it.

The names are imported when they are first used: the command line reads the table of settings, ``fields``, without NumPy.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from koubai.experiment.experiment import Experiment
    from koubai.experiment.problem import Learning
    from koubai.experiment.run import Recording, Run, load
    from koubai.experiment.training_run import experiment_of, train

__all__ = ["Experiment", "Learning", "Recording", "Run", "experiment_of", "load", "train"]

_HOME = {
    "Experiment": "experiment",
    "Learning": "problem",
    "Recording": "run",
    "Run": "run",
    "experiment_of": "training_run",
    "load": "run",
    "train": "training_run",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'koubai.experiment' has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value
