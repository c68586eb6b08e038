"""What can go wrong: a code and the values. The sentence that a person reads is looked up in ``locale/``."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar

from koubai.locale import sentence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Entry = TypeVar("Entry")


class KoubaiError(Exception):
    """Something went wrong that one sentence explains.

    Attributes:
        code: What names the sentence in ``koubai.locale``.
        values: What stands in it.
        exit_code: What a command line ends with.

    Example:
        >>> import koubai as kb
        >>> try:
        ...     kb.data.gate("xro")
        ... except kb.KoubaiError as error:
        ...     print(error.code, error.values["value"], error.exit_code)
        gate-near xro 2
    """

    exit_code = 1

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values: dict[str, Any] = values

    def sentence(self, language: str = "en") -> str:
        """Return the sentence in ``language``; an error among the values is a sentence within it."""
        values = {
            name: value.sentence(language).rstrip(".。") if isinstance(value, KoubaiError) else value
            for name, value in self.values.items()
        }
        return sentence(f"error-{self.code}", language, **values)

    def __str__(self) -> str:
        return self.sentence()

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuilt, (type(self), self.code, self.values))


class InputError(KoubaiError, ValueError):
    """A value that a person gave can't be used."""

    exit_code = 2


class FileFault(KoubaiError, OSError):
    """A file or folder can't be read or written."""


class OutOfMemory(KoubaiError, MemoryError):
    """There is not enough memory for what was asked for."""

    def __init__(self, code: str = "memory", **values: object) -> None:
        super().__init__(code, **values)


class Unforeseen(Exception):
    """Carries an exception, its ``__cause__``, past code that would take it for something else."""


@contextmanager
def memory_faults() -> Iterator[None]:
    """Raise OutOfMemory where Python, NumPy or XLA don't get the memory that they need within it."""
    try:
        yield
    except KoubaiError:
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise OutOfMemory from error
        raise


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether ``error`` says that memory is lacking, as Python and NumPy do, or as XLA does."""
    return isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in str(error)


class Diverged(KoubaiError, ArithmeticError):
    """The loss or a parameter is no longer finite, or the loss has grown without bound.

    Attributes:
        values: ``values["step"]`` is the step at which that was first so.
        losses: The last finite losses: those after the Step that was yielded last, (n,).
    """

    losses: "NDArray[np.floating] | tuple[()]" = ()


class DivergenceWarning(UserWarning):
    """Given by ``koubai.train`` for a run that diverged: it ended before all its steps were made, or far above its start."""


def _rebuilt(kind: type[KoubaiError], code: str, values: dict[str, object]) -> KoubaiError:
    return kind(code, **values)


def internal(error: BaseException) -> KoubaiError:
    """Return ``error`` itself where it has a sentence; else, as it was not foreseen, one that tells its type and first line."""
    if isinstance(error, KoubaiError):
        return error
    try:
        message = (str(error).splitlines() or [""])[0]
    except Exception:  # its text fails, too
        message = ""
    return KoubaiError("internal", reason=f"{type(error).__name__}: {message}".rstrip(": "))


def chosen(code: str, name: object, table: Mapping[str, Entry]) -> Entry:
    """Return the entry of ``table`` called ``name``; InputError, with the nearest name, where there is none."""
    if isinstance(name, str) and name in table:
        return table[name]
    raise unknown(code, name, table)


def unknown(code: str, value: object, choices: Iterable[str]) -> InputError:
    """Return the error for an unknown name, which suggests the nearest of ``choices``, or all of them where none is near."""
    names = list(choices)
    near = get_close_matches(value.lower(), names, n=1, cutoff=0.5) if isinstance(value, str) else []
    if near:
        return InputError(f"{code}-near", value=value, nearest=near[0])
    return InputError(code, value=value, choices=", ".join(names))
