"""The files of patterns that officials may mend: well-formed, and nothing in them stands twice."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

import intents
from intents.emergencies import Need
from intents.facets import Facet
from intents.handoff import Wish
from intents.patterns import pattern_sources, patterns, word_list
from intents.small_talk import SmallTalk
from intents.text import normalize

FOLDER = Path(intents.__file__).parent / "data"
FILES = ["courtesies", "emergencies", "facets", "handoff", "small_talk"]

HELPERS = {
    "courtesies": set(),
    "emergencies": {"question", "certain", "cry", "past"},
    "facets": {"filler"},
    "handoff": {"question", "mourned"},
    "small_talk": {"filler"},
}
KINDS: dict[str, set[str]] = {
    "courtesies": {"courtesy", "frame"},
    "emergencies": set(Need),
    "facets": set(Facet),
    "handoff": set(Wish),
    "small_talk": set(SmallTalk),
}


def groups(name: str) -> dict[str, list[str]]:
    read: dict[str, list[str]] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return read


@pytest.mark.parametrize("name", FILES)
def test_every_group_is_a_kind_and_every_kind_has_a_group(name: str) -> None:
    assert set(groups(name)) == KINDS[name] | HELPERS[name]


@pytest.mark.parametrize("name", FILES)
def test_every_pattern_is_a_text_and_a_regular_expression(name: str) -> None:
    for group, alternatives in groups(name).items():
        assert alternatives, group
        for alternative in alternatives:
            assert isinstance(alternative, str)
            assert alternative
            re.compile(alternative)


@pytest.mark.parametrize("name", FILES)
def test_no_pattern_matches_nothing_at_all(name: str) -> None:
    """One that did would make every message an emergency, a complaint, small talk."""
    empty = [alternative for found in groups(name).values() for alternative in found if re.search(alternative, "")]
    assert empty == []


@pytest.mark.parametrize("name", FILES)
def test_patterns_are_written_as_messages_are_compared(name: str) -> None:
    """Full-width and capital letters never match: messages are normalized first."""
    written = [alternative for found in groups(name).values() for alternative in found]
    bare = [re.sub(r"\\.|[\s~～ー]", "", alternative) for alternative in written]
    assert [text for text in bare if normalize(text) != text] == []


@pytest.mark.parametrize("name", FILES)
def test_no_pattern_stands_twice_in_a_group(name: str) -> None:
    for group, alternatives in groups(name).items():
        assert {alternative: times for alternative, times in Counter(alternatives).items() if times > 1} == {}, group


def test_alternatives_are_joined_in_the_order_of_the_file() -> None:
    sources = pattern_sources("handoff")
    assert list(sources) == list(groups("handoff"))
    assert sources["complaint"].startswith(groups("handoff")["complaint"][0] + "|")


def test_a_compiled_group_finds_what_any_of_its_alternatives_finds() -> None:
    assert patterns("handoff")["complaint"].search("苦情")
    assert not patterns("handoff")["complaint"].search("住民票")


def test_files_are_read_once() -> None:
    assert patterns("facets") is patterns("facets")


def test_a_missing_file_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        patterns("nothing")


def test_function_words_are_a_word_a_line() -> None:
    words = word_list("function_words")
    lines = (FOLDER / "function_words.txt").read_text(encoding="utf-8").split("\n")
    assert {"為る", "教える", "下さる"} <= words
    assert sorted(line for line in lines if line) == sorted(words)
