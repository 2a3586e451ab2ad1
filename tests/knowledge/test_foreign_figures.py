"""English figures are read as the Japanese ones they translate."""

from __future__ import annotations

import pytest

from knowledge.figures import figures
from knowledge.foreign_figures import figures_in_japanese, kept_japanese, without_readings


@pytest.mark.parametrize(
    ("english", "japanese"),
    [
        pytest.param("since July 2019", "令和元年7月", id="月と年"),
        pytest.param("on January 22, 2024", "令和6年1月22日", id="日"),
        pytest.param("on 22 January 2024", "令和6年1月22日", id="日が先"),
        pytest.param("in FY2025", "令和7年度", id="FY"),
        pytest.param("the target for fiscal year 2025 is", "令和7年度", id="fiscal year"),
        pytest.param("about 40 percent", "40％", id="percent"),
        pytest.param("until 11:00 p.m.", "午後11時", id="午後"),
        pytest.param("from 6:30 a.m.", "午前6時30分", id="午前"),
        pytest.param("telephone 011-222-3333.", "011-222-3333", id="電話"),
        pytest.param("1,000 applications", "1000件", id="件数"),
    ],
)
def test_english_figures_say_the_same(english: str, japanese: str) -> None:
    (said,) = figures(figures_in_japanese(english))
    (meant,) = figures(japanese)
    assert meant.stands_for(said)


def test_kept_words_are_told_once() -> None:
    assert kept_japanese("a certificate (住民票) and 住民票, at the コンビニ") == ("住民票", "コンビニ")


def test_readings_are_left_out() -> None:
    assert without_readings("令和（れいわ）4年（ねん） 3月（がつ）の 計画（けいかく）") == "令和4年3月の計画"
    assert without_readings("LINE Pay（スマホの 決済）") == "LINE Pay（スマホの決済）"
