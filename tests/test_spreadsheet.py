"""Texts that a spreadsheet would run as formulas."""

import csv
from io import StringIO

import pytest

from koubai.data import table_of
from koubai.spreadsheet import escaped, line, unescaped

FORMULAS = ["=1+1", "+1", "-x", "@SUM(A1)", "=cmd|' /C calc'!A0", "\tx", "\rx", "\nx", "＝1", "－1", "'=1", "''@"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_begins_as_a_formula_does(text: str) -> None:
    assert escaped(text) == f"'{text}"
    assert unescaped(escaped(text)) == text
    written = line(["a", text, -1.5])
    assert written.startswith(("a,'", "a,\"'"))
    assert next(csv.reader(StringIO(written, newline=""))) == ["a", f"'{text}", "-1.5"]


@pytest.mark.parametrize("text", ["setosa", "p(=1)", "a=b", "'quoted'", "don't", "1-2", "", "赤"])
def test_other_texts_stay(text: str) -> None:
    assert escaped(text) == unescaped(text) == text
    assert next(csv.reader(StringIO(line([text, "z"]))))[0] == text


def test_cells_stay_one_in_any_spreadsheet() -> None:
    assert line(["a;=1", "a\t=1", 'a"b', "a,b", -1, 0.1, True, float("inf")]) == '"a;=1","a\t=1","a""b","a,b",-1,0.1,True,inf\n'


def test_what_was_escaped_is_read_as_it_was() -> None:
    names, rows = ["=x", "-y", "'=z", "w"], [["=1+1", "-a", "'@b", "-1.5"], ["+k", "plain", "-", "2"]]
    table = table_of("".join(map(line, [names, *rows])).encode(), "a.csv")
    assert table.names == tuple(names)
    for place, name in enumerate(names[:3]):
        column = table.column(name)
        assert [column.texts[number] for number in column.values] == [row[place] for row in rows]
    assert table.column("w").values.tolist() == [-1.5, 2]
