"""The table of follow-ups (tests/data/follow_ups.yaml) put to the program, and judged as an official would.

``python -m tests.support.follow_up_gold [seen|kept]`` prints the figures, and of that half what went wrong.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.conversation import Outcome, answer
from bot.dialogue import NEW_DIALOGUE
from bot.replies import plain_text
from intents.decision import Decision
from knowledge.corpus import Corpus
from tests.support.facet_gold import first_sentence, holds, says_so_openly

TABLE = Path(__file__).parent.parent / "data" / "follow_ups.yaml"
RIGHT, OFFERED, WRONG = "right", "offered", "wrong"


@dataclass(frozen=True)
class FollowUpJudged:
    """One turn and what became of it: ``right``, ``offered`` among choices, or ``wrong``."""

    half: str
    town: str
    begun: str
    asked: str
    verdict: str
    score: float | None
    decision: Decision
    text: str


def judged(corpus: Corpus, table: Sequence[Mapping[str, Any]]) -> Iterator[FollowUpJudged]:
    """Every turn after the first of every dialogue."""
    for row in table:
        knowledge = corpus.current(row["town"])
        before = answer(knowledge, row["ask"], NEW_DIALOGUE).dialogue
        for turn in row["then"]:
            outcome = answer(knowledge, turn["ask"], before)
            before = outcome.dialogue
            reply = outcome.reply
            yield FollowUpJudged(
                row["half"],
                row["town"],
                row["ask"],
                turn["ask"],
                verdict(turn, outcome),
                reply.score,
                reply.decision,
                plain_text(reply),
            )


def verdict(expected: Mapping[str, Any], outcome: Outcome) -> str:
    """What became of a turn of which this was ``expected``."""
    text, first, decision = plain_text(outcome.reply), first_sentence(outcome), outcome.reply.decision
    if "elsewhere" in expected:
        return RIGHT if decision is Decision.NONE and expected["elsewhere"] in text else WRONG
    if decision is Decision.SUGGEST and "holds" not in expected:
        return OFFERED
    if any(word in first for word in expected.get("shuns", ())) or not holds(text, expected.get("holds", [])):
        return WRONG
    return RIGHT if _leads(expected, first) else WRONG


def _leads(expected: Mapping[str, Any], first: str) -> bool:
    openly = says_so_openly(first)
    if "missing" in expected:
        led = "or_lead" in expected and holds(first, expected["or_lead"])
        return led or (openly and holds(first, expected.get("lead", [])))
    return holds(first, expected.get("lead", [])) or (expected.get("or_missing", False) and openly)


def read_table(path: Path = TABLE) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def main() -> None:
    from app import create_app

    corpus = create_app().extensions["kotae"].corpus
    turns = list(judged(corpus, read_table()))
    shown = sys.argv[1] if len(sys.argv) > 1 else None
    for one in turns:
        if one.half == shown and one.verdict != RIGHT:
            print(f"[{one.verdict}] {one.town}「{one.begun}」→「{one.asked}」 {one.text[:130]!r}")
    for half in ("seen", "kept"):
        counted = Counter(one.verdict for one in turns if one.half == half)
        print(half, sum(counted.values()), dict(counted))
    lacking = [one for one in turns if one.decision is Decision.ANSWER and one.score is None]
    print("answers without a score:", len(lacking), "of", sum(one.decision is Decision.ANSWER for one in turns))


if __name__ == "__main__":
    main()
