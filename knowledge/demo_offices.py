"""Invented counts of the offices for the demonstration year: certificates by how they were had, applications by hour.

As 茂原市's plan tells it, the share of convenience stores begins at 7.86 % (市民課) and 2.71 % (市民税課), and rises.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from knowledge.computed_values import STORE_SHARE, SUM, Formula
from knowledge.demo_data import WRITER
from knowledge.indicator_formulas import formula_history, write_formula
from knowledge.models import Department, Indicator, IndicatorFormula
from knowledge.office_counts import (
    APPLICATIONS,
    CERTIFICATES,
    DEMO,
    CountKey,
    hour_cell,
    month_after,
    remove_invented,
    write_counts,
)

MONTHS = 12
_NOTE = "見本のデータの数え方"


@dataclass(frozen=True)
class Certificates:
    """What a 課 issues.  ``kinds``: how many in a usual month; ``share``: of stores in the first and the last month."""

    office: str
    kinds: Mapping[str, int]
    share: tuple[float, float]
    months: Mapping[int, float]


@dataclass(frozen=True)
class Procedure:
    """What is applied for online.  ``usual``: in a usual month; ``months``: by how much more or less."""

    name: str
    usual: int
    months: Mapping[int, float]


CERTIFICATES_OF = (
    Certificates(
        "市民課",
        {"住民票の写し": 2_600, "印鑑登録証明書": 1_900, "戸籍の証明書": 850},
        (0.0786, 0.184),
        {2: 1.1, 3: 1.5, 4: 1.35, 8: 0.9},
    ),
    Certificates("市民税課", {"所得・課税証明書": 620}, (0.0271, 0.062), {2: 1.2, 3: 1.2, 6: 2.2, 7: 1.4}),
)
PROCEDURES = (
    Procedure("保育所の入所申込み", 46, {10: 3, 11: 2.4, 12: 1.5}),
    Procedure("公共施設の利用申込み", 160, {7: 1.3, 8: 1.2}),
    Procedure("健診の申込み", 95, {5: 2, 6: 2.2, 9: 1.4}),
    Procedure("職員採用試験の申込み", 20, {5: 4, 6: 3, 8: 2}),
)
_HOURS = (3, 2, 1, 1, 1, 1, 2, 3, 6, 8, 8, 7, 9, 7, 6, 6, 6, 7, 8, 9, 11, 12, 10, 6)
_WEEK = (1.1, 1.0, 1.0, 0.95, 0.95, 1.0, 1.1)


def whole_months(last: dt.date) -> tuple[dt.date, ...]:
    """The first days of the twelve months that were over at the end of ``last``."""
    end = (last + dt.timedelta(days=1)).replace(day=1)
    return tuple(month_after(end, by - MONTHS) for by in range(MONTHS))


def invented_counts(last: dt.date, offices: Mapping[str, str], seed: int) -> dict[CountKey, int]:
    """The counts of twelve months.  ``offices``: the name of a 課 -> its ID; without, counts belong to none."""
    chance = random.Random(f"offices/{seed}/{last}")  # noqa: S311 - nothing secret
    found: dict[CountKey, int] = {}
    for place, month in enumerate(whole_months(last)):
        for one in CERTIFICATES_OF:
            first, final = one.share
            share = first + (final - first) * place / (MONTHS - 1)
            found |= _issued(one, month, offices.get(one.office, ""), share, chance)
        for procedure in PROCEDURES:
            found |= _applied(procedure, month, 1 + 0.6 * place / (MONTHS - 1), chance)
    return found


def _issued(
    one: Certificates, month: dt.date, department: str, share: float, chance: random.Random
) -> dict[CountKey, int]:
    found = {}
    for name, usual in one.kinds.items():
        total = round(usual * one.months.get(month.month, 1.0) * chance.uniform(0.95, 1.05))
        store, mail = round(total * share), round(total * 0.03)
        for cell, count in {"store": store, "mail": mail, "counter": total - store - mail}.items():
            found[CountKey(CERTIFICATES, month, department, name, cell)] = count
    return found


def _applied(procedure: Procedure, month: dt.date, growth: float, chance: random.Random) -> dict[CountKey, int]:
    """Every hour of the week, those without an application too: nobody applied is known as well."""
    cells = [(weekday, hour) for weekday in range(7) for hour in range(24)]
    weights = [_WEEK[weekday] * _HOURS[hour] for weekday, hour in cells]
    total = round(procedure.usual * procedure.months.get(month.month, 1.0) * growth * chance.uniform(0.9, 1.1))
    counts = dict.fromkeys((hour_cell(*cell) for cell in cells), 0)
    for weekday, hour in chance.choices(cells, weights, k=total):
        counts[hour_cell(weekday, hour)] += 1
    return {CountKey(APPLICATIONS, month, "", procedure.name, cell): count for cell, count in counts.items()}


def write_office_counts(session: Session, code: str, last: dt.date, seed: int, moment: dt.datetime) -> None:
    """Keep them, marked; what an office really counted stays.  And let the plan's indicators be counted from them."""
    write_counts(session, code, invented_counts(last, _offices(session, code), seed), WRITER, moment, DEMO)
    for indicator, formula in _formulas(session, code):
        if not formula_history(session, code, indicator.entry_id):
            write_formula(session, indicator, formula, WRITER, moment)


def remove_office_counts(session: Session, code: str) -> None:
    remove_invented(session, code)
    written = (IndicatorFormula.municipality_code == code, IndicatorFormula.written_by == WRITER)
    session.execute(delete(IndicatorFormula).where(*written))


def _offices(session: Session, code: str) -> dict[str, str]:
    wanted = select(Department.name, Department.entry_id).where(
        Department.municipality_code == code, Department.state == "published"
    )
    return {row.name: row.entry_id for row in session.execute(wanted)}


def _formulas(session: Session, code: str) -> Sequence[tuple[Indicator, Formula]]:
    """Those indicators of which the invented counts tell something."""
    wanted = select(Indicator).where(Indicator.municipality_code == code, Indicator.state == "published")
    offices = set(_offices(session, code).values())
    own = [indicator for indicator in session.scalars(wanted) if indicator.department in offices]
    shares = [
        (one, Formula(STORE_SHARE, departments=(one.department,), note=_NOTE))
        for one in own
        if "コンビニ" in one.name and "率" in one.name and one.department
    ]
    sums = [(one, Formula(SUM, note=_NOTE)) for one in own if "電子申請の利用件数" in one.name]
    return [*shares, *sums]
