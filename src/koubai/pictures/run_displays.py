"""Which pictures and which film a run has, and which pictures several runs have together: by the names of their files.

To add a picture, write its display in ``displays/``, name its file in ``picture_names``, say here which runs have it, name the
class in ``koubai.pictures``, and give it its sentences in ``locale/``: a title, and a line for its file.
"""

from collections.abc import Callable, Sequence
from functools import partial

from koubai.experiment import Run
from koubai.pictures.display import Display, RunDisplay
from koubai.pictures.displays.confusion_matrix import ConfusionMatrixDisplay
from koubai.pictures.displays.decision_region import DecisionRegionDisplay
from koubai.pictures.displays.hidden_units import HiddenUnitsDisplay
from koubai.pictures.displays.history import HistoryDisplay
from koubai.pictures.displays.loss import LossDisplay
from koubai.pictures.displays.losses import LossesDisplay
from koubai.pictures.displays.misclassified_images import MisclassifiedImagesDisplay
from koubai.pictures.displays.multiclass_regions import MulticlassRegionsDisplay
from koubai.pictures.displays.network_diagram import NetworkDiagramDisplay
from koubai.pictures.displays.prediction_error import PredictionErrorDisplay
from koubai.pictures.displays.region_panels import RegionPanelsDisplay
from koubai.pictures.displays.regression_curve import RegressionCurveDisplay
from koubai.pictures.displays.truth_table import TruthTableDisplay
from koubai.pictures.displays.weight_images import WeightImagesDisplay
from koubai.pictures.feature_curve import FeatureCurve
from koubai.pictures.films.class_film import ClassFilm
from koubai.pictures.films.curve_film import CurveFilm
from koubai.pictures.films.film import Film
from koubai.pictures.films.truth_table_film import TruthTableFilm
from koubai.pictures.picture_names import PictureName


def displays_of(run: Run) -> dict[PictureName, type[RunDisplay]]:
    """The displays that show something of a run, by the names of their files, without a suffix.

    Args:
        run: Any run.

    Returns:
        Classes, whose ``from_run`` computes what the picture shows: only for that which is wanted.

    >>> import koubai as kb
    >>> list(displays_of(kb.train("xor", steps=1)))
    ['region', 'network', 'units', 'loss']
    """
    if _is_truth_table(run):
        displays = _truth_table_displays(run)
        displays["network"] = NetworkDiagramDisplay
        if HiddenUnitsDisplay.shows(run):
            displays["units"] = HiddenUnitsDisplay
        displays["loss"] = LossDisplay
        return displays
    displays = _class_displays(run) if run.data.task == "classify" else _value_displays(run)
    displays["history"] = HistoryDisplay  # which says more than the losses of its batches
    if WeightImagesDisplay.shows(run):
        displays["weights"] = WeightImagesDisplay
    displays["network"] = NetworkDiagramDisplay
    return displays


def film_of(run: Run) -> type[Film] | None:
    """The film that shows something of a run, if there is one.

    Returns:
        A class, whose ``from_run`` computes what the film shows.
    """
    if _is_truth_table(run):
        return TruthTableFilm
    if ClassFilm.shows(run):
        return ClassFilm
    return CurveFilm if FeatureCurve.shows(run) else None


def comparisons_of(runs: Sequence[Run], names: Sequence[str], language: str) -> dict[PictureName, Callable[[], Display]]:
    """The pictures that show several runs together, by the names of their files, without a suffix.

    Args:
        runs: The runs, in the order in which they are shown.
        names: What they are called.
        language: The language of titles and labels.

    Returns:
        Functions that compute what a picture shows.
    """
    pictures: dict[PictureName, Callable[[], Display]] = {"losses": partial(LossesDisplay.from_runs, runs, names, language)}
    if all(run.data.inputs.shape[1] == 2 and len(run.data.classes) == 2 for run in runs):
        pictures["regions"] = partial(RegionPanelsDisplay.from_runs, runs, names, language)
    return pictures


def _is_truth_table(run: Run) -> bool:
    """Whether the rows are shown as a truth table, and not where they lie: there are two classes, and inputs of 0 and 1."""
    return not run.experiment.problem.sampled and TruthTableDisplay.shows(run)


def _truth_table_displays(run: Run) -> dict[PictureName, type[RunDisplay]]:
    """The region, in several panels for three and four inputs; the truth table as squares for more than two."""
    if run.data.inputs.shape[1] == 2:
        return {"region": DecisionRegionDisplay}
    region: dict[PictureName, type[RunDisplay]] = {"region": RegionPanelsDisplay} if RegionPanelsDisplay.shows(run) else {}
    return {**region, "table": TruthTableDisplay}


def _class_displays(run: Run) -> dict[PictureName, type[RunDisplay]]:
    displays: dict[PictureName, type[RunDisplay]] = {}
    if run.data.inputs.shape[1] > 1:
        displays["plane"] = MulticlassRegionsDisplay
    displays["confusion"] = ConfusionMatrixDisplay
    if MisclassifiedImagesDisplay.shows(run):
        displays["mistakes"] = MisclassifiedImagesDisplay
    return displays


def _value_displays(run: Run) -> dict[PictureName, type[RunDisplay]]:
    displays: dict[PictureName, type[RunDisplay]] = {"fit": PredictionErrorDisplay}
    if FeatureCurve.shows(run):
        displays["curve"] = RegressionCurveDisplay
    return displays
