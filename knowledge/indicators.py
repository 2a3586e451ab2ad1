"""Indicators (成果指標・KPI) as answers: sentences made from their figures by a fixed pattern."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from knowledge.answers import Answer, Figure, Surroundings, make_answer
from knowledge.calendar import as_of_name, fiscal_year_name
from knowledge.models import Indicator


def indicator_answer(indicator: Indicator, around: Surroundings) -> Answer:
    name, unit = indicator.name, indicator.unit
    sentences = [_target_sentence(indicator), _baseline_sentence(indicator)]
    steps = "、".join(f"{_when(step)}{_amount(step, unit)}" for step in indicator.interim if step.get("value"))
    if steps:
        sentences.append(f"途中の目標は、{steps}です。")
    sentences += [indicator.definition or "", *map(_break_sentence, indicator.breaks), indicator.note or ""]
    return make_answer(
        indicator,
        around,
        kind="indicator",
        title=f"「{name}」の目標と現状",
        text="\n".join(filter(None, sentences)),
        facts=_facts(indicator),
        measure=indicator.measure,
        category="目標と数値",
        wordings=(
            name,
            f"{name}の目標は？",
            f"{name}の目標値",
            f"{name}の現状は？",
            f"{name}は{f'何{unit}' if unit else 'いくつ'}",
        ),
        searched="指標 KPI 成果指標 目標値 現状値",
        name=name,
        figures=figures_of(indicator),
    )


def _target_sentence(indicator: Indicator) -> str:
    target = indicator.target or {}
    if not target.get("value"):
        return f"「{indicator.name}」の目標は、計画に数値が書かれていません。"
    note = f"（{target['note']}）" if target.get("note") else ""
    return f"「{indicator.name}」の目標は、{_when(target, 'に')}{_amount(target, indicator.unit)}です{note}。"


def _baseline_sentence(indicator: Indicator) -> str:
    baseline = indicator.baseline or {}
    if not baseline.get("value"):
        return "計画を作ったときの値は、計画に書かれていません。"
    note = f"（{baseline['note']}）" if baseline.get("note") else ""
    return f"計画を作ったときの値は、{_when(baseline, 'で')}{_amount(baseline, indicator.unit)}でした{note}。"


def _break_sentence(one: Mapping[str, Any]) -> str:
    """Residents compare a goal with what there is, too."""
    since = fiscal_year_name(one["fiscal_year"])
    return f"{since}から数え方が変わりました（{one['text']}）。前の年度の値とは、そのままくらべられません。"


def figures_of(indicator: Indicator) -> tuple[Figure, ...]:
    """The values that are published, from what was to what shall be."""
    readings = [
        ("現状", indicator.baseline),
        *(("途中の目標", step) for step in indicator.interim),
        ("目標", indicator.target),
    ]
    return tuple(
        Figure(
            label,
            str(reading["value"]),
            indicator.unit,
            _when(reading),
            reading.get("fiscal_year"),
            reading.get("as_of"),
        )
        for label, reading in readings
        if reading and reading.get("value")
    )


def _facts(indicator: Indicator) -> tuple[tuple[str, str], ...]:
    return tuple(
        (figure.label, figure.amount + (f"（{figure.when}）" if figure.when else ""))
        for figure in figures_of(indicator)
        if figure.label in ("現状", "目標")
    )


def _amount(reading: Mapping[str, Any], unit: str) -> str:
    value = str(reading["value"])
    return value if unit and value.endswith(unit) else f"{value}{unit}"


def _when(reading: Mapping[str, Any], particle: str = "") -> str:
    if reading.get("fiscal_year"):
        return fiscal_year_name(reading["fiscal_year"]) + particle
    if reading.get("as_of"):
        return f"{as_of_name(reading['as_of'])}時点{particle}"
    return ""
