"""``residents``: erasing a resident's records by their code, and the ledger of what was erased."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click
from flask.cli import AppGroup

from bot.services import services
from knowledge import audit, erasures
from knowledge.backups_ledger import FILE, known_to, read_ledger, replay_of_people, unknown_kinds
from knowledge.calendar import JST, now
from knowledge.erasure_codes import ErasureCodeError, open_with
from knowledge.residents_data import REMOVED, erase_resident

residents_group = AppGroup("residents", help="住民の記録。")


@residents_group.command("erase")
@click.option("--code", required=True, help="住民が「削除」と送って受け取った8文字のコード。")
def residents_erase(code: str) -> None:
    """コードの人の記録を、すべて消す。消した件数を出す。"""
    moment, database = now(), services().database
    try:
        with database.writing() as session:
            opened = open_with(session, code, moment)
            gone = erase_resident(session, opened.municipality_code, opened.who, moment)
            erasures.note_resident(session, opened.municipality_code, opened.who, moment)
            details = {"how": "code", "counts": dict(gone)}
            audit.append(
                session, audit.BY_COMMAND, "resident_erased", at=moment, scope=opened.municipality_code, details=details
            )
    except ErasureCodeError as error:
        raise click.ClickException(str(error)) from error
    for name, number in gone.items():
        click.echo(f"{REMOVED[name]}  {number:,}")
    click.echo("消しました")
    if not database.shrink_log(20.0):
        click.echo("データベースの記録ファイルには、次の整理まで残ります（サービスが動いていれば1分以内）", err=True)


@residents_group.command("ledger")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="この日から（日本の日）。なければ全部。")
def residents_ledger(since: dt.datetime | None) -> None:
    """消したことの台帳を、JSON の行で出す（質問の文は入っていない）。"""
    for one in known_to(services().database, since.replace(tzinfo=JST) if since else erasures.BEGINNING):
        click.echo(one.as_line())


@residents_group.command("erase-again")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
def residents_erase_again(file: Path | None) -> None:
    """サービスの外（PostgreSQL 自身のバックアップなど）で復元したあとに、台帳のとおりにもう一度消す。

    FILE がなければ、バックアップの横の台帳を読む。
    """
    database = services().database
    path = file or services().settings.backup_folder / FILE
    try:
        ledger = read_ledger(path)
    except FileNotFoundError as error:
        raise click.ClickException(f"台帳がありません（{path}）") from error
    if ledger.unreadable or unknown_kinds(ledger.erasures):
        raise click.ClickException(f"台帳に読めない行があります（{path}）。写しがあれば、そちらを指定してください")
    with database.writing() as session:
        done = replay_of_people(session, ledger.erasures, now())
    database.shrink_log(20.0)
    click.echo(f"台帳の{done:,}行のとおりに消しました")
