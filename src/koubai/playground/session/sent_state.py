"""SentState: what a page has been told already, so that what is large isn't sent again and again."""

from dataclasses import dataclass

from koubai.playground.model.comparison import ComparisonRun
from koubai.playground.model.data_source import Source
from koubai.playground.model.timeline import Segment, Timeline

BETWEEN_CURVES = 0.2  # seconds, while it plays


@dataclass
class SentState:
    """What a page has. Each method says whether something is to be sent, and takes note that it is."""

    curve_due: bool = True
    _next_curve: float = 0.0
    _segment: Segment | None = None  # with which the loss curve ended
    _last: int = -1  # the last step of the loss curve
    _comparison: ComparisonRun | None = None
    _source: Source | None = None

    def takes_points(self, source: Source) -> bool:
        """Whether the points of ``source`` are to be sent."""
        is_new = self._source is not source
        self._source = source
        return is_new

    def takes_curve(self, timeline: Timeline, now: float, *, playing: bool) -> bool:
        """Whether the loss curve is to be sent: where the page doesn't have it yet, and it is time."""
        if self._segment is timeline.present and self._last == timeline.last:
            return False
        if playing and not self.curve_due and now < self._next_curve:
            return False
        self._segment, self._last = timeline.present, timeline.last
        self.curve_due, self._next_curve = False, now + BETWEEN_CURVES
        return True

    def takes_comparison(self, comparison: ComparisonRun | None) -> bool:
        """Whether the run that is shown beside is to be sent, which is done once."""
        is_new = comparison is not None and self._comparison is not comparison
        self._comparison = comparison
        return is_new
