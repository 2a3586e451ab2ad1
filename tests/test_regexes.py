"""No regular expression takes more than its share of a long text that it nearly matches."""

from __future__ import annotations

import importlib
import re
import time
from typing import Any

import pytest

from bot.line.events import Reading, read_event
from intents import comparisons, contacts
from intents.comparisons import comparison
from intents.contacts import contact_question
from intents.patterns import ending_of
from intents.text import MAX_QUESTION
from knowledge.plan_sections import LONGEST_ROW
from tests.support.regexes import (
    FIXED,
    Named,
    all_patterns,
    near_misses,
    seconds,
    text_of,
    words_in_a_row,
    written_lines,
)

SHORT, LONG = 1_200, 2_400
_WORTH_TIMING = 0.0004
_LINEAR, _SQUARE = 3.0, 6.0
_FEWEST_TURNS, _MOST_TURNS = 6, 24
CUT = {"knowledge.plan_sections._PAGE": LONGEST_ROW}
"""Takes four times as long for twice the text, and sees no longer one: the letters at which the program cuts.

``python -m tests.bench.regexes`` tells what the worst text of that length takes.
"""
_TOO_LONG = 0.03
_TWICE_A_WORD = 3.0


def _growth(named: Named, piece: str) -> float:
    """In turns, the best of each: what another process takes from one turn is not taken from all."""
    short = long = float("inf")
    for turn in range(_MOST_TURNS):
        long = min(long, seconds(named.pattern, text_of(piece, LONG), 1))
        if long < _WORTH_TIMING:
            return 1.0
        short = min(short, seconds(named.pattern, text_of(piece, SHORT), 1))
        if turn + 1 >= _FEWEST_TURNS and long <= _LINEAR * short:
            break
    return long / short


def _worst_growth(named: Named) -> float:
    return max(_growth(named, piece) for piece in dict.fromkeys([*near_misses(named.pattern, 8), *FIXED[:8]]))


def test_time_grows_as_the_text_does_and_never_beyond_its_square() -> None:
    patterns = (*all_patterns(), *written_lines())
    assert len(patterns) > 3_000
    grown = {named: _worst_growth(named) for named in patterns}
    assert {each.place: growth for each, growth in grown.items() if growth > _SQUARE} == {}
    assert {each.place for each, growth in grown.items() if growth > _LINEAR} - CUT.keys() == set()


@pytest.mark.parametrize("known", ["[0-9一]+代", r"どちら.*高い", r"\s*\n"])
def test_the_measure_finds_what_grows_with_the_square(known: str) -> None:
    assert _worst_growth(Named("known", re.compile(known))) > _LINEAR


def test_what_grows_with_the_square_is_quick_where_it_is_cut() -> None:
    for named in all_patterns():
        if named.place in CUT:
            pieces = dict.fromkeys([*near_misses(named.pattern, 8), *FIXED, "\t.", ". "])
            assert max(seconds(named.pattern, text_of(piece, CUT[named.place])) for piece in pieces) < 0.1


def _doubles(pattern: re.Pattern[str], before: str, word: str) -> bool:
    """Whether a few words more take many times as long: the words can be parted in more than one way."""
    last = 0.0
    for count in (4, 8, 12, 16, 20):
        taken = seconds(pattern, before + word * count + "\ue000", 1)
        if taken > _TOO_LONG:
            return taken > _TWICE_A_WORD * last
        last = taken
    return False


def test_no_words_in_a_row_can_be_parted_in_many_ways() -> None:
    found = {
        each.place: (before, word)
        for each in (*all_patterns(), *written_lines())
        for before, word in words_in_a_row(each.pattern)
        if _doubles(each.pattern, before, word)
    }
    assert found == {}


def test_the_search_for_them_finds_one() -> None:
    known = re.compile("電話(?:です|か|ですか|x)+$")
    assert any(_doubles(known, before, word) for before, word in words_in_a_row(known))


@pytest.mark.parametrize("end", ["ですか", "でしょうか", "をかけたい", "では", "だとでは", "教えてください", "ka "])
def test_a_question_whose_end_goes_on_and_on_is_read_at_once(end: str) -> None:
    for text in (
        f"電話番号 {end * 60}"[:59] + "x",
        f"市役所の電話 {end * 60}"[:60],
        f"AとBの違い{end * 600}"[:1999] + "x",
    ):
        begun = time.thread_time()
        contact_question(text)
        comparison(text)
        assert time.thread_time() - begun < 1


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("市民課の電話番号", "市民課の電話"),
        ("市民課はどこですか?", "市民課"),
        ("図書館 ka", "図書館"),
        ("図書館 soka", "図書館 soka"),
        ("", ""),
        ("ですか", ""),
    ],
)
def test_the_words_around_a_name_are_found_from_its_end(text: str, left: str) -> None:
    assert text[: ending_of(text, contacts._FILLERS, contacts.LONGEST_WORD)].strip() == left


def test_no_word_is_longer_than_is_looked_for() -> None:
    parser: Any = importlib.import_module("re._parser")
    words = [
        (contacts._HALL_OR_FILLERS, contacts.LONGEST_WORD),
        (contacts._FILLERS, contacts.LONGEST_WORD),
        (comparisons._END_WORD, comparisons.LONGEST_END_WORD),
    ]
    for pattern, longest in words:
        assert parser.parse(pattern.pattern, pattern.flags).getwidth()[1] <= longest


def test_what_a_resident_writes_is_cut_before_it_is_read() -> None:
    event = {"type": "message", "timestamp": 1, "message": {"type": "text", "id": "1", "text": "あ" * 50_000}}
    read = read_event(event, Reading(lambda name, _: name))
    assert read.text is not None
    assert len(read.text) <= MAX_QUESTION
