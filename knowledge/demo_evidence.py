"""What staff would have written in a demonstration year: labels, 誤案内, 年度の記録, a question noted late.

All of it is written under WRITER, and every text of it begins with 「（見本）」.  No answer is touched.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from knowledge.accuracy_labelling import close, put_label, sample_of, settle, standings
from knowledge.accuracy_labels import MISSED, OVERREACH, PARTIAL, RIGHT, SILENT, UNCLEAR, WRONG, labels_for
from knowledge.calendar import JST, fiscal_year_of
from knowledge.demo_data import PREFIX, WRITER, is_invented
from knowledge.entry_versions import Author
from knowledge.ledger import NotedQuestion, note
from knowledge.misguidance import MisguidanceError, write_misguidance
from knowledge.models import (
    AccuracyItem,
    AccuracyLabel,
    CountedPeriod,
    DemoData,
    LoggedQuestion,
    Misguidance,
    PeriodCorrection,
    YearFact,
)
from knowledge.periods import Period, PeriodKind
from knowledge.year_facts import Target, opening_day, target_text, write_facts

LABELLERS = ("demo-1", "demo-2")
"""Two who judge the same questions: nobody's account, which is a number."""
SHARES: Mapping[str, float] = MappingProxyType(
    {
        RIGHT.id: 0.82,
        PARTIAL.id: 0.08,
        WRONG.id: 0.04,
        OVERREACH.id: 0.02,
        SILENT.id: 0.8,
        MISSED.id: 0.14,
        UNCLEAR.id: 0.05,
    }
)
"""How often the first of them says what."""
_LIKE_THE_FIRST = 0.7
_A_LABEL = (9, 26)
"""Seconds that one takes."""
_DAY = dt.timedelta(days=1)
_LATE = f"{PREFIX}late"
_LATE_TEXT = "粗大ごみの申し込みはどこに電話すればいいですか"
_REASON = "（見本）電話で受けた質問を、締めたあとに書きとめたため。"
_SHEETS = (
    (70, 9, "（見本）受付時間を、変わる前のもので案内していた。", "（見本）答えを直し、ホームページでお知らせした。"),
    (200, 4, "（見本）要る書類を一つ書き落としていた。", "（見本）書き足し、担当課と年に一度の見直しを決めた。"),
)
"""From which day of the year on, for how many, what was wrong and what was done."""


# --- 正答率 ------------------------------------------------------------------------------------------------------


def judge(session: Session, code: str, month: dt.date, moment: dt.datetime) -> bool:
    """Label a sample that was drawn of invented questions, by two, settle what they differ in, and close it.

    Whether there was one to label: those of the municipality itself are left alone.
    """
    sample = sample_of(session, code, month)
    if sample is None or not sample.invented or sample.closed_at is not None or _is_labelled(session, code, month):
        return False
    chance = random.Random(f"{code}/{month}")  # noqa: S311 - nothing secret
    items = [one.item for one in standings(session, code, month) if one.has_text]
    said: dict[int, str] = {}
    for account in LABELLERS:
        at = moment - dt.timedelta(hours=1)
        for item in items:
            first = said.get(item.place)
            label = first if first and chance.random() < _LIKE_THE_FIRST else _label(item, chance)
            said.setdefault(item.place, label)
            at += dt.timedelta(seconds=chance.randrange(*_A_LABEL))
            put_label(session, code, month, item.place, account, label, at)
    session.flush()
    for one in standings(session, code, month):
        if one.is_split:
            settle(session, code, month, one.item.place, LABELLERS[0], said[one.item.place], moment)
    session.flush()
    close(session, code, month, LABELLERS[0], WRITER, moment)
    return True


def _is_labelled(session: Session, code: str, month: dt.date) -> bool:
    own = (AccuracyLabel.municipality_code == code, AccuracyLabel.month == month)
    return bool(session.scalar(select(exists().where(*own))))


def _label(item: AccuracyItem, chance: random.Random) -> str:
    names = [label.id for label in labels_for(item.decision)]
    return chance.choices(names, [SHARES[name] for name in names])[0]


# --- 誤案内 ------------------------------------------------------------------------------------------------------


def write_sheets(session: Session, code: str, told: DemoData, moment: dt.datetime) -> int:
    """Sheets of answers that invented questions got; how many.  How often they were shown is counted."""
    written = 0
    for day, days, wrong, done in _SHEETS:
        first = told.first_on + day * _DAY
        last = first + (days - 1) * _DAY
        for entry_id, version in _shown_often(session, code, first, last):
            author = Author(WRITER, None)
            try:
                sheet = write_misguidance(
                    session, code, entry_id, version, version, wrong=wrong, done=done, author=author, moment=moment
                )
            except MisguidanceError:
                continue  # no version of its own that residents were answered from
            _lay_into(session, sheet, first, last)
            session.flush()
            written += 1
            break
    return written


def _shown_often(session: Session, code: str, first: dt.date, last: dt.date) -> Sequence[tuple[str, int]]:
    """(ID, version) of what was answered in these days; the first of all is left to whoever tries out a sheet."""
    log = LoggedQuestion
    wanted = (log.municipality_code == code, log.jst_date.between(first, last), log.decision == "answer")
    counted = select(log.entry_id, log.entry_version).where(*wanted, is_invented(), log.entry_version.is_not(None))
    grouped = counted.group_by(log.entry_id, log.entry_version)
    found = session.execute(grouped.order_by(func.count().desc(), log.entry_id, log.entry_version)).all()
    return [(row.entry_id, row.entry_version) for row in (*found[1:], *found[:1])]


def _lay_into(session: Session, sheet: Misguidance, first: dt.date, last: dt.date) -> None:
    """As if the answer had been wrong on these days alone."""
    log = LoggedQuestion
    wanted = (log.municipality_code == sheet.municipality_code, log.jst_date.between(first, last))
    counted = select(func.count(), func.count(log.asker.distinct()), func.count(log.asker)).where(
        *wanted, log.entry_id == sheet.entry_id, log.decision == "answer", is_invented()
    )
    shown, askers, named = session.execute(counted).one()
    sheet.shown, sheet.askers, sheet.nameless = shown, askers, shown - named
    sheet.live_from = dt.datetime.combine(first, dt.time(9), JST)
    sheet.live_until = dt.datetime.combine(last, dt.time(17), JST)
    sheet.written_at = sheet.live_until + dt.timedelta(hours=1)


# --- 年度の記録 --------------------------------------------------------------------------------------------------


def write_years(session: Session, code: str, told: DemoData, moment: dt.datetime) -> list[int]:
    """Facts of each 年度 that the invented year lies in and of which the municipality has written nothing."""
    years = range(fiscal_year_of(told.first_on), fiscal_year_of(told.last_on) + 1)
    own = YearFact.municipality_code == code
    held = set(session.scalars(select(YearFact.fiscal_year).where(own, YearFact.fiscal_year.in_(years))))
    has_begun = opening_day(session, code) is not None
    written = [year for year in years if year not in held]
    for place, year in enumerate(written):
        facts = _facts(year, min(told.last_on, dt.date(year + 1, 3, 31)), place)
        if not has_begun:
            facts["opened_on"] = told.first_on.isoformat()
        write_facts(session, code, year, facts, WRITER, moment)
    return written


def _facts(year: int, last: dt.date, place: int) -> dict[str, str | None]:
    """Round numbers: nobody takes them for those of the municipality."""
    return {
        "cost": "1000000",
        "staff_hours": str(200 - 50 * place),
        "calls_before": "4000",
        "calls_after": str(3800 - 200 * place),
        "calls_span": "month",
        "friends": str(5000 + 3000 * place),
        "friends_on": last.isoformat(),
        "population": "100000",
        "population_on": dt.date(year, 4, 1).isoformat(),
        "help_old": "（見本）スマートフォン教室を開き、電話と窓口も今までどおり残しています。",
        "help_disabled": "（見本）画面の読み上げで使えることを確かめ、FAXでも受けています。",
        "help_foreign": "（見本）やさしい日本語と英語で答え、転入のときに案内を渡しています。",
        "incidents": "（見本）LINEの障害の日は、ホームページで電話番号を案内しました。",
        "target-1": target_text(Target("（見本）答えを示せた割合", "50%", "shown")),
        "target-2": target_text(Target("（見本）友だち数の人口に占める割合", "10%", "friends_share")),
    }


# --- 訂正 --------------------------------------------------------------------------------------------------------


def note_late(session: Session, code: str, told: DemoData) -> bool:
    """Note a question of the last closed month after its closing, and let it be counted again; whether there is one."""
    of = CountedPeriod
    wanted = (of.municipality_code == code, of.kind == PeriodKind.MONTH.value, of.closed_at.is_not(None))
    within = (of.first >= told.first_on, of.first <= told.last_on - 30 * _DAY)
    row = session.scalar(select(of).where(*wanted, *within).order_by(of.first.desc()).limit(1))
    if row is None:
        return False
    day = Period(row.first, PeriodKind.MONTH).first + 14 * _DAY
    at = dt.datetime.combine(day, dt.time(10, 20), JST)
    note(session, NotedQuestion(code, _LATE, "phone", at, None, _LATE_TEXT, "answer"), WRITER)
    told.questions += 1
    row.checked_on = None
    return True


def tell_reason(session: Session, code: str, told: DemoData, since: dt.datetime) -> None:
    """Why the periods that the invented year lies in were corrected since then."""
    of = PeriodCorrection
    for row in session.scalars(select(of).where(of.municipality_code == code, of.found_at >= since)):
        if Period(row.first, PeriodKind(row.kind)).last >= told.first_on:
            row.reason, row.reason_by = _REASON, WRITER


# --- The end -----------------------------------------------------------------------------------------------------


def remove_evidence(session: Session, code: str) -> None:
    """What is written here and goes with neither the log nor the kept figures: sheets, facts."""
    session.execute(delete(YearFact).where(YearFact.municipality_code == code, YearFact.written_by == WRITER))
    sheets = (Misguidance.author.is_(None), Misguidance.author_name == WRITER)
    session.execute(delete(Misguidance).where(Misguidance.municipality_code == code, *sheets))


def months_to_judge(told: DemoData, most: int = 2) -> list[dt.date]:
    """The last whole months of the invented year, the latest first."""
    after = (told.last_on + _DAY).replace(day=1)
    found: list[dt.date] = []
    while len(found) < most and (after := (after - _DAY).replace(day=1)) >= told.first_on:
        found.append(after)
    return found
