"""LoadOptions: what a person asks for when data are loaded, checked once."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from koubai.data.bounds import DEFAULT_BOUNDS, Bounds
from koubai.data.preprocessing import Task
from koubai.data.split import check_fractions
from koubai.errors import InputError

Missing = Literal["refuse", "impute"]

DEFAULT_FRACTION = 0.2
COLUMN_OPTIONS = ("target", "features", "task")
SPLIT_OPTIONS = ("validation", "test")
_MISSING = ("refuse", "impute")
_IN_ORDER = (*COLUMN_OPTIONS, "samples", "noise", "missing", "folder", "delimiter", "encoding", *SPLIT_OPTIONS)


@dataclass(frozen=True)
class LoadOptions:
    """The options of ``load``, which says what they mean.

    Raises:
        InputError: ``missing``, ``seed`` or a fraction can't be what it is.
    """

    target: str | None = None
    features: str | Iterable[str] | None = None
    task: Task | None = None
    samples: int | None = None
    noise: float | None = None
    seed: int = 0
    validation: float = DEFAULT_FRACTION
    test: float = DEFAULT_FRACTION
    missing: Missing = "refuse"
    folder: str | Path | None = None
    delimiter: str | None = None
    encoding: str | None = None
    bounds: Bounds = DEFAULT_BOUNDS

    def __post_init__(self) -> None:
        if not isinstance(self.missing, str) or self.missing not in _MISSING:
            raise InputError("table-missing-way", value=self.missing)
        if not isinstance(self.seed, (int, np.integer)) or isinstance(self.seed, bool) or not 0 <= self.seed < 2**32:
            raise InputError("seed", value=self.seed)
        check_fractions(self.validation, self.test)
        object.__setattr__(self, "seed", int(self.seed))

    @property
    def impute(self) -> bool:
        """Whether missing values are filled in."""
        return self.missing == "impute"

    def check_used(self, known: Iterable[str], source: str) -> None:
        """Raise InputError for the first option that was given though ``source`` takes only the ``known`` ones."""
        for name in _IN_ORDER:
            if name not in known and self._is_given(name):
                raise InputError("data-option", name=name, source=source)

    def _is_given(self, name: str) -> bool:
        value = getattr(self, name)
        if name in SPLIT_OPTIONS:
            return value not in (0, DEFAULT_FRACTION)
        return self.impute if name == "missing" else value is not None
