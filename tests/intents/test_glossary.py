"""The language files: complete, consistent, and refused with a clear sentence where they are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from intents.glossary import (
    EASY,
    LANGUAGES,
    ROMAJI,
    SCRIPTS,
    GlossaryError,
    concepts,
    language,
    read_concepts,
    read_language,
)
from intents.translation import translate

EVERY = (*LANGUAGES, EASY)
KNOWN = {"住民票": "住民票", "ごみ": "ごみ"}


def test_there_are_at_least_three_hundred_concepts() -> None:
    assert len(concepts()) >= 300


@pytest.mark.parametrize(
    "name",
    [
        "住民票",
        "コンビニ交付",
        "マイナンバーカード",
        "印鑑登録",
        "印鑑証明",
        "転入",
        "転出",
        "引っ越し",
        "戸籍",
        "課税証明書",
        "国民健康保険",
        "保育園",
        "児童手当",
        "ごみ",
        "粗大ごみ",
        "予約",
        "手数料",
        "いつ",
        "いくら",
        "どこで",
        "必要なもの",
        "電話番号",
        "キャッシュレス",
        "Wi-Fi",
        "スマホ教室",
        "オンライン申請",
        "防災",
        "避難所",
        "防犯カメラ",
        "観光",
        "DX推進計画",
        "目標値",
    ],
)
def test_a_concept_that_residents_ask_about_is_known(name: str) -> None:
    assert name in concepts()


@pytest.mark.parametrize("code", EVERY)
def test_every_language_has_words_for_every_concept(code: str) -> None:
    words = language(code)
    assert set(words.terms) == set(concepts())
    assert sum(map(len, words.terms.values())) >= 2 * len(concepts())


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_words_are_written_in_the_script_of_their_language(code: str) -> None:
    script = SCRIPTS[language(code).script]
    strange = [
        term
        for terms in language(code).terms.values()
        for term in terms
        if not script.search(term) and not term.isascii()
    ]
    assert strange == []


@pytest.mark.parametrize("code", EVERY)
def test_every_term_is_found_as_its_own_concept(code: str) -> None:
    lost = [
        (name, term)
        for name, terms in language(code).terms.items()
        for term in terms
        if name not in translate(term, code).concepts
    ]
    assert lost == []


@pytest.mark.parametrize("code", [*EVERY, ROMAJI])
def test_nobody_is_named_who_has_not_reviewed(code: str) -> None:
    words = language(code)
    assert words.reviewed == bool(words.reviewed_by)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_can_greet_thank_call_for_help_and_ask_for_a_person(code: str) -> None:
    patterns = language(code).patterns
    assert {"greeting", "thanks", "farewell", "help"} <= set(patterns["small_talk"])
    assert {"person", "complaint", "question"} <= set(patterns["handoff"])
    assert {"suicide", "fire_ambulance", "child_abuse", "violence", "police", "question", "certain", "cry"} <= set(
        patterns["emergencies"]
    )


GOOD: dict[str, Any] = {
    "name": "English",
    "script": "latin",
    "reviewed": False,
    "terms": {"住民票": ["certificate of residence"], "ごみ": ["garbage"]},
}


def written(tmp_path: Path, **changes: Any) -> Path:
    path = tmp_path / "en.yaml"
    given = {name: value for name, value in (GOOD | changes).items() if value is not None}
    path.write_text(yaml.safe_dump(given, allow_unicode=True), encoding="utf-8")
    return path


def test_a_good_file_is_read(tmp_path: Path) -> None:
    words = read_language(written(tmp_path), KNOWN)
    assert words.terms["ごみ"] == ("garbage",)
    assert (words.code, words.reviewed, words.small_words) == ("en", False, ())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({"terms": {"住民票": ["a"]}}, "この概念の語がありません: ごみ", id="a concept without words"),
        pytest.param(
            {"terms": {"住民票": ["a"], "ごみ": ["b"], "税": ["c"]}},
            "concepts.yaml にない概念です: 税",
            id="an unknown concept",
        ),
        pytest.param({"terms": {"住民票": ["a"], "ごみ": []}}, "terms.ごみ: 語の一覧を [ ] で書きます", id="no words"),
        pytest.param({"terms": {"住民票": ["a"], "ごみ": "b"}}, "terms.ごみ: 語の一覧を [ ] で書きます", id="no list"),
        pytest.param({"terms": {"住民票": ["a"], "ごみ": [7]}}, "terms.ごみ: 語の一覧を [ ] で書きます", id="a number"),
        pytest.param({"terms": {"住民票": ["a"], "ごみ": [" "]}}, "terms.ごみ: 空の語があります", id="an empty word"),
        pytest.param({"terms": {"住民票": ["A"], "ごみ": ["a"]}}, "二つの概念に同じ語があります: a", id="a word twice"),
        pytest.param({"terms": None}, "terms（概念ごとの語）が必要です", id="no terms"),
        pytest.param({"script": "greek"}, "name と script（latin", id="an unknown script"),
        pytest.param({"reviewed": "no"}, "reviewed は true か false", id="reviewed as a word"),
        pytest.param({"reviewed": True}, "だれが確かめたかを reviewed_by に", id="reviewed by nobody"),
        pytest.param({"color": "red"}, "この項目名は使えません: color", id="a misspelt key"),
        pytest.param(
            {"emergencies": {"fire": ["("]}}, "emergencies.fire: 正規表現として読めません", id="a broken pattern"
        ),
    ],
)
def test_a_faulty_file_is_refused_with_a_sentence(tmp_path: Path, changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(GlossaryError) as refused:
        read_language(written(tmp_path, **changes), KNOWN)
    assert sentence in str(refused.value)
    assert all(problem.startswith("en.yaml: ") for problem in refused.value.problems)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("name: [}", "en.yaml:1: YAML として読めません", id="no YAML"),
        pytest.param("- a", "「項目名: 値」の形で書きます", id="a list"),
    ],
)
def test_what_is_no_yaml_is_refused_with_its_place(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "en.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(GlossaryError) as refused:
        read_language(path, KNOWN)
    assert sentence in str(refused.value)


def test_a_concept_listed_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "concepts.yaml"
    path.write_text("証明書: [住民票]\nごみ: [ごみ, 住民票]\n", encoding="utf-8")
    with pytest.raises(GlossaryError, match="同じ概念が二度あります: 住民票"):
        read_concepts(path)
