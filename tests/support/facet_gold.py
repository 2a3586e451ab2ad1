"""The table of facets (tests/data/facets.yaml) put to the program, and judged as an official would.

``python -m tests.support.facet_gold [FILE]`` prints the figures and every question that went wrong.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.conversation import Outcome, answer
from bot.dialogue import NEW_DIALOGUE
from bot.replies import plain_text
from intents.decision import Decision
from intents.text import normalize
from knowledge.corpus import Corpus

TABLE = Path(__file__).parent.parent / "data" / "facets.yaml"

_OPEN = re.compile(
    r"(?:載って|書かれて|記載されて|書いて)(?:い)?(?:ません|ない)|記載[がは]?(?:ありません|ない)|読み取れません"
    r"|お答えでき(?:る情報が|ません)|情報が(?:ありません|見つかりません)|計画に(?:ない|ありません)|何についてのご質問|にはありません|書いてありません"
)
_FIRST = re.compile(r"[^。\n]+")
_SPACES = re.compile(r"[\s,，、]")


@dataclass(frozen=True)
class Judged:
    """One question and what became of it: ``led``, ``held`` (the fact stands further down), ``offered``, ``wrong``."""

    town: str
    asked: str
    facet: str
    verdict: str
    text: str


def letters(text: str) -> str:
    return _SPACES.sub("", normalize(text))


def holds(text: str, facts: list[Any]) -> bool:
    """Whether every fact stands in ``text``; of a list within the list, any one."""
    plain = letters(text)
    return all(any(letters(one) in plain for one in (fact if isinstance(fact, list) else [fact])) for fact in facts)


def first_sentence(outcome: Outcome) -> str:
    """What a resident reads first."""
    found = _FIRST.search(plain_text(outcome.reply))
    return found[0] if found else ""


def says_so_openly(sentence: str) -> bool:
    """Whether a sentence says that something is not told."""
    return bool(_OPEN.search(sentence))


def verdict(expected: Mapping[str, Any], outcome: Outcome) -> str:
    text, first, decision = plain_text(outcome.reply), first_sentence(outcome), outcome.reply.decision
    if "rows" in expected:
        return "led" if (outcome.entry_id or "").startswith("list-") and holds(text, expected["rows"]) else "wrong"
    if "elsewhere" in expected:
        named = decision is Decision.NONE and expected["elsewhere"] in text
        return "led" if named else "wrong"
    if "offers" in expected:
        return "led" if (decision is Decision.SUGGEST) is expected["offers"] else "wrong"
    if "answers" in expected:
        return "led" if (decision is Decision.ANSWER) is expected["answers"] else "wrong"
    if "more" in expected:
        return "led" if "計画の箇所" in text else "wrong"
    if any(word in first for word in expected.get("shuns", ())):
        return "wrong"
    if "missing" in expected:
        return "led" if says_so_openly(first) else "offered" if decision is Decision.SUGGEST else "wrong"
    return _with_fact(expected, outcome, first, text)


def _with_fact(expected: Mapping[str, Any], outcome: Outcome, first: str, text: str) -> str:
    if outcome.reply.decision is Decision.SUGGEST:
        return "offered"
    if holds(first, expected["lead"]):
        return "led"
    return "held" if outcome.reply.decision is Decision.ANSWER and holds(text, expected["lead"]) else "wrong"


def singles(corpus: Corpus, table: Mapping[str, Any]) -> Iterator[Judged]:
    for row in table["singles"]:
        outcome = answer(corpus.current(row["town"]), row["ask"])
        yield Judged(row["town"], row["ask"], row["facet"], verdict(row, outcome), plain_text(outcome.reply))


def dialogues(corpus: Corpus, table: Mapping[str, Any]) -> Iterator[list[Judged]]:
    for row in table["dialogues"]:
        before, judged = NEW_DIALOGUE, []
        for number, turn in enumerate(row["turns"], 1):
            outcome = answer(corpus.current(row["town"]), turn["ask"], before)
            before = outcome.dialogue
            judged.append(
                Judged(row["town"], turn["ask"], f"turn {number}", verdict(turn, outcome), plain_text(outcome.reply))
            )
        yield judged


def read_table(path: Path = TABLE) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def main() -> None:
    from app import create_app

    corpus = create_app().extensions["kotae"].corpus
    table = read_table(Path(sys.argv[1]) if len(sys.argv) > 1 else TABLE)
    alone, talks = list(singles(corpus, table)), list(dialogues(corpus, table))
    turns = [turn for talk in talks for turn in talk]
    for one in [*alone, *turns]:
        if one.verdict != "led":
            print(f"[{one.verdict}] {one.town} {one.facet}「{one.asked}」→ {one.text[:110]!r}")
    print("\nsingle questions:", len(alone), dict(Counter(one.verdict for one in alone)))
    for facet in sorted({one.facet for one in alone}):
        print(f"  {facet:10}", dict(Counter(one.verdict for one in alone if one.facet == facet)))
    print("turns:", len(turns), dict(Counter(one.verdict for one in turns)))
    later = [turn for talk in talks for turn in talk[1:]]
    print("turns after the first:", len(later), dict(Counter(one.verdict for one in later)))
    print(
        "whole dialogues right:", sum(all(turn.verdict == "led" for turn in talk) for talk in talks), "of", len(talks)
    )


if __name__ == "__main__":
    main()
