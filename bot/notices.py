"""The notice of a disaster or an outage, before whatever is said, on every channel."""

from __future__ import annotations

import datetime as dt

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.replies import Reply, with_opening
from knowledge.db import Database
from knowledge.notices import current_notice, notice_sentence

_log = structlog.get_logger("notices")


def notice_now(database: Database, code: str, moment: dt.datetime) -> str | None:
    """What to say first.  Read anew each time: it must reach residents without a restart, and end by itself."""
    try:
        with database.reading() as session:
            found = current_notice(session, code, moment)
    except SQLAlchemyError as error:
        # The answer goes out without it rather than not at all.
        _log.error("notice_not_read", municipality=code, error=type(error).__name__)
        return None
    return notice_sentence(found) if found is not None else None


def with_notice(database: Database, code: str, reply: Reply, moment: dt.datetime) -> Reply:
    sentence = notice_now(database, code, moment)
    return with_opening(reply, sentence) if sentence else reply
