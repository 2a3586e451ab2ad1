"""How quick every list page of the console is, over HTTP: ``python -m tests.bench.pages [--postgresql]``.

5,000 entries, 1,000,000 questions and what else piles up in years, made up.  A whole request each: who is signed in,
the database, the page as it is sent.  Every address of the console that needs no more than the municipality is
asked for, and the lists once more narrowed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy import insert, text

from app import create_app
from bot.figure_jobs import count_figures
from bot.services import Services
from bot.warm_up import warm_up
from knowledge.calendar import now
from knowledge.db import Database, migrate, open_database
from knowledge.demo_offices import invented_counts
from knowledge.models import (
    AccuracyItem,
    AccuracyLabel,
    AccuracySample,
    AuditHead,
    AuditLine,
    Base,
    ChangeRequest,
    CheckQuestionRow,
    Misguidance,
    NeedCard,
    NeedText,
    OfficeCount,
    ResidentWord,
    StaffAccount,
    StaffGrant,
)
from knowledge.roles import Role
from tests.bench.lists import BATCH, ENTRIES, NEEDS, QUESTIONS, fill
from tests.bench.material import VECTORS
from tests.bench.office_counts import fill_office_counts
from tests.bench.timing import milliseconds
from tests.knowledge.small_town import CODE
from tests.support.postgresql import postgresql_in
from tests.support.staff import HOST, signed_in

TIMES, LIMIT = 40, 200.0
"""Requests of each page; the milliseconds that 95 of 100 are to stay below."""
AUDIT_LINES, ACCOUNTS, CHECKS, CHANGES, SHEETS = 200_000, 1_000, 2_000, 300, 300
MONTHS, SAMPLE, WORDS = 24, 200, 700
FIRST_ACCOUNT = 1_000
TABLES = ("indicators", "schedules", "departments", "terms")

NARROWED = (
    "answers?state=requested", "answers?department=dep-it", "answers?measure=1-1", "answers?expired=1",
    "answers?unused=1", "answers?low_rated=1", "answers?blanks=1", "answers?words=粗大ごみの手数料",
    "answers?words=転入届に必要なもの&unused=1", "answers?page=80",
    "log?first=2025-12-01&words=住民票の写し", "log?first=2025-12-01&decision=none&page=20", "log?first=2025-12-01&words=無い言葉",
    "log?first=2025-12-01&department=dep-it&rating=unsolved", "checks?page=10", "changes?page=3", "misguidance?page=3",
    "figures?kind=year", "figures?kind=week&channel=noted", "figures/breakdown?by=entry&kind=year", "figures/movers?kind=year", "figures/hours?kind=year",
    "needs?state=all&page=30", "needs?days=7", "needs?days=90", "needs?department=dep-it", "needs/1",
    "accuracy/2025-11", "accuracy/2025-12", "accuracy/2025-12/label", "resident-words?list=editors&page=3", "resident-words?list=unknown", "answers/e-00001", "answers/e-00001/edit", "answers/e-00001/history", "answers/e-00001/misguidance",
)  # fmt: skip
"""Below the municipality's own address."""


@dataclass(frozen=True)
class Speed:
    """Milliseconds of one page."""

    path: str
    p50: float
    p95: float


def fill_more(database: Database) -> None:
    """What piles up beside answers and questions."""
    moment, chance = now(), random.Random(2)
    _insert(database, StaffAccount, [_account(number, moment) for number in range(ACCOUNTS)])
    _insert(database, StaffGrant, [_grant(number) for number in range(ACCOUNTS)])
    _insert(database, CheckQuestionRow, [_check(number, moment) for number in range(CHECKS)])
    _insert(database, ChangeRequest, [_change(number, moment) for number in range(CHANGES)])
    _insert(database, NeedCard, [_need(number + 1, moment) for number in range(NEEDS)])
    _insert(database, NeedText, [_need_text(number, moment) for number in range(NEEDS * 10)])
    _insert(database, OfficeCount, _office_counts(moment))
    months = [dt.date(2024 + number // 12, number % 12 + 1, 1) for number in range(MONTHS)]
    _insert(database, AccuracySample, [_sample(month, moment, closed=month != months[-1]) for month in months])
    places = [(month, place + 1) for month in months for place in range(SAMPLE)]
    _insert(database, AccuracyItem, [_item(month, place, closed=month != months[-1]) for month, place in places])
    _insert(database, AccuracyLabel, [_label(month, place, moment) for month, place in places if month != months[-1]])
    _insert(database, ResidentWord, [_word(number, moment) for number in range(WORDS)])
    _insert(database, Misguidance, [_sheet(number, moment, chance) for number in range(SHEETS)])
    fill_office_counts(database)
    with database.writing() as session:
        head = session.get_one(AuditHead, 1)
        first, head.number, head.digest = head.number + 1, head.number + AUDIT_LINES, "0" * 64
    _insert(database, AuditLine, [_audit_line(first + number, moment) for number in range(AUDIT_LINES)])
    with database.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _insert(database: Database, table: type[Base], rows: Sequence[Mapping[str, object]]) -> None:
    for start in range(0, len(rows), BATCH):
        with database.writing() as session:
            session.execute(insert(table), rows[start : start + BATCH])


def _account(number: int, moment: dt.datetime) -> dict[str, object]:
    return {"id": FIRST_ACCOUNT + number, "login": f"person-{number:04}", "name": f"職員 {number:04}", "email": None, "disabled": number % 9 == 0, "created_at": moment, "changed_at": moment}  # fmt: skip


def _grant(number: int) -> dict[str, object]:
    return {"account_id": FIRST_ACCOUNT + number, "scope": CODE, "role": "editor" if number % 3 else "viewer", "department": "dep-it" if number % 2 else None}  # fmt: skip


def _check(number: int, moment: dt.datetime) -> dict[str, object]:
    return {"municipality_code": CODE, "check_id": f"check-{number:05}", "text": f"{number}番の窓口はどこ", "decision": "answer", "entry_ids": [f"e-{number:05}"], "language": "ja", "note": "", "state": "used", "changed_by": None, "changed_at": moment}  # fmt: skip


def _change(number: int, moment: dt.datetime) -> dict[str, object]:
    decided = moment - dt.timedelta(hours=number) if number % 2 else None
    return {"id": f"{number:036}", "municipality_code": CODE, "kind": "row", "title": f"用語「{number}」", "department": "dep-it", "payload": {}, "counts": {"changed": 1}, "digest": "0" * 64, "state": "approved" if decided else "waiting", "author": "1000", "author_name": "職員 0000", "requested_at": moment, "decided_by": "1001" if decided else None, "decided_name": "職員 0001" if decided else None, "decided_at": decided, "reason": None}  # fmt: skip


def _sheet(number: int, moment: dt.datetime, chance: random.Random) -> dict[str, object]:
    shown = chance.randrange(500)
    return {"municipality_code": CODE, "number": number + 1, "entry_id": f"e-{number:05}", "question": f"{number}番の質問", "first_version": 1, "last_version": 1, "live_from": moment, "live_until": moment, "shown": shown, "askers": shown // 2, "nameless": 0, "counted_at": moment, "wrong": "金額が前の年のものだった。", "done": "直して、お知らせを出した。", "author": None, "author_name": "職員", "written_at": moment}  # fmt: skip


def _office_counts(moment: dt.datetime) -> list[dict[str, object]]:
    """Five years of certificates, and of applications by hour."""
    written = {"municipality_code": CODE, "source": "office", "written_by": "1000", "written_at": moment}
    counts = [invented_counts(moment.date() - dt.timedelta(days=365 * year), {}, year) for year in range(5)]
    held = {key: count for one in reversed(counts) for key, count in one.items()}
    return [{**asdict(key), **written, "count": count} for key, count in held.items()]


def _sample(month: dt.date, moment: dt.datetime, *, closed: bool) -> dict[str, object]:
    return {"municipality_code": CODE, "month": month, "size": SAMPLE, "lot": "0" * 64, "asked": 80_000, "delicate": 900, "textless": 40, "invented": False, "drawn_at": moment, "drawn_by": None, "closed_at": moment if closed else None, "closed_by": None, "closed_name": "職員" if closed else None}  # fmt: skip


def _item(month: dt.date, place: int, *, closed: bool) -> dict[str, object]:
    return {"municipality_code": CODE, "month": month, "place": place, "row_id": f"{place * 4_321:036}", "decision": "answer", "channel": "web", "language": "ja", "entry_id": f"e-{place:05}", "entry_version": 1, "settled": None, "settled_by": None, "settled_at": None, "final": ("right", "wrong")[place % 9 == 0] if closed else None}  # fmt: skip


def _label(month: dt.date, place: int, moment: dt.datetime) -> dict[str, object]:
    return {"municipality_code": CODE, "month": month, "place": place, "account": "1000", "label": ("right", "wrong")[place % 9 == 0], "labelled_at": moment, "seconds": 11}  # fmt: skip


def _word(number: int, moment: dt.datetime) -> dict[str, object]:
    entry = f"e-{number:05}" if number % 7 else ""
    return {"municipality_code": CODE, "word": f"ことば{number}", "entry_id": entry, "official": "証明" if entry else "", "questions": 20, "askers": 9, "months": 5, "score": number / 100, "known": "", "sources": "tap again", "in_answers": bool(entry), "need": None if entry else number % NEEDS + 1, "counted_at": moment}  # fmt: skip


def _need(number: int, moment: dt.datetime) -> dict[str, object]:
    counts = {
        "times": 42,
        "askers": 20,
        "nameless": 2,
        "recent": number % 30,
        "before": 10,
        "counted_on": moment.date(),
    }
    return counts | {"municipality_code": CODE, "number": number, "name": f"{number}番の求め", "state": "open" if number % 3 else "published", "gap": "missing", "department": "dep-it", "made_at": moment, "changed_at": moment}  # fmt: skip


def _need_text(number: int, moment: dt.datetime) -> dict[str, object]:
    return {"municipality_code": CODE, "key": f"{number:032}", "number": number // 10 + 1, "text": f"{number}番目の言い方です", "times": number % 10, "last_on": moment.date()}  # fmt: skip


def _audit_line(number: int, moment: dt.datetime) -> dict[str, object]:
    return {"number": number, "at": moment - dt.timedelta(minutes=AUDIT_LINES - number), "account_id": FIRST_ACCOUNT + number % ACCOUNTS, "login": f"person-{number % ACCOUNTS:04}", "action": ("signed_in", "draft_saved", "approved")[number % 3], "scope": CODE if number % 3 else None, "subject": f"e-{number % ENTRIES:05}", "details": {}, "address_hash": "", "refused": False, "previous": "0" * 64, "digest": "0" * 64}  # fmt: skip


def list_pages(app: Flask) -> list[str]:
    """The addresses that need no more than the municipality and show a page, not a file."""
    plain = []
    for rule in app.url_map.iter_rules():
        reads = rule.rule.startswith("/staff/") and "GET" in (rule.methods or ())
        if reads and rule.arguments <= {"code"} and not Path(rule.rule).suffix and rule.endpoint.count(".") == 2:
            plain.append(rule.rule.replace("<code>", CODE))
    kinds = [f"/staff/{CODE}/tables/{kind}" for kind in TABLES]
    return sorted({*plain, *kinds, *(f"/staff/{CODE}/{rest}" for rest in NARROWED)})


def measured(client: FlaskClient, path: str) -> Speed | None:
    """None for an address that shows nothing by itself: it leads elsewhere, or wants to be come back to."""
    first = client.get(path, headers={"Host": HOST})
    if first.status_code >= 500:
        raise SystemExit(f"{path} は {first.status_code} を返しました。")
    if first.status_code != 200:
        return None
    times = sorted(milliseconds(lambda: client.get(path, headers={"Host": HOST})) for _ in range(TIMES))
    return Speed(path, times[len(times) // 2], times[int(len(times) * 0.95)])


def measure(url: str, folder: Path, console: Console) -> bool:
    """Fill ``url``, ask for every page, print; whether all of them are quick enough."""
    database = open_database(url)
    migrate(database)
    fill(database, folder / "content", ENTRIES, QUESTIONS)
    fill_more(database)
    database.dispose()
    app = create_app({"INSTANCE_PATH": str(folder), "DATABASE_URL": url, "SENDER_THREADS": "0"})
    kit: Services = app.extensions["kotae"]
    count_figures(kit, CODE, {}, lambda _: None)
    client = signed_in(app, tuple(Role), CODE).client
    warm_up(kit.corpus)  # as a process of the service does when it starts
    speeds = [found for path in track(list_pages(app), "ページ", console=console) if (found := measured(client, path))]
    table = Table(
        "ページ", "p50 ms", "p95 ms", title=f"職員用の画面（{kit.database.writer.dialect.name}、HTTP の一往復）"
    )
    for one in sorted(speeds, key=lambda each: -each.p95):
        table.add_row(one.path, f"{one.p50:.1f}", f"{one.p95:.1f}" + ("　← 遅い" if one.p95 > LIMIT else ""))
    console.print(table)
    kit.database.dispose()
    return all(one.p95 <= LIMIT for one in speeds)


def main() -> None:
    parser = argparse.ArgumentParser("python -m tests.bench.pages", description="職員用の画面の速さを測る")
    parser.add_argument("--postgresql", action="store_true", help="PostgreSQL でも測る")
    given = parser.parse_args()
    console = Console(width=100)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "vectors").symlink_to(VECTORS.resolve())
        quick = measure(f"sqlite:///{folder}/pages.db", folder, console)
        if given.postgresql:
            with postgresql_in(folder) as url:
                quick = measure(url, folder, console) and quick
    raise SystemExit(0 if quick else 1)


if __name__ == "__main__":
    main()
