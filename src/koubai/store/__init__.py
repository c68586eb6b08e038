"""Runs kept in one SQLite file, from their first step on. Training knows nothing of it: ``RunRecorder.of`` wraps its Steps.

Importing this takes neither JAX nor NumPy: a list of runs is there at once.
"""

from koubai.store.run_rows import Entry
from koubai.store.store import Store, default_path

__all__ = ["Entry", "Store", "default_path"]
