"""A trial whose promise does not hold says so: by its exit status, in its file, and in the table."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.trust.forged import Sent, missed
from tests.trust.restore_drill import LONGEST_SECONDS, too_slow
from tests.trust.results import conclude, plain_result
from tests.trust.table import table_of


@pytest.mark.parametrize(("wrong", "status", "word"), [([], 0, "| 健全 |"), (["nothing came"], 1, "| 健全でない：")])
def test_what_does_not_hold_ends_with_1_and_stands_in_the_table(
    tmp_path: Path, wrong: list[str], status: int, word: str
) -> None:
    result = plain_result("nth", "sqlite", "SQLite 3", dose="13回", found="外れ", missed=wrong)
    assert conclude(result, tmp_path) == status
    kept = json.loads((tmp_path / "nth-sqlite.json").read_text(encoding="utf-8"))
    assert (kept["sound"], kept["missed"]) == (not wrong, wrong)
    assert {"commit", "machine", "engine", "at", "told"} <= kept.keys()
    assert word in table_of(tmp_path)


def test_a_restoration_of_more_than_an_hour_has_failed() -> None:
    assert too_slow(LONGEST_SECONDS) == []
    assert len(too_slow(3600.1)) == 1


def test_forged_requests_that_are_taken_or_too_few_or_hold_up_the_good_are_told() -> None:
    own = Sent(Counter({200: 600}), [0.1] * 600)
    bad = Sent(Counter({400: 30_000}), [0.1])
    assert list(missed(bad, own, 600, 0, 30_000)) == []
    assert len(list(missed(Sent(Counter({400: 29_999, 200: 1})), own, 600, 0, 30_000))) == 1
    assert len(list(missed(Sent(Counter({400: 20_000})), own, 600, 0, 30_000))) == 1
    assert len(list(missed(bad, own, 601, 0, 30_000))) == 1
    assert len(list(missed(bad, Sent(Counter({200: 600}), [1.6] * 600), 600, 0, 30_000))) == 1
