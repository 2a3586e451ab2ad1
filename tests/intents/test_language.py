"""The language of a message: by its script, its small words and its terms."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from intents.glossary import LANGUAGES
from intents.language import language_of

DATA = Path(__file__).parent.parent / "data"
SENTENCES = yaml.safe_load((DATA / "recognition.yaml").read_text(encoding="utf-8"))
TYPED = yaml.safe_load((DATA / "recognition_typed.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("code", SENTENCES)
def test_nearly_every_sentence_that_residents_might_type_is_recognised(code: str) -> None:
    wrong = [(text, found) for text in SENTENCES[code] if (found := language_of(str(text))) != code]
    assert len(SENTENCES[code]) >= 20
    assert len(wrong) <= 1, wrong


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, listed in TYPED.items() for text in listed])
def test_words_of_another_language_in_a_message_do_not_hide_its_own(code: str, text: str) -> None:
    assert language_of(text) == code


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param("住民票はどこで取れますか", "ja", id="Japanese"),
        pytest.param("住民票", "ja", id="a keyword in kanji"),
        pytest.param("粗大ごみ 料金", "ja", id="keywords"),
        pytest.param("ゴミ", "ja", id="katakana"),
        pytest.param("Wi-Fi", "ja", id="a keyword in Latin letters that Japanese use"),
        pytest.param("LINE DX KPI", "ja", id="several of them"),
        pytest.param("OS", "ja", id="an abbreviation that is a word of another language"),
        pytest.param("hello", "en", id="a single foreign word"),
        pytest.param("Please tell me ごみの日", "ja", id="English with Japanese in it"),
        pytest.param("市役所 open hours today please", "en", id="English with a Japanese name in kanji"),
        pytest.param("juminhyo", "ja", id="a Japanese word in Latin letters"),
        pytest.param("juminhyo how much", "en", id="a Japanese word in English"),
        pytest.param("heavy rain", "en", id="an English word spelt like a Japanese one"),
        pytest.param("Where can I get my certificate of residence?", "en", id="English"),
        pytest.param("Onde posso tirar o lixo?", "pt", id="Portuguese"),
        pytest.param("Tôi muốn đăng ký cư trú", "vi", id="Vietnamese"),
        pytest.param("toi muon dang ky cu tru", "vi", id="Vietnamese without marks"),
        pytest.param("Saan po ang munisipyo?", "tl", id="Filipino"),
        pytest.param("paano mag-apply ng residence certificate online", "tl", id="Filipino with English words"),
        pytest.param("쓰레기는 언제 버려요?", "ko", id="Korean"),
        pytest.param("फोहोर कहिले फाल्ने?", "ne", id="Nepali"),
        pytest.param("垃圾怎么分类", "zh", id="Chinese"),
        pytest.param("怎麼申請", "zh", id="Chinese in traditional characters"),
        pytest.param("个人编号卡", "zh", id="a Chinese keyword with characters that Japanese lacks"),
        pytest.param("", "ja", id="nothing"),
        pytest.param("12345 😀", "ja", id="no letters at all"),
        pytest.param("xyzzy", "ja", id="a word that nobody knows"),
    ],
)
def test_the_language_of_a_message(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("text", "before", "language"),
    [
        pytest.param("1", "en", "en", id="a number goes on in the language before"),
        pytest.param("Wi-Fi", "pt", "pt", id="so does a word that tells nothing"),
        pytest.param("住民票", "zh", "zh", id="kanji alone among Chinese messages"),
        pytest.param("住民票", "en", "ja", id="kanji alone among English ones are Japanese"),
        pytest.param("ごみの日", "en", "ja", id="kana are Japanese after any"),
        pytest.param("lixo", "en", "pt", id="a word that tells changes it"),
        pytest.param("para", "tl", "tl", id="a word of two languages goes on as before"),
        pytest.param("para", "pt", "pt", id="in either"),
    ],
)
def test_what_does_not_tell_its_language_goes_on_as_before(text: str, before: str, language: str) -> None:
    assert language_of(text, before) == language


@given(st.text(max_size=100), st.sampled_from("ぁんァヶ"))
def test_a_single_kana_makes_a_message_japanese(text: str, kana: str) -> None:
    assert language_of(text + kana) == "ja"


@given(st.text(st.characters(exclude_categories=()), max_size=100))
def test_any_text_has_a_language(text: str) -> None:
    assert language_of(text) in {"ja", *LANGUAGES}


@pytest.mark.parametrize(
    "text",
    [
        "怎麼申請住民票",
        "垃圾怎麼分類",
        "在便利商店可以領取什麼證明",
        "如何辦理轉入",
        "申請住民票需要什麼",
        "住民票在哪裡申請",
        "幾點開門",
        "印鑑證明",
        "手續費多少",
        "外國人諮詢",
        "計畫的期間",
        "預防接種時間",
        "廢棄物處理",
        "市政府開放時間",
        "子女津貼",
        "印章注册",
    ],
)
def test_chinese_in_old_characters_is_told_by_what_japanese_does_not_write_today(text: str) -> None:
    assert language_of(text) == "zh"


@pytest.mark.parametrize(
    "text",
    [
        "住民票交付手数料",
        "個人番号交付率",
        "学校給食費免除申請",
        "予防接種日程",
        "國勢調査",
        "廣島転入",
        "齋藤市長",
        "慶應義塾",
        "渡邊市長発言",
        "龍神地区防災無線",
        "澤田住民票",
        "補助金申請方法",
        "多久市転入",
    ],
)
def test_japanese_in_characters_alone_stays_japanese_old_ones_of_names_too(text: str) -> None:
    assert language_of(text) == "ja"
