"""How exported scripts of plain NumPy write what a run is made of: short texts, which activations and losses carry.

Braces hold what depends on the run. ``{above_zero}`` is the condition that v is above 0 (of its real part, where numbers are
complex); ``{(}``, ``{)}`` and ``{cast}`` make float32 again what NumPy has computed in float64; ``{x}``, ``{y}`` and
``{z}`` are the names of inputs, targets and logits.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ScriptText:
    """A function and its derivative.

    Attributes:
        value: The lines of the function's body. The last is the expression that it returns.
        derivative: The same of its derivative.
        function: What the script calls an activation; empty for one that is left out, since it changes nothing.
        helper: The name of a function of v that both ask; empty where there is none.
        helper_value: The lines of its body.
    """

    value: tuple[str, ...] = ()
    derivative: tuple[str, ...] = ()
    function: str = ""
    helper: str = ""
    helper_value: tuple[str, ...] = ()


EXPONENTIAL = "e = np.exp(np.where({above_zero}, -v, v))"  # at most 1
NOTHING = ScriptText()
