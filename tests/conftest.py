"""What the tests share: real databases, the bundled content, and apps of their own."""

from __future__ import annotations

import gc
import itertools
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, create_engine, text
from threadpoolctl import threadpool_limits
from werkzeug.routing import Rule

import bot.line.receiver
import bot.settings
from app import create_app
from intents.vectors import NO_VECTORS, Vectors, make_vectors, open_vectors
from knowledge.bundle import Bundle, content_folders, read_bundle
from knowledge.calendar import now
from knowledge.common_content import common_content
from knowledge.corpus import Corpus
from knowledge.db import Database, migrate, open_database
from knowledge.index_files import IndexFiles
from knowledge.lessons import learn_next
from knowledge.loading import load_bundle
from tests.support.filling import Filling
from tests.support.postgresql import postgresql_in

FIRST_TOWN = "242047"
"""The municipality that most tests are about."""
_numbers = itertools.count()

# The same examples at every run, and no judging by the clock: a busy machine is no fault.
settings.register_profile("kotae", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kotae")


# Whole municipalities stay in memory, none in a cycle: as Python comes, it looks them through again and again.
gc.set_threshold(50_000, 50, 100)

DEFAULTS = {each.name: each.default for each in bot.settings.SETTINGS}
"""What holds where nothing is set."""
MANY_A_MINUTE = {
    "RATE_CONVERSATION": "10000",
    "RATE_ADDRESS": "100000",
    "RATE_ALL": "1000000",
    "RATE_LINE_PERSON": "10000",
}
"""Tests ask faster than people; those of the limits name their own."""


@pytest.fixture(scope="session", autouse=True)
def many_a_minute() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        given = [replace(each, default=MANY_A_MINUTE.get(each.name, each.default)) for each in bot.settings.SETTINGS]
        patch.setattr(bot.settings, "SETTINGS", tuple(given))
        yield


@pytest.fixture(scope="session", autouse=True)
def addresses_compiled_once() -> Iterator[None]:
    """Each app compiles the same 250 addresses, for a tenth of a second; a thousand tests make an app of their own.

    What is compiled of a rule depends on nothing but its parts: it looks its converters up when it is called.
    """
    compiled: dict[tuple[object, ...], object] = {}
    really = Rule._compile_builder

    def remembered(rule: Rule, append_unknown: bool = True) -> object:
        key = (tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in compiled:
            compiled[key] = really(rule, append_unknown)
        return compiled[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", remembered)
        yield


STORING_SECONDS = bot.line.receiver.STORING_SECONDS


@pytest.fixture(scope="session", autouse=True)
def patient_line() -> Iterator[None]:
    """A webhook may take longer than LINE waits, where a test's machine stands still."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bot.line.receiver, "STORING_SECONDS", 20.0)
        yield


@pytest.fixture
def impatient_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """A webhook may take as long as in service; before the app is made."""
    monkeypatch.setattr(bot.line.receiver, "STORING_SECONDS", STORING_SECONDS)


@pytest.fixture(scope="session")
def vectors_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The instance's copy of the vectors where set-up made one, else one of our own."""
    made = Path(__file__).parent.parent / "instance" / "vectors"
    if open_vectors(made) is NO_VECTORS:
        made = tmp_path_factory.mktemp("vectors")
        make_vectors(made)
    return made


@pytest.fixture(scope="session")
def vectors(vectors_folder: Path) -> Vectors:
    return open_vectors(vectors_folder)


@pytest.fixture(scope="session")
def bundles() -> list[Bundle]:
    return [read_bundle(folder) for folder in content_folders()]


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables and no rows, to copy."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    database = open_database(f"sqlite:///{path}")
    migrate(database)
    _close(database)
    return path


@pytest.fixture(scope="session")
def loaded_file(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path, bundles: list[Bundle]) -> Path:
    """An SQLite file with the bundled content, to copy."""
    path = tmp_path_factory.mktemp("template") / "loaded.db"
    shutil.copy(migrated_file, path)
    database = open_database(f"sqlite:///{path}")
    for bundle in bundles:
        load_bundle(database, bundle, now(), common_content())
    _close(database)
    return path


@pytest.fixture(scope="session")
def indexes_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where indexes are kept, as a machine's processes share them."""
    return _of_all_workers(tmp_path_factory) / "indexes"


@pytest.fixture(scope="session")
def first_town(bundles: list[Bundle]) -> Filling:
    """The first municipality alone."""
    bundle = next(one for one in bundles if one.municipality.code == FIRST_TOWN)
    return Filling("first_town", lambda database: load_bundle(database, bundle, now()))


@pytest.fixture(scope="session")
def first_indexes(
    tmp_path_factory: pytest.TempPathFactory,
    filled_files: Callable[[Filling], Path],
    first_town: Filling,
    loaded_file: Path,
    vectors: Vectors,
) -> Path:
    """The indexes of the municipality as it is at the beginning of a test, to copy: alone, and among the others."""
    folder = tmp_path_factory.mktemp("first")
    for name, file in (("alone.db", filled_files(first_town)), ("all.db", loaded_file)):
        shutil.copy(file, folder / name)
        database = open_database(f"sqlite:///{folder / name}")
        Corpus(database, vectors, index_files=IndexFiles(folder / "indexes")).current(FIRST_TOWN)
        _close(database)
    return folder / "indexes"


def _of_all_workers(factory: pytest.TempPathFactory) -> Path:
    here = factory.getbasetemp()
    return here.parent if "PYTEST_XDIST_WORKER" in os.environ else here


@pytest.fixture(scope="session")
def learned_file(tmp_path_factory: pytest.TempPathFactory, loaded_file: Path, vectors: Vectors) -> Path:
    """The same with what was learned from it, as set-up leaves it: made once for all workers of a run."""
    shared = _of_all_workers(tmp_path_factory)
    path = shared / "learned.db"
    try:
        (shared / "learning").mkdir()
    except FileExistsError:
        until = time.monotonic() + 300
        while not path.exists() and time.monotonic() < until:
            time.sleep(0.2)
        return path
    unfinished = shared / "learned.tmp.db"
    shutil.copy(loaded_file, unfinished)
    database = open_database(f"sqlite:///{unfinished}")
    with threadpool_limits(1, "blas"):
        while learn_next(database, Corpus(database, vectors), vectors) is not None:
            pass
    database.shrink_log()
    _close(database)
    unfinished.rename(path)
    return path


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL of this worker's own; the URL of its maintenance database."""
    folder = tmp_path_factory.mktemp("postgresql")
    with postgresql_in(folder) as url:
        maintenance = create_engine(url, isolation_level="AUTOCOMMIT")
        with maintenance.connect() as connection:
            # Nothing here outlives the run: no need to wait for the disk, nor to fill it.
            for setting in ("fsync = off", "full_page_writes = off", "max_wal_size = '64MB'", "min_wal_size = '32MB'"):
                connection.execute(text(f"ALTER SYSTEM SET {setting}"))
            connection.execute(text("SELECT pg_reload_conf()"))
            connection.execute(text("CREATE DATABASE template_kotae"))
        maintenance.dispose()
        migrated = open_database(_named(url, "template_kotae"))
        migrate(migrated)
        migrated.dispose()
        yield url
        _maintainer(url).dispose()


def _named(url: str, name: str) -> str:
    """``url`` with another database's name."""
    head, _, query = url.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path, migrated_file: Path) -> Iterator[Database]:
    """An empty database with all tables: the test runs on SQLite and on PostgreSQL."""
    url = request.getfixturevalue("database_url_maker")(request.param)
    found = open_database(url)
    yield found
    _close(found)


@pytest.fixture(scope="session")
def filled_files(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Callable[[Filling], Path]:
    """An SQLite file that holds it, to copy."""
    folder = tmp_path_factory.mktemp("filled")

    def file_of(filling: Filling) -> Path:
        path = folder / f"{filling.name}.db"
        if not path.exists():
            shutil.copy(migrated_file, path)
            _fill(f"sqlite:///{path}", filling)
        return path

    return file_of


@pytest.fixture(scope="session")
def filled_templates(postgresql: str) -> Callable[[Filling], str]:
    """The name of a database of PostgreSQL that holds it, to copy."""
    made: set[str] = set()

    def name_of(filling: Filling) -> str:
        name = f"template_{filling.name}"
        if name not in made:
            _maintain(postgresql, f"CREATE DATABASE {name} TEMPLATE template_kotae STRATEGY FILE_COPY")
            _fill(_named(postgresql, name), filling)
            made.add(name)
        return name

    return name_of


def _fill(url: str, filling: Filling) -> None:
    database = open_database(url)
    filling.fill(database)
    _close(database)


@pytest.fixture
def database_url_maker(
    request: pytest.FixtureRequest, tmp_path: Path, migrated_file: Path
) -> Iterator[Callable[..., str]]:
    """Make a database of an engine for a test alone, with all tables, and with a Filling where one is given; its URL.

    It goes with the test, as ten thousand would fill the disk.
    """
    made: list[str] = []

    def make(engine: str, filling: Filling | None = None) -> str:
        if engine == "sqlite":
            path = tmp_path / f"kotae{next(_numbers)}.db"
            shutil.copy(request.getfixturevalue("filled_files")(filling) if filling else migrated_file, path)
            return f"sqlite:///{path}"
        maintenance = request.getfixturevalue("postgresql")
        template = request.getfixturevalue("filled_templates")(filling) if filling else "template_kotae"
        name = f"test_{os.getpid()}_{next(_numbers)}"
        _maintain(maintenance, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        made.append(name)
        return _named(maintenance, name)

    yield make
    for name in made:
        in_use = f"SELECT FROM pg_stat_activity WHERE datname = '{name}'"
        if _maintain(request.getfixturevalue("postgresql"), in_use) == 0:
            _maintain(request.getfixturevalue("postgresql"), f"DROP DATABASE {name}")


def _maintain(maintenance: str, statement: str) -> int:
    """Run it outside of a transaction; how many rows it found."""
    with _maintainer(maintenance).connect() as connection:
        return connection.execute(text(statement)).rowcount


@cache
def _maintainer(maintenance: str) -> Engine:
    """One for all: to connect takes as long as to copy a database."""
    return create_engine(maintenance, isolation_level="AUTOCOMMIT")


@pytest.fixture
def loaded_database(tmp_path: Path, loaded_file: Path) -> Iterator[Database]:
    """A copy of the bundled content, on SQLite, to change at will."""
    path = tmp_path / "loaded.db"
    shutil.copy(loaded_file, path)
    found = open_database(f"sqlite:///{path}")
    yield found
    _close(found)


@pytest.fixture(scope="session")
def corpus(learned_file: Path, vectors: Vectors, indexes_folder: Path) -> Iterator[Corpus]:
    """The bundled content as residents are answered from it.  Not to be changed."""
    found = open_database(f"sqlite:///{learned_file}")
    yield Corpus(found, vectors, index_files=IndexFiles(indexes_folder))
    _close(found)


@pytest.fixture
def environment(tmp_path: Path, vectors_folder: Path, indexes_folder: Path, learned_file: Path) -> dict[str, str]:
    """Settings of an app of the test's own, with the bundled content."""
    instance = tmp_path / "instance"
    instance.mkdir()
    (instance / "vectors").symlink_to(vectors_folder)
    indexes_folder.mkdir(exist_ok=True)
    (instance / "indexes").symlink_to(indexes_folder)
    shutil.copy(learned_file, instance / "kotae.db")
    return {"INSTANCE_PATH": str(instance), "SENDER_THREADS": "0", "JOBS": "0", "LINK_CHECKS": "0"}


@pytest.fixture
def app(environment: dict[str, str]) -> Iterator[Flask]:
    made = create_app(environment)
    made.config["TESTING"] = False
    yield made
    _close(made.extensions["kotae"].database)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def _close(database: Database) -> None:
    database.dispose()
