"""ふりがな and the menu 「ことば」 in LINE: within its limits, in brackets, and remembered between messages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.dialogue import NEW_DIALOGUE
from bot.line.limits import BUBBLE_BYTES, TEXT, json_bytes, utf16_length
from bot.line.messages import plain_fallback, render
from bot.line.postbacks import read_postback
from bot.replies import Choice, Reply, answer_reply, plain_reply, suggestion_reply
from bot.taps import Act, Tap, reply_to_tap
from intents.decision import Decision
from knowledge.corpus import Corpus, Knowledge
from knowledge.reply_languages import REPLY_LANGUAGES
from tests.conversations.talk import read_messages
from tests.support.line_rules import faults_of

LOG_ID = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.fixture(scope="module")
def town(corpus: Corpus) -> Knowledge:
    found = corpus.current("242047")
    return replace(found, town=replace(found.town, reply_languages=REPLY_LANGUAGES))


def with_readings(town: Knowledge, reply: Reply) -> Reply:
    return replace(reply, readings=town.readings)


def faults(messages: list[dict[str, Any]]) -> list[str]:
    return list(faults_of({"replyToken": "t", "messages": messages}))


def test_every_answer_with_readings_keeps_lines_rules(town: Knowledge) -> None:
    choices = [Choice(one.entry_id, one.title) for one in town.answers.values()]
    longest = sorted(choices, key=lambda choice: -len(choice.title))[:5]
    replies = [answer_reply(town, one, 0.9) for one in town.answers.values()]
    replies.append(suggestion_reply(town, longest, 0.4, 0))
    found = {id(one): faults(render(with_readings(town, one), LOG_ID)) for one in replies}
    assert [one for one in found.values() if one] == []


def test_the_readings_stand_in_brackets_and_the_notification_and_the_choices_stay_as_they_were(
    town: Knowledge,
) -> None:
    plain = answer_reply(town, town.answers["convenience-certificates"], 0.9)
    message, before = render(with_readings(town, plain), LOG_ID)[0], render(plain, LOG_ID)[0]
    assert "住民票（じゅうみんひょう）" in "\n".join(read_messages([message]).texts)
    assert message["altText"] == before["altText"]
    buttons = read_messages([message]).buttons or {}
    assert "解決（かいけつ）した" in buttons


def test_where_there_is_no_room_the_words_stay_without_readings(town: Knowledge) -> None:
    long = "証明書の申請を窓口で受け付けます。" * 110
    reply = with_readings(town, Reply(Decision.ANSWER, title="証明書の申請", text=long))
    texts = read_messages(render(reply, LOG_ID)).texts
    assert "証明書（しょうめいしょ）の申請（しんせい）" in texts
    assert long[:1000] in "".join(texts)
    full = replace(reply, facts=tuple((f"申請{place}", "証明書" * 60) for place in range(60)))
    message = render(full, LOG_ID)[0]
    assert json_bytes(message["contents"]) <= BUBBLE_BYTES
    assert faults([message]) == []


def test_a_plain_text_that_would_be_too_long_stays_without_readings(town: Knowledge) -> None:
    words = "".join(f"証明書{chr(0x4E00 + place)}窓口" for place in range(900))
    talk = with_readings(town, replace(plain_reply(town, "thanks"), text=words))
    text = plain_fallback(talk)[0]["text"]
    assert utf16_length(text) <= TEXT
    assert text.startswith(words[:1000])


@pytest.mark.parametrize("readings", [False, True])
def test_the_menu_is_a_bubble_whose_boxes_carry_what_is_switched_to(town: Knowledge, readings: bool) -> None:
    before = replace(NEW_DIALOGUE, readings=readings)
    reply, _ = reply_to_tap(town, Tap(Act.LANGUAGES), before)
    messages = render(reply, LOG_ID)
    assert faults(messages) == []
    buttons = read_messages(messages).buttons or {}
    carried = [read_postback(data) for data in dict.fromkeys(buttons.values())]
    assert carried[:3] == [
        Tap(Act.SPEAK, None, "ja"),
        Tap(Act.SPEAK, None, "easy"),
        Tap(Act.READINGS, None, "off" if readings else "on"),
    ]
    assert {tap.entry_id for tap in carried if tap} >= {"en", "zh", "ne"}
    assert "✓ 日本語" in buttons


def test_the_rich_menus_button_is_read() -> None:
    assert read_postback("a=languages") == Tap(Act.LANGUAGES)
