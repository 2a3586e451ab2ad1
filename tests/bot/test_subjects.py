"""The right office: where nothing answers, beside choices, and for who asks for nothing but whom to ask."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from bot.conversation import answer, refuse_choices
from bot.line.messages import render
from bot.log_rows import asked_question
from bot.replies import Reply, plain_text
from intents.decision import Decision
from knowledge.corpus import Corpus, Knowledge
from knowledge.subject_offices import SubjectOffice

CITY = "242047"
"""Its plan names no office for any subject."""
PAGE = "https://www.example.jp/suido/"
TABLE = {
    "general": SubjectOffice(None, "0598-00-0000", None),
    "waste": SubjectOffice("環境課", "0598-00-0001", None),
    "water": SubjectOffice("水道課", "0598-00-0002", PAGE),
    "noise": SubjectOffice("環境課", "0598-00-0003", None),
    "cemetery": SubjectOffice("市民課", None, None),
    "agriculture": SubjectOffice("農水振興課", None, None, in_plan=True),
    "fire": SubjectOffice(None, "0598-00-0004", None),
    "library": SubjectOffice(None, None, "https://www.example.jp/tosho/"),
}


@pytest.fixture
def city(corpus: Corpus) -> Knowledge:
    return replace(corpus.current(CITY), subjects=TABLE)


def said(city: Knowledge, question: str) -> Reply:
    return answer(city, question).reply


def first_that_gets(decision: Decision, city: Knowledge, *questions: str) -> str:
    """The first of several questions without an answer that is decided so: new content moves single ones."""
    return next(question for question in questions if said(city, question).decision is decision)


WATER = ("水道メーターの検針はいつ", "水道代を払いすぎた", "水道の蛇口の水漏れ", "水道の名義変更", "水道の開栓")


@pytest.fixture
def unanswered(city: Knowledge) -> str:
    """A question for water that gets neither an answer nor choices."""
    return first_that_gets(Decision.NONE, city, *WATER)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("お墓の石が欠けた", "墓地・斎場のことは、市民課へおたずねください。"),
        ("消火器の薬剤の詰めかえ", "消防・救急のことは、電話 0598-00-0004 へおたずねください。"),
    ],
)
def test_where_nothing_answers_the_office_leads(city: Knowledge, question: str, first: str) -> None:
    reply = said(city, question)
    assert reply.decision is Decision.NONE
    assert plain_text(reply).startswith(first)
    assert "申し訳ありません" not in plain_text(reply)


@pytest.mark.parametrize(
    ("question", "number"),
    [("消火器の薬剤の詰めかえ", False), ("お墓の石が欠けた", True)],
)
def test_the_halls_number_is_told_where_no_office_has_one(city: Knowledge, question: str, number: bool) -> None:
    assert ("代表電話 0598-00-0000" in plain_text(said(city, question))) is number


def test_a_page_alone_is_a_page(city: Knowledge) -> None:
    reply = said(city, "移動図書館の時刻")
    assert ("図書館のページ", "https://www.example.jp/tosho/") in reply.links
    assert reply.contact == city.directory.hall


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("お墓の石が欠けた", "この案内に載っていないため"),
        ("農地を貸したい", "計画書に載っていないため"),
    ],
)
def test_why_a_number_is_missing_is_said_as_it_is(city: Knowledge, question: str, why: str) -> None:
    assert why in plain_text(said(city, question))


@pytest.mark.parametrize(
    "question",
    [
        "津市の水道メーターの検針はいつ",
        "どの政党に投票すればいい",
        "水道の蛇口から火が出て家が火事です",
        "けいたいの電波が弱い",
    ],
    ids=["another municipality", "parties", "an emergency", "no subject"],
)
def test_nobody_is_sent_to_an_office_that_does_not_see_to_it(city: Knowledge, question: str) -> None:
    offices = {office.department for office in TABLE.values() if office.department}
    contact = said(city, question).contact
    assert contact is None or contact.department not in offices


@pytest.fixture
def offered(city: Knowledge) -> str:
    """A question for water that gets choices."""
    return first_that_gets(Decision.SUGGEST, city, *WATER)


def test_choices_come_with_the_office_below(city: Knowledge, offered: str) -> None:
    reply = said(city, offered)
    assert plain_text(reply).startswith("お探しのもの")
    assert reply.contact == TABLE["water"].office
    assert reply.links[0] == ("水道のページ", PAGE)


def test_who_finds_nothing_among_the_choices_is_told_the_office(city: Knowledge, offered: str) -> None:
    outcome = answer(city, offered)
    for reply in (answer(city, "この中にない", outcome.dialogue).reply, refuse_choices(city, outcome.dialogue)[0]):
        assert plain_text(reply).startswith("水道のことは、水道課（電話 0598-00-0002）へ")
    later = answer(city, "こんにちは", outcome.dialogue).dialogue
    assert later.subjects == ()


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("水道課の電話は？", "水道課の電話番号は 0598-00-0002 です。"),
        ("水道はどこに聞けばいい？", "水道のことは、水道課（電話 0598-00-0002）へおたずねください。"),
        ("すいどうのことはどこにきけばいいですか", "水道のことは、水道課（電話 0598-00-0002）へおたずねください。"),
        ("お墓の担当課は？", "墓地・斎場のことは、市民課へおたずねください。"),
        ("水道のFAX番号", "水道課のFAXの番号は、この案内に載っていません。"),
        ("水道室の電話番号", "水道課の電話番号は 0598-00-0002 です。"),
        ("上水道係の電話番号", "上水道係の電話番号は、この案内に載っていません。"),
        ("環境課の電話番号", "ごみ・リサイクルのことは、環境課（電話 0598-00-0001）へおたずねください。"),
    ],
)
def test_who_asks_whom_to_ask_is_told_the_office(city: Knowledge, question: str, told: str) -> None:
    assert plain_text(said(city, question)).startswith(told)


def test_an_office_with_several_numbers_is_told_by_what_it_sees_to(city: Knowledge) -> None:
    text = plain_text(said(city, "環境課の電話番号"))
    assert "騒音・振動・悪臭のことは、環境課（電話 0598-00-0003）" in text


def test_a_place_that_is_not_known_comes_with_the_office_for_its_matter(city: Knowledge) -> None:
    assert "水道のことは、水道課（電話 0598-00-0002）" in plain_text(said(city, "上水道係の電話番号"))


@pytest.mark.parametrize("question", ["国民年金の担当課は？", "国保はどこに聞けばいい？"])
def test_a_subject_that_the_city_has_not_filled_in_gets_no_office(city: Knowledge, question: str) -> None:
    numbers = [office.telephone for subject, office in TABLE.items() if office.telephone and subject != "general"]
    assert not any(number in plain_text(said(city, question)) for number in numbers)


def test_a_complaint_goes_to_the_office_that_it_is_about(city: Knowledge) -> None:
    reply = said(city, "水道料金に納得がいかない")
    assert (reply.decision, reply.contact) == (Decision.HANDOFF, TABLE["water"].office)


def test_line_shows_a_button_to_call_the_office(city: Knowledge, unanswered: str) -> None:
    assert "tel:0598000002" in str(render(said(city, unanswered), "1"))


def test_who_gets_no_answer_on_water_reads_of_its_office_first(city: Knowledge, unanswered: str) -> None:
    told = plain_text(said(city, unanswered))
    assert told.startswith("水道のことは、水道課（電話 0598-00-0002）へおたずねください。")
    assert "代表電話" not in told


def logged(city: Knowledge, question: str) -> str | None:
    row = asked_question(
        answer(city, question),
        municipality_code=CITY,
        event_key="1",
        channel="web",
        asked_at=dt.datetime(2026, 11, 21, tzinfo=dt.UTC),
        text=question,
        personal_data=False,
        asker=None,
    )
    return row.subject


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("水道メーターの検針はいつ", "water"),
        ("国民年金の前納の割引", "pension"),
        ("けいたいの電波が弱い", None),
        ("住民票はコンビニで取れますか", None),
    ],
)
def test_the_log_keeps_the_subject_of_what_was_not_answered(
    city: Knowledge, question: str, subject: str | None
) -> None:
    assert logged(city, question) == subject
