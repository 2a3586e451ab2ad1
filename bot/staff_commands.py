"""``staff``: what only whoever has the server may do to accounts of the console."""

from __future__ import annotations

import datetime as dt

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from bot.console.role_table import role_table
from bot.console.role_words import grant_words
from bot.services import services
from knowledge import audit
from knowledge.audit import BY_COMMAND
from knowledge.calendar import now
from knowledge.db import Database
from knowledge.models import StaffAccount
from knowledge.one_time_codes import FIRST, INVITATION, make_codes
from knowledge.roles import Grant, Role
from knowledge.second_step import take_away
from knowledge.sessions import end_sessions
from knowledge.sign_in import home_of
from knowledge.staff import (
    StaffError,
    account_by_login,
    add_account,
    administrators,
    all_accounts,
    grants_of,
    is_active,
    put_grants,
)

staff_group = AppGroup("staff", help="職員用の画面の利用者。")


def new_first_code(database: Database, moment: dt.datetime) -> str | None:
    """A code for the first administrator, the one before works no longer; None where there is an administrator."""
    with database.writing() as session:
        if administrators(session, moment):
            return None
        (code,) = make_codes(session, FIRST, None, moment)
        audit.append(session, BY_COMMAND, "first_code_made", at=moment)
        return code


@staff_group.command("first-code")
def staff_first_code() -> None:
    """最初の管理者になるためのコードを出す（24時間、一度だけ。前のコードは使えなくなる）。"""
    kit = services()
    code = new_first_code(kit.database, now())
    if code is None:
        raise click.ClickException("管理者はもういます。staff list で確かめてください")
    click.echo(f"{kit.settings.console_url}/staff/first を開き、このコードを入力してください（24時間、一度だけ）")
    click.echo(code)


@staff_group.command("list")
def staff_list() -> None:
    """利用者と、その役割を並べる。"""
    kit, moment = services(), now()
    with kit.database.reading() as session:
        for account in all_accounts(session):
            state = "使える" if is_active(account, moment) else "使えない"
            words = "、".join(grant_words(session, grants_of(session, account.id), kit.corpus.towns())) or "役割なし"
            click.echo(f"{account.login}  {account.name}  {state}  {words}")


@staff_group.command("reset-totp")
@click.argument("login")
def staff_reset_totp(login: str) -> None:
    """LOGIN の確認コードを取り消す（認証アプリも予備コードもなくした人のため）。"""
    moment = now()
    with services().database.writing() as session:
        account = account_by_login(session, login)
        if account is None:
            raise click.ClickException(f"ログイン名 {login} はありません。staff list で確かめてください")
        take_away(session, account)
        end_sessions(session, account.id, moment)
        home = home_of(session, account.id)
        details = {"how": "command"}
        audit.append(session, BY_COMMAND, "totp_reset", at=moment, scope=home, subject=account.login, details=details)
    click.echo(f"{account.name}さんの確認コードを取り消しました。次のサインインで設定し直します")


@staff_group.command("new-administrator")
@click.argument("login")
@click.option("--name", help="表示名。新しい人のときに要る。")
def staff_new_administrator(login: str, name: str | None) -> None:
    """LOGIN を全体の管理者にし、パスワードを決めるための招待コードを出す（管理者がいなくなったときのため）。"""
    kit, moment = services(), now()
    try:
        with kit.database.writing() as session:
            account = _administrator(session, login, name, moment)
            (code,) = make_codes(session, INVITATION, account.id, moment)
            audit.append(session, BY_COMMAND, "administrator_added", at=moment, subject=account.login)
    except StaffError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{kit.settings.console_url}/staff/invitation を開き、次の二つを入力してください（7日、一度だけ）")
    click.echo(account.login)
    click.echo(code)


def _administrator(session: Session, login: str, name: str | None, moment: dt.datetime) -> StaffAccount:
    """Somebody new, or somebody who is there: let in again, and given the role for all."""
    everything = Grant(Role.ADMIN, None)
    account = account_by_login(session, login)
    if account is None:
        if not name:
            raise StaffError("新しい人です。--name で表示名を書いてください")
        return add_account(session, login, name, [everything], moment)
    account.disabled, account.active_from, account.active_until = False, None, None
    put_grants(session, account, [*grants_of(session, account.id), everything], moment)
    end_sessions(session, account.id, moment)
    return account


@staff_group.command("roles")
def staff_roles() -> None:
    """どの役割がどの画面を開けるかの表を、Markdown で出す。"""
    for line in role_table(current_app):
        click.echo(line)
