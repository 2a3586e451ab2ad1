"""How months, counts, weekdays and hours stand in the cells of what offices bring: read in every writing they use."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from knowledge.calendar import eras
from knowledge.office_counts import HIGHEST, WEEKDAYS

FIRST_YEAR = 2000
_ERAS = {**eras(), "R": eras()["令和"], "H": eras()["平成"]}
_MONTH = re.compile(r"(?:(令和|平成|R|H)(元|\d{1,2})|(\d{4}))[-/.年](\d{1,2})(?:月|(?:[-/.月]0?1日?))?")
_PLAIN_MONTH = re.compile(r"(\d{4})(\d{2})")
_COUNT = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)件?")
_HOUR = re.compile(r"(\d{1,2})(?::00|時|時台)?(?:[-~〜～から]{1,2}(\d{1,2})(?:(:00|時)|:59)?)?")


def month_of(text: str) -> dt.date:
    """``2026-04``, ``2026年4月``, ``令和8年4月``, ``R8.4``, ``202604`` and its first day.  Raises ValueError."""
    plain = _plain(text)
    if short := _PLAIN_MONTH.fullmatch(plain):
        year, month = int(short[1]), int(short[2])
    elif found := _MONTH.fullmatch(plain):
        era, of_era, western, told = found.groups()
        year = int(western) if western else _ERAS[era] + (1 if of_era == "元" else int(of_era))
        month = int(told)
    else:
        raise ValueError(f"年月は 2026-04 か 令和8年4月 のように書いてください（今は「{text[:20]}」）")
    if not (1 <= month <= 12 and FIRST_YEAR <= year <= 9999):
        raise ValueError(f"「{text[:20]}」という年月はありません。2026-04 か 令和8年4月 のように書いてください")
    return dt.date(year, month, 1)


def count_of(text: str) -> int | None:
    """A count of things: 0 and 「なし」 are counts, nothing at all is None.  Raises ValueError."""
    plain = _plain(text)
    if not plain:
        return None
    if plain in ("なし", "無し", "無"):
        return 0
    found = _COUNT.fullmatch(plain)
    if found is None:
        raise ValueError(
            f"件数は 0 か、それより大きい整数で書いてください（今は「{text[:20]}」）。"
            "一件もなければ 0 か「なし」、分からなければ空にします"
        )
    count = int(found[1].replace(",", ""))
    if count > HIGHEST:
        raise ValueError(f"件数が大きすぎます（{HIGHEST:,}まで。今は「{text[:20]}」）")
    return count


def weekday_of(text: str) -> int:
    """``月``, ``月曜``, ``月曜日``, ``(月)``: 0.  Raises ValueError."""
    plain = _plain(text).strip("()")
    day = plain.removesuffix("日").removesuffix("曜") if len(plain) > 1 else plain
    if len(day) != 1 or day not in WEEKDAYS:
        raise ValueError(f"曜日は「月」か「月曜日」のように書いてください（今は「{text[:20]}」）")
    return WEEKDAYS.index(day)


def hour_of(text: str) -> int:
    """``13``, ``13時``, ``13時台``, ``13:00``, ``13:00〜13:59``, ``13時〜14時``: 13.  Raises ValueError."""
    found = _HOUR.fullmatch(_plain(text))
    hour = int(found[1]) if found else 24
    if found is None or hour > 23 or not _is_one_hour(hour, found):
        raise ValueError(f"時間帯は「13時」か「13:00」のように、1時間ごとに書いてください（今は「{text[:20]}」）")
    return hour


def _is_one_hour(hour: int, found: re.Match[str]) -> bool:
    """Up to the next full hour, or to the minute before it."""
    if found[2] is None:
        return True
    until = int(found[2])
    return until == hour + 1 if found[3] is not None else until in (hour, hour + 1)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
