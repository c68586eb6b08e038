"""What a training measures at a step is what it moves by: with every method, on the rows and with the draw of that step."""

import numpy as np
import pytest

from koubai.core.slopes.measurement import slopes
from koubai.core.step import ENGINES
from koubai.data import gate, load
from koubai.experiment import Experiment, Learning


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("method", "batch_size", "frozen"),
    [("loop", 5, ()), ("forward", None, ("w1[0,1]",)), ("spsa", 5, ())],
)
def test_it_is_what_plain_descent_moves_by(method: str, batch_size: int | None, frozen: tuple[str, ...], engine: str) -> None:
    data = load("moons", seed=0, validation=0, test=0, samples=13).train
    learning = Learning(data, hidden=(3,), activation="tanh", scale=0.7, init="normal", frozen=frozen)
    how = {"method": method, "h": 0.1, "batch_size": batch_size, "l1": 0.01, "l2": 0.02, "seed": 3, "engine": engine}
    steps = [*Experiment(learning, learning_rate=0.1, steps=4, record_every=1, **how).run()]  # type: ignore[arg-type]
    for step, after in zip(steps[::2], steps[1::2], strict=False):  # the third batch of five has three rows
        measured = Experiment(learning, learning_rate=0.1, steps=4, **how).measured(step)  # type: ignore[arg-type]
        assert measured.loss == pytest.approx(step.loss, abs=1e-12)
        assert measured.rows == (13 if batch_size is None else (5, 5, 3)[step.number % 3])
        before, moved = (one.parameters.arrays() for one in (step, after))
        for name, found in measured.gradient.arrays().items():
            moves = (before[name] - moved[name]) / 0.1
            if frozen and name == "w1":
                moves[0, 1] = found[0, 1]  # it is measured, and not moved
            np.testing.assert_allclose(found, moves, atol=1e-13)


def test_the_exact_slopes_are_of_the_same_rows() -> None:
    experiment = Experiment(Learning("xor", activation="tanh"), batch_size=1, method="loop", h=1e-5)
    step = experiment.start()
    measured, exact = experiment.measured(step), experiment.measured(step, exactly=True)
    assert measured.rows == exact.rows == 1
    assert exact.loss == pytest.approx(measured.loss, abs=1e-15)
    for array, other in zip(exact.gradient.arrays().values(), measured.gradient.arrays().values(), strict=True):
        np.testing.assert_allclose(array, other, atol=1e-9)


@pytest.mark.parametrize("method", ["forward", "spsa", "random-directions"])
def test_slopes_give_the_same_for_the_step(method: str) -> None:
    learning = Learning("xor", hidden=(3,))
    experiment = Experiment(learning, method=method, h=0.1, seed=5, steps=4, record_every=3, engine="jax")
    step = list(experiment.run())[1]
    measured = experiment.measured(step)
    loss, gradient = slopes(method, h=0.1, seed=5, step=step.number)(step.parameters, gate("xor"))
    assert loss == pytest.approx(measured.loss, abs=1e-15)
    for array, other in zip(gradient.arrays().values(), measured.gradient.arrays().values(), strict=True):
        np.testing.assert_allclose(array, other, atol=1e-14)
