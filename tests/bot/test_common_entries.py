"""Common entries beside a municipality's own: they answer what is asked anywhere, and take nothing away."""

from __future__ import annotations

import pytest

from bot.conversation import answer
from bot.replies import plain_text
from intents.decision import Decision
from knowledge.common_content import common_content, is_common
from knowledge.corpus import Corpus

CODES = ["122106", "222232", "232084", "242047", "382159"]


@pytest.mark.parametrize("code", CODES)
def test_a_question_that_an_own_entry_answers_never_gets_a_common_answer(corpus: Corpus, code: str) -> None:
    """One that an own entry is silent on may get one that tells."""
    knowledge = corpus.current(code)
    stolen = {}
    for one in knowledge.answers.values():
        if is_common(one.entry_id) or one.kind in ("indicator", "schedule"):
            continue
        for question in (one.title, *one.wordings[:3]):
            found = answer(knowledge, question).reply.answer
            told_at_last = one.kind == "silent" and found is not None and found.kind != "silent"
            if found is not None and is_common(found.entry_id) and not told_at_last:
                stolen[question] = (one.entry_id, found.entry_id)
    assert stolen == {}


@pytest.mark.parametrize("code", CODES)
def test_a_common_question_is_answered_by_its_entry(corpus: Corpus, code: str) -> None:
    knowledge = corpus.current(code)
    missed = {}
    for entry in common_content().entries:
        if entry.id in knowledge.answers:
            found = answer(knowledge, entry.question).reply
            if found.answer is None or found.answer.entry_id != entry.id:
                missed[entry.id] = found.answer.entry_id if found.answer else found.decision.value
    assert missed == {}


@pytest.mark.parametrize("code", CODES)
def test_a_common_question_that_is_off_here_gets_an_own_answer_or_an_open_none(corpus: Corpus, code: str) -> None:
    """Own entries on the same matter: each question leads to an own answer, to choices, or to whom to ask."""
    knowledge = corpus.current(code)
    for entry in common_content().entries:
        if entry.id not in knowledge.answers:
            reply = answer(knowledge, entry.question).reply
            assert reply.answer is None or reply.decision in (Decision.ANSWER, Decision.NONE)
            assert plain_text(reply).strip()


def test_no_resident_ever_sees_a_slot(corpus: Corpus) -> None:
    for code in CODES:
        for one in corpus.current(code).answers.values():
            shown = [one.text, *(value for _, value in one.facts), *(told.text for told in one.translations.values())]
            assert not [text for text in shown if "{" in text and is_common(one.entry_id)], one.entry_id
