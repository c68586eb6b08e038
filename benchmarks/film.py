"""The film of the founding example alone, 1280×720, MP4 and GIF: seconds and sizes, in a process that has loaded matplotlib."""

import json
import os
import platform
import tempfile
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter

import koubai as kb
from koubai.pictures import TruthTableFilm

TURNS = 5


def main() -> None:
    film = TruthTableFilm.from_run(kb.train("xor"))
    with tempfile.TemporaryDirectory() as folder:
        paths = {form: Path(folder) / f"film.{form}" for form in ("mp4", "gif")}
        ways = {"mp4 and gif": list(paths.values()), "mp4": [paths["mp4"]], "gif": [paths["gif"]]}
        for name, wanted in ways.items():
            seconds = []
            for _ in range(TURNS):
                began = perf_counter()
                film.save(wanted)
                seconds.append(perf_counter() - began)
            print(f"{name:<12} {median(seconds):5.2f} s (median of {TURNS}, {min(seconds):.2f} to {max(seconds):.2f})")
        for form, path in paths.items():
            print(f"{form}: {path.stat().st_size / 1000:.0f} kB")
    versions = {name: version(name) for name in ("koubai", "matplotlib", "av", "pillow")}
    print(json.dumps({**versions, "python": platform.python_version(), "cores": os.cpu_count()}))


if __name__ == "__main__":
    main()
