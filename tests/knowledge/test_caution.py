"""How sure a municipality wants to be: chosen by staff, live at once, kept when content is loaded."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from intents.decision import BOLD, CAUTIOUS, POLICIES, STANDARD
from intents.vectors import NO_VECTORS
from knowledge.bundle import read_bundle
from knowledge.caution import LEVELS, caution, set_caution
from knowledge.corpus import Corpus
from knowledge.db import Database
from knowledge.loading import load_bundle
from tests.knowledge.small_town import CODE, write_town

MOMENT = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Database:
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT)
    return database


def test_staff_read_every_level_and_a_bolder_one_answers_at_less() -> None:
    assert list(LEVELS) == list(POLICIES)
    assert CAUTIOUS.answer_from > STANDARD.answer_from > BOLD.answer_from


def test_a_town_begins_with_the_standard(town: Database) -> None:
    with town.reading() as session:
        assert caution(session, CODE) == "standard"
    assert Corpus(town, NO_VECTORS).current(CODE).town.policy is STANDARD


def test_a_choice_is_live_at_once_and_outlives_loading(town: Database, tmp_path: Path) -> None:
    corpus = Corpus(town, NO_VECTORS)
    assert corpus.current(CODE).town.policy is STANDARD
    with town.writing() as session:
        set_caution(session, CODE, "cautious")
    assert corpus.current(CODE).town.policy is CAUTIOUS
    changed = write_town(tmp_path / "changed", {"municipality.yaml": ("aliases: [小さい]", "aliases: [ちいさい]")})
    load_bundle(town, read_bundle(changed), MOMENT)
    assert corpus.current(CODE).town.policy is CAUTIOUS


@pytest.mark.parametrize(("code", "level", "error"), [(CODE, "慎重", ValueError), ("999999", "bold", LookupError)])
def test_what_is_no_level_or_no_town_changes_nothing(
    town: Database, code: str, level: str, error: type[Exception]
) -> None:
    with pytest.raises(error, match=level if error is ValueError else code), town.writing() as session:
        set_caution(session, code, level)
    with town.reading() as session:
        assert caution(session, CODE) == "standard"
