"""表の出し入れ: out in every form, back as differences first, then all or nothing."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from bot.import_gate import Gate
from knowledge.calendar import now
from knowledge.check_questions import keep_check_question, new_check_question
from knowledge.db import Database
from knowledge.entry_versions import Author, revised
from knowledge.models import AuditLine, CheckQuestionRow, Entry, EntryVersion, Municipality, Term
from knowledge.roles import Role
from knowledge.spreadsheet_files import read_tables, write_tables
from knowledge.tabular import OutSheet
from tests.support.staff import Colleague, signed_in

CODE = "242047"
PATH = f"/staff/{CODE}/sheets"


@pytest.fixture(autouse=True)
def alone(office_database: Database) -> None:
    """One person decides here; where nobody approves their own, test_changes tells."""
    with office_database.writing() as session:
        session.get_one(Municipality, CODE).separate_approver = False


@pytest.fixture
def chief(office: Flask) -> Colleague:
    return signed_in(office, [Role.APPROVER], CODE, name="承認 花子")


def _taken(who: Colleague, kind: str, form: str, path: Path) -> Path:
    path.write_bytes(who.post(f"{PATH}/export", {"kind": kind, "form": form}, status=200).data)
    return path


def _table(path: Path) -> list[list[str]]:
    (sheet,) = [sheet for sheet in read_tables(path) if sheet.rows]
    width = len(sheet.rows[0].cells)
    return [[row.text(place) for place in range(width)] for row in sheet.rows]


def _bare(rows: list[list[str]], path: Path) -> bytes:
    """As 無害化 gives a file back: no styles, no name of the sheet."""
    headings = tuple(rows[0])
    out = OutSheet("Sheet1", headings, (10,) * len(headings), frozenset(), [tuple(row) for row in rows[1:]])
    write_tables(path, [], [out])
    return path.read_bytes()


def _look(who: Colleague, content: bytes, name: str = "a.xlsx", status: int = 200, **fields: str) -> str:
    data = {"file": (io.BytesIO(content), name), **fields}
    return who.post(f"{PATH}/import", data, status, content_type="multipart/form-data").text


def _token(page: str) -> str:
    found = re.search(r'name="carried" value="([^"]+)"', page)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_what_goes_out_comes_back_without_a_change(chief: Colleague, tmp_path: Path, form: str) -> None:
    out = _taken(chief, "all", form, tmp_path / ("a.xlsx" if form == "xlsx" else "a.zip"))
    page = _look(chief, out.read_bytes(), out.name)
    assert "変わるところはありません" in page


def test_a_changed_sheet_is_shown_row_by_row_and_then_taken(
    chief: Colleague, office_database: Database, tmp_path: Path
) -> None:
    rows = _table(_taken(chief, "entries", "xlsx", tmp_path / "out.xlsx"))
    answers = rows[0].index("答え")
    rows[1][answers] += "表で足した一文です。"
    key = rows[1][0]
    page = _look(chief, _bare(rows, tmp_path / "back.xlsx"))
    assert "まだ何も変えていません" in page
    assert "表で足した一文です。" in page
    with office_database.reading() as session:
        assert "表で足した" not in session.get_one(Entry, (CODE, key)).answer
    chief.post(f"{PATH}/import", {"carried": _token(page)})
    with office_database.reading() as session:
        assert session.get_one(Entry, (CODE, key)).answer.endswith("表で足した一文です。")
        made = session.scalars(
            select(EntryVersion).where(EntryVersion.entry_id == key).order_by(EntryVersion.number)
        ).all()[-1]
        assert (made.author_name, made.author) == ("承認 花子", str(chief.account_id))
        line = session.scalars(select(AuditLine).where(AuditLine.action == "sheets_imported")).one()
        assert line.details["changed"] == 1
    # The same button once more does nothing.
    chief.post(f"{PATH}/import", {"carried": _token(page)}, status=409)


def test_a_fault_names_sheet_row_and_column_and_nothing_is_taken(
    chief: Colleague, office_database: Database, tmp_path: Path
) -> None:
    rows = _table(_taken(chief, "terms", "csv", tmp_path / "out.csv"))
    meaning, plan = rows[0].index("意味"), rows[0].index("出典の計画書")
    rows[1][meaning] = "よい意味に直しました。"
    rows[2][plan] = "ない計画"
    page = _look(chief, _bare(rows, tmp_path / "back.xlsx"), status=422)
    assert re.search(r"シート「Sheet1」3行目 [A-Z]列「出典の計画書」: 「ない計画」は", page)
    assert 'name="carried"' not in page
    with office_database.reading() as session:
        assert "よい意味に" not in session.get_one(Term, (CODE, rows[1][0])).meaning


def test_what_somebody_changed_between_looking_and_doing_is_looked_at_again(
    chief: Colleague, office_database: Database, tmp_path: Path
) -> None:
    rows = _table(_taken(chief, "terms", "xlsx", tmp_path / "out.xlsx"))
    meaning, version = rows[0].index("意味"), rows[0].index("版")
    for row in rows:
        del row[version]
    meaning -= version < meaning
    rows[1][meaning] = "新しい意味を、ここに書きました。"
    page = _look(chief, _bare(rows, tmp_path / "back.xlsx"))
    with office_database.writing() as session:
        session.get_one(Term, (CODE, rows[1][0])).meaning = "その間に変わった意味です。"
    told = chief.post(f"{PATH}/import", {"carried": _token(page)}, status=409).text
    assert "もう一度ファイルをえらんで" in told
    with office_database.reading() as session:
        assert session.get_one(Term, (CODE, rows[1][0])).meaning == "その間に変わった意味です。"


def test_what_shift_jis_cannot_write_is_said(chief: Colleague, office_database: Database, tmp_path: Path) -> None:
    with office_database.writing() as session:
        term = session.scalars(select(Term).where(Term.municipality_code == CODE)).first()
        assert term is not None
        term.meaning = "書けない文字は𠮟ると🙂です。"
    told = chief.post(f"{PATH}/export", {"kind": "terms", "form": "sjis"}, status=422).text
    assert "Shift_JIS で書けない文字" in told
    assert _taken(chief, "departments", "sjis", tmp_path / "a.csv").read_bytes().decode("cp932")


def test_what_was_shown_to_one_is_not_done_by_another(office: Flask, chief: Colleague, tmp_path: Path) -> None:
    rows = _table(_taken(chief, "departments", "xlsx", tmp_path / "out.xlsx"))
    rows[1][rows[0].index("役割")] = "新しい役割です。"
    token = _token(_look(chief, _bare(rows, tmp_path / "back.xlsx")))
    other = signed_in(office, [Role.APPROVER], CODE)
    assert "別の画面で" in other.post(f"{PATH}/import", {"carried": token}, status=422).text
    elsewhere = signed_in(office, [Role.APPROVER], "222232")
    elsewhere.post(f"{PATH}/import", {"carried": token}, status=404)


def test_only_whoever_works_for_the_whole_municipality_takes_and_brings(office: Flask) -> None:
    own = signed_in(office, [Role.APPROVER], CODE, department="dep-some")
    assert "受け取れるのは" in own.get(PATH).text
    own.post(f"{PATH}/export", {"kind": "all"}, status=404)
    own.post(f"{PATH}/import", {}, status=404)
    viewer = signed_in(office, [Role.VIEWER], CODE)
    assert "取り込みを依頼できるのは" in viewer.get(PATH).text
    viewer.post(f"{PATH}/import", {}, status=403)
    editor = signed_in(office, [Role.EDITOR], CODE)
    assert "変わるところを確かめる" in editor.get(PATH).text
    editor.post(f"{PATH}/export", {"kind": "no-such"}, status=404)


def test_an_import_that_would_answer_the_check_questions_worse_is_not_taken(
    chief: Colleague, office_database: Database, tmp_path: Path
) -> None:
    rows = _table(_taken(chief, "entries", "xlsx", tmp_path / "out.xlsx"))
    question, state, live = rows[0].index("質問"), rows[0].index("状態"), [row for row in rows[1:] if "公開" in row]
    asked = [new_check_question(row[question], "answer") for row in live[:3]]
    with office_database.writing() as session:
        for one in asked:
            keep_check_question(session, CODE, one, now())
    try:
        for row in live:
            row[state] = "終了"  # of what is published nothing is left
        page = _look(chief, _bare(rows, tmp_path / "back.xlsx"))
        assert "取り込めません" in page
        assert asked[0].text in page
        assert 'name="carried"' not in page
        for row in live:
            row[state] = "公開"
        live[0][rows[0].index("答え")] += "一文を足します。"
        page = _look(chief, _bare(rows, tmp_path / "back.xlsx"))
        assert re.search("確認用の質問3問のうち、正しく答えるのは、今([0-9])問、取り込むと\\1問です", page)
        _token(page)
    finally:
        with office_database.writing() as session:
            for one in asked:
                session.delete(session.get_one(CheckQuestionRow, (CODE, one.id)))


def test_one_press_takes_an_import_back_and_the_page_tells_what_stayed(
    chief: Colleague, office: Flask, office_database: Database, tmp_path: Path
) -> None:
    rows = _table(_taken(chief, "entries", "xlsx", tmp_path / "out.xlsx"))
    answers = rows[0].index("答え")
    keys, old = [row[0] for row in rows[1:4]], [row[answers] for row in rows[1:4]]
    for row in rows[1:4]:
        row[answers] += "まちがえて足した一文です。"
    page = _look(chief, _bare(rows, tmp_path / "back.xlsx"))
    chief.post(f"{PATH}/import", {"carried": _token(page)})
    with office_database.writing() as session:
        changed = session.get_one(Entry, (CODE, keys[2]))
        with revised(session, changed, now(), Author("別の職員")):
            changed.answer = "そのあとに直した文です。"
    shown = chief.get(PATH, 200).text
    address = re.findall(r'action="([^"]+/back)"', shown)[0]
    editor = signed_in(office, [Role.EDITOR], CODE, name="編集 太郎")
    assert "/back" not in editor.get(PATH, 200).text
    editor.post(address, {}, status=403)
    chief.post(address, {})
    told = chief.get(PATH, 200).text
    assert "取り込む前に戻しました（2件）" in told
    assert f"{changed.question}（そのあとに変わりました）" in told
    with office_database.reading() as session:
        assert [session.get_one(Entry, (CODE, key)).answer for key in keys] == [*old[:2], "そのあとに直した文です。"]
        line = session.scalars(select(AuditLine).where(AuditLine.action == "import_taken_back")).one()
        assert (line.details["rows"], line.details["stayed"]) == (2, 1)
    chief.post(address, {})
    assert "もう戻してあります" in chief.get(PATH, 200).text


@pytest.mark.parametrize(
    ("checks", "before", "after", "closed"),
    [
        (0, 0, 0, False),
        (100, 90, 88, False),
        (100, 90, 87, True),
        (10, 9, 8, True),
        (10, 8, 9, False),
        (50, 50, 49, False),
    ],
)
def test_more_than_two_points_are_too_many(checks: int, before: int, after: int, closed: bool) -> None:
    assert Gate(checks, before, after).is_closed is closed
