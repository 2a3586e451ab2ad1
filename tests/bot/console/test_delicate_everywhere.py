"""要配慮: of a delicate matter the kind and the count are kept, by whatever way it came, and not a word in any table."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from bot.need_jobs import group_needs
from bot.services import Services
from bot.word_jobs import count_words
from intents.delicate import delicate_matter
from knowledge.calendar import now
from knowledge.models import LoggedQuestion, NeedCard
from knowledge.roles import Role
from tests.support.every_column import places_of
from tests.support.staff import signed_in

CODE = "242047"
CANARY = ("かなりあ", "カナリア")
DELICATE = (
    "生活保護をかなりあで申請したい",
    "夫にかなりあのことで殴られています",
    "かなりあのうつ病で働けません",
    "刑務所から出たかなりあの就職",
    "かなりあの障害者手帳がほしい",
    "借金がかなりあで返せない",
)


def by_web(office: Flask, text: str) -> None:
    page = office.test_client().get(f"/{CODE}/").text
    token = re.search('name="conversation" value="([^"]+)"', page)
    assert token
    office.test_client().post(f"/{CODE}/", data={"conversation": token[1], "question": text})


def by_api(office: Flask, text: str) -> None:
    office.test_client().post(f"/api/v1/{CODE}/ask", json={"question": text, "conversation": text[:20]})


def by_note(office: Flask, text: str) -> None:
    editor = signed_in(office, [Role.EDITOR], CODE)
    editor.post(f"/staff/{CODE}/log/note", {"text": text, "result": "none", "channel": "phone", "department": ""})


def by_table(office: Flask, text: str) -> None:
    editor = signed_in(office, [Role.EDITOR], CODE)
    content = f"日付,時刻,受けた方法,課,内容,結果\n2026-11-02,9:15,電話,,{text},答えられなかった\n"
    file = (io.BytesIO(content.encode()), "uketa.csv")
    path = f"/staff/{CODE}/log/import"
    page = editor.post(path, {"file": file}, 200, content_type="multipart/form-data").text
    held = re.search(r'name="carried" value="([^"]+)"', page)
    assert held
    editor.post(path, {"carried": held[1]})


@pytest.mark.parametrize("way", [by_web, by_api, by_note, by_table])
def test_not_a_word_of_it_is_kept(office: Flask, way: object) -> None:
    kit: Services = office.extensions["kotae"]
    with kit.database.reading() as session:
        before = session.scalar(select(func.count()).select_from(LoggedQuestion)) or 0
    assert callable(way)
    for text in DELICATE:
        assert delicate_matter(text)
        way(office, text)
    assert places_of(kit.database, CANARY) == set()
    with kit.database.reading() as session:
        rows = session.scalars(select(LoggedQuestion)).all()
        assert len(rows) == before + len(DELICATE), "each is counted"
        assert all(row.delicate and row.text is None and row.words is None for row in rows)


def test_no_card_and_no_word_is_made_of_it(office: Flask) -> None:
    kit: Services = office.extensions["kotae"]
    by_web(office, DELICATE[0])
    with kit.database.writing() as session:
        for row in session.scalars(select(LoggedQuestion)):
            row.asked_at, row.need_signal = now() - dt.timedelta(hours=1), "none"
    group_needs(kit, CODE, {}, lambda _: None)
    count_words(kit, CODE, {}, lambda _: None)
    assert places_of(kit.database, CANARY) == set()
    with kit.database.reading() as session:
        assert session.scalars(select(NeedCard)).all() == []
