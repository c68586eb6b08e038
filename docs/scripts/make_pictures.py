"""Makes everything under docs/pictures anew, in both languages: `make pictures`. Needs tmux, for what a terminal shows."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from koubai.pictures.films.video import read_video

HERE = Path(__file__).parents[1] / "pictures"
KOUBAI = [sys.executable, "-m", "koubai"]
RUNS = {
    "xor": [],
    "seed-36": ["--seed", "36"],
    "h-1": ["--h", "1"],
    "no-hidden": ["--hidden", "none"],
}
REAL_DATA = {  # the pictures of real-data.md: run -> its data, options, and the picture
    "iris": (["iris"], "plane"),
    "digits": (["digits"], "mistakes"),
    "heaviside": (["circles", "--activation", "step", "--hidden", "16", "--h", "0.3"], "plane"),
    "heaviside-backprop": (["circles", "--activation", "step", "--hidden", "16", "--method", "backprop"], "plane"),
}
TERMINALS = [(80, 24), (120, 40)]
FRAMES = 6


def main() -> None:
    for language in ("en", "ja"):
        out = HERE / language
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        with tempfile.TemporaryDirectory() as folder:
            os.environ["KOUBAI_STORE"] = f"{folder}/runs.sqlite"  # nobody's own
            for name, options in RUNS.items():
                run = Path(folder) / name
                film = ["--film", "mp4" if name == "xor" else "none"]
                koubai("train", "xor", *options, *film, "--lang", language, "--name", name, "--out", str(run), "--quiet")
                for picture in ("region", "network", "units", "loss") if name == "xor" else ("region",):
                    small(Image.open(run / f"{picture}.png"), out / f"{name}-{picture}.png")
            koubai("show", str(Path(folder) / "xor"), "--film", "gif", "--film-size", "640x360", "--pictures", "none", "--lang",
                   language, "--out", str(Path(folder) / "gif"), "--quiet")  # fmt: skip
            shutil.copy(Path(folder) / "gif" / "film.gif", out / "xor-film.gif")
            small(sheet(list(read_video(Path(folder) / "xor" / "film.mp4"))), out / "xor-frames.png")
            koubai("train", "and", "--hidden", "none", *film, "--name", "and-line", "--out", f"{folder}/and", "--quiet")
            koubai("runs", "compare", "xor", "seed-36", "and-line", "--lang", language, "--out", f"{folder}/compared")
            for picture in ("regions", "losses"):
                small(Image.open(f"{folder}/compared/{picture}.png"), out / f"compared-{picture}.png")
            koubai("train", "parity-4", "--hidden", "16", "--learning-rate", "0.1", "--film", "none", "--lang", language,
                   "--out", str(Path(folder) / "parity"), "--quiet")  # fmt: skip
            for picture in ("region", "table"):
                small(Image.open(Path(folder) / "parity" / f"{picture}.png"), out / f"parity-4-{picture}.png")
            real_data(Path(folder), out, language)
        for width, height in TERMINALS:
            (out / f"terminal-{width}x{height}.txt").write_text(terminal(width, height, language), encoding="utf-8")


def real_data(folder: Path, out: Path, language: str) -> None:
    """The pictures of real-data.md."""
    for name, (options, picture) in REAL_DATA.items():
        run = folder / "real-data" / name
        koubai("train", *options, "--film", "none", "--lang", language, "--no-store", "--out", str(run), "--quiet")
        small(Image.open(run / f"{picture}.png"), out / f"{name}-{picture}.png")


def koubai(*words: str) -> None:
    subprocess.run([*KOUBAI, *words], check=True)


def small(picture: Image.Image, path: Path) -> None:
    """As a PNG with a palette: a third of the bytes, and nobody sees it."""
    picture.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)


def sheet(frames: list[np.ndarray]) -> Image.Image:
    """Six frames of a film, three in a row."""
    chosen = [Image.fromarray(frames[at]).resize((640, 360)) for at in np.linspace(0, len(frames) - 1, FRAMES).astype(int)]
    paper = Image.new("RGB", (3 * 640, 2 * 360), "white")
    for place, frame in enumerate(chosen):
        paper.paste(frame, (place % 3 * 640, place // 3 * 360))
    return paper


def terminal(width: int, height: int, language: str) -> str:
    """What a terminal without colour shows at the end of the replay."""
    session = "koubai-docs"
    subprocess.run(["tmux", "kill-session", "-t", session], check=False, stderr=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory() as folder:
        train = f"{sys.executable} -m koubai train xor --pictures none --film none"
        command = f"cd {folder}; clear; NO_COLOR=1 KOUBAI_STORE=runs.sqlite KOUBAI_LANG={language} {train}"
        subprocess.run(
            ["tmux", "-u", "new-session", "-d", "-s", session, "-x", str(width), "-y", str(height), "sh"], check=True
        )
        subprocess.run(["tmux", "send-keys", "-t", session, f"{command}; sleep 60", "Enter"], check=True)
        shown = ""
        for _ in range(200):
            time.sleep(0.1)
            capture = subprocess.run(["tmux", "capture-pane", "-p", "-t", session], check=True, capture_output=True, text=True)
            if "run.json" in capture.stdout:
                break
            shown = capture.stdout
        subprocess.run(["tmux", "kill-session", "-t", session], check=False)
    return shown.rstrip() + "\n"


if __name__ == "__main__":
    main()
