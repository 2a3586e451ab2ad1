"""A way of asking that residents use, added to an answer: a draft like any other change."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from intents.text import normalize
from knowledge.approval import Actor
from knowledge.entry_checks import MayOpen
from knowledge.entry_versions import OPEN, history
from knowledge.models import Entry, EntryVersion
from knowledge.publishing import NoSuchVersionError, Text, save_draft


class WordingError(ValueError):
    """The wording cannot be added; the message is for staff and says what they can do."""


def add_wording(
    session: Session,
    code: str,
    entry_id: str,
    wording: str,
    actor: Actor,
    moment: dt.datetime,
    may_open: MayOpen = lambda *_: True,
) -> EntryVersion:
    """Keep a draft of the entry that has ``wording`` among its phrasings, on top of what is being written already.

    Raises WordingError, LookupError, and what ``save_draft`` raises.
    """
    base = _base(session, code, entry_id)
    content = dict(base.content)
    known = [str(content["question"]), *content.get("phrasings", ())]
    if normalize(wording) in map(normalize, known):
        raise WordingError(f"「{content['question']}」には、この言い方がもうあります")
    content["phrasings"] = [*content.get("phrasings", ()), wording]
    text = Text(
        content,
        base.audience,
        base.staff_note,
        base.publish_at if base.state in OPEN else None,
        base.end_at if base.state in OPEN else None,
        base.document_number if base.state in OPEN else None,
        base.decided_on if base.state in OPEN else None,
    )
    return save_draft(session, code, text, actor, moment, based_on=base.number, may_open=may_open)


def _base(session: Session, code: str, entry_id: str) -> EntryVersion:
    """What somebody is writing, or else what is answered from."""
    row = session.get(Entry, (code, entry_id))
    kept = history(session, code, entry_id)
    found = next((version for version in kept if version.state in OPEN), None)
    found = found or next((version for version in kept if row is not None and version.number == row.version), None)
    if found is None:
        raise NoSuchVersionError(f"「{entry_id}」という答えはありません（一覧から開き直してください）")
    return found
