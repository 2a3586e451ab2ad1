"""What only the office knows of a 年度 and reports must say: cost, hours, calls, friends, population, targets.

Written year by year with its history; what nobody wrote is not guessed, and reports say why it is not there.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.demo_data import WRITER
from knowledge.models import YearFact

MOST_TEXT = 600
MOST_NAME = 60
MOST_TARGETS = 5
_LARGEST = 10**13
_NUMBER = re.compile(r"\d{1,13}(?:\.\d{1,2})?")


class FactKind(StrEnum):
    NUMBER = "number"
    DATE = "date"
    SPAN = "span"
    TEXT = "text"


A_YEAR = "year"
SPANS: Mapping[str, str] = MappingProxyType({A_YEAR: "1年間", "month": "1か月平均"})
"""What a number of calls is of."""


@dataclass(frozen=True)
class Fact:
    label: str
    kind: FactKind
    unit: str = ""
    hint: str = ""


FACTS: Mapping[str, Fact] = MappingProxyType(
    {
        "cost": Fact("年間経費", FactKind.NUMBER, "円", "使用料・委託料・通信費など、この年度にかかった額。"),
        "staff_hours": Fact("職員の作業時間", FactKind.NUMBER, "時間", "答えづくり・見直し・集計にかけた時間の合計。"),
        "calls_before": Fact("電話の件数（はじめる前）", FactKind.NUMBER, "件", "課や代表番号で数えたもの。"),
        "calls_after": Fact("電話の件数（この年度）", FactKind.NUMBER, "件", "はじめる前と同じ数え方のもの。"),
        "calls_span": Fact("電話の件数の期間", FactKind.SPAN),
        "friends": Fact("LINEの友だち数", FactKind.NUMBER, "人", "LINE Official Account Manager に出る数。"),
        "friends_on": Fact("友だち数を見た日", FactKind.DATE),
        "population": Fact("人口", FactKind.NUMBER, "人", "住民基本台帳の人口。"),
        "population_on": Fact("人口の基準日", FactKind.DATE),
        "opened_on": Fact("サービスをはじめた日", FactKind.DATE),
        "help_old": Fact("高齢の方への配慮", FactKind.TEXT, "", "スマートフォン教室、電話・窓口を残したことなど。"),
        "help_disabled": Fact("障害のある方への配慮", FactKind.TEXT, "", "読み上げの確認、ほかの連絡手段など。"),
        "help_foreign": Fact("外国人住民への配慮", FactKind.TEXT, "", "答える言葉、やさしい日本語、周知のしかたなど。"),
        "incidents": Fact("障害と対応（補足）", FactKind.TEXT, "", "できごとに書いた障害のほかに、言うべきこと。"),
    }
)
"""In the order of the form."""


@dataclass(frozen=True)
class Target:
    """What the service set out to reach.  ``figure``: that of knowledge.report_figures which tells whether it did."""

    name: str
    value: str
    figure: str = ""


TARGETS = tuple(f"target-{number}" for number in range(1, MOST_TARGETS + 1))


@dataclass(frozen=True)
class YearFacts:
    """What holds of a year: value by name, and the targets."""

    values: Mapping[str, str]
    targets: Mapping[str, Target]
    """By one of TARGETS."""
    seen: int
    """Rows that it rests on: a form that was opened on fewer is out of date."""
    invented: bool = False
    """Whether some of what holds was written by a demonstration year."""

    def number(self, name: str) -> float | None:
        return float(self.values[name]) if name in self.values else None

    def day(self, name: str) -> dt.date | None:
        return dt.date.fromisoformat(self.values[name]) if name in self.values else None

    def text(self, name: str) -> str:
        return self.values.get(name, "")


def facts_of(session: Session, code: str, year: int) -> YearFacts:
    rows = _rows(session, code, year)
    newest = {row.name: row for row in rows}
    held = {name: row.value for name, row in newest.items() if row.value is not None}
    invented = any(newest[name].written_by == WRITER for name in held)
    targets = {name: Target(**json.loads(held[name])) for name in TARGETS if name in held}
    values = {name: value for name, value in held.items() if name in FACTS}
    return YearFacts(values, targets, len(rows), invented)


def opening_day(session: Session, code: str) -> dt.date | None:
    """When the service began, as it was written last of any year."""
    wanted = select(YearFact).where(YearFact.municipality_code == code, YearFact.name == "opened_on")
    newest: dict[int, str | None] = {}
    for row in session.scalars(wanted.order_by(YearFact.fiscal_year, YearFact.number)):
        newest[row.fiscal_year] = row.value
    held = [value for _, value in sorted(newest.items()) if value]
    return dt.date.fromisoformat(held[-1]) if held else None


def history(session: Session, code: str, year: int) -> list[YearFact]:
    """Everything that was written of a year, the newest first."""
    return sorted(_rows(session, code, year), key=lambda row: (row.written_at, row.name, row.number), reverse=True)


def write_facts(
    session: Session, code: str, year: int, given: Mapping[str, str | None], who: str, moment: dt.datetime
) -> dict[str, tuple[str | None, str | None]]:
    """Write what holds from now on, None to take it back; what changed, as (before, after)."""
    newest = {row.name: row for row in _rows(session, code, year)}
    changed = {}
    for name, value in given.items():
        held = newest[name].value if name in newest else None
        if value == held:
            continue
        number = newest[name].number + 1 if name in newest else 1
        session.add(
            YearFact(
                municipality_code=code,
                fiscal_year=year,
                name=name,
                number=number,
                value=value,
                written_by=who,
                written_at=moment,
            )
        )
        changed[name] = (held, value)
    return changed


def _rows(session: Session, code: str, year: int) -> Sequence[YearFact]:
    wanted = select(YearFact).where(YearFact.municipality_code == code, YearFact.fiscal_year == year)
    return session.scalars(wanted.order_by(YearFact.name, YearFact.number)).all()


def number_text(given: str) -> str | None:
    """A number as it is kept; None where it is none.  Raises ValueError where it cannot be read."""
    plain = unicodedata.normalize("NFKC", given).replace(",", "").strip()
    if not plain:
        return None
    if not _NUMBER.fullmatch(plain) or float(plain) > _LARGEST:
        raise ValueError(given)
    return plain


def target_text(target: Target) -> str | None:
    """A target as it is kept; None where it is empty."""
    return json.dumps(asdict(target), ensure_ascii=False, sort_keys=True) if target.name or target.value else None


def shown_fact(name: str, value: str | None) -> str:
    """A value as a history shows it."""
    if value is None:
        return "（取り消し）"
    if name in TARGETS:
        target = Target(**json.loads(value))
        return f"{target.name}：{target.value}"
    fact = FACTS[name]
    if fact.kind is FactKind.NUMBER:
        return f"{float(value):,.10g}{fact.unit}"
    return SPANS.get(value, value) if fact.kind is FactKind.SPAN else value


def label_of(name: str) -> str:
    return FACTS[name].label if name in FACTS else f"目標{name.removeprefix('target-')}"
