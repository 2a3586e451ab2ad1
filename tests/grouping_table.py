"""How well questions of one need are brought together, and what each part gives.

``python -m tests.grouping_table [BEIR folder]``.  B-cubed F1 over the questions with a document of grade 2.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from statistics import fmean, pstdev
from unittest.mock import patch

import numpy as np
import yaml
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

from intents import grouping
from intents.common_needs import CommonNeeds, make_common_needs
from intents.grouping import NO_BACKGROUND, Background, background_of, group
from intents.tokenizer import content_tokens, reading
from intents.vectors import NO_VECTORS, Vectors, open_vectors
from knowledge.bundle import content_folders, read_bundle
from tests.support.need_gold import LOCALGOVFAQ, BCubed, NeedGold, b_cubed, names_of, read_need_gold, spread

ROOT = Path(__file__).parent.parent
ROWS = yaml.safe_load((ROOT / "intents" / "data" / "common_needs.yaml").read_text(encoding="utf-8"))
ALL_NEEDS = make_common_needs(ROWS)
WASTE = "ごみの分け方と出し方"
THRESHOLDS = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7)
NEED_WEIGHTS = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0)
console = Console(width=140)


@dataclass(frozen=True)
class Way:
    """One way to group: the numbers of ``intents.grouping`` and what it may look into."""

    vectors: Vectors
    background: Background
    needs: CommonNeeds = ALL_NEEDS
    joined_from: float = grouping.JOINED_FROM
    need_weight: float = grouping.NEED_WEIGHT
    near_from: float = grouping.NEAR_FROM
    concept_weight: float = grouping.CONCEPT_WEIGHT
    verb_weight: float = grouping.VERB_WEIGHT

    def names(self, texts: Sequence[str]) -> list[str]:
        with self._numbers():
            return names_of(group(texts, vectors=self.vectors, background=self.background), len(texts))

    def measured(self, gold: NeedGold) -> BCubed:
        return b_cubed(self.names(gold.texts), gold.together)

    @contextmanager
    def _numbers(self) -> Iterator[None]:
        numbers = ("joined_from", "need_weight", "near_from", "concept_weight", "verb_weight")
        with ExitStack() as stack:
            for name in numbers:
                stack.enter_context(patch.object(grouping, name.upper(), getattr(self, name)))
            stack.enter_context(patch.object(grouping, "bundled_common_needs", lambda: self.needs))
            yield


def only(*names: str) -> CommonNeeds:
    return make_common_needs([row for row in ROWS if row["name"] in names])


def half(seed: int) -> CommonNeeds:
    """Half of the common needs by chance: as if the others had been thought of by nobody."""
    kept = np.random.default_rng(seed).random(len(ROWS)) < 0.5
    return make_common_needs([row for row, keep in zip(ROWS, kept, strict=True) if keep])


def ablation(gold: NeedGold, full: Way) -> Table:
    table = Table("方法", "F1", "適合率", "再現率", "しきい値を選び直した F1", title="部品ごとの効き目（B-cubed）")
    alone = b_cubed(range(len(gold.texts)), gold.together)
    table.add_row("一問ずつ別", f"{alone.f1:.3f}", f"{alone.precision:.3f}", f"{alone.recall:.3f}", "")
    words = Way(NO_VECTORS, NO_BACKGROUND, only(), concept_weight=0.0, verb_weight=1.0)
    ways = {
        "語の tf-idf だけ": words,
        "＋名詞を重く": replace(words, verb_weight=full.verb_weight),
        "＋同義語": (lexicon := replace(words, verb_weight=full.verb_weight, concept_weight=full.concept_weight)),
        "＋ふだんの語の頻度": (usual := replace(lexicon, background=full.background)),
        "＋近い語": replace(usual, vectors=full.vectors),
        "＋よくある用件": full,
        "全部から、名詞の重みを抜く": replace(full, verb_weight=1.0),
        "全部から、同義語を抜く": replace(full, concept_weight=0.0),
        "全部から、ふだんの語の頻度を抜く": replace(full, background=NO_BACKGROUND),
        "全部から、近い語を抜く": replace(full, vectors=NO_VECTORS),
        "全部から、よくある用件を抜く": replace(full, needs=only()),
        "よくある用件は「ごみ」だけ": replace(full, needs=only(WASTE)),
        "よくある用件から「ごみ」を抜く": replace(full, needs=only(*(set(ALL_NEEDS.names) - {WASTE}))),
    }
    for name, way in ways.items():
        found = way.measured(gold)
        best = max(replace(way, joined_from=floor).measured(gold).f1 for floor in (0.2, 0.25, *THRESHOLDS))
        table.add_row(name, f"{found.f1:.3f}", f"{found.precision:.3f}", f"{found.recall:.3f}", f"{best:.3f}")
    chance = [replace(full, needs=half(seed)).measured(gold).f1 for seed in range(10)]
    table.add_row("よくある用件の半分だけ（10通り）", f"{fmean(chance):.3f} ± {pstdev(chance):.3f}", "", "", "")
    return table


def grid(gold: NeedGold, full: Way) -> Table:
    table = Table(
        "用件の重み", *(f"{floor:.2f}" for floor in THRESHOLDS), title="二つの数の組ごとの F1（横はしきい値）"
    )
    for weight in NEED_WEIGHTS:
        found = [replace(full, need_weight=weight, joined_from=floor).measured(gold).f1 for floor in THRESHOLDS]
        table.add_row(f"{weight:.2f}", *(f"{f1:.3f}" for f1 in found))
    near = {near: replace(full, near_from=near).measured(gold).f1 for near in (0.4, 0.45, 0.5, 0.55, 0.6, 0.7)}
    table.caption = "近い語の下限: " + "  ".join(f"{near:.2f} → {f1:.3f}" for near, f1 in near.items())
    return table


def halves(gold: NeedGold, full: Way) -> str:
    """Numbers chosen on a random half, measured on the other; beside the fixed ones."""
    chosen, fixed = [], []
    for seed in range(10):
        order = np.random.default_rng(seed).permutation(len(gold.texts))
        middle = len(order) // 2
        for tuned, kept in ((order[:middle], order[middle:]), (order[middle:], order[:middle])):
            ways = [replace(full, need_weight=w, joined_from=t) for w in NEED_WEIGHTS[1:-1] for t in THRESHOLDS[1:-2]]
            scores = [way.measured(gold.part(tuned)).f1 for way in ways]
            chosen.append(ways[int(np.argmax(scores))].measured(gold.part(kept)).f1)
            fixed.append(full.measured(gold.part(kept)).f1)
    return (
        f"無作為の半分で選び、残りの半分で測る（20回）: {fmean(chosen):.3f} ± {pstdev(chosen):.3f}、"
        f"今の数のまま: {fmean(fixed):.3f} ± {pstdev(fixed):.3f}"
    )


def sizes(gold: NeedGold, full: Way, others: Sequence[str]) -> Table:
    """Fewer questions, and the same ones among many that ask for something else."""
    table = Table("質問の数", "F1", "一問ずつ別", title="数による違い（今の数のまま）")
    for size in (20, 40, 75, 110):
        found, alone = [], []
        for seed in range(10):
            part = gold.part(np.random.default_rng(seed).permutation(len(gold.texts))[:size])
            found.append(full.measured(part).f1)
            alone.append(b_cubed(range(size), part.together).f1)
        table.add_row(f"{size}（10通り）", f"{fmean(found):.3f} ± {pstdev(found):.3f}", f"{fmean(alone):.3f}")
    for more in (0, 500, 2000, 8000):
        names = full.names([*gold.texts, *others[:more]])[: len(gold.texts)]
        table.add_row(f"{len(gold.texts)} ＋ ほかの文 {more}", f"{b_cubed(names, gold.together).f1:.3f}", "")
    return table


def typing(gold: NeedGold, full: Way) -> str:
    def in_hiragana(text: str) -> str:
        return "".join(chr(ord(char) - 0x60) if "ァ" <= char <= "ヶ" else char for char in reading(text))

    typed = {
        "ひらがなだけ": in_hiragana,
        "言葉だけを並べる": lambda text: " ".join(token.surface for token in content_tokens(text)),
    }
    found = [
        f"{name} {full.measured(replace(gold, texts=tuple(map(way, gold.texts)))).f1:.3f}"
        for name, way in typed.items()
    ]
    return "打ち方を変えた F1: " + "、".join(found)


def speed(full: Way, wordings: Sequence[str]) -> str:
    """Ten thousand questions made of bundled wordings, two to each of most."""
    texts = [*wordings, *(f"{one}。{other}" for one, other in pairwise(wordings))][:10_000]
    begun = time.perf_counter()
    needs = full.names(texts)
    seconds = time.perf_counter() - begun
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return f"{len(texts):,}問 → {len(set(needs)):,}組: {seconds:.1f} 秒、この処理全体で最大 {memory} MB"


def bundled_wordings() -> list[str]:
    """Every wording of the bundled entries, in an order without meaning."""
    found = [
        wording
        for folder in content_folders()
        for entry in read_bundle(folder).entries
        for wording in (entry.question, *entry.phrasings)
    ]
    return [found[place] for place in np.random.default_rng(0).permutation(len(found))]


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else LOCALGOVFAQ
    if not folder.exists():
        console.print(f"{folder} がないので、測れません")
        return 1
    threadpool_limits(1, "blas")
    gold = read_need_gold(folder)
    wordings = bundled_wordings()
    full = Way(open_vectors(ROOT / "instance" / "vectors"), background_of(wordings))
    console.print(f"{len(gold.texts)}問（正しい文書のあるものだけ）", ablation(gold, full), grid(gold, full), sep="\n")
    console.print(halves(gold, full), sizes(gold, full, wordings), typing(gold, full), sep="\n")
    console.print(f"F1 の標準誤差（質問を引き直す）: {spread(full.names(gold.texts), gold.together):.3f}")
    console.print(speed(full, wordings))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
