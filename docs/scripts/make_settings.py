"""Write docs/settings.md and docs/settings.ja.md: every setting of a training, from the table in experiment/fields.py."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from koubai.experiment.fields import FIELDS, FROM_EPOCHS, Bounds, Condition, Default, Depends, Field, Group, Plain
from koubai.locale import LANGUAGES, sentence

FOLDER = Path(__file__).parents[1]
TEXTS = {
    "en": {
        "title": "# The settings of a training",
        "intro": "Made by `python docs/scripts/make_settings.py` from `src/koubai/experiment/fields.py`. Each setting is a\n"
        "keyword of `kb.train` and, unless the first column says otherwise, an option of `koubai train`.",
        "head": "| option | keyword | default | for sets and tables | possible | what it is |",
        "python": "(Python only)",
        "none": "none",
        "counted": "counted from the epochs",
        "from": "from {}",
        "above": "above {}",
        "to": "to {}",
        "else": "else {}",
        "complex_step": "with complex-step {}",
        "stepping": "where units step {}",
        "kinked": "where the first activation has a kink {}",
        "float32": "in float32 {}",
        "gradient_descent": "with gradient-descent {}",
        "normal": "with normal {}",
        "values": "for values {}",
        "page": "`koubai train` itself gives the learning rate 0.01 with every optimizer.\n\n"
        "A page of the playground may change: {}.",
        "frozen": "Parameters that stay as they start, such as w1 or b1[2].",
        "optimizer-options": "The parameters of the optimizer by name; as an option they stand after a colon.",
        "schedule-options": "The parameters of the schedule by name; as an option they stand after a colon.",
    },
    "ja": {
        "title": "# 学習の設定",
        "intro": "`python docs/scripts/make_settings.py` が `src/koubai/experiment/fields.py` から作ります。\n"
        "どの設定も `kb.train` のキーワードで、最初の列に断りがなければ `koubai train` のオプションでもあります。",
        "head": "| オプション | キーワード | 既定値 | データセットや表では | 可能な値 | 意味 |",
        "python": "（Python のみ）",
        "none": "なし",
        "counted": "エポック数から計算",
        "from": "{} 以上",
        "above": "{} より大きい数",
        "to": "{} 以下",
        "else": "ほかは {}",
        "complex_step": "complex-step では {}",
        "stepping": "階段状のユニットでは {}",
        "kinked": "最初の活性化関数に折れ目があれば {}",
        "float32": "float32 では {}",
        "gradient_descent": "gradient-descent では {}",
        "normal": "normal では {}",
        "values": "値の学習では {}",
        "page": "`koubai train` の学習率は、どの最適化手法でも 0.01 です。\n\nプレイグラウンドのページで変えられるもの: {}。",
        "frozen": "初期値のまま動かさないパラメータ（例: w1、b1[2]）",
        "optimizer-options": "最適化手法のパラメータ。オプションではコロンの後に書く",
        "schedule-options": "学習率の変え方のパラメータ。オプションではコロンの後に書く",
    },
}


def page_of(language: str) -> Path:
    return FOLDER / ("settings.md" if language == "en" else f"settings.{language}.md")


def described(language: str) -> str:
    """The whole page."""
    texts = TEXTS[language]
    parts = [texts["title"], "", texts["intro"], ""]
    for group in get_args(Group):
        parts += [f"## {sentence(f'help-group-{group}', language)}", "", texts["head"], "|---|---|---|---|---|---|"]
        parts += [_row(one, language) for one in FIELDS if one.group == group]
        parts.append("")
    changed = ", ".join(f"`{one.name}`" for one in FIELDS if one.page is not None)
    return "\n".join([*parts, texts["page"].format(changed), ""])


def _row(setting: Field[object], language: str) -> str:
    texts = TEXTS[language]
    option = f"`--{setting.option}`" if setting.on_command_line else texts["python"]
    defaults = [_default(default, setting, language) for default in (setting.for_gates, setting.for_sets)]
    cells = [option, f"`{setting.name}`", *defaults, _possible(setting, texts), _meaning(setting, language)]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _default(default: Default, setting: Field[object], language: str) -> str:
    texts = TEXTS[language]
    if default == FROM_EPOCHS:
        return texts["counted"]
    if not isinstance(default, Depends):
        return _value(default, setting, texts["none"])
    cases = [texts[name].format(_value(value, setting, texts["none"])) for name, value in _cases(default)]
    return ", ".join([*cases, texts["else"].format(_value(default.otherwise, setting, texts["none"]))])


def _cases(default: Depends) -> Iterator[tuple[Condition, Plain]]:
    yield from default.cases.items()


def _value(value: Plain, setting: Field[object], none: str) -> str:
    if value is None or value in ((), {}):
        return f"`{setting.word_for_none}`" if setting.word_for_none else none
    return f"`{','.join(map(str, value))}`" if isinstance(value, tuple) else f"`{value}`"


def _possible(setting: Field[object], texts: dict[str, str]) -> str:
    if setting.choices:
        return ", ".join(f"`{choice}`" for choice in setting.choices)
    bounds, none = setting.bounds, Bounds()
    least = texts["above" if bounds.above else "from"].format(f"{bounds.least:.10g}")
    said = [least] if bounds.least != none.least else []
    return ", ".join([*said, *([texts["to"].format(f"{bounds.most:.10g}")] if bounds.most != none.most else [])])


def _meaning(setting: Field[object], language: str) -> str:
    """The sentence of the command line's help, without the choices and defaults, which have their own columns."""
    if not setting.on_command_line:
        return TEXTS[language][setting.option]
    names = {"choices": "", "for_gates": "", "for_sets": "", "fewest_steps": "", **dict.fromkeys(get_args(Condition), "")}
    text = re.sub(r"\s*\[[^\]]*\]", "", sentence(f"help-{setting.help}", language, **names))
    return re.sub(r":\s*(?=[.。]|$)", "", text).strip()


if __name__ == "__main__":
    for one in LANGUAGES:
        page_of(one).write_text(described(one), encoding="utf-8")
