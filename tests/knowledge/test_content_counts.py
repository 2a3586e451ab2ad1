"""Counting what a content folder holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.bundle import Bundle, read_bundle
from knowledge.common_content import common_content
from knowledge.content_counts import counts_of, counts_of_common, wordings
from tests.knowledge.small_town import CODE, write_town


@pytest.fixture
def town(tmp_path: Path) -> Bundle:
    return read_bundle(write_town(tmp_path))


def test_each_kind_is_counted(town: Bundle) -> None:
    counted = counts_of(town)
    assert (counted.code, counted.name, counted.measures) == (CODE, "小さい市", 1)
    assert counted.kinds == {"procedure": 1, "plan": 1}
    assert {kind: found.pieces for kind, found in counted.wordings.items()} == {
        "entries": 2,
        "indicators": 1,
        "schedule": 1,
        "departments": 1,
        "terms": 1,
    }


def test_what_has_fewer_than_five_wordings_is_named(town: Bundle) -> None:
    counted = counts_of(town)
    assert (counted.wordings["entries"].median, counted.wordings["entries"].few) == (5, ())
    assert (counted.wordings["terms"].median, counted.wordings["terms"].few) == (0, ("term",))


def test_nothing_has_no_median_and_lacks_nothing() -> None:
    nothing = wordings([])
    assert (nothing.pieces, nothing.median, nothing.few) == (0, 0, ())


def test_what_is_common_is_counted_with_its_translations() -> None:
    content = common_content()
    counted = counts_of_common(content)
    assert counted.wordings["entries"].pieces == len(content.entries) == counted.kinds.total()
    assert counted.languages["en"] == sum("en" in entry.translations for entry in content.entries)
    assert counted.measures == 0
