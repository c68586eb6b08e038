"""What JAX must know of our frozen dataclasses: which of their fields hold arrays. Whatever hands one to JAX imports this.

It stands apart, so that a network can be made, trained by the NumPy engine and asked without JAX being loaded.
"""

from jax.tree_util import GetAttrKey, register_dataclass, register_pytree_with_keys

from koubai.core.batches import Orders
from koubai.core.losses import Response
from koubai.core.network import Layer, Network
from koubai.core.penalty import Penalty
from koubai.core.slopes.base import Batch, Points
from koubai.core.state import Numbers, State

# made from its leaves as they are, as JAX asks of what checks its fields
register_pytree_with_keys(
    Layer,
    lambda layer: (((GetAttrKey("weights"), layer.weights), (GetAttrKey("bias"), layer.bias)), None),
    lambda _, leaves: Layer.holding(*leaves),
    lambda layer: ((layer.weights, layer.bias), None),
)
register_dataclass(Network, data_fields=["layers"], meta_fields=["activation", "output"])
register_dataclass(Response, data_fields=["weights", "rows"], meta_fields=["kernels", "total", "radius", "largest", "halves"])
for _of_arrays in (Batch, Numbers, Orders, Penalty, Points, State):
    register_dataclass(_of_arrays)
