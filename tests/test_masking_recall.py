"""The masking reaches its figures on lines that were written apart from it (tests/masking_recall.py measures them)."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import pytest

from tests.masking_recall import (
    FALSE_MASKS,
    MOST_MS,
    TARGETS,
    Caught,
    Pace,
    Recall,
    as_json,
    as_markdown,
    measure,
    short_of,
)

FLOORS = {**TARGETS, "pension_number": 0.99, "beneficiary_number": 0.93}
"""The guide's targets, all of which are reached; it sets none for the last two."""


@cache
def measured() -> Recall:
    return measure(2_000, seed=7)


@pytest.mark.parametrize("kind", FLOORS)
def test_what_residents_write_of_themselves_is_hidden(kind: str) -> None:
    caught = measured().of(kind)
    assert caught.count > 100
    assert caught.share >= FLOORS[kind]


def test_every_kind_has_its_floor() -> None:
    assert set(measured().kinds()) == set(FLOORS)


def test_what_is_nobodys_is_hardly_ever_hidden() -> None:
    assert measured().clean == 2_000
    assert measured().false_share <= FALSE_MASKS


def test_the_figures_are_told_without_a_single_line() -> None:
    told = json.loads(as_json(measured()))
    assert {each["name"] for each in told["formats"]} == {each.name for each in measured().formats}
    assert as_markdown(measured()).count("\n| ") == 1 + len(FLOORS) + 2 + len(measured().formats)


def test_a_measurement_that_misses_its_mark_says_so() -> None:
    good = replace(measured(), pace=Pace(1.0, MOST_MS))
    assert short_of(good) == []
    assert "最大 5.01 ミリ秒" in short_of(replace(good, pace=Pace(1.0, 5.01)))[0]
    assert "隠した割合" in short_of(replace(good, masked_in_vain=21))[0]
    lost = tuple(
        replace(each, caught=Caught(each.caught.count, 0)) if each.kind == "card" else each for each in good.formats
    )
    assert [one.split("：")[0] for one in short_of(replace(good, formats=lost))] == ["カード番号"]
