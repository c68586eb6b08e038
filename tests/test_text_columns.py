"""Text in lines of a terminal."""

from koubai.text_columns import cells, wrapped


def test_lines_are_broken_where_they_may_be() -> None:
    assert wrapped("one two three", 8) == ["one two", "three"]
    assert wrapped("損失は 0.5 です（ReLU）。", 8) == ["損失は", "0.5 です", "（ReLU）。"]
    for width in (10, 20, 41):
        lines = wrapped("隠れ層のユニットが、どれも（ReLU では）同じ値を出しています。h = 0.1 を試してください。", width)
        assert all(cells(line) <= width for line in lines)
        assert not any(line[0] in "、。）" or line[-1] == "（" for line in lines)
