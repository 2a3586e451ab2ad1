"""``knowledge links``: links that are dead, and looking at them now."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.services import Services, services
from bot.towns import require_town
from bot.upkeep_tables import show_rows
from knowledge.calendar import JST
from knowledge.freshness import KINDS
from knowledge.link_visitor import LinkVisitor
from knowledge.links import DeadLink, RoundReport, check_next, dead_links, last_round

_HEADINGS = {
    "municipality": "市町村",
    "department": "担当課",
    "since": "いつから",
    "kind": "種類",
    "entry_id": "ID",
    "title": "題名",
    "url": "リンク",
    "reason": "理由",
}


@click.group("links", invoke_without_command=True)
@click.option("--municipality", metavar="CODE", help="全国地方公共団体コード（6桁）。なければ、すべての市町村。")
@click.option("--json", "as_json", is_flag=True, help="JSON で出す。")
@click.option("--csv", "csv_file", type=click.Path(path_type=Path, dir_okay=False), help="CSV を書くファイル。")
@click.pass_context
def knowledge_links(context: click.Context, municipality: str | None, as_json: bool, csv_file: Path | None) -> None:
    """リンク切れ（別々の2日に開けなかったページ）を、担当課ごとに出す。check を付ければ、今から調べる。"""
    context.obj = municipality
    if context.invoked_subcommand:
        return
    rows = [row for code, name in _towns(municipality) for row in _dead_rows(code, name)]
    show_rows(
        rows,
        _HEADINGS,
        groups=("municipality", "department"),
        as_json=as_json,
        csv_file=csv_file,
        empty=_nothing(municipality),
    )


def _towns(municipality: str | None) -> list[tuple[str, str]]:
    kit = services()
    if municipality:
        return [(municipality, require_town(kit.database, municipality))]
    return [(town.code, town.name) for town in kit.corpus.towns()]


def _dead_rows(code: str, name: str) -> list[dict[str, str]]:
    with services().database.reading() as session:
        return [_row(dead, name) for dead in dead_links(session, code)]


def _row(dead: DeadLink, municipality: str) -> dict[str, str]:
    use = dead.use
    return {
        "municipality": municipality,
        "department": use.department,
        "since": dead.since.isoformat(),
        "kind": KINDS[use.kind],
        "entry_id": use.entry_id,
        "title": use.title,
        "url": use.url,
        "reason": dead.reason,
    }


def _nothing(municipality: str | None) -> str:
    if municipality is None:
        return "リンク切れはありません"
    with services().database.reading() as session:
        looked = last_round(session, municipality)
    if looked is None:
        return "まだ調べていません（`knowledge links check` で調べます）"
    return f"リンク切れはありません（最後に調べたのは {looked.astimezone(JST):%Y-%m-%d %H:%M}）"


@knowledge_links.command("check")
@click.option("--municipality", metavar="CODE", help="全国地方公共団体コード（6桁）。なければ、すべての市町村。")
@click.option("--now", "everything", is_flag=True, help="調べる日が来ていないリンクも、今すべて調べる。")
@click.pass_obj
def links_check(before: str | None, municipality: str | None, everything: bool) -> None:
    """リンクを今から調べる（止めるには Ctrl+C。そこまでの結果は残る）。"""
    kit = services()
    with LinkVisitor() as visitor:
        try:
            for code, name in _towns(municipality or before):
                _tell(name, _checked(kit, visitor, code, name, everything))
        except KeyboardInterrupt:
            raise click.ClickException("止めました。そこまでの結果は残っています") from None


def _checked(kit: Services, visitor: LinkVisitor, code: str, name: str, everything: bool) -> RoundReport:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(name, total=None)
        report = check_next(
            kit.database,
            visitor.visit,
            code=code,
            everything=everything,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    if report is None:
        raise click.ClickException(
            "今、別のプロセスがリンクを調べています。終わってから（長くても10分後に）もう一度実行してください"
        )
    return report


def _tell(name: str, report: RoundReport) -> None:
    if report.offline:
        click.echo(
            f"{name}: どのページにもつながりませんでした。こちらの回線を確かめてください（結果は記録していません）"
        )
        return
    failed = f"、うち開けなかったもの {report.failed}（別の日にも開けなければリンク切れ）" if report.failed else ""
    click.echo(f"{name}: 調べたリンク {report.visited}{failed}")
