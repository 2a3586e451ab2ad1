"""変更の承認: what goes live through sheets, slots and tables is looked at by two people, where that is set."""

from __future__ import annotations

import datetime as dt
import html
import io
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import delete, select

from knowledge import change_requests
from knowledge.calendar import now
from knowledge.check_questions import keep_check_question, new_check_question
from knowledge.db import Database
from knowledge.models import (
    AuditLine,
    ChangeRequest,
    CheckQuestionRow,
    Department,
    Entry,
    Indicator,
    Municipality,
    Term,
)
from knowledge.roles import Role
from knowledge.slot_values import slot_values
from tests.support.staff import Colleague, signed_in

CODE = "222232"
PATH = f"/staff/{CODE}/changes"
SLOTS, SHEETS, TERMS = f"/staff/{CODE}/slots", f"/staff/{CODE}/sheets", f"/staff/{CODE}/tables/terms"


@pytest.fixture(autouse=True)
def separate(office_database: Database) -> Iterator[None]:
    """Nobody approves their own, as it is from the first; each test leaves nothing that waits."""
    with office_database.writing() as session:
        session.get_one(Municipality, CODE).separate_approver = True
    yield
    with office_database.writing() as session:
        session.execute(delete(ChangeRequest).where(ChangeRequest.municipality_code == CODE))


@pytest.fixture
def editor(office: Flask) -> Colleague:
    return signed_in(office, [Role.EDITOR], CODE, name="書く 一郎")


@pytest.fixture
def chief(office: Flask) -> Colleague:
    return signed_in(office, [Role.APPROVER], CODE, name="課長 次郎")


def _fields(page: str, start: str = "<main") -> dict[str, str]:
    """The fields of the last form of a page, as they stand there."""
    rest = page[page.index(start) :]
    found = dict(re.findall(r'<input type="(?:text|hidden)"(?: id="[^"]*")? name="([^"]+)" value="([^"]*)"', rest))
    found |= dict(re.findall(r'<textarea id="[^"]*" name="([^"]+)"[^>]*>\n?([^<]*)</textarea>', rest))
    for name, options in re.findall(r'<select id="[^"]*" name="([^"]+)"[^>]*>(.*?)</select>', rest, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return {name: html.unescape(value) for name, value in found.items() if name != "csrf_token"}


def _slots(who: Colleague, value: str, query: str = "", **more: str) -> str:
    """Ask for a value; the address of the request."""
    form = _fields(who.get(SLOTS + query).text) | {"value-counter-fee": value, "ask": "1", **more}
    return str(who.post(SLOTS, form).location)


def _fee(database: Database) -> str | None:
    with database.reading() as session:
        return slot_values(session, CODE).get("counter-fee")


def _approve(who: Colleague, address: str, status: int = 303) -> str:
    shown = re.search(r'name="shown" value="([0-9a-f]{64})"', who.get(address).text)
    return who.post(f"{address}/approve", {"shown": shown[1] if shown else "0" * 64}, status).text


def _term(database: Database) -> tuple[str, str]:
    """The address and the meaning of a published term."""
    with database.reading() as session:
        wanted = select(Term).where(Term.municipality_code == CODE, Term.state == "published").order_by(Term.entry_id)
        term = session.scalars(wanted).first()
    assert term is not None
    return f"{TERMS}/{term.entry_id}", term.meaning


def _row(who: Colleague, address: str, heading: str, value: str, **more: str) -> tuple[str, dict[str, str]]:
    """The name of a field, and the form of a row with another value in it."""
    page = who.get(address).text
    found = re.search(rf'<label for="(cell-\d+)">{heading}', page)
    assert found is not None
    return found[1], _fields(page) | {found[1]: value, **more}


def test_an_editor_fills_slots_looks_asks_and_another_approves(
    editor: Colleague, chief: Colleague, office_database: Database
) -> None:
    before = _fee(office_database)
    form = _fields(editor.get(SLOTS).text) | {"value-counter-fee": "１，２３０円"}
    looked = editor.post(SLOTS, {**form, "look": "1"}, 200).text
    assert re.search(r"<td>値</td><td[^>]*>[^<]*</td><td[^>]*>1,230円</td>", looked)
    assert "保存する</button>" not in looked
    assert "承認が要ります" in editor.post(SLOTS, form, 422).text
    address = _slots(editor, "1230円")
    page = editor.get(address).text
    assert "1,230円" in page
    assert "この内容で承認する" not in page
    editor.post(f"{address}/approve", {"shown": "x"}, 403)
    assert _fee(office_database) == before
    assert "1,230円" in chief.get(address).text
    _approve(chief, address)
    assert _fee(office_database) == "1230"
    done = chief.get(address).text
    assert "課長 次郎" in done
    assert "書く 一郎" in chief.get(PATH).text
    with office_database.reading() as session:
        line = session.scalars(select(AuditLine).where(AuditLine.action == "change_approved")).all()[-1]
    assert (line.login, line.details["author"]) == (chief.login, "書く 一郎")
    assert "「承認」なので" in _approve(chief, address, 409)


def test_what_was_decided_is_listed_as_long_as_the_municipality_keeps_it(
    editor: Colleague, chief: Colleague, office_database: Database
) -> None:
    address = _slots(editor, "1250円")
    chief.post(f"{address}/return", {"reason": "金額が違います"})
    with office_database.writing() as session:
        row = session.get_one(ChangeRequest, address.rpartition("/")[2])
        row.decided_at = now() - dt.timedelta(days=300)
    page = chief.get(PATH).text
    assert address in page
    assert "保存期間（365日）のあいだ、すべて" in page


def test_who_approves_asks_somebody_else_for_their_own(
    office: Flask, chief: Colleague, office_database: Database
) -> None:
    form = _fields(chief.get(SLOTS).text) | {"value-counter-fee": "340円"}
    assert "承認を依頼する" in chief.post(SLOTS, form, 422).text
    address = _slots(chief, "340円")
    assert "自分が依頼した変更は承認できません" in chief.get(address).text
    assert "自分が依頼した変更は承認できません" in _approve(chief, address, 409)
    assert _fee(office_database) != "340"
    _approve(signed_in(office, [Role.APPROVER], CODE), address)
    assert _fee(office_database) == "340"


def test_where_one_person_may_decide_they_do_at_once_or_ask(chief: Colleague, office_database: Database) -> None:
    with office_database.writing() as session:
        session.get_one(Municipality, CODE).separate_approver = False
    form = _fields(chief.get(SLOTS).text) | {"value-counter-fee": "350円"}
    chief.post(SLOTS, form)
    assert _fee(office_database) == "350"
    address = _slots(chief, "360円")
    _approve(chief, address)
    assert _fee(office_database) == "360"


def _file(text: str) -> dict[str, object]:
    return {"file": (io.BytesIO(text.encode()), "a.csv")}


def _carried(page: str) -> dict[str, str]:
    found = re.search(r'name="carried" value="([^"]+)"', page)
    assert found is not None
    return {"carried": found[1]}


def _brought(who: Colleague, address: str, text: str, **more: str) -> dict[str, str]:
    """A file that was looked at, as the form under it."""
    page = who.post(address, {**_file(text), **more}, 200, content_type="multipart/form-data").text
    assert "まだ何も変えていません" in page
    return _carried(page) | more


def test_a_sheet_of_slots_is_asked_for(editor: Colleague, chief: Colleague, office_database: Database) -> None:
    form = _brought(editor, f"{SLOTS}/import", "項目,値,確認した日\n窓口の手数料,410円,\n")
    assert "承認が要ります" in editor.post(f"{SLOTS}/import", form, 422).text
    address = str(editor.post(f"{SLOTS}/import", {**form, "ask": "1"}).location)
    _approve(chief, address)
    assert _fee(office_database) == "410"
    # What was shown is no longer what would be asked for.
    editor.post(f"{SLOTS}/import", {**form, "ask": "1"}, 409)


def _entries(database: Database, answer: str) -> tuple[str, str]:
    """An entry, and a sheet that writes another answer."""
    with database.reading() as session:
        wanted = select(Entry).where(Entry.municipality_code == CODE, Entry.state == "published", Entry.kind == "plan")
        entry = session.scalars(wanted.order_by(Entry.entry_id)).first()
    assert entry is not None
    return entry.entry_id, f"ID,質問,答え\n{entry.entry_id},{entry.question},{answer}\n"


def _answer(database: Database, entry_id: str) -> str:
    with database.reading() as session:
        return session.get_one(Entry, (CODE, entry_id)).answer


def test_a_sheet_is_brought_by_who_edits_and_taken_when_another_approves(
    editor: Colleague, chief: Colleague, office_database: Database
) -> None:
    entry_id, sheet = _entries(office_database, "表で直して、承認を待つ答えです。")
    for who in (editor, chief):
        form = _brought(who, f"{SHEETS}/import", sheet)
        assert "承認が要ります" in who.post(f"{SHEETS}/import", form, 422).text
    address = str(editor.post(f"{SHEETS}/import", _brought(editor, f"{SHEETS}/import", sheet) | {"ask": "1"}).location)
    assert "承認を待つ" not in _answer(office_database, entry_id)
    page = chief.get(address).text
    assert "承認を待つ答えです" in page
    assert "よくある質問1行" in page
    _approve(chief, address)
    assert "承認を待つ" in _answer(office_database, entry_id)
    history = chief.get(f"/staff/{CODE}/answers/{entry_id}/history").text
    assert "書く 一郎" in history
    assert "課長 次郎" in history


def test_a_file_that_would_by_now_answer_the_check_questions_worse_is_not_approved(
    editor: Colleague, chief: Colleague, office_database: Database
) -> None:
    entry_id, _ = _entries(office_database, "")
    with office_database.reading() as session:
        entry = session.get_one(Entry, (CODE, entry_id))
    question = entry.question
    sheet = f'ID,質問,答え,状態\n{entry_id},{question},"{entry.answer}",終了\n'
    address = str(editor.post(f"{SHEETS}/import", _brought(editor, f"{SHEETS}/import", sheet) | {"ask": "1"}).location)
    check = new_check_question(question, "answer", [entry_id])
    with office_database.writing() as session:
        keep_check_question(session, CODE, check, now())
    try:
        told = _approve(chief, address, 409)
        assert "確認用の質問1問のうち、正しく答えるのが、今の1問から0問に減ります" in told
        assert question in told
    finally:
        with office_database.writing() as session:
            session.delete(session.get_one(CheckQuestionRow, (CODE, check.id)))
    with office_database.reading() as session:
        assert session.get_one(Entry, (CODE, entry_id)).state == "published"


def test_drafts_alone_are_brought_as_before(editor: Colleague, chief: Colleague, office_database: Database) -> None:
    address, _ = _term(office_database)
    with office_database.writing() as session:
        session.get_one(Term, (CODE, address.rpartition("/")[2])).state = "draft"
    sheet = f"ID,用語,意味\n{address.rpartition('/')[2]},下書きの語,下書きのまま直した意味です。\n"
    form = _brought(chief, f"{SHEETS}/import", sheet)
    chief.post(f"{SHEETS}/import", form)
    with office_database.writing() as session:
        term = session.get_one(Term, (CODE, address.rpartition("/")[2]))
        assert (term.meaning, term.state) == ("下書きのまま直した意味です。", "draft")
    # Whoever edits writes drafts, in a sheet as on the page; what residents read is asked for.
    form = _brought(editor, f"{SHEETS}/import", sheet.replace("のまま", "を表で"))
    editor.post(f"{SHEETS}/import", form)
    assert "すべて下書きです" in editor.get(SHEETS).text
    with office_database.reading() as session:
        assert session.get_one(Term, (CODE, address.rpartition("/")[2])).meaning == "下書きを表で直した意味です。"
    _, form = _row(editor, address, "意味", "編集の人が直した下書きです。", state="下書き")
    editor.post(address, form)
    with office_database.writing() as session:
        term = session.get_one(Term, (CODE, address.rpartition("/")[2]))
        assert term.meaning == "編集の人が直した下書きです。"
        term.state = "published"


def test_a_published_row_is_looked_at_and_asked_for(
    editor: Colleague, chief: Colleague, office_database: Database
) -> None:
    address, before = _term(office_database)
    _, form = _row(editor, address, "意味", "承認を待つ意味です。")
    looked = editor.post(address, {**form, "look": "1"}, 200).text
    assert "まだ何も変えていません" in looked
    assert f'{html.escape(before)}</td><td class="written">承認を待つ意味です。' in looked
    assert "「承認」の役割を持つ人" in editor.post(address, form, 422).text
    assert "市町村の設定" in chief.post(address, form, 422).text
    request = str(editor.post(address, {**form, "ask": "1"}).location)
    assert _term(office_database)[1] == before
    _approve(chief, request)
    assert _term(office_database)[1] == "承認を待つ意味です。"
    _, unchanged = _row(editor, address, "意味", "承認を待つ意味です。")
    assert editor.post(address, {**unchanged, "ask": "1"}).location == TERMS


def test_a_row_is_the_business_of_its_own_department(office: Flask, office_database: Database) -> None:
    with office_database.writing() as session:
        row = session.scalars(select(Indicator).where(Indicator.municipality_code == CODE).order_by(Indicator.entry_id)).first()  # fmt: skip
        own, other = session.scalars(select(Department.entry_id).where(Department.municipality_code == CODE).limit(2))
        assert row is not None
        row.department, row.state = own, "published"
    address = f"/staff/{CODE}/tables/indicators/{row.entry_id}"
    writer = signed_in(office, [Role.EDITOR], CODE, department=own)
    _, form = _row(writer, address, "単位", "回")
    request = str(writer.post(address, {**form, "ask": "1"}).location)
    away = signed_in(office, [Role.APPROVER], CODE, department=other)
    assert row.name not in away.get(PATH).text
    away.get(request, 404)
    away.post(f"{request}/approve", {"shown": "x"}, 404)
    away.post(f"{request}/return", {"reason": "x"}, 404)
    # Nor is it given away to another 課 by who works for one alone.
    _, gift = _row(writer, address, "担当課", other)
    writer.post(address, {**gift, "ask": "1"}, 404)
    _approve(signed_in(office, [Role.APPROVER], CODE, department=own), request)
    with office_database.reading() as session:
        assert session.get_one(Indicator, (CODE, row.entry_id)).unit == "回"


def test_what_changed_while_it_was_open_is_shown_anew(
    editor: Colleague, chief: Colleague, office_database: Database
) -> None:
    first, second = _slots(editor, "510円"), _slots(editor, "520円")
    shown = re.search(r'name="shown" value="([0-9a-f]{64})"', chief.get(second).text)
    assert shown is not None
    assert "依頼したときと同じ内容です" in chief.get(second).text
    _approve(chief, first)
    told = chief.post(f"{second}/approve", {"shown": shown[1]}, 409).text
    assert "変わるところが変わりました" in told
    assert "依頼のあとに、今の内容が変わりました" in told
    assert re.search(r"<td>値</td><td[^>]*>510円</td><td[^>]*>520円</td>", told)
    assert _fee(office_database) == "510"
    _approve(chief, second)
    assert _fee(office_database) == "520"


def test_what_cannot_be_done_any_more_says_why(editor: Colleague, chief: Colleague, office_database: Database) -> None:
    address, _ = _term(office_database)
    _, form = _row(editor, address, "意味", "もう行がない語の意味です。")
    request = str(editor.post(address, {**form, "ask": "1"}).location)
    with office_database.writing() as session:
        session.get_one(Term, (CODE, address.rpartition("/")[2])).state = "deleted"
    page = chief.get(request).text
    assert "この用語は、もうありません" in page
    assert "この内容で承認する" not in page
    assert "もうありません" in _approve(chief, request, 409)
    with office_database.writing() as session:
        session.get_one(Term, (CODE, address.rpartition("/")[2])).state = "published"


def test_what_is_sent_back_comes_back_filled(
    office: Flask, editor: Colleague, chief: Colleague, office_database: Database
) -> None:
    request = _slots(editor, "610円")
    chief.post(f"{request}/return", {"reason": " "}, 422)
    chief.post(f"{request}/return", {"reason": "金額は620円です"})
    assert "金額は620円です" in editor.get(f"/staff/{CODE}/").text
    page = editor.get(request).text
    link = re.search(r'<a class="button main" href="([^"]+)"', page)
    assert link is not None
    form = editor.get(link[1]).text
    assert 'value="610円"' in form
    assert "金額は620円です" in form
    signed_in(office, [Role.EDITOR], CODE).get(link[1], 404)
    again = _slots(editor, "620円", query=link[1].partition(SLOTS)[2])
    assert again == request
    _approve(chief, again)
    assert _fee(office_database) == "620"
    # A row comes back the same way.
    address, _ = _term(office_database)
    _, row = _row(editor, address, "意味", "差し戻される意味です。")
    request = str(editor.post(address, {**row, "ask": "1"}).location)
    chief.post(f"{request}/return", {"reason": "もっと短く"})
    link = re.search(r'<a class="button main" href="([^"]+)"', editor.get(request).text)
    assert link is not None
    filled = editor.get(link[1]).text
    assert "差し戻される意味です。" in filled
    assert editor.post(address, {**_fields(filled), "ask": "1"}).location == request
    # A file is brought again, in place of the one that was sent back.
    _, sheet = _entries(office_database, "差し戻される表の答えです。")
    form_of = _brought(editor, f"{SHEETS}/import", sheet)
    request = str(editor.post(f"{SHEETS}/import", {**form_of, "ask": "1"}).location)
    chief.post(f"{request}/return", {"reason": "表が違います"})
    link = re.search(r'<a class="button main" href="([^"]+)"', editor.get(request).text)
    assert link is not None
    assert "表が違います" in editor.get(link[1]).text
    named = {"request": request.rpartition("/")[2]}
    anew = _brought(editor, f"{SHEETS}/import", sheet, **named)
    assert str(editor.post(f"{SHEETS}/import", {**anew, "ask": "1"}).location) == request


def test_who_asked_takes_it_back(office: Flask, editor: Colleague, chief: Colleague) -> None:
    request = _slots(editor, "710円")
    assert "依頼を取り下げる" not in chief.get(request).text
    assert "依頼した人だけ" in chief.post(f"{request}/withdraw", status=409).text
    editor.post(f"{request}/withdraw")
    assert "取り下げ" in editor.get(request).text
    assert "「取り下げ」なので" in _approve(chief, request, 409)
    viewer = signed_in(office, [Role.VIEWER], CODE)
    viewer.get(request)
    viewer.post(f"{request}/withdraw", status=403)


def test_the_week_leads_to_what_waits(editor: Colleague, chief: Colleague) -> None:
    request = _slots(editor, "810円")
    page = chief.get(f"/staff/{CODE}/").text
    assert "窓口の手数料" in page
    assert f'href="{PATH}"' in page
    assert request in chief.get(PATH).text
    assert "窓口の手数料" not in editor.get(f"/staff/{CODE}/").text
    chief.get(f"{PATH}/no-such", 404)
    elsewhere = signed_in(chief.client.application, [Role.APPROVER], "242047")
    elsewhere.get(request, 404)
    elsewhere.get(request.replace(CODE, "242047"), 404)


def test_a_municipality_that_is_not_there_is_no_fault(office: Flask) -> None:
    everywhere = signed_in(office, [Role.APPROVER], None)
    for page in ("changes", "changes/x", "sheets", "slots", "tables/terms/add", "tables/terms/x"):
        response = everywhere.client.get(f"/staff/999999/{page}", headers={"Host": "127.0.0.1"})
        assert response.status_code in (200, 404), page


def test_one_person_asks_for_no_more_than_anybody_can_look_through(
    office_database: Database, editor: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_requests, "MOST_WAITING", 2)
    for value in ("200円", "300円"):
        assert _slots(editor, value).startswith(f"{PATH}/")
    assert _slots(editor, "400円") == PATH
    assert "これ以上は依頼できません" in editor.get(PATH).text
    with office_database.reading() as session:
        assert len(session.scalars(select(ChangeRequest).where(ChangeRequest.municipality_code == CODE)).all()) == 2
