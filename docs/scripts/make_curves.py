"""Draws the pictures of docs/response-curves.md and its Japanese sister, in both languages. NumPy does all the mathematics."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
from make_pictures import HERE, small
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.typing import LineStyleType
from numpy.typing import NDArray
from PIL import Image

from koubai.pictures.theme import BLUE, FAINT, INK, ORANGE, new_figure, save_figure, use_theme

Array = NDArray[np.float64]

GREEN, PURPLE = "#009e73", "#aa4499"
PIECE_STYLES: tuple[LineStyleType, ...] = ("solid", (0, (6, 2)), (0, (2, 1)), (0, (6, 2, 1, 2)))
WIDTH = 9.4  # inches, 1410 pixels
WORDS = {
    "en": {
        "shift": "δ, how far the unit's pre-activation is shifted",
        "response": "r(δ), what the sample loses more",
        "shared": "One sample, one unit: every weight reads the same curve",
        "bias": "bias (a = 1)",
        "weight": "weight with a = {a}",
        "reads": "each reads r at h·a and at -h·a",
        "bracket": "The odd bracket D(s) = r(sR) - r(-sR)",
        "itself": "D itself",
        "nodes": "K = {k}, measured at {k} node",
        "nodes-many": "K = {k}, measured at {k} nodes",
        "s": "s, the shift in units of R",
        "errors": "How far off, beside the size of D",
        "size": "|error| / max |D|",
        "rate": "dashed: ϱ^(-2K), ϱ = {rho:.2f}",
        "kinks": "A ReLU unit's curve, and the smooth one that goes on as if there were no kinks",
        "curve": "r(δ)",
        "line": "if the line went on",
        "own": "own kink",
        "later": "later unit",
        "pieces": "What each kink adds from there on: the pieces Q",
        "sum": "sum of the pieces",
        "piece": "Q",
    },
    "ja": {
        "shift": "δ（ユニットの活性化前の値をずらす量）",
        "response": "r(δ)（損失の増分）",
        "shared": "サンプル 1 つ、ユニット 1 つ: どの重みも同じ曲線を読む",
        "bias": "バイアス（a = 1）",
        "weight": "a = {a} の重み",
        "reads": "それぞれ h·a と -h·a の 2 点で r を読む",
        "bracket": "奇関数 D(s) = r(sR) - r(-sR)",
        "itself": "D そのもの",
        "nodes": "K = {k}（{k} 個の節点で測る）",
        "nodes-many": "K = {k}（{k} 個の節点で測る）",
        "s": "s（R を単位とするずれ）",
        "errors": "D の大きさに対する誤差",
        "size": "|誤差| / max |D|",
        "rate": "破線: ϱ^(-2K)、ϱ = {rho:.2f}",
        "kinks": "ReLU ユニットの曲線と、折れ目がないものとして延ばした滑らかな曲線",
        "curve": "r(δ)",
        "line": "直線が続くとした場合",
        "own": "自身の折れ目",
        "later": "後ろのユニット",
        "pieces": "それぞれの折れ目から先で加わる分 Q",
        "sum": "Q の合計",
        "piece": "Q",
    },
}


def main() -> None:
    for language, words in WORDS.items():
        out = HERE / language
        out.mkdir(parents=True, exist_ok=True)
        for name, draw in (("shared", shared), ("interpolated", interpolated), ("kinks", kinks)):
            with tempfile.TemporaryDirectory() as folder, use_theme():
                save_figure(draw(words), Path(folder) / "picture.png")
                small(Image.open(Path(folder) / "picture.png"), out / f"curve-{name}.png")


def loss(logits: Array) -> Array:
    """Cross-entropy of the last axis, where the true class is the first."""
    return np.asarray(np.log(np.sum(np.exp(logits), axis=-1)) - logits[..., 0])


def tanh_curve(z: float, logits: Array, weights: Array) -> Callable[[Array], Array]:
    """The response curve of a tanh unit that feeds the logits by ``weights``."""

    def r(shift: Array) -> Array:
        v = np.tanh(z + shift) - np.tanh(z)
        return loss(logits + v[..., None] * weights) - loss(logits)

    return r


def shared(words: dict[str, str]) -> Figure:
    h = 0.6
    r = tanh_curve(0.35, np.array([0.2, 0.5, -0.3]), np.array([1.9, -1.6, 0.6]))
    figure = new_figure(WIDTH, 4.6)
    ax = figure.add_subplot()
    shift = np.linspace(-1.35, 1.35, 400)
    ax.plot(shift, r(shift), color=INK, linewidth=1.8, zorder=2)
    readers = ((0.5, BLUE, "o"), (1.0, INK, "D"), (-1.4, ORANGE, "s"), (2.0, GREEN, "^"))
    for a, colour, marker in readers:
        at = np.array([-h * a, h * a])
        label = words["bias"] if a == 1.0 else words["weight"].format(a=f"{a:g}")
        ax.plot(at, r(at), color=colour, linewidth=0.9, linestyle="dashed", marker=marker, markersize=8, label=label, zorder=3)
        ax.vlines(at, floor(ax, r(shift)), r(at), color=colour, linewidth=0.8, linestyle="dotted", zorder=1)
    ax.axhline(0, color=FAINT, linewidth=0.6, zorder=0)
    ax.axvline(0, color=FAINT, linewidth=0.6, zorder=0)
    ax.set_xticks([-2 * h, -1.4 * h, -h, -0.5 * h, 0, 0.5 * h, h, 1.4 * h, 2 * h],
                  ["-2h", "-1.4h", "-h", "-0.5h", "0", "0.5h", "h", "1.4h", "2h"])  # fmt: skip
    ax.set(xlim=(-1.4, 1.4), xlabel=words["shift"], ylabel=words["response"], title=words["shared"])
    ax.legend(title=words["reads"], loc="upper right", alignment="left")
    return figure


def floor(ax: Axes, values: Array) -> float:
    """A little below the lowest of ``values``, and the lower end of the axes."""
    low = float(values.min() - 0.08 * np.ptp(values))
    ax.set_ylim(bottom=low)
    return low


def nodes(k: int) -> Array:
    return np.asarray(np.cos((2 * np.arange(1, k + 1) - 1) * np.pi / (4 * k)))


def interpolant(bracket: Callable[[Array], Array], k: int, s: Array) -> Array:
    """Σ c_j·T_(2j-1)(s), from the K values of the bracket at its nodes."""
    odd = 2 * np.arange(1, k + 1)[:, None] - 1
    c = 2 / k * np.cos(odd * np.arccos(nodes(k))) @ bracket(nodes(k))
    return np.asarray(c @ np.cos(odd * np.arccos(s)))


def interpolated(words: dict[str, str]) -> Figure:
    beta = 1.25  # less than the engine takes, so that the eye sees the difference
    r = tanh_curve(0.2, np.array([0.2, 0.5, -0.3]), np.array([0.5, -0.5, 0.2]))
    reach = np.pi / 2 / beta
    s = np.linspace(-1, 1, 1601)

    def bracket(s: Array) -> Array:
        return r(s * reach) - r(-s * reach)

    figure = new_figure(WIDTH, 7.4)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(1.25, 1))
    above.plot(s, bracket(s), color=INK, linewidth=4.5, alpha=0.25, label=words["itself"])
    rho = beta + np.sqrt(beta**2 + 1)
    for k, colour, marker, style in ((1, ORANGE, "s", "dashed"), (2, BLUE, "o", "dashdot"), (3, GREEN, "^", "solid")):
        label = words["nodes-many" if k > 1 else "nodes"].format(k=k)
        polynomial = interpolant(bracket, k, s)
        above.plot(s, polynomial, color=colour, linewidth=1.3, linestyle=style)
        above.plot(nodes(k), bracket(nodes(k)), marker, color=colour, markersize=7)
        above.plot([], [], color=colour, linewidth=1.3, linestyle=style, marker=marker, markersize=7, label=label)
        off = np.abs(polynomial - bracket(s)) / np.abs(bracket(s)).max()
        below.semilogy(s, np.maximum(off, 1e-12), color=colour, linewidth=1.3, label=f"K = {k}")
        below.axhline(rho ** (-2 * k), color=colour, linewidth=0.8, linestyle=(0, (5, 4)))
        below.text(1.02, rho ** (-2 * k), f"ϱ^(-{2 * k})", color=colour, va="center", fontsize=9)
    above.axhline(0, color=FAINT, linewidth=0.6, zorder=0)
    above.set(title=words["bracket"], ylabel="D(s)")
    above.legend(loc="upper right")
    below.set(xlim=(-1, 1), ylim=(1e-6, 1), xlabel=words["s"], ylabel=words["size"], title=words["errors"])
    below.text(1, 1.03, words["rate"].format(rho=rho), transform=below.transAxes, ha="right", va="bottom", fontsize=9)
    return figure


# pre-activations of the unit itself and of three units behind it; the weights between them, those outwards, the last biases
PRE_ACTIVATION, LATER = 0.85, np.array([-0.3, 0.8, 0.42])
WEIGHTS, OUTWARDS = np.array([0.9, -1.0, 1.05]), np.array([[-3.0, 3.0], [1.0, -1.0], [2.0, -2.0]])
BIAS = np.array([0.0, 3.6])


def logits_along(shift: Array, own: bool, active: NDArray[np.bool_]) -> Array:
    """The logits, where the unit itself and the later units stay as active as they are said to be."""
    v = shift if own else np.full_like(shift, -PRE_ACTIVATION)
    return np.asarray((active * (LATER + v[:, None] * WEIGHTS)) @ OUTWARDS + BIAS)


def kinked_response(shift: Array) -> Array:
    """What the sample loses more where the unit is shifted."""
    v = np.maximum(PRE_ACTIVATION + shift, 0) - PRE_ACTIVATION
    return loss(np.maximum(LATER + v[:, None] * WEIGHTS, 0) @ OUTWARDS + BIAS) - unshifted_loss()


def unshifted_loss() -> float:
    return float(loss(np.maximum(LATER, 0) @ OUTWARDS + BIAS))


def kink_pieces(shift: Array) -> list[tuple[float, str, Array]]:
    """For every kink where it lies, whose it is ("own" or "later"), and what it adds to the response from there on."""
    pieces: list[tuple[float, str, Array]] = []
    for side in (1, -1):
        own, active = True, LATER > 0
        kinks = [(-PRE_ACTIVATION, -1)] if side < 0 else []
        kinks += [(float(where), j) for j, where in enumerate(-LATER / WEIGHTS) if where * side > 0]
        for where, j in sorted(kinks, key=lambda kink: abs(kink[0])):
            without = loss(logits_along(shift, own, active))
            if j < 0:
                own = False
            else:
                active = active ^ (np.arange(len(LATER)) == j)
            beyond = shift * side >= where * side
            pieces.append((where, "own" if j < 0 else "later", beyond * (loss(logits_along(shift, own, active)) - without)))
            if not own:
                break
    return sorted(pieces, key=lambda piece: piece[0])


def kinks(words: dict[str, str]) -> Figure:
    shift = np.linspace(-1.15, 1.15, 1201)
    response, pieces = kinked_response(shift), kink_pieces(shift)
    line = loss(logits_along(shift, True, LATER > 0)) - unshifted_loss()
    assert np.allclose(line + sum(piece for _, _, piece in pieces), response, rtol=0, atol=1e-12)

    figure = new_figure(WIDTH, 7.0)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(1.35, 1))
    above.plot(shift, line, color=INK, linewidth=1.2, linestyle=(0, (5, 3)), label=words["line"])
    above.plot(shift, response, color=INK, linewidth=2, label=words["curve"])
    above.plot(0, 0, "o", color=INK, markersize=6)
    draw_pieces(above, below, shift, pieces, words)
    below.plot(shift, response - line, color=FAINT, linewidth=4, alpha=0.5, label=words["sum"], zorder=1)
    below.axhline(0, color=FAINT, linewidth=0.6, zorder=0)
    above.set(ylabel=words["response"])
    above.set_title(words["kinks"], pad=26)
    above.legend(loc="upper center")
    below.set(xlabel=words["shift"], title=words["pieces"], ylabel="Q")
    below.legend(loc="upper center")
    return figure


def draw_pieces(above: Axes, below: Axes, shift: Array, pieces: list[tuple[float, str, Array]], words: dict[str, str]) -> None:
    """A mark on the curve for every kink, and its piece below."""
    colours = (BLUE, GREEN, PURPLE, ORANGE)
    for number, (where, whose, piece) in enumerate(pieces):
        colour = colours[number]
        above.plot(where, kinked_response(np.array([where])), "D", color=colour, markersize=7, zorder=4)
        above.annotate(words[whose], (where, 1.02), xycoords=("data", "axes fraction"), ha="center", va="bottom", color=colour)
        beyond = shift >= where if where > 0 else shift <= where
        below.plot(shift[beyond], piece[beyond], color=colour, linewidth=1.8, linestyle=PIECE_STYLES[number])
        below.plot(where, 0, "D", color=colour, markersize=7, zorder=4)
        end = -1 if where > 0 else 0
        align: Literal["left", "right"] = "left" if where > 0 else "right"
        name = f"{words['piece']}{'₁₂₃₄'[number]}"
        below.text(shift[end] * 1.015, piece[end], name, color=colour, va="center", ha=align)
        for ax in (above, below):
            ax.axvline(where, color=colour, linewidth=0.8, linestyle="dotted", zorder=0)


if __name__ == "__main__":
    main()
