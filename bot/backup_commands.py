"""``backup``, ``restore`` and ``database move``: the whole database, out, back, and elsewhere."""

from __future__ import annotations

import datetime as dt
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click
from flask.cli import AppGroup
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from bot.restore_drill import drill_now, told
from bot.services import Services, services
from knowledge import backups_restore
from knowledge.backups import Backup, Examined, backups_in, examine, make, prune
from knowledge.backups_file import BackupError
from knowledge.backups_ledger import FILE, Erasure, LedgerKeeper, has_seen, known_to, read_ledger, shorten
from knowledge.backups_restore import Restored, sqlite_file
from knowledge.backups_rows import OMITTED
from knowledge.backups_rows import Progress as Told
from knowledge.calendar import JST, now

backup_group = AppGroup("backup", help="データベースのまるごとの、暗号にしたバックアップ。")


@backup_group.command("run")
def backup_run() -> None:
    """データベースのすべてを、今の時点で BACKUP_FOLDER に書き、読みなおして確かめる（動かしたままでよい）。"""
    kit = services()
    made, examined = make_backup(kit)
    click.echo(f"{made.path}（{_size(made.size)}）")
    _show(examined)


def make_backup(kit: Services) -> tuple[Backup, Examined]:
    """As the command does it; whatever goes wrong is a sentence, and leaves nothing behind."""
    folder, key = kit.settings.backup_folder, kit.settings.backup_key
    with said("バックアップを止めました（何も残っていません）", folder), shown_progress() as progress:
        made = make(kit.database, folder, key, now(), progress)
        LedgerKeeper(kit.database, folder).keep(now())
    return made


@backup_group.command("list")
def backup_list() -> None:
    """BACKUP_FOLDER にあるバックアップを、新しい順に。"""
    folder = services().settings.backup_folder
    found = backups_in(folder)
    if not found:
        raise click.ClickException(f"{folder} には、まだありません（flask --app app backup run で作れます）")
    for one in found:
        click.echo(f"{one.moment.astimezone(JST):%Y-%m-%d %H:%M}  {_size(one.size):>10}  {one.path.name}")
    age = now() - found[0].moment
    click.echo(f"{len(found)}個。いちばん新しいものは、{_spoken(age)}前のものです（{folder}）")


@backup_group.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
def backup_verify(file: Path) -> None:
    """FILE のすべてを開き、行数・中身の印・操作の記録のつながりを確かめる（データベースは要らない）。"""
    with said("止めました", file), shown_progress() as progress:
        examined = examine(file, services().settings.backup_key, progress)
    _show(examined)
    findings = examined.chain.findings if examined.chain else ()
    for finding in findings:
        click.echo(f"  {finding}")
    if findings:
        raise click.ClickException(f"操作の記録に、{len(findings)}件の食い違いがあります")
    click.echo("食い違いはありません")


@backup_group.command("prune")
def backup_prune() -> None:
    """48時間より前のものは一日に一つ、BACKUP_DAYS より前のものはすべて消す（毎日、ひとりでにも行う）。"""
    settings = services().settings
    with said("止めました", settings.backup_folder):
        gone = prune(settings.backup_folder, now(), settings.backup_days)
        shorten(settings.backup_folder, now())
    for one in gone:
        click.echo(f"消しました  {one.path.name}")
    click.echo(f"{len(gone)}個を消しました。{len(backups_in(settings.backup_folder))}個が残っています")


@backup_group.command("drill")
def backup_drill() -> None:
    """いちばん新しいバックアップを、別の場所にためしに戻して確かめる（使っているデータベースには触れない）。"""
    kit = services()
    with said("訓練を止めました", kit.settings.backup_folder), shown_progress() as progress:
        drill = drill_now(kit, progress)
    click.echo(told(drill))
    if not drill.is_well:
        raise click.ClickException("復元の訓練はできませんでした")


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--into", metavar="URL", help="戻す先の、空のデータベース。書かなければ DATABASE_URL。")
@click.option("--replace", is_flag=True, help="SQLite だけ: 今のファイルを別の名前にして残し、そこへ戻す。")
@click.option("--erasures", type=click.Path(path_type=Path), help="消した記録（erasures.jsonl）の場所。")
@click.option("--without-erasures", is_flag=True, help="消した記録なしで戻す（取り消された質問が戻ることがある）。")
def restore_command(file: Path, into: str | None, replace: bool, erasures: Path | None, without_erasures: bool) -> None:
    """バックアップの FILE を、空のデータベースに戻す（サービスを止めて。SQLite にも PostgreSQL にも）。"""
    kit = services()
    url, key = into or kit.settings.database_url, kit.settings.backup_key
    with said("復元を止めました（使われるデータベースは変わっていません）", file), shown_progress() as progress:
        _check_url(url)
        click.echo("ファイルを確かめています", err=True)
        manifest = examine(file, key, progress).manifest
        again = _erased_since(kit, file, manifest.told.moment, manifest.audit, erasures)
        if again is None and not without_erasures:
            raise BackupError(
                f"このバックアップのあとに取り消された質問などの記録（{FILE}）がありません。あれば --erasures で"
                "場所を指定してください。ほんとうになければ --without-erasures を付けます"
                "（住民が取り消した質問が戻ることがあります。操作の記録とインシデントの手順に従ってください）"
            )
        kit.database.dispose()
        restored = backups_restore.restore(
            file, key, url, again or (), now(), audit_days=kit.settings.audit_days, replace=replace, progress=progress
        )
    _show_restored(restored, url)
    click.echo("サービスを始める前に: flask --app app audit verify で操作の記録を確かめ、")
    click.echo("サービスを始めたら: /readyz が ready になり、サインインでき、質問に答えることを確かめてください")


def _erased_since(
    kit: Services, file: Path, moment: dt.datetime, audit: tuple[int, str] | None, given: Path | None
) -> Sequence[Erasure] | None:
    """What is known to have been erased since a backup; None where nobody can tell."""
    known: list[Erasure] = []
    complete = False
    paths = [given] if given else sorted({file.absolute().parent / FILE, kit.settings.backup_folder / FILE})
    for path in paths:
        try:
            ledger = read_ledger(path)
        except FileNotFoundError:
            if given:
                raise
            continue
        known += ledger.erasures
        complete = complete or ledger.covers(moment) or given is not None
        click.echo(f"消した記録: {path}（{len(ledger.erasures):,}件）", err=True)
        if ledger.unreadable:
            click.echo(f"  注意: 読めない行が{ledger.unreadable}行あります（書いている途中で止まった跡です）", err=True)
    former, same = _former_database(kit, audit)
    if former:
        click.echo(f"今のデータベースにある消した記録: {len(former):,}件", err=True)
    return [*known, *former] if complete or same else None


def _former_database(kit: Services, audit: tuple[int, str] | None) -> tuple[list[Erasure], bool]:
    """What the database in use knows, where it can be read; whether it is the one that the backup was made of."""
    path = sqlite_file(kit.settings.database_url)
    if path is not None and not path.exists():
        return [], False
    try:
        same = audit is not None and audit[0] > 0 and has_seen(kit.database, audit)
        known = known_to(kit.database, dt.datetime(2000, 1, 1, tzinfo=dt.UTC))
    except SQLAlchemyError:
        return [], False
    # A municipality that another database erased is not this one's; a message has its own number everywhere.
    return [erasure for erasure in known if same or erasure.kind != "municipality"], same


@click.command("move")
@click.option("--to", "url", metavar="URL", required=True, help="引っ越し先の、空のデータベース。")
def database_move(url: str) -> None:
    """データベースのすべてを URL に移す（SQLite から PostgreSQL へ、または逆へ。サービスを止めて）。"""
    kit = services()
    with said("引っ越しを止めました（もとのデータベースは変わっていません）", Path(url)), shown_progress() as progress:
        _check_url(url)
        if make_url(url) == make_url(kit.settings.database_url):
            raise BackupError("もとと同じデータベースです")
        moved = backups_restore.move(kit.database, url, now(), audit_days=kit.settings.audit_days, progress=progress)
    _show_restored(moved, url)
    click.echo("このあとにすること")
    click.echo(f"  1. 環境変数 DATABASE_URL を {_hidden(url)} に変える")
    click.echo("  2. flask --app app audit verify で、操作の記録を確かめる")
    click.echo("  3. サービスを始め、/readyz が ready になることと、サインインできることを確かめる")
    click.echo("  4. もとのデータベースは、しばらく残してから消す（住民の質問が入っています）")
    click.echo("  戻すとき: サービスを止め、DATABASE_URL をもとに戻す（そのあいだに増えたものは入りません）")


# --- Shared with ``upgrade`` -------------------------------------------------------------------------------------


@contextmanager
def said(stopped: str, place: Path) -> Iterator[None]:
    """Faults as sentences; being told to stop is one, too."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt:
        raise click.ClickException(stopped) from None
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(
            f"{error.filename or place}: 読み書きできません（場所・権限・空き容量を確かめてください）: {error.strerror}"
        ) from error
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def shown_progress() -> Iterator[Told]:
    """A bar where somebody looks."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,}行"))
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("")
        yield lambda table, done, total: bar.update(task, description=table, completed=done, total=total or None)


def _check_url(url: str) -> None:
    try:
        make_url(url)
    except ArgumentError as error:
        raise BackupError("URL は sqlite:////絶対パス か postgresql+psycopg://… の形で書いてください") from error


def _hidden(url: str) -> str:
    return make_url(url).render_as_string(hide_password=True)


def _show(examined: Examined) -> None:
    told = examined.manifest.told
    click.echo(f"  いつのもの      {told.moment.astimezone(JST):%Y-%m-%d %H:%M:%S}（日本時間）")
    click.echo(f"  表の版          {told.revision}（{told.engine}、プログラム {told.program}）")
    click.echo(f"  行数            {examined.manifest.rows:,}（{len(examined.manifest.tables)}の表）")
    if examined.chain is not None:
        chain = examined.chain
        click.echo(f"  操作の記録      {chain.lines:,}行、最後の行の印 {chain.last}:{chain.digest}")
    click.echo(f"  入れていないもの {'、'.join(sorted(OMITTED))}（docs/backup.md）")


def _show_restored(restored: Restored, url: str) -> None:
    manifest = restored.manifest
    if restored.set_aside is not None:
        click.echo(f"前のデータベースは {restored.set_aside} に残しました（要らなくなったら消してください）")
    click.echo(f"{_hidden(url)} に {manifest.rows:,}行を入れ、すべてもとと同じことを確かめました")
    click.echo(f"  いつのもの      {manifest.told.moment.astimezone(JST):%Y-%m-%d %H:%M:%S}（日本時間）")
    erased = sum(restored.erased.values())
    click.echo(f"  消しなおした    {restored.purged:,}件（保存期間を過ぎたもの）、{erased:,}件（取り消しなど）")
    for finding in restored.findings:
        click.echo(f"  注意（操作の記録、もとからの食い違い）: {finding}", err=True)


def _size(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"


def _spoken(age: dt.timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    return f"{minutes}分" if minutes < 120 else f"{minutes // 60}時間"
