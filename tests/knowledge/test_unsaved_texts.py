"""What somebody had typed is there again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from knowledge.bundle import read_bundle
from knowledge.db import Database
from knowledge.loading import load_bundle
from knowledge.unsaved_texts import (
    MOST_BYTES,
    TooMuchTextError,
    drop_unsaved,
    keep_unsaved,
    unsaved_text,
    unsaved_texts,
)
from tests.knowledge.small_town import CODE, write_town
from tests.knowledge.version_desk import MOMENT


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Database:
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT)
    return database


def kept(database: Database, account: str, moment: dt.datetime = MOMENT) -> dict[str, dict[str, str]]:
    with database.reading() as session:
        return {one.form: one.fields for one in unsaved_texts(session, CODE, account, moment)}


def test_each_account_gets_its_own_text_back_as_it_was_last_typed(town: Database) -> None:
    with town.writing() as session:
        keep_unsaved(session, CODE, "a-1", "entry:goal", {"answer": "途中"}, MOMENT)
        keep_unsaved(session, CODE, "a-1", "entry:goal", {"answer": "途中まで\n書いた"}, MOMENT)
        keep_unsaved(session, CODE, "a-2", "entry:goal", {"answer": "別の人"}, MOMENT)
    assert kept(town, "a-1") == {"entry:goal": {"answer": "途中まで\n書いた"}}
    with town.writing() as session:
        drop_unsaved(session, CODE, "a-1", "entry:goal")
    assert (kept(town, "a-1"), list(kept(town, "a-2"))) == ({}, ["entry:goal"])


def test_it_is_not_kept_for_ever(town: Database) -> None:
    with town.writing() as session:
        keep_unsaved(session, CODE, "a-1", "entry:goal", {"answer": "古い"}, MOMENT)
    later = MOMENT + dt.timedelta(days=31)
    assert kept(town, "a-1", later) == {}
    with town.writing() as session:
        assert unsaved_text(session, CODE, "a-1", "entry:goal", later) is None
        keep_unsaved(session, CODE, "a-2", "x", {}, later)
        assert unsaved_text(session, CODE, "a-1", "entry:goal", MOMENT) is None


def test_more_than_a_form_holds_is_refused(town: Database) -> None:
    with town.writing() as session, pytest.raises(TooMuchTextError):
        keep_unsaved(session, CODE, "a-1", "x", {"answer": "あ" * MOST_BYTES}, MOMENT)
