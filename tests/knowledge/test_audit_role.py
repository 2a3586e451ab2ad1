"""PostgreSQL: the service works as a role that may change and delete no line of the audit log."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, delete, make_url, text, update
from sqlalchemy.exc import DBAPIError

from app import create_app
from bot import jobs
from bot.services import Services
from knowledge import audit
from knowledge.audit import Actor
from knowledge.audit_chain import expire, verify
from knowledge.bundle import read_bundle
from knowledge.calendar import now
from knowledge.common_content import common_content
from knowledge.loading import load_bundle
from knowledge.models import AuditHead, AuditLine
from tests.knowledge.small_town import write_town
from tests.support.server import ROOT

ROLE = "kotae_app"
SOMEBODY = Actor(7, "yamada-h", "a" * 32)


@pytest.fixture
def limited(tmp_path: Path, vectors_folder: Path, database_url_maker: Callable[[str], str]) -> Iterator[Services]:
    """A service whose role is set up by the file of deploy/, on tables that another role owns."""
    url = database_url_maker("postgresql")
    owner = create_engine(url, isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.execute(text(f"CREATE ROLE {ROLE} LOGIN"))
        connection.exec_driver_sql((ROOT / "deploy/postgresql-roles.sql").read_text(encoding="utf-8"))
    (tmp_path / "vectors").symlink_to(vectors_folder)
    mine = make_url(url).set(username=ROLE).render_as_string(hide_password=False)
    app = create_app({"INSTANCE_PATH": str(tmp_path), "DATABASE_URL": mine, "SENDER_THREADS": "0", "JOBS": "0"})
    kit: Services = app.extensions["kotae"]
    load_bundle(kit.database, read_bundle(write_town(tmp_path / "content")), now(), common_content())
    yield kit
    kit.database.dispose()
    with owner.connect() as connection:
        connection.execute(text(f"DROP OWNED BY {ROLE}"))
        connection.execute(text(f"DROP ROLE {ROLE}"))
    owner.dispose()


def test_the_service_works_and_no_line_is_changed_or_deleted(limited: Services) -> None:
    database, moment = limited.database, now()
    with database.reading() as session:
        assert session.scalar(text("SELECT current_user")) == ROLE
    old = moment - dt.timedelta(days=500)
    with database.writing() as session:
        for at in (old, old, moment):
            audit.append(session, SOMEBODY, "signed_in", at=at, details={"how": "password"})
    for refused in (
        update(AuditLine).values(subject="nobody"),
        delete(AuditLine),
        delete(AuditHead),
        text("TRUNCATE audit_lines"),
        text("ALTER TABLE audit_lines DISABLE TRIGGER ALL"),
        text("UPDATE alembic_version SET version_num = '0001'"),
    ):
        with pytest.raises(DBAPIError, match=r"permission denied|must be owner"), database.writing() as session:
            session.execute(refused)
    with database.writing() as session:
        assert expire(session, moment, 400) == 2  # what is older than a year still goes
    with pytest.raises(DBAPIError, match="kept for a year"), database.writing() as session:
        session.execute(text("SELECT audit_lines_expire(2147483647)"))
    jobs.work(limited, threading.Event(), once=True)
    with database.reading() as session:
        assert verify(session).findings == ()


def test_the_daily_vacuum_is_passed_over_with_a_warning(limited: Services) -> None:
    """As docs/retention.md says: only whoever owns a table may, before PostgreSQL 17; nothing fails by it."""
    heard: list[str] = []
    with limited.database.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.add_notice_handler(lambda told: heard.append(told.message_primary))
        connection.exec_driver_sql("VACUUM (SKIP_LOCKED) query_log")
    assert [one for one in heard if "query_log" in one and "skipping" in one]
