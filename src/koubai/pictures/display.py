"""What all pictures have in common: they are frozen data, which know how to draw themselves."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from koubai.errors import InputError
from koubai.locale import sentence
from koubai.pictures.data_names import dataset_name
from koubai.pictures.theme import DOTS_PER_INCH, figure_of, new_axes, save_figure, use_theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from koubai.experiment import Run

Floats = NDArray[np.floating]
Integers = NDArray[np.integer]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Display(ABC):
    """A picture as the arrays and texts that it shows.

    Making one computes nothing and draws nothing. ``plot`` draws it with matplotlib, which is imported then, and returns what
    was drawn: the axes, or the figure where there are several axes. The figure isn't pyplot's, so that none is left open; a
    cell of a notebook that ends with a display shows its picture. A display can be pickled.

    Attributes:
        title: The line above the picture.
        language: The language of what is written in it, such as "en".
    """

    title: str = ""
    language: str = "en"

    @abstractmethod
    def figure(self) -> "Figure":
        """Draw the picture on a figure of its own, and return that."""

    def save(self, path: str | Path) -> None:
        """Draw the picture into a file.

        Args:
            path: Where to; the format follows the name, which may end in .png, .svg or .pdf.

        Raises:
            FileFault: The file can't be written.
        """
        save_figure(self.figure(), Path(path))

    def say(self, key: str, **values: object) -> str:
        """The sentence ``key`` in the language of the picture."""
        return sentence(key, self.language, **values)

    def _repr_png_(self) -> bytes:
        """The picture, for a notebook."""
        content = BytesIO()
        with use_theme():
            self.figure().savefig(content, format="png", dpi=DOTS_PER_INCH)
        return content.getvalue()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.title!r})"


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class AxesDisplay(Display):
    """A picture in one pair of axes."""

    @property
    @abstractmethod
    def size(self) -> tuple[float, float]:
        """Width and height, in inches, of the figure that it gets where no axes are given."""

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the picture.

        Args:
            ax: Where to; by default into new axes, on a figure of their own.

        Returns:
            The axes.
        """
        with use_theme():
            ax = ax if ax is not None else new_axes(*self.size)
            self._draw(ax)
        return ax

    def figure(self) -> "Figure":
        """Draw the picture on a figure of its own, and return that."""
        return figure_of(self.plot())

    @abstractmethod
    def _draw(self, ax: "Axes") -> None:
        """Draw the picture, within the theme."""


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class FigureDisplay(Display):
    """A picture of several axes."""

    def plot(self) -> "Figure":
        """Draw the picture on a figure of its own, and return that."""
        with use_theme():
            return self._draw()

    def figure(self) -> "Figure":
        """The same as ``plot``."""
        return self.plot()

    @abstractmethod
    def _draw(self) -> "Figure":
        """Draw the picture, within the theme."""


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class RunDisplay(Display):
    """A picture that a run may have."""

    name: ClassVar[str]  # of its title among the sentences

    @classmethod
    @abstractmethod
    def from_run(cls, run: "Run", language: str = "en") -> Self:
        """The picture of a run.

        Args:
            run: What is shown; its network is the one that it kept.
            language: The language of titles and labels.

        Returns:
            The display, with all that it shows computed.

        Raises:
            InputError: A run like this has no such picture.
        """

    @classmethod
    def title_of(cls, run: "Run", language: str) -> str:
        """The line above the picture of ``run``."""
        return sentence(
            f"picture-{cls.name}-title",
            language,
            data=dataset_name(run.data, language),
            part=sentence(f"report-part-{run.judged}", language),
            step=run.best.number,
            seed=run.experiment.seed,
        )

    @classmethod
    def require(cls, fits: bool) -> None:
        """InputError unless the run ``fits`` the picture."""
        if not fits:
            raise InputError("picture-of-run", picture=cls.name)


def freeze_arrays(display: object, **types: DTypeLike | None) -> None:
    """Let the fields of a frozen display be arrays of these types that nobody can write to; a field that is None stays None."""
    for name, kind in types.items():
        values = getattr(display, name)
        if values is not None:
            object.__setattr__(display, name, frozen_array(values, kind))


def frozen_array(values: ArrayLike, kind: DTypeLike | None = None) -> NDArray[Any]:
    """An array that nobody can write to: a view where the type is the same already, or where no ``kind`` is asked for."""
    array = np.asarray(values, kind).view()
    array.setflags(write=False)
    return array


def frozen_curves(curves: Mapping[str, ArrayLike]) -> dict[str, Floats]:
    """The same curves, float64, which nobody can write to."""
    return {name: frozen_array(curve, np.float64) for name, curve in curves.items()}
