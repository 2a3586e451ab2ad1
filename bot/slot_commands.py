"""``knowledge slots``: the 穴埋めシート of a municipality, out and in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from bot.import_gate import gate_of, refusal
from bot.services import services
from bot.virus_check import scanned
from knowledge.calendar import now, today
from knowledge.common_content import common_content
from knowledge.entry_versions import SHEET
from knowledge.models import Municipality
from knowledge.municipality_codes import unknown_municipality
from knowledge.sheet_places import ImportFaultsError
from knowledge.slot_sheet import changes_of, read_sheet, write_sheet
from knowledge.slot_values import SlotChange, slot_rows, write_by_staff
from knowledge.slots import Slot
from knowledge.taken_imports import kept
from knowledge.upload_limits import UploadError

slots_group = AppGroup("slots", help="共通の答えの穴埋めシート。")
_municipality = click.option("--municipality", metavar="CODE", required=True, help="全国地方公共団体コード（6桁）。")


@slots_group.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_municipality
def slots_export(file: Path, municipality: str) -> None:
    """今の値を入れた穴埋めシート（.xlsx）を書く。"""
    if file.suffix.lower() != ".xlsx":
        raise click.UsageError("ファイル名は .xlsx で終わるようにしてください")
    content = common_content()
    with services().database.reading() as session:
        if session.get(Municipality, municipality) is None:
            raise click.ClickException(unknown_municipality(municipality))
        rows = slot_rows(session, municipality)
    try:
        write_sheet(file, content, rows)
    except OSError as error:
        raise click.ClickException(
            f"{file}: 書けません（フォルダーがあるか、Excel で開いていないか確かめてください）"
        ) from error
    click.echo(f"{file}: {len(content.slots)}項目（うち記入済み {len(rows.keys() & content.slots.keys())}）")


@slots_group.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_municipality
@click.option("--dry-run", is_flag=True, help="変わるところを示すだけで、何も変えない。")
def slots_import(file: Path, municipality: str, dry_run: bool) -> None:
    """記入した穴埋めシートを読み込む（まちがいが一つでもあれば、何も変えない）。"""
    content, database = common_content(), services().database

    def change(session: Session) -> list[SlotChange]:
        changes = changes_of(sheets, content.slots, slot_rows(session, municipality), today())
        write_by_staff(session, municipality, changes, now())
        return changes

    try:
        sheets = read_sheet(scanned(file, municipality))
        with database.reading() as session:
            if session.get(Municipality, municipality) is None:
                raise click.ClickException(unknown_municipality(municipality))
            changes = changes_of(sheets, content.slots, slot_rows(session, municipality), today())
        worse = refusal(gate_of(services(), municipality, change)) if changes else []
        if not dry_run and not worse:
            # Compared and written in one transaction.
            with database.writing() as session:
                changes = kept(session, municipality, lambda: change(session), _title, now(), SHEET)
    except UploadError as error:
        raise click.ClickException(str(error)) from error
    except ImportFaultsError as error:
        raise click.ClickException("\n".join(["読み込みませんでした（直してからもう一度）", *error.faults])) from error
    for one in changes:
        click.echo(_told(one, content.slots[one.slot]))
    if worse:
        raise click.ClickException("\n".join([*worse, "何も変えていません"]))
    done = "変わるところ" if dry_run else "変えたところ"
    click.echo(f"{done}: {len(changes)}項目")


def _title(changes: Sequence[SlotChange]) -> str:
    return f"穴埋めシートの読み込み（{len(changes)}項目）"


def _told(change: SlotChange, slot: Slot) -> str:
    old, new = (slot.shown(value) if value is not None else "（空）" for value in (change.old, change.new))
    note = "（確認した日だけ）" if old == new else ""
    return f"{slot.name}: {old} → {new}{note}"
