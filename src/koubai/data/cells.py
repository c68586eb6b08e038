"""What the cells of a column mean: numbers, true and false, texts, or nothing at all."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["number", "boolean", "text"]

MISSING = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "None")
BOOLEANS = ("false", "true")

_DIGIT = "[0-9０-９]"
_SIGN = "[+＋−－-]"  # the ASCII hyphen last, where it means itself
# digits of both widths, thousands with commas or without, a fraction, an exponent
_NUMBER = (
    f"^{_SIGN}?({_DIGIT}{{1,3}}([,，]{_DIGIT}{{3}})+|{_DIGIT}+|[.．]{_DIGIT}+)([.．]{_DIGIT}*)?([eEｅＥ]{_SIGN}?{_DIGIT}+)?$"
)


@dataclass(frozen=True, eq=False)
class Column:
    """The cells of a column, by ``kind``.

    - "number": ``values`` (n,) float64, NaN where a value is missing (a column without any value is of this kind);
    - "boolean" and "text": ``values`` (n,) int64, places in the sorted ``texts``, -1 where missing; texts of booleans are
      "false" and "true".
    """

    kind: Kind
    values: NDArray[Any]
    texts: tuple[str, ...] = ()

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Where there is no value, (n,)."""
        return np.isnan(self.values) if self.kind == "number" else self.values < 0

    @property
    def distinct(self) -> int:
        """How many different values there are."""
        return len(np.unique(self.values[~self.missing])) if self.kind == "number" else len(self.texts)

    @property
    def constant(self) -> bool:
        """Whether there is one value only."""
        if self.kind != "number":
            return len(self.texts) == 1
        values = self.values[~self.missing]
        return bool((values == values[:1]).all())

    @property
    def whole(self) -> bool:
        """Whether all values are whole numbers that float64 holds exactly."""
        if self.kind != "number":
            return False
        values = self.values[~self.missing]
        return bool((np.abs(values) <= 2**53).all() and (values == np.floor(values)).all())


def column_of(array: Any) -> Column | None:
    """The Column that a pyarrow array holds; None where its type isn't taken (dates, lists, bytes, …)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    array = _plain(array)
    kind = array.type
    if pa.types.is_boolean(kind):
        return _coded(pc.cast(array, pa.string()), "boolean")
    if pa.types.is_null(kind):
        return Column("number", np.full(len(array), np.nan))
    if _is_number(kind):
        return Column("number", _floats(array))
    if not _is_text(kind):
        return None
    texts = _texts(array)
    numbers = _numbers(texts)
    if numbers is not None:
        return Column("number", _floats(numbers))
    boolean = pc.all(pc.is_in(pc.drop_null(texts), value_set=pa.array(BOOLEANS, texts.type))).as_py()
    return _coded(texts, "boolean" if boolean else "text")


def as_texts(array: Any) -> Column | None:
    """The same cells as texts, though they look like numbers: whole ones as 3, not 3.0."""
    import pyarrow as pa
    import pyarrow.compute as pc

    array = _plain(array)
    if _is_text(array.type):
        return _coded(_texts(array), "text")
    column = column_of(array)
    if column is None or column.kind != "number":
        return column
    numbers = pa.array(column.values, from_pandas=True)
    return _coded(pc.cast(pc.cast(numbers, pa.int64()) if column.whole else numbers, pa.string()), "text")


def numeric(texts: tuple[str, ...]) -> NDArray[np.bool_]:
    """Which of ``texts`` are written as numbers."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return np.asarray(pc.match_substring_regex(pa.array(texts, pa.string()), _NUMBER), dtype=bool)


def _plain(array: Any) -> Any:
    """Chunked, without dictionaries, and without types that pyarrow.compute doesn't take."""
    import pyarrow as pa

    if not isinstance(array, pa.ChunkedArray):
        array = pa.chunked_array([array])
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    return array.cast(pa.large_string()) if pa.types.is_string_view(array.type) else array


def _is_number(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind))


def _is_text(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_string(kind) or types.is_large_string(kind))


def _floats(array: Any) -> NDArray[np.float64]:
    import pyarrow as pa
    import pyarrow.compute as pc

    return np.asarray(pc.cast(array, pa.float64(), safe=False).to_numpy(), dtype=np.float64)


def _texts(array: Any) -> Any:
    """Stripped; null for every marker of a missing value; true and false in small letters."""
    import pyarrow as pa
    import pyarrow.compute as pc

    stripped = pc.utf8_trim_whitespace(array)
    gaps = pc.is_in(stripped, value_set=pa.array(MISSING, stripped.type))
    if pc.any(gaps).as_py():
        stripped = pc.if_else(gaps, pa.scalar(None, stripped.type), stripped)
    small = pc.utf8_lower(stripped)
    boolean = pc.is_in(small, value_set=pa.array(BOOLEANS, small.type))
    return pc.if_else(boolean, small, stripped) if pc.any(boolean).as_py() else stripped


def _numbers(texts: Any) -> Any:
    """The numbers that ``texts`` are, or None where one isn't."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        return pc.cast(texts, pa.float64())
    except pa.ArrowInvalid:
        pass
    if pc.all(pc.match_substring_regex(texts, _NUMBER)).as_py() is False:
        return None
    plain = pc.replace_substring(pc.utf8_normalize(texts, "NFKC"), "−", "-")
    plain = pc.utf8_ltrim(pc.replace_substring(plain, ",", ""), "+")
    try:
        return pc.cast(pc.replace_substring_regex(plain, "[eE][+]", "e"), pa.float64())
    except pa.ArrowInvalid:
        return None


def _coded(texts: Any, kind: Kind) -> Column:
    encoded = _plain(texts).dictionary_encode().combine_chunks()
    if hasattr(encoded, "chunks"):  # no chunk at all
        encoded = encoded.chunk(0)
    found = encoded.dictionary.to_pylist()
    order = sorted(range(len(found)), key=found.__getitem__)
    place = np.full(len(found) + 1, -1, dtype=np.int64)  # the last for what is missing
    place[order] = np.arange(len(found))
    codes = encoded.indices.fill_null(len(found)).to_numpy(zero_copy_only=False)
    return Column(kind, place[codes], tuple(found[i] for i in order))
