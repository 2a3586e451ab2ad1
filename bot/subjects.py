"""The right office for a question that nothing answers: 「ごみのことは、環境課（電話 …）へおたずねください。」

Only an office that the municipality itself has named is ever said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.leads import has_own_office
from bot.replies import Reply, office_reply, with_opening
from bot.wording import say, subject_name
from intents.decision import Decision
from intents.judgements import Judgement, judgement
from intents.subjects import Subject, all_subjects, subject_of_most, subjects_of
from knowledge.corpus import Knowledge
from knowledge.subject_names import GENERAL
from knowledge.subject_offices import SubjectOffice

Known = Sequence[tuple[Subject, SubjectOffice]]
"""Subjects with what the municipality has filled in for them."""


def with_right_office(knowledge: Knowledge, question: str, reply: Reply) -> Reply:
    """``reply`` with the office for what ``question`` is about, where it answers nothing, gives choices or hands over.

    A resident in need, and one who asks of another municipality, are sent to nobody else.
    """
    if reply.decision is Decision.SUGGEST or (reply.decision is Decision.HANDOFF and not reply.numbers):
        return _beside(knowledge, question, reply)
    if reply.decision is not Decision.NONE or reply.elsewhere or knowledge.places.other_place(question):
        return reply
    kind = judgement(question)
    if kind is Judgement.POLITICAL:
        return reply
    subjects = subjects_of(question) or _of_answer(reply)
    told = replace(reply, subjects=tuple(subject.id for subject in subjects))
    if reply.numbers or (reply.answer and has_own_office(knowledge, reply.answer)):
        return told
    known = named_in_table(knowledge, subjects)
    return _naming(knowledge, told, known, first=kind is None) if known else with_general_number(knowledge, told)


def with_office_for(knowledge: Knowledge, subjects: Sequence[str], reply: Reply) -> Reply:
    """``reply``, which answers nothing, led by the offices for ``subjects``, by their ids."""
    known = named_in_table(knowledge, filter(None, map(all_subjects().get, subjects)))
    told = replace(reply, subjects=tuple(subjects))
    return _naming(knowledge, told, known, first=True) if known else with_general_number(knowledge, told)


def named_in_table(knowledge: Knowledge, subjects: Iterable[Subject]) -> Known:
    """Those of ``subjects`` that the municipality has filled something in for."""
    return [(subject, knowledge.subjects[subject.id]) for subject in subjects if subject.id in knowledge.subjects]


def office_named(knowledge: Knowledge, known: Known) -> Reply:
    """Who sees to a subject, and nothing else: to a question that asks for nothing else."""
    sentences = filter(None, (_sentence(subject, office) for subject, office in known))
    reply = office_reply(knowledge, None)
    return _leading_to(knowledge, replace(reply, text="\n".join(sentences)), known)


def _of_answer(reply: Reply) -> tuple[Subject, ...]:
    """What an entry that says the plan is silent is about, where the question did not name it."""
    answer = reply.answer
    subject = subject_of_most((answer.title, *answer.wordings)) if answer else None
    return (subject,) if subject else ()


def _beside(knowledge: Knowledge, question: str, reply: Reply) -> Reply:
    """Choices, or that somebody will listen, and below whom to ask about the subject: where nothing fits, no dead end.

    Another office than the one for everything has been named by its name.
    """
    if reply.contact != knowledge.contact or knowledge.places.other_place(question):
        return reply
    if judgement(question) is Judgement.POLITICAL:
        return reply
    subjects = subjects_of(question)
    known = named_in_table(knowledge, subjects)
    told = replace(reply, subjects=tuple(subject.id for subject in subjects)) if reply.choices else reply
    return _leading_to(knowledge, told, known) if any(office.department for _, office in known) else told


def _naming(knowledge: Knowledge, reply: Reply, known: Known, *, first: bool) -> Reply:
    """``first``: the office leads; that something cannot be judged here must be said before it."""
    said = "\n".join(filter(None, (_sentence(subject, office) for subject, office in known)))
    if said and reply.is_apology:
        told = "\n".join(map(say, ("none_with_office", "kept_masked", "none_rephrase")))
        reply = replace(reply, text=told, is_apology=False)
    led = _leading_to(knowledge, reply, known)
    if not said:
        return led
    return with_opening(led, said) if first else replace(led, text=f"{led.text}\n{said}")


def _leading_to(knowledge: Knowledge, reply: Reply, known: Known) -> Reply:
    """``reply`` with the offices' pages, the first office to ask, and the hall's number where they have none."""
    pages = tuple(
        (say("subject_page_label", subject=subject_name(subject)), office.url)
        for subject, office in known
        if office.url
    )
    contact = next((office.office for _, office in known if office.office), reply.contact)
    led = replace(reply, links=(*pages, *reply.links), contact=contact)
    if reply.choices or any(office.telephone for _, office in known):
        return led
    return with_general_number(knowledge, led)


def _sentence(subject: Subject, office: SubjectOffice) -> str | None:
    name = subject_name(subject)
    if office.department and office.telephone:
        return say("subject_office", subject=name, department=office.department, telephone=office.telephone)
    if office.department:
        return say("subject_office_no_telephone", subject=name, department=office.department)
    if office.telephone:
        return say("subject_telephone", subject=name, telephone=office.telephone)
    return None


def with_general_number(knowledge: Knowledge, reply: Reply) -> Reply:
    """The city hall's own number after what was said, where it is known."""
    general = knowledge.subjects.get(GENERAL)
    if general is None or not general.telephone or (reply.contact and reply.contact.telephone == general.telephone):
        return reply
    sentence = say("general_telephone", telephone=general.telephone)
    return replace(reply, text="\n".join(filter(None, (reply.text, sentence))))
