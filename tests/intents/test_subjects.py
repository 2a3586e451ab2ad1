"""Which subject a question is about: a table that an official can read, and what may not happen in it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from intents.subjects import all_subjects, subjects_of

TABLE: dict[str, list[str]] = yaml.safe_load(
    (Path(__file__).parent.parent / "data" / "subjects.yaml").read_text(encoding="utf-8")
)
ASKED = [(key.split(), question) for key, questions in TABLE.items() for question in questions if key != "none"]
LEAST_FOUND = 0.97


def found(question: str) -> list[str]:
    return [subject.id for subject in subjects_of(question)]


def test_the_table_holds_every_subject() -> None:
    assert {subject for key, _ in ASKED for subject in key} == set(all_subjects())
    assert len(ASKED) >= 200
    assert len(TABLE["none"]) >= 80


def test_a_question_gets_its_office_and_hardly_ever_another() -> None:
    wrong = [(question, found(question), key) for key, question in ASKED if found(question) not in ([], key)]
    missed = [(question, key) for key, question in ASKED if not found(question)]
    print(f"right {len(ASKED) - len(wrong) - len(missed)}, wrong {wrong}, missed {missed}")
    assert wrong == []
    assert len(missed) <= (1 - LEAST_FOUND) * len(ASKED), missed


@pytest.mark.parametrize("question", TABLE["none"])
def test_a_question_without_a_subject_gets_none(question: str) -> None:
    assert found(question) == []


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        pytest.param("道路のごみ", ["waste"], id="what is described, not what describes it"),
        pytest.param("父が亡くなったので年金を止めたい", ["pension"], id="the wish, not the reason"),
        pytest.param("国保と年金", ["national-health-insurance", "pension"], id="side by side"),
        pytest.param("国保と年金と水道の手続き", ["national-health-insurance", "pension"], id="never more than two"),
        pytest.param("国保のこと、国民健康保険税のこと", ["national-health-insurance"], id="the same twice"),
        pytest.param("", [], id="nothing"),
        pytest.param("ごみ" * 5000, ["waste"], id="very long"),
    ],
)
def test_of_several_subjects(question: str, expected: list[str]) -> None:
    assert found(question) == expected
