"""Asking for the approval of a change of tables: what the pages share on which such a change begins."""

from __future__ import annotations

from flask import abort, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.console.authors import author
from bot.console.forms import tell
from bot.console.guard import actor, person
from bot.services import services
from knowledge.calendar import now
from knowledge.change_approval import may_at_once, may_reopen
from knowledge.change_requests import ask, asked, found, rules_of
from knowledge.models import ChangeRequest
from knowledge.proposed_changes import Proposal

FIELD = "request"
"""Of the request that was sent back and is asked for again: in the address of the form, and in the form."""


class NotAtOnceError(Exception):
    """The change needs somebody's approval first."""


def is_asked() -> bool:
    """Whether the button is 承認を依頼する."""
    return "ask" in request.form


def does_at_once(session: Session, code: str, *, approves: bool, public: bool) -> bool:
    return may_at_once(rules_of(session, code), approves=approves, public=public)


def reopened(code: str, kind: str, named: str | None = None) -> ChangeRequest | None:
    """The person's own request that was sent back, where the address (or ``named``) says which.

    404 where it is none of theirs.
    """
    wanted = (named or request.values.get(FIELD, ""))[:36]
    if not wanted:
        return None
    with services().database.reading() as session:
        row = found(session, code, wanted)
    if row is None or row.kind != kind or not may_reopen(asked(row), str(person().account_id)):
        abort(404)
    return row


def ask_for(session: Session, code: str, proposal: Proposal, shown: str | None = None) -> str | None:
    """Keep the change for who approves; the address of its page, None where there is nothing to change."""
    again = request.values.get(FIELD, "")[:36] or None
    made = ask(session, code, proposal, author(), actor(), now(), again=again, shown=shown)
    return url_for("console.changes.change", code=code, request_id=made.id) if made is not None else None


def told(address: str | None, unchanged: str) -> Response:
    """On to the page of the request, or back where nothing changes."""
    if address is None:
        tell("変わったところはありません。")
        return redirect(unchanged, 303)
    tell("承認を依頼しました。承認されるまで、住民には今のままの内容が出ます。")
    return redirect(address, 303)
