"""FramePacer: when a page gets its next frame: about as often as a screen shows one, and only as fast as the page draws."""

from koubai.playground.model.training import Clock
from koubai.playground.protocol.limits import FRAMES_AHEAD

BETWEEN_FRAMES = 1 / 33  # seconds, on the average; no fewer than 30 a second are to reach the screen


class FramePacer:
    """``number``: of the last frame that was sent. ``is_stale``: whether the page doesn't show what is to be seen."""

    def __init__(self, clock: Clock) -> None:
        self.number = 0
        self.is_stale = True
        self.next_time = 0.0  # when the next frame is due
        self._drawn = 0  # the last frame that the page has drawn
        self._clock = clock

    @property
    def may_send(self) -> bool:
        """Whether few enough frames wait for being drawn."""
        return self.number - self._drawn < FRAMES_AHEAD

    def refresh(self) -> None:
        """Something of what a frame shows has changed."""
        self.is_stale = True

    def hurry(self) -> None:
        """A person waits for the next frame: it is due now."""
        self.next_time = 0.0

    def acknowledge(self, number: int) -> None:
        """The page has drawn that frame, and all before it."""
        self._drawn = min(max(self._drawn, number), self.number)

    def begin_page(self) -> None:
        """Another page is there, which waits for no frame of before."""
        self._drawn = self.number

    def due_time(self) -> float | None:
        """When a frame is to be sent; None where there is nothing new, or the page has yet to draw."""
        return self.next_time if self.is_stale and self.may_send else None

    def take(self, *, waits: bool) -> int | None:
        """The number of a frame that is to be sent now; None where none is. Where nothing plays none ``waits`` for its time."""
        now = self._clock()
        if not self.is_stale or not self.may_send or (waits and now < self.next_time):
            return None
        self.number, self.is_stale = self.number + 1, False
        self.next_time = max(self.next_time + BETWEEN_FRAMES, now + BETWEEN_FRAMES / 2)  # one that is late delays no other
        return self.number
