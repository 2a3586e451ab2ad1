"""Near misses: what nothing tells is said to be told nowhere, and seldom answered with something else.

The figures are printed with ``-s``; the lower bounds are a little below them (docs/quality.md).
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from bot.conversation import answer
from intents.decision import Decision
from knowledge.corpus import Corpus

QUESTIONS: dict[str, list[str]] = yaml.safe_load(
    (Path(__file__).parent.parent / "data" / "near_misses.yaml").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def decided(corpus: Corpus) -> Counter[Decision]:
    found = Counter(
        answer(corpus.current(code), question).reply.decision
        for code, questions in QUESTIONS.items()
        for question in questions
    )
    print(found)
    return found


def test_three_of_four_are_openly_told_nowhere(decided: Counter[Decision]) -> None:
    assert decided[Decision.NONE] >= 0.75 * decided.total()


def test_one_of_twelve_at_most_is_answered_all_the_same(decided: Counter[Decision]) -> None:
    assert decided[Decision.ANSWER] <= decided.total() / 12


@pytest.mark.parametrize("code", sorted(QUESTIONS))
@pytest.mark.parametrize("question", ["すいどうのけんしん", "水道の検針", "水道のけんしんはいつですか", "水道の健診"])
def test_reading_the_meter_is_no_medical_check(corpus: Corpus, code: str, question: str) -> None:
    reply = answer(corpus.current(code), question).reply
    told = " ".join([reply.title or "", reply.text, *(choice.title for choice in reply.choices)])
    assert not {word for word in ("健診", "検診", "健康診断") if word in told}
