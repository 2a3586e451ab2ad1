"""What comes first in a reply: the side of the matter that was asked, or that it is not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.wording import DEFAULT, current, say
from intents.facets import FIGURES, REACHING, YES_OR_NO, Asked, Facet, asked_facet, asks_precisely
from intents.leads import (
    Leading,
    asks_age,
    asks_ahead,
    asks_in_a_unit,
    counts_what_is_asked,
    facet_of_title,
    facets_spoken_of,
    first_told,
    is_of_another_act,
    is_silence,
    leading_sentence,
    sentence_at,
    silence_on,
    split_sentences,
    tells_age,
    tells_loosely,
    without_yes_or_no,
)
from intents.list_requests import wants_all
from intents.subjects import subject_of_most
from intents.years import fiscal_years
from intents.yes_or_no import is_earned, is_turned
from knowledge.answers import FACETS, Answer, Office
from knowledge.calendar import fiscal_year_name
from knowledge.corpus import Knowledge
from knowledge.schedules import step_going_on

_REACHED_BY = {Facet.TELEPHONE: "電話", Facet.FAX: "FAX", Facet.EMAIL: "メール", Facet.ADDRESS: "所在地"}
_TOLD_BY_ANY_ANSWER = frozenset({Facet.METHOD, Facet.MEANING, Facet.OFFICE, Facet.TARGET})
_COUNTED = frozenset({Facet.COUNT, Facet.PERCENT})
_OF_FIGURES = FIGURES | {Facet.DEADLINE, Facet.WHEN}
"""What an indicator says of itself that its plan does not give."""
_SAID_OPENLY = frozenset({Facet.FEE, Facet.BRING, Facet.HOURS, Facet.VALIDITY, Facet.DELIVERY_DAYS})
"""What an entry that is silent on a matter names itself, or it is said before that this is not known either."""
_OF_THE_ACT = frozenset({Facet.METHOD, Facet.TARGET, Facet.ONLINE})
_OF_PROCEDURES = frozenset({Facet.PROXY, Facet.MAIL, Facet.BRANCH, Facet.ONLINE})


@dataclass(frozen=True)
class Lead:
    """``opening`` comes first, ``text`` after it; ``known``: whether what was asked is told."""

    opening: str | None
    text: str
    known: bool = True


def lead(knowledge: Knowledge, answer: Answer, asked: Asked | None, *, following: bool = False) -> Lead:
    """An answer with what was asked put first; where it is not known, that is said first.

    ``following``: it is asked of an answer just read, so what that only implies will not do.
    """
    if asked is None:
        return Lead(None, answer.text)
    plain = _without_unearned_yes(knowledge, answer, asked)
    facet = asked.facet
    if facet is None or (facet in FIGURES and wants_all(asked.text)):
        return Lead(None, plain)
    if answer.kind == "silent":
        found = leading_sentence(answer.text, asked, answer.title) if facet in _SAID_OPENLY else None
        if found is not None and not found.silent:
            return Lead(None if found.first else found.sentence, plain if found.first else found.rest, known=False)
        named = facet not in _SAID_OPENLY or facet in facets_spoken_of(answer.text)
        return Lead(None if named else missing_sentence(knowledge, answer, asked), plain, known=False)
    if facet in REACHING:
        opening, known = _reached(knowledge, answer, facet)
        return Lead(None if _begins_with(plain, knowledge, answer, facet) else opening, plain, known)
    if answer.kind == "office":
        return _of_office(knowledge, answer, asked, facet, plain)
    slot = dict(answer.facts).get(FACETS.get(facet.value, "")) if answer.kind == "procedure" else None
    unknown = _denied_act(answer, asked) if facet is Facet.METHOD else None
    if unknown is not None:
        return Lead(unknown.sentence, unknown.rest, known=False)
    if slot and _is_beside(answer, asked, facet, slot):
        return Lead(missing_sentence(knowledge, answer, asked), plain, known=False)
    if slot:
        turned = facet in YES_OR_NO and is_turned(asked.text, answer.document())
        return Lead(None if turned else f"{slot_label(facet.value)}：{slot}", plain)
    return _from_text(knowledge, answer, asked, facet, plain, following)


def _without_unearned_yes(knowledge: Knowledge, answer: Answer, asked: Asked) -> str:
    """An answer's text; the yes or no it begins with only where that answers this very question."""
    plain = without_yes_or_no(answer.text)
    if plain == answer.text or asked.open:
        return plain
    return answer.text if is_earned(asked.text, answer.document(), knowledge.index) else plain


def follow_up_lead(knowledge: Knowledge, answer: Answer, asked: Asked) -> Lead | None:
    """The one sentence for a question about what was answered just before; None where that tells nothing of it."""
    if asked.years:
        return _of_year(knowledge, answer, asked, asked.years[0])
    if asked.facet in REACHING:
        opening, known = _reached(knowledge, answer, asked.facet)
        return Lead(opening, "", known)
    made = lead(knowledge, answer, asked, following=True)
    if answer.kind == "silent" and asked.facet is Facet.OFFICE:
        return Lead(say("facet_office_missing", office=whom_to_ask(knowledge, answer).department), "")
    if answer.kind == "silent":
        return _beside_silence(knowledge, answer, asked)
    first = first_told(made.text)
    if made.opening is None:
        says_so = answer.kind == "indicator" and asked.facet in _OF_FIGURES and is_silence(first)
        return Lead(first, "", made.known) if made.known or says_so else None
    beside = first if made.known and answer.kind == "indicator" and asked.facet in _COUNTED else ""
    return Lead(made.opening, beside, made.known)


def _beside_silence(knowledge: Knowledge, answer: Answer, asked: Asked) -> Lead:
    """What an entry tells all the same that says openly what the plan lacks; its apology is not said again."""
    found = leading_sentence(answer.text, asked, answer.title)
    told = found is not None and not found.first and not found.silent
    return Lead(found.sentence, "") if found and told else Lead(missing_sentence(knowledge, answer, asked), "", False)


def is_missing(knowledge: Knowledge, answer: Answer, asked: Asked) -> bool:
    """Whether an answer would have to begin with saying that it does not tell what was asked."""
    if asked.facet is None or asked.facet in REACHING:
        return False
    return lead(knowledge, answer, asked).opening == missing_sentence(knowledge, answer, asked)


def _of_year(knowledge: Knowledge, answer: Answer, asked: Asked, year: int) -> Lead:
    """What an answer tells of a year; of an indicator for another year, its goal after that."""
    sentences = [one for one in split_sentences(answer.text) if year in fiscal_years(one, 0)]
    found = leading_sentence("\n".join(sentences), asked) if sentences else None
    if sentences:
        return Lead(found.sentence if found else sentences[0], "")
    if step_going_on(answer, year):
        return Lead(split_sentences(answer.text)[0], "")
    office = whom_to_ask(knowledge, answer).department
    missing = say("facet_year_missing", year=fiscal_year_name(year), office=office)
    return Lead(missing, answer.text if answer.kind == "indicator" else "", known=False)


def missing_sentence(knowledge: Knowledge, answer: Answer, asked: Asked, *, again: bool = False) -> str:
    """That what was asked is not there, and whom to ask; ``again``: after another side that is not there.

    The office that wrote the plan cannot know until when a screening is open: only an entry's own
    office is named for it, else the town's.
    """
    named = FACETS["fee"] if _asks_the_fee(answer, asked) else _side_named(asked)
    office = (answer.office or knowledge.directory.hall).department
    return say("facet_missing_again" if again else "facet_missing", facet=named, office=office)


def told_nowhere(knowledge: Knowledge, asked: Asked) -> str:
    """That no entry tells the side that was asked, and that the hall may know."""
    return say("facet_missing", facet=_side_named(asked), office=knowledge.directory.hall.department)


def _side_named(asked: Asked) -> str:
    return say("facet_name_age" if asks_age(asked) else f"facet_name_{(asked.facet or Facet.MEANING).value}")


def _asks_the_fee(answer: Answer, asked: Asked) -> bool:
    """Whether a procedure's fee is asked for as that: who asks how much may mean what he gets (補助金はいくら)."""
    fee = asked.facet is Facet.FEE and answer.kind == "procedure" and current() == DEFAULT
    return fee and FACETS["fee"] in asked.text


def slot_label(facet: str) -> str:
    """The name of a procedure's row; in another language with the Japanese one beside it, for the counter."""
    name = FACETS[facet]
    return name if current() == DEFAULT else f"{say(f'facet_name_{facet}')}（{name}）"


def _is_beside(answer: Answer, asked: Asked, facet: Facet, slot: str) -> bool:
    """Whether a procedure's row is filled, but with something else than was asked."""
    if asks_age(asked):
        return not tells_age(slot)
    told = " ".join((answer.title, *answer.wordings, answer.text, slot))
    return facet in _OF_THE_ACT and is_of_another_act(asked.text, told)


def _denied_act(answer: Answer, asked: Asked) -> Leading | None:
    """That how to do it oneself is not written, where the text says so: its row tells what the municipality does."""
    return silence_on(answer.text, Facet.METHOD) if asks_precisely(asked.text) else None


def whom_to_ask(knowledge: Knowledge, answer: Answer) -> Office:
    """The answer's own office.  What the plan is silent on is not its office's business either."""
    if has_own_office(knowledge, answer) and answer.office:
        return answer.office
    if answer.kind == "office" and answer.name in knowledge.directory.of_subjects:
        return knowledge.directory.office(answer.name)
    if answer.kind != "silent" and answer.office is None:
        return knowledge.contact
    return _named_office(knowledge, answer) or answer.office or knowledge.directory.hall


def has_own_office(knowledge: Knowledge, answer: Answer) -> bool:
    """Whether an answer names an office that sees to it; a common entry names the hall where nobody is known."""
    return answer.office is not None and answer.office.department != knowledge.directory.hall.department


def _named_office(knowledge: Knowledge, answer: Answer) -> Office | None:
    """Of a matter that the plan does not tell: the office that the municipality has named for it."""
    subject = subject_of_most((answer.title, *answer.wordings)) if knowledge.subjects else None
    named = knowledge.subjects.get(subject.id) if subject else None
    return named.office if named else None


def _from_text(knowledge: Knowledge, answer: Answer, asked: Asked, facet: Facet, plain: str, following: bool) -> Lead:
    figure = _of_indicator(answer, asked, facet)
    if figure is not None and following and _counts_something_else(asked, figure):
        figure = None
    found = figure or leading_sentence(answer.text, asked, answer.title, following=following)
    implied = figure is None and (_is_about(answer, facet) or (_told_by_any_answer(asked, facet) and not following))
    if found is not None and not (found.silent and implied):
        if found.first:
            return Lead(None, without_yes_or_no(plain), not found.silent)
        return Lead(found.sentence, found.rest, not found.silent)
    if facet is Facet.OFFICE:
        key = "facet_office" if answer.office else "facet_office_missing"
        return Lead(say(key, office=whom_to_ask(knowledge, answer).department), plain)
    if _is_about(answer, facet) and not (following and asks_in_a_unit(asked)):
        return Lead(None, plain, known=found is None)
    if _told_by_any_answer(asked, facet) or (facet in _OF_PROCEDURES and answer.kind != "procedure"):
        return Lead(None, plain, known=False)
    if tells_loosely(answer.text, asked):
        return Lead(None, plain, known=not following)
    return Lead(missing_sentence(knowledge, answer, asked), plain, known=False)


def _counts_something_else(asked: Asked, figure: Leading) -> bool:
    """Whether a figure is of 台 where it was asked how many people."""
    return asks_in_a_unit(asked) and not figure.silent and not counts_what_is_asked(asked, figure.sentence)


def _of_office(knowledge: Knowledge, answer: Answer, asked: Asked, facet: Facet, plain: str) -> Lead:
    """Who it is, where it is: from its row, else from what is said of it."""
    place = dict(answer.facts).get(_REACHED_BY[Facet.ADDRESS])
    if facet is Facet.COUNTER and place:
        return Lead(f"{_REACHED_BY[Facet.ADDRESS]}：{place}", plain)
    found = leading_sentence(answer.text, asked) if facet is not Facet.OFFICE else None
    if found is None and facet in (Facet.COUNTER, Facet.HOURS):
        return Lead(missing_sentence(knowledge, answer, asked), plain, known=False)
    if found is None or found.first or found.silent:
        return Lead(None, plain, known=found is not None and not found.silent)
    return Lead(found.sentence, found.rest)


def _of_indicator(answer: Answer, asked: Asked, facet: Facet) -> Leading | None:
    """The goal is an indicator's first sentence, what was when the plan was made its second.

    Who asks how many per cent is not told by how many things.
    """
    if answer.kind != "indicator" or facet not in FIGURES:
        return None
    told = split_sentences(answer.text)[:2]
    goal, current = sentence_at(answer.text, 0), sentence_at(answer.text, len(told) - 1)
    if facet not in _COUNTED:
        return current if facet is Facet.CURRENT else goal
    ordered = (goal, current) if _means_the_goal(answer, asked) else (current, goal)
    if asked_facet(asked.text) is not facet:
        return next((one for one in ordered if not one.silent), goal)
    return next((one for one in ordered if facet in facets_spoken_of(one.sentence) and not one.silent), None)


def _means_the_goal(answer: Answer, asked: Asked) -> bool:
    """Whether how many there shall be is asked, by its words or its year, and not how many there are."""
    named = set(asked.years)
    told_of = [bool(named & set(fiscal_years(one, 0))) for one in split_sentences(answer.text)[:2]]
    return asks_ahead(asked.text.removeprefix(answer.title)) or told_of == [True, False]


def _is_about(answer: Answer, facet: Facet) -> bool:
    """Whether the answer was written for this very side of its matter."""
    return facet_of_title(answer.title) is facet


def _told_by_any_answer(asked: Asked, facet: Facet) -> bool:
    """Whether an entry on the matter answers, without a value of the facet in it."""
    return facet in _TOLD_BY_ANY_ANSWER and not asks_precisely(asked.text)


def _reached(knowledge: Knowledge, answer: Answer, facet: Facet) -> tuple[str, bool]:
    office = knowledge.directory.office(answer.name) if answer.kind == "office" else whom_to_ask(knowledge, answer)
    return reach_sentence(knowledge, office, facet)


def _begins_with(plain: str, knowledge: Knowledge, answer: Answer, facet: Facet) -> bool:
    """Whether the text itself begins with the number or the address."""
    ways = _ways_to_reach(knowledge, whom_to_ask(knowledge, answer).department)
    value = ways.get(_REACHED_BY[facet])
    return value is not None and value in next(iter(split_sentences(plain)), "")


def reach_sentence(knowledge: Knowledge, office: Office, facet: Facet) -> tuple[str, bool]:
    """How to reach an office, or that the plan does not print it, or that it is not known here; whether it is."""
    ways = _ways_to_reach(knowledge, office.department)
    lacking = "missing" if office.in_plan else "unknown"
    value = ways.get(_REACHED_BY[facet]) or (
        office.telephone if facet is Facet.TELEPHONE else _way_of_all(knowledge, office, facet)
    )
    if facet is Facet.TELEPHONE:
        key = "facet_telephone" if value else f"facet_telephone_{lacking}"
        return say(key, office=office.department, telephone=value), bool(value)
    key = "facet_reach" if value else f"facet_reach_{lacking}"
    named = say(f"facet_name_{facet.value}")
    return say(key, office=office.department, facet=named, value=value), bool(value)


def _way_of_all(knowledge: Knowledge, office: Office, facet: Facet) -> str | None:
    """The municipality's own e-mail and fax, which are those of whoever is asked in general."""
    if office.department not in (knowledge.contact.department, knowledge.directory.hall.department):
        return None
    return {Facet.EMAIL: knowledge.town.ways.email, Facet.FAX: knowledge.town.ways.fax}.get(facet)


def _ways_to_reach(knowledge: Knowledge, department: str) -> Mapping[str, str]:
    return knowledge.directory.ways.get(department, {})
