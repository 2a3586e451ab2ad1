"""What staff would have done beside the cards in a demonstration year, so that their pages are alive, too."""

from __future__ import annotations

from collections.abc import Callable

from bot.figure_jobs import count_figures
from bot.sample_jobs import draw_sample, month_key
from bot.services import Services
from knowledge.accuracy_draw import is_to_draw
from knowledge.calendar import now
from knowledge.demo_data import demo_data
from knowledge.demo_evidence import judge, months_to_judge, note_late, tell_reason, write_sheets, write_years
from knowledge.models import DemoData
from knowledge.periods import Period, PeriodKind


def write_evidence(kit: Services, code: str, progress: Callable[[float], None] = lambda _: None) -> None:
    """Judge two months, write 誤案内 and 年度の記録, correct a closed month.  The figures are to be counted before."""
    moment = now()
    with kit.database.writing() as session:
        told = demo_data(session, code)
        if told is None:
            return
        write_years(session, code, told, moment)
        write_sheets(session, code, told, moment)
        corrects = note_late(session, code, told)
        months = [Period(first, PeriodKind.MONTH) for first in months_to_judge(told)]
    for month in months:
        _judge(kit, code, month)
    if corrects:
        count_figures(kit, code, {}, progress)
        with kit.database.writing() as session:
            tell_reason(session, code, session.get_one(DemoData, code), moment)


def _judge(kit: Services, code: str, month: Period) -> None:
    with kit.database.reading() as session:
        wanted = is_to_draw(session, code, month)
    if wanted:
        draw_sample(kit, code, {"month": month_key(month)}, lambda _: None)
    with kit.database.writing() as session:
        judge(session, code, month.first, now())
