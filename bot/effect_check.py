"""公開前の影響確認: what would change for residents if something were published.

The recent real questions and the 確認用の質問 are asked of both sides, each as residents ask it;
nothing is estimated.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from bot.dialogue import Dialogue, Fresh, read_turn
from bot.many_questions import Got, Progress, Side, ask, ask_all
from bot.replies import plain_text
from bot.reply_memory import ReplyMemory, text_key
from intents.decision import POLICIES, Decision
from intents.text import MAX_QUESTION
from knowledge.check_questions import CheckQuestion
from knowledge.corpus import Knowledge
from knowledge.recent_questions import RecentQuestion

MOST_QUESTIONS = 5_000
MOST_LISTED = 1_000
"""Changes that a report lists, those asked most; its counts are of all."""
NOTHING_KEPT = ReplyMemory(None)
_ANSWERED_BEFORE = Dialogue(entry_id="-")


class Change(StrEnum):
    """How what a resident gets differs.  ``TAKEN``: another entry answers; ``REWORDED``: the same, in other words."""

    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    TAKEN = "taken"
    OFFERED = "offered"
    NOT_OFFERED = "not_offered"
    CHOICES = "choices"
    OTHER = "other"
    REWORDED = "reworded"


CHANGE_NAMES: Mapping[Change, str] = MappingProxyType(
    {
        Change.ANSWERED: "新しく答える",
        Change.UNANSWERED: "答えなくなる",
        Change.TAKEN: "別の答えに変わる",
        Change.OFFERED: "選択肢が出るようになる",
        Change.NOT_OFFERED: "選択肢が出なくなる",
        Change.CHOICES: "選択肢が変わる",
        Change.OTHER: "案内のしかたが変わる",
        Change.REWORDED: "同じ答えの文が変わる",
    }
)
"""As staff read them, in the order in which they are shown."""


@dataclass(frozen=True)
class Count:
    """``questions``: different texts; ``times``: how often they were asked together."""

    questions: int = 0
    times: int = 0

    def plus(self, times: int) -> Count:
        return Count(self.questions + 1, self.times + times)


@dataclass(frozen=True)
class ChangedQuestion:
    text: str
    times: int
    change: Change
    old: Got
    new: Got


@dataclass(frozen=True)
class Checked:
    """A 確認用の質問 before and after."""

    question: CheckQuestion
    old: Got
    new: Got
    was_right: bool
    is_right: bool


@dataclass(frozen=True)
class Sample:
    """The questions that are asked.  ``left_out``: those that only make sense after another message."""

    questions: tuple[RecentQuestion, ...]
    left_out: Count


@dataclass(frozen=True)
class Effect:
    """What would change.  ``changed`` lists the most frequent; ``counts`` and the checks are complete."""

    asked: Count
    left_out: Count
    counts: Mapping[Change, Count]
    changed: tuple[ChangedQuestion, ...]
    checks: int
    checks_right_before: int
    checks_right_after: int
    now_wrong: tuple[Checked, ...]
    now_right: tuple[Checked, ...]
    recalled: int
    """Questions whose old side was known from an earlier check of the same."""
    seconds: float

    @property
    def unchanged(self) -> Count:
        return Count(
            self.asked.questions - sum(count.questions for count in self.counts.values()),
            self.asked.times - sum(count.times for count in self.counts.values()),
        )


def sample(recent: Sequence[RecentQuestion], most: int = MOST_QUESTIONS) -> Sample:
    """The latest ``most`` of ``recent`` that stand alone, and how many were passed over on the way."""
    kept: list[RecentQuestion] = []
    left_out = Count()
    for question in recent:
        if len(kept) == most:
            break
        if stands_alone(question.text):
            kept.append(question)
        else:
            left_out = left_out.plus(question.times)
    return Sample(tuple(kept), left_out)


def stands_alone(text: str) -> bool:
    """Whether a message means the same whatever was said before it: no number, no 「いつから？」, no 「それは」."""
    return isinstance(read_turn(text[:MAX_QUESTION], _ANSWERED_BEFORE), Fresh)


def check_effect(
    old: Side,
    new: Side,
    asked: Sample,
    checks: Sequence[CheckQuestion] = (),
    *,
    memory: ReplyMemory = NOTHING_KEPT,
    progress: Progress = lambda _: None,
    processes: int = 1,
) -> Effect:
    """What ``new`` would change against ``old``.  ``memory`` is asked for the old side, and keeps it."""
    begun = time.perf_counter()
    texts = _texts(asked, checks)
    known = memory.recall(old)
    told = _of_both(old, new, texts, known, progress, processes)
    if any(text_key(text) not in known for text in texts):
        memory.keep(old, {text_key(text): before for text, (before, _) in told.items()})
    effect = compare(asked, checks, told)
    recalled = sum(text_key(text) in known for text in texts)
    return replace(effect, recalled=recalled, seconds=time.perf_counter() - begun)


def prepare(
    old: Side,
    asked: Sample,
    checks: Sequence[CheckQuestion] = (),
    *,
    memory: ReplyMemory,
    progress: Progress = lambda _: None,
    processes: int = 1,
) -> int:
    """Ask what is in force before anybody waits for a check; how many had not been asked yet."""
    texts, known = _texts(asked, checks), memory.recall(old)
    missing = [text for text in texts if text_key(text) not in known]
    found = ask_all([old], missing, progress=progress, processes=processes)
    fresh = {text_key(text): got for text, (got,) in zip(missing, found, strict=True)}
    if missing:
        memory.keep(old, {key: known.get(key) or fresh[key] for key in map(text_key, texts)})
    return len(missing)


def _texts(asked: Sample, checks: Sequence[CheckQuestion]) -> list[str]:
    return list(dict.fromkeys((*(one.text for one in asked.questions), *(one.text for one in checks))))


def _of_both(
    old: Side, new: Side, texts: Sequence[str], known: Mapping[str, Got], progress: Progress, processes: int
) -> dict[str, tuple[Got, Got]]:
    """What both sides say to each text; what is ``known`` of the old one is not asked again."""
    recalled = [text for text in texts if text_key(text) in known]
    missing = [text for text in texts if text_key(text) not in known]
    share = len(missing) / max(len(texts), 1)
    first = ask_all([old, new], missing, progress=lambda done: progress(done * share), processes=processes)
    rest = ask_all([new], recalled, progress=lambda done: progress(share + done * (1 - share)), processes=processes)
    told = {text: (before, after) for text, (before, after) in zip(missing, first, strict=True)}
    told |= {text: (known[text_key(text)], after) for text, (after,) in zip(recalled, rest, strict=True)}
    return told


def compare(asked: Sample, checks: Sequence[CheckQuestion], told: Mapping[str, tuple[Got, Got]]) -> Effect:
    """The report on what both sides said to each text."""
    changed: list[ChangedQuestion] = []
    counts = dict.fromkeys(Change, Count())
    whole = Count()
    for question in asked.questions:
        before, after = told[question.text]
        whole = whole.plus(question.times)
        change = change_of(before, after)
        if change is not None:
            counts[change] = counts[change].plus(question.times)
            changed.append(ChangedQuestion(question.text, question.times, change, before, after))
    changed.sort(key=lambda one: -one.times)
    checked = [_checked(question, *told[question.text]) for question in checks]
    return Effect(
        whole,
        asked.left_out,
        {change: count for change, count in counts.items() if count.questions},
        tuple(changed[:MOST_LISTED]),
        len(checked),
        sum(one.was_right for one in checked),
        sum(one.is_right for one in checked),
        tuple(one for one in checked if one.was_right and not one.is_right),
        tuple(one for one in checked if one.is_right and not one.was_right),
        0,
        0.0,
    )


def change_of(old: Got, new: Got) -> Change | None:
    """How two replies to one question differ; None where a resident reads the same."""
    if old.decision is not new.decision:
        return _other_decision(old.decision, new.decision)
    if old.entry_id != new.entry_id:
        return Change.TAKEN
    if old.choices != new.choices:
        return Change.CHOICES
    return Change.REWORDED if old.mark != new.mark else None


def _other_decision(old: Decision, new: Decision) -> Change:
    if new is Decision.ANSWER:
        return Change.ANSWERED
    if old is Decision.ANSWER:
        return Change.UNANSWERED
    if new is Decision.SUGGEST:
        return Change.OFFERED
    return Change.NOT_OFFERED if old is Decision.SUGGEST else Change.OTHER


def is_right(question: CheckQuestion, got: Got) -> bool:
    """Whether a reply is the one laid down: the decision, and any of the entries, where some are named."""
    if got.decision.value != question.decision:
        return False
    shown = {got.entry_id, *(entry_id for entry_id, _ in got.choices)}
    return not question.entry_ids or not shown.isdisjoint(question.entry_ids)


def _checked(question: CheckQuestion, old: Got, new: Got) -> Checked:
    return Checked(question, old, new, is_right(question, old), is_right(question, new))


def side_by_side(old: Side, new: Side, text: str) -> tuple[str, str]:
    """What a resident reads, before and after: made when somebody wants to see it."""
    return plain_text(ask(old, text)), plain_text(ask(new, text))


def caution_effects(
    knowledge: Knowledge,
    asked: Sample,
    checks: Sequence[CheckQuestion] = (),
    *,
    progress: Progress = lambda _: None,
    processes: int = 1,
) -> dict[str, Effect]:
    """For each level of caution what it would change against the one in use."""
    begun = time.perf_counter()
    texts = _texts(asked, checks)
    others = {level: policy for level, policy in POLICIES.items() if policy != knowledge.town.policy}
    sides = [Side(knowledge), *(Side(knowledge, policy) for policy in others.values())]
    found = ask_all(sides, texts, progress=progress, processes=processes)
    effects = {}
    for level in POLICIES:
        place = [*others].index(level) + 1 if level in others else 0
        told = {text: (said[0], said[place]) for text, said in zip(texts, found, strict=True)}
        effects[level] = replace(compare(asked, checks, told), seconds=time.perf_counter() - begun)
    return effects
