"""A fake LINE, and an app whose channel belongs to it."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from bot.line.sender import Sender
from bot.services import Services
from knowledge.calendar import now
from tests.support.fake_line import ACCESS_TOKEN, SECRET, FakeLine, post, webhook_body
from tests.support.filling import Filling

CODE = "242047"


@pytest.fixture
def line() -> Iterator[FakeLine]:
    with FakeLine() as fake:
        yield fake


@pytest.fixture
def line_environment(
    line: FakeLine, tmp_path: Path, vectors_folder: Path, loaded_file: Path, first_indexes: Path
) -> dict[str, str]:
    instance = tmp_path / "instance"
    instance.mkdir()
    (instance / "vectors").symlink_to(vectors_folder)
    shutil.copytree(first_indexes, instance / "indexes")
    shutil.copy(loaded_file, instance / "kotae.db")
    return {
        "INSTANCE_PATH": str(instance),
        "LINE_API_HOST": line.url,
        "SENDER_THREADS": "0",
        f"LINE_{CODE}_CHANNEL_SECRET": SECRET,
        f"LINE_{CODE}_CHANNEL_ACCESS_TOKEN": ACCESS_TOKEN,
    }


@pytest.fixture(params=["sqlite", "postgresql"])
def kit(
    request: pytest.FixtureRequest,
    line_environment: dict[str, str],
    database_url_maker: Callable[..., str],
    first_town: Filling,
) -> Iterator[Services]:
    """The services of an app with one municipality, on both databases."""
    url = database_url_maker(request.param, first_town)
    app = create_app(line_environment | {"DATABASE_URL": url})
    services: Services = app.extensions["kotae"]
    yield services
    services.database.dispose()


@pytest.fixture
def line_app(line_environment: dict[str, str]) -> Iterator[Flask]:
    app = create_app(line_environment)
    yield app
    app.extensions["kotae"].database.dispose()


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.moment = now()

    def __call__(self) -> dt.datetime:
        return self.moment

    def forward(self, seconds: float) -> None:
        self.moment += dt.timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def sender_of(kit: Services, clock: Callable[[], dt.datetime] = now) -> Sender:
    return Sender(kit.database, kit.corpus, kit.line_clients, clock, kit.previews)


def drain(sender: Sender) -> int:
    """Answer everything that can be answered now; how many events."""
    done = 0
    while sender.step("test:1:0"):
        done += 1
    return done


__all__ = ["CODE", "Clock", "drain", "post", "sender_of", "webhook_body"]
