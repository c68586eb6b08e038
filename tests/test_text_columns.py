"""Text in lines of a terminal."""

from koubai.text_columns import cells, shown_loss, wrapped


def test_lines_are_broken_where_they_may_be() -> None:
    assert wrapped("one two three", 8) == ["one two", "three"]
    assert wrapped("損失は 0.5 です（ReLU）。", 8) == ["損失は", "0.5 です", "（ReLU）。"]
    for width in (10, 20, 41):
        lines = wrapped("隠れ層のユニットが、どれも（ReLU では）同じ値を出しています。h = 0.1 を試してください。", width)
        assert all(cells(line) <= width for line in lines)
        assert not any(line[0] in "、。）" or line[-1] == "（" for line in lines)


def test_a_loss_that_rounds_to_nothing_has_no_sign() -> None:
    """Of cross-entropy, -log(p + 1e-7) is below 0 where p is 1."""
    assert shown_loss(-1e-7) == "0.000000"
    assert [shown_loss(loss) for loss in (0.25, 9999.5, 12345.6, float("inf"))] == [
        "0.250000",
        "9999.500000",
        "1.235e+04",
        "inf",
    ]
