"""Playback: whether the training goes on, how fast, and until which step. It trains, or shows again what was made before."""

from collections import deque
from dataclasses import dataclass

from koubai.playground.model.training import Clock, Training
from koubai.playground.session.pacing import BETWEEN_FRAMES, FramePacer

LEAST_SECONDS = 0.001  # of a turn that ends early, since a frame is due: a shorter one makes too few steps for its price
HOLD = 0.4  # seconds without training after rows were drawn, which need a program of their own
REPLAY = 3.0  # seconds in which what was made before is played again, as fast as it goes
USUAL_SPEED = 1000.0  # steps a second
SECONDS_OF_RATE = 1.0  # over which the steps a second are counted
UNLIMITED = 10**9  # steps


@dataclass(frozen=True)
class _Left:
    """What it did when its page went away: it was playing, until step ``goal`` or without end."""

    goal: int | None


class Playback:
    """``speed``: steps a second, 0 for as many as can be. ``goal``: the step at which it rests again, None for none.

    ``is_preparing``: whether the page is told that a program is compiled.
    """

    def __init__(self, training: Training, pacer: FramePacer, clock: Clock) -> None:
        self.is_playing = self.is_preparing = False
        self.speed = USUAL_SPEED
        self.goal: int | None = None
        self._training = training
        self._pacer = pacer
        self._clock = clock
        self._since = clock()  # when steps were counted last
        self._owed = 0.0  # steps that a slow speed has yet to make
        self._rates: deque[tuple[float, int]] = deque()
        self._held_until = 0.0
        self._left: _Left | None = None

    def play(self, goal: int | None = None) -> None:
        """Go on, until step ``goal`` or without end."""
        self.is_playing, self.goal = True, goal
        self._since, self._owed = self._clock(), 1.0
        self._rates.clear()
        self._pacer.refresh()

    def rest(self) -> None:
        """Rest; what was trained is kept."""
        self._rest()
        self._pacer.refresh()

    def _rest(self) -> None:
        self.halt()
        self._rates.clear()
        self._training.autosave.rest()

    def halt(self) -> None:
        """Play no further, since something went wrong."""
        self.is_playing, self.goal = False, None

    def suspend(self) -> None:
        """The page is gone: rest until it is back."""
        self._left = _Left(self.goal) if self.is_playing else None
        self._rest()

    def resume(self) -> None:
        """The page is back: go on with what was done before."""
        self.is_preparing = False
        if self._left is not None:
            self.play(self._left.goal)
            self._left = None

    def hold(self) -> None:
        """Let the training wait a little: a person is about to change more."""
        self._held_until = self._clock() + HOLD

    def set_speed(self, steps: float | None) -> None:
        """Make so many steps a second from now on; None: as many as can be."""
        self.speed = steps or 0.0
        if self.is_playing:
            self.play(self.goal)

    def go_to(self, step: int, *, seconds: float | None = None) -> None:
        """Show step ``step``, and rest; train until there where it has not been made. ``seconds``: see ``Training.show``."""
        last = self._training.timeline.last
        if step <= last:
            self.rest()
            self._training.show(step, seconds=seconds)
        else:
            self._training.show(last)
            self.play(step)

    @property
    def rate(self) -> float:
        """Steps a second, lately."""
        if len(self._rates) < 2 or not self.is_playing:
            return 0.0
        (began, first), (ended, last) = self._rates[0], self._rates[-1]
        return max(0.0, (last - first) / max(ended - began, 1e-3))

    def next_time(self, now: float, again_at: float) -> float | None:
        """When it wants to go on, at the earliest ``again_at``; None where it doesn't play."""
        if not self.is_playing:
            return None
        held_until = max(self._held_until, again_at)
        if held_until > now:
            return held_until
        is_due = not self.speed or self.goal is not None or self._clock() >= self._steps_wanted
        return now if is_due else self._steps_wanted

    @property
    def _steps_wanted(self) -> float:
        """When the next steps are due: not before they can be seen, since a turn costs more than a step."""
        return self._since + max((1 - self._owed) / self.speed, BETWEEN_FRAMES)

    @property
    def _is_fast(self) -> bool:
        """Whether as many steps are made as can be."""
        return self.goal is not None or not self.speed

    def advance(self, seconds: float) -> bool:
        """Go on for about ``seconds``, where it plays.

        Args:
            seconds: How long it may take.

        Returns:
            Whether it has come to its end by that.

        Raises:
            Occupied: A program is needed, and too many are being compiled.
        """
        training, now = self._training, self._clock()
        if not self.is_playing or now < self._held_until or not self._is_prepared():
            return False
        elapsed, steps = now - self._since, self._steps_due(now)
        if steps < 1:
            return False
        number = training.step_number
        if self._is_fast and self._pacer.may_send and now < self._pacer.next_time:
            seconds = min(seconds, max(self._pacer.next_time - now, LEAST_SECONDS))
        if training.is_last:
            goal = self.goal if self.goal is not None else number + steps
            training.train(seconds, min(steps, goal - number) if goal > number else 0)
        else:
            self._replay(number, steps, elapsed)
        self._count_steps(now, training.step_number)
        if training.step_number != number:
            self._pacer.refresh()
        is_over = training.is_last and (training.is_finished or training.diverged is not None)
        if is_over or (self.goal is not None and training.step_number >= self.goal):
            self.rest()
            return True
        return False

    def _steps_due(self, now: float) -> int:
        """How many whole steps are due; from now on what is owed beyond them counts."""
        steps = float(UNLIMITED)
        if not self._is_fast:  # what can't be kept up with is let go
            steps = min(self._owed + (now - self._since) * self.speed, max(1.0, 0.5 * self.speed))
            self._owed = steps - int(steps)
        self._since = now
        return int(steps)

    def _replay(self, number: int, steps: int, elapsed: float) -> None:
        """Show a step after ``number`` that was made before."""
        training, timeline = self._training, self._training.timeline
        stride = (timeline.last - timeline.first) * elapsed / REPLAY if self._is_fast else steps
        last = timeline.last if self.goal is None else min(self.goal, timeline.last)
        training.show(min(last, number + max(1, int(stride))), seconds=0.01)
        if training.step_number <= number:  # from one record to the next
            training.show(timeline.record_after(number))

    def _is_prepared(self) -> bool:
        """Whether a program needs no compiling, or the page has been told that it is."""
        if not self._training.is_last or self._training.is_known() or self.is_preparing:
            self.is_preparing = False
            return True
        self.is_preparing = True
        self._pacer.refresh()
        self._pacer.hurry()
        return not self._pacer.may_send

    def _count_steps(self, now: float, number: int) -> None:
        self._rates.append((now, number))
        while len(self._rates) > 2 and now - self._rates[0][0] > SECONDS_OF_RATE:
            self._rates.popleft()
