"""The versions of an entry: kept at every change, whoever or whatever makes it.

``entries`` holds what residents are answered from.  Whatever changes a row of it does so within
``revised``, which keeps the text that was there and the one that came.  A row that has never been
changed since it was loaded needs no version beside it: it is the only one.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from knowledge.curated_rows import plain, typed
from knowledge.digests import short_digest
from knowledge.models import Entry, EntryVersion
from knowledge.models.base import CuratedColumns
from knowledge.sheet_kinds import KINDS
from knowledge.sheet_rows import row_values, values_of

PUBLIC, STAFF = "public", "staff"
"""Audiences: 公開, 職員のみ.  The row of an entry for staff alone has the state ``staff``."""
AUDIENCES: Mapping[str, str] = {PUBLIC: "公開", STAFF: "職員のみ"}

OPEN = ("draft", "requested", "returned")
WAITING = (*OPEN, "approved")
"""States of what somebody works at, or what waits for its moment."""
"""What somebody is still working at: of an entry, one version at most."""
STATES: Mapping[str, str] = {
    "draft": "下書き",
    "requested": "承認依頼中",
    "returned": "差戻し",
    "approved": "公開予約",
    "published": "公開",
    "replaced": "前の版",
    "withdrawn": "取り下げ",
    "ended": "公開終了",
}

_OF_ROW = {"published": "published", "staff": "published", "draft": "draft", "ended": "ended", "deleted": "withdrawn"}
"""The state of a version that is the row."""
_OVERTAKEN = (
    "予約のあとに第{number}版ができたため、予約を取り消しました。"
    "第{number}版をもとに書き直し、もう一度承認を受けてください"
)


@dataclass(frozen=True)
class Author:
    """Who makes a version: an account's id with the name shown, or, without an id, what did it."""

    name: str
    account: str | None = None


BUNDLED = Author("同梱の内容")
SHEET = Author("表の取り込み")
LIST = Author("一覧の取り込み")
COMMAND = Author("コマンド")
EARLIER = Author("記録を始める前の職員")
"""The text that was there when the first version was kept."""


def content_of(row: Entry) -> dict[str, Any]:
    """What a row says, as StaffEntry writes it."""
    return {name: plain(value) for name, value in values_of(KINDS["entries"], row).items()}


def columns_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of ``entries`` for the content of a version."""
    return {name: typed(name, value) for name, value in row_values(dict(content)).items()}


def state_of_row(audience: str) -> str:
    """The state of the row while a version for this audience is live."""
    return "staff" if audience == STAFF else "published"


def versions_of(session: Session, code: str, entry_id: str) -> list[EntryVersion]:
    """The kept versions of an entry, the oldest first."""
    wanted = select(EntryVersion).where(EntryVersion.municipality_code == code, EntryVersion.entry_id == entry_id)
    return list(session.scalars(wanted.order_by(EntryVersion.number)))


def versions_by_entry(
    session: Session, code: str, wanted_entries: Select[str] | None = None
) -> dict[str, list[EntryVersion]]:
    """The kept versions of every entry, or of those wanted, the oldest first: for changes of thousands of answers in
    one transaction.
    """
    found: dict[str, list[EntryVersion]] = {}
    wanted = select(EntryVersion).where(EntryVersion.municipality_code == code)
    if wanted_entries is not None:
        wanted = wanted.where(EntryVersion.entry_id.in_(wanted_entries))
    for version in session.scalars(wanted.order_by(EntryVersion.entry_id, EntryVersion.number)):
        found.setdefault(version.entry_id, []).append(version)
    return found


def history(session: Session, code: str, entry_id: str) -> list[EntryVersion]:
    """All versions of an entry, the newest first; of one that was never changed, its row as the only one."""
    kept = versions_of(session, code, entry_id)
    row = session.get(Entry, (code, entry_id))
    if not kept and row is not None:
        return [_version(row, EARLIER if row.by_staff else BUNDLED, row.updated_at)]
    return kept[::-1]


def next_number(row: Entry | None, kept: Sequence[EntryVersion]) -> int:
    return max([row.version if row is not None else 0, *(version.number for version in kept)]) + 1


def keep_present(session: Session, row: Entry) -> list[EntryVersion]:
    """The versions of a row's entry, with the row itself among them."""
    return with_present(session, row, versions_of(session, row.municipality_code, row.entry_id))


def with_present(session: Session, row: Entry, kept: list[EntryVersion]) -> list[EntryVersion]:
    """``kept`` with the row itself among them."""
    if all(version.number != row.version for version in kept):
        present = _version(row, EARLIER if row.by_staff else BUNDLED, row.updated_at)
        session.add(present)
        kept.append(present)
    return kept


def added(session: Session, row: Entry, author: Author) -> None:
    """Keep a row that staff have just brought, as the first version."""
    session.add(row)
    session.add(_version(row, author, row.updated_at))


@contextmanager
def revised(session: Session, row: CuratedColumns, moment: dt.datetime, author: Author) -> Iterator[None]:
    """Change ``row`` within: the version moves, and of an entry the old text and the new one are kept."""
    if not isinstance(row, Entry):
        yield
        row.version, row.updated_at = row.version + 1, moment
        return
    with revised_on(session, row, keep_present(session, row), moment, author):
        yield


@contextmanager
def revised_on(
    session: Session, row: Entry, kept: list[EntryVersion], moment: dt.datetime, author: Author
) -> Iterator[None]:
    """The same where the entry's versions, the row's own among them, are known: the new one becomes the last."""
    before = next(version for version in kept if version.number == row.version)
    yield
    row.version, row.updated_at = next_number(row, kept), moment
    made = _version(row, author, moment)
    made.based_on, made.staff_note = before.number, before.staff_note
    if before.state in OPEN:
        before.state = "replaced"
    session.add(made)
    make_way(kept, made, moment)
    kept.append(made)


def text_digest(version: EntryVersion | None) -> str | None:
    """A mark of all that a version says, for the audit log; None of no version."""
    if version is None:
        return None
    written = [version.content, version.audience, version.staff_note]
    return short_digest(json.dumps(written, ensure_ascii=True, sort_keys=True), letters=32)


def decision(version: EntryVersion) -> tuple[str, str] | None:
    """Who decided about a version, and what: (``承認した人``, name).  None where nobody has, or nobody any more."""
    deputy = "（代理承認）" if version.deputy else ""
    if version.urgent and version.confirmation == "given":
        return "事後承認した人", version.confirmed_name or ""
    if version.urgent and version.confirmation == "refused":
        return "不承認にした人", version.confirmed_name or ""
    if version.decided_name is None:
        return None
    if version.state in _DECIDED:
        return _DECIDED[version.state], version.decided_name + deputy
    was_approved = version.state == "approved" or version.live_from is not None
    return ("承認した人", version.decided_name + deputy) if was_approved else None


_DECIDED = {"returned": "差し戻した人", "withdrawn": "取り下げた人", "ended": "公開を終えた人"}


def overtaken(row: Entry | None, version: EntryVersion, by_number: Mapping[int, EntryVersion]) -> bool:
    """Whether what is answered from, or was until it ended, came to be without ``version`` knowing of it."""
    return row is not None and row.state != "draft" and row.version not in chain(version, by_number)


def make_way(kept: Sequence[EntryVersion], made: EntryVersion, moment: dt.datetime) -> None:
    """What was live until ``made`` came is no longer; what was booked or begun without it goes back, or stands back."""
    others = [version for version in kept if version is not made]
    for version in others:
        if version.state == "published":
            version.state, version.live_until = "replaced", moment
    if made.state in OPEN:
        for version in others:
            if version.state in OPEN:
                version.state = "replaced"
        return
    by_number = {version.number: version for version in (*kept, made)}
    for version in others:
        if version.state == "approved" and made.number not in chain(version, by_number):
            send_back(version, others, _OVERTAKEN.format(number=made.number), moment)


def send_back(version: EntryVersion, others: Sequence[EntryVersion], reason: str, moment: dt.datetime) -> None:
    """Take a booking back; where somebody writes on that text already, theirs is the one to work at.

    It is nobody's decision unless the caller says whose: whoever approved it did not send it back.
    """
    version.decided_by, version.decided_name, version.decided_at, version.deputy = None, None, moment, False
    written_on = any(other.state in OPEN and other.number > version.number for other in others)
    version.state, version.reason = "replaced" if written_on else "returned", reason
    for other in others:
        if other.state in OPEN and other.number < version.number:
            other.state = "replaced"


def chain(version: EntryVersion, by_number: Mapping[int, EntryVersion]) -> tuple[int, ...]:
    """The numbers of a version and of all that it was written on, the newest first."""
    found: list[int] = []
    number: int | None = version.number
    while number is not None and number not in found:
        found.append(number)
        under = by_number.get(number)
        number = under.based_on if under is not None else None
    return tuple(found)


def _version(row: Entry, author: Author, moment: dt.datetime) -> EntryVersion:
    """The version that a row is."""
    live = row.state in ("published", "staff")
    return EntryVersion(
        municipality_code=row.municipality_code,
        entry_id=row.entry_id,
        number=row.version,
        state=_OF_ROW[row.state],
        content=content_of(row),
        audience=STAFF if row.state == "staff" else PUBLIC,
        staff_note="",
        author=author.account,
        author_name=author.name,
        created_at=moment,
        deputy=False,
        urgent=False,
        live_from=moment if live else None,
    )
