"""Pictures and films as objects: arrays in, pictures out.

A display or a film is frozen data. Its ``from_run`` and like constructors compute what it shows; ``plot`` and ``save`` draw it,
and compute nothing of that. Matplotlib is imported when something is drawn, which takes a second; pyplot's global state is left
alone.
Which pictures a run has says ``displays_of``, which film ``film_of``.

The names are imported when they are first used. Their modules import ``koubai.experiment`` only where a run is read: the
process that draws pictures for the command line gets them whole, and needs nothing of it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from koubai.pictures.display import Display as Display
    from koubai.pictures.displays.confusion_matrix import ConfusionMatrixDisplay as ConfusionMatrixDisplay
    from koubai.pictures.displays.decision_region import DecisionRegionDisplay as DecisionRegionDisplay
    from koubai.pictures.displays.decision_region import GridAnswers as GridAnswers
    from koubai.pictures.displays.hidden_units import HiddenUnitsDisplay as HiddenUnitsDisplay
    from koubai.pictures.displays.history import HistoryDisplay as HistoryDisplay
    from koubai.pictures.displays.loss import LossDisplay as LossDisplay
    from koubai.pictures.displays.losses import LossesDisplay as LossesDisplay
    from koubai.pictures.displays.misclassified_images import MisclassifiedImagesDisplay as MisclassifiedImagesDisplay
    from koubai.pictures.displays.multiclass_regions import MulticlassRegionsDisplay as MulticlassRegionsDisplay
    from koubai.pictures.displays.network_diagram import NetworkDiagramDisplay as NetworkDiagramDisplay
    from koubai.pictures.displays.prediction_error import PredictionErrorDisplay as PredictionErrorDisplay
    from koubai.pictures.displays.region_panels import RegionPanel as RegionPanel
    from koubai.pictures.displays.region_panels import RegionPanelsDisplay as RegionPanelsDisplay
    from koubai.pictures.displays.regression_curve import RegressionCurveDisplay as RegressionCurveDisplay
    from koubai.pictures.displays.truth_table import TruthTableDisplay as TruthTableDisplay
    from koubai.pictures.displays.weight_images import WeightImagesDisplay as WeightImagesDisplay
    from koubai.pictures.films.class_film import ClassFilm as ClassFilm
    from koubai.pictures.films.curve_film import CurveFilm as CurveFilm
    from koubai.pictures.films.film import Film as Film
    from koubai.pictures.films.truth_table_film import RegionFrames as RegionFrames
    from koubai.pictures.films.truth_table_film import TruthTableFilm as TruthTableFilm
    from koubai.pictures.run_displays import comparisons_of as comparisons_of
    from koubai.pictures.run_displays import displays_of as displays_of
    from koubai.pictures.run_displays import film_of as film_of

_HOME = {
    "ClassFilm": "films.class_film",
    "ConfusionMatrixDisplay": "displays.confusion_matrix",
    "CurveFilm": "films.curve_film",
    "DecisionRegionDisplay": "displays.decision_region",
    "Display": "display",
    "Film": "films.film",
    "GridAnswers": "displays.decision_region",
    "HiddenUnitsDisplay": "displays.hidden_units",
    "HistoryDisplay": "displays.history",
    "LossDisplay": "displays.loss",
    "LossesDisplay": "displays.losses",
    "MisclassifiedImagesDisplay": "displays.misclassified_images",
    "MulticlassRegionsDisplay": "displays.multiclass_regions",
    "NetworkDiagramDisplay": "displays.network_diagram",
    "PredictionErrorDisplay": "displays.prediction_error",
    "RegionFrames": "films.truth_table_film",
    "RegionPanel": "displays.region_panels",
    "RegionPanelsDisplay": "displays.region_panels",
    "RegressionCurveDisplay": "displays.regression_curve",
    "TruthTableDisplay": "displays.truth_table",
    "TruthTableFilm": "films.truth_table_film",
    "WeightImagesDisplay": "displays.weight_images",
    "comparisons_of": "run_displays",
    "displays_of": "run_displays",
    "film_of": "run_displays",
}

__all__ = [*_HOME]  # noqa: PLE0604


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'koubai.pictures' has no attribute {name!r}")
    return getattr(import_module(f"koubai.pictures.{_HOME[name]}"), name)
