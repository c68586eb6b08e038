"""What the cells of a column mean: numbers, true and false, texts, or nothing at all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from koubai.data.arrow_types import ArrowArray, ArrowType

Kind = Literal["number", "boolean", "text"]
Codes = NDArray[np.int64]  # (n,): which of some texts every cell is, -1 where there is none

MISSING = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "None")
BOOLEANS = ("false", "true")

_DIGIT = "[0-9０-９]"
_SIGN = "[+＋−－-]"  # the ASCII hyphen last, where it means itself
# digits of both widths, thousands with commas or without, a fraction, an exponent
_NUMBER = (
    f"^{_SIGN}?({_DIGIT}{{1,3}}([,，]{_DIGIT}{{3}})+|{_DIGIT}+|[.．]{_DIGIT}+)([.．]{_DIGIT}*)?([eEｅＥ]{_SIGN}?{_DIGIT}+)?$"
)
_ENDLESS = "(?i:^-?(inf|infinity|nan)$)"  # what is no number to learn from, but none of texts either


@dataclass(frozen=True, eq=False)
class Column:
    """The cells of a column.

    - Of the kind "number", ``values`` (n,) are float64, NaN where a value is missing; a column without any value is of it.
    - Of the kinds "boolean" and "text", ``values`` (n,) are int64: indices of the sorted ``texts``, -1 where a value is
      missing. The texts of booleans are "false" and "true".
    """

    kind: Kind
    values: NDArray[np.float64] | NDArray[np.int64]
    texts: tuple[str, ...] = ()

    @property
    def numbers(self) -> NDArray[np.float64]:
        """The values of a column of numbers, (n,)."""
        return np.asarray(self.values, dtype=np.float64)

    @property
    def codes(self) -> Codes:
        """The values of a column of texts or booleans, (n,): indices of ``texts``."""
        return np.asarray(self.values, dtype=np.int64)

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


def parse_column(array: ArrowArray) -> Column | None:
    """Return the Column that a pyarrow array holds; None where its type isn't taken (dates, lists, bytes, …)."""
    return parse_columns([array])[0]


def parse_columns(arrays: Sequence[ArrowArray]) -> list[Column | None]:
    """Do the same for many arrays at once: one call for all their texts together costs as much as for those of one array."""
    columns: list[Column | None] = [None] * len(arrays)
    encoded = {}
    for index, array in enumerate(map(_simplified, arrays)):
        if _is_text(array.type):
            columns[index] = _plain_numbers(array)
            if columns[index] is None:
                encoded[index] = _encode(array)
        else:
            columns[index] = _parse_typed(array)
    for index, column in zip(encoded, _parse_texts(list(encoded.values())), strict=True):
        columns[index] = column
    return columns


def as_texts(array: ArrowArray) -> Column | None:
    """Return the cells as texts, though they look like numbers: whole ones as 3, not 3.0."""
    import pyarrow as pa
    import pyarrow.compute as pc

    array = _simplified(array)
    if _is_text(array.type):
        words, codes = _encode(array)
        return _category_column(_strip(words).to_pylist(), codes, "text")
    column = parse_column(array)
    if column is None or column.kind != "number":
        return column
    numbers = pa.array(column.values, from_pandas=True)
    words, codes = _encode(_simplified(pc.cast(pc.cast(numbers, pa.int64()) if column.whole else numbers, pa.string())))
    return _category_column(words.to_pylist(), codes, "text")


def numeric(texts: tuple[str, ...]) -> NDArray[np.bool_]:
    """Return which of ``texts`` are written as numbers, (len(texts),)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return np.asarray(pc.match_substring_regex(pa.array(texts, pa.string()), _NUMBER), dtype=bool)


def _simplified(array: ArrowArray) -> ArrowArray:
    """Return a chunked array, with dictionaries of texts only, and without types that pyarrow.compute doesn't take."""
    import pyarrow as pa

    if not isinstance(array, pa.ChunkedArray):
        array = pa.chunked_array([array])
    if pa.types.is_dictionary(array.type) and is_taken(array.type) and not _is_text(array.type):
        array = array.cast(array.type.value_type)
    return array.cast(pa.large_string()) if pa.types.is_string_view(array.type) else array


def _is_number(kind: ArrowType) -> bool:
    from pyarrow import types

    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind))


def _is_text(kind: ArrowType) -> bool:
    """Return whether it is a type of texts, or of a dictionary of them."""
    from pyarrow import types

    kind = kind.value_type if types.is_dictionary(kind) else kind
    return bool(types.is_string(kind) or types.is_large_string(kind))


def is_taken(kind: ArrowType) -> bool:
    """Return whether a column of this type of pyarrow's can be learned from."""
    from pyarrow import types

    kind = kind.value_type if types.is_dictionary(kind) else kind
    plain = types.is_boolean(kind) or types.is_null(kind) or types.is_string_view(kind)
    return bool(plain or _is_text(kind) or _is_number(kind))


def _parse_typed(array: ArrowArray) -> Column | None:
    """Return the Column of an array that holds no texts; None where its type isn't taken."""
    import pyarrow as pa

    if pa.types.is_boolean(array.type):
        words, codes = _encode(array.cast(pa.string()))
        return _category_column(words.to_pylist(), codes, "boolean")
    if pa.types.is_null(array.type):
        return Column("number", np.full(len(array), np.nan))
    return Column("number", _floats(array)) if _is_number(array.type) else None


def _floats(array: ArrowArray) -> NDArray[np.float64]:
    import pyarrow as pa
    import pyarrow.compute as pc

    return np.asarray(pc.cast(array, pa.float64(), safe=False).to_numpy(), dtype=np.float64)


def _plain_numbers(array: ArrowArray) -> Column | None:
    """Return the Column of texts that are all plain numbers; None where one isn't."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(array.type):
        return None
    try:
        float(array[0].as_py() or 0 if len(array) else 0)  # at once, where the first is none
        return Column("number", _floats(pc.cast(array, pa.float64())))
    except ValueError:  # which Arrow's is, too
        return None


def _encode(array: ArrowArray) -> tuple[ArrowArray, Codes]:
    """Return the distinct texts of a column, and which of them every cell is, (n,): -1 where there is none."""
    import pyarrow as pa

    if array.num_chunks == 1:
        whole = array.chunk(0)
    else:
        whole = (array.unify_dictionaries() if pa.types.is_dictionary(array.type) else array).combine_chunks()
        if hasattr(whole, "chunks"):  # no chunk at all, or dictionaries
            whole = whole.chunk(0) if whole.num_chunks else pa.array([], whole.type)
    whole = whole if pa.types.is_dictionary(whole.type) else whole.dictionary_encode()
    codes = whole.indices.cast(pa.int64()).fill_null(-1) if whole.indices.null_count else whole.indices  # polars has no signs
    return whole.dictionary, codes.to_numpy(zero_copy_only=False)


def _parse_texts(coded: Sequence[tuple[ArrowArray, Codes]]) -> Iterator[Column]:
    """Yield the Columns of texts that ``_encode`` gave."""
    import pyarrow as pa

    if not coded:
        return
    kinds = {words.type for words, _ in coded}
    words = _strip(pa.concat_arrays([words if len(kinds) == 1 else words.cast(pa.large_string()) for words, _ in coded]))
    gap, (numeric, numbers) = np.asarray(words.is_null()), _parse_numbers(words)
    start = 0
    for own, codes in coded:
        part = slice(start, start + len(own))
        start += len(own)
        if (gap[part] | numeric[part]).all():
            yield Column("number", np.append(numbers[part], np.nan)[codes])  # -1, missing, is the last
            continue
        texts = words[part].to_pylist()
        yield _category_column(texts, codes, "boolean" if {*texts} <= {None, *BOOLEANS} else "text")


def _strip(words: ArrowArray) -> ArrowArray:
    """Strip spaces; replace every marker of a missing value by null; write true and false in small letters."""
    import pyarrow as pa
    import pyarrow.compute as pc

    stripped = pc.utf8_trim_whitespace(words)
    gaps = pc.is_in(stripped, value_set=pa.array(MISSING, stripped.type))
    stripped = pc.if_else(gaps, pa.scalar(None, stripped.type), stripped)
    small = pc.utf8_lower(stripped)
    return pc.if_else(pc.is_in(small, value_set=pa.array(BOOLEANS, small.type)), small, stripped)


def _parse_numbers(words: ArrowArray) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return which of ``words`` are numbers, (n,), and the numbers, NaN for the others, (n,)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    numeric = pc.fill_null(pc.match_substring_regex(words, f"{_NUMBER}|{_ENDLESS}"), False)
    plain = pc.if_else(numeric, words, pa.scalar(None, words.type))
    try:
        numbers = pc.cast(plain, pa.float64())
    except pa.ArrowInvalid:
        plain = pc.replace_substring(pc.utf8_normalize(plain, "NFKC"), "−", "-")
        plain = pc.utf8_ltrim(pc.replace_substring(plain, ",", ""), "+")
        plain = pc.replace_substring_regex(plain, "[eE][+]", "e")
        try:
            numbers = pc.cast(plain, pa.float64())
        except pa.ArrowInvalid:  # beyond the largest number: infinite, as Python has it
            numbers = pa.array([None if one is None else float(one) for one in plain.to_pylist()], pa.float64())
    return np.asarray(numeric, dtype=bool), np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.float64)


def _category_column(words: Sequence[str | None], codes: Codes, kind: Kind) -> Column:
    """Return the Column of the ``words`` that ``codes`` stand for; equal words become one text."""
    texts = sorted({word for word in words if word is not None})
    code_of = {text: code for code, text in enumerate(texts)}
    sorted_codes = np.array([*(-1 if word is None else code_of[word] for word in words), -1], dtype=np.int64)
    return Column(kind, sorted_codes[codes], tuple(texts))  # -1, missing, is the last
