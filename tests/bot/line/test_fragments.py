"""The beginning of a message waits three seconds at most, and is joined to what follows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from bot.line import inbox
from bot.line.events import Reading, read_event
from bot.services import Services
from knowledge.models import LineEvent, LoggedQuestion
from tests.bot.line.conftest import CODE, Clock, drain, sender_of
from tests.support.fake_line import FakeLine, event, text_event

QUESTION = "コンビニで取れますか"


def keep(kit: Services, clock: Clock, *events: dict[str, Any]) -> None:
    read = [read_event(one, Reading(lambda user_id, _: user_id[-32:])) for one in events]
    inbox.store(kit.database, CODE, read, clock())


def said(line: FakeLine, sent: dict[str, Any]) -> str:
    """What came back; nothing where nothing did."""
    accepted = line.accepted(sent["replyToken"])
    assert len(accepted) <= 1
    return str(accepted[0]["messages"]) if accepted else ""


def states(kit: Services) -> list[str]:
    with kit.database.reading() as session:
        return list(session.scalars(select(LineEvent.state).order_by(LineEvent.id)))


def logged(kit: Services) -> list[str | None]:
    with kit.database.reading() as session:
        return list(session.scalars(select(LoggedQuestion.text).order_by(LoggedQuestion.asked_at)))


def written(line: FakeLine, clock: Clock, text: str, **more: Any) -> dict[str, Any]:
    return text_event(line, text, at=clock.moment.timestamp(), **more)


def test_a_beginning_and_its_rest_are_one_question(kit: Services, line: FakeLine, clock: Clock) -> None:
    sender = sender_of(kit, clock)
    first = written(line, clock, "住民票は、")
    keep(kit, clock, first)
    drain(sender)
    assert said(line, first) == ""
    clock.forward(2)
    second = written(line, clock, QUESTION)
    keep(kit, clock, second)
    drain(sender)
    assert said(line, first) == ""
    assert "マイナンバーカード" in said(line, second)
    assert states(kit) == ["merged", "answered"]
    assert logged(kit) == [f"住民票は、\n{QUESTION}"]
    assert inbox.reconcile(kit.database, clock()).sound


def test_alone_it_is_answered_after_three_seconds(kit: Services, line: FakeLine, clock: Clock) -> None:
    sender = sender_of(kit, clock)
    hello = written(line, clock, "こんにちは")
    keep(kit, clock, hello)
    drain(sender)
    clock.forward(2.9)
    drain(sender)
    assert said(line, hello) == ""
    clock.forward(0.2)
    drain(sender)
    assert "質問をどうぞ" in said(line, hello)
    assert states(kit) == ["answered"]


def test_what_asks_something_does_not_wait(kit: Services, line: FakeLine, clock: Clock) -> None:
    asked = written(line, clock, "住民票はコンビニで取れますか")
    keep(kit, clock, asked)
    drain(sender_of(kit, clock))
    assert said(line, asked)


def test_what_comes_later_is_another_question(kit: Services, line: FakeLine, clock: Clock) -> None:
    sender = sender_of(kit, clock)
    hello = written(line, clock, "こんにちは")
    keep(kit, clock, hello)
    clock.forward(4)
    asked = written(line, clock, "住民票はコンビニで取れますか")
    keep(kit, clock, asked)
    drain(sender)
    assert states(kit) == ["answered", "answered"]
    assert said(line, hello)
    assert said(line, asked)


def test_three_beginnings_become_one_question(kit: Services, line: FakeLine, clock: Clock) -> None:
    sender = sender_of(kit, clock)
    for text in ("こんにちは", "すみません、", "住民票は、", QUESTION):
        last = written(line, clock, text)
        keep(kit, clock, last)
        drain(sender)
        clock.forward(1)
    assert states(kit) == ["merged", "merged", "merged", "answered"]
    assert "マイナンバーカード" in said(line, last)


def test_two_people_are_not_mixed(kit: Services, line: FakeLine, clock: Clock) -> None:
    sender = sender_of(kit, clock)
    mine, yours = written(line, clock, "住民票は、"), written(line, clock, QUESTION, sender=2)
    keep(kit, clock, mine)
    keep(kit, clock, yours)
    drain(sender)
    assert states(kit) == ["received", "answered"]
    assert logged(kit) == [QUESTION]


def test_whoever_takes_the_beginning_back_takes_back_the_question(kit: Services, line: FakeLine, clock: Clock) -> None:
    sender = sender_of(kit, clock)
    first, second = written(line, clock, "住民票は、"), written(line, clock, QUESTION)
    keep(kit, clock, first)
    drain(sender)
    keep(kit, clock, second)
    drain(sender)
    keep(kit, clock, event("unsend", unsend={"messageId": first["message"]["id"]}))
    assert logged(kit) == [None]


def test_before_it_is_answered_too(kit: Services, line: FakeLine, clock: Clock) -> None:
    first, second = written(line, clock, "住民票は、"), written(line, clock, QUESTION)
    keep(kit, clock, first)
    keep(kit, clock, second)
    sender = sender_of(kit, clock)
    sender.step("test:1:0")
    assert states(kit) == ["merged", "received"]
    keep(kit, clock, event("unsend", unsend={"messageId": first["message"]["id"]}))
    drain(sender)
    assert said(line, second) == ""
    assert logged(kit) == []


def test_a_beginning_that_line_delivers_again_stays_joined(kit: Services, line: FakeLine, clock: Clock) -> None:
    sender = sender_of(kit, clock)
    first, second = written(line, clock, "住民票は、"), written(line, clock, QUESTION)
    keep(kit, clock, first)
    drain(sender)
    keep(kit, clock, second)
    drain(sender)
    keep(kit, clock, first)
    clock.forward(10)
    drain(sender)
    assert states(kit) == ["merged", "answered"]
    assert said(line, first) == ""


def test_a_number_in_two_parts_is_masked(kit: Services, line: FakeLine, clock: Clock) -> None:
    first, second = (
        written(line, clock, "電話は090、"),
        written(line, clock, "1234-5678です。住民票はコンビニで取れますか"),
    )
    keep(kit, clock, first)
    drain(sender_of(kit, clock))
    keep(kit, clock, second)
    drain(sender_of(kit, clock))
    (text,) = logged(kit)
    assert text is not None
    assert "5678" not in text


def test_of_nobody_known_nothing_is_waited_for(kit: Services, line: FakeLine, clock: Clock) -> None:
    hello = written(line, clock, "こんにちは")
    del hello["source"]["userId"]
    keep(kit, clock, hello)
    drain(sender_of(kit, clock))
    assert said(line, hello)
