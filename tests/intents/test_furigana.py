"""ふりがな: hard words have their reading, once; letters that are read as they stand have none."""

from __future__ import annotations

import pytest

from intents.furigana import Piece, Reader, easy_kanji, in_brackets, is_hard, with_readings


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("証明書を取れます。", "証明書（しょうめいしょ）を取れます。"),
        ("手数料は、300円です。", "手数料（てすうりょう）は、300円です。"),
        ("申請してください。", "申請（しんせい）してください。"),
        ("お問い合わせは、課へ。", "お問い合わせは、課（か）へ。"),
        ("水曜日の朝に来てください。", "水曜日の朝に来てください。"),
        ("届け出が要ります。", "届（とど）け出（で）が要（い）ります。"),
        ("マイナンバーカード", "マイナンバーカード"),
        ("", ""),
    ],
)
def test_hard_words_have_their_reading_above_the_kanji_alone(text: str, read: str) -> None:
    assert in_brackets(text) == read


def test_the_same_word_is_read_once() -> None:
    assert in_brackets("申請は、窓口か、オンラインで申請できます。") == (
        "申請（しんせい）は、窓口（まどぐち）か、オンラインで申請できます。"
    )


def test_a_municipalitys_own_reading_comes_first_and_holds_for_the_whole_word() -> None:
    own = {"東温市": "とうおんし", "御前崎": "おまえざき"}
    assert in_brackets("東温市と御前崎市です。", own).startswith("東温市（とうおんし）と御前崎（おまえざき）市")


def test_what_is_counted_is_left_to_its_number() -> None:
    assert in_brackets("3階の30歳以上の5歳です。").count("（") == in_brackets("以上").count("（")


def test_the_pieces_together_are_the_text() -> None:
    text = "令和８年度の〇〇申請（本人）は、ＡＢＣ窓口で\n受け付けます。𠮟る🙂 が"
    pieces = with_readings(text)
    assert "".join(one.text for one in pieces) == text
    assert all(one.reading is None or one.reading.strip() for one in pieces)
    assert Piece("申請", "しんせい") in pieces


def test_the_kanji_of_three_years_of_school_are_easy() -> None:
    assert len(easy_kanji()) == 80 + 160 + 200
    assert not is_hard("市役所のお知らせ")
    assert is_hard("申請")


def test_a_word_of_the_whole_reply_is_read_where_it_comes_first() -> None:
    reader = Reader({"松阪市": "まつさかし"})
    assert [reader.in_brackets(text) for text in ("松阪市の証明書", "証明書は、松阪市へ申請")] == [
        "松阪市（まつさかし）の証明書（しょうめいしょ）",
        "証明書は、松阪市へ申請（しんせい）",
    ]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("市内と都市内部", "市内（しない）と都市内部（ないぶ）"),
        ("川内支所へ", "川内支所（かわうちししょ）へ"),
    ],
)
def test_an_own_reading_is_not_taken_for_a_part_of_another_word(text: str, read: str) -> None:
    assert in_brackets(text, {"市内": "しない", "川内": "かわうち"}).replace("部（ぶ）", "部") == read.replace(
        "内部（ないぶ）", "内部"
    )


@pytest.mark.parametrize(
    "text",
    [
        "令和7年度",
        "令和６年10月1日",
        "2026年11月24日に",
        "https://www.city.example.jp/証",
        "電話 0598-53-0000",
        "soudan@city.example.jp",
    ],
)
def test_dates_numbers_and_addresses_are_left_alone(text: str) -> None:
    assert in_brackets(text.removesuffix("証")) == text.removesuffix("証")


@pytest.mark.parametrize(
    "text",
    [
        "手数料（てすうりょう）",
        "申し込み（もうしこみ）",
        "申（もう）し込（こ）み",
        "手続き（てつづき）を します。",
        "電話番号（でんわばんごう）は 書（か）いてありません。",
    ],
)
def test_what_the_text_reads_itself_is_not_read_twice(text: str) -> None:
    assert in_brackets(text) == text


def test_brackets_that_are_no_reading_stay_behind_the_word() -> None:
    assert in_brackets("監視（センサー）の機器") == "監視（かんし）（センサー）の機器（きき）"


def test_what_is_not_read_in_japanese_has_no_reading() -> None:
    assert in_brackets("简体中文、한국어、नेपाली") == "简体中文、한국어、नेपाली"


def test_words_of_kanji_in_a_row_are_read_in_one_breath_where_the_reading_stands_behind_them() -> None:
    assert in_brackets("市政改革課へ") == "市政改革課（しせいかいかくか）へ"
    assert [one.reading for one in with_readings("市政改革課へ") if one.reading] == ["しせい", "かいかく", "か"]
