"""Webhook events as LINE and its users send them, read tolerantly."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.line.events import IncomingEvent, Reading, UnreadableEventError, read_event
from tests.support.fake_line import event, user

READING = Reading(lambda identity, _: f"hash of {len(identity)} letters", frozenset({"0598-53-4000"}))


def read(raw: dict[str, Any]) -> IncomingEvent:
    return read_event(raw, READING)


def message(text: str, **fields: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"id": "1", "type": "text", "text": text} | fields.pop("message", {})
    return event(replyToken="r" * 32, message=given, **fields)


def test_a_text_is_kept_masked_and_without_the_user_id() -> None:
    found = read(message("私の番号は123456789018です"))
    assert found.text is not None
    assert "123456789018" not in found.text
    assert found.personal_data
    stored = {name: value for name, value in vars(found).items() if name != "user_id"}
    assert user(1) not in json.dumps(stored, default=str)


def test_an_office_number_is_no_personal_data() -> None:
    assert read(message("0598-53-4000はどこの電話？")).personal_data is False


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        pytest.param(message("住民票"), None, id="a question is answered"),
        pytest.param(
            message("住民票", foo=1, message={"markAsReadToken": "x", "bar": {}}), None, id="unknown properties"
        ),
        pytest.param(message("住民票", mode="standby"), "standby", id="standby is silent"),
        pytest.param(event(message={"type": "text", "text": "住民票"}), "no reply token", id="no reply token"),
        pytest.param(
            event(replyToken="0" * 32, message={"type": "text", "text": "a"}), "no reply token", id="dummy token"
        ),
        pytest.param(event("follow", replyToken="r", follow={"isUnblocked": True}), None, id="a friend again"),
        pytest.param(event("follow", replyToken="r"), None, id="follow without details"),
        pytest.param(event("unfollow"), "kind unfollow", id="blocked"),
        pytest.param(event("postback", replyToken="r", postback={"data": "a=more"}), None, id="a tap"),
        pytest.param(
            event("postback", replyToken="r", postback={"data": "tel=090-1234-5678"}),
            "postback not ours",
            id="a tap of another tool",
        ),
        pytest.param(event("postback", replyToken="r", postback={}), "postback not ours", id="a tap without data"),
        pytest.param(event("beacon", replyToken="r"), "kind beacon", id="beacon"),
        pytest.param(
            event("messageEdited", replyToken="r", message={"type": "text", "text": "a"}),
            "kind messageEdited",
            id="edited",
        ),
        pytest.param(event("newThing", replyToken="r"), "kind newThing", id="a type of tomorrow"),
        pytest.param(
            event(replyToken="r", message={"type": "hologram"}), "unknown message type", id="a message of tomorrow"
        ),
        pytest.param(
            event(replyToken="r", message={"type": "sticker", "stickerResourceType": "NEW"}), None, id="a sticker"
        ),
        pytest.param(
            message("住民票", source={"type": "group", "groupId": "G1"}), "group without mention", id="group talk"
        ),
        pytest.param(
            message("住民票", source={"type": "room", "roomId": "R1", "userId": user(2)}),
            "group without mention",
            id="room talk",
        ),
    ],
)
def test_what_needs_an_answer_and_what_does_not(raw: dict[str, Any], why: str | None) -> None:
    assert read(raw).ignored == why


def test_in_a_group_the_bot_answers_when_it_is_mentioned_and_forgets_its_own_name() -> None:
    text = "🍎@こたえ 住民票は？"
    mention = {
        "mentionees": [
            {"index": 2, "length": 4, "type": "user", "isSelf": True},
            {"type": "all", "index": 0, "length": 0},
        ]
    }
    found = read(message(text, source={"type": "group", "groupId": "G1"}, message={"mention": mention}))
    assert found.ignored is None
    assert found.text == "🍎 住民票は？"
    assert found.user_id is None


def test_the_same_event_without_an_id_is_the_same_event() -> None:
    raw = message("住民票")
    del raw["webhookEventId"]
    again = json.loads(json.dumps(raw)) | {"deliveryContext": {"isRedelivery": True}}
    assert read(raw).webhook_event_id == read(again).webhook_event_id


@pytest.mark.parametrize("timestamp", [None, "yesterday", -1, 0, True, 1 << 60, 10**30, float("inf")])
def test_an_unbelievable_time_counts_as_now(timestamp: Any) -> None:
    found = read(event(timestamp=timestamp) | {"timestamp": timestamp})
    assert abs(found.occurred_at - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)


def test_surrogates_and_nul_are_cleaned() -> None:
    assert read(message("住民\x00票\ud83d は？")).text == "住民票� は？"


def test_a_very_long_text_keeps_its_beginning_and_its_end() -> None:
    found = read(message("はじめ" + "あ" * 10_000 + "おわり？"))
    assert found.text is not None
    assert len(found.text) <= 2000
    assert found.text.startswith("はじめ")
    assert found.text.endswith("おわり？")


def test_people_whom_line_does_not_tell_apart_share_nothing() -> None:
    assert read(message("住民票", source={"type": "user"})).asker is None
    assert read(message("住民票", source={"type": "room", "roomId": "R"})).asker is None


def test_one_person_is_another_asker_in_a_group() -> None:
    alone, together = ({"type": "user", "userId": user(1)}, {"type": "group", "groupId": "G", "userId": user(1)})
    reading = Reading(lambda identity, _: identity)
    askers = {read_event(message("住民票", source=source), reading).asker for source in (alone, together)}
    assert len(askers) == 2


def test_half_a_number_at_the_cut_is_not_kept() -> None:
    for before in range(985, 1010):
        found = read(message("あ" * before + "番号は123456789018です。" + "い" * 3000))
        assert not set("0123456789") & set((found.text or "").replace("〔12桁の番号〕", ""))


@pytest.mark.parametrize("raw", [None, 1, "x", [], {}, {"type": None}, {"type": 5}])
def test_what_is_no_event_is_refused(raw: Any) -> None:
    with pytest.raises(UnreadableEventError):
        read_event(raw, READING)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["message", "postback", "follow", "unsend", "x"])},
        optional=dict.fromkeys(
            ("mode", "timestamp", "source", "webhookEventId", "replyToken", "message", "postback", "unsend"),
            json_values,
        ),
    )
)
def test_no_event_of_whatever_shape_breaks_the_reader(raw: dict[str, Any]) -> None:
    found = read(raw)
    assert found.kind == raw["type"]
