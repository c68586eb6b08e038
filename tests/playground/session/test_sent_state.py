"""SentState: what is large is sent once, and the loss curve not with every frame."""

import koubai as kb
from koubai.playground.model.comparison import ComparisonRun
from koubai.playground.model.data_source import UserData, source_of
from koubai.playground.model.timeline import Timeline
from koubai.playground.protocol.setting import Setting
from koubai.playground.session.sent_state import BETWEEN_CURVES, SentState


def test_points_are_sent_where_the_rows_are_others() -> None:
    sent, source = SentState(), source_of(Setting(), UserData())
    assert [sent.takes_points(source), sent.takes_points(source)] == [True, False]
    assert sent.takes_points(source_of(Setting(), UserData()))


def test_the_loss_curve_is_sent_where_it_is_another_and_it_is_time() -> None:
    sent, run = SentState(), kb.train("xor", steps=3, record_every=1)
    timeline = Timeline.after(run)
    assert sent.takes_curve(timeline, 10.0, playing=True)
    assert not sent.takes_curve(timeline, 20.0, playing=False)  # the page has it
    timeline.truncate_after(2)
    assert not sent.takes_curve(timeline, 10.0 + BETWEEN_CURVES / 2, playing=True)
    assert sent.takes_curve(timeline, 10.0 + BETWEEN_CURVES / 2, playing=False)
    timeline.truncate_after(1)
    sent.curve_due = True
    assert sent.takes_curve(timeline, 10.0, playing=True)


def test_a_run_that_is_compared_is_sent_once() -> None:
    sent, run = SentState(), ComparisonRun.of(kb.train("xor", steps=2), "two")
    assert [sent.takes_comparison(one) for one in (None, run, run, None, run)] == [False, True, False, False, True]
