"""Questions of other languages that are understood as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import pytest
import yaml

from intents.glossary import LANGUAGES, language
from intents.patterns import pattern_sources
from intents.translation import translate
from intents.whole_questions import whole_question

Table = Mapping[str, Mapping[str, Sequence[str]]]
DATA = Path(__file__).parent.parent / "data" / "whole_questions.yaml"
KINDS = cast(Table, yaml.safe_load(DATA.read_text(encoding="utf-8")))
PLACES = {"matsusaka": "松阪市", "toon": "東温市"}
ASKED = [
    pytest.param(kind, code, question, id=f"{code}: {question}")
    for kind, by_language in KINDS.items()
    for code, questions in by_language.items()
    for question in questions
]


@pytest.mark.parametrize(("kind", "code", "question"), ASKED)
def test_a_question_is_searched_by_the_japanese_of_its_kind(kind: str, code: str, question: str) -> None:
    japanese = pattern_sources("whole_questions").get(kind, "").format(figure="2877" if "2877" in question else "60%")
    found = translate(question, code, PLACES).text
    if kind == "none":
        assert found not in pattern_sources("whole_questions").values()
        assert "何の数字" not in found
    else:
        assert found.removeprefix("松阪市 ") == japanese


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_knows_every_kind(code: str) -> None:
    kinds = set(pattern_sources("whole_questions"))
    assert kinds | {"plan", "begin", "end"} == set(language(code).patterns["whole_questions"])


def test_another_place_that_is_named_stays_in_the_question() -> None:
    assert translate("How long is Toon's plan?", "en", PLACES).text.split() == [
        "東温市",
        "計画の期間はいつからいつまでですか",
    ]


def test_a_question_among_other_sentences_is_read_as_well() -> None:
    found = translate("I live here. How long is the plan?", "en").text
    assert "計画の期間はいつからいつまでですか" in found


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_long_story_is_left_to_its_words(code: str) -> None:
    assert whole_question("60% " * 500, code) is None
