"""Arrays in, pictures out. Nothing that draws computes what it shows, and pyplot's global state is left alone. Which pictures a
run has, and their arrays, say ``run_plots`` and ``dataset_plots``.

``draw_…`` return matplotlib axes or figures; ``save_…`` take the same values, and a path. The names are imported when they are
first used: matplotlib takes a second, and the terminal's pictures don't need it.
"""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

_HOME = {
    "ClassReel": "data_film",
    "CurveReel": "data_film",
    "Panel": "region_panel",
    "FilmData": "truth_table_film",
    "draw_classes": "multiclass_regions",
    "draw_confusion": "confusion",
    "draw_curve": "regression",
    "draw_fit": "regression",
    "draw_history": "history",
    "draw_loss": "loss",
    "draw_losses": "loss",
    "draw_mistakes": "misclassified",
    "draw_network": "network_diagram",
    "draw_region": "region",
    "draw_regions": "regions",
    "draw_table": "truth_table",
    "draw_units": "hidden_units",
    "draw_weights": "weight_images",
    "new_axes": "theme",
    "save": "theme",
}

__all__ = [  # noqa: PLE0604
    *_HOME,
    "save_class_film",
    "save_classes",
    "save_confusion",
    "save_curve",
    "save_curve_film",
    "save_film",
    "save_fit",
    "save_history",
    "save_loss",
    "save_losses",
    "save_mistakes",
    "save_network",
    "save_region",
    "save_regions",
    "save_table",
    "save_units",
    "save_weights",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'koubai.pictures' has no attribute {name!r}")
    return getattr(import_module(f"koubai.pictures.{_HOME[name]}"), name)


def save_classes(path: Path, **values: Any) -> None:
    """``draw_classes`` into a file; the format follows its name."""
    _save("draw_classes", path, values)


def save_confusion(path: Path, **values: Any) -> None:
    """``draw_confusion`` into a file; the format follows its name."""
    _save("draw_confusion", path, values)


def save_curve(path: Path, **values: Any) -> None:
    """``draw_curve`` into a file; the format follows its name."""
    _save("draw_curve", path, values)


def save_fit(path: Path, **values: Any) -> None:
    """``draw_fit`` into a file; the format follows its name."""
    _save("draw_fit", path, values)


def save_history(path: Path, **values: Any) -> None:
    """``draw_history`` into a file; the format follows its name."""
    _save("draw_history", path, values)


def save_loss(path: Path, **values: Any) -> None:
    """``draw_loss`` into a file; the format follows its name."""
    _save("draw_loss", path, values)


def save_losses(path: Path, **values: Any) -> None:
    """``draw_losses`` into a file; the format follows its name."""
    _save("draw_losses", path, values)


def save_mistakes(path: Path, **values: Any) -> None:
    """``draw_mistakes`` into a file; the format follows its name."""
    _save("draw_mistakes", path, values)


def save_network(path: Path, **values: Any) -> None:
    """``draw_network`` into a file; the format follows its name."""
    _save("draw_network", path, values)


def save_region(path: Path, **values: Any) -> None:
    """``draw_region`` into a file; the format follows its name."""
    _save("draw_region", path, values)


def save_regions(path: Path, **values: Any) -> None:
    """``draw_regions`` into a file; the format follows its name."""
    _save("draw_regions", path, values)


def save_table(path: Path, **values: Any) -> None:
    """``draw_table`` into a file; the format follows its name."""
    _save("draw_table", path, values)


def save_units(path: Path, **values: Any) -> None:
    """``draw_units`` into a file; the format follows its name."""
    _save("draw_units", path, values)


def save_weights(path: Path, **values: Any) -> None:
    """``draw_weights`` into a file; the format follows its name."""
    _save("draw_weights", path, values)


def save_film(paths: Sequence[Path], **values: Any) -> None:
    """``film.save_film`` of a Reel: ``size``, ``rate`` and ``language`` are the film's, all other values the Reel's fields.

    Every path is an .mp4 or a .gif of the same frames.
    """
    _save_film("FilmData", paths, **values)


def save_class_film(paths: Sequence[Path], **values: Any) -> None:
    """The same of a ClassReel."""
    _save_film("ClassReel", paths, **values)


def save_curve_film(paths: Sequence[Path], **values: Any) -> None:
    """The same of a CurveReel."""
    _save_film("CurveReel", paths, **values)


def _save_film(
    kind: str,
    paths: Sequence[Path],
    *,
    size: tuple[int, int] = (1280, 720),
    rate: int | None = None,
    language: str = "en",
    **fields: Any,
) -> None:
    from koubai.pictures import film

    film.save_film(__getattr__(kind)(**fields), paths=paths, size=size, rate=rate, language=language)


def _save(draw: str, path: Path, values: dict[str, Any]) -> None:
    from koubai.pictures.theme import save

    save(__getattr__(draw)(**values), path)
