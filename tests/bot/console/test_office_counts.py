"""課の件数: brought as a table or written by hand; indicators counted from them, never silently, never from nothing."""

from __future__ import annotations

import datetime as dt
import io
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from openpyxl import Workbook, load_workbook
from sqlalchemy import delete, select

from bot import jobs, office_count_jobs
from bot.console.importing import LARGE
from bot.services import Services
from knowledge.calendar import fiscal_year_of, now, today
from knowledge.csv_files import csv_bytes
from knowledge.db import Database
from knowledge.indicator_values import unit_of, values_by_year
from knowledge.models import (
    AuditLine,
    Department,
    FormerOfficeCount,
    Indicator,
    IndicatorFormula,
    IndicatorValue,
    OfficeCount,
)
from knowledge.office_count_sheet import HEADINGS
from knowledge.office_counts import (
    APPLICATIONS,
    CERTIFICATES,
    DEMO,
    WEEKDAYS,
    CountKey,
    counts_between,
    hour_cell,
    month_after,
    months_of_year,
    write_counts,
)
from knowledge.roles import Role
from knowledge.tabular import OutSheet
from knowledge.workbooks import workbook_bytes
from tests.support.staff import Colleague, signed_in

CODE = "122106"
COUNTS = f"/staff/{CODE}/counts"
INDICATOR = f"/staff/{CODE}/tables/indicators/ind-convenience-citizens"
FORMULA = f"/staff/{CODE}/indicators/ind-convenience-citizens/formula"
TAKE_OVER = f"/staff/{CODE}/indicators/ind-convenience-citizens/computed"
CITIZENS, TAX = "市民課", "市民税課"
LAST_YEAR = fiscal_year_of(today()) - 1
APRIL = dt.date(LAST_YEAR, 4, 1)
EVERYTHING = (OfficeCount, FormerOfficeCount, IndicatorFormula, IndicatorValue)


@pytest.fixture(autouse=True)
def _nothing_left(office_database: Database) -> Iterator[None]:
    yield
    with office_database.writing() as session:
        for table in EVERYTHING:
            session.execute(delete(table))


@pytest.fixture
def editor(office: Flask) -> Colleague:
    return signed_in(office, [Role.EDITOR], CODE, name="件数 花子")


def office_id(database: Database, name: str) -> str:
    with database.reading() as session:
        wanted = select(Department.entry_id).where(Department.municipality_code == CODE, Department.name == name)
        return session.scalars(wanted).one()


def table(series: str, *rows: tuple[str, ...]) -> OutSheet:
    return OutSheet("件数", HEADINGS[series], (10,) * len(HEADINGS[series]), frozenset(), rows)


def send(who: Colleague, sheet: OutSheet, status: int = 200, **fields: str) -> str:
    data = {"file": (io.BytesIO(csv_bytes(sheet)), "件数.csv"), **fields}
    return who.post(f"{COUNTS}/import", data, status, content_type="multipart/form-data").text


def held(page: str) -> dict[str, str]:
    """The hidden fields under what is shown."""
    found = {name: re.search(rf'name="{name}" value="([^"]*)"', page) for name in ("carried", "seen", "end_missing")}
    assert all(found.values()), "a field is missing"
    return {name: one[1] for name, one in found.items() if one}


def take(who: Colleague, sheet: OutSheet, **fields: str) -> None:
    who.post(f"{COUNTS}/import", held(send(who, sheet, **fields)))


def known(database: Database, series: str) -> dict[tuple[str, str, str, str], int]:
    """Month, 課, name, cell -> count."""
    with database.reading() as session:
        found = counts_between(session, CODE, series, dt.date(2000, 1, 1), today())
    return {(f"{key.month:%Y-%m}", key.department, key.name, key.cell): count for key, count in found.items()}


def actions(database: Database, like: str) -> list[AuditLine]:
    with database.reading() as session:
        wanted = select(AuditLine).where(AuditLine.action.like(like)).order_by(AuditLine.number)
        return list(session.scalars(wanted))


# --- A table ---------------------------------------------------------------------------------------------------------


def test_a_table_is_shown_first_and_taken_whole_with_its_audit_line(
    editor: Colleague, office_database: Database
) -> None:
    citizens = office_id(office_database, CITIZENS)
    rows = [
        (f"{APRIL:%Y-%m}", CITIZENS, "住民票の写し", "1,812", "１４２件", "なし", ""),
        ("令和7年5月" if LAST_YEAR == 2025 else f"{LAST_YEAR}年5月", CITIZENS, "住民票の写し", "1700", "160", "0", ""),
    ]
    page = send(editor, table(CERTIFICATES, *rows))
    assert "新しい件数が6、変わる件数が0、なくなる件数が0" in page
    assert "空の欄が2あります" in page
    assert known(office_database, CERTIFICATES) == {}
    editor.post(f"{COUNTS}/import", held(page))
    month = f"{APRIL:%Y-%m}"
    assert known(office_database, CERTIFICATES) == {
        (month, citizens, "住民票の写し", "counter"): 1812,
        (month, citizens, "住民票の写し", "store"): 142,
        (month, citizens, "住民票の写し", "mail"): 0,
        (f"{LAST_YEAR}-05", citizens, "住民票の写し", "counter"): 1700,
        (f"{LAST_YEAR}-05", citizens, "住民票の写し", "store"): 160,
        (f"{LAST_YEAR}-05", citizens, "住民票の写し", "mail"): 0,
    }
    line = actions(office_database, "office_counts_imported")[-1]
    assert (line.scope, line.login, line.details["added"]) == (CODE, editor.login, 6)
    shown = editor.get(f"{COUNTS}?year={LAST_YEAR}").text
    assert "1,954" in shown
    assert "302" in shown


def test_the_same_table_changes_nothing_and_a_corrected_one_keeps_the_former_count(
    editor: Colleague, office_database: Database
) -> None:
    month = f"{APRIL:%Y-%m}"
    take(editor, table(CERTIFICATES, (month, CITIZENS, "住民票の写し", "100", "10", "", "")))
    again = send(editor, table(CERTIFICATES, (month, CITIZENS, "住民票の写し", "100", "10", "", "")))
    assert "変わるところはありません" in again
    page = send(editor, table(CERTIFICATES, (month, CITIZENS, "住民票の写し", "100", "12", "", "")))
    assert "変わる件数が1" in page
    editor.post(f"{COUNTS}/import", held(page))
    with office_database.reading() as session:
        (former,) = session.scalars(select(FormerOfficeCount)).all()
    assert (former.count, former.new_count, former.written_by, former.replaced_by) == (10, 12, "件数 花子", "件数 花子")
    own = office_id(office_database, CITIZENS)
    shown = editor.get(f"{COUNTS}/certificate/{month}?department={own}").text
    assert "10 → 12" in shown


def test_what_the_table_lacks_stays_unless_it_is_to_go(editor: Colleague, office_database: Database) -> None:
    month = f"{APRIL:%Y-%m}"
    first = [
        (month, CITIZENS, "住民票の写し", "100", "10", "", ""),
        (month, CITIZENS, "印鑑登録証明書", "50", "", "", ""),
    ]
    tax = (month, TAX, "所得証明書", "40", "2", "", "")
    take(editor, table(CERTIFICATES, *first, tax))
    page = send(editor, table(CERTIFICATES, first[0]))
    assert "この表にない件数が1あります。そのまま残します" in page
    page = send(editor, table(CERTIFICATES, first[0]), end_missing="1")
    assert "なくなる件数が1" in page
    editor.post(f"{COUNTS}/import", held(page))
    assert {name for _, _, name, _ in known(office_database, CERTIFICATES)} == {"住民票の写し", "所得証明書"}


def test_parts_take_the_place_of_a_total_and_never_stand_beside_it(
    editor: Colleague, office_database: Database
) -> None:
    month = f"{APRIL:%Y-%m}"
    take(editor, table(APPLICATIONS, (month, "犬の登録", "", "", "30"), (month, "粗大ごみ", "", "", "5")))
    both = table(APPLICATIONS, (month, "犬の登録", "月", "13時", "3"), (month, "犬の登録", "", "", "30"))
    assert "どちらか一方にしてください" in send(editor, both, 422)
    parts = table(
        APPLICATIONS,
        (month, "犬の登録", "月", "13時", "3"),
        (month, "犬の登録", "日曜日", "21:00〜21:59", "2"),
        (month, "犬の登録", "（土）", "9時台", "0"),
    )
    page = send(editor, parts)
    assert "なくなる件数が1" in page
    editor.post(f"{COUNTS}/import", held(page))
    assert known(office_database, APPLICATIONS) == {
        (month, "", "犬の登録", hour_cell(0, 13)): 3,
        (month, "", "犬の登録", hour_cell(6, 21)): 2,
        (month, "", "犬の登録", hour_cell(5, 9)): 0,
        (month, "", "粗大ごみ", ""): 5,
    }
    hours = editor.get(f"{COUNTS}/hours?year={LAST_YEAR}").text
    assert "曜日・時間帯の分かるもの 5件（ほかに、月の合計だけのものが5件）" in hours


@pytest.mark.parametrize(
    ("series", "row", "said"),
    [
        (CERTIFICATES, ("きのう", "", "住民票", "1", "", "", ""), "年月は 2026-04 か 令和8年4月"),
        (CERTIFICATES, ("2099-01", "", "住民票", "1", "", "", ""), "まだ来ていません"),
        (CERTIFICATES, ("2025-13", "", "住民票", "1", "", "", ""), "という年月はありません"),
        (CERTIFICATES, ("2025-04", "ない課", "住民票", "1", "", "", ""), "「ない課」という課はありません"),
        (CERTIFICATES, ("2025-04", "", "", "1", "", "", ""), "種類の名前を書いてください"),
        (CERTIFICATES, ("2025-04", "", "住民票", "-1", "", "", ""), "0 か、それより大きい整数"),
        (CERTIFICATES, ("2025-04", "", "住民票", "1.5", "", "", ""), "0 か、それより大きい整数"),
        (CERTIFICATES, ("2025-04", "", "住民票", "約10", "", "", ""), "0 か、それより大きい整数"),
        (CERTIFICATES, ("2025-04", "", "住民票", "－", "", "", ""), "分からなければ空にします"),
        (CERTIFICATES, ("2025-04", "", "住民票", "999999999999", "", "", ""), "大きすぎます"),
        (CERTIFICATES, ("2025-04", "", "住民票", "", "", "", ""), "件数が一つも書かれていません"),
        (APPLICATIONS, ("2025-04", "犬", "月", "", "1"), "両方書くか、両方空"),
        (APPLICATIONS, ("2025-04", "犬", "月", "9時〜12時", "1"), "1時間ごとに"),
        (APPLICATIONS, ("2025-04", "犬", "祝", "9時", "1"), "曜日は「月」か"),
        (APPLICATIONS, ("2025-04", "犬", "月", "24時", "1"), "1時間ごとに"),
    ],
)
def test_a_fault_is_told_with_its_place_and_nothing_is_taken(
    editor: Colleague, office_database: Database, series: str, row: tuple[str, ...], said: str
) -> None:
    page = send(editor, table(series, row), 422)
    assert said in page
    assert "まだ何も取り込んでいません" in page
    assert 'name="carried"' not in page
    assert known(office_database, series) == {}


def test_the_same_count_twice_and_a_count_with_and_without_a_department_are_faults(editor: Colleague) -> None:
    row = ("2025-04", CITIZENS, "住民票の写し", "1", "", "", "")
    assert "2行目と同じ月・同じもの" in send(editor, table(CERTIFICATES, row, row), 422)
    other = ("2025-04", "", "住民票の写し", "1", "", "", "")
    assert "二重に数えないよう" in send(editor, table(CERTIFICATES, row, other), 422)


def test_where_somebody_changed_a_count_meanwhile_it_is_shown_anew(
    editor: Colleague, office_database: Database
) -> None:
    month = f"{APRIL:%Y-%m}"
    page = send(editor, table(CERTIFICATES, (month, "", "住民票の写し", "100", "", "", "")))
    key = CountKey(CERTIFICATES, APRIL, "", "住民票の写し", "counter")
    with office_database.writing() as session:
        write_counts(session, CODE, {key: 90}, "別の人", now())
    again = editor.post(f"{COUNTS}/import", held(page), 409).text
    assert "もう一度確かめてください" in again
    assert "変わる件数が1" in again
    assert known(office_database, CERTIFICATES) == {(month, "", "住民票の写し", "counter"): 90}
    editor.post(f"{COUNTS}/import", held(again))
    assert known(office_database, CERTIFICATES) == {(month, "", "住民票の写し", "counter"): 100}


def test_an_excel_file_with_a_title_and_dates_is_read(editor: Colleague, office_database: Database) -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    page.append(["証明書の件数（市民課まとめ）"])
    page.append(["年月", "種類", "窓口", "コンビニ"])
    page.append([dt.date(LAST_YEAR, 4, 1), "住民票の写し", 812, 96])
    page["A3"].number_format = "yyyy-mm"
    stream = io.BytesIO()
    book.save(stream)
    data = {"file": (io.BytesIO(stream.getvalue()), "件数.xlsx")}
    shown = editor.post(f"{COUNTS}/import", data, 200, content_type="multipart/form-data").text
    editor.post(f"{COUNTS}/import", held(shown))
    month = f"{APRIL:%Y-%m}"
    assert known(office_database, CERTIFICATES) == {
        (month, "", "住民票の写し", "counter"): 812,
        (month, "", "住民票の写し", "store"): 96,
    }


def test_a_workbook_with_both_tables_and_a_file_in_shift_jis_are_read(
    editor: Colleague, office_database: Database
) -> None:
    month = f"{APRIL:%Y-%m}"
    sheets = [
        replace(table(CERTIFICATES, (month, "", "住民票の写し", "100", "10", "", "")), name="証明書"),
        replace(table(APPLICATIONS, (month, "犬の登録", "", "", "30")), name="電子申請"),
    ]
    book = {"file": (io.BytesIO(workbook_bytes([("課の件数", "四月")], sheets)), "件数.xlsx")}
    page = editor.post(f"{COUNTS}/import", book, 200, content_type="multipart/form-data").text
    assert "新しい件数が3" in page
    editor.post(f"{COUNTS}/import", held(page))
    old = {
        "file": (io.BytesIO(csv_bytes(table(APPLICATIONS, (month, "犬の登録", "", "", "31")), "shift_jis")), "a.csv")
    }
    editor.post(
        f"{COUNTS}/import", held(editor.post(f"{COUNTS}/import", old, 200, content_type="multipart/form-data").text)
    )
    assert known(office_database, APPLICATIONS) == {(month, "", "犬の登録", ""): 31}
    assert len(known(office_database, CERTIFICATES)) == 2


@pytest.mark.parametrize("series", [CERTIFICATES, APPLICATIONS])
def test_the_sample_is_taken_as_it_is(editor: Colleague, office_database: Database, series: str) -> None:
    content = editor.get(f"{COUNTS}/sample/{series}.csv").data
    data = {"file": (io.BytesIO(content), "見本.csv")}
    page = editor.post(f"{COUNTS}/import", data, 200, content_type="multipart/form-data").text
    editor.post(f"{COUNTS}/import", held(page))
    assert len(known(office_database, series)) > 2


def test_a_file_that_is_no_table_of_counts_is_told_so(editor: Colleague) -> None:
    assert "見出しが見つかりません" in send(editor, OutSheet("x", ("A", "B"), (9, 9), frozenset(), [("1", "2")]), 422)


# --- By hand ---------------------------------------------------------------------------------------------------------


def fields(page: str, *rows: tuple[str, ...]) -> dict[str, object]:
    """A form with rows of name, counter, store, mail and online."""
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen is not None
    names = ("name", "counter", "store", "mail", "online")
    return {"seen": seen[1]} | {name: [row[place] for row in rows] for place, name in enumerate(names)}


def test_a_month_is_written_by_hand_and_emptied_again(editor: Colleague, office_database: Database) -> None:
    own = office_id(office_database, CITIZENS)
    month = f"{APRIL:%Y-%m}"
    path = f"{COUNTS}/certificate/{month}"
    page = editor.get(f"{path}?department={own}").text
    new = fields(page, ("住民票の写し", "100", "0", "", ""), ("", "", "", "", ""))
    editor.post(path, {**new, "department": own})
    assert known(office_database, CERTIFICATES) == {
        (month, own, "住民票の写し", "counter"): 100,
        (month, own, "住民票の写し", "store"): 0,
    }
    page = editor.get(f"{path}?department={own}").text
    changed = fields(page, ("住民票の写し", "120", "", "", ""))
    editor.post(path, {**changed, "department": own})
    assert known(office_database, CERTIFICATES) == {(month, own, "住民票の写し", "counter"): 120}
    details = actions(office_database, "office_counts_written")[-1].details
    assert (details["changed"], details["gone"]) == (1, 1)
    editor.post(path, {**changed, "department": own}, 409)


def test_faults_in_a_month_stand_at_their_fields(editor: Colleague, office_database: Database) -> None:
    path = f"{COUNTS}/certificate/{APRIL:%Y-%m}"
    page = editor.get(path).text
    rows = [
        ("住民票", "-3", "", "", ""),
        ("", "5", "", "", ""),
        ("住民票", "1", "", "", ""),
        ("住民票", "1", "", "", ""),
    ]
    shown = editor.post(path, fields(page, *rows), 422).text
    assert 'href="#counter-0"' in shown
    assert "名前を書いてください" in shown
    assert "二度あります" in shown
    assert known(office_database, CERTIFICATES) == {}


def test_a_month_with_hours_takes_no_total(editor: Colleague, office_database: Database) -> None:
    month = f"{APRIL:%Y-%m}"
    take(editor, table(APPLICATIONS, (month, "犬の登録", "月", "13時", "3")))
    path = f"{COUNTS}/application/{month}"
    page = editor.get(path).text
    assert "曜日・時間帯ごとの件数の合計です" in page
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen is not None
    told = editor.post(path, {"seen": seen[1], "name": ["犬の登録"], "total": ["9"]}, 422).text
    assert "合計は書けません" in told
    editor.post(path, {"seen": seen[1], "name": ["粗大ごみ"], "total": ["9"]})
    assert known(office_database, APPLICATIONS)[month, "", "粗大ごみ", ""] == 9


@pytest.mark.parametrize("path", ["certificate/2099-01", "certificate/2025-13", "nothing/2025-04", "certificate/x"])
def test_a_month_that_is_none_is_not_found(editor: Colleague, path: str) -> None:
    editor.get(f"{COUNTS}/{path}", 404)


def test_an_editor_of_one_office_writes_its_own_counts_alone(office: Flask, office_database: Database) -> None:
    own, other = office_id(office_database, CITIZENS), office_id(office_database, TAX)
    editor = signed_in(office, [Role.EDITOR], CODE, department=own)
    path = f"{COUNTS}/certificate/{APRIL:%Y-%m}"
    page = editor.get(f"{path}?department={own}").text
    row = fields(page, ("住民票の写し", "100", "", "", ""))
    editor.post(path, {**row, "department": own})
    editor.post(path, {**row, "department": other}, 404)
    editor.post(path, row, 404)
    assert {department for _, department, _, _ in known(office_database, CERTIFICATES)} == {own}


def test_an_editor_of_one_office_brings_its_own_counts_as_a_table(office: Flask, office_database: Database) -> None:
    own = office_id(office_database, CITIZENS)
    editor = signed_in(office, [Role.EDITOR], CODE, name="市民課 花子", department=own)
    assert f"{COUNTS}/import" in editor.get(COUNTS).text
    page = editor.get(f"{COUNTS}/import").text
    assert "あなたの課（市民課）" in page
    assert "sample/application" not in page, "whose counts are of no 課"
    take(editor, table(CERTIFICATES, (f"{APRIL:%Y-%m}", CITIZENS, "住民票の写し", "100", "20", "", "")))
    assert known(office_database, CERTIFICATES) == {
        (f"{APRIL:%Y-%m}", own, "住民票の写し", "counter"): 100,
        (f"{APRIL:%Y-%m}", own, "住民票の写し", "store"): 20,
    }
    (line,) = actions(office_database, "office_counts_imported")[-1:]
    assert (line.account_id, line.details["added"]) == (editor.account_id, 2)


def test_whoever_writes_for_one_office_is_led_to_its_own_months_alone(
    office: Flask, editor: Colleague, office_database: Database
) -> None:
    own = office_id(office_database, TAX)
    month = f"{today():%Y-%m}"
    take(editor, table(CERTIFICATES, (month, CITIZENS, "住民票の写し", "9", "", "", "")))
    clerk = signed_in(office, [Role.EDITOR], CODE, department=own)
    page = clerk.get(COUNTS).text
    assert f"certificate/{month}?department={own}" in page
    assert "counts/application/" not in page, "which are of no 課, and not the clerk's to write"
    assert "counts/application/" in editor.get(COUNTS).text


@pytest.mark.parametrize(
    ("series", "row", "told"),
    [
        pytest.param(
            CERTIFICATES,
            (f"{APRIL:%Y-%m}", TAX, "所得証明書", "5", "", "", ""),
            ["3行目", "「市民税課」は、あなたの課ではありません", "「市民課」の件数だけ", "この行を消すか"],
            id="of another 課",
        ),
        pytest.param(
            CERTIFICATES,
            (f"{APRIL:%Y-%m}", "", "所得証明書", "5", "", "", ""),
            ["3行目", "課が空です", "「市民課」の件数だけ"],
            id="of no 課",
        ),
        pytest.param(
            APPLICATIONS,
            (f"{APRIL:%Y-%m}", "犬の登録", "", "", "37"),
            ["2行目", "市町村全体の編集の人だけ", "その人に頼むか"],
            id="of the whole",
        ),
    ],
)
def test_a_row_that_is_not_of_the_editors_office_is_a_fault_and_nothing_is_taken(
    office: Flask, office_database: Database, series: str, row: tuple[str, ...], told: list[str]
) -> None:
    editor = signed_in(office, [Role.EDITOR], CODE, department=office_id(office_database, CITIZENS))
    mine = [(f"{APRIL:%Y-%m}", CITIZENS, "住民票の写し", "100", "", "", "")] if series == CERTIFICATES else []
    page = send(editor, table(series, *mine, row), 422)
    assert all(part in page for part in told), page
    assert "シート「" not in page, "a CSV has one table, and no name of ours"
    assert 'name="seen"' not in page
    assert not known(office_database, series)


def test_what_the_table_of_one_office_lacks_goes_for_that_office_alone(
    office: Flask, editor: Colleague, office_database: Database
) -> None:
    own, month = office_id(office_database, CITIZENS), f"{APRIL:%Y-%m}"
    rows = [(month, CITIZENS, name, "9", "", "", "") for name in ("住民票の写し", "戸籍の証明書")]
    take(editor, table(CERTIFICATES, *rows, (month, TAX, "所得証明書", "5", "", "", "")))
    chief = signed_in(office, [Role.EDITOR], CODE, department=own)
    take(chief, table(CERTIFICATES, rows[0]), end_missing="1")
    assert {name for _, _, name, _ in known(office_database, CERTIFICATES)} == {"住民票の写し", "所得証明書"}


# --- Large tables ----------------------------------------------------------------------------------------------------


@pytest.fixture
def work(office: Flask) -> Callable[[], None]:
    """Let the jobs process do what is asked for."""
    kit: Services = office.extensions["kotae"]
    return lambda: jobs.work(kit, threading.Event(), once=True)


def large_table(procedures: int) -> OutSheet:
    """A month of many procedures, by weekday and hour."""
    month = f"{APRIL:%Y-%m}"
    rows = [
        (month, f"手続その{number}", weekday, f"{hour}時", str((number * 7 + hour) % 13))
        for number in range(procedures)
        for weekday in WEEKDAYS
        for hour in range(24)
    ]
    return table(APPLICATIONS, *rows)


def bring_large(who: Colleague, sheet: OutSheet, work: Callable[[], None], status: int = 200, **fields: str) -> str:
    """The page that shows what a large file would do."""
    data = {"file": (io.BytesIO(csv_bytes(sheet)), "件数.csv"), **fields}
    place = who.post(f"{COUNTS}/import", data, 303, content_type="multipart/form-data").location
    assert "順番を待っています" in who.get(place).text
    work()
    return who.get(who.get(place, 303).location, status).text


def test_a_month_of_many_procedures_is_brought_and_taken_whole(
    editor: Colleague, office_database: Database, work: Callable[[], None]
) -> None:
    sheet = large_table(80)
    assert len(csv_bytes(sheet)) > LARGE, "else it is read at once"
    page = bring_large(editor, sheet, work)
    assert f"新しい件数が{80 * 168:,}" in page
    assert f"（{80 * 168:,}件のうち、はじめの100件）" in page
    assert len(page) < 200_000, "the page holds no copy of the file"
    assert not known(office_database, APPLICATIONS)
    taking = editor.post(f"{COUNTS}/import", held(page)).location
    work()
    done = editor.get(editor.get(taking, 303).location).text
    assert f"取り込みました（新しく{80 * 168:,}、変わった0、なくなった0）" in done
    found = known(office_database, APPLICATIONS)
    assert len(found) == 80 * 168
    assert found[f"{APRIL:%Y-%m}", "", "手続その3", hour_cell(2, 9)] == (3 * 7 + 9) % 13
    assert "もう取り込みました" in editor.post(f"{COUNTS}/import", held(page), 422).text
    (line,) = actions(office_database, "office_counts_imported")[-1:]
    assert (line.account_id, line.details["added"]) == (editor.account_id, 80 * 168)


def test_a_count_that_changed_after_the_look_at_a_large_table_keeps_it_from_being_taken(
    editor: Colleague, office_database: Database, work: Callable[[], None]
) -> None:
    page = bring_large(editor, large_table(60), work)
    take(editor, table(APPLICATIONS, (f"{APRIL:%Y-%m}", "手続その0", "月", "9時", "555")))
    taking = editor.post(f"{COUNTS}/import", held(page)).location
    work()
    assert "ほかの人が内容を変えました" in editor.get(taking).text
    assert len(known(office_database, APPLICATIONS)) == 1


def test_a_large_table_with_a_row_of_another_office_names_the_row_and_takes_nothing(
    office: Flask, office_database: Database, work: Callable[[], None]
) -> None:
    editor = signed_in(office, [Role.EDITOR], CODE, department=office_id(office_database, CITIZENS))
    month = f"{APRIL:%Y-%m}"
    rows = [(month, CITIZENS, f"証明書その{number}", "1", "", "", "") for number in range(8_000)]
    page = bring_large(editor, table(CERTIFICATES, *rows, (month, TAX, "所得証明書", "5", "", "", "")), work, 422)
    assert "8002行目" in page
    assert "「市民税課」は、あなたの課ではありません" in page
    assert not known(office_database, CERTIFICATES)
    page = bring_large(editor, table(CERTIFICATES, *rows), work)
    taking = editor.post(f"{COUNTS}/import", held(page)).location
    work()
    editor.get(taking, 303)
    assert len(known(office_database, CERTIFICATES)) == 8_000


def test_what_is_too_large_even_so_is_told_with_the_limit(
    editor: Colleague, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "10MiB、100,000行まで" in editor.get(f"{COUNTS}/import").text
    monkeypatch.setattr(office_count_jobs, "MAX_NARROW_ROWS", 5_000)
    assert "行が多すぎます（5,000行まで）" in bring_large(editor, large_table(60), work, 422)


# --- Indicators counted from them ------------------------------------------------------------------------------------


def fill_year(database: Database, year: int, months: int, store: int, counter: int, source: str = "office") -> None:
    own = office_id(database, CITIZENS)
    wanted = {
        CountKey(CERTIFICATES, month, own, "住民票の写し", way): count
        for month in months_of_year(year)[:months]
        for way, count in (("store", store), ("counter", counter), ("mail", 0))
    }
    with database.writing() as session:
        write_counts(session, CODE, wanted, "山田", now(), source)


def lay_down(who: Colleague, database: Database, **more: str) -> None:
    own = office_id(database, CITIZENS)
    who.post(FORMULA, {"kind": "store_share", "departments": own, "certificates": "住民票の写し", **more})


def test_an_indicator_is_counted_and_taken_over_only_by_a_click(editor: Colleague, office_database: Database) -> None:
    fill_year(office_database, LAST_YEAR, 12, 20, 80)
    assert "数え方は、まだ決めていません" in editor.get(INDICATOR).text
    lay_down(editor, office_database)
    page = editor.get(INDICATOR).text
    assert "コンビニ 240件 ÷ すべての取り方 1,200件" in page
    assert ">20.00" in page
    assert "4〜3月" in page
    assert "計画の現状値・目標値は、これとちがう数え方かもしれません" in page
    with office_database.reading() as session:
        assert values_by_year(session, CODE, "ind-convenience-citizens") == []
    editor.post(TAKE_OVER, {"year": str(LAST_YEAR), "seen": "20.00"})
    with office_database.reading() as session:
        (value,) = values_by_year(session, CODE, "ind-convenience-citizens")
    assert (value.fiscal_year, value.value, value.written_by) == (LAST_YEAR, "20.00", "件数 花子")
    assert value.note.startswith("課の件数から計算（")
    assert "コンビニ 240件" in value.note
    assert [line.details["new"] for line in actions(office_database, "indicator_computed")] == ["20.00"]


def test_a_part_of_a_year_tells_its_months(editor: Colleague, office_database: Database) -> None:
    this_year = fiscal_year_of(today())
    fill_year(office_database, this_year, 3, 1, 3)
    lay_down(editor, office_database)
    page = editor.get(INDICATOR).text
    assert "途中の値" in page
    assert "4〜6月" in page
    over = month_after(today().replace(day=1), -1)
    if over >= months_of_year(this_year)[3]:
        assert f"{months_of_year(this_year)[3].month}月は件数がありません" in page
    assert "はまだ" in page


def test_what_was_not_counted_is_no_zero(editor: Colleague, office_database: Database) -> None:
    fill_year(office_database, LAST_YEAR, 12, 20, 80)
    own = office_id(office_database, CITIZENS)
    gone = CountKey(CERTIFICATES, APRIL, own, "住民票の写し", "counter")
    with office_database.writing() as session:
        write_counts(session, CODE, {gone: None}, "山田", now())
    lay_down(editor, office_database)
    page = editor.get(INDICATOR).text
    assert "コンビニ 220件 ÷ すべての取り方 1,100件" in page
    assert "4月は「住民票の写し」の窓口が分かりません" in page


def test_a_value_that_moved_or_is_invented_is_not_taken_over(editor: Colleague, office_database: Database) -> None:
    fill_year(office_database, LAST_YEAR, 12, 20, 80)
    lay_down(editor, office_database)
    editor.post(TAKE_OVER, {"year": str(LAST_YEAR), "seen": "19.00"})
    editor.post(TAKE_OVER, {"year": "1999", "seen": "20.00"})
    fill_year(office_database, LAST_YEAR - 1, 12, 10, 90, DEMO)
    page = editor.get(INDICATOR).text
    assert "見本の件数が入っています" in page
    editor.post(TAKE_OVER, {"year": str(LAST_YEAR - 1), "seen": "10.00"})
    with office_database.reading() as session:
        assert values_by_year(session, CODE, "ind-convenience-citizens") == []


def test_unlike_series_are_joined_only_where_staff_say_that_they_are_alike(
    editor: Colleague, office_database: Database
) -> None:
    for year in (LAST_YEAR - 1, LAST_YEAR):
        fill_year(office_database, year, 12, 20, 80)
    lay_down(editor, office_database)
    page = editor.get(INDICATOR).text
    assert '<th scope="col" class="number">件数から計算した値（％）</th>' in page
    assert "（計画の現状値）" not in page
    lay_down(editor, office_database, as_planned="1")
    page = editor.get(INDICATOR).text
    assert "7.86（計画の現状値）" in page
    assert "計画と同じ数え方だと、職員が確かめています" in page


def test_a_formula_keeps_its_history(editor: Colleague, office_database: Database) -> None:
    lay_down(editor, office_database)
    lay_down(editor, office_database)
    lay_down(editor, office_database, as_planned="1", note="郵送を含む")
    editor.post(FORMULA, {"kind": ""})
    with office_database.reading() as session:
        kinds = session.scalars(select(IndicatorFormula.kind).order_by(IndicatorFormula.number)).all()
    assert kinds == ["store_share", "store_share", None]
    page = editor.get(FORMULA).text
    assert "これまでの数え方" in page
    assert "郵送を含む" in page
    before, after = (actions(office_database, "indicator_formula")[-1].details[name] for name in ("before", "after"))
    assert (before["as_planned"], after) == (True, None)
    editor.post(FORMULA, {"kind": "magic"}, 422)
    editor.post(FORMULA, {"kind": "store_share", "note": "長" * 201}, 422)


def test_applications_are_summed_for_an_indicator(editor: Colleague, office_database: Database) -> None:
    rows = [(f"{month:%Y-%m}", "犬の登録", "", "", "100") for month in months_of_year(LAST_YEAR)]
    take(editor, table(APPLICATIONS, *rows))
    path = f"/staff/{CODE}/indicators/ind-simple-application/formula"
    editor.post(path, {"kind": "applications", "procedures": "犬の登録"})
    page = editor.get(f"/staff/{CODE}/tables/indicators/ind-simple-application").text
    assert "1,200件" in page
    assert "電子申請 1,200件" in page
    assert "件数から計算した値（件）" in page


def test_an_indicator_of_another_office_is_not_touched(office: Flask, office_database: Database) -> None:
    other = signed_in(office, [Role.EDITOR], CODE, department=office_id(office_database, TAX))
    with office_database.reading() as session:
        found = session.get_one(Indicator, (CODE, "ind-convenience-citizens"))
        assert found.department != office_id(office_database, TAX)
    other.get(FORMULA, 404)
    other.post(FORMULA, {"kind": "store_share"}, 404)
    other.post(TAKE_OVER, {"year": str(LAST_YEAR), "seen": "20.00"}, 404)


def test_the_pages_of_a_town_without_counts_say_so(office: Flask) -> None:
    viewer = signed_in(office, [Role.VIEWER], "242047")
    assert "まだ入っていません" in viewer.get("/staff/242047/counts").text
    assert "まだ入っていません" in viewer.get("/staff/242047/counts/hours").text
    book = load_workbook(io.BytesIO(viewer.get("/staff/242047/measures.xlsx").data))
    assert book.sheetnames == ["はじめに", "施策", "指標", "ニーズ票", "予定"]


@pytest.mark.parametrize(
    ("unit", "target", "told"),
    [
        ("", "1,000件", "件"),
        ("", "27手続以上", "手続"),
        ("", "35％", "%"),
        ("件", "100人", "件"),
        ("", "年1回以上", ""),
        ("", "延べ33万枚", ""),
        ("", "すべての市民", ""),
        ("", "100", ""),
        ("", None, ""),
    ],
)
def test_a_unit_that_stands_with_the_target_is_read(unit: str, target: str | None, told: str) -> None:
    assert unit_of(Indicator(unit=unit, target={"value": target})) == told
