"""``knowledge export-all``, ``restore`` and ``erase``: one municipality whole."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.services import Services, services
from bot.towns import require_town
from knowledge import archives
from knowledge.archives import ArchiveError, count_rows, erase, export_all, restore
from knowledge.backups_ledger import FILE, read_ledger, replay_of_people
from knowledge.bundle import content_folders
from knowledge.calendar import now
from knowledge.models import Municipality

_NAMES: Mapping[str, str] = {
    "municipalities": "市町村",
    "plans": "計画",
    "measures": "施策",
    "entries": "質問と答え",
    "entry_versions": "答えの版",
    "misguidances": "誤案内の記録",
    "unsaved_texts": "保存していない文",
    "indicators": "指標",
    "schedule_items": "工程",
    "departments": "担当課",
    "terms": "用語",
    "bundled_drafts": "同梱の更新案",
    "learned": "学習したもの",
    "link_checks": "リンクの確認",
    "link_rounds": "リンクを調べた日",
    "query_log": "質問の記録（伏せ字）",
    "conversations": "会話の途中",
    "line_events": "LINE の出来事",
    "quarantined_bodies": "読めなかった本文",
    "unsent_messages": "送信取り消し",
    "plan_sections": "計画書の節",
    "slot_values": "穴埋めの値",
    "subject_offices": "主題と担当課",
}
"""What operators read for a table; one without a name here is shown by its own."""


@click.command("export-all")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--municipality", metavar="CODE", required=True, help="全国地方公共団体コード（6桁）。")
def knowledge_export_all(file: Path, municipality: str) -> None:
    """一つの市町村のすべて（ナレッジと、伏せ字の質問の記録）を FILE（.zip）に書く。鍵や返信用の符号は入らない。"""
    kit = services()
    require_town(kit.database, municipality)
    with _stopped_cleanly("書き出しを止めました（ファイルは残っていません）"), _progress() as progress:
        try:
            manifest = export_all(kit.database, municipality, file, now(), _program(), progress)
        except ArchiveError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            raise click.ClickException(f"{file} に書けません（場所と空き容量を確かめてください）") from error
    _show_counts(manifest.counts)
    click.echo(
        f"{manifest.municipality_name}のすべてを {file} に書きました。住民の質問が入っています。大切に保管してください"
    )


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def knowledge_restore(file: Path) -> None:
    """export-all の FILE を、この市町村がまだないデータベースに戻す（あれば、何もしない）。"""
    kit = services()
    with _stopped_cleanly("復元を止めました（何も変わっていません）"), _progress() as progress:
        try:
            manifest = restore(kit.database, file, progress, partial(_erase_again, kit), now())
        except ArchiveError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            raise click.ClickException(f"{file} を読めません") from error
    _show_counts(manifest.counts)
    click.echo(f"{manifest.municipality_name}（{manifest.municipality_code}）を戻しました")


def _erase_again(kit: Services, session: Session, code: str, since: dt.datetime) -> int:
    """What was taken back since the file was written, as far as the ledger beside the backups knows."""
    try:
        ledger = read_ledger(kit.settings.backup_folder / FILE)
    except FileNotFoundError:
        click.echo(
            f"注意: 消した記録（{FILE}）がありません。このファイルを書いたあとに取り消された質問があれば、戻っています",
            err=True,
        )
        return 0
    # Whoever restores a municipality on purpose wants it back, though it was erased.
    return replay_of_people(session, (one for one in ledger.erasures if one.municipality_code == code), now())


@click.command("erase")
@click.option("--municipality", metavar="CODE", required=True, help="全国地方公共団体コード（6桁）。")
@click.option("--yes", "given_name", metavar="NAME", help="確かめの入力のかわりに、市町村の名前を書く。")
def knowledge_erase(municipality: str, given_name: str | None) -> None:
    """一つの市町村のすべてを消す（元に戻せない。先に export-all で書き出しておく）。"""
    kit = services()
    name, counts = _what_is_there(kit, municipality)
    click.echo(f"{name}（{municipality}）の次のすべてを消します。元には戻せません。")
    _show_counts(counts)
    if given_name is None:
        given_name = click.prompt(f"消すには「{name}」と入力してください", default="", show_default=False)
    if given_name != name:
        raise click.ClickException(f"名前が違うので、何も消していません（消すには「{name}」と書きます）")
    with _stopped_cleanly("止めました（何も消していません）"):
        try:
            found = erase(kit.database, municipality, kit.settings.indexes_folder)
        except SQLAlchemyError as error:
            raise click.ClickException(f"消せませんでした（何も消えていません）: {type(error).__name__}") from error
    click.echo(f"{name}の{sum(found.counts.values())}行を消しました")
    for line in _afterwards(kit, municipality):
        click.echo(f"・{line}")


def _what_is_there(kit: Services, code: str) -> tuple[str, dict[str, int]]:
    """The name to type and the rows; rows without a municipality (left by an accident) go by the code."""
    try:
        with kit.database.reading() as session:
            counts = count_rows(session, code)
            name = session.scalar(select(Municipality.name).where(Municipality.code == code))
    except SQLAlchemyError as error:
        raise click.ClickException("データベースを読めません。make setup を実行してください") from error
    if not any(counts.values()):
        require_town(kit.database, code)
    return name or code, counts


def _afterwards(kit: Services, code: str) -> Iterator[str]:
    """What erasing here does not reach."""
    if kit.database.is_sqlite:
        yield (
            "SQLite のファイルの中で空いた場所は、ゼロで上書きしました（secure_delete）。"
            "ファイルを小さくするには、サービスを止めて `sqlite3 ファイル VACUUM` を実行します"
        )
    else:
        yield "PostgreSQL では、空いた場所は VACUUM のあとに再利用されます（`VACUUM FULL` でファイルも小さくなります）"
    yield "バックアップと、export-all で書き出したファイルは、別に消してください"
    if code in kit.settings.line_channels:
        yield f"環境変数 LINE_{code}_CHANNEL_SECRET などを外し、LINE の Webhook を止めてください"
    if any(folder.name == code for folder in content_folders()):
        yield (
            "同梱の内容がある市町村です。次の `knowledge load`（make setup・make run でも動きます）で、"
            f"同梱の内容だけが戻ります。戻さないときは knowledge/content/{code} を外してください"
        )


def _show_counts(counts: Mapping[str, int]) -> None:
    for table, count in counts.items():
        if count:
            click.echo(f"  {_NAMES.get(table, table)}: {count:,}")


@contextmanager
def _stopped_cleanly(said: str) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        raise click.ClickException(said) from None


@contextmanager
def _progress() -> Iterator[archives.Progress]:
    """A bar for each table, where somebody looks."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("")
        yield lambda table, done, total: bar.update(
            task, description=_NAMES.get(table, table), completed=done, total=total
        )


def _program() -> str:
    try:
        return version("kotae")
    except PackageNotFoundError:
        return "source"
