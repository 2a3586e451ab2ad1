"""What a municipality's bundle says, as statements that the source check can hold against a plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from knowledge.absences import absent_words, told
from knowledge.bundle import Bundle, Department, Entry, Indicator, Item, Reading, ScheduleItem, Term
from knowledge.figures import Figure, figures
from knowledge.names import known_names
from knowledge.plan_schedules import Steps

WHOLE = "計画全体"


@dataclass(frozen=True)
class Statement:
    """What is said under one id, and the section it cites.

    ``row`` and ``row_texts``: values that must stand in the rows of that name, or under their table's head.
    ``steps``: what stands in which fiscal years of the schedule's row of that name; None where it is no such row.
    ``asked``: a text whose figures must stand there, and whose names need not (the plan does not tell of them).
    ``absent``: words that must *not* stand there.  ``anywhere``: names that must stand somewhere in the plan.
    ``original``: the Japanese text, where this is a translation into ``language``.
    ``explained``: figure or name → why it is right though the section does not have it.
    """

    id: str
    cites: str
    texts: tuple[str, ...]
    row: str = ""
    row_texts: tuple[str, ...] = ()
    steps: Steps | None = None
    asked: str = ""
    absent: tuple[str, ...] = ()
    anywhere: tuple[str, ...] = ()
    original: str = ""
    language: str = ""
    explained: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """What needs no source in every section: ``names`` (letters, as ``known_names`` gives) and ``figures``."""

    names: str = ""
    figures: tuple[Figure, ...] = ()


NOTHING = Known()


def statements(bundle: Bundle, plan: str) -> tuple[Statement, ...]:
    """What a municipality's bundle says and cites of one plan."""
    items = [item for item in bundle.items() if item.source.plan == plan]
    measures = (
        Statement(f"施策 {one.number}", one.source.section, (one.title,))
        for one in bundle.measures
        if one.source.plan == plan
    )
    periods = (
        Statement(
            f"計画 {one.id}",
            WHOLE,
            tuple(filter(None, (one.period_text, one.published and day_in_words(one.published)))),
        )
        for one in bundle.plans
        if one.id == plan
    )
    return (*statements_of(items), *measures, *periods, *_of_municipality(bundle, plan))


def statements_of(items: Sequence[Item]) -> tuple[Statement, ...]:
    """What pieces of knowledge say, their translations after them."""
    translated = (one for item in items if isinstance(item, Entry) for one in _translations(item))
    return (*map(_statement, items), *translated)


def _statement(item: Item) -> Statement:
    silent = isinstance(item, Entry) and item.kind == "silent"
    texts = tuple(_texts(item))
    return Statement(
        item.id,
        item.source.section,
        (told(texts[1]), *texts[2:]) if silent else texts,
        row=item.name if isinstance(item, Indicator | ScheduleItem) else "",
        row_texts=tuple(_values(item)) if isinstance(item, Indicator) else (),
        steps=_steps(item) if isinstance(item, ScheduleItem) else None,
        asked=f"{texts[0]}\n{told(texts[1], not_told=True)}" if silent else "",
        absent=absent_words(item.answer) if isinstance(item, Entry) else (),
        anywhere=_aliases(item) if isinstance(item, Department) else (),
        explained={one.figure: one.why for one in item.explained},
    )


def _steps(item: ScheduleItem) -> Steps:
    return tuple((tuple(step.fiscal_years), step.text) for step in item.steps)


def _aliases(item: Department) -> tuple[str, ...]:
    """The other names of an office; one that only leaves out letters of its name needs no source."""
    return tuple(alias for alias in item.aliases if not _shortens(alias, item.name))


def _shortens(alias: str, name: str) -> bool:
    rest = iter(name)
    return all(letter in rest for letter in alias)


def _translations(entry: Entry) -> Iterator[Statement]:
    """Each text of a translation with its Japanese."""
    japanese = "\n".join(_texts(entry))
    phases = {"before": entry.term and entry.term.before, "after": entry.term and entry.term.after}
    for language, one in entry.translations.items():
        for name, text, original in (
            ("", f"{one.title}\n{one.answer}", japanese),
            *((f" {phase}", getattr(one, phase), said) for phase, said in phases.items()),
        ):
            if text and original:
                yield Statement(
                    f"{entry.id} [{language}{name}]",
                    entry.source.section,
                    (text,),
                    original=original,
                    language=language,
                )


def _of_municipality(bundle: Bundle, plan: str) -> Iterator[Statement]:
    """The telephone that is given where nothing fits, and what its plan fills into the common entries."""
    contact = bundle.municipality.contact
    sources = {one.id: one.source for one in bundle.departments}
    if contact.telephone and contact.department in sources and sources[contact.department].plan == plan:
        yield Statement("連絡先", WHOLE, (contact.telephone,))
    for slot, given in bundle.municipality.slots.items():
        if given.source.plan == plan:
            yield Statement(f"穴埋め {slot}", given.source.section, (given.value,))


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
        tuple(figure for date in published for figure in figures(day_in_words(date))),
    )


def _texts(item: Item) -> Iterator[str]:
    """The texts of an item that residents read as facts."""
    match item:
        case Entry():
            yield item.question
            yield item.answer
            yield from filter(None, item.facets.model_dump().values() if item.facets else ())
            yield from filter(None, (item.term.before, item.term.after) if item.term else ())
        case Indicator():
            yield item.name
            yield from filter(None, (item.definition, item.note))
        case ScheduleItem():
            yield item.name
            yield from (step.text for step in item.steps)
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
        yield day_in_words(reading.as_of)
    yield reading.note or ""


def day_in_words(as_of: str) -> str:
    """The day or month 2025-03 as 2025年3月."""
    year, month, *day = as_of.split("-")
    return f"{year}年{int(month)}月" + (f"{int(day[0])}日" if day else "")
