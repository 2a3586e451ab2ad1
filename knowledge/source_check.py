"""Whether what an answer says stands in the section of the plan that it cites.

``check`` is pure: statements and the sections of their plan in, findings out.  A figure that stands
elsewhere in the plan comes with that place, which is how a wrong citation is mended.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType

from intents.tokenizer import content_tokens
from knowledge.citations import cited, cited_text
from knowledge.figures import Figure, figures, figures_in_words, plain_figures
from knowledge.foreign_figures import figures_in_japanese, kept_japanese, without_readings
from knowledge.names import name_letters, names, stands_in
from knowledge.plan_schedules import Steps
from knowledge.plan_sections import CONTENTS, COVER, Section, letters, split_heading
from knowledge.statements import NOTHING, WHOLE, Known, Statement
from knowledge.year_columns import check_steps, dated_values, shown, without_heads, year_rows

NO_SECTION = "節"
STALE = "説明"
NAME = "固有名詞"
COLUMN = "年度の欄"
ABSENT = "記載"
ERA = "和暦と西暦"
_TABLE_HEAD = re.compile("現状|目標|基準|年度.*年度")
_NOT_IN_PLAN = "この言葉がない"
"""What an explanation says of a word that the plan does not have at all."""
_ROW_MARKS = ("・", *map(chr, range(ord("①"), ord("⑳") + 1)))
_YEAR = r"(?:(?:令和|平成|昭和)\s*\d{1,2}|(?:19|20)\d{2})\s*年(?:度)?"
_BOTH_CALENDARS = re.compile(rf"(?P<one>{_YEAR})\s*[((,]\s*(?P<other>{_YEAR})[))]?")
_MOST_PLACES = 3
_VALUES = frozenset({"割合", "数"})
_COUNTABLE = frozenset({"つ", ""})


@dataclass(frozen=True)
class Finding:
    """A figure or a name that does not stand where it is said to.

    ``kind``: 電話, 日付, 年, 割合, 時刻, 番号, 数, 固有名詞; 節 where the citation leads nowhere, 説明 for an
    explanation that nothing needs.  ``elsewhere``: sections of the plan that have it.
    """

    id: str
    kind: str
    figure: str
    cites: str
    elsewhere: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """All findings, and what was looked at: counts of statements, figures, names and explained findings."""

    findings: tuple[Finding, ...]
    counts: Mapping[str, int]


@dataclass(frozen=True)
class _Text:
    """A text as it is searched."""

    figures: tuple[Figure, ...]
    letters: str
    listed: frozenset[int]
    """How many parts it has, and how far its lists count."""
    rows: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """The rows of its schedules, each with the years whose columns are filled; ``figures`` is without their heads."""
    unread: frozenset[int] = frozenset()
    """The years in the heads of schedules that cannot be read."""

    def has(self, figure: Figure) -> bool:
        if any(one.stands_for(figure) for one in self.figures):
            return True
        if figure.kind == "番号":
            return name_letters(figure.shown) in self.letters
        number, unit = _amount(figure)
        if unit == "番目":
            return number <= max(self.listed, default=0)
        return unit in _COUNTABLE and number > 1 and number in self.listed


def check(statements: Iterable[Statement], sections: Sequence[Section], known: Known = NOTHING) -> tuple[Finding, ...]:
    """What does not stand where it is cited; explained findings are left out."""
    return examine(statements, sections, known).findings


def examine(statements: Iterable[Statement], sections: Sequence[Section], known: Known = NOTHING) -> Outcome:
    """``check``, with the counts of what was looked at."""
    counts: Counter[str] = Counter()
    findings: list[Finding] = []
    search = _Search(sections, known)
    for statement in statements:
        counts["statements"] += 1
        raw = list(_missing(statement, search, counts))
        open_ones = [one for one in raw if not _is_explained(one, statement)]
        needless = set(statement.explained) - {one.figure for one in raw}
        counts["explained"] += len(raw) - len(open_ones)
        findings += open_ones
        findings += [Finding(statement.id, STALE, figure, statement.cites) for figure in sorted(needless)]
    return Outcome(tuple(findings), counts)


def _is_explained(finding: Finding, statement: Statement) -> bool:
    """An explanation that the plan does not have a word is no excuse for its being there."""
    why = statement.explained.get(finding.figure, "")
    return bool(why) and not (finding.kind == ABSENT and _NOT_IN_PLAN in why)


class _Search:
    """The sections of one plan, each cited text read once."""

    def __init__(self, sections: Sequence[Section], known: Known) -> None:
        self.sections = sections
        self.known = known if known.figures else replace(known, figures=_dates(sections))
        self.text = lru_cache(maxsize=None)(self._text)
        self.plain = lru_cache(maxsize=None)(self._plain)
        self.values = lru_cache(maxsize=None)(lambda citation: tuple(dated_values(self.plain(citation))))
        self._single = [(one, _read(f"{one.heading}\n{one.text}")) for one in sections]

    def _text(self, citation: str, row: str) -> _Text | None:
        found = cited(citation, self.sections)
        if not found:
            return None
        if row:
            return _read(_row_of(row, self.plain(citation)), self._parts(found))
        whole = self.plain(citation)
        headless, unread = without_heads(whole)
        rows = tuple(year_rows(whole))
        return replace(_read(whole, self._parts(found)), figures=_all_figures(headless), rows=rows, unread=unread)

    def _plain(self, citation: str) -> str:
        return cited_text(cited(citation, self.sections), self.sections)

    def _parts(self, found: Sequence[Section]) -> Counter[str]:
        """How many parts of each way of numbering the one cited section has."""
        if len(found) != 1:
            return Counter()
        depth = len(found[0].path)
        inside = {one.path: one for one in self.sections if one.path[:depth] == found[0].path}
        headings = (path[-1] for path in inside if len(path) == depth + 1)
        return Counter(re.sub(r"[\d①-⑳]+", "1", split_heading(heading)[0]) for heading in headings)

    def places(self, figure: Figure) -> tuple[str, ...]:
        return self._where(lambda text: any(one.stands_for(figure) for one in text.figures))

    def places_of_name(self, name: str) -> tuple[str, ...]:
        return self._where(lambda text: stands_in(name, text.letters))

    def _where(self, has: Callable[[_Text], bool]) -> tuple[str, ...]:
        found = (" ".join(one.path) for one, text in self._single if one.heading != CONTENTS and has(text))
        return tuple(dict.fromkeys(found))[:_MOST_PLACES]


def _dates(sections: Iterable[Section]) -> tuple[Figure, ...]:
    """The dates on the cover: when a plan was made, where it does not say so to the month."""
    covers = "\n".join(one.text for one in sections if one.heading == COVER)
    return tuple(figure for figure in figures(covers) if figure.kind in ("年", "日付"))


def _read(text: str, parts: Mapping[str, int] = MappingProxyType({})) -> _Text:
    letters = name_letters(text) + "\n" + name_letters(plain_figures(text))
    listed = frozenset({*_runs(text), *parts.values()})
    return _Text(_all_figures(text), letters, listed)


def _all_figures(text: str) -> tuple[Figure, ...]:
    return (*figures(text), *figures_in_words(text))


def _row_of(name: str, text: str) -> str:
    """The rows of a table that have a name, each under the head of its table; all of the text without such rows."""
    head = ""
    found: list[str] = []
    wanted = name_letters(name)
    for line in text.splitlines():
        if _TABLE_HEAD.search(line):
            head = line
        if wanted in name_letters(line):
            found += [head, line]
    return "\n".join(found) or text


def _runs(text: str) -> Iterator[int]:
    """How far each list with circled numbers counts."""
    before = 0
    for char in re.findall("[①-⑳]", text):
        number = ord(char) - ord("①") + 1
        if number != before + 1:
            yield before
        before = number
    yield before


def _missing(statement: Statement, search: _Search, counts: Counter[str]) -> Iterator[Finding]:
    text = search.text(statement.cites, "")
    if text is None:
        yield Finding(statement.id, NO_SECTION, statement.cites, statement.cites)
        return
    yield from _unequal_years(statement)
    if statement.original:
        yield from _mistranslated(statement, text, search, counts)
        return
    yield from _missing_figures(statement, text, search, counts)
    yield from _missing_names(statement, text, search, counts)
    yield from _not_absent(statement, search, counts)
    if not statement.row:
        yield from _of_other_year(statement, search, counts)
    if statement.steps is not None:
        yield from _out_of_column(statement, statement.steps, text, search, counts)


def _missing_figures(statement: Statement, text: _Text, search: _Search, counts: Counter[str]) -> Iterator[Finding]:
    row = search.text(statement.cites, statement.row) if statement.row_texts else text
    seen: set[str] = set()
    for texts, place in (((*statement.texts, statement.asked), text), (statement.row_texts, row or text)):
        for figure in figures("\n".join(texts)):
            counts["figures"] += 1
            if figure.shown in seen or place.has(figure) or _is_known(figure, search.known):
                continue
            if not _counts_own_list(figure, texts) and not _in_its_column(figure, statement, place, counts):
                seen.add(figure.shown)
                yield Finding(statement.id, figure.kind, figure.shown, statement.cites, search.places(figure))


def _missing_names(statement: Statement, text: _Text, search: _Search, counts: Counter[str]) -> Iterator[Finding]:
    asked = name_letters(statement.asked)
    for name in names("\n".join((*statement.texts, *statement.row_texts))):
        counts["names"] += 1
        if name_letters(name) in asked:
            continue
        if not stands_in(name, text.letters) and not stands_in(name, search.known.names):
            yield Finding(statement.id, NAME, name, statement.cites, search.places_of_name(name))
    whole = search.text(WHOLE, "")
    for name in statement.anywhere:
        counts["names"] += 1
        if whole is not None and not stands_in(name, whole.letters):
            yield Finding(statement.id, NAME, name, WHOLE)


def _in_its_column(figure: Figure, statement: Statement, text: _Text, counts: Counter[str]) -> bool:
    """Whether a year is that of a filled column, in a row that the line with the year is about."""
    year = figure.value[0]
    if figure.kind != "年" or not isinstance(year, int):
        return False
    said = [line for one in (*statement.texts, statement.asked) for line in one.splitlines()]
    lines = [line for line in said if figure.shown in plain_figures(line)]
    about = _rows_about((*lines, statement.row), text) or _rows_about(said, text) or text.rows
    if any(year in years for _, years in about):
        return True
    counts["unread years"] += year in text.unread
    return year in text.unread


def _rows_about(lines: Iterable[str], text: _Text) -> list[tuple[str, tuple[int, ...]]]:
    """The rows of the schedules that share a word with some lines: those that share the most."""
    words = {letters(token.surface) for line in lines for token in content_tokens(line)}
    shared = [sum(len(word) for word in words if len(word) > 1 and word in row) for row, _ in text.rows]
    most = max(shared, default=0)
    return [row for row, count in zip(text.rows, shared, strict=True) if count and 2 * count >= most]


def _not_absent(statement: Statement, search: _Search, counts: Counter[str]) -> Iterator[Finding]:
    """What a text says is not in its section, or an explanation is not in the plan, and is there all the same."""
    nowhere = [figure for figure, why in statement.explained.items() if _NOT_IN_PLAN in why]
    for words, cites in ((statement.absent, statement.cites), (nowhere, WHOLE)):
        text = name_letters(search.plain(cites)) if words else ""
        for word in words:
            counts["absent"] += 1
            if stands_in(word, text):
                yield Finding(statement.id, ABSENT, word, cites, search.places_of_name(word))


def _out_of_column(
    statement: Statement, steps: Steps, text: _Text, search: _Search, counts: Counter[str]
) -> Iterator[Finding]:
    """The steps of a schedule against the columns of its table; their years alone where there is none to read."""
    checked = check_steps(statement.row, steps, search.plain(statement.cites))
    counts[f"columns {checked.reading}"] += 1
    for fault in checked.faults:
        yield Finding(statement.id, COLUMN, shown(fault.said), statement.cites, (shown(fault.has),))
    if checked.reading == "unreadable":
        ends = "\n".join(f"{year}年度" for years, _ in steps for year in (years[0], years[-1]))
        for figure in figures(ends):
            if not text.has(figure) and figure.value[0] not in text.unread:
                yield Finding(statement.id, figure.kind, figure.shown, statement.cites, search.places(figure))


def _of_other_year(statement: Statement, search: _Search, counts: Counter[str]) -> Iterator[Finding]:
    """Values of a table of indicators in a sentence with a year that is none of theirs, nor of another value there."""
    values = search.values(statement.cites)
    for sentence in re.split("[。\n]", "\n".join(statement.texts)) if values else ():
        told = figures(sentence)
        years = {one.value[0] for one in told if one.kind in ("年", "日付") and one.value[0] is not None}
        of = {one: [when for value, when in values if value.stands_for(one)] for one in told if one.kind in _VALUES}
        left = years - {year for times in of.values() for when in times for year in when}
        for figure, times in of.items() if years else ():
            counts["dated values"] += bool(times)
            right = not times or any(years & when for when in times)
            if left and not right and not _told_together(figure, years, search, statement):
                has = shown(sorted(set().union(*times)))
                yield Finding(statement.id, COLUMN, figure.shown, statement.cites, (has,))


def _told_together(figure: Figure, years: set[object], search: _Search, statement: Statement) -> bool:
    """Whether a line of text, outside of tables, has a value and one of the years."""
    for line in search.plain(statement.cites).splitlines():
        has = figures(line) if "\t" not in line else ()
        if any(one.stands_for(figure) for one in has) and any(one.value[0] in years for one in has):
            return True
    return False


def _unequal_years(statement: Statement) -> Iterator[Finding]:
    """Years told in both calendars, 2022年度（令和4年度）, that are not the same."""
    for said in (*statement.texts, *statement.row_texts, statement.asked):
        for pair in _BOTH_CALENDARS.finditer(plain_figures(figures_in_japanese(said))):
            one, other = figures(pair["one"]), figures(pair["other"])
            if one and other and one[0].value[0] != other[0].value[0]:
                yield Finding(statement.id, ERA, pair[0], statement.cites)


def _mistranslated(statement: Statement, text: _Text, search: _Search, counts: Counter[str]) -> Iterator[Finding]:
    """The figures of a translation that its Japanese lacks, and Japanese words in it that neither text has."""
    japanese = _read(statement.original)
    easy = statement.language == "easy"
    plain = "\n".join(map(without_readings if easy else str, statement.texts))
    for figure in dict.fromkeys(figures(figures_in_japanese(plain))):
        counts["translated"] += 1
        if not any(_says_the_same(one, figure) for one in japanese.figures) and not japanese.has(figure):
            yield Finding(statement.id, figure.kind, figure.shown, statement.cites)
    for word in names(plain) if easy else kept_japanese(plain):
        counts["translated"] += 1
        places = (japanese.letters, text.letters, search.known.names)
        if not any(stands_in(word, place) for place in places):
            yield Finding(statement.id, NAME, word, statement.cites, search.places_of_name(word))


def _says_the_same(one: Figure, other: Figure) -> bool:
    """Whether a count in another language, where units differ, or any other figure is the same."""
    number, _ = _amount(other)
    return one.stands_for(other) or number == 1 or (number > 0 and number == _amount(one)[0])


def _is_known(figure: Figure, known: Known) -> bool:
    """The date of the plan itself, which is no fiscal year; and １つ ("one of"), which counts nothing."""
    if figure.shown.endswith("年度"):
        return False
    return figure.value == (1.0, "つ") or any(one.stands_for(figure) for one in known.figures)


def _amount(figure: Figure) -> tuple[float, str]:
    """The number and the unit of a count; (0, "") of anything else."""
    match figure.value:
        case (float() as number, str() as unit) if figure.kind == "数":
            return number, unit
    return 0.0, ""


def _counts_own_list(figure: Figure, texts: Iterable[str]) -> bool:
    """Whether a text shows what it counts: "A・B・Cの3つ", or as many rows below it as it says."""
    number, unit = _amount(figure)
    if number < 2 or unit not in _COUNTABLE:
        return False
    for text in texts:
        rows = sum(line.lstrip().startswith(_ROW_MARKS) for line in text.splitlines())
        plain = plain_figures(text)
        if figure.shown in plain and (rows == number or number in set(_named_before(figure.shown, plain))):
            return True
    return False


def _named_before(shown: str, plain: str) -> Iterator[int]:
    """How many things are named before a count, as one may divide the words before it."""
    for before in re.findall(rf"([^。\n]*?)(?:という)?の?{re.escape(shown)}", plain):
        yield before.count("「")
        for words in (before, before.split("は")[-1], re.split("[、は]", before)[-1]):
            yield len(re.split("[・、]|(?<=.)と(?=[^、・]+$)", words))
