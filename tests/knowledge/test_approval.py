"""Who may take which step, as a table that an office can read and disagree with."""

from __future__ import annotations

import datetime as dt

import pytest

from knowledge.approval import (
    Actor,
    Book,
    Confirmed,
    Decision,
    End,
    Move,
    Publish,
    Refused,
    Rules,
    Situation,
    Step,
    decide,
)
from tests.knowledge.version_desk import APPROVER, DEPUTY, MOMENT, WRITER, later

READER = Actor("a-9", "閲覧 四郎")
OWN = frozenset({WRITER.account})
BY_APPROVER = frozenset({APPROVER.account})


@pytest.mark.parametrize(
    ("step", "about", "actor", "follows"),
    [
        pytest.param(Step.SAVE, Situation(None), WRITER, Move("draft"), id="an editor saves"),
        pytest.param(Step.REQUEST, Situation("draft", OWN), WRITER, Move("requested"), id="an editor asks"),
        pytest.param(Step.REQUEST, Situation("returned", OWN), WRITER, Move("requested"), id="and asks again"),
        pytest.param(Step.RETURN, Situation("requested", OWN), APPROVER, Move("returned"), id="an approver sends back"),
        pytest.param(Step.RETURN, Situation("approved", OWN), APPROVER, Move("returned"), id="also what is booked"),
        pytest.param(Step.RETURN, Situation("requested", OWN), DEPUTY, Move("returned"), id="a deputy sends back"),
        pytest.param(Step.APPROVE, Situation("requested", OWN), APPROVER, Publish(), id="approved is live"),
        pytest.param(Step.APPROVE, Situation("requested", OWN, publish_at=later(9)), APPROVER, Book(later(9)), id="or waits"),
        pytest.param(Step.APPROVE, Situation("requested", OWN, publish_at=later(-9)), APPROVER, Publish(), id="a booked moment that is over is now"),
        pytest.param(Step.DEPUTISE, Situation("requested", OWN), DEPUTY, Publish(deputy=True), id="代理承認 is marked"),
        pytest.param(Step.PUBLISH_URGENTLY, Situation("draft", OWN), WRITER, Publish(confirm=True), id="緊急公開 is confirmed later"),
        pytest.param(Step.PUBLISH_URGENTLY, Situation("approved", OWN, publish_at=later(9)), WRITER, Publish(confirm=True), id="緊急公開 does not wait for what was booked"),
        pytest.param(Step.CONFIRM, Situation("published", OWN, "waiting"), APPROVER, Confirmed(right=True), id="事後承認"),
        pytest.param(Step.REFUSE, Situation("published", OWN, "waiting"), DEPUTY, Confirmed(right=False), id="事後の不承認"),
        pytest.param(Step.WITHDRAW, Situation("requested", OWN), WRITER, Move("withdrawn"), id="taken back"),
        pytest.param(Step.END, Situation("published", OWN, live=True), APPROVER, End(), id="公開終了"),
        pytest.param(Step.END_URGENTLY, Situation("published", live=True), WRITER, End(confirm=True), id="an editor stops what is wrong"),
    ],
)  # fmt: skip
def test_a_step_leads_on(step: Step, about: Situation, actor: Actor, follows: Decision) -> None:
    assert decide(step, about, actor, Rules(), MOMENT, "理由") == follows


@pytest.mark.parametrize(
    ("step", "about", "actor", "told"),
    [
        pytest.param(Step.SAVE, Situation(None), READER, "編集の権限", id="a reader does not write"),
        pytest.param(Step.PUBLISH_URGENTLY, Situation("draft"), READER, "編集の権限", id="nor publish"),
        pytest.param(Step.APPROVE, Situation("requested", OWN), WRITER, "承認の権限", id="an editor does not approve"),
        pytest.param(Step.APPROVE, Situation("requested", OWN), DEPUTY, "承認の権限", id="a deputy says so"),
        pytest.param(Step.DEPUTISE, Situation("requested", OWN), APPROVER, "代理承認の権限", id="an approver is no deputy"),
        pytest.param(Step.APPROVE, Situation("requested", BY_APPROVER), APPROVER, "自分が書いた", id="nobody approves the own text"),
        pytest.param(Step.DEPUTISE, Situation("requested", frozenset({DEPUTY.account})), DEPUTY, "自分が書いた", id="nor as a deputy"),
        pytest.param(Step.CONFIRM, Situation("published", BY_APPROVER, "waiting"), APPROVER, "自分が書いた", id="nor afterwards"),
        pytest.param(Step.APPROVE, Situation("draft", OWN), APPROVER, "先に、書いた人が「承認依頼」", id="nobody asked"),
        pytest.param(Step.APPROVE, Situation("published", OWN), APPROVER, "この版は「公開」なので", id="it is live"),
        pytest.param(Step.WITHDRAW, Situation("published", OWN), WRITER, "「公開終了」を使ってください", id="live is not taken back"),
        pytest.param(Step.REQUEST, Situation("requested", OWN), WRITER, "この版は「承認依頼中」なので", id="asked already"),
        pytest.param(Step.CONFIRM, Situation("published", OWN), APPROVER, "事後承認を待っている版ではありません", id="nothing to confirm"),
        pytest.param(Step.END, Situation("ended"), APPROVER, "いま公開していない", id="ended already"),
        pytest.param(Step.END, Situation("published", live=True), WRITER, "「緊急の公開終了」を使えます", id="an editor is told how to stop"),
        pytest.param(Step.APPROVE, Situation("requested", OWN, end_at=later(-1)), APPROVER, "「公開終了予約」の日時を過ぎて", id="over before it begins"),
    ],
)  # fmt: skip
def test_a_step_is_refused_with_what_to_do(step: Step, about: Situation, actor: Actor, told: str) -> None:
    decision = decide(step, about, actor, Rules(), MOMENT, "理由")
    assert isinstance(decision, Refused)
    assert told in decision.why


@pytest.mark.parametrize("step", [Step.RETURN, Step.REFUSE, Step.END, Step.END_URGENTLY])
def test_what_concerns_another_persons_work_needs_a_reason(step: Step) -> None:
    about = Situation("requested", OWN, "waiting", live=True)
    decision = decide(step, about, Actor("x", "x", edits=True, approves=True), Rules(), MOMENT, " ")
    assert isinstance(decision, Refused)
    assert "理由が空です" in decision.why


def test_where_the_setting_is_off_one_person_writes_and_approves() -> None:
    about = Situation("requested", BY_APPROVER)
    assert decide(Step.APPROVE, about, APPROVER, Rules(separate_approver=False), MOMENT) == Publish()


def test_every_step_is_decided_in_every_state() -> None:
    everything = Actor("x", "x", edits=True, approves=True, deputises=True)
    for step in Step:
        for state in ("draft", "requested", "returned", "approved", "published", "replaced", "withdrawn", "ended"):
            about = Situation(state, confirmation="waiting", live=True, publish_at=MOMENT + dt.timedelta(days=1))
            assert decide(step, about, everything, Rules(), MOMENT, "理由") is not None
