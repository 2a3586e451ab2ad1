"""A year of invented questions: who asks what, when and how.  Pure; the same for the same seed.

What comes back is not decided here: ``Told`` is what the municipality's knowledge really said to the text.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

from intents.text import normalize
from knowledge.calendar import JST, fiscal_year_of
from knowledge.demo_data import PREFIX
from knowledge.demo_wordings import Happenings, Outage, Subject, Wave
from knowledge.public_holidays import holiday_name

BOT = {"line": 0.64, "web": 0.32, "api": 0.04}
NOTED = {"phone": 0.55, "counter": 0.33, "mail": 0.08, "voice": 0.04}
NOTED_SHARE = 0.06
"""Of all questions those that staff noted."""
RESULTS = {"answer": 0.72, "handoff": 0.16, "none": 0.12}
REASONS = {"not-understood": 0.4, "different": 0.35, "outdated": 0.1, "other": 0.15}
GROWTH = 1.6
"""So much oftener the last day is asked than the first."""
_WEEK = (1.15, 1.05, 1.0, 1.0, 1.05, 0.85, 0.8)
_HOLIDAY = 0.8
_WORKDAY_HOURS = (2, 1, 0.5, 0.4, 0.4, 0.8, 2, 4, 7, 8, 8, 7, 9, 7, 6, 6, 6, 7, 8, 9, 10, 10, 8, 5)
_FREE_HOURS = (3, 2, 1, 0.5, 0.4, 0.6, 1.5, 3, 5, 8, 9, 8, 7, 7, 7, 7, 7, 7, 8, 9, 10, 10, 8, 5)
_OFFICE_HOURS = (0, 0, 0, 0, 0, 0, 0, 0, 3, 9, 10, 8, 4, 7, 8, 7, 6, 1, 0, 0, 0, 0, 0, 0)
_RETURNING = {"line": 0.46, "web": 0.12, "api": 0.0}
_RECENT = 1_500
"""Those who come back are among so many who came last."""
_ONCE = 0.89
"""Of all questions those that are not asked again in other words, about."""
_AGAIN = {"answer": 0.05, "suggest": 0.1, "none": 0.2, "handoff": 0.04}
"""How often somebody asks again in other words, by what came back."""


@dataclass(frozen=True)
class Asked:
    """One question.

    ``person``: a number; None where nobody knows who asked.  ``early``: before the answer was published.
    """

    number: int
    subject: Subject
    text: str
    at: dt.datetime
    channel: str
    person: int | None
    early: bool = False

    @property
    def event_key(self) -> str:
        return f"{PREFIX}{self.number:06}"

    @property
    def asking(self) -> tuple[str, str | None, bool]:
        """What decides the reply."""
        return self.text, self.subject.chosen, self.early


@dataclass(frozen=True)
class Year:
    """``last`` is the last day; the year has begun on the day after the same date of the year before."""

    last: dt.date
    questions: int
    seed: int

    @property
    def first(self) -> dt.date:
        year, month, day = self.last.year - 1, self.last.month, self.last.day
        return dt.date(year, month, 28 if (month, day) == (2, 29) else day) + dt.timedelta(days=1)

    @property
    def days(self) -> list[dt.date]:
        return [self.first + dt.timedelta(days=number) for number in range((self.last - self.first).days + 1)]


def questions_of(year: Year, subjects: Sequence[Subject], events: Happenings) -> list[Asked]:
    """All questions but those that are asked again in other words, in order of time."""
    chance = random.Random(f"{year.seed}/{year.last}/{year.questions}")  # noqa: S311 - nothing secret
    weights = [day_weight(year, number, day, events.outage) for number, day in enumerate(year.days)]
    counts = shared_out(round(year.questions * _ONCE), weights, chance)
    people = _People(chance)
    found: list[Asked] = []
    for number, (day, count) in enumerate(zip(year.days, counts, strict=True)):
        wanted = subject_weights(subjects, day, number, (events.campaign, events.mailing))
        chosen = [(*_moment(day, subject, chance), subject) for subject in chance.choices(subjects, wanted, k=count)]
        for channel, at, subject in sorted(chosen, key=lambda one: one[1]):
            person = people.who(channel, subject, chance)
            early = subject.published is not None and number < subject.published * len(weights)
            text = _of_the_outage(events.outage, number, chance) or _text_of(subject, chance)
            found.append(Asked(len(found), subject, text, at, channel, person, early))
    return found


def day_weight(year: Year, number: int, day: dt.date, outage: Outage) -> float:
    """How many questions a day has beside others: it grows, and people ask less at weekends."""
    weight = _WEEK[day.weekday()] * (1 + (GROWTH - 1) * number / 364)
    if holiday_name(day):
        weight *= _HOLIDAY
    return weight * {outage.day: outage.share, outage.day + 1: outage.after}.get(number, 1.0)


def subject_weights(subjects: Sequence[Subject], day: dt.date, number: int, waves: Sequence[Wave]) -> list[float]:
    def times(subject: Subject) -> float:
        own = [wave.times for wave in waves if subject.id in wave.subjects and 0 <= number - wave.day < wave.days]
        return max([1.0, *own])

    return [subject.weight * subject.months.get(day.month, 1.0) * times(subject) for subject in subjects]


def shared_out(total: int, weights: Sequence[float], chance: random.Random) -> list[int]:
    """``total`` in as many parts as ``weights``, each as large as chance and its weight make it."""
    counts = [0] * len(weights)
    for place in chance.choices(range(len(weights)), cum_weights=list(accumulate(weights)), k=total):
        counts[place] += 1
    return counts


def _moment(day: dt.date, subject: Subject, chance: random.Random) -> tuple[str, dt.datetime]:
    """(channel, moment) of one question."""
    free = day.weekday() >= 5 or holiday_name(day) is not None
    is_noted = not free and subject.language == "ja" and not subject.chosen and chance.random() < NOTED_SHARE * 7 / 5
    channel = _drawn(NOTED if is_noted else BOT, chance)
    hours = _OFFICE_HOURS if is_noted else _FREE_HOURS if free else _WORKDAY_HOURS
    hour = chance.choices(range(24), hours)[0]
    time = dt.time(hour, chance.randrange(60), chance.randrange(60))
    return channel, dt.datetime.combine(day, time, JST)


def _drawn(shares: Mapping[str, float], chance: random.Random) -> str:
    return chance.choices(list(shares), list(shares.values()))[0]


def _text_of(subject: Subject, chance: random.Random) -> str:
    """Some wordings are common and most are rare."""
    place = int(len(subject.texts) * chance.random() ** 1.7)
    return subject.texts[place]


def _of_the_outage(outage: Outage, number: int, chance: random.Random) -> str | None:
    return chance.choice(outage.texts) if number == outage.day + 1 and chance.random() < 0.25 else None


class _People:
    """Who asks: some come back.  Those of another language, or who chose one, are people of their own."""

    def __init__(self, chance: random.Random) -> None:
        self._known: dict[tuple[str, str, str | None], list[int]] = {}
        self._next = 0

    def who(self, channel: str, subject: Subject, chance: random.Random) -> int | None:
        if channel in NOTED or (channel == "api" and chance.random() < 0.5):
            return None
        own = self._known.setdefault((channel, subject.language, subject.chosen), [])
        if own and chance.random() < _RETURNING[channel]:
            return chance.choice(own[-_RECENT:])
        self._next += 1
        own.append(self._next)
        return self._next


def with_those_asked_again(
    asked: Sequence[Asked], decision_of: Callable[[Asked], str], chance: random.Random
) -> Iterator[Asked]:
    """``asked``, and after some of them the same in other words within three minutes, numbered anew.

    The other words are those of somebody else: nothing is asked that was not among ``asked``.
    """
    wordings: dict[tuple[str, bool], dict[str, None]] = {}
    for one in asked:
        if one.text in one.subject.texts:
            wordings.setdefault((one.subject.id, one.early), {})[one.text] = None
    number = 0
    for one in asked:
        yield replace(one, number=number)
        number += 1
        decision = "" if one.channel in NOTED or one.person is None else decision_of(one)
        again = chance.random() < _AGAIN.get(decision, 0.0)
        own = wordings.get((one.subject.id, one.early), {}) if again else {}
        others = [text for text in own if normalize(text) != normalize(one.text)]
        if others:
            later = one.at + dt.timedelta(seconds=chance.randrange(25, 170))
            if later.astimezone(JST).date() == one.at.date():
                yield replace(one, number=number, text=chance.choice(others), at=later)
                number += 1


def asker_of(code: str, seed: int, one: Asked) -> str | None:
    """A name for a person that is nobody's: marked, and another in every 年度, as the real ones are."""
    if one.person is None:
        return None
    year = fiscal_year_of(one.at.astimezone(JST).date())
    digest = hashlib.sha256(f"{code}/{seed}/{year}/{one.person}".encode()).hexdigest()
    return f"demo{digest[:28]}"


def taps_after(
    one: Asked, decision: str, offered: Sequence[str], *, can_tell: bool, chance: random.Random
) -> dict[str, Any]:
    """What somebody tapped after the reply: the columns that change.

    ``offered``: the entries among which one could choose; ``can_tell``: whether the reply asked if it helped.
    """
    if one.channel in NOTED or one.channel == "api":
        return {}
    found: dict[str, Any] = {}
    at = one.at

    def later(least: int, most: int) -> dt.datetime:
        nonlocal at
        at += dt.timedelta(seconds=chance.randrange(least, most))
        return at

    if decision == "suggest" and offered:
        how = chance.random()
        if how < 0.52:
            weights = [2.0**-place for place in range(len(offered))]
            found |= {"tapped_entry_id": chance.choices(list(offered), weights)[0], "tapped_at": later(3, 60)}
        elif how < 0.68:
            found |= {"tapped_entry_id": "", "tapped_at": later(4, 60)}
    reached = (decision == "answer" and can_tell) or found.get("tapped_entry_id")
    if reached and chance.random() < 0.17:
        found |= {"more_at": later(5, 90)}
    if reached and chance.random() < 0.24:
        solved = chance.random() < one.subject.helps
        found |= {"feedback": "solved" if solved else "unsolved", "feedback_at": later(10, 240)}
        if not solved and chance.random() < 0.5:
            found |= {"reason": _drawn(REASONS, chance)}
    asks = {"answer": 0.05, "suggest": 0.06, "none": 0.22, "handoff": 0.4}.get(decision, 0.0)
    if found.get("feedback") != "solved" and chance.random() < asks:
        found |= {"contact_at": later(5, 120)}
    return found
