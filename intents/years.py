"""The fiscal years (年度) that a message names: 令和6年度, 2024年度, R6, 今年度, 来年度."""

from __future__ import annotations

import re

from intents.text import normalize

_ERAS = {"令和": 2018, "れいわ": 2018, "r": 2018, "平成": 1988, "へいせい": 1988, "h": 1988, "昭和": 1925, "s": 1925}
"""The western year before each era's first."""

_RELATIVE = {
    "再来年": 2, "さらいねん": 2, "来年": 1, "らいねん": 1, "翌年": 1,
    "今年": 0, "ことし": 0, "本年": 0, "こんねん": 0, "昨年": -1, "去年": -1, "前年": -1, "きょねん": -1, "一昨年": -2,
}  # fmt: skip
_KANJI = {kanji: number for number, kanji in enumerate("元二三四五六七八九十", 1)} | {"一": 1}

_NUMBER = r"(?:\d{1,2}(?!\d)|元|[二三四五六七八九]?十?[一二三四五六七八九]|十)"
_YEAR = re.compile(
    rf"(?:(?P<era>令和|れいわ|平成|へいせい|昭和)\s?(?P<n>{_NUMBER})(?:年度?|ねんど?)?"
    rf"|(?<![a-z\d])(?P<letter>[rhs])\s?(?P<short>\d{{1,2}})(?![a-z\d])(?:年度?)?"
    rf"|(?<!\d)(?P<west>(?:19|20)\d\d)(?!\d)(?:年度?|ねんど?|(?=[のはにで、?\s]|$))"
    rf"|(?<![\d年月第])(?P<bare>\d{{1,2}})年度(?!目)"
    rf"|(?P<relative>{'|'.join(sorted(_RELATIVE, key=len, reverse=True))})(?:度|ど)?)"
    r"(?:\s?の?(?P<month>\d{1,2})月)?"
)

_ONLY_YEAR = re.compile(
    r"^(?:じゃあ|では|それでは|なら|[のはって、?。\s])*+(?:どう|何|なに)?(?:ですか|なの|か)?[?。]*$"
)

_HINT = re.compile(r"\d|年|ねん|ことし|れいわ|へいせい")
"""Without any of these a text names no year, which is quickly seen."""


def fiscal_years(text: str, this_year: int) -> tuple[int, ...]:
    """The fiscal years named in ``text``, each once, in its order.  ``this_year``: the fiscal year of today.

    A month tells the fiscal year (2027年3月 lies in that of 2026); a number alone needs 年度 after it
    and belongs to the era named before it, else to 令和.
    """
    found: list[int] = []
    start = _ERAS["令和"]
    plain = normalize(text)
    if not _HINT.search(plain):
        return ()
    for match in _YEAR.finditer(plain):
        if match["era"] or match["letter"]:
            start = _ERAS[match["era"] or match["letter"]]
            year = start + _number(match["n"] or match["short"])
        elif match["west"]:
            year = int(match["west"])
        elif match["bare"]:
            year = start + int(match["bare"])
        else:
            year = this_year + _RELATIVE[match["relative"]]
        if match["month"] and not match["relative"] and int(match["month"]) < 4:
            year -= 1
        found.append(year)
    return tuple(dict.fromkeys(found))


def month_named(text: str) -> tuple[int, int] | None:
    """The first month that ``text`` names with its calendar year: 2022年7月, 令和4年の7月."""
    for match in _YEAR.finditer(normalize(text)):
        month = int(match["month"] or 0)
        if 1 <= month <= 12 and not match["relative"] and not match["bare"]:
            year = fiscal_years(match[0], 0)[0]
            return year + (month < 4), month
    return None


def without_years(text: str) -> str:
    """``text`` without the years in it."""
    return _YEAR.sub("", normalize(text))


def is_bare_year(text: str) -> bool:
    """Whether a message is nothing but a year: 「令和6年度は？」."""
    plain = normalize(text)
    return bool(fiscal_years(plain, 0)) and bool(_ONLY_YEAR.match(without_years(plain)))


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    tens, found, ones = text.partition("十")
    if found:
        return (_KANJI[tens] if tens else 1) * 10 + (_KANJI[ones] if ones else 0)
    return _KANJI[text]
