"""``staff`` and ``audit``: what whoever has the server can do when nobody can sign in."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select, text

from app import create_app
from bot.services import Services
from knowledge.calendar import now
from knowledge.db import Database
from knowledge.models import StaffAccount
from knowledge.roles import Grant, Role
from knowledge.staff import account_by_login, administrators
from tests.support.server import free_port
from tests.support.staff import add_colleague, signed_in, visit

PASSWORD = "みかんと青い鉄橋 umbrella 7"


@pytest.fixture
def commands(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.fixture
def own_database(app: Flask) -> Database:
    kit: Services = app.extensions["kotae"]
    return kit.database


def test_the_first_code_is_given_until_there_is_an_administrator(app: Flask, commands: FlaskCliRunner) -> None:
    code = commands.invoke(args=["staff", "first-code"]).output.split()[-1]
    choice = {"code": code, "login": "yamada-h", "name": "山田", "password": PASSWORD, "again": PASSWORD}
    visit(app.test_client(), "/staff/first", choice)
    refused = commands.invoke(args=["staff", "first-code"])
    assert refused.exit_code == 1
    assert "もういます" in refused.output
    assert "yamada-h  山田  使える  すべての市町村 管理" in commands.invoke(args=["staff", "list"]).output


def test_welcome_prints_the_console_and_the_code(environment: dict[str, str]) -> None:
    own = create_app({**environment, "BASE_URL": f"http://127.0.0.1:{free_port()}"})
    with own.app_context():
        said = own.test_cli_runner().invoke(args=["welcome"]).output
        assert "/staff/first" in said
        add_colleague(own.extensions["kotae"].database, [Grant(Role.ADMIN, None)])
        said = own.test_cli_runner().invoke(args=["welcome"]).output
        assert "/staff/" in said
        assert "/staff/first" not in said
    own.extensions["kotae"].database.dispose()


def test_the_last_administrator_can_be_replaced(app: Flask, own_database: Database, commands: FlaskCliRunner) -> None:
    add_colleague(own_database, [Grant(Role.ADMIN, None)], login="gone")
    with own_database.writing() as session:
        session.execute(text("UPDATE staff_accounts SET disabled = 1"))
        assert administrators(session, now()) == []
    assert commands.invoke(args=["staff", "new-administrator", "somebody"]).exit_code == 1
    *_, login, code = commands.invoke(
        args=["staff", "new-administrator", "somebody", "--name", "新しい 人"]
    ).output.split()
    visit(
        app.test_client(), "/staff/invitation", {"code": code, "login": login, "password": PASSWORD, "again": PASSWORD}
    )
    *_, login, code = commands.invoke(args=["staff", "new-administrator", "GONE"]).output.split()
    visit(
        app.test_client(), "/staff/invitation", {"code": code, "login": login, "password": PASSWORD, "again": PASSWORD}
    )
    with own_database.reading() as session:
        assert {account.login for account in administrators(session, now())} == {"somebody", "gone"}


def test_a_lost_second_step_is_taken_away(app: Flask, own_database: Database, commands: FlaskCliRunner) -> None:
    colleague = signed_in(app)
    with own_database.writing() as session:
        session.get_one(StaffAccount, colleague.account_id).totp_seed = "something"
    assert "取り消しました" in commands.invoke(args=["staff", "reset-totp", colleague.login.upper()]).output
    colleague.get("/staff/242047/", 303)
    with own_database.reading() as session:
        account = account_by_login(session, colleague.login)
        assert account is not None
        assert account.totp_seed is None
    assert commands.invoke(args=["staff", "reset-totp", "nobody-here"]).exit_code == 1


def test_the_audit_log_is_verified_from_the_command_line(
    app: Flask, own_database: Database, commands: FlaskCliRunner
) -> None:
    signed_in(app).get("/staff/accounts", 403)
    whole = commands.invoke(args=["audit", "verify"])
    assert whole.exit_code == 0
    assert "食い違いはありません" in whole.output
    assert "答えの版0件の文を" in whole.output
    told = next(line for line in whole.output.splitlines() if "最後の行の印" in line).split()[-1]
    assert commands.invoke(args=["audit", "verify", "--expect", told]).exit_code == 0
    assert commands.invoke(args=["audit", "verify", "--expect", f"9{told}"]).exit_code == 1
    assert commands.invoke(args=["audit", "verify", "--expect", "x"]).exit_code == 2
    with own_database.writing() as session:
        session.execute(text("DROP TRIGGER audit_lines_update"))
        session.execute(text("UPDATE audit_lines SET login = 'me'"))
        assert session.scalars(select(StaffAccount)).all()
    changed = commands.invoke(args=["audit", "verify"])
    assert changed.exit_code == 1
    assert "変えられました" in changed.output
