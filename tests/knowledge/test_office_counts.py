"""The offices' counts: a change keeps what held before, nothing is 0 that nobody counted, no month is counted twice."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from sqlalchemy import select

from knowledge.db import Database
from knowledge.models import FormerOfficeCount, Municipality, OfficeCount
from knowledge.office_counts import (
    APPLICATIONS,
    CERTIFICATES,
    DEMO,
    TOTAL,
    CountKey,
    TwoFormsError,
    Written,
    counts_between,
    former_counts,
    has_invented,
    hour_cell,
    month_after,
    months_of_year,
    remove_invented,
    sums_by_cell,
    sums_by_month,
    write_counts,
)

CODE, OTHER = "122106", "242047"
APRIL, MAY = dt.date(2026, 4, 1), dt.date(2026, 5, 1)
FIRST, LATER = dt.datetime(2026, 6, 1, tzinfo=dt.UTC), dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
STORE = CountKey(CERTIFICATES, APRIL, "dep-citizens", "住民票の写し", "store")
COUNTER = CountKey(CERTIFICATES, APRIL, "dep-citizens", "住民票の写し", "counter")


@pytest.fixture
def towns(database: Database) -> Database:
    with database.writing() as session:
        for code in (CODE, OTHER):
            told = {"name": "市", "kana": "し", "prefecture": "県", "aliases": [], "contact_department": "dep"}
            session.add(Municipality(code=code, **told, sample=False, examples=[]))
    return database


def applied(name: str, cell: str, month: dt.date = APRIL) -> CountKey:
    return CountKey(APPLICATIONS, month, "", name, cell)


def known(database: Database, series: str = CERTIFICATES, code: str = CODE) -> dict[CountKey, int]:
    with database.reading() as session:
        return counts_between(session, code, series, APRIL, MAY)


def test_a_changed_count_keeps_the_former_one_with_who_and_when(towns: Database) -> None:
    with towns.writing() as session:
        assert write_counts(session, CODE, {STORE: 12, COUNTER: 0}, "山田", FIRST) == Written(added=2)
    with towns.writing() as session:
        assert write_counts(session, CODE, {STORE: 15, COUNTER: 0}, "鈴木", LATER) == Written(changed=1)
    with towns.writing() as session:
        assert write_counts(session, CODE, {STORE: None}, "佐藤", LATER) == Written(gone=1)
    assert known(towns) == {COUNTER: 0}
    with towns.reading() as session:
        told = [
            (one.count, one.written_by, one.written_at, one.new_count, one.replaced_by, one.replaced_at)
            for one in former_counts(session, CODE, CERTIFICATES, APRIL, APRIL)
        ]
    assert told == [(15, "鈴木", LATER, None, "佐藤", LATER), (12, "山田", FIRST, 15, "鈴木", LATER)]


def test_writing_the_same_again_changes_nothing(towns: Database) -> None:
    for moment in (FIRST, LATER):
        with towns.writing() as session:
            write_counts(session, CODE, {STORE: 12, COUNTER: None}, "山田", moment)
    with towns.reading() as session:
        (row,) = session.scalars(select(OfficeCount)).all()
        assert (row.count, row.written_at) == (12, FIRST)
        assert session.scalars(select(FormerOfficeCount)).all() == []


def test_a_month_of_a_procedure_has_a_total_or_parts_and_never_both(towns: Database) -> None:
    total, part = applied("犬の登録", TOTAL), applied("犬の登録", hour_cell(0, 9))
    other = {applied("粗大ごみ", TOTAL): 5, applied("犬の登録", hour_cell(2, 20), MAY): 1}
    with towns.writing() as session:
        write_counts(session, CODE, {total: 30, **other}, "山田", FIRST)
    with pytest.raises(TwoFormsError) as told, towns.writing() as session:
        write_counts(session, CODE, {part: 3}, "山田", LATER)
    assert told.value.keys == (total,)
    assert known(towns, APPLICATIONS) == {total: 30, **other}
    with towns.writing() as session:
        write_counts(session, CODE, {part: 3, total: None}, "山田", LATER)
    assert known(towns, APPLICATIONS) == {part: 3, **other}
    with towns.reading() as session:
        assert sums_by_cell(session, CODE, APRIL, MAY) == {"0-9": 3, "2-20": 1, TOTAL: 5}
        assert sums_by_cell(session, CODE, APRIL, MAY, "犬の登録") == {"0-9": 3, "2-20": 1}
        assert sums_by_month(session, CODE, APPLICATIONS, APRIL, APRIL) == {
            ("", "犬の登録", APRIL): 3,
            ("", "粗大ごみ", APRIL): 5,
        }


def test_of_two_municipalities_each_keeps_its_own(towns: Database) -> None:
    with towns.writing() as session:
        write_counts(session, CODE, {STORE: 12}, "山田", FIRST)
        write_counts(session, OTHER, {STORE: 99}, "伊藤", FIRST)
        write_counts(session, OTHER, {STORE: None}, "伊藤", LATER)
    assert known(towns) == {STORE: 12}
    assert known(towns, code=OTHER) == {}


def test_what_is_invented_never_takes_the_place_of_a_count_and_goes_without_a_trace(towns: Database) -> None:
    with towns.writing() as session:
        write_counts(session, CODE, {STORE: 12}, "山田", FIRST)
        write_counts(session, CODE, {STORE: 99, COUNTER: 88}, "見本", LATER, DEMO)
        assert has_invented(session, CODE, CERTIFICATES, APRIL, MAY)
    assert known(towns) == {STORE: 12, COUNTER: 88}
    with towns.writing() as session:
        write_counts(session, CODE, {COUNTER: 7}, "山田", LATER)
        write_counts(session, CODE, {applied("犬の登録", TOTAL): 3}, "見本", LATER, DEMO)
        assert remove_invented(session, CODE) == 1
        assert not has_invented(session, CODE, CERTIFICATES, APRIL, MAY)
        assert session.scalars(select(FormerOfficeCount)).all() == []
    assert known(towns) == {STORE: 12, COUNTER: 7}
    assert known(towns, APPLICATIONS) == {}


def test_many_counts_are_written_at_once(towns: Database) -> None:
    cells = [hour_cell(weekday, hour) for weekday in range(7) for hour in range(24)]
    wanted = {applied(f"手続{number}", cell): number for number in range(8) for cell in cells}
    with towns.writing() as session:
        assert write_counts(session, CODE, wanted, "山田", FIRST) == Written(added=8 * 168)
    assert known(towns, APPLICATIONS) == wanted


def test_a_fiscal_year_begins_in_april() -> None:
    months = months_of_year(2026)
    assert (months[0], months[8], months[11]) == (dt.date(2026, 4, 1), dt.date(2026, 12, 1), dt.date(2027, 3, 1))
    assert month_after(dt.date(2026, 1, 1), -1) == dt.date(2025, 12, 1)


def test_two_who_write_the_same_count_at_once_both_succeed(towns: Database) -> None:
    failed: list[BaseException] = []

    def write(count: int) -> None:
        try:
            with towns.writing() as session:
                write_counts(session, CODE, {STORE: count}, f"{count}番", FIRST)
        except BaseException as error:
            failed.append(error)

    people = [threading.Thread(target=write, args=(count,)) for count in range(1, 9)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert failed == []
    with towns.reading() as session:
        changes = former_counts(session, CODE, CERTIFICATES, APRIL, APRIL)
        (held,) = session.scalars(select(OfficeCount)).all()
    assert sorted([*(one.count for one in changes), held.count]) == list(range(1, 9))
