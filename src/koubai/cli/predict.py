"""koubai predict: a trained network answers the rows of a table."""

import sys
from pathlib import Path

from koubai.cli.runs.lookup import load_run
from koubai.cli.signals import print_error
from koubai.data import read_table
from koubai.experiment import Run
from koubai.experiment.prediction import Prediction
from koubai.files import check_free_file, new_file
from koubai.locale import sentence
from koubai.pictures.data_names import target_names
from koubai.spreadsheet import line


def predict(
    run: str, table: Path, out: Path | None, delimiter: str | None, encoding: str | None, store: Path | None, language: str
) -> int:
    """Write the answers of ``run`` to the rows of ``table``. Returns the exit code."""
    if out is not None:
        check_free_file(out)
    trained = load_run(run, store).run
    prediction = trained.predict(read_table(table, delimiter=delimiter, encoding=encoding))
    for column, count in prediction.unseen.items():
        print_error(sentence("predict-unseen", language, column=column, count=count), language)
    content = as_csv(trained, prediction)
    if out is None:
        sys.stdout.write(content)
        return 0
    with new_file(out) as file:
        file.write_bytes(content.encode())
    return 0


def as_csv(run: Run, prediction: Prediction) -> str:
    """Write a row for each row: the answer, and the probability of every class; every number comes back exactly.

    No text is one that a spreadsheet runs as a formula.
    """
    data = run.data
    if data.task == "regress":
        return "".join(map(line, [target_names(data), *prediction.answers.tolist()]))
    target = data.preparation.target.name if data.preparation else data.name or "answer"
    letter = "p" if run.network.output == "softmax" else "y"
    rows = zip(prediction.answers.tolist(), prediction.probabilities.tolist(), strict=True)
    heads = [target, *(f"{letter}({label})" for label in data.classes)]
    return "".join(map(line, [heads, *([answer, *values] for answer, values in rows)]))
