"""The one way in: an Experiment is plain data, running it yields Steps, and a Run is what came of it."""

from koubai.experiment.experiment import Experiment
from koubai.experiment.problem import Learning
from koubai.experiment.run import Recording, Run, load
from koubai.experiment.training_run import experiment_of, train

__all__ = ["Experiment", "Learning", "Recording", "Run", "experiment_of", "load", "train"]
