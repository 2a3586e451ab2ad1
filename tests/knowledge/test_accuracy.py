"""正答率 in both databases: drawn so that nobody chooses, judged by one or two, settled, closed, counted."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from intents.vectors import NO_VECTORS
from knowledge.accuracy_draw import (
    QUESTIONS,
    drawn,
    forget_invented,
    is_any_invented,
    is_to_draw,
    keep,
    seed_of,
    set_size,
    size_of,
)
from knowledge.accuracy_figures import figures_of
from knowledge.accuracy_labelling import (
    AccuracyError,
    agreement_of,
    close,
    labelled_by,
    may_settle,
    next_place,
    pace_of,
    put_label,
    settle,
    standings,
)
from knowledge.accuracy_labels import GOOD, LABELS, OF_A_REPLY, OF_SILENCE, final_label, labels_for
from knowledge.accuracy_replies import shown_of
from knowledge.accuracy_sheet import accuracy_workbook
from knowledge.agreement import agreement
from knowledge.bundle import read_bundle
from knowledge.calendar import JST
from knowledge.corpus import Corpus
from knowledge.db import Database
from knowledge.loading import load_bundle
from knowledge.models import AccuracyItem, AccuracySample, DemoData, LoggedQuestion
from knowledge.periods import Period, PeriodKind
from knowledge.query_log import record
from knowledge.spreadsheet_files import read_tables
from knowledge.tabular import Sheet
from tests.knowledge.small_town import CODE, write_town
from tests.knowledge.test_log_lists import USUAL

MONTH = Period(dt.date(2026, 10, 1), PeriodKind.MONTH)
FIRST = dt.datetime(2026, 10, 1, 0, 0, tzinfo=JST)
SEED = seed_of(b"pepper", CODE, MONTH)
MOMENT = dt.datetime(2026, 11, 2, 9, 0, tzinfo=JST)


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Database:
    """October: 40 questions that can be drawn, 3 delicate, 2 erased, and what is none of the bot's questions."""
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT)
    with database.writing() as session:
        for number in range(40):
            decision = QUESTIONS[number % 4]
            told = {"decision": decision, "entry_id": "juki" if decision == "answer" else None}
            one = replace(
                USUAL, event_key=f"q:{number}", text=f"質問{number}", channel=("line", "web", "api")[number % 3]
            )
            record(session, replace(one, asked_at=FIRST + dt.timedelta(hours=number), **told))
        for number in range(3):
            record(session, replace(USUAL, event_key=f"d:{number}", text=None, delicate="illness", asked_at=FIRST))
        for number in range(2):
            record(session, replace(USUAL, event_key=f"e:{number}", text=None, asked_at=FIRST))
        last = dt.datetime(2026, 10, 31, 23, 59, tzinfo=JST)
        for number, changed in enumerate(
            (
                {"decision": "smalltalk"}, {"channel": "phone"}, {"channel": "voice"},
                {"asked_at": FIRST - dt.timedelta(seconds=1)}, {"asked_at": last + dt.timedelta(minutes=1)},
            )
        ):  # fmt: skip
            record(session, replace(USUAL, **{"event_key": f"o:{number}", "asked_at": FIRST, "text": "外", **changed}))
    return database


def draw(database: Database, size: int = 20) -> list[str]:
    with database.writing() as session:
        found = drawn(session, CODE, MONTH, SEED, size)
        assert keep(session, CODE, MONTH, SEED, size, found, MOMENT, None)
    return list(found.rows)


def judge(database: Database, account: str, labels: dict[int, str] | None = None, seconds: int = 10) -> None:
    """Label everything that waits for ``account``, one after the other: the first word of the list, or ``labels``."""
    moment = MOMENT
    with database.reading() as session:
        found = standings(session, CODE, MONTH.first)
    for one in found:
        if one.waits_for(account):
            moment += dt.timedelta(seconds=seconds)
            place = one.item.place
            label = (labels or {}).get(place, labels_for(one.item.decision)[0].id)
            with database.writing() as session:
                put_label(session, CODE, MONTH.first, place, account, label, moment)


def test_the_month_is_drawn_from_the_bots_own_questions_that_have_a_text(town: Database) -> None:
    with town.reading() as session:
        found = drawn(session, CODE, MONTH, SEED, 1000)
        texts = set(session.scalars(select(LoggedQuestion.text).where(LoggedQuestion.id.in_(found.rows))))
    assert texts == {f"質問{number}" for number in range(40)}
    assert (found.asked, found.delicate, found.textless) == (45, 3, 2)


def test_the_same_seed_draws_the_same_questions_in_the_same_order_and_nobody_can_draw_again(town: Database) -> None:
    rows = draw(town)
    assert len(set(rows)) == 20
    with town.writing() as session:
        assert list(drawn(session, CODE, MONTH, SEED, 20).rows) == rows
        assert list(drawn(session, CODE, MONTH, SEED, 30).rows)[:20] == rows, "a larger sample holds the smaller"
        other = seed_of(b"pepper", CODE, MONTH.previous)
        assert list(drawn(session, CODE, MONTH, other, 20).rows) != rows
        assert not keep(session, CODE, MONTH, other, 20, drawn(session, CODE, MONTH, other, 20), MOMENT, None)
        assert not is_to_draw(session, CODE, MONTH)
        assert is_to_draw(session, CODE, MONTH.previous), "the last second of September"
        assert not is_to_draw(session, CODE, MONTH.previous.previous)
    with town.reading() as session:
        assert [one.item.row_id for one in standings(session, CODE, MONTH.first)] == rows


def test_every_question_is_drawn_as_often_as_any_other(town: Database) -> None:
    drawn_so_often: Counter[str] = Counter()
    with town.reading() as session:
        for number in range(400):
            drawn_so_often.update(drawn(session, CODE, MONTH, seed_of(b"%d" % number, CODE, MONTH), 10).rows)
    assert len(drawn_so_often) == 40
    # 100 expected of each; binomial with 400 tries of 1/4: a deviation of five sigma (43) is chance once in millions.
    assert all(57 <= count <= 143 for count in drawn_so_often.values()), sorted(drawn_so_often.values())


def test_what_cannot_be_judged_stays_in_the_denominator(town: Database) -> None:
    rows = draw(town)
    with town.writing() as session:
        session.execute(update(LoggedQuestion).where(LoggedQuestion.id == rows[0]).values(text=None))
        session.execute(delete(LoggedQuestion).where(LoggedQuestion.id == rows[1]))
    judge(town, "1", {3: "unclear"})
    with town.writing() as session:
        counts = close(session, CODE, MONTH.first, "9", "承認 花子", MOMENT)
    assert (counts["gone"], counts["unclear"], sum(counts.values())) == (2, 1, 20)
    with town.reading() as session:
        (figures,) = figures_of(session, CODE)
    assert (figures.rate.part, figures.rate.whole) == (17, 20)
    assert figures.is_published
    assert not figures.is_whole


def tables(content: bytes, folder: Path) -> list[Sheet]:
    """The sheets of a workbook."""
    path = folder / "book.xlsx"
    path.write_bytes(content)
    return read_tables(path)


def test_the_figures_are_what_an_independent_count_and_wilsons_formula_say(town: Database, tmp_path: Path) -> None:
    draw(town)
    judge(town, "1", {2: "unclear", 5: "unclear", 7: "unclear"})
    with town.writing() as session:
        close(session, CODE, MONTH.first, "9", "承認 花子", MOMENT)
    with town.reading() as session:
        (figures,) = figures_of(session, CODE)
        items = list(session.scalars(select(AccuracyItem)))
    good, total, z = sum(item.final in ("right", "silent") for item in items), len(items), 1.959963984540054
    share = good / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total**2)) / (1 + z * z / total)
    assert (figures.rate.part, figures.rate.whole) == (good, total) == (17, 20)
    assert (figures.rate.low, figures.rate.high) == (pytest.approx(middle - half), pytest.approx(middle + half))
    assert figures.rate.words == "100件中およそ63〜95件"
    assert sum(figures.counts.values()) == total
    for strata, column in ((figures.by_reply, "decision"), (figures.by_channel, "channel")):
        assert sum(one.rate.whole for one in strata) == total
        assert sum(one.rate.part for one in strata) == good
        assert len(strata) == len({getattr(item, column) for item in items})
    book = tables(accuracy_workbook("小さい市", [figures], MOMENT), tmp_path)
    (sheet,) = [one for one in book if one.name == "正答率"]
    cells = [sheet.rows[1].text(place) for place in range(10)]
    assert cells == ["令和8年10月", "45", "3", "2", "20", "17", "85.0%", "64.0%", "94.8%", "100件中およそ63〜95件"]


def test_a_month_shows_no_rate_before_every_label_is_there_and_closed(town: Database) -> None:
    draw(town)
    with town.reading() as session:
        (figures,) = figures_of(session, CODE)
    assert not figures.is_published
    with town.writing() as session, pytest.raises(AccuracyError, match="20件"):
        close(session, CODE, MONTH.first, "9", "承認 花子", MOMENT)
    judge(town, "1")
    with town.reading() as session:
        (figures,) = figures_of(session, CODE)
        assert (figures.labelled, figures.is_published, dict(figures.counts)) == (20, False, {})
    with town.writing() as session:
        close(session, CODE, MONTH.first, "9", "承認 花子", MOMENT)
    for act in (
        lambda session: put_label(session, CODE, MONTH.first, 1, "2", "right", MOMENT),
        lambda session: close(session, CODE, MONTH.first, "9", "承認 花子", MOMENT),
        lambda session: settle(session, CODE, MONTH.first, 1, "2", "right", MOMENT),
    ):
        with town.writing() as session, pytest.raises(AccuracyError, match="確定"):
            act(session)


def test_labels_and_counts_stay_when_the_log_is_deleted(town: Database) -> None:
    draw(town)
    judge(town, "1")
    with town.writing() as session:
        close(session, CODE, MONTH.first, "9", "承認 花子", MOMENT)
        session.execute(delete(LoggedQuestion))
    with town.reading() as session:
        (figures,) = figures_of(session, CODE)
        assert (figures.rate.part, figures.rate.whole) == (20, 20)


def test_two_judge_apart_and_what_they_differ_on_is_settled(town: Database) -> None:
    draw(town)
    judge(town, "1", {1: "unclear"})
    with town.writing() as session:
        put_label(session, CODE, MONTH.first, 2, "2", "unclear", MOMENT)
        found = standings(session, CODE, MONTH.first)
        assert [may_settle(found, account) for account in ("1", "2", "3")] == [True, False, True]
        assert next_place(found, "2") == 1
    judge(town, "2", {1: "unclear"})
    with town.writing() as session:
        found = standings(session, CODE, MONTH.first)
        assert labelled_by(found) == {"1": 20, "2": 20}
        assert [one.item.place for one in found if one.is_split] == [2]
        both = agreement_of(found)
        assert both is not None
        assert (both.common, both.same) == (20, 19)
        with pytest.raises(AccuracyError, match="1件"):
            close(session, CODE, MONTH.first, "9", "承認 花子", MOMENT)
        with pytest.raises(AccuracyError, match="分かれていません"):
            settle(session, CODE, MONTH.first, 1, "3", "unclear", MOMENT)
        decision = found[1].item.decision
        settle(session, CODE, MONTH.first, 2, "3", labels_for(decision)[0].id, MOMENT)
        session.flush()
        with pytest.raises(AccuracyError, match="もう決めて"):
            put_label(session, CODE, MONTH.first, 2, "2", labels_for(decision)[0].id, MOMENT)
        counts = close(session, CODE, MONTH.first, "9", "承認 花子", MOMENT)
    assert (counts["unclear"], sum(counts[one] for one in GOOD)) == (1, 19)


def test_a_label_may_be_changed_and_a_foreign_one_is_refused(town: Database) -> None:
    draw(town)
    with town.writing() as session:
        first = standings(session, CODE, MONTH.first)[0].item
        other = OF_A_REPLY[0].id if first.decision == "none" else OF_SILENCE[0].id
        for label in (other, "", "gone"):
            with pytest.raises(AccuracyError):
                put_label(session, CODE, MONTH.first, 1, "1", label, MOMENT)
        with pytest.raises(AccuracyError):
            put_label(session, CODE, MONTH.first, 99, "1", "unclear", MOMENT)
        put_label(session, CODE, MONTH.first, 1, "1", "unclear", MOMENT)
        session.flush()
        put_label(session, CODE, MONTH.first, 1, "1", labels_for(first.decision)[0].id, MOMENT)
        session.flush()
        assert standings(session, CODE, MONTH.first)[0].final == labels_for(first.decision)[0].id


def test_the_time_of_a_label_is_since_the_one_before_without_pauses(town: Database) -> None:
    draw(town)
    judge(town, "1", seconds=12)
    with town.writing() as session:
        pace = pace_of(session, CODE, MONTH.first)
        assert pace is not None
        assert (pace.labels, pace.middle, pace.total) == (19, 12, 19 * 12)
        later = MOMENT + dt.timedelta(hours=2)
        put_label(session, CODE, MONTH.first, 1, "2", "unclear", later)
        session.flush()
        put_label(session, CODE, MONTH.first, 2, "2", "unclear", later + dt.timedelta(minutes=6))
        session.flush()
        assert pace_of(session, CODE, MONTH.first) == pace


def test_what_was_shown_is_told_with_the_turn_before_and_without_what_would_sway(town: Database) -> None:
    with town.writing() as session:
        later = FIRST + dt.timedelta(days=3)
        record(session, replace(USUAL, event_key="t:1", asked_at=later, asker="c" * 32))
        row = replace(
            USUAL, event_key="t:2", text="それはいつ？", asked_at=later + dt.timedelta(minutes=4), asker="c" * 32
        )
        record(session, row)
        session.flush()
        session.execute(
            update(LoggedQuestion).where(LoggedQuestion.id == row.id).values(feedback="unsolved", score=0.9)
        )
        item = AccuracyItem(
            municipality_code=CODE, month=MONTH.first, place=1, row_id=row.id, decision="answer", channel="line",
            language="ja", entry_id="juki", entry_version=1,
        )  # fmt: skip
        shown = shown_of(session, Corpus(town, NO_VECTORS).current(CODE), item)
    assert (shown.question, shown.is_entry) == ("それはいつ？", True)
    assert shown.before is not None
    assert (shown.before.text, shown.before.minutes) == (USUAL.text, 4)
    assert shown.answer is not None
    assert shown.answer.text == "はい、取れます。マイナンバーカードを使います。"
    assert ("必要なもの", "マイナンバーカード") in shown.answer.facts
    assert not shown.answer.note
    assert "unsolved" not in repr(shown)
    assert "0.9" not in repr(shown)


def test_a_sample_of_a_demonstration_year_says_so_and_goes_with_it(town: Database) -> None:
    with town.writing() as session:
        before = MONTH.previous
        row = replace(USUAL, event_key="demo:1", text="見本の質問", asked_at=FIRST - dt.timedelta(days=3))
        record(session, row)
        first, last = before.first, before.last
        session.add(
            DemoData(
                municipality_code=CODE, made_at=MOMENT, first_on=first, last_on=last, variant=1, questions=1, whole=True
            )
        )
        session.flush()
        found = drawn(session, CODE, before, SEED, 20)
        keep(session, CODE, before, SEED, 20, found, MOMENT, None)
        found = drawn(session, CODE, MONTH, SEED, 20)
        keep(session, CODE, MONTH, SEED, 20, found, MOMENT, None)
        session.flush()
        assert {one.month: one.invented for one in figures_of(session, CODE)} == {before: True, MONTH: False}
        assert not is_any_invented(session, CODE)
        assert forget_invented(session, CODE) == 0
        session.execute(delete(DemoData))
        assert is_any_invented(session, CODE)
        assert forget_invented(session, CODE) == 1
        session.flush()
        assert [one.month for one in figures_of(session, CODE)] == [MONTH]


def test_how_many_are_drawn_is_the_towns_own(town: Database) -> None:
    with town.writing() as session:
        assert size_of(session, CODE) == 50
        set_size(session, CODE, 100)
        session.flush()
        assert size_of(session, CODE) == 100
        assert session.scalars(select(AccuracySample)).all() == []


@given(st.lists(st.sampled_from([one.id for one in OF_A_REPLY])), st.sampled_from([None, "right"]), st.booleans())
def test_every_question_ends_with_one_label_or_waits(said: list[str], settled: str | None, has_text: bool) -> None:
    final = final_label(said, settled, has_text=has_text)
    if final is None:
        assert (has_text and not said) or len(set(said)) > 1
    else:
        assert final in LABELS


def test_what_is_partly_right_is_not_right() -> None:
    assert {"right", "silent"} == GOOD


def test_each_word_stands_for_one_thing_and_has_a_key_of_its_own() -> None:
    for choices in (OF_A_REPLY, OF_SILENCE):
        assert len({one.key for one in choices}) == len({one.name for one in choices}) == len(choices)
        assert {one.key for one in choices} <= set("12345")
    assert labels_for("none") == OF_SILENCE
    assert [labels_for(one) for one in ("answer", "suggest", "handoff")] == [OF_A_REPLY] * 3


@pytest.mark.parametrize(
    ("pairs", "kappa"),
    [
        # Cohen's own kind of table: 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no -> 0.4
        ([("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15, 0.4),
        ([("y", "y"), ("n", "n")], 1.0),
        ([("y", "n"), ("n", "y")], -1.0),
        ([("y", "y")] * 7, None),
        ([], None),
    ],
)
def test_agreement_beyond_chance_is_cohens(pairs: list[tuple[str, str]], kappa: float | None) -> None:
    found = agreement(pairs)
    assert found.kappa == (None if kappa is None else pytest.approx(kappa))
    assert found.common == len(pairs)
    assert found.words
