"""One of several regions side by side. Apart from what draws it, so that making one needs no matplotlib."""

from collections.abc import Sequence
from dataclasses import dataclass

from numpy.typing import ArrayLike


@dataclass(frozen=True, eq=False)
class Panel:
    """A region with its own data: ``field`` (n, m), the probability of class 1, and ``points`` (k, 2) with ``labels`` (k,).

    ``note``: a small line below the title. ``output``: "identity" where the field is the lead of class 1 and no probability.
    """

    title: str
    field: ArrayLike
    points: ArrayLike
    labels: ArrayLike
    note: str = ""
    names: Sequence[str] = ("x1", "x2")
    output: str = "softmax"
