"""A question in, a reply out: the one use case, shared by every channel.

Nothing here reads or writes: a channel brings the knowledge and what the dialogue was about,
and keeps what comes back.
"""

from __future__ import annotations

import re
import time
from collections.abc import Collection
from dataclasses import dataclass, replace

from bot.browsing import wished_through
from bot.circumstances import ANY_TIME, Circumstances
from bot.contacts import contact_asked, contact_entry, contact_reply, matter_reply
from bot.delicate_replies import as_it_is_kept, only_what_is_on_it
from bot.dialogue import (
    NEW_DIALOGUE,
    Again,
    Chosen,
    Dialogue,
    FollowUp,
    Fresh,
    More,
    NextRows,
    NoneOfThese,
    Others,
    OtherTopic,
    Simpler,
    Turn,
    Unclear,
    asks_of_the_last,
    read_turn,
)
from bot.follow_ups import (
    Said,
    asked_of_topic,
    follow_up,
    of_the_topic_before,
    other_topic,
    others_of,
    told_by_a_choice,
    understood_from,
)
from bot.judgements import without_judging, without_judging_abroad
from bot.languages import held_in, searched, tongue_of
from bot.leads import reach_sentence
from bot.listing import listed, next_rows, row_asked, rows_to_choose, same_rows
from bot.modes import wish_reply, wished_readings
from bot.opening import opening_asked, opening_reply, with_opening_hours
from bot.replies import (
    Choice,
    Reply,
    Rule,
    answer_reply,
    ask_what_reply,
    details_reply,
    handoff_reply,
    none_reply,
    office_reply,
    other_town_reply,
    plain_reply,
    reply_in_need,
    saying_first,
    simpler_reply,
    small_talk_reply,
    which_reply,
    without_paused,
)
from bot.subjects import with_office_for, with_right_office
from bot.typed_labels import begins_talk, ends_talk
from bot.ways import with_ways, without_voice
from bot.weighing import score_of, verdict_reply, weigh
from bot.wording import EASY, say
from intents.contacts import matter_asked
from intents.decision import Decision, Policy, Verdict
from intents.delicate import Matter, delicate_matter
from intents.emergencies import emergency
from intents.facets import PHRASES, REACHING, Asked, Facet, asked_facet, asked_facets, read_question, topic_nouns
from intents.fragments import is_hollow
from intents.handoff import Wish, is_of_mourning, wish
from intents.judgements import asked_of_all, judgement
from intents.language import JAPANESE
from intents.language_wishes import wished_language
from intents.leads import first_told, without_yes_or_no
from intents.mode_wishes import ModeWish, wished_mode
from intents.personal_data import mask
from intents.small_talk import SmallTalk, small_talk, without_opening
from intents.subjects import subjects_named
from intents.text import MAX_QUESTION, clean, normalize, shorten
from intents.voiceless import asks_without_voice
from intents.years import fiscal_years, without_years
from knowledge.calendar import fiscal_year_of
from knowledge.corpus import Knowledge
from knowledge.emergency_numbers import numbers_for_wish

_JAPANESE_AGAIN: dict[ModeWish | None, str | None] = {ModeWish.EASY_OFF: JAPANESE, ModeWish.EASY_ON: EASY}
_TOLD_DATA = re.compile(r"(?<![^。、\n?？])[^。、\n?？]*〔[^〕]{1,20}〕[^。、\n?？]*+(?:[。、\n]|$)")
_MOST_SIDES = 2
"""A message that asks for as many sides (目標は何年度まで) makes one of them its topic."""
_ASKING = (Fresh, Unclear, FollowUp, OtherTopic)
"""Turns in which something is asked in words of one's own."""
_WISH_SENTENCES = {
    Wish.PERSON: "handoff_person",
    Wish.COMPLAINT: "handoff_complaint",
    Wish.WANT: "handoff_want",
    Wish.LONELY: "handoff_lonely",
}
"""Who mourns may find what follows on a death, and is looked for first."""


@dataclass(frozen=True)
class Outcome:
    """A reply, what the dialogue is about now, and what the log shall say of it.

    ``delicate``: the matter for which nobody keeps a word of the question, the dialogue neither.
    """

    question: str
    reply: Reply
    dialogue: Dialogue
    language: str
    index_version: int
    elapsed_ms: float
    delicate: Matter | None = None

    @property
    def entry_id(self) -> str | None:
        return self.reply.answer.entry_id if self.reply.answer else self.reply.list_id


def answer(
    knowledge: Knowledge,
    raw: str,
    before: Dialogue = NEW_DIALOGUE,
    policy: Policy | None = None,
    language: str | None = None,
    around: Circumstances = ANY_TIME,
) -> Outcome:
    """What ``knowledge`` has to say to ``raw``, after the turns that ``before`` remembers.

    ``policy``: another than the municipality's own, to see what it would do.  ``language``: the
    one that the resident has chosen for the reply.  ``around``: what holds when it is said.
    """
    begun = time.perf_counter()
    question = shorten(clean(raw))
    wished, asked = wished_language(question)
    mode, asked = wished_mode(asked)
    wished, before = _JAPANESE_AGAIN.get(mode, wished), wished_readings(before, mode)
    tongue = tongue_of(knowledge.town, asked or question, before, wished or language)
    words = searched(knowledge, asked, tongue)
    policy = policy or knowledge.town.policy
    matter = delicate_matter(question)

    def make() -> tuple[Reply, Dialogue]:
        if (wished or mode) and not asked:
            return wish_reply(knowledge, mode, before, spoken=tongue.wanted == tongue.reply), before
        said = _in_grief(knowledge, asked, _reply(knowledge, asked, words, before, policy, around))
        reply, after = only_what_is_on_it(knowledge, matter, *said, before)
        reply = as_it_is_kept(with_right_office(knowledge, words, reply), matter)
        reply = _by_way_of_the_hall(knowledge, asked, reply)
        found = in_these(around, knowledge, reply)
        return found, _remembering_the_lead(_remembering_the_topic(after, found, words, before), found)

    reply, dialogue = held_in(knowledge, tongue, make)
    if matter is not None:
        dialogue = replace(dialogue, topic=None)
    elapsed_ms = (time.perf_counter() - begun) * 1000
    return Outcome(question, reply, dialogue, tongue.spoken, knowledge.version, elapsed_ms, matter)


def _remembering_the_topic(after: Dialogue, reply: Reply, words: str, before: Dialogue) -> Dialogue:
    """What the choices are about; a side asked of them (「何人？」) names nothing, and leaves it as it was."""
    if not reply.choices or reply.rule is Rule.BROWSING:
        return replace(after, subjects=(), topic=None)
    topic = " ".join(topic_nouns(words)) or before.topic
    return replace(after, subjects=reply.subjects or before.subjects, topic=topic)


def _remembering_the_lead(after: Dialogue, reply: Reply) -> Dialogue:
    """What an entry's answer was led by, to say of it that it was read where it tells another side, too."""
    first = reply.opening or without_yes_or_no(first_told(reply.text))
    return replace(after, led=first if reply.answer else None)


def in_these(around: Circumstances, knowledge: Knowledge, reply: Reply) -> Reply:
    """``reply`` as it is in these circumstances: nothing that is paused, and how and when somebody can be asked."""
    reachable = with_ways(knowledge, without_paused(knowledge, reply, around.paused))
    return with_opening_hours(knowledge, reachable, around.moment)


def answer_masked(
    knowledge: Knowledge,
    raw: str,
    before: Dialogue = NEW_DIALOGUE,
    public_numbers: Collection[str] = (),
) -> tuple[Outcome, bool]:
    """The same for words that nobody has masked yet; whether there was personal data in them."""
    masked = mask(shorten(clean(raw), 2 * MAX_QUESTION), public_numbers=public_numbers)
    outcome = answer(knowledge, masked.text, before)
    if masked.found:
        outcome = replace(outcome, reply=saying_first(outcome.reply, "personal_data"))
    return outcome, masked.found


def show_entry(knowledge: Knowledge, entry_id: str, before: Dialogue = NEW_DIALOGUE) -> tuple[Reply, Dialogue]:
    """The answer that a resident chose from a list."""
    found = knowledge.answers.get(entry_id)
    if found is None:
        return plain_reply(knowledge, "gone"), before
    asked = Asked(found.title, Facet(before.facet), open=True) if before.facet and before.offered else None
    score = before.score if any(entry_id == one for one, _ in before.offered) else None
    rest = tuple(one for one in before.offered if one[0] != entry_id)
    among = before.chosen_from if rest == before.offered else before.offered
    after = replace(
        before,
        entry_id=entry_id,
        offered=(),
        misses=0,
        listing=None,
        score=score,
        next_best=rest,
        next_of=entry_id,
        chosen_from=among,
    )
    return answer_reply(knowledge, found, score, asked), after


def refuse_choices(knowledge: Knowledge, before: Dialogue) -> tuple[Reply, Dialogue]:
    """「この中にない」: said openly, with whom to ask."""
    reply = with_office_for(knowledge, before.subjects, none_reply(knowledge, None, before.misses, after_choices=True))
    return reply, replace(before, offered=(), misses=before.misses + 1)


def _reply(
    knowledge: Knowledge, typed: str, question: str, before: Dialogue, policy: Policy, around: Circumstances
) -> tuple[Reply, Dialogue]:
    """``question``: what was ``typed``, in Japanese words."""
    through = wished_through(knowledge, typed, before, around.paused)
    if through is not None:
        return through
    before = replace(before, browsed=None)
    person = _for_a_person(knowledge, typed, before)
    if person is not None:
        return person, replace(before, offered=(), sorry=before.sorry + 1)
    asked = opening_asked(knowledge, without_opening(question), before)
    if asked is not None:
        about = replace(before, entry_id=None, offered=(), facet=Facet.HOURS, listing=None, misses=0)
        return opening_reply(knowledge, asked, around.moment), about
    said = _of_turn(knowledge, typed, question, before, policy)
    return without_judging_abroad(knowledge, typed, question, said, before)


def _of_turn(knowledge: Knowledge, typed: str, question: str, before: Dialogue, policy: Policy) -> Said:
    turn = _of_its_use(_turn(typed, question, before), question, before)
    if isinstance(turn, _ASKING) and (said := _for_a_contact(knowledge, question, turn, before, policy)):
        return said
    match turn:
        case Chosen(entry_id):
            return show_entry(knowledge, entry_id, before)
        case NextRows():
            return next_rows(knowledge, before)
        case NoneOfThese():
            return refuse_choices(knowledge, before)
        case FollowUp(entry_id, text) if entry_id in knowledge.answers:
            return _follow_up(knowledge, entry_id, text, before, policy)
        case More() | Simpler() | Again() | Others() if (said := _of_the_last(knowledge, turn, before)) is not None:
            return said
        case OtherTopic(topic, facet) if knowledge.places.other_place(topic) is None:
            return _other_topic(knowledge, question, topic, Facet(facet), before, policy)
        case Unclear() if before.offered or len(asked_facets(question)) < _MOST_SIDES:
            return _unclear(knowledge, question, before, policy)
        case _:
            return _fresh(knowledge, question, before, policy)


def _of_the_last(knowledge: Knowledge, turn: More | Simpler | Again | Others, before: Dialogue) -> Said | None:
    """What was said last: more of it, in simpler words, again, or what there is beside it."""
    if isinstance(turn, Again):
        return _said_again(knowledge, before)
    last = knowledge.answers.get(turn.entry_id)
    if last is None:
        return None
    match turn:
        case More():
            return details_reply(knowledge, last), before
        case Simpler():
            return simpler_reply(knowledge, last, before.led), before
        case Others():
            return others_of(knowledge, last, before)


def _said_again(knowledge: Knowledge, before: Dialogue) -> Said | None:
    """「もう一回言って」: the choices, the page of the list or the answer that was shown last."""
    if before.offered:
        return which_reply(knowledge, tuple(Choice(*one) for one in before.offered)), before
    if before.listing is not None:
        return same_rows(knowledge, before)
    last = knowledge.answers.get(before.entry_id or "")
    asked = Asked(last.title, Facet(before.facet), open=True) if last and before.facet else None
    return (answer_reply(knowledge, last, before.score, asked), before) if last else None


def _of_its_use(turn: Turn, question: str, before: Dialogue) -> Turn:
    """「何ができる？」 after an answer or choices, which names nothing and asks for no side, is about them."""
    if not isinstance(turn, Fresh) or small_talk(question) is not SmallTalk.HELP:
        return turn
    return FollowUp(before.entry_id, question) if before.entry_id and not before.offered else Unclear()


def _for_a_contact(knowledge: Knowledge, question: str, turn: Turn, before: Dialogue, policy: Policy) -> Said | None:
    """Whom to ask and how to reach them, where nothing else is asked; after an answer, of its office."""
    if isinstance(turn, OtherTopic):
        question = f"{turn.topic}の{PHRASES.get(Facet(turn.facet), '')}"
    asked = contact_asked(knowledge, without_opening(question))
    if knowledge.places.other_place(question) is not None:
        return None
    if asked is None:
        return _for_a_matter(knowledge, without_opening(question), before, policy)
    if asked.bare and before.offered and isinstance(turn, Unclear):
        return None  # one of the choices may tell it
    if asked.bare and before.entry_id and before.entry_id in knowledge.answers:
        told = question if asked_facet(question) is asked.side else PHRASES[asked.side]
        return _follow_up(knowledge, before.entry_id, told, before, policy)
    after = replace(before, offered=(), facet=asked.side, listing=None, misses=0)
    side = Asked(question, asked.side, open=True)
    verdict = None if isinstance(turn, Unclear) else weigh(knowledge, side, policy)
    found = contact_entry(knowledge, asked, verdict) if verdict else None
    if found is None or verdict is None:
        return contact_reply(knowledge, asked), after
    score = score_of(verdict, found.entry_id)
    reply = replace(answer_reply(knowledge, found, score, side), rule=Rule.CONTACT)
    return reply, replace(after, entry_id=found.entry_id, score=score)


def _for_a_matter(knowledge: Knowledge, question: str, before: Dialogue, policy: Policy) -> Said | None:
    """Whom to ask about a subject, where nothing else is asked and the municipality has named an office for it."""
    asked = matter_asked(question)
    if asked is None or not knowledge.subjects or not subjects_named(asked.matter):
        return None
    side = Asked(question, asked.side, open=True)
    reply = matter_reply(knowledge, question, weigh(knowledge, side, policy))
    return (reply, replace(before, offered=(), facet=asked.side, listing=None, misses=0)) if reply else None


def _turn(typed: str, question: str, before: Dialogue) -> Turn:
    """What a message means: a number or a title as it was typed, all else by its Japanese words."""
    if typed != question and normalize(typed) == normalize(say("none_of_these_label")):
        return NoneOfThese()
    named = read_turn(typed, before) if typed != question else None
    return named if isinstance(named, Chosen | NextRows | NoneOfThese) else read_turn(question, before)


def _unclear(knowledge: Knowledge, question: str, before: Dialogue, policy: Policy) -> tuple[Reply, Dialogue]:
    """A number without a list, a side without a topic: asked back, and the side kept in mind."""
    facet = asked_facet(question)
    if facet in REACHING:
        return office_reply(knowledge, None, reach_sentence(knowledge, knowledge.contact, facet)[0]), before
    about = replace(before, facet=facet or before.facet)
    if before.offered:
        told = told_by_a_choice(knowledge, question, before, policy) or asked_of_topic(
            knowledge, question, before, policy
        )
        if told is not None:
            return told
        again = tuple(Choice(entry_id, title) for entry_id, title in before.offered)
        return which_reply(knowledge, again), about
    row = row_asked(knowledge, question, before)
    if row is not None:
        reply, after = show_entry(knowledge, row, before)
        return reply, replace(after, listing=before.listing)
    rows = listed(knowledge, question, before)
    return rows or rows_to_choose(knowledge, about) or (ask_what_reply(knowledge), about)


def _for_a_person(knowledge: Knowledge, question: str, before: Dialogue) -> Reply | None:
    """Emergencies first, then those who want somebody to talk to, then small talk."""
    need = emergency(question)
    if need is not None:
        return reply_in_need(knowledge, need)
    kind = small_talk(question)
    if kind is SmallTalk.HELP and asks_of_the_last(question, before):
        return None
    if kind is not None:
        return small_talk_reply(knowledge, SmallTalk(kind).value, before.sorry)
    if asks_without_voice(question):
        return without_voice(knowledge, before)
    if ends_talk(question):  # where one runs it was heard before
        return small_talk_reply(knowledge, SmallTalk.FAREWELL.value)
    wished = wish(question) or (Wish.PERSON if begins_talk(question) else None)
    if wished is Wish.PERSON and knowledge.town.staff_chat_hours is not None:
        return handoff_reply(knowledge, "handoff_staff", before.sorry)
    if wished not in _WISH_SENTENCES:
        return None
    return replace(handoff_reply(knowledge, _WISH_SENTENCES[wished], before.sorry), numbers=numbers_for_wish(wished))


def _by_way_of_the_hall(knowledge: Knowledge, typed: str, reply: Reply) -> Reply:
    """Who mourns, is in want or lonely is not sent to whoever wrote the plan, where the hall can be called."""
    is_sent_there = reply.rule is Rule.PERSON and reply.contact == knowledge.contact
    if not is_sent_there or not knowledge.hall.telephone or wish(typed) not in (Wish.GRIEF, Wish.WANT, Wish.LONELY):
        return reply
    return replace(reply, contact=knowledge.hall)


def _in_grief(knowledge: Knowledge, typed: str, said: Said) -> Said:
    """Whoever only says that somebody died is met kindly, and with nothing that has nothing to do with it."""
    reply, after = said
    if reply.rule is Rule.EMERGENCY or wish(typed) is not Wish.GRIEF:
        return said
    told = [reply.answer.title] if reply.answer else [choice.title for choice in reply.choices]
    if any(map(is_of_mourning, told)):
        return saying_first(reply, "condolence"), after
    return handoff_reply(knowledge, "handoff_grief"), replace(after, entry_id=None, offered=())


def _fresh(knowledge: Knowledge, question: str, before: Dialogue, policy: Policy) -> tuple[Reply, Dialogue]:
    text = _without_personal_data(without_opening(question))
    if is_hollow(text):
        return small_talk_reply(knowledge, SmallTalk.EMPTY.value), before
    place = knowledge.places.other_place(text)
    if place is not None and place.served:
        return other_town_reply(knowledge, place.name), replace(before, offered=())
    if place is None:
        rows = listed(knowledge, text, before)
        if rows is not None:
            return rows
    asked = read_question(text, fiscal_year_of(knowledge.day))
    verdict = _or_of_all(knowledge, text, weigh(knowledge, asked, policy), policy)
    if place is not None and not _speaks_of(verdict, place.name):
        return other_town_reply(knowledge, place.name), replace(before, offered=())
    last = knowledge.answers.get(before.entry_id or "")
    said = (last and understood_from(knowledge, last, text, before, policy, verdict)) or of_the_topic_before(
        knowledge, last, text, before, policy, verdict
    )
    return without_judging(knowledge, text, said or verdict_reply(knowledge, verdict, asked, before), before)


def _or_of_all(knowledge: Knowledge, text: str, verdict: Verdict, policy: Policy) -> Verdict:
    """``verdict``, or what is told to everybody, where only the circumstances of the one who asks hide it.

    Choices stay, unless that very entry is one of them: a circumstance may be what the rest is about.
    """
    kind = judgement(text)
    if verdict.decision is Decision.ANSWER or kind is None or not kind.of_one_person:
        return verdict
    general = asked_of_all(text)
    if general is None:
        return verdict
    told = weigh(knowledge, read_question(general, fiscal_year_of(knowledge.day)), policy)
    if told.decision is not Decision.ANSWER or told.chosen is None:
        return verdict
    offered = [choice.document.id for choice in verdict.choices] if verdict.decision is Decision.SUGGEST else []
    return told if not offered or told.chosen.document.id in offered else verdict


def _without_personal_data(text: str) -> str:
    """``text`` without the sentences that only told who is asking (電話は〔電話番号〕です)."""
    rest = _TOLD_DATA.sub("", text).strip()
    return rest or text


def _speaks_of(verdict: Verdict, place: str) -> bool:
    """Whether the municipality's own answer is about ``place`` (its plan names neighbours, too) and all else asked."""
    first = verdict.chosen or (verdict.choices[0] if verdict.choices else None)
    if first is None or first.features.missing:
        return False
    document = first.document
    return any(place in normalize(text) for text in (*document.wordings, document.answer))


def _follow_up(
    knowledge: Knowledge, entry_id: str, text: str, before: Dialogue, policy: Policy
) -> tuple[Reply, Dialogue]:
    place = knowledge.places.other_place(text)
    if place is not None:
        return other_town_reply(knowledge, place.name), before
    said = follow_up(knowledge, knowledge.answers[entry_id], text, before, policy)
    return without_judging(knowledge, text, said, before)


def _other_topic(
    knowledge: Knowledge, question: str, topic: str, facet: Facet, before: Dialogue, policy: Policy
) -> tuple[Reply, Dialogue]:
    rows = listed(knowledge, question, before)
    if rows is not None:
        return rows
    last = knowledge.answers.get(before.entry_id or "")
    if last is not None and fiscal_years(topic, 0) and not without_years(topic):
        return _follow_up(knowledge, last.entry_id, topic, before, policy)
    return without_judging(knowledge, question, other_topic(knowledge, last, topic, facet, before, policy), before)
