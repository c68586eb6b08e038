"""The setting: what the controls of a page say. It comes in links and in messages of either direction.

The fields that an Experiment or a Learning has too take their bounds and defaults from the table of settings,
``koubai.experiment.fields``; only what is the page's own is declared here.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from koubai.experiment.fields import (
    ACTIVATION,
    BATCH_SEED,
    BATCH_SIZE,
    FROZEN,
    HIDDEN,
    INIT,
    L1,
    L2,
    LEARNING_RATE,
    LOSS,
    METHOD,
    OPTIMIZER,
    RECORD_EVERY,
    SCALE,
    START_SEED,
    STEPS,
    H,
    founding,
)
from koubai.playground.protocol.limits import (
    MOST_LAYERS,
    MOST_PARAMETERS,
    MOST_SAMPLES,
    Name,
    ParameterEntry,
    Seed,
    Share,
    StepNumber,
    UnitCount,
    within,
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
    hidden: Annotated[tuple[UnitCount, ...], Meta(max_length=MOST_LAYERS)] = founding(HIDDEN)
    # one for each hidden layer
    activations: Annotated[tuple[Name, ...], Meta(max_length=MOST_LAYERS)] = (founding(ACTIVATION),)
    init: Name = founding(INIT)
    scale: Annotated[float, within(SCALE)] = founding(SCALE)
    seed: Seed = founding(START_SEED)
    batch_seed: Annotated[int, within(BATCH_SEED)] = founding(START_SEED)
    method: Name = founding(METHOD)
    h: Annotated[float, within(H)] = founding(H)
    loss: Name = founding(LOSS)
    optimizer: Name = founding(OPTIMIZER)
    learning_rate: Annotated[float, within(LEARNING_RATE)] = founding(LEARNING_RATE)
    l1: Annotated[float, within(L1)] = founding(L1)
    l2: Annotated[float, within(L2)] = founding(L2)
    batch_size: Annotated[int, within(BATCH_SIZE)] | None = BATCH_SIZE.default  # null: all rows
    steps: StepNumber = founding(STEPS)
    record_every: Annotated[int, within(RECORD_EVERY)] = founding(RECORD_EVERY)
    # parameters that stay, such as "w1[0,3]" or "b2[1]"
    frozen: Annotated[tuple[ParameterEntry, ...], Meta(max_length=MOST_PARAMETERS)] = founding(FROZEN)
    cut: Annotated[tuple[ParameterEntry, ...], Meta(max_length=MOST_PARAMETERS)] = ()  # parameters that are 0 and stay so


complete(Setting)
