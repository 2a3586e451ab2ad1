"""What not to write, and where it is kept, is told at the first contact and to whoever comes back after 30 days."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.services import Services
from bot.wording import say
from knowledge.models import Conversation, LineEvent
from tests.bot.line.conftest import drain, sender_of
from tests.bot.line.test_sender import keep, text_event
from tests.support.fake_line import FakeLine, event

NOTICE = say("privacy_notice")


def told(kit: Services, line: FakeLine, text: str = "コンビニで住民票は取れますか", sender: int = 1) -> bool:
    one = text_event(line, text, sender=sender)
    keep(kit, one)
    drain(sender_of(kit))
    return NOTICE in str(line.accepted(one["replyToken"]))


def back_in_time(kit: Services, days: float) -> None:
    """What is remembered was said so long ago."""
    with kit.database.writing() as session:
        for row in session.query(Conversation):
            row.occurred_at -= dt.timedelta(days=days)
        for one in session.query(LineEvent):
            one.occurred_at -= dt.timedelta(days=days)


@pytest.mark.parametrize(("days", "again"), [(29.9, False), (30.1, True)])
def test_it_is_told_once_and_again_after_thirty_days(kit: Services, line: FakeLine, days: float, again: bool) -> None:
    assert told(kit, line)
    assert not told(kit, line)
    assert told(kit, line, sender=2), "another person was not told yet"
    back_in_time(kit, days)
    assert told(kit, line) is again
    assert not told(kit, line)


def test_whoever_was_greeted_just_now_was_told(kit: Services, line: FakeLine) -> None:
    keep(kit, event("follow", replyToken=line.issue_token(60)))
    drain(sender_of(kit))
    assert not told(kit, line)
    back_in_time(kit, 31)
    assert told(kit, line)


@pytest.mark.parametrize("data", ["a=frequent", "a=categories", "a=categories&e=card", "a=contact"])
def test_who_begins_by_a_button_of_the_menu_is_told_there_and_not_again(
    kit: Services, line: FakeLine, data: str
) -> None:
    """An old friend of the account may never have been greeted by this service."""
    tap = event("postback", replyToken=line.issue_token(60), postback={"data": data})
    keep(kit, tap)
    drain(sender_of(kit))
    assert NOTICE in str(line.accepted(tap["replyToken"]))
    assert not told(kit, line)


def test_the_greeting_says_what_not_to_write_where_it_is_kept_and_what_to_do_next(
    kit: Services, line: FakeLine
) -> None:
    follow = event("follow", replyToken=line.issue_token(60))
    keep(kit, follow)
    drain(sender_of(kit))
    ((message,),) = [one["messages"] for one in line.accepted(follow["replyToken"])]
    greeting = str(message)
    for part in ("氏名・住所・電話番号・マイナンバーなどは入力しないでください", "役所のデータベースに保存"):
        assert part in NOTICE
        assert part in greeting
    assert "a=categories" in greeting
    assert "a=contact" in greeting


def test_in_an_emergency_nothing_stands_beside_the_numbers(kit: Services, line: FakeLine) -> None:
    assert not told(kit, line, "家が火事です。助けて")


def test_who_began_with_an_emergency_is_told_with_what_comes_after_it_and_not_again(
    kit: Services, line: FakeLine
) -> None:
    assert not told(kit, line, "家が火事です。助けて")
    assert not told(kit, line, "家が燃えています"), "still nothing beside the numbers"
    assert told(kit, line)
    assert not told(kit, line)


def test_who_was_told_before_an_emergency_is_not_told_again_after_it(kit: Services, line: FakeLine) -> None:
    assert told(kit, line)
    assert not told(kit, line, "家が火事です。助けて")
    assert not told(kit, line)
