"""MessageQueue: what a page has sent and its session has not handled yet: bounded, without what the next makes needless."""

from collections import deque
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Never, cast

from koubai.errors import InputError
from koubai.playground.protocol import incoming
from koubai.playground.protocol.incoming import Malformed, Message

MOST_WAITING = 1000  # messages
Received = Message | InputError  # a message, or why what a page has sent can't be handled

# kinds of which the last says all, by what makes two of them one: they change nothing that would be kept
_LAST_COUNTS: dict[type[Message], Callable[[Never], object]] = {
    incoming.InspectUnit: lambda message: None,
    incoming.Drawn: lambda message: None,
    incoming.Runs: lambda message: None,
    incoming.Price: lambda message: None,
    incoming.Slope: lambda message: message,
}

# kinds of which the last says all where it follows upon another with the same key, as when a person drags something
_REPLACES: dict[type[Message], Callable[[Never], object]] = {
    incoming.Edit: lambda message: frozenset(message.values),
    incoming.Change: lambda message: (frozenset(message.setting), message.usual),
    incoming.Layers: lambda message: None,
    incoming.Go: lambda message: None,
    incoming.Speed: lambda message: None,
    incoming.Language: lambda message: None,
}


class MessageQueue:
    """Every method may be called from any thread."""

    def __init__(self) -> None:
        self._waiting: deque[Received] = deque()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, received: Received) -> None:
        """Behind all others, in place of what it makes needless. Malformed where too many wait."""
        with self._lock:
            if (key := _key(received)) is not None:
                self._keep(lambda waiting: _key(waiting) != key)
            elif self._waiting and (key := _key(received, _REPLACES)) is not None and key == _key(self._waiting[-1], _REPLACES):
                self._waiting.pop()
            if len(self._waiting) >= MOST_WAITING:
                raise Malformed("message-many", most=MOST_WAITING)
            self._waiting.append(received)

    def pop(self) -> Received | None:
        """The one that has waited longest; None where none waits."""
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def put_back(self, received: Received) -> None:
        """Before all others: it was taken too early."""
        with self._lock:
            self._waiting.appendleft(received)

    def drop_questions(self) -> None:
        """Nobody is there to be answered. What changes something is handled still: it was said before the page left."""
        with self._lock:
            self._keep(lambda waiting: _key(waiting) is None and isinstance(waiting, Message))

    def _keep(self, wanted: Callable[[Received], bool]) -> None:
        if not all(map(wanted, self._waiting)):
            self._waiting = deque(filter(wanted, self._waiting))


def _key(received: Received, kinds: Mapping[type[Message], Callable[[Never], object]] = _LAST_COUNTS) -> object:
    """What two messages have in common of which the last says all; None where ``kinds`` has none such."""
    if isinstance(received, InputError) or type(received) not in kinds:
        return None
    key = cast("Callable[[Message], object]", kinds[type(received)])
    return type(received), key(received)
