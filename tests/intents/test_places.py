"""Other municipalities that a question names, and names that are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.places import NamedPlace, neighbourhood

MATSUSAKA = neighbourhood(
    own=["松阪市", "松阪", "まつさかし", "三重県"],
    served=["茂原市", "茂原", "御前崎市", "御前崎", "明和町", "明和", "津島市", "津島", "東温市", "東温"],
)


def served(name: str) -> NamedPlace:
    return NamedPlace(name, served=True)


def foreign(name: str) -> NamedPlace:
    return NamedPlace(name, served=False)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("松阪市の人口は？", None, id="the own name"),
        pytest.param("松阪の人口は？", None, id="the own name without 市"),
        pytest.param("三重県松阪市のごみの日", None, id="the own name with its prefecture"),
        pytest.param("茂原市の計画はいつまで？", served("茂原市"), id="another town served here"),
        pytest.param("東温市ってLINEで相談できるの？", served("東温市"), id="another town served here, colloquial"),
        pytest.param("津島市のふれあいバス", served("津島市"), id="another town served here whose name is two names"),
        pytest.param("明和町のごみ", served("明和町"), id="a 町 served here"),
        pytest.param("千葉県茂原市の計画", served("茂原市"), id="another town served here with its prefecture"),
        pytest.param("多気郡明和町のごみ", served("明和町"), id="a 町 served here with its 郡"),
        pytest.param("名古屋市の地下鉄", foreign("名古屋市"), id="a city served nowhere here"),
        pytest.param("津市の人口", foreign("津市"), id="a city of one letter"),
        pytest.param("四日市市の計画", foreign("四日市市"), id="a city whose name ends like one"),
        pytest.param("横浜市中区の窓口", foreign("横浜市"), id="a ward of a city"),
        pytest.param("さいたま市はどう", foreign("さいたま市"), id="a city written in hiragana"),
        pytest.param("京都市役所の電話番号", foreign("京都市"), id="a city hall"),
        pytest.param("三重郡菰野町の計画", foreign("菰野町"), id="a 町 after its 郡"),
        pytest.param("愛知県東郷町のごみ", foreign("東郷町"), id="a 町 after its prefecture"),
        pytest.param("玉城町のごみ袋はどこで買える？", foreign("玉城町"), id="a 町 of the own prefecture"),
        pytest.param("大台町って", foreign("大台町"), id="a 町 of the own prefecture, bare"),
        pytest.param("東大台町の公民館", None, id="a quarter whose name ends like a town's"),
        pytest.param("蟹江町の図書館", None, id="a 町 of another prefecture: it may be a quarter here"),
        pytest.param("東京都の人口", foreign("東京都"), id="東京都"),
        pytest.param("三重県の計画", None, id="the own prefecture as such"),
        pytest.param("愛媛県の補助金", foreign("愛媛県"), id="another prefecture"),
        pytest.param("北海道に引っ越します", foreign("北海道"), id="北海道"),
        pytest.param("大阪府の手続き", foreign("大阪府"), id="a 府"),
        pytest.param("名古屋に引っ越します", None, id="a bare name served nowhere: it may be a station or a family"),
        pytest.param("松坂城のWi-Fi", None, id="a castle"),
        pytest.param("鈴鹿さんに聞いた", None, id="a family"),
        pytest.param("京都の寺", None, id="a bare name that ends like a prefecture"),
        pytest.param("鎌田町の公民館", None, id="a quarter of this city"),
        pytest.param("飯南町の住民票", None, id="a former town, now part of this city"),
        pytest.param("日野町に住んでいます", None, id="a quarter that shares its name with a town elsewhere"),
        pytest.param("市の計画", None, id="the city as such"),
        pytest.param("県の補助金", None, id="the prefecture as such"),
        pytest.param("都市計画と町内会", None, id="words with 市 and 町 in them"),
        pytest.param("町田さんと市川さん", None, id="families whose names sound like towns"),
        pytest.param("", None, id="nothing"),
        pytest.param("松阪市と名古屋市の違い", foreign("名古屋市"), id="the own name before another"),
        pytest.param("名古屋市と茂原市の違い", foreign("名古屋市"), id="of two others the first"),
    ],
)
def test_the_first_other_municipality_is_named(text: str, place: NamedPlace | None) -> None:
    assert MATSUSAKA.other_place(text) == place


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("茂原の計画はいつまで", id="plain"),
        pytest.param("茂原って書かない窓口あるん？", id="colloquial"),
    ],
)
def test_towns_served_here_count_without_their_suffix_where_the_words_allow(text: str) -> None:
    assert MATSUSAKA.other_place(text) in (served("茂原"), None)


def test_names_are_compared_in_any_width() -> None:
    assert neighbourhood(["ＡＢ市"], []).own == {"ab市"}


@given(st.text(max_size=80))
def test_any_text_names_a_place_or_none(text: str) -> None:
    found = MATSUSAKA.other_place(text)
    assert found is None or found.name not in MATSUSAKA.own
