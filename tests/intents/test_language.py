"""The language of a message, by its script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param("住民票はどこで取れますか", "ja", id="Japanese"),
        pytest.param("住民票", "ja", id="a keyword in kanji"),
        pytest.param("粗大ごみ 料金", "ja", id="keywords"),
        pytest.param("ゴミ", "ja", id="katakana"),
        pytest.param("Wi-Fi", "ja", id="a keyword in Latin letters"),
        pytest.param("hello", "ja", id="a single foreign word"),
        pytest.param("Please tell me ごみの日", "ja", id="English with Japanese in it"),
        pytest.param("市役所 open hours today please", "ja", id="English with a Japanese name in kanji"),
        pytest.param("Where can I get my certificate of residence?", "en", id="English"),
        pytest.param("Onde posso tirar o lixo?", "en", id="Portuguese, answered in English"),
        pytest.param("Tôi muốn đăng ký cư trú", "en", id="Vietnamese, answered in English"),
        pytest.param("쓰레기는 언제 버려요?", "ko", id="Korean"),
        pytest.param("फोहोर कहिले फाल्ने?", "ne", id="Nepali"),
        pytest.param("垃圾怎么分类", "ja", id="Chinese, which residents' bare kanji look like"),
        pytest.param("", "ja", id="nothing"),
        pytest.param("12345 😀", "ja", id="no letters at all"),
    ],
)
def test_the_script_tells_the_language(text: str, language: str) -> None:
    assert language_of(text) == language


@given(st.text(max_size=100), st.sampled_from("ぁんァヶ"))
def test_a_single_kana_makes_a_message_japanese(text: str, kana: str) -> None:
    assert language_of(text + kana) == "ja"


@given(st.text(st.characters(exclude_categories=()), max_size=100))
def test_any_text_has_a_language(text: str) -> None:
    assert language_of(text) in {"ja", "ko", "ne", "en"}
