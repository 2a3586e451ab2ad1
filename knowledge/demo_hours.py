"""Opening hours for counting: those of the municipality, or invented ones beside an invented year.

Residents are never told of the invented ones: replies read knowledge.opening_places, and nothing is kept of them.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from knowledge.demo_data import demo_data
from knowledge.opening_hours import NO_HOURS, OpeningHours, Place, Span
from knowledge.opening_places import opening_hours

_WORKDAY = Span(dt.time(8, 30), dt.time(17, 15))
_WEEKDAYS, _FREE_DAYS = 5, 2
HOURS_NAME = "見本の受付時間（平日8:30〜17:15、祝日と年末年始は休み）"
_INVENTED = OpeningHours((Place(1, HOURS_NAME, (), (_WORKDAY,) * _WEEKDAYS + (None,) * _FREE_DAYS),))


def counting_hours(session: Session, code: str, last: dt.date | None = None) -> OpeningHours:
    """By which is told what came outside of them; of a period, where its ``last`` day is named.

    The municipality's own where it has entered any.  What ended before the invented year is never counted by others.
    """
    own = opening_hours(session, code)
    if own:
        return own
    told = demo_data(session, code)
    is_of_the_year = told is not None and (last is None or last >= told.first_on)
    return _INVENTED if is_of_the_year else NO_HOURS


def counts_by_invented_hours(session: Session, code: str) -> bool:
    """Whether pages are to say so."""
    return counting_hours(session, code) is _INVENTED
