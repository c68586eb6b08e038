"""A Parquet file's bytes read into a Table, no more of them than may be."""

import re
from typing import Any

from koubai.data.arrow_types import ArrowArray, ArrowType
from koubai.data.bounds import CELL_BYTES, MIB, Bounds
from koubai.data.cell_parsing import is_taken
from koubai.data.table import Table, check_distinct
from koubai.errors import InputError

_BATCH = 1 << 28  # bytes that are read at once: as a rule a whole group of rows, with its dictionaries


def read_parquet(content: bytes, path: str, bounds: Bounds) -> Table:
    """Return the table that a Parquet file of this ``content`` holds, texts as dictionaries: each distinct one is kept once.

    Columns of types that can't be learned from are not read.

    Raises:
        InputError: It is no table, or too large a one.
    """
    import pyarrow as pa

    if not content:
        raise InputError("table-empty", path=path)
    location = InputError("place-file", path=path)
    try:
        return _read(content, path, bounds, location)
    except (MemoryError, InputError):
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise InputError("table-parquet", path=path, reason=reason) from error


def _read(content: bytes, path: str, bounds: Bounds, location: InputError) -> Table:
    import pyarrow as pa
    from pyarrow import parquet

    metadata, schema = parquet.read_metadata(pa.BufferReader(content)), parquet.read_schema(pa.BufferReader(content))
    chunks = _column_chunks(metadata)
    built_up = {chunk.path_in_schema: chunk.total_uncompressed_size for chunk in chunks if _is_built_up(chunk)}
    texts = [field.name for field in schema if _is_text(field.type) and field.name not in built_up]
    file = parquet.ParquetFile(pa.BufferReader(content), page_checksum_verification=True, read_dictionary=texts)
    names = [name for name in schema.names if not re.fullmatch(r"__index_level_\d+__", name)]
    # a page's numbers are at most 8 bytes each, or one for many: what there is beyond that are texts
    letters = sum(max(0, chunk.total_uncompressed_size - 8 * chunk.num_values) for chunk in chunks)
    check_distinct(names, location)
    if metadata.num_rows <= 0:
        raise InputError("table-no-rows", table=location)
    bounds.check(metadata.num_rows, len(names), letters, location)
    taken = [name for name in names if is_taken(schema.field(name).type)]
    columns = _read_in_batches(file, taken, max(built_up.values(), default=0), bounds, location)
    unnamed = {name: number for number, name in enumerate(names, 1) if not name.strip()}
    arrays = {name: columns[name] if name in columns else pa.chunked_array([], schema.field(name).type) for name in names}
    return Table(arrays, metadata.num_rows, path, unnamed=unnamed)


def _is_text(kind: ArrowType) -> bool:
    from pyarrow import types

    return bool(types.is_string(kind) or types.is_large_string(kind))


def _column_chunks(metadata: Any) -> list[Any]:
    """Return what a Parquet file says of every column in every group of rows."""
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    return [group.column(number) for group in groups for number in range(group.num_columns)]


def _is_built_up(chunk: Any) -> bool:
    """Return whether its texts are written as the ends of those before them: they may be far larger than its pages."""
    return "DELTA_BYTE_ARRAY" in chunk.encodings


def _read_in_batches(file: Any, names: list[str], longest: int, bounds: Bounds, location: InputError) -> dict[str, ArrowArray]:
    """Read the columns ``names``, some 256 MiB at once; InputError where they are larger than the file says.

    ``longest``: bytes that a text can't be longer than, where texts are built up.
    """
    import pyarrow as pa

    if not names:
        return {}
    batches, size = [], 0
    for batch in file.iter_batches(max(1, _BATCH // max(CELL_BYTES * len(names), longest)), columns=names):
        batch.validate(full=True)
        batches.append(batch.select(names))
        size += batches[-1].nbytes
        if size > bounds.bytes:
            values = {"rows": file.metadata.num_rows, "columns": len(names)}
            raise InputError("table-bytes", table=location, **values, value=-(-size // MIB), most=bounds.bytes // MIB)
    if sum(batch.num_rows for batch in batches) != file.metadata.num_rows:
        raise ValueError(file.metadata.num_rows)
    table = pa.Table.from_batches(batches)
    return {name: table.column(name) for name in names}
