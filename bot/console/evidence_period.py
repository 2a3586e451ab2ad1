"""Which 年度, quarter or month a sheet of evidence is of: one choice, the same on every such page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flask import request
from sqlalchemy.orm import Session

from knowledge.calendar import date_name, today
from knowledge.periods import Period, PeriodKind, last_periods, period_of
from knowledge.tallies import Standing, first_asked, first_counted, standing

MOST: dict[PeriodKind, int] = {PeriodKind.YEAR: 6, PeriodKind.QUARTER: 9, PeriodKind.MONTH: 13}


@dataclass(frozen=True)
class ChosenPeriod:
    """``standing``: of its figures; None where nothing was counted (yet)."""

    period: Period
    options: tuple[tuple[str, str], ...]
    standing: Standing | None
    first_asked: dt.date | None = None

    @property
    def value(self) -> str:
        return value_of(self.period)

    @property
    def stands(self) -> str:
        """How the figures stand, as officials say it."""
        if self.standing is None and self.first_asked is not None and self.period.last < self.first_asked:
            return f"記録なし（LINE・ウェブなどの最初の質問は{date_name(self.first_asked)}）"
        if self.standing is None:
            return "まだ数えていません"
        return "速報" if self.standing.closed_at is None else "確定"


def value_of(period: Period) -> str:
    """``year-2026-04-01``."""
    return f"{period.kind.value}-{period.first.isoformat()}"


def chosen_period(session: Session, code: str, kinds: Sequence[PeriodKind]) -> ChosenPeriod:
    """What the address asks for; else the first kind's period of today."""
    now = today()
    options = [one for kind in kinds for one in _options(session, code, kind, now)]
    wanted = _read(request.args.get("period", "")[:20], kinds, now) or period_of(kinds[0], now)
    if wanted not in options:
        options.append(wanted)
    names = tuple((value_of(one), one.name) for one in options)
    return ChosenPeriod(wanted, names, standing(session, code, wanted), first_asked(session, code))


def _options(session: Session, code: str, kind: PeriodKind, now: dt.date) -> list[Period]:
    """Those of which something may be known, the last first; at least this one and the one before."""
    oldest = first_counted(session, code, kind)
    known = [one for one in last_periods(period_of(kind, now), MOST[kind]) if oldest is None or one >= oldest]
    return (known if oldest else known[-2:])[::-1]


def _read(given: str, kinds: Sequence[PeriodKind], now: dt.date) -> Period | None:
    kind, _, first = given.partition("-")
    try:
        day = dt.date.fromisoformat(first)
    except ValueError:
        return None
    if kind not in kinds or not dt.date(2011, 1, 1) <= day <= now:
        return None
    return period_of(PeriodKind(kind), day)
