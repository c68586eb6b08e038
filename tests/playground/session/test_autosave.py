"""Autosave: runs are kept, listed, opened and compared, and what fails is said."""

from pathlib import Path
from threading import Event

import numpy as np
import pytest
from tests.playground.fake_page import Page, change, parameters

import koubai as kb
from koubai.core.parameters import flatten
from koubai.errors import InputError, KoubaiError
from koubai.playground.protocol import incoming
from koubai.store import Store


def test_a_run_at_rest_is_listed_as_paused(tmp_path: Path) -> None:
    store = tmp_path / "runs.sqlite"
    page, other = Page.open("steps=30", store=store).step_to(10), Page.open(store=store)

    def listed() -> list[str]:
        other.say(incoming.Runs())
        return [run["status"] for run in other.texts[-1]["runs"]]

    assert listed() == ["paused"]
    with Store(store) as kept:
        name = kept.entries(status="paused")[0].name
        for act in (kept.delete, kept.resume):
            with pytest.raises(InputError, match="playground"):
                act(name)
    page.session.receive(incoming.Speed(steps=3.0))
    page.say(incoming.Play())
    page.session.context.workspace.training.train(0.01, 1)
    assert listed() == ["running"]
    page.say(incoming.Pause())
    assert listed() == ["paused"]
    page.step_to(30)  # it is whole
    page.session.close()
    assert listed() == ["finished"]
    other.session.close()
    assert [path.name for path in tmp_path.iterdir() if "running" in path.name] == []


def test_runs_are_kept_listed_opened_and_shown_beside(tmp_path: Path) -> None:
    path = tmp_path / "runs.sqlite"
    page = Page.open(store=path).step_to(250)
    assert page.frame.header["run"] or page.say(incoming.InspectUnit(unit="")).frame.header["run"]
    page.say(incoming.Edit(values={"w1[0,0]": 0.5})).step_to(300)
    page.say(incoming.Edit(values={"w1[0,0]": 0.25}))  # no step after it: nothing to keep
    page.session.close()
    with Store(path) as store:
        names = [entry.name for entry in reversed(store.entries())]
        first, second = (store.run(name) for name in names)
    whole = kb.train("xor", steps=250, engine="jax")
    np.testing.assert_array_equal(first.losses, whole.losses)
    assert second.records[0].parameters.layers[0].weights[0, 0] == 0.5
    assert second.records[-1].number == 50

    other = Page.open(store=path).say(incoming.Runs())
    listed = next(text for text in other.texts if text["type"] == "runs")["runs"]
    assert [run["name"] for run in listed] == names[::-1]
    other.say(incoming.Open(name=names[0]), incoming.Compare(name=names[1]))
    assert (other.frame.header["step"], other.state["setting"]["data"]) == (250, "run")
    assert other.frame.header["beside"]["step"] == 50
    other.step_to(400)
    np.testing.assert_array_equal(parameters(other), flatten(kb.train("xor", steps=400, engine="jax").network))
    other.say(change(learning_rate=0.02)).step_to(410)
    again = Page.open(f"{other.state['link']}&step=410", store=path).until_rest()
    np.testing.assert_array_equal(parameters(again), parameters(other))
    for one in (other, again):
        one.session.close()
    with Store(path) as store:
        assert store.run(names[0]).records[-1].number == 400  # the same run, further
        assert len(store.entries()) >= 3
    other = Page.open(store=path).say(incoming.Open(name="nobody"))
    assert "nobody" in other.said[-1]


def test_a_run_whose_numbers_are_out_of_all_measure_is_refused_and_the_page_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "runs.sqlite"
    inputs = np.array([[1e307, -1e307], [0.0, 1.0]])
    with Store(path) as store:
        store.add(
            kb.train(kb.data.Dataset.from_arrays(inputs, [0, 1]), hidden=(2,), scale=1e-300, steps=0, method="loop"),
            name="huge",
        )
    page = Page.open(store=path).say(incoming.Open(name="huge"), incoming.Compare(name="huge"))
    assert [said.startswith("The data hold the number 1e+307, but") for said in page.said] == [True, True]
    assert (page.state["setting"]["data"], page.frame.header["beside"]) == ("xor", None)
    with pytest.raises(InputError, match=r"1e\+307"):
        Page.open("data=run&run=huge", store=path)


def test_a_store_that_fails_is_told_once_and_the_training_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "runs.sqlite"
    page = Page.open(store=path)
    path.write_bytes(b"not a store at all" * 100)
    page.step_to(200)
    assert len(page.said) == 1
    assert "runs.sqlite" in page.said[0]
    page.step_to(220)
    assert len(page.said) == 1
    assert page.frame.header["step"] == 220


def test_a_turn_that_lasts_keeps_nothing_from_being_kept(tmp_path: Path) -> None:
    path = tmp_path / "runs.sqlite"
    page = Page.open(store=path).step_to(250)
    with page.session._lock:  # as in a turn
        page.session.close(1.0)
    with Store(path) as store:
        (entry,) = store.entries()
        assert (entry.steps_made, entry.status) == (250, "interrupted")
    assert page.session.turn(0.01) == []


def test_what_does_not_come_to_disk_in_time_is_said(tmp_path: Path) -> None:
    path = tmp_path / "runs.sqlite"
    page = Page.open(store=path).step_to(250)
    gate = Event()
    recorder = page.session._autosave._recorder
    assert recorder is not None
    plain, recorder.end = recorder.end, lambda: gate.wait(20) and plain()  # type: ignore[method-assign,assignment]
    with pytest.raises(KoubaiError, match="could not be brought to its end in time"):
        page.session.close(0.02)
    gate.set()
    page.session.close()
