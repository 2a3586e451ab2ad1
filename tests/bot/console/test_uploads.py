"""Uploads and ClamAV: whatever page a file is sent to, a virus is not taken, nor is anything that nobody looked at."""

from __future__ import annotations

import datetime as dt
import io
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import pytest
from flask import Flask
from sqlalchemy import select

from app import create_app
from bot.commands import knowledge_group
from bot.console.needs import NEEDS
from knowledge.audit import COMMAND_LINE
from knowledge.calendar import now, today
from knowledge.entry_versions import Author
from knowledge.models import AuditLine, Plan
from knowledge.reviews import start_review
from knowledge.roles import Role
from knowledge.virus_scan import Scanner
from tests.support.fake_clamd import MARKER, FakeClamd, fake_clamd
from tests.support.staff import Colleague, signed_in

CODE = "242047"
TOWN = f"/staff/{CODE}"
PLACES = {
    "account_import.index": "/staff/accounts/import",
    "checks.take_file": f"{TOWN}/checks/import",
    "slots.sheet_import": f"{TOWN}/slots/import",
    "plans.bring": f"{TOWN}/plans/import",
    "plans.attach": f"{TOWN}/plans/dx-plan/text",
    "sheets.bring": f"{TOWN}/sheets/import",
    "noting.bring": f"{TOWN}/log/import",
    "office_counts.bring": f"{TOWN}/counts/import",
    "faq.bring": f"{TOWN}/faq",
    "review.bring": f"{TOWN}/review/1/import",
    "need_inquiries.replies": f"{TOWN}/needs/replies",
}


@pytest.fixture(scope="module")
def clamd() -> Iterator[FakeClamd]:
    with fake_clamd() as found:
        yield found


@pytest.fixture(scope="module")
def scanned(
    tmp_path_factory: pytest.TempPathFactory, vectors_folder: Path, loaded_file: Path, clamd: FakeClamd
) -> Iterator[Flask]:
    instance = tmp_path_factory.mktemp("scanned")
    (instance / "vectors").symlink_to(vectors_folder)
    shutil.copy(loaded_file, instance / "kotae.db")
    made = create_app({"INSTANCE_PATH": str(instance), "SENDER_THREADS": "0", "CLAMAV": clamd.address})
    with made.extensions["kotae"].database.writing() as session:
        start_review(session, CODE, "見直し", today() + dt.timedelta(days=30), Author("試験 太郎", "1"), now())
    yield made
    made.extensions["kotae"].database.dispose()


@pytest.fixture(scope="module")
def chief(scanned: Flask) -> Colleague:
    return signed_in(scanned, list(Role), None)


def send(who: Colleague, path: str, content: bytes, status: int = 422) -> str:
    data = {"title": "かに計画", "until": "2030-03-31", "file": (io.BytesIO(content), "計画.csv")}
    if "plans" in path:
        data["file"] = (io.BytesIO(content), "計画.txt")
    return who.post(path, data, status, content_type="multipart/form-data").text


def test_every_page_that_takes_a_file_is_tried_here() -> None:
    assert {f"console.{name}" for name in PLACES} == {name for name, need in NEEDS.items() if need.upload}


@pytest.mark.parametrize("path", PLACES.values(), ids=PLACES)
def test_a_virus_is_refused_and_noted_wherever_it_is_sent(scanned: Flask, chief: Colleague, path: str) -> None:
    page = send(chief, path, "川の計画\n".encode() + MARKER)
    assert "ウイルスが見つかったため、受け取りませんでした（Test.Marker）" in page
    with scanned.extensions["kotae"].database.reading() as session:
        line = session.scalars(select(AuditLine).order_by(AuditLine.number.desc()).limit(1)).one()
    assert (line.action, line.login, line.refused) == ("virus_found", chief.login, True)
    assert line.details == {"virus": "Test.Marker"}
    assert line.scope == (CODE if CODE in path else None)


def test_a_clean_file_is_taken_as_ever(chief: Colleague, clamd: FakeClamd) -> None:
    text = "第1章 川\n巣箱を十か所に置きます。\n".encode()
    assert "見つかったもの" in send(chief, PLACES["plans.bring"], text, 200)
    assert clamd.scanned[-1] == len(text)


def test_while_the_scanner_does_not_answer_no_file_is_taken_and_it_is_said_why(
    scanned: Flask, chief: Colleague, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kit = scanned.extensions["kotae"]
    nobody = replace(kit.settings, scanner=Scanner(path=str(tmp_path / "none")))
    monkeypatch.setitem(scanned.extensions, "kotae", replace(kit, settings=nobody))
    page = send(chief, PLACES["plans.bring"], "第1章 川\n".encode())
    assert "ウイルスの検査ができないため" in page
    with kit.database.reading() as session:
        assert session.scalars(select(Plan).where(Plan.imported)).all() == []


COMMANDS = {
    "import": ("a.csv",),
    "import-faq": ("a.csv",),
    "import-plan": ("a.txt", "--title", "川の計画"),
    "plan-text": ("a.txt",),
    "slots import": ("a.csv",),
    "subjects import": ("a.csv",),
    "checks import": ("a.csv",),
    "effect": ("a.csv",),
}


def test_every_command_that_takes_a_file_is_tried_here() -> None:
    """Beside those that write a file, or take back what the service wrote itself."""
    others = {"export", "export-all", "restore", "faq-page", "slots export", "subjects export", "checks export"}
    assert {name for name, command in _commands("", knowledge_group) if _takes_a_file(command)} - others == {*COMMANDS}


@pytest.mark.parametrize(("words", "given"), COMMANDS.items(), ids=COMMANDS)
def test_a_virus_is_refused_and_noted_whatever_command_brings_it(
    scanned: Flask, tmp_path: Path, words: str, given: tuple[str, ...]
) -> None:
    name, *more = given
    file = tmp_path / name
    file.write_bytes("川の計画\n".encode() + MARKER)
    with scanned.app_context():
        found = scanned.test_cli_runner().invoke(
            args=["knowledge", *words.split(), str(file), "--municipality", CODE, *more]
        )
    assert found.exit_code == 1
    assert f"{name}: このファイルからウイルスが見つかったため" in found.output
    with scanned.extensions["kotae"].database.reading() as session:
        line = session.scalars(select(AuditLine).order_by(AuditLine.number.desc()).limit(1)).one()
    assert (line.action, line.login, line.scope, line.details) == (
        "virus_found",
        COMMAND_LINE,
        CODE,
        {"virus": "Test.Marker"},
    )


def _commands(before: str, group: click.Group) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(f"{before}{name} ", command)
        yield f"{before}{name}", command


def _takes_a_file(command: click.Command) -> bool:
    return any(isinstance(one, click.Argument) and one.name == "file" for one in command.params)
