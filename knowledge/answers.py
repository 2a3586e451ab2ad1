"""What can be answered, in one shape for every kind of knowledge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from intents.counts import Document
from knowledge.application_terms import Phase, application_term, filled, translations_on, words_of_the_day
from knowledge.calendar import today
from knowledge.common_content import is_common
from knowledge.models import Entry, Plan
from knowledge.models.base import CuratedColumns
from knowledge.translations import Translated, translated

FACETS: Mapping[str, str] = {
    "target": "対象になる人",
    "bring": "必要なもの",
    "fee": "手数料",
    "deadline": "期限",
    "method": "方法",
    "online": "オンライン",
    "counter": "窓口",
    "branch": "支所",
    "mail": "郵送",
    "proxy": "代理の人",
    "delivery_days": "届くまで",
}
"""The facets of a procedure and what residents read as their names, in the order shown."""


_PRIORS: Mapping[str, float] = {"schedule": -0.3, "office": -0.15, "term": -0.15, "silent": -0.1}
"""Of what fits alike, residents mean what is told before what is not, and an entry before a row of a table."""

_COMMON_PRIOR = -0.6
"""And the municipality's own entry before one that all municipalities share."""


@dataclass(frozen=True)
class SourcePlan:
    """The plan behind an answer.  ``ended`` when its period was over on the day of asking."""

    id: str
    title: str
    short_title: str
    draft: bool
    period_text: str
    ended: bool
    url: str | None


@dataclass(frozen=True)
class Office:
    """Whom to ask.  ``in_plan``: it is known from the plan, so a number that it lacks is none that the plan prints."""

    department: str
    telephone: str | None
    in_plan: bool = False


@dataclass(frozen=True)
class Ways:
    """How to ask without speaking: the address of a form, an e-mail address, a fax number."""

    form: str | None = None
    email: str | None = None
    fax: str | None = None

    def __bool__(self) -> bool:
        return any((self.form, self.email, self.fax))

    def without_form(self) -> Ways:
        """What is told in words alone; a form is opened by a button."""
        return replace(self, form=None)


NO_WAYS = Ways()


@dataclass(frozen=True)
class Figure:
    """A value of an indicator as published.

    ``label``: 現状, 途中の目標 or 目標; ``when``: its year or day, as it is read; ``as_of``: the month or day itself.
    """

    label: str
    value: str
    unit: str
    when: str
    fiscal_year: int | None
    as_of: str | None = None

    @property
    def amount(self) -> str:
        return self.value if self.unit and self.value.endswith(self.unit) else f"{self.value}{self.unit}"


@dataclass(frozen=True)
class Step:
    """What a plan's schedule puts into the columns of some fiscal years."""

    fiscal_years: tuple[int, ...]
    text: str


@dataclass(frozen=True)
class Answer:
    """One answer as published.  ``facts`` are (name, value) rows; ``kind`` tells how to show it.

    ``name``: what a row of a table is called.  ``figures`` and ``steps``: what an indicator and a
    row of the schedule hold, to be listed and compared.
    """

    entry_id: str
    version: int
    kind: str
    title: str
    text: str
    facts: tuple[tuple[str, str], ...]
    links: tuple[tuple[str, str], ...]
    plan: SourcePlan
    section: str
    measure: str | None
    measure_title: str
    checked_on: dt.date
    department_id: str | None
    office: Office | None
    category: str
    wordings: tuple[str, ...]
    searched: str
    """What else the search reads beside title, wordings and text."""
    name: str = ""
    figures: tuple[Figure, ...] = ()
    steps: tuple[Step, ...] = ()
    translations: Mapping[str, Translated] = field(default_factory=dict)
    """What staff wrote in other languages."""

    def document(self) -> Document:
        facts = "\n".join(f"{name} {value}" for name, value in self.facts)
        answer = f"{self.text}\n{facts}\n{self.searched}"
        prior = _COMMON_PRIOR if is_common(self.entry_id) else _PRIORS.get(self.kind, 0.0)
        return Document(self.entry_id, self.title, self.wordings, answer, prior)


@dataclass(frozen=True)
class Surroundings:
    """What an answer is made within: the municipality's plans and offices, and the day."""

    plans: Mapping[str, SourcePlan]
    offices: Mapping[str, Office]
    measures: Mapping[str, str]
    day: dt.date = field(default_factory=today)

    def measure_title(self, number: str | None) -> str:
        return self.measures.get(number, "") if number else ""


def source_plan(plan: Plan, day: dt.date) -> SourcePlan:
    return SourcePlan(
        plan.plan_id,
        plan.title,
        plan.short_title,
        plan.draft,
        plan.period_text,
        plan.period_until < day,
        plan.url,
    )


def entry_answer(entry: Entry, around: Surroundings) -> Answer:
    """A curated entry as it reads on the day, word for word; an empty facet is left out."""
    term = application_term(entry.term)
    phase = term.phase(around.day) if term else Phase.OPEN
    words = words_of_the_day(around.day, term)
    over = phase is Phase.AFTER
    # How to apply for what is over would only mislead.
    given = {} if over else entry.facets or {}
    kept = entry.translations or {}
    return make_answer(
        entry,
        around,
        kind="plan" if over else entry.kind,
        title=filled(entry.question, words),
        text=filled(term.text(phase, entry.answer) if term else entry.answer, words),
        facts=tuple((name, filled(given[key], words)) for key, name in FACETS.items() if given.get(key)),
        links=tuple((link["label"], link["url"]) for link in entry.links),
        measure=entry.measure,
        category=entry.category,
        translations=translations_on(kept, translated(kept), phase, around.day, term),
    )


def make_answer(
    row: CuratedColumns,
    around: Surroundings,
    *,
    kind: str,
    title: str,
    text: str,
    category: str,
    facts: Sequence[tuple[str, str]] = (),
    links: Sequence[tuple[str, str]] = (),
    measure: str | None = None,
    wordings: Sequence[str] = (),
    searched: str = "",
    name: str = "",
    figures: Sequence[Figure] = (),
    steps: Sequence[Step] = (),
    translations: Mapping[str, Translated] | None = None,
) -> Answer:
    """An answer with everything that any row of knowledge brings along."""
    return Answer(
        entry_id=row.entry_id,
        version=row.version,
        kind=kind,
        title=title,
        text=text,
        facts=tuple(facts),
        links=tuple(links),
        plan=around.plans[row.source_plan],
        section=row.source_section,
        measure=measure,
        measure_title=around.measure_title(measure),
        checked_on=row.checked_on,
        department_id=row.department,
        office=around.offices.get(row.department) if row.department else None,
        category=category,
        wordings=tuple(dict.fromkeys((*row.phrasings, *wordings))),
        searched=" ".join(filter(None, (searched, around.measure_title(measure)))),
        name=name,
        figures=tuple(figures),
        steps=tuple(steps),
        translations=translations or {},
    )
