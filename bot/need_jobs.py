"""Bringing questions that were asked in vain to the cards of their needs, as work of the jobs process."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversation import answer
from bot.services import Services
from intents.decision import Decision
from intents.grouping import key_words, text_key
from intents.tokenizer import tokenize
from knowledge.calendar import JST, now, today
from knowledge.corpus import Knowledge
from knowledge.freshness import department_names
from knowledge.jobs import ask_once
from knowledge.models import Municipality
from knowledge.need_cards import (
    Described,
    Waiting,
    card_counts,
    card_numbers,
    cards_of_keys,
    is_any_card,
    is_any_uncounted,
    is_any_unjoined,
    join,
    make_card,
    next_number,
    note_counts,
    representatives,
    unjoined,
)
from knowledge.need_gaps import change_gaps, chosen_of, judged_by_job, signals_of
from knowledge.need_grouping import place
from knowledge.need_steps import answers_to_follow, follow_answers
from knowledge.online_standing import says_no
from knowledge.rephrasing import find_rephrased, mark_rephrased

NEEDS = "needs"
"""The kind of work."""
LOOK_BACK = dt.timedelta(days=2)
"""Rephrased questions are looked for so far back; the first time, as far as texts are kept."""
LONGEST_LOOK_BACK = dt.timedelta(days=400)
PORTION = 250
"""Questions that are joined in one transaction, and cards that are counted: others' writing waits for no more."""
NAMELESS = "（言葉を読み取れない質問）"
"""No text stands for the name: it is kept longer than the texts are."""
MOST_JUDGED = 100
"""Cards that grew most, of which it is judged again in one run what is missing: three questions each are asked."""
_ASKED_AGAIN = 3
"""Texts of a card that are asked anew to see whether an answer is there."""
_LONGEST_NAME, _WORDS_OF_NAME = 80, 3
_LONGEST_WORD, _MOST_KANJI, _MOST_REPEATED = 16, 8, 3
"""Of a word in a name: how long it may be, and how often a letter of it may come on average."""

CHOSEN_WITHIN = dt.timedelta(days=180)
"""What people chose for the same question so far back tells whether the answer is there."""

Progress = Callable[[float], None]
Chosen = Mapping[str, Counter[str]]
"""By the key of a question: the answers chosen among those offered for it."""


def group_needs(kit: Services, code: str, payload: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Join what waits to the cards there are, and make new ones.

    Each transaction leaves everything whole, so that work that is begun anew goes on where it was.
    """
    moment = now()
    progress(0.0)
    with kit.database.reading() as session:
        back = LOOK_BACK if is_any_card(session, code) else LONGEST_LOOK_BACK
        again = find_rephrased(session, code, moment - back, moment - dt.timedelta(minutes=3))
    for start in range(0, len(again), PORTION):
        with kit.database.writing() as session:
            mark_rephrased(session, again[start : start + PORTION])
    with kit.database.reading() as session:
        waiting = unjoined(session, code, moment)
        known = cards_of_keys(session, code, waiting)
        cards = representatives(session, code)
        offices = {name: department for department, name in department_names(session, code).items()}
        chosen = chosen_of(session, code, moment.astimezone(JST).date() - CHOSEN_WITHIN)
    knowledge = kit.corpus.current(code)
    new = {key: one for key, one in waiting.items() if key not in known}
    placed = place(
        {key: one.text for key, one in new.items()},
        {key: one.times for key, one in new.items()},
        cards,
        vectors=kit.corpus.vectors,
        background=knowledge.usual_words,
        progress=lambda share: progress(0.05 + 0.6 * share),
    )
    joined: dict[int, list[Waiting]] = {}
    for key, number in (known | dict(placed.joined)).items():
        joined.setdefault(number, []).append(waiting[key])
    _write_joined(kit, code, joined)
    _judge_again(kit, code, knowledge, joined, cards, chosen, moment)
    made = [[waiting[key] for key in keys] for keys in placed.made]
    tell = partial(described, knowledge, offices=offices, chosen=chosen)
    _write_made(kit, code, tell, made, moment, lambda share: progress(0.7 + 0.25 * share))
    _write_counts(kit, code, today())
    return {"questions": sum(one.times for one in waiting.values()), "made": len(made), "joined": len(joined)}


def ask_for_grouping(kit: Services, moment: dt.datetime) -> list[str]:
    """Let cards follow their answers, and ask for the grouping where something waits, or no count is of today."""
    with kit.database.reading() as session:
        codes = list(session.scalars(select(Municipality.code).order_by(Municipality.code)))
        due = [code for code in codes if _is_due(session, code, moment)]
        following = [code for code in codes if answers_to_follow(session, code)]
    for code in following:
        with kit.database.writing() as session:
            follow_answers(session, code, moment)
    for code in due:
        with kit.database.writing() as session:
            ask_once(session, code, NEEDS, {}, moment)
    return due


def _is_due(session: Session, code: str, moment: dt.datetime) -> bool:
    return is_any_unjoined(session, code, moment) or is_any_uncounted(session, code, moment.astimezone(JST).date())


def _write_joined(kit: Services, code: str, joined: Mapping[int, Sequence[Waiting]]) -> None:
    pieces = [(number, piece) for number, own in joined.items() for one in own for piece in one.pieces(PORTION)]
    for portion in _portions(pieces, lambda item: item[1].times):
        with kit.database.writing() as session:
            join(session, code, _by_card(portion))


def _by_card(pieces: Iterable[tuple[int, Waiting]]) -> dict[int, list[Waiting]]:
    found: dict[int, list[Waiting]] = {}
    for number, piece in pieces:
        found.setdefault(number, []).append(piece)
    return found


def _write_counts(kit: Services, code: str, day: dt.date) -> None:
    """Read without holding up anybody who writes: all questions of a year are counted."""
    with kit.database.reading() as session:
        counts, numbers = card_counts(session, code, day), card_numbers(session, code)
    for start in range(0, len(numbers), PORTION):
        with kit.database.writing() as session:
            note_counts(session, code, day, numbers[start : start + PORTION], counts)


def _judge_again(
    kit: Services,
    code: str,
    knowledge: Knowledge,
    joined: Mapping[int, Sequence[Waiting]],
    texts: Mapping[int, Sequence[str]],
    chosen: Chosen,
    moment: dt.datetime,
) -> None:
    """What is missing by the cards that grew: answers have come meanwhile, or did not help."""
    grown = sorted(joined, key=lambda number: (-sum(one.times for one in joined[number]), number))[:MOST_JUDGED]
    with kit.database.reading() as session:
        held = judged_by_job(session, code, grown)
        signals = signals_of(session, code, list(held))
    changed = {}
    for number, (gap, near) in held.items():
        judged = _gap_now(knowledge, texts.get(number, ()), signals.get(number, Counter()), chosen, near)
        if judged is not None and judged != gap:
            changed[number] = judged
    if changed:
        with kit.database.writing() as session:
            change_gaps(session, code, changed, moment)


def _gap_now(
    knowledge: Knowledge, texts: Sequence[str], signals: Mapping[str, int], chosen: Chosen, near: str | None
) -> str | None:
    """None where no text tells."""
    found = [answer(knowledge, text).reply for text in texts[:_ASKED_AGAIN]]
    if not found:
        return None
    answered = [reply.answer.entry_id for reply in found if reply.decision is Decision.ANSWER and reply.answer]
    not_online = _not_online(knowledge, answered[0] if answered else near)
    found_by = _chosen_for(chosen, map(text_key, texts)).total()
    is_there = len(answered) * 2 > len(found) or _is_mostly_chosen(found_by, sum(signals.values()))
    return gap_of(signals, is_answered=is_there, not_online=not_online)


def _write_made(
    kit: Services,
    code: str,
    tell: Callable[[Sequence[Waiting]], Described],
    made: Sequence[Sequence[Waiting]],
    moment: dt.datetime,
    progress: Progress,
) -> None:
    """New cards, those asked for most with the lowest numbers."""
    ordered = sorted(made, key=lambda own: (-sum(one.times for one in own), own[0].key))
    done = 0
    for portion in _portions(ordered, lambda own: sum(one.times for one in own)):
        progress(done / max(len(ordered), 1))
        told = [tell(own) for own in portion]
        # Of what was asked thousands of times the rest follows: the card is there, and the texts' keys lead to it.
        parts = [_portions([piece for one in own for piece in one.pieces(PORTION)], _times) for own in portion]
        with kit.database.writing() as session:
            number = next_number(session, code)
            for place_of, words in enumerate(told):
                make_card(session, code, number + place_of, words, moment)
            session.flush()
            join(session, code, {number + place_of: part[0] for place_of, part in enumerate(parts)})
        rest = {number + place_of: [one for each in part[1:] for one in each] for place_of, part in enumerate(parts)}
        _write_joined(kit, code, rest)
        done += len(portion)


def _times(one: Waiting) -> int:
    return one.times


def _portions(items: Sequence[Any], size: Callable[[Any], int]) -> list[list[Any]]:
    """``items`` in turn, as many together as come to about PORTION."""
    found: list[list[Any]] = [[]]
    held = 0
    for item in items:
        if held >= PORTION:
            found.append([])
            held = 0
        found[-1].append(item)
        held += size(item)
    return [one for one in found if one]


def described(knowledge: Knowledge, own: Sequence[Waiting], *, offices: Mapping[str, str], chosen: Chosen) -> Described:
    """Name, gap, 課 and measure of a card, as far as its questions and the present answers tell.

    ``offices``: the name of each 課 -> its ID.
    """
    texts = [one.text for one in own]
    signals, entries = Counter[str](), Counter[str]()
    departments, subjects = Counter[str](), Counter[str]()
    for one in own:
        signals += one.signals
        entries += one.entries
        departments += one.departments
        subjects += one.subjects
    name = card_name(key_words(texts, knowledge.usual_words))
    found = [answer(knowledge, text).reply for text in texts[:_ASKED_AGAIN]]
    answered = [reply for reply in found if reply.decision is Decision.ANSWER and reply.answer is not None]
    near = next((choice.entry_id for reply in found for choice in reply.choices), None)
    of_choices = _chosen_for(chosen, [one.key for one in own])
    is_chosen = _is_mostly_chosen(of_choices.total(), sum(signals.values()))
    known = (
        answered[0].answer.entry_id if answered and answered[0].answer else _first(of_choices) if is_chosen else None
    )
    entry_id = known or _first(entries) or near
    is_there = len(answered) * 2 > len(found) or is_chosen
    gap = gap_of(signals, is_answered=is_there, not_online=_not_online(knowledge, entry_id))
    entry = knowledge.answers.get(entry_id) if entry_id else None
    department = _first(departments) or _office_of(knowledge, subjects, offices)
    return Described(name[:_LONGEST_NAME], gap, department, entry.measure if entry else None, entry_id)


def _chosen_for(chosen: Chosen, keys: Iterable[str]) -> Counter[str]:
    return sum((chosen[key] for key in keys if key in chosen), Counter[str]())


def _is_mostly_chosen(times: int, in_vain: int) -> bool:
    """Whether as many found their answer among those offered as asked in vain: it is there, the words differ."""
    return 0 < in_vain <= times


def card_name(words: Sequence[str]) -> str:
    """At most three of ``words``: what is named before what is done, and none that another holds already.

    A word that is as long as a question (of a language without spaces that is not read) is one: it would outlive it.
    """
    kept: list[str] = []
    words = [one for one in words if _is_word(one)]
    for word in [one for one in words if _is_name(one)] or words:
        if not any(word in other or other in word for other in kept):
            kept.append(word)
    return "・".join(kept[:_WORDS_OF_NAME]) or NAMELESS


def _is_word(word: str) -> bool:
    kanji = sum("一" <= letter <= "鿿" for letter in word)
    return len(word) <= _LONGEST_WORD and kanji <= _MOST_KANJI and len(set(word)) * _MOST_REPEATED >= len(word)


def _is_name(word: str) -> bool:
    """犬 and 死亡届, but not 死ぬ."""
    return all(token.part[0] in ("名詞", "接頭辞", "接尾辞") for token in tokenize(word))


def gap_of(signals: Mapping[str, int], *, is_answered: bool, not_online: bool) -> str:
    """What is missing: ``wording``, ``missing``, ``impossible`` or ``unclear``.

    ``is_answered``: asked now, most of it is answered; ``not_online``: by an answer that says that it cannot be done
    online.
    """
    total = sum(signals.values())
    helpless = signals.get("unsolved", 0) + signals.get("contact", 0) + signals.get("rephrased", 0)
    if helpless * 2 > total:
        return "impossible" if not_online else "unclear"
    return "wording" if is_answered else "missing"


def _not_online(knowledge: Knowledge, entry_id: str | None) -> bool:
    entry = knowledge.answers.get(entry_id) if entry_id else None
    return entry is not None and says_no(entry.facts)


def _office_of(knowledge: Knowledge, subjects: Counter[str], offices: Mapping[str, str]) -> str | None:
    """The ID of the 課 that sees to the subject asked about most; None where the municipality names none of its own."""
    office = knowledge.subjects.get((_first(subjects) or "").partition(" ")[0])
    return offices.get(office.department) if office is not None and office.department else None


def _first(counter: Counter[str]) -> str | None:
    return min(counter, key=lambda one: (-counter[one], one), default=None)
