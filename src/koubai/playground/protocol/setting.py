"""The setting: what the controls of a page say. It comes in links and in messages of either direction."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from koubai.playground.protocol.limits import (
    LEAST_H,
    MOST_LAYERS,
    MOST_PARAMETERS,
    MOST_SAMPLES,
    Name,
    ParameterEntry,
    Seed,
    Share,
    StepNumber,
    UnitCount,
)
from koubai.playground.protocol.structures import complete


class Setting(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the controls say. The defaults are the founding example.

    Fields without a comment are those of Experiment and Learning.
    """

    data: Name = "xor"  # a gate, a set, "own" (points drawn by hand), "table" (a file), or "run"
    samples: Annotated[int, Meta(ge=10, le=MOST_SAMPLES)] = 300  # of a set
    noise: Annotated[float, Meta(ge=0, le=10)] | None = None  # null: what is usual for the set
    test: Share = 0.0  # the share of the rows that is kept for the test
    data_seed: Seed = 0  # of a set
    task: Literal["classify", "regress"] = "classify"  # of own points
    target: Name = ""  # of a table: the column to learn
    features: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=10)] = ("x1", "x2")  # of data in the plane
    hidden: Annotated[tuple[UnitCount, ...], Meta(max_length=MOST_LAYERS)] = (8,)
    activations: Annotated[tuple[Name, ...], Meta(max_length=MOST_LAYERS)] = ("relu",)  # one for each hidden layer
    init: Name = "normal"
    scale: Annotated[float, Meta(ge=0, le=100)] = 0.1
    seed: Seed = 0
    batch_seed: Seed = 0
    method: Name = "central"
    h: Annotated[float, Meta(ge=LEAST_H, le=1e6)] = 0.1
    loss: Name = "cross-entropy"
    optimizer: Name = "gradient-descent"
    learning_rate: Annotated[float, Meta(ge=0, le=1e6)] = 0.01
    l1: Annotated[float, Meta(ge=0, le=1e6)] = 0.0
    l2: Annotated[float, Meta(ge=0, le=1e6)] = 0.0
    batch_size: Annotated[int, Meta(ge=1, le=MOST_SAMPLES)] | None = None  # null: all rows
    steps: StepNumber = 5001
    record_every: Annotated[int, Meta(ge=1, le=1_000_000)] = 100
    # parameters that stay, such as "w1[0,3]" or "b2[1]"
    frozen: Annotated[tuple[ParameterEntry, ...], Meta(max_length=MOST_PARAMETERS)] = ()
    cut: Annotated[tuple[ParameterEntry, ...], Meta(max_length=MOST_PARAMETERS)] = ()  # parameters that are 0 and stay so


complete(Setting)
