"""Input features of the plane: what a network may be given of a point (x1, x2) besides its coordinates."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from koubai.arrays import frozen_floats
from koubai.data.dataset import Dataset
from koubai.errors import InputError, chosen

Floats = NDArray[np.float64]

# name -> a function of x1 and x2, (n,) each, whose values are (n,). Within the ±1.5 of planar sets sin(x) is nearly x; sin(πx)
# goes once up and down.
FEATURES: dict[str, Callable[[Floats, Floats], Floats]] = {
    "x1": lambda x1, x2: x1,
    "x2": lambda x1, x2: x2,
    "x1^2": lambda x1, x2: x1 * x1,
    "x2^2": lambda x1, x2: x2 * x2,
    "x1*x2": lambda x1, x2: x1 * x2,
    "sin(πx1)": lambda x1, x2: np.sin(np.pi * x1),
    "sin(πx2)": lambda x1, x2: np.sin(np.pi * x2),
}
PLAIN = ("x1", "x2")


def ordered_features(names: Sequence[str]) -> tuple[str, ...]:
    """Return ``names`` in the order of ``FEATURES``; InputError where one is unknown or stands twice, or there is none."""
    several = isinstance(names, Sequence) and not isinstance(names, (str, bytes))
    listed: list[object] = list(names) if several or getattr(names, "ndim", None) == 1 else [names]
    for name in listed:
        chosen("feature", name, FEATURES)
        if listed.count(name) > 1:
            raise InputError("features-twice", value=name)
    if not listed:
        raise InputError("features-none", choices=", ".join(FEATURES))
    return tuple(name for name in FEATURES if name in listed)


def features_of(points: ArrayLike, names: Sequence[str]) -> Floats:
    """Compute features of points in the plane.

    Args:
        points: (n, 2).
        names: Names of ``FEATURES``, in any order.

    Returns:
        The features (n, len(names)), in the order of ``FEATURES``.

    Raises:
        InputError: A name can't be, the points have another shape, or a feature is too large for a number.

    Example:
        >>> import koubai as kb
        >>> kb.data.features_of([[0.5, -1.0]], ["x1", "x1*x2"])
        array([[ 0.5, -0.5]])
    """
    names = ordered_features(names)
    plane = frozen_floats(points, "points")
    if plane.ndim != 2 or plane.shape[1] != 2:
        raise InputError("features-points", shape=plane.shape)
    with np.errstate(over="ignore"):
        columns = [FEATURES[name](plane[:, 0], plane[:, 1]) for name in names]
    return frozen_floats(np.stack(columns, axis=1), "features")


def with_features(data: Dataset, names: Sequence[str]) -> Dataset:
    """Replace the two inputs of data in the plane by features of them.

    Args:
        data: A Dataset of two inputs.
        names: Names of ``FEATURES``, in any order.

    Returns:
        The data with these features, in the order of ``FEATURES``. With x1 and x2 alone it is ``data`` itself. Else it has no
        preparation: no column of the source is an input any more.

    Raises:
        InputError: A name can't be, the data have other than two inputs, or a feature is too large for a number.

    Example:
        >>> import koubai as kb
        >>> kb.data.with_features(kb.data.gate("xor"), ["x1", "x2", "x1*x2"]).inputs[3]
        array([1., 1., 1.])
    """
    names = ordered_features(names)
    if data.inputs.shape[1] != 2:
        raise InputError("features-plane", features=data.inputs.shape[1])
    if names == PLAIN:
        return data
    return replace(data, inputs=features_of(data.inputs, names), feature_names=names, preparation=None, image=None)
