"""The options of ``koubai train`` that the table of settings declares, and the settings that their values are."""

from collections.abc import Mapping

from koubai.cli.help import Option
from koubai.cli.options import NAME_WITH_OPTIONS, NUMBER, UNITS, WHOLE, Options, TwoDefaults, ValueType
from koubai.experiment.fields import FEWEST_STEPS, FIELDS, FROM_EPOCHS, Default, Depends, Field, Group, Kind, Plain, resolved

TYPES: Mapping[Kind, ValueType] = {"integer": WHOLE, "number": NUMBER, "units": UNITS, "choice": str, "choices": str}
SHOWN: Mapping[Kind, str] = {"integer": "N", "number": "X", "units": "N,N,...", "choice": "NAME", "choices": "NAME,..."}


def setting_options(options: Options, group: Group) -> list[Option]:
    """Make the options of the settings of one ``group``, in the order of the table."""
    return [_option(options, one) for one in FIELDS if one.group == group and one.on_command_line]


def settings_of(values: Mapping[str, object]) -> dict[str, object]:
    """Collect the settings by name that these values of the options are; None where an option wasn't given."""
    settings = {}
    for one in FIELDS:
        if not one.on_command_line:
            continue
        value = values[one.name]
        settings[one.name] = value
        if one.options and isinstance(value, tuple):
            settings[one.name], settings[one.options] = value
    return settings


def _option(options: Options, setting: Field[object]) -> Option:
    """Make the option of one setting."""
    kind: ValueType = NAME_WITH_OPTIONS if setting.options else TYPES[setting.kind]
    shown = SHOWN[setting.kind] + (f"|{setting.word_for_none}" if setting.word_for_none else "")
    said = {"choices": ", ".join(setting.choices)} if setting.choices else {}
    said |= _defaults_said(setting)
    default, key = _default(setting), setting.help
    return options.value(setting.group, setting.option, kind, shown, default=default, key=key, many=False, **said)


def _default(setting: Field[object]) -> Plain | TwoDefaults:
    """Choose the default that the help shows behind the sentence; None where the sentence tells it."""
    gates, sets = setting.for_gates, setting.for_sets
    if isinstance(gates, Depends) or sets == FROM_EPOCHS or (gates is None and not setting.word_for_none):
        return None
    if resolved(sets, ()) == gates:
        return setting.word_for_none if gates is None else gates
    return TwoDefaults(_written(gates, setting), ", ".join(_written(value, setting) for value in _values(sets)))


def _defaults_said(setting: Field[object]) -> dict[str, str]:
    """Collect the defaults that a sentence may tell: for gates, for sets, and under each condition by its name."""
    said = {"for_gates": _written(resolved(setting.for_gates, ()), setting), "fewest_steps": str(FEWEST_STEPS)}
    said["for_sets"] = _written(resolved(setting.for_sets, ()), setting)
    for default in (setting.for_sets, setting.for_gates):
        if isinstance(default, Depends):
            said |= {condition: _written(value, setting) for condition, value in default.cases.items()}
    return said


def _values(default: Default) -> list[Plain]:
    """List all that a default may come to."""
    return [*default.cases.values(), default.otherwise] if isinstance(default, Depends) else [default]


def _written(value: Plain, setting: Field[object]) -> str:
    """Write a value as a person would."""
    if value is None:
        return setting.word_for_none
    if isinstance(value, float):
        return min(f"{value:g}", f"{value:.0e}".replace("e-0", "e-"), key=len)
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
