"""``database partition-log``: the log of questions in a table a month, and back."""

from __future__ import annotations

import datetime as dt

import click
from sqlalchemy.exc import OperationalError

from bot.services import services
from knowledge.calendar import JST, now
from knowledge.log_partitions import NotPostgresqlError, partition_log, unite_log


@click.command("partition-log")
@click.option("--undo", is_flag=True, help="一つの表に戻す。")
def partition_log_command(undo: bool) -> None:
    """質問の記録を、月ごとの表に分ける（PostgreSQL だけ）。終わるまで書き込みが待つので、人の少ない時間に行う。"""
    rebuild = unite_log if undo else partition_log
    try:
        rows = rebuild(services().database, now().astimezone(JST).date(), _show)
    except NotPostgresqlError as error:
        raise click.ClickException("月ごとに分けられるのは PostgreSQL だけです（SQLite では要りません）") from error
    except OperationalError as error:
        raise click.ClickException(f"分けられませんでした。記録は前のままです: {type(error.orig).__name__}") from error
    click.echo(f"\n質問の記録 {rows:,}件を、{'一つの表に戻しました' if undo else '月ごとの表に分けました'}")


def _show(month: dt.date) -> None:
    click.echo(f"\r{month:%Y年%m月} を移しています", err=True, nl=False)
