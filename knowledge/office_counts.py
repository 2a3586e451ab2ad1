"""What the offices count by month: kept, changed with what held before, and read again.

A count that nobody wrote is not known.  It is never taken for 0, which is a count as any other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType

from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy.orm import Session

from knowledge.models import FormerOfficeCount, Municipality, OfficeCount
from knowledge.periods import PeriodKind, period_of

CERTIFICATES, APPLICATIONS = "certificate", "application"
SERIES: Mapping[str, str] = MappingProxyType({CERTIFICATES: "証明書発行件数", APPLICATIONS: "電子申請件数"})
"""What is counted, as staff read it."""
WAYS: Mapping[str, str] = MappingProxyType(
    {"counter": "窓口", "store": "コンビニ", "mail": "郵送", "online": "オンライン"}
)
"""How a certificate was had: the ``cell`` of its counts."""
WEEKDAYS = "月火水木金土日"
TOTAL = ""
"""The ``cell`` of a month's applications where their hours are not known."""
OFFICE, DEMO = "office", "demo"
"""Whether an office counted it, or it is invented, for the demonstration."""
LONGEST_NAME = 80
HIGHEST = 99_999_999
_AT_ONCE = 5_000


@dataclass(frozen=True, order=True)
class CountKey:
    """What is counted: of which month (its first day), which 課 (empty for none), what, and which part of it."""

    series: str
    month: dt.date
    department: str
    name: str
    cell: str

    @property
    def whole(self) -> tuple[str, dt.date, str, str]:
        """The same for all parts of it."""
        return self.series, self.month, self.department, self.name


@dataclass(frozen=True)
class Held:
    """A count with where it comes from."""

    count: int
    source: str
    written_by: str
    written_at: dt.datetime


@dataclass(frozen=True)
class Written:
    """How many counts are new, changed and gone."""

    added: int = 0
    changed: int = 0
    gone: int = 0

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.gone)


class TwoFormsError(ValueError):
    """A month of a procedure would have both a total and parts of it; ``keys``: of the totals."""

    def __init__(self, keys: Collection[CountKey]) -> None:
        super().__init__("both a total and its parts")
        self.keys = tuple(sorted(keys))


def hour_cell(weekday: int, hour: int) -> str:
    """Of the applications of an hour of a weekday, 0 for Monday: ``0-13``."""
    return f"{weekday}-{hour}"


def weekday_and_hour(cell: str) -> tuple[int, int]:
    """What ``hour_cell`` was given."""
    weekday, _, hour = cell.partition("-")
    return int(weekday), int(hour)


def cell_name(key: CountKey) -> str:
    """Which part it is, as staff read it."""
    if key.series == CERTIFICATES:
        return WAYS[key.cell]
    if key.cell == TOTAL:
        return "月の合計"
    weekday, hour = weekday_and_hour(key.cell)
    return f"{WEEKDAYS[weekday]}曜日 {hour}時台"


def month_name(month: dt.date) -> str:
    """``令和8年4月``."""
    return period_of(PeriodKind.MONTH, month).name


def month_after(month: dt.date, by: int = 1) -> dt.date:
    """The first day of the month that is ``by`` months later."""
    years, rest = divmod(month.month - 1 + by, 12)
    return dt.date(month.year + years, rest + 1, 1)


def months_of_year(year: int) -> tuple[dt.date, ...]:
    """The twelve months of a 年度, from April on."""
    return tuple(month_after(dt.date(year, 4, 1), by) for by in range(12))


# --- Reading -----------------------------------------------------------------------------------------------------


def counts_between(
    session: Session, code: str, series: str, first: dt.date, last: dt.date, department: str | None = None
) -> dict[CountKey, int]:
    """What is known of the months from ``first`` to ``last``, both included; of one 課 where it is named."""
    table = OfficeCount
    wanted = select(table.month, table.department, table.name, table.cell, table.count).where(
        *_within(code, series, first, last)
    )
    if department is not None:
        wanted = wanted.where(table.department == department)
    rows = session.execute(wanted)
    return {CountKey(series, month, office, name, cell): count for month, office, name, cell, count in rows}


def sums_by_cell(session: Session, code: str, first: dt.date, last: dt.date, name: str = "") -> dict[str, int]:
    """The applications of some months by weekday and hour; of one procedure, else of all.  TOTAL: those without."""
    wanted = select(OfficeCount.cell, func.sum(OfficeCount.count)).where(*_within(code, APPLICATIONS, first, last))
    if name:
        wanted = wanted.where(OfficeCount.name == name)
    return {cell: int(count) for cell, count in session.execute(wanted.group_by(OfficeCount.cell))}


def sums_by_month(
    session: Session, code: str, series: str, first: dt.date, last: dt.date
) -> dict[tuple[str, str, dt.date], int]:
    """What is known of each month altogether, by 課, name and month."""
    table = OfficeCount
    wanted = select(table.department, table.name, table.month, func.sum(table.count)).where(
        *_within(code, series, first, last)
    )
    rows = session.execute(wanted.group_by(table.department, table.name, table.month))
    return {(department, name, month): int(count) for department, name, month, count in rows}


def names_of(session: Session, code: str, series: str, since: dt.date | None = None) -> list[str]:
    """What was ever counted under ``series``, or since a month."""
    wanted = select(OfficeCount.name).where(OfficeCount.municipality_code == code, OfficeCount.series == series)
    if since is not None:
        wanted = wanted.where(OfficeCount.month >= since)
    return sorted(session.scalars(wanted.distinct()))


def departments_counted(session: Session, code: str, series: str) -> list[str]:
    """The 課 that counts were brought of; the empty one, too."""
    wanted = select(OfficeCount.department).where(OfficeCount.municipality_code == code, OfficeCount.series == series)
    return sorted(session.scalars(wanted.distinct()))


def first_and_last_month(session: Session, code: str, series: str) -> tuple[dt.date, dt.date] | None:
    """The months from which to which something is known; None where nothing is."""
    wanted = select(func.min(OfficeCount.month), func.max(OfficeCount.month)).where(
        OfficeCount.municipality_code == code, OfficeCount.series == series
    )
    first, last = session.execute(wanted).one()
    return (first, last) if first is not None and last is not None else None


def has_invented(session: Session, code: str, series: str, first: dt.date, last: dt.date) -> bool:
    """Whether some of it is made up for the demonstration."""
    wanted = select(OfficeCount.name).where(*_within(code, series, first, last), OfficeCount.source == DEMO)
    return session.execute(wanted.limit(1)).first() is not None


def former_counts(
    session: Session, code: str, series: str, first: dt.date, last: dt.date, most: int = 200
) -> list[FormerOfficeCount]:
    """What held of these months before it was changed, what was changed last first."""
    table = FormerOfficeCount
    wanted = select(table).where(table.municipality_code == code, table.series == series)
    wanted = wanted.where(table.month.between(first, last))
    return list(session.scalars(wanted.order_by(table.replaced_at.desc(), table.id.desc()).limit(most)))


def _within(code: str, series: str, first: dt.date, last: dt.date) -> tuple[ColumnElement[bool], ...]:
    table = OfficeCount
    return table.municipality_code == code, table.series == series, table.month.between(first, last)


# --- Writing -----------------------------------------------------------------------------------------------------


def lock_counts(session: Session, code: str) -> None:
    """Let nobody else change the counts until the transaction ends: what is looked at now is what is changed.

    A question that is logged meanwhile names the municipality, too, and waits for nothing (``key_share``).
    """
    session.execute(select(Municipality.code).where(Municipality.code == code).with_for_update(key_share=True))


def write_counts(
    session: Session,
    code: str,
    wanted: Mapping[CountKey, int | None],
    who: str,
    moment: dt.datetime,
    source: str = OFFICE,
) -> Written:
    """Let ``wanted`` hold from now on; None takes a count back.  What held before is kept.

    Raises TwoFormsError where a month of a procedure would have both a total and parts: nothing is written then.
    """
    lock_counts(session, code)
    before = held_of(session, code, wanted)
    _refuse_two_forms(wanted, before)
    former, new, over = list[dict[str, object]](), list[dict[str, object]](), list[CountKey]()
    added = changed = gone = 0
    for key, count in wanted.items():
        old = before.get(key)
        if _stays(old, count, source):
            continue
        if old is not None:
            over.append(key)
            former.append(_former(code, key, old, count, who, moment))
        if count is not None:
            new.append(
                {**_columns(code, key), "count": count, "source": source, "written_by": who, "written_at": moment}
            )
        added, changed, gone = added + (old is None), changed + (None not in (old, count)), gone + (count is None)
    _delete(session, code, over)
    for table, rows in ((FormerOfficeCount, former), (OfficeCount, new)):
        # The table and not the class: of 75,000 rows the ORM's own bookkeeping is half of the time that others wait.
        into = insert(table.metadata.tables[table.__tablename__])
        for start in range(0, len(rows), _AT_ONCE):
            session.execute(into, rows[start : start + _AT_ONCE])
    return Written(added, changed, gone)


def _stays(old: Held | None, count: int | None, source: str) -> bool:
    """Whether there is nothing to do; what an office counted never gives way to what is invented."""
    if old is None:
        return count is None
    return (old.count, old.source) == (count, source) or (source == DEMO and old.source == OFFICE)


def held_of(session: Session, code: str, keys: Iterable[CountKey]) -> dict[CountKey, Held]:
    """All that is known of the months, 課 and names that ``keys`` are of."""
    table = OfficeCount
    columns = (table.department, table.name, table.cell, table.count, table.source, table.written_by, table.written_at)
    wholes = {key.whole for key in keys}
    found: dict[CountKey, Held] = {}
    for series, month in sorted({(series, month) for series, month, _, _ in wholes}):
        rows = session.execute(select(*columns).where(*_within(code, series, month, month)))
        for office, name, cell, count, source, who, moment in rows:
            key = CountKey(series, month, office, name, cell)
            if key.whole in wholes:
                found[key] = Held(count, source, who, moment)
    return found


def two_forms(keys: Iterable[CountKey]) -> Iterator[CountKey]:
    """The totals among ``keys`` beside which there are parts, too."""
    totals: dict[tuple[str, dt.date, str, str], CountKey] = {}
    parted: set[tuple[str, dt.date, str, str]] = set()
    for key in keys:
        if key.series != APPLICATIONS:
            continue
        if key.cell == TOTAL:
            totals[key.whole] = key
        else:
            parted.add(key.whole)
    return (key for whole, key in totals.items() if whole in parted)


def _refuse_two_forms(wanted: Mapping[CountKey, int | None], before: Mapping[CountKey, Held]) -> None:
    holding = {key for key, count in wanted.items() if count is not None}
    both = list(two_forms(holding | (before.keys() - wanted.keys())))
    if both:
        raise TwoFormsError(both)


def _delete(session: Session, code: str, keys: list[CountKey]) -> None:
    """Those rows, as many at once as their cells allow."""
    cells: dict[tuple[str, dt.date, str, str], list[str]] = {}
    for key in keys:
        cells.setdefault(key.whole, []).append(key.cell)
    table = OfficeCount
    for (series, month, department, name), some in cells.items():
        session.execute(
            delete(table).where(
                *_within(code, series, month, month),
                table.department == department,
                table.name == name,
                table.cell.in_(some),
            )
        )


def remove_invented(session: Session, code: str) -> int:
    """Take every invented count away, without a trace: nobody ever counted it.  How many there were."""
    former = delete(FormerOfficeCount).where(
        FormerOfficeCount.municipality_code == code, FormerOfficeCount.source == DEMO
    )
    session.execute(former)
    invented = OfficeCount.municipality_code == code, OfficeCount.source == DEMO
    count = session.scalar(select(func.count()).select_from(OfficeCount).where(*invented)) or 0
    session.execute(delete(OfficeCount).where(*invented))
    return count


def _columns(code: str, key: CountKey) -> dict[str, object]:
    return {
        "municipality_code": code,
        "series": key.series,
        "month": key.month,
        "department": key.department,
        "name": key.name,
        "cell": key.cell,
    }


def _former(code: str, key: CountKey, old: Held, count: int | None, who: str, moment: dt.datetime) -> dict[str, object]:
    changed = {"new_count": count, "replaced_by": who, "replaced_at": moment}
    return {**_columns(code, key), **asdict(old), **changed}
