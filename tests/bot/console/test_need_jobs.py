"""Questions asked in vain come to cards: grouped, described, counted, and brought up to date bit by bit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot import jobs
from bot.need_jobs import NEEDS, ask_for_grouping, card_name, gap_of, group_needs
from bot.services import Services
from intents.grouping import text_key
from knowledge.calendar import now, today
from knowledge.db import Database
from knowledge.models import Job, LoggedQuestion, NeedCard, NeedEvent, NeedText
from knowledge.need_cards import Waiting, join
from knowledge.need_steps import By, NeedStepError, merge, outcome, rename, split
from knowledge.query_log import AskedQuestion, log_id, note_feedback, note_tap, record
from knowledge.residents_data import forget_message
from knowledge.retention import purge

CODE = "242047"
USUAL = AskedQuestion(
    CODE, "", "line", dt.datetime.now(dt.UTC), "", False, None, None, "ja", "none", None, None, None, 0.1, (), 1, 1.0
)
WASPS = ("アシナガバチが窓のそばにいます", "蜂の巣を取ってもらえますか", "ハチの巣の駆除")
GHOST = ("座敷わらしに会える宿はどこ",)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def kit(office: Flask) -> Services:
    found: Services = office.extensions["kotae"]
    return found


@pytest.fixture(autouse=True)
def clean(office_database: Database) -> None:
    with office_database.writing() as session:
        for table in (LoggedQuestion, NeedEvent, NeedText, NeedCard, Job):
            session.execute(delete(table))


def ask(kit: Services, text: str, *, key: str | None = None, **told: object) -> str:
    """Log one question of an hour ago; its row."""
    row = replace(USUAL, event_key=key or f"test:{text}:{len(told)}", text=text, **{"asked_at": now() - HOUR, **told})
    with kit.database.writing() as session:
        record(session, row)
    return log_id(CODE, row.event_key)


def cards(kit: Services) -> dict[str, NeedCard]:
    """By the first word of their texts."""
    with kit.database.reading() as session:
        found = {card.number: card for card in session.scalars(select(NeedCard))}
        texts = session.scalars(select(NeedText).order_by(NeedText.times, NeedText.text)).all()
    return {one.text: found[one.number] for one in texts}


def run(kit: Services, **payload: object) -> dict[str, object]:
    return group_needs(kit, CODE, payload, lambda _: None)


def test_what_was_asked_in_vain_comes_to_a_card_with_its_askers(kit: Services) -> None:
    for number, text in enumerate(WASPS):
        ask(kit, text, asker=f"{number % 2:032}")
    ask(kit, WASPS[0], key="again", asker="0" * 32)
    ask(kit, GHOST[0])
    assert run(kit)["made"] == 2
    found = cards(kit)
    wasps, ghost = found[WASPS[0]], found[GHOST[0]]
    assert {found[text].number for text in WASPS} == {wasps.number}
    assert (wasps.times, wasps.askers, wasps.nameless, wasps.recent, wasps.before) == (4, 2, 0, 4, 0)
    assert (ghost.times, ghost.askers, ghost.nameless) == (1, 0, 1)
    assert wasps.number < ghost.number, "what is asked most has the lowest number"
    assert wasps.gap == ghost.gap == "missing"
    assert "蜂" in wasps.name or "ハチ" in wasps.name or "バチ" in wasps.name
    assert len(wasps.name) <= 80
    assert wasps.counted_on == today()


def test_later_questions_join_the_card_there_is(kit: Services) -> None:
    ask(kit, WASPS[0])
    run(kit)
    number = cards(kit)[WASPS[0]].number
    ask(kit, WASPS[0], key="same words", asked_at=now() - HOUR / 2)
    ask(kit, WASPS[1])
    assert run(kit) == {"questions": 2, "made": 0, "joined": 1}
    card = cards(kit)[WASPS[1]]
    assert (card.number, card.times) == (number, 3)
    assert run(kit) == {"questions": 0, "made": 0, "joined": 0}


def test_what_very_many_ask_holds_up_others_for_a_few_rows_only(kit: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three at a time: new words asked seven times, and the same words asked eight times more."""
    monkeypatch.setattr("bot.need_jobs.PORTION", 3)
    written: list[int] = []

    def counted(session: Session, code: str, own: Mapping[int, Iterable[Waiting]]) -> None:
        own = {number: list(each) for number, each in own.items()}
        written.append(sum(one.times for each in own.values() for one in each))
        join(session, code, own)

    monkeypatch.setattr("bot.need_jobs.join", counted)
    for number in range(7):
        ask(kit, WASPS[0], key=f"first {number}")
    ask(kit, WASPS[1])
    assert run(kit) == {"questions": 8, "made": 1, "joined": 0}
    for number in range(8):
        ask(kit, WASPS[0], key=f"later {number}", asked_at=now() - HOUR / 2)
    assert run(kit) == {"questions": 8, "made": 0, "joined": 1}
    assert sum(written) == 16
    assert max(written) <= 5, "less than two portions"
    card = cards(kit)[WASPS[0]]
    assert card.times == 16
    with kit.database.reading() as session:
        assert session.get_one(NeedText, (CODE, text_key(WASPS[0]))).times == 15
        assert session.scalars(select(LoggedQuestion.need).distinct()).all() == [card.number]


def test_what_was_asked_just_now_may_still_be_solved(kit: Services) -> None:
    row = ask(kit, WASPS[0], decision="suggest", asked_at=now() - dt.timedelta(minutes=5))
    assert run(kit)["made"] == 0
    with kit.database.writing() as session:
        note_tap(session, CODE, row, "online-procedures", now())
    with time_machine.travel(now() + HOUR, tick=False):
        assert run(kit)["made"] == 0


@pytest.mark.parametrize(
    ("then", "times"),
    [
        pytest.param(lambda s, row: note_tap(s, CODE, row, None, now()), 1, id="この中にない"),
        pytest.param(lambda s, row: note_feedback(s, CODE, row, True, now()), 0, id="solved after all"),
        pytest.param(lambda s, row: note_feedback(s, CODE, row, False, now()), 1, id="not solved"),
    ],
)
def test_what_a_resident_says_later_changes_the_count(kit: Services, then, times: int) -> None:
    row = ask(kit, WASPS[0], decision="suggest")
    run(kit)
    with kit.database.writing() as session:
        then(session, row)
    run(kit)
    ask_again = ask_for_grouping(kit, now() + dt.timedelta(days=1))
    assert ask_again == [CODE], "counted anew every day"
    with time_machine.travel(now() + dt.timedelta(days=1), tick=False):
        run(kit)
    assert cards(kit)[WASPS[0]].times == times


def test_an_answer_that_was_asked_for_again_is_a_need_too(kit: Services) -> None:
    moment = now() - HOUR
    common = {"decision": "answer", "entry_id": "online-procedures", "asker": "a" * 32}
    ask(kit, "オンラインで出せる申請を知りたい", asked_at=moment, **common)
    ask(kit, "申請をネットで出す方法", asked_at=moment + dt.timedelta(minutes=2), **common)
    assert run(kit)["made"] == 1
    card = cards(kit)["オンラインで出せる申請を知りたい"]
    assert (card.gap, card.entry_id) == ("unclear", "online-procedures")


@pytest.mark.parametrize(
    ("chose", "told", "gap"),
    [
        pytest.param(2, {}, "wording", id="as many found it among the choices"),
        pytest.param(1, {}, "missing", id="most did not"),
        pytest.param(2, {"feedback": "unsolved"}, "missing", id="it did not help them"),
        pytest.param(2, {"text": "別の質問です"}, "missing", id="they asked something else"),
    ],
)
def test_what_others_chose_for_the_same_question_tells_that_an_answer_is_there(
    kit: Services, chose: int, told: dict[str, str], gap: str
) -> None:
    for number in range(2):
        row = ask(kit, GHOST[0], key=f"vain {number}", decision="suggest")
        with kit.database.writing() as session:
            note_tap(session, CODE, row, None, now())
    for number in range(chose):
        row = ask(kit, told.get("text", GHOST[0]), key=f"chose {number}", decision="suggest")
        with kit.database.writing() as session:
            note_tap(session, CODE, row, "online-procedures", now())
            if "feedback" in told:
                note_feedback(session, CODE, row, False, now())
    run(kit)
    card = cards(kit)[GHOST[0]]
    assert card.gap == gap
    if gap == "wording":
        assert card.entry_id == "online-procedures"


@pytest.mark.parametrize(
    ("signals", "is_answered", "not_online", "gap"),
    [
        pytest.param({"none": 5}, False, False, "missing", id="nothing answers"),
        pytest.param({"none": 5}, True, False, "wording", id="asked now it is answered"),
        pytest.param({"near": 3, "refused": 2}, True, False, "wording", id="choices, and an answer is there"),
        pytest.param({"unsolved": 3, "none": 1}, True, False, "unclear", id="answered and not solved"),
        pytest.param({"unsolved": 3, "contact": 1}, True, True, "impossible", id="the answer says: not online"),
        pytest.param({"unsolved": 1, "none": 1}, False, False, "missing", id="half is not most"),
    ],
)  # fmt: skip
def test_what_is_missing_is_told_by_the_signals_and_the_answers(
    signals: dict[str, int], is_answered: bool, not_online: bool, gap: str
) -> None:
    assert gap_of(signals, is_answered=is_answered, not_online=not_online) == gap


@pytest.mark.parametrize(
    ("words", "name"),
    [
        pytest.param(("死ぬ", "犬", "届ける"), "犬", id="what is named, not what is done"),
        pytest.param(("花火大会", "日にち", "日"), "花火大会・日にち", id="nothing twice"),
        pytest.param(("粗大ごみ", "手数料", "予約", "電話"), "粗大ごみ・手数料・予約", id="three at most"),
        pytest.param(("出す", "捨てる"), "出す・捨てる", id="where nothing is named, what is done"),
        pytest.param((), "（言葉を読み取れない質問）", id="no words"),
        pytest.param(("在哪里办理国民健康保险",), "（言葉を読み取れない質問）", id="a whole question"),
        pytest.param(
            ("マイナンバーカード", "デジタルトランスフォーメーション"),
            "マイナンバーカード・デジタルトランスフォーメーション",
            id="long words",
        ),
        pytest.param(("aaaaaaaa", "花火"), "花火", id="a key that was held down"),
    ],
)
def test_a_card_is_named_after_what_it_is_about(words: tuple[str, ...], name: str) -> None:
    assert card_name(words) == name


def _by() -> By:
    return By("1", "職員 花子", now())


def test_what_staff_split_off_stays_apart_and_keeps_its_questions(kit: Services) -> None:
    for text in WASPS:
        ask(kit, text)
    run(kit)
    with kit.database.writing() as session:
        card = session.get_one(NeedCard, (CODE, cards(kit)[WASPS[0]].number))
        keys = {one.key for one in session.scalars(select(NeedText)) if one.text == WASPS[0]}
        with pytest.raises(NeedStepError, match="一つ以上"):
            split(session, card, set(), "窓の蜂", _by())
        made = split(session, card, keys, "窓の蜂", _by())
        number = made.number
    found = cards(kit)
    assert (found[WASPS[0]].number, found[WASPS[0]].name, found[WASPS[0]].times) == (number, "窓の蜂", 1)
    assert found[WASPS[1]].times == 2
    ask(kit, WASPS[0], key="again")
    ask(kit, WASPS[1], key="again too")
    run(kit)
    assert (cards(kit)[WASPS[0]].times, cards(kit)[WASPS[1]].times) == (2, 3)


def test_merged_cards_are_one_for_what_comes_too(kit: Services) -> None:
    ask(kit, WASPS[0])
    ask(kit, GHOST[0])
    run(kit)
    found = cards(kit)
    with kit.database.writing() as session:
        one, other = (session.get_one(NeedCard, (CODE, found[text].number)) for text in (GHOST[0], WASPS[0]))
        merge(session, one, other, _by())
        with pytest.raises(NeedStepError, match="まとめ"):
            merge(session, one, other, _by())
    ask(kit, GHOST[0], key="again")
    run(kit)
    card = cards(kit)[GHOST[0]]
    assert (card.number, card.times) == (found[WASPS[0]].number, 3)
    with kit.database.reading() as session:
        acts = session.scalars(select(NeedEvent.act).order_by(NeedEvent.id)).all()
    assert acts == ["made", "made", "merged", "took_in"]


def test_a_name_given_by_staff_stays(kit: Services) -> None:
    ask(kit, WASPS[0])
    run(kit)
    with kit.database.writing() as session:
        rename(session, session.get_one(NeedCard, (CODE, 1)), "  蜂の巣の　駆除 ", _by())
    ask(kit, WASPS[1])
    run(kit)
    assert cards(kit)[WASPS[1]].name == "蜂の巣の 駆除"


def test_a_message_taken_back_goes_from_the_card_and_texts_go_with_the_log(kit: Services) -> None:
    ask(kit, WASPS[0], message_id="m-1")
    ask(kit, WASPS[1])
    run(kit)
    with kit.database.writing() as session:
        forget_message(session, CODE, "m-1", now())
    assert set(cards(kit)) == {WASPS[1]}
    purge(kit.database, CODE, now() + dt.timedelta(days=181))
    assert cards(kit) == {}
    with kit.database.reading() as session:
        (card,) = session.scalars(select(NeedCard)).all()
        assert all(text not in card.name for text in WASPS)
        assert card.times == 2, "the count stays"


def test_questions_without_a_text_come_to_no_card(kit: Services) -> None:
    ask(kit, "x", key="delicate", delicate="illness")
    with kit.database.writing() as session:
        session.execute(delete(LoggedQuestion).where(LoggedQuestion.text.is_not(None)))
    ask(kit, None, key="no text")
    assert run(kit)["questions"] == 0


def test_the_jobs_process_does_it_by_itself(kit: Services) -> None:
    ask(kit, WASPS[0])
    assert next(one for one in jobs._looks(kit) if one.name == NEEDS).look() == CODE
    jobs._asked_for(kit, lambda: None)
    assert cards(kit)[WASPS[0]].times == 1
    with kit.database.reading() as session:
        (job,) = session.scalars(select(Job)).all()
        assert (job.kind, job.state) == (NEEDS, "done")


def test_work_that_was_stopped_in_the_middle_is_gone_on_with(kit: Services) -> None:
    for text in (*WASPS, *GHOST):
        ask(kit, text)

    def stop(share: float) -> None:
        if share >= 0.7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        group_needs(kit, CODE, {}, stop)
    assert run(kit)["questions"] == len(WASPS) + len(GHOST)
    assert sum(card.times for card in {card.number: card for card in cards(kit).values()}.values()) == 4


def test_a_card_without_an_answer_has_no_outcome(kit: Services) -> None:
    ask(kit, WASPS[0])
    run(kit)
    with kit.database.reading() as session:
        assert outcome(session, session.get_one(NeedCard, (CODE, 1))) is None


def test_what_is_missing_is_judged_again_as_questions_come_unless_staff_have_said_it(kit: Services) -> None:
    for number, text in enumerate(WASPS):
        ask(kit, text, asker=f"{number:032}")
    run(kit)
    assert cards(kit)[WASPS[0]].gap == "missing"
    for number in range(9):
        ask(kit, WASPS[0], key=f"again {number}", decision="answer", entry_id="online-procedures")
    with kit.database.writing() as session:
        for row in session.scalars(select(LoggedQuestion).where(LoggedQuestion.decision == "answer")):
            row.need_signal, row.feedback = "unsolved", "unsolved"
    run(kit)
    card = cards(kit)[WASPS[0]]
    assert card.gap == "unclear"
    with kit.database.reading() as session:
        told = session.scalars(select(NeedEvent).where(NeedEvent.number == card.number, NeedEvent.act == "gap")).one()
    assert (told.account, told.details) == (None, {"old": "missing", "new": "unclear"})
    with kit.database.writing() as session:
        kept = session.get_one(NeedCard, (CODE, card.number))
        kept.gap, kept.gap_by_staff = "impossible", True
    ask(kit, WASPS[0], key="once more")
    run(kit)
    assert cards(kit)[WASPS[0]].gap == "impossible"
