"""Which subject a question is about: a table that an official can read, and what may not happen in it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from intents.subjects import all_subjects, subjects_named, subjects_of
from intents.tokenizer import phrase_forms
from tests.subject_table import cases, score

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


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        pytest.param("不法投棄ではなくて、地下水の汚れのこと", ["environment"], id="denied"),
        pytest.param("ごみみたいな一日", [], id="a likeness"),
        pytest.param("公園通りの店", [], id="in a place's name"),
        pytest.param("介護保険料を年金から払いたくない", ["long-term-care"], id="what it is only done with"),
        pytest.param("税金を待ってもらえますか、店がつぶれて貯金もない", ["tax"], id="what is asked, not what is told"),
        pytest.param("ふるさと納税の証明書", ["hometown-tax"], id="a word within another's"),
        pytest.param("水道料金の督促状", ["water"], id="a word of many subjects yields"),
        pytest.param("督促状が来た", ["tax"], id="and counts alone"),
        pytest.param("ごみの出し方と水道の開栓", ["waste", "water"], id="side by side with what is asked of one"),
        pytest.param("危険な場所", [], id="危険物 is a word of its own"),
        pytest.param("いぬがしんだときのてつづき", ["dogs"], id="kana, with a verb that is bent"),
        pytest.param("こうきこうれいしゃ の ほけんしょう", ["late-elderly"], id="kana with spaces"),
    ],
)
def test_what_counts_in_a_question(question: str, expected: list[str]) -> None:
    assert found(question) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("ごみ", ["waste"]), ("水道料金", ["water"]), ("水道のアプリ", []), ("", []), ("それ", [])],
)
def test_a_matter_alone_is_told_from_a_matter_with_more(text: str, expected: list[str]) -> None:
    assert [subject.id for subject in subjects_named(text)] == expected


def test_a_verb_is_known_in_what_was_what_is_not_and_what_is_wished() -> None:
    said = {"".join(token.surface for token in form) for form in phrase_forms("犬が死ぬ")}
    assert {"犬が死ぬ", "犬が死んだ", "犬が死なない"} <= said
    assert len(list(phrase_forms("ごみ"))) == 1


@pytest.mark.parametrize(
    ("name", "precision", "recall"),
    [("subjects_typed", 0.98, 0.96), ("subjects_heldout", 0.97, 0.93), ("subjects_trial", 0.97, 0.95)],
)
def test_residents_own_words_get_the_right_office(name: str, precision: float, recall: float) -> None:
    told = score(cases(name))
    print(name, told)
    assert told.precision >= precision
    assert told.recall >= recall
