"""Gold questions: where they stand, what became of each, and how often."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import yaml

from bot.conversation import Outcome, answer
from bot.replies import plain_text
from intents.decision import Decision
from knowledge.corpus import Corpus, Knowledge

Verdicts = Counter[tuple[str, str]]
"""How many questions expected one thing and got another, by (expected, got)."""

DATA = Path(__file__).parent.parent / "data"
GOLD, HELD_OUT = DATA / "gold", DATA / "gold_heldout"


def questions(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The questions of each municipality's file, with its code."""
    for path in sorted(folder.glob("[0-9]*.yaml")):
        for item in yaml.safe_load(path.read_text(encoding="utf-8")):
            yield path.stem, item


def letters(text: str) -> str:
    return re.sub(r"[\s,，、]", "", unicodedata.normalize("NFKC", text)).lower()


def holds(text: str, facts: list[Any]) -> bool:
    """Whether every fact stands in ``text``; of a list within the list, any one."""
    plain = letters(text)
    return all(any(letters(one) in plain for one in (fact if isinstance(fact, list) else [fact])) for fact in facts)


_MISSING = re.compile(
    r"(?:書かれて|載って|触れて|説明されて|示されて|決まって)(?:は)?い(?:ません|ない)|記載(?:が|は)(?:ありません|ない)"
    r"|読み取れません|わかりません|(?:計画|計画書)に(?:は)?(?:ありません|ない)|決まった内容がありません"
)


def says_that_it_is_missing(outcome: Outcome, asked: Collection[str]) -> bool:
    """Whether an answer says that the plan is silent: a silent entry, or a sentence on what was ``asked``."""
    found = outcome.reply.answer
    if found is None or found.kind == "silent":
        return found is not None
    sentences = (letters(sentence) for sentence in re.split("[。\n]", plain_text(outcome.reply)))
    missing = [sentence for sentence in sentences if _MISSING.search(sentence)]
    return any(letters(word) in sentence for word in asked for sentence in missing)


def judged(knowledge: Knowledge, outcome: Outcome, item: dict[str, Any]) -> str:
    """What became of a question, as an official would call it."""
    decision = outcome.reply.decision
    if item["expect"] != "answer":
        said = outcome.reply.answer is not None and says_that_it_is_missing(outcome, item.get("asked", ()))
        return "said that the plan is silent" if said else decision.value
    if decision is Decision.ANSWER:
        return "right" if holds(plain_text(outcome.reply), item["facts"]) else "other facts"
    if decision is Decision.SUGGEST:
        offered = (answer(knowledge, choice.title).reply for choice in outcome.reply.choices)
        return "offered" if any(holds(plain_text(reply), item["facts"]) for reply in offered) else "offered others"
    return decision.value


def judge_all(corpus: Corpus, folder: Path) -> Verdicts:
    """What became of every question of a folder, asked of its own municipality."""
    found: Verdicts = Counter()
    for code, item in questions(folder):
        knowledge = corpus.current(code)
        found[item["expect"], judged(knowledge, answer(knowledge, item["question"]), item)] += 1
    return found


def share(verdicts: Verdicts, expected: str, *which: str) -> float:
    """The share of the questions expecting ``expected`` that got any of ``which``."""
    total = sum(count for (expect, _), count in verdicts.items() if expect == expected)
    return sum(verdicts[expected, one] for one in which) / total


def right_of_answered(verdicts: Verdicts) -> float:
    """The share of the direct answers that hold the facts, or say openly that the plan is silent."""
    right = verdicts["answer", "right"] + verdicts["none", "said that the plan is silent"]
    return right / (right + verdicts["answer", "other facts"] + verdicts["none", "answer"])
