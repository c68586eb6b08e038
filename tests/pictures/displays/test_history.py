"""Loss and accuracy over the records."""

from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from tests.pictures.figures import assert_nothing_is_cut, laid_out, texts_in

from koubai.locale import LANGUAGES
from koubai.pictures import HistoryDisplay

STEPS = np.arange(0, 2001, 50)
LOSS = {"train": 2.3 * np.exp(-STEPS / 500), "validation": 2.3 * np.exp(-STEPS / 600) + 0.1}
ACCURACY = {"train": 1 - LOSS["train"] / 2.6, "validation": 1 - LOSS["validation"] / 2.6}


def history(steps: Any, loss: Any, accuracy: Any = MappingProxyType({}), **about: Any) -> Any:
    return HistoryDisplay(np.asarray(steps), loss, accuracy, **about).plot()


def curves_of(ax: Any) -> list[Any]:
    return [line for line in ax.lines if len(line.get_xdata()) == len(STEPS)]


def test_both_axes_show_their_curves() -> None:
    figure = history(STEPS, LOSS, ACCURACY, title="$t$")
    upper, lower = figure.axes
    for ax, parts in ((upper, LOSS), (lower, ACCURACY)):
        for line, curve in zip(curves_of(ax), parts.values(), strict=True):
            assert np.array_equal(line.get_xdata(), STEPS)
            assert np.array_equal(line.get_ydata(), curve)
    assert (upper.get_ylabel(), lower.get_ylabel(), lower.get_xlabel()) == ("loss", "accuracy", "step")
    assert upper.get_xlim() == lower.get_xlim()
    assert {"$t$", "training", "validation", "100%"} <= {*texts_in(figure)}
    first, second = curves_of(upper)
    assert first.get_linestyle() != second.get_linestyle()


def test_a_regression_has_the_loss_only() -> None:
    figure = history(STEPS, {"train": LOSS["train"]})
    (ax,) = figure.axes
    assert ax.get_xlabel() == "step"
    assert "validation" not in texts_in(figure)


def test_the_network_that_was_kept_is_marked() -> None:
    figure = history(STEPS, LOSS, ACCURACY, best=400)
    for ax, parts in zip(figure.axes, (LOSS, ACCURACY), strict=True):
        upright, ring = (line for line in ax.lines if len(np.asarray(line.get_xdata())) < len(STEPS))
        assert np.asarray(upright.get_xdata()).tolist() == [400, 400]
        assert np.asarray(ring.get_xdata()).tolist() == [400]
        assert np.asarray(ring.get_ydata()).tolist() == [parts["validation"][8]]
    assert "kept: step 400" in texts_in(figure)


def test_epochs_are_counted_above() -> None:
    figure = history(STEPS, LOSS, epoch=100)
    laid_out(figure)
    (above,) = figure.axes[0].child_axes
    low, high = figure.axes[0].get_xlim()
    assert above.get_xlim() == pytest.approx((low / 100, high / 100))
    assert "epoch" in texts_in(figure)
    assert "epoch" not in texts_in(history(STEPS, LOSS))


def test_the_scale_of_the_loss_is_that_of_the_losses() -> None:
    assert history(STEPS, LOSS).axes[0].get_yscale() == "linear"
    far = history(STEPS, {"train": LOSS["train"] ** 3}).axes[0]
    assert (far.get_yscale(), far.get_ylabel()) == ("log", "loss, logarithmic scale")


def test_good_accuracies_are_seen_from_near() -> None:
    shares = (0.1, 0.49, 0.93, 0.9, 1)
    lower = [history(STEPS, LOSS, {"train": np.full(41, share)}).axes[1].get_ylim()[0] for share in shares]
    assert lower == pytest.approx([-0.03, -0.03, 0.897, 0.794, 0.897])


def test_gaps_and_single_records() -> None:
    lost = np.where(STEPS > 500, np.nan, LOSS["train"])
    figure = history(STEPS, {"train": lost, "validation": np.full(41, np.inf)})
    assert figure.axes[0].get_ylim() == (0, pytest.approx(1.08 * 2.3))
    laid_out(history(STEPS, {"train": np.full(41, np.nan)}, {"train": np.full(41, np.nan)}))
    single = history([0], {"train": [0.7]}, {"train": [0.5]}, best=0, epoch=10)
    assert single.axes[0].lines[0].get_marker() == "o"
    assert_nothing_is_cut(single)


def test_many_records_are_thinned() -> None:
    steps = np.arange(100_000)
    line: Any = history(steps, {"train": np.exp(-steps / 1e5)}).axes[0].lines[0]
    assert (len(line.get_xdata()), line.get_xdata()[0], line.get_xdata()[-1]) == (4000, 0, 99_999)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_cut(language: str, tmp_path: Path) -> None:
    loss, accuracy = {**LOSS, "test": LOSS["train"] ** 4}, {**ACCURACY, "test": ACCURACY["train"]}
    figure = history(STEPS, loss, accuracy, best=400, epoch=37.5, title=30 * "長い $x$", language=language)
    assert_nothing_is_cut(figure)
    assert {"en": "test", "ja": "テスト用"}[language] in texts_in(figure)
    for name in ("a.png", "b.png"):
        HistoryDisplay(STEPS, loss, language=language).save(tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
