"""How long it takes to take a large import back: ``python -m tests.bench.take_back [--postgresql]``.

An import that changes 5,000 answers, made up, and one press that makes them what they were; the time of each within
its transaction, that is as long as SQLite lets nobody else write.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from knowledge.calendar import now
from knowledge.db import Database, migrate, open_database
from knowledge.entry_versions import Author
from knowledge.exports import exported
from knowledge.models import Entry, TakenImport
from knowledge.tabular import Row, Sheet
from knowledge.taken_imports import import_and_keep, recent, take_back
from tests.bench.lists import ENTRIES, fill
from tests.knowledge.small_town import CODE
from tests.support.postgresql import postgresql_in

WRONG = "まちがえて取り込んだ答えです。"


def changed_sheet(database: Database) -> Sheet:
    """The sheet of the answers with another text in each."""
    with database.reading() as session:
        sheet = exported(session, CODE)["entries"]
    answer = sheet.headings.index("答え")
    rows = [list(row) for row in sheet.rows]
    for row in rows:
        row[answer] = WRONG
    lines = [list(sheet.headings), *rows]
    return Sheet(sheet.name, tuple(Row(number, tuple(cells)) for number, cells in enumerate(lines, 1)))


def measured(database: Database, folder: Path) -> tuple[float, float, int, int]:
    """Seconds to take it in, seconds to take it back, bytes kept for it, and answers that are wrong afterwards."""
    fill(database, folder, ENTRIES, 0)
    sheet, moment = changed_sheet(database), now()
    begun = time.perf_counter()
    with database.writing() as session:
        import_and_keep(session, CODE, [sheet], moment)
    taken = time.perf_counter() - begun
    with database.reading() as session:
        size = session.scalar(select(func.length(TakenImport.content))) or 0
        (one,) = recent(session, CODE, moment)
    begun = time.perf_counter()
    with database.writing() as session:
        take_back(session, CODE, one.id, moment + dt.timedelta(minutes=1), Author("測定"))
    back = time.perf_counter() - begun
    with database.reading() as session:
        wrong = session.scalar(select(func.count()).select_from(Entry).where(Entry.answer == WRONG)) or 0
    return taken, back, size, wrong


def main() -> None:
    parser = argparse.ArgumentParser("python -m tests.bench.take_back", description="取り込みを元に戻す速さを測る")
    parser.add_argument("--postgresql", action="store_true", help="PostgreSQL でも測る")
    given = parser.parse_args()
    table = Table(
        "データベース", "取り込む 秒", "戻す 秒", "とっておくもの MB", "戻らなかった答え", title=f"{ENTRIES:,}件の答え"
    )
    with tempfile.TemporaryDirectory() as folder, ExitStack() as servers:
        urls = {"SQLite": f"sqlite:///{folder}/bench.db"}
        if given.postgresql:
            urls["PostgreSQL"] = servers.enter_context(postgresql_in(Path(folder)))
        for name, url in urls.items():
            database = open_database(url)
            migrate(database)
            taken, back, size, wrong = measured(database, Path(folder) / name)
            table.add_row(name, f"{taken:.1f}", f"{back:.1f}", f"{size / 1e6:.2f}", str(wrong))
            database.dispose()
    Console().print(table)


if __name__ == "__main__":
    main()
