"""What is said to a short question that only makes sense after an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from bot.dialogue import LONGEST_FOLLOW_UP, Dialogue
from bot.leads import Lead, follow_up_lead, is_missing, lead, missing_sentence
from bot.listing import listed
from bot.replies import Choice, Reply, answer_reply, led_reply, nothing_more_reply, suggestion_reply, with_opening
from bot.same_matter import held_share, is_akin, is_same_matter, shared_of_last
from bot.weighing import SUITED, TOLD_EVERYWHERE, facet_bonus, verdict_reply, weigh
from bot.wording import DEFAULT, current, say
from intents.decision import STANDARD, Decision, Policy, Verdict
from intents.facets import (
    FIGURES,
    PHRASES,
    REACHING,
    Asked,
    Facet,
    asked_facet,
    kind_suits,
    names_only_an_act,
    read_question,
    topic_nouns,
    without_reference,
)
from intents.leads import (
    counts_what_is_asked,
    facet_of_title,
    facets_spoken_of,
    leading_sentence,
    loosely_told,
    silence_on,
    split_sentences,
)
from intents.plan_names import THE_PLAN, as_the_plan
from intents.ranker import Candidate, rank
from intents.text import normalize
from intents.years import fiscal_years
from knowledge.answers import FACETS, Answer
from knowledge.calendar import fiscal_year_of
from knowledge.corpus import Knowledge

Said = tuple[Reply, Dialogue]

_ITS_OWN = REACHING | {Facet.OFFICE, Facet.MEANING, Facet.METHOD}
"""What is asked of the last answer and of no other."""
_JUST_WHEN = re.compile(
    r"^(?:いつ|何年)(?:の?(?:時点|現在|調査|データ|こと|話|数字|値|もの))?(?:のこと)?(?:です|なの|なん|や|の|だ)?か?[?。]*$"
)
_TOLD = frozenset({"plan", "procedure", "indicator"})
"""Kinds of knowledge that tell of a matter itself."""
_OF_THE_LAST = REACHING | {Facet.OFFICE, Facet.MEANING}
"""What no other answer on the same matter tells of it."""
_SINCE = re.compile("から|始ま|はじま|開始|年|月")
_BEGUN = re.compile("(?:年度?|月)から|始ま|はじま|開始")
"""Who asks since when is told by what has begun before what a schedule has a row for."""
_OF_INDICATORS = frozenset({Facet.GOAL, Facet.CURRENT, Facet.PERCENT})
"""What an indicator is there to tell, and says openly where the plan does not."""
_SURE = _OF_INDICATORS | {Facet.FEE, Facet.VALIDITY, Facet.HOURS}
"""Told by values that no sentence has in passing."""
_HARDLY, _MOST, _NEARLY_ALL = 0.1, 0.5, 0.75
_ROLE = re.compile("(?:長|者|トップ|メンバー)は")
_DENIED = re.compile("ない|難し|むずかし|遅れ|少な")
_ITS_GOAL = 0.9
"""The share of an indicator's name that an answer must speak of for its year to be that answer's end."""


def follow_up(knowledge: Knowledge, last: Answer, text: str, before: Dialogue, policy: Policy) -> Said:
    """A side of what was answered last; with words of its own, a question about both."""
    asked = read_question(text, fiscal_year_of(knowledge.day))
    if asked.facet is None and not asked.years:
        return _about_both(knowledge, last, asked, before, policy)
    asked = replace(asked, facet=_side_meant(asked, before))
    asked = replace(asked, text=f"{last.title} {text}")
    about = replace(before, facet=asked.facet, offered=(), listing=None, misses=0)
    whole = _of_all(knowledge, text, before) if _leaves_to_the_plan(knowledge, last, asked) else None
    if whole is not None:
        return whole
    dated = _date_of_figure(knowledge, last, asked, before) if _asks_its_date(text, before) else None
    if dated is not None:
        return led_reply(knowledge, last, _as_said(dated, asked, before), before.score), about
    own = None if _is_of_its_goal(last, asked) else follow_up_lead(knowledge, last, asked)
    if own is not None and own.known:
        return led_reply(knowledge, last, _as_said(own, asked, before), before.score), about
    hours = _hours_meant(last, asked)
    if hours is not None:
        return led_reply(knowledge, last, hours, before.score), replace(about, facet=Facet.HOURS)
    missing = missing_sentence(knowledge, last, asked)
    says_so = own is not None and not own.known and own.opening != missing
    stays = says_so and last.kind == "indicator"
    related = None if stays else _related(knowledge, last, asked, asked.facet, telling=says_so)
    if related is not None:
        reply = answer_reply(knowledge, related, before.score, asked)
        # What only says that the plan is silent is left again: the next side is asked of the matter itself.
        return reply, about if related.kind == "silent" else replace(about, entry_id=related.entry_id)
    whole = None if says_so else _of_all(knowledge, text, before)
    return _beside_its_own(last, asked, whole) if whole else _missed(knowledge, last, asked, own, about, before)


def _missed(
    knowledge: Knowledge, last: Answer, asked: Asked, own: Lead | None, about: Dialogue, before: Dialogue
) -> Said:
    """What may well tell a side that nothing tells, else that it is not told."""
    missing = missing_sentence(knowledge, last, asked)
    says_so = own is not None and not own.known and own.opening != missing
    loosely = None if says_so else loosely_told(last.text, asked)
    if loosely is not None:
        return led_reply(knowledge, last, Lead(loosely, ""), before.score), about
    if own is None or own.opening == missing or _was_said(own, before):
        own = Lead(missing_sentence(knowledge, last, asked, again=before.misses > 0), "", known=False)
    return led_reply(knowledge, last, own, before.score), replace(about, misses=before.misses + 1)


def _leaves_to_the_plan(knowledge: Knowledge, last: Answer, asked: Asked) -> bool:
    """Whether a side of an answer on the plan itself is one of the whole plan, unless its title asks for it."""
    return _is_of_the_plan(knowledge, last) and facet_of_title(last.title) is not asked.facet


def _is_of_the_plan(knowledge: Knowledge, last: Answer) -> bool:
    """Whether an answer is about the plan itself (計画の期間), and not about something in it."""
    names = tuple(name for plan in knowledge.plans for name in (plan.title, plan.short_title))
    title = as_the_plan(last.title, knowledge.town.name, names) or last.title
    return last.kind == "plan" and set(topic_nouns(title)) == {THE_PLAN}


def _of_all(knowledge: Knowledge, text: str, before: Dialogue) -> Said | None:
    """「目標は？」 of what has none of its own: all that the plan has, as with nothing before it."""
    if asked_facet(text) is not Facet.GOAL:
        return None
    return listed(knowledge, text, replace(before, entry_id=None, offered=(), listing=None, years=()))


def _beside_its_own(last: Answer, asked: Asked, whole: Said) -> Said:
    """What the whole plan has, to one who asked it of a matter that has none: that is said first."""
    reply, after = whole
    if not reply.facts or asked.facet is None:
        return whole
    named = say(f"facet_name_{asked.facet.value}")
    return with_opening(reply, say("facet_of_the_plan", title=last.title, facet=named)), after


def _as_said(own: Lead, asked: Asked, before: Dialogue) -> Lead:
    """A sentence that tells this side, too, and was read just now, with a word that it was."""
    said = own.opening and (before.led or "").endswith(own.opening) and asked.facet != before.facet
    return replace(own, opening=say("as_said", sentence=own.opening)) if said and current() == DEFAULT else own


def _hours_meant(last: Answer, asked: Asked) -> Lead | None:
    """「いつ使える？」 of what has no beginning, but hours."""
    found = leading_sentence(last.text, replace(asked, facet=Facet.HOURS)) if asked.facet is Facet.WHEN else None
    asks_since = found is None or asked.years or _SINCE.search(asked.text)
    return None if asks_since or found is None or found.silent else Lead(found.sentence, "")


def _is_of_its_goal(last: Answer, asked: Asked) -> bool:
    """Whether 「いつから？」 would be told the year of an indicator's goal, which is no beginning."""
    return last.kind == "indicator" and asked.facet is Facet.WHEN and bool(_SINCE.search(asked.text))


def _was_said(own: Lead, before: Dialogue) -> bool:
    """Whether what says that something is not told was read just now, when another side was asked."""
    return not own.known and own.opening is not None and before.led == own.opening


def _side_meant(asked: Asked, before: Dialogue) -> Facet | None:
    """The side asked now, else the one before.  「それはいつ？」 of a goal asks for its year."""
    last = Facet(before.facet) if before.facet else None
    if last is Facet.GOAL and _asks_its_date(asked.text, before):
        return Facet.DEADLINE
    return asked.facet or last


def _asks_its_date(text: str, before: Dialogue) -> bool:
    """Whether 「それはいつ？」 is asked of a figure told just before."""
    rest, _ = without_reference(text)
    return before.facet in FIGURES and bool(_JUST_WHEN.match(rest))


def _date_of_figure(knowledge: Knowledge, last: Answer, asked: Asked, before: Dialogue) -> Lead | None:
    """The sentence that told the figure, where it names the day itself."""
    told = follow_up_lead(knowledge, last, replace(asked, facet=Facet(before.facet or asked.facet or "")))
    sentence = told.opening if told is not None and told.known else None
    return Lead(sentence, "") if sentence and fiscal_years(sentence, 0) else None


def other_topic(
    knowledge: Knowledge, last: Answer | None, topic: str, facet: Facet, before: Dialogue, policy: Policy
) -> Said:
    """「コンビニは？」: the side that was asked last, of something else; where nothing tells that, the topic itself."""
    asked = Asked(topic, facet, open=True)
    if last is not None:
        own = _told_of(knowledge, last, topic, asked)
        if own is not None:
            return led_reply(knowledge, last, own, before.score), before
    sides = () if facet in _ITS_OWN else (PHRASES.get(facet, ""),)
    verdict = weigh(knowledge, replace(asked, text=" ".join((topic, *sides))), policy)
    if _carries(knowledge, verdict, topic, asked):
        return verdict_reply(knowledge, verdict, asked, before)
    alone = replace(asked, facet=None)
    if not (last and _is_on_both(knowledge, last, verdict, topic)):
        verdict = weigh(knowledge, alone, policy)
    return verdict_reply(knowledge, verdict, alone, before)


def _is_on_both(knowledge: Knowledge, last: Answer, verdict: Verdict, topic: str) -> bool:
    """「戸籍は？」 after コンビニ交付: whether what is found is of that topic on the matter spoken of."""
    chosen = verdict.chosen
    if chosen is None or not _names(chosen, topic):
        return False
    return shared_of_last(knowledge, last, knowledge.answers[chosen.document.id]) > _HARDLY


def _carries(knowledge: Knowledge, verdict: Verdict, topic: str, asked: Asked) -> bool:
    """Whether what is found for a topic is of that, and tells the side that was asked before, or is written for it."""
    if verdict.decision is Decision.NONE:
        return False
    found = (verdict.chosen,) if verdict.chosen else verdict.choices
    return any(_names(one, topic) and _tells_or_denies(knowledge, one, asked) for one in found)


def _tells_or_denies(knowledge: Knowledge, candidate: Candidate, asked: Asked) -> bool:
    """Whether an entry tells a side, or says itself that this is not known."""
    found = knowledge.answers[candidate.document.id]
    denies = asked.facet is not None and silence_on(found.text, asked.facet) is not None
    return denies or lead(knowledge, found, asked).known


def _names(candidate: Candidate, topic: str) -> bool:
    """Whether a candidate holds a topic by its nouns, itself or one of them as another word for it."""
    document = candidate.document
    held = normalize(" ".join((*document.wordings, document.answer)))
    return any(noun in held for noun in topic_nouns(topic) or (normalize(topic),))


def told_by_a_choice(knowledge: Knowledge, text: str, before: Dialogue, policy: Policy) -> Said | None:
    """A side or a year asked of choices: what is written for it answers, else the first choice where it tells it."""
    asked = read_question(text, fiscal_year_of(knowledge.day))
    if asked.facet is None and not asked.years:
        return None
    offered = [knowledge.answers[entry_id] for entry_id, _ in before.offered if entry_id in knowledge.answers]
    telling = [found for found in offered if _tells(knowledge, found, asked)]
    chosen = next((one for one in telling if asked.facet and _asks_for(one, asked.facet)), None)
    suiting = [found for found in telling if asked.facet and kind_suits(asked.facet, found.kind)]
    if chosen is None and len(suiting) == 1:
        chosen = suiting[0]
    if chosen is None and asked.facet and (said := _written_for_the_topic(knowledge, text, before, policy)):
        return said
    if chosen is None:
        chosen = next((one for one in offered[:1] if one in telling), None)
    if chosen is None and asked.years:
        chosen = next(iter(telling), None)
    if chosen is None and asked.facet:
        chosen = next((one for one in offered[:1] if silence_on(one.text, Facet(asked.facet))), None)
        instead = telling if asked.facet in TOLD_EVERYWHERE else []
        chosen = instead[0] if chosen and len(instead) == 1 else chosen
    if chosen is None:
        return None
    about = replace(before, entry_id=chosen.entry_id, facet=asked.facet, offered=(), listing=None, misses=0)
    if asked.years:
        led = follow_up_lead(knowledge, chosen, asked)
        return (led_reply(knowledge, chosen, led, before.score), about) if led else None
    side = replace(asked, text=f"{chosen.title} {text}")
    return answer_reply(knowledge, chosen, before.score, side), about


def _written_for_the_topic(knowledge: Knowledge, text: str, before: Dialogue, policy: Policy) -> Said | None:
    """What answers the side asked of the topic of the choices, where it was written for that very side."""
    if before.topic is None:
        return None
    asked = read_question(f"{before.topic} {text}", fiscal_year_of(knowledge.day))
    verdict = weigh(knowledge, asked, policy)
    chosen = verdict.chosen
    if chosen is None or asked.facet is None or not _asks_for(knowledge.answers[chosen.document.id], asked.facet):
        return None
    return verdict_reply(knowledge, verdict, asked, before)


def _tells(knowledge: Knowledge, found: Answer, asked: Asked) -> bool:
    told = follow_up_lead(knowledge, found, replace(asked, text=f"{found.title} {asked.text}"))
    return told is not None and told.known


def asked_of_topic(knowledge: Knowledge, text: str, before: Dialogue, policy: Policy) -> Said | None:
    """A side asked amid choices, of what they were offered to; None where that leads to nothing but them."""
    if before.topic is None:
        return None
    asked = read_question(f"{before.topic} {text}", fiscal_year_of(knowledge.day))
    verdict = weigh(knowledge, asked, policy)
    if verdict.decision is Decision.NONE:
        return None
    seen = {entry_id for entry_id, _ in before.offered}
    new = verdict.chosen is not None or any(one.document.id not in seen for one in verdict.choices)
    return verdict_reply(knowledge, verdict, asked, before) if new else None


def understood_from(
    knowledge: Knowledge, last: Answer, text: str, before: Dialogue, policy: Policy, fresh: Verdict
) -> Said | None:
    """A short question whose words the last answer holds is about that one, if it tells more of it than any other."""
    asked = read_question(text, fiscal_year_of(knowledge.day))
    if asked.facet is None or len(text) > LONGEST_FOLLOW_UP or (fresh.chosen and fresh.chosen.exact):
        return None
    held = normalize(f"{last.title} {last.text}")
    if not all(noun in held for noun in topic_nouns(text)):
        return None
    own = leading_sentence(last.text, asked, last.title)
    if fresh.decision is Decision.ANSWER and own is None:
        return None
    return follow_up(knowledge, last, text, before, policy)


def of_the_topic_before(
    knowledge: Knowledge, last: Answer | None, text: str, before: Dialogue, policy: Policy, fresh: Verdict
) -> Said | None:
    """「更新したい」 amid choices on the card or after an answer on it, where an entry holds both."""
    topic = before.topic or (" ".join(topic_nouns(last.title)) if last else "")
    if not topic or not names_only_an_act(text) or (fresh.chosen and fresh.chosen.exact):
        return None
    asked = read_question(f"{topic} {text}", fiscal_year_of(knowledge.day))
    verdict = weigh(knowledge, asked, policy)
    found = verdict.chosen or next(iter(verdict.choices), None)
    if found is None or found.features.missing or not found.features.whole:
        return None
    return verdict_reply(knowledge, verdict, asked, before)


def _told_of(knowledge: Knowledge, last: Answer, topic: str, asked: Asked) -> Lead | None:
    """What the last answer itself tells of another of its topics, in a sentence that names it."""
    about = [one for one in split_sentences(last.text) if normalize(topic) in normalize(one)]
    if not about:
        return None
    found = follow_up_lead(knowledge, replace(last, text="\n".join(about), facts=()), asked)
    return found if found is not None and found.known else None


def others_of(knowledge: Knowledge, last: Answer, before: Dialogue) -> Said:
    """「ほかにもある？」 after an answer: what else there is in its place of the plan, and on its matter."""
    candidates = rank(knowledge.index, last.name or last.title).candidates
    found = (knowledge.answers[one.document.id] for one in candidates if one.document.id != last.entry_id)
    near = [one for one in found if one.kind in _TOLD and _is_beside(knowledge, last, one)]
    if not near:
        return nothing_more_reply(knowledge, last), replace(before, misses=before.misses + 1)
    near.sort(key=lambda one: one.kind != last.kind)
    choices = tuple(Choice(one.entry_id, one.title) for one in near[: STANDARD.most_choices])
    offered = tuple((one.entry_id, one.title) for one in choices)
    return suggestion_reply(knowledge, choices, None, 0), replace(before, offered=offered, facet=None, listing=None)


def _is_beside(knowledge: Knowledge, last: Answer, found: Answer) -> bool:
    return is_akin(last, found) or is_same_matter(knowledge, last, found)


def _about_both(knowledge: Knowledge, last: Answer, asked: Asked, before: Dialogue, policy: Policy) -> Said:
    verdict = weigh(knowledge, replace(asked, text=f"{last.title} {asked.text}"), policy)
    others = _beside(last, verdict)
    chosen = verdict.chosen if verdict.chosen and verdict.chosen.document.id != last.entry_id else None
    if chosen is None and (not others or verdict.decision is Decision.NONE):
        return nothing_more_reply(knowledge, last), replace(before, misses=before.misses + 1)
    decision = Decision.ANSWER if chosen else Decision.SUGGEST
    return verdict_reply(knowledge, replace(verdict, decision=decision, chosen=chosen, choices=others), asked, before)


def _beside(last: Answer, verdict: Verdict) -> tuple[Candidate, ...]:
    """The choices without the last answer; the next best fills its place where too few are left."""
    others = tuple(one for one in verdict.choices if one.document.id != last.entry_id)
    if not others or len(others) >= STANDARD.fewest_choices or verdict.ranking is None:
        return others
    seen = {last.entry_id, *(one.document.id for one in others)}
    rest = (one for one in verdict.ranking.candidates if one.document.id not in seen)
    return (*others, *rest)[: STANDARD.fewest_choices]


def _related(knowledge: Knowledge, last: Answer, asked: Asked, facet: Facet | None, *, telling: bool) -> Answer | None:
    """Another answer about the same matter that tells what was asked, or (unless ``telling``) where it would stand."""
    if facet is None or facet in _OF_THE_LAST:
        return None
    found = list(_on_the_same_matter(knowledge, last, asked))
    told = [one for one in found if _tells_it(knowledge, last, one, asked, facet)]
    if telling:
        told = [one for one in told if one.kind == "silent" or _is_written_for(one, facet)]
    if told:
        return max(told, key=lambda one: _fitness(knowledge, last, one, asked, facet))
    return None if telling else next((one for one in found if _stands_in(knowledge, last, one, asked)), None)


def _is_written_for(found: Answer, facet: Facet) -> bool:
    """Whether an answer's title asks for the side; every row of a schedule does."""
    return found.kind != "schedule" and _asks_for(found, facet)


def _asks_for(found: Answer, facet: Facet) -> bool:
    """Whether an answer's title asks for a side: 場所は増えますか does not ask where."""
    return facet_of_title(found.title) is facet and (facet is not Facet.COUNTER or read_question(found.title, 0).open)


def _stands_in(knowledge: Knowledge, last: Answer, found: Answer, asked: Asked) -> bool:
    """Whether what was asked would stand in an answer, which says that it is not known."""
    facet = asked.facet
    if facet is None:
        return False
    if found.kind == "indicator":
        return facet in _OF_INDICATORS and facet in facets_spoken_of(found.text)
    if found.kind == "silent" and _is_written_for(found, facet) and not is_missing(knowledge, found, asked):
        return True
    openly = found.kind == "silent" and silence_on(found.text, facet) is not None
    return openly and held_share(knowledge, last, found) >= _ITS_GOAL


def _on_the_same_matter(knowledge: Knowledge, last: Answer, asked: Asked) -> Iterator[Answer]:
    """The other answers on the last one's matter: found by its name, and by that with what was asked."""
    texts = (last.name or last.title, asked.text)
    candidates = chain.from_iterable(rank(knowledge.index, text).candidates for text in texts)
    for entry_id in dict.fromkeys(one.document.id for one in candidates):
        found = knowledge.answers[entry_id]
        written = asked.facet is not None and _is_written_for(found, asked.facet)
        if entry_id != last.entry_id and is_same_matter(knowledge, last, found, written=written):
            yield found


def _tells_it(knowledge: Knowledge, last: Answer, found: Answer, asked: Asked, facet: Facet) -> bool:
    """Whether another answer tells what was asked, and not of something that only it is about."""
    if kind_suits(facet, found.kind) is False or (found.kind == "silent" and facet not in TOLD_EVERYWHERE):
        return False
    if found.kind == "office" and not _is_the_office_of(last, found):
        return False
    made = follow_up_lead(knowledge, found, asked)
    if made is None or not made.known or made.opening is None:
        return False
    if facet is Facet.COUNT:
        return counts_what_is_asked(asked, made.opening)
    if facet is Facet.WHY:
        return _is_the_reason(knowledge, last, found)
    if _is_written_for(found, facet) or facet in _SURE:
        return True
    if facet is Facet.WHEN:
        return found.kind == "schedule" or bool(_BEGUN.search(made.opening))
    if facet is Facet.WHO:
        return found.kind == "office" or bool(_ROLE.search(made.opening))
    if facet is Facet.DEADLINE:
        return _tells_the_end(knowledge, last, found, made.opening)
    return found.kind == "procedure" and FACETS.get(facet.value, "") in dict(found.facts)


def _is_the_office_of(last: Answer, office: Answer) -> bool:
    """Whether what was read of is that very office: CIO is CIO（最高情報責任者）, and not CIO補佐."""
    return bool(last.name) and office.name.split("（")[0] == last.name


def _is_the_reason(knowledge: Knowledge, last: Answer, found: Answer) -> bool:
    """Whether why something is so is asked by the title of an answer, of most of what was read of.

    Why it does not go on or well is no reason for what does.  Of a number what stands beside it tells.
    """
    if _is_denied(found.title) and not _is_denied(f"{last.title} {last.text}"):
        return False
    if is_akin(last, found) and (last.kind == "indicator" or held_share(knowledge, last, found) >= _NEARLY_ALL):
        return True
    return _is_written_for(found, Facet.WHY) and shared_of_last(knowledge, last, found) >= _MOST


def _tells_the_end(knowledge: Knowledge, last: Answer, found: Answer, sentence: str) -> bool:
    """Whether the year in a sentence is the end of what was read of: no goal's for カード that is for their number."""
    if found.kind == "indicator":
        return last.kind == "indicator" or held_share(knowledge, last, found) >= _ITS_GOAL
    return is_akin(last, found) and "まで" in sentence


def _is_denied(text: str) -> bool:
    """Whether it is told of what does not go on or well: why that is so is no reason for what does."""
    return bool(_DENIED.search(text))


def _fitness(knowledge: Knowledge, last: Answer, found: Answer, asked: Asked, facet: Facet) -> tuple[bool, bool, float]:
    """What makes one of several that tell a side the one to tell it; of equals the first is taken."""
    bonus = facet_bonus(found, facet)
    if facet is Facet.WHEN and found.kind != "schedule":
        made = follow_up_lead(knowledge, found, asked)
        bonus += 2 * SUITED * bool(made and made.opening and _BEGUN.search(made.opening))
    return _is_written_for(found, facet), is_akin(last, found), bonus
