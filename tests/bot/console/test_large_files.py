"""Large files: the jobs process reads them, the page shows how far it is, and nothing is done half."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import threading
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from bot import jobs
from bot.console.importing import LARGE
from bot.effect_jobs import JobFaultError
from bot.import_jobs import SHEETS_LOOK, SHEETS_TAKE, take_sheets
from bot.services import Services
from knowledge.brought_files import KEPT, MOST_WAITING, forget_old_files
from knowledge.calendar import now
from knowledge.db import Database
from knowledge.jobs import StopAskedError, claim_job, stop_job
from knowledge.models import AuditLine, BroughtFile, Entry, Municipality, Plan, Term
from knowledge.roles import Role
from knowledge.sheet_kinds import KINDS
from knowledge.sheet_rows import generated_key
from tests.support.staff import Colleague, signed_in

CODE = "242047"
SHEETS, FAQ, PLAN = f"/staff/{CODE}/sheets", f"/staff/{CODE}/faq", f"/staff/{CODE}/plans/import"
LONG = "この説明はとても長いものです。" * 14
TERMS = 420


@pytest.fixture
def kit(office: Flask) -> Services:
    found: Services = office.extensions["kotae"]
    return found


@pytest.fixture
def chief(office: Flask) -> Colleague:
    return signed_in(office, [Role.APPROVER], CODE, name="承認 花子")


@pytest.fixture(autouse=True)
def alone(office_database: Database) -> None:
    """One person decides here, unless a test says otherwise; no file of another test waits."""
    with office_database.writing() as session:
        session.execute(delete(BroughtFile))
        session.get_one(Municipality, CODE).separate_approver = False


def _terms(mark: str, *, plan: str | None = None) -> bytes:
    """A sheet of terms that are new, larger than what is read at once."""
    with io.StringIO() as stream:
        writer = csv.writer(stream)
        writer.writerow(["ID", "版", "状態", "用語", "意味", "出典の計画書", "出典の箇所", "確認した日"])
        for number in range(TERMS):
            writer.writerow(
                ["", "", "公開", f"{mark}{number}番", f"{mark}。{LONG}", plan or "", "用語集", "2026-10-01"]
            )
        content = stream.getvalue().encode()
    assert len(content) > LARGE
    return content


def _plan_of(database: Database) -> str:
    """The plan that the municipality's own terms are of."""
    with database.reading() as session:
        term = session.scalars(select(Term).where(Term.municipality_code == CODE)).first()
        assert term is not None
        return session.get_one(Plan, (CODE, term.source_plan)).short_title


def _sent(colleague: Colleague, path: str, content: bytes, name: str, **fields: str) -> str:
    """Where the page goes on to, once the file is brought."""
    data = {"file": (io.BytesIO(content), name), **fields}
    return colleague.post(path, data, 303, content_type="multipart/form-data").location


def _worked(kit: Services) -> None:
    jobs.work(kit, threading.Event(), once=True)


def _page(colleague: Colleague, place: str, status: int = 200) -> str:
    """What the progress page leads to, once the work is done."""
    return unescape(colleague.get(colleague.get(place, 303).location, status).text)


def _carried(page: str) -> str:
    found = re.search(r'name="carried" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def _count(database: Database, mark: str) -> int:
    with database.reading() as session:
        wanted = (
            select(func.count()).select_from(Term).where(Term.municipality_code == CODE, Term.term.startswith(mark))
        )
        return session.scalar(wanted) or 0


def test_a_large_sheet_is_looked_at_and_taken_in_while_the_page_shows_how_far_it_is(
    kit: Services, chief: Colleague, office_database: Database
) -> None:
    content = _terms("大きな表の語", plan=_plan_of(office_database))
    place = _sent(chief, f"{SHEETS}/import", content, "terms.csv", publish="1")
    waiting = chief.get(place)
    assert waiting.headers["Refresh"] == "3"
    assert "順番を待っています" in waiting.text
    assert "まだ何も変えていません" in waiting.text
    _worked(kit)
    page = _page(chief, place)
    assert f"追加 {TERMS}件" in page
    assert "大きな表の語0番" in page
    assert _count(office_database, "大きな表の語") == 0
    held = _carried(page)
    assert len(held) < 100, "the browser holds no copy of a large file"
    taking = chief.post(f"{SHEETS}/import", {"carried": held, "publish": "1"}).location
    assert "すべて入るか、何も変わらないか" in chief.get(taking).text
    _worked(kit)
    assert f"取り込みました（追加{TERMS}件）。次の質問から使われます。" in _page(chief, taking)
    assert _count(office_database, "大きな表の語") == TERMS
    with office_database.reading() as session:
        line = session.scalars(select(AuditLine).where(AuditLine.action == "sheets_imported")).all()[-1]
        assert (line.account_id, line.details["added"]) == (chief.account_id, TERMS)
    assert "もう取り込みました" in chief.post(f"{SHEETS}/import", {"carried": held, "publish": "1"}, status=422).text


def test_work_that_is_begun_anew_after_it_was_done_does_it_no_second_time(
    kit: Services, chief: Colleague, office_database: Database
) -> None:
    content = _terms("二度目の語", plan=_plan_of(office_database))
    place = _sent(chief, f"{SHEETS}/import", content, "terms.csv")
    _worked(kit)
    chief.post(f"{SHEETS}/import", {"carried": _carried(_page(chief, place))})
    claimed = claim_job(office_database, [SHEETS_TAKE], now())
    assert claimed is not None
    first = take_sheets(kit, CODE, claimed.payload, lambda _: None)
    # The process ended before it could say so; the next one takes the work up.
    assert take_sheets(kit, CODE, claimed.payload, lambda _: None) == first
    assert first["counts"]["added"] == TERMS == _count(office_database, "二度目の語")


def test_faults_of_a_large_file_are_told_by_row_and_nothing_is_taken(
    kit: Services, chief: Colleague, office_database: Database
) -> None:
    place = _sent(chief, f"{SHEETS}/import", _terms("ない計画の語", plan="ない計画"), "terms.csv")
    _worked(kit)
    page = _page(chief, place, 422)
    assert re.search(r"2行目 [A-Z]列「出典の計画書」: 「ない計画」は", page)
    assert "まだ何も取り込んでいません" in page
    assert 'name="carried"' not in page
    assert _count(office_database, "ない計画の語") == 0


def test_a_file_that_is_no_table_is_said_where_it_was_brought(kit: Services, chief: Colleague) -> None:
    place = _sent(chief, f"{SHEETS}/import", b"PK\x03\x04" + b"rubbish" * (LARGE // 6), "terms.xlsx")
    _worked(kit)
    page = _page(chief, place, 422)
    with kit.database.reading() as session:
        assert not session.scalars(select(BroughtFile)).all(), "what is no good is not kept"
    assert "ファイル" in page
    assert "file.xlsx" not in page


def test_a_look_can_be_stopped_before_and_while_it_is_done(
    kit: Services, chief: Colleague, office_database: Database
) -> None:
    content = _terms("止めた語", plan=_plan_of(office_database))
    place = _sent(chief, f"{SHEETS}/import", content, "terms.csv")
    chief.post(f"{place}/stop", {})
    page = chief.get(place).text
    assert "止めました" in page
    assert "何も変えていません" in page
    assert "もう一度ファイルをえらぶ" in page

    place = _sent(chief, f"{SHEETS}/import", content, "terms.csv")
    seen: list[float] = []

    def progress(share: float) -> None:
        seen.append(share)
        if share > 0.5:
            raise StopAskedError("x")

    claimed = claim_job(office_database, [SHEETS_LOOK], now())
    assert claimed is not None
    with pytest.raises(StopAskedError):
        jobs.WORKS[SHEETS_LOOK](kit, CODE, claimed.payload, progress)
    assert len(seen) > TERMS / 2
    assert seen == sorted(seen)
    with office_database.writing() as session:
        stop_job(session, CODE, claimed.id, now())


def test_whoever_sends_one_large_file_after_the_other_is_asked_to_wait(
    kit: Services, chief: Colleague, office_database: Database
) -> None:
    content = _terms("たくさんの語", plan=_plan_of(office_database))
    places = [_sent(chief, f"{SHEETS}/import", content, "terms.csv") for _ in range(MOST_WAITING)]
    data = {"file": (io.BytesIO(content), "terms.csv")}
    page = chief.post(f"{SHEETS}/import", data, 422, content_type="multipart/form-data").text
    assert "読み取りを待っているファイルが5つあります" in page
    chief.post(f"{places[0]}/stop", {})
    place = _sent(chief, f"{SHEETS}/import", content, "terms.csv")
    for each in (*places[1:], place):
        chief.post(f"{each}/stop", {})


def test_what_was_changed_meanwhile_is_not_written_over(
    kit: Services, chief: Colleague, office_database: Database
) -> None:
    place = _sent(chief, f"{SHEETS}/import", _terms("重なった語", plan=_plan_of(office_database)), "terms.csv")
    _worked(kit)
    held = _carried(_page(chief, place))
    taking = chief.post(f"{SHEETS}/import", {"carried": held}).location
    with office_database.writing() as session:
        row = session.scalars(select(Term).where(Term.municipality_code == CODE)).first()
        assert row is not None
        session.add(
            Term(
                municipality_code=CODE, entry_id=generated_key(KINDS["terms"], "重なった語1番"), term="重なった語1番", reading="", meaning="ほかの人が書いた。",
                aliases=[], source_plan=row.source_plan, source_section="用語集", state="published", version=1,
                by_staff=True, updated_at=now(), phrasings=[],
                checked_on=row.checked_on,
            )
        )  # fmt: skip
    _worked(kit)
    page = chief.get(taking).text
    assert "ほかの人が内容を変えました" in page
    assert _count(office_database, "重なった語") == 1


def test_nobody_sees_or_takes_anothers_file(
    office: Flask, kit: Services, chief: Colleague, office_database: Database
) -> None:
    other = signed_in(office, [Role.APPROVER], CODE, name="別の 次郎")
    place = _sent(chief, f"{SHEETS}/import", _terms("人の語", plan=_plan_of(office_database)), "terms.csv")
    other.get(place, 404)
    other.post(f"{place}/stop", {}, status=404)
    _worked(kit)
    done = chief.get(place, 303).location
    other.get(done, 404)
    told = other.post(f"{SHEETS}/import", {"carried": _carried(chief.get(done).text)}, status=422).text
    assert "もう一度ファイルをえらんで" in told
    # Nor does a page of another purpose.
    told = chief.post(FAQ, {"carried": _carried(chief.get(done).text), "title": "", "url": ""}, status=422).text
    assert "もう一度ファイルをえらんで" in told


def test_where_somebody_else_approves_a_large_file_is_asked_for(
    office: Flask, kit: Services, office_database: Database
) -> None:
    with office_database.writing() as session:
        session.get_one(Municipality, CODE).separate_approver = True
    editor = signed_in(office, [Role.EDITOR], CODE, name="書く 一郎")
    place = _sent(editor, f"{SHEETS}/import", _terms("依頼の語", plan=_plan_of(office_database)), "terms.csv")
    _worked(kit)
    page = _page(editor, place)
    assert "この内容で取り込む" not in page
    held = _carried(page)
    told = editor.post(f"{SHEETS}/import", {"carried": held}, status=422).text
    assert "取り込むには承認が要ります" in told
    request = editor.post(f"{SHEETS}/import", {"carried": held, "ask": "1"}).location
    assert "/changes/" in request
    assert _count(office_database, "依頼の語") == 0


def test_what_nobody_came_back_for_is_gone_after_a_day(
    kit: Services, chief: Colleague, office_database: Database
) -> None:
    place = _sent(chief, f"{SHEETS}/import", _terms("古い語", plan=_plan_of(office_database)), "terms.csv")
    _worked(kit)
    held = _carried(_page(chief, place))
    with office_database.writing() as session:
        forget_old_files(session, now() + KEPT + dt.timedelta(minutes=1))
        assert not session.scalars(select(BroughtFile)).all()
    assert "もう一度ファイルをえらんで" in chief.post(f"{SHEETS}/import", {"carried": held}, status=422).text
    with pytest.raises(JobFaultError, match="もう一度ファイルをえらんで"):
        take_sheets(kit, CODE, {"file": "none"}, lambda _: None)


def _list(mark: str, rows: int = 420) -> bytes:
    with io.StringIO() as stream:
        csv.writer(stream).writerows(
            [
                ["件名", "中身", "問い"],
                *([f"{n}", f"{mark}の答え{n}です。{LONG}", f"{mark}の{n}番の手続きはどこですか"] for n in range(rows)),
            ]
        )
        return stream.getvalue().encode()


def test_a_large_list_of_questions_gets_its_columns_chosen_and_its_likenesses_looked_for(
    kit: Services, chief: Colleague, office_database: Database
) -> None:
    given = {"title": "大きな一覧", "url": ""}
    place = _sent(chief, FAQ, _list("一覧"), "list.csv", **given)
    _worked(kit)
    page = _page(chief, place, 422)
    assert "質問の列と答えの列が分かりません" in page
    again = {"carried": _carried(page), "column-question": "C", "column-answer": "B", "look": "1", **given}
    place = chief.post(FAQ, again).location
    _worked(kit)
    page = _page(chief, place)
    assert "下書きに追加 420件" in page
    assert "よく似た質問" in page
    assert '<option value="C" selected' in page
    there = chief.post(FAQ, {"carried": _carried(page), "column-question": "C", "column-answer": "B", **given}).location
    assert "state=draft" in there
    with office_database.reading() as session:
        wanted = select(func.count()).select_from(Entry).where(Entry.question.startswith("一覧の"))
        assert session.scalar(wanted) == 420


def test_a_large_plan_is_read_and_kept_as_drafts(kit: Services, chief: Colleague, office_database: Database) -> None:
    lines = [f"第{n}章　大きな章{n}\n\n{LONG}\n" for n in range(1, 500)]
    given = {"title": "大きな計画", "short_title": "", "from": "2027-04-01", "until": "2032-03-31", "url": ""}
    place = _sent(chief, PLAN, "\n".join(lines).encode(), "plan.txt", **given)
    _worked(kit)
    page = _page(chief, place)
    assert "大きな計画" in page
    assert "まだ取り込んでいません" in page
    there = chief.post(PLAN, {"carried": _carried(page), **given}).location
    assert "大きな計画" in chief.get(there).text
    with office_database.reading() as session:
        assert session.scalars(select(Plan).where(Plan.title == "大きな計画")).one().imported


def test_a_large_plan_without_letters_is_said_where_it_was_brought(kit: Services, chief: Colleague) -> None:
    given = {"title": "空の計画", "short_title": "", "from": "", "until": "", "url": ""}
    place = _sent(chief, PLAN, b" \n" * (LARGE * 2 // 3), "plan.txt", **given)
    _worked(kit)
    page = _page(chief, place, 422)
    assert "空のファイル" in page or "文字がありません" in page
    assert 'value="空の計画"' in page
