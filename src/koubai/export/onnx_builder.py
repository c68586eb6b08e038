"""An ONNX graph while it is made."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from koubai.core.array_types import Array, DType

if TYPE_CHECKING:
    from onnx import NodeProto


@dataclass
class Graph:
    """Nodes in their order, and the constants that they use; ``kind`` is the NumPy type that computes."""

    kind: DType
    nodes: list["NodeProto"] = field(default_factory=list)
    constants: dict[str, Array] = field(default_factory=dict)

    def node(self, operation: str, *inputs: str, to: str = "", **attributes: int) -> str:
        """A node for ``operation``; returns the name of its value, ``to`` or a new one."""
        return self._added(operation, inputs, to, **attributes)

    def _added(self, operation: str, inputs: tuple[str, ...], name: str, **attributes: int) -> str:
        from onnx.helper import make_attribute, make_node

        name = name or f"{operation.lower()}_{len(self.nodes)}"
        node = make_node(operation, list(inputs), [name], name=f"node_{len(self.nodes)}")
        node.attribute.extend(make_attribute(key, value) for key, value in sorted(attributes.items()))
        self.nodes.append(node)
        return name

    def constant(self, value: Array, name: str = "") -> str:
        """The name of a constant: a number, or an array, which has a ``name`` of its own."""
        array = np.ascontiguousarray(value, dtype=self.kind).reshape(np.shape(value))
        name = name or f"constant_{float(value)!r}"
        self.constants[name] = array
        return name

    def cast(self, value: str) -> str:
        """A truth value as a number, 1 or 0."""
        from onnx.helper import np_dtype_to_tensor_dtype

        return self._added("Cast", (value,), "", to=np_dtype_to_tensor_dtype(np.dtype(self.kind)))
