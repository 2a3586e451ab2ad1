"""復元の訓練: once a week the newest backup is tried in a place of its own, and whoever runs the service is told."""

from __future__ import annotations

import datetime as dt
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from app import create_app
from bot import jobs
from bot.operation.checks import judge
from bot.operation.evidence_pack import evidence_pack
from bot.operation.facts import gather
from bot.operation.pulse import _PULSES, Pulse
from bot.operation.status import status
from bot.services import Services
from knowledge import restore_drills
from knowledge.backups import alone_in, make
from knowledge.backups_ledger import FILE as LEDGER
from knowledge.backups_ledger import LedgerKeeper
from knowledge.bundle import read_bundle
from knowledge.calendar import now
from knowledge.common_content import common_content
from knowledge.heartbeats import JOBS, beats
from knowledge.loading import load_bundle
from knowledge.models import AuditLine
from tests.bot.test_commands import run
from tests.knowledge.small_town import write_town

PUBLIC = {
    "BASE_URL": "https://kotae.city.test",
    "SECRET_KEY": "0123456789abcdef" * 4,
    "PSEUDONYM_PEPPER": "123456789abcdef0" * 4,
    "DATA_KEY": "23456789abcdef01" * 4,
    "BACKUP_KEY": "3456789abcdef012" * 4,
}
DAY = dt.timedelta(days=1)


@pytest.fixture
def small(tmp_path: Path, migrated_file: Path, vectors_folder: Path) -> dict[str, str]:
    """Settings of a service for residents, of an instance of its own."""
    instance = tmp_path / "instance"
    instance.mkdir()
    (instance / "vectors").symlink_to(vectors_folder)
    shutil.copy(migrated_file, instance / "kotae.db")
    return {**PUBLIC, "INSTANCE_PATH": str(instance), "SENDER_THREADS": "0", "JOBS": "0"}


@pytest.fixture
def public(small: dict[str, str], tmp_path: Path) -> Iterator[Flask]:
    """It has one municipality, and a backup of two days ago."""
    made = create_app(small)
    kit: Services = made.extensions["kotae"]
    load_bundle(kit.database, read_bundle(write_town(tmp_path / "content")), now(), common_content())
    moment = now() - 2 * DAY
    LedgerKeeper(kit.database, kit.settings.backup_folder).keep(moment)
    make(kit.database, kit.settings.backup_folder, kit.settings.backup_key, moment)
    yield made
    kit.database.dispose()


def services_of(app: Flask) -> Services:
    kit: Services = app.extensions["kotae"]
    return kit


def wrong(kit: Services, later: dt.timedelta = dt.timedelta(0)) -> list[str]:
    return [one.detail for one in judge(gather(kit, now() + later, writable=True)) if one.kind == "drill"]


def test_once_a_week_the_jobs_process_tries_the_newest_backup_and_everybody_sees_what_came_of_it(
    public: Flask, capfd: pytest.CaptureFixture[str]
) -> None:
    kit = services_of(public)
    assert next(row for row in status(kit).rows if row.name == "drill").words.startswith("復元の訓練は、まだ一度も")
    weekly = jobs._Drills(kit)
    assert weekly.run(lambda *_: None) == "drill"
    assert weekly.run(lambda *_: None) is None
    (drill,) = restore_drills.drills_in(kit.settings.backup_folder)
    assert drill.faults == ()
    assert drill.rows > 20
    # The scratch database holds what is sealed elsewhere: nothing of it is left.
    assert list(kit.settings.drill_folder.iterdir()) == []
    found = status(kit)
    row = next(row for row in found.rows if row.name == "drill")
    assert row.is_well
    assert "食い違いはありません" in row.words
    pack = evidence_pack(kit, found, None, now(), verify_all=True)
    sheet = load_workbook(io.BytesIO(pack.content))["復元の訓練"]
    assert (sheet["B2"].value, sheet["E2"].value) == (drill.file, "食い違いなし")
    with kit.database.reading() as session:
        line = session.scalars(select(AuditLine).where(AuditLine.action == "restore_drilled")).one()
    assert (line.details["file"], line.details["faults"]) == (drill.file, [])
    assert not restore_drills.is_due(kit.settings.backup_folder, now() + 6 * DAY)
    assert restore_drills.is_due(kit.settings.backup_folder, now() + 8 * DAY)
    # The application's log tells of the database in use alone: nothing was restored there.
    assert "backup_restored" not in capfd.readouterr().err


@pytest.mark.parametrize("spoilt", ["a byte", "no ledger"])
def test_a_backup_that_does_not_come_back_is_told(public: Flask, spoilt: str) -> None:
    kit = services_of(public)
    folder: Path = kit.settings.backup_folder
    if spoilt == "a byte":
        (path,) = folder.glob("*.backup")
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    else:
        (folder / LEDGER).unlink()
    assert "復元の訓練はできませんでした" in run(public.test_cli_runner(), "backup", "drill", status=1)
    (fault,) = wrong(kit)
    assert fault
    row = next(row for row in status(kit).rows if row.name == "drill")
    assert not row.is_well
    assert "backup drill" in row.remedy


def test_that_none_was_for_long_is_told_and_what_is_off_is_not_missed(public: Flask, small: dict[str, str]) -> None:
    kit = services_of(public)
    assert wrong(kit) == []
    assert wrong(kit, 8 * DAY) == ["まだ一度もしていません"]
    off = create_app({**small, "RESTORE_DRILL": "0"})
    without = services_of(off)
    assert wrong(without, 8 * DAY) == []
    assert jobs._Drills(without).run(lambda *_: None) is None
    assert "RESTORE_DRILL が 0" in next(row for row in status(without).rows if row.name == "drill").words
    without.database.dispose()


def test_what_a_killed_drill_left_is_cleared_away_and_too_small_a_disk_is_left_alone(
    public: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit = services_of(public)
    left = kit.settings.drill_folder / "drill-killed"
    left.mkdir(parents=True)
    (left / "restored.db").write_bytes(b"what residents asked")
    monkeypatch.setattr(restore_drills, "_SPARE", 10**18)
    jobs._Drills(kit).run(lambda *_: None)
    assert not left.exists()
    (fault,) = wrong(kit)
    assert "場所がありません" in fault


def test_what_a_killed_drill_left_goes_when_the_jobs_begin_whether_or_not_another_is_due(
    public: Flask, small: dict[str, str]
) -> None:
    kit = services_of(public)
    jobs._Drills(kit).run(lambda *_: None)
    off = create_app({**small, "RESTORE_DRILL": "0"})
    for one in (kit, services_of(off)):
        left = one.settings.drill_folder / "drill-killed"
        left.mkdir(parents=True)
        (left / "restored.db").write_bytes(b"what residents asked")
        with alone_in(one.settings.drill_folder):
            assert jobs._Drills(one).run(lambda *_: None) is None
            assert left.exists(), "somebody drills there now"
        assert jobs._Drills(one).run(lambda *_: None) is None
        assert not left.exists()
    services_of(off).database.dispose()


def test_a_machine_without_the_backups_is_told_of_them(public: Flask, small: dict[str, str], tmp_path: Path) -> None:
    """Two machines on one database: the first does the jobs, the folder of the second is empty."""
    kit = services_of(public)
    jobs._Drills(kit).run(lambda *_: None)
    second = services_of(create_app({**small, "BACKUP_FOLDER": str(tmp_path / "elsewhere")}))

    def rows() -> dict[str, tuple[bool, str]]:
        return {row.name: (row.is_well, row.words) for row in status(second).rows}

    assert all("分かりません" in rows()[name][1] for name in ("backup", "drill"))
    pulse = _PULSES[id(kit)] = Pulse(kit, JOBS)
    try:
        jobs._Backups(kit).keep_ledger()
        pulse.heart.beat()
    finally:
        del _PULSES[id(kit)]
    assert rows()["backup"] == (False, "バックアップが取れていません"), "the newest is of two days ago"
    assert "食い違いはありません" in rows()["drill"][1]
    (found,) = [one for one in status(second).rows if one.name == "backup"]
    assert found.details[0].startswith("最後は ")
    pack = load_workbook(io.BytesIO(evidence_pack(second, status(second), None, now(), verify_all=True).content))
    (drill,) = restore_drills.drills_in(kit.settings.backup_folder)
    assert (pack["バックアップ"]["A2"].value, pack["復元の訓練"]["B2"].value) == (drill.file, drill.file)
    assert pack["復元の訓練"]["E2"].value == "食い違いなし"
    with kit.database.reading() as session:
        (beat,) = beats(session)
    assert set(beat.gauges) == {"memory", "connections", "threads"}
    second.database.dispose()


@pytest.mark.parametrize(
    ("days", "due", "late"), [(0.5, False, False), (1.5, True, False), (9.5, True, True)], ids=["new", "a day", "long"]
)
def test_when_the_first_is_due(tmp_path: Path, days: float, due: bool, late: bool) -> None:
    moment = now()
    (tmp_path / f"kotae-{moment - days * DAY:%Y%m%dT%H%M%SZ}.backup").touch()
    assert (restore_drills.is_due(tmp_path, moment), restore_drills.is_late(tmp_path, moment)) == (due, late)
    (tmp_path / restore_drills.FILE).write_text("half a line", encoding="utf-8")
    assert restore_drills.drills_in(tmp_path) == []
