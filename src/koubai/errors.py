"""What can go wrong: a code and the values. The sentence that a person reads is looked up in ``locale/``."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any, TypeVar

from koubai.locale import sentence

Entry = TypeVar("Entry")


class KoubaiError(Exception):
    """Something went wrong that one sentence explains.

    Attributes: ``code`` names the sentence in ``koubai.locale``; ``values`` fill it; ``exit_code`` is what a
    command line ends with.
    """

    exit_code = 1

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values = values

    def sentence(self, language: str = "en") -> str:
        """The sentence in ``language``; an error among the values is said in it too."""
        said = {
            name: value.sentence(language).rstrip(".。") if isinstance(value, KoubaiError) else value
            for name, value in self.values.items()
        }
        return sentence(f"error-{self.code}", language, **said)

    def __str__(self) -> str:
        return self.sentence()

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuilt, (type(self), self.code, self.values))


class InputError(KoubaiError, ValueError):
    """A value that a person gave can't be used."""

    exit_code = 2


class FileFault(KoubaiError, OSError):
    """A file or folder can't be read or written."""


class OutOfMemory(KoubaiError, MemoryError):
    """There is not enough memory for what was asked for."""

    def __init__(self, code: str = "memory", **values: Any) -> None:
        super().__init__(code, **values)


class Unforeseen(Exception):
    """Carries an exception, its ``__cause__``, that those on the way would take for something else."""


@contextmanager
def memory_faults() -> Iterator[None]:
    """Within it, memory that Python, NumPy or XLA don't get is OutOfMemory."""
    try:
        yield
    except KoubaiError:
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise OutOfMemory from error
        raise


def is_out_of_memory(error: BaseException) -> bool:
    """Whether it says so, as Python and NumPy do, or as XLA does."""
    return isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in str(error)


class Diverged(KoubaiError, ArithmeticError):
    """The loss or a parameter is no longer finite, or the loss has grown without bound.

    ``values["step"]`` is the step at which that was first so.

    ``losses`` are the last finite ones, those after the Step that was yielded last.
    """

    losses: Any = ()


class DivergenceWarning(UserWarning):
    """Given by ``koubai.train`` for a run that diverged: it ended before all its steps were made, or far above its start."""


def _rebuilt(kind: type[KoubaiError], code: str, values: dict[str, Any]) -> KoubaiError:
    return kind(code, **values)


def internal(error: BaseException) -> KoubaiError:
    """``error`` itself where it has a sentence; else, as nobody thought of it, one that tells its kind and its first line."""
    if isinstance(error, KoubaiError):
        return error
    try:
        said = (str(error).splitlines() or [""])[0]
    except Exception:  # what it says is wrong, too
        said = ""
    return KoubaiError("internal", reason=f"{type(error).__name__}: {said}".rstrip(": "))


def chosen(code: str, name: object, table: Mapping[str, Entry]) -> Entry:
    """The entry of ``table`` called ``name``; InputError, with the nearest name, where there is none."""
    if isinstance(name, str) and name in table:
        return table[name]
    raise unknown(code, name, table)


def unknown(code: str, value: object, choices: Iterable[str]) -> InputError:
    """An unknown name, with the nearest of ``choices`` suggested where one is near, else all of them."""
    names = list(choices)
    near = get_close_matches(value.lower(), names, n=1, cutoff=0.5) if isinstance(value, str) else []
    if near:
        return InputError(f"{code}-near", value=value, nearest=near[0])
    return InputError(code, value=value, choices=", ".join(names))
