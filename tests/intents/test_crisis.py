"""A wish not to live, a child or an old person hurt or left without care: in all the words people have for it.

``seen`` guided the patterns, ``unseen`` was written with it and only measured.  Both are by one hand,
so neither tells how a stranger's words fare; the harmless rows tell what the patterns must leave alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from intents.emergencies import Need, emergency

TABLE: dict[str, Any] = yaml.safe_load((Path(__file__).parents[1] / "data" / "crisis.yaml").read_text(encoding="utf-8"))
LANGUAGES = ("ja", "en", "zh", "ko", "pt", "vi", "tl", "ne")


def messages(row: str) -> list[str]:
    return [message.strip() for message in row.split(" / ")]


def told(half: str, language: str) -> dict[str, Need]:
    rows = TABLE[half].get(language, {})
    return {message: Need(need) for need, row in rows.items() for message in messages(row)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("half", ["told", "seen", "later"])
def test_whoever_tells_of_a_crisis_reads_the_number_first(half: str, language: str) -> None:
    expected = told(half, language)
    assert {message: emergency(message) for message in expected} == expected


def test_the_words_that_guided_no_pattern_are_understood_too() -> None:
    expected = {message: need for language in LANGUAGES for message, need in told("unseen", language).items()}
    missed = {message: emergency(message) for message, need in expected.items() if emergency(message) is not need}
    assert len(missed) <= len(expected) * 0.02, missed


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("half", ["seen", "unseen"])
def test_what_only_sounds_like_it_is_left_alone(half: str, language: str) -> None:
    expected = dict.fromkeys(messages(TABLE["harmless"][half][language]))
    assert {message: emergency(message) for message in expected} == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_that_follows_does_not_silence_it(language: str) -> None:
    cries = told("seen", language)
    asked = {"ja": "。住民票はどこで取れますか", "zh": "。住民票在哪里", "ne": "। यो कहाँ हो?"}.get(
        language, ". Where? "
    )
    assert [cry for cry in cries if emergency(cry + asked) is None] == []


def test_the_tables_hold_hundreds_of_messages() -> None:
    assert sum(len(told(half, language)) for half in ("seen", "unseen") for language in LANGUAGES) >= 250
    assert sum(len(messages(row)) for half in TABLE["harmless"].values() for row in half.values()) >= 150
