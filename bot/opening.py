"""When somebody can be reached: beside whom to ask, and to a question that asks for nothing else.

What staff entered is all that is ever said; without it nothing is.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from bot.dialogue import Dialogue
from bot.replies import Reply, Rule, hands_on, town_notes
from bot.wording import say
from intents.decision import Decision
from intents.facets import Facet
from intents.leads import facets_spoken_of
from intents.opening_questions import AskedDay, NamedDay, OpeningQuestion, opening_question
from knowledge.answers import Answer, Office
from knowledge.calendar import JST
from knowledge.corpus import Knowledge
from knowledge.opening_hours import ONE_DAY, DayHours, DayKind, Place, Span, Standing, Why

MOST_PLACES = 5
MOST_SPECIAL_DAYS = 6
SPECIAL_DAYS_AHEAD = 31
_ELSEWHERE = re.compile("消防|病院|図書館|センター|支所|出張所|振興局|保健所|学校|公民館|会館")
"""An office of this name may be in another building, with hours of its own."""
_FROM_TODAY = {AskedDay.TODAY: 0, AskedDay.NOW: 0, AskedDay.TOMORROW: 1, AskedDay.AFTER_TOMORROW: 2}


def opening_asked(knowledge: Knowledge, question: str, before: Dialogue) -> OpeningQuestion | None:
    """``question`` as one for opening hours; None where none are entered, or where it is about what was said before."""
    hours = knowledge.opening
    if not hours:
        return None
    names = {name: place.number for place in hours.places for name in place.names}
    going_on = before.facet == Facet.HOURS and before.entry_id is None and not before.offered
    asked = opening_question(question, names, knowledge.town.names, going_on=going_on)
    if asked is None or not asked.bare:
        return asked
    last = knowledge.answers.get(before.entry_id or "")
    return None if before.offered or (last and _tells_hours(last)) else asked


def opening_reply(knowledge: Knowledge, asked: OpeningQuestion, moment: dt.datetime | None) -> Reply:
    """When the places that were asked for, or all, are open.  The day that was asked for leads."""
    places = [one for one in knowledge.opening.places if one.number in asked.places] or [*knowledge.opening.places]
    shown = places[:MOST_PLACES]
    first = knowledge.day if moment is None else moment.astimezone(JST).date()
    sentences = [*_of_days(knowledge, shown, asked.days, first, moment)]
    return Reply(
        Decision.ANSWER,
        opening="\n".join(dict.fromkeys(sentences)) or None,
        text=say("hours_week"),
        facts=tuple(_rows(knowledge, shown, first)),
        contact=knowledge.contact,
        notes=town_notes(knowledge),
        rule=Rule.OPENING,
    )


def week_rows(knowledge: Knowledge) -> tuple[tuple[str, str], ...]:
    """The usual week of each place and the single days to come, as rows of a name and its hours."""
    return tuple(_rows(knowledge, knowledge.opening.places[:MOST_PLACES], knowledge.day))


def with_opening_hours(knowledge: Knowledge, reply: Reply, moment: dt.datetime | None) -> Reply:
    """``reply`` with whether somebody can be asked now, where it answers nothing else and shows whom to ask."""
    if moment is None or reply.contact is None or not hands_on(reply):
        return reply
    place = _place_of(knowledge, reply.contact)
    if place is None:
        return reply
    sentence = standing_sentence(knowledge.opening.at(place, moment.astimezone(JST)))
    if len(knowledge.opening.places) > 1:
        sentence = say("hours_of_place", place_name=place.name, sentence=sentence)
    return replace(reply, notes=(sentence, *reply.notes))


def _tells_hours(answer: Answer) -> bool:
    return Facet.HOURS in facets_spoken_of(answer.text)


def _place_of(knowledge: Knowledge, office: Office) -> Place | None:
    """Where an office is: at the place it is named after, else at the main one, unless its name speaks of another."""
    places = knowledge.opening.places
    for place in places:
        if any(name in office.department for name in place.names):
            return place
    return places[0] if places and not _ELSEWHERE.search(office.department) else None


def standing_sentence(standing: Standing) -> str:
    if standing.is_open and standing.until:
        return say("hours_until", time=_clock(standing.until))
    if standing.next_at is None:
        return say("hours_closed_now")
    return say("hours_next", day=_date(standing.next_at.date()), time=_clock(standing.next_at.time()))


def _of_days(
    knowledge: Knowledge,
    places: Sequence[Place],
    asked: Sequence[NamedDay],
    first: dt.date,
    moment: dt.datetime | None,
) -> Iterator[str]:
    """A sentence for each day that was asked for; today where none was and it is known what time it is."""
    days = asked or ([NamedDay(AskedDay.TODAY)] if moment else [])
    for day in days:
        yield from _of_day(knowledge, places, day, first)
        if day.kind in (AskedDay.TODAY, AskedDay.NOW) and moment is not None:
            yield from _now(knowledge, places, moment.astimezone(JST))


def _now(knowledge: Knowledge, places: Sequence[Place], local: dt.datetime) -> Iterator[str]:
    for sentence, names in _grouped((_beside_the_day(knowledge, place, local), place) for place in places):
        yield sentence if len(places) == 1 else say("hours_of_place", place_name=names, sentence=sentence)


def _beside_the_day(knowledge: Knowledge, place: Place, local: dt.datetime) -> str:
    """Whether a place is open now, after today's hours: until when is not said again."""
    standing, today = knowledge.opening.at(place, local), knowledge.opening.on(place, local.date())
    told = standing.is_open and today.spans and standing.until == today.spans[-1].closes
    return say("hours_open_now") if told else standing_sentence(standing)


def _of_day(knowledge: Knowledge, places: Sequence[Place], asked: NamedDay, first: dt.date) -> Iterator[str]:
    """What is said of one day: places of which the same is true share a sentence."""
    match asked.kind:
        case AskedDay.USUAL:
            return
        case AskedDay.LUNCH:
            said = [(_lunch(place), place) for place in places]
        case AskedDay.HOLIDAY:
            said = [(_kept(say("hours_holidays"), place.closed_on_holidays), place) for place in places]
        case AskedDay.YEAR_END:
            said = [(_kept(say("hours_new_year"), place.closed_at_new_year), place) for place in places]
        case AskedDay.WEEKDAY:
            name = say("weekday_long", asked.number)
            said = [(_day_sentence(name, _usual(place, asked.number)), place) for place in places]
        case _:
            day = _day_meant(asked, first)
            hours = knowledge.opening
            said = [(_day_sentence(_date(day), hours.on(place, day)), place) for place in places] if day else []
    for sentence, names in _grouped(said):
        yield sentence.replace(_NAMES, names)


_NAMES = "\0"
"""Stands in a sentence for the places that it is said of, until it is known which share it."""


def _grouped(said: Iterable[tuple[str, Place]]) -> Iterator[tuple[str, str]]:
    """Each sentence once, with the names of the places that it is said of."""
    groups: dict[str, list[str]] = {}
    for sentence, place in said:
        groups.setdefault(sentence, []).append(place.name)
    for sentence, names in groups.items():
        yield sentence, "・".join(names)


def _day_meant(asked: NamedDay, first: dt.date) -> dt.date | None:
    """The day that was asked for: of a date without a year the next one; None where there is none such."""
    if asked.kind in _FROM_TODAY:
        return first + _FROM_TODAY[asked.kind] * ONE_DAY
    for year in range(first.year, first.year + 5):
        try:
            day = dt.date(year, asked.month, asked.number)
        except ValueError:
            continue
        if day >= first:
            return day
    return None


def _usual(place: Place, weekday: int) -> DayHours:
    span = place.week[weekday]
    return DayHours((span,)) if span else DayHours((), Why.USUAL)


def _day_sentence(day: str, hours: DayHours) -> str:
    if hours.spans:
        told = say("hours_open_on", place_name=_NAMES, day=day, hours=_spans(hours.spans))
    else:
        told = say("hours_closed_on", place_name=_NAMES, day=day)
    reason = say("hours_new_year") if hours.why is Why.NEW_YEAR else hours.reason
    return f"{told}（{reason}）" if reason else told


def _kept(day: str, closed: bool) -> str:
    return say("hours_closed_on" if closed else "hours_as_usual_on", place_name=_NAMES, day=day)


def _lunch(place: Place) -> str:
    if place.lunch is None:
        return say("hours_open_at_noon", place_name=_NAMES)
    return say("hours_closed_at_noon", place_name=_NAMES, hours=_span(place.lunch))


def _rows(knowledge: Knowledge, places: Sequence[Place], first: dt.date) -> Iterator[tuple[str, str]]:
    """The usual week of each place, then the single days to come."""
    for place in places:
        yield place.name, _week(place)
    days: dict[str, list[str]] = {}
    for place in places:
        for special in knowledge.opening.coming(place, first, SPECIAL_DAYS_AHEAD)[:MOST_SPECIAL_DAYS]:
            closed = special.kind is DayKind.CLOSED
            hours = say("hours_closed_label") if closed else _span(special.span) if special.span else ""
            told = " ".join(filter(None, (_date(special.day), hours, special.reason and f"（{special.reason}）")))
            days.setdefault(told, []).append(place.name)
    for told, names in days.items():
        label = say("hours_special_label")
        yield label if len(names) == len(places) else f"{label}（{'・'.join(names)}）", told


def _week(place: Place) -> str:
    """``月・火・水・金 8時30分〜17時15分 / 木 8時30分〜19時 / 休み：土・日・祝日``."""
    spans: dict[Span, list[str]] = {}
    closed = []
    for weekday, span in enumerate(place.week):
        name = say("weekday_short", weekday)
        if span is None:
            closed.append(name)
        else:
            spans.setdefault(span, []).append(name)
    parts = [f"{'・'.join(names)} {_span(span)}" for span, names in spans.items()]
    if place.lunch:
        parts.append(f"{say('hours_noon_label')} {_span(place.lunch)}")
    closed += [say("hours_holidays")] * place.closed_on_holidays + [say("hours_new_year")] * place.closed_at_new_year
    if closed:
        parts.append(f"{say('hours_closed_label')} {'・'.join(closed)}")
    return " / ".join(parts)


def _spans(spans: Sequence[Span]) -> str:
    return "、".join(map(_span, spans))


def _span(span: Span) -> str:
    return say("hours_span", opens=_clock(span.opens), closes=_clock(span.closes))


def _clock(time: dt.time) -> str:
    if time.minute == 0:
        return say("clock_full_hour", hour=time.hour)
    return say("clock", hour=time.hour, minute=f"{time.minute:02}")


def _date(day: dt.date) -> str:
    month, weekday = say("month_names", day.month - 1), say("weekday_short", day.weekday())
    return say("day_of_month", month=month, number=day.day, weekday=weekday)


def usual_weeks(knowledge: Knowledge) -> list[tuple[str, str]]:
    """Of each place its name and its usual week."""
    return [(place.name, _week(place)) for place in knowledge.opening.places]
