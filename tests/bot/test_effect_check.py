"""公開前の影響確認: what would change is told, all of it, and as residents would meet it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from sqlalchemy import update

from bot.conversation import answer
from bot.effect_check import (
    Change,
    Count,
    caution_effects,
    change_of,
    check_effect,
    is_right,
    prepare,
    sample,
    side_by_side,
    stands_alone,
)
from bot.many_questions import AskingFailedError, Got, Side, ask_all, got_from_row, got_of, row_of
from bot.reply_memory import ReplyMemory, side_mark, text_key
from intents.decision import BOLD, CAUTIOUS, Decision
from intents.vectors import Vectors
from knowledge.check_questions import CheckQuestion
from knowledge.corpus import Corpus, Knowledge
from knowledge.db import Database
from knowledge.models import Entry, Municipality
from knowledge.recent_questions import RecentQuestion
from tests.bot.conftest import GOLD

CODE = "242047"
DAY = dt.date(2026, 11, 20)


def got(decision: Decision, entry: str | None = None, choices: tuple[str, ...] = (), mark: str = "m") -> Got:
    return Got(decision, entry, entry, tuple((name, name) for name in choices), None, mark)


ANSWERED, OFFERED, NOTHING = (
    got(Decision.ANSWER, "a"),
    got(Decision.SUGGEST, None, ("a", "b")),
    got(Decision.NONE),
)


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        pytest.param(NOTHING, ANSWERED, Change.ANSWERED, id="nothing, then an answer"),
        pytest.param(OFFERED, ANSWERED, Change.ANSWERED, id="choices, then an answer"),
        pytest.param(ANSWERED, NOTHING, Change.UNANSWERED, id="an answer, then nothing"),
        pytest.param(ANSWERED, OFFERED, Change.UNANSWERED, id="an answer, then choices"),
        pytest.param(ANSWERED, got(Decision.ANSWER, "b"), Change.TAKEN, id="another entry answers"),
        pytest.param(NOTHING, OFFERED, Change.OFFERED, id="nothing, then choices"),
        pytest.param(OFFERED, NOTHING, Change.NOT_OFFERED, id="choices, then nothing"),
        pytest.param(OFFERED, got(Decision.SUGGEST, None, ("b", "a")), Change.CHOICES, id="choices in another order"),
        pytest.param(NOTHING, got(Decision.HANDOFF), Change.OTHER, id="somebody is named instead"),
        pytest.param(ANSWERED, got(Decision.ANSWER, "a", mark="n"), Change.REWORDED, id="the same entry, other words"),
        pytest.param(ANSWERED, replace(ANSWERED, score=0.7), None, id="only the score moved"),
        pytest.param(got(Decision.NONE, "s"), got(Decision.NONE, "t"), Change.TAKEN, id="another silent entry"),
    ],
)
def test_every_difference_has_one_name(old: Got, new: Got, change: Change | None) -> None:
    assert change_of(old, new) is change


@pytest.mark.parametrize(
    ("decision", "entries", "reply", "right"),
    [
        ("answer", ("a",), ANSWERED, True),
        ("answer", (), ANSWERED, True),
        ("answer", ("b",), ANSWERED, False),
        ("answer", ("a",), OFFERED, False),
        ("suggest", ("b",), OFFERED, True),
        ("suggest", ("c",), OFFERED, False),
        ("none", (), NOTHING, True),
        ("none", ("s",), got(Decision.NONE, "s"), True),
        ("none", (), ANSWERED, False),
    ],
)
def test_a_check_question_is_right_by_its_decision_and_its_entries(
    decision: str, entries: tuple[str, ...], reply: Got, right: bool
) -> None:
    assert is_right(CheckQuestion("c", "？", decision, entries), reply) is right


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("住民票はコンビニで取れますか", True),
        ("粗大ごみは？", True),
        ("ありがとう", True),
        ("2", False),
        ("2番目", False),
        ("いつから？", False),
        ("それはいくらですか", False),
        ("くわしく", False),
        ("じゃあコンビニは？", False),
        ("この中にない", False),
    ],
)
def test_what_only_makes_sense_in_a_dialogue_is_left_out(text: str, alone: bool) -> None:
    assert stands_alone(text) is alone


def test_the_sample_takes_the_latest_that_stand_alone_and_counts_what_it_passed_over() -> None:
    texts = [("住民票", 3), ("それは？", 2), ("戸籍", 1), ("2", 5), ("ごみ", 1)]
    found = sample([RecentQuestion(text, times, DAY) for text, times in texts], most=2)
    assert [one.text for one in found.questions] == ["住民票", "戸籍"]
    assert found.left_out == Count(1, 2), "what lies behind the last one taken was not looked at"


def gold_texts() -> list[str]:
    return [row["question"] for row in yaml.safe_load((GOLD / f"{CODE}.yaml").read_text(encoding="utf-8"))]


@pytest.fixture(scope="module")
def questions() -> list[RecentQuestion]:
    return [RecentQuestion(text, number % 4 + 1, DAY) for number, text in enumerate(gold_texts())]


@pytest.fixture
def sides(loaded_database: Database, vectors: Vectors) -> tuple[Side, Side]:
    """What is published, and the same after an entry was ended, one was reworded and one was added."""
    old = Corpus(loaded_database, vectors).current(CODE)
    chosen = answered(old)
    with loaded_database.writing() as session:
        ended, reworded = (session.get_one(Entry, (CODE, entry_id)) for entry_id in chosen[:2])
        ended.state = "ended"
        reworded.answer = f"改めました。{reworded.answer}"
        values = {name: getattr(reworded, name) for name in Entry.__table__.columns.keys()}  # noqa: SIM118
        own = {"entry_id": "penguin", "question": "ペンギンは飼えますか？", "answer": "飼えません。", "kind": "plan"}
        session.add(Entry(**values | own | {"phrasings": ["ペンギン"], "state": "published", "facets": None}))
        session.execute(update(Municipality).values(knowledge_version=Municipality.knowledge_version + 1))
    return Side(old), Side(Corpus(loaded_database, vectors).current(CODE))


def answered(knowledge: Knowledge) -> list[str]:
    """Entries that gold questions are answered by."""
    replies = (answer(knowledge, text).reply for text in gold_texts())
    found = (one.answer.entry_id for one in replies if one.answer and one.answer.kind in ("plan", "procedure"))
    return list(dict.fromkeys(found))


def naively(old: Side, new: Side, texts: list[str]) -> dict[str, tuple[Got, Got]]:
    return {
        text: (got_of(answer(old.knowledge, text).reply), got_of(answer(new.knowledge, text).reply)) for text in texts
    }


def test_what_is_told_is_what_asking_one_by_one_gives(
    sides: tuple[Side, Side], questions: list[RecentQuestion], tmp_path: Path
) -> None:
    """By two processes, and from memory, too."""
    asked = sample([*questions, RecentQuestion("ペンギンは飼えますか", 9, DAY)])
    texts = [one.text for one in asked.questions]
    plain = naively(*sides, texts)
    changes = {text: change for text, both in plain.items() if (change := change_of(*both))}
    memory = ReplyMemory(tmp_path)
    for expected, processes in ((0, 1), (len(texts), 1), (len(texts), 2)):
        found = check_effect(*sides, asked, memory=memory, processes=processes)
        assert {one.text: one.change for one in found.changed} == changes
        assert {one.text: (one.old, one.new) for one in found.changed} == {text: plain[text] for text in changes}
        assert found.recalled == expected
    assert changes["ペンギンは飼えますか"] is Change.ANSWERED
    assert {Change.REWORDED} < set(changes.values())


def test_counts_are_weighted_by_how_often_a_question_is_asked(
    sides: tuple[Side, Side], questions: list[RecentQuestion]
) -> None:
    found = check_effect(*sides, sample([*questions, RecentQuestion("ペンギンは飼えますか", 900, DAY)]))
    assert found.changed[0].text == "ペンギンは飼えますか", "what is asked most stands first"
    assert sum(count.times for count in found.counts.values()) == sum(one.times for one in found.changed)
    assert found.asked.times == found.unchanged.times + sum(count.times for count in found.counts.values())


def test_a_check_question_that_goes_wrong_or_right_is_named(sides: tuple[Side, Side]) -> None:
    ended = answered(sides[0].knowledge)[0]
    title = sides[0].knowledge.answers[ended].title
    checks = [
        CheckQuestion("gone", title, "answer", (ended,)),
        CheckQuestion("new", "ペンギンは飼えますか", "answer", ("penguin",)),
        CheckQuestion("same", "こんにちは", "smalltalk"),
    ]
    found = check_effect(*sides, sample([]), checks)
    assert [one.question.id for one in found.now_wrong] == ["gone"]
    assert [one.question.id for one in found.now_right] == ["new"]
    assert (found.checks, found.checks_right_before, found.checks_right_after) == (3, 2, 2)


def test_both_replies_can_be_read_side_by_side(sides: tuple[Side, Side]) -> None:
    old, new = side_by_side(*sides, "ペンギンは飼えますか")
    assert "飼えません。" in new
    assert "飼えません。" not in old


def test_told_to_stop_it_stops(sides: tuple[Side, Side], questions: list[RecentQuestion]) -> None:
    class StoppedError(Exception):
        pass

    def stop(_share: float) -> None:
        raise StoppedError

    for processes in (1, 2):
        with pytest.raises(StoppedError):
            check_effect(*sides, sample(questions), progress=stop, processes=processes)


def test_progress_grows_to_the_whole(sides: tuple[Side, Side], questions: list[RecentQuestion]) -> None:
    told: list[float] = []
    check_effect(*sides, sample(questions), progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1


def test_a_process_that_dies_is_told_and_nothing_is_taken_for_whole(
    sides: tuple[Side, Side], monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> None:
        raise SystemExit(1)

    monkeypatch.setattr("bot.many_questions._ask_share", dies)
    with pytest.raises(AskingFailedError):
        ask_all([sides[0]], [f"質問{number}" for number in range(200)], processes=2)


def test_memory_is_of_one_knowledge_and_one_level_only(sides: tuple[Side, Side], tmp_path: Path) -> None:
    old, new = sides
    memory = ReplyMemory(tmp_path)
    assert prepare(old, sample([RecentQuestion("住民票", 1, DAY)]), memory=memory) == 1
    assert prepare(old, sample([RecentQuestion("住民票", 1, DAY)]), memory=memory) == 0
    assert text_key("住民票") in memory.recall(old)
    for other in (
        new,
        replace(old, policy=BOLD),
        Side(replace(old.knowledge, state=replace(old.knowledge.state, day=DAY))),
    ):
        assert not memory.recall(other)
        assert side_mark(other) != side_mark(old)


def test_memory_holds_no_words_of_residents(sides: tuple[Side, Side], tmp_path: Path) -> None:
    prepare(sides[0], sample([RecentQuestion("キリンを飼いたい", 1, DAY)]), memory=ReplyMemory(tmp_path))
    (file,) = (tmp_path / CODE).iterdir()
    assert "キリン".encode() not in file.read_bytes()


def test_a_damaged_memory_is_asked_anew(sides: tuple[Side, Side], tmp_path: Path) -> None:
    asked, memory = sample([RecentQuestion("住民票", 1, DAY)]), ReplyMemory(tmp_path)
    prepare(sides[0], asked, memory=memory)
    (file,) = (tmp_path / CODE).iterdir()
    file.write_bytes(file.read_bytes()[:-3])
    assert prepare(sides[0], asked, memory=memory) == 1


def test_a_reply_goes_through_a_pipe_unchanged(sides: tuple[Side, Side]) -> None:
    for text in ("住民票", "こんにちは", "目標は？", "おすすめのラーメン屋"):
        found = got_of(answer(sides[0].knowledge, text).reply)
        assert got_from_row(row_of(found)) == found


def test_each_level_of_caution_tells_what_it_would_have_changed(
    corpus: Corpus, questions: list[RecentQuestion]
) -> None:
    knowledge = corpus.current(CODE)
    asked = sample(questions)
    found = caution_effects(knowledge, asked)
    assert found["standard"].counts == {}, "the level in use changes nothing"
    assert Change.UNANSWERED in found["cautious"].counts
    assert Change.ANSWERED not in found["cautious"].counts
    assert Change.ANSWERED in found["bold"].counts
    assert Change.UNANSWERED not in found["bold"].counts
    plain = check_effect(Side(knowledge), Side(knowledge, CAUTIOUS), asked)
    assert plain.counts == found["cautious"].counts
