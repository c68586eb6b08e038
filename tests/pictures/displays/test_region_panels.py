"""Regions side by side: each with its own data and names, in panels that never touch."""

import pickle
import subprocess
import sys
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.text import Text

import koubai as kb
from koubai.locale import LANGUAGES
from koubai.pictures import DecisionRegionDisplay, RegionPanel, RegionPanelsDisplay

X = np.linspace(-1.5, 1.5, 7)
POINTS, LABELS = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])
SLOPE = np.tile(1 / (1 + np.exp(-4 * X)), (7, 1))


def panel(title: str = "a", value: float | None = None, **changed: Any) -> RegionPanel:
    field = SLOPE if value is None else np.full((7, 7), value)
    return RegionPanel(**{"title": title, "field": field, "points": POINTS, "labels": LABELS, **changed})


def regions(panels: Sequence[RegionPanel], **about: Any) -> Figure:
    return RegionPanelsDisplay(X, X, panels, **about).plot()


def panels_of(figure: Figure) -> list[Axes]:
    return [ax for ax in figure.axes if ax.images]


def bar_of(figure: Figure) -> Axes:
    (bar,) = [ax for ax in figure.axes if not ax.images]
    return bar


def texts_of(figure: Figure) -> list[Any]:
    """The texts that are seen, but those within a panel."""
    inside = {text for ax in panels_of(figure) for text in ax.texts if text.get_rotation()}
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text() and text not in inside]


def test_every_panel_is_its_own() -> None:
    first = panel("xor-0", 0.1, note="loss 0.117, 4/4 right")
    second = panel("own data", 0.9, points=[[0.5, -0.5]], labels=[1], note="loss 0.5", names=("u", "v"))
    figure = regions([first, second], title="t")
    one, other = panels_of(figure)
    assert [ax.get_title(loc="left") for ax in (one, other)] == ["xor-0", "own data"]
    assert [[text.get_text() for text in ax.texts if text.get_visible()] for ax in (one, other)] == [
        ["loss 0.117, 4/4 right"],
        ["loss 0.5"],
    ]
    assert [float(np.asarray(ax.images[0].get_array())[0, 0]) for ax in (one, other)] == [0.1, 0.9]
    assert [(ax.get_xlabel(), ax.get_ylabel()) for ax in (one, other)] == [("x1", "x2"), ("u", "v")]
    for ax, zeros, ones in ((one, [[0, 0], [1, 1]], [[0, 1], [1, 0]]), (other, [], [[0.5, -0.5]])):
        dots = [np.asarray(dots.get_offsets()).tolist() for dots in ax.collections if isinstance(dots, PathCollection)]
        assert dots[-2:] == [zeros, ones]
    assert [text.get_text() for text in figure.texts] == ["t"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["class 0", "class 1"]


def test_equal_names_are_written_at_the_edges_only() -> None:
    axes = panels_of(regions([panel() for _ in range(5)]))
    assert [ax.get_ylabel() for ax in axes] == ["x2", "", "", "x2", ""]
    assert [ax.get_xlabel() for ax in axes] == ["", "", "x1", "x1", "x1"]  # the third is the lowest of its column
    assert [ax.xaxis.get_tick_params()["labelbottom"] for ax in axes] == [False, False, True, True, True]
    assert [ax.yaxis.get_tick_params()["labelleft"] for ax in axes] == [True, False, False, True, False]
    assert [*axes[0].get_xticks()] == [-1, 0, 1]


@pytest.mark.parametrize(
    ("outputs", "label"),
    [
        (["softmax", "softmax"], "probability of class 1"),
        (["identity", "identity"], "lead of class 1: (1 + y(1) - y(0)) / 2"),
        (["identity", "softmax"], "probability of class 1, or its lead"),
    ],
)
def test_the_bar_says_what_is_true_of_all(outputs: list[str], label: str) -> None:
    figure = regions([panel(output=output) for output in outputs])
    assert bar_of(figure).get_ylabel() == label
    boundaries = [ax.texts[0].get_text() for ax in panels_of(figure)]
    assert boundaries == [{"softmax": "p = 0.5", "identity": "y(0) = y(1)"}[output] for output in outputs]


GRIDS = {
    1: (1, 1),
    2: (1, 2),
    3: (1, 3),
    4: (2, 2),
    5: (2, 3),
    6: (2, 3),
    7: (2, 4),
    8: (2, 4),
    9: (3, 3),
    12: (3, 4),
    13: (4, 4),
}


@pytest.mark.parametrize(("count", "grid"), GRIDS.items())
def test_the_grid(count: int, grid: tuple[int, int]) -> None:
    axes = panels_of(regions([panel() for _ in range(count)]))
    places = [ax.get_position() for ax in axes]
    assert len(axes) == count
    assert (len({round(place.y0, 6) for place in places}), len({round(place.x0, 6) for place in places})) == grid
    assert len({(round(place.width, 6), round(place.height, 6)) for place in places}) == 1
    order = [(-round(place.y0, 6), place.x0) for place in places]
    assert order == sorted(order)  # row by row


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("names", [("x1", "x2"), ("a very long name of a feature, with its unit in cm", "がくの長さ")])
@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 12])
def test_nothing_is_cut_and_no_texts_meet(count: int, names: tuple[str, str], language: str) -> None:
    long = {
        "en": "a-run-with-a-name-that-is-far-too-long-for-its-panel",
        "ja": "とても長い名前の付いた幅の広いネットワークの学習",
    }
    note = {"en": "loss 1.17e-05, 1023/1024 right", "ja": "損失 1.17e-05、1024 行のうち 1023 行が正解"}[language]
    output = ["identity"] if count < 4 else ["identity", "softmax"]
    panels = [
        panel(f"{long[language]}-{run}", output=output[run % len(output)], note=note, names=names if run else ("x1", "x2"))
        for run in range(count)
    ]
    figure = regions(panels, title=20 * "long ", language=language)
    figure.draw_without_rendering()
    boxes = {text: text.get_window_extent() for text in texts_of(figure)}
    assert len(boxes) >= 2 * count
    for text, box in boxes.items():
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1
        assert inside, text.get_text()
        for ax in figure.axes:
            assert not box.overlaps(ax.get_window_extent()), text.get_text()
    for (text, box), (other, its_box) in combinations(boxes.items(), 2):
        assert not box.overlaps(its_box), (text.get_text(), other.get_text())
    titles = [ax.get_title(loc="left") for ax in panels_of(figure)]
    assert all(title.endswith(f"-{run}") for run, title in enumerate(titles))


def test_the_label_of_the_boundary_keeps_away_from_the_data() -> None:
    along = np.stack([np.zeros(9), np.linspace(-1.5, 1.5, 9)], axis=1)
    crowded = panel(points=along, labels=np.zeros(9))
    one, other = panels_of(regions([panel(points=[[0, 0]], labels=[1]), crowded]))
    assert one.texts[0].get_visible()
    assert np.hypot(*one.texts[0].get_position()) > 0.5
    assert not other.texts[0].get_visible()


def test_many_points_are_small() -> None:
    sizes = []
    for count in (4, 32, 320):
        axes = DecisionRegionDisplay(X, X, SLOPE, np.zeros((count, 2)), np.zeros(count, int)).plot()
        (dots,) = [dots for dots in axes.collections if len(np.asarray(dots.get_offsets())) == count]
        assert isinstance(dots, PathCollection)
        sizes.append(float(dots.get_sizes()[0]))
    assert sizes == [130, 130, 13]


@pytest.mark.parametrize(
    ("gate", "titles"), [("parity-3", ["x3 = 0", "x3 = 1"]), ("parity-4", ["x3 = 0, x4 = 0", "x3 = 0, x4 = 1"])]
)
def test_the_further_inputs_of_a_gate_are_panels(gate: str, titles: list[str]) -> None:
    run = kb.train(gate, steps=1, hidden=())
    axes = panels_of(RegionPanelsDisplay.from_run(run).plot())
    assert [ax.get_title(loc="left") for ax in axes][:2] == titles
    assert len(axes) == 2 ** (run.data.inputs.shape[1] - 2)
    shown = [np.asarray(dots.get_offsets()).tolist() for dots in axes[1].collections if isinstance(dots, PathCollection)]
    assert shown[-2:] == [[[0, 1], [1, 0]], [[0, 0], [1, 1]]]


def test_a_panel_is_sent_to_the_drawing_process_without_matplotlib(tmp_path: Path) -> None:
    again = pickle.loads(pickle.dumps(panel("a", 0.3)))
    assert (again.title, again.field[0, 0]) == ("a", 0.3)
    code = "import sys; from koubai.pictures import RegionPanel; print('matplotlib' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"
    for name in ("a.png", "b.png"):
        RegionPanelsDisplay(X, X, [again], title="t").save(tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
