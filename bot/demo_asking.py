"""What a municipality's knowledge really says to invented questions: each text is asked once, as residents ask."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import signal
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.conversation import answer
from bot.log_rows import asked_question
from bot.services import Services
from intents.personal_data import mask
from intents.text import MAX_QUESTION, clean, shorten
from knowledge.corpus import Knowledge
from knowledge.demo_wordings import Subject
from knowledge.query_log import AskedQuestion

Asking = tuple[str, str | None, bool]
"""A text, the language chosen for the reply, and whether it was asked before a certain answer was published."""
Progress = Callable[[int, int], None]
_CHUNK = 25
_WORTH_A_PROCESS = 200
_OFTEN = 0.05
"""An entry that answers so many of a subject's wordings is one of its answers."""
_NO_TIME = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Told:
    """What came back.  ``row``: as the log keeps it, but for when, how and by whom it was asked.

    ``can_tell``: an answer was shown of which one can say whether it helped.
    """

    row: AskedQuestion
    can_tell: bool

    def of(self, **told: Any) -> AskedQuestion:
        """The row with when, how and by whom."""
        return replace(self.row, **told)

    @property
    def offered(self) -> list[str]:
        return [str(one["entry_id"]) for one in self.row.candidates]


@dataclass(frozen=True)
class Asker:
    """``before``: the knowledge without the answers that were published in the course of the year."""

    knowledge: Knowledge
    before: Knowledge
    public_numbers: frozenset[str]

    def ask(self, asking: Asking) -> Told:
        text, chosen, early = asking
        knowledge = self.before if early else self.knowledge
        masked = mask(shorten(clean(text), 2 * MAX_QUESTION), public_numbers=self.public_numbers)
        kept = shorten(masked.text)
        outcome = answer(knowledge, kept, language=chosen)
        row = asked_question(
            outcome,
            municipality_code=knowledge.town.code,
            event_key="",
            channel="",
            asked_at=_NO_TIME,
            text=kept,
            personal_data=masked.found,
            asker=None,
        )
        return Told(row, can_tell=outcome.reply.answer is not None)


def asker_of_year(kit: Services, code: str, subjects: Sequence[Subject], public_numbers: Collection[str]) -> Asker:
    """Whom to ask.  Raises UnknownMunicipalityError."""
    knowledge = kit.corpus.current(code)
    late = [subject for subject in subjects if subject.published is not None]
    missing = {entry_id for subject in late for entry_id in answers_of(knowledge, subject)}
    before = kit.previews.with_versions(code, (), without=missing).knowledge if missing else knowledge
    return Asker(knowledge, before, frozenset(public_numbers))


def answers_of(knowledge: Knowledge, subject: Subject) -> list[str]:
    """The entries that a subject's questions are mostly answered by."""
    found = (answer(knowledge, text).entry_id for text in subject.texts)
    times = Counter(entry_id for entry_id in found if entry_id in knowledge.answers)
    return [entry_id for entry_id, count in times.items() if entry_id and count > _OFTEN * len(subject.texts)]


def ask_all(
    asker: Asker, askings: Collection[Asking], progress: Progress = lambda *_: None, processes: int = 1
) -> Mapping[Asking, Told]:
    """What each gets.  More ``processes`` than one are copies of this one, which must not be serving anybody else."""
    wanted = sorted(askings, key=lambda one: (one[2], one[1] or "", one[0]))
    found: dict[Asking, Told] = {}
    # What is read when first asked for is read once, before the copies are made.
    for asking in {one[2]: one for one in wanted}.values():
        found[asking] = asker.ask(asking)
    rest = [one for one in wanted if one not in found]
    if processes > 1 and len(rest) >= _WORTH_A_PROCESS and "fork" in multiprocessing.get_all_start_methods():
        context = multiprocessing.get_context("fork")
        with context.Pool(processes, initializer=_hold, initargs=(asker,)) as pool:
            for asking, told in zip(rest, pool.imap(_ask_held, rest, chunksize=_CHUNK), strict=True):
                found[asking] = told
                progress(len(found), len(wanted))
        return found
    for asking in rest:
        found[asking] = asker.ask(asking)
        progress(len(found), len(wanted))
    return found


_held: list[Asker] = []


def _hold(asker: Asker) -> None:
    """In a copy: whom to ask; Ctrl-C is for the first process to hear."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _held.append(asker)


def _ask_held(asking: Asking) -> Told:
    return _held[-1].ask(asking)
