"""Open or closed, until when, and when next: as an official would read it off a calendar on the wall."""

from __future__ import annotations

import datetime as dt

import pytest

from knowledge.calendar import JST
from knowledge.opening_hours import EVERYWHERE, DayKind, OpeningHours, Place, Span, SpecialDay, Why
from knowledge.public_holidays import holiday_name, holidays_between


def span(text: str) -> Span:
    opens, closes = text.split("-")
    return Span(dt.time.fromisoformat(opens), dt.time.fromisoformat(closes))


USUAL, LATE = span("08:30-17:15"), span("08:30-19:00")
HALL = Place(1, "市役所本庁", (), (USUAL, USUAL, USUAL, LATE, USUAL, None, None))
BRANCH = Place(2, "支所", (), (USUAL,) * 5 + (None, None), lunch=span("12:00-13:00"))
MARKET = Place(
    3, "駅前窓口", (), (None, *(span("10:00-19:00"),) * 6), closed_on_holidays=False, closed_at_new_year=False
)
HOURS = OpeningHours(
    (HALL, BRANCH, MARKET),
    (
        SpecialDay(1, dt.date(2026, 11, 29), DayKind.OPEN, span("08:30-12:00"), "休日開庁"),
        SpecialDay(1, dt.date(2026, 12, 2), DayKind.CLOSED, None, "停電工事のため"),
        SpecialDay(EVERYWHERE, dt.date(2026, 12, 3), DayKind.CLOSED, None, "大雪のため"),
        SpecialDay(2, dt.date(2026, 12, 3), DayKind.OPEN, span("13:00-15:00"), "支所だけ開庁"),
        SpecialDay(EVERYWHERE, dt.date(2026, 12, 8), DayKind.HOLIDAY, None, "臨時の休日"),
        SpecialDay(EVERYWHERE, dt.date(2027, 1, 11), DayKind.WORKDAY),
    ),
)

STANDINGS = [
    # 場所, 日, 時刻, いま, 閉まる時刻 または 次に開く日時
    (HALL, "2026-11-20", "08:29", "閉まっています", "2026-11-20 08:30"),  # 金曜、始まる前
    (HALL, "2026-11-20", "08:30", "開いています", "17:15"),
    (HALL, "2026-11-20", "12:30", "開いています", "17:15"),  # 昼休みはない
    (HALL, "2026-11-20", "17:14", "開いています", "17:15"),
    (HALL, "2026-11-20", "17:15", "閉まっています", "2026-11-24 08:30"),  # 三連休の前（23日は勤労感謝の日）
    (HALL, "2026-11-21", "10:00", "閉まっています", "2026-11-24 08:30"),  # 土曜
    (HALL, "2026-11-23", "10:00", "閉まっています", "2026-11-24 08:30"),  # 祝日の月曜
    (HALL, "2026-11-26", "18:00", "開いています", "19:00"),  # 木曜の延長
    (HALL, "2026-11-28", "10:00", "閉まっています", "2026-11-29 08:30"),  # あすは休日開庁
    (HALL, "2026-11-29", "11:59", "開いています", "12:00"),
    (HALL, "2026-11-29", "12:00", "閉まっています", "2026-11-30 08:30"),
    (HALL, "2026-12-02", "10:00", "閉まっています", "2026-12-04 08:30"),  # 臨時休業が二日続く
    (BRANCH, "2026-12-03", "10:00", "閉まっています", "2026-12-03 13:00"),  # 全部休みの日に、支所だけ開く
    (BRANCH, "2026-12-03", "14:00", "開いています", "15:00"),
    (BRANCH, "2026-11-24", "11:59", "開いています", "12:00"),
    (BRANCH, "2026-11-24", "12:00", "閉まっています", "2026-11-24 13:00"),  # 昼休み
    (BRANCH, "2026-11-24", "13:00", "開いています", "17:15"),
    (HALL, "2026-12-07", "18:00", "閉まっています", "2026-12-09 08:30"),  # 8日は臨時の休日
    (HALL, "2026-12-28", "17:15", "閉まっています", "2027-01-04 08:30"),  # 年末年始
    (HALL, "2027-01-02", "10:00", "閉まっています", "2027-01-04 08:30"),
    (HALL, "2027-01-11", "10:00", "開いています", "17:15"),  # 祝日の表から外した日
    (MARKET, "2026-11-23", "12:00", "閉まっています", "2026-11-24 10:00"),  # 月曜は定休
    (MARKET, "2026-12-31", "12:00", "開いています", "19:00"),  # 年末も開く
    (MARKET, "2027-01-01", "12:00", "開いています", "19:00"),
]


@pytest.mark.parametrize(("place", "day", "time", "now", "then"), STANDINGS)
def test_at_each_moment_it_is_known_whether_a_place_is_open(
    place: Place, day: str, time: str, now: str, then: str
) -> None:
    standing = HOURS.at(place, dt.datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=JST))
    said = "開いています" if standing.is_open else "閉まっています"
    when = standing.until.strftime("%H:%M") if standing.until else f"{standing.next_at:%Y-%m-%d %H:%M}"
    assert (said, when) == (now, then)


@pytest.mark.parametrize(
    ("place", "day", "why", "reason"),
    [
        (HALL, "2026-11-22", Why.USUAL, ""),
        (HALL, "2026-11-23", Why.HOLIDAY, "勤労感謝の日"),
        (HALL, "2027-01-01", Why.NEW_YEAR, ""),
        (HALL, "2026-12-02", Why.SPECIAL, "停電工事のため"),
        (HALL, "2026-12-03", Why.SPECIAL, "大雪のため"),
        (HALL, "2026-12-08", Why.HOLIDAY, "臨時の休日"),
        (HALL, "2026-11-24", None, ""),
        (HALL, "2026-11-29", None, "休日開庁"),
    ],
)
def test_why_a_place_is_closed_is_known(place: Place, day: str, why: Why | None, reason: str) -> None:
    found = HOURS.on(place, dt.date.fromisoformat(day))
    assert (found.why, found.reason) == (why, reason)
    assert bool(found.spans) is (why is None)


def test_a_place_that_never_opens_promises_no_day() -> None:
    shut = Place(1, "休館中の窓口", (), (None,) * 7)
    standing = OpeningHours((shut,)).at(shut, dt.datetime(2026, 11, 20, 9, tzinfo=JST))
    assert (standing.is_open, standing.next_at) == (False, None)


def test_without_anything_entered_nothing_is_known() -> None:
    assert not OpeningHours()
    assert HOURS


def test_the_single_days_to_come_are_of_the_place_or_of_all() -> None:
    first = dt.date(2026, 11, 21)
    assert [str(one.day) for one in HOURS.coming(HALL, first, 31)] == ["2026-11-29", "2026-12-02", "2026-12-03"]
    assert [(str(one.day), one.reason) for one in HOURS.coming(BRANCH, first, 31)] == [("2026-12-03", "支所だけ開庁")]


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2026-09-22", "国民の休日"),
        ("2027-03-22", "春分の日 振替休日"),
        ("2026-11-23", "勤労感謝の日"),
        ("2026-11-24", None),
    ],
)
def test_public_holidays_are_those_of_the_law(day: str, name: str | None) -> None:
    assert holiday_name(dt.date.fromisoformat(day)) == name


def test_a_year_has_its_holidays_in_order() -> None:
    found = holidays_between(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    assert [day for day, _ in found] == sorted(day for day, _ in found)
    assert len(found) == 18
