"""障害・災害モード: a notice before every answer, from the next one on, until its end comes by itself."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from knowledge.models import Notice

MOST_TEXT = 300
DRILL, REAL = "【訓練】", "【重要なお知らせ】"


def current_notice(session: Session, code: str, moment: dt.datetime) -> Notice | None:
    """The one that is shown at ``moment``."""
    found = session.get(Notice, code)
    return found if found is not None and found.begins_at <= moment < found.ends_at else None


def notice_sentence(notice: Notice) -> str:
    """As residents read it; a drill says so before and after."""
    return f"{DRILL}{notice.text}（これは訓練です）" if notice.drill else f"{REAL}{notice.text}"


def begin_notice(
    session: Session, code: str, text: str, who: str, moment: dt.datetime, hours: int, *, drill: bool
) -> Notice:
    """Show ``text`` from now on; what was shown before gives way."""
    return session.merge(
        Notice(
            municipality_code=code,
            text=text,
            drill=drill,
            begins_at=moment,
            ends_at=moment + dt.timedelta(hours=hours),
            written_by=who,
        )
    )


def end_notice(session: Session, code: str) -> bool:
    """Whether there was one."""
    found = session.get(Notice, code)
    if found is not None:
        session.delete(found)
    return found is not None
