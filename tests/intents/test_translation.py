"""Questions of other languages, carried into Japanese concepts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.facets import Facet, asked_facet
from intents.glossary import EASY, LANGUAGES, ROMAJI
from intents.matching import RunMatcher, WordMatcher, words_of
from intents.romaji import latin_name, latin_names, one_spelling, spelling_of
from intents.translation import MOST_UNKNOWN, translate

PLACES = latin_names(["松阪市", "東温市", "名古屋市"])


@pytest.mark.parametrize(
    ("code", "text", "japanese"),
    [
        pytest.param(
            "en", "Where can I get a certificate of residence?", "どこで 住民票", id="en, a term of several words"
        ),
        pytest.param("en", "lost my my number card", "なくした マイナンバーカード", id="en, the longest term first"),
        pytest.param("en", "Certificates and FEES", "証明書 手数料", id="en, plural and capitals"),
        pytest.param("en", "Can I pay the taxes?", "支払い 税金", id="en, taxes"),
        pytest.param("en", "How much is juminhyo", "いくら 住民票", id="en, a Japanese word in Latin letters"),
        pytest.param("en", "register my inkan", "印鑑登録", id="en, and within a term"),
        pytest.param("zh", "在哪里领取印章登记证明", "どこで 受け取り 印鑑証明", id="zh, the longest term first"),
        pytest.param("zh", "怎麼領取居民票", "どうやって 受け取り 住民票", id="zh, traditional characters"),
        pytest.param("zh", "有WiFi吗", "Wi-Fi", id="zh, Latin letters within"),
        pytest.param("ko", "주민표는 어디서 떼요?", "住民票 どこで 作り方", id="ko, particles"),
        pytest.param("ko", "쓰레기버리는날이 언제예요", "ごみの日 いつ", id="ko, without spaces"),
        pytest.param("ko", "쓰레기 버리는 날", "ごみの日", id="ko, with spaces"),
        pytest.param("pt", "cartão my number", "マイナンバーカード", id="pt"),
        pytest.param("pt", "cartao my number", "マイナンバーカード", id="pt, without accents"),
        pytest.param("pt", "quais sao os horarios", "一覧 開庁時間", id="pt, plural without accents"),
        pytest.param("vi", "thuế cư trú", "住民税", id="vi"),
        pytest.param("vi", "thue cu tru", "住民税", id="vi, without marks"),
        pytest.param("vi", "thuê nhà", "家", id="vi, marks tell rent from tax"),
        pytest.param("vi", "đăng ký cho con", "登録 子ども", id="vi, cho is no dog among marked words"),
        pytest.param("en", "what does 60 percent mean", "60%って何の数字", id="en, a unit"),
        pytest.param("zh", "60%是什么", "60%って何の数字", id="zh, a unit"),
        pytest.param("vi", "60 phần trăm là gì", "60%って何の数字", id="vi, a unit"),
        pytest.param("en", "list of terms", "一覧 用語", id="en, a list"),
        pytest.param("en", "what will you do in fiscal 2024", "取り組み 2024年度", id="en, a fiscal year"),
        pytest.param("zh", "2024年度要做什么", "2024年度 取り組み", id="zh, a fiscal year"),
        pytest.param("en", "what will you do in reiwa 6", "令和6年度 取り組み", id="en, a year of the era"),
        pytest.param("ne", "२०२४ मा के गरिन्छ", "2024年度 取り組み", id="ne, figures"),
        pytest.param("tl", "basurang malaki, kailan?", "ごみ malaki いつ", id="tl, a linker"),
        pytest.param(
            "tl", "magbayad ng credit card sa city hall", "支払い クレジットカード 市役所", id="tl, English words"
        ),
        pytest.param("ne", "नगरपालिकामा कर तिर्ने", "市役所 税金 支払い", id="ne, postpositions"),
        pytest.param("ne", "वाईफाइ", "Wi-Fi", id="ne, long and short vowels alike"),
        pytest.param(ROMAJI, "juuminhyou wa doko", "住民票 どこで", id="romaji"),
        pytest.param(ROMAJI, "gomi no hi", "ごみの日", id="romaji, several words"),
        pytest.param(ROMAJI, "zyuminhyo", "住民票", id="romaji of another system"),
    ],
)
def test_a_question_becomes_japanese_words(code: str, text: str, japanese: str) -> None:
    assert translate(text, code).text == japanese


@pytest.mark.parametrize(
    ("code", "text", "not_found"),
    [
        pytest.param("en", "carpet", "自動車", id="car in carpet"),
        pytest.param("en", "mapping", "地図情報", id="map in mapping"),
        pytest.param("en", "Can I pay?", "空き缶", id="a can"),
        pytest.param("en", "Ken lives here", "県", id="a name spelt like a Japanese word"),
        pytest.param("zh", "电影", "電気", id="a single character within a word"),
        pytest.param("ko", "물어보고 싶어요", "水道", id="water in asking"),
        pytest.param("ko", "개인정보", "犬の登録", id="dog in personal"),
        pytest.param("pt", "luzes", "太陽光発電", id="sol"),
        pytest.param("vi", "chờ đợi", "犬の登録", id="dog in waiting"),
        pytest.param("tl", "busog", "バス", id="bus in full"),
        pytest.param(EASY, "はしる", "橋", id="a bridge in running"),
    ],
)
def test_a_short_word_is_not_found_inside_a_longer_one(code: str, text: str, not_found: str) -> None:
    assert not_found not in translate(text, code).concepts


@pytest.mark.parametrize(
    ("code", "text", "facet"),
    [
        pytest.param("en", "How much?", Facet.FEE, id="en, fee"),
        pytest.param("zh", "多少钱", Facet.FEE, id="zh, fee"),
        pytest.param("ko", "얼마예요?", Facet.FEE, id="ko, fee"),
        pytest.param("pt", "quanto custa?", Facet.FEE, id="pt, fee"),
        pytest.param("vi", "bao nhiêu tiền", Facet.FEE, id="vi, fee"),
        pytest.param("tl", "magkano po?", Facet.FEE, id="tl, fee"),
        pytest.param("ne", "कति पर्छ?", Facet.FEE, id="ne, fee"),
        pytest.param("en", "phone number?", Facet.TELEPHONE, id="en, telephone"),
        pytest.param("pt", "qual o telefone?", Facet.TELEPHONE, id="pt, telephone"),
        pytest.param("vi", "số điện thoại", Facet.TELEPHONE, id="vi, telephone"),
        pytest.param("zh", "需要带什么", Facet.BRING, id="zh, what to bring"),
        pytest.param("tl", "ano ang kailangan?", Facet.BRING, id="tl, what to bring"),
        pytest.param("ko", "언제까지예요?", Facet.DEADLINE, id="ko, deadline"),
        pytest.param("ne", "कहिलेसम्म?", Facet.DEADLINE, id="ne, deadline"),
        pytest.param("en", "when did it start?", Facet.WHEN, id="en, since when"),
    ],
)
def test_the_side_that_is_asked_is_carried_over(code: str, text: str, facet: Facet) -> None:
    assert asked_facet(translate(text, code).text) is facet


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param("Is the fee 300 yen?", "300", id="a figure"),
        pytest.param("open on 2026-11-21 at 10:30?", "2026-11-21", id="a date"),
        pytest.param("my mail is taro@example.jp", "taro@example.jp", id="a mail address"),
        pytest.param("see https://example.jp/a?b=1 please", "https://example.jp/a?b=1", id="an address"),
        pytest.param("What is Woven City?", "Woven", id="a name"),
        pytest.param("what is ウーブン・シティ", "ウーブン", id="a Japanese name"),
        pytest.param("garbage in Nagoya", "名古屋市", id="a city of Japan"),
    ],
)
def test_figures_dates_and_names_stay(text: str, kept: str) -> None:
    assert kept in translate(text, "en", PLACES).text


def test_where_somebody_comes_from_is_not_where_they_ask_about() -> None:
    assert translate("I moved from Nagoya", "en", PLACES).text == "引っ越し"
    assert translate("tôi chuyển đến từ Nagoya", "vi", PLACES).text == "引っ越し"


def test_what_nothing_knows_is_kept_and_told() -> None:
    found = translate("Where can I watch football tonight?", "en")
    assert "football" in found.unknown
    assert "football" in found.text
    many = translate("alpha bravo charlie delta foxtrot golf", "en")
    assert len(many.unknown) == MOST_UNKNOWN


def test_masked_personal_data_asks_for_nothing() -> None:
    assert (
        translate("call me at 〔電話番号〕 about garbage", "en").text
        == translate("call me at about garbage", "en").text
    )


def test_the_sentences_of_a_story_stay_apart() -> None:
    found = translate("I moved here last month. My wife is pregnant. Where is the hospital?", "en")
    assert found.text.count("。") == 2
    assert found.text.endswith("どこで 病院？")


def test_easy_japanese_gets_the_words_of_an_official_beside_its_own() -> None:
    found = translate("子どもを あずけるところに 入れたいです", EASY)
    assert found.text.startswith("子どもを あずけるところに 入れたいです")
    assert "保育園" in found.text


@pytest.mark.parametrize("code", [*LANGUAGES, EASY, ROMAJI])
@given(text=st.text(max_size=80))
def test_any_text_can_be_carried_over(code: str, text: str) -> None:
    found = translate(text, code, PLACES)
    assert len(found.unknown) <= MOST_UNKNOWN * max(1, len(text))


def test_a_word_may_be_typed_with_its_marks_elsewhere() -> None:
    matcher = WordMatcher({"薬": ["hóa đơn"]}, {}, strict=True)
    assert [match.concept for match in matcher.find(words_of("hoá đơn"))] == ["薬"]


def test_of_a_run_the_longest_term_is_offered_first() -> None:
    matcher = RunMatcher({"短": ["ab"], "長": ["abc"]})
    assert [match.concept for match in matcher.at("abcd", 0)] == ["長", "短"]


@pytest.mark.parametrize(
    "spelt", ["juminhyo", "juuminhyou", "jūminhyō", "jumin-hyo", "zyuminhyo", "Jyuminhyo", "JUUMINHYOU", "jûminhyô"]
)
def test_all_spellings_of_a_japanese_word_come_to_one(spelt: str) -> None:
    assert one_spelling(spelt) == spelling_of("住民票")


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        ("松阪市", "Matsusaka-shi"),
        ("東温市", "Toon-shi"),
        ("大阪市", "Osaka-shi"),
        ("東京都", "Tokyo-to"),
        ("四日市市", "Yokkaichi-shi"),
        ("高知県", "Kochi-ken"),
    ],
)
def test_a_place_is_spelt_as_signs_have_it(name: str, latin: str) -> None:
    assert latin_name(name) == latin


@pytest.mark.parametrize("typed", ["Toon", "toon-shi", "Touon", "TOON"])
def test_a_place_is_known_however_it_is_spelt(typed: str) -> None:
    assert "東温市" in translate(f"garbage in {typed}", "en", PLACES).text
