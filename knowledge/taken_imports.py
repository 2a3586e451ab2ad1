"""An import that can be taken back whole: its rows as they were before, and as it left them.

What is kept are the rows of the tables themselves, so that it does not matter by which way a row was changed.  Of a
row only what the import changed goes back; where somebody has changed that since, it is left as it is, and told.
Taking back is kept in the same way: it can be taken back too.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar, cast

from sqlalchemy import Date, Table, delete, select
from sqlalchemy.orm import Session, undefer

from knowledge.db import Database
from knowledge.entry_versions import SHEET, Author, revised, revised_on, versions_by_entry, with_present
from knowledge.import_items import ImportPlan
from knowledge.imports import import_into, told_rows
from knowledge.models import (
    Base,
    BundledDraft,
    Department,
    Entry,
    EntryVersion,
    Indicator,
    Measure,
    Municipality,
    Plan,
    PlanSection,
    ScheduleItem,
    SlotValue,
    SubjectOffice,
    TakenImport,
    Term,
)
from knowledge.models.base import CuratedColumns, UtcDateTime
from knowledge.sheet_kinds import IN_USE
from knowledge.tabular import Sheet

KEPT = dt.timedelta(days=30)
MOST_KEPT = 20
"""Of one municipality; each holds the rows that it changed, twice."""
MOST_NAMED = 20
"""Rows that stayed, as they are told by name."""

_TABLES: tuple[type[Base], ...] = (
    Municipality,
    Plan,
    Measure,
    Department,
    Term,
    Entry,
    Indicator,
    ScheduleItem,
    PlanSection,
    SlotValue,
    SubjectOffice,
    BundledDraft,
)
"""What an import may change; what another row refers to comes first."""
_MODELS: Mapping[str, type[Base]] = {one.__tablename__: one for one in _TABLES}
_MOVES_ALONE = {"knowledge_version", "learned_version", "drafts_version"}
"""Columns of a municipality that tell of every change, not of what it is."""
_OF_THE_CHANGE = {"version", "updated_at"}
"""Columns that move with every change of a row, back too."""

Row = dict[str, Any]
Key = tuple[Any, ...]
Rows = dict[tuple[str, Key], Row]
Done = TypeVar("Done")


class AlreadyTakenBackError(Exception):
    """It has been taken back before."""


@dataclass(frozen=True)
class Difference:
    """One row.  Of a row that was there before and after only the columns that changed; None where there was none."""

    table: str
    key: Key
    before: Row | None
    after: Row | None


@dataclass(frozen=True)
class Taken:
    """An import that may be taken back, or that was, as the page lists it."""

    id: str
    taken_at: dt.datetime
    author_name: str
    title: str
    rows: int
    taken_back_at: dt.datetime | None


@dataclass(frozen=True)
class TakenBack:
    """``done``: rows that are as they were before; ``stayed``: those that are not, by name, and why."""

    title: str
    done: int
    stayed: tuple[str, ...]


# --- Keeping -----------------------------------------------------------------------------------------------------


def import_and_keep(
    session: Session,
    code: str,
    sheets: Sequence[Sheet],
    moment: dt.datetime,
    *,
    end_missing: bool = False,
    publish: bool = False,
    author: Author = SHEET,
) -> ImportPlan:
    """As ``import_into``; what it changes is kept."""

    def work() -> ImportPlan:
        return import_into(session, code, sheets, moment, end_missing=end_missing, publish=publish, author=author)

    return kept(session, code, work, lambda plan: told_rows(plan.changed), moment, author)


def imported(
    database: Database,
    code: str,
    sheets: Sequence[Sheet],
    moment: dt.datetime,
    *,
    end_missing: bool = False,
    publish: bool = False,
) -> ImportPlan:
    """The same in one transaction: all of it, or nothing."""
    with database.writing() as session:
        return import_and_keep(session, code, sheets, moment, end_missing=end_missing, publish=publish)


def kept(
    session: Session,
    code: str,
    work: Callable[[], Done],
    title: Callable[[Done], str],
    moment: dt.datetime,
    author: Author,
) -> Done:
    """Do ``work``, and keep what it changes, in the caller's transaction.  ``title``: what it is called in the list."""
    before = _rows(session, code)
    done = work()
    found = list(differences(before, _rows(session, code)))
    if found:
        row = TakenImport(
            id=str(uuid.uuid4()),
            municipality_code=code,
            taken_at=moment,
            author_name=author.name,
            title=title(done)[:100],
            rows=len(found),
            content=_packed(found),
        )
        session.add(row)
        session.flush()
        _forget_all_but_the_last(session, code)
    return done


def differences(before: Rows, after: Rows) -> Iterator[Difference]:
    """What is not the same in both, in the order of the tables."""
    order = {name: number for number, name in enumerate(_MODELS)}
    for place in sorted(before.keys() | after.keys(), key=lambda one: (order[one[0]], str(one[1]))):
        old, new = before.get(place), after.get(place)
        if old is None or new is None:
            yield Difference(*place, old, new)
            continue
        changed = [name for name in new if new[name] != old[name] and name not in _MOVES_ALONE]
        if changed:
            yield Difference(*place, {name: old[name] for name in changed}, {name: new[name] for name in changed})


def _rows(session: Session, code: str) -> Rows:
    """Every row that an import may change, as the database has it."""
    session.flush()
    found: Rows = {}
    for model in _TABLES:
        table = _table(model)
        own = table.c.code if model is Municipality else table.c.municipality_code
        for row in session.execute(select(table).where(own == code)).mappings():
            key = tuple(row[column.name] for column in table.primary_key)
            found[model.__tablename__, key] = dict(row)
    return found


def _table(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


def _packed(found: Iterable[Difference]) -> bytes:
    told = [[one.table, one.key, one.before, one.after] for one in found]
    return zlib.compress(json.dumps(told, ensure_ascii=False, default=_written).encode("utf-8", "surrogatepass"))


def _written(value: Any) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(type(value))


def _unpacked(content: bytes) -> list[Difference]:
    told = json.loads(zlib.decompress(content).decode("utf-8", "surrogatepass"))
    return [
        Difference(table, tuple(key), _read(table, before), _read(table, after)) for table, key, before, after in told
    ]


def _read(table: str, row: Row | None) -> Row | None:
    """Days and moments are such again."""
    if row is None:
        return None
    columns = _table(_MODELS[table]).c
    return {name: _typed(columns[name].type, value) for name, value in row.items() if name in columns}


def _typed(kind: Any, value: Any) -> Any:
    if value is not None and isinstance(kind, UtcDateTime):
        return dt.datetime.fromisoformat(value)
    return dt.date.fromisoformat(value) if value is not None and isinstance(kind, Date) else value


# --- Lists -------------------------------------------------------------------------------------------------------


def recent(session: Session, code: str, moment: dt.datetime) -> list[Taken]:
    """Those that can still be taken back, and those that were, the newest first."""
    row = TakenImport
    wanted = select(row.id, row.taken_at, row.author_name, row.title, row.rows, row.taken_back_at)
    own = wanted.where(row.municipality_code == code, row.taken_at >= moment - KEPT)
    return [Taken(*one) for one in session.execute(own.order_by(row.taken_at.desc(), row.id))]


def forget_old(session: Session, moment: dt.datetime) -> None:
    """Those whose time is over."""
    session.execute(delete(TakenImport).where(TakenImport.taken_at < moment - KEPT))


def _forget_all_but_the_last(session: Session, code: str) -> None:
    """Those that were taken back already go first."""
    row = TakenImport
    newest = select(row.id).where(row.municipality_code == code)
    ordered = newest.order_by(row.taken_back_at.is_not(None), row.taken_at.desc(), row.id)
    more = session.scalars(ordered.offset(MOST_KEPT)).all()
    if more:
        session.execute(delete(TakenImport).where(row.id.in_(more)))


# --- Taking back -------------------------------------------------------------------------------------------------


def take_back(session: Session, code: str, taken_id: str, moment: dt.datetime, author: Author) -> TakenBack:
    """Make the rows what they were before the import, all in the caller's transaction.

    Raises LookupError where it is not (or no longer) kept, and AlreadyTakenBackError.
    """
    town = session.get(Municipality, code, with_for_update=True)
    row = session.scalar(
        select(TakenImport)
        .where(TakenImport.municipality_code == code, TakenImport.id == taken_id)
        .where(TakenImport.taken_at >= moment - KEPT)
        .options(undefer(TakenImport.content))
        .with_for_update()
    )
    if town is None or row is None:
        raise LookupError(taken_id)
    if row.taken_back_at is not None:
        raise AlreadyTakenBackError
    row.taken_back_at = moment
    found, title = _unpacked(row.content), row.title
    work = _Restoring(session, code, moment, author)
    kept(session, code, lambda: work.restore(found), lambda _: f"「{title}」を取り込む前に戻した", moment, author)
    if work.done:
        town.knowledge_version += 1
    return TakenBack(title, work.done, tuple(work.stayed))


class _Restoring:
    """One import on its way back: counts the rows, and names those that stay."""

    def __init__(self, session: Session, code: str, moment: dt.datetime, author: Author) -> None:
        self.session = session
        self.code = code
        self.moment = moment
        self.author = author
        self.done = 0
        self.stayed: list[str] = []

    @cached_property
    def versions(self) -> dict[str, list[EntryVersion]]:
        """The kept versions of every entry: read once, not before each of thousands."""
        return versions_by_entry(self.session, self.code)

    def restore(self, found: Sequence[Difference]) -> None:
        """What was taken away comes back first, and what was brought goes last: a row may refer to it."""
        present = self._present(found)
        for one in found:
            if one.after is None and one.before is not None:
                self._bring_back(one, present.get((one.table, one.key)))
        self.session.flush()
        for one in reversed(found):
            if one.before is not None and one.after is not None:
                self._put_back(one, one.before, present.get((one.table, one.key)))
        for one in reversed(found):
            if one.before is None:
                self._take_away(one, present.get((one.table, one.key)))

    def _present(self, found: Sequence[Difference]) -> dict[tuple[str, Key], Any]:
        """The rows as they are now, read a table at a time."""
        rows: dict[tuple[str, Key], Any] = {}
        for model in {_MODELS[one.table] for one in found}:
            table = _table(model)
            own = table.c.code if model is Municipality else table.c.municipality_code
            for row in self.session.scalars(select(model).where(own == self.code)):
                rows[model.__tablename__, tuple(getattr(row, each.name) for each in table.primary_key)] = row
        return rows

    def _bring_back(self, one: Difference, row: Any) -> None:
        if row is not None:
            self._stay(row, "そのあとに、また作られました")
            return
        self.session.add(_MODELS[one.table](**one.before or {}))
        self.done += 1

    def _put_back(self, one: Difference, before: Row, row: Any) -> None:
        if not _is_as_left(one, row):
            self._stay(row or one, _CHANGED_SINCE)
            return
        if isinstance(row, Plan) and before.get("state") == "draft" and self._refers("source_plan", row.plan_id, _LIVE):
            # It came to be published with what was imported; by now other answers cite it.
            self._stay(row, _USED)
            return
        with self._revised(row):
            for name, value in before.items():
                if name not in _OF_THE_CHANGE:
                    setattr(row, name, value)
        self.done += 1

    def _take_away(self, one: Difference, row: Any) -> None:
        if row is None or (isinstance(row, CuratedColumns) and row.state in ("ended", "deleted")):
            return
        if not _is_as_left(one, row):
            self._stay(row, _CHANGED_SINCE)
        elif self._is_used(row):
            self._stay(row, _USED)
        else:
            self._end(row)
            self.done += 1
        self.session.flush()

    def _end(self, row: Any) -> None:
        """Nothing that residents were answered from is deleted: it ends."""
        if not isinstance(row, CuratedColumns):
            self.session.delete(row)
            return
        with self._revised(row):
            row.state, row.by_staff = "ended", True

    def _revised(self, row: Any) -> AbstractContextManager[None]:
        if isinstance(row, Entry):
            versions = with_present(self.session, row, self.versions.setdefault(row.entry_id, []))
            return revised_on(self.session, row, versions, self.moment, self.author)
        if isinstance(row, CuratedColumns):
            return revised(self.session, row, self.moment, self.author)
        if hasattr(row, "version"):
            row.version += 1
        if hasattr(row, "updated_at"):
            row.updated_at = self.moment
        return nullcontext()

    def _is_used(self, row: Any) -> bool:
        """Whether a row that is in use refers to it."""
        match row:
            case Department():
                return self._refers("department", row.entry_id) or self._is_asked_about(row)
            case Measure():
                return self._refers("measure", row.number) or self._has_below(row.number)
            case Plan():
                return self._refers("source_plan", row.plan_id)
            case _:
                return False

    def _refers(self, column: str, key: str, states: Sequence[str] = IN_USE) -> bool:
        models = (Entry, Indicator, ScheduleItem, Term, Department, Measure)
        for table in (_table(one) for one in models if column in _table(one).c):
            own = select(table.c.municipality_code).where(
                table.c.municipality_code == self.code,
                table.c[column] == key,
                *([table.c.state.in_(states)] if "state" in table.c else []),
            )
            if self.session.execute(own.limit(1)).first() is not None:
                return True
        return False

    def _has_below(self, number: str) -> bool:
        own = select(Measure).where(Measure.municipality_code == self.code, Measure.parent == number)
        return self.session.scalars(own.limit(1)).first() is not None

    def _is_asked_about(self, row: Department) -> bool:
        """Whether residents are sent there; a subject's row has the name of the 課, or its ID."""
        subjects = select(SubjectOffice).where(
            SubjectOffice.municipality_code == self.code, SubjectOffice.department.in_((row.entry_id, row.name))
        )
        town = self.session.get_one(Municipality, self.code)
        return town.contact_department == row.entry_id or self.session.scalars(subjects.limit(1)).first() is not None

    def _stay(self, row: Any, why: str) -> None:
        self.stayed.append(f"{_label(row)}（{why}）")


_CHANGED_SINCE, _USED = "そのあとに変わりました", "ほかで使われています"
_LIVE = ("published", "staff")


def _is_as_left(one: Difference, row: Any) -> bool:
    """Whether it still says what the import made it say, whoever changed it in between, and back."""
    told = (one.after or {}).items()
    return row is not None and all(getattr(row, name) == value for name, value in told if name not in _OF_THE_CHANGE)


def _label(row: Any) -> str:
    """What staff call a row."""
    if isinstance(row, Difference):
        return str(row.key[-1])
    names = ("question", "term", "name", "short_title", "title", "slot", "subject", "path", "entry_id")
    found = next(getattr(row, name) for name in names if getattr(row, name, None))
    return " › ".join(found) if isinstance(found, list) else str(found)
