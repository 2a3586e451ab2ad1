"""How staff let indicators be counted from the offices' counts: laid down with their history, and used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.calendar import fiscal_year_of
from knowledge.computed_values import KINDS, ORIGIN, Computed, Formula, Known, computed, years_in
from knowledge.indicator_values import Point
from knowledge.models import Indicator, IndicatorFormula, IndicatorValue, OrganisationChange
from knowledge.office_counts import (
    APPLICATIONS,
    SERIES,
    TOTAL,
    counts_between,
    first_and_last_month,
    has_invented,
    months_of_year,
    sums_by_month,
)
from knowledge.organisation import RENAME

MOST_NOTE = 200
MOST_CHOSEN = 60
MOST_YEARS = 10


@dataclass(frozen=True)
class ComputedYear:
    """A year as the page shows it.  ``invented``: some of it is made up for the demonstration."""

    computed: Computed
    invented: bool


def formula_of(session: Session, code: str, entry_id: str) -> Formula | None:
    """What holds of an indicator; None where nothing was laid down, or it was taken back."""
    newest = formula_history(session, code, entry_id)
    return _formula(newest[0]) if newest else None


def formulas_of(session: Session, code: str) -> dict[str, Formula]:
    """What holds of all indicators that have one."""
    wanted = select(IndicatorFormula).where(IndicatorFormula.municipality_code == code)
    newest = {row.entry_id: row for row in session.scalars(wanted.order_by(IndicatorFormula.number))}
    return {entry_id: found for entry_id, row in newest.items() if (found := _formula(row)) is not None}


def formula_history(session: Session, code: str, entry_id: str) -> list[IndicatorFormula]:
    """All that was laid down, the newest first."""
    wanted = select(IndicatorFormula).where(
        IndicatorFormula.municipality_code == code, IndicatorFormula.entry_id == entry_id
    )
    return list(session.scalars(wanted.order_by(IndicatorFormula.number.desc())))


def _formula(row: IndicatorFormula) -> Formula | None:
    if row.kind is None or row.kind not in KINDS:
        return None
    return Formula(row.kind, tuple(row.names), tuple(row.departments), row.as_planned, row.note)


def write_formula(
    session: Session, indicator: Indicator, formula: Formula | None, who: str, moment: dt.datetime
) -> Mapping[str, Any] | None:
    """Lay down how an indicator is counted from now on, None to take it back.

    ``before`` and ``after``, as the audit log tells them; None where the same held already.
    """
    code, entry_id = indicator.municipality_code, indicator.entry_id
    history = formula_history(session, code, entry_id)
    before = _formula(history[0]) if history else None
    if formula == before:
        return None
    kept = formula or Formula("")
    session.add(
        IndicatorFormula(
            municipality_code=code,
            entry_id=entry_id,
            number=history[0].number + 1 if history else 1,
            kind=kept.kind or None,
            names=list(kept.names),
            departments=list(kept.departments),
            as_planned=kept.as_planned,
            note=kept.note,
            written_by=who,
            written_at=moment,
        )
    )
    return {"before": _told(before), "after": _told(formula)}


def _told(formula: Formula | None) -> dict[str, Any] | None:
    if formula is None:
        return None
    told = asdict(formula)
    return told | {"names": list(formula.names), "departments": list(formula.departments)}


# --- Counted -----------------------------------------------------------------------------------------------------


def known_counts(
    session: Session, code: str, series: str, first: dt.date, last: dt.date, names: Mapping[str, str] | None = None
) -> Known:
    """What is known of some months, as computed_values reads it.  ``names``: 課 that only have another name now."""
    if series == APPLICATIONS:
        sums = sums_by_month(session, code, series, first, last)
        return {(month, department, name, TOTAL): count for (department, name, month), count in sums.items()}
    known: dict[tuple[dt.date, str, str, str], int] = {}
    for key, count in counts_between(session, code, series, first, last).items():
        place = key.month, (names or {}).get(key.department, key.department), key.name, key.cell
        known[place] = known.get(place, 0) + count
    return known


def renamed(session: Session, code: str) -> dict[str, str]:
    """The 課 that go by another name since, and the one that they have now; whoever was joined or parted is another."""
    changes = session.scalars(
        select(OrganisationChange)
        .where(
            OrganisationChange.municipality_code == code,
            OrganisationChange.kind == RENAME,
            OrganisationChange.settled_at.is_not(None),
        )
        .order_by(OrganisationChange.starts_on, OrganisationChange.number)
    )
    found: dict[str, str] = {}
    for change in changes:
        old, new = change.before[0]["id"], change.after[0]["id"]
        found = {one: new if now == old else now for one, now in found.items()} | {old: new}
    return found


def _of_today(formula: Formula, names: Mapping[str, str]) -> Formula:
    return replace(formula, departments=tuple(dict.fromkeys(names.get(one, one) for one in formula.departments)))


def computed_years(session: Session, code: str, formula: Formula, today: dt.date) -> list[ComputedYear]:
    """Every year of which something is known, the last first."""
    span = first_and_last_month(session, code, formula.series)
    if span is None:
        return []
    first = max(fiscal_year_of(span[0]), fiscal_year_of(span[1]) - MOST_YEARS + 1)
    names = renamed(session, code)
    known = known_counts(session, code, formula.series, months_of_year(first)[0], span[1], names)
    formula = _of_today(formula, names)
    return [
        ComputedYear(computed(formula, known, year, today), _is_invented(session, code, formula.series, year))
        for year in years_in(formula, known)
    ]


def computed_of_year(session: Session, code: str, year: int, today: dt.date) -> dict[str, ComputedYear]:
    """Every indicator that is counted from counts, in one year."""
    months = months_of_year(year)
    names = renamed(session, code)
    known = {series: known_counts(session, code, series, months[0], months[-1], names) for series in SERIES}
    invented = {series: _is_invented(session, code, series, year) for series in SERIES}
    return {
        entry_id: ComputedYear(
            computed(_of_today(formula, names), known[formula.series], year, today), invented[formula.series]
        )
        for entry_id, formula in formulas_of(session, code).items()
    }


def _is_invented(session: Session, code: str, series: str, year: int) -> bool:
    months = months_of_year(year)
    return has_invented(session, code, series, months[0], months[-1])


def computed_points(years: Sequence[ComputedYear], unit: str) -> list[Point]:
    """The years that are whole: a part of one is not like the others."""
    found = [one.computed for one in years if one.computed.is_whole]
    return [Point(one.year, one.value, one.shown(unit)) for one in sorted(found, key=_year) if one.value is not None]


def is_from_counts(row: IndicatorValue) -> bool:
    """Whether staff took it over from what was computed."""
    return row.note.startswith(ORIGIN)


def _year(one: Computed) -> int:
    return one.year
