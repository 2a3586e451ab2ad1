"""A reply, the same for every channel, and the making of one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.leads import Lead, lead, told_nowhere, whom_to_ask
from bot.wording import DEFAULT, EASY, current, say, speaking
from intents.decision import Decision, Verdict
from intents.emergencies import Need
from intents.facets import Asked
from intents.small_talk import SmallTalk
from knowledge.answers import NO_WAYS, Answer, Office, SourcePlan, Ways
from knowledge.calendar import date_name
from knowledge.corpus import Knowledge
from knowledge.emergency_numbers import EmergencyNumber, numbers_for

_SENTENCES_IN_NEED = {
    Need.SUICIDE: "emergency_suicide",
    Need.CONSUMER: "emergency_consumer",
    Need.DISASTER: "emergency_disaster",
    Need.NATIONAL_NUMBER: "emergency_national_number",
}


class Rule(StrEnum):
    """What made a reply: the first of these that a question fell under."""

    EMERGENCY = "emergency"
    SMALL_TALK = "small_talk"
    PERSON = "person"
    LANGUAGE = "language"
    CONTACT = "contact"
    OTHER_TOWN = "other_town"
    LIST = "list"
    OPENING = "opening"
    PAUSED = "paused"
    UNCLEAR = "unclear"
    WEIGHED = "weighed"
    QUOTED = "quoted"
    JUDGEMENT = "judgement"
    BROWSING = "browsing"
    DIALOGUE = "dialogue"


class StaffChatOffer(StrEnum):
    """What the button is for."""

    BEGIN = "begin"
    END = "end"


class Onward(StrEnum):
    """What can be looked through without a question; the values are the acts of its buttons (bot.taps)."""

    FREQUENT = "frequent"
    CATEGORIES = "categories"
    CONTACT = "contact"
    NEXT = "next"


@dataclass(frozen=True)
class Step:
    """A button that leads on.  ``place``: where within it (bot.browsing); ``beside``: how much is there."""

    to: Onward
    label: str
    place: str | None = None
    beside: str = ""


@dataclass(frozen=True)
class Choice:
    entry_id: str
    title: str
    score: float = 0.0


@dataclass(frozen=True)
class Mode:
    """A way of replying to switch to by a tap.  ``act`` and ``value``: what the tap carries (bot.taps).

    ``chosen``: whether it is so now; None where that is no question.  ``language``: what ``label`` is written in.
    """

    label: str
    act: str
    value: str | None = None
    chosen: bool | None = None
    language: str = DEFAULT

    @property
    def is_japanese(self) -> bool:
        return self.language in (DEFAULT, EASY)


@dataclass(frozen=True)
class SourceLine:
    plan: str
    section: str
    url: str | None


@dataclass(frozen=True)
class Reply:
    """What a resident gets.  ``opening`` comes before everything, ``notes`` after it."""

    decision: Decision
    title: str | None = None
    opening: str | None = None
    text: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    through: tuple[tuple[str, str], ...] = ()
    """The address that counts how often a link is opened, by the link's own; of one that is not here, none."""
    choices: tuple[Choice, ...] = ()
    shelves: tuple[Step, ...] = ()
    """What the reply is a list of, where that is neither entries nor rows: the categories."""
    steps: tuple[Step, ...] = ()
    """Where else one can go from here."""
    modes: tuple[Mode, ...] = ()
    numbers: tuple[EmergencyNumber, ...] = ()
    contact: Office | None = None
    ways: Ways = NO_WAYS
    """How to ask the contact without speaking, where the reply hands on to it."""
    sources: tuple[SourceLine, ...] = ()
    notes: tuple[str, ...] = ()
    answer: Answer | None = None
    told_of: str | None = None
    """The entry that the reply tells more of without being its answer."""
    list_id: str | None = None
    """The list that the rows in ``facts`` make up."""
    score: float | None = None
    asks_feedback: bool = False
    asks_why: bool = False
    """Whether it asks why the answer before it did not solve the matter."""
    staff_chat: StaffChatOffer | None = None
    """Whether a talk with staff in LINE's own chat may begin, or end, by a button."""
    elsewhere: tuple[str, str] | None = None
    """Another municipality served here, as (code, name)."""
    is_apology: bool = False
    """Whether it says nothing but that nothing fits."""
    subjects: tuple[str, ...] = ()
    """Of a question that nothing answers, or only choices: the ids of what it is about."""
    language: str = DEFAULT
    """What its sentences are written in, and its labels are to be shown in."""
    readings: Mapping[str, str] | None = field(default=None, compare=False, repr=False)
    """To be shown with ふりがな, by these readings before the dictionary's; None: without."""
    rule: Rule = field(default=Rule.DIALOGUE, compare=False)
    verdict: Verdict | None = field(default=None, compare=False, repr=False)
    """What was weighed, and how: for those who want to know why."""


def hands_on(reply: Reply) -> bool:
    """Whether it answers nothing else and shows whom of this municipality to ask."""
    unanswered = reply.decision in (Decision.NONE, Decision.HANDOFF) and reply.rule is not Rule.OTHER_TOWN
    return unanswered and reply.contact is not None and not reply.numbers


def offers_none_of_these(reply: Reply) -> bool:
    """Whether 「この中にない」 stands under its choices: who is greeted or looks through them has asked for nothing."""
    return bool(reply.choices) and reply.decision is not Decision.SMALLTALK


def steps_on(*besides: Onward) -> tuple[Step, ...]:
    """The ways to look through what there is, but for ``besides``, where one is already."""
    labels = {
        Onward.FREQUENT: "frequent_title",
        Onward.CATEGORIES: "browse_label",
        Onward.CONTACT: "contact_page_title",
    }
    return tuple(Step(to, say(key)) for to, key in labels.items() if to not in besides)


def weighed_reply(reply: Reply, verdict: Verdict) -> Reply:
    """``reply`` with what it was made from."""
    return replace(reply, rule=Rule.QUOTED if reply.rule is Rule.QUOTED else Rule.WEIGHED, verdict=verdict)


def answer_reply(knowledge: Knowledge, answer: Answer, score: float | None, asked: Asked | None = None) -> Reply:
    """One entry's answer.  What was asked of it leads; where that is not known, this is said first."""
    return led_reply(knowledge, answer, lead(knowledge, answer, asked), score)


def led_reply(knowledge: Knowledge, answer: Answer, led: Lead, score: float | None = None) -> Reply:
    """One entry's answer with the beginning made for a question.

    An entry that says openly what the plan does not tell leaves the need unmet, and counts as that; so does one
    that must begin with saying that it does not tell what was asked.
    """
    whole = bool(led.text)
    unmet = answer.kind == "silent" or (led.opening is not None and not led.known)
    return Reply(
        Decision.NONE if unmet else Decision.ANSWER,
        title=answer.title,
        opening=led.opening,
        text=led.text,
        facts=_rows_beside(answer, led.opening) if whole else (),
        links=answer.links,
        contact=whom_to_ask(knowledge, answer),
        sources=(SourceLine(answer.plan.title, answer.section, answer.plan.url),),
        notes=plan_notes(knowledge, answer.plan),
        answer=answer,
        score=score,
        asks_feedback=True,
    )


def _rows_beside(answer: Answer, opening: str | None) -> tuple[tuple[str, str], ...]:
    """The rows shown under an answer, without the one that leads it."""
    rows = answer.facts if answer.kind in ("procedure", "office") else ()
    return tuple((name, value) for name, value in rows if f"{name}：{value}" != opening)


def suggestion_reply(knowledge: Knowledge, choices: Sequence[Choice], score: float | None, turn: int) -> Reply:
    return Reply(
        Decision.SUGGEST,
        text=say("suggest", turn),
        choices=tuple(choices),
        contact=knowledge.contact,
        notes=town_notes(knowledge),
        score=score,
    )


def next_best_reply(knowledge: Knowledge, choices: Sequence[Choice], sentence: str) -> Reply:
    """What else may help one whom an answer did not help: ``sentence`` says that this was heard."""
    reply = suggestion_reply(knowledge, choices, None, 0)
    return replace(reply, opening=sentence, text=say("next_best"))


def which_reply(knowledge: Knowledge, choices: Sequence[Choice]) -> Reply:
    """The choices again, to one who asked a side of none of them in particular."""
    return replace(suggestion_reply(knowledge, choices, None, 0), text=say("suggest_which"))


def none_reply(knowledge: Knowledge, score: float | None, turn: int, *, after_choices: bool = False) -> Reply:
    """Nothing fits: said openly, with whom to ask; never the same apology twice running."""
    first = say("none_of_these" if after_choices else "none", turn)
    sentences = [first, say("none_next", town=knowledge.town.name), say("kept_masked")]
    if not after_choices:
        sentences.append(say("none_rephrase"))
    return replace(_contact_reply(knowledge, Decision.NONE, "\n".join(sentences), score), is_apology=True)


def side_not_told_reply(knowledge: Knowledge, asked: Asked, near: Sequence[Choice], score: float) -> Reply:
    """No entry tells the fee, the day … that was asked: this said openly, with what there is on the same matter."""
    sentences = [told_nowhere(knowledge, asked), say("facet_missing_near" if near else "none_rephrase")]
    return replace(_contact_reply(knowledge, Decision.NONE, "\n".join(sentences), score), choices=tuple(near))


def other_town_reply(knowledge: Knowledge, place: str) -> Reply:
    """Another municipality's affairs: its own office, and the way to its answers where we have them."""
    served = knowledge.country.names.get(place)
    name = served or place
    key = "other_town_served" if served else "other_town"
    return Reply(
        Decision.NONE,
        text=say(key, town=knowledge.town.name, place=name),
        contact=Office(_OFFICE_NAMES[name[-1]].format(name), None) if name[-1] in _OFFICE_NAMES else None,
        elsewhere=(knowledge.country.codes[served], served) if served else None,
        notes=town_notes(knowledge),
        rule=Rule.OTHER_TOWN,
    )


_OFFICE_NAMES = dict.fromkeys("市区", "{}役所") | dict.fromkeys("町村", "{}役場") | dict.fromkeys("都府県", "{}庁")
"""What the office of a municipality or prefecture is called, by the last letter of its name."""


def handoff_reply(knowledge: Knowledge, key: str, turn: int = 0) -> Reply:
    return replace(_contact_reply(knowledge, Decision.HANDOFF, say(key, turn), None), rule=Rule.PERSON)


def reply_in_need(knowledge: Knowledge, need: Need) -> Reply:
    """What is said first in that need, and the numbers for it."""
    return emergency_reply(knowledge, _SENTENCES_IN_NEED.get(need, "emergency_first"), numbers_for(need))


def emergency_reply(knowledge: Knowledge, key: str, numbers: Iterable[EmergencyNumber]) -> Reply:
    """The numbers, and nothing that could stand between them and the person who needs them."""
    notes = town_notes(knowledge)
    return Reply(Decision.HANDOFF, text=say(key), numbers=tuple(numbers), notes=notes, rule=Rule.EMERGENCY)


def staff_chat_reply(knowledge: Knowledge, hours: int) -> Reply:
    """From now on staff answer, and nobody else."""
    reply = _contact_reply(knowledge, Decision.HANDOFF, say("staff_chat_begun", hours=hours), None)
    return replace(reply, rule=Rule.PERSON, staff_chat=StaffChatOffer.END)


def staff_chat_over_reply(knowledge: Knowledge) -> Reply:
    return replace(plain_reply(knowledge, "staff_chat_ended"), rule=Rule.PERSON)


def small_talk_reply(knowledge: Knowledge, key: str, turn: int = 0) -> Reply:
    text = say(key, turn, town=knowledge.town.name)
    steps = steps_on() if key == SmallTalk.HELP else ()
    return Reply(Decision.SMALLTALK, text=text, steps=steps, notes=town_notes(knowledge), rule=Rule.SMALL_TALK)


def plain_reply(knowledge: Knowledge, key: str, *, contact: bool = False) -> Reply:
    """A fixed sentence alone."""
    return Reply(
        Decision.SMALLTALK,
        text=say(key, town=knowledge.town.name),
        contact=knowledge.contact if contact else None,
        notes=town_notes(knowledge),
    )


def greeting_reply(knowledge: Knowledge) -> Reply:
    """The first words to a new friend: what can be asked, what not to write, some examples."""
    choices = tuple(Choice(entry_id, knowledge.answers[entry_id].title) for entry_id in first_questions(knowledge)[:5])
    greeting = knowledge.town.greeting or say("greeting_follow", town=knowledge.town.name)
    return Reply(
        Decision.SMALLTALK,
        text="\n".join((greeting, say("privacy_notice"), say("languages_hint"))),
        choices=choices,
        steps=steps_on(Onward.FREQUENT),
        notes=town_notes(knowledge),
    )


def first_questions(knowledge: Knowledge) -> list[str]:
    """The entries to begin with: those that staff chose, as far as they are published."""
    return [entry_id for entry_id in knowledge.town.examples if entry_id in knowledge.answers]


def details_reply(knowledge: Knowledge, answer: Answer) -> Reply:
    """「くわしく」: where in the plan an answer stands, and what else is known of it."""
    rows = [
        (say("source_label"), answer.plan.title),
        (say("section_label"), answer.section),
        (say("measure_label"), " ".join(filter(None, (answer.measure, answer.measure_title)))),
        (say("period_label"), answer.plan.period_text),
        (say("category_label"), answer.category),
        (say("checked_label"), date_name(answer.checked_on)),
    ]
    return Reply(
        Decision.ANSWER,
        title=say("more_title"),
        text=answer.title,
        facts=tuple((name, value) for name, value in rows if value),
        links=_with_source(answer),
        contact=whom_to_ask(knowledge, answer),
        notes=plan_notes(knowledge, answer.plan),
        told_of=answer.entry_id,
    )


def _with_source(answer: Answer) -> tuple[tuple[str, str], ...]:
    """The links of an answer, and where its plan can be read: LINE has no other place for that address."""
    if not answer.plan.url or any(url == answer.plan.url for _, url in answer.links):
        return answer.links
    return (*answer.links, (answer.plan.short_title, answer.plan.url))


def office_reply(knowledge: Knowledge, answer: Answer | None, sentence: str | None = None) -> Reply:
    """Whom to ask, with a number where a source prints one."""
    contact = whom_to_ask(knowledge, answer) if answer else knowledge.contact
    return Reply(
        Decision.HANDOFF,
        opening=sentence,
        text=say("none_next", town=knowledge.town.name),
        contact=contact,
        notes=town_notes(knowledge),
        rule=Rule.CONTACT,
    )


def simpler_reply(knowledge: Knowledge, answer: Answer, led: str | None) -> Reply:
    """To one who did not understand an answer: the same in やさしい日本語, else whom to ask.

    ``led``: what the last reply began with, since what is simple already is not said a second time.
    """
    written = answer.translations.get(EASY) if current() == DEFAULT else None
    opening = say("said_simply")
    if written is None or led == opening:
        reply = office_reply(knowledge, answer)
        return replace(reply, text=say("not_understood", office=whom_to_ask(knowledge, answer).department))
    reply = answer_reply(knowledge, answer, None)
    return replace(reply, title=written.title, opening=opening, text=written.text, facts=())


def voiceless_reply(knowledge: Knowledge, answer: Answer | None, *, ways_known: bool) -> Reply:
    """To one who cannot telephone, or will not: that there are other ways, which the reply's contact then shows."""
    reply = office_reply(knowledge, answer)
    return replace(reply, text=say("voiceless" if ways_known else "voiceless_unknown", town=knowledge.town.name))


def ask_what_reply(knowledge: Knowledge) -> Reply:
    """A message that only makes sense after another, and there was none."""
    notes = town_notes(knowledge)
    return Reply(Decision.NONE, text=say("ask_what"), contact=knowledge.contact, notes=notes, rule=Rule.UNCLEAR)


def nothing_more_reply(knowledge: Knowledge, answer: Answer) -> Reply:
    """A follow-up that the last answer has nothing on."""
    text = "\n".join((say("follow_up_missing", title=answer.title), say("none_next", town=knowledge.town.name)))
    contact = whom_to_ask(knowledge, answer)
    return Reply(Decision.NONE, text=text, contact=contact, notes=town_notes(knowledge))


def without_paused(knowledge: Knowledge, reply: Reply, paused: Collection[str]) -> Reply:
    """``reply``; where its entry is ``paused``, that it is, and whom to ask instead."""
    entry_id = reply.answer.entry_id if reply.answer else reply.told_of
    if entry_id not in paused:
        return reply
    return Reply(
        Decision.HANDOFF,
        text=say("paused"),
        contact=reply.contact or knowledge.contact,
        notes=town_notes(knowledge),
        rule=Rule.PAUSED,
    )


def with_opening(reply: Reply, sentence: str) -> Reply:
    """``reply`` with one more sentence before it."""
    return replace(reply, opening="\n".join(filter(None, (sentence, reply.opening))))


def saying_first(reply: Reply, key: str) -> Reply:
    """``reply`` with a fixed sentence before it, in its language."""
    return with_opening(reply, say(key, language=reply.language))


def plain_text(reply: Reply) -> str:
    """Everything that a resident reads, as plain text."""
    with speaking(reply.language):
        return _plain_text(reply)


def _plain_text(reply: Reply) -> str:
    parts = [reply.opening or "", reply.title or "" if reply.rule is Rule.BROWSING else "", reply.text]
    parts.append("\n".join(f"・{name}：{value}" for name, value in reply.facts))
    parts.append("\n".join(f"・{number.name}：{number.number}" for number in reply.numbers))
    parts.append("\n".join(f"{place}. {choice.title}" for place, choice in enumerate(reply.choices, 1)))
    if offers_none_of_these(reply):
        parts.append(f"{len(reply.choices) + 1}. {say('none_of_these_label')}")
    numbered = not reply.choices
    parts.append(
        "\n".join(f"{f'{n}. ' if numbered else '→ '}{_of_step(one)}" for n, one in enumerate(reply.shelves, 1))
    )
    parts.append("\n".join(f"→ {_of_step(step)}" for step in reply.steps))
    parts.append("\n".join(f"・{mode.label}" for mode in reply.modes))
    parts.append("\n".join(f"{label}：{url}" for label, url in reply.links))
    if reply.contact and reply.decision is not Decision.SMALLTALK:
        parts.append(contact_sentence(reply.contact))
    parts.append("\n".join(ways_lines(reply.ways)))
    parts.append("\n".join(source_sentence(source) for source in reply.sources))
    parts.append("\n".join(reply.notes))
    return "\n\n".join(part for part in parts if part)


def _of_step(step: Step) -> str:
    return f"{step.label}（{step.beside}）" if step.beside else step.label


def contact_sentence(office: Office) -> str:
    if office.telephone:
        return say("contact", department=office.department, telephone=office.telephone)
    return say("contact_no_telephone" if office.in_plan else "contact_unknown_telephone", department=office.department)


def ways_lines(ways: Ways) -> list[str]:
    """What leads there without a voice, a line each, under a line that says so."""
    named = {"way_form": ways.form, "way_email": ways.email, "way_fax": ways.fax}
    lines = [f"・{say(key)}：{value}" for key, value in named.items() if value]
    return [say("ways"), *lines] if lines else []


def source_sentence(source: SourceLine) -> str:
    return say("source_section", plan=source.plan, section=source.section)


def _contact_reply(knowledge: Knowledge, decision: Decision, text: str, score: float | None) -> Reply:
    return Reply(decision, text=text, contact=knowledge.contact, notes=town_notes(knowledge), score=score)


def plan_notes(knowledge: Knowledge, plan: SourcePlan) -> tuple[str, ...]:
    """What must be known of the plan behind a reply."""
    notes = []
    if plan.draft:
        notes.append(say("draft"))
    if plan.ended:
        notes.append(say("period_over", period=plan.period_text))
    return (*notes, *town_notes(knowledge))


def town_notes(knowledge: Knowledge) -> tuple[str, ...]:
    return (say("sample", town=knowledge.town.name),) if knowledge.town.sample else ()
