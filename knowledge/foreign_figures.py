"""Translations as the source check reads them: their figures in the Japanese way, the Japanese kept beside them."""

from __future__ import annotations

import re
import unicodedata

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_NUMBER_OF = {name: number for number, name in enumerate(_MONTHS, 1)}
_MONTH = f"(?P<month>{'|'.join(_MONTHS)})"
_YEAR = r"(?P<year>(?:19|20)\d{2})"
_DATE = re.compile(
    rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s*{_YEAR})?(?!\d)|\b{_MONTH.replace('month', 'month2')}"
    rf"(?:\s+(?:of\s+)?{_YEAR.replace('year', 'year2')})?\b"
)
_DAY_FIRST = re.compile(rf"\b(\d{{1,2}})\s+({'|'.join(_MONTHS)})\b")
_FISCAL = re.compile(r"\b(?:fiscal(?:\s+years?)?|FY)\s*((?:19|20)\d{2})\b", re.IGNORECASE)
_CLOCK = re.compile(r"\b(\d{1,2})(?::(\d{2}))?\s*([ap])\.?m\b\.?", re.IGNORECASE)
_PERCENT = re.compile(r"(?<=\d)\s*per\s?cent\b", re.IGNORECASE)
_UNNAMED = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")
_READING = re.compile("[（(](?=[ー・ 　0-9０-９]*+[ぁ-ん])[ぁ-んー・ 　0-9０-９]++[)）]")
_AFTER_WORD = re.compile(r"(?<=[A-Za-z.]) +(?=[0-9〒])")
_JAPANESE = re.compile("[ぁ-んァ-ヶ一-龥々ー]{2,}")
_BETWEEN_WORDS = re.compile("(?<=[^A-Za-z0-9])[ 　]+|[ 　]+(?=[^A-Za-z0-9])")


def figures_in_japanese(text: str) -> str:
    """English months, fiscal years, times and percents as the reader of figures knows them; readings left out."""
    plain = _READING.sub("", unicodedata.normalize("NFKC", text))
    plain = _DAY_FIRST.sub(r"\2 \1", plain)
    plain = _FISCAL.sub(r"\1年度 ", plain)
    plain = _CLOCK.sub(_clock, plain)
    plain = _DATE.sub(_date, plain)
    return _AFTER_WORD.sub("、", _UNNAMED.sub("", _PERCENT.sub("%", plain)))


def kept_japanese(text: str) -> tuple[str, ...]:
    """The Japanese words that stand in a text of another language, each once."""
    return tuple(dict.fromkeys(_JAPANESE.findall(unicodedata.normalize("NFKC", text))))


def without_readings(text: str) -> str:
    """やさしい日本語 without the readings in brackets and the spaces between its words."""
    return _BETWEEN_WORDS.sub("", _READING.sub("", text))


def _date(match: re.Match[str]) -> str:
    year = match["year"] or match["year2"]
    month = _NUMBER_OF[match["month"] or match["month2"]]
    day = f"{match['day']}日" if match["day"] else ""
    return (f"{year}年" if year else "") + f"{month}月{day}"


def _clock(match: re.Match[str]) -> str:
    half = "午後" if match[3].lower() == "p" else "午前"
    return f"{half}{match[1]}時{match[2]}分" if match[2] else f"{half}{match[1]}時"
