"""The demonstration year as it is thought out: who asks what and when; and how what the cards found is counted."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter

import pytest

from intents.grouping import text_key
from knowledge.calendar import JST
from knowledge.demo_needs import Found, PlantedNeed, planted_needs, totals_of
from knowledge.demo_wordings import MOST_WORDINGS, Subject, expanded, happenings, subjects
from knowledge.demo_year import (
    NOTED,
    Asked,
    Year,
    asker_of,
    day_weight,
    questions_of,
    taps_after,
    with_those_asked_again,
)
from knowledge.ledger import CHANNELS
from knowledge.rephrasing import SOON

YEAR = Year(dt.date(2026, 11, 21), 20_000, seed=3)


@pytest.fixture(scope="module")
def year() -> list[Asked]:
    return questions_of(YEAR, subjects(), happenings())


def on(year: list[Asked], number: int) -> list[Asked]:
    day = YEAR.days[number]
    return [one for one in year if one.at.astimezone(JST).date() == day]


def test_a_template_stands_for_every_text_that_it_can_make() -> None:
    parts = {"how": ["の方法", "を教えて"]}
    assert set(expanded("{転出届|転出}{<how>|は？}", parts)) == {
        *("転出届の方法", "転出届を教えて", "転出届は？", "転出の方法", "転出を教えて", "転出は？"),
    }
    assert list(expanded("転出届", parts)) == ["転出届"]


def test_there_are_some_thousands_of_wordings_and_every_one_is_of_one_subject() -> None:
    texts = [text for subject in subjects() for text in subject.texts]
    assert len(set(texts)) > 3_500
    assert all(len(subject.texts) <= 2 * MOST_WORDINGS for subject in subjects())
    planted = Counter(text_key(text) for subject in subjects() if subject.planted for text in subject.texts)
    assert max(planted.values()) == 1, "no wording is planted twice"


def test_twelve_needs_and_more_are_planted_in_fifteen_wordings_and_more() -> None:
    planted = [subject for subject in subjects() if subject.planted]
    assert len(planted) >= 12
    assert all(len(subject.texts) >= 15 for subject in planted)


def test_the_same_seed_makes_the_same_year_and_another_makes_another() -> None:
    small = Year(YEAR.last, 300, seed=5)
    first, again = (questions_of(small, subjects(), happenings()) for _ in range(2))
    assert first == again
    other = questions_of(Year(YEAR.last, 300, seed=6), subjects(), happenings())
    assert [one.text for one in first] != [one.text for one in other]


@pytest.mark.parametrize(
    ("last", "first"),
    [
        pytest.param(dt.date(2026, 11, 21), dt.date(2025, 11, 22), id="usual"),
        pytest.param(dt.date(2028, 2, 29), dt.date(2027, 3, 1), id="a leap day"),
        pytest.param(dt.date(2026, 3, 31), dt.date(2025, 4, 1), id="a 年度"),
    ],
)
def test_a_year_begins_the_day_after_the_same_day_of_the_year_before(last: dt.date, first: dt.date) -> None:
    year = Year(last, 10, 1)
    assert (year.first, year.days[0], year.days[-1]) == (first, first, last)


def test_all_is_asked_within_the_year_in_order_of_time(year: list[Asked]) -> None:
    assert [one.at for one in year] == sorted(one.at for one in year)
    assert {one.at.astimezone(JST).date() for one in year} == set(YEAR.days)
    assert {one.channel for one in year} == set(CHANNELS)


def test_people_move_in_spring_and_swim_in_summer(year: list[Asked]) -> None:
    def months(subject: str) -> Counter[int]:
        return Counter(one.at.astimezone(JST).month for one in year if one.subject.id == subject)

    moves, swims = months("move-out"), months("pool")
    assert moves[3] > 2 * moves[8]
    assert swims[7] > 5 * max(swims[1], 1)


def test_offices_note_in_their_hours_and_people_ask_the_bot_in_the_evening_and_at_weekends(year: list[Asked]) -> None:
    noted = [one.at.astimezone(JST) for one in year if one.channel in NOTED]
    asked = [one.at.astimezone(JST) for one in year if one.channel not in NOTED]
    assert all(at.weekday() < 5 and 8 <= at.hour <= 17 for at in noted)
    assert sum(at.hour >= 17 for at in asked) > len(asked) / 4
    assert {at.weekday() for at in asked} == set(range(7))


def test_a_campaign_makes_its_subject_jump_for_two_weeks(year: list[Asked]) -> None:
    wave = happenings().campaign

    def often(first: int) -> float:
        days = range(first, first + wave.days)
        return sum(one.subject.id in wave.subjects for day in days for one in on(year, day)) / wave.days

    assert often(wave.day) > 2.5 * often(wave.day - wave.days)
    assert often(wave.day) > 2.5 * often(wave.day + wave.days)


def test_an_outage_leaves_a_day_nearly_empty_and_the_next_full(year: list[Asked]) -> None:
    day = happenings().outage.day
    usual = len(on(year, day - 7))
    assert len(on(year, day)) < usual / 3
    assert len(on(year, day + 1)) > 1.3 * usual
    assert any(one.text in happenings().outage.texts for one in on(year, day + 1))


def test_more_is_asked_at_the_end_of_the_year_than_at_its_beginning(year: list[Asked]) -> None:
    outage = happenings().outage
    assert day_weight(YEAR, 357, YEAR.days[357], outage) > 1.3 * day_weight(YEAR, 0, YEAR.days[0], outage)
    ninth = len(year) // 9
    assert year[-ninth].at - year[-1].at > year[0].at - year[ninth].at, "the last ninth took less time"


def test_some_come_back_and_nobody_is_known_in_two_fiscal_years(year: list[Asked]) -> None:
    people = Counter(one.person for one in year if one.person is not None)
    assert 0.5 < len(people) / people.total() < 0.85
    one = next(one for one in year if one.person is not None)
    before, after = (
        Asked(0, one.subject, one.text, dt.datetime(2026, *day, 12, tzinfo=JST), "line", one.person)
        for day in ((3, 31), (4, 1))
    )
    names = {asker_of("122106", 3, each) for each in (before, after)}
    assert len(names) == 2
    assert all(name and name.startswith("demo") and len(name) == 32 for name in names)
    assert asker_of("122106", 3, Asked(0, one.subject, "", one.at, "phone", None)) is None


def test_what_is_asked_again_comes_within_three_minutes_from_the_same_person_in_other_words(year: list[Asked]) -> None:
    found = list(with_those_asked_again(year[:3_000], lambda _: "none", random.Random(1)))
    assert len(found) > 3_200
    assert [one.event_key for one in found] == [f"demo:{number:06}" for number in range(len(found))]
    first = {(one.person, one.text, one.at) for one in year[:3_000]}
    again = [place for place, one in enumerate(found) if (one.person, one.text, one.at) not in first]
    for place in again:
        before, after = found[place - 1], found[place]
        assert (after.person, after.subject, after.channel) == (before.person, before.subject, before.channel)
        assert after.text != before.text
        assert dt.timedelta() < after.at - before.at <= SOON
    assert {one.text for one in found} == {text for _, text, _ in first}, "nothing is asked that was not asked before"


def test_nobody_taps_under_what_was_noted_or_asked_by_a_program() -> None:
    subject = Subject("one", "一つ", 1, ("文",))
    for channel in (*NOTED, "api"):
        asked = Asked(0, subject, "文", dt.datetime(2026, 6, 1, tzinfo=JST), channel, 1)
        for seed in range(50):
            assert taps_after(asked, "answer", ["a"], can_tell=True, chance=random.Random(seed)) == {}


@pytest.mark.parametrize("decision", ["answer", "suggest", "none", "handoff", "smalltalk"])
def test_only_what_was_shown_is_tapped_or_judged(decision: str) -> None:
    asked = Asked(0, Subject("one", "一つ", 1, ("文",)), "文", dt.datetime(2026, 6, 1, tzinfo=JST), "line", 1)
    for seed in range(400):
        offered = ["a", "b"] if decision == "suggest" else []
        found = taps_after(asked, decision, offered, can_tell=decision == "answer", chance=random.Random(seed))
        assert found.get("tapped_entry_id", "a") in {"a", "b", ""}
        assert decision == "suggest" or "tapped_entry_id" not in found
        assert "feedback" not in found or decision == "answer" or found.get("tapped_entry_id")
        assert "reason" not in found or found["feedback"] == "unsolved"
        assert all(at > asked.at for name, at in found.items() if name.endswith("_at"))


# --- What the cards found ----------------------------------------------------------------------------------------

WASPS = Subject("wasps", "蜂", 1, ("蜂の巣", "スズメバチ", "ハチの駆除", "蜂が怖い"), planted=True)
USUAL = Subject("usual", "いつも", 1, ("住民票",))


def found_in(cards: dict[int, dict[str, int]], answered: int = 0) -> PlantedNeed:
    asked = {text_key(text): place < answered for place, text in enumerate(WASPS.texts)}
    (need,) = planted_needs(
        [WASPS, USUAL],
        asked,
        {number: {text_key(text): times for text, times in texts.items()} for number, texts in cards.items()},
    )
    return need


@pytest.mark.parametrize(
    ("cards", "found"),
    [
        pytest.param({7: {"蜂の巣": 1, "スズメバチ": 1, "ハチの駆除": 1, "蜂が怖い": 1}}, Found.FOUND, id="one card"),
        pytest.param({7: {"蜂の巣": 1, "スズメバチ": 1, "ハチの駆除": 1}, 8: {"蜂が怖い": 1}}, Found.FOUND, id="split"),
        pytest.param(
            {7: {"蜂の巣": 1, "スズメバチ": 1}, 8: {"ハチの駆除": 1, "蜂が怖い": 1}}, Found.MISSED, id="halves"
        ),
        pytest.param({7: {"蜂の巣": 1, "スズメバチ": 1, "住民票": 1, "戸籍": 1}}, Found.MISSED, id="among others"),
        pytest.param({7: {"住民票": 3}}, Found.MISSED, id="nowhere"),
        pytest.param({}, Found.MISSED, id="no cards"),
    ],
)
def test_a_need_is_found_by_a_card_that_is_mostly_of_it_and_holds_most_of_it(
    cards: dict[int, dict[str, int]], found: Found
) -> None:
    assert found_in(cards).found is found


def test_a_need_that_the_knowledge_mostly_answers_is_met() -> None:
    assert found_in({}, answered=3).found is Found.MET
    assert found_in({}, answered=2).found is Found.MISSED


def test_totals_tell_what_was_split_and_joined_falsely() -> None:
    split = found_in({7: {"蜂の巣": 9, "スズメバチ": 1, "ハチの駆除": 1, "住民票": 1}, 8: {"蜂が怖い": 20}})
    halves = found_in({7: {"蜂の巣": 9, "スズメバチ": 1}, 8: {"ハチの駆除": 1, "蜂が怖い": 1}})
    totals = totals_of([split, halves, found_in({}, answered=4)])
    assert (totals.planted, totals.met, totals.expected, totals.found, totals.missed) == (3, 1, 2, 1, 1)
    assert (totals.split, totals.joined_falsely, totals.joined) == (1, 1, 4)
    assert totals.found_by_questions == 1, "by questions the halves are found, and what is split is not"
