"""Every figure on the evidence pages is what the log's own rows give, counted anew in Python from their moments.

Nothing of the program's counting is used here: neither its tables nor its days, hours or periods.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, select, text

from bot.figure_jobs import count_figures
from bot.services import Services
from intents.calibration import wilson
from knowledge.db import Database
from knowledge.models import (
    CountedPeriod,
    Entry,
    FigureEvent,
    LoggedQuestion,
    Municipality,
    NeedCard,
    OpeningPlaceRow,
    PeriodCorrection,
    PeriodCount,
)
from knowledge.need_cards import Described, make_card
from knowledge.roles import Role
from tests.support.questions import any_rows, question_row
from tests.support.staff import Colleague, signed_in

CODE = "242047"
HERE = f"/staff/{CODE}"
JAPAN = ZoneInfo("Asia/Tokyo")
TODAY = dt.datetime(2026, 7, 22, 3, tzinfo=dt.UTC)
HOLIDAYS = {
    dt.date(2026, 3, 20),
    dt.date(2026, 4, 29),
    *(dt.date(2026, 5, day) for day in (4, 5, 6)),
    dt.date(2026, 7, 20),
}
BOT, NOTED = ("line", "web", "api"), ("phone", "counter", "mail", "voice")
FEW, TOO_FEW = "5未満", "少なくて判断できません"
APRIL = (dt.date(2026, 4, 1), dt.date(2026, 4, 30))
SPRING = (dt.date(2026, 4, 1), dt.date(2026, 6, 30))
YEAR = (dt.date(2026, 4, 1), dt.date(2027, 3, 31))
WEEK = (dt.date(2026, 5, 11), dt.date(2026, 5, 17))
SILENT = (dt.date(2026, 5, 18), dt.date(2026, 5, 24))
"""A week, counted, in which nobody asked."""
PERIODS = {"month": APRIL, "quarter": SPRING, "year": YEAR, "week": WEEK}


@dataclass(frozen=True)
class Asked:
    """A row of the log as it lies there, its moment in Japan."""

    at: dt.datetime
    channel: str
    language: str
    department: str
    decision: str
    entry: str
    tapped: str | None
    subject: str
    feedback: str | None
    signal: str | None
    asker: str | None

    @property
    def shown(self) -> str:
        """The answer that was shown; of what staff noted the one that it is about."""
        if self.decision == "answer" or self.channel in NOTED:
            return self.entry
        return (self.tapped or "") if self.decision == "suggest" else ""

    @property
    def is_outside(self) -> bool:
        clock = self.at.time()
        is_open = self.at.weekday() < 5 and self.at.date() not in HOLIDAYS
        return not (is_open and dt.time(8, 30) <= clock < dt.time(17, 15))


Rows = Sequence[Asked]


@pytest.fixture(scope="module")
def clock() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=True):
        yield


@pytest.fixture(scope="module")
def entries(clock: None, office: Flask) -> dict[str, tuple[str, str, str, str]]:
    """Two procedures: id -> category, measure, 課, title.  One cannot be done online, of the other nobody wrote it."""
    kit: Services = office.extensions["kotae"]
    with kit.database.writing() as session:
        wanted = (Entry.municipality_code == CODE, Entry.kind == "procedure", Entry.state == "published")
        rows = session.scalars(select(Entry).where(*wanted, Entry.measure.is_not(None)).order_by(Entry.entry_id)).all()
        first = rows[0]
        second = next(one for one in rows if one.measure != first.measure)
        first.facets = {**(first.facets or {}), "online": "できません"}
        second.facets = {**(second.facets or {}), "online": None}
        session.get_one(Municipality, CODE).knowledge_version += 1
        return {
            one.entry_id: (one.category, one.measure or "", one.department or "", one.question)
            for one in (first, second)
        }


@pytest.fixture(scope="module")
def log(office: Flask, entries: dict[str, tuple[str, str, str, str]]) -> Rows:
    """Four months around a change of the 年度, counted by the job."""
    kit: Services = office.extensions["kotae"]
    first, last = dt.datetime(2026, 3, 1, tzinfo=JAPAN), dt.datetime(2026, 7, 21, tzinfo=JAPAN)
    known = dict(zip(("juki", "wifi"), entries, strict=True))
    with kit.database.writing() as session:
        for table in (PeriodCount, PeriodCorrection, CountedPeriod, FigureEvent, LoggedQuestion, OpeningPlaceRow):
            session.execute(delete(table))
        week = [["08:30", "17:15"]] * 5 + [None, None]
        session.add(OpeningPlaceRow(municipality_code=CODE, number=1, name="本庁", also_called=[], week=week, closed_on_holidays=True, closed_at_new_year=True))  # fmt: skip
        midnight = dt.datetime(2026, 3, 31, 15, tzinfo=dt.UTC)
        told = any_rows(CODE, 3_000, first, last)
        told += [question_row(CODE, 9_000, midnight - dt.timedelta(seconds=1)), question_row(CODE, 9_001, midnight)]
        told += [_rare(number, "rare-b" if number < 4 else "rare-a") for number in range(6)]
        for row in told:
            row.entry_id = known.get(row.entry_id or "", row.entry_id)
            row.tapped_entry_id = known.get(row.tapped_entry_id or "", row.tapped_entry_id)
            if not SILENT[0] <= row.jst_date <= SILENT[1]:
                session.add(row)
        event = {"kind": "newsletter", "name": "広報", "topic": "", "written_by": "試験", "written_at": TODAY}
        session.add(FigureEvent(municipality_code=CODE, number=1, first=dt.date(2026, 6, 10), last=dt.date(2026, 6, 11), **event))  # fmt: skip
    count_figures(kit, CODE, {"now": True}, lambda _: None)
    return rows_of(kit.database)


def _rare(number: int, entry_id: str) -> LoggedQuestion:
    at = dt.datetime(2026, 4, 2 + number, 10, tzinfo=JAPAN)
    signal = "unsolved" if number == 0 else None
    return question_row(CODE, 9_100 + number, at, entry_id=entry_id, need_signal=signal, subject=entry_id)


def rows_of(database: Database) -> list[Asked]:
    columns = "asked_at, channel, language, department, decision, entry_id, tapped_entry_id, subject, feedback, need_signal, asker"  # fmt: skip
    with database.reading() as session:
        found = session.execute(
            text(f"SELECT {columns} FROM query_log WHERE municipality_code = :code"), {"code": CODE}
        )
        return [_asked(*row) for row in found]


def _asked(at: str, channel: str, language: str, department: str | None, decision: str, entry: str | None, tapped: str | None, subject: str | None, *rest: Any) -> Asked:  # fmt: skip
    moment = dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC).astimezone(JAPAN)
    return Asked(moment, channel, language, department or "", decision, entry or "", tapped, subject or "", *rest)


@pytest.fixture(scope="module")
def chief(office: Flask, log: Rows) -> Colleague:
    return signed_in(office, [Role.APPROVER], CODE, name="課長")


def within(rows: Rows, days: tuple[dt.date, dt.date], channels: Sequence[str] = BOT) -> list[Asked]:
    return [
        one
        for one in rows
        if days[0] <= one.at.date() <= days[1] and one.channel in channels and one.decision != "smalltalk"
    ]


def tables(page: str) -> dict[str, list[list[str]]]:
    """The body of every table by its caption, as it is read."""
    found = {}
    for table in re.findall(r"<table.*?</table>", page, re.DOTALL):
        caption = re.search(r"<caption>(.*?)</caption>", table, re.DOTALL)
        body = re.search(r"<tbody>(.*?)</tbody>", table, re.DOTALL)
        assert caption is not None
        assert body is not None
        lines = re.findall(r"<tr>(.*?)</tr>", body[1], re.DOTALL)
        found[plain(caption[1])] = [[plain(one) for one in re.findall(r"<t[hd].*?</t[hd]>", line, re.DOTALL)] for line in lines]  # fmt: skip
    return found


def plain(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def cell(count: int) -> str:
    return FEW if 0 < count < 5 else f"{count:,}"


def percent(part: int, whole: int) -> str:
    return f"{part / whole * 100:.1f}%" if whole >= 5 else TOO_FEW


def people(rows: Iterable[Asked]) -> int:
    return len({one.asker for one in rows if one.asker is not None})


def askers(rows: Rows) -> str:
    """Not known is not none."""
    return "分からない" if rows and not people(rows) else cell(people(rows))


def count(rows: Iterable[Asked], holds: Callable[[Asked], bool]) -> int:
    return sum(map(holds, rows))


def solved(rows: Rows) -> tuple[int, int]:
    told = [one for one in rows if one.shown and one.decision in ("answer", "suggest")]
    said = [one.feedback for one in told if one.feedback in ("solved", "unsolved")]
    return said.count("solved"), len(said)


def helped(rows: Rows) -> tuple[int, int]:
    shown = [one for one in rows if one.shown and one.decision in ("answer", "suggest")]
    return len(shown) - sum(one.signal in ("unsolved", "rephrased", "contact") for one in shown), len(shown)


def in_order(rows: Sequence[tuple[str, int]]) -> bool:
    """The most first, and those that are not told in the order of their values."""
    counts = [2.5 if 0 < number < 5 else number for _, number in rows]
    small = [value for value, number in rows if 0 < number < 5]
    return counts == sorted(counts, reverse=True) and small == sorted(small)


# --- まとめ ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "days"), PERIODS.items())
def test_the_headline_is_what_the_rows_give(
    chief: Colleague, log: Rows, kind: str, days: tuple[dt.date, dt.date]
) -> None:
    page = chief.get(f"{HERE}/figures?kind={kind}&day={days[0]}").text
    told = {line[0]: line[1:] for line in tables(page)["主な数字"]}
    rows = within(log, days)
    assert told["質問"][0] == f"{len(rows):,}件"
    assert told["人数"][:2] == [f"{people(rows):,}人", f"ほかに、だれか分からない質問が{count(rows, lambda one: one.asker is None):,}件"]  # fmt: skip
    for name, decision in (("答えを示した", "answer"), ("選択肢を示した", "suggest"), ("答えられなかった", "none")):
        part = sum(one.decision == decision for one in rows)
        assert told[name][0] == f"{part:,}件"
        assert told[name][1].startswith(percent(part, len(rows)))
    for name, (part, whole) in (("解決率（回答による）", solved(rows)), ("解決率（推定）", helped(rows))):
        low = wilson(part, whole)[0]
        assert told[name][0] == percent(part, whole)
        assert told[name][1].startswith(f"{whole:,}件中{part:,}件。100件中およそ{int(low * 100 + 1e-9)}〜")
    said, shown = solved(rows)[1], helped(rows)[1]
    assert (
        f"答えが示された{shown:,}件のうち{said:,}件、{percent(min(said, shown), shown)}"
        in told["解決率（回答による）"][3]
    )
    assert f"全部の質問の{percent(shown, len(rows))}です" in told["解決率（推定）"][3]
    outside = count(rows, lambda one: one.is_outside)
    assert told["受付時間の外"][0] == f"{outside:,}件"
    assert told["受付時間の外"][1].startswith(percent(outside, len(rows)))


@pytest.mark.parametrize("kind", PERIODS)
def test_the_course_of_time_is_what_the_rows_give(chief: Colleague, log: Rows, kind: str) -> None:
    page = chief.get(f"{HERE}/figures?kind={kind}&day={WEEK[1] if kind == 'week' else APRIL[0]}").text
    lines = tables(page)["新しい順"]
    days = [_first_day(link) for link in re.findall(r'<th scope="row"><a href="[^"]*day=(\d{4}-\d\d-\d\d)', page)]
    assert len(lines) == len(days) > 4
    counted = 0
    for line, (later, first) in zip(lines, pairwise([_after(kind, days[0]), *days]), strict=True):
        rows = within(log, (first, later - dt.timedelta(days=1)))
        if len(line) == 2:
            assert line[1] == "数えていません"
            assert not rows
            continue
        counted += 1
        decisions = Counter(one.decision for one in rows)
        told = [len(rows), people(rows), decisions["answer"], decisions["suggest"], decisions["none"]]
        assert line[1:] == [*(f"{one:,}" for one in told), percent(*solved(rows)), percent(*helped(rows))]
    assert counted >= 1


def test_a_week_in_which_nobody_asked_is_counted_as_none(chief: Colleague, log: Rows) -> None:
    assert not within(log, SILENT, (*BOT, *NOTED))
    page = plain(chief.get(f"{HERE}/figures?kind=week&day={SILENT[0]}").text)
    assert "質問 0件" in page
    assert "解決率（推定） 少なくて判断できません" in page
    assert "この期間に届いた質問はありません" in plain(chief.get(f"{HERE}/figures/breakdown?kind=week&day={SILENT[0]}").text)  # fmt: skip
    page = chief.get(f"{HERE}/figures/movers?kind=week&day={SILENT[0]}").text
    assert any(line[2] == "0件" for line in tables(page)["分類ごと（はっきり変わったものが先）"])
    assert "数えられていません" not in page


def _first_day(written: str) -> dt.date:
    return dt.date.fromisoformat(written)


def _after(kind: str, first: dt.date) -> dt.date:
    """The first day of the period after that of ``first``."""
    if kind == "week":
        return first + dt.timedelta(days=7)
    months = {"month": 1, "quarter": 3, "year": 12}[kind]
    return dt.date(first.year + (first.month + months > 12), (first.month + months - 1) % 12 + 1, 1)


def test_each_way_is_what_the_rows_give(chief: Colleague, log: Rows) -> None:
    told = {line[0]: line[1:] for line in tables(chief.get(f"{HERE}/figures?day={APRIL[0]}").text)[WAYS]}
    names = {"line": "LINE", "web": "ウェブ", "api": "API", "phone": "電話", "counter": "窓口"}
    for channel, name in names.items():
        rows = within(log, APRIL, (channel,))
        answered, none = (sum(one.decision == wanted for one in rows) for wanted in ("answer", "none"))
        assert told[name] == [cell(len(rows)), askers(rows), percent(answered, len(rows)), percent(none, len(rows))]  # fmt: skip


WAYS = "受けた方法は、合わせて数えません（職員が書きとめる数は、書きとめる余裕で変わるため）"


def test_one_department_alone_is_what_the_rows_give(chief: Colleague, log: Rows, entries: Entries) -> None:
    own = [one for one in within(log, WEEK) if department_of(one, entries) == "dep-it"]
    told = {line[0]: line[1:] for line in tables(chief.get(f"{HERE}/figures?kind=week&day={WEEK[0]}&department=dep-it").text)["主な数字"]}  # fmt: skip
    assert told["質問"][0] == (FEW if 0 < len(own) < 5 else f"{len(own)}件")
    assert "選択肢を示した" not in told, "of what was not taken nobody knows the 課"
    for name, decision in (("選択肢から選ばれた", "suggest"), ("答えられなかった", "none"), ("答えを示した", "answer")):
        part = sum(one.decision == decision and (decision != "suggest" or bool(one.shown)) for one in own)
        assert told[name][1].startswith("割合は出しません")
        assert told[name][0] == (FEW if 0 < part < 5 else f"{part}件")


# --- 内訳 ------------------------------------------------------------------------------------------------------

Entries = dict[str, tuple[str, str, str, str]]


def department_of(one: Asked, entries: Entries) -> str:
    """Of a choice that was taken the 課 of its answer; else as it was logged."""
    if one.decision == "suggest" and one.shown in entries:
        return entries[one.shown][2]
    return one.department


def valued(by: str, one: Asked, entries: Entries) -> str:
    match by:
        case "category":
            return entries[one.shown][0] if one.shown in entries else ""
        case "measure":
            return entries[one.shown][1] if one.shown in entries else ""
        case "department":
            return department_of(one, entries)
        case "entry":
            return one.shown
        case "channel":
            return one.channel
        case _:
            return str(getattr(one, by))


@pytest.mark.parametrize(("kind", "days"), PERIODS.items())
@pytest.mark.parametrize("by", ["category", "department", "channel", "language", "measure", "subject", "entry"])
def test_every_cell_of_a_breakdown_is_what_the_rows_give(
    chief: Colleague, log: Rows, entries: Entries, by: str, kind: str, days: tuple[dt.date, dt.date]
) -> None:
    page = chief.get(f"{HERE}/figures/breakdown?kind={kind}&day={days[0]}&by={by}").text
    (lines,) = tables(page).values()
    groups: dict[str, list[Asked]] = defaultdict(list)
    for one in within(log, days, (*BOT, *NOTED) if by == "channel" else BOT):
        groups[valued(by, one, entries)].append(one)
    expected = sorted(_line_of(by, value, rows) for value, rows in groups.items())
    assert sorted(line[1:] for line in lines) == expected
    if by == "entry":
        names = (
            {value: told[3] for value, told in entries.items()}
            | {"": "（なし・分からない）"}
            | {one: one for one in ("gone", "rare-a", "rare-b")}
        )
        values = {name: value for value, name in names.items()}
        assert in_order([(values[line[0]], len(groups[values[line[0]]])) for line in lines])


def _line_of(by: str, value: str, rows: Rows) -> list[str]:
    whole = len(rows)
    decisions = Counter(one.decision for one in rows)
    match by:
        case "category" | "measure" | "entry" if not value:
            what = ["—"] * 4
        case "category" | "measure" | "entry":
            (yes, said), (good, shown) = solved(rows), helped(rows)
            what = [percent(yes, said), cell(said - yes), percent(good, shown), cell(shown - good)]
        case "subject":
            what = [percent(decisions["suggest"], whole), percent(decisions["none"], whole)]
        case _:
            answered, none = percent(decisions["answer"], whole), percent(decisions["none"], whole)
            what = [answered, none, percent(*solved(rows)), percent(*helped(rows))]
    return [cell(whole), askers(rows), *what, percent(count(rows, lambda one: one.is_outside), whole)]


@pytest.mark.parametrize("by", ["category", "department", "entry"])
def test_what_staff_noted_is_broken_down_by_the_answer_it_is_about(
    chief: Colleague, log: Rows, entries: Entries, by: str
) -> None:
    (lines,) = tables(chief.get(f"{HERE}/figures/breakdown?kind=quarter&day={SPRING[0]}&by={by}&channel=noted").text).values()  # fmt: skip
    groups: dict[str, list[Asked]] = defaultdict(list)
    for one in within(log, SPRING, NOTED):
        groups[valued(by, one, entries)].append(one)
    expected = []
    for rows in groups.values():
        answered, none = (sum(one.decision == wanted for one in rows) for wanted in ("answer", "none"))
        outside = percent(count(rows, lambda one: one.is_outside), len(rows))
        expected.append([cell(len(rows)), askers(rows), percent(answered, len(rows)), percent(none, len(rows)), outside])  # fmt: skip
    assert sorted(line[1:] for line in lines) == sorted(expected)


# --- 曜日と時間帯 ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "days"), PERIODS.items())
def test_every_hour_is_what_the_rows_give(
    chief: Colleague, log: Rows, kind: str, days: tuple[dt.date, dt.date]
) -> None:
    page = chief.get(f"{HERE}/figures/hours?kind={kind}&day={days[0]}").text
    rows = within(log, days)
    at = Counter((one.at.hour, one.at.weekday()) for one in rows)
    grid = tables(page)["曜日と時間帯ごとの質問の数（件、日本時間）"]
    assert [line[1:] for line in grid] == [[cell(at[hour, day]) for day in range(7)] for hour in range(24)]
    outside = count(rows, lambda one: one.is_outside)
    assert f"届いたのは {outside:,}件 、{percent(outside, len(rows))}" in plain(page)
    last = min(days[1], dt.date(2026, 7, 22))
    every = [days[0] + dt.timedelta(days=number) for number in range((last - days[0]).days + 1)]
    closed = sum(day.weekday() > 4 or day in HOLIDAYS for day in every)
    assert f"休みの日は、今日までに{closed}日ありました" in plain(page)


# --- 増えた・減った ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("month", APRIL, (dt.date(2026, 5, 1), dt.date(2026, 5, 31))),
        ("week", (dt.date(2026, 5, 4), dt.date(2026, 5, 10)), WEEK),
        ("quarter", SPRING, (dt.date(2026, 7, 1), dt.date(2026, 7, 21))),
    ],
)
def test_what_moved_is_what_the_rows_give(
    chief: Colleague, log: Rows, entries: Entries, kind: str, before: tuple[dt.date, dt.date], after: tuple[dt.date, dt.date]
) -> None:  # fmt: skip
    if kind == "quarter":  # what runs is held against as many days
        before = (before[0], before[0] + dt.timedelta(days=20))
    found = tables(chief.get(f"{HERE}/figures/movers?kind={kind}&day={after[0]}").text)
    days = [(span[1] - span[0]).days + 1 for span in (before, after)]
    for by, caption in (("category", "分類"), ("department", "担当課")):
        counts = [Counter(valued(by, one, entries) for one in within(log, span)) for span in (before, after)]
        expected = []
        for value in {*counts[0], *counts[1]}:
            was, now = counts[0][value], counts[1][value]
            told = [FEW if 0 < number < 5 else f"{number}件" for number in (was, now)]
            expected.append([*told, _moved(was, now, days)])
        lines = found[f"{caption}ごと（はっきり変わったものが先）"]
        assert sorted(line[1:] for line in lines) == sorted(expected)


def _moved(before: int, after: int, days: Sequence[int]) -> str:
    if before < 5 or before + after < 10:
        return TOO_FEW
    share_low, share_high = wilson(after, before + after)
    times = days[0] / days[1]
    low, high = share_low / (1 - share_low) * times, share_high / (1 - share_high) * times
    told = "ふえました" if low > 1 else "へりました" if high < 1 else "ふだんの上がり下がりの内かもしれません"
    return told if 0 < after < 5 else f"{after / before * times:.1f}倍（およそ{low:.1f}〜{high:.1f}倍）。{told}"


def test_days_out_of_the_usual_are_what_the_rows_give(chief: Colleague, log: Rows) -> None:
    page = plain(chief.get(f"{HERE}/figures/movers?kind=quarter&day={SPRING[0]}").text)
    by_day = Counter(one.at.date() for one in within(log, (dt.date(2026, 3, 1), SPRING[1])))
    expected = []
    for number in range(91):
        day = SPRING[0] + dt.timedelta(days=number)
        like = sum(by_day[day - dt.timedelta(days=7 * week)] for week in range(1, 5))
        if like >= 5 and like + by_day[day] >= 10:
            share = wilson(by_day[day], like + by_day[day])[0]
            if share / (1 - share) * 4 > 1 and by_day[day] * 4 / like >= 1.5:
                expected.append(f"{by_day[day]}件（同じ曜日の平均は{like / 4:.1f}件）")
    assert re.findall(r"\d+件（同じ曜日の平均は[0-9.]+件）", page) == expected


def test_an_event_stands_beside_the_days_before_as_the_rows_give(chief: Colleague, log: Rows) -> None:
    lines = tables(chief.get(f"{HERE}/figures/events").text)["前と後（一日あたりの質問）"]
    by_day = Counter(one.at.date() for one in within(log, (dt.date(2026, 3, 1), dt.date(2026, 7, 21))))
    during = sum(by_day[dt.date(2026, 6, day)] for day in (10, 11))
    like = sum(by_day[dt.date(2026, 6, day) - dt.timedelta(days=7 * week)] for day in (10, 11) for week in range(1, 5))
    after = sum(by_day[dt.date(2026, 6, 12) + dt.timedelta(days=number)] for number in range(14))
    before = sum(by_day[dt.date(2026, 6, 9) - dt.timedelta(days=number)] for number in range(14))
    assert [line[1:3] for line in lines] == [
        [f"{like / 8:.1f}件（{like}件÷8日）", f"{during / 2:.1f}件（{during}件÷2日）"],
        [f"{before / 14:.1f}件（{before}件÷14日）", f"{after / 14:.1f}件（{after}件÷14日）"],
    ]


# --- 施策シート・オンライン化優先度・質問の記録 ------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "days"), [("year", YEAR), ("quarter", SPRING)])
def test_a_measure_is_what_the_rows_give(
    chief: Colleague, log: Rows, entries: Entries, office_database: Database, kind: str, days: tuple[dt.date, dt.date]
) -> None:
    for _, measure, _, _ in entries.values():
        page = chief.get(f"{HERE}/measures?period={kind}-{days[0]}&measure={measure}").text
        (line,) = next(lines for caption, lines in tables(page).items() if caption.startswith("住民の質問"))
        rows, noted = ([one for one in within(log, days, ways) if valued("measure", one, entries) == measure] for ways in (BOT, NOTED))  # fmt: skip
        (yes, said), (good, shown) = solved(rows), helped(rows)
        assert line[0] == cell(len(rows))
        assert line[1].split()[0] == askers(rows)
        assert line[2].split()[0] == percent(yes, said)
        assert line[3] == percent(min(said, shown), shown)
        assert line[4].split()[0] == percent(good, shown)
        assert line[5] == cell(len(noted))
        unmatched = sum(not one.shown for one in within(log, days, NOTED))
        assert f"合う答えが見つからない{unmatched:,}件" in plain(page)


def test_the_needs_of_a_measure_are_what_the_cards_hold(
    chief: Colleague, entries: Entries, office_database: Database
) -> None:
    measure = next(iter(entries.values()))[1]
    held = [(1, "多い求め", 12, 15), (2, "二人の求め", 2, 2), (3, "四人の求め", 4, 4)]
    with office_database.writing() as session:
        session.execute(delete(NeedCard))
        for number, name, askers, times in held:
            make_card(session, CODE, number, Described(name, "missing", None, measure, None), TODAY)
            session.flush()
            card = session.get_one(NeedCard, (CODE, number))
            card.askers, card.times, card.first_on, card.last_on = (
                askers,
                times,
                dt.date(2026, 5, 1),
                dt.date(2026, 6, 1),
            )
    found = tables(chief.get(f"{HERE}/measures?period=year-{YEAR[0]}&measure={measure}").text)
    ((caption, lines),) = [item for item in found.items() if item[0].startswith("満たされていないこと")]
    assert caption.startswith(f"満たされていないこと：ニーズ票3枚、{sum(one[3] for one in held)}回")
    assert [(line[0], *line[3:]) for line in lines] == [
        ("多い求め", "12", "15"),
        ("二人の求め", FEW, FEW),
        ("四人の求め", FEW, FEW),
    ], "few people in the order of the cards' numbers, not of how many they are"
    with office_database.writing() as session:
        session.execute(delete(NeedCard))


@pytest.mark.parametrize(("kind", "days"), [("year", YEAR), ("quarter", SPRING), ("month", APRIL)])
def test_a_procedure_that_is_asked_for_is_what_the_rows_give(
    chief: Colleague, log: Rows, entries: Entries, kind: str, days: tuple[dt.date, dt.date]
) -> None:
    page = chief.get(f"{HERE}/online?period={kind}-{days[0]}").text
    found = tables(page)
    for (entry_id, told), caption in zip(entries.items(), ("オンラインでできない手続", NOT_WRITTEN), strict=True):
        line = next(line for line in found[caption] if line[1].startswith(told[3]))
        rows = [one for one in within(log, days) if one.shown == entry_id]
        outside = count(rows, lambda one: one.is_outside)
        who = people(rows) + count(rows, lambda one: one.asker is None)
        assert line[3:5] == [cell(who), cell(len(rows))]
        assert line[5].split()[0] == percent(outside, len(rows))
        assert line[6] == cell(sum(one.shown == entry_id for one in within(log, days, NOTED)))
        last = min(days[1], dt.date(2026, 7, 22)).replace(day=1)
        for written, month in zip(line[7:13], _months_before(last, 6), strict=True):
            own = [one for one in within(log, (month, _after("month", month) - dt.timedelta(days=1))) if one.shown == entry_id]  # fmt: skip
            assert written == (cell(len(own)) if month >= dt.date(2026, 3, 1) else "—")


NOT_WRITTEN = "オンラインでできるか、答えに書かれていない手続"


def _months_before(last: dt.date, many: int) -> list[dt.date]:
    found = [last]
    while len(found) < many:
        found.insert(0, (found[0] - dt.timedelta(days=1)).replace(day=1))
    return found


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("", lambda one: True),
        ("channel=phone", lambda one: one.channel == "phone"),
        ("decision=none", lambda one: one.decision == "none"),
        ("department=dep-it", lambda one: one.department == "dep-it"),
        ("language=en", lambda one: one.language == "en"),
        ("rating=unsolved", lambda one: one.feedback == "unsolved"),
        ("rating=refused", lambda one: one.tapped == ""),
    ],
)
def test_the_log_finds_as_many_as_there_are(
    chief: Colleague, log: Rows, query: str, holds: Callable[[Asked], bool]
) -> None:
    """The first second of the first day and the last of the last are in it, those beside them are not."""
    days = (dt.date(2026, 3, 31), dt.date(2026, 4, 1))
    page = plain(chief.get(f"{HERE}/log?first={days[0]}&last={days[1]}&{query}").text)
    expected = sum(days[0] <= one.at.date() <= days[1] and holds(one) for one in log)
    found = re.search(r"([0-9,]+)件のうち", page)
    assert (int(found[1].replace(",", "")) if found else 0) == expected
    assert expected > 0
