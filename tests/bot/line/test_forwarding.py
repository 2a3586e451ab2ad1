"""Beside another tool on the channel: who answers is decided once, and what is the other's goes on as LINE signed it."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import create_app
from bot.line import inbox
from bot.line.events import MEDIA
from bot.line.forwarding import FAILURES, Call, Circuit, Forwarder, Outcome, call
from bot.line.leaving import LEFT
from bot.operation.facts import OTHER_CHECKS
from bot.operation.notes import NOTES
from bot.other_tools import KINDS, OtherToolError, read_other_tool, rule_for
from bot.services import Services
from knowledge import forwards
from knowledge.calendar import now
from knowledge.forwards import LIFE, LONG_LIFE, Passing, opened, seal
from knowledge.models import Forward, LineEvent
from knowledge.residents_data import Resident, erase_resident
from tests.bot.line.conftest import CODE, Clock, drain, sender_of
from tests.support.every_column import places_of
from tests.support.fake_line import FakeLine, event, signature, text_event, webhook_body
from tests.support.fake_tool import FakeTool
from tests.support.filling import Filling

QUESTION = "住民票はコンビニで取れますか"
OWN_BUTTON, OTHER_BUTTON = {"data": "a=contact"}, {"data": "action=gomi&area=3"}
SOON = 5.0


@pytest.fixture
def tool() -> Iterator[FakeTool]:
    with FakeTool() as fake:
        yield fake


@pytest.fixture(params=["sqlite", "postgresql"])
def beside(
    request: pytest.FixtureRequest,
    line_environment: dict[str, str],
    database_url_maker: Callable[..., str],
    first_town: Filling,
    tool: FakeTool,
) -> Iterator[Flask]:
    """An app whose channel has another tool behind it, on both databases."""
    given = {
        f"LINE_{CODE}_FORWARD_URL": tool.url,
        f"LINE_{CODE}_LEAVE_WORDS": "ごみ、防災*, ＭＥＮＵ",
        f"LINE_{CODE}_LEAVE_KINDS": "location",
        "DATABASE_URL": database_url_maker(request.param, first_town),
    }
    app = create_app(line_environment | given)
    services: Services = app.extensions["kotae"]
    yield app
    services.forwarding.stop()
    services.database.dispose()


def kit_of(app: Flask) -> Services:
    services: Services = app.extensions["kotae"]
    return services


def deliver(app: Flask, *events: Any) -> bytes:
    body = webhook_body(events)
    headers = {"x-line-signature": signature(body)}
    assert app.test_client().post(f"/line/{CODE}/webhook", data=body, headers=headers).status_code == 200
    return body


def forwarder_of(app: Flask, clock: Callable[[], dt.datetime] = now, circuit: Circuit | None = None) -> Forwarder:
    kit = kit_of(app)
    channel = kit.settings.line_channels[CODE]
    return Forwarder(kit.database, channel, kit.settings.data_key, local=True, clock=clock, circuit=circuit)


def hand_on(app: Flask, clock: Callable[[], dt.datetime] = now) -> int:
    forwarder, done = forwarder_of(app, clock), 0
    while forwarder.step():
        done += 1
    return done


def waiting(app: Flask) -> list[Forward]:
    with kit_of(app).database.reading() as session:
        return list(session.scalars(select(Forward).order_by(Forward.id)))


def states(app: Flask) -> list[tuple[str, str | None]]:
    with kit_of(app).database.reading() as session:
        return [(row.state, row.note) for row in session.scalars(select(LineEvent).order_by(LineEvent.id))]


def tap(line: FakeLine, data: dict[str, str]) -> dict[str, Any]:
    return event("postback", replyToken=line.issue_token(), postback=data)


def media(line: FakeLine, kind: str) -> dict[str, Any]:
    return event(replyToken=line.issue_token(), message={"id": "7", "type": kind})


@pytest.mark.parametrize("text", ["ごみ", " ごみ\n", "防災マップを見たい", "menu"])
def test_its_words_are_left_to_it_and_go_on_as_they_came(
    beside: Flask, line: FakeLine, tool: FakeTool, text: str
) -> None:
    one = text_event(line, text)
    body = deliver(beside, one)
    assert states(beside) == [("ignored", LEFT)]
    assert hand_on(beside) == 1
    (taken,) = tool.taken
    assert (taken.body, taken.signature) == (body, signature(body))
    assert taken.content_type.startswith("application/json")
    drain(sender_of(kit_of(beside)))
    assert line.accepted(one["replyToken"]) == [], "the token is the other tool's"
    assert waiting(beside) == []


@pytest.mark.parametrize("text", [QUESTION, "ごみの出し方は", "市の防災計画"])
def test_a_question_is_ours_alone(beside: Flask, line: FakeLine, tool: FakeTool, text: str) -> None:
    one = text_event(line, text)
    deliver(beside, one)
    assert waiting(beside) == []
    assert hand_on(beside) == 0
    drain(sender_of(kit_of(beside)))
    assert line.accepted(one["replyToken"])
    assert tool.calls == 0


def test_who_answers_what(beside: Flask, line: FakeLine) -> None:
    """Ours: (received, not handed on); the other's: (ignored, handed on); both hear who is a friend."""
    cases: list[tuple[dict[str, Any], str, bool]] = [
        (tap(line, OWN_BUTTON), "received", False),
        (tap(line, OTHER_BUTTON), "ignored", True),
        (media(line, "location"), "ignored", True),
        (media(line, "image"), "received", False),
        (event("beacon", replyToken=line.issue_token(), beacon={"hwid": "d41d8cd98f", "type": "enter"}), "ignored", True),
        (event("accountLink", link={"result": "ok", "nonce": "x"}), "ignored", True),
        (event("follow", replyToken=line.issue_token()), "received", True),
        (event("unfollow"), "ignored", True),
        (event("unsend", unsend={"messageId": "1"}), "ignored", True),
        (event("somethingNew"), "ignored", True),
        ({"odd": 1}, "", True),
    ]  # fmt: skip
    for one, state, handed_on in cases:
        before, rows = len(waiting(beside)), len(states(beside))
        deliver(beside, one)
        assert [found for found, _ in states(beside)[rows:]] == ([state] if state else []), one
        assert (len(waiting(beside)) > before) is handed_on, one


def test_of_a_mixed_body_each_answers_its_own(beside: Flask, line: FakeLine, tool: FakeTool) -> None:
    """The signature is of the whole, so the other tool gets the whole."""
    ours, theirs = text_event(line, QUESTION), text_event(line, "ごみ", sender=2)
    body = deliver(beside, ours, theirs)
    hand_on(beside)
    assert [one.body for one in tool.taken] == [body]
    drain(sender_of(kit_of(beside)))
    assert len(line.accepted(ours["replyToken"])) == 1
    assert line.accepted(theirs["replyToken"]) == []
    found = inbox.reconcile(kit_of(beside).database, now())
    assert found.sound
    assert (found.received, found.left, found.by_state["answered"]) == (2, 1, 1)


def test_what_line_delivers_again_goes_on_once(beside: Flask, line: FakeLine, tool: FakeTool) -> None:
    one = text_event(line, "ごみ")
    for again in (False, True, True):
        deliver(beside, one | {"deliveryContext": {"isRedelivery": again}})
        hand_on(beside)
    assert tool.calls == 1


def test_nothing_of_it_stands_open_in_the_database(beside: Flask, line: FakeLine) -> None:
    secret = "防災 かなりあの巣箱のこと 090-1234-5678"
    one = text_event(line, secret)
    body = deliver(beside, one)
    (row,) = waiting(beside)
    assert places_of(kit_of(beside).database, ["かなりあ", "1234-5678", one["source"]["userId"]]) == set()
    assert opened(kit_of(beside).settings.data_key, row.sealed) == body
    assert row.expires_at - row.received_at == LIFE
    deliver(beside, event("follow", replyToken=line.issue_token()))
    last = waiting(beside)[-1]
    assert last.expires_at - last.received_at == LONG_LIFE


def test_what_was_taken_back_or_erased_goes_to_nobody(beside: Flask, line: FakeLine, tool: FakeTool) -> None:
    kit, one, two = kit_of(beside), text_event(line, "ごみ"), text_event(line, "ごみ", sender=2)
    deliver(beside, one)
    deliver(beside, two)
    deliver(beside, event("unsend", unsend={"messageId": one["message"]["id"]}))
    assert len(waiting(beside)) == 2, "the other message, and that one was taken back"
    asker = next(row.askers[0] for row in waiting(beside) if row.messages == [two["message"]["id"]])
    with kit.database.writing() as session:
        assert erase_resident(session, CODE, Resident(asker), now())["forwards"] == 1
    hand_on(beside)
    assert [b"unsend" in one.body for one in tool.taken] == [True]


@pytest.mark.parametrize(
    ("answers", "calls", "left"),
    [
        pytest.param([500, 200], 2, 0, id="again after a 500"),
        pytest.param([0, 429, 200], 3, 0, id="again after none and a 429"),
        pytest.param([400, 200], 1, 0, id="not again after a 400"),
        pytest.param([302, 200], 1, 0, id="it is sent nowhere else"),
    ],
)
def test_it_goes_again_only_where_no_answer_came(
    beside: Flask, line: FakeLine, tool: FakeTool, clock: Clock, answers: list[int], calls: int, left: int
) -> None:
    tool.answers = list(answers)
    deliver(beside, text_event(line, "ごみ"))
    forwarder = forwarder_of(beside, clock)
    for _ in range(6):
        clock.forward(3)
        forwarder.step()
    assert (tool.calls, len(waiting(beside))) == (calls, left)


def test_what_nobody_can_use_any_more_is_given_up(beside: Flask, line: FakeLine, tool: FakeTool, clock: Clock) -> None:
    deliver(beside, text_event(line, "ごみ"))
    clock.forward(LIFE.total_seconds() + 5)
    hand_on(beside, clock)
    assert (tool.calls, waiting(beside)) == (0, [])


def test_also_where_nobody_hands_on_any_more(beside: Flask, line: FakeLine) -> None:
    deliver(beside, text_event(line, "ごみ"))
    assert forwards.purge(kit_of(beside).database, now()) == 0
    assert forwards.purge(kit_of(beside).database, now() + LIFE + dt.timedelta(seconds=5)) == 1
    assert waiting(beside) == []


def test_two_processes_hand_on_once(beside: Flask, line: FakeLine, tool: FakeTool) -> None:
    tool.seconds = 0.05
    for _ in range(6):
        deliver(beside, text_event(line, "ごみ"))
    threads = [threading.Thread(target=hand_on, args=(beside,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tool.calls == 6
    assert waiting(beside) == []


def test_whoever_died_with_it_is_followed_by_another(
    beside: Flask, line: FakeLine, tool: FakeTool, clock: Clock
) -> None:
    deliver(beside, text_event(line, "ごみ"))
    clock.forward(5)
    taken, _ = forwards.take(kit_of(beside).database, CODE, clock())
    assert taken is not None
    assert hand_on(beside, clock) == 0
    clock.forward(forwards.LEASE.total_seconds() + 1)
    assert hand_on(beside, clock) == 1
    forwards.try_later(kit_of(beside).database, taken, clock())
    assert waiting(beside) == []


def test_a_tool_that_is_away_slows_nobody(beside: Flask, line: FakeLine, tool: FakeTool) -> None:
    """Its threads run, it answers nothing: what is ours is stored and answered as ever."""
    tool.seconds = 1.0
    kit = kit_of(beside)
    kit.forwarding.start()
    for _ in range(5):
        deliver(beside, text_event(line, "ごみ"))
    begun, one = time.monotonic(), text_event(line, QUESTION)
    deliver(beside, one)
    assert time.monotonic() - begun < 1.8
    drain(sender_of(kit))
    assert line.accepted(one["replyToken"])
    tool.seconds = 0.0


def test_the_threads_of_a_process_hand_on(beside: Flask, line: FakeLine, tool: FakeTool) -> None:
    kit_of(beside).forwarding.start()
    deliver(beside, text_event(line, "ごみ"))
    until = time.monotonic() + SOON
    while not tool.taken and time.monotonic() < until:
        time.sleep(0.01)
    assert len(tool.taken) == 1


def test_more_than_can_wait_is_not_kept(beside: Flask, line: FakeLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forwards, "MOST", 2)
    for _ in range(4):
        deliver(beside, text_event(line, "ごみ"))
    assert len(waiting(beside)) == 2
    assert states(beside) == [("ignored", LEFT)] * 4


def test_one_that_fails_is_left_alone_then_tried_again() -> None:
    moment = [0.0]
    circuit = Circuit(lambda: moment[0])
    for _ in range(FAILURES):
        assert circuit.may_call()
        circuit.note(answered=False)
    assert not circuit.may_call()
    moment[0] = 2.1
    assert circuit.may_call(), "one finds out"
    assert not circuit.may_call(), "and nobody else meanwhile"
    circuit.note(answered=False)
    moment[0] += 4.9
    assert not circuit.may_call(), "longer each time"
    moment[0] += 0.2
    assert circuit.may_call()
    circuit.note(answered=True)
    assert all(circuit.may_call() for _ in range(5))


def test_staff_are_told_that_it_gets_nothing_until_it_does(
    beside: Flask, line: FakeLine, tool: FakeTool, clock: Clock
) -> None:
    def told() -> list[tuple[str, str]]:
        found = [one for check in OTHER_CHECKS for one in check(kit_of(beside), clock())]
        return [(one.scope, one.detail) for one in found if one.kind == "forward"]

    moment = [0.0]
    forwarder = forwarder_of(beside, clock, Circuit(lambda: moment[0]))
    tool.answers = [500] * FAILURES
    for number in range(FAILURES):
        deliver(beside, text_event(line, "ごみ"))
        clock.forward(5)
        forwarder.step()
        assert told() == ([(CODE, "500 が返ります")] if number + 1 == FAILURES else [])
    assert not forwarder.step(), "it is left alone"
    moment[0], clock.moment = 5.0, clock.moment + dt.timedelta(seconds=5)
    forwarder.step()
    assert told() == []
    NOTES.forwarded(CODE, None, clock())


def test_before_us_stands_another_which_answers_its_own(line_environment: dict[str, str], line: FakeLine) -> None:
    """What it hands on arrives as LINE's: the signature holds, and what is left to it is not answered."""
    given = {f"LINE_{CODE}_BEHIND_URL": "http://127.0.0.1:9/gov", f"LINE_{CODE}_LEAVE_WORDS": "ごみ"}
    app = create_app(line_environment | given | {f"LINE_{CODE}_LEAVE_KINDS": "follow"})
    ours, theirs = text_event(line, QUESTION), text_event(line, "ごみ")
    friend = event("follow", replyToken=line.issue_token())
    body = deliver(app, ours, theirs, friend)
    drain(sender_of(kit_of(app)))
    assert [bool(line.accepted(one["replyToken"])) for one in (ours, theirs, friend)] == [True, False, False]
    assert waiting(app) == []
    wrong = {"x-line-signature": signature(body, "another secret")}
    assert app.test_client().post(f"/line/{CODE}/webhook", data=body, headers=wrong).status_code == 400
    kit_of(app).database.dispose()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"FORWARD_URL": "http://tool.example.jp/hook"}, "https"),
        ({"FORWARD_URL": "ftp://tool.example.jp/hook"}, "https"),
        ({"FORWARD_URL": "https://user:pass@tool.example.jp/"}, "パスワード"),
        ({"FORWARD_URL": "https://tool"}, "名前ではありません"),
        ({"FORWARD_URL": "https://[::1"}, "読めません"),
        ({"BEHIND_URL": "http://tool.example.jp/"}, "BEHIND_URL"),
        ({"FORWARD_URL": "https://a.example.jp/", "BEHIND_URL": "https://b.example.jp/"}, "どちらか一つ"),
        ({"LEAVE_KINDS": "image,text"}, "text は書けません"),
        ({"LEAVE_WORDS": "*"}, "100字まで"),
        ({"LEAVE_WORDS": "あ" * 101}, "100字まで"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused(given: dict[str, str], said: str) -> None:
    with pytest.raises(OtherToolError, match=said):
        read_other_tool(given, local=False)


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/", "https://169.254.169.254/", "https://10.0.0.1/", "https://[::1]/"]
)
def test_an_inner_address_is_never_called(url: str) -> None:
    called = call(url, b"{}", "x", rule_for(local=False))
    assert (called.status, called.outcome) == (None, Outcome.FAILED)
    assert "インターネットから見えない" in called.fault


def test_what_may_be_left_is_what_events_are_called() -> None:
    assert {"follow", *MEDIA} == KINDS


def test_what_was_sealed_with_another_key_is_given_up(beside: Flask, tool: FakeTool) -> None:
    with kit_of(beside).database.writing() as session:
        forwards.put(session, CODE, Passing(CODE, seal(b"another key", b"{}"), "x", LIFE), [], [], now())
    assert hand_on(beside) == 1
    assert (tool.calls, waiting(beside)) == (0, [])
    NOTES.forwarded(CODE, None, now())


def test_an_answer_of_200_to_299_is_one() -> None:
    found = [Call(status).outcome for status in (200, 204, 301, 404, 429, 500)]
    assert found == [Outcome.FORWARDED] * 2 + [Outcome.REFUSED] * 2 + [Outcome.FAILED] * 2
    assert replace(Call(None), fault="x").outcome is Outcome.FAILED
