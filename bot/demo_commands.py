"""``demo``: a year of invented questions, so that a newcomer sees every page alive; gone again with one command."""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial

import click
from flask.cli import AppGroup
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bot.demo_cards import care_for_cards
from bot.demo_evidence import write_evidence
from bot.demo_jobs import make_year, remove_all
from bot.figure_jobs import count_figures
from bot.many_questions import processes_here
from bot.need_jobs import group_needs
from bot.services import services
from bot.towns import require_town
from knowledge.audit import BY_COMMAND
from knowledge.calendar import today
from knowledge.demo_data import invented_texts, is_demo, removal_command, texts_of_cards
from knowledge.demo_needs import Found, PlantedTotals, planted_needs, totals_of
from knowledge.demo_removal import DemoError
from knowledge.demo_wordings import subjects
from knowledge.demo_year import Year

demo_group = AppGroup("demo", help="見本のデータ（作りものの一年分の質問）。")
QUESTIONS = 24_000
_FOUND = {Found.FOUND: "見つけた", Found.MISSED: "見落とした", Found.MET: "答えられた", Found.UNASKED: "聞かれなかった"}
_COLUMNS = ("うえたもの", "結果", "聞かれた言い方", "答えた", "票", "票にある", "ほかのもの", "質問", "分かれた票")
_MOST = 200_000
_MUNICIPALITY = click.option("--municipality", metavar="CODE", required=True, help="全国地方公共団体コード（6桁）。")


@demo_group.command("traffic")
@_MUNICIPALITY
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="さいごの日。なければ、きのう。")
@click.option("--questions", default=QUESTIONS, show_default=True, type=click.IntRange(1, _MOST), help="およその数。")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="同じ数なら、同じ質問になる。")
def demo_traffic(municipality: str, until: dt.datetime | None, questions: int, seed: int) -> None:
    """一年分の質問を作って入れる。すべて作りもので、demo remove で元に戻る。"""
    kit = services()
    name = require_town(kit.database, municipality)
    last = until.date() if until else today() - dt.timedelta(days=1)
    if last >= today():
        raise click.ClickException("さいごの日は、きのうまでの日にしてください")
    year, begun = Year(last, questions, seed), time.monotonic()
    try:
        with _progress() as progress:
            made = make_year(kit, municipality, year, progress=progress, processes=processes_here())
            group_needs(kit, municipality, {}, partial(_show_share, progress, "ニーズ票にまとめています"))
            care_for_cards(kit, municipality)
            count_figures(kit, municipality, {}, partial(_show_share, progress, "数えています"))
            write_evidence(kit, municipality, partial(_show_share, progress, "職員の記録を作っています"))
    except DemoError as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        click.echo(f"\n途中で止めました。入れた分は次で消せます: {removal_command(municipality)}", err=True)
        sys.exit(130)
    click.echo(
        f"{name}に、{year.first}から{year.last}までの作りものの質問を{made:,}件入れました"
        f"（{time.monotonic() - begun:.0f}秒）。消すときは: {removal_command(municipality)}"
    )


@demo_group.command("remove")
@_MUNICIPALITY
def demo_remove(municipality: str) -> None:
    """見本のデータをすべて消して、入れる前に戻す。途中で止めても、もう一度行えば続きから消す。"""
    kit = services()
    name = require_town(kit.database, municipality)
    try:
        with _progress() as progress:
            shown = partial(_show_share, progress, "消しています")
            gone = remove_all(kit, municipality, BY_COMMAND, shown)
    except DemoError as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        click.echo("\n途中で止めました。もう一度行うと、続きから消します。", err=True)
        sys.exit(130)
    click.echo(f"{name}の見本のデータ（質問{gone:,}件）を消しました。")


@demo_group.command("needs")
@_MUNICIPALITY
@click.option("--json", "as_json", is_flag=True, help="JSON で出す。")
def demo_needs(municipality: str, as_json: bool) -> None:
    """見本のデータにうえた「求められていること」を、ニーズ票が見つけたかを数える（まとめたあとに）。"""
    kit = services()
    require_town(kit.database, municipality)
    with kit.database.reading() as session:
        if not is_demo(session, municipality):
            raise click.ClickException("見本のデータは入っていません")
        cards = texts_of_cards(session, municipality)
        needs = planted_needs(subjects(), invented_texts(session, municipality), cards)
    if not cards:
        raise click.ClickException(
            "ニーズ票がまだありません。画面の「ニーズ票」で「いま、まとめる」を押すか、"
            "flask --app app jobs run --once を行ってください"
        )
    totals = totals_of(needs)
    if as_json:
        click.echo(json.dumps(asdict(totals)))
        return
    table = Table(
        "うえたもの", "結果", "聞かれた言い方", "答えた", "票", "票にある", "ほかのもの", "質問", "分かれた票"
    )
    for one in needs:
        held, asked = one.wordings, one.questions
        of_all = f"{held.own}／{held.all}", str(held.foreign), f"{asked.own}／{asked.all}"
        shown = (str(one.asked), str(one.answered), str(one.card or "―"), *of_all, str(max(one.cards - 1, 0)))
        table.add_row(one.subject.name, _FOUND[one.found], *shown)
    Console(width=120).print(table)
    click.echo(totals_line(totals))


def totals_line(totals: PlantedTotals) -> str:
    return (
        f"うえたもの {totals.planted}、答えが足りていたもの {totals.met}、"
        f"見つけるもの {totals.expected}：見つけた {totals.found}"
        f"（質問の数でみると {totals.found_by_questions}）、見落とした {totals.missed}、"
        f"ほかの票にも分かれた {totals.split}、まちがって入った言い方 {totals.joined_falsely}／{totals.joined}"
    )


def _show_share(progress: Callable[[str, int, int], None], what: str, share: float) -> None:
    progress(what, int(share * 100), 100)


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on the screen, for those who sit before one."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("始めています", total=None)
        yield lambda what, done, total: bar.update(task, description=what, completed=done, total=total)
