"""What is said to a question that asks for nothing but how to reach the office, or whom to ask."""

from __future__ import annotations

from bot.leads import reach_sentence
from bot.replies import Reply, office_reply
from bot.wording import say
from intents.contacts import ContactQuestion, Offices, contact_question, side_of_contact
from intents.decision import Decision, Verdict
from intents.facets import REACHING, Facet
from intents.leads import facet_of_title, facets_spoken_of
from intents.text import normalize
from knowledge.answers import Answer, Office
from knowledge.corpus import Knowledge
from knowledge.country import short_name

_SHORTEST_NAME = 2


def contact_asked(knowledge: Knowledge, question: str) -> ContactQuestion | None:
    """``question`` as one for a contact; None for any with a matter of its own."""
    if side_of_contact(question) is None:
        return None
    town = knowledge.town
    return contact_question(question, (town.name, short_name(town.name)), _offices(knowledge))


def contact_reply(knowledge: Knowledge, asked: ContactQuestion) -> Reply:
    """How to reach the hall.  Of a place that the plan does not print: that, and the hall."""
    if asked.side is Facet.OFFICE:
        return office_reply(knowledge, None, say("ask_office", office=knowledge.contact.department))
    whom = Office(asked.place, None) if asked.place else knowledge.contact
    return office_reply(knowledge, None, reach_sentence(knowledge, whom, asked.side)[0])


def contact_entry(knowledge: Knowledge, asked: ContactQuestion, verdict: Verdict) -> Answer | None:
    """The entry for a contact question: the office's own, else the best one where it was written for such."""
    if asked.office:
        return next(one for one in knowledge.answers.values() if one.kind == "office" and one.name == asked.office)
    first = verdict.chosen or next(iter(verdict.choices), None)
    if first is None:
        return None
    found = knowledge.answers[first.document.id]
    if asked.place:
        return found if _tells_of(found, asked.place, asked.side) else None
    told = facet_of_title(found.title)
    if verdict.decision is Decision.ANSWER and not asked.bare and found.kind != "office":
        return found
    return found if told in (REACHING if found.kind != "silent" else {asked.side}) else None


def _tells_of(answer: Answer, place: str, side: Facet) -> bool:
    """Whether an entry is about a place by its title, or is an office that it belongs to, or prints what is asked."""
    if normalize(place) in normalize(answer.title):
        return True
    told = answer.kind == "office" or side in facets_spoken_of(answer.text)
    return told and normalize(place) in normalize(answer.text)


def _offices(knowledge: Knowledge) -> Offices:
    names = {
        normalize(name): answer.name
        for answer in knowledge.answers.values()
        if answer.kind == "office"
        for name in answer.wordings
        if len(name) >= _SHORTEST_NAME and side_of_contact(name) is None
    }
    return Offices(names, knowledge.contact.department)
