"""How to ask without a voice: shown where a reply hands on to somebody, and only then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.conversation import answer, show_entry
from bot.line.messages import render
from bot.replies import Reply, plain_text
from bot.taps import Act, Tap, reply_to_tap
from knowledge.answers import NO_WAYS, Ways
from knowledge.corpus import Corpus, Knowledge
from knowledge.reply_languages import REPLY_LANGUAGES
from tests.support.line_rules import faults_of

FORM, EMAIL, FAX = "https://www.city.example.jp/form/", "soudan@city.example.jp", "0598-22-1377"
LOG_ID = "00000000-0000-0000-0000-000000000001"
NO_ANSWER = "宇宙人に会うにはどうすればよいですか"


@pytest.fixture
def town(corpus: Corpus) -> Knowledge:
    found = corpus.current("242047")
    return replace(found, town=replace(found.town, ways=Ways(FORM, EMAIL, FAX)))


def reply_to(knowledge: Knowledge, question: str) -> Reply:
    return answer(knowledge, question).reply


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        (NO_ANSWER, True),
        ("職員と話したい", True),
        ("市役所の電話番号は？", True),
        ("私は給付金の対象になりますか", True),
        ("オンラインで申請できる手続きは？", False),
        ("火事です", False),
        ("ありがとう", False),
        ("名古屋市の住民票はどこで取れますか", False),
    ],
)
def test_whoever_is_handed_on_sees_a_way_without_a_voice(town: Knowledge, question: str, shown: bool) -> None:
    text = plain_text(reply_to(town, question))
    found = [line for line in text.splitlines() if any(one in line for one in (FORM, EMAIL, FAX))]
    wanted = [f"・問い合わせフォーム：{FORM}", f"・メール：{EMAIL}", f"・FAX：{FAX}"]
    assert found == (wanted if shown else [])


def test_after_an_answer_that_did_not_solve_it_too(town: Knowledge) -> None:
    first = next(iter(town.town.examples))
    _, dialogue = show_entry(town, first)
    for act in (Act.UNSOLVED, Act.CONTACT):
        reply, _ = reply_to_tap(town, Tap(act, LOG_ID, first), dialogue)
        assert reply.ways.form == FORM


def test_an_offices_own_numbers_come_before_those_of_the_municipality(town: Knowledge) -> None:
    reply = reply_to(town, NO_ANSWER)
    assert reply.contact is not None
    own = with_own(town, {reply.contact.department: {"FAX": "0598-26-4030"}})
    assert reply_to(own, NO_ANSWER).ways == Ways(FORM, EMAIL, "0598-26-4030")


def with_own(knowledge: Knowledge, ways: Mapping[str, Mapping[str, str]]) -> Knowledge:
    found = replace(knowledge)
    found.__dict__["directory"] = replace(knowledge.directory, ways=ways)
    return found


def test_where_none_is_known_nothing_is_said_of_it(town: Knowledge) -> None:
    without = with_own(replace(town, town=replace(town.town, ways=NO_WAYS)), {})
    text = plain_text(reply_to(without, NO_ANSWER))
    assert "電話のほかに" not in text


def test_in_line_the_form_is_a_button_and_the_rest_can_be_copied(town: Knowledge) -> None:
    messages = render(reply_to(town, NO_ANSWER), LOG_ID)
    assert faults_of({"replyToken": "a", "messages": messages}) == []
    (bubble,) = (one["contents"] for one in messages)
    actions = [part["action"] for part in bubble["footer"]["contents"] if part["type"] == "button"]
    assert {"type": "uri", "label": "問い合わせフォーム", "uri": FORM} in actions
    texts = [part.get("text") for part in bubble["body"]["contents"]]
    assert f"・メール：{EMAIL}" in texts
    assert f"・FAX：{FAX}" in texts


@pytest.mark.parametrize("language", REPLY_LANGUAGES)
def test_it_is_said_in_every_language(town: Knowledge, language: str) -> None:
    spoken = replace(town, town=replace(town.town, reply_languages=tuple(REPLY_LANGUAGES)))
    reply = answer(spoken, NO_ANSWER, language=language).reply
    assert reply.language == language
    text = plain_text(reply)
    assert FORM in text
    assert "問い合わせフォーム" not in text


def test_whoever_cannot_telephone_is_told_so_at_once_and_how_else(town: Knowledge) -> None:
    reply = reply_to(town, "耳が聞こえないので電話できません")
    assert reply.text == "電話をかけなくても、おたずねいただけます。"
    assert (reply.ways.form, reply.ways.email, reply.ways.fax) == (FORM, EMAIL, FAX)
    assert not reply.is_apology


def test_where_no_other_way_is_known_it_is_said(town: Knowledge) -> None:
    lonely = replace(town, town=replace(town.town, ways=NO_WAYS))
    reply = reply_to(lonely, "電話以外で問い合わせたい")
    assert reply.text.startswith("電話のほかの連絡先は、この案内に載っていません。")
    assert reply.contact is not None


@pytest.mark.parametrize(("question", "told"), [("ファックスは？", FAX), ("メールアドレスを教えて", EMAIL)])
def test_a_fax_or_mail_that_is_asked_for_leads(town: Knowledge, question: str, told: str) -> None:
    assert told in (reply_to(town, question).opening or "")
