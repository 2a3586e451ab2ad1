"""Moments as staff write them: a day in any way of the sheets, and a time in Japan."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from bot.console.forms import day_of, text
from knowledge.calendar import JST

_MOMENT = re.compile(
    r"\A(?P<day>.*?\d日?)(?:[T\s]+(?P<hour>\d{1,2})(?::(?P<minute>\d{2})|時(?:(?P<after>\d{1,2})分)?))?"
)
HINT = "日本時間です。例 2026-04-01 08:30。時刻がなければ 0:00 になります"
END_HINT = "時刻がなければ、その日の 0:00 に終わります。その日いっぱい出すときは 2027-03-31 24:00 のように書きます"


def moment(name: str, errors: dict[str, str]) -> dt.datetime | None:
    """A field with a moment, in UTC; None where it is empty, or cannot be read (``errors`` tell why)."""
    return moment_of(text(name, 60), name, errors)


def moment_of(given: str, name: str, errors: dict[str, str]) -> dt.datetime | None:
    plain = unicodedata.normalize("NFKC", given).strip()
    if not plain:
        return None
    found = _MOMENT.fullmatch(plain)
    day = day_of(found["day"], name, errors) if found else None
    if found is None or day is None:
        errors[name] = "日時は 2026-04-01 08:30 か 令和8年4月1日 8:30 のように書いてください"
        return None
    hour, minute = int(found["hour"] or 0), int(found["minute"] or found["after"] or 0)
    if (hour, minute) == (24, 0) and day < dt.date.max:
        # As officials write the end of a day.
        day, hour = day + dt.timedelta(days=1), 0
    try:
        time = dt.time(hour, minute)
    except ValueError:
        errors[name] = "時刻は 0:00 から 24:00 までで書いてください"
        return None
    return dt.datetime.combine(day, time, JST).astimezone(dt.UTC)


def moment_text(given: dt.datetime | None) -> str:
    """As the field shows it."""
    return f"{given.astimezone(JST):%Y-%m-%d %H:%M}" if given is not None else ""
