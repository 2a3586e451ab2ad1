"""Two databases are told apart by the hostile strings that stand in their columns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from knowledge.db import Database
from knowledge.models import Municipality
from tests.hostile_states import differences, main, state_of
from tests.support.hostile import hostile_strings

WRITTEN = hostile_strings()[3]
FILLED = {f"table.column{number}": [1, 2] for number in range(50)}


def test_a_string_is_found_in_its_column_and_within_json(database: Database) -> None:
    with database.writing() as session:
        session.add(
            Municipality(
                code="242047",
                name="松阪市",
                kana="まつさかし",
                prefecture="三重県",
                aliases=[f"「{WRITTEN}」"],
                contact_department="市民課",
                sample=False,
                examples=[],
            )
        )
    with database.reading() as session:
        found = state_of(session)
    assert 3 in found["municipalities.aliases"]
    assert not any("name" in column and 3 in places for column, places in found.items())


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (FILLED, []),
        (FILLED | {"table.column0": [2]}, ["table.column0: [1]"]),
        (FILLED | {"table.more": [7]}, ["table.more: [7]"]),
    ],
)
def test_what_stands_in_one_alone_is_told(other: dict[str, list[int]], said: list[str]) -> None:
    assert differences(FILLED, other) == said


@pytest.mark.parametrize(
    ("one", "other", "status"), [(FILLED, FILLED, 0), (FILLED, FILLED | {"table.more": [7]}, 1), ({}, {}, 1)]
)
def test_unlike_or_hardly_filled_it_ends_with_1(
    one: dict[str, list[int]], other: dict[str, list[int]], status: int, tmp_path: Path
) -> None:
    files = [tmp_path / "one.json", tmp_path / "other.json"]
    for path, state in zip(files, (one, other), strict=True):
        path.write_text(json.dumps(state), encoding="utf-8")
    assert main([str(path) for path in files]) == status
