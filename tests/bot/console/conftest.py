"""A site whose people the tests may change, made anew for each module."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from bot import jobs
from bot.services import Services
from knowledge.db import Database


@pytest.fixture(scope="module", autouse=True)
def only_what_is_asked_for() -> Iterator[None]:
    """Learning five municipalities takes minutes, links are looked up outside: both are tested elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "_learned", lambda *_: None)
        patch.setattr(jobs, "_links_checked", lambda *_: None)
        yield


@pytest.fixture(scope="module")
def office(
    tmp_path_factory: pytest.TempPathFactory, vectors_folder: Path, loaded_file: Path, first_indexes: Path
) -> Iterator[Flask]:
    instance = tmp_path_factory.mktemp("office")
    (instance / "vectors").symlink_to(vectors_folder)
    shutil.copytree(first_indexes, instance / "indexes")
    shutil.copy(loaded_file, instance / "kotae.db")
    made = create_app({"INSTANCE_PATH": str(instance), "SENDER_THREADS": "0"})
    yield made
    made.extensions["kotae"].database.dispose()


@pytest.fixture
def office_database(office: Flask) -> Database:
    kit: Services = office.extensions["kotae"]
    return kit.database


@pytest.fixture
def stranger(office: Flask) -> FlaskClient:
    """A browser in which nobody is signed in."""
    return office.test_client()
