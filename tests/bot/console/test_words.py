"""ことば on screen: tried first, kept as it was tried."""

from __future__ import annotations

import threading
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select

from bot import jobs
from bot.services import Services
from knowledge.db import Database
from knowledge.models import AuditLine
from knowledge.roles import Role
from knowledge.staff_words import Word, listed_words
from tests.support.staff import Colleague, signed_in

CODE = "242047"
WORDS = f"/staff/{CODE}/words"
PENGUIN = {"kind": "synonym", "word": "ペンギン券", "means": "住民票", "language": "ja"}


@pytest.fixture(autouse=True)
def _only_what_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_learned", lambda *_: None)
    monkeypatch.setattr(jobs, "_links_checked", lambda *_: None)


@pytest.fixture
def editor(office: Flask) -> Colleague:
    return signed_in(office, [Role.EDITOR], CODE)


def kept(database: Database) -> list[Word]:
    with database.reading() as session:
        return listed_words(session, CODE)


def checked(office: Flask, colleague: Colleague, fields: dict[str, str]) -> str:
    """The id of the check, done."""
    address = str(colleague.post(WORDS, fields).location)
    kit: Services = office.extensions["kotae"]
    jobs.work(kit, threading.Event(), once=True)
    return address.rsplit("/", 1)[1]


def test_a_word_is_tried_kept_and_given_up_again(office: Flask, office_database: Database, editor: Colleague) -> None:
    job = checked(office, editor, PENGUIN)
    assert kept(office_database) == []
    assert "この語を登録する" in editor.get(f"/staff/{CODE}/effect/{job}").text
    editor.post(f"{WORDS}/keep", {"job": job})
    assert kept(office_database) == [Word("synonym", "ペンギン券", "住民票")]
    assert "ペンギン券" in editor.get(WORDS).text
    assert "もう登録してあります" in editor.post(WORDS, PENGUIN, status=422).text
    job = checked(office, editor, {**PENGUIN, "remove": "1"})
    page = unescape(editor.get(f"/staff/{CODE}/effect/{job}").text)
    assert "「ペンギン券 ＝ 住民票」を使うのをやめる" in page
    editor.post(f"{WORDS}/keep", {"job": job})
    assert kept(office_database) == []
    with office_database.reading() as session:
        lines = session.scalars(select(AuditLine).where(AuditLine.subject == "ペンギン券")).all()
    assert [line.action for line in lines] == ["word_kept", "word_removed"]
    assert "先に変えた" in editor.get(editor.post(f"{WORDS}/keep", {"job": job}).location).text


@pytest.mark.parametrize("word", [{"kind": "ignored", "word": "ペンギン", "means": ""},
    {"kind": "abbreviation", "word": "ペン", "means": "住民票"},
    {"kind": "foreign", "word": "penguin", "means": "住民票", "language": "en"}])  # fmt: skip
def test_every_kind_of_word_is_kept(
    office: Flask, office_database: Database, editor: Colleague, word: dict[str, str]
) -> None:
    job = checked(office, editor, word)
    editor.post(f"{WORDS}/keep", {"job": job})
    assert word["word"] in {one.word for one in kept(office_database)}
    editor.get(WORDS)
    editor.post(f"{WORDS}/keep", {"job": checked(office, editor, {**word, "remove": "1"})})
    assert kept(office_database) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "king"}, "どれかを選んでください"),
        ({"word": ""}, "名前を書いてください"),
        ({"means": ""}, "何を指すかを"),
        ({"means": "ペンギン券"}, "語と意味が同じです"),
        ({"language": "en"}, "日本語の語です"),
        ({"kind": "ignored"}, "意味は要りません"),
        ({"word": "あ" * 61}, "60字までで"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(editor: Colleague, changes: dict[str, str], said: str) -> None:
    assert said in editor.post(WORDS, {**PENGUIN, **changes}, status=422).text


def test_nothing_is_kept_that_was_not_tried(editor: Colleague, office_database: Database) -> None:
    editor.post(f"{WORDS}/keep", {"job": "nothing"}, status=404)
    waiting = str(editor.post(WORDS, PENGUIN).location).rsplit("/", 1)[1]
    editor.post(f"{WORDS}/keep", {"job": waiting}, status=404)
    editor.post(WORDS, {**PENGUIN, "word": "ない語", "remove": "1"}, status=404)
    assert kept(office_database) == []


def test_words_are_the_whole_municipalitys(office: Flask, editor: Colleague) -> None:
    own = signed_in(office, [Role.EDITOR], CODE, department="dep-of-somebody")
    assert "語を加える" not in own.get(WORDS).text
    own.post(WORDS, PENGUIN, status=404)
    address = str(editor.post(WORDS, PENGUIN).location)
    own.get(address, 404)


def test_another_meaning_of_a_word_is_told_before_it_takes_the_place(
    office: Flask, office_database: Database, editor: Colleague
) -> None:
    first = {"kind": "synonym", "word": "まちの鍵", "means": "印鑑登録", "language": "ja"}
    editor.post(f"{WORDS}/keep", {"job": checked(office, editor, first)})
    job = checked(office, editor, first | {"means": "住民票"})
    page = unescape(editor.get(f"/staff/{CODE}/effect/{job}").text)
    assert "同義語「まちの鍵 ＝ 印鑑登録」が、これに置きかわります。" in page
    short = checked(office, editor, first | {"kind": "abbreviation", "means": "マイナンバーカード"})
    page = unescape(editor.get(f"/staff/{CODE}/effect/{short}").text)
    assert "同義語「まちの鍵 ＝ 印鑑登録」もあります。どちらも使われます。" in page
    editor.post(f"{WORDS}/keep", {"job": job})
    with office_database.reading() as session:
        line = session.scalars(select(AuditLine).where(AuditLine.action == "word_kept")).all()[-1]
    assert (line.details["old"], line.details["means"]) == ("印鑑登録", "住民票")


def test_another_spelling_of_a_word_is_the_same_word(office: Flask, editor: Colleague) -> None:
    word = {"kind": "abbreviation", "word": "ＭＮカード", "means": "マイナンバーカード", "language": "ja"}
    editor.post(f"{WORDS}/keep", {"job": checked(office, editor, word)})
    told = unescape(editor.post(WORDS, word | {"word": "MNカード", "means": "住民票"}, status=422).text)
    assert "「ＭＮカード」と書いて、もう登録してあります" in told


def test_languages_are_named_as_officials_name_them(editor: Colleague) -> None:
    told = editor.post(
        WORDS, {"kind": "foreign", "word": "garbage", "means": "ごみ", "language": "ja"}, status=422
    ).text
    assert "英語・中国語" in told
