"""Words that sound alike: the word right before tells which is meant, and without it nothing is touched."""

from __future__ import annotations

import pytest

from intents.homophones import as_meant


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("すいどうのけんしん", "水道の検針"),
        ("水道の健診はいつですか", "水道の検針はいつですか"),
        ("水道検診", "水道検針"),
        ("水道メーターのけんしんにくる日", "水道メーターの検針にくる日"),
        ("がすのけんしん", "がすのけんしん"),
        ("ガスのけんしん", "ガスの検針"),
    ],
)
def test_the_word_before_tells_which_is_meant(typed: str, read: str) -> None:
    assert as_meant(typed) == read


@pytest.mark.parametrize(
    "typed", ["けんしんはいつですか", "がん検診の予約", "こどものけんしん", "水道と健診", "すいどうのことでけんしん"]
)
def test_without_it_nothing_is_touched(typed: str) -> None:
    assert as_meant(typed) == typed
