"""「職員と話す」: the service is silent for that person until the talk is over, and keeps nothing of what is said."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from bot.line import events, inbox
from bot.line.events import Reading, read_event
from bot.line.postbacks import postback_data
from bot.services import Services
from bot.taps import Act, Tap
from bot.wording import EASY, say, sentences
from intents.glossary import LANGUAGES
from knowledge.calendar import now
from knowledge.data_items import purge_fixed
from knowledge.models import LineEvent, LoggedQuestion, Municipality, OpeningPlaceRow, StaffChat
from knowledge.reply_languages import REPLY_LANGUAGES
from knowledge.residents_data import Resident, erase_resident
from knowledge.staff_chats import end_all
from tests.bot.line.conftest import CODE, Clock, drain, sender_of
from tests.support.every_column import places_of
from tests.support.fake_line import FakeLine, event, text_event

QUESTION = "住民票はコンビニで取れますか"
SECRET = "かなりあの巣箱のことで内密に"
CANARY = ("かなりあ", "カナリア", "巣箱", "内密")
HOURS = 3
BEGIN, END = "staff_chat_label", "staff_chat_end_label"
BEGIN_BUTTON, END_BUTTON = (postback_data(Tap(act)) for act in (Act.STAFF_CHAT, Act.END_STAFF_CHAT))


@pytest.fixture(autouse=True)
def lines_clock(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    """LINE's clock is the one that tests move."""
    monkeypatch.setattr(events, "now", clock)


@pytest.fixture
def chatting(kit: Services) -> Services:
    """Staff of the municipality answer in LINE's chat."""
    return with_hours(kit, HOURS)


def with_hours(kit: Services, hours: int | None) -> Services:
    with kit.database.writing() as session:
        town = session.get_one(Municipality, CODE)
        town.staff_chat_hours = hours
        town.knowledge_version += 1
    return kit


def with_languages(kit: Services) -> None:
    with kit.database.writing() as session:
        town = session.get_one(Municipality, CODE)
        town.reply_languages = list(REPLY_LANGUAGES)
        town.knowledge_version += 1


def keep(kit: Services, clock: Clock, *raw: dict[str, Any]) -> None:
    read = [read_event(one, Reading(lambda user_id, _: user_id[-32:])) for one in raw]
    inbox.store(kit.database, CODE, read, clock())


def written(line: FakeLine, clock: Clock, text: str, **more: Any) -> dict[str, Any]:
    return text_event(line, text, at=clock.moment.timestamp(), **more)


def tapped(line: FakeLine, clock: Clock, data: str) -> dict[str, Any]:
    token = line.issue_token()
    return event("postback", at=clock.moment.timestamp(), replyToken=token, postback={"data": data})


def said(kit: Services, line: FakeLine, clock: Clock, one: dict[str, Any]) -> str:
    """What comes back; nothing where nothing does.  A second passes."""
    keep(kit, clock, one)
    drain(sender_of(kit, clock))
    clock.forward(1)
    accepted = line.accepted(one["replyToken"])
    assert len(accepted) <= 1
    assert line.violations == []
    return str(accepted[0]["messages"]) if accepted else ""


def told(kit: Services, line: FakeLine, clock: Clock, text: str, **more: Any) -> str:
    return said(kit, line, clock, written(line, clock, text, **more))


def begin(kit: Services, line: FakeLine, clock: Clock) -> str:
    return told(kit, line, clock, "職員と話す")


def rows(kit: Services) -> list[LineEvent]:
    with kit.database.reading() as session:
        return list(session.scalars(select(LineEvent).order_by(LineEvent.id)))


def notes(kit: Services) -> list[tuple[str, str | None]]:
    return [(row.state, row.note) for row in rows(kit)]


def logged(kit: Services) -> list[str | None]:
    with kit.database.reading() as session:
        return list(session.scalars(select(LoggedQuestion.text).order_by(LoggedQuestion.asked_at)))


def test_the_service_is_silent_and_nothing_of_it_is_kept(chatting: Services, line: FakeLine, clock: Clock) -> None:
    begun = begin(chatting, line, clock)
    assert "職員がこのトークでお返事します" in begun
    assert f"{HOURS}時間" in begun
    assert END_BUTTON in begun
    for text in (SECRET, "電話は090-1234-5678です", QUESTION, "ありがとう"):
        assert told(chatting, line, clock, text) == ""
    keep(chatting, clock, event(replyToken=line.issue_token(), message={"id": "9", "type": "image"}))
    drain(sender_of(chatting, clock))
    assert places_of(chatting.database, [*CANARY, "1234-5678", "コンビニで取れ"]) & RESIDENTS_TABLES == set()
    assert notes(chatting)[1:] == [("ignored", inbox.WITH_STAFF)] * 5
    assert not any(row.personal_data or row.postback or row.reply_token for row in rows(chatting))
    assert logged(chatting) == [], "that somebody talked to staff is no question"
    assert line.loading == []
    assert inbox.reconcile(chatting.database, clock()).sound


RESIDENTS_TABLES = {"line_events.text", "query_log.text", "query_log.words", "conversations.state", "line_events.note"}


LABELS = {key: [str(sentences(code)[key]) for code in ("ja", EASY, *LANGUAGES)] for key in (BEGIN, END)}


@pytest.mark.parametrize(("begun", "over"), list(zip(LABELS[BEGIN], LABELS[END], strict=True)))
def test_the_words_on_the_buttons_begin_and_end_it_in_every_language(
    chatting: Services, line: FakeLine, clock: Clock, begun: str, over: str
) -> None:
    assert END_BUTTON in told(chatting, line, clock, begun)
    assert told(chatting, line, clock, SECRET) == ""
    assert told(chatting, line, clock, over)
    assert "マイナンバーカード" in told(chatting, line, clock, QUESTION)


@pytest.mark.parametrize(
    "over", ["終了", "終了します。", "おわり", "結束", "终了", "ket thuc", "しゅうりょう", END_BUTTON]
)
def test_it_is_over_when_they_say_so(chatting: Services, line: FakeLine, clock: Clock, over: str) -> None:
    begin(chatting, line, clock)
    assert told(chatting, line, clock, SECRET) == ""
    one = tapped(line, clock, over) if over == END_BUTTON else written(line, clock, over)
    assert "自動の案内に戻りました" in said(chatting, line, clock, one)
    assert "マイナンバーカード" in told(chatting, line, clock, QUESTION)
    assert logged(chatting) == [QUESTION]
    assert places_of(chatting.database, CANARY) == set()


def test_a_question_right_after_the_end_is_answered(chatting: Services, line: FakeLine, clock: Clock) -> None:
    """In the very same webhook, before anybody has answered the end."""
    begin(chatting, line, clock)
    over = written(line, clock, "終了")
    clock.forward(0.2)
    asked = written(line, clock, QUESTION)
    keep(chatting, clock, over, asked)
    drain(sender_of(chatting, clock))
    assert "自動の案内に戻りました" in str(line.accepted(over["replyToken"]))
    assert "マイナンバーカード" in str(line.accepted(asked["replyToken"]))


def test_it_is_over_when_the_hours_have_passed(chatting: Services, line: FakeLine, clock: Clock) -> None:
    begin(chatting, line, clock)
    clock.forward(HOURS * 3600 - 10)
    assert told(chatting, line, clock, QUESTION) == ""
    clock.forward(10)
    assert "マイナンバーカード" in told(chatting, line, clock, QUESTION)


def test_what_comes_late_from_the_talk_is_not_kept_either(chatting: Services, line: FakeLine, clock: Clock) -> None:
    """LINE may deliver it after the end, and again."""
    begin(chatting, line, clock)
    late = written(line, clock, SECRET)
    clock.forward(1)
    assert told(chatting, line, clock, "終了")
    for _ in range(2):
        assert said(chatting, line, clock, late) == ""
    assert places_of(chatting.database, CANARY) == set()
    assert [row.deliveries for row in rows(chatting)] == [1, 1, 2]


def test_an_end_that_line_delivers_again_does_not_end_the_next_talk(
    chatting: Services, line: FakeLine, clock: Clock
) -> None:
    begin(chatting, line, clock)
    over = written(line, clock, "終了")
    assert said(chatting, line, clock, over)
    begin(chatting, line, clock)
    keep(chatting, clock, over)
    drain(sender_of(chatting, clock))
    assert told(chatting, line, clock, QUESTION) == ""


def test_what_was_written_before_the_talk_began_is_not_answered_in_it(
    chatting: Services, line: FakeLine, clock: Clock
) -> None:
    """They do not wait for the service's word: what follows at once is for staff, too."""
    begun = written(line, clock, "職員と話したいです")
    clock.forward(0.5)
    next_one, twice = written(line, clock, SECRET), written(line, clock, "職員と話す")
    keep(chatting, clock, begun, next_one, twice)
    drain(sender_of(chatting, clock))
    assert "職員がこのトーク" in str(line.accepted(begun["replyToken"]))
    assert line.accepted(next_one["replyToken"]) == line.accepted(twice["replyToken"]) == []
    assert places_of(chatting.database, CANARY) == set()
    assert notes(chatting)[1:] == [("ignored", inbox.WITH_STAFF)] * 2


def test_whoever_takes_back_what_they_said_finds_nothing_kept(chatting: Services, line: FakeLine, clock: Clock) -> None:
    begin(chatting, line, clock)
    one = written(line, clock, SECRET)
    assert said(chatting, line, clock, one) == ""
    keep(chatting, clock, event("unsend", unsend={"messageId": one["message"]["id"]}))
    assert places_of(chatting.database, CANARY) == set()
    assert told(chatting, line, clock, QUESTION) == "", "the talk goes on"


def test_others_are_answered(chatting: Services, line: FakeLine, clock: Clock) -> None:
    begin(chatting, line, clock)
    assert "マイナンバーカード" in told(chatting, line, clock, QUESTION, sender=2)
    assert told(chatting, line, clock, QUESTION) == ""


def test_where_staff_do_not_use_the_chat_they_are_told_whom_to_ask(kit: Services, line: FakeLine, clock: Clock) -> None:
    for one in (written(line, clock, "職員と話す"), tapped(line, clock, BEGIN_BUTTON)):
        reply = said(kit, line, clock, one)
        assert "職員がこのトーク" not in reply
        assert "市政改革課" in reply
        assert BEGIN_BUTTON not in reply
    assert "マイナンバーカード" in told(kit, line, clock, QUESTION)
    assert told(kit, line, clock, "終了")


def test_where_a_reply_hands_on_there_is_the_button(chatting: Services, line: FakeLine, clock: Clock) -> None:
    assert BEGIN_BUTTON in told(chatting, line, clock, "宇宙人に会うにはどうすればよいですか")
    assert "職員がこのトーク" in said(chatting, line, clock, tapped(line, clock, BEGIN_BUTTON))
    assert told(chatting, line, clock, QUESTION) == ""


def test_in_an_emergency_nothing_stands_beside_the_numbers(chatting: Services, line: FakeLine, clock: Clock) -> None:
    assert "staff-chat" not in told(chatting, line, clock, "家が火事です。助けて")


@pytest.mark.parametrize(
    "cry",
    [
        "かなりあの家が火事です。助けて",
        "胸が苦しくて動けない。救急車を呼んで",
        "もう死にたい",
        "There is a fire in my house",
    ],
)
def test_who_is_in_danger_during_the_talk_is_given_the_numbers_and_nothing_of_it_is_kept(
    chatting: Services, line: FakeLine, clock: Clock, cry: str
) -> None:
    begin(chatting, line, clock)
    assert told(chatting, line, clock, SECRET) == ""
    found = told(chatting, line, clock, cry)
    for number in ("119", "110"):
        assert f"tel:{number}" in found
    assert told(chatting, line, clock, SECRET) == "", "the talk goes on"
    assert [(row.state, row.note, row.text, row.postback) for row in rows(chatting)[2:3]] == [
        ("answered", inbox.WITH_STAFF, None, None)
    ]
    assert (
        places_of(chatting.database, [*CANARY, "火事", "胸が苦し", "死にた", "a fire in my"]) & RESIDENTS_TABLES
        == set()
    )
    assert logged(chatting) == []


def test_where_nobody_knows_what_befell_them_each_number_is_given_once(
    chatting: Services, line: FakeLine, clock: Clock
) -> None:
    begin(chatting, line, clock)
    found = told(chatting, line, clock, "もう死にたい")
    assert [found.count(f"tel:{number}") for number in ("119", "110", "0120061338")] == [1, 1, 1]
    assert "9110" not in found


def test_where_the_words_are_at_hand_their_need_decides(chatting: Services, line: FakeLine, clock: Clock) -> None:
    """Said right after the button, before anybody has answered it."""
    begun = written(line, clock, "職員と話す")
    clock.forward(0.2)
    cry = written(line, clock, "もう死にたい")
    keep(chatting, clock, begun, cry)
    drain(sender_of(chatting, clock))
    found = str(line.accepted(cry["replyToken"]))
    assert say("emergency_suicide") in found
    assert "tel:0120061338" in found
    assert "9110" not in found


def test_a_cry_is_answered_in_its_own_language(chatting: Services, line: FakeLine, clock: Clock) -> None:
    with_languages(chatting)
    begin(chatting, line, clock)
    for cry, language in (("我家着火了", "zh"), ("There is a fire in my house", "en"), ("助けて", "ja")):
        assert say("emergency_first", language=language) in told(chatting, line, clock, cry)
    assert {row.postback for row in rows(chatting)} == {None}


def test_of_a_cry_that_nobody_could_answer_nothing_stays_either(
    chatting: Services, line: FakeLine, clock: Clock
) -> None:
    begin(chatting, line, clock)
    keep(chatting, clock, written(line, clock, "家が火事です。助けて"))
    assert rows(chatting)[-1].postback == f"{inbox.IN_DANGER} ja", "that, and the language, but not what befell them"
    clock.forward(31 * 60)
    drain(sender_of(chatting, clock))
    inbox.forget_late_texts(chatting.database, clock())
    assert [(row.state, row.text, row.postback) for row in rows(chatting)[-1:]] == [("expired", None, None)]
    assert logged(chatting) == []


def test_it_is_said_when_somebody_is_there(chatting: Services, line: FakeLine, clock: Clock) -> None:
    with chatting.database.writing() as session:
        week = [["08:30", "17:15"]] * 5 + [None] * 2
        session.add(OpeningPlaceRow(municipality_code=CODE, number=1, name="市役所", also_called=[], week=week))
        session.get_one(Municipality, CODE).knowledge_version += 1
    local = clock.moment.astimezone(dt.timezone(dt.timedelta(hours=9)))
    clock.forward((7 - local.weekday()) * 86400 - local.hour * 3600 - local.minute * 60 + 20 * 3600)
    assert "ただいま受付時間外です" in begin(chatting, line, clock)


def test_who_speaks_another_language_is_told_in_it(chatting: Services, line: FakeLine, clock: Clock) -> None:
    assert "staff will answer in this chat" in told(chatting, line, clock, "I want to talk to staff.")
    assert told(chatting, line, clock, "Where can I get a certificate of residence?") == ""
    assert told(chatting, line, clock, "end")


def test_erasing_somebody_ends_it(chatting: Services, line: FakeLine, clock: Clock) -> None:
    begin(chatting, line, clock)
    (row,) = rows(chatting)
    assert row.asker
    with chatting.database.writing() as session:
        erase_resident(session, CODE, Resident(row.asker), clock())
    assert places_of(chatting.database, [row.asker]) == set()
    assert told(chatting, line, clock, QUESTION)


def test_who_blocks_the_account_has_ended_it(chatting: Services, line: FakeLine, clock: Clock) -> None:
    begin(chatting, line, clock)
    keep(chatting, clock, event("unfollow", at=clock.moment.timestamp()))
    clock.forward(1)
    again = event("follow", at=clock.moment.timestamp(), replyToken=line.issue_token())
    assert "質問" in said(chatting, line, clock, again)


def test_where_the_setting_is_taken_away_every_talk_is_over(chatting: Services, line: FakeLine, clock: Clock) -> None:
    begin(chatting, line, clock)
    with with_hours(chatting, None).database.writing() as session:
        end_all(session, CODE, clock())
    clock.forward(1)
    assert told(chatting, line, clock, QUESTION)


def test_what_is_long_over_is_forgotten(chatting: Services, line: FakeLine, clock: Clock) -> None:
    begin(chatting, line, clock)
    purge_fixed(chatting.database, now() + dt.timedelta(hours=HOURS))
    with chatting.database.reading() as session:
        assert len(session.scalars(select(StaffChat)).all()) == 1
    purge_fixed(chatting.database, now() + dt.timedelta(hours=HOURS, minutes=21))
    with chatting.database.reading() as session:
        assert session.scalars(select(StaffChat)).all() == []
