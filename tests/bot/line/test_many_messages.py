"""Who sends more in a minute than is answered is told so once; then nothing is said until the minute is over."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from bot import limits
from bot.line.inbox import reconcile
from bot.line.replying import TOO_MANY, TOO_MANY_TOLD
from bot.services import Services
from tests.bot.line.conftest import Clock, drain, sender_of
from tests.bot.line.test_sender import keep, logged, rows, text_of
from tests.support.fake_line import FakeLine, event, text_event

MOST = 4


@pytest.fixture
def few(kit: Services) -> Services:
    limits.register(Flask("few"), kit.database, replace(kit.settings.rates, line_person=MOST), b"")
    return kit


def test_one_notice_then_silence_until_the_minute_is_over(few: Services, line: FakeLine, clock: Clock) -> None:
    begun = clock.moment = clock().replace(second=0, microsecond=0)
    mine = [text_event(line, f"住民票{n}はどこで") for n in range(MOST + 3)]
    tapped = event("postback", replyToken=line.issue_token(), postback={"data": "a=none"})
    another = text_event(line, "住民票はどこで", sender=2)
    keep(few, *mine, tapped, another, moment=begun)
    drain(sender_of(few, clock))
    found = rows(few)
    assert [row.state for row in found] == ["answered"] * (MOST + 1) + ["ignored"] * 3 + ["answered"]
    assert found[MOST].note == TOO_MANY_TOLD
    assert [row.note for row in found[MOST + 1 : -1]] == [TOO_MANY] * 3
    assert "短い時間にたくさんのメッセージ" in text_of(line.accepted(mine[MOST]["replyToken"]))
    assert not line.accepted(mine[MOST + 1]["replyToken"])
    assert len(logged(few)) == MOST + 1, "what is not answered is not logged"
    later = text_event(line, "住民票はどこで取れますか")
    clock.forward(60)
    keep(few, later, moment=clock())
    drain(sender_of(few, clock))
    assert rows(few)[-1].state == "answered"
    assert reconcile(few.database, clock()).sound


def test_people_whom_line_does_not_tell_apart_are_not_counted_as_one(few: Services, line: FakeLine) -> None:
    events = [text_event(line, "住民票はどこで", source={"type": "user"}) for _ in range(MOST + 2)]
    keep(few, *events)
    drain(sender_of(few))
    assert {row.state for row in rows(few)} == {"answered"}
