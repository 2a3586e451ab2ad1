"""What the five plans tell is told when it is asked for, whoever asks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from bot.conversation import answer
from bot.replies import plain_text
from intents.decision import Decision
from knowledge.corpus import Corpus

QUESTIONS = yaml.safe_load((Path(__file__).parent.parent / "data" / "plan_questions.yaml").read_text(encoding="utf-8"))
_TOLD_AT_LEAST = 0.97
"""Of each municipality's questions, those answered with what was asked for; the others may be offered choices."""
NAMES = {
    "242047": ["松阪市DX推進計画", "DX推進計画"],
    "222232": ["御前崎市DX推進計画", "DX推進計画"],
    "232084": ["津島市DX推進計画", "ＤＸ推進計画"],
    "122106": ["茂原市DX推進基本方針", "DX推進計画"],
    "382159": ["東温市デジタル化マスタープラン", "DX推進計画"],
}
ENDS = {
    "242047": "令和8年度",
    "222232": "令和7年度",
    "232084": "令和7年3月31日",
    "122106": "令和7年度",
    "382159": "令和7年度",
}


@pytest.mark.parametrize("code", QUESTIONS)
def test_what_a_plan_tells_is_answered(corpus: Corpus, code: str) -> None:
    knowledge, missed = corpus.current(code), []
    for row in QUESTIONS[code]:
        reply = answer(knowledge, row["question"]).reply
        if reply.decision is Decision.SUGGEST or not re.search(row["told"], plain_text(reply), re.DOTALL):
            missed.append((row["question"], reply.decision.value, reply.answer and reply.answer.entry_id))
    assert len(missed) <= (1 - _TOLD_AT_LEAST) * len(QUESTIONS[code]) + 1, missed


@pytest.mark.parametrize(("code", "name"), [(code, name) for code, names in NAMES.items() for name in names])
@pytest.mark.parametrize("asked", ["はいつまで？", "の期限", "は何年までですか", "はもう終わりましたか"])
def test_until_when_the_plan_goes_is_told_by_whatever_name_it_is_asked(
    corpus: Corpus, code: str, name: str, asked: str
) -> None:
    reply = answer(corpus.current(code), f"{name}{asked}").reply
    assert reply.decision is Decision.ANSWER
    assert ENDS[code] in reply.text


@pytest.mark.parametrize("code", NAMES)
@pytest.mark.parametrize("asked", ["は見直されますか", "は誰が作った", "の基本理念"])
def test_what_is_asked_of_the_plan_by_its_name_is_no_account_of_what_the_plan_is(
    corpus: Corpus, code: str, asked: str
) -> None:
    named, plain = (answer(corpus.current(code), f"{name}{asked}") for name in (NAMES[code][0], "計画"))
    assert named.entry_id == plain.entry_id is not None
