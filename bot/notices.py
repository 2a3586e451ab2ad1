"""The notice of a disaster or an outage, before whatever is said, on every channel."""

from __future__ import annotations

import datetime as dt

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.circumstances import Circumstances, ShownNotice
from bot.replies import Reply, with_opening
from knowledge.db import Database
from knowledge.notices import current_notice, notice_sentences, paused_entries

_log = structlog.get_logger("notices")


def circumstances(database: Database, code: str, moment: dt.datetime) -> Circumstances:
    """What holds for residents of ``code`` now.

    The notice is read anew each time: it must reach residents without a restart, and end by itself.
    """
    try:
        with database.glancing() as session:
            found = current_notice(session, code, moment)
            paused = paused_entries(session, found) if found is not None else frozenset()
    except SQLAlchemyError as error:
        # The answer goes out without it rather than not at all.
        _log.error("notice_not_read", municipality=code, error=type(error).__name__)
        return Circumstances(moment)
    return Circumstances(moment, ShownNotice(notice_sentences(found), paused) if found is not None else None)


def with_notice(reply: Reply, around: Circumstances) -> Reply:
    """``reply`` with what must be read before it, in its language."""
    return with_opening(reply, around.notice.text_in(reply.language)) if around.notice else reply
