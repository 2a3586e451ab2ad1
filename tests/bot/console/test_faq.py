"""質問の一覧: another chatbot's list comes in as drafts, its columns chosen on the page, and a FAQ page's data goes out."""

from __future__ import annotations

import io
import json
import re
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select

from bot.console import faq
from knowledge.db import Database
from knowledge.models import AuditLine, Entry, EntryVersion
from knowledge.roles import Role
from tests.support.staff import Colleague, signed_in

CODE = "242047"
PATH = f"/staff/{CODE}/faq"
LIST = (
    "番号,カテゴリ,ご質問,回答,担当課\n"
    "1,くらし,Q. 粗大ごみの申し込みはどこですか？,A. 環境課へ電話してください。,市政改革課\n"
    "2,くらし,コンビニで住民票や印鑑証明は取れますか？,はい。,\n"
    "3,くらし,犬の登録はどこでできますか？,環境課でできます。,ない課\n"
)


@pytest.fixture
def editor(office: Flask) -> Colleague:
    return signed_in(office, [Role.EDITOR], CODE, name="書く 一郎")


def _look(colleague: Colleague, content: bytes, name: str, status: int = 200, **fields: str) -> str:
    return unescape(colleague.post(PATH, {"file": (io.BytesIO(content), name), **fields}, status=status).text)


def _held(page: str) -> str:
    found = re.search(r'name="carried" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def _drafts(database: Database) -> dict[str, Entry]:
    with database.reading() as session:
        wanted = select(Entry).where(Entry.municipality_code == CODE, Entry.entry_id.startswith("faq-"))
        return {row.question: row for row in session.scalars(wanted)}


@pytest.mark.parametrize("codec", ["utf-8-sig", "cp932"])
def test_a_list_is_looked_at_first_then_taken_in_as_drafts(
    office_database: Database, editor: Colleague, codec: str
) -> None:
    content = LIST.replace("粗大ごみ", f"粗大ごみ（{codec}）").replace("犬", f"犬（{codec}）").encode(codec)
    page = _look(editor, content, "list.csv", title="市のホームページ「よくある質問」")
    assert "下書きに追加 2件、下書きを変更 0件、取り込まない 1件" in page
    assert "担当課「ない課」は登録がない" in page
    assert not [question for question in _drafts(office_database) if codec in question]
    there = editor.post(PATH, {"carried": _held(page), "title": "市のホームページ「よくある質問」"}).location
    question = f"粗大ごみ（{codec}）の申し込みはどこですか？"
    assert question in editor.get(there).text
    entry = _drafts(office_database)[question]
    assert (entry.state, entry.answer, entry.department) == ("draft", "環境課へ電話してください。", "dep-reform")
    with office_database.reading() as session:
        made = session.scalars(select(EntryVersion).where(EntryVersion.entry_id == entry.entry_id)).one()
        assert (made.state, made.author_name) == ("draft", "書く 一郎")
        line = session.scalars(select(AuditLine).where(AuditLine.action == "faq_imported")).all()[-1]
    assert (line.subject, line.details["added"], line.details["left"]) == ("市のホームページ「よくある質問」", 2, 1)


def test_columns_that_the_headings_do_not_tell_are_chosen_on_the_page(
    office_database: Database, editor: Colleague
) -> None:
    content = "い,ろ,は\nx,回覧板は誰が回しますか？,自治会です。\n".encode()
    page = _look(editor, content, "odd.csv", status=422)
    assert "質問の列と答えの列が分かりません" in page
    assert "B列「ろ」" in page
    chosen = {"carried": _held(page), "column-question": "B", "column-answer": "C"}
    page = unescape(editor.post(PATH, chosen | {"look": "1"}, status=200).text)
    assert "下書きに追加 1件" in page
    assert not [one for one in _drafts(office_database) if "回覧板" in one]
    editor.post(PATH, chosen)
    assert _drafts(office_database)["回覧板は誰が回しますか？"].answer == "自治会です。"


def test_the_data_of_a_faq_page_goes_out_and_comes_in(editor: Colleague) -> None:
    file = editor.post(f"{PATH}/page", status=200)
    assert "attachment" in file.headers["Content-Disposition"]
    made = json.loads(file.data)
    assert made["@type"] == "FAQPage"
    own = {"@type": "Question", "name": "新しい公園はいつできますか？"}
    own["acceptedAnswer"] = {"@type": "Answer", "text": "来年です。"}
    made["mainEntity"] = [own, *made["mainEntity"][:3]]
    page = _look(editor, json.dumps(made, ensure_ascii=False).encode(), "page.json")
    assert "下書きに追加 1件" in page
    assert "取り込まない 3件" in page


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "a.csv", "空のファイルです"),
        (b"PK\x03\x04 broken", "a.xlsx", "読めません"),
        (b"<html></html>", "a.html", "FAQPage"),
        ("質問,答え\n,答えだけです\n".encode(), "a.csv", "空です"),
        (b"MZ", "a.exe", "この形式は読めません"),
    ],
)
def test_what_cannot_be_read_is_said_with_the_remedy(
    office_database: Database, editor: Colleague, content: bytes, name: str, said: str
) -> None:
    before = set(_drafts(office_database))
    assert said in _look(editor, content, name, status=422)
    assert set(_drafts(office_database)) == before


def test_a_row_at_fault_stays_out_and_the_rest_can_be_taken(office_database: Database, editor: Colleague) -> None:
    rows = LIST.replace("犬", "亀").replace("粗大", "粗大（残り）") + "4,くらし,答えのない質問はどうなりますか？,,\n"
    page = _look(editor, rows.encode(), "a.csv")
    assert "取り込めない行（1行）" in page
    assert "<bdi>5行目「答え」: 空です" in page
    assert "残りの2件を下書きとして取り込む" in page
    there = editor.post(PATH, {"carried": _held(page)}).location
    assert "取り込めなかった行が1行あります" in unescape(editor.get(there).text)
    assert {"粗大（残り）ごみの申し込みはどこですか？", "亀の登録はどこでできますか？"} <= set(_drafts(office_database))
    with office_database.reading() as session:
        line = session.scalars(select(AuditLine).where(AuditLine.action == "faq_imported")).all()[-1]
    assert line.details["faulty"] == 1


def test_a_bad_address_of_the_list_is_said(editor: Colleague) -> None:
    page = _look(editor, LIST.encode(), "a.csv", status=422, url="javascript:alert(1)")
    assert "https:// で始まるアドレス" in page


def test_it_is_for_whoever_writes_for_the_whole_municipality(office: Flask, editor: Colleague) -> None:
    held = _held(_look(editor, LIST.replace("犬", "猫").encode(), "a.csv"))
    signed_in(office, [Role.EDITOR], CODE, department="dep-reform").get(PATH, 404)
    signed_in(office, [Role.VIEWER], CODE).get(PATH, 403)
    # What was shown to one is not done by another.
    other = signed_in(office, [Role.EDITOR], CODE)
    assert "別の画面で確かめた内容" in other.post(PATH, {"carried": held}, status=422).text


def test_a_list_too_long_to_compare_says_that_likenesses_were_not_looked_for(
    editor: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = "質問,答え\n蛍はいつ見られますか？,六月です。\n蛍はいつ見られますか,七月です。\n蛍はいつごろ見られますか？,六月です。\n".encode()
    assert "よく似た質問（どちらも残ります" in _look(editor, content, "a.csv")
    monkeypatch.setattr(faq, "MOST_COMPARED", 10)
    page = _look(editor, content, "a.csv")
    assert "よく似た質問はさがしていません" in page
    assert "よく似た質問（どちらも残ります" not in page
    assert "同じ質問です" in page
