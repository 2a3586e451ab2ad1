"""Backups by command: made, checked, brought back, and the service works with what came back."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select, text

from app import create_app
from bot import jobs, upgrade_commands
from bot.services import Services
from knowledge import backups, erasures
from knowledge.backups_ledger import FILE, Erasure, append
from knowledge.backups_restore import RESTORING
from knowledge.calendar import now
from knowledge.db import migrate, open_database
from knowledge.models import AuditLine, LoggedQuestion, StaffAccount
from knowledge.passwords import hash_password
from knowledge.query_log import AskedQuestion, record
from knowledge.roles import Grant, Role
from tests.bot.test_commands import run
from tests.support.any_rows import fill_all
from tests.support.staff import add_colleague, visit

CODE = "242047"
PASSWORD = "みかんと青い鉄橋 umbrella 7"


@pytest.fixture
def kit(app: Flask) -> Services:
    found: Services = app.extensions["kotae"]
    return found


@pytest.fixture
def own(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def ask(kit: Services, message: str) -> None:
    with kit.database.writing() as session:
        record(session, AskedQuestion(CODE, message, "line", now(), f"質問 {message}", False, "a" * 32, message, "ja", "none", None, None, None, None, [], 1, 1.0))  # fmt: skip


def unsend(kit: Services, message: str) -> None:
    with kit.database.writing() as session:
        erasures.unsend(session, CODE, message, now())


def made_by(own: FlaskCliRunner) -> Path:
    return Path(run(own, "backup", "run").split("（")[0].strip())


@pytest.mark.usefixtures("patient_readiness")
def test_a_backup_comes_back_and_the_service_works_with_it(
    app: Flask, kit: Services, own: FlaskCliRunner, environment: dict[str, str], tmp_path: Path
) -> None:
    account, login = add_colleague(kit.database, [Grant(Role.ADMIN, None, None)])
    with kit.database.writing() as session:
        session.get_one(StaffAccount, account).password_hash = hash_password(PASSWORD)
    ask(kit, "m1")
    path = made_by(own)
    assert path.name in run(own, "backup", "list")
    assert "食い違いはありません" in run(own, "backup", "verify", str(path))
    unsend(kit, "m1")
    url = f"sqlite:///{tmp_path}/restored.db"
    said = run(own, "restore", str(path), "--into", url)
    assert "すべてもとと同じ" in said
    restored = create_app(environment | {"DATABASE_URL": url})
    try:
        client, runner = restored.test_client(), restored.test_cli_runner()
        assert client.get("/readyz").status_code == 200
        visit(client, "/staff/sign-in", {"login": login, "password": PASSWORD})
        run(runner, "audit", "verify")
        assert "松阪市" in run(runner, "ask", "--municipality", CODE, "住民票はコンビニで取れますか？")
        found: Services = restored.extensions["kotae"]
        with found.database.reading() as session:
            # Taken back after the backup was made; the database that was in use knew it.
            assert session.scalars(select(LoggedQuestion.text).where(LoggedQuestion.message_id == "m1")).all() == [None]
            line = session.scalars(select(AuditLine).where(AuditLine.action == "backup_restored")).one()
            assert (line.details["file"], line.details["erased"]) == (path.name, 1)
    finally:
        restored.extensions["kotae"].database.dispose()


@pytest.mark.usefixtures("patient_readiness")
def test_while_a_restore_is_not_done_nothing_is_served(app: Flask, kit: Services, own: FlaskCliRunner) -> None:
    client = app.test_client()
    assert client.get("/readyz").status_code == 200
    with kit.database.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :said"), {"said": RESTORING})
    app.extensions["readiness"].look_anew()
    assert client.get("/readyz").status_code == 503
    assert kit.receiver.look(kit.database, CODE) is None
    assert "復元が途中で" in run(own, "database", "migrate", status=1)
    assert "復元が途中で" in run(own, "upgrade", status=1)


def test_without_the_record_of_what_was_erased_nothing_is_restored_unasked(
    kit: Services, own: FlaskCliRunner, tmp_path: Path
) -> None:
    """The disk is gone with the database, and the ledger on a new machine begins after the backup."""
    ask(kit, "m1")
    kept = made_by(own).rename(tmp_path / "kept.backup")
    for path in kit.settings.backup_folder.iterdir():
        path.unlink()
    kit.database.dispose()
    database = Path(kit.database.writer.url.database or "")
    database.unlink()
    url = f"sqlite:///{tmp_path}/a.db"
    assert "--erasures" in run(own, "restore", str(kept), "--into", url, status=1)
    append(kit.settings.backup_folder, [Erasure("begun", "", "", now())])
    assert "--erasures" in run(own, "restore", str(kept), "--into", url, status=1)
    assert not database.exists()
    append(tmp_path, [Erasure("unsend", CODE, "m1", now())])
    run(own, "restore", str(kept), "--into", url, "--erasures", str(tmp_path / FILE))
    run(own, "restore", str(kept), "--into", f"sqlite:///{tmp_path}/b.db", "--without-erasures")
    for name, left in (("a", [None]), ("b", ["質問 m1"])):
        found = open_database(f"sqlite:///{tmp_path}/{name}.db")
        with found.reading() as session:
            assert session.scalars(select(LoggedQuestion.text).where(LoggedQuestion.message_id == "m1")).all() == left
        found.dispose()


def test_the_database_in_use_is_set_aside_and_replaced(kit: Services, own: FlaskCliRunner) -> None:
    path = made_by(own)
    ask(kit, "later")
    assert "もうデータベースがあります" in run(own, "restore", str(path), status=1)
    said = run(own, "restore", str(path), "--replace")
    assert "に残しました" in said
    with kit.database.reading() as session:
        assert session.scalars(select(LoggedQuestion.id)).all() == []
    aside = list(kit.settings.instance.glob("kotae.db.before-*"))
    assert len(aside) == 1


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["backup", "verify", "no-such-file"], "ファイルがありません"),
        (["backup", "verify", "app.py"], "バックアップのファイルではありません"),
        (["backup", "verify", "."], "フォルダーです"),
        (["backup", "list"], "まだありません"),
        (["restore", "no-such-file"], "ファイルがありません"),
        (["database", "move", "--to", "nonsense"], "の形で書いてください"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(own: FlaskCliRunner, command: list[str], said: str) -> None:
    found = run(own, *command, status=1)
    assert said in found
    assert "Traceback" not in found


def test_without_a_key_no_backup_is_made_and_it_is_said_once(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    public = {"BASE_URL": "https://kotae.example.jp", "SECRET_KEY": "0123456789abcdef" * 4, "PSEUDONYM_PEPPER": "123456789abcdef0" * 4, "DATA_KEY": "23456789abcdef01" * 4}  # fmt: skip
    app = create_app(environment | public)
    kit: Services = app.extensions["kotae"]
    told: list[str] = []
    monkeypatch.setattr(jobs._log, "warning", lambda event, **_: told.append(event))
    hourly = jobs._Backups(kit)
    assert hourly.make(lambda *_: None) is hourly.make(lambda *_: None) is None
    assert told == ["backups_off"]
    assert "BACKUP_KEY がありません" in run(app.test_cli_runner(), "backup", "run", status=1)
    assert not kit.settings.backup_folder.exists()
    kit.database.dispose()


def test_every_hour_one_of_the_processes_makes_a_backup(kit: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = jobs._Backups(kit), jobs._Backups(kit)
    folder = kit.settings.backup_folder
    assert first.make(lambda *_: None) == "backup"
    assert second.make(lambda *_: None) is first.make(lambda *_: None) is None
    moment = now() + dt.timedelta(minutes=61)
    monkeypatch.setattr(jobs, "now", lambda: moment)
    with backups.alone_in(folder):
        assert second.make(lambda *_: None) is None  # another is at it
    second._not_before = 0
    assert second.make(lambda *_: None) == "backup"
    assert len(backups.backups_in(folder)) == 2
    assert (folder / FILE).exists()


def test_what_is_asked_for_once_makes_no_backup(kit: Services) -> None:
    jobs.work(kit, threading.Event(), once=True)
    assert not kit.settings.backup_folder.exists()


@pytest.fixture
def old(environment: dict[str, str]) -> dict[str, str]:
    """An instance whose tables are of an earlier version, with rows."""
    path = Path(environment["INSTANCE_PATH"]) / "kotae.db"
    path.unlink()
    database = open_database(f"sqlite:///{path}")
    migrate(database, "0046")
    with database.writer.begin() as connection:
        fill_all(connection, 2, now())
    database.dispose()
    return environment


def test_an_upgrade_makes_a_backup_first_and_tells_the_way_back(old: dict[str, str]) -> None:
    app = create_app(old)
    kit: Services = app.extensions["kotae"]
    runner = app.test_cli_runner()
    service = open_database(str(kit.database.writer.url))
    with service.reading() as session:
        session.scalar(text("SELECT 1 FROM municipalities"))
    assert "サービスを止めて" in run(runner, "upgrade", status=1)
    assert backups.newest(kit.settings.backup_folder) is None
    service.dispose()
    said = run(runner, "upgrade")
    made = backups.newest(kit.settings.backup_folder)
    assert made is not None
    assert f"restore {made.path} --replace" in said
    assert backups.examine(made.path, kit.settings.backup_key).manifest.told.revision == "0046"
    with kit.database.reading() as session:
        line = session.scalars(select(AuditLine)).one()
        assert (line.action, line.details["old_revision"]) == ("database_upgraded", "0046")
    assert "何もしていません" in run(runner, "upgrade")
    kit.database.dispose()


def test_an_upgrade_that_would_lose_rows_or_has_no_backup_does_not_happen(
    old: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(old)
    kit: Services = app.extensions["kotae"]
    runner = app.test_cli_runner()
    with monkeypatch.context() as patch:
        found = iter([{"entries": 2}, {"entries": 1}])
        patch.setattr(upgrade_commands, "_counts", lambda _: next(found))
        assert "行が減った表" in run(runner, "upgrade", "--without-backup", status=1)
    with monkeypatch.context() as patch:
        patch.setattr(upgrade_commands, "make_backup", lambda _: (_ for _ in ()).throw(upgrade_commands.click.ClickException("だめ")))  # fmt: skip
        assert "だめ" in run(runner, "upgrade", status=1)
    with kit.database.reader.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "0046"
    kit.database.dispose()
