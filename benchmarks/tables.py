"""Tables of many columns: koubai reads and prepares them for training, pandas and pyarrow only read them.

Each figure is of a process of its own, which has imported all that it needs: the seconds of the processor, and by how much its
memory grew at its peak. ``python benchmarks/tables.py`` prints the table of README.md.
"""

import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import numpy as np

WIDTHS, ROWS = (1250, 2500, 5000, 10_000, 20_000), 40
WAYS = ("koubai", "pandas", "pyarrow")


def written(path: Path, width: int, kind: str) -> None:
    """A CSV file of ``width`` columns: numbers, or texts of three kinds; the last one is the target."""
    random = np.random.default_rng(0)
    if kind == "numbers":
        cells = [[f"{number:.4f}" for number in row] for row in random.normal(size=(ROWS, width - 1))]
    else:
        cells = [[f"t{number}" for number in row] for row in random.integers(0, 3, (ROWS, width - 1))]
    lines = [[*row, ("no", "yes")[number % 2]] for number, row in enumerate(cells)]
    path.write_text("\n".join(map(",".join, [[f"c{number}" for number in range(width)], *lines])) + "\n")


def measured(way: str, path: str) -> None:
    """Print the seconds and the MiB that ``way`` takes."""
    import pandas as pd
    from pyarrow import csv

    from koubai.data import load

    Path(path).with_name("small.csv").write_text("a,b\n" + "1,x\n2,y\n" * 20)
    load(Path(path).with_name("small.csv"))  # imports what is left
    read = {"koubai": load, "pandas": pd.read_csv, "pyarrow": csv.read_csv}[way]
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, process_time()
    read(path)
    seconds = process_time() - began
    print(seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)


def main() -> None:
    """Print a row for every kind and width."""
    print("| columns | " + " | ".join(f"{way}, s | MiB" for way in WAYS) + " | koubai / pandas |")
    with TemporaryDirectory() as folder:
        for kind in ("numbers", "texts"):
            for width in WIDTHS:
                path = Path(folder) / "a.csv"
                written(path, width, kind)
                found = []
                for way in WAYS:
                    command = [sys.executable, __file__, way, str(path)]
                    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
                    found.append((float(out[0]), float(out[1])))
                figures = " | ".join(f"{seconds:.2f} | {size:.0f}" for seconds, size in found)
                print(f"| {width:,} {kind} | {figures} | {found[0][0] / found[1][0]:.1f} |", flush=True)


if __name__ == "__main__":
    measured(*sys.argv[1:]) if sys.argv[1:] else main()
