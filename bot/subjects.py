"""The right office for a question that nothing answers: 「ごみのことは、環境課（電話 …）へおたずねください。」

Only an office that the municipality itself has named is ever said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.replies import Reply, with_opening
from bot.wording import say, subject_name
from intents.decision import Decision
from intents.judgements import Judgement, judgement
from intents.subjects import Subject, subject_of_most, subjects_of
from knowledge.answers import Office
from knowledge.corpus import Knowledge
from knowledge.subject_names import GENERAL
from knowledge.subject_offices import SubjectOffice


def with_right_office(knowledge: Knowledge, question: str, reply: Reply) -> Reply:
    """``reply`` led by the office for what ``question`` is about, where it answers nothing.

    A resident in need, and one who asks of another municipality, are sent to nobody else.
    """
    if reply.decision is not Decision.NONE or reply.elsewhere or knowledge.places.other_place(question):
        return reply
    kind = judgement(question)
    if kind is Judgement.POLITICAL:
        return reply
    subjects = subjects_of(question) or _of_answer(reply)
    told = replace(reply, subjects=tuple(subject.id for subject in subjects))
    if reply.numbers or (reply.answer and reply.answer.office):
        return told
    known = [(subject, knowledge.subjects[subject.id]) for subject in subjects if subject.id in knowledge.subjects]
    return _naming(knowledge, told, known, first=kind is None) if known else _with_general_number(knowledge, told)


def _of_answer(reply: Reply) -> tuple[Subject, ...]:
    """What an entry that says the plan is silent is about, where the question did not name it."""
    answer = reply.answer
    subject = subject_of_most((answer.title, *answer.wordings)) if answer else None
    return (subject,) if subject else ()


def _naming(
    knowledge: Knowledge, reply: Reply, known: Sequence[tuple[Subject, SubjectOffice]], *, first: bool
) -> Reply:
    """``first``: the office leads; that something cannot be judged here must be said before it."""
    sentences = [_sentence(subject, office) for subject, office in known]
    pages = tuple(
        (say("subject_page_label", subject=subject_name(subject)), office.url)
        for subject, office in known
        if office.url
    )
    led = replace(reply, links=(*pages, *reply.links))
    named = next((office for _, office in known if office.department), None)
    if named is not None and named.department:
        led = replace(led, contact=Office(named.department, named.telephone))
    if not any(office.telephone for _, office in known):
        led = _with_general_number(knowledge, led)
    said = "\n".join(filter(None, sentences))
    if not said:
        return led
    return with_opening(led, said) if first else replace(led, text=f"{led.text}\n{said}")


def _sentence(subject: Subject, office: SubjectOffice) -> str | None:
    name = subject_name(subject)
    if office.department and office.telephone:
        return say("subject_office", subject=name, department=office.department, telephone=office.telephone)
    if office.department:
        return say("subject_office_no_telephone", subject=name, department=office.department)
    if office.telephone:
        return say("subject_telephone", subject=name, telephone=office.telephone)
    return None


def _with_general_number(knowledge: Knowledge, reply: Reply) -> Reply:
    """The city hall's own number after what was said, where it is known."""
    general = knowledge.subjects.get(GENERAL)
    if general is None or not general.telephone or (reply.contact and reply.contact.telephone == general.telephone):
        return reply
    sentence = say("general_telephone", telephone=general.telephone)
    return replace(reply, text="\n".join(filter(None, (reply.text, sentence))))
