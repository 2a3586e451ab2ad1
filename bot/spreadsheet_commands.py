"""Spreadsheets in and out, on the command line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click
from rich.console import Console

from bot.import_gate import gate_of_sheets, refusal
from bot.services import services
from bot.virus_check import scanned
from knowledge.calendar import now
from knowledge.csv_files import ENCODINGS, UnwritableError
from knowledge.exports import EXPORTED, about, exported
from knowledge.import_items import Flags, ImportPlan, RowChange
from knowledge.imports import planned, sheet_title
from knowledge.municipality_codes import unknown_municipality
from knowledge.sheet_places import ImportFaultsError
from knowledge.spreadsheet_files import read_tables, write_tables
from knowledge.tabular import Sheet
from knowledge.taken_imports import imported
from knowledge.upload_limits import UploadError
from knowledge.workbooks import TooLongForExcelError

_MOST_PROBLEMS = 100
_ACTIONS = {"added": "追加", "changed": "変更", "ended": "終了", "unchanged": "変更なし"}
_KINDS = {sheet_title(name): name for name in EXPORTED}


@click.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--municipality", metavar="CODE", required=True, help="全国地方公共団体コード（6桁）。")
@click.option("--kind", type=click.Choice([*_KINDS, *EXPORTED]), help="書き出す種類（CSV のファイルのときは必ず）。")
@click.option(
    "--encoding", type=click.Choice(list(ENCODINGS)), default="utf-8", show_default=True, help="CSV の文字コード。"
)
def knowledge_export(file: Path, municipality: str, kind: str | None, encoding: str) -> None:
    """市町村の内容をすべて、表に書き出す（FILE は .xlsx、.csv、.zip、または拡張子なしのフォルダー）。"""
    if file.suffix.lower() == ".csv" and not kind:
        raise click.UsageError(f"CSV は一つの種類だけを書き出せます。--kind を付けてください（{'・'.join(_KINDS)}）")
    try:
        with services().database.reading() as session:
            sheets = exported(session, municipality)
            pages = about(session, municipality, sheets, now())
    except LookupError as error:
        raise click.ClickException(unknown_municipality(municipality)) from error
    if kind:
        sheets = {name: sheet for name, sheet in sheets.items() if name == _KINDS.get(kind, kind)}
    try:
        write_tables(file, pages, list(sheets.values()), encoding)
    except UnwritableError as error:
        raise click.ClickException(
            "\n".join(
                [
                    *_first(error.problems),
                    "何も書き出していません。--encoding utf-8 にするか、.xlsx で書き出してください",
                ]
            )
        ) from error
    except (TooLongForExcelError, UploadError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(
            f"{file}: 書けません（フォルダーがあるか、開いたままでないか確かめてください）"
        ) from error
    for sheet in sheets.values():
        click.echo(f"{sheet.name}: {len(sheet.rows)}行")


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--municipality", metavar="CODE", required=True, help="全国地方公共団体コード（6桁）。")
@click.option("--dry-run", is_flag=True, help="何も変えず、変わるところだけを表示する。")
@click.option("--publish", is_flag=True, help="下書きの状態を「公開」に変えた行を、公開する。")
@click.option("--end-missing", is_flag=True, help="表から消えている行を終了にする。")
def knowledge_import(file: Path, municipality: str, dry_run: bool, publish: bool, end_missing: bool) -> None:
    """書き出して直した表を読み込む（すべて読み込むか、まちがいがあれば何も変えないか）。"""
    database = services().database
    try:
        with Console(stderr=True).status("表を読んでいます"):
            sheets = read_tables(scanned(file, municipality))
        flags = Flags(end_missing=end_missing, publish=publish)
        with database.reading() as session:
            plan = planned(session, municipality, sheets, **flags)
        worse = _refused(municipality, sheets, flags, plan)
        if not dry_run and not worse:
            plan = imported(database, municipality, sheets, now(), **flags)
    except UploadError as error:
        raise click.ClickException(str(error)) from error
    except LookupError as error:
        raise click.ClickException(unknown_municipality(municipality)) from error
    except ImportFaultsError as error:
        raise click.ClickException("\n".join([*error.faults, "何も変えていません"])) from error
    for line in difference_lines(plan):
        click.echo(line)
    if worse:
        raise click.ClickException("\n".join([*worse, "何も変えていません"]))
    if dry_run:
        click.echo("確かめただけで、何も変えていません（--dry-run を外すと読み込みます）")


def _refused(municipality: str, sheets: Sequence[Sheet], flags: Flags, plan: ImportPlan) -> list[str]:
    """Why the 確認用の質問 stand against it, where residents would notice it at all."""
    if not any(row.public for row in plan.changed):
        return []
    with Console(stderr=True).status("確認用の質問で確かめています"):
        return refusal(gate_of_sheets(services(), municipality, sheets, flags, now()))


def difference_lines(plan: ImportPlan) -> Iterator[str]:
    """A dry run as staff read it: every row that changes, with old and new by column; then the counts."""
    for notice in plan.notices:
        yield f"※ {notice}"
    sheet = None
    for change in plan.rows:
        if change.action == "unchanged":
            continue
        if change.kind != sheet:
            sheet = change.kind
            yield f"シート「{sheet_title(sheet)}」"
        yield from _change_lines(change)
    yield "、".join(f"{name} {plan.counts[action]}" for action, name in _ACTIONS.items())


def _change_lines(change: RowChange) -> Iterator[str]:
    row = f"{change.number}行目 " if change.number else ""
    yield f"  {_ACTIONS[change.action]}  {row}{change.key}  {_shown(change.label)}"
    for heading, old, new in change.cells:
        if change.action == "added":
            yield f"      {heading}: {_shown(new)}"
        else:
            yield f"      {heading}: {_shown(old) or '（空）'} → {_shown(new) or '（空）'}"


def _shown(text: str) -> str:
    return text.replace("\n", "⏎")


def _first(problems: Iterable[str]) -> Iterator[str]:
    listed = list(problems)
    yield from listed[:_MOST_PROBLEMS]
    if len(listed) > _MOST_PROBLEMS:
        yield f"ほかに {len(listed) - _MOST_PROBLEMS}件あります"
