"""``knowledge due``: what staff should look at again."""

from __future__ import annotations

from pathlib import Path

import click

from bot.services import services
from bot.towns import require_town
from bot.upkeep_tables import show_rows
from knowledge.calendar import today
from knowledge.freshness import DAYS_AHEAD, KINDS, Due, due, watched

_HEADINGS = {
    "municipality": "市町村",
    "department": "担当課",
    "day": "日付",
    "reason": "理由",
    "kind": "種類",
    "entry_id": "ID",
    "title": "題名",
}


@click.command("due")
@click.option("--municipality", metavar="CODE", help="全国地方公共団体コード（6桁）。なければ、すべての市町村。")
@click.option(
    "--days", default=DAYS_AHEAD, show_default=True, type=click.IntRange(0, 3660), help="何日先までを見るか。"
)
@click.option("--json", "as_json", is_flag=True, help="JSON で出す。")
@click.option("--csv", "csv_file", type=click.Path(path_type=Path, dir_okay=False), help="CSV を書くファイル。")
def knowledge_due(municipality: str | None, days: int, as_json: bool, csv_file: Path | None) -> None:
    """再確認・期限切れ・受付の終わりなど、見直すものを、担当課ごとに古い順に出す。"""
    database = services().database
    if municipality:
        require_town(database, municipality)
    with database.reading() as session:
        found = due(watched(session, municipality), today(), days)
    show_rows(
        [_row(item) for item in found],
        _HEADINGS,
        groups=("municipality", "department"),
        as_json=as_json,
        csv_file=csv_file,
        empty=f"{days}日先までに見直すものはありません",
    )


def _row(item: Due) -> dict[str, str]:
    thing = item.thing
    return {
        "municipality": thing.municipality,
        "department": thing.department,
        "day": item.day.isoformat(),
        "reason": item.reason.value,
        "kind": KINDS[thing.kind],
        "entry_id": thing.entry_id,
        "title": thing.title,
    }
