"""計画の取り込み: a file is looked at, kept as drafts, checked against itself, approved piece by piece."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from knowledge.attached_texts import attached_texts
from knowledge.db import Database
from knowledge.models import AuditLine, Indicator, Municipality, Plan, PlanSection
from knowledge.plan_import import plan_id_of
from knowledge.roles import Role
from tests.knowledge.plan_files import pdf_file, rows_of, word_file
from tests.support.staff import Colleague, signed_in

CODE = "242047"
PATH = f"/staff/{CODE}/plans"
TITLE = "松阪市かわうそ計画（案）"
PLAN = f"{PATH}/{plan_id_of(TITLE)}"
TEXT = """第1章 川の生きもの
計画期間は令和8年度から令和12年度までです。
第2章 巣箱を置く
かわうその巣箱を、川の両岸に十か所置きます。
"""
BLOCKS = [
    (1, "第1章 川の生きもの"),
    "計画期間は令和8年度から令和12年度までです。",
    (2, "巣箱を置く"),
    "かわうその巣箱を、川の両岸に十か所置きます。",
    [["指標名", "現状値(R7)", "目標値(R12)"], ["かわうその巣箱の数", "2個", "10個"]],
]


@pytest.fixture
def chief(office: Flask) -> Colleague:
    return signed_in(office, [Role.APPROVER], CODE)


def _look(who: Colleague, content: bytes, name: str, status: int = 200, **fields: str) -> str:
    return who.post(
        f"{PATH}/import",
        {"title": TITLE, "file": (io.BytesIO(content), name), **fields},
        status,
        content_type="multipart/form-data",
    ).text


def _token(page: str) -> str:
    found = re.search(r'name="carried" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def _picks(page: str) -> list[str]:
    return re.findall(r'name="ids" value="([^"]+)"', page)


def test_a_plan_is_looked_at_kept_checked_and_approved(
    office: Flask, office_database: Database, chief: Colleague, tmp_path: Path
) -> None:
    editor = signed_in(office, [Role.EDITOR], CODE)
    page = _look(editor, word_file(tmp_path / "a.docx", BLOCKS).read_bytes(), "計画.docx")
    assert "まだ取り込んでいません" in page
    with office_database.reading() as session:
        assert session.get(Plan, (CODE, plan_id_of(TITLE))) is None
    token = _token(page)
    assert editor.post(f"{PATH}/import", {"title": TITLE, "carried": token}).location == PLAN
    shown = editor.get(f"{PLAN}?kind=indicators").text
    assert "かわうその巣箱の数" in shown
    assert "10個です" in shown
    assert not _picks(shown)
    editor.post(f"{PLAN}/decide", {"to": "approve", "ids": "x"}, status=403)
    assert "指摘はありません" in editor.get(f"{PLAN}/check").text

    picks = _picks(chief.get(f"{PLAN}?kind=indicators").text)
    chief.post(f"{PLAN}/decide", {"to": "approve", "ids": picks})
    assert "承認しました" in chief.get(f"{PLAN}?state=approved&kind=indicators").text
    with office_database.reading() as session:
        (indicator,) = session.scalars(select(Indicator).where(Indicator.source_plan == plan_id_of(TITLE)))
        assert indicator.state == "published"
    for to, states in (("discard", {"discarded"}), ("restore", {"draft"})):
        where = "draft" if to == "discard" else "discarded"
        picks = _picks(chief.get(f"{PLAN}?kind=sections&state={where}").text)
        assert picks
        chief.post(f"{PLAN}/decide", {"to": to, "ids": picks})
        with office_database.reading() as session:
            rows = session.scalars(select(PlanSection).where(PlanSection.plan_id == plan_id_of(TITLE)))
            assert {row.state for row in rows if row.text.strip()} == states
    chief.post(f"{PLAN}/decide", {"to": "approve"})
    assert "何もえらんでいません" in chief.get(PLAN).text


def test_whoever_brought_a_plan_does_not_approve_it(office: Flask, office_database: Database, chief: Colleague) -> None:
    title = "とんび計画"
    page = f"{PATH}/{plan_id_of(title)}"
    chief.post(f"{PATH}/import", {"title": title, "carried": _token(_look(chief, TEXT.encode(), "a.txt", title=title))})
    shown = chief.get(page).text
    assert "承認はほかの承認者に頼んでください" in shown
    assert "えらんだものを承認する" not in shown
    picks = _picks(shown)
    chief.post(f"{page}/decide", {"to": "approve", "ids": picks})
    assert "自分が取り込んだものは承認できません" in chief.get(page).text
    assert _states(office_database, title) == {"draft"}
    chief.post(f"{page}/decide", {"to": "discard", "ids": picks[:1]})
    assert _states(office_database, title) == {"draft", "discarded"}
    other = signed_in(office, [Role.APPROVER], CODE)
    other.post(f"{page}/decide", {"to": "approve", "ids": picks[1:]})
    assert _states(office_database, title) == {"approved", "discarded"}


def test_where_one_person_does_all_they_approve_what_they_brought(
    office: Flask, office_database: Database, chief: Colleague
) -> None:
    title = "ひとりの計画"
    page = f"{PATH}/{plan_id_of(title)}"
    chief.post(f"{PATH}/import", {"title": title, "carried": _token(_look(chief, TEXT.encode(), "a.txt", title=title))})
    with office_database.writing() as session:
        session.get_one(Municipality, CODE).separate_approver = False
    chief.post(f"{page}/decide", {"to": "approve", "ids": _picks(chief.get(page).text)})
    with office_database.writing() as session:
        session.get_one(Municipality, CODE).separate_approver = True
    assert _states(office_database, title) == {"approved"}


def _states(database: Database, title: str) -> set[str]:
    with database.reading() as session:
        rows = session.scalars(select(PlanSection).where(PlanSection.plan_id == plan_id_of(title)))
        return {row.state for row in rows if row.text.strip()}


def test_a_figure_that_the_plan_does_not_have_is_found(office_database: Database, chief: Colleague) -> None:
    chief.post(f"{PATH}/import", {"title": "かに計画", "carried": _token(_look(chief, TEXT.encode(), "a.txt"))})
    plan = plan_id_of("かに計画")
    with office_database.writing() as session:
        section = session.scalars(
            select(PlanSection).where(PlanSection.plan_id == plan, PlanSection.text.contains("十か所"))
        ).one()
        session.add(
            Indicator(
                municipality_code=CODE, entry_id=f"{plan}-i-1", state="draft", updated_at=section.updated_at,
                phrasings=[], source_plan=plan, source_section=section.path[-1], checked_on=section.updated_at.date(),
                name="かにの数", unit="匹", interim=[], baseline=None,
                target={"value": "77", "fiscal_year": None, "as_of": None, "note": None},
            )
        )  # fmt: skip
    page = chief.get(f"{PATH}/{plan}/check").text
    assert "数「77」が出典の節にありません" in page


@pytest.mark.parametrize(
    ("content", "name", "fields", "said"),
    [
        pytest.param(TEXT.encode(), "a.exe", {}, "読め", id="kind"),
        pytest.param(b"%PDF-1.7 broken", "a.pdf", {}, "壊れている", id="broken"),
        pytest.param("見出しのない文。".encode(), "a.txt", {}, "期間の終わり", id="period"),
        pytest.param(TEXT.encode(), "a.txt", {"title": " "}, "計画の名前を書いて", id="title"),
        pytest.param(TEXT.encode(), "a.txt", {"title": "あ" * 81}, "80字まで", id="long"),
        pytest.param(TEXT.encode(), "a.txt", {"url": "javascript:alert(1)"}, "https:// で始まる", id="address"),
        pytest.param(TEXT.encode(), "a.txt", {"from": "いつか"}, "日付は", id="day"),
        pytest.param(TEXT.encode(), "", {}, "ファイルをえらんで", id="none"),
    ],
)
def test_what_is_wrong_is_said_with_the_remedy(
    chief: Colleague, content: bytes, name: str, fields: dict[str, str], said: str
) -> None:
    assert said in _look(chief, content, name, 422, **fields)


def test_the_pages_of_a_pdf_are_told(chief: Colleague, tmp_path: Path) -> None:
    page = _look(chief, pdf_file(tmp_path / "a.pdf", [rows_of(TEXT.splitlines())]).read_bytes(), "a.pdf")
    assert "1ページ" in page


def test_a_plan_that_is_none_of_ours_is_not_there(chief: Colleague) -> None:
    chief.get(f"{PATH}/nothing", 404)
    chief.get(f"{PATH}/nothing/check", 404)
    chief.post(f"{PATH}/nothing/decide", {"to": "approve", "ids": "nothing-1"}, status=404)


def _attach(who: Colleague, content: bytes, name: str, plan: str = "dx-plan", status: int = 303) -> str:
    data = {"file": (io.BytesIO(content), name)}
    return who.post(f"{PATH}/{plan}/text", data, status, content_type="multipart/form-data").text


def test_a_plan_that_came_with_the_program_is_checked_once_its_text_is_attached(
    office: Flask, office_database: Database, chief: Colleague
) -> None:
    reader = signed_in(office, [Role.VIEWER], CODE)
    assert "本文が入っていないので、確かめられません" in reader.get(f"{PATH}/dx-plan/check").text
    assert "/plans/dx-plan/text" not in reader.get(f"{PATH}/dx-plan/check").text
    reader.post(f"{PATH}/dx-plan/text", {}, status=403)
    assert "本文を入れる" in chief.get(PATH).text
    _attach(chief, TEXT.encode(), "松阪市の計画.txt")
    page = chief.get(f"{PATH}/dx-plan/check").text
    assert "2の章節" in page
    assert "出典の節が計画書に見つかりません" in page
    assert "2の章節" in chief.get(PATH).text
    chief.post(f"{PATH}/dx-plan/text/remove", {})
    assert "確かめられません" in chief.get(f"{PATH}/dx-plan/check").text
    with office_database.reading() as session:
        told = [
            (line.action, line.subject, line.details)
            for line in session.scalars(select(AuditLine).order_by(AuditLine.number.desc()).limit(2))
        ]
    assert told == [
        ("plan_text_removed", "dx-plan", {}),
        ("plan_text_attached", "dx-plan", {"sections": 2, "letters": 45}),
    ]


def test_a_text_that_cannot_be_read_or_is_for_no_such_plan_is_not_kept(
    office_database: Database, chief: Colleague
) -> None:
    assert "壊れている" in _attach(chief, b"%PDF-1.7 broken", "a.pdf", status=422)
    assert "ファイルをえらんで" in _attach(chief, b"", "", status=422)
    _attach(chief, TEXT.encode(), "a.txt", "nothing", 404)
    _attach(chief, TEXT.encode(), "a.txt", "common-words", 404)
    with office_database.reading() as session:
        assert not attached_texts(session, CODE)
