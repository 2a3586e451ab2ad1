"""Drawing the questions of a month by which 正答率 is told, as work of the jobs process."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select

from bot.effect_jobs import JobFaultError
from bot.services import Services
from knowledge import audit
from knowledge.accuracy_draw import drawn, forget_invented, is_any_invented, is_to_draw, keep, seed_of, size_of
from knowledge.calendar import JST, now, today
from knowledge.jobs import ask_once
from knowledge.models import AccuracySample, Municipality
from knowledge.periods import Period, PeriodKind, period_of

SAMPLE = "sample"
"""The kind of work."""
_MONTH = re.compile("(2[0-9]{3})-(0[1-9]|1[0-2])")


def month_of(text: str) -> Period | None:
    """``2026-10`` -> that month; None for what is none."""
    found = _MONTH.fullmatch(text)
    return Period(dt.date(int(found[1]), int(found[2]), 1), PeriodKind.MONTH) if found else None


def month_key(month: Period) -> str:
    return f"{month.first:%Y-%m}"


def draw_sample(
    kit: Services, code: str, payload: Mapping[str, Any], progress: Callable[[float], None]
) -> dict[str, Any]:
    """Draw of the month that the payload names, unless somebody did; how many."""
    month = month_of(str(payload.get("month")))
    if month is None or month.last >= today():
        raise JobFaultError("くじは、月が終わってから引けます。月をえらび直してください")
    progress(0.0)
    seed = seed_of(kit.settings.pepper, code, month)
    with kit.database.reading() as session:
        size = size_of(session, code)
        found = drawn(session, code, month, seed, size)
        is_new = session.get(AccuracySample, (code, month.first)) is None
    if not is_new:
        return {"drawn": 0}
    if not found.asked:
        raise JobFaultError("この月には、LINE・ウェブ・API での質問がありません")
    progress(0.9)
    moment, by = now(), payload.get("by")
    with kit.database.writing() as session:
        if keep(session, code, month, seed, size, found, moment, by):
            details = {"month": month_key(month), "size": len(found.rows)}
            audit.append(session, audit.BY_COMMAND, "accuracy_drawn", at=moment, scope=code, details=details)
    return {"drawn": len(found.rows)}


def ask_for_samples(kit: Services, moment: dt.datetime) -> list[str]:
    """Ask for the draw of the month that is over, where something was asked in it; forget what was invented."""
    month = period_of(PeriodKind.MONTH, moment.astimezone(JST).date()).previous
    with kit.database.reading() as session:
        codes = list(session.scalars(select(Municipality.code).order_by(Municipality.code)))
        due = [code for code in codes if is_to_draw(session, code, month)]
        left_over = [code for code in codes if is_any_invented(session, code)]
    for code in left_over:
        with kit.database.writing() as session:
            forget_invented(session, code)
    for code in due:
        with kit.database.writing() as session:
            ask_once(session, code, SAMPLE, {"month": month_key(month)}, moment)
    return due
