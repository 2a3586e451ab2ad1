"""The figures of a Japanese text: telephone numbers, dates, years, shares, times and counts.

Each is read into what it says, so that 令和7年度, 2025年度, R7 and 二〇二五年 are the same year, ７割 and
70％ the same share, 三十三万枚 and 330,000枚 the same count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "R": 2018, "H": 1988, "S": 1925}
_KANJI_DIGITS = {char: value for value, char in enumerate("〇一二三四五六七八九")} | {"零": 0}
_KANJI_TENS = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"千": 1_000, "万": 10_000, "億": 100_000_000}

_UNIT_GROUPS = (
    ("人", "名"),
    ("件",),
    ("回", "度"),
    ("年間", "か年", "ヶ年", "カ年", "ヵ年", "年"),
    ("か月", "ヶ月", "カ月", "ヵ月", "箇月", "月間"),
    ("日間", "日"),
    ("時間",),
    ("分間", "分"),
    ("円",),
    ("台",),
    ("枚",),
    ("歳", "才"),
    ("か所", "箇所", "カ所", "ヶ所", "ヵ所"),
    ("手続き", "手続"),
    ("桁", "けた", "ケタ"),
    ("つ", "個", "項目", "種類", "点", "分野", "本", "件目", "段階", "区分"),
    ("階",),
    ("校",),
    ("課",),
    ("号",),
    ("条",),
    ("次",),
    ("期",),
    ("章",),
    ("編",),
    ("節",),
    ("番目", "つ目", "つめ"),
)
"""Units that say the same."""
_GROUP_OF = {unit: group[0] for group in _UNIT_GROUPS for unit in group}
_ANYTHING = "つ"
_ONLY_THEMSELVES = frozenset(
    {"人", "年間", "か月", "日間", "時間", "分間", "円", "歳", "桁", "号", "条", "次", "期", "章", "編", "節", "番目"}
)
"""Units that つ and 項目 never stand for."""

_UNITS = "|".join(sorted(_GROUP_OF, key=len, reverse=True))
_COUNTED = f"(?:{_UNITS}|割|%|パーセント|月|時|業務|原則|視点|市町|団体|施策|目標|方針)"
_KANJI_NUMBER = re.compile(
    rf"(?<![一-鿿〇])(?!十分|一[人部般方層度]|一つ)[〇一二三四五六七八九十百千][〇一二三四五六七八九十百千万]*(?=の?{_COUNTED})"
    r"|[〇一二三四五六七八九]{4}(?=年)"
)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_MARKS = re.compile(
    "[①-⑳⑴-⒇⁰¹²³⁴-⁹]|(?m:^[-・ 　]*[（(][0-9０-９]{1,2}[)）](?!-))|(?m:^・[0-9０-９]{1,2}[ 　])",
)
"""Numbers that only count headings, list rows and footnotes."""

_FIGURE = re.compile(
    rf"""
      (?P<tel>(?<![\d-])0\d{{1,4}}[-(]\d{{1,4}}[-)]\d{{3,4}}(?![\d-]))
    | 〒?(?P<post>(?<![\d-])\d{{3}}-\d{{4}}(?![\d-]))
    | (?P<era>令和|平成|昭和|(?<![A-Za-z0-9])[RHS](?=\s?\d))\s*(?P<ey>\d{{1,2}})(?!\d)\s*(?P<ekind>年度|年)?
        (?:[ ]*(?P<em>\d{{1,2}})[ ]?月(?:[ ]*(?P<ed>\d{{1,2}})[ ]?日)?)?
    | (?P<wy>(?<!\d)(?:19|20)\d{{2}})(?:(?=\s*[~〜-]\s*(?:19|20)\d{{2}}\s*年)|\s*(?:年度|年)(?!間)
        (?P<same>[((][^))]{{1,8}}年度?[))])?(?:[ ]*(?P<wm>\d{{1,2}})[ ]?月(?:[ ]*(?P<wd>\d{{1,2}})[ ]?日)?)?
        |[-/.](?P<im>\d{{1,2}})(?:[-/.](?P<id>\d{{1,2}}))?(?![\d%]))
    | (?P<m>(?<![\d.])\d{{1,2}})[ ]?月(?!間)(?:[ ]*(?P<d>\d{{1,2}})[ ]?日)?
    | (?P<sm>(?<![\d/])\d{{1,2}})/(?P<sd>\d{{1,2}})(?![\d/])
    | (?P<share>\d+(?:\.\d+)?)\s*(?P<sharekind>%|パーセント|割)
    | (?P<half>午前|午後|朝|夜)?(?P<h>(?<![\d:])\d{{1,2}})
        (?::(?P<min>\d{{2}})(?!\d)|時(?![間点])(?:(?P<jmin>\d{{1,2}})分|(?P<halfhour>半))?)
    | (?P<number>(?<![\d-])\d{{1,2}}-\d{{1,2}}(?:-\d{{1,2}})?(?![\d-]))
    | (?P<word>(?<![A-Za-z])(?!TEL|Tel|FAX|Fax)[A-Za-z][A-Za-z.\-]*[ ]?\d+(?:\.\d+)?(?![年月日人件]))
    | (?P<count>\d+(?:\.\d+)?)(?P<large>億|万|千)?(?P<more>\d+)?[ ]?の?(?P<unit>{_UNITS}|(?<=\d)[GKD](?![A-Za-z]))?
    """,
    re.VERBOSE,
)
_NEAR = 20
"""How many letters after a year of an era a year without one (令和3年度から7年度) is of the same."""
_YEAR_WITHOUT_ERA = re.compile(r"\s{0,8}(?:年度|年(?![間後前以目ごほ程]))")


@dataclass(frozen=True)
class Figure:
    """``kind``: 電話, 郵便番号, 日付, 年, 割合, 時刻, 番号 or 数.  ``value``: what it says; ``shown``: as written.

    A date's value is (year, month, day), None where it does not say; a count's is (number, unit).
    """

    kind: str
    value: tuple[object, ...]
    shown: str

    @property
    def leans(self) -> bool:
        """Whether it is a month or a day whose year was said before it."""
        return self.kind == "日付" and "年" not in self.shown and not re.match(r"\d{4}|[RHS]", self.shown)

    def stands_for(self, other: Figure) -> bool:
        """Whether a text that has ``self`` says what ``other`` says."""
        if other.kind in ("日付", "年"):
            wanted = (None, *other.value[1:]) if other.leans else other.value
            return self.kind in ("日付", "年") and _same_day(self.value, wanted)
        if self.kind != other.kind:
            return False
        return _same_count(self.value, other.value) if self.kind == "数" else self.value == other.value


def figures(text: str) -> tuple[Figure, ...]:
    """The figures of a text in their order."""
    return tuple(_figures(plain_figures(text)))


def figures_in_words(text: str) -> tuple[Figure, ...]:
    """The figures that are part of a name (the 5.0 of Society5.0): a text that has the name has them."""
    words = (match["word"] for match in _FIGURE.finditer(plain_figures(text)) if match["word"])
    numbers = (re.search(r"\d+(?:\.\d+)?$", word.strip()) for word in words)
    return tuple(Figure("数", (float(number[0]), ""), number[0]) for number in numbers if number)


def plain_figures(text: str) -> str:
    """NFKC without marks of lists and footnotes, thousands unseparated, kanji numerals as digits."""
    unmarked = unicodedata.normalize("NFKC", _MARKS.sub(" ", text))
    whole = _THOUSANDS.sub("", unmarked).replace("元年", "1年")
    return _KANJI_NUMBER.sub(lambda match: str(_kanji_value(match[0])), whole)


def _figures(plain: str) -> Iterator[Figure]:
    year: int | None = None
    month: int | None = None
    ended = -_NEAR
    for match in _FIGURE.finditer(plain):
        if match.start() - ended > _NEAR:
            year = month = None
        found = _read(match, plain, year, month)
        if found is None:
            continue
        yield found
        yield from _figures(match["same"] or "")
        if found.kind in ("年", "日付"):
            said, of_month, _ = found.value
            year, month, ended = _number(said), _number(of_month), match.end()


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _read(match: re.Match[str], plain: str, year: int | None, month: int | None) -> Figure | None:
    """A figure; ``year`` and ``month`` of the date before it, on which a shorter one leans."""
    part = match.groupdict()
    shown = match[0].strip()
    if part["tel"]:
        return Figure("電話", (re.sub(r"\D", "", part["tel"]),), shown)
    if part["post"]:
        return Figure("郵便番号", (part["post"],), shown)
    if part["era"]:
        return _date(_ERAS[part["era"]] + int(part["ey"]), part["em"], part["ed"], shown)
    if part["wy"]:
        return _date(int(part["wy"]), part["wm"] or part["im"], part["wd"] or part["id"], shown)
    if part["m"] or part["sm"]:
        return _date(year, part["m"] or part["sm"], part["d"] or part["sd"], shown)
    if part["share"]:
        times = 10 if part["sharekind"] == "割" else 1
        return Figure("割合", (round(float(part["share"]) * times, 4),), shown)
    if part["h"]:
        return _time(part, shown)
    if part["number"]:
        return Figure("番号", (part["number"],), shown)
    if part["word"]:
        return None
    return _count(match, plain, year, month)


def _date(year: int | None, month: str | None, day: str | None, shown: str) -> Figure:
    value = (year, int(month) if month else None, int(day) if day else None)
    return Figure("日付" if month else "年", value, shown)


def _time(part: dict[str, str | None], shown: str) -> Figure:
    hour = int(part["h"] or 0) + (12 if part["half"] in ("午後", "夜") and int(part["h"] or 0) < 12 else 0)
    minute = 30 if part["halfhour"] else int(part["min"] or part["jmin"] or 0)
    return Figure("時刻", (hour, minute), shown)


def _count(match: re.Match[str], plain: str, year: int | None, month: int | None) -> Figure:
    number, large, more, unit = match["count"], match["large"], match["more"], match["unit"]
    value = float(number) * _LARGE.get(large or "", 1) + float(more or 0)
    bare = plain[match.start() : match.end("count")]
    if year is not None and "." not in number and not large and _YEAR_WITHOUT_ERA.match(plain, match.end("count")):
        said = int(number) if len(number) == 4 else _century(year) + int(number)
        return Figure("年", (said, None, None), f"{bare}年")
    if month is not None and unit == "日" and "." not in number:
        return Figure("日付", (year, month, int(number)), f"{bare}日")
    if unit is None and re.fullmatch(r"(?:19|20)\d{2}", number):
        return Figure("年", (int(number), None, None), bare)
    return Figure("数", (value, _GROUP_OF.get(unit or "", unit or "")), match[0].strip())


def _century(year: int) -> int:
    """The year before the first of the era that ``year`` belongs to."""
    return 2018 if year >= 2019 else 1988 if year >= 1989 else 1925


def _same_day(has: tuple[object, ...], wanted: tuple[object, ...]) -> bool:
    if wanted[0] is None or (has[0] is None and wanted[1] is not None and wanted[2] is not None):
        return has[1:] == wanted[1:] or (wanted[2] is None and has[1] == wanted[1])
    return all(want is None or have == want for have, want in zip(has, wanted, strict=True))


def _same_count(has: tuple[object, ...], wanted: tuple[object, ...]) -> bool:
    if has[0] != wanted[0]:
        return False
    units = {str(has[1]), str(wanted[1])}
    return len(units) == 1 or "" in units or (_ANYTHING in units and not units & _ONLY_THEMSELVES)


def _kanji_value(text: str) -> int:
    """三十三 → 33, 二〇二五 → 2025, 三万 → 30000."""
    if not set(text) & (_KANJI_TENS.keys() | {"万"}):
        return int("".join(str(_KANJI_DIGITS[char]) for char in text))
    total = section = digit = 0
    for char in text:
        if char in _KANJI_DIGITS:
            digit = _KANJI_DIGITS[char]
        elif char == "万":
            total, section, digit = total + (section + digit or 1) * 10_000, 0, 0
        else:
            section, digit = section + (digit or 1) * _KANJI_TENS[char], 0
    return total + section + digit
