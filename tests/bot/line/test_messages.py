"""Everything that can be sent keeps LINE's rules: all bundled answers, and the longest conceivable."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from linebot.v3.messaging import ReplyMessageRequest

from bot.line.messages import plain_fallback, render
from bot.line.postbacks import postback_data, read_postback
from bot.replies import (
    Choice,
    Reply,
    answer_reply,
    details_reply,
    emergency_reply,
    greeting_reply,
    none_reply,
    office_reply,
    suggestion_reply,
)
from bot.taps import Act, Tap
from intents.emergencies import Need
from knowledge.corpus import Corpus, Knowledge
from knowledge.emergency_numbers import numbers_for
from tests.support.line_rules import faults_of

LOG_ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
CODES = ("242047", "222232", "232084", "122106", "382159")
CHECKER = Path(__file__).parents[4] / "shared" / "line" / "check_line_payload.py"


def body(reply: Reply) -> dict[str, object]:
    return {"replyToken": "t", "messages": render(reply, LOG_ID)}


def replies_of(knowledge: Knowledge) -> list[Reply]:
    """One reply of each kind for all that a municipality can answer."""
    answers = list(knowledge.answers.values())
    titles = sorted((Choice(a.entry_id, a.title) for a in answers), key=lambda choice: -len(choice.title))
    return [
        *(answer_reply(knowledge, found, 0.9) for found in answers),
        *(details_reply(knowledge, found) for found in answers),
        suggestion_reply(knowledge, titles[:5], 0.4, 0),
        none_reply(knowledge, 0.1, 0),
        none_reply(knowledge, 0.1, 1, after_choices=True),
        greeting_reply(knowledge),
        office_reply(knowledge, None),
        *(emergency_reply(knowledge, "emergency_first", numbers_for(need)) for need in Need),
    ]


@pytest.mark.parametrize("code", CODES)
def test_every_bundled_answer_keeps_lines_rules(corpus: Corpus, code: str) -> None:
    for reply in replies_of(corpus.current(code)):
        assert faults_of(body(reply)) == [], reply.title


@pytest.mark.parametrize("code", CODES)
def test_the_sdk_sends_every_answer_whole(corpus: Corpus, code: str) -> None:
    """The SDK drops what it does not know without a word; nothing of ours may be among it."""
    for reply in replies_of(corpus.current(code)):
        sent = body(reply)
        assert json.loads(ReplyMessageRequest.from_dict(sent).to_json()) == sent | {"notificationDisabled": False}


def huge(knowledge: Knowledge) -> Reply:
    """Longer than staff may write in any field."""
    found = max(knowledge.answers.values(), key=lambda answer: len(answer.facts))
    text = "とても長い説明です。🍎👨‍👩‍👧" * 2000
    reply = answer_reply(knowledge, found, 0.9)
    return replace(
        reply,
        title="題" * 2000,
        opening=text,
        text=text,
        facts=tuple((f"項目{number}" * 30, text) for number in range(30)),
        links=tuple(("リンク" * 50, f"https://example.com/{'a' * 900}{number}") for number in range(3)),
        notes=(text, text),
        choices=tuple(Choice("entry", "選択肢" * 100) for _ in range(5)),
    )


def test_the_longest_conceivable_reply_is_cut_to_fit(corpus: Corpus) -> None:
    reply = huge(corpus.current("242047"))
    assert faults_of(body(reply)) == []
    assert faults_of({"replyToken": "t", "messages": plain_fallback(reply)}) == []


def test_the_gist_stands_in_the_notification(corpus: Corpus) -> None:
    knowledge = corpus.current("242047")
    found = knowledge.answers["online-procedures"]
    (message,) = render(answer_reply(knowledge, found, 0.9), LOG_ID)
    assert message["altText"].startswith(found.text.split("。")[0])


def test_choices_stand_in_the_bubble_and_beside_it(corpus: Corpus) -> None:
    knowledge = corpus.current("242047")
    choices = [Choice(a.entry_id, a.title) for a in list(knowledge.answers.values())[:3]]
    (message,) = render(suggestion_reply(knowledge, choices, 0.4, 0), LOG_ID)
    inside = [part for part in message["contents"]["body"]["contents"] if part.get("action")]
    beside = message["quickReply"]["items"]
    assert [part["contents"][0]["text"] for part in inside] == [*(c.title for c in choices), "この中にない"]
    assert [item["action"]["data"] for item in beside] == [part["action"]["data"] for part in inside]


def test_a_resident_in_need_sees_the_number_and_a_button(corpus: Corpus) -> None:
    reply = emergency_reply(corpus.current("242047"), "emergency_first", numbers_for(Need.FIRE_AMBULANCE))
    (message,) = render(reply, LOG_ID)
    assert "119" in message["altText"]
    buttons = [part["action"]["uri"] for part in message["contents"]["footer"]["contents"]]
    assert buttons == ["tel:119"]


def test_a_link_in_japanese_gets_a_button_and_an_unreadable_one_spoils_nothing(corpus: Corpus) -> None:
    knowledge = corpus.current("242047")
    found = replace(
        knowledge.answers["online-procedures"],
        links=(("ごみ", "https://例え.jp/ごみ"), ("こわれたもの", "https://[")),
    )
    (message,) = render(answer_reply(knowledge, found, 0.9), LOG_ID)
    actions = [part.get("action", {}) for part in message["contents"]["footer"]["contents"]]
    opened = {one["label"]: one["uri"] for one in actions if one.get("type") == "uri"}
    assert opened.pop("ごみ") == "https://xn--r8jz45g.jp/%E3%81%94%E3%81%BF"
    assert "こわれたもの" not in opened
    assert faults_of(body(answer_reply(knowledge, found, 0.9))) == []


LINKS = (
    ("申請する", "https://www.city.example.jp/a"),
    ("様式", "https://WWW.city.example.jp/b?to=https://other.example.jp/"),
    ("国の案内", "http://example.go.jp:8080/"),
    ("ごみ", "https://例え.jp/ごみ"),
    ("こわれたもの", "https://["),
)


def footer_of(reply: Reply) -> list[tuple[str, str]]:
    """What stands below a bubble: the words of a part, and where it leads."""
    (message,) = render(reply, LOG_ID)
    parts = message["contents"].get("footer", {"contents": []})["contents"]
    return [
        (part.get("text") or part["action"]["label"], part.get("action", {}).get("uri", ""))
        for part in parts
        if part["type"] != "box"
    ]


def test_below_the_links_that_lead_to_one_host_it_is_named(corpus: Corpus) -> None:
    knowledge = corpus.current("242047")
    found = replace(knowledge.answers["online-procedures"], links=LINKS, office=None)
    below = [words for words, _ in footer_of(answer_reply(knowledge, found, 0.9))]
    assert below[:7] == [
        *("申請する", "様式", "リンク先：www.city.example.jp"),
        *("国の案内", "リンク先：example.go.jp"),
        *("ごみ", "リンク先：例え.jp"),
    ]
    english = [words for words, _ in footer_of(replace(answer_reply(knowledge, found, 0.9), language="en"))]
    assert "Link to：example.go.jp" in english
    assert all(url in plain_fallback(answer_reply(knowledge, found, 0.9))[0]["text"] for _, url in LINKS)


def test_whatever_answer_is_given_no_button_leads_out_without_naming_the_host(corpus: Corpus) -> None:
    knowledge = corpus.current("242047")
    for found in knowledge.answers.values():
        given = replace(found, links=LINKS, plan=replace(found.plan, url="https://plan.example.jp/"))
        for reply in (answer_reply(knowledge, given, 0.9), details_reply(knowledge, given)):
            below = footer_of(reply)
            leading = [(place, address) for place, (_, address) in enumerate(below) if address.startswith("http")]
            assert len(leading) == len(LINKS) - 1 + (reply.title == "くわしい情報")
            for place, address in leading:
                named = next(words for words, leads in below[place:] if not leads)
                assert named.removeprefix("リンク先：").encode("idna").decode() == urlsplit(address).hostname


@pytest.mark.parametrize(
    "tap",
    [
        pytest.param(Tap(Act.CHOOSE, LOG_ID, "online-procedures"), id="a choice"),
        pytest.param(Tap(Act.NONE_OF_THESE, LOG_ID), id="none of these"),
        pytest.param(Tap(Act.MORE, LOG_ID, "e" * 60), id="the longest entry id"),
    ],
)
def test_a_postback_comes_back_as_it_went(tap: Tap) -> None:
    assert read_postback(postback_data(tap)) == tap
    assert len(postback_data(tap)) <= 300


@pytest.mark.parametrize("data", ["", "action=buy&item=1", "a=unknown", "\x00", "a", "=" * 300])
def test_postbacks_of_other_tools_are_left_alone(data: str) -> None:
    assert read_postback(data) is None


@pytest.mark.skipif(not CHECKER.exists(), reason="LINE's OpenAPI checker is not at hand (../shared/line)")
def test_lines_own_description_accepts_our_replies(corpus: Corpus) -> None:
    """A sample through the checker against LINE's OpenAPI file: the longest of each kind."""
    knowledge = corpus.current("382159")
    by_kind: dict[str, Reply] = {}
    for reply in replies_of(knowledge):
        kind = f"{reply.decision} {reply.answer.kind if reply.answer else ''}"
        if len(json.dumps(body(reply))) > len(json.dumps(body(by_kind[kind])) if kind in by_kind else ""):
            by_kind[kind] = reply
    for kind, reply in [*by_kind.items(), ("huge", huge(knowledge))]:
        checked = subprocess.run(
            [sys.executable, str(CHECKER), "--strict"], input=json.dumps(body(reply)), capture_output=True, text=True
        )
        assert checked.returncode == 0, (kind, checked.stdout[:500])
