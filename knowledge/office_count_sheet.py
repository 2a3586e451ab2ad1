"""The offices' counts as a table that is brought: read, held against what is known, and told before it is taken in."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy.orm import Session

from intents.text import normalize
from knowledge.cells import control_character
from knowledge.count_cells import count_of, hour_of, month_of, weekday_of
from knowledge.office_counts import (
    APPLICATIONS,
    CERTIFICATES,
    LONGEST_NAME,
    SERIES,
    TOTAL,
    WAYS,
    CountKey,
    cell_name,
    counts_between,
    held_of,
    hour_cell,
    month_name,
    names_of,
    two_forms,
)
from knowledge.sheet_places import ImportFaultsError, Known, Place, headings_of, one_sheet
from knowledge.tabular import OutSheet, Row, Sheet

MONTH, OFFICE_HEADING, KIND, PROCEDURE = "年月", "課", "種類", "手続"
WEEKDAY, HOUR, COUNT = "曜日", "時間帯", "件数"
HEADINGS: Mapping[str, tuple[str, ...]] = {
    CERTIFICATES: (MONTH, OFFICE_HEADING, KIND, *WAYS.values()),
    APPLICATIONS: (MONTH, PROCEDURE, WEEKDAY, HOUR, COUNT),
}
_NEEDED: Mapping[str, tuple[str, ...]] = {CERTIFICATES: (MONTH, KIND), APPLICATIONS: (MONTH, PROCEDURE, COUNT)}
_NAME: Mapping[str, str] = {CERTIFICATES: KIND, APPLICATIONS: PROCEDURE}
_WIDTHS: Mapping[str, tuple[int, ...]] = {
    CERTIFICATES: (12, 20, 30, 10, 10, 10, 12),
    APPLICATIONS: (12, 34, 10, 12, 10),
}
_NOT_OF_ONE_OFFICE = (
    "電子申請の件数は課に分かれていないので、市町村全体の編集の人だけが取り込めます。"
    "その人に頼むか、この表を消して証明書発行件数だけを取り込んでください"
)
_TOLD_EVERY = 1_000
"""Rows after which somebody may stop it."""
_T = TypeVar("_T")


@dataclass(frozen=True)
class CountChange:
    """A count that becomes another; None where there was, or will be, none."""

    key: CountKey
    old: int | None
    new: int | None


@dataclass(frozen=True)
class CountsPlan:
    """What taking a table in would do.  With a problem nothing is taken.

    ``left``: counts of the same months and 課, or procedures, that the table lacks: they stay, or go where that is
    asked for.  ``empty``: cells that say nothing.
    """

    changes: tuple[CountChange, ...] = ()
    same: int = 0
    left: int = 0
    empty: int = 0
    problems: tuple[str, ...] = ()

    def still_holds(self, session: Session, code: str) -> bool:
        """Whether what it would change is as it was when it was looked at."""
        held = held_of(session, code, self.wanted)
        return all((held[one.key].count if one.key in held else None) == one.old for one in self.changes)

    @property
    def wanted(self) -> dict[CountKey, int | None]:
        return {one.key: one.new for one in self.changes}

    @property
    def added(self) -> list[CountChange]:
        return [one for one in self.changes if one.old is None]

    @property
    def changed(self) -> list[CountChange]:
        return [one for one in self.changes if None not in (one.old, one.new)]

    @property
    def gone(self) -> list[CountChange]:
        return [one for one in self.changes if one.new is None]

    @property
    def digest(self) -> str:
        """The same as long as taking it in would do the same."""
        told = [[*map(str, vars(one.key).values()), one.old, one.new] for one in self.changes]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class ShownCounts:
    """A plan as a page shows it, of however many counts it is: the first of each kind, and how many there are."""

    added: int
    changed: int
    gone: int
    same: int
    left: int
    empty: int
    first_added: tuple[CountChange, ...]
    first_changed: tuple[CountChange, ...]
    first_gone: tuple[CountChange, ...]
    problems: tuple[str, ...]
    more_problems: int
    digest: str

    @property
    def changes(self) -> bool:
        return bool(self.added or self.changed or self.gone)


def shown_counts(plan: CountsPlan, most: int) -> ShownCounts:
    """The first ``most`` of each."""
    added, changed, gone = plan.added, plan.changed, plan.gone
    return ShownCounts(
        len(added),
        len(changed),
        len(gone),
        plan.same,
        plan.left,
        plan.empty,
        tuple(added[:most]),
        tuple(changed[:most]),
        tuple(gone[:most]),
        plan.problems[:most],
        max(len(plan.problems) - most, 0),
        plan.digest,
    )


@dataclass
class _Reading:
    """What is read so far: counts with the place that each stands in, and what is wrong."""

    offices: Mapping[str, str]
    """By name and by id: the ids of the 課."""
    own: Mapping[str, str] | None
    """The names of the 課 whose counts may be written, by their ids; None: all, and those of no 課."""
    names: Mapping[str, dict[str, str]]
    """By series: the spelling that is kept already, by what is compared."""
    latest: dt.date
    counts: dict[CountKey, int] = field(default_factory=dict)
    places: dict[CountKey, str] = field(default_factory=dict)
    mentioned: set[tuple[str, dt.date, str, str]] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    empty: int = 0


def sample_counts(series: str, departments: Sequence[str], month: dt.date) -> OutSheet:
    """What a table looks like, in two or three lines."""
    when, office = f"{month:%Y-%m}", departments[0] if departments else ""
    rows: Mapping[str, list[tuple[str, ...]]] = {
        CERTIFICATES: [
            (when, office, "住民票の写し", "812", "96", "14", ""),
            (when, office, "印鑑登録証明書", "403", "51", "なし", ""),
        ],
        APPLICATIONS: [
            (when, "犬の登録", "月", "13時", "4"),
            (when, "犬の登録", "土", "21時", "2"),
            (when, "粗大ごみの申込み", "", "", "37"),
        ],
    }
    return OutSheet(SERIES[series], HEADINGS[series], _WIDTHS[series], frozenset(), rows[series], frozen="A2")


def planned(
    session: Session,
    code: str,
    sheets: Sequence[Sheet],
    departments: Mapping[str, str],
    today: dt.date,
    *,
    end_missing: bool = False,
    own: Collection[str] | None = None,
    progress: Callable[[float], None] = lambda _: None,
) -> CountsPlan:
    """What taking the tables in would do.  ``departments``: id -> name of those that there are.

    ``own``: the 課 whose counts alone may be written, as whoever is an editor for these may; None: all.
    ``progress`` may raise to stop.  Raises ImportFaultsError where no table can be found.
    """
    reading = _Reading(
        {normalize(told): one for one, name in departments.items() for told in (name, one)},
        None if own is None else {one: name for one, name in departments.items() if one in own},
        {series: {normalize(name): name for name in names_of(session, code, series)} for series in SERIES},
        today.replace(day=1),
    )
    for series in _series_in(sheets):
        table = one_sheet(series, sheets, HEADINGS[series], _NEEDED[series])
        _read_table(series, table, reading, progress)
    if not reading.problems and not reading.counts:
        reading.problems.append("件数が一つも書かれていません。件数を書いて、もう一度えらんでください")
    if reading.problems:
        return CountsPlan(problems=tuple(reading.problems))
    return _held_against(session, code, reading, end_missing=end_missing)


def _series_in(sheets: Sequence[Sheet]) -> list[str]:
    """What the tables are of, by the heading that one alone has."""
    told = {heading for sheet in sheets for row in sheet.rows[:10] for heading in headings_of(row)}
    found = [series for series in SERIES if _NAME[series] in told]
    if not found:
        wanted = "、または".join(f"「{'」「'.join(HEADINGS[series])}」（{name}）" for series, name in SERIES.items())
        raise ImportFaultsError([f"見出しが見つかりません。見出しを{wanted}にしてください"])
    return found


# --- Reading -----------------------------------------------------------------------------------------------------


def _read_table(series: str, table: Known, reading: _Reading, progress: Callable[[float], None]) -> None:
    if series == APPLICATIONS and reading.own is not None:
        where = table.place(table.rows[0]) if table.rows else Place(table.sheet, table.number, {})
        reading.problems.append(where.fault(None, _NOT_OF_ONE_OFFICE))
        return
    for number, row in enumerate(table.rows):
        if number % _TOLD_EVERY == 0:
            progress(number / len(table.rows))
        cells = {heading: (table.text(row, heading) or "").strip() for heading in HEADINGS[series]}
        bad = list(table.bad_cells(row))
        if not any(cells.values()) and not bad:
            continue
        faults: list[tuple[str, str]] = []
        for heading, cell in cells.items():
            if unusable := control_character(cell):
                faults.append((heading, f"使えない文字があります（{unusable}）。消してください"))
        if not faults:
            _read_row(series, table, row, cells, reading, faults)
        reading.problems += [*bad, *(table.place(row).fault(heading, sentence) for heading, sentence in faults)]


def _read_row(
    series: str,
    table: Known,
    row: Row,
    cells: Mapping[str, str],
    reading: _Reading,
    faults: list[tuple[str, str]],
) -> None:
    month = _tried(month_of, MONTH, cells, faults)
    if month is not None and month > reading.latest:
        faults.append((MONTH, f"{month_name(month)}は、まだ来ていません。年月を確かめてください"))
    name = _name(series, cells, reading, faults)
    office = _office(cells.get(OFFICE_HEADING, ""), reading, faults)
    parts = _ways(cells, faults) if series == CERTIFICATES else _hours(cells, faults)
    if month is None or faults:
        return
    reading.mentioned.add((series, month, office, name if series == APPLICATIONS else ""))
    for heading, cell, count in parts:
        key = CountKey(series, month, office, name, cell)
        if count is None:
            reading.empty += 1
        elif key in reading.places:
            faults.append(
                (heading, f"{reading.places[key]}と同じ月・同じもの（{cell_name(key)}）です。一つにしてください")
            )
        else:
            reading.counts[key] = count
            reading.places[key] = f"{row.number}行目"


def _tried(
    read: Callable[[str], _T], heading: str, cells: Mapping[str, str], faults: list[tuple[str, str]]
) -> _T | None:
    try:
        return read(cells[heading])
    except ValueError as error:
        faults.append((heading, str(error)))
        return None


def _name(series: str, cells: Mapping[str, str], reading: _Reading, faults: list[tuple[str, str]]) -> str:
    heading = _NAME[series]
    name = " ".join(cells[heading].split())
    if not name:
        faults.append((heading, f"{heading}の名前を書いてください"))
    elif len(name) > LONGEST_NAME:
        faults.append((heading, f"{LONGEST_NAME}字までで書いてください（今は{len(name)}字）"))
    return reading.names[series].setdefault(normalize(name), name)


def _office(given: str, reading: _Reading, faults: list[tuple[str, str]]) -> str:
    found = reading.offices.get(normalize(given)) if given else ""
    if found is None:
        remedy = (
            "課の一覧の名前で書いてください" if reading.own is not None else "課の一覧の名前で書くか、空にしてください"
        )
        faults.append((OFFICE_HEADING, f"「{given[:30]}」という課はありません。{remedy}"))
    elif reading.own is not None and found not in reading.own:
        told = f"「{given[:30]}」は、あなたの課ではありません" if given else "課が空です"
        own = "」「".join(reading.own.values())
        remedy = "この行を消すか課を直してから取り込むか、市町村全体の編集の人に頼んでください"
        faults.append((OFFICE_HEADING, f"{told}。取り込めるのは「{own}」の件数だけです。{remedy}"))
    return found or ""


def _ways(cells: Mapping[str, str], faults: list[tuple[str, str]]) -> list[tuple[str, str, int | None]]:
    return [(heading, way, _tried(count_of, heading, cells, faults)) for way, heading in WAYS.items()]


def _hours(cells: Mapping[str, str], faults: list[tuple[str, str]]) -> list[tuple[str, str, int | None]]:
    count = _tried(count_of, COUNT, cells, faults)
    if not cells[WEEKDAY] and not cells[HOUR]:
        return [(COUNT, TOTAL, count)]
    if not cells[WEEKDAY] or not cells[HOUR]:
        lacking = HOUR if cells[WEEKDAY] else WEEKDAY
        faults.append((lacking, "曜日と時間帯は、両方書くか、両方空（月の合計）にしてください"))
        return []
    weekday, hour = _tried(weekday_of, WEEKDAY, cells, faults), _tried(hour_of, HOUR, cells, faults)
    return [] if weekday is None or hour is None else [(COUNT, hour_cell(weekday, hour), count)]


# --- Against what is known -----------------------------------------------------------------------------------------


def _held_against(session: Session, code: str, reading: _Reading, *, end_missing: bool) -> CountsPlan:
    problems = [
        f"{reading.places[key]}: {month_name(key.month)}の「{key.name}」に、月の合計と、曜日・時間帯ごとの件数の両方が"
        "あります。どちらか一方にしてください"
        for key in sorted(two_forms(reading.counts))
    ]
    known = _known(session, code, reading)
    other_form = set(_other_form(reading.counts, known))
    lacking = {key for key in known if key not in reading.counts and _is_of(key, reading) and key not in other_form}
    gone = other_form | (lacking if end_missing else set())
    problems += _twice(reading, known.keys() - gone)
    changes = [
        CountChange(key, known.get(key), count) for key, count in reading.counts.items() if known.get(key) != count
    ]
    changes += [CountChange(key, known[key], None) for key in gone]
    return CountsPlan(
        tuple(sorted(changes, key=lambda one: one.key)),
        sum(known.get(key) == count for key, count in reading.counts.items()),
        len(lacking),
        reading.empty,
        tuple(problems),
    )


def _known(session: Session, code: str, reading: _Reading) -> dict[CountKey, int]:
    """All of the months that the table tells of."""
    found: dict[CountKey, int] = {}
    for series, month in sorted({(series, month) for series, month, _, _ in reading.mentioned}):
        found |= counts_between(session, code, series, month, month)
    return found


def _is_of(key: CountKey, reading: _Reading) -> bool:
    """Whether the table tells of what ``key`` belongs to: the 課 in that month, or the procedure."""
    about = key.name if key.series == APPLICATIONS else ""
    return (key.series, key.month, key.department, about) in reading.mentioned


def _other_form(counts: Mapping[CountKey, int], known: Mapping[CountKey, int]) -> Iterator[CountKey]:
    """The total where there are parts now, and the parts where there is a total."""
    totals = {key.whole: key.cell == TOTAL for key in counts if key.series == APPLICATIONS}
    return (key for key in known if key.whole in totals and totals[key.whole] != (key.cell == TOTAL))


def _twice(reading: _Reading, staying: set[CountKey]) -> Iterator[str]:
    """A certificate that is told both of a 課 and of none in one month: it would be counted twice."""
    offices: dict[tuple[dt.date, str], set[str]] = {}
    for key in (*reading.counts, *staying):
        if key.series == CERTIFICATES:
            offices.setdefault((key.month, key.name), set()).add(key.department)
    told = {(key.month, key.name) for key in reading.counts if key.series == CERTIFICATES}
    for month, name in sorted(told):
        if "" in offices[month, name] and len(offices[month, name]) > 1:
            yield (
                f"{month_name(month)}の「{name}」に、課のある件数と、課のない件数の両方があります。"
                "二重に数えないよう、どちらかにしてください"
            )
