"""On matters that are hard to tell of: what was written for them or whom to ask, never what only shares a word."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from bot.conversation import answer
from bot.replies import plain_text
from intents.decision import Decision
from intents.delicate import Matter, delicate_matter
from knowledge.corpus import Corpus

MATSUSAKA, MOBARA = "242047", "122106"
TOLD = {
    Matter(matter): [one.strip() for one in " ".join(lines.split()).split(" / ")]
    for matter, lines in yaml.safe_load(
        (Path(__file__).parents[1] / "data" / "delicate.yaml").read_text(encoding="utf-8")
    )["told"].items()
}


@pytest.mark.parametrize("code", [MATSUSAKA, MOBARA])
@pytest.mark.parametrize("matter", TOLD)
def test_nothing_is_said_or_offered_that_was_not_written_for_it(corpus: Corpus, code: str, matter: Matter) -> None:
    knowledge = corpus.current(code)
    beside = []
    for question in TOLD[matter]:
        reply = answer(knowledge, question).reply
        shown = [reply.answer.entry_id] if reply.answer else [choice.entry_id for choice in reply.choices]
        for entry_id in shown:
            found = knowledge.answers[entry_id]
            if matter not in map(delicate_matter, (found.title, *found.wordings)):
                beside.append((question, found.title))
    assert beside == []


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("仕事を失いました", "申し訳ありません。その質問には、お答えできる情報がありません。"),
        ("お金がなくて困っている", "お困りのことと思います。ひとりで抱えず、まず次の窓口へご相談ください。"),
        ("生活が苦しい", "お困りのことと思います。ひとりで抱えず、まず次の窓口へご相談ください。"),
    ],
)
def test_who_is_in_need_is_told_what_was_written_for_them_or_whom_to_ask(
    corpus: Corpus, question: str, first: str
) -> None:
    reply = answer(corpus.current(MATSUSAKA), question).reply
    assert reply.contact is not None
    assert plain_text(reply).startswith(first)


@pytest.mark.parametrize(
    "question", ["お金がなくて困っている", "主人が亡くなりました", "ひとりで寂しい。誰かと話したい"]
)
def test_who_is_in_need_is_sent_to_the_hall_where_it_can_be_called(corpus: Corpus, question: str) -> None:
    """Whoever wrote the plan for digital things knows nothing of it."""
    knowledge = corpus.current(MATSUSAKA)
    assert answer(knowledge, question).reply.contact == knowledge.contact
    hall = replace(knowledge.hall, telephone="0598-53-4321")
    assert answer(replace(knowledge, hall=hall), question).reply.contact == hall


@pytest.mark.parametrize(
    ("question", "said", "unsaid"),
    [
        ("仕事を失いました", "ご質問の文は残しません。", "職員に届き"),
        ("I lost my job", "The words of your question are not kept", "reaches the staff"),
        ("花火大会の駐車場", "質問は（個人の情報を伏せて）職員に届き", "残しません"),
    ],
)
def test_a_reply_says_how_the_question_is_kept(corpus: Corpus, question: str, said: str, unsaid: str) -> None:
    text = plain_text(answer(corpus.current(MOBARA), question).reply)
    assert said in text
    assert unsaid not in text


def test_it_is_no_dead_end_that_nothing_is_left_to_offer(corpus: Corpus) -> None:
    outcome = answer(corpus.current(MATSUSAKA), "ニートの息子")
    assert outcome.reply.decision is Decision.NONE
    assert outcome.dialogue.offered == ()
    assert outcome.dialogue.misses == 1
