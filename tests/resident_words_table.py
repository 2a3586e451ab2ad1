"""How many of the first pairs of 住民のことば are sensible: `python -m tests.resident_words_table`.

On needs of our own, with chance taps between them, and on localgovFAQ where it is at hand.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from intents.grouping import background_of
from intents.lexicon import bundled_lexicon
from intents.resident_words import Failed, Led, Official, Pair, joined_by, pairs
from intents.text import normalize, to_katakana
from intents.vectors import Vectors, open_vectors

ROOT = Path(__file__).parent
PUBLIC = ROOT.parents[1] / "shared" / "bench" / "localgovfaq"
TOP = 30
SEEDS = (1, 2, 3)
CHANCE = 0.15
"""Of the questions, so many were led to an answer of another need: somebody tapped on what did not help."""
IN_VAIN = 0.3
"""And so many led nowhere."""


Need = dict[str, Any]
"""``title``, ``text``, ``good``, ``said`` and ``means``: by a resident's word the official ones it may stand for."""
SETS = ("resident_words", "resident_words_apart")
"""The first was there when the ways of choosing were made; the second was written apart from them."""


def our_needs(name: str = SETS[0]) -> list[Need]:
    needs: list[Need] = _read(name)
    if name == SETS[0]:
        means = _read("resident_words_means")
        needs = [need | {"means": means[need["title"]]} for need in needs]
    return needs


def _read(name: str) -> Any:
    return yaml.safe_load((ROOT / "data" / f"{name}.yaml").read_text("utf-8"))


def our_pairs(vectors: Vectors, seed: int = 1, name: str = SETS[0]) -> list[Pair]:
    """Every question asked by a person of its own, some astray and some in vain."""
    needs, chance = our_needs(name), random.Random(seed)
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


def proposed(found: Sequence[Pair]) -> list[Pair]:
    """Those that staff are offered as a synonym."""
    return [pair for pair in found if pair.official and not pair.known]


def is_usable(pair: Pair, needs: Sequence[Need]) -> bool:
    """Whether a colleague would lay the word down as a synonym of the official one, as it stands."""
    means = {_plain(word): [_plain(one) for one in ones] for word, ones in needs[int(pair.entry_id)]["means"].items()}
    return _plain(pair.official) in means.get(_plain(pair.word), ())


def _plain(word: str) -> str:
    return to_katakana(normalize(word))


def is_good(pair: Pair, needs: Sequence[Need]) -> bool:
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
    print("| 組 | 初めの30組 | もっともなもの | 同義語の案 | 使えるもの | 割合 |\n|---|---:|---:|---:|---:|---:|")
    for name in SETS:
        for seed in SEEDS:
            needs, found = our_needs(name), our_pairs(vectors, seed, name)
            top, offered = found[:TOP], proposed(found)
            good, usable = (
                sum(is_it(pair, needs) for pair in some) for is_it, some in ((is_good, top), (is_usable, offered))
            )
            share = f"{usable / len(offered):.0%}" if offered else "―"
            print(f"| {name} 種{seed} | {len(top)} | {good} | {len(offered)} | {usable} | {share} |")
    for name in SETS:
        needs, found = our_needs(name), our_pairs(vectors, SEEDS[0], name)
        told = (f"{'○' if is_usable(pair, needs) else '×'}{pair.word}＝{pair.official}" for pair in proposed(found))
        print(f"{name}：", "、".join(told))
        print(
            "初めの30組で×：",
            "、".join(
                f"{pair.word}→{needs[int(pair.entry_id)]['title']}" for pair in found[:TOP] if not is_good(pair, needs)
            ),
        )
    if PUBLIC.is_dir():
        for pair, title in public_pairs(vectors):
            print(f"localgovFAQ：{pair.word} → {pair.official or '－'}（{title}）{pair.askers}人")


if __name__ == "__main__":
    main()
