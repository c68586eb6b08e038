"""What is seen on a page, for tests of pictures."""

from itertools import combinations
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text


def laid_out(drawn: Axes | Figure) -> Figure:
    """The figure, laid out."""
    figure = drawn if isinstance(drawn, Figure) else drawn.figure
    assert isinstance(figure, Figure)
    figure.draw_without_rendering()
    return figure


def texts_of(figure: Figure) -> list[Any]:
    """The texts that are seen: not those of ticks beyond the ends of an axis."""
    everywhere: list[Any] = [ax for parent in figure.axes for ax in (parent, *parent.child_axes)]
    unseen = set()
    for axis in (axis for ax in everywhere for axis in (ax.xaxis, ax.yaxis)):
        seen = axis._update_ticks()
        unseen |= {label for tick in axis.get_major_ticks() if tick not in seen for label in (tick.label1, tick.label2)}
    found: list[Any] = figure.findobj(Text)
    return [text for text in found if text.get_visible() and text.get_text().strip() and text not in unseen]


def texts_in(drawn: Axes | Figure) -> list[str]:
    """All texts that are seen."""
    return [text.get_text() for text in texts_of(laid_out(drawn))]


def assert_nothing_is_cut(drawn: Axes | Figure) -> None:
    """Every text lies on the page, and none on another."""
    figure = laid_out(drawn)
    boxes = {text: text.get_window_extent() for text in texts_of(figure)}
    assert boxes
    for text, box in boxes.items():
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1
        assert inside, (text.get_text(), box, figure.bbox)
    for (text, box), (other, its_box) in combinations(boxes.items(), 2):
        apart = box.x1 < its_box.x0 + 2 or its_box.x1 < box.x0 + 2 or box.y1 < its_box.y0 + 2 or its_box.y1 < box.y0 + 2
        assert apart, (text.get_text(), other.get_text())
