"""Questions on delicate matters are known, so that their texts are not kept; look-alikes are let alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from intents.delicate import Matter, delicate_matter
from knowledge.bundle import Bundle

TABLE: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[1] / "data" / "delicate.yaml").read_text(encoding="utf-8")
)


def questions(row: str) -> list[str]:
    return [question.strip() for question in row.split(" / ")]


@pytest.mark.parametrize("matter", Matter)
def test_a_question_on_a_delicate_matter_is_known_by_its_kind(matter: Matter) -> None:
    expected = dict.fromkeys(questions(TABLE["told"][matter]), matter)
    assert {question: delicate_matter(question) for question in expected} == expected


def test_other_questions_are_let_alone() -> None:
    expected = dict.fromkeys(questions(TABLE["kept"]))
    assert {question: delicate_matter(question) for question in expected} == expected


def test_the_words_of_the_plans_stay_readable_for_the_most_part(bundles: list[Bundle]) -> None:
    """What residents ask a DX plan is what officials are to read of."""
    asked = [text for bundle in bundles for entry in bundle.entries for text in (entry.question, *entry.phrasings)]
    silent = [text for text in asked if delicate_matter(text) is not None]
    assert len(silent) <= len(asked) * 0.03, silent


@pytest.mark.parametrize("text", ["", " ", "\ud83d", "\x00", "障" * 5_000, "生活" * 3_000])
def test_rubbish_is_no_delicate_matter(text: str) -> None:
    assert delicate_matter(text) is None
