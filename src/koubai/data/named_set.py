"""NamedSet: a set of data that is called by its name, with all that is known of it."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Literal

from koubai.data.load_options import LoadOptions
from koubai.data.prepared_rows import Splits
from koubai.data.preprocessing import Task
from koubai.locale import sentence

SetKind = Literal["gate", "planar", "shipped"]


@dataclass(frozen=True, kw_only=True)
class NamedSet(ABC):
    """A set by its name.

    Attributes:
        name: What a person calls it.
        kind: "gate" for a whole truth table, "planar" for points that are drawn by chance, "shipped" for what comes with a
            library or in files.
        description: The key of the sentence that describes it, in ``koubai.locale``.
        rows: How many rows it has, of points that are drawn unless a person asks for another number.
        features: How many inputs each row has.
        classes: How many classes there are; 0 where the rows have values.
        options: Which options of ``load`` it takes, beside the seed.
        noise: The noise by default, a standard deviation; None where no points are drawn.

    Example:
        >>> import koubai as kb
        >>> kb.data.SETS["iris"].rows, kb.data.SETS["bumps"].task
        (150, 'regress')
        >>> kb.data.GATES["parity-3"].meaning("en")
        '1 where an odd number of the 3 inputs is 1'
    """

    name: str
    kind: SetKind
    description: str
    rows: int
    features: int
    classes: int
    options: tuple[str, ...]
    noise: float | None = None

    @property
    def task(self) -> Task:
        """Whether the rows have classes or values."""
        return "classify" if self.classes else "regress"

    @property
    def samples(self) -> int | None:
        """How many points are drawn by default; None where none are drawn."""
        return self.rows if self.kind == "planar" else None

    def meaning(self, language: str) -> str:
        """Return the line that describes the set in ``language``."""
        return sentence(self.description, language, rows=self.rows, features=self.features, classes=self.classes)

    def load(self, options: LoadOptions) -> Splits:
        """Return its rows, split as ``options`` say.

        Raises:
            InputError: An option was given that the set has no use for, or that can't be.
            FileFault: A file can't be read.
        """
        options.check_used(self.options, self.name)
        return self._splits(options)

    @abstractmethod
    def _splits(self, options: LoadOptions) -> Splits:
        """Return its rows, split as ``options`` say, all of which it takes."""
