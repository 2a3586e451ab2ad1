"""What is asked of the plan itself in other languages reaches the entry that tells it, in each municipality."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.conversation import answer
from intents.decision import Decision
from knowledge.corpus import Corpus

DATA = Path(__file__).parent.parent / "data" / "plan_questions_abroad.yaml"
ASKED: dict[str, Any] = yaml.safe_load(DATA.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("town", "question", "entry_id"),
    [
        (town, question, entry_id)
        for one in ASKED.values()
        for town, entry_id in one["entries"].items()
        for question in one["questions"]
    ],
)
def test_a_question_about_the_plan_reaches_its_entry(corpus: Corpus, town: str, question: str, entry_id: str) -> None:
    assert answer(corpus.current(town), question).entry_id == entry_id


@pytest.mark.parametrize("town", ["242047", "222232", "232084", "122106", "382159"])
@pytest.mark.parametrize(
    "question",
    [
        "印鑑登録をしたい",
        "はんこの登録",
        "実印登録",
        "How do I register my seal?",
        "印章登记",
        "인감 등록",
        "registro de carimbo",
        "Đăng ký con dấu",
        "pagpaparehistro ng selyo",
        "छाप दर्ता",
    ],
)
def test_registering_a_seal_is_not_answered_with_its_certificate(corpus: Corpus, town: str, question: str) -> None:
    assert answer(corpus.current(town), question).reply.decision is not Decision.ANSWER


@pytest.mark.parametrize(
    "question", ["印鑑登録証明書がほしい", "印鑑証明 コンビニ", "印鑑登録の証明書をコンビニで取りたい"]
)
def test_the_certificate_itself_is(corpus: Corpus, question: str) -> None:
    reply = answer(corpus.current("122106"), question).reply
    assert reply.answer is not None
    assert reply.answer.entry_id == "convenience-seal"
