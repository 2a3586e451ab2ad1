"""Fiscal years as people name them: by era, by the western year, by a letter, from today."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.years import fiscal_years, without_years


@pytest.mark.parametrize(
    ("text", "years"),
    [
        pytest.param("令和6年度に何をする", (2024,), id="era"),
        pytest.param("令和元年7月", (2019,), id="the first year of an era"),
        pytest.param("平成30年1月", (2017,), id="a month before April"),
        pytest.param("2024年度", (2024,), id="western"),
        pytest.param("２０２４年の目標", (2024,), id="full width"),
        pytest.param("R6は", (2024,), id="letter"),
        pytest.param("r7にやること", (2025,), id="small letter"),
        pytest.param("れいわ6ねんど", (2024,), id="kana"),
        pytest.param("令和六年度", (2024,), id="kanji"),
        pytest.param("令和十年", (2028,), id="ten in kanji"),
        pytest.param("令和5年度と6年度の違い", (2023, 2024), id="the era said once"),
        pytest.param("令和6年度と令和6年", (2024,), id="each year once"),
        pytest.param("2027年3月まで", (2026,), id="March belongs to the year before"),
        pytest.param("今年度", (2026,), id="this year"),
        pytest.param("来年度の予定", (2027,), id="next year"),
        pytest.param("再来年度", (2028,), id="the year after next"),
        pytest.param("昨年度と去年", (2025,), id="last year"),
        pytest.param("5年間", (), id="a span"),
        pytest.param("10年後の将来像", (), id="years from now"),
        pytest.param("第5次総合計画", (), id="an ordinal"),
        pytest.param("2,024件", (), id="an amount"),
        pytest.param("2000円", (), id="money"),
        pytest.param("RPAの導入", (), id="letters of a word"),
        pytest.param("3年度目", (), id="counted years"),
    ],
)
def test_the_years_of_a_text(text: str, years: tuple[int, ...]) -> None:
    assert fiscal_years(text, 2026) == years


def test_a_text_without_its_years() -> None:
    assert without_years("令和6年度に何をする？") == "に何をする?"
    assert without_years("2024年度とR7") == "と"


@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    assert all(isinstance(year, int) for year in fiscal_years(text, 2026))
