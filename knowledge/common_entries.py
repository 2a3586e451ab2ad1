"""Common entries in a municipality's knowledge: adopted at first sight, changed only by its staff.

A common entry becomes a row of the municipality's own entries.  What later changes of it say waits
beside it as 共通回答の更新, until staff adopt it (採用) or pass it over (見送り).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.bundle import COMMON_PREFIX, Bundle, BundleError
from knowledge.common_content import CommonContent
from knowledge.curated_rows import NOT_LOADED, digest_of, flat, plain, typed
from knowledge.entry_versions import BUNDLED, COMMAND, Author, revised
from knowledge.models import BundledDraft, Entry, Municipality, Plan
from knowledge.slot_values import load_bundled

ENDED = "ended"
WITHDRAWN: dict[str, Any] = {"state": ENDED}
"""What a draft changes where the common entry is no longer kept."""

State = Literal["使用中", "使わない", "更新あり"]


class NoSuchEntryError(LookupError):
    """The municipality has no common entry, or no update of one, by this id."""


@dataclass(frozen=True)
class CommonState:
    """A common entry as a municipality has it."""

    entry_id: str
    question: str
    state: State
    by_staff: bool
    used: bool
    answer: str


@dataclass(frozen=True)
class CommonUpdate:
    """A change that waits for staff.  ``differences``: field -> (here now, proposed)."""

    entry_id: str
    question: str
    noticed_at: dt.datetime
    differences: tuple[tuple[str, Any, Any], ...]

    @property
    def withdraws(self) -> bool:
        return [name for name, _, _ in self.differences] == ["state"]


def load_common(session: Session, bundle: Bundle, content: CommonContent, moment: dt.datetime) -> Counter[str]:
    """Bring the common entries to one municipality, within the caller's transaction.

    Counts what LoadReport counts, and ``frame`` where its plans or slots changed.  Raises BundleError.
    """
    code = bundle.municipality.code
    counts: Counter[str] = Counter()
    counts["frame"] += _load_plans(session, code, content)
    counts["frame"] += load_bundled(session, code, bundle.municipality.slots, content.slots, moment)
    off = set(bundle.municipality.common_off)
    if unknown := off - {entry.id for entry in content.entries}:
        raise BundleError([f"municipality.yaml: common_off: 知らない共通の答えです: {one}" for one in sorted(unknown)])
    rows = common_rows(session, code)
    for entry in content.entries:
        row = rows.get(entry.id)
        if entry.id in off:
            counts["withdrawn"] += _switch(session, row, ENDED, moment)
            continue
        values, digest = flat(entry.model_dump(exclude={"id"} | NOT_LOADED)), digest_of(entry)
        if row is None:
            session.add(_new_row(code, entry.id, values, digest, moment))
            counts["added"] += 1
            continue
        counts["updated"] += _switch(session, row, "published", moment)
        proposed = flat(entry.model_dump(mode="json", exclude={"id"} | NOT_LOADED))
        drafted = _propose(session, row, proposed, digest, moment)
        counts["drafts"] += drafted
        counts["left_to_staff" if drafted or row.by_staff else "unchanged"] += 1
    kept = {entry.id for entry in content.entries}
    for entry_id, row in rows.items():
        if entry_id not in kept and row.state == "published":
            counts["drafts"] += _propose(session, row, WITHDRAWN, "withdrawn", moment)
    return counts


def _load_plans(session: Session, code: str, content: CommonContent) -> bool:
    """The common sources as plans of the municipality; whether they changed."""
    changed = False
    for plan in content.plans:
        values = plan.model_dump(exclude={"id"} | NOT_LOADED)
        row = session.get(Plan, (code, plan.id))
        if row is None:
            session.add(Plan(municipality_code=code, plan_id=plan.id, **values))
        elif all(getattr(row, name) == value for name, value in values.items()):
            continue
        else:
            for name, value in values.items():
                setattr(row, name, value)
        changed = True
    return changed


def _new_row(code: str, entry_id: str, values: dict[str, Any], digest: str, moment: dt.datetime) -> Entry:
    return Entry(
        municipality_code=code,
        entry_id=entry_id,
        bundled_digest=digest,
        version=1,
        state="published",
        by_staff=False,
        updated_at=moment,
        **values,
    )


def _switch(session: Session, row: Entry | None, state: str, moment: dt.datetime) -> bool:
    """Follow the folder's ``common_off``, unless staff decided; whether the row changed."""
    if row is None or row.by_staff or row.state == state:
        return False
    with revised(session, row, moment, BUNDLED):
        row.state = state
    return True


def _propose(session: Session, row: Entry, proposed: dict[str, Any], digest: str, moment: dt.datetime) -> int:
    """Put a change beside what the municipality has; 1 where it is a new one."""
    key = (row.municipality_code, row.entry_id)
    draft = session.get(BundledDraft, key)
    if row.bundled_digest == digest:
        if draft is not None:
            session.delete(draft)
        return 0
    if draft is not None and draft.digest == digest:
        return 0
    now = {name: plain(getattr(row, name)) for name in proposed}
    session.merge(
        BundledDraft(
            municipality_code=row.municipality_code,
            entry_id=row.entry_id,
            kind="entries",
            values=proposed,
            differences={name: [now[name], value] for name, value in proposed.items() if now[name] != value},
            digest=digest,
            noticed_at=moment,
        )
    )
    return 1


def common_rows(session: Session, code: str) -> dict[str, Entry]:
    """The common entries as a municipality has them, by id."""
    chosen = select(Entry).where(
        Entry.municipality_code == code,
        Entry.entry_id.startswith(COMMON_PREFIX),
        Entry.source_plan.startswith(COMMON_PREFIX),
    )
    return {row.entry_id: row for row in session.scalars(chosen.order_by(Entry.entry_id))}


def _drafts(session: Session, code: str) -> dict[str, BundledDraft]:
    chosen = select(BundledDraft).where(
        BundledDraft.municipality_code == code, BundledDraft.entry_id.startswith(COMMON_PREFIX)
    )
    return {row.entry_id: row for row in session.scalars(chosen.order_by(BundledDraft.entry_id))}


def common_states(session: Session, code: str) -> list[CommonState]:
    """Every common entry here, in the order of ids.  Raises LookupError for an unknown municipality."""
    _existing(session, code)
    drafts = _drafts(session, code)
    return [
        CommonState(
            row.entry_id,
            row.question,
            "更新あり" if row.entry_id in drafts else "使用中" if row.state == "published" else "使わない",
            row.by_staff,
            row.state == "published",
            row.answer,
        )
        for row in common_rows(session, code).values()
    ]


def common_updates(session: Session, code: str, entry_id: str | None = None) -> list[CommonUpdate]:
    """The changes that wait, all or of one entry.  Raises NoSuchEntryError, or LookupError."""
    _existing(session, code)
    rows, drafts = common_rows(session, code), _drafts(session, code)
    if entry_id is not None and entry_id not in drafts:
        raise NoSuchEntryError(entry_id)
    return [
        CommonUpdate(
            draft.entry_id,
            rows[draft.entry_id].question,
            draft.noticed_at,
            _differences(rows[draft.entry_id], draft),
        )
        for draft in drafts.values()
        if entry_id in (None, draft.entry_id)
    ]


def _differences(row: Entry, draft: BundledDraft) -> tuple[tuple[str, Any, Any], ...]:
    """Against the row as it is now: staff may have changed it since the change was noticed."""
    found = ((name, plain(getattr(row, name)), new) for name, new in draft.values.items())
    return tuple((name, old, new) for name, old, new in found if old != new)


def adopt(session: Session, code: str, entry_id: str, moment: dt.datetime, author: Author = COMMAND) -> None:
    """採用: the municipality's text becomes the proposed one.  Raises NoSuchEntryError."""
    municipality = _existing(session, code)
    row, draft = _waiting(session, code, entry_id)
    with revised(session, row, moment, author):
        for name, value in draft.values.items():
            setattr(row, name, typed(name, value))
        row.by_staff = "state" in draft.values
        row.bundled_digest = draft.digest
    session.delete(draft)
    municipality.knowledge_version += 1


def skip(session: Session, code: str, entry_id: str) -> None:
    """見送り: the text stays, and this change does not come back.  Raises NoSuchEntryError."""
    _existing(session, code)
    row, draft = _waiting(session, code, entry_id)
    row.bundled_digest = draft.digest
    session.delete(draft)


def switch_by_staff(
    session: Session, code: str, entry_id: str, *, on: bool, moment: dt.datetime, author: Author = COMMAND
) -> None:
    """Use a common entry here, or not.  Raises NoSuchEntryError."""
    municipality = _existing(session, code)
    row = session.get(Entry, (code, entry_id), with_for_update=True)
    if row is None or not entry_id.startswith(COMMON_PREFIX):
        raise NoSuchEntryError(entry_id)
    with revised(session, row, moment, author):
        row.state, row.by_staff = "published" if on else ENDED, True
    municipality.knowledge_version += 1


def _waiting(session: Session, code: str, entry_id: str) -> tuple[Entry, BundledDraft]:
    row = session.get(Entry, (code, entry_id), with_for_update=True)
    draft = session.get(BundledDraft, (code, entry_id))
    if row is None or draft is None or not entry_id.startswith(COMMON_PREFIX):
        raise NoSuchEntryError(entry_id)
    return row, draft


def _existing(session: Session, code: str) -> Municipality:
    row = session.get(Municipality, code)
    if row is None:
        raise LookupError(code)
    return row
