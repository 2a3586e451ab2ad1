"""F14: a thousand messages of dialogues in any order: what is remembered is what the newest message was about."""

from __future__ import annotations

import random
import threading
import time
from typing import Any

from sqlalchemy import func, select

from bot.conversation import answer
from bot.dialogue import NEW_DIALOGUE
from bot.line.inbox import OPEN
from bot.line.sender import SenderThreads
from knowledge.calendar import now
from knowledge.models import Conversation, LineEvent, LoggedQuestion
from knowledge.query_log import log_id
from tests.support.fake_line import text_event
from tests.trust.odds.finding import Finding
from tests.trust.odds.ground import CODE, Ground, ground

PEOPLE, EACH, BATCH, THREADS = 50, 20, 25, 4
SPREAD = 600.0
"""Seconds over which the messages were written."""
QUESTIONS = (
    "オンラインで申請できる手続きは？",
    "マイナンバーカードの交付率の目標は？",
    "住民票はコンビニで取れますか？",
    "スマホ教室はありますか？",
    "計画の期間はいつからいつまでですか？",
)


def shuffled(engine: str, times: int) -> Finding:
    """``times`` changes nothing: a thousand are asked for."""
    found = Finding(dose=f"{PEOPLE}人の{EACH}件ずつ、{PEOPLE * EACH:,}件を{BATCH}件ずつ、でたらめな順に")
    with ground(engine) as here:
        found.database = here.version
        alone = _answered_alone(here)
        choose = random.Random(14)
        begun = now().timestamp() - SPREAD
        planned = [
            (person, begun + SPREAD * (number + choose.random()) / EACH, choose.choice(list(alone)))
            for person in range(1, PEOPLE + 1)
            for number in range(EACH)
        ]
        choose.shuffle(planned)
        found.injections["messages"] = len(planned)
        found.injections["older after newer"] = _run(here, planned, alone, found)
        _all_answered(here, planned, alone, found)
        found.figures["503"] = len(here.put_off)
    found.figures["entries"] = sorted(set(alone.values()))
    return found


def _answered_alone(here: Ground) -> dict[str, str]:
    """What each question is about when it is the first: answers stand alone."""
    knowledge = here.kit.corpus.current(CODE)
    found = {text: answer(knowledge, text, NEW_DIALOGUE).dialogue.entry_id for text in QUESTIONS}
    return {text: entry for text, entry in found.items() if entry}


def _run(here: Ground, planned: list[tuple[int, float, str]], alone: dict[str, str], found: Finding) -> int:
    """After each batch, everybody's dialogue must be about the newest that came of them; how many came late."""
    threads = SenderThreads(here.sender(), here.kit.receiver.wake)
    threads.start(THREADS)
    newest: dict[int, tuple[float, str, str]] = {}
    late = wrong = 0
    try:
        for start in range(0, len(planned), BATCH):
            events: list[dict[str, Any]] = []
            for person, at, text in planned[start : start + BATCH]:
                one = text_event(here.line, text, sender=person, at=at)
                events.append(one)
                late += person in newest and at < newest[person][0]
                newest[person] = max(newest.get(person, (0.0, "", "")), (at, one["webhookEventId"], text))
            found.hold("every webhook gets 200", here.deliver(events) == 200)
            _wait(here)
            wrong += _wrong_dialogues(here, newest, alone, found)
    finally:
        threads.stop()
    found.figures["dialogues_compared"] = len(planned) // BATCH
    found.hold("no older message overwrites a newer one's dialogue", wrong == 0, wrong)
    return late


def _wait(here: Ground) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with here.kit.database.reading() as session:
            if not session.scalar(select(func.count()).where(LineEvent.state.in_(OPEN))):
                return
        threading.Event().wait(0.05)


def _wrong_dialogues(
    here: Ground, newest: dict[int, tuple[float, str, str]], alone: dict[str, str], found: Finding
) -> int:
    with here.kit.database.reading() as session:
        askers = dict(session.execute(select(LineEvent.webhook_event_id, LineEvent.asker)).tuples().all())
        kept = {row.key: row for row in session.scalars(select(Conversation))}
    wrong = 0
    for person, (at, event_id, text) in newest.items():
        row = kept.get(askers[event_id] or "")
        wanted = (log_id(CODE, f"line:{event_id}"), alone[text], int(at * 1000))
        is_so = row and (row.state["log_id"], row.state["entry_id"], int(row.occurred_at.timestamp() * 1000 + 0.5))
        if is_so != wanted and not (is_so and is_so[:2] == wanted[:2] and abs(is_so[2] - wanted[2]) <= 1):
            wrong += 1
            found.hold(f"person {person}", len(found.missed) > 5, is_so, wanted)
    return wrong


def _all_answered(here: Ground, planned: list[tuple[int, float, str]], alone: dict[str, str], found: Finding) -> None:
    rows = here.rows()
    found.hold("all are kept", len(rows) == len(planned), len(rows))
    found.hold("all are answered once", {(row.state, row.accepted) for row in rows.values()} == {("answered", 1)})
    with here.kit.database.reading() as session:
        logged = session.execute(select(LoggedQuestion.text, LoggedQuestion.entry_id)).all()
    others = [text for text, entry in logged if text is None or entry != alone[text]]
    found.hold("each is answered as if it stood alone", not others and len(logged) == len(planned), len(others))
    found.figures["answered"] = len(rows)
