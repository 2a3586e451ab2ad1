"""Whether what an answer says stands in the section of the plan that it cites.

``check`` is pure: statements and the sections of their plan in, findings out.  A figure that stands
elsewhere in the plan comes with that place, which is how a wrong citation is mended.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from knowledge.bundle import Bundle, Department, Entry, Indicator, Item, Reading, ScheduleItem, Term
from knowledge.citations import cited, cited_text
from knowledge.figures import Figure, figures, figures_in_words, plain_figures
from knowledge.names import known_names, name_letters, names, stands_in
from knowledge.plan_sections import CONTENTS, Section, split_heading

NO_SECTION = "節"
STALE = "説明"
NAME = "固有名詞"
WHOLE = "計画全体"
_TABLE_HEAD = re.compile("現状|目標|基準|年度.*年度")
_ROW_MARKS = ("・", *map(chr, range(ord("①"), ord("⑳") + 1)))
_MOST_PLACES = 3
_COUNTABLE = frozenset({"つ", ""})


@dataclass(frozen=True)
class Statement:
    """What is said under one id, and the section it cites.

    ``row`` and ``row_texts``: values that must stand in the rows of that name, or under their table's head.
    ``silent``: it says that the plan does not tell of something, so what it names need not stand there.
    ``explained``: figure or name → why it is right though the section does not have it.
    """

    id: str
    cites: str
    texts: tuple[str, ...]
    row: str = ""
    row_texts: tuple[str, ...] = ()
    silent: bool = False
    explained: Mapping[str, str] = field(default_factory=dict)


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

    def has(self, figure: Figure) -> bool:
        if any(one.stands_for(figure) for one in self.figures):
            return True
        if figure.kind == "番号":
            return name_letters(figure.shown) in self.letters
        number, unit = _amount(figure)
        if unit == "番目":
            return number <= max(self.listed, default=0)
        return unit in _COUNTABLE and number > 1 and number in self.listed


@dataclass(frozen=True)
class Known:
    """What needs no source in every section: ``names`` (letters, as ``known_names`` gives) and ``figures``."""

    names: str = ""
    figures: tuple[Figure, ...] = ()


NOTHING = Known()


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
        open_ones = [one for one in raw if one.figure not in statement.explained]
        needless = set(statement.explained) - {one.figure for one in raw}
        counts["explained"] += len(raw) - len(open_ones)
        findings += open_ones
        findings += [Finding(statement.id, STALE, figure, statement.cites) for figure in sorted(needless)]
    return Outcome(tuple(findings), counts)


class _Search:
    """The sections of one plan, each cited text read once."""

    def __init__(self, sections: Sequence[Section], known: Known) -> None:
        self.sections = sections
        self.known = known
        self.text = lru_cache(maxsize=None)(self._text)
        self._single = [(one, _read(f"{one.heading}\n{one.text}")) for one in sections]

    def _text(self, citation: str, row: str) -> _Text | None:
        found = cited(citation, self.sections)
        if not found:
            return None
        whole = cited_text(found, self.sections)
        return _read(_row_of(row, whole) if row else whole, self._parts(found))

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


def _read(text: str, parts: Mapping[str, int] = MappingProxyType({})) -> _Text:
    letters = name_letters(text) + "\n" + name_letters(plain_figures(text))
    listed = frozenset({*_runs(text), *parts.values()})
    return _Text((*figures(text), *figures_in_words(text)), letters, listed)


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
    row = search.text(statement.cites, statement.row) if statement.row else text
    seen: set[str] = set()
    for texts, place in ((statement.texts, text), (statement.row_texts, row or text)):
        for figure in figures("\n".join(texts)):
            counts["figures"] += 1
            if figure.shown in seen or place.has(figure) or _is_known(figure, search.known):
                continue
            if not _counts_own_list(figure, texts):
                seen.add(figure.shown)
                yield Finding(statement.id, figure.kind, figure.shown, statement.cites, search.places(figure))
    for name in () if statement.silent else names("\n".join((*statement.texts, *statement.row_texts))):
        counts["names"] += 1
        if not stands_in(name, text.letters) and not stands_in(name, search.known.names):
            yield Finding(statement.id, NAME, name, statement.cites, search.places_of_name(name))


def _is_known(figure: Figure, known: Known) -> bool:
    """The date of the plan itself; and １つ ("one of"), which counts nothing."""
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


def statements(bundle: Bundle, plan: str) -> tuple[Statement, ...]:
    """What a municipality's bundle says and cites of one plan."""
    said = (
        Statement(
            item.id,
            item.source.section,
            tuple(_texts(item)),
            row=item.name if isinstance(item, Indicator) else "",
            row_texts=tuple(_values(item)) if isinstance(item, Indicator) else (),
            silent=isinstance(item, Entry) and item.kind == "silent",
            explained={one.figure: one.why for one in item.explained},
        )
        for item in bundle.items()
        if item.source.plan == plan
    )
    measures = (
        Statement(f"施策 {one.number}", one.source.section, (one.title,))
        for one in bundle.measures
        if one.source.plan == plan
    )
    periods = (
        Statement(
            f"計画 {one.id}", WHOLE, tuple(filter(None, (one.period_text, one.published and _day(one.published))))
        )
        for one in bundle.plans
        if one.id == plan
    )
    return (*said, *measures, *periods)


def known_of(bundle: Bundle, plan_id: str) -> Known:
    """The names of the municipality, its plans and its (themselves checked) offices, and the date of the plan."""
    town = bundle.municipality
    published = [plan.published for plan in bundle.plans if plan.id == plan_id and plan.published]
    return Known(
        known_names(
            [
                town.name,
                town.kana,
                town.prefecture,
                *town.aliases,
                *(text for plan in bundle.plans for text in (plan.title, plan.short_title)),
                *(department.name for department in bundle.departments),
            ]
        ),
        tuple(figure for date in published for figure in figures(_day(date))),
    )


def _texts(item: Item) -> Iterator[str]:
    """The texts of an item that residents read as facts."""
    match item:
        case Entry():
            yield item.question
            yield item.answer
            yield from filter(None, item.facets.model_dump().values() if item.facets else ())
        case Indicator():
            yield item.name
            yield from filter(None, (item.definition, item.note))
        case ScheduleItem():
            yield item.name
            for step in item.steps:
                yield step.text
                yield from (f"{year}年度" for year in step.fiscal_years)
            yield item.note or ""
        case Department():
            yield item.name
            yield from filter(None, (item.role, item.telephone, item.fax, item.extension, item.email, item.address))
        case Term():
            yield item.term
            yield item.meaning


def _values(item: Indicator) -> Iterator[str]:
    for reading in filter(None, (item.baseline, *item.interim, item.target)):
        yield from _reading(reading, item.unit)


def _reading(reading: Reading, unit: str) -> Iterator[str]:
    if reading.value:
        yield reading.value if reading.value.endswith(unit) else f"{reading.value}{unit}"
    if reading.fiscal_year:
        yield f"{reading.fiscal_year}年度"
    if reading.as_of:
        yield _day(reading.as_of)
    yield reading.note or ""


def _day(as_of: str) -> str:
    year, month, *day = as_of.split("-")
    return f"{year}年{int(month)}月" + (f"{int(day[0])}日" if day else "")
