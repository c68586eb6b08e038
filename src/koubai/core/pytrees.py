"""What JAX must know of our frozen dataclasses: which of their fields hold arrays. Whatever hands one to JAX imports this.

It stands apart, so that a network can be made, trained by the NumPy engine and asked without JAX being loaded.
"""

from jax.tree_util import register_dataclass

from koubai.core.batches import Orders
from koubai.core.losses import Response
from koubai.core.network import register_with_jax
from koubai.core.regularization import Penalty
from koubai.core.slopes.base import Batch, Points
from koubai.core.state import Numbers, State

register_with_jax()
register_dataclass(Response, data_fields=["weights", "rows"], meta_fields=["kernels", "total", "radius", "largest", "halves"])
for _of_arrays in (Batch, Numbers, Orders, Penalty, Points, State):
    register_dataclass(_of_arrays)
