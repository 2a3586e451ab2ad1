"""What a 年度's record cannot say, and what it may say once somebody has looked again: both named at their fields."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from knowledge.year_facts import FACTS, FactKind, Target

EARLIEST = dt.date(2000, 1, 1)
"""No municipality answers residents in this way any longer."""
SHARES = frozenset({"shown", "none", "solved", "estimated", "friends_share"})
"""The figures of knowledge.report_figures that are percentages."""
_WHOLE = frozenset({"cost", "calls_before", "calls_after", "friends", "population"})
"""What is counted in whole yen, calls and people."""
_MOST: Mapping[str, int] = MappingProxyType(
    {
        "cost": 1_000_000_000_000,
        "staff_hours": 10_000_000,
        "calls_before": 100_000_000,
        "calls_after": 100_000_000,
        "friends": 100_000_000,
        "population": 20_000_000,
    }
)
"""More than there can be: two digits too many, or two numbers in one."""
_USUAL: Mapping[str, int] = MappingProxyType(
    {"cost": 1_000_000_000, "staff_hours": 20_000, "calls_before": 2_000_000, "calls_after": 2_000_000}
)
"""More than this is rare enough to be looked at again."""
_TARGET = re.compile(
    r"約?(?P<number>\d[\d,]*(?:\.\d+)?)\s*(?P<times>[千万億]?)\s*(?P<unit>%|パーセント|割|件|人|世帯|回)?\s*"
    r"(?:以上|以下|超|未満|まで)?"
)
_PERCENT_OF_NOTHING = re.compile(r"(?<!\d)(?<!\d )%")


@dataclass(frozen=True)
class Doubt:
    """What may be right and mostly is not.  ``of``: the fields whose values it is about."""

    of: tuple[str, ...]
    sentence: str

    @property
    def field(self) -> str:
        return self.of[0]


def faults_of(
    values: Mapping[str, str | None], targets: Mapping[str, Target], today: dt.date
) -> Iterator[tuple[str, str]]:
    """(Field, what is wrong and what to do) of everything that cannot be so.  ``values``: as they would be kept."""
    for name, most in _MOST.items():
        value = values.get(name)
        if value is not None:
            yield from ((name, sentence) for sentence in _number_faults(name, value, most))
    for name, fact in FACTS.items():
        value = values.get(name)
        if fact.kind is FactKind.DATE and value is not None:
            yield from ((name, sentence) for sentence in _day_faults(name, dt.date.fromisoformat(value), today))
    for name, target in targets.items():
        if target.name and target.value and (sentence := _target_fault(target)):
            yield f"{name}-value", sentence


def _number_faults(name: str, value: str, most: int) -> Iterator[str]:
    fact = FACTS[name]
    if name in _WHOLE and "." in value:
        yield f"「{fact.label}」は、小数のない数で書いてください（例 {float(value):.0f}）"
    elif name == "population" and float(value) == 0:
        yield "「人口」が0人です。住民基本台帳の人口を書くか、分からなければ空にしてください"
    elif float(value) > most:
        yield (
            f"「{fact.label}」が大きすぎます（{float(value):,.10g}{fact.unit}）。{most:,}{fact.unit}までで書いてください。"
            "けたと単位（千円や万人でないか）を確かめてください"
        )


def _day_faults(name: str, day: dt.date, today: dt.date) -> Iterator[str]:
    label = FACTS[name].label
    if day > today:
        yield f"「{label}」（{day}）は、まだ来ていない日です。今日までの日を書くか、決まっていなければ空にしてください"
    elif day < EARLIEST:
        yield f"「{label}」（{day}）が古すぎます。{EARLIEST.year}年からあとの日を書いてください。年を確かめてください"


def _target_fault(target: Target) -> str | None:
    plain = unicodedata.normalize("NFKC", target.value).strip()
    if not target.figure:
        if _PERCENT_OF_NOTHING.search(plain):
            return f"「{target.value}」は割合として読めません。「80%」のように、%の前に数を書いてください"
        return None
    found = _TARGET.fullmatch(plain)
    if found is None:
        return (
            f"「{target.value}」は、実績とくらべられる数として読めません。「80%」「5,000件」のように数だけを書くか、"
            "「くらべる数字」を「数字とくらべない」にしてください"
        )
    number = float(found["number"].replace(",", ""))
    if target.figure in SHARES:
        share = number * 10 if found["unit"] == "割" else number
        if found["times"] or found["unit"] not in (None, "%", "パーセント", "割") or share > 100:
            return f"くらべる数字は割合です。目標（今は「{target.value}」）を0〜100%で書いてください"
    elif found["unit"] in ("%", "パーセント", "割"):
        return (
            f"くらべる数字は件数か人数です。目標（今は「{target.value}」）を「5,000件」のように数で書くか、"
            "割合の数字をえらんでください"
        )
    return None


def doubts_of(values: Mapping[str, str | None], year: int) -> Iterator[Doubt]:
    """What is kept only once somebody has said that it is so."""
    for name, usual in _USUAL.items():
        value = values.get(name)
        if value is not None and float(value) > usual:
            fact = FACTS[name]
            yield Doubt((name,), f"「{fact.label}」が{float(value):,.10g}{fact.unit}です。けたと単位を確かめてください")
    friends, population = values.get("friends"), values.get("population")
    if friends is not None and population is not None and float(friends) > float(population):
        yield Doubt(
            ("friends", "population"),
            f"「LINEの友だち数」（{float(friends):,.10g}人）が「人口」（{float(population):,.10g}人）より多くなっています。"
            "逆に書いていないか、けたを確かめてください（市外の友だちが多いときは、このままでかまいません）",
        )
    for name in ("friends_on", "population_on"):
        value = values.get(name)
        if value is not None and not _near(year, dt.date.fromisoformat(value)):
            told = f"「{FACTS[name].label}」（{value}）が、この年度と離れています。年を確かめてください"
            yield Doubt((name,), told)


def _near(year: int, day: dt.date) -> bool:
    """From the beginning of the 年度 before to the summer after: figures of a year's end are had in the next."""
    return dt.date(year - 1, 4, 1) <= day <= dt.date(year + 1, 9, 30)
