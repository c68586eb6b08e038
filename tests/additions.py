"""One addition of each kind that docs/architecture.md has a recipe for: what is written into which file.

``test_recipes`` writes it into a copy of the package, but only into the files that the recipe names, in the recipe's order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import dedent, indent

CORE, EXPERIMENT, PICTURES, PLAYGROUND = (f"src/koubai/{room}" for room in ("core", "experiment", "pictures", "playground"))
ENGLISH, JAPANESE = (f"src/koubai/locale/{language}/general.py" for language in ("en", "ja"))


@dataclass(frozen=True)
class Insertion:
    """``text`` before the only place where ``before`` stands in a file; all of a new file where ``before`` is empty."""

    before: str
    text: str

    def into(self, content: str) -> str:
        """The file's new text. ValueError where there is no such place, or several."""
        if not self.before:
            return self.text
        if content.count(self.before) != 1:
            raise ValueError(f"{self.before!r} stands there {content.count(self.before)} times")
        return content.replace(self.before, self.text + self.before)


Addition = Mapping[str, tuple[Insertion, ...]]


def function(before: str, text: str) -> Insertion:
    """A function before another."""
    return Insertion(before, dedent(text).lstrip() + "\n\n")


def entry(before: str, text: str, spaces: int = 4) -> Insertion:
    """Lines within brackets, before another."""
    return Insertion(f"{' ' * spaces}{before}", indent(dedent(text).strip(), " " * spaces) + "\n")


ACTIVATION: Addition = {
    f"{CORE}/activation_formulas.py": (
        function(
            "def identity(v: Array, xp: Namespace)",
            '''
            def gaussian(v: Array, xp: Namespace) -> Array:
                """Return exp(-v²)."""
                return xp.exp(-v * v)


            def gaussian_derivative(v: Array, xp: Namespace) -> Array:
                """Return -2v·exp(-v²)."""
                return -2 * v * xp.exp(-v * v)


            def gaussian_change(z: Array, u: Array, xp: Namespace) -> Array:
                """exp(-b²) - exp(-a²) = exp(-a²)·(exp(-|b² - a²|) - 1) where a is the one that is nearer to 0."""
                m = z + u / 2
                nearer = xp.abs(m) - xp.abs(u) / 2
                return xp.sign(m * u) * xp.exp(-nearer * nearer) * xp.expm1(-2 * xp.abs(m * u))
            ''',
        ),
    ),
    f"{CORE}/activations.py": (
        entry(
            'Activation(\n            "identity",',
            """
            Activation(
                "gaussian",
                formulas.gaussian,
                formulas.gaussian_change,
                formulas.gaussian_derivative,
                strip=1.0,
                steepest=0.858,
                span=1.0,
                monotone=False,
                onnx="gaussian",
                script=ScriptText(("np.exp(-v * v)",), ("-2 * v * np.exp(-v * v)",), "gaussian"),
            ),
            """,
            8,
        ),
    ),
    "src/koubai/export/onnx_activations.py": (
        function(
            "def sigmoid(graph: Graph, v: str)",
            '''
            def gaussian(graph: Graph, v: str) -> str:
                """Write exp(-v²)."""
                return graph.node("Exp", graph.node("Neg", graph.node("Mul", v, v)))
            ''',
        ),
    ),
    f"{EXPERIMENT}/fields.py": (Insertion('"identity", "step"]', '"gaussian", '),),
    ENGLISH: (entry('"list-activation-identity"', '"list-activation-gaussian": "exp(-v²), a bell",'),),
    JAPANESE: (entry('"list-activation-identity"', '"list-activation-gaussian": "exp(-v²)、釣り鐘の形",'),),
    "tests/core/test_activations.py": (entry('"identity": lambda v: v,', '"gaussian": lambda v: mpmath.exp(-v * v),'),),
}

LOSS: Addition = {
    f"{CORE}/losses.py": (
        function(
            "def _itself(m: Array, xp: Namespace)",
            '''
            def _quartic_rows(logits: Array, targets: Array, xp: Namespace) -> Array:
                return 0.25 * _over_outputs(xp.sum, xp.add, (logits - targets) ** 4, xp)


            def _quartic_gradient(logits: Array, targets: Array, xp: Namespace) -> Array:
                return (logits - targets) ** 3


            def _quartic_response(logits: Array, targets: Array, xp: Namespace) -> Response:
                """(e + m)⁴/4 - e⁴/4 = e³·m + 3e²/2·m² + e·m³ + m⁴/4, a power of the move after the other."""
                e = logits - targets
                weights = (e**3, 1.5 * e**2, e, 0.25 * xp.ones_like(e))
                kernels = tuple(_power(number) for number in (1, 2, 3, 4))
                return Response(weights, e[..., 0], kernels, lambda sums, rows, xp: sum(sums[1:], sums[0]), inf)


            def _power(number: int) -> Callable[[Array, Namespace], Array]:
                return lambda m, xp: m**number
            ''',
        ),
        entry(
            'Loss(\n            "squared",',
            """
            Loss(
                "quartic",
                "identity",
                _quartic_rows,
                _quartic_response,
                least_wrong=1 / 32,
                gradient=_quartic_gradient,
                script=ScriptText(
                    ("error = network({x}, parameters) - {y}", "np.mean(0.25 * (error**4).sum(axis=1))"),
                    ("({z} - {y}) ** 3 / len({x})",),
                ),
            ),
            """,
            8,
        ),
    ),
    f"{EXPERIMENT}/fields.py": (Insertion('"squared"]', '"quartic", '),),
    ENGLISH: (
        entry('"list-loss-squared"', '"list-loss-quartic": "mean of a quarter of the error to the fourth",'),
        entry('"picture-loss-squared"', '"picture-loss-quartic": "loss (fourth power)",'),
        entry('"script-loss-squared"', '"script-loss-quartic": "The mean over the rows of the error\'s fourth power.",'),
    ),
    JAPANESE: (
        entry('"list-loss-squared"', '"list-loss-quartic": "誤差の四乗の和の 1/4 の平均",'),
        entry('"picture-loss-squared"', '"picture-loss-quartic": "損失 (四乗誤差)",'),
        entry('"script-loss-squared"', '"script-loss-quartic": "誤差の四乗の和を、全部の行で平均する",'),
    ),
}

METHOD: Addition = {
    f"{CORE}/numpy_engine/differences.py": (
        function(
            "def complex_step(f: ScalarFunction",
            '''
            def backward(f: ScalarFunction, parameters: ParameterArrays, h: Scalar) -> list[Floats]:
                """(f(x) - f(x - h)) / h for every entry."""
                here = f(parameters)
                gradient = []
                for parameter in parameters:
                    slope = np.zeros_like(parameter)
                    for place in np.ndindex(parameter.shape):
                        kept = parameter[place]
                        parameter[place] = kept - h
                        slope[place] = (here - f(parameters)) / h
                        parameter[place] = kept
                    gradient.append(slope)
                return gradient
            ''',
        ),
    ),
    f"{CORE}/numpy_engine/slopes.py": (
        function(
            "def complex_step(objective: Objective",
            '''
            def backward(objective: Objective, flat: Floats, rows: PreparedRows, drawn: None = None) -> LossAndSlopes:
                """To the other side only."""
                return _of_each(differences.backward, objective, flat, rows)
            ''',
        ),
    ),
    f"{CORE}/slopes/differences.py": (
        function(
            "def complex_step(f: ScalarFunction",
            '''
            def backward(f: ScalarFunction, x: PyTree, h: Scalar) -> PyTree:
                """(f(x) - f(x - h)) / h for every entry of the pytree ``x``: P + 1 evaluations. Returns a pytree like ``x``."""
                flat, unravel = ravel_pytree(x)
                here = f(x)

                def slope(p: Scalar) -> Scalar:
                    below = flat[p] - h
                    return _per_step(here - f(unravel(flat.at[p].set(below))), flat[p] - below)

                return unravel(_every_entry(slope, flat))
            ''',
        ),
    ),
    f"{CORE}/slopes/whole_network.py": (
        Insertion("complex_step = _of", "backward = _of_the_whole_network(differences.backward)\n"),
    ),
    f"{CORE}/methods.py": (
        Insertion('"complex", "none"] = "central"', '"backward", '),
        entry(
            'Method(\n            "complex-step",',
            """
            Method(
                "backward",
                "whole_network:backward",
                "backward",
                definition="backward",
                difference="backward",
                evaluations=(1, 1),
                evaluates_here=True,
                most_layers=150,
            ),
            """,
            8,
        ),
    ),
    f"{EXPERIMENT}/sampled_slopes.py": (
        entry(
            'return self.forward(h) if method.difference == "forward"',
            """
            if method.difference == "backward":
                return self.forward(-h)
            """,
            8,
        ),
    ),
    f"{PLAYGROUND}/model/inspection.py": (
        entry(
            'below = measured.loss if method.difference == "forward"',
            """
            if method.difference == "backward":
                return _Terms(measured.loss, finite_or_none(float(measured.loss_at(moved(-h)))))
            """,
        ),
    ),
    f"{EXPERIMENT}/fields.py": (Insertion('"complex-step", "backprop", "spsa"', '"backward", '),),
    ENGLISH: (
        entry('"list-method-complex-step"', '"list-method-backward": "(f(w) - f(w-h)) / h",'),
        entry('"script-slopes-complex-step"', '"script-slopes-backward": "Nudge one parameter down by h, and put it back.",'),
    ),
    JAPANESE: (
        entry('"list-method-complex-step"', '"list-method-backward": "後退差分 (f(w) - f(w-h)) / h",'),
        entry('"script-slopes-complex-step"', '"script-slopes-backward": "パラメータを 1 つだけ h 減らし、元に戻す",'),
    ),
}

SETTING: Addition = {
    f"{EXPERIMENT}/fields.py": (
        Insertion(
            "RECORD_EVERY = Field[int](",
            'GOAL = Field[float]("goal", 0.0, "number", "descent", bounds=Bounds(0), page=Bounds(0, 1e6))\n',
        ),
        entry("RECORD_EVERY,\n", "GOAL,"),
    ),
    f"{EXPERIMENT}/experiment.py": (
        Insertion("    H,\n    fields_of,", "    GOAL,\n"),
        Insertion("    engine: str = ENGINE.default", "    goal: float = GOAL.default\n"),
        entry("steps = _with_memory_faults(steps)", "steps = self._until_goal(steps) if self.goal else steps", 8),
        entry(
            "def check_resources(self",
            """
            def _until_goal(self, steps: Iterator[Step]) -> Iterator[Step]:
                for step in steps:
                    yield step
                    if step.recorded and step.loss <= self.goal:
                        return
            """,
        ),
    ),
    f"{EXPERIMENT}/training_run.py": (
        Insertion("    seed: int = 0,\n    batch_seed", "    goal: float = 0.0,\n"),
        Insertion(
            "        seed: Of the starting weights and, unless", "        goal: Stop at a record with at most this loss.\n"
        ),
    ),
    f"{PLAYGROUND}/protocol/setting.py": (
        Insertion("    HIDDEN,\n", "    GOAL,\n"),
        entry("steps: StepNumber", "goal: Annotated[float, within(GOAL)] = founding(GOAL)"),
    ),
    ENGLISH: (
        entry('"help-l2"', '"help-goal": "Stop at a record with at most this loss.",'),
        entry('"error-patience"', '"error-goal": "The goal is {value!r}, but it must be a number from 0; try 0.1.",'),
    ),
    JAPANESE: (
        entry('"help-l2"', '"help-goal": "損失がこの値以下の記録で学習を止める",'),
        entry('"error-patience"', '"error-goal": "目標の損失が {value!r} ですが、0 以上の数にしてください（例: 0.1）。",'),
    ),
}

DATA_SET: Addition = {
    "src/koubai/data/synthetic.py": (
        function(
            "def _plane(samples: int",
            '''
            def _quadrants(samples: int, noise: float, seed: int) -> Points:
                """Draw points spread evenly over a square; class 1 where x1 and x2 have different signs."""
                random = np.random.RandomState(seed)
                points, labels = random.uniform(-1.4, 1.4, (samples, 2)), np.arange(samples) % 2
                points[:, 1] = np.abs(points[:, 1]) * np.where(labels == 1, -1, 1) * np.sign(points[:, 0])
                return points + random.normal(0.0, noise, points.shape), labels
            ''',
        ),
        entry('_planar("plane",', '_planar("quadrants", "list-set-quadrants", _quadrants, 0.05, 2),', 8),
    ),
    ENGLISH: (entry('"list-set-plane"', '"list-set-quadrants": "XOR with points between: {rows} points, {classes} classes",'),),
    JAPANESE: (entry('"list-set-plane"', '"list-set-quadrants": "XOR を連続にしたもの: {rows} 点、{classes} クラス",'),),
}

PICTURE: Addition = {
    f"{PICTURES}/displays/weight_sizes.py": (
        Insertion(
            "",
            dedent('''\
            """How large the weights of a run are."""

            from dataclasses import dataclass
            from typing import TYPE_CHECKING, Self

            import numpy as np

            from koubai.pictures.display import AxesDisplay, Floats, RunDisplay, freeze_arrays
            from koubai.pictures.theme import BLUE

            if TYPE_CHECKING:
                from matplotlib.axes import Axes

                from koubai.experiment import Run


            @dataclass(frozen=True, eq=False, repr=False)
            class WeightSizesDisplay(AxesDisplay, RunDisplay):
                """The sizes of all weights, sorted.

                Attributes:
                    sizes: (weights,).
                """

                name = "sizes"
                size = (6.4, 4.0)

                sizes: Floats

                def __post_init__(self) -> None:
                    freeze_arrays(self, sizes=np.float64)

                @classmethod
                def from_run(cls, run: "Run", language: str = "en") -> Self:
                    """The weights of any run."""
                    sizes = np.sort(np.concatenate([np.abs(layer.weights).ravel() for layer in run.network.layers]))
                    return cls(sizes, title=cls.title_of(run, language), language=language)

                def _draw(self, ax: "Axes") -> None:
                    ax.plot(self.sizes, color=BLUE)
                    ax.set_ylabel(self.say("picture-weight"))
                    ax.set_title(self.title, parse_math=False)
            '''),
        ),
    ),
    f"{PICTURES}/run_displays.py": (
        Insertion(
            "from koubai.pictures.feature_curve",
            "from koubai.pictures.displays.weight_sizes import WeightSizesDisplay\n",
        ),
        entry('displays["loss"] = LossDisplay', 'displays["sizes"] = WeightSizesDisplay', 8),
    ),
    f"{PICTURES}/__init__.py": (
        Insertion(
            "    from koubai.pictures.films.class_film",
            "    from koubai.pictures.displays.weight_sizes import WeightSizesDisplay as WeightSizesDisplay\n",
        ),
        entry('"comparisons_of":', '"WeightSizesDisplay": "displays.weight_sizes",'),
    ),
    f"{PICTURES}/picture_names.py": (Insertion('"loss", "losses",', '"sizes", '),),
    ENGLISH: (
        entry('"picture-loss-title"', '"picture-sizes-title": "{data}: sizes of the weights after step {step}",'),
        entry('"file-loss"', '"file-sizes": "the sizes of the weights",'),
    ),
    JAPANESE: (
        entry('"picture-loss-title"', '"picture-sizes-title": "{data}: 重みの大きさ、{step} ステップ後",'),
        entry('"file-loss"', '"file-sizes": "重みの大きさ",'),
    ),
    "src/koubai/locale/en/page.py": (entry('"page-picture-loss"', '"page-picture-sizes": "sizes of the weights",'),),
    "src/koubai/locale/ja/page.py": (entry('"page-picture-loss"', '"page-picture-sizes": "重みの大きさ",'),),
}

MESSAGE: Addition = {
    f"{PLAYGROUND}/protocol/incoming.py": (
        function(
            "MESSAGES: tuple[type[Message], ...]",
            '''
            class Largest(Message, frozen=True, tag="largest"):
                """Ask for the largest weight."""
            ''',
        ),
        Insertion(" Price,\n)", " Largest,"),
    ),
    f"{PLAYGROUND}/protocol/outgoing.py": (
        function(
            "MESSAGES: tuple[type[OutgoingMessage], ...]",
            '''
            class LargestAnswer(OutgoingMessage, frozen=True, kw_only=True, tag="largest"):
                """The weight that is farthest from 0."""

                value: float  # its size
            ''',
        ),
        Insertion("PriceAnswer)\n", "LargestAnswer, "),
    ),
    f"{PLAYGROUND}/model/inspection.py": (
        Insertion("PriceAnswer, SlopeAnswer", "LargestAnswer, "),
        function(
            "def price(training: Training)",
            '''
            def largest(training: Training) -> LargestAnswer:
                """The weight that is farthest from 0."""
                return LargestAnswer(value=max(float(np.abs(layer.weights).max()) for layer in training.network.layers))
            ''',
        ),
    ),
    f"{PLAYGROUND}/session/handlers.py": (
        function(
            "HANDLERS: Mapping",
            """
            def _largest(context: PageContext, message: incoming.Largest) -> None:
                context.outbox.put(inspection.largest(context.workspace.training))
            """,
        ),
        entry("incoming.Price: _price,", "incoming.Largest: _largest,"),
    ),
}
