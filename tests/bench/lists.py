"""How quick the console's list of answers is: ``python -m tests.bench.lists [--postgresql]``.

5,000 entries and 1,000,000 rows of the log, made up; the time of one page within the server, for each
filter and for words.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import insert, text
from sqlalchemy.orm import Session
from threadpoolctl import threadpool_limits

from intents.vectors import open_vectors
from intents.word_lines import word_line
from knowledge.bundle import read_bundle
from knowledge.calendar import JST, now, today
from knowledge.common_content import common_content
from knowledge.db import Database, migrate, open_database
from knowledge.entry_lists import Filters, listed
from knowledge.index_files import IndexFiles
from knowledge.loading import load_bundle
from knowledge.misguidance import exposure
from knowledge.models import Entry, EntryVersion, LoggedQuestion
from knowledge.need_signals import signal_of
from knowledge.preview import Previews
from knowledge.this_week import planned
from knowledge.this_week_counts import Reader, figures, piles
from tests.bench.material import VECTORS
from tests.bench.timing import milliseconds
from tests.knowledge.small_town import CODE, write_town
from tests.support.postgresql import postgresql_in

ENTRIES, QUESTIONS, BATCH, TIMES = 5_000, 1_000_000, 20_000, 40
_CHANNELS = ("line", "web", "line", "line", "web", "line", "api", "line", "web", "line")
_NOTED = ("phone", "counter", "mail", "voice")
_UNANSWERED = ("none", "suggest", "none", "suggest", "suggest", "handoff", "none", "smalltalk")
_CATEGORIES = (
    "証明書・コンビニ交付",
    "オンライン申請",
    "マイナンバーカード",
    "キャッシュレス",
    "計画のあらまし",
    "その他",
)
_MATTERS = ("violence", "hardship", "illness")
_LANGUAGES = {3: "en", 13: "zh", 23: "vi"}
_TOPICS = ("waste", "moving", "dogs waste", "tax", None)
NEEDS = 3_000
"""Cards that what was asked in vain belongs to."""

_SUBJECTS = ("住民票の写し", "転入届", "保育園の申し込み", "粗大ごみ", "国民健康保険", "市県民税の証明", "図書館の利用", "空き家の相談", "犬の登録", "児童手当")  # fmt: skip
_LINES = tuple(map(word_line, _SUBJECTS))
_ASKED = ("はどこでもらえますか", "に必要なものは何ですか", "の手数料はいくらですか", "はいつまでですか", "は代理の人でもできますか")  # fmt: skip


def fill(database: Database, folder: Path, entries: int, questions: int) -> None:
    """A municipality of many entries and of a long log."""
    load_bundle(database, read_bundle(write_town(folder)), now() - dt.timedelta(days=400), common_content())
    chance = random.Random(1)
    with database.writing() as session:
        session.execute(insert(Entry), [_entry(number, chance) for number in range(entries)])
        session.execute(insert(EntryVersion), [_draft(number) for number in range(0, entries, 20)])
    for start in range(0, questions, BATCH):
        with database.writing() as session:
            session.execute(insert(LoggedQuestion), [example_question(start + number, entries, chance) for number in range(BATCH)])  # fmt: skip
    with database.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _entry(number: int, chance: random.Random) -> dict[str, object]:
    subject, asked = _SUBJECTS[number % 10], _ASKED[number // 10 % 5]
    question = f"{subject}{asked}？（{number // 50}号）"
    day = today() - dt.timedelta(days=chance.randrange(700))
    return {
        "municipality_code": CODE, "entry_id": f"e-{number:05}", "state": "published", "by_staff": True, "version": 1,
        "updated_at": now() - dt.timedelta(days=400), "phrasings": [f"{subject} {number}", f"{number}番の{subject}"],
        "department": "dep-it", "source_plan": "plan", "source_section": "施策1-1", "source_page": None,
        "checked_on": day, "recheck_on": None, "valid_from": None, "valid_until": None, "kind": "plan",
        "category": _CATEGORIES[number % 6], "question": question, "answer": f"{subject}は、{number}番の窓口で{asked[1:-1]}。" * 4,
        "facets": None, "links": [], "measure": "1-1" if number % 3 else None, "translations": {}, "term": None,
    }  # fmt: skip


def _draft(number: int) -> dict[str, object]:
    content = {"id": f"e-{number:05}", "kind": "plan", "category": "その他", "question": f"下書き{number}ですか？", "answer": "下書きです。", "phrasings": [], "links": [], "facets": None, "term": None, "translations": {}, "department": "dep-it", "measure": None, "source": {"plan": "plan", "section": "s", "page": None}, "checked_on": "2026-01-01"}  # fmt: skip
    return {"municipality_code": CODE, "entry_id": f"e-{number:05}", "number": 2, "state": ("draft", "requested", "returned")[number // 20 % 3], "content": content, "audience": "public", "staff_note": "", "author_name": "x", "created_at": now(), "deputy": False, "urgent": False}  # fmt: skip


def example_question(number: int, entries: int, chance: random.Random) -> dict[str, object]:
    """One of the log of a year, in which few entries are asked for much.

    Three quarters are answered at once; of the rest some are offered choices, some find nothing, and a few are
    greetings, wishes for a person, or of a delicate matter.  In fifty one was noted by staff.
    """
    asked_at = now() - dt.timedelta(minutes=number * 365 * 24 * 60 // QUESTIONS)
    local = asked_at.astimezone(JST)
    noted = number % 50 == 7
    channel = _NOTED[number // 50 % 4] if noted else _CHANNELS[number % 10]
    decision = "answer" if number % 4 else _UNANSWERED[number // 4 % 8]
    if noted:
        decision = ("answer", "handoff", "none")[number // 200 % 3]
    matter = _MATTERS[number // 64 % 3] if decision == "none" and number // 32 % 16 == 3 else None
    entry = f"e-{int(entries * 0.8 * chance.random() ** 3):05}" if decision == "answer" and not noted else None
    offered = decision == "suggest" and not noted
    how = number // 32 % 3 if offered else 0
    tapped = f"e-{int(entries * 0.8 * chance.random() ** 3):05}" if how == 1 else "" if how == 2 else None
    judged = (entry or tapped) and number % 10 == 1
    feedback = ("solved" if chance.random() < 0.7 else "unsolved") if judged else None
    contacted = not noted and feedback is None and number % 40 == 9
    signal = "near" if offered and tapped is None else signal_of(decision, tapped, feedback, contacted=contacted)
    if signal is None and entry and number % 80 == 11:
        signal = "rephrased"
    return {
        "id": f"{number:036}", "municipality_code": CODE, "event_key": f"{channel}:{number}", "channel": channel,
        "asked_at": asked_at, "jst_date": local.date(), "jst_hour": local.hour, "jst_weekday": local.weekday(),
        "text": None if matter else f"{number % 4_001}番についての質問の文です", "words": None if matter else f" {number % 4_001} 番 質問 文{_LINES[number % 10]}",
        "delicate": matter, "noted_by": "1000" if noted else None, "personal_data": False,
        "asker": f"{chance.randrange(100_000):032}" if channel in ("line", "web") else None,
        "message_id": None, "language": _LANGUAGES.get(number % 40, "ja"), "decision": decision, "entry_id": entry, "entry_version": 1 if entry else None,
        "department": "dep-it" if entry or noted else None, "subject": _TOPICS[number // 8 % 5] if not entry else None,
        "score": 0.9, "candidates": [{"entry_id": f"e-{number % 4_000:05}", "score": 0.4}] if offered else [],
        "index_version": 1, "elapsed_ms": 1.0, "tapped_entry_id": tapped, "tapped_at": asked_at if tapped is not None else None,
        "feedback": feedback, "feedback_at": asked_at if feedback else None,
        "reason": "not-understood" if feedback == "unsolved" and number % 20 == 1 else None,
        "more_at": asked_at if entry and number % 7 == 0 else None, "contact_at": asked_at if contacted else None,
        "need_signal": signal, "need": number // 4 % NEEDS + 1 if signal and not matter else None,
    }  # fmt: skip


CASES = {
    "すべて": Filters(),
    "状態: 承認依頼中": Filters(state="requested"),
    "担当課": Filters(department="dep-it"),
    "施策": Filters(measure="1-1"),
    "期限切れ": Filters(expired=True),
    "使われていない": Filters(unused=True),
    "低評価": Filters(low_rated=True),
    "空欄あり": Filters(blanks=True),
    "語: 粗大ごみの手数料": Filters(words="粗大ごみの手数料"),
    "語と使われていない": Filters(words="転入届に必要なもの", unused=True),
    "すべてを重ねる": Filters(department="dep-it", measure="1-1", expired=True, unused=True, low_rated=True),
}


def measure(database: Database, folder: Path, console: Console) -> None:
    previews = Previews(database, open_vectors(VECTORS), index_files=IndexFiles(folder / "indexes"))
    with database.reading() as session:
        first = milliseconds(lambda: listed(session, previews, CODE, Filters(words="転入届"), today()))
    table = Table("見るもの", "件数", "p50 ms", "p95 ms", title=f"一覧の1ページ（{database.writer.dialect.name}、初めの検索 {first:,.0f} ms）")  # fmt: skip
    for name, filters in CASES.items():
        with database.reading() as session:
            total = listed(session, previews, CODE, filters, today()).total
            table.add_row(
                name,
                f"{total:,}",
                *_percentiles(partial(listed, session, previews, CODE, filters, today())),
            )
    with database.reading() as session:
        shown = exposure(session, CODE, "e-00001", 1, 1, now()).shown
        table.add_row("誤案内（1件）", f"{shown:,}", *_percentiles(lambda: exposure(session, CODE, "e-00001", 1, 1, now())))  # fmt: skip
        chief = Reader("chief", None, None)
        waiting = sum(pile.count for pile in piles(session, CODE, chief, now()))
        table.add_row("今週やること", f"{waiting:,}", *_percentiles(lambda: _week(session, chief)))
    console.print(table)


def _week(session: Session, reader: Reader) -> None:
    """All that the first page asks the database for."""
    planned(piles(session, CODE, reader, now()))
    figures(session, CODE, today())


def _percentiles(work: Callable[[], object]) -> tuple[str, str]:
    times = sorted(milliseconds(work) for _ in range(TIMES))
    return f"{times[len(times) // 2]:.1f}", f"{times[int(len(times) * 0.95)]:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser("python -m tests.bench.lists", description="職員の一覧の速さを測る")
    parser.add_argument("--postgresql", action="store_true", help="PostgreSQL でも測る")
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    given = parser.parse_args()
    threadpool_limits(1, "blas")
    console = Console(width=100)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _fill_and_measure(f"sqlite:///{folder}/lists.db", folder, given, console)
        if given.postgresql:
            with postgresql_in(folder) as url:
                _fill_and_measure(url, folder, given, console)


def _fill_and_measure(url: str, folder: Path, given: argparse.Namespace, console: Console) -> None:
    database = open_database(url)
    migrate(database)
    fill(database, folder / "content", given.entries, given.questions)
    measure(database, folder, console)
    database.dispose()


if __name__ == "__main__":
    main()
