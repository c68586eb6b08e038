"""Data to learn from: ``gate("xor")``, the parities, and ``Dataset.from_arrays`` for a person's own arrays."""

from koubai.data.dataset import Dataset
from koubai.data.gates import GATES, gate

__all__ = ["GATES", "Dataset", "gate"]
