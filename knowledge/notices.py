"""障害・災害モード: a notice before every answer, from the next one on, until its end comes by itself.

While it is shown, the answers that staff chose are paused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import cast

from sqlalchemy import Select, Table, bindparam, select
from sqlalchemy.orm import Session

from knowledge.models import Entry, Notice
from knowledge.models.base import UtcDateTime

MOST_TEXT = 300
MOST_PAUSED = 500
DRILL, REAL = "【訓練】", "【重要なお知らせ】"

_FRAMES: Mapping[str, tuple[str, str]] = {
    "ja": (f"{REAL}{{}}", f"{DRILL}{{}}（これは訓練です）"),
    "en": ("[Important notice] {}", "[Drill] {} (This is only a drill.)"),
    "easy": ("【大事（だいじ）な お知（し）らせ】{}", "【訓練（くんれん）】{}（これは 訓練（くんれん）です）"),
}
"""How a notice is framed in each language, when it is meant and when it is a drill."""


@dataclass(frozen=True)
class NewNotice:
    """What staff want residents to read.  ``texts``: by language, Japanese at least.

    ``hours``: how long from now; None for as long as the notice that it takes the place of.
    """

    texts: Mapping[str, str]
    hours: int | None
    drill: bool = False
    paused: tuple[str, ...] = ()
    paused_departments: tuple[str, ...] = ()
    drill_pauses: bool = False


def current_notice(session: Session, code: str, moment: dt.datetime) -> Notice | None:
    """The one that is shown at ``moment``."""
    # Asked before every answer, and nearly always none: the whole row is read where there is one.
    if session.execute(_shown_at(), {"town": code, "moment": moment}).first() is None:
        return None
    return session.get(Notice, code)


@cache
def _shown_at() -> Select[str]:
    table, moment = cast(Table, Notice.__table__).c, bindparam("moment", type_=UtcDateTime())
    shown = (table.begins_at <= moment, table.ends_at > moment)
    return select(table.municipality_code).where(table.municipality_code == bindparam("town"), *shown)


def notice_sentences(notice: Notice) -> dict[str, str]:
    """As residents read it, by language; a drill says so before and after."""
    texts = {"ja": notice.text, "en": notice.text_en, "easy": notice.text_easy}
    return {language: _FRAMES[language][notice.drill].format(text) for language, text in texts.items() if text}


def notice_sentence(notice: Notice) -> str:
    """The same in Japanese."""
    return notice_sentences(notice)["ja"]


def paused_entries(session: Session, notice: Notice) -> frozenset[str]:
    """The entries that residents do not get while ``notice`` is shown.  A drill pauses none unless it was to."""
    if notice.drill and not notice.drill_pauses:
        return frozenset()
    if not notice.paused_departments:
        return frozenset(notice.paused)
    of_offices = select(Entry.entry_id).where(
        Entry.municipality_code == notice.municipality_code, Entry.department.in_(notice.paused_departments)
    )
    return frozenset((*notice.paused, *session.scalars(of_offices)))


def begin_notice(session: Session, code: str, new: NewNotice, who: str, moment: dt.datetime) -> Notice:
    """Show ``new`` from now on; what was shown before gives way.  Raises ValueError where no end is told."""
    if new.hours is not None:
        ends_at = moment + dt.timedelta(hours=new.hours)
    elif (before := current_notice(session, code, moment)) is not None:
        ends_at = before.ends_at
    else:
        raise ValueError("no end")
    return session.merge(
        Notice(
            municipality_code=code,
            text=new.texts["ja"],
            text_en=new.texts.get("en") or None,
            text_easy=new.texts.get("easy") or None,
            drill=new.drill,
            begins_at=moment,
            ends_at=ends_at,
            written_by=who,
            paused=list(new.paused),
            paused_departments=list(new.paused_departments),
            drill_pauses=new.drill and new.drill_pauses,
        )
    )


def end_notice(session: Session, code: str) -> bool:
    """Whether there was one."""
    found = session.get(Notice, code)
    if found is not None:
        session.delete(found)
    return found is not None
