"""Questions for nothing but opening hours, told from those that name a matter of their own."""

from __future__ import annotations

import pytest

from intents.opening_questions import AskedDay, OpeningQuestion, opening_question

PLACES = {"市役所本庁": 1, "嬉野地域振興局": 2, "嬉野支所": 2}
OWN = ("松阪市", "松阪")


def asked(text: str, *, going_on: bool = False) -> OpeningQuestion | None:
    return opening_question(text, PLACES, OWN, going_on=going_on)


@pytest.mark.parametrize(
    ("text", "days", "places", "bare"),
    [
        ("市役所は何時まで？", [], (), False),
        ("市役所は今日は何時まで開いていますか。", ["today"], (), False),
        ("松阪市役所の開庁時間を教えて", [], (), False),
        ("嬉野支所は何時まで", [], (2,), False),
        ("土曜日やってる？", ["weekday"], (), True),
        ("土日は開いてますか", ["weekday", "weekday"], (), True),
        ("市役所って日曜も開いてたりする？", ["weekday"], (), False),
        ("年末年始は休み？", ["year_end"], (), True),
        ("正月もやってますか", ["year_end"], (), True),
        ("今日開いてる？", ["today"], (), True),
        ("明日休み？", ["tomorrow"], (), True),
        ("12月28日は開いていますか", ["date"], (), True),
        ("１２／２９はやってますか", ["date"], (), True),
        ("お昼休みもやってますか", ["lunch"], (), True),
        ("今やってる？", ["now"], (), True),
        ("今日はもう閉まった？", ["today", "now"], (), True),
        ("もう閉まりましたか", ["now"], (), True),
        ("窓口はもう閉じましたか", ["now"], (), False),
        ("休日はやっていますか", ["holiday"], (), True),
        ("木曜日は延長してますか", ["weekday", "usual"], (), True),
        ("市役所 close 何時", [], (), False),
        ("市役所 open 土日", ["weekday", "weekday"], (), False),
    ],
)
def test_a_question_for_opening_hours(text: str, days: list[str], places: tuple[int, ...], bare: bool) -> None:
    found = asked(text)
    assert found is not None
    assert ([day.kind.value for day in found.days], found.places, found.bare) == (days, places, bare)


@pytest.mark.parametrize(
    "text",
    [
        *("図書館は何時まで", "津市役所は何時まで", "市民課は何時まで", "コンビニ交付は何時まで"),
        *("ゴミ収集は年末年始は休み？", "住民票は土曜日に取れる？", "スマホ教室は何時から", "育休はいつまで"),
        *("いつから", "何時まで", "日曜は？", "市役所", "窓口", "明日", "市役所はいつできた", "夏休み", "時間"),
        *("期限はいつまで", "受付番号", "オンライン申請は24時間できますか", "今の目標は", ""),
    ],
)
def test_what_names_a_matter_of_its_own_or_too_little_is_none(text: str) -> None:
    assert asked(text) is None


def test_after_hours_were_told_a_day_or_a_place_is_enough() -> None:
    sunday, branch = asked("日曜は？", going_on=True), asked("嬉野支所は？", going_on=True)
    assert sunday is not None
    assert [(day.kind, day.number) for day in sunday.days] == [(AskedDay.WEEKDAY, 6)]
    assert branch is not None
    assert branch.places == (2,)
    assert asked("はい", going_on=True) is None
