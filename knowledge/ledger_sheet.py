"""Questions by telephone, counter, mail and 市民の声 as a table: brought in whole, or not at all."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from intents.text import normalize
from knowledge.cells import control_character
from knowledge.ledger import CHANNELS, NOTED, RESULTS, NotedQuestion, faults_of, local_moment
from knowledge.models import LoggedQuestion
from knowledge.query_log import log_id
from knowledge.sheet_forms import DATE
from knowledge.sheet_places import Known, one_sheet
from knowledge.tabular import OutSheet, Row, Sheet
from knowledge.times_of_day import time_of_day

HEADINGS = ("日付", "時刻", "受けた方法", "課", "内容", "結果")
NEEDED = ("日付", "受けた方法", "内容")
_WIDTHS = (14, 10, 16, 24, 60, 24)
_HEADING_OF = {"channel": "受けた方法", "result": "結果", "text": "内容", "department": "課", "asked_at": "日付"}
NOON = dt.time(12)
"""Of a row that tells no time: its day counts, its hour is nobody's."""


@dataclass(frozen=True)
class LedgerPlan:
    """What a sheet would add: ``added``, and how many are there already.  ``problems``: with one, nothing is taken."""

    added: tuple[NotedQuestion, ...]
    known: int
    problems: tuple[str, ...]


def sample_sheet(departments: Sequence[str]) -> OutSheet:
    office = departments[0] if departments else ""
    rows = [
        ("2026-04-01", "9:15", "電話", office, "住民票はコンビニで取れますか", "答えた"),
        ("2026-04-01", "13:40", "窓口", office, "転出届をオンラインで出したい", "ほかの課・機関につないだ"),
    ]
    return OutSheet("受けた質問", HEADINGS, _WIDTHS, frozenset(), rows, frozen="A2")


def planned(
    session: Session, code: str, sheets: Sequence[Sheet], departments: Mapping[str, str], moment: dt.datetime
) -> LedgerPlan:
    """What taking the sheet in would do.  ``departments``: id -> name of those that may be written for.

    Raises ImportFaultsError where no table can be found.
    """
    table = one_sheet("questions", sheets, HEADINGS, NEEDED)
    problems: list[str] = []
    seen: Counter[str] = Counter()
    read: list[NotedQuestion] = []
    for row in table.rows:
        cells = {heading: (table.text(row, heading) or "").strip() for heading in HEADINGS}
        if not any(cells.values()):
            continue
        noted, faults = _read(code, cells, departments, seen, moment)
        problems += [*table.bad_cells(row), *_told(table, row, cells, faults)]
        read.append(noted)
    there = _known_keys(session, code, [one.key for one in read]) if not problems else frozenset[str]()
    added = tuple(one for one in read if one.key not in there)
    return LedgerPlan(added, len(read) - len(added), tuple(problems))


def _read(
    code: str, cells: Mapping[str, str], departments: Mapping[str, str], seen: Counter[str], moment: dt.datetime
) -> tuple[NotedQuestion, list[tuple[str, str]]]:
    faults: list[tuple[str, str]] = []
    channels = {normalize(CHANNELS[one]): one for one in NOTED}
    results = {normalize(name): one for one, name in RESULTS.items()}
    names = {normalize(name): one for one, name in departments.items()}
    office = cells["課"]
    noted = NotedQuestion(
        code,
        _key(cells, seen),
        channels.get(normalize(cells["受けた方法"]), cells["受けた方法"]),
        local_moment(_day(cells["日付"], faults, moment), _time(cells["時刻"], faults)),
        names.get(normalize(office), office if office in departments else "?") if office else None,
        cells["内容"],
        results.get(normalize(cells["結果"]), cells["結果"]) if cells["結果"] else "answer",
    )
    known = [(_HEADING_OF[field], sentence) for field, sentence in faults_of(noted, departments, moment)]
    headings = {heading for heading, _ in faults}
    return noted, faults + [(heading, sentence) for heading, sentence in known if heading not in headings]


def _day(given: str, faults: list[tuple[str, str]], moment: dt.datetime) -> dt.date:
    try:
        found: dt.date = DATE.read(given)
    except ValueError:
        faults.append(("日付", "日付を 2026-04-01 か 令和8年4月1日 のように書いてください"))
        return moment.date()
    return found


def _time(given: str, faults: list[tuple[str, str]]) -> dt.time:
    try:
        return time_of_day(given) or NOON
    except ValueError:
        faults.append(("時刻", "時刻を 9:15 か 9時15分 のように書いてください（分からなければ空にします）"))
        return NOON


def _key(cells: Mapping[str, str], seen: Counter[str]) -> str:
    """The same for the same row of another file, so that bringing a file twice adds nothing."""
    words = "\0".join(cells[heading] for heading in HEADINGS)
    told = hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()
    seen[told] += 1
    return f"file:{told[:40]}:{seen[told]}"


def _told(table: Known, row: Row, cells: Mapping[str, str], faults: Sequence[tuple[str, str]]) -> Iterator[str]:
    place = table.place(row)
    for heading, cell in cells.items():
        if unusable := control_character(cell):
            yield place.fault(heading, f"使えない文字があります（{unusable}）。消してください")
    for heading, sentence in faults:
        yield place.fault(heading, sentence)


def _known_keys(session: Session, code: str, keys: Collection[str]) -> frozenset[str]:
    """Those of ``keys`` that are in the log."""
    ids = {log_id(code, key): key for key in keys}
    found: set[str] = set()
    wanted = list(ids)
    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        found |= set(session.scalars(select(LoggedQuestion.id).where(LoggedQuestion.id.in_(some))))
    return frozenset(ids[one] for one in found)
