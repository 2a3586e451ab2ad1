"""From a stored event to the state it ends in, on both databases, against a fake LINE."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from bot.conversation import answer
from bot.line import inbox
from bot.line.client import LineClients
from bot.line.events import Reading, read_event
from bot.line.inbox import reconcile
from bot.line.sender import TURNS, WAITS, Sender, SenderThreads
from bot.services import Services
from bot.wording import DEFAULT, EASY, say, sentences
from intents.decision import Decision
from intents.glossary import LANGUAGES
from knowledge.calendar import now
from knowledge.models import Base, Conversation, LineEvent, LoggedQuestion
from knowledge.query_log import log_id
from tests.bot.line.conftest import CODE, Clock, drain, sender_of
from tests.support.fake_line import FakeLine, Fault, event, text_event

READING = Reading(lambda identity, _: f"{hash(identity) & 0xFFFFFFFF:032x}")


def keep(kit: Services, *raw: dict[str, Any], moment: dt.datetime | None = None) -> None:
    inbox.store(kit.database, CODE, [read_event(one, READING) for one in raw], moment or now())


def rows(kit: Services) -> list[LineEvent]:
    with kit.database.reading() as session:
        return list(session.scalars(select(LineEvent).order_by(LineEvent.id)))


def logged(kit: Services) -> list[LoggedQuestion]:
    with kit.database.reading() as session:
        return list(session.scalars(select(LoggedQuestion).order_by(LoggedQuestion.asked_at)))


def text_of(messages: list[dict[str, Any]]) -> str:
    return str(messages[0]["messages"][0].get("altText") or messages[0]["messages"][0]["text"])


def test_a_question_is_answered_once_and_logged_once(kit: Services, line: FakeLine) -> None:
    one = text_event(line, "オンラインで申請できる手続きは？")
    keep(kit, one)
    drain(sender_of(kit))
    (row,) = rows(kit)
    (log,) = logged(kit)
    assert len(line.accepted(one["replyToken"])) == 1
    assert (row.state, row.accepted, row.reply_token, row.text) == ("answered", 1, None, None)
    assert (log.channel, log.decision, log.text) == ("line", "answer", "オンラインで申請できる手続きは？")
    assert log.entry_id
    assert log.entry_version == 1
    assert reconcile(kit.database, now()).sound
    assert line.violations == []


@pytest.mark.parametrize(
    ("faults", "state", "attempts"),
    [
        pytest.param([Fault("status", 500)], "answered", 2, id="500 once"),
        pytest.param([Fault("status", 429)] * 3, "answered", 4, id="429 three times"),
        pytest.param([Fault("reset")], "answered", 2, id="reset before it was taken"),
        pytest.param([Fault("accept_then_reset")], "unconfirmed", 2, id="taken, then the line was cut"),
        pytest.param([Fault("garbage")], "unconfirmed", 2, id="taken, answered with garbage"),
        pytest.param([Fault("half")], "unconfirmed", 2, id="taken, half an answer"),
        pytest.param([Fault("status", 500)] * 40, "expired", 0, id="500 for ever"),
        pytest.param([Fault("status", 401)] * 40, "failed", 0, id="401 for ever"),
        pytest.param([Fault("status", 401)], "answered", 2, id="401 once"),
    ],
)
def test_whatever_line_does_the_event_ends_in_a_known_state(
    kit: Services, line: FakeLine, clock: Clock, faults: list[Fault], state: str, attempts: int
) -> None:
    one = text_event(line, "住民票 コンビニ")
    keep(kit, one, moment=clock())
    line.faults = list(faults)
    sender = sender_of(kit, clock)
    for _ in range(60):
        drain(sender)
        clock.forward(1)
    (row,) = rows(kit)
    assert row.state == state
    assert not attempts or row.attempts == attempts
    assert len(line.accepted(one["replyToken"])) <= 1
    assert len(logged(kit)) == 1
    assert reconcile(kit.database, clock()).sound


def test_a_body_that_line_refuses_is_tried_once_as_plain_text(
    kit: Services, line: FakeLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.line.sender.render", lambda *_: [{"type": "text", "text": "x" * 6000}])
    one = text_event(line, "住民票 コンビニ")
    keep(kit, one)
    drain(sender_of(kit))
    (row,) = rows(kit)
    (accepted,) = line.accepted(one["replyToken"])
    assert row.state == "answered"
    assert accepted["messages"][0]["type"] == "text"


def test_a_body_that_line_refuses_twice_fails_and_is_not_tried_again(
    kit: Services, line: FakeLine, clock: Clock
) -> None:
    keep(kit, text_event(line, "住民票 コンビニ"), moment=clock())
    line.default_fault = Fault("status", 413)
    for _ in range(5):
        drain(sender_of(kit, clock))
        clock.forward(1)
    assert [(row.state, row.note, row.accepted) for row in rows(kit)] == [("failed", "refused 413", 0)]
    assert line.calls == 2
    assert len(logged(kit)) == 1


def test_each_attempt_waits_longer_until_the_deadline(kit: Services, line: FakeLine, clock: Clock) -> None:
    keep(kit, text_event(line, "住民票 コンビニ"), moment=clock())
    line.default_fault = Fault("status", 500)
    sender, waits = sender_of(kit, clock), []
    while drain(sender) and (row := rows(kit)[0]).state == "received":
        assert row.note == "retry 500"
        waits.append((row.next_try_at - clock()).total_seconds())
        clock.forward(waits[-1])
    assert all(0.8 * wait <= waited <= 1.3 * wait for wait, waited in zip((*WAITS, 8, 8), waits, strict=False))
    assert len(waits) > len(WAITS)
    (row,) = rows(kit)
    assert (row.state, row.note, row.attempts) == ("expired", "retry 500", len(waits) + 1)
    assert row.finished_at is not None
    assert row.finished_at < row.deadline_at


def test_what_cannot_be_written_for_long_is_given_up_and_taken_over_as_perhaps_delivered(
    kit: Services, line: FakeLine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: Any, **__: Any) -> bool:
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    waited: list[float] = []
    keep(kit, text_event(line, "住民票 コンビニ"), moment=clock())
    with monkeypatch.context() as patch:
        patch.setattr(inbox, "finish", locked)
        patch.setattr("bot.line.sender.time.sleep", waited.append)
        with pytest.raises(OperationalError):
            sender_of(kit, clock).step("test:1:0")
    assert all(0.5 * turn <= wait <= 1.5 * turn for turn, wait in zip(TURNS, waited, strict=True))
    clock.forward(13)
    drain(sender_of(kit, clock))
    assert [(row.state, row.accepted) for row in rows(kit)] == [("unconfirmed", 0)]


def test_an_expired_token_ends_unconfirmed(kit: Services, line: FakeLine) -> None:
    keep(kit, text_event(line, "住民票", life=-1))
    drain(sender_of(kit))
    assert [(row.state, row.note) for row in rows(kit)] == [("unconfirmed", "token refused")]


def test_what_waited_too_long_expires_and_the_next_answer_says_so_once(
    kit: Services, line: FakeLine, clock: Clock
) -> None:
    late = text_event(line, "住民票 コンビニ")
    keep(kit, late, moment=clock())
    clock.forward(51)
    drain(sender_of(kit, clock))
    following = [text_event(line, "オンライン申請", at=clock().timestamp() + number) for number in range(2)]
    keep(kit, *following, moment=clock())
    drain(sender_of(kit, clock))
    assert [row.state for row in rows(kit)] == ["expired", "answered", "answered"]
    texts = [text_of(line.accepted(one["replyToken"])) for one in following]
    assert ["先ほどは" in text for text in texts] == [True, False]
    assert len(logged(kit)) == 3


def test_a_redelivery_gives_an_unanswered_event_new_time(kit: Services, line: FakeLine, clock: Clock) -> None:
    one = text_event(line, "住民票 コンビニ", life=3600)
    keep(kit, one, moment=clock())
    clock.forward(60)
    drain(sender_of(kit, clock))
    keep(kit, one | {"deliveryContext": {"isRedelivery": True}}, moment=clock())
    drain(sender_of(kit, clock))
    assert [(row.state, row.deliveries) for row in rows(kit)] == [("answered", 2)]
    assert len(line.accepted(one["replyToken"])) == 1
    assert len(logged(kit)) == 1


def test_an_expired_tap_is_answered_when_it_comes_again(kit: Services, line: FakeLine, clock: Clock) -> None:
    tapped = event("postback", replyToken=line.issue_token(3600), postback={"data": "a=choose&e=online-procedures"})
    keep(kit, tapped, moment=clock())
    clock.forward(60)
    drain(sender_of(kit, clock))
    keep(kit, tapped | {"deliveryContext": {"isRedelivery": True}}, moment=clock())
    drain(sender_of(kit, clock))
    assert [row.state for row in rows(kit)] == ["answered"]


def test_a_channel_that_line_refuses_rests(kit: Services, line: FakeLine, clock: Clock) -> None:
    keep(kit, *(text_event(line, "住民票 コンビニ", sender=number) for number in range(20)), moment=clock())
    line.default_fault = Fault("status", 401)
    sender = sender_of(kit, clock)
    drain(sender)
    assert sum(token.attempts for token in line.tokens.values()) == 0
    assert line.calls == 1


def test_what_the_database_refuses_to_log_is_still_finished(
    kit: Services, line: FakeLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import DataError

    def refuse(*_: object) -> None:
        raise DataError("INSERT", {}, Exception("too long"))

    monkeypatch.setattr("bot.line.sender.record", refuse)
    keep(kit, text_event(line, "住民票 コンビニ"))
    drain(sender_of(kit))
    assert [(row.state, row.accepted) for row in rows(kit)] == [("answered", 1)]


def test_a_database_that_others_hold_is_waited_for_once_line_has_the_reply(
    kit: Services, line: FakeLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = iter([OperationalError("UPDATE", {}, Exception("database is locked"))] * 2)
    finish = inbox.finish

    def locked(*given: Any, **named: Any) -> bool:
        for fault in faults:
            raise fault
        return finish(*given, **named)

    monkeypatch.setattr(inbox, "finish", locked)
    keep(kit, text_event(line, "住民票 コンビニ"))
    assert sender_of(kit).step("test:1:0")
    assert [(row.state, row.accepted, row.attempts) for row in rows(kit)] == [("answered", 1, 1)]


def test_a_redelivery_of_an_answered_event_changes_nothing(kit: Services, line: FakeLine) -> None:
    one = text_event(line, "住民票 コンビニ")
    keep(kit, one)
    drain(sender_of(kit))
    keep(kit, one | {"deliveryContext": {"isRedelivery": True}})
    drain(sender_of(kit))
    assert line.tokens[one["replyToken"]].attempts == 1
    assert len(logged(kit)) == 1


def test_an_event_older_than_twenty_minutes_is_kept_but_not_answered(kit: Services, line: FakeLine) -> None:
    keep(kit, text_event(line, "住民票", at=now().timestamp() - 1300))
    drain(sender_of(kit))
    assert [(row.state, row.text) for row in rows(kit)] == [("expired", None)]


def test_one_persons_messages_do_not_overtake_each_other(kit: Services, line: FakeLine, clock: Clock) -> None:
    start = clock().timestamp()
    first, second = (text_event(line, "住民票 コンビニ", sender=1, at=start - 9 + number) for number in range(2))
    other = text_event(line, "住民票 コンビニ", sender=2, at=start - 5)
    keep(kit, second, first, other, moment=clock())
    order = []
    while True:
        claimed = inbox.claim(kit.database, "test:1:0", clock())
        if claimed is None:
            break
        order.append(claimed.webhook_event_id)
    assert order == [first["webhookEventId"], other["webhookEventId"]]


@pytest.mark.parametrize(("waited", "first"), [(44.0, "old"), (46.0, "new")])
def test_what_would_expire_under_way_goes_behind_what_can_be_answered_in_time(
    kit: Services, line: FakeLine, clock: Clock, waited: float, first: str
) -> None:
    """Where all are busy, to take the oldest first would be to answer nobody."""
    old = text_event(line, "住民票 コンビニ", sender=1, at=clock().timestamp())
    keep(kit, old, moment=clock())
    clock.forward(waited)
    new = text_event(line, "住民票 コンビニ", sender=2, at=clock().timestamp())
    keep(kit, new, moment=clock())
    taken = [inbox.claim(kit.database, "test:1:0", clock()) for _ in range(3)]
    names = {old["webhookEventId"]: "old", new["webhookEventId"]: "new"}
    last = "new" if first == "old" else "old"
    assert [names[one.webhook_event_id] if one else None for one in taken] == [first, last, None]


def test_two_senders_never_hold_one_event(kit: Services, line: FakeLine) -> None:
    keep(kit, text_event(line, "住民票"))
    assert inbox.claim(kit.database, "a:1:0", now()) is not None
    assert inbox.claim(kit.database, "b:1:0", now()) is None


def test_a_dead_senders_event_is_taken_over_and_the_dead_writes_nothing(
    kit: Services, line: FakeLine, clock: Clock
) -> None:
    keep(kit, text_event(line, "住民票 コンビニ"), moment=clock())
    lost = inbox.claim(kit.database, "dead:1:0", clock())
    assert lost is not None
    clock.forward(13)
    drain(sender_of(kit, clock))
    with kit.database.writing() as session:
        assert not inbox.finish(session, lost, "failed", clock(), accepted=False)
    assert [row.state for row in rows(kit)] == ["answered"]


def test_what_a_sender_that_died_may_have_sent_is_never_apologised_for(
    kit: Services, line: FakeLine, clock: Clock
) -> None:
    """LINE took the reply, the sender died before noting it, and nobody came before the token was too old."""
    taken = text_event(line, "住民票 コンビニ")
    keep(kit, taken, moment=clock())
    assert inbox.claim(kit.database, "dead:1:0", clock()) is not None
    clock.forward(60)
    drain(sender_of(kit, clock))
    following = text_event(line, "オンライン申請", at=clock().timestamp())
    keep(kit, following, moment=clock())
    drain(sender_of(kit, clock))
    assert [row.state for row in rows(kit)] == ["unconfirmed", "answered"]
    assert "先ほどは" not in text_of(line.accepted(following["replyToken"]))


def test_an_answer_that_comes_byte_by_byte_holds_no_sender(
    kit: Services, line: FakeLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LINE has the reply, which would take some ten seconds to come; the next attempt finds its token used."""
    monkeypatch.setattr("bot.line.client.CALL_SECONDS", 0.5)
    clients = LineClients(kit.settings.line_channels, kit.settings.line_api_host)
    line.faults = [Fault("drip", seconds=0.2)]
    one = text_event(line, "住民票 コンビニ")
    keep(kit, one)
    sender = Sender(kit.database, kit.corpus, clients)
    begun = time.monotonic()
    assert sender.step("test:1:0")
    assert time.monotonic() - begun < 8
    assert [(row.state, row.note) for row in rows(kit)] == [("received", inbox.UNCERTAIN)]
    until = time.monotonic() + 20
    while rows(kit)[0].state == "received" and time.monotonic() < until:
        sender.step("test:1:0")
    assert [row.state for row in rows(kit)] == ["unconfirmed"]
    assert len(line.accepted(one["replyToken"])) == 1


def test_what_line_may_have_stays_unconfirmed_though_it_refuses_the_channel_afterwards(
    kit: Services, line: FakeLine, clock: Clock
) -> None:
    keep(kit, text_event(line, "住民票 コンビニ"), moment=clock())
    line.faults = [Fault("accept_then_reset"), *[Fault("status", 401)] * 40]
    sender = sender_of(kit, clock)
    for _ in range(60):
        drain(sender)
        clock.forward(1)
    assert [row.state for row in rows(kit)] == ["unconfirmed"]


def test_the_words_of_what_is_never_answered_go_with_the_last_chance_to_answer(
    kit: Services, line: FakeLine, clock: Clock
) -> None:
    keep(kit, text_event(line, "生活保護を受けたい", life=3600), moment=clock())
    clock.forward(60)
    drain(sender_of(kit, clock))
    assert inbox.forget_late_texts(kit.database, clock()) == 0
    assert [(row.state, row.text) for row in rows(kit)] == [("expired", "生活保護を受けたい")]
    clock.forward(20 * 60)
    assert inbox.forget_late_texts(kit.database, clock()) == 1
    assert [(row.state, row.text) for row in rows(kit)] == [("expired", None)]
    assert inbox.forget_late_texts(kit.database, clock()) == 0


def test_people_whom_line_does_not_tell_apart_are_not_taken_for_one(
    kit: Services, line: FakeLine, clock: Clock
) -> None:
    late = text_event(line, "住民票 コンビニ")
    keep(kit, late, moment=clock())
    clock.forward(60)
    drain(sender_of(kit, clock))
    another = text_event(line, "オンライン申請", at=clock().timestamp())
    keep(kit, another, moment=clock())
    with kit.database.writing() as session:
        session.execute(update(LineEvent).values(asker=None))
    drain(sender_of(kit, clock))
    assert "先ほどは" not in text_of(line.accepted(another["replyToken"]))


def test_a_thread_outlives_what_goes_wrong_in_it(
    kit: Services, line: FakeLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = iter([OSError("too many open files"), MemoryError()])
    claim = inbox.claim

    def failing(*given: Any, **more: Any) -> Any:
        for fault in faults:
            raise fault
        return claim(*given, **more)

    monkeypatch.setattr(inbox, "claim", failing)
    keep(kit, text_event(line, "住民票 コンビニ"))
    threads = SenderThreads(sender_of(kit), kit.receiver.wake)
    threads.start(1)
    try:
        deadline = time.monotonic() + 20
        while rows(kit)[0].state != "answered" and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        threads.stop()
    assert [row.state for row in rows(kit)] == ["answered"]


def test_a_chosen_candidate_is_answered_and_noted_beside_the_question(kit: Services, line: FakeLine) -> None:
    unsure = ("デジタル", "スマホ", "申請", "システムの計画", "窓口の計画", "市民の便利", "職員とデジタル")
    knowledge = kit.corpus.current(CODE)
    question = next(text for text in unsure if answer(knowledge, text).reply.decision is Decision.SUGGEST)
    asked = text_event(line, question)
    keep(kit, asked)
    drain(sender_of(kit))
    (bubble,) = line.accepted(asked["replyToken"])[0]["messages"]
    choice = bubble["quickReply"]["items"][0]["action"]
    tapped = event("postback", replyToken=line.issue_token(), postback={"data": choice["data"]})
    keep(kit, tapped)
    drain(sender_of(kit))
    (log,) = logged(kit)
    (shown,) = line.accepted(tapped["replyToken"])[0]["messages"]
    assert log.decision == "suggest"
    assert log.tapped_entry_id in choice["data"]
    assert shown["contents"]["body"]["contents"][0]["text"] == choice["displayText"]


@pytest.mark.parametrize(
    ("label", "column", "value"),
    [
        pytest.param("解決した", "feedback", "solved", id="solved"),
        pytest.param("解決しなかった", "feedback", "unsolved", id="not solved"),
        pytest.param("くわしく", "more_at", None, id="more"),
        pytest.param("問い合わせ先", "contact_at", None, id="whom to ask"),
    ],
)
def test_every_button_of_an_answer_is_answered_and_noted(
    kit: Services, line: FakeLine, label: str, column: str, value: str | None
) -> None:
    asked = text_event(line, "オンラインで申請できる手続きは？")
    keep(kit, asked)
    drain(sender_of(kit))
    (bubble,) = line.accepted(asked["replyToken"])[0]["messages"]
    buttons = {
        button["action"]["label"]: button["action"]["data"]
        for part in bubble["contents"]["footer"]["contents"]
        for button in part.get("contents", [part])
    }
    tapped = event("postback", replyToken=line.issue_token(), postback={"data": buttons[label]})
    keep(kit, tapped)
    drain(sender_of(kit))
    (log,) = logged(kit)
    assert len(line.accepted(tapped["replyToken"])) == 1
    noted = getattr(log, column)
    assert noted == value if value else noted is not None


@pytest.mark.parametrize(
    ("said", "column", "value"),
    [
        *((str(sentences(code)["solved_label"]), "feedback", "solved") for code in (DEFAULT, EASY, *LANGUAGES)),
        *((str(sentences(code)["unsolved_label"]), "feedback", "unsolved") for code in (DEFAULT, *LANGUAGES)),
        *((str(sentences(code)["more_label"]), "more_at", None) for code in (DEFAULT, EASY, *LANGUAGES)),
        ("沒有解決", "feedback", "unsolved"),
    ],
)
def test_the_words_of_a_button_do_what_the_button_does(
    kit: Services, line: FakeLine, said: str, column: str, value: str | None
) -> None:
    for text in ("オンラインで申請できる手続きは？", said):
        one = text_event(line, text)
        keep(kit, one)
        drain(sender_of(kit))
    (log,) = logged(kit)
    assert len(line.accepted(one["replyToken"])) == 1
    noted = getattr(log, column)
    assert noted == value if value else noted is not None


@pytest.mark.parametrize(("begun", "feedback"), [("やさしい日本語で。", "unsolved"), ("", None)])
def test_the_word_of_the_easy_button_asks_for_simpler_words_where_no_such_button_stood(
    kit: Services, line: FakeLine, begun: str, feedback: str | None
) -> None:
    for text in (f"{begun}オンラインで申請できる手続きは？", str(sentences(EASY)["unsolved_label"])):
        keep(kit, text_event(line, text))
        drain(sender_of(kit))
    assert logged(kit)[0].feedback == feedback


def test_a_reason_is_understood_in_words_once_it_was_asked(kit: Services, line: FakeLine) -> None:
    for text in ("オンラインで申請できる手続きは？", "解決しなかった", "古い"):
        one = text_event(line, text)
        keep(kit, one)
        drain(sender_of(kit))
    assert say("why_thanks") in str(line.accepted(one["replyToken"]))
    assert [(row.feedback, row.reason) for row in logged(kit)] == [("unsolved", "outdated")]


def _buttons(bubble: dict[str, Any]) -> dict[str, str]:
    """The data of each button below a bubble, by its label."""
    return {
        button["action"]["label"]: button["action"]["data"]
        for part in bubble["contents"]["footer"]["contents"]
        for button in part.get("contents", [part])
        if "action" in button
    }


def _tapped(kit: Services, line: FakeLine, data: str) -> dict[str, Any]:
    """The message that a tap is answered with."""
    tapped = event("postback", replyToken=line.issue_token(), postback={"data": data})
    keep(kit, tapped)
    drain(sender_of(kit))
    (message,) = line.accepted(tapped["replyToken"])[0]["messages"]
    return dict(message)


def test_why_it_was_not_solved_is_asked_once_and_kept(kit: Services, line: FakeLine) -> None:
    asked = text_event(line, "オンラインで申請できる手続きは？")
    keep(kit, asked)
    drain(sender_of(kit))
    (bubble,) = line.accepted(asked["replyToken"])[0]["messages"]
    unsolved = _buttons(bubble)["解決しなかった"]
    why = _buttons(_tapped(kit, line, unsolved))
    assert {"わからない", "古い", "違う", "その他"} <= set(why)
    assert say("why_thanks") in str(_tapped(kit, line, why["古い"]))
    assert logged(kit)[0].reason == "outdated"
    # What was said first stands, and nobody is asked again.
    _tapped(kit, line, why["違う"])
    assert logged(kit)[0].reason == "outdated"
    assert "わからない" not in str(_tapped(kit, line, unsolved))


def test_a_new_friend_is_greeted_with_the_notice_and_choices(kit: Services, line: FakeLine) -> None:
    one = event("follow", replyToken=line.issue_token(), follow={"isUnblocked": False})
    keep(kit, one)
    drain(sender_of(kit))
    (bubble,) = line.accepted(one["replyToken"])[0]["messages"]
    assert "入力しないでください" in bubble["altText"]
    assert len(bubble["quickReply"]["items"]) >= 4
    assert logged(kit) == []


def test_stickers_and_pictures_get_one_kind_hint_a_day(kit: Services, line: FakeLine, clock: Clock) -> None:
    sent = [
        event(replyToken=line.issue_token(), message={"id": str(number), "type": kind})
        for number, kind in enumerate(["sticker", "image", "audio", "file"])
    ]
    keep(kit, *sent, moment=clock())
    drain(sender_of(kit, clock))
    assert [len(line.accepted(one["replyToken"])) for one in sent] == [1, 0, 0, 0]
    assert [row.state for row in rows(kit)] == ["answered", "ignored", "ignored", "ignored"]


@pytest.mark.parametrize("when", ["before", "waiting", "answered"])
def test_a_message_taken_back_is_erased_everywhere(kit: Services, line: FakeLine, when: str) -> None:
    asked = text_event(line, "スマホの申請システムの計画")
    undo = event("unsend", unsend={"messageId": asked["message"]["id"]})
    order = [undo, asked] if when == "before" else [asked, undo]
    keep(kit, order[0])
    if when == "answered":
        drain(sender_of(kit))
    keep(kit, order[1])
    drain(sender_of(kit))
    with kit.database.reading() as session:
        texts = [*session.scalars(select(LineEvent.text)), *session.scalars(select(LoggedQuestion.text))]
        remembered = [row.state for row in session.scalars(select(Conversation))]
    assert not [text for text in texts if text]
    assert not [state for state in remembered if state]
    assert len(line.accepted(asked["replyToken"])) == (1 if when == "answered" else 0)


def test_a_message_taken_back_is_gone_from_the_files_too(line_environment: dict[str, str], line: FakeLine) -> None:
    from app import create_app
    from tests.support.fake_line import signature, webhook_body

    app = create_app(line_environment)
    services: Services = app.extensions["kotae"]
    client = app.test_client()
    asked = text_event(line, "とりけしたいかなりあの質問")
    for one in (asked, event("unsend", unsend={"messageId": asked["message"]["id"]})):
        body = webhook_body([one])
        headers = {"x-line-signature": signature(body)}
        assert client.post(f"/line/{CODE}/webhook", data=body, headers=headers).status_code == 200
        drain(sender_of(services))
    files = list(services.settings.instance.glob("kotae.db*"))
    until = time.monotonic() + 20
    while (
        held := "とりけしたいかなりあ".encode() in b"".join(map(Path.read_bytes, files))
    ) and time.monotonic() < until:
        time.sleep(0.05)
    assert not held
    services.housekeeping.stop()
    services.database.dispose()


def test_blocking_forgets_the_dialogue(kit: Services, line: FakeLine) -> None:
    keep(kit, text_event(line, "オンラインで申請できる手続きは？"))
    drain(sender_of(kit))
    keep(kit, event("unfollow"))
    with kit.database.reading() as session:
        assert [row.state for row in session.scalars(select(Conversation))] == [{}]


def test_personal_data_is_kindly_refused_and_masked_in_the_log(kit: Services, line: FakeLine) -> None:
    one = text_event(line, "マイナンバーは123456789018です。コンビニで住民票は取れますか？")
    keep(kit, one)
    drain(sender_of(kit))
    assert "伏せ字" in text_of(line.accepted(one["replyToken"]))
    assert "123456789018" not in str(line.accepted(one["replyToken"]))
    (log,) = logged(kit)
    assert log.personal_data
    assert "123456789018" not in (log.text or "")


def test_of_a_delicate_question_the_kind_is_kept_and_not_a_word(kit: Services, line: FakeLine) -> None:
    one = text_event(line, "生活保護をかなりあで申請したい")
    keep(kit, one)
    drain(sender_of(kit))
    assert line.accepted(one["replyToken"])
    (log,) = logged(kit)
    assert (log.text, log.delicate) == (None, "hardship")
    assert log.decision
    # Nothing joins it to whoever asked, or to what they ask before and after.
    assert (log.asker, log.message_id, log.entry_id, log.department, log.subject, log.candidates) == (None,) * 5 + ([],)
    assert (log.asked_at.minute, log.asked_at.second, log.asked_at.microsecond) == (0, 0, 0)
    event_id = one["webhookEventId"]
    assert log.id != log_id(CODE, f"line:{event_id}")
    assert event_id not in log.event_key
    with kit.database.reading() as session:
        (before,) = session.scalars(select(Conversation)).all()
        assert not {"entry_id", "offered", "log_id", "topic", "subjects"} & {
            name for name, told in before.state.items() if told
        }
    with kit.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            assert "かなりあ" not in str(session.execute(select(table)).all()), table.name


def test_ten_thousand_letters_are_cut_and_answered(kit: Services, line: FakeLine) -> None:
    one = text_event(line, "あいうえお" * 2000 + "。コンビニで住民票は取れますか？")
    keep(kit, one)
    drain(sender_of(kit))
    assert len(line.accepted(one["replyToken"])) == 1


def test_surrogates_and_nul_are_cleaned_and_answered(kit: Services, line: FakeLine) -> None:
    one = text_event(line, "コンビニで\x00住民票\ud83cは取れますか？")
    keep(kit, one)
    drain(sender_of(kit))
    assert len(line.accepted(one["replyToken"])) == 1
    assert [log.decision for log in logged(kit)] == ["answer"]


def test_an_answer_that_breaks_us_does_not_stop_the_others(
    kit: Services, line: FakeLine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.line import replying

    real = replying.answer

    def breaks(knowledge: Any, text: str, *rest: Any, **named: Any) -> Any:
        if "こわれる" in text:
            raise RuntimeError("a fault of ours")
        return real(knowledge, text, *rest, **named)

    monkeypatch.setattr(replying, "answer", breaks)
    # Else the last attempt comes by chance a moment before its end or after it.
    monkeypatch.setattr("bot.line.sender.random.uniform", lambda low, high: 1.0)
    bad = text_event(line, "こわれる質問", sender=1)
    good = text_event(line, "コンビニで住民票は取れますか？", sender=2)
    keep(kit, bad, good, moment=clock())
    for _ in range(60):
        drain(sender_of(kit, clock))
        clock.forward(1)
    assert [row.state for row in rows(kit)] == ["failed", "answered"]


def test_what_a_sender_without_an_access_token_cannot_answer_is_left_to_another(
    kit: Services, line: FakeLine, clock: Clock
) -> None:
    asked = text_event(line, "住民票")
    keep(kit, asked, moment=clock())
    drain(Sender(kit.database, kit.corpus, LineClients({}, line.url), clock))
    assert [(row.state, row.note) for row in rows(kit)] == [("received", "no access token")]
    clock.forward(4)
    drain(sender_of(kit, clock))
    assert [row.state for row in rows(kit)] == ["answered"]
    assert len(line.accepted(asked["replyToken"])) == 1


def test_where_nobody_has_an_access_token_nothing_is_sent_and_it_is_said(
    kit: Services, line: FakeLine, clock: Clock
) -> None:
    keep(kit, text_event(line, "住民票"), moment=clock())
    for _ in range(20):
        drain(Sender(kit.database, kit.corpus, LineClients({}, line.url), clock))
        clock.forward(3)
    assert [(row.state, row.note) for row in rows(kit)] == [("failed", "no access token")]


def test_reconcile_reports_what_is_open_too_long(kit: Services, line: FakeLine, clock: Clock) -> None:
    keep(kit, text_event(line, "住民票"), moment=clock())
    assert reconcile(kit.database, clock()).sound
    clock.forward(76)
    found = reconcile(kit.database, clock())
    assert (found.overdue, found.sound) == (1, False)
