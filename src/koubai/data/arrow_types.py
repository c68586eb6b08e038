"""Names for what pyarrow and other libraries of frames hand over: they come without types."""

from typing import Any

ArrowArray = Any  # a pyarrow.Array or pyarrow.ChunkedArray, (n,)
ArrowType = Any  # a pyarrow.DataType
Frame = Any  # a Table, a pandas or polars frame, a pyarrow table, or any other frame that narwhals takes
