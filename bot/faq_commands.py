"""A city's own list of questions in, approved, and out again as a FAQ page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click
from rich.console import Console

from bot.services import services
from bot.virus_check import scanned
from knowledge.bundle import Category
from knowledge.calendar import now, today
from knowledge.faq_drafts import (
    FaqPlan,
    NoDraftError,
    NoPlanError,
    faq_drafts,
    list_source,
    planned_list,
    publish_drafts,
    taken_in,
)
from knowledge.faq_lists import FIELDS, FaqList, MappingError, list_of_page, read_list
from knowledge.faq_pages import embeddable, faq_page, read_faq_page
from knowledge.municipality_codes import unknown_municipality
from knowledge.sheet_places import MOST_FAULTS, ImportFaultsError
from knowledge.spreadsheet_files import read_tables
from knowledge.upload_limits import UploadError
from knowledge.web_addresses import BadAddressError, ascii_address

_PAGES = (".json", ".jsonld", ".html", ".htm")
_ACTIONS = {
    "added": "下書きに追加",
    "changed": "下書きを変更",
    "left": "重複",
    "unchanged": "変更なし",
    "faulty": "取り込めない行",
}
_MOST_ALIKE = 100
_CODE = click.option("--municipality", metavar="CODE", required=True, help="全国地方公共団体コード（6桁）。")


@click.command("import-faq")
@click.argument("file", type=click.Path(path_type=Path))
@_CODE
@click.option("--question", metavar="列", help="質問の列（見出しの文字か、A・B のような列の名前）。")
@click.option("--answer", metavar="列", help="答えの列（二つに分かれているときは D+E のように）。")
@click.option("--category", metavar="列", help="分類の列（いくつかあるときは A+B のように）。")
@click.option("--department", metavar="列", help="担当課の列。")
@click.option("--url", metavar="列", help="くわしいページの列。")
@click.option("--phrasings", metavar="列", help="言い回しの列（一つのセルに、改行か ; で区切って）。")
@click.option("--plan", metavar="ID", help="出典にする計画書の ID（なければ、この一覧を出典として足す）。")
@click.option("--title", help="出典に出す一覧の名前（例: ○○市ホームページ「よくある質問」）。")
@click.option("--page", metavar="URL", help="一覧のあるページ。")
@click.option("--rest", is_flag=True, help="取り込めない行があっても、残りを取り込む。")
@click.option("--dry-run", is_flag=True, help="何も変えず、取り込むもの、重複、取り込めない行を表示する。")
def import_faq(
    file: Path,
    municipality: str,
    plan: str | None,
    title: str | None,
    page: str | None,
    rest: bool,
    dry_run: bool,
    **columns: str,
) -> None:
    """今ある「よくある質問」の一覧（.xlsx、.csv、FAQPage の .json・.html）を、下書きとして取り込む。"""
    if page:
        try:
            ascii_address(page)
        except BadAddressError as error:
            raise click.UsageError(f"--page は {error}") from error
    database = services().database
    try:
        with Console(stderr=True).status("一覧を読み、重複を探しています"):
            found = _read(scanned(file, municipality), columns)
            with database.reading() as session:
                source = list_source(session, municipality, plan=plan, title=title or found.title, url=page)
                done = planned_list(session, municipality, found, source, today())
            if not dry_run:
                done = taken_in(database, municipality, found, source, today(), now(), rest=rest)
    except (UploadError, MappingError) as error:
        raise click.ClickException(str(error)) from error
    except NoPlanError as error:
        raise click.ClickException(
            f"計画書 {error} がありません（knowledge export の「計画書」で ID を確かめてください）"
        ) from error
    except LookupError as error:
        raise click.ClickException(unknown_municipality(municipality)) from error
    except ImportFaultsError as error:
        remedy = "元の表を直すか、--rest を付けて残りだけを取り込んでください（先に --dry-run で確かめられます）"
        raise click.ClickException("\n".join([*error.faults, "何も変えていません", remedy])) from error
    for line in (*_mapping_lines(found), f"出典: {source.title}", *_plan_lines(done, dry_run=dry_run)):
        click.echo(line)


def _read(file: Path, columns: dict[str, str]) -> FaqList:
    if file.suffix.lower() in _PAGES:
        return list_of_page(*read_faq_page(file))
    return read_list(read_tables(file), columns)


def _mapping_lines(found: FaqList) -> Iterator[str]:
    for name, column in found.mapping.items():
        guess = f"（見出しから判断しました。違えば --{name} で指定してください）" if name in found.guessed else ""
        yield f"{FIELDS[name]}: {column}{guess}"
    unused = [name for name in FIELDS if found.mapping and name not in found.mapping]
    if unused:
        yield f"使わないもの: {'、'.join(FIELDS[name] for name in unused)}"


def _plan_lines(done: FaqPlan, *, dry_run: bool) -> Iterator[str]:
    for notice in done.notices:
        yield f"※ {notice}"
    for change in done.changes:
        if change.action == "left":
            yield f"  重複  {change.place}「{change.question}」: {change.why}（取り込みません）"
        elif dry_run and change.action in ("added", "changed"):
            yield f"  {_ACTIONS[change.action]}  {change.place}  {change.entry_id}  {change.question}"
    yield from _near_lines(done)
    yield from _faulty_lines(done, dry_run=dry_run)
    yield "、".join(f"{name} {done.count(action)}" for action, name in _ACTIONS.items())
    if dry_run:
        yield "確かめただけで、何も変えていません（--dry-run を外すと取り込みます）"
    elif done.count("added") or done.count("changed"):
        yield "下書きなので、まだ住民には出ません。knowledge publish-faq で公開します"


def _near_lines(done: FaqPlan) -> Iterator[str]:
    for place, question, near in done.near[:_MOST_ALIKE]:
        owner = f"（{near.owner}）" if near.owner else "（同じ一覧の中）"
        yield f"  似ています  {place}「{question}」と「{near.known}」{owner} {near.likeness:.0f}%（どちらも残ります）"
    if len(done.near) > _MOST_ALIKE:
        yield f"  似ています  ほかに {len(done.near) - _MOST_ALIKE}件"


def _faulty_lines(done: FaqPlan, *, dry_run: bool) -> Iterator[str]:
    for change in done.faulty[:MOST_FAULTS]:
        yield from (f"  取り込めません  {line}" for line in change.why.splitlines())
    if len(done.faulty) > MOST_FAULTS:
        yield f"  取り込めません  ほかに {len(done.faulty) - MOST_FAULTS}行"
    if done.faulty:
        rest = "。--rest を付けると、残りだけを取り込めます" if dry_run else ""
        yield f"取り込めない行は、元の表で直してください{rest}"


@click.command("publish-faq")
@_CODE
@click.option("--all", "everything", is_flag=True, help="下書きをすべて公開する。")
@click.argument("ids", nargs=-1)
def publish_faq(municipality: str, everything: bool, ids: tuple[str, ...]) -> None:
    """取り込んだ下書きを公開する。何も指定しなければ、下書きの一覧を表示する。"""
    if everything and ids:
        raise click.UsageError("--all と ID は、どちらか一方にしてください")
    database = services().database
    try:
        if not everything and not ids:
            with database.reading() as session:
                for row in faq_drafts(session, municipality):
                    click.echo(f"{row.entry_id}  {row.question}\n      {row.answer.splitlines()[0]}")
            return
        published = publish_drafts(database, municipality, None if everything else set(ids), today(), now())
    except NoDraftError as error:
        raise click.ClickException(
            f"下書きにない ID です: {error}。何も公開していません（ID なしで実行すると一覧が出ます）"
        ) from error
    except LookupError as error:
        raise click.ClickException(unknown_municipality(municipality)) from error
    for question in published:
        click.echo(f"公開  {question}")
    click.echo(f"{len(published)}件を公開しました")


@click.command("faq-page")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@_CODE
@click.option(
    "--category",
    "categories",
    multiple=True,
    type=click.Choice(get_args(Category)),
    help="この分類だけ（何度でも書ける）。",
)
def faq_page_command(file: Path, municipality: str, categories: tuple[str, ...]) -> None:
    """公開中の質問と答えを、schema.org の FAQPage（JSON-LD）にする。FILE が - なら標準出力に出す。"""
    try:
        with services().database.reading() as session:
            page = faq_page(session, municipality, today(), categories)
    except LookupError as error:
        raise click.ClickException(unknown_municipality(municipality)) from error
    text = embeddable(page)
    if str(file) == "-":
        click.echo(text)
        return
    try:
        file.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{file}: 書けません（フォルダーがあるか確かめてください）") from error
    click.echo(f"{len(page['mainEntity'])}件を書き出しました")
