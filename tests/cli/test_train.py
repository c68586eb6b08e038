"""The command line as a process: what it prints, writes, refuses, and how it ends."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.cli_process import KOUBAI, PLAIN, koubai, on_a_full_disk, surroundings, training

import koubai as kb
from koubai.cli.main import _ended
from koubai.cli.render_options import wanted
from koubai.cli.signals import deferred_signals
from koubai.cli.train import Display, carry_out
from koubai.core.training import Step
from koubai.errors import FileFault, InputError, KoubaiError
from koubai.store import Store


@pytest.fixture(scope="module")
def founding(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("founding")
    return folder, koubai("train", "xor", cwd=folder, env={"HOME": os.devnull})  # where no library can keep anything


def test_the_founding_example(founding: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, done = founding
    assert done.returncode == 0
    assert done.stdout.splitlines()[1:6] == [
        "  x1  x2  xor  answer           p(0)    p(1)",
        "   0   0    0       0  right  0.7653  0.2347",
        "   0   1    1       1  right  0.1053  0.8947",
        "   1   0    1       1  right  0.0442  0.9558",
        "   1   1    0       0  right  0.9554  0.0446",
    ]
    assert "Learned: all 4 answers are right." in done.stdout
    assert "Files in koubai-runs/xor-0:" in done.stdout
    assert "seed 0" in done.stderr
    assert all(re.match(r"Learning|5001 steps|step |\Z", line) for line in done.stderr.splitlines()), done.stderr
    assert "step 5001   loss 0.117396   answers 0 1 1 0" in done.stderr
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    run = kb.load(folder / "koubai-runs" / "xor-0")
    assert run.experiment == kb.Experiment()
    assert np.array_equal(run.losses, kb.train("xor").losses)
    sizes = {"region.png": (960, 810), "loss.png": (960, 600), "network.png": (1080, 810), "units.png": (960, 855)}
    for name, size in sizes.items():
        with Image.open(folder / "koubai-runs" / "xor-0" / name) as picture:
            assert picture.size == size
            assert len(np.unique(np.asarray(picture.convert("L")))) > 50  # something is drawn


def test_nothing_is_overwritten(founding: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, _ = founding
    before = (folder / "koubai-runs" / "xor-0" / "run.json").read_bytes()
    for number in (2, 3):
        done = koubai("train", "xor", "--steps", "10", *PLAIN, cwd=folder)
        assert f"Files in koubai-runs/xor-0-{number}:" in done.stdout
    assert (folder / "koubai-runs" / "xor-0" / "run.json").read_bytes() == before
    done = koubai("train", "xor", "--out", "koubai-runs/xor-0", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("koubai: The folder koubai-runs/xor-0 is already there, and nothing is overwritten")


def test_json_is_one_object(tmp_path: Path) -> None:
    options = ["--json", "--steps", "2e3", "--seed", "1", "--out", "here", "--learning-rate", ".5"]
    done = koubai("train", "nand", *options, cwd=tmp_path)
    assert done.returncode == 0
    result = json.loads(done.stdout)
    assert result["success"] is True
    assert (result["right"], result["rows"], result["steps_made"], result["status"]) == (4, 4, 2000, "finished")
    assert [row["answer"] for row in result["table"]] == [1, 1, 1, 0]
    assert result["losses"][-1] == {"step": 2000, "loss": result["loss"]}
    assert Path(tmp_path / result["files"]["region.png"]).exists()
    expected = kb.Experiment(kb.Learning("nand"), steps=2000, seed=1, learning_rate=0.5)
    assert kb.Experiment.from_dict(result["experiment"]) == expected
    assert "step 2000" in done.stderr


def test_quiet_is_quiet_and_many_inputs_have_no_region(tmp_path: Path) -> None:
    quiet = koubai(
        "train", "parity-3", "--quiet", "--steps", "5", "--hidden", "4,3", "--activation", "tanh", *PLAIN, cwd=tmp_path
    )
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
    folder = tmp_path / "koubai-runs" / "parity-3-0"
    assert not list(folder.glob("*.png"))
    assert kb.load(folder).network.sizes == (3, 4, 3, 2)
    loud = koubai("train", "parity-6", "--steps", "5", "--hidden", "none", "--method", "backprop", *PLAIN, cwd=tmp_path)
    assert "Not learned: 32 of 64 answers are right." in loud.stdout
    assert loud.stdout.count("right ") + loud.stdout.count("wrong ") >= 32


BAD = [
    (["--h", "0"], "step size h is 0.0, but it must be a finite number above 0; try h = 0.1"),
    (["--h", "-0.1"], "step size h is -0.1"),
    (["--h", "nan"], "step size h is nan"),
    (["--h", "wide"], "step size h is wide"),
    (["--learning-rate", "nan"], "learning rate is nan, but it must be a finite number"),
    (["--learning-rate", "inf"], "learning rate is inf"),
    (["--steps", "-5"], "number of steps is -5"),
    (["--steps", "1e9999"], "number of steps is 1e9999"),
    (["--steps", "2.5"], "number of steps is 2.5"),
    (["--hidden", "8,,8"], "hidden layers are 8,,8"),
    (["--hidden", "0"], "hidden layers are 0"),
    (["--hidden", "-3"], "hidden layers are -3"),
    (["--seed", "-1"], "seed is -1"),
    (["--record-every", "0"], "Records are asked for every 0 steps"),
    (["--activation", "rellu"], "no activation called 'rellu'; did you mean 'relu'?"),
    (["--activation", "relu,tanh"], "'relu,tanh' names 2 activations, but there are 1 hidden layers"),
    (["--batch-seed", "-1"], "seed of the batches is -1"),
    (["--method", "middle"], "no method of slope called 'middle'; choose one of: central, loop"),
    (["--method", "complex-step", "--activation", "gelu"], "complex-step can't measure a network with gelu units"),
    (["--out", "file/run"], "folder file/run can't be written"),
    (["--out", "file"], "folder file is already there"),
    (["--sede", "3"], "no option --sede; did you mean --seed?"),
    (["--zzz"], "no option --zzz; the options are: target, features"),
    (["--out", "x" * 300], "can't be written (File name too long)"),
    (["--out", "東" * 86], "can't be written (File name too long)"),
    (["--name", "東" * 100], "The name '東東"),
    (["--name", "../x", "--no-store"], "The name '../x' can't be a run's"),
    (["--hidden", ",".join(["8"] * 3000)], "There are 3,000 hidden layers, but there can be 1,000 at most"),
    (["--hidden", ",".join(["8"] * 51)], "more than 50 take longer than half a minute to compile"),
    (["--h", "1e308"], "step size h is 1e+308, which float64 can't tell from 0 or infinity"),
    (["--seed"], "option --seed needs a value"),
    (["--quiet=3"], "option --quiet takes no value"),
    (["and"], "a word too many: and; name one thing"),
]


@pytest.mark.parametrize(("options", "message"), BAD, ids=[" ".join(options) for options, _ in BAD])
def test_bad_input_is_one_sentence(options: list[str], message: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    done = koubai("train", "xor", *options, cwd=tmp_path)
    assert_refused(done, message)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / "file"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "xro"], "no set and no file called 'xro'; did you mean 'xor'?"),
        (["train", "seven"], "no set and no file called 'seven'"),
        (["train"], "Say what to learn"),
        (["trian", "xor"], "no command called 'trian'; did you mean 'train'?"),
        (["--nothing"], "no option --nothing"),
    ],
)
def test_bad_words_are_one_sentence(arguments: list[str], message: str, tmp_path: Path) -> None:
    assert_refused(koubai(*arguments, cwd=tmp_path), message)
    assert list(tmp_path.iterdir()) == []


def test_too_large_a_network_is_refused_before_it_is_tried(tmp_path: Path) -> None:
    script = f"ulimit -v 8000000; exec {' '.join(KOUBAI)} train xor --hidden 100000,100000 --steps 3"
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=surroundings(tmp_path), capture_output=True, text=True, check=False
    )
    assert_refused(done, "This needs about 960 GB of memory, and ")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


FAULTS = [
    (MemoryError(), "There is not enough memory for this", 1),
    (RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 80000000000 bytes."), "There is not enough memory for this", 1),
    (KeyboardInterrupt(), "KeyboardInterrupt", 1),
    (SystemExit(3), "SystemExit: 3", 1),
    (GeneratorExit(), "GeneratorExit", 1),
    (ValueError("odd\nlines"), "ValueError: odd", 1),
    (InputError("steps", value="x", most=1), "The number of steps is x", 2),
    (FileFault("store-broken", path="there", reason="why"), "there", 1),
]


@pytest.mark.parametrize("when", ["before", "within", "after", "drawn"])
@pytest.mark.parametrize(("fault", "message", "code"), FAULTS, ids=[type(fault).__name__ for fault, *_ in FAULTS])
def test_what_a_thread_raises_is_said_as_what_it_is(
    fault: BaseException,
    message: str,
    code: int,
    when: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    first = next(kb.Experiment(steps=3).run())

    def steps() -> Iterator[Step]:
        if when != "within":
            yield first
        raise fault

    def run(*_: object) -> Iterator[Step]:
        if when == "before":
            raise fault
        return iter([first]) if when == "drawn" else steps()

    def draw(*_: object) -> list[KoubaiError]:
        raise fault

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(kb.Experiment, "run", run)
    monkeypatch.setattr("koubai.cli.train.draw", draw)
    with Store(tmp_path / "runs.sqlite") as store, deferred_signals() as interrupts:
        experiment = kb.Experiment(steps=0 if when == "drawn" else 3)
        keeping = store.keep(experiment)
        display = Display(True, True, False, wanted("png", "none", "480x270", None), "en", None)  # type: ignore[arg-type]
        work = partial(carry_out, experiment, store, keeping, iter([tmp_path / "made"]), interrupts, display)
        assert _ended(work, "en") == code
        said = capsys.readouterr().err
        assert message in said
        assert len(said.splitlines()) == 1
        assert said.startswith("koubai: ")
        assert "Interrupted" not in said
        there = when in ("after", "drawn")
        assert [entry.status for entry in store.entries()] == (
            ["finished" if when == "drawn" else "interrupted"] if there else []
        )


def test_no_step_at_all_is_no_interruption(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kb.Experiment, "run", lambda *_: iter(()))
    display = Display(True, True, False, wanted("none", "none", "480x270", None), "en", None)  # type: ignore[arg-type]
    with deferred_signals() as interrupts, pytest.raises(KoubaiError, match="ended before its first step"):
        carry_out(kb.Experiment(), None, None, iter([tmp_path / "made"]), interrupts, display)


def assert_refused(done: subprocess.CompletedProcess[str], message: str) -> None:
    assert message in done.stderr
    assert done.stderr.startswith("koubai: ")
    assert len(done.stderr.splitlines()) == 1
    assert (done.returncode, done.stdout) == (2, "")


def test_a_divergence_is_said_and_what_came_before_is_kept(tmp_path: Path) -> None:
    done = koubai("train", "xor", "--learning-rate", "1e300", *PLAIN, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    last = done.stderr.splitlines()[-1]
    assert "diverged: at step 1 the loss or a weight was no finite number any more" in last
    assert "Try --learning-rate 1e+299." in last
    assert last.endswith("What was recorded until then is in koubai-runs/xor-0.")
    run = kb.load(tmp_path / "koubai-runs" / "xor-0")
    assert (run.status, run.diverged_at, run.records[-1].number) == ("diverged", 1, 0)
    done = koubai("train", "xor", "--learning-rate", "1e300", "--json", *PLAIN, cwd=tmp_path)
    assert json.loads(done.stdout)["status"] == "diverged"


def test_a_training_that_ends_high_has_diverged_too(tmp_path: Path) -> None:
    done = koubai("train", "xor", "--learning-rate", "10", "--steps", "200", "--json", *PLAIN, cwd=tmp_path)
    told, last = json.loads(done.stdout), done.stderr.splitlines()[-1]
    assert (done.returncode, told["status"], told["steps_made"]) == (1, "diverged", 200)
    assert told["diagnosis"] == {"kind": "risen", "change": {"learning_rate": 1.0}}
    assert f"diverged: since step {told['diverged_at']} the loss is far above where it began" in last
    assert "Try --learning-rate 1. What was recorded until then is in koubai-runs/xor-0." in last


def test_what_has_not_been_learned_is_explained(tmp_path: Path) -> None:
    done = koubai("train", "xor", "--hidden", "none", "--steps", "30", *PLAIN, cwd=tmp_path)
    assert (done.returncode, done.stderr.splitlines()[0]) == (0, "Learning xor: network 2-2, no hidden layer, seed 0.")
    told = done.stdout.splitlines()
    at = told.index("Not learned: 2 of 4 answers are right.")
    why = "No straight line separates these classes, and a network without hidden units can draw no other."
    assert " ".join(told[at + 1 : at + 4]) == f"{why} Try --hidden 8."
    assert max(map(len, told)) <= 80
    assert "seed may" not in done.stdout
    done = koubai("train", "moons", "--h", "1e-17", "--method", "loop", "--steps", "2", *PLAIN, "--lang", "ja", cwd=tmp_path)
    assert "どの重みも動いていません。h = 1e-17" in done.stdout.replace("\n", "")
    assert "--h 0.1 を試してください。" in done.stdout


def test_weights_beyond_all_measure_are_still_drawn(tmp_path: Path) -> None:
    options = "--hidden none --optimizer adam:b1=0.1 --learning-rate 5e307 --steps 50 --record-every 2 --film-size 480x270"
    done = koubai("train", "xor", *options.split(), cwd=tmp_path)
    assert done.returncode == 1
    assert "Warning" not in done.stderr
    assert (tmp_path / "koubai-runs" / "xor-0" / "film.gif").exists()
    huge = koubai(
        "train",
        "xor",
        *["--loss", "squared", "--activation", "identity", "--learning-rate", "3", "--scale", "1"],
        *PLAIN,
        cwd=tmp_path,
    )
    assert all(len(line) <= 80 for line in huge.stdout.splitlines())


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_it_keeps_what_was_recorded(sent: signal.Signals, tmp_path: Path) -> None:
    words = ["train", "xor", "--steps", "1000000000", "--record-every", "1000"]
    process = training(*words, cwd=tmp_path, stdout=subprocess.PIPE)
    time.sleep(0.5)
    process.send_signal(sent)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 128 + sent
    assert out == ""
    assert err.splitlines()[-1].startswith("koubai: Interrupted at step ")
    run = kb.load(tmp_path / "koubai-runs" / "xor-0")
    assert run.status == "interrupted"
    assert run.records[-1].number == len(run.losses) - 1 > 0
    assert os.listdir(tmp_path / "koubai-runs") == ["xor-0"]


@pytest.mark.parametrize("after", [0.2, 0.5, 0.8, 1.1, 1.4, 1.7, 2.0, 2.3])
def test_interrupted_at_any_moment_it_ends_in_one_line(after: float, tmp_path: Path) -> None:
    command = [*KOUBAI, "train", "xor", "--quiet", "--film", "none"]
    process = subprocess.Popen(command, cwd=tmp_path, env=surroundings(tmp_path), stderr=subprocess.PIPE, text=True)
    time.sleep(after)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode in (130, 0, -signal.SIGINT)  # 0: it had just finished; the last: it wasn't loaded yet
    assert len(err.splitlines()) == (1 if process.returncode == 130 else 0), err
    for folder in (tmp_path / "koubai-runs").glob("*"):
        assert kb.load(folder).status in ("finished", "interrupted")


def test_a_full_disk_harms_nothing(tmp_path: Path) -> None:
    done = on_a_full_disk(4, "train", "xor", "--no-store", cwd=tmp_path)
    assert done.returncode == 1
    assert "The run could not be written to koubai-runs/xor-0 (File too large)" in done.stderr.splitlines()[-1]
    assert list((tmp_path / "koubai-runs").iterdir()) == []


def test_impatience_loses_nothing(tmp_path: Path) -> None:
    process = training("train", "xor", "--steps", "1000000000", cwd=tmp_path)
    process.send_signal(signal.SIGINT)
    time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.splitlines()[-1].startswith("koubai: Interrupted at step")
    assert kb.load(tmp_path / "koubai-runs" / "xor-0").status == "interrupted"


def test_one_long_step_does_not_hold_it_up(tmp_path: Path) -> None:
    """A step of the plain loop takes seconds here; what was recorded before it is kept."""
    command = [*KOUBAI, "train", "parity-8", "--method", "loop", "--hidden", "150,150"]
    process = subprocess.Popen(command, cwd=tmp_path, env=surroundings(tmp_path), stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    while not process.stderr.readline().startswith("Learning"):
        pass
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=5)
    assert process.returncode == 130
    assert err.splitlines()[-1] == "koubai: Interrupted before the first step; nothing was written."


@pytest.mark.parametrize("redirect", ["2>&-", "2>/dev/full", "2>&1 | head -n 1"])
def test_an_unreadable_standard_error_does_not_end_the_training(redirect: str, tmp_path: Path) -> None:
    script = f"{' '.join(KOUBAI)} train xor --steps 500 --film none --pictures none {redirect}"
    subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=surroundings(tmp_path), stdout=subprocess.DEVNULL, check=False, timeout=60
    )
    assert kb.load(tmp_path / "koubai-runs" / "xor-0").status == "finished"


def test_a_closed_standard_output(tmp_path: Path) -> None:
    for words in ("train xor --steps 5 --film none --pictures none", "--version"):
        command = ["bash", "-c", f"{' '.join(KOUBAI)} {words} >&-"]
        done = subprocess.run(command, cwd=tmp_path, env=surroundings(tmp_path), capture_output=True, check=False)
        assert done.returncode == 0
        assert b"koubai: " not in done.stderr


def test_output_that_nobody_reads(tmp_path: Path) -> None:
    script = (
        f"{' '.join(KOUBAI)} train xor --steps 10 --film none --json 2>err.txt | head -c 1 >/dev/null; exit ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=surroundings(tmp_path), check=False, timeout=60)
    assert done.returncode in (0, 1)
    assert "Traceback" not in (tmp_path / "err.txt").read_text()
    command = [*KOUBAI, "train", "xor", "--steps", "10", *PLAIN]
    with Path("/dev/full").open("w") as sink:
        own = surroundings(tmp_path)
        failed = subprocess.run(command, cwd=tmp_path, env=own, stdout=sink, stderr=subprocess.PIPE, text=True, check=False)
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1].startswith("koubai: The output could not be written (No space left on device)")


def test_help_and_version(tmp_path: Path) -> None:
    assert koubai("--version", cwd=tmp_path).stdout == f"koubai {kb.__version__}\n"
    text = koubai("train", "--help", cwd=tmp_path).stdout
    for option in (
        "seed",
        "steps",
        "h",
        "learning-rate",
        "hidden",
        "activation",
        "method",
        "record-every",
        "out",
        "quiet",
        "json",
    ):
        assert f"--{option} " in text
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "train" in koubai("--help", cwd=tmp_path).stdout
    assert "Commands:" in koubai(cwd=tmp_path).stdout


def test_the_version_needs_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; from koubai.cli.main import run; run(['--version'], 'en');"
        "print([m for m in ('jax', 'numpy', 'matplotlib', 'rich', 'optax', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.splitlines()[1] == "[]"


def test_what_help_lists_is_what_there_is() -> None:
    from koubai.cli.commands import ACTIVATIONS, ENGINES, METHODS
    from koubai.core import activations
    from koubai.core.methods import METHODS as CORE_METHODS
    from koubai.core.step import ENGINES as CORE_ENGINES
    from koubai.experiment.experiment import AUTO

    assert tuple(activations.ACTIVATIONS) == ACTIVATIONS
    assert tuple(CORE_METHODS) == METHODS
    assert (AUTO, *CORE_ENGINES) == ENGINES
