"""``knowledge import-plan``: a plan of the municipality's own, as drafts."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy.exc import SQLAlchemyError

from bot.services import services
from bot.virus_check import scanned
from knowledge.calendar import now, today
from knowledge.plan_contents import PlanContents, read_contents
from knowledge.plan_details import period_of, plan_details
from knowledge.plan_documents.document import PlanDocument, PlanFileError
from knowledge.plan_documents.reading import read_plan
from knowledge.plan_import import KINDS, ImportReport, PlanDetails, PlanImportError, import_plan

_LABELS = {
    "title": "--title ",
    "short_title": "--short-title ",
    "plan": "--plan ",
    "from": "--from ",
    "until": "--until ",
    "url": "--url ",
}
_SHOWN_CHANGES = 10
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("import-plan")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--municipality", metavar="CODE", required=True, help="全国地方公共団体コード（6桁）。")
@click.option("--title", required=True, help="計画の名前。同じ名前で取り込むと、前の下書きと入れかわる。")
@click.option("--short-title", help="短い名前（30字まで）。")
@click.option(
    "--plan", "plan_id", metavar="ID", help="計画の id（小文字の英数字とハイフン）。書かなければ名前から作る。"
)
@click.option("--from", "begins", type=_DAY, help="計画の期間の始まり（2027-04-01 の形）。")
@click.option("--until", "ends", type=_DAY, help="計画の期間の終わり（2032-03-31 の形）。")
@click.option("--url", help="計画が載っているページのアドレス。")
@click.option("--dry-run", is_flag=True, help="何が見つかるかだけを表示し、取り込まない。")
def import_plan_command(
    file: Path,
    municipality: str,
    title: str,
    short_title: str | None,
    plan_id: str | None,
    begins: dt.datetime | None,
    ends: dt.datetime | None,
    url: str | None,
    dry_run: bool,
) -> None:
    """計画書 FILE（.txt .md .pdf .docx）を下書きとして取り込む。承認するまで住民には出ない。"""
    try:
        document = _read(scanned(file, municipality))
        contents = read_contents(document)
        period = period_of(contents.period, begins and begins.date(), ends and ends.date(), _LABELS)
        details = plan_details(title, short_title, plan_id, period, url, _LABELS)
        _show_found(document, contents, details)
        if dry_run:
            click.echo("試しに読んだだけで、取り込んでいません（--dry-run を外すと取り込みます）")
            return
        with services().database.writing() as session:
            report = import_plan(session, municipality, details, contents, now(), today())
    except (PlanFileError, PlanImportError) as error:
        raise click.ClickException(str(error)) from error
    except SQLAlchemyError as error:
        raise click.ClickException(
            f"データベースに書けません（何も取り込んでいません）: {type(error).__name__}"
        ) from error
    _show_report(report, municipality)


def _read(file: Path) -> PlanDocument:
    """With a bar for the pages where somebody looks on."""
    columns = (TextColumn("読んでいます"), BarColumn(), MofNCompleteColumn(), TextColumn("ページ"))
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=None)
        return read_plan(file, lambda page, pages: bar.update(task, completed=page, total=pages))


def _show_found(document: PlanDocument, contents: PlanContents, details: PlanDetails) -> None:
    pages = f"、{document.pages}ページ" if document.pages else ""
    click.echo(f"{details.title}（{contents.lines:,}行{pages}、期間は{details.period_text}）")
    if document.empty_pages:
        numbers = "、".join(map(str, document.empty_pages[:20]))
        click.echo(f"  文字のないページ（図や写真だけ）: {numbers}{' ほか' if len(document.empty_pages) > 20 else ''}")
    found = (contents.outline.sections, contents.indicators, contents.schedules, contents.terms)
    click.echo(
        "  見つかったもの: "
        + "、".join(f"{name} {len(items)}" for name, items in zip(KINDS.values(), found, strict=True))
    )


def _show_report(report: ImportReport, code: str) -> None:
    for kind, name in KINDS.items():
        click.echo(
            f"{name}: 下書き {report.added[kind]}（前の下書き {report.replaced[kind]} と入れかえ）、"
            f"承認済みのまま {report.kept[kind]}、見送りのまま {report.discarded[kind]}"
        )
    if report.changed:
        click.echo(f"承認済みの文と、今のファイルが違います（承認済みのほうを残しました）: {len(report.changed)}件")
        for name in report.changed[:_SHOWN_CHANGES]:
            click.echo(f"  {name}")
        click.echo("  新しい文にするには、drafts restore で下書きに戻してから、もう一度取り込んでください")
    click.echo(f"計画の id は {report.plan_id} です。次は、下書きを確かめて承認します:")
    click.echo(f"  flask --app app knowledge drafts --municipality {code} --plan {report.plan_id}")
