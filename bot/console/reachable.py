"""Which answers, needs and rows the person may open: a page links to those alone, and merely names the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.console.answer_desk import may_open
from bot.console.guard import person
from knowledge.models import Entry
from knowledge.roles import Role


def may_open_of(code: str) -> Callable[[str | None], bool]:
    """Whether the person may open what belongs to a 課 (None: to none): what is of another is not there for them."""
    me = person()
    return lambda department: me.reaches(Role.VIEWER, code, department)


def openable_answers(session: Session, code: str, entry_ids: Iterable[str]) -> frozenset[str]:
    """Those whose page the person may open, of their own 課 or of a 関係課."""
    opens = may_open(code)
    return frozenset(
        entry_id for entry_id, department, related in _rows(session, code, entry_ids) if opens(department, related)
    )


def editable_answers(session: Session, code: str, entry_ids: Iterable[str]) -> frozenset[str]:
    """Those that the person may write on."""
    me = person()
    return frozenset(
        entry_id
        for entry_id, department, _ in _rows(session, code, entry_ids)
        if me.reaches(Role.EDITOR, code, department)
    )


def _rows(session: Session, code: str, entry_ids: Iterable[str]) -> list[tuple[str, str | None, list[str]]]:
    wanted = select(Entry.entry_id, Entry.department, Entry.related_departments).where(
        Entry.municipality_code == code, Entry.entry_id.in_(sorted(set(entry_ids)))
    )
    return [(entry_id, department, related) for entry_id, department, related in session.execute(wanted)]
