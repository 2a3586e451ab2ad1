"""``upgrade``: the tables to this program's version, with a backup first and a way back."""

from __future__ import annotations

import click
from alembic import command
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, func, select, text
from sqlalchemy.sql import table

from bot.backup_commands import make_backup, said
from bot.services import Services, services
from knowledge import audit
from knowledge.archives import operator
from knowledge.audit_chain import verify
from knowledge.backups_file import BackupError
from knowledge.backups_restore import refuse_service
from knowledge.backups_rows import revision_of, shapes
from knowledge.calendar import now
from knowledge.db import is_current, migration_config


@click.command("upgrade")
@click.option("--without-backup", is_flag=True, help="バックアップなしで更新する（戻れなくなる）。")
def upgrade_command(without_backup: bool) -> None:
    """表を今のプログラムに合わせる。先にバックアップを作り、一度にすべてか、何もしないか（サービスを止めて）。"""
    kit = services()
    with kit.database.reader.connect() as connection:
        before = revision_of(connection)
    if not before:
        raise click.ClickException("データベースに表がありません。はじめての用意は make setup です")
    if is_current(kit.database):
        click.echo(f"もう今のプログラムの版です（{before}）。何もしていません")
        return
    head = _head()
    _refuse_unknown(before, head)
    with said("更新を止めました（何も変わっていません）", kit.settings.backup_folder):
        refuse_service(kit.database)
    made = "" if without_backup else _backed_up(kit)
    if without_backup:
        click.echo("注意: バックアップなしで更新します。うまくいかなくても、前の状態には戻せません", err=True)
    with said("更新を止めました（何も変わっていません）", kit.settings.backup_folder):
        _migrate(kit, before, head, made)
    click.echo(f"表を {before} から {head} にしました。行が減っていないことと、操作の記録を確かめました")
    if made:
        click.echo("前に戻すとき: サービスを止め、プログラムを前の版に戻してから")
        click.echo(f"  flask --app app restore {made} --replace  （PostgreSQL では --into 空のデータベース）")


def _backed_up(kit: Services) -> str:
    click.echo("先にバックアップを作ります")
    made, _ = make_backup(kit)
    click.echo(f"  {made.path}")
    return str(made.path)


def _head() -> str:
    return ScriptDirectory.from_config(migration_config()).get_current_head() or ""


def _refuse_unknown(before: str, head: str) -> None:
    try:
        ScriptDirectory.from_config(migration_config()).get_revision(before)
    except CommandError as error:
        raise click.ClickException(
            f"表の版（{before}）を、このプログラム（{head}）は知りません。もっと新しいプログラムのデータベースか、"
            "復元が途中で止まったものです（docs/backup.md）"
        ) from error


def _migrate(kit: Services, before: str, head: str, made: str) -> None:
    """In one transaction with its checks: what fails leaves everything as it was."""
    config = migration_config()
    with kit.database.writer.begin() as connection:
        if not kit.database.is_sqlite:
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        counted = _counts(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, head)
        after = _counts(connection)
        lost = [name for name, rows in counted.items() if after.get(name, rows) < rows]
        if lost:
            raise BackupError(f"行が減った表があるので、取りやめました（何も変わっていません）: {'、'.join(lost)}")
    with kit.database.writing() as session:
        report = verify(session)
        told = {"old_revision": before, "new_revision": head, "backup": made, "user": operator()}
        audit.append(session, audit.BY_COMMAND, "database_upgraded", at=now(), details=told)
    for finding in report.findings:
        click.echo(f"注意（操作の記録）: {finding}", err=True)


def _counts(connection: Connection) -> dict[str, int]:
    names = [shape.name for shape in shapes(connection)]
    return {name: connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in names}
