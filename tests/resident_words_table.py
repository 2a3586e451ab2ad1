"""How many of the first pairs of 住民のことば are sensible: `python -m tests.resident_words_table`.

On needs of our own, with chance taps between them, and on localgovFAQ where it is at hand.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from intents.grouping import background_of
from intents.lexicon import bundled_lexicon
from intents.resident_words import Failed, Led, Official, Pair, joined_by, pairs
from intents.vectors import Vectors, open_vectors

ROOT = Path(__file__).parent
PUBLIC = ROOT.parents[1] / "shared" / "bench" / "localgovfaq"
TOP = 30
CHANCE = 0.15
"""Of the questions, so many were led to an answer of another need: somebody tapped on what did not help."""
IN_VAIN = 0.3
"""And so many led nowhere."""


def our_needs() -> list[dict[str, list[str] | str]]:
    found: list[dict[str, list[str] | str]] = yaml.safe_load((ROOT / "data" / "resident_words.yaml").read_text("utf-8"))
    return found


def our_pairs(vectors: Vectors, seed: int = 1) -> list[Pair]:
    """Every question asked by a person of its own, some astray and some in vain."""
    needs, chance = our_needs(), random.Random(seed)
    led, failed = [], []
    for number, need in enumerate(needs):
        for place, text in enumerate(need["said"]):
            day = dt.date(2026, 1 + place % 12, 1)
            # Three people a wording, as a town's log has them.
            for person in range(3):
                asker, drawn = f"{number}-{place}-{person}", chance.random()
                if drawn < IN_VAIN:
                    failed.append(Failed(text, asker, day))
                else:
                    to = chance.randrange(len(needs)) if drawn < IN_VAIN + CHANCE else number
                    led.append(Led(text, asker, day, str(to), "tap"))
    officials = {str(number): Official(str(need["title"]), (str(need["text"]),)) for number, need in enumerate(needs)}
    titles = [str(need["title"]) for need in needs]
    return pairs(
        led,
        officials,
        background_of(titles),
        failed=failed,
        is_synonym=joined_by(bundled_lexicon()),
        vectors=vectors,
    )


def is_good(pair: Pair, needs: Sequence[Mapping[str, list[str] | str]]) -> bool:
    """Whether a colleague would take the word for what the page is about."""
    return pair.word in needs[int(pair.entry_id)]["good"]


def public_pairs(vectors: Vectors) -> list[tuple[Pair, str]]:
    """localgovFAQ's questions with the answers that were judged right for them: (pair, title)."""
    docs = {one["_id"]: one for one in map(json.loads, (PUBLIC / "corpus.jsonl").read_text("utf-8").splitlines())}
    asked = {
        one["_id"]: one["text"] for one in map(json.loads, (PUBLIC / "queries.jsonl").read_text("utf-8").splitlines())
    }
    led = []
    for line in (PUBLIC / "qrels" / "test.tsv").read_text("utf-8").splitlines()[1:]:
        query, doc, score = line.split()
        if int(score) >= 1:
            led.append(Led(asked[query], query, dt.date(2026, 10, 1), doc, "tap"))
    officials = {one: Official(doc["title"], (doc["text"],)) for one, doc in docs.items()}
    titles = background_of(doc["title"] for doc in docs.values())
    found = pairs(led, officials, titles, is_synonym=joined_by(bundled_lexicon()), vectors=vectors)
    return [(pair, docs[pair.entry_id]["title"]) for pair in found]


def main() -> None:
    vectors = open_vectors(ROOT.parent / "instance" / "vectors")
    needs, found = our_needs(), our_pairs(vectors)
    for pair in found[:TOP]:
        mark = "○" if is_good(pair, needs) else "×"
        print(f"{mark} {pair.word} → {pair.official or '－'}（{needs[int(pair.entry_id)]['title']}）{pair.askers}人")
    top = found[:TOP]
    print(f"{len(top)}のうち、もっともなもの {sum(is_good(pair, needs) for pair in top)}（全部で{len(found)}）")
    named = [pair for pair in found if pair.official and not pair.known]
    print("同義語の案：", "、".join(f"{pair.word}＝{pair.official}" for pair in named))
    if PUBLIC.is_dir():
        for pair, title in public_pairs(vectors):
            print(f"localgovFAQ：{pair.word} → {pair.official or '－'}（{title}）{pair.askers}人")


if __name__ == "__main__":
    main()
