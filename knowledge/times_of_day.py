"""Times of day as people write them."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

_TIME = re.compile(r"(\d{1,2})(?::(\d{2})(?::\d{2})?|時(?:(\d{1,2})分?|(半))?)")


def time_of_day(text: str) -> dt.time | None:
    """``8:30``, ``8:30:00``, ``8時30分``, ``8時半``; None of nothing.  Raises ValueError."""
    plain = unicodedata.normalize("NFKC", text[:20]).strip()
    if not plain:
        return None
    found = _TIME.fullmatch(plain)
    if found is None:
        raise ValueError(plain)
    hour, minute, minute_said, half = found.groups()
    return dt.time(int(hour), 30 if half else int(minute or minute_said or 0))
