"""A service with one municipality of a few answers: made in a moment, to be changed at will."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from app import create_app
from bot.services import Services
from knowledge.bundle import read_bundle
from knowledge.calendar import now
from knowledge.loading import load_bundle
from knowledge.models import Municipality
from tests.knowledge.small_town import CODE, write_town

FORM = "https://www.city.example.jp/form"
ENTRY = "juki"
"""The procedure: it has a fact, and the link FORM."""
_LINK = ("links: []", f"links: [{{label: 申請のページ, url: {FORM}}}]")


@contextmanager
def small_site(folder: Path, migrated: Path, vectors: Path, **settings: str) -> Iterator[Flask]:
    """``migrated``: an SQLite file with all tables.  ``settings``: beside those of every test."""
    (folder / "vectors").symlink_to(vectors)
    shutil.copy(migrated, folder / "kotae.db")
    own = {"INSTANCE_PATH": str(folder), "SENDER_THREADS": "0", "JOBS": "0", "LINK_CHECKS": "0"}
    made = create_app(own | settings)
    kit: Services = made.extensions["kotae"]
    load_bundle(kit.database, read_bundle(write_town(folder / "content", {"entries.yaml": _LINK})), now())
    yield made
    kit.database.dispose()


def change_town(app: Flask, **values: object) -> None:
    """Columns of the municipality; and whatever else was changed of it is published."""
    kit: Services = app.extensions["kotae"]
    with kit.database.writing() as session:
        town = session.get_one(Municipality, CODE)
        for name, value in values.items():
            setattr(town, name, value)
        town.knowledge_version += 1
