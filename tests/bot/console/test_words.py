"""ことば on screen: tried first, kept as it was tried."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import delete, select

from bot import jobs
from bot.services import Services
from knowledge.db import Database
from knowledge.models import AuditLine, Municipality, StaffWord
from knowledge.roles import Role
from knowledge.staff_words import Word, listed_words
from tests.support.staff import Colleague, signed_in

CODE = "242047"
WORDS = f"/staff/{CODE}/words"
PENGUIN = {"kind": "synonym", "word": "ペンギン券", "means": "住民票", "language": "ja"}


@pytest.fixture
def editor(office: Flask) -> Colleague:
    return signed_in(office, [Role.EDITOR], CODE)


@pytest.fixture
def alone(office: Flask, office_database: Database) -> Iterator[Colleague]:
    """Whoever does all by themselves, where the municipality allows that."""
    _separate(office_database, wanted=False)
    yield signed_in(office, [Role.APPROVER], CODE)
    _separate(office_database, wanted=True)


def _separate(database: Database, *, wanted: bool) -> None:
    with database.writing() as session:
        session.get_one(Municipality, CODE).separate_approver = wanted


def kept(database: Database) -> list[Word]:
    with database.reading() as session:
        return listed_words(session, CODE)


def checked(office: Flask, colleague: Colleague, fields: dict[str, str]) -> str:
    """The id of the check, done."""
    address = str(colleague.post(WORDS, fields).location)
    kit: Services = office.extensions["kotae"]
    jobs.work(kit, threading.Event(), once=True)
    return address.rsplit("/", 1)[1]


def test_a_word_is_tried_kept_and_given_up_again(office: Flask, office_database: Database, alone: Colleague) -> None:
    editor = alone
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
    office: Flask, office_database: Database, alone: Colleague, word: dict[str, str]
) -> None:
    editor = alone
    job = checked(office, editor, word)
    editor.post(f"{WORDS}/keep", {"job": job})
    assert word["word"] in {one.word for one in kept(office_database)}
    editor.get(WORDS)
    editor.post(f"{WORDS}/keep", {"job": checked(office, editor, {**word, "remove": "1"})})
    assert kept(office_database) == []


def approved(chief: Colleague, address: str) -> None:
    shown = re.search(r'name="shown" value="([0-9a-f]{64})"', chief.get(address).text)
    assert shown is not None
    chief.post(f"{address}/approve", {"shown": shown[1]})


def test_a_word_is_used_once_somebody_else_has_approved_it(
    office: Flask, office_database: Database, editor: Colleague
) -> None:
    chief = signed_in(office, [Role.APPROVER], CODE)
    job = checked(office, editor, PENGUIN)
    assert "承認を依頼する" in editor.get(f"/staff/{CODE}/effect/{job}").text
    address = str(editor.post(f"{WORDS}/keep", {"job": job}).location)
    assert kept(office_database) == []
    assert "この語は、承認を待っています" in editor.get(f"/staff/{CODE}/effect/{job}").text
    assert editor.post(f"{WORDS}/keep", {"job": job}).location == address
    page = chief.get(address).text
    assert "同義語「ペンギン券」" in page
    assert "synonym:" not in page
    assert "住民票" in page
    assert "影響を確かめる" in page
    approved(chief, address)
    assert kept(office_database) == [Word("synonym", "ペンギン券", "住民票")]

    job = checked(office, chief, {**PENGUIN, "remove": "1"})
    address = str(chief.post(f"{WORDS}/keep", {"job": job}).location)
    assert "自分が依頼した変更は承認できません" in chief.get(address).text
    approved(signed_in(office, [Role.APPROVER], CODE), address)
    assert kept(office_database) == []
    with office_database.reading() as session:
        lines = session.scalars(
            select(AuditLine.action).where(AuditLine.subject.contains("ペンギン券")).order_by(AuditLine.number)
        )
        assert list(lines)[-6:] == [
            "change_requested", "word_kept", "change_approved", "change_requested", "word_removed", "change_approved"
        ]  # fmt: skip


def test_a_word_sent_back_is_asked_for_again_in_the_same_request(
    office: Flask, office_database: Database, editor: Colleague
) -> None:
    chief = signed_in(office, [Role.APPROVER], CODE)
    address = str(editor.post(f"{WORDS}/keep", {"job": checked(office, editor, PENGUIN)}).location)
    chief.post(f"{address}/return", {"reason": "意味は「戸籍謄本」では？"})
    again = re.search(r'href="([^"]+)">直して、もう一度依頼する', editor.get(address).text)
    assert again is not None
    form = editor.get(unescape(again[1])).text
    assert 'value="ペンギン券"' in form
    number = re.search(r'name="request" value="([^"]+)"', form)
    assert number is not None
    job = checked(office, editor, {**PENGUIN, "means": "戸籍", "request": number[1]})
    held = re.search(r'name="request" value="([^"]+)"', editor.get(f"/staff/{CODE}/effect/{job}").text)
    assert held is not None
    assert editor.post(f"{WORDS}/keep", {"job": job, "request": held[1]}).location == address
    approved(chief, address)
    assert kept(office_database) == [Word("synonym", "ペンギン券", "戸籍")]
    with office_database.writing() as session:
        session.execute(delete(StaffWord))


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
    office: Flask, office_database: Database, alone: Colleague
) -> None:
    editor = alone
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


def test_another_spelling_of_a_word_is_the_same_word(office: Flask, alone: Colleague) -> None:
    editor = alone
    word = {"kind": "abbreviation", "word": "ＭＮカード", "means": "マイナンバーカード", "language": "ja"}
    editor.post(f"{WORDS}/keep", {"job": checked(office, editor, word)})
    told = unescape(editor.post(WORDS, word | {"word": "MNカード", "means": "住民票"}, status=422).text)
    assert "「ＭＮカード」と書いて、もう登録してあります" in told


def test_languages_are_named_as_officials_name_them(editor: Colleague) -> None:
    told = editor.post(
        WORDS, {"kind": "foreign", "word": "garbage", "means": "ごみ", "language": "ja"}, status=422
    ).text
    assert "英語・中国語" in told
