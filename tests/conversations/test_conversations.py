"""Whole conversations through LINE's webhook, as they stand in the files beside this one."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update

from app import create_app
from bot.services import Services
from knowledge.models import Municipality
from knowledge.opening_hours import Place, Span
from knowledge.opening_places import save_place
from knowledge.reply_languages import REPLY_LANGUAGES
from tests.conversations.talk import (
    Conversation,
    ConversationError,
    Resident,
    conversations,
    read_conversation,
    seconds_of,
)
from tests.support.fake_line import ACCESS_TOKEN, SECRET, FakeLine

ALL = list(conversations())
USUAL = Span(dt.time(8, 30), dt.time(17, 15))
HALL = Place(0, "市役所", (), (USUAL,) * 5 + (None, None))
CONTACT = {
    "contact_telephone": "0598-53-0000",
    "contact_form": "https://www.city.example.jp/form/",
    "contact_email": "soudan@city.example.jp",
    "contact_fax": "0598-22-0000",
}
"""Of no real municipality."""
WITH_STAFF_CHAT = "222232"


@pytest.fixture(scope="module")
def line() -> Iterator[FakeLine]:
    with FakeLine() as fake:
        yield fake


@pytest.fixture(scope="module")
def app(
    tmp_path_factory: pytest.TempPathFactory, vectors_folder: Path, learned_file: Path, line: FakeLine
) -> Iterator[Flask]:
    """A service as it is after set-up, whose municipalities have entered their hours and ways to be asked."""
    instance = tmp_path_factory.mktemp("conversations")
    (instance / "vectors").symlink_to(vectors_folder)
    shutil.copy(learned_file, instance / "kotae.db")
    towns = sorted({one.municipality for one in ALL})
    channels = {
        f"LINE_{code}_CHANNEL_{name}": value
        for code in towns
        for name, value in (("SECRET", SECRET), ("ACCESS_TOKEN", ACCESS_TOKEN))
    }
    made = create_app({"INSTANCE_PATH": str(instance), "SENDER_THREADS": "0", "LINE_API_HOST": line.url, **channels})
    kit: Services = made.extensions["kotae"]
    with kit.database.writing() as session:
        session.execute(update(Municipality).values(**CONTACT, reply_languages=list(REPLY_LANGUAGES)))
        for code in towns:
            save_place(session, code, HALL)
        session.execute(update(Municipality).where(Municipality.code == WITH_STAFF_CHAT).values(staff_chat_hours=24))
    yield made
    kit.database.dispose()


@pytest.mark.parametrize("told", [pytest.param(one, id=one.name) for one in ALL])
def test_it_goes_as_it_is_written(app: Flask, line: FakeLine, told: Conversation) -> None:
    resident = Resident(app, line, told.municipality, 100 + ALL.index(told))
    wrong = []
    with time_machine.travel(told.at, tick=True) as clock:
        for number, turn in enumerate(told.turns, 1):
            if turn.act == "waits":
                clock.shift(seconds_of(turn.value))
            said = resident.hears() if turn.act == "waits" else resident.does(turn)
            wrong += [f"{number} {turn.act} {turn.value}: {each}\n{said.texts}" for each in said.faults(turn)]
    assert wrong == []
    assert line.violations == []


@pytest.mark.parametrize(
    "text",
    ["{about: a}", "{about: a, municipality: '1', at: 2026-11-25T10:00, turns: [{says: a}]}"],
)
def test_what_is_no_conversation_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConversationError, match=r"a\.yaml"):
        read_conversation(path)


def test_a_span_of_time_has_a_number_and_a_unit() -> None:
    assert [seconds_of(one) for one in ("3s", "10m", "5h", "2d")] == [3, 600, 18000, 172800]
    with pytest.raises(ValueError, match="soon"):
        seconds_of("soon")
