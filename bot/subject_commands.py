"""``knowledge subjects``: which office sees to what, as a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from bot.services import services
from bot.virus_check import scanned
from knowledge.calendar import now
from knowledge.entry_versions import SHEET
from knowledge.municipality_codes import unknown_municipality
from knowledge.sheet_places import ImportFaultsError
from knowledge.subject_names import subject_names
from knowledge.subject_offices import Change, apply_changes, changes, subject_table
from knowledge.subject_sheet import HEADINGS, rows_of_sheet, sheet_of
from knowledge.taken_imports import kept
from knowledge.upload_limits import UploadError

subjects_group = AppGroup("subjects", help="主題ごとの担当課（答えられないときの案内先）。")

_municipality = click.option("--municipality", metavar="CODE", required=True, help="全国地方公共団体コード（6桁）。")


@subjects_group.command("export")
@_municipality
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def subjects_export(municipality: str, file: Path) -> None:
    """主題と担当課の表を FILE（.xlsx）に書く。"""
    if file.suffix.lower() != ".xlsx":
        raise click.ClickException(f"{file.name}: ファイルの名前は .xlsx で終わるようにしてください")
    if not file.absolute().parent.is_dir():
        raise click.ClickException(f"{file.parent}: フォルダーがありません")
    try:
        with services().database.reading() as session:
            rows = subject_table(session, municipality)
    except LookupError as error:
        raise click.ClickException(unknown_municipality(municipality)) from error
    file.write_bytes(sheet_of(rows))
    filled = sum(any(row.values) for row in rows)
    click.echo(f"{file.name}: {len(rows)}の主題（うち記入済み {filled}）を書きました")


@subjects_group.command("import")
@_municipality
@click.option("--dry-run", is_flag=True, help="何が変わるかを表示するだけで、変えない。")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def subjects_import(municipality: str, file: Path, dry_run: bool) -> None:
    """FILE（.xlsx）の表のとおりにする。まちがいが一つでもあれば、何も変えない。"""
    try:
        wanted = rows_of_sheet(scanned(file, municipality))
        database = services().database
        with database.reading() as session:
            found = changes(subject_table(session, municipality), wanted)
        _show(found)
        if found and not dry_run:
            with database.writing() as session:
                found = changes(subject_table(session, municipality), wanted)
                kept(session, municipality, lambda: _applied(session, municipality, found), _title, now(), SHEET)
    except UploadError as error:
        raise click.ClickException(str(error)) from error
    except ImportFaultsError as error:
        raise click.ClickException("\n".join(("何も変えていません。次を直してください。", *error.faults))) from error
    except LookupError as error:
        raise click.ClickException(unknown_municipality(municipality)) from error
    if not found:
        click.echo("変わるところはありません")
    else:
        click.echo(f"{len(found)}件を{'変えます（まだ変えていません）' if dry_run else '変えました'}")


def _applied(session: Session, municipality: str, found: Sequence[Change]) -> int:
    apply_changes(session, municipality, found, now())
    return len(found)


def _title(count: int) -> str:
    return f"主題ごとの担当課の読み込み（{count}件）"


def _show(found: list[Change]) -> None:
    names = subject_names()
    for change in found:
        click.echo(names[change.after.subject])
        for heading, before, after in zip(HEADINGS[1:], change.before.values, change.after.values, strict=True):
            if before != after:
                click.echo(f"  {heading}: {before or '（空）'} → {after or '（空）'}")
