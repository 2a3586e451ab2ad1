"""Looking through what there is without a question: the frequent questions, the categories, whom to ask.

A place is what a button carries: ``card`` is a category, ``card--2`` the second page of it, and nothing the list of
all categories.  Nothing that is paused is ever shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.dialogue import Dialogue
from bot.listing import next_rows
from bot.opening import week_rows
from bot.replies import (
    Choice,
    Onward,
    Reply,
    Rule,
    Step,
    first_questions,
    office_reply,
    plain_reply,
    steps_on,
    town_notes,
)
from bot.subjects import with_general_number
from bot.wording import DEFAULT, say
from intents.browsing import LONGEST, Browsing, bare, browsing
from intents.decision import Decision
from intents.facets import Facet
from intents.text import normalize
from knowledge.answers import Answer, Office
from knowledge.common_content import is_common
from knowledge.corpus import Knowledge
from knowledge.reply_languages import REPLY_LANGUAGES

Said = tuple[Reply, Dialogue]

PAGE = 8
"""Choices of one page: what a thumb reaches on a phone's screen, and less than LINE's 13."""
LEFT_OVER = 2
"""So few more stand on the last page rather than on one of their own."""
FEWEST_CHOSEN = 4
"""Where staff have chosen fewer questions to begin with, procedures follow them."""
MOST_OFFICES = 10
"""Offices without an entry that are listed with their number."""
ALL = "all"
CATEGORIES: Mapping[str, str] = {
    "証明書・コンビニ交付": "certificates",
    "オンライン手続き": "online",
    "マイナンバーカード": "card",
    "子育て・学校": "children",
    "防災・安全": "safety",
    "アプリ・LINE・情報発信": "apps",
    "キャッシュレス": "cashless",
    "デジタルの相談・講習": "support",
    "地域・産業・観光": "area",
    "目標と数値": "goals",
    "担当と推進体制": "organisation",
    "市役所の仕事のデジタル化": "cityhall",
    "計画のあらまし": "plan",
    "その他": "other",
}
"""The categories in the order in which residents need them, by the place that shows each."""
_TABLES: Mapping[str, str] = {"indicator": "indicators", "schedule": "schedule", "office": "offices", "term": "terms"}
"""Kinds of which there is a row of a table each: a place of its own, led to from the category of theirs."""
_ROWS: Mapping[str, Callable[[Answer], tuple[bool | str, ...]]] = {
    "indicators": lambda _: (),
    "schedule": lambda _: (),
    # Whom one can call before whom one only reads of.
    "offices": lambda one: (not one.facts, not one.name.endswith(("課", "室", "係", "センター"))),
    "terms": lambda one: (normalize(one.name),),
}
"""The order of the rows of each table."""
_SHOWN_KINDS = frozenset({"procedure", "plan"})
_NAMED = re.compile(r"([a-z]+)(?:--([1-9][0-9]{0,2}))?")
_NUMBER = re.compile(r"([1-9][0-9]?)(?:番目?)?")


@dataclass(frozen=True)
class Shelf:
    """``place``: as buttons carry it; ``tables``: the places of the rows that belong to its category."""

    place: str
    answers: tuple[Answer, ...]
    tables: tuple[Shelf, ...] = ()

    @property
    def label(self) -> str:
        return say(f"category_{self.place}" if self.place in CATEGORIES.values() else f"shelf_{self.place}")

    @property
    def total(self) -> int:
        return len(self.answers) + sum(len(table.answers) for table in self.tables)

    @property
    def pages(self) -> int:
        return max(1, -(-(len(self.answers) - LEFT_OVER) // PAGE))

    def page(self, number: int) -> tuple[Answer, ...]:
        first = (number - 1) * PAGE
        return self.answers[first:] if number == self.pages else self.answers[first : first + PAGE]


def shelves(knowledge: Knowledge, paused: Collection[str] = ()) -> list[Shelf]:
    """The categories that hold something, in the order of use; within each what one does before what one reads."""
    kept: dict[str, list[Answer]] = {place: [] for place in (*CATEGORIES.values(), *_TABLES.values())}
    homes: dict[str, str] = {}
    for answer in knowledge.answers.values():
        if answer.entry_id in paused:
            continue
        place = CATEGORIES.get(answer.category, "other")
        if answer.kind in _TABLES:
            kept[_TABLES[answer.kind]].append(answer)
            homes[_TABLES[answer.kind]] = place
        elif answer.kind in _SHOWN_KINDS:
            kept[place].append(answer)
    first = {entry_id: place for place, entry_id in enumerate(first_questions(knowledge))}
    found = (
        Shelf(
            place,
            tuple(sorted(kept[place], key=lambda one: _order(one, first))),
            tuple(Shelf(one, tuple(sorted(kept[one], key=_ROWS[one]))) for one in _ROWS if homes.get(one) == place),
        )
        for place in CATEGORIES.values()
    )
    return [shelf for shelf in found if shelf.total]


def _order(answer: Answer, first: Mapping[str, int]) -> tuple[int, bool, bool]:
    return first.get(answer.entry_id, len(first)), answer.kind != "procedure", is_common(answer.entry_id)


def looked_through(
    knowledge: Knowledge, to: Onward, place: str | None, before: Dialogue, paused: Collection[str] = ()
) -> Said:
    """What a button leads to."""
    match to:
        case Onward.FREQUENT:
            return _frequent(knowledge, before, paused)
        case Onward.CONTACT:
            return contact_page(knowledge), replace(_nothing_else(before), facet=Facet.TELEPHONE)
        case Onward.CATEGORIES:
            return _at(knowledge, place or ALL, before, paused)
        case Onward.NEXT:
            return next_rows(knowledge, before)


def wished_through(knowledge: Knowledge, typed: str, before: Dialogue, paused: Collection[str] = ()) -> Said | None:
    """The same for who types it; None for all that asks something, and for what an entry is asked by."""
    if before.browsed is not None and (place := _place_typed(knowledge, typed, before, paused)):
        return _at(knowledge, place, before, paused)
    to = _onward(typed, before)
    if to is None or _is_wording(knowledge, typed):
        return None
    return looked_through(knowledge, to, None, before, paused)


def _onward(typed: str, before: Dialogue) -> Onward | None:
    match browsing(typed):
        case Browsing.FREQUENT:
            return Onward.FREQUENT
        case Browsing.CATEGORIES:
            return Onward.CATEGORIES
        case Browsing.CONTACT:
            return Onward.CONTACT
        case Browsing.CONTACT_ALONE if not (before.entry_id or before.offered or before.listing):
            return Onward.CONTACT
        case _:
            return _labels().get(bare(typed)) if len(typed) <= LONGEST else None


@lru_cache(maxsize=1)
def _labels() -> Mapping[str, Onward]:
    """What the buttons are called in every language: who cannot press them types them."""
    keys = {
        "frequent_title": Onward.FREQUENT,
        "browse_label": Onward.CATEGORIES,
        "browse_others": Onward.CATEGORIES,
        "contact_page_title": Onward.CONTACT,
    }
    return {
        bare(say(key, language=language)): to for key, to in keys.items() for language in (DEFAULT, *REPLY_LANGUAGES)
    }


def _is_wording(knowledge: Knowledge, typed: str) -> bool:
    """Whether staff have written an entry for these very words (目次): then it is a question."""
    plain = bare(typed)
    return any(bare(text) == plain for one in knowledge.answers.values() for text in (one.title, *one.wordings))


def _place_typed(knowledge: Knowledge, typed: str, before: Dialogue, paused: Collection[str]) -> str | None:
    """Where 「3」, a category's name, 「次」 and 「戻る」 lead from the place looked through last."""
    plain, last = bare(typed), before.browsed or ALL
    if last == ALL:
        found = shelves(knowledge, paused)
        number = _NUMBER.fullmatch(plain)
        if number and int(number[1]) <= len(found):
            return found[int(number[1]) - 1].place
        return next((shelf.place for shelf in found if bare(shelf.label) == plain), None)
    place, page = _read(last)
    number = _NUMBER.fullmatch(plain)
    if number and int(number[1]) > len(before.offered):
        return last  # there is no 「この中にない」 after the last one
    match browsing(typed):
        case Browsing.NEXT:
            return f"{place}--{page + 1}"
        case Browsing.BEFORE:
            return f"{place}--{page - 1}" if page > 1 else ALL
        case _:
            return None


def _read(place: str) -> tuple[str, int]:
    found = _NAMED.fullmatch(place)
    return (found[1], int(found[2] or 1)) if found else (ALL, 1)


def _at(knowledge: Knowledge, place: str, before: Dialogue, paused: Collection[str]) -> Said:
    """A page of a category; all of them for ``all`` and for a place that is no more."""
    name, page = _read(place)
    if name == Onward.FREQUENT:
        return _frequent(knowledge, before, paused)
    found = shelves(knowledge, paused)
    everywhere = [*found, *(table for shelf in found for table in shelf.tables)]
    shelf = next((one for one in everywhere if one.place == name), None)
    if shelf is None:
        return _categories(knowledge, found, before)
    if page > shelf.pages:
        return plain_reply(knowledge, "list_end"), replace(before, browsed=f"{name}--{shelf.pages}")
    return _page(knowledge, shelf, page, before)


def _categories(knowledge: Knowledge, found: Sequence[Shelf], before: Dialogue) -> Said:
    if not found:
        return _nothing(knowledge), _nothing_else(before)
    reply = replace(
        _browsing_reply(knowledge, say("browse_title"), say("browse_text")),
        shelves=tuple(_step_to(shelf) for shelf in found),
        steps=steps_on(Onward.CATEGORIES),
    )
    return reply, replace(_nothing_else(before), browsed=ALL)


def _page(knowledge: Knowledge, shelf: Shelf, page: int, before: Dialogue) -> Said:
    shown = shelf.page(page)
    choices = tuple(Choice(one.entry_id, _title(one)) for one in shown)
    reply = replace(
        _browsing_reply(knowledge, shelf.label, _counted(shelf, page, len(shown))),
        choices=choices,
        shelves=tuple(_step_to(table) for table in shelf.tables) if page == 1 else (),
        facts=tuple(_numbers(knowledge)) if shelf.place == "offices" and page == shelf.pages else (),
        steps=(*_turning(shelf, page), Step(Onward.CATEGORIES, say("browse_others")), *steps_on(*_ELSEWHERE)),
    )
    return reply, replace(_offering(before, choices), browsed=f"{shelf.place}--{page}")


_ELSEWHERE = (Onward.FREQUENT, Onward.CATEGORIES)


def _counted(shelf: Shelf, page: int, shown: int) -> str:
    total = len(shelf.answers)
    if shelf.pages == 1:
        return say("browse_shelf", count=total or shelf.total)
    first = (page - 1) * PAGE + 1
    return say("list_page", first=first, last=first + shown - 1, count=total)


def _turning(shelf: Shelf, page: int) -> Iterator[Step]:
    """Back before on: as a book is turned."""
    if page > 1:
        yield Step(Onward.CATEGORIES, say("browse_before", count=PAGE), f"{shelf.place}--{page - 1}")
    if page < shelf.pages:
        count = len(shelf.page(page + 1))
        yield Step(Onward.CATEGORIES, say("browse_next", count=count), f"{shelf.place}--{page + 1}")


def _step_to(shelf: Shelf) -> Step:
    return Step(Onward.CATEGORIES, shelf.label, shelf.place, say("browse_count", count=shelf.total))


def _title(answer: Answer) -> str:
    """Rows of a table by their name: below a heading that says what they are, the question would only repeat it."""
    return answer.name if answer.kind in _TABLES and answer.name else answer.title


def _frequent(knowledge: Knowledge, before: Dialogue, paused: Collection[str]) -> Said:
    chosen = [one for one in first_questions(knowledge) if one not in paused]
    more = (one.entry_id for shelf in shelves(knowledge, paused) for one in shelf.answers if one.kind == "procedure")
    ids = list(dict.fromkeys(chosen if len(chosen) >= FEWEST_CHOSEN else (*chosen, *more)))[:PAGE]
    if not ids:
        return _nothing(knowledge), _nothing_else(before)
    choices = tuple(Choice(one, knowledge.answers[one].title) for one in ids)
    reply = _browsing_reply(knowledge, say("frequent_title"), say("frequent_text"))
    after = replace(_offering(before, choices), browsed=Onward.FREQUENT.value)
    return replace(reply, choices=choices, steps=steps_on(Onward.FREQUENT)), after


def contact_page(knowledge: Knowledge) -> Reply:
    """電話と窓口: the number, the usual hours, the offices; how to ask without a voice and whether somebody is there
    now are added to every reply that hands on.
    """
    whom = _reachable(knowledge)
    reply = replace(
        office_reply(knowledge, None),
        title=say("contact_page_title"),
        text=say("contact_page_text"),
        contact=whom,
        facts=week_rows(knowledge),
        steps=(*_offices(knowledge), *steps_on(Onward.CONTACT)),
    )
    return with_general_number(knowledge, reply)


def _reachable(knowledge: Knowledge) -> Office:
    """The office that residents turn to; the hall, where only that has a number."""
    hall = knowledge.directory.hall
    return hall if hall.telephone and not knowledge.contact.telephone else knowledge.contact


def _offices(knowledge: Knowledge) -> Iterator[Step]:
    count = sum(one.kind == "office" for one in knowledge.answers.values())
    if count:
        beside = say("browse_count", count=count)
        yield Step(Onward.CATEGORIES, say("shelf_offices"), "offices", beside)


def _numbers(knowledge: Knowledge) -> list[tuple[str, str]]:
    """The offices of which no entry tells, but that the municipality sends residents to, with their numbers."""
    directory = knowledge.directory
    others = (directory.office(name) for name in sorted(directory.of_subjects - directory.entries.keys()))
    return [(one.department, one.telephone) for one in others if one.telephone][:MOST_OFFICES]


def _browsing_reply(knowledge: Knowledge, title: str, text: str) -> Reply:
    """It answers no question and is counted as none; what is chosen from it is marked as of any other choices."""
    notes = town_notes(knowledge)
    return Reply(Decision.SMALLTALK, title=title, text=text, notes=notes, rule=Rule.BROWSING)


def _nothing(knowledge: Knowledge) -> Reply:
    reply = _browsing_reply(knowledge, say("browse_title"), say("browse_nothing"))
    return replace(reply, steps=steps_on(Onward.FREQUENT, Onward.CATEGORIES))


def _offering(before: Dialogue, choices: Sequence[Choice]) -> Dialogue:
    offered = tuple((choice.entry_id, choice.title) for choice in choices)
    return replace(_nothing_else(before), offered=offered)


def _nothing_else(before: Dialogue) -> Dialogue:
    """What was spoken of before is over; how to speak on, and what was said of regret, is not."""
    return replace(
        before,
        entry_id=None,
        offered=(),
        facet=None,
        listing=None,
        score=None,
        topic=None,
        subjects=(),
        next_best=(),
        browsed=None,
    )
