"""How long counting takes that is done once and kept: ``python -m tests.bench.figures [--postgresql]``.

1,000,000 questions of a year: all their days, weeks, months, quarters and years; then what is due right after
(nothing), and with one question more; beside it what a page would wait for if it counted the people of a year itself.
"""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from app import create_app
from bot.figure_jobs import count_figures
from bot.services import Services
from knowledge.calendar import JST, now
from knowledge.db import migrate, open_database
from knowledge.models import CountedPeriod, LoggedQuestion, PeriodCount
from knowledge.periods import PeriodKind, period_of
from knowledge.tallies import tally
from tests.bench.lists import ENTRIES, QUESTIONS, fill
from tests.bench.material import VECTORS
from tests.knowledge.small_town import CODE
from tests.support.postgresql import postgresql_in
from tests.support.questions import question_row


def measure(url: str, folder: Path, console: Console) -> None:
    """Fill ``url``, count, print."""
    database = open_database(url)
    migrate(database)
    fill(database, folder / "content", ENTRIES, QUESTIONS)
    database.dispose()
    app = create_app({"INSTANCE_PATH": str(folder), "DATABASE_URL": url, "SENDER_THREADS": "0"})
    kit: Services = app.extensions["kotae"]
    kit.corpus.current(CODE)
    engine = kit.database.writer.dialect.name
    table = Table("すること", "秒", title=f"利用の数字を数える（{engine}、質問 {QUESTIONS:,}件）")
    table.add_row("はじめに、すべての期間を数える", _seconds(lambda: count_figures(kit, CODE, {}, lambda _: None)))
    table.add_row("何も変わらないとき", _seconds(lambda: count_figures(kit, CODE, {}, lambda _: None)))
    with kit.database.writing() as session:
        session.add(question_row(CODE, 5_000_000, now()))
    table.add_row(
        "いま、数える（締めていない期間）", _seconds(lambda: count_figures(kit, CODE, {"now": True}, lambda _: None))
    )
    year = period_of(PeriodKind.YEAR, now().astimezone(JST).date() - dt.timedelta(days=1))
    with kit.database.reading() as session:
        log = LoggedQuestion
        people = select(func.count(log.asker.distinct())).where(
            log.municipality_code == CODE, log.jst_date >= year.first, log.jst_date <= year.last
        )
        table.add_row(f"{year.name}の人数：そのつど数える", _seconds(lambda: session.scalar(people)))
        table.add_row("　　　　　　　：残した数字を読む", _seconds(lambda: tally(session, CODE, year)))
        periods = session.scalar(select(func.count()).select_from(CountedPeriod))
        rows = session.scalar(select(func.count()).select_from(PeriodCount))
    console.print(table)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    console.print(
        f"期間 {periods:,}、残した行 {rows:,}、いちばん多いときのメモリー {peak:,.0f} MB（記録を作る分も入る）"
    )
    kit.database.dispose()


def _seconds(act: Callable[[], Any]) -> str:
    begun = time.monotonic()
    act()
    return f"{time.monotonic() - begun:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser("python -m tests.bench.figures", description="利用の数字を数える速さを測る")
    parser.add_argument("--postgresql", action="store_true", help="PostgreSQL でも測る")
    given = parser.parse_args()
    console = Console(width=100)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "vectors").symlink_to(VECTORS.resolve())
        measure(f"sqlite:///{folder}/figures.db", folder, console)
        if given.postgresql:
            with postgresql_in(folder) as url:
                measure(url, folder, console)


if __name__ == "__main__":
    main()
