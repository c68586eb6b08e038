"""The one way in: an Experiment is plain data, running it yields Steps, and a Run is what came of it."""

from koubai.experiment.definition import Experiment
from koubai.experiment.folder import load
from koubai.experiment.learning import Learning
from koubai.experiment.run import Recording, Run
from koubai.experiment.training import experiment_of, train

__all__ = ["Experiment", "Learning", "Recording", "Run", "experiment_of", "load", "train"]
