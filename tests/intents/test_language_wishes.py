"""Wishes for the language of the reply, and questions about languages that are none."""

from __future__ import annotations

import pytest

from intents.language_wishes import wished_language


@pytest.mark.parametrize(
    ("text", "language", "rest"),
    [
        ("やさしい日本語で おしえて。計画は いつまで？", "easy", "計画は いつまで？"),
        ("やさしい にほんご で こたえて…", "easy", ""),
        ("かんたんな日本語で説明してほしいです", "easy", ""),
        ("easy japanese please", "easy", ""),
        ("English please", "en", ""),
        ("英語でお願いします", "en", ""),
        ("in English, please. when does the plan end", "en", "when does the plan end"),
        ("do you speak english?", "en", ""),
        ("ごみの日を英語で教えて", "en", "ごみの日を"),
        ("请用中文回答 住民票在哪里办", "zh", "住民票在哪里办"),
        ("中文", "zh", ""),
        ("한국어로 답해 주세요. 주민등록등본", "ko", "주민등록등본"),
        ("em português, por favor", "pt", ""),
        ("tra loi bang tieng viet", "vi", ""),
        ("sa Tagalog po", "tl", ""),
        ("नेपालीमा जवाफ दिनुहोस्", "ne", ""),
        ("日本語でお願いします", "ja", ""),
    ],
)
def test_a_wish_is_read_and_the_rest_is_kept(text: str, language: str, rest: str) -> None:
    assert wished_language(text) == (language, rest)


@pytest.mark.parametrize(
    "text",
    [
        "英語で相談できますか",
        "英語の案内はありますか",
        "英語、中国語、韓国語の案内はありますか",
        "英語で話せる人はいますか",
        "英語でかいた書類でもいい？",
        "やさしい日本語とは",
        "日本語教室はどこ",
        "is there information in English?",
        "English speaking staff",
        "learn japanese",
        "中国語の通訳はいますか",
        "住民票 コンビニ",
    ],
)
def test_a_question_about_languages_is_no_wish(text: str) -> None:
    assert wished_language(text) == (None, text)
