"""Runs kept in one SQLite file, from their first step on. Training knows nothing of it: ``RunRecorder.of`` wraps its Steps.

Importing this package imports neither JAX nor NumPy, so that runs are listed at once.
"""

from koubai.store.run_rows import Entry
from koubai.store.store import Store, default_path

__all__ = ["Entry", "Store", "default_path"]
