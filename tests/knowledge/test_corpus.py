"""What residents are answered from: live at once, by the day, and each municipality's alone."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.conversation import answer
from bot.replies import plain_text
from intents.vectors import Vectors
from knowledge.answers import Answer
from knowledge.bundle import Bundle, read_bundle
from knowledge.common_content import common_content, is_common
from knowledge.corpus import Corpus, UnknownMunicipalityError
from knowledge.country import short_name
from knowledge.db import Database
from knowledge.loading import load_bundle
from knowledge.models import Entry, Municipality
from tests.knowledge.small_town import CODE, write_town
from tests.knowledge.test_content import CODES

MOMENT = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 21)


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Database:
    """A database with the small municipality."""
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT)
    return database


class Clock:
    """A day in Japan to set."""

    def __init__(self, day: dt.date = TODAY) -> None:
        self.day = day

    def __call__(self) -> dt.date:
        return self.day


def publish(database: Database, entry_id: str, **values: object) -> None:
    """A change as the console will make it: the row, and the version beside it."""
    with database.writing() as session:
        session.execute(update(Entry).where(Entry.entry_id == entry_id).values(**values))
        session.execute(
            update(Municipality)
            .where(Municipality.code == CODE)
            .values(knowledge_version=Municipality.knowledge_version + 1)
        )


def test_a_published_change_is_seen_by_the_next_call(town: Database, vectors: Vectors) -> None:
    corpus = Corpus(town, vectors)
    assert corpus.current(CODE).answers["goal"].text == "だれも取り残さない市をめざします。"
    publish(town, "goal", answer="だれもが使える市をめざします。")
    assert corpus.current(CODE).answers["goal"].text == "だれもが使える市をめざします。"


def test_another_process_sees_the_change_too(town: Database, vectors: Vectors) -> None:
    here, there = Corpus(town, vectors), Corpus(town, vectors)
    before = there.current(CODE)
    here.current(CODE)
    publish(town, "goal", answer="だれもが使える市をめざします。")
    assert there.current(CODE).answers["goal"].text == "だれもが使える市をめざします。"
    assert before.answers["goal"].text == "だれも取り残さない市をめざします。", (
        "a whole, once given out, stays as it is"
    )


def test_a_restored_backup_is_seen_though_its_version_is_lower(town: Database, vectors: Vectors) -> None:
    corpus = Corpus(town, vectors)
    publish(town, "goal", answer="だれもが使える市をめざします。")
    assert corpus.current(CODE).version == 2
    with town.writing() as session:
        session.get_one(Entry, (CODE, "goal")).answer = "だれも取り残さない市をめざします。"
        session.get_one(Municipality, CODE).knowledge_version = 1
    assert corpus.current(CODE).answers["goal"].text == "だれも取り残さない市をめざします。"


def test_nothing_is_built_again_while_nothing_moves(town: Database, vectors: Vectors) -> None:
    corpus = Corpus(town, vectors)
    assert corpus.current(CODE) is corpus.current(CODE)


def test_many_threads_at_once_get_one_and_the_same_whole(town: Database, vectors: Vectors) -> None:
    corpus, together = Corpus(town, vectors), threading.Barrier(6)

    def ask() -> int:
        together.wait(30)
        return id(corpus.current(CODE))

    with ThreadPoolExecutor(6) as pool:
        found = {done.result() for done in [pool.submit(ask) for _ in range(6)]}
    assert len(found) == 1


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "day", "answers"),
    [
        pytest.param(None, None, TODAY, True, id="always"),
        pytest.param(TODAY, None, TODAY, True, id="from today"),
        pytest.param(TODAY, None, TODAY - dt.timedelta(1), False, id="not before"),
        pytest.param(None, TODAY, TODAY, True, id="through its last day"),
        pytest.param(None, TODAY, TODAY + dt.timedelta(1), False, id="not after"),
        pytest.param(TODAY, TODAY, TODAY, True, id="one day"),
    ],
)
def test_an_entry_answers_within_its_days(
    town: Database,
    vectors: Vectors,
    valid_from: dt.date | None,
    valid_until: dt.date | None,
    day: dt.date,
    answers: bool,
) -> None:
    publish(town, "goal", valid_from=valid_from, valid_until=valid_until)
    knowledge = Corpus(town, vectors, clock=Clock(day)).current(CODE)
    assert ("goal" in knowledge.answers) is answers
    assert (answer(knowledge, "計画の目標は何ですか？").entry_id == "goal") is answers


def test_midnight_in_japan_changes_what_is_answered_without_any_change(town: Database, vectors: Vectors) -> None:
    publish(town, "goal", valid_until=TODAY)
    clock = Clock()
    corpus = Corpus(town, vectors, clock=clock)
    assert "goal" in corpus.current(CODE).answers
    clock.day += dt.timedelta(1)
    assert "goal" not in corpus.current(CODE).answers


@pytest.mark.parametrize("state", ["ended", "deleted"])
def test_what_ended_or_was_deleted_never_answers(town: Database, vectors: Vectors, state: str) -> None:
    publish(town, "goal", state=state)
    knowledge = Corpus(town, vectors).current(CODE)
    assert "goal" not in knowledge.answers
    assert answer(knowledge, "計画の目標は何ですか？").entry_id != "goal"


def test_a_plan_is_over_the_day_after_its_last(town: Database, vectors: Vectors) -> None:
    clock = Clock(dt.date(2030, 3, 31))
    corpus = Corpus(town, vectors, clock=clock)
    assert not corpus.current(CODE).plans[0].ended
    clock.day = dt.date(2030, 4, 1)
    assert corpus.current(CODE).plans[0].ended


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("999999", id="not loaded"),
        pytest.param("", id="empty"),
        pytest.param("011002 ", id="space"),
        pytest.param("０１１００２", id="full-width"),
        pytest.param("011\x00002", id="NUL"),
        pytest.param("\ud800", id="lone surrogate"),
        pytest.param("1" * 10_000, id="long"),
        pytest.param("'; DROP TABLE entries; --", id="SQL"),
    ],
)
def test_an_unknown_code_is_said_to_be_unknown(town: Database, vectors: Vectors, code: str) -> None:
    with pytest.raises(UnknownMunicipalityError):
        Corpus(town, vectors).current(code)


def test_a_municipality_taken_over_is_no_sample(town: Database, vectors: Vectors) -> None:
    corpus = Corpus(town, vectors)
    assert [place.sample for place in corpus.towns()] == [True]
    with town.writing() as session:
        session.get_one(Municipality, CODE).taken_over = True
    assert [place.sample for place in corpus.towns()] == [False]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("松阪市", "松阪"),
        ("四日市市", "四日市"),
        ("廿日市市", "廿日市"),
        ("大町市", "大町"),
        ("大村市", "大村"),
        ("千代田区", "千代田"),
        ("東村", "東"),
        ("三重県", "三重"),
        ("京都府", "京都"),
        ("東京都", "東京"),
        ("北海道", "北海道"),
        ("市", "市"),
    ],
)
def test_a_name_loses_its_last_letter_alone(name: str, short: str) -> None:
    assert short_name(name) == short


def test_towns_come_in_the_order_of_their_codes(corpus: Corpus) -> None:
    assert [town.code for town in corpus.towns()] == CODES


def test_each_knows_the_others_by_name(corpus: Corpus) -> None:
    known = corpus.current("242047")
    codes = {"茂原市": "122106", "御前崎市": "222232", "津島市": "232084", "松阪市": "242047", "東温市": "382159"}
    assert known.country.codes == codes
    assert known.country.names["東温"] == known.country.names["東温市"] == "東温市"
    assert known.country is corpus.current("382159").country, "one for all, however many there are"


# --- Isolation: municipality x municipality ---------------------------------------------------------------------

PAIRS = [pytest.param(mine, theirs, id=f"{mine} never {theirs}") for mine, theirs in permutations(CODES, 2)]


@pytest.fixture(scope="module")
def own_texts(bundles: list[Bundle]) -> dict[str, set[str]]:
    """Answers that only one municipality gives, word for word."""
    texts = {bundle.municipality.code: {entry.answer for entry in bundle.entries} for bundle in bundles}
    return {
        code: mine - set().union(*(theirs for other, theirs in texts.items() if other != code))
        for code, mine in texts.items()
    }


@pytest.fixture(scope="module")
def questions(bundles: list[Bundle]) -> dict[str, list[str]]:
    """Every thirtieth question of each municipality, and one of every kind of knowledge."""
    return {
        bundle.municipality.code: [
            *(entry.question for entry in bundle.entries[::30]),
            f"{bundle.departments[0].name}の電話番号",
            f"{bundle.terms[0].term}とは",
            *(f"{indicator.name}の目標は？" for indicator in bundle.indicators[:1]),
            *(f"{item.name}はいつ" for item in bundle.schedule[:1]),
        ]
        for bundle in bundles
    }


@pytest.mark.parametrize(("mine", "theirs"), PAIRS)
def test_one_never_answers_with_anothers_knowledge(
    corpus: Corpus, own_texts: dict[str, set[str]], questions: dict[str, list[str]], mine: str, theirs: str
) -> None:
    knowledge, foreign = corpus.current(mine), corpus.current(theirs)
    ids = set(knowledge.answers)
    shared = {plan.title for plan in common_content().plans}
    for question in questions[theirs]:
        outcome = answer(knowledge, question)
        reply = outcome.reply
        # A list over figures is made of this municipality's own rows, and has a name everywhere.
        assert {outcome.entry_id, *(choice.entry_id for choice in reply.choices)} - {None, reply.list_id} <= ids
        assert reply.text not in own_texts[theirs], question
        assert {source.plan for source in reply.sources} <= {plan.title for plan in knowledge.plans} | shared
        assert foreign.plans[0].title not in plain_text(reply)


def telephones(answers: Iterable[Answer]) -> set[str]:
    return {found.office.telephone for found in answers if found.office and found.office.telephone}


@pytest.mark.parametrize(("mine", "theirs"), PAIRS)
def test_everything_one_holds_is_its_own(
    corpus: Corpus, own_texts: dict[str, set[str]], mine: str, theirs: str
) -> None:
    knowledge, foreign = corpus.current(mine), corpus.current(theirs)
    assert not {answer.text for answer in knowledge.answers.values()} & own_texts[theirs]
    own = [answer for answer in knowledge.answers.values() if not is_common(answer.plan.id)]
    assert {answer.plan for answer in own} <= set(knowledge.plans)
    assert not telephones(knowledge.answers.values()) & telephones(foreign.answers.values())
