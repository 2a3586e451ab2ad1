"""Knowledge as it would be: with drafts, for staff alone, or with chosen texts, asked just as residents ask.

For ためしに聞く, the colleague at the telephone, the test channel and 公開前の影響確認.  Nothing of it
ever reaches ``corpus``, which residents are answered from.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from intents.vectors import Vectors
from knowledge.calendar import today
from knowledge.corpus import Knowledge, State, UnknownMunicipalityError, drafted_answers, read_knowledge
from knowledge.db import Database
from knowledge.digests import short_digest
from knowledge.entry_versions import WAITING, columns_of, state_of_row
from knowledge.index_files import IndexFiles
from knowledge.models import Entry, EntryVersion, Municipality, Plan
from knowledge.recently_used import RecentlyUsed

MOST_ANSWERS = 3_000
"""In memory beside those of residents."""
"""What is not what residents get, and may soon be."""


@dataclass(frozen=True)
class Selection:
    """What is seen beside what residents see: ``drafts`` (the newest of each entry), and entries for staff alone.

    ``departments``: of both only what belongs to these 課; None: all.
    """

    drafts: bool = False
    staff_only: bool = False
    ended: bool = False
    """Whatever is kept, of any day: for the console's list, not for answers."""
    departments: frozenset[str] | None = None

    @property
    def place(self) -> str:
        """The name of the folder of its indexes."""
        names = [name for name in ("drafts", "staff_only", "ended") if getattr(self, name)]
        own = [short_digest(*sorted(self.departments), letters=12)] if self.departments is not None else []
        return "-".join([*names, *own]) or "as-published"

    def reaches(self, department: object) -> bool:
        return self.departments is None or department in self.departments


@dataclass(frozen=True)
class Preview:
    """``knowledge`` to ask, and which of its entries residents do not have: ``drafts`` by version, ``staff_only``."""

    knowledge: Knowledge
    drafts: dict[str, int]
    staff_only: frozenset[str]


@dataclass(frozen=True)
class _Wanted:
    """What a preview was made from."""

    state: State
    drafts: int


class Previews:
    """Previews of every municipality, made on demand and kept until what they show has moved."""

    def __init__(
        self,
        database: Database,
        vectors: Vectors,
        clock: Callable[[], dt.date] = today,
        *,
        index_files: IndexFiles | None = None,
        most_answers: int = MOST_ANSWERS,
    ) -> None:
        self._database, self._vectors, self._clock = database, vectors, clock
        self._files = index_files or IndexFiles(None)
        self._kept = RecentlyUsed[tuple[str, Selection], tuple[_Wanted, Preview]](
            most_answers, size=lambda kept: len(kept[1].knowledge.answers)
        )
        self._making: defaultdict[tuple[str, Selection], threading.Lock] = defaultdict(threading.Lock)

    def current(self, code: str, selection: Selection) -> Preview:
        """What ``selection`` shows now.  Raises UnknownMunicipalityError."""
        return self._made_once(code, selection, self._wanted(code))

    def latest(self, code: str, selection: Selection) -> Preview:
        """What ``selection`` showed when it was last made: nobody waits while it is made anew beside.

        Raises UnknownMunicipalityError.
        """
        wanted = self._wanted(code)
        kept = self._kept.get((code, selection))
        if kept is None:
            return self._made_once(code, selection, wanted)
        if kept[0] != wanted and not self._making[code, selection].locked():
            given = (code, selection, wanted)
            threading.Thread(target=self._made_once, args=given, name="preview", daemon=True).start()
        return kept[1]

    def _wanted(self, code: str) -> _Wanted:
        day = self._clock()
        with self._database.reading() as session:
            return _wanted(session, code, day)

    def _made_once(self, code: str, selection: Selection, wanted: _Wanted) -> Preview:
        with self._making[code, selection]:
            kept = self._kept.get((code, selection))
            if kept is not None and kept[0] == wanted:
                return kept[1]
            with self._database.reading() as session:
                # What moved since ``wanted`` was read is in it, and is known by this.
                wanted = _wanted(session, code, wanted.state.day)
                waiting = [
                    version
                    for version in (waiting_versions(session, code) if selection.drafts else ())
                    if selection.reaches(version.content.get("department"))
                ]
                place = f"{code}/{selection.place}"
                made = self._made(session, code, wanted.state.day, waiting, selection, place)
            self._kept.put((code, selection), (wanted, made))
            return made

    def with_versions(
        self,
        code: str,
        versions: Iterable[EntryVersion],
        day: dt.date | None = None,
        *,
        without: Collection[str] = (),
    ) -> Preview:
        """What residents would be answered from if ``versions`` were live (on ``day``); kept nowhere.

        ``without``: the entries that would have ended.

        Raises UnknownMunicipalityError.
        """
        with self._database.reading() as session:
            _wanted(session, code, day or self._clock())
            place = f"{code}/replay"
            return self._made(session, code, day or self._clock(), versions, Selection(drafts=True), place, without)

    def _made(
        self,
        session: Session,
        code: str,
        day: dt.date,
        versions: Iterable[EntryVersion],
        selection: Selection,
        place: str,
        without: Collection[str] = (),
    ) -> Preview:
        chosen = {version.entry_id: version for version in versions}
        entries = [
            entry
            for entry in _entries(session, code, chosen, selection)
            if _is_seen(entry, day, selection) and entry.entry_id not in without
        ]
        return Preview(
            read_knowledge(session, code, day, self._vectors, self._files, entries=entries, place=place),
            {entry.entry_id: entry.version for entry in entries if entry.entry_id in chosen},
            frozenset(entry.entry_id for entry in entries if entry.state == "staff"),
        )


def _wanted(session: Session, code: str, day: dt.date) -> _Wanted:
    town = session.get(Municipality, code)
    if town is None:
        raise UnknownMunicipalityError(code)
    return _Wanted(State(town.knowledge_version, town.learned_version, day), town.drafts_version)


def waiting_versions(session: Session, code: str) -> list[EntryVersion]:
    """The versions that somebody works at, or that wait for their moment: the newest of each entry comes last."""
    found = select(EntryVersion).where(EntryVersion.municipality_code == code, EntryVersion.state.in_(WAITING))
    return list(session.scalars(found.order_by(EntryVersion.number)))


def _entries(session: Session, code: str, chosen: dict[str, EntryVersion], selection: Selection) -> list[Entry]:
    """The entries, those of ``chosen`` with its text, in the order of their ids."""
    states = ("published", "staff", "draft", "ended") if selection.ended else ("published", "staff")
    rows = session.scalars(select(Entry).where(Entry.municipality_code == code, Entry.state.in_(states)))
    entries = [*(row for row in rows if row.entry_id not in chosen), *map(as_entry, chosen.values())]
    plans = set(session.scalars(select(Plan.plan_id).where(Plan.municipality_code == code)))
    # What ended long ago may be taken from a plan that is no longer there.
    return sorted((entry for entry in entries if entry.source_plan in plans), key=lambda entry: entry.entry_id)


def drafted(session: Session, knowledge: Knowledge, version: EntryVersion) -> Knowledge:
    """``knowledge`` with a version in place of its entry: to be shown by its id; no question finds it."""
    (made,) = drafted_answers(session, knowledge, [as_entry(version)])
    return replace(knowledge, answers={**knowledge.answers, made.entry_id: made})


def as_entry(version: EntryVersion) -> Entry:
    """The row that a version would be; it belongs to no session."""
    return Entry(
        municipality_code=version.municipality_code,
        entry_id=version.entry_id,
        version=version.number,
        state=state_of_row(version.audience),
        by_staff=True,
        updated_at=version.created_at,
        **columns_of(version.content),
    )


def _is_seen(entry: Entry, day: dt.date, selection: Selection) -> bool:
    if selection.ended:
        return True
    begun = entry.valid_from is None or entry.valid_from <= day
    lasts = entry.valid_until is None or entry.valid_until >= day
    seen = entry.state == "published" or (selection.staff_only and selection.reaches(entry.department))
    return begun and lasts and seen
