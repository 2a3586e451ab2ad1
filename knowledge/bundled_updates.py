"""What changed in the content that came with the program, beside what staff have made of it: 採用 or 見送り.

Common entries wait as in ``common_entries``; of a municipality's own content, a row waits here once
staff have changed it.  Both are shown in one list.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge import common_entries
from knowledge.common_content import is_common
from knowledge.comparison import Difference, cell_differences
from knowledge.curated_rows import typed
from knowledge.entry_versions import COMMAND, Author, revised
from knowledge.loading import CURATED, Curated
from knowledge.models import BundledDraft, Municipality
from knowledge.sheet_kinds import KINDS, STATE, STATES
from knowledge.sheet_rows import cells_of, values_of


@dataclass(frozen=True)
class BundledUpdate:
    """A change that waits.  ``department``: the 課 that decides of it; None: the whole municipality."""

    entry_id: str
    kind: str
    title: str
    department: str | None
    noticed_at: dt.datetime
    differences: tuple[Difference, ...]
    withdraws: bool

    @property
    def is_common(self) -> bool:
        return is_common(self.entry_id)

    @property
    def kind_name(self) -> str:
        return KINDS[self.kind].title


def bundled_updates(session: Session, code: str) -> list[BundledUpdate]:
    """All that wait in a municipality, the newest first."""
    wanted = select(BundledDraft).where(BundledDraft.municipality_code == code)
    ordered = wanted.order_by(BundledDraft.noticed_at.desc(), BundledDraft.entry_id)
    return [_update(row, draft) for draft in session.scalars(ordered) if (row := _row(session, draft)) is not None]


def bundled_update(session: Session, code: str, entry_id: str) -> BundledUpdate | None:
    """The one of an entry; None where none waits."""
    draft = session.get(BundledDraft, (code, entry_id))
    row = _row(session, draft) if draft is not None else None
    return _update(row, draft) if row is not None and draft is not None else None


def _row(session: Session, draft: BundledDraft) -> Curated | None:
    table: type[Curated] = CURATED[draft.kind]
    # Session.get is typed for one table; of a union of them it says what they have in common.
    found: Curated | None = session.get(table, (draft.municipality_code, draft.entry_id))  # type: ignore[assignment]
    return found


def _update(row: Curated, draft: BundledDraft) -> BundledUpdate:
    kind = KINDS[draft.kind]
    old, new = _cells(draft.kind, row, {}), _cells(draft.kind, row, draft.values)
    return BundledUpdate(
        row.entry_id,
        draft.kind,
        old[kind.label],
        None if is_common(row.entry_id) else row.entry_id if draft.kind == "departments" else row.department,
        draft.noticed_at,
        tuple(cell_differences(old, new)),
        set(draft.values) == {"state"},
    )


def _cells(name: str, row: Curated, changed: Mapping[str, Any]) -> dict[str, str]:
    """The cells of a row, heading -> text, as they would be with the changed columns."""
    kind = KINDS[name]
    values = values_of(kind, row)
    source = {part: changed.get(f"source_{part}", values["source"][part]) for part in values["source"]}
    values |= {field: typed(field, value) for field, value in changed.items() if field in values} | {"source": source}
    state = str(changed.get("state", row.state))
    return cells_of(kind, values) | {STATE: STATES.get(state, state)}


def adopt_update(session: Session, code: str, entry_id: str, moment: dt.datetime, author: Author = COMMAND) -> None:
    """採用: the proposed text becomes the municipality's.  Raises NoSuchEntryError.

    The row stays the staff's: what changes next is proposed again, and never written over their decision.
    """
    if is_common(entry_id):
        common_entries.adopt(session, code, entry_id, moment, author)
        return
    row, draft = _waiting(session, code, entry_id)
    with revised(session, row, moment, author):
        for name, value in draft.values.items():
            setattr(row, name, typed(name, value))
        row.bundled_digest = draft.digest
    session.delete(draft)
    session.get_one(Municipality, code).knowledge_version += 1


def skip_update(session: Session, code: str, entry_id: str) -> None:
    """見送り: the text stays, and this change does not come back.  Raises NoSuchEntryError."""
    if is_common(entry_id):
        common_entries.skip(session, code, entry_id)
        return
    row, draft = _waiting(session, code, entry_id)
    row.bundled_digest = draft.digest
    session.delete(draft)


def _waiting(session: Session, code: str, entry_id: str) -> tuple[Curated, BundledDraft]:
    draft = session.get(BundledDraft, (code, entry_id), with_for_update=True)
    row = _row(session, draft) if draft is not None else None
    if row is None or draft is None:
        raise common_entries.NoSuchEntryError(entry_id)
    return row, draft
