"""The store: what it lists, how it is changed, what it refuses, and that nothing damaged is believed."""

import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.runs import same

import koubai as kb
from koubai.errors import FileFault, InputError, KoubaiError
from koubai.experiment import Experiment, Learning
from koubai.experiment.run_format import Provenance
from koubai.store import Store, database, default_path
from koubai.store.run_metadata import can_be_a_name

XOR = kb.train("xor", steps=30, record_every=10)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "runs.sqlite") as made:
        yield made


def filled(store: Store) -> None:
    """Three runs: xor-0, and-7 (the best), nor-2 (tagged)."""
    store.add(XOR)
    store.add(kb.train("and", steps=500, hidden=(), seed=7, method="forward"))
    store.add(kb.train("nor", steps=20, seed=2))
    store.edit("nor-2", tag=["slow", "a 'quoted' tag"], note="line\nand more")


def names(store: Store, **asked: object) -> list[str]:
    return [entry.name for entry in store.entries(**asked)]  # type: ignore[arg-type]


def test_what_is_listed(store: Store) -> None:
    assert store.entries() == []
    filled(store)
    assert len(store) == 3
    assert names(store) == ["nor-2", "and-7", "xor-0"]
    assert names(store, limit=2) == ["nor-2", "and-7"]
    assert names(store, reverse=True) == ["xor-0", "and-7", "nor-2"]
    assert names(store, sort="loss") == sorted(names(store), key=lambda name: store.run(name).losses[-1])
    assert names(store, sort="steps") == ["and-7", "xor-0", "nor-2"]
    assert names(store, sort="name") == ["and-7", "nor-2", "xor-0"]
    assert names(store, data="and") == names(store, method="forward") == ["and-7"]
    assert names(store, tag="slow") == names(store, tag="a 'quoted' tag") == ["nor-2"]
    assert names(store, status="interrupted") == names(store, tag="slo") == names(store, data="' OR 1") == []
    assert store.names("an") == ["and-7"]
    assert store.names("%") == []
    with pytest.raises(InputError, match="did you mean 'finished'"):
        store.entries(status="finishd")
    with pytest.raises(InputError, match="did you mean 'loss'"):
        store.entries(sort="los")


def test_the_status_filter_knows_who_is_alive(store: Store) -> None:
    filled(store)
    kept = store.keep(Experiment())
    list(zip(range(3), kept.of(kept.experiment.run()), strict=False))  # and leave it there
    dead = store.keep(Experiment(seed=9))
    dead._process_lock.release()
    assert names(store, status="running", limit=1) == []
    assert names(store, status="interrupted", limit=1) == ["xor-9"]
    assert names(store, status="interrupted") == ["xor-9", "xor-0-2"]
    dead.end()


def test_names(store: Store) -> None:
    assert [store.add(XOR)[0].name for _ in range(3)] == ["xor-0", "xor-0-2", "xor-0-3"]
    assert store.add(XOR, name="wide net, 日本語")[0].name == "wide net, 日本語"
    assert store.keep(Experiment(), free=lambda name: name != "xor-0-4").name == "xor-0-5"
    own = kb.data.Dataset.from_arrays([[0.0], [1.0]], [0, 1])
    assert store.add(kb.train(own, steps=1))[0].name == "data-0"
    with pytest.raises(InputError, match="There is a run called 'xor-0' already"):
        store.add(XOR, name="xor-0")
    odd = ("..", "a.", "a ", "con", "NUL.txt", "lpt9", "COM¹", "a\u202eb", "a\u200fb", "b.ZIP", "東" * 67, "e\u0301" * 101)
    for name in ("", " ", "a/b", "a\\b", ".a", "-a", "a\nb", "a" * 101, "latest", "a?", "\udcff", " a", "nul\0", *odd):
        with pytest.raises(InputError, match="can't be a run's"):
            store.add(XOR, name=name)
        with pytest.raises(InputError, match="can't be a run's"):
            store.edit("xor-0", rename=name)
    assert store.entry("latest").name == "data-0"
    with pytest.raises(InputError, match="did you mean 'data-0'"):
        store.run("dat-0")


def test_the_longest_names_fit_into_a_file_system(store: Store, tmp_path: Path) -> None:
    name = store.add(XOR, name="東" * 66)[0].name
    for made in (f"{name}-12345", f"{name}-film", f"{name}.koubai.zip"):
        (tmp_path / made).touch()
    data = XOR.data
    for called in ("東" * 300, "a" * 300, "a b. " * 40, "e\u0301" * 200, "con", "\u202e", "x\0y", "a/b", "-", ".."):
        run = replace(XOR, experiment=Experiment(kb.Learning(replace(data, name=called)), seed=2**32 - 1))
        called_so = [store.add(run)[0].name for _ in range(2)]
        assert all(can_be_a_name(one) and re.search(r"-4294967295(-\d+)?$", one) for one in called_so), called_so
        (tmp_path / f"{called_so[1]}-film").touch()
    foreign = store.add(XOR, Provenance(name="長" * 90))[0].name
    assert set(foreign) == {"長"}
    (tmp_path / f"{foreign}-2.koubai.zip").touch()


def test_a_name_is_found_however_its_accents_are_written(store: Store) -> None:
    store.add(XOR, name="e\u0301te\u0301")
    assert store.names() == ["\xe9t\xe9"]
    assert store.entry("e\u0301te\u0301").name == store.entry("\xe9t\xe9").name == "\xe9t\xe9"
    with pytest.raises(InputError, match="There is a run called"):
        store.add(XOR, name="\xe9t\xe9")


def test_no_run_of_that_name(store: Store) -> None:
    for ask in (store.entry, store.run, store.resume, store.delete, store.edit, store.provenance):
        for name in ("xor-0", "latest"):
            with pytest.raises(InputError, match=r"the store .* has none yet"):
                ask(name)
    assert len(store) == 0


def test_editing(store: Store) -> None:
    filled(store)
    entry = store.edit("nor-2", rename="x", untag=["slow"], tag=["b", "b"], note="")
    assert (entry.name, entry.tags, entry.note) == ("x", ("a 'quoted' tag", "b"), "")
    assert store.entry("x") == entry
    with pytest.raises(InputError, match="There is a run called 'xor-0' already"):
        store.edit("x", rename="xor-0")
    with pytest.raises(InputError, match="The tag '' can't be used"):
        store.edit("x", tag=[""])
    assert store.entry("x") == entry
    assert same(store.run("xor-0"), XOR)


def test_arrays_are_kept_once_and_forgotten_with_the_last_run(store: Store) -> None:
    own = kb.data.Dataset.from_arrays(np.arange(8.0).reshape(4, 2), [0, 1, 1, 0])
    runs = [kb.train(own, steps=3, seed=seed) for seed in (1, 2)]
    for run in runs:
        store.add(run)
    assert count(store, "array") == 2
    store.delete("data-1")
    assert same(store.run("data-2"), runs[1])
    store.delete("data-2")
    assert [count(store, table) for table in ("run", "chunk", "checkpoint", "array", "run_array")] == [0] * 5


def count(store: Store, table: str) -> int:
    return int(store._database.tuples(f"SELECT count(*) FROM {table}")[0][0])


def test_what_is_taken_in_twice_stays_as_it_is(store: Store) -> None:
    came = Provenance(uid="1234", name="far", tags=("a",), note="n", started="2020-01-02T03:04:05+00:00", seconds=2.5)
    entry, is_new = store.add(XOR, came)
    assert (entry.name, entry.tags, entry.note, entry.started, entry.seconds, is_new) == (
        "far",
        ("a",),
        "n",
        came.started,
        2.5,
        True,
    )
    assert store.provenance("far") == came
    store.edit("far", rename="near")
    entry, is_new = store.add(kb.train("and", steps=1), came)
    assert (entry.name, is_new, len(store)) == ("near", False, 1)
    assert same(store.run("near"), XOR)


def test_where_the_store_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KOUBAI_STORE", str(tmp_path / "mine.sqlite"))
    assert default_path() == tmp_path / "mine.sqlite"
    monkeypatch.delenv("KOUBAI_STORE")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    if sys.platform == "linux":
        assert default_path() == tmp_path / "koubai" / "runs.sqlite"
    with Store(make=False) as empty:
        assert (empty.entries(), len(empty)) == ([], 0)
    assert not (tmp_path / "koubai").exists()


def test_it_is_wal_and_fully_synchronous(store: Store) -> None:
    asked = {name: store._database.rows(f"PRAGMA {name}")[0] for name in ("journal_mode", "synchronous", "foreign_keys")}
    assert [next(iter(row.values())) for row in asked.values()] == ["wal", 2, 1]
    assert store._database.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]


def test_a_migration_is_done_wholly_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "runs.sqlite"
    with Store(path) as store:
        store.add(XOR)
    good = "ALTER TABLE run ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'; CREATE TABLE more (a)"
    monkeypatch.setattr(database, "MIGRATIONS", (*database.MIGRATIONS, f"{good}; CREATE TABLE run (b)"))
    with pytest.raises(FileFault, match="is damaged"):
        Store(path)
    plain = sqlite3.connect(path)
    assert plain.execute("PRAGMA user_version").fetchone() == (1,)
    assert "mood" not in [column[1] for column in plain.execute("PRAGMA table_info(run)")]
    plain.close()
    monkeypatch.setattr(database, "MIGRATIONS", (*database.MIGRATIONS[:1], good))
    with Store(path) as store:
        assert same(store.run("xor-0"), XOR)
        assert store._database.rows("SELECT mood FROM run") == [{"mood": "calm"}]
    monkeypatch.undo()
    with pytest.raises(FileFault, match="has the version 2, but this koubai reads 1; install a newer koubai"):
        Store(path)


def test_what_is_no_store_is_left_alone(tmp_path: Path) -> None:
    text, other, folder = tmp_path / "text", tmp_path / "other.sqlite", tmp_path / "folder"
    text.write_text("some text of mine\n" * 100)
    (tmp_path / "short").write_text("a line")
    folder.mkdir()
    foreign = sqlite3.connect(other)
    foreign.execute("CREATE TABLE mine (a)")
    foreign.commit()
    foreign.close()
    for path, said in (
        (tmp_path / "short", "is no store of koubai's"),
        (text, "is no store of koubai's"),
        (other, "is no store of koubai's"),
        (folder, "is not a file"),
    ):
        before = path.read_bytes() if path.is_file() else None
        for make in (True, False):
            with pytest.raises(KoubaiError, match=said):
                Store(path, make=make)
        assert before is None or path.read_bytes() == before
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="is not a file"):
        Store(tmp_path / "pipe")
    with pytest.raises(FileFault, match="can't be opened or written"):
        Store(text / "below" / "a file")


def test_a_locked_store(store: Store, tmp_path: Path) -> None:
    store.add(XOR)
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with Store(store.path, patience=0.1) as impatient:
        assert names(impatient) == ["xor-0"]  # readers don't wait
        with pytest.raises(FileFault, match=r"was locked by another process for 0\.1 s"):
            impatient.keep(Experiment())
        with pytest.raises(FileFault, match="was locked"):
            impatient.delete("xor-0")
    other.execute("ROLLBACK")
    assert same(store.run("xor-0"), XOR)
    assert store._database.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs to become another user")
def test_a_folder_that_may_not_be_written_can_be_read(store: Store) -> None:
    store.add(XOR)
    path = store.path
    store.close()
    place = Path("/tmp") / f"koubai-read-only-{os.getpid()}"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    shutil.copy(path, place / "runs.sqlite")
    place.chmod(0o555)
    code = (
        "import os, sys; os.setuid(65534); import koubai.store as s\n"
        f"with s.Store({str(place / 'runs.sqlite')!r}, make=False) as store: print([e.name for e in store.entries()])\n"
        "try: s.Store(sys.argv[1]).edit('xor-0', note='x')\n"
        "except Exception as error: print(type(error).__name__, error)\n"
        "try: s.Store(sys.argv[1] + '-2')\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    # what is needed was imported before the user changes, who may not read it
    code = "import platformdirs, koubai.store.store, koubai.store.database, koubai.locale.en; " + code
    done = subprocess.run([sys.executable, "-c", code, str(place / "runs.sqlite")], capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    shutil.rmtree(place)
    assert lines[0] == "['xor-0']"
    assert all(line.startswith("FileFault The store") and "can't be opened or written" in line for line in lines[1:]), lines
    assert len(lines) == 3


def test_a_damaged_run_is_not_believed_and_harms_no_other(store: Store) -> None:
    filled(store)
    harm = [
        "UPDATE run SET loss = 0 WHERE name = 'xor-0'",
        "UPDATE chunk SET content = (SELECT content FROM chunk WHERE run = 2) WHERE run = 3",
        "UPDATE chunk SET content = zeroblob(length(content)) WHERE run = 2",
    ]
    for statement in harm:
        with store._database.transaction():
            store._database.execute(statement)
    assert {entry.name: entry.status for entry in store.entries()} == {
        "xor-0": "damaged",
        "and-7": "finished",
        "nor-2": "finished",
    }
    for name in ("xor-0", "and-7", "nor-2"):
        with pytest.raises(FileFault, match=f"The run {name} in the store .* is damaged"):
            store.run(name)
    store.delete("xor-0")
    store.add(XOR)
    assert same(store.run("xor-0"), XOR)


def test_pieces_that_are_missing_are_missed(store: Store) -> None:
    kept = store.keep(Experiment(steps=10**6, record_every=10**6))
    for step in kept.of(kept.experiment.run()):
        if step.number > 100:
            break
    whole = store.run("xor-0")
    for harm in ("DELETE FROM chunk", "UPDATE chunk SET last = last + 1", "UPDATE checkpoint SET step = step - 1"):
        with store._database.transaction():
            store._database.execute("SAVEPOINT before")
            store._database.execute(harm)
            with pytest.raises(FileFault, match="is damaged"):
                store.run("xor-0")
            store._database.execute("ROLLBACK TO before")
    assert same(store.run("xor-0"), whole)


def damaged(content: bytes, draw: random.Random) -> bytes:
    """Overwritten in places, or cut off."""
    made = bytearray(content)
    for _ in range(draw.choice([1, 1, 3, 30])):
        at, length = draw.randrange(len(made)), draw.choice([1, 1, 4, 100, 4096])
        made[at : at + length] = draw.choice([draw.randbytes(length), bytes(length)])
    return bytes(made[: len(content)] if draw.random() < 0.8 else made[: draw.randrange(len(made))])


def test_of_damaged_stores_none_is_opened_with_wrong_numbers(store: Store, tmp_path: Path) -> None:
    filled(store)
    wanted = {entry.name: (entry, store.run(entry.name)) for entry in store.entries()}
    store.close()
    content, path = store.path.read_bytes(), tmp_path / "damaged.sqlite"
    draw, refused, believed = random.Random(0), 0, 0
    for _ in range(400):
        path.write_bytes(damaged(content, draw))
        try:
            with Store(path, patience=0.1) as other:
                for entry in other.entries():
                    if entry.status != "damaged":
                        assert entry == wanted[entry.name][0]
                        assert same(other.run(entry.name), wanted[entry.name][1])
                        believed += 1
        except KoubaiError:
            refused += 1
        for rest in tmp_path.glob("damaged.sqlite*"):
            rest.unlink()
    assert refused > 50
    assert believed > 50


def test_what_a_list_needs_is_light(tmp_path: Path) -> None:
    code = (
        "import sys; from koubai.store import Store\n"
        f"with Store({str(tmp_path / 'a.sqlite')!r}) as store: store.entries()\n"
        "print([name for name in ('jax', 'numpy', 'matplotlib', 'rich', 'click') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_experiments_that_are_stored_are_plain_json(store: Store) -> None:
    store.add(kb.train(Experiment(Learning("and", hidden=(2, 3)), steps=1)))
    text = store._database.tuples("SELECT experiment FROM run")[0][0]
    assert Experiment.from_dict(json.loads(text)).problem.hidden == (2, 3)


def test_a_link_is_the_store_it_leads_to(store: Store, tmp_path: Path) -> None:
    kept = store.keep(Experiment(steps=10**7))
    steps = kept.of(kept.experiment.run())
    next(steps)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "link.sqlite").symlink_to(store.path)
    with Store(tmp_path / "elsewhere" / "link.sqlite", make=False) as other:
        assert other.entry("xor-0").status == "running"
        with pytest.raises(InputError, match="is being trained right now"):
            other.resume("xor-0")
    kept.end()


def test_odd_values_find_nothing_or_are_refused(store: Store) -> None:
    filled(store)
    assert names(store, tag="\udcff") == names(store, data="\udcff") == names(store, method="\udcff") == []
    assert len(names(store, limit=10**30)) == 3
    with pytest.raises(InputError, match="There is no run called"):
        store.entry("\udcff")
    assert store.edit("xor-0", note="a\udcffb").note == "a?b"
    with pytest.raises(InputError, match="The tag"):
        store.keep(Experiment(), tags=["a\nb"])
    assert store.edit("xor-0", tag=(text for text in ("one", "two"))).tags == ("one", "two")
    assert len(store) == 3


def test_a_damaged_tag_hides_no_other_run(store: Store) -> None:
    filled(store)
    with store._database.transaction():
        store._database.execute("UPDATE run SET tags = '[' WHERE name = 'xor-0'")
    assert names(store, tag="slow") == ["nor-2"]
    assert names(store, status="finished", limit=2) == ["nor-2", "and-7"]
    assert names(store, status="damaged") == ["xor-0"]


def test_a_damaged_run_is_replaced_by_what_is_taken_in(store: Store) -> None:
    came = Provenance(uid="12", name="far")
    store.add(XOR, came)
    for harm in ("UPDATE run SET loss = 0", "UPDATE chunk SET seal = ''"):
        with store._database.transaction():
            store._database.execute(harm)
        entry, is_new = store.add(XOR, came)
        assert (entry.name, is_new, len(store)) == ("far", True, 1)
        assert same(store.run("far"), XOR)


def test_all_or_none_are_deleted(store: Store) -> None:
    filled(store)
    kept = store.keep(Experiment(seed=5))
    with pytest.raises(InputError, match="xor-5 is being trained"):
        store.delete("and-7", "xor-5", "nor-2")
    kept.end()
    assert len(store) == 3
    store.delete("and-7", "nor-2")
    assert names(store) == ["xor-0"]


def test_a_name_that_came_along_is_no_path(store: Store) -> None:
    from dataclasses import replace

    own = kb.data.Dataset.from_arrays([[0.0], [1.0]], [0, 1], name="../../outside")
    run = kb.train(own, steps=1)
    for name in ("../up", "/etc/x", "latest", "a" * 100, "x.zip", ""):
        entry, _ = store.add(run, replace(Provenance(), uid=name or "empty", name=name))
        assert entry.name.startswith(("data-0", "a" * 80))
        assert len(entry.name) <= 100
