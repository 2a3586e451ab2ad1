"""Everything that can be sent keeps LINE's rules: all bundled answers, and the longest conceivable."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from linebot.v3.messaging import ReplyMessageRequest

from bot.conversation import answer
from bot.dialogue import NEW_DIALOGUE, Dialogue
from bot.line.messages import plain_fallback, render
from bot.line.postbacks import postback_data, read_postback
from bot.list_replies import PAGE
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
from bot.taps import Act, Tap, reply_to_tap
from bot.wording import say
from intents.emergencies import Need
from knowledge.answers import Answer, Figure
from knowledge.corpus import Corpus, Knowledge
from knowledge.emergency_numbers import numbers_for
from knowledge.reply_languages import REPLY_LANGUAGES
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
        *browsed(knowledge),
        *listings(knowledge),
        *(answer_reply(knowledge, found, 0.9) for found in answers),
        *(details_reply(knowledge, found) for found in answers),
        suggestion_reply(knowledge, titles[:5], 0.4, 0),
        none_reply(knowledge, 0.1, 0),
        none_reply(knowledge, 0.1, 1, after_choices=True),
        greeting_reply(knowledge),
        office_reply(knowledge, None),
        *(emergency_reply(knowledge, "emergency_first", numbers_for(need)) for need in Need),
    ]


def browsed(knowledge: Knowledge, language: str | None = None) -> list[Reply]:
    """Every page of everything that can be looked through, turned by its own buttons."""
    before = replace(NEW_DIALOGUE, language=language, language_chosen=language is not None)
    waiting = [Tap(act) for act in (Act.FREQUENT, Act.CATEGORIES, Act.CONTACT)]
    found: dict[Tap, Reply] = {}
    while waiting:
        tap = waiting.pop()
        if tap not in found:
            found[tap], _ = reply_to_tap(knowledge, tap, before)
            onward = (*found[tap].shelves, *found[tap].steps)
            waiting += [Tap(Act(step.to.value), None, step.place) for step in onward]
    return list(found.values())


def listings(knowledge: Knowledge, language: str | None = None) -> list[Reply]:
    """Each list from its first page to its last."""
    replies = []
    for asked in (
        "目標の一覧",
        "現状と目標を全部",
        "用語の一覧",
        "担当課の一覧",
        "工程表の一覧",
        "令和7年度にやることは？",
    ):
        outcome = answer(knowledge, asked, language=language)
        replies.append(outcome.reply)
        while outcome.dialogue.listing and outcome.reply.title and len(outcome.reply.facts) == PAGE:
            outcome = answer(knowledge, "続き", outcome.dialogue, language=language)
            replies.append(outcome.reply)
    return replies


@pytest.mark.parametrize("code", CODES)
def test_every_bundled_answer_keeps_lines_rules(corpus: Corpus, code: str) -> None:
    for reply in replies_of(corpus.current(code)):
        assert faults_of(body(reply)) == [], reply.title


@pytest.mark.parametrize("language", REPLY_LANGUAGES)
def test_so_do_they_in_every_language(corpus: Corpus, language: str) -> None:
    """Of the longest by kind, all that can be looked through, and all lists."""
    for code in CODES:
        knowledge = corpus.current(code)
        spoken = replace(knowledge, town=replace(knowledge.town, reply_languages=REPLY_LANGUAGES))
        before = replace(NEW_DIALOGUE, language=language, language_chosen=True)
        told = (show_entry_in(spoken, found.entry_id, before) for found in longest_by_kind(spoken))
        for reply in (*told, *browsed(spoken, language), *listings(spoken, language)):
            assert faults_of(body(reply)) == [], (code, reply.title)


def longest_by_kind(knowledge: Knowledge) -> list[Answer]:
    found: dict[str, Answer] = {}
    for one in knowledge.answers.values():
        if one.kind not in found or len(str(one)) > len(str(found[one.kind])):
            found[one.kind] = one
    return list(found.values())


def show_entry_in(knowledge: Knowledge, entry_id: str, before: Dialogue) -> Reply:
    return reply_to_tap(knowledge, Tap(Act.CHOOSE, LOG_ID, entry_id), before)[0]


def parts_of(reply: Reply) -> Iterator[dict[str, Any]]:
    """Every part of a bubble, from the outside in."""
    (message,) = render(reply, LOG_ID)
    waiting = [message["contents"]["body"]]
    while waiting:
        part = waiting.pop(0)
        yield part
        waiting[:0] = part.get("contents", [])


def texts_of(reply: Reply) -> list[str]:
    return [part["text"] for part in parts_of(reply) if part["type"] == "text"]


def test_the_first_sentence_answers_and_stands_out(corpus: Corpus) -> None:
    knowledge = corpus.current("242047")
    for found in knowledge.answers.values():
        reply = answer_reply(knowledge, found, 0.9)
        bold = [part["text"] for part in parts_of(reply) if part.get("weight") == "bold" and part["type"] == "text"]
        assert found.text.startswith(bold[0]), found.entry_id
        assert len(bold[0]) <= 130, bold[0]
        assert texts_of(reply)[0] == found.title
        assert "".join(texts_of(reply)).replace("\n", "").count(found.text.replace("\n", "")[:60]) == 1


@pytest.mark.parametrize("code", CODES)
def test_an_indicator_shows_both_values_with_their_years(corpus: Corpus, code: str) -> None:
    knowledge = corpus.current(code)
    for found in (one for one in knowledge.answers.values() if one.kind == "indicator"):
        texts = texts_of(answer_reply(knowledge, found, 0.9))
        for figure in found.figures:
            assert any(figure.amount in text for text in texts), (found.name, figure)
            assert not figure.when or any(figure.when in text for text in texts)
        told = {figure.label for figure in found.figures}
        assert (say("figure_not_written") in texts) is (bool(told) and not {"現状", "目標"} <= told), found.name


def bars(reply: Reply) -> list[str]:
    return [part["width"] for part in parts_of(reply) if "width" in part]


@pytest.mark.parametrize(
    ("now", "goal", "unit", "shown"),
    [
        pytest.param("49.7", "83", "%", ["49.7%", "83%"], id="percentages"),
        pytest.param("0", "100", "％", ["100%"], id="the ends of the scale"),
        pytest.param("40", "300", "件", [], id="numbers of things have no scale"),
        pytest.param("120", "150", "%", [], id="beyond the scale"),
        pytest.param("約50", "80以上", "%", [], id="no plain values"),
        pytest.param("35％", "40％", "", ["35%", "40%"], id="the sign in the value"),
    ],
)
def test_bars_are_drawn_for_percentages_alone(corpus: Corpus, now: str, goal: str, unit: str, shown: list[str]) -> None:
    knowledge = corpus.current("242047")
    found = next(one for one in knowledge.answers.values() if one.kind == "indicator")
    figures = (Figure("現状", now, unit, "令和3年度", 2021), Figure("目標", goal, unit, "令和8年度", 2026))
    reply = answer_reply(knowledge, replace(found, figures=figures), 0.9)
    assert bars(reply) == shown
    assert faults_of(body(reply)) == []
    assert bars(answer_reply(knowledge, replace(found, figures=figures[1:]), 0.9)) == []


@pytest.mark.parametrize("code", CODES)
def test_a_schedule_shows_a_row_for_its_years(corpus: Corpus, code: str) -> None:
    knowledge = corpus.current(code)
    for found in (one for one in knowledge.answers.values() if one.kind == "schedule"):
        texts = texts_of(answer_reply(knowledge, found, 0.9))
        for years, step in found.facts:
            assert years in texts
            assert "印" not in texts
            assert step in texts or any(say("schedule_mark") in text for text in texts)


def test_a_long_label_stands_above_its_value_and_a_short_one_beside_it(corpus: Corpus) -> None:
    knowledge = corpus.current("242047")
    reply = answer_reply(knowledge, knowledge.answers["online-procedures"], 0.9)
    for label, layout in (("手数料", "horizontal"), ("オンラインで申請できる手続きの数", "vertical")):
        shown = replace(reply, facts=((label, "値"),))
        row = next(
            part for part in parts_of(shown) if any(one.get("text") == label for one in part.get("contents", []))
        )
        assert row["layout"] == layout


def test_whom_to_ask_stands_out_where_nothing_else_is_answered(corpus: Corpus) -> None:
    knowledge = corpus.current("222232")
    (part,) = [one for one in parts_of(none_reply(knowledge, 0.1, 0)) if "0537-85-1127" in one.get("text", "")]
    assert (part["weight"], part["size"]) == ("bold", "md")


def test_what_can_be_looked_through_belongs_to_no_question(corpus: Corpus) -> None:
    """Else it would count as what somebody did after an answer (bot.taps.mark_tap)."""
    for reply in browsed(corpus.current("242047")):
        (message,) = render(reply, LOG_ID)
        found = json.dumps(message)
        assert f"a=categories&q={LOG_ID}" not in found
        assert f"a=contact&q={LOG_ID}" not in found


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
        pytest.param(Tap(Act.CATEGORIES), id="all categories"),
        pytest.param(Tap(Act.CATEGORIES, None, "online--2"), id="the second page of one"),
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
        kind = f"{reply.decision} {reply.answer.kind if reply.answer else ''} {reply.rule} {reply.list_id}"
        if len(json.dumps(body(reply))) > len(json.dumps(body(by_kind[kind])) if kind in by_kind else ""):
            by_kind[kind] = reply
    for kind, reply in [*by_kind.items(), ("huge", huge(knowledge))]:
        checked = subprocess.run(
            [sys.executable, str(CHECKER), "--strict"], input=json.dumps(body(reply)), capture_output=True, text=True
        )
        assert checked.returncode == 0, (kind, checked.stdout[:500])
