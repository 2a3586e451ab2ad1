"""Changed figures and names are found, of each kind; a slice of the five plans where their texts are at hand."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from knowledge.bundle import read_bundle
from tests.knowledge.small_town import write_town
from tests.verify_mutations import ABSENT, COLUMN, KEPT, NAME, PLANS, measure, mutants

LEAST = {
    COLUMN: 0.9,
    "電話": 0.95,
    "割合": 0.9,
    "日付": 0.85,
    "年": 0.75,
    "数": 0.65,
    KEPT: 0.9,
    NAME: 0.85,
    ABSENT: 0.6,
}
"""The share of each kind in the slice that a change must not fall below."""
SLICE = 3


def test_one_thing_is_changed_at_a_time(tmp_path: Path) -> None:
    bundle = read_bundle(write_town(tmp_path))
    items = {item.id: item for item in bundle.items()}
    found = list(mutants(bundle, [bundle], "plan", random.Random(1)))
    assert {"電話", "年", COLUMN} <= {one.kind for one in found}
    for one in found:
        assert one.before != one.after
        assert one.item != items[one.item.id]


def test_the_same_seed_makes_the_same_mutants(tmp_path: Path) -> None:
    bundle = read_bundle(write_town(tmp_path))
    first, second = (list(mutants(bundle, [bundle], "plan", random.Random(1))) for _ in range(2))
    assert first == second


@pytest.mark.skipif(not PLANS.is_dir(), reason=f"計画書の本文が手元にありません（{PLANS.name}/ が要ります）")
def test_changed_figures_and_names_are_found() -> None:
    measured = measure(PLANS, every=SLICE)
    shares = {kind: measured.share(kind=kind) for kind in LEAST}
    assert {kind: share for kind, share in shares.items() if share[1] and share[0] / share[1] < LEAST[kind]} == {}
    hits, total = measured.share()
    assert total > 300
    assert hits / total >= 0.84
