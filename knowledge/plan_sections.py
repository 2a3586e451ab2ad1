"""The text of a plan as sections, by the headings that municipal plans use.

Plans number their parts in many ways (第1編, 第1章, 1., 1-2, (1), (1)-①, ①, ■, 【 】, 基本目標1,
方針1).  Each way has its place below the others; a heading ends all that stand at its place or deeper.
Where a plan has a table of contents, that table decides: what it numbers in one of its own ways but
does not list is no heading, and what it lists is one even without a number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum

from rapidfuzz import fuzz

_NUMBER = "[0-9一二三四五六七八九十]+"
_ENDED = r"(?=[\s:：.]|$)"
"""A number that names a part is followed by a blank or a colon: 施策1 手続; 施策1つ is text."""


class _Way(IntEnum):
    """The ways in which plans set headings off, the outermost first."""

    PART = 0
    CHAPTER = 1
    ROMAN = 2
    CLAUSE = 3
    NUMBER = 4
    DASHED = 5
    AIM = 6
    POLICY = 7
    MEASURE = 8
    THREE = 9
    BRACKETED = 10
    BRACKETED_CIRCLED = 11
    CIRCLED = 12
    HALF_BRACKETED = 13
    KANA = 14
    BRACKETED_KANA = 15
    KNOWN = 16
    SIGN = 17
    NAMED_CIRCLED = 18
    LABEL = 19
    ANGLED = 20
    LIGHT_SIGN = 21
    YEARS = 22
    ARTICLE = 23


_WAYS: Mapping[_Way, re.Pattern[str]] = {
    _Way.PART: re.compile(f"第{_NUMBER}[編部](?![会門])"),
    _Way.CHAPTER: re.compile(
        rf"第{_NUMBER}章|第{_NUMBER}\s+(?=\S)|(?:Chapter|CHAPTER)\s*[0-9]+"
        r"|(?:参考|付属|附属|巻末)?資料編?$|(?:付録|別[表紙])\s*[0-9A-Z]{1,2}(?=\s|$)"
    ),
    _Way.ROMAN: re.compile(r"[Ⅰ-Ⅻ](?:[.．]\s*|\s+)(?=\S)"),
    _Way.CLAUSE: re.compile(f"第{_NUMBER}節|[<〈]?(?:用語集|用語解説|体系図)[>〉]?$"),
    _Way.NUMBER: re.compile(
        r"[0-9]{1,2}(?:\.\s*|\s+)"
        r"(?![0-9]|年(?![次表金齢])|月(?!次)|日(?![常程本])|件|%|時(?!代)|人(?![口材事権])|名(?!称))(?=\S)"
    ),
    _Way.DASHED: re.compile(
        r"(?:[0-9]{1,2}|[Ⅰ-Ⅻ])-[0-9]{1,2}(?!-|[0-9])\s*(?=\S)|[0-9]{1,2}\.[0-9]{1,2}\s+(?![倍%件人円点万億ポ年月])(?=\S)"
    ),
    _Way.AIM: re.compile(
        rf"基本目標\s*(?:[0-9]+|[Ⅰ-Ⅻ])"
        rf"|(?:(?:重点|全体|個別)?目標|視点|(?:[^\W\d_]{{2,6}}の)?柱|原則|戦略)\s*(?:[0-9]+|[Ⅰ-Ⅻ]){_ENDED}"
    ),
    _Way.POLICY: re.compile(rf"(?:基本)?方針\s*[0-9]+|(?:施策|取組|改革)の方向性?\s*[0-9]+{_ENDED}"),
    _Way.MEASURE: re.compile(
        rf"(?:基本|重点|個別|主要)?(?:施策|政策|取組|取り組み|事業|プロジェクト|アクション|ステップ|Step|STEP)\s*[0-9]+(?:-[0-9]+)*{_ENDED}"
    ),
    _Way.THREE: re.compile(r"[0-9]{1,2}-[0-9]{1,2}-[0-9]{1,2}(?![-0-9])|[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{1,2}\s+(?=\S)"),
    _Way.BRACKETED: re.compile(r"\([0-9]{1,2}\)(?!-)\s*(?=\S)|<[0-9]{1,2}>\s*(?=\S)"),
    _Way.BRACKETED_CIRCLED: re.compile(r"\([0-9]{1,2}\)-[①-⑳]\s*"),
    _Way.CIRCLED: re.compile(r"[①-⑳❶-❿]\s*(?=[^\s、，・~])"),
    _Way.HALF_BRACKETED: re.compile(r"[0-9]{1,2}\)\s*(?=\S)"),
    _Way.KANA: re.compile(r"[ア-コ]\s+(?=\S)"),
    _Way.BRACKETED_KANA: re.compile(r"\([ア-コ]\)\s*(?=\S)"),
    _Way.KNOWN: re.compile(
        r"(?:基本(?:理念|方針|目標|的な考え方)|将来像|目指す(?:べき)?(?:将来の?)?(?:像|姿)"
        r"|計画の(?:目的|趣旨|背景|期間|位置[づ付]け|体系|構成)|策定の(?:目的|趣旨|背景)|はじめに|おわりに|巻頭言|まえがき|あとがき)$"
    ),
    _Way.SIGN: re.compile(r"[■◆●□◇▼▶►★]\s*(?=\S)"),
    _Way.NAMED_CIRCLED: re.compile(
        r"(?:主な|重点|基本|個別)?(?:原則|視点|柱|目標|方針|施策|取組|戦略|約束|ステップ)[①-⑳]\s*[:：]?\s*(?=\S)"
    ),
    _Way.LABEL: re.compile(r"[【《][^】》]{1,40}[】》]$"),
    _Way.ANGLED: re.compile(r"[<〈〔][^<>〈〉〔〕]{1,40}[>〉〕]$"),
    _Way.LIGHT_SIGN: re.compile(r"[○◎]\s*(?=[^\s:：])"),
    _Way.YEARS: re.compile(r"(?:(?:昭和|平成|令和)(?:[0-9]{1,2}|元)|(?:19|20)[0-9]{2})年度?\s*[~〜]$"),
    _Way.ARTICLE: re.compile(r"\([^()0-9]{1,16}\)$"),
}
_NUMBERED_OR_BARE = frozenset({_Way.CHAPTER, _Way.CLAUSE})
"""Ways that also know bare words: 参考資料, 用語集."""
_WITHOUT_NUMBER = frozenset({_Way.KNOWN, _Way.LABEL, _Way.ANGLED, _Way.YEARS, _Way.ARTICLE})
_ITEMS = frozenset(
    {
        _Way.AIM,
        _Way.MEASURE,
        _Way.CIRCLED,
        _Way.HALF_BRACKETED,
        _Way.KANA,
        _Way.BRACKETED_KANA,
        _Way.NAMED_CIRCLED,
        _Way.LIGHT_SIGN,
    }
)
"""Ways that also begin the items of a list: several that follow each other without a text are such items."""
_NEEDS_TEXT = frozenset({_Way.KNOWN, _Way.ANGLED, _Way.LIGHT_SIGN, _Way.YEARS, _Way.ARTICLE})
"""Ways that also name a picture, or stand in one: without a text below they are no headings."""
_ROW = 99
"""Below all headings: the rows of a glossary."""

_LONGEST = 60
"""What is longer is a sentence that begins with a number."""
_NO_HEADING = re.compile(r"[。、，]$|[\t。]|…|\.{3}")
_PAGE = re.compile(r"(?:\s*[.…‥・]{2,}\s*|\t[.…‥\s]*)([0-9]{1,3})$")
"""A row of the table of contents ends in dots or a tab, and the page."""
LONGEST_ROW = 400
_MARKS = re.compile(r"\s※[^※]*(?:欄外|参照)[）)]?$|[⁰¹²³⁴-⁹]+|[（(]?※[0-9０-９]*[）)]?|(?<!\*)\*++[0-9]*+$")
"""Footnote marks, which are no part of a heading."""
_CONTENTS_HEADING = re.compile(r"^(?:目\s*次|内\s*容|もくじ)$")
_GLOSSARY = re.compile("^.{0,8}用語の?(?:集|解説|説明|定義)$")
_GLOSSARY_HEAD = re.compile(r"^用\s*語")
_CONTACT = re.compile(r"〒|(?:TEL|Tel|ＴＥＬ|FAX|電話|発行|編集|Mail|E-mail)\s*[0-9:：|｜]|^(?:発行|編集)|@")
_KEPT = frozenset(map(chr, (*range(0x2460, 0x2474), *range(0x2160, 0x216C))))
"""Circled and Roman numbers stay what they are."""
_NUMBER_OF_PARENT = re.compile(r"(\([0-9]{1,2}\))-[①-⑳]")
_ARTICLE = re.compile(f"第{_NUMBER}条")
_SOURCE = re.compile(r"[<〈(（]?(?:出典|資料|出所)|[(（].{2,60}(?:より|から|もとに|基に)(?:抜粋|引用|作成)")
"""What stands below a picture, not below a heading."""
_PICTURE = re.compile("(?:体系|全体|イメージ|関係|組織|概要|概念)図$")
_LOOK_AHEAD = 6
_LAST_LINES = 30
_ALIKE = 80
"""How alike (0–100) a line and a row of the contents must be: extraction loses letters."""

COVER, CONTENTS, COLOPHON = "表紙", "目次", "奥付"
"""The headings we give to what stands before the first heading, and after the last."""


@dataclass(frozen=True)
class Section:
    """``path``: its headings, the outermost first.  ``text``: its own, without that of its parts.

    ``line``: where it begins in the text, from 1; ``page``: as form feeds or the table of contents tell.
    """

    path: tuple[str, ...]
    text: str
    line: int
    page: int | None

    @property
    def heading(self) -> str:
        return self.path[-1] if self.path else ""


@dataclass(frozen=True)
class _Listed:
    """A row of the table of contents."""

    way: int
    title: str
    page: int

    @property
    def name(self) -> tuple[str, str]:
        return split_heading(self.title)


@dataclass
class _Reading:
    """Where a reader stands: the sections found, the headings above, the lines since the last."""

    listed: Sequence[_Listed]
    pages: Mapping[int, int]
    found: list[Section] = field(default_factory=list)
    path: list[tuple[int, str]] = field(default_factory=lambda: [(-1, COVER)])
    own: list[str] = field(default_factory=list)
    begun: int = 1

    def end(self) -> None:
        titles = tuple(title for _, title in self.path)
        text = "\n".join(self.own).strip("\n")
        if titles != (COVER,) or text.strip():
            self.found.append(Section(titles, text, self.begun, self._page(titles)))
        self.own = []

    def begin(self, way: int, title: str, line: int) -> None:
        self.end()
        self.path, self.begun = [*self._above(way, title), (way, title)], line

    def _page(self, titles: Sequence[str]) -> int | None:
        if self.pages:
            return self.pages.get(self.begun)
        of_title = {row.title: row.page for row in self.listed}
        return next((of_title[title] for title in reversed(titles) if title in of_title), None)

    def _above(self, way: int, title: str) -> list[tuple[int, str]]:
        """The headings that a heading stands under; (1)-② stands under the last (1), wherever that was."""
        listed = {row.way for row in self.listed}
        place = _place(way, listed)
        above = [one for one in self.path if _place(one[0], listed) < place and one[0] >= 0]
        numbered = _NUMBER_OF_PARENT.match(title)
        if numbered is None or not above or above[-1][1].startswith(numbered[1]):
            return above
        parents = (one.path for one in reversed(self.found) if one.heading.startswith(numbered[1] + " "))
        parent = next((path[-1] for path in parents if not _NUMBER_OF_PARENT.match(path[-1])), None)
        return [*above[:-1], (above[-1][0], parent)] if parent else above


def sections(text: str) -> tuple[Section, ...]:
    """All sections of a plan in their order; what stands before the first heading is its cover (表紙)."""
    lines, pages = _lines(text)
    first, last = _contents(lines)
    listed = tuple(_listed(lines[first:last]))
    reading = _Reading(listed, pages)
    colophon = _colophon(lines)
    for number, line in enumerate(lines, 1):
        if number == first + 1 < last + 1:
            reading.begin(-1, CONTENTS, number)
        if first < number <= last:
            reading.own.append(line)
        elif number == colophon:
            reading.begin(-1, COLOPHON, number)
            reading.own.append(line)
        else:
            _read_line(reading, line, number, _next_text(lines, number), closed=bool(colophon and number > colophon))
    reading.end()
    return tuple(_without_items(_without_lists(reading.found)))


def whole_text(sections_: Iterable[Section], chosen: Section) -> str:
    """The headings and the text of a section with all its parts."""
    depth = len(chosen.path)
    return "\n".join(f"{one.heading}\n{one.text}" for one in sections_ if one.path[:depth] == chosen.path)


def split_heading(title: str) -> tuple[str, str]:
    """A heading as its number ("(1)", "第2章", "■") and its words; the number is empty where it has none."""
    for way, pattern in _WAYS.items():
        match = pattern.match(title)
        if match and way not in _WITHOUT_NUMBER and not (way in _NUMBERED_OR_BARE and not match[0].startswith("第")):
            return match[0].strip().rstrip(".:："), title[match.end() :].strip(" :：")
    return "", title


def label(line: str) -> str | None:
    """A line that is 【…】 or 《…》 and nothing else, which sets a part off below every heading."""
    title = _title(line)
    return title if _way_of(title) == _Way.LABEL else None


def letters(title: str) -> str:
    """What two spellings of a heading share: its letters and digits."""
    return "".join(filter(str.isalnum, _plain(title))).casefold()


def _lines(text: str) -> tuple[list[str], dict[int, int]]:
    """The lines, and the page that each is on where the text has form feeds."""
    lines: list[str] = []
    pages: dict[int, int] = {}
    for page, sheet in enumerate(text.replace("\r\n", "\n").split("\f"), 1):
        for line in sheet.split("\n"):
            lines.append(line)
            pages[len(lines)] = page
    return lines, pages if "\f" in text else {}


def _contents(lines: Sequence[str]) -> tuple[int, int]:
    """Where the table of contents begins and ends (both 0 where there is none)."""
    begins = next((i for i, line in enumerate(lines) if _CONTENTS_HEADING.match(_plain(line))), None)
    rows = [i for i, line in enumerate(lines) if _paged(line)]
    if begins is None:
        return 0, 0
    last = begins
    for row in rows:
        if begins < row <= last + 6:
            last = row
    return (begins, last + 1) if last > begins else (0, 0)


def _paged(line: str) -> re.Match[str] | None:
    """The dots and the page that a row of the table of contents ends with; prose is longer than such a row."""
    row = line.strip()
    return _PAGE.search(row) if len(row) <= LONGEST_ROW else None


def _listed(rows: Iterable[str]) -> Iterable[_Listed]:
    """The rows of a table of contents; one without a page has that of the next, its part or its second line."""
    waiting: tuple[int, str] | None = None
    for line in rows:
        row = _paged(line)
        title = _title(line.strip()[: row.start()] if row else line.strip())
        way = _way_of(title)
        if row and way is not None:
            yield _Listed(way, title, int(row[1]))
        elif row and waiting:
            yield _Listed(*waiting, int(row[1]))
            yield _Listed(_Way.KNOWN, title, int(row[1]))
        elif row and 1 < len(title) <= _LONGEST:
            yield _Listed(_Way.CHAPTER, title, int(row[1]))
        waiting = (way, title) if way is not None and not row else None


def _next_text(lines: Sequence[str], number: int) -> str:
    """The next line that is not empty, after the one of this number (from 1)."""
    return next((line for line in lines[number : number + _LOOK_AHEAD] if line.strip()), "")


def _read_line(reading: _Reading, line: str, number: int, following: str, *, closed: bool) -> None:
    """One line: a heading, the row of a glossary, or text."""
    way, title = (None, "") if closed else _heading(line, reading)
    if way is not None and not _may_begin(way, following, reading):
        way = None
    if way is not None:
        reading.begin(way, title, number)
        return
    term = None if closed else _term(line, reading.path)
    if term:
        reading.begin(_ROW, term, number)
    reading.own.append(line)


def _heading(line: str, reading: _Reading) -> tuple[int | None, str]:
    """The way of a heading and its title; None where a line is none."""
    if "\t" in line:
        return None, ""
    title = _title(line)
    way = _way_of(title)
    row = _row_of(title, way, reading.listed)
    if row:
        return row.way, row.title
    return (None, "") if way is not None and _should_be_listed(way, reading) else (way, title)


def _may_begin(way: int, following: str, reading: _Reading) -> bool:
    """Whether a heading of this way can stand here.

    (設置) stands above its 第1条; what stands below 【取組】 without a text is an item; a picture has no sections.
    """
    if way == _Way.ARTICLE:
        return _ARTICLE.match(_plain(following)) is not None
    if way == _Way.ANGLED and _SOURCE.match(_plain(following)):
        return False
    if way in _ITEMS and way >= _Way.CIRCLED and any(above == _Way.LABEL for above, _ in reading.path):
        return _way_of(_title(following)) is None
    inside = reading.path[-1][1]
    return way <= _Way.CLAUSE or not _PICTURE.search(inside)


def _should_be_listed(way: int, reading: _Reading) -> bool:
    """Whether the table of contents lists headings of this way here: then an unlisted one is none.

    第2章 is one all the same: nothing else is written so.
    """
    if way <= _Way.CLAUSE or way in _WITHOUT_NUMBER:
        return False
    titles = [title for _, title in reading.path]
    inside = 0
    for place, row in enumerate(reading.listed):
        if row.title in titles and row.way < way:
            inside = place + 1
    above = reading.listed[inside - 1].way if inside else -1
    for row in reading.listed[inside:]:
        if row.way <= above:
            return False
        if row.way == way:
            return True
    return False


def _row_of(title: str, way: int | None, listed: Sequence[_Listed]) -> _Listed | None:
    """The row of the contents that a line repeats: by number and words, or word for word without a number."""
    if not title or len(title) > _LONGEST or _NO_HEADING.search(title):
        return None
    number, words = split_heading(title)
    for row in listed:
        row_number, row_words = row.name
        same_number = _digits(number) == _digits(row_number)
        if way == row.way and same_number and (not words or _alike(words, row_words)):
            return row
        if way is not None and same_number and number and letters(words) and letters(words) == letters(row_words):
            return row
        if way is None and not row_number and letters(title) == letters(row.title):
            return row
    return None


def _alike(one: str, other: str) -> bool:
    return fuzz.ratio(letters(one), letters(other)) >= _ALIKE


def _digits(number: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", number) if char.isdigit() or char == "-")


def _place(way: int, listed: frozenset[int] | set[int]) -> tuple[bool, int]:
    """What the table of contents lists stands above what it does not."""
    return (bool(listed) and way not in listed and way >= 0, way)


def _way_of(title: str) -> int | None:
    """Which way of numbering a line is a heading by; None where it is none."""
    if not title or len(title) > _LONGEST or _NO_HEADING.search(title):
        return None
    return next((way for way, pattern in _WAYS.items() if pattern.match(title)), None)


def _plain(line: str) -> str:
    """NFKC, but for the signs that number headings."""
    return "".join(char if char in _KEPT else unicodedata.normalize("NFKC", char) for char in line).strip()


def _title(line: str) -> str:
    marked = _MARKS.sub("", line)
    plain = _plain(marked)
    bare = plain.strip("<〈>〉 ")
    plain = bare if _WAYS[_Way.CLAUSE].match(bare) else plain
    spaced = re.sub(r"^(\([0-9]{1,2}\)(?:-[①-⑳])?|[①-⑳■◆●□◇○◎])\s*", r"\1 ", plain)
    return spaced if "\t" in spaced.strip() else " ".join(spaced.split())


def _term(line: str, path: Sequence[tuple[int, str]]) -> str | None:
    """The term of a glossary's row."""
    if not any(_GLOSSARY.search(title) for way, title in path if way != _ROW) or "\t" not in line:
        return None
    cells = [cell.strip() for cell in line.split("\t")]
    if not cells[0] or not cells[1] or _GLOSSARY_HEAD.match(cells[0]) or len(cells[0]) > _LONGEST:
        return None
    return _plain(cells[0])


def _colophon(lines: Sequence[str]) -> int:
    """The line (from 1) where the last block with the publisher's address begins; 0 without one."""
    headings = [i for i, line in enumerate(lines) if "\t" not in line and _way_of(_title(line)) is not None]
    start = max([len(lines) - _LAST_LINES, 0, *(i + 1 for i in headings[-1:])])
    first = next((i for i in range(start, len(lines)) if _CONTACT.search(_plain(lines[i]))), None)
    if first is None:
        return 0
    while first > start and (lines[first - 1].strip() or lines[first - 2].strip()):
        if len(lines[first - 1]) > _LONGEST or lines[first - 1].rstrip().endswith("。"):
            break
        first -= 1
    return first + 1


def _without_lists(found: Sequence[Section]) -> Iterable[Section]:
    """All but the empty ones that come again with a text, and those that a divider page repeats.

    A label (【取組】) that comes again in every part is none of these.
    """
    later: set[str] = set()
    kept: list[Section] = []
    repeated = _repeated(found)
    for index in range(len(found) - 1, -1, -1):
        one = found[index]
        words = letters(split_heading(one.heading)[1])
        if index in repeated:
            continue
        if one.text.strip() or _has_parts(found, index) or words not in later or _is_label(one.heading):
            kept.append(replace(one, text=one.text.strip("\n")))
            later.add(words)
    return reversed(kept)


def _repeated(found: Sequence[Section]) -> set[int]:
    """The places of empty sections whose path stood before."""
    first: set[tuple[str, ...]] = set()
    again: set[int] = set()
    for index, one in enumerate(found):
        if one.path in first and not one.text.strip() and not _is_label(one.heading):
            again.add(index)
        first.add(one.path)
    return again


def _has_parts(found: Sequence[Section], index: int) -> bool:
    one = found[index]
    following = found[index + 1] if index + 1 < len(found) else None
    return following is not None and following.path[: len(one.path)] == one.path and following.path != one.path


def _is_label(heading: str) -> bool:
    return _way_of(heading) == _Way.LABEL


def _without_items(sections_: Iterable[Section]) -> Iterable[Section]:
    """What turns out to be an item of a list, or the name of a picture, is text of the section before it."""
    found = list(sections_)
    ways = [_way_of(one.heading) if one.path else None for one in found]
    bare = [not one.text.strip() and not _has_parts(found, index) for index, one in enumerate(found)]
    kept: list[Section] = []
    for index, one in enumerate(found):
        way = ways[index]
        if kept and bare[index] and way is not None and (way in _NEEDS_TEXT or _is_item(ways, bare, index)):
            kept[-1] = replace(kept[-1], text=f"{kept[-1].text}\n{one.heading}".strip("\n"))
        else:
            kept.append(one)
    return kept


def _is_item(ways: Sequence[int | None], bare: Sequence[bool], index: int) -> bool:
    """Whether an empty one stands beside another of its way."""
    beside = (at for at in (index - 1, index + 1) if 0 <= at < len(ways))
    return ways[index] in _ITEMS and any(bare[at] and ways[at] == ways[index] for at in beside)
