"""住民のことば: counted from the log, proposed, refused, left to the editors, laid down by the usual way."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from bot import jobs
from bot.services import Services
from bot.word_jobs import WORDS, ask_for_words, count_words
from intents.resident_words import Pair, Unknown
from knowledge.calendar import now
from knowledge.db import Database
from knowledge.jobs import claim_job
from knowledge.models import Entry, Job, LoggedQuestion, NeedCard, NeedText, ResidentWord, ResidentWordChoice, StaffWord
from knowledge.need_cards import Described, make_card
from knowledge.query_log import AskedQuestion, log_id, record
from knowledge.resident_evidence import evidence_of
from knowledge.resident_words import keep_words
from knowledge.roles import Role
from tests.bot.console.test_need_jobs import USUAL
from tests.knowledge.test_accuracy import tables
from tests.support.staff import Colleague, signed_in

CODE = "242047"
HERE = f"/staff/{CODE}/resident-words"
TODAY = now().date()
ENTRY = "online-procedures"


@pytest.fixture
def kit(office: Flask) -> Services:
    found: Services = office.extensions["kotae"]
    return found


@pytest.fixture(autouse=True)
def clean(office_database: Database) -> None:
    with office_database.writing() as session:
        for table in (LoggedQuestion, NeedText, NeedCard, Job, ResidentWord, ResidentWordChoice, StaffWord):
            session.execute(delete(table))


@pytest.fixture
def writer(office: Flask) -> Colleague:
    return signed_in(office, [Role.EDITOR], CODE, name="編集 一郎")


def ask(kit: Services, text: str, asker: int | None, *, minutes: int = 60, **told: Any) -> str:
    """One question of ``minutes`` ago; its row."""
    key = f"w:{text}:{asker}:{minutes}"
    who = None if asker is None else f"{asker:032}"
    row: AskedQuestion = replace(USUAL, event_key=key, text=text, asker=who, asked_at=now() - dt.timedelta(minutes=minutes), **told)  # fmt: skip
    with kit.database.writing() as session:
        record(session, row)
    return log_id(CODE, key)


def mark(kit: Services, row: str, **values: object) -> None:
    with kit.database.writing() as session:
        session.execute(update(LoggedQuestion).where(LoggedQuestion.id == row).values(**values))


def tapped(kit: Services) -> None:
    """Four people said 蜜蝋 and chose the answer about online procedures; others asked other things in vain."""
    for number, text in enumerate(("蜜蝋を使いたい", "蜜蝋の申し込み", "家で蜜蝋", "蜜蝋はどこ")):
        mark(kit, ask(kit, text, number, decision="suggest"), tapped_entry_id=ENTRY, need_signal=None)
    for number in range(6):
        ask(kit, f"七夕飾り{'ああ' * number}はどこ", 50 + number)


def led(kit: Services) -> dict[str, tuple[str, str]]:
    with kit.database.reading() as session:
        found = evidence_of(session, CODE, TODAY + dt.timedelta(days=1))
    return {one.text: (one.entry_id, one.source) for one in found.led}


def test_every_way_from_a_question_in_vain_to_an_answer_is_evidence(kit: Services) -> None:
    with kit.database.writing() as session:
        make_card(session, CODE, 1, Described("蜂", "missing", None, None, None), now())
        session.flush()
        card = session.get_one(NeedCard, (CODE, 1))
        card.answer_id, card.published_at = ENTRY, now()
        row = session.get_one(Entry, (CODE, ENTRY))
        row.phrasings, row.by_staff = ["加えた言い方です"], True
    mark(kit, ask(kit, "票になった質問", 1), need=1)
    ask(kit, "加えた言い方です", 2)
    mark(kit, ask(kit, "えらんだ質問", 3, decision="suggest"), tapped_entry_id=ENTRY, need_signal=None)
    ask(kit, "言いかえる前", 4, minutes=60)
    ask(kit, "言いかえた後", 4, minutes=58, decision="answer", entry_id=ENTRY)
    ask(kit, "ずっと前の質問", 5, minutes=60)
    ask(kit, "遅い質問", 5, minutes=50, decision="answer", entry_id=ENTRY)
    ask(kit, "役に立たない前", 6, minutes=60)
    mark(kit, ask(kit, "役に立たない後", 6, minutes=58, decision="answer", entry_id=ENTRY), need_signal="unsolved")
    ask(kit, "電話の質問", 7, channel="phone")
    ask(kit, "だれか分からない前", None, minutes=60)
    ask(kit, "だれか分からない後", None, minutes=59, decision="answer", entry_id=ENTRY)
    assert led(kit) == {
        "票になった質問": (ENTRY, "card"),
        "加えた言い方です": (ENTRY, "wording"),
        "えらんだ質問": (ENTRY, "tap"),
        "言いかえる前": (ENTRY, "again"),
    }
    with kit.database.reading() as session:
        failed = {one.text for one in evidence_of(session, CODE, TODAY + dt.timedelta(days=1)).failed}
    assert failed == {"ずっと前の質問", "役に立たない前", "役に立たない後", "だれか分からない前"}


def test_the_jobs_process_counts_once_a_day(kit: Services) -> None:
    tapped(kit)
    assert ask_for_words(kit, now()) == [CODE]
    claimed = claim_job(kit.database, jobs.WORKS, now())
    assert claimed is not None
    assert claimed.kind == WORDS
    jobs._do(kit, claimed, lambda: None)
    assert ask_for_words(kit, now()) == []
    assert ask_for_words(kit, now() + dt.timedelta(days=1)) == [CODE]


def test_words_are_shown_with_their_answers_and_those_that_led_nowhere_apart(kit: Services, writer: Colleague) -> None:
    tapped(kit)
    assert count_words(kit, CODE, {}, lambda _: None)["pairs"] == 1
    page = unescape(writer.get(f"{HERE}?list=editors").text)
    assert "蜜蝋" in page
    assert "選択肢からえらんだ" in page
    assert "七夕" not in page
    page = unescape(writer.get(f"{HERE}?list=unknown").text)
    assert "七夕" in page
    assert "蜜蝋" not in page
    assert "蜜蝋" in unescape(writer.get(f"{HERE}/print").text)
    assert writer.get(f"{HERE}?list=nonsense")


def test_words_of_few_people_stand_last_and_tell_no_number(kit: Services, writer: Colleague) -> None:
    """Neither the cells nor the order: by their words, though the surest of all are among them."""
    given = (("ろうそく", 4, 9.0), ("いちばん", 3, 8.0), ("大勢", 30, 2.0), ("少し", 12, 3.0))
    pairs = [Pair(word, "申請", ENTRY, askers, askers, 7, score, ("tap",), "") for word, askers, score in given]
    unknown = [Unknown(word, askers, askers, 7, False, None) for word, askers, _ in given]
    with kit.database.writing() as session:
        keep_words(session, CODE, pairs, unknown, now())
    for name, order in (
        ("synonyms", ["少し", "大勢", "いちばん", "ろうそく"]),
        ("unknown", ["大勢", "少し", "いちばん", "ろうそく"]),
    ):
        page = writer.get(f"{HERE}?list={name}").text
        assert re.findall(r'<th scope="row"><bdi>(.*?)</bdi>', page) == order
        assert page.count("5未満") > 3
        assert not re.search(r">[34]</td>|質問[34]件", page)


def test_a_refused_pair_stays_refused_when_counted_again_and_can_be_taken_back(
    kit: Services, writer: Colleague, tmp_path: Path
) -> None:
    tapped(kit)
    count_words(kit, CODE, {}, lambda _: None)
    writer.post(f"{HERE}/choose", {"word": "蜜蝋", "entry_id": ENTRY, "choice": "refused", "list": "editors"})
    count_words(kit, CODE, {}, lambda _: None)
    assert "「蜜蝋」を「使わない」にしました" in unescape(writer.get(HERE).text)
    assert "蜜蝋" not in unescape(writer.get(f"{HERE}?list=editors").text)
    page = unescape(writer.get(f"{HERE}?list=refused").text)
    assert "蜜蝋" in page
    assert "編集 一郎" in page
    book = tables(writer.get(f"{HERE}.xlsx").data, tmp_path)
    assert "蜜蝋" not in str(book)
    writer.post(f"{HERE}/choose", {"word": "蜜蝋", "entry_id": ENTRY, "choice": ""})
    book = tables(writer.get(f"{HERE}.xlsx").data, tmp_path)
    (sheet,) = [one for one in book if one.name == "ことばの対応"]
    assert [sheet.rows[1].text(place) for place in (0, 4, 5)] == ["蜜蝋", "5未満", "5未満"]
    assert "新しく数えた結果にはありません" in unescape(
        writer.get(writer.post(f"{HERE}/choose", {"word": "なし", "entry_id": "x", "choice": "refused"}).location).text
    )


def test_a_proposal_goes_the_way_of_every_word_and_is_then_known(kit: Services, writer: Colleague) -> None:
    tapped(kit)
    count_words(kit, CODE, {}, lambda _: None)
    with kit.database.writing() as session:
        session.execute(update(ResidentWord).where(ResidentWord.word == "蜜蝋").values(official="手続き"))
    page = unescape(writer.get(HERE).text)
    assert f"/staff/{CODE}/words?word=蜜蝋&means=手続き" in page or "words?word=%E8%9C%9C" in page
    page = unescape(writer.get(f"/staff/{CODE}/words", query_string={"word": "蜜蝋", "means": "手続き"}).text)
    assert 'value="蜜蝋"' in page
    assert 'value="手続き"' in page
    with kit.database.writing() as session:
        word = StaffWord(municipality_code=CODE, kind="synonym", language="ja", word="蜜蝋", means="手続き")
        word.changed_at = now()
        session.add(word)
    assert "蜜蝋" not in unescape(writer.get(HERE).text)
    assert "もう結んであります" in unescape(writer.get(f"{HERE}?list=editors").text)


def test_nothing_that_residents_wrote_is_kept_but_words_of_three_people(kit: Services, writer: Colleague) -> None:
    tapped(kit)
    count_words(kit, CODE, {}, lambda _: None)
    with kit.database.reading() as session:
        rows = session.scalars(select(ResidentWord)).all()
    assert {row.word for row in rows} == {"蜜蝋", "七夕飾り"}
    assert all(row.askers >= 3 for row in rows)
