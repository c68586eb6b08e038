"""The options of koubai train that the table of settings declares."""

import click
import pytest

from koubai.cli import setting_options
from koubai.cli.commands import koubai
from koubai.cli.help import Option
from koubai.cli.options import Options
from koubai.experiment.fields import FIELDS, Depends, Field


def train() -> click.Command:
    return koubai("en").commands["train"]


def parsed(*words: str) -> dict[str, object]:
    """The settings that the words of a command line are."""
    return setting_options.settings_of(train().make_context("train", ["xor", *words]).params)


def test_every_setting_with_an_option_has_one() -> None:
    options = {option.name for option in train().params if isinstance(option, Option)}
    assert {one.name for one in FIELDS if one.on_command_line} <= options
    assert not {one.name for one in FIELDS if not one.on_command_line} & options


def test_what_is_not_given_is_the_tables_default_or_left_to_the_experiment() -> None:
    settings = parsed()
    assert settings.pop("schedule_options") == {}
    for one in FIELDS:
        if one.on_command_line:
            value = settings.pop(one.name)
            assert value is None or value == one.for_gates, one.name
            assert (
                value is not None
                or one.for_gates is None
                or one.for_sets != one.for_gates
                or isinstance(one.for_gates, Depends)
            )
    assert settings == {}


def test_options_stand_behind_a_colon() -> None:
    settings = parsed("--optimizer", "adam:b1=0.8", "--schedule", "cosine", "--batch-size", "all", "--hidden", "none")
    assert (settings["optimizer"], settings["optimizer_options"]) == ("adam", {"b1": 0.8})
    assert (settings["schedule"], settings["schedule_options"]) == ("cosine", {})
    assert (settings["batch_size"], settings["hidden"]) == ("all", ())


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        (Field[float]("l1", 0.0, "number", "slopes"), ["--l1 X", "[default: 0.0]"]),
        (
            Field[int]("steps", 7, "integer", "descent", for_sets=9, help="quiet"),
            ["--steps N", "[default: 7; for sets and tables: 9]"],
        ),
        (Field[str]("loss", "a", "choice", "slopes", choices=("a", "b"), help="method"), ["--loss NAME", "measured: a, b."]),
        (
            Field[int | None]("rows", None, "integer", "files", word_for_none="all", help="l1"),
            ["--rows N|all", "all]"],
        ),
    ],
)
def test_a_setting_of_the_table_is_an_option(setting: Field[object], words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setting_options, "FIELDS", (setting,))
    (option,) = setting_options.setting_options(Options("en"), setting.group)
    said = f"{option.opts[0]} {option.shown} {option.help}"
    assert all(word in said for word in words), said
