"""The one way in: an Experiment is plain data, running it yields Steps, and a Run is what came of it."""

from koubai.experiment.definition import Experiment, Learning
from koubai.experiment.folder import load
from koubai.experiment.run import Recording, Run, train

__all__ = ["Experiment", "Learning", "Recording", "Run", "load", "train"]
