"""What happens to events when things go wrong around them: bursts, stopped senders, clocks, a LINE that refuses."""

from __future__ import annotations

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from bot.line import inbox, rests
from bot.line.inbox import UNCERTAIN, reconcile
from bot.services import Services
from knowledge.calendar import now
from knowledge.models import ChannelRest, LineEvent
from tests.bot.line.conftest import CODE, Clock, drain, sender_of
from tests.bot.line.test_sender import keep, logged, rows, text_of
from tests.support.fake_line import FakeLine, Fault, event, text_event


def states(kit: Services) -> list[str]:
    return [row.state for row in rows(kit)]


def test_without_any_sender_what_is_too_late_ends_and_its_question_is_logged_later(
    kit: Services, line: FakeLine, clock: Clock
) -> None:
    asked = [text_event(line, f"住民票 コンビニ {number}", sender=number, life=3600) for number in range(5)]
    keep(kit, *asked, event("follow", sender=9, replyToken=line.issue_token()), moment=clock())
    clock.forward(49)
    assert inbox.settle(kit.database, clock()) == 0
    clock.forward(2)
    assert inbox.settle(kit.database, clock()) == 6
    assert states(kit) == ["expired"] * 6
    assert reconcile(kit.database, clock()).sound
    assert [row.unlogged for row in rows(kit)] == [True] * 5 + [False]
    drain(sender_of(kit, clock))
    assert [row.text for row in logged(kit)] == [f"住民票 コンビニ {number}" for number in range(5)]
    assert not any(row.unlogged for row in rows(kit))
    assert line.violations == []
    assert sum(len(token.accepted) for token in line.tokens.values()) == 0


def test_a_delicate_question_that_nobody_answered_is_counted_without_its_words(
    kit: Services, line: FakeLine, clock: Clock
) -> None:
    keep(kit, text_event(line, "生活保護を受けたい"), moment=clock())
    clock.forward(51)
    inbox.settle(kit.database, clock())
    drain(sender_of(kit, clock))
    (row,) = logged(kit)
    assert (row.text, row.delicate) == (None, "hardship")


def test_what_a_dead_sender_held_ends_unconfirmed_and_keeps_no_words_once_logged(
    kit: Services, line: FakeLine, clock: Clock
) -> None:
    keep(kit, text_event(line, "住民票"), moment=clock())
    assert inbox.claim(kit.database, "dead:1:0", clock()) is not None
    clock.forward(51)
    assert inbox.settle(kit.database, clock()) == 1
    drain(sender_of(kit, clock))
    assert [(row.state, row.note, row.text) for row in rows(kit)] == [("unconfirmed", UNCERTAIN, None)]
    assert [row.text for row in logged(kit)] == ["住民票"]


def test_a_sender_that_is_still_at_work_is_not_disturbed(kit: Services, line: FakeLine, clock: Clock) -> None:
    keep(kit, text_event(line, "住民票"), moment=clock())
    clock.forward(49)
    assert inbox.claim(kit.database, "a:1:0", clock()) is not None
    clock.forward(5)
    assert inbox.settle(kit.database, clock()) == 0
    assert states(kit) == ["sending"]


def test_what_a_burst_left_does_not_keep_fresh_questions_waiting(kit: Services, line: FakeLine, clock: Clock) -> None:
    burst = [text_event(line, "住民票", sender=number) for number in range(30)]
    keep(kit, *burst, moment=clock())
    clock.forward(60)
    fresh = text_event(line, "住民票", sender=99, at=clock().timestamp())
    keep(kit, fresh, moment=clock())
    claimed = inbox.claim(kit.database, "a:1:0", clock())
    assert claimed is not None
    assert claimed.webhook_event_id == fresh["webhookEventId"]
    # The same person's next waits a moment for the older to be ended, and no longer.
    keep(kit, text_event(line, "住民票", sender=1, at=clock().timestamp()), moment=clock() - dt.timedelta(seconds=6))
    assert inbox.claim(kit.database, "a:1:1", clock()) is not None


def test_of_more_than_may_wait_the_oldest_end(kit: Services, line: FakeLine, clock: Clock) -> None:
    asked = [text_event(line, "住民票", sender=n, at=clock().timestamp() + n) for n in range(8)]
    keep(kit, *asked, moment=clock())
    assert inbox.settle(kit.database, clock(), 8) == 0
    assert inbox.settle(kit.database, clock(), 5) == 3
    assert [(row.state, row.note) for row in rows(kit)] == [("expired", "queue full")] * 3 + [("received", None)] * 5
    # LINE may come again with them once there is room.
    keep(kit, asked[0] | {"deliveryContext": {"isRedelivery": True}}, moment=clock())
    assert states(kit)[0] == "received"


@pytest.mark.parametrize("status", [401, 400])
def test_a_redelivery_takes_up_what_failed(kit: Services, line: FakeLine, clock: Clock, status: int) -> None:
    one = text_event(line, "住民票 コンビニ", life=3600)
    keep(kit, one, moment=clock())
    line.faults = [Fault("status", status)] * 60
    sender = sender_of(kit, clock)
    for _ in range(60):
        drain(sender)
        clock.forward(1)
    assert states(kit) == ["failed"]
    line.faults = []
    clock.forward(60)
    keep(kit, one | {"deliveryContext": {"isRedelivery": True}}, moment=clock())
    drain(sender)
    assert [(row.state, row.text) for row in rows(kit)] == [("answered", None)]
    assert len(line.accepted(one["replyToken"])) == 1
    assert len(logged(kit)) == 1


def test_a_redelivery_leaves_the_token_of_an_open_event_as_it_is(kit: Services, line: FakeLine, clock: Clock) -> None:
    """A second token would not be refused where the first was used already: two answers."""
    one = text_event(line, "住民票 コンビニ")
    keep(kit, one, moment=clock())
    other = line.issue_token()
    keep(kit, one | {"replyToken": other, "deliveryContext": {"isRedelivery": True}}, moment=clock())
    drain(sender_of(kit, clock))
    assert (len(line.accepted(one["replyToken"])), len(line.accepted(other))) == (1, 0)


def test_a_refused_channel_rests_for_every_process_and_one_tries_again(
    kit: Services, line: FakeLine, clock: Clock
) -> None:
    keep(kit, *(text_event(line, "住民票", sender=number, life=3600) for number in range(6)), moment=clock())
    first, second = sender_of(kit, clock), sender_of(kit, clock)
    line.faults = [Fault("status", 401)]
    assert first.step("a:1:0")
    before = sum(token.attempts for token in line.tokens.values()) + 1
    drain(second)
    assert sum(token.attempts for token in line.tokens.values()) + 1 == before
    with kit.database.reading() as session:
        (rest,) = rests.resting(session, clock())
    assert (rest.channel, rest.reason, rest.refused, rest.since) == (CODE, "unauthorized", 1, clock())
    clock.forward(11)
    drain(first)
    drain(second)
    assert states(kit) == ["answered"] * 6
    with kit.database.reading() as session:
        assert rests.resting(session, clock()) == []


def test_of_many_that_wait_one_takes_the_turn(kit: Services, clock: Clock) -> None:
    rests.note_refusal(kit.database, CODE, rests.UNAUTHORIZED, clock())
    with kit.database.reading() as session:
        rest = rests.rest_of(session, CODE)
    assert rest is not None
    assert rests.take_turn(kit.database, rest, clock()) == 10
    clock.forward(11)
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: rests.take_turn(kit.database, rest, clock()), range(8)))
    assert waits.count(0.0) == 1


def test_too_many_calls_become_fewer_than_fifty_a_second(kit: Services, line: FakeLine) -> None:
    keep(kit, *(text_event(line, "ありがとう", sender=number) for number in range(60)))
    line.faults = [Fault("status", 429)] * 300
    senders = [sender_of(kit) for _ in range(2)]
    until, refused = time.monotonic() + 2.0, len(line.faults)

    def answer(number: int) -> None:
        while time.monotonic() < until:
            if not senders[number % 2].step(f"test:1:{number}"):
                time.sleep(0.02)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(answer, range(8)))
    calls = refused - len(line.faults)
    assert 2 <= calls <= 8 + 50 * 2
    line.faults = []
    with kit.database.reading() as session:
        (rest,) = rests.resting(session, now())
    assert rest.reason == "too many calls"
    assert rest.refused == calls


@pytest.mark.parametrize("minutes", [10, -10])
def test_a_clock_that_jumped_holds_nothing_longer(kit: Services, line: FakeLine, clock: Clock, minutes: int) -> None:
    """Stored, claimed and rested by a clock that is off by ten minutes; then it is set right."""
    right = clock()
    clock.moment = right + dt.timedelta(minutes=minutes)
    asked = [text_event(line, "住民票", sender=number) for number in range(3)]
    keep(kit, *asked, moment=clock())
    held = inbox.claim(kit.database, "dead:1:0", clock())
    again = inbox.claim(kit.database, "slow:1:0", clock())
    assert held is not None
    assert again is not None
    inbox.try_later(kit.database, again, clock() + dt.timedelta(seconds=8), "retry 500")
    rests.note_refusal(kit.database, CODE, rests.UNAUTHORIZED, clock())
    clock.moment = right
    inbox.settle(kit.database, clock())
    with kit.database.reading() as session:
        for row in session.scalars(select(LineEvent).where(LineEvent.state.in_(inbox.OPEN))):
            assert row.deadline_at <= clock() + inbox.ANSWER_WITHIN
            assert row.next_try_at <= clock() + inbox.LONGEST_WAIT
            assert row.lease_until is None or row.lease_until <= clock() + inbox.LEASE
        assert rests.seconds_left(session.get(ChannelRest, CODE), clock()) == 0
    if minutes > 0:
        sender = sender_of(kit, clock)
        drain(sender)
        clock.forward(13)
        drain(sender)
        assert states(kit) == ["answered"] * 3
    clock.forward(60)
    inbox.settle(kit.database, clock())
    assert reconcile(kit.database, clock()).sound


def test_how_far_the_clocks_are_apart_is_told(kit: Services, line: FakeLine, clock: Clock) -> None:
    with kit.database.reading() as session:
        assert inbox.clock_skew(session, clock()) is None
    at = clock().timestamp() + 240
    keep(kit, *(text_event(line, "住民票", sender=n, at=at + n) for n in range(4)), moment=clock())
    keep(kit, text_event(line, "住民票", sender=9, at=at + 3600), moment=clock())
    with kit.database.reading() as session:
        skew = inbox.clock_skew(session, clock())
        latest = session.scalars(select(LineEvent.occurred_at).order_by(LineEvent.id.desc())).first()
    assert skew is not None
    assert latest is not None
    assert -301 <= skew.seconds <= -240
    assert dt.timedelta(minutes=5) <= latest - clock() < dt.timedelta(minutes=6)
    drain(sender_of(kit, clock))
    assert states(kit) == ["answered"] * 5


def test_the_next_answer_after_an_unanswered_question_says_so(kit: Services, line: FakeLine, clock: Clock) -> None:
    keep(kit, text_event(line, "住民票 コンビニ"), moment=clock())
    clock.forward(55)
    inbox.settle(kit.database, clock())
    following = text_event(line, "オンライン申請", at=clock().timestamp())
    keep(kit, following, moment=clock())
    drain(sender_of(kit, clock))
    assert "先ほどは" in text_of(line.accepted(following["replyToken"]))
