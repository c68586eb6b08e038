"""The settings of a training, each declared once: name, kind, defaults, bounds, choices, whether a page may change it.

Experiment, Learning, ``koubai.train``, the command line with its help, ``koubai runs show`` and the documentation derive from
this table. Neither NumPy nor JAX is imported for it, so that ``koubai --help`` is there at once; what can be chosen is
therefore listed by name, and a test compares these names with the objects that carry them.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Generic, Literal, TypeVar, cast, get_args

ActivationName = Literal["relu", "leaky-relu", "tanh", "sigmoid", "softplus", "gelu", "sin", "identity", "step"]
InitName = Literal["normal", "xavier", "he"]
MethodName = Literal["central", "loop", "forward", "complex-step", "backprop", "spsa", "random-directions"]
LossName = Literal["cross-entropy", "squared"]
PrecisionName = Literal["float64", "float32"]
EngineName = Literal["auto", "numpy", "jax"]
OptimizerName = Literal[
    "gradient-descent", "momentum", "nesterov", "adam", "adamw", "nadam", "adamax", "amsgrad", "radam", "adabelief", "yogi",
    "adagrad", "adadelta", "rmsprop", "lion", "lamb",
]  # fmt: skip
ScheduleName = Literal["constant", "linear", "cosine", "exponential", "step", "inverse-time"]

Kind = Literal["integer", "number", "choice", "choices", "units", "names", "options"]
Part = Literal["problem", "experiment", "train"]
Group = Literal["network", "slopes", "descent", "files"]
Condition = Literal["complex_step", "stepping", "kinked", "float32", "gradient_descent", "normal", "values"]
Plain = str | int | float | tuple[int, ...] | tuple[str, ...] | Mapping[str, float] | None

MOST_STEPS = 2**31 - 2
MOST_SEED = 2**32 - 1
FEWEST_EPOCHS, FEWEST_STEPS = 20, 1000  # of a set or table where neither is said
MOST_RECORDS = 200  # of a set or table where nothing is said
BEFORE_ENGINES: Literal["jax"] = "jax"  # computed the experiments that name no engine
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Depends:
    """A default that depends on the data or on other settings: that of the first of its ``cases`` that holds.

    ``otherwise``: the default where none of them holds. ``koubai.experiment.defaults`` says what holds when.
    """

    cases: Mapping[Condition, Plain] = field(default_factory=dict)
    otherwise: Plain = None


def resolved(default: "Default", holds: Container[Condition]) -> Plain:
    """Choose what a default comes to where these conditions hold."""
    if not isinstance(default, Depends):
        return default
    return next((value for condition, value in default.cases.items() if condition in holds), default.otherwise)


FROM_EPOCHS = Depends()  # it is counted: from the rows, the batch size and the epochs
Default = Plain | Depends


@dataclass(frozen=True)
class Bounds:
    """The smallest and the largest value; both are possible, but the smallest isn't where ``above`` is true."""

    least: float = -inf
    most: float = inf
    above: bool = False


@dataclass(frozen=True)
class Field(Generic[T_co]):
    """One setting.

    Attributes:
        name: What Python calls it. The command line writes - for _.
        default: What an Experiment or a Learning has where nothing is said; None where ``for_gates`` depends on something.
        kind: Of the values: "choice" is one of the ``choices``, "choices" is one for each hidden layer.
        group: The heading of the command line's help under which it stands.
        part: Which object has it: a Learning, an Experiment, or only ``koubai.train``.
        for_gates: What it comes to for gates and Datasets; by default ``default``.
        for_sets: What it comes to for sets and tables; by default ``for_gates``.
        bounds: Of numbers; infinite ones are never possible.
        choices: The names that can be chosen.
        optional: Whether None is a value of its own.
        word_for_none: What a person writes for None.
        options: The name of the setting that holds further parameters of what is chosen, written after a colon.
        on_command_line: Whether ``koubai train`` has an option for it.
        page: Within which bounds a page may change it; None where it may not.
        error: The code of the sentence that refuses a value; by default the name with - for _.
        help: The key of the sentence that explains it, without "help-"; by default the name with - for _.
    """

    name: str
    default: T_co
    kind: Kind
    group: Group
    part: Part = "experiment"
    for_gates: Default = None
    for_sets: Default = None
    bounds: Bounds = Bounds()
    choices: tuple[str, ...] = ()
    optional: bool = False
    word_for_none: str = ""
    options: str = ""
    on_command_line: bool = True
    page: Bounds | None = None
    error: str = ""
    help: str = ""

    def __post_init__(self) -> None:
        """Fill in what follows from the name and from other fields."""
        default: Default = self.default  # type: ignore[assignment]  # whatever T_co is
        for_gates = default if self.for_gates is None else self.for_gates
        object.__setattr__(self, "for_gates", for_gates)
        object.__setattr__(self, "for_sets", for_gates if self.for_sets is None else self.for_sets)
        object.__setattr__(self, "error", self.error or self.option)
        object.__setattr__(self, "help", self.help or self.option)

    @property
    def option(self) -> str:
        """What the command line calls it, without the dashes."""
        return self.name.replace("_", "-")

    @property
    def in_train(self) -> Default:
        """The default in the signature of ``koubai.train``: None where it depends on the data, or on a start that is given."""
        own: object = self.default
        is_plain = own == self.for_gates == self.for_sets and self.kind != "options"
        return self.for_gates if is_plain and self.part != "problem" else None


SEED = Bounds(0, MOST_SEED)
STEPS_OF_A_PAGE = 100_000_000  # the number of each fits into 32 bits, also where as many are made again
ROWS_OF_A_PAGE = 5000

HIDDEN = Field[tuple[int, ...] | None](
    "hidden", None, "units", "network", "problem", for_gates=(8,), for_sets=(32,), bounds=Bounds(1, 100_000), page=Bounds(1, 64)
)
ACTIVATION = Field[str | None](
    "activation", None, "choices", "network", "problem", for_gates="relu", choices=get_args(ActivationName), page=Bounds()
)
INIT = Field[str | None](
    "init",
    None,
    "choice",
    "network",
    "problem",
    for_gates="normal",
    for_sets=Depends({"kinked": "he"}, "xavier"),
    choices=get_args(InitName),
    page=Bounds(),
)
SCALE = Field[float | None](
    "scale",
    None,
    "number",
    "network",
    "problem",
    for_gates=Depends({"normal": 0.1}, 1.0),
    bounds=Bounds(0),
    page=Bounds(0, 100),
)
START_SEED = Field[int]("seed", 0, "integer", "network", bounds=SEED, page=SEED)
FROZEN = Field[tuple[str, ...]]("frozen", (), "names", "network", "problem", on_command_line=False, page=Bounds())
METHOD = Field[MethodName]("method", "central", "choice", "slopes", choices=get_args(MethodName), page=Bounds())
H = Field[float | None](
    "h",
    None,
    "number",
    "slopes",
    for_gates=Depends({"complex_step": 1e-20}, 0.1),
    for_sets=Depends({"complex_step": 1e-20, "stepping": 0.1, "float32": 1e-2}, 1e-4),
    bounds=Bounds(0, above=True),
    page=Bounds(1e-300, 1e6),  # the reciprocal of the least, and that of its double, are numbers still
)
LOSS = Field[str | None](
    "loss",
    None,
    "choice",
    "slopes",
    "problem",
    for_gates=Depends({"values": "squared"}, "cross-entropy"),
    choices=get_args(LossName),
    page=Bounds(),
)
L1 = Field[float]("l1", 0.0, "number", "slopes", bounds=Bounds(0, 1e30), page=Bounds(0, 1e6), error="penalty")
L2 = Field[float]("l2", 0.0, "number", "slopes", bounds=Bounds(0, 1e30), page=Bounds(0, 1e6), error="penalty")
PRECISION = Field[PrecisionName]("precision", "float64", "choice", "slopes", choices=get_args(PrecisionName))
ENGINE = Field[EngineName]("engine", "auto", "choice", "slopes", choices=get_args(EngineName))
BATCH_SIZE = Field[int | None](
    "batch_size",
    None,
    "integer",
    "slopes",
    for_sets=32,
    bounds=Bounds(1, MOST_STEPS),
    optional=True,
    word_for_none="all",
    page=Bounds(1, ROWS_OF_A_PAGE),
)
BATCH_SEED = Field[int | None]("batch_seed", None, "integer", "slopes", bounds=SEED, optional=True, page=SEED)
OPTIMIZER = Field[OptimizerName](
    "optimizer",
    "gradient-descent",
    "choice",
    "descent",
    for_sets="adam",
    choices=get_args(OptimizerName),
    options="optimizer_options",
    page=Bounds(),
)
OPTIMIZER_OPTIONS = Field[Mapping[str, float]]("optimizer_options", {}, "options", "descent", on_command_line=False)
LEARNING_RATE = Field[float](
    "learning_rate",
    0.01,
    "number",
    "descent",
    for_sets=Depends({"gradient_descent": 0.1}, 0.01),
    bounds=Bounds(0),
    page=Bounds(0, 1e6),
)
SCHEDULE = Field[ScheduleName](
    "schedule", "constant", "choice", "descent", choices=get_args(ScheduleName), options="schedule_options"
)
SCHEDULE_OPTIONS = Field[Mapping[str, float]]("schedule_options", {}, "options", "descent", on_command_line=False)
STEPS = Field[int](
    "steps",
    5001,
    "integer",
    "descent",
    for_sets=FROM_EPOCHS,
    bounds=Bounds(0, MOST_STEPS),
    page=Bounds(0, STEPS_OF_A_PAGE),
    help="train-steps",
)
EPOCHS = Field[int | None](
    "epochs", None, "integer", "descent", "train", for_sets=FEWEST_EPOCHS, bounds=Bounds(0, 10**9), optional=True
)
PATIENCE = Field[int | None]("patience", None, "integer", "descent", bounds=Bounds(1, MOST_STEPS), optional=True)
RECORD_EVERY = Field[int](
    "record_every",
    100,
    "integer",
    "files",
    for_sets=FROM_EPOCHS,
    bounds=Bounds(1, MOST_STEPS),
    page=Bounds(1, 1_000_000),
)

FIELDS: tuple[Field[object], ...] = (
    HIDDEN, ACTIVATION, INIT, SCALE, START_SEED, FROZEN,
    METHOD, H, LOSS, L1, L2, PRECISION, ENGINE, BATCH_SIZE, BATCH_SEED,
    OPTIMIZER, OPTIMIZER_OPTIONS, LEARNING_RATE, SCHEDULE, SCHEDULE_OPTIONS, STEPS, EPOCHS, PATIENCE,
    RECORD_EVERY,
)  # fmt: skip


def founding(setting: Field[T | None]) -> T:
    """Look up the value that a setting has in the founding example, whose start is drawn by "normal".

    Args:
        setting: The setting, for which the founding example has a value.

    Returns:
        Its default for gates.
    """
    return cast(T, resolved(setting.for_gates, {"normal"}))


def fields_of(part: Part) -> tuple[Field[object], ...]:
    """List the settings that an object of this ``part`` has, in the order of the table."""
    return tuple(one for one in FIELDS if one.part == part)
