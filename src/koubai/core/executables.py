"""Programs that JAX compiles, once for each kind of arguments in a process, and kept on disk for the next process.

JAX's own cache on disk is one for the whole process: the programs of whoever uses koubai would land in it, too. And it asks for
the program's text, which takes half a second to write. So a program is kept here by what its text follows from: the source, the
types and shapes, the processor. Where that can't be told, it is compiled and not kept.
"""

import gc
import pickle
from _thread import LockType
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from itertools import count
from operator import itemgetter
from threading import Lock
from typing import Any, ClassVar
from weakref import WeakSet, ref

import jax
from jax.experimental.serialize_executable import deserialize_and_load, serialize

from koubai import compilation_cache
from koubai.core.array_types import Array, PyTree
from koubai.core.compiling import compiling
from koubai.core.precision import Precision, chosen_device, computing_in, precision_now
from koubai.fingerprint import Unknown, compiler_variables, described, of_package, processor, version_of
from koubai.memory import mappings_taken

# A large program is mapped into memory in hundreds of pieces. Where Linux allows no more of them, XLA ends the whole process.
MOST_MAPPINGS = 0.5  # of those that are allowed: beyond it, the programs go that weren't used for the longest time


# the static arguments, the structure of the others, what each of these is, the precision, the device
_Key = tuple[tuple[Hashable, ...], Hashable, tuple[Hashable, ...], Precision, Hashable]


@dataclass
class _Slot:
    executable: Any = None  # of JAX
    lock: LockType = field(default_factory=Lock)
    used: int = 0


class Program:
    """A function of JAX's: ``static`` first arguments, which are hashable and compiled in, then pytrees of arrays and numbers.

    It is to be called within ``computing_in`` or ``calling_in``.
    """

    _all: ClassVar["WeakSet[Program]"] = WeakSet()
    _clock: ClassVar["count[int]"] = count(1)

    def __init__(self, function: Callable[..., PyTree], static: int) -> None:
        self._function, self._static = function, static
        self._jit = partial(jax.jit, static_argnums=tuple(range(static)))
        self._jitted = self._jit(function)  # for traced arguments
        self._slots: dict[_Key, _Slot] = {}
        self._guard, self._age = Lock(), 0
        self._all.add(self)

    def __call__(self, *arguments: PyTree) -> PyTree:
        """What the function returns. Traced arguments become part of the program that is being traced."""
        fixed, given = arguments[: self._static], arguments[self._static :]
        leaves, tree = jax.tree.flatten(given)
        if any(isinstance(leaf, jax.core.Tracer) for leaf in leaves):
            return self._jitted(*arguments)
        if self._age != _witness():
            self._forget()
        key = fixed, tree, tuple(map(_kind, leaves)), precision_now(), chosen_device()
        slot = self._slots.get(key)
        if slot is None or slot.executable is None:
            slot = self._slot_for(key, arguments)
        slot.used = next(self._clock)
        return slot.executable(*given)

    def _forget(self) -> None:
        """Let go of what was compiled before JAX's caches were cleared."""
        with self._guard:
            if self._age != _witness():
                self._age = _witness()
                self._slots.clear()

    def _cache_size(self) -> int:
        """How many kinds of arguments it was compiled or loaded for, as of a function that ``jax.jit`` has made."""
        return len(self._slots)

    def _slot_for(self, key: _Key, arguments: tuple[PyTree, ...]) -> _Slot:
        """The slot with the executable for these arguments; a second thread that asks for it waits for the first."""
        with self._guard:
            slot = self._slots.setdefault(key, _Slot())
        with slot.lock:
            if slot.executable is None:
                if mappings_taken() > MOST_MAPPINGS:
                    self._forget_least_used()
                with computing_in(key[3]):
                    slot.executable = self._loaded_or_compiled(key, arguments)
        return slot

    def _loaded_or_compiled(self, key: _Key, arguments: tuple[PyTree, ...]) -> Any:
        name = self._name_on_disk(key) if compilation_cache.folder() else None
        stored = compilation_cache.read(name) if name else None
        if stored is not None:
            with suppress(Exception):  # it is of no use, for whatever reason: another one takes its place
                code, takes, gives = pickle.loads(stored)
                device = _device()
                return deserialize_and_load(code, takes, gives, backend=device.client, execution_devices=[device])
        with compiling():
            copy = partial(self._function)  # JAX's caches hold what is compiled of a function as long as there is the function
            executable = self._jit(copy).lower(*arguments).compile()
        if name:
            with suppress(Exception):  # not every program can be kept
                compilation_cache.write(name, pickle.dumps(serialize(executable)))
        return executable

    def _name_on_disk(self, key: _Key) -> str | None:
        """A name for all that the executable follows from; None where that can't be told."""
        fixed, tree, kinds, *_ = key
        device = _device()
        try:
            parts = [
                *(described((self._function, fixed)), str(tree), str(kinds), of_package(__package__)),
                *map(version_of, ("jax", "jaxlib", "numpy", "optax")),
                *(processor(), compiler_variables(), str(sorted(map(str, jax.config.values.items())))),
                *(device.platform, device.device_kind, device.client.platform_version, str(device.id), str(jax.device_count())),
            ]
        except Unknown:
            return None
        return None if " at 0x" in parts[1] else sha256("\n".join(parts).encode()).hexdigest()

    @classmethod
    def _forget_least_used(cls) -> None:
        """Forget the half of all executables that were not used for longest: when asked for, they are loaded from disk."""
        used = [(when, key, program) for program in list(cls._all) for when, key in program._slots_in_use()]
        for _, key, program in sorted(used, key=itemgetter(0))[: (len(used) + 1) // 2]:
            program._drop(key)

    def _slots_in_use(self) -> list[tuple[int, _Key]]:
        """When each executable was used last, and its key."""
        with self._guard:
            return [(slot.used, key) for key, slot in self._slots.items() if slot.executable is not None]

    def _drop(self, key: _Key) -> None:
        with self._guard:
            self._slots.pop(key, None)


def forget_all() -> None:
    """Forget every program, and what JAX holds of how it came about, whoever it belongs to.

    It bounds the memory of a process that compiles on and on, where programs that went by ``MOST_MAPPINGS`` alone would leave
    their traces, and where the system counts no mappings.
    """
    jax.clear_caches()  # type: ignore[no-untyped-call]
    gc.collect()


def _kind(leaf: Array) -> Hashable:
    """What a program is compiled for, of one argument."""
    dtype = getattr(leaf, "dtype", None)
    return type(leaf).__name__ if dtype is None else (leaf.shape, dtype, getattr(leaf, "weak_type", False))


def _device() -> Any:
    """Where JAX computes what isn't put anywhere: a device, which a user may have named, or that of a platform."""
    chosen = chosen_device()
    return jax.local_devices(backend=chosen)[0] if chosen is None or isinstance(chosen, str) else chosen


class _Witness:
    """Notices that somebody has cleared JAX's caches (``jax.clear_caches``), with which the programs here go.

    It refers weakly to a traced function that only these caches hold.
    """

    def __init__(self) -> None:
        self._held: Any = lambda: None
        self._times, self._lock = 0, Lock()

    def __call__(self) -> int:
        """How often that has happened, and once more."""
        if self._held() is None:
            with self._lock:
                if self._held() is None:
                    self._held = ref(jax.jit(_nothing).trace().jaxpr)
                    self._times += 1
        return self._times


def _nothing() -> tuple[()]:
    return ()


_witness = _Witness()
