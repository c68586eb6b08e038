"""Draw docs/pictures/en/rooms.svg and its Japanese sister from the imports: which room uses which.

``python -m docs.scripts.make_rooms``, from the root of the repository.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

from tests.imports import imports_of, modules_of

from koubai.locale import LANGUAGES

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "koubai"
GROUND = "koubai"  # the modules that stand in no room, and locale, which the lowest of them use
NAMES = {GROUND: "*.py, locale"}
BOX, GAP, ROW, MARGIN = (156, 58), 24, 112, 20  # pixels
INK, QUIET, BLUE, PALE = "#1f2328", "#57606a", "#0072b2", "#f6f8fa"
WORDS = {
    "en": {
        "title": "The rooms of koubai: an arrow leads to the room that is used",
        GROUND: "errors, sentences, files",
        "core": "mathematics of networks",
        "data": "gates, sets, tables",
        "experiment": "settings, runs",
        "export": "other formats",
        "pictures": "pictures and films",
        "store": "runs that are kept",
        "terminal": "text on a terminal",
        "playground": "the page and its server",
        "cli": "the command koubai",
    },
    "ja": {
        "title": "koubai のパッケージ（矢印の先が、使われる側）",
        GROUND: "エラー、文、ファイル",
        "core": "ネットワークの数学",
        "data": "ゲート、データセット、表",
        "experiment": "設定と学習の記録",
        "export": "ほかの形式への書き出し",
        "pictures": "図と動画",
        "store": "学習の記録の保存",
        "terminal": "端末の文字による表示",
        "playground": "ページとサーバー",
        "cli": "コマンド koubai",
    },
}

Edge = tuple[str, str]  # a room, and one that it uses


def room_of(module: str) -> str:
    """The room in which a module stands."""
    room = module.split(".")[1] if "." in module else ""
    return room if room != "locale" and (SOURCE / room / "__init__.py").is_file() and room else GROUND


@cache
def uses() -> frozenset[Edge]:
    """Every room with every other that it uses, but for what is imported within the function of a lazy accessor."""
    modules = modules_of(SOURCE)
    imports = [one for module in modules if module not in ("koubai", "koubai.__main__") for one in imports_of(module, modules)]
    pairs = {(room_of(one.importer), room_of(one.imported)) for one in imports if not one.function.startswith("Run.")}
    return frozenset((user, used) for user, used in pairs if user != used)


def direct(edges: Collection[Edge]) -> set[Edge]:
    """The edges that don't follow from others: no other way leads from the one room to the other."""
    below: dict[str, set[str]] = {}
    for room in ordered(edges):
        nearest = {used for user, used in edges if user == room}
        below[room] = nearest.union(*(below[one] for one in nearest))
    return {
        (user, used)
        for user, used in edges
        if not any((user, between) in edges and used in below[between] for between in below if between != used)
    }


def ordered(edges: Iterable[Edge]) -> list[str]:
    """All rooms, each after those that it uses. CycleError where there is no such order."""
    graph: dict[str, set[str]] = {}
    for user, used in sorted(edges):
        graph.setdefault(user, set()).add(used)
    return list(TopologicalSorter(graph).static_order())


def floors(edges: Collection[Edge]) -> list[list[str]]:
    """The rooms of each floor, from the ground up: a room stands one above the highest that it uses."""
    height: dict[str, int] = {}
    for room in ordered(edges):
        height[room] = max((height[used] + 1 for user, used in edges if user == room), default=0)
    return [sorted(room for room in height if height[room] == floor) for floor in range(max(height.values()) + 1)]


@dataclass(frozen=True)
class Layout:
    """Where the boxes are, by their left upper corners, and how large the picture is."""

    corners: Mapping[str, tuple[float, float]]
    width: float
    height: float

    @classmethod
    def of(cls, rows: list[list[str]]) -> "Layout":
        """The highest floor first, each in the middle."""
        widths = [len(row) * (BOX[0] + GAP) - GAP for row in rows]
        width, corners = max(widths) + 2 * MARGIN, {}
        for number, (row, own) in enumerate(zip(reversed(rows), reversed(widths), strict=True)):
            for place, room in enumerate(row):
                corners[room] = ((width - own) / 2 + place * (BOX[0] + GAP), MARGIN + 30 + number * ROW)
        return cls(corners, width, MARGIN + 30 + (len(rows) - 1) * ROW + BOX[1] + MARGIN)

    def arrow(self, user: str, used: str) -> tuple[float, float, float, float]:
        """From the lower edge of one box to the upper edge of the other, a little apart from other arrows."""
        (x1, y1), (x2, y2) = self.corners[user], self.corners[used]
        lean = max(-0.35, min(0.35, (x2 - x1) / 600)) * BOX[0]
        return x1 + BOX[0] / 2 + lean, y1 + BOX[1], x2 + BOX[0] / 2 - lean, y2 - 5


def picture(language: str, edges: Collection[Edge] | None = None) -> str:
    """The picture as SVG."""
    edges = uses() if edges is None else edges
    layout, words = Layout.of(floors(edges)), WORDS[language]
    head = '<marker id="head" viewBox="0 0 8 8" refX="4" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {layout.width:g} {layout.height:g}" '
        f'width="{layout.width:g}" height="{layout.height:g}" font-family="sans-serif" text-anchor="middle">',
        f"<title>{words['title']}</title>",
        f'<defs>{head}<path d="M0 0 8 4 0 8z" fill="{QUIET}"/></marker></defs>',
        f'<rect width="{layout.width:g}" height="{layout.height:g}" fill="white"/>',
        f'<text x="{layout.width / 2:g}" y="{MARGIN + 4}" font-size="14" fill="{INK}">{words["title"]}</text>',
    ]
    for user, used in sorted(direct(edges)):
        x1, y1, x2, y2 = layout.arrow(user, used)
        lines.append(
            f'<line data-user="{user}" data-used="{used}" x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" '
            f'stroke="{QUIET}" stroke-width="1.2" marker-end="url(#head)"/>'
        )
    for room, (x, y) in layout.corners.items():
        middle, name = x + BOX[0] / 2, NAMES.get(room, room)
        lines += [
            f'<rect x="{x:g}" y="{y:g}" width="{BOX[0]}" height="{BOX[1]}" rx="8" fill="{PALE}" stroke="{BLUE}"/>',
            f'<text x="{middle:g}" y="{y + 25:g}" font-size="14" font-weight="bold" fill="{INK}">{name}</text>',
            f'<text x="{middle:g}" y="{y + 44:g}" font-size="11" fill="{QUIET}">{words[room]}</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])


def path_of(language: str) -> Path:
    """Where the picture is."""
    return ROOT / "docs" / "pictures" / language / "rooms.svg"


if __name__ == "__main__":
    for one in LANGUAGES:
        path_of(one).write_text(picture(one), encoding="utf-8")
