"""What is said to a question that asks for nothing but how to reach the office, or whom to ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.leads import reach_sentence
from bot.replies import Reply, office_reply, with_opening
from bot.subjects import named_in_table, office_named, with_general_number
from bot.wording import say
from intents.contacts import ContactQuestion, contact_question, matter_asked, side_of_contact, without_unit
from intents.decision import Decision, Verdict
from intents.facets import REACHING, Facet
from intents.leads import facet_of_title, facets_spoken_of
from intents.subjects import MOST, Subject, all_subjects, subjects_named
from intents.text import normalize
from knowledge.answers import Answer, Office
from knowledge.corpus import Knowledge
from knowledge.country import short_name
from knowledge.subject_names import GENERAL
from knowledge.subject_offices import NOTHING_KNOWN, SubjectOffice


def contact_asked(knowledge: Knowledge, question: str) -> ContactQuestion | None:
    """``question`` as one for a contact; None for any with a matter of its own."""
    if side_of_contact(question) is None:
        return None
    town = knowledge.town
    return contact_question(question, (town.name, short_name(town.name)), knowledge.directory.names)


def contact_reply(knowledge: Knowledge, asked: ContactQuestion) -> Reply:
    """How to reach an office, or the hall.  Of a place that the plan does not print: that, and whom to ask instead."""
    if asked.office:
        return _of_office(knowledge, asked.office, asked.side)
    if asked.side is Facet.OFFICE:
        return office_reply(knowledge, None, say("ask_office", office=knowledge.contact.department))
    whom = Office(asked.place, None) if asked.place else _municipality(knowledge, asked.side)
    sentence, _ = reach_sentence(knowledge, whom, asked.side)
    matter = named_in_table(knowledge, subjects_named(without_unit(asked.place or "")))
    if matter:
        return with_opening(office_named(knowledge, matter), sentence)
    reply = office_reply(knowledge, None, sentence)
    if asked.place is None:
        return reply
    # Nobody here knows it: a need that is not met.
    return with_general_number(knowledge, replace(reply, decision=Decision.NONE))


def _municipality(knowledge: Knowledge, side: Facet) -> Office:
    """Who is reached where nobody is named: by telephone the hall, where it has a number of its own."""
    return knowledge.directory.hall if _hall_has_own(knowledge, side) else knowledge.contact


def _hall_has_own(knowledge: Knowledge, side: Facet) -> bool:
    """Whether the hall's own number (代表電話) is asked for and known."""
    return side is Facet.TELEPHONE and bool(knowledge.subjects.get(GENERAL, NOTHING_KNOWN).telephone)


def _is_known(knowledge: Knowledge, asked: ContactQuestion) -> bool:
    """Whether the municipality itself can be reached as is asked, whatever its plans print."""
    whom = _municipality(knowledge, asked.side)
    return asked.side in REACHING and reach_sentence(knowledge, whom, asked.side)[1]


def _of_office(knowledge: Knowledge, name: str, side: Facet) -> Reply:
    """An office that the municipality has named in its table of subjects: how to reach it, or for what."""
    office = knowledge.directory.office(name)
    table = ((all_subjects().get(row), seen) for row, seen in knowledge.subjects.items() if seen.department == name)
    known = [(subject, seen) for subject, seen in table if subject]
    reply = office_named(knowledge, known[:MOST])
    if side is Facet.OFFICE or (side is Facet.TELEPHONE and not office.telephone and _some_number(known)):
        return reply
    sentence, known_way = reach_sentence(knowledge, office, side)
    reply = replace(reply, text=sentence)
    return reply if known_way or office.telephone else with_general_number(knowledge, reply)


def _some_number(known: Sequence[tuple[Subject, SubjectOffice]]) -> bool:
    return any(office.telephone for _, office in known)


def matter_reply(knowledge: Knowledge, question: str, verdict: Verdict) -> Reply | None:
    """The office for a question that asks for nothing but who sees to a subject, where the municipality has named it.

    What an entry was written for, word for word or for this side of it, that entry tells better.
    """
    asked = matter_asked(question)
    known = named_in_table(knowledge, subjects_named(asked.matter)) if asked else []
    if asked is None or not known:
        return None
    chosen = verdict.chosen
    if chosen is not None:
        found = knowledge.answers[chosen.document.id]
        if chosen.exact or (facet_of_title(found.title) in REACHING and found.kind != "silent"):
            return None
    reply = office_named(knowledge, known)
    office = known[0][1].office
    if asked.side in (Facet.OFFICE, Facet.TELEPHONE) or office is None or len(known) > 1:
        return reply
    return with_opening(reply, reach_sentence(knowledge, office, asked.side)[0])


def contact_entry(knowledge: Knowledge, asked: ContactQuestion, verdict: Verdict) -> Answer | None:
    """The entry for a contact question: the office's own, else the best one where it was written for such."""
    if asked.office:
        return knowledge.directory.entries.get(asked.office)
    first = verdict.chosen or next(iter(verdict.choices), None)
    if first is None:
        return None
    found = knowledge.answers[first.document.id]
    if asked.place and asked.outside:
        return found if _tells_of_outside(found, asked.place, asked.side) else None
    if asked.place:
        return found if _tells_of(found, asked.place, asked.side) else None
    told = facet_of_title(found.title)
    if _is_known(knowledge, asked) and (found.kind == "silent" or _hall_has_own(knowledge, asked.side)):
        return None
    if verdict.decision is Decision.ANSWER and not asked.bare and found.kind != "office":
        return found
    return found if told in (REACHING if found.kind != "silent" else {asked.side}) else None


def _tells_of(answer: Answer, place: str, side: Facet) -> bool:
    """Whether an entry is about a place by its title, or is an office that it belongs to, or prints what is asked."""
    if normalize(place) in normalize(answer.title):
        return True
    told = answer.kind == "office" or side in facets_spoken_of(answer.text)
    return told and normalize(place) in normalize(answer.text)


def _tells_of_outside(answer: Answer, place: str, side: Facet) -> bool:
    """Whether an entry tells how to reach a body that is none of the town's: our own number would be taken for its."""
    text = normalize(answer.name if answer.kind == "office" else answer.text)
    return normalize(place) in text and (answer.kind == "office" or side in facets_spoken_of(answer.text))
