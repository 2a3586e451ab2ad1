"""Published knowledge as what questions are answered from: one immutable whole per municipality.

A whole is built aside and swapped by one reference when the municipality's knowledge version,
or the day in Japan, has moved.  Readers compare one row per question, so a published change is
live at once in every process.
"""

from __future__ import annotations

import datetime as dt
import re
import threading
import time
from collections import ChainMap, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache, partial
from types import MappingProxyType
from typing import TypeVar, cast

import structlog
from sqlalchemy import Date, Select, Table, bindparam, func, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from intents.counts import Document
from intents.decision import POLICIES, STANDARD, Policy
from intents.grouping import Background, background_of
from intents.index import Index
from intents.places import Neighbourhood
from intents.romaji import latin_terms
from intents.vectors import Vectors
from knowledge.answers import NO_WAYS, Answer, Office, SourcePlan, Surroundings, Ways, source_plan
from knowledge.bundled_readings import bundled_readings
from knowledge.calendar import now, today
from knowledge.common_answers import HALL_TELEPHONE, Filling, answers_of_entries, common_offices, hall, own_first
from knowledge.common_content import common_content, is_common
from knowledge.country import Country, country, hall_name, short_name
from knowledge.db import Database
from knowledge.directory import Directory, make_directory
from knowledge.general_number import with_general_number
from knowledge.index_files import IndexFiles, LearnedPart
from knowledge.indicators import indicator_answer
from knowledge.learned import learned_mark, read_adaptation
from knowledge.models import Department, Entry, Indicator, Measure, Municipality, Plan, ScheduleItem, Term
from knowledge.offices import AskedFirst, asked_first, office, office_answer
from knowledge.opening_hours import NO_HOURS, OpeningHours
from knowledge.opening_places import opening_hours
from knowledge.organisation_settling import settle_due
from knowledge.quotable import NOTHING_QUOTABLE, Quotable, quotable
from knowledge.recently_used import RecentlyUsed
from knowledge.schedules import schedule_answer
from knowledge.slot_values import slot_values
from knowledge.staff_words import NO_WORDS, Words, words_of
from knowledge.subject_names import GENERAL
from knowledge.subject_offices import NOTHING_KNOWN, SubjectOffice, subject_offices
from knowledge.terms import term_answer

MOST_ANSWERS = 3_000
"""Some ten municipalities of 300 answers, of which each weighs about 12 MB (make bench)."""

LONGEST_WAIT = 60.0
"""Seconds before the next attempt to build what could not be built."""

_CODE = re.compile(r"[0-9]{6}")
"""Anything else is asked for nowhere: PostgreSQL refuses some texts."""

_log = structlog.get_logger("corpus")

_Row = TypeVar("_Row", Entry, Indicator, ScheduleItem, Department, Term)


@dataclass(frozen=True)
class Lag:
    """A municipality that is answered from an older version than the published one, whose index cannot be built."""

    code: str
    serving: int
    wanted: int
    since: dt.datetime
    failures: int
    error: str


class UnknownMunicipalityError(LookupError):
    """No municipality has this code."""


@dataclass(frozen=True)
class Town:
    """A municipality as residents meet it."""

    code: str
    name: str
    kana: str
    prefecture: str
    aliases: tuple[str, ...]
    sample: bool
    examples: tuple[str, ...]
    """The entries that a resident is shown to begin with."""
    reply_languages: tuple[str, ...]
    """The languages beside Japanese that residents are answered in."""
    policy: Policy
    """How sure one must be to answer here."""
    greeting: str | None = None
    """The first words to whoever comes anew, where the municipality has its own."""
    staff_chat_hours: int | None = None
    """For so long the service is silent for whoever talks to staff in LINE; None: staff do not use its chat."""
    ways: Ways = NO_WAYS
    """How to ask the municipality without speaking."""
    line_id: str | None = None
    """Of its LINE公式アカウント, from the ``@`` on."""
    searchable: bool = False
    """Search engines may list its answers; never those of a sample."""
    privacy_url: str | None = None
    """Of its privacy policy."""

    @property
    def names(self) -> tuple[str, ...]:
        return (
            self.name,
            short_name(self.name),
            self.prefecture,
            short_name(self.prefecture),
            *self.aliases,
        )


@dataclass(frozen=True)
class State:
    """What a whole was built from: the published version, what was learned, the day in Japan."""

    published: int
    learned: int
    day: dt.date


@dataclass(frozen=True)
class Knowledge:
    """Everything one municipality can answer, at one version and on one day."""

    town: Town
    state: State
    answers: Mapping[str, Answer]
    index: Index
    contact: Office
    hall: Office
    """Whom to ask where no office is known."""
    plans: tuple[SourcePlan, ...]
    places: Neighbourhood
    country: Country
    """All municipalities served here."""
    latin_places: ChainMap[str, str]
    """Municipalities and prefectures by their names in Latin letters."""
    measures: Mapping[str, str]
    """The plan's measures in its own order: number -> title."""
    subjects: Mapping[str, SubjectOffice] = field(default_factory=dict)
    """Which office sees to what, by the subject's id; the city hall's own number under ``general``."""
    quotable: Quotable = NOTHING_QUOTABLE
    """What may be quoted where nothing else fits."""
    words: Words = NO_WORDS
    """What staff have laid down about words."""
    opening: OpeningHours = NO_HOURS
    """When residents are received, where staff have entered it."""

    @cached_property
    def usual_words(self) -> Background:
        """How common words are in what is asked here: they tell few needs apart.  Made when staff first want it."""
        return background_of(
            wording for answer in self.answers.values() for wording in (answer.title, *answer.wordings)
        )

    @cached_property
    def latin_words(self) -> Mapping[str, str]:
        """The same, and the names that the answers give to things, made when somebody first asks in Latin letters."""
        return ChainMap(*self.latin_places.maps, latin_terms(_names_of_things(self.answers.values())))

    @cached_property
    def readings(self) -> Mapping[str, str]:
        """How words are read that the dictionary does not know so: what staff have laid down comes before all."""
        own = {**bundled_readings(self.town.code), **_readings_of(self.town), **self.words.readings}
        return MappingProxyType(own)

    @cached_property
    def directory(self) -> Directory:
        """The offices by name, made when somebody first asks for one."""
        return make_directory(self.answers.values(), self.contact.department, self.subjects, self.hall)

    @property
    def version(self) -> int:
        return self.state.published

    @property
    def day(self) -> dt.date:
        return self.state.day


@cache
def _versions_of() -> Select[int, int]:
    """Asked before every answer, so put together once."""
    table = cast(Table, Municipality.__table__).c
    return select(table.knowledge_version, table.learned_version).where(table.code == bindparam("town"))


class Corpus:
    """The current knowledge of every municipality, made on demand.

    Those asked for last are kept, as many as have ``most_answers`` together (one at least); the
    indexes of the others are opened again from ``index_files``.
    """

    def __init__(
        self,
        database: Database,
        vectors: Vectors,
        clock: Callable[[], dt.date] = today,
        *,
        index_files: IndexFiles | None = None,
        most_answers: int = MOST_ANSWERS,
        on_fault: Callable[[str], None] = lambda _: None,
    ) -> None:
        """``on_fault``: told of a municipality whose index could not be made."""
        self._database = database
        self._clock = clock
        self._files = index_files or IndexFiles(None)
        self._vectors = vectors
        self._kept = RecentlyUsed[str, Knowledge](most_answers, size=lambda knowledge: len(knowledge.answers))
        self._on_fault = on_fault
        self._building: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._lags: dict[str, Lag] = {}
        self._again: dict[str, float] = {}
        self._towns: list[Town] = []

    @property
    def vectors(self) -> Vectors:
        return self._vectors

    def towns(self) -> list[Town]:
        """All municipalities, in the order of their codes; while the database is away, those that were there before."""
        try:
            with self._database.reading() as session:
                found = [_town(row) for row in session.scalars(select(Municipality).order_by(Municipality.code))]
        except SQLAlchemyError:
            if not self._towns:
                raise
            return self._towns
        self._towns = found
        return found

    def lagging(self) -> list[Lag]:
        """The municipalities that are answered from an older version than the published one."""
        return sorted(self._lags.values(), key=lambda lag: lag.code)

    def current(self, code: str) -> Knowledge:
        """The knowledge of ``code`` as published now.  Raises UnknownMunicipalityError.

        While the database is away, as it was last; where the published version cannot be built, the one before.
        """
        if not _CODE.fullmatch(code):
            raise UnknownMunicipalityError(code)
        day = self._clock()
        kept = self._kept.get(code)
        if kept is None or kept.day != day:
            self._settle(code, day)
        try:
            versions = self._versions(code)
        except SQLAlchemyError as error:
            if kept is None:
                raise
            _log.error("served_from_memory", municipality=code, error=type(error).__name__)
            return kept
        if versions is None:
            raise UnknownMunicipalityError(code)
        wanted = State(*versions, day)
        if kept is not None and kept.state == wanted:
            return kept
        if kept is not None and replace(kept.state, learned=wanted.learned) == wanted:
            self._swap_later(kept, code, wanted)
            return kept
        return self._rebuilt(code, wanted) if kept is None else self._rebuilt_or(kept, code, wanted)

    def _versions(self, code: str) -> tuple[int, int] | None:
        with self._database.glancing() as session:
            found = session.execute(_versions_of(), {"town": code}).first()
        return None if found is None else (found.knowledge_version, found.learned_version)

    def _rebuilt_or(self, kept: Knowledge, code: str, wanted: State) -> Knowledge:
        """What is ``wanted``, or ``kept`` where that cannot be built: then it is tried again, less and less often."""
        if time.monotonic() < self._again.get(code, 0.0):
            return kept
        try:
            return self._rebuilt(code, wanted)
        except Exception as error:  # whatever it is: residents are answered as they were before
            failures = self._lags[code].failures + 1 if code in self._lags else 1
            since = self._lags[code].since if code in self._lags else now()
            self._again[code] = time.monotonic() + min(2.0 ** (failures - 1), LONGEST_WAIT)
            kind = type(error).__name__
            self._lags[code] = Lag(code, kept.state.published, wanted.published, since, failures, kind)
            _log.error("not_rebuilt", municipality=code, serving=kept.version, wanted=wanted.published, error=kind)
            return kept

    def _settle(self, code: str, day: dt.date) -> None:
        """Bring into force what changes in the organisation today; nobody waits for an answer because it cannot be."""
        try:
            settle_due(self._database, day, now(), code)
        except SQLAlchemyError as error:
            _log.error("organisation_not_settled", municipality=code, error=type(error).__name__)

    def tried(self, code: str, change: Callable[[Session], object]) -> Knowledge:
        """The knowledge of ``code`` as ``change`` would make it; nothing is changed.

        ``change`` is done and undone in one transaction, which others' writing waits for: it must be
        quick.  The index is made after it, under what was learned before, and kept nowhere.
        """
        with self._database.writing() as session:
            change(session)
            session.flush()
            session.expire_all()
            gathered = _gather(session, code, self._clock())
            adaptation = gathered.learned.read()
            session.rollback()
        learned = replace(gathered.learned, read=lambda: adaptation)
        return _whole(replace(gathered, learned=learned), self._vectors, IndexFiles(None))

    def lay_out(self, knowledge: Knowledge, learned: LearnedPart) -> None:
        """Make the file of the index that ``knowledge`` will have under what was ``learned``."""
        town, documents = knowledge.town, knowledge.index.documents
        words = knowledge.words
        names = [*_own_names(town), *words.ignored]
        self._files.index(town.code, documents, names, self._vectors, learned, words.synonyms)

    def keeps(self, code: str) -> bool:
        """Whether a municipality is in memory, whatever its version."""
        return code in self._kept

    @property
    def size(self) -> int:
        """How many municipalities are in memory."""
        return len(self._kept)

    @property
    def is_full(self) -> bool:
        """Whether another municipality would drive one out."""
        return self._kept.is_full

    def _swap_later(self, kept: Knowledge, code: str, wanted: State) -> None:
        """What was learned anew changes no answer: nobody waits while the index is laid out by it."""
        if not self._building[code].locked() and time.monotonic() >= self._again.get(code, 0.0):
            threading.Thread(target=self._rebuilt_or, args=(kept, code, wanted), name="index", daemon=True).start()

    def _rebuilt(self, code: str, wanted: State) -> Knowledge:
        with self._building[code]:
            kept = self._kept.get(code)
            if kept is None or kept.state != wanted:
                try:
                    with self._database.reading() as session:
                        kept = read_knowledge(session, code, wanted.day, self._vectors, self._files)
                except SQLAlchemyError:
                    raise  # the database's fault, told as its own
                except Exception as error:
                    _log.error("index_failed", municipality=code, error=type(error).__name__)
                    self._on_fault(code)
                    raise
                self._kept.put(code, kept)
            self._lags.pop(code, None)
            self._again.pop(code, None)
            return kept


@dataclass(frozen=True)
class _Gathered:
    """All that was read of a municipality: what its index is made of, and the rest."""

    place: str
    documents: tuple[Document, ...]
    names: tuple[str, ...]
    words: Words
    learned: LearnedPart
    with_index: Callable[[Index], Knowledge]


def read_knowledge(
    session: Session,
    code: str,
    day: dt.date,
    vectors: Vectors,
    files: IndexFiles,
    *,
    entries: Sequence[Entry] | None = None,
    place: str | None = None,
) -> Knowledge:
    """Read and index one municipality within one transaction: one version, nothing in between.

    ``entries`` stand in for the published ones, to see what they would change; their index is then kept at
    ``place``, away from what residents are answered from.
    """
    return _whole(replace(_gather(session, code, day, entries), place=place or code), vectors, files)


def _whole(gathered: _Gathered, vectors: Vectors, files: IndexFiles) -> Knowledge:
    words = gathered.words
    names = [*gathered.names, *words.ignored]
    index = files.index(gathered.place, gathered.documents, names, vectors, gathered.learned, words.synonyms)
    return gathered.with_index(index)


def _gather(session: Session, code: str, day: dt.date, entries: Sequence[Entry] | None = None) -> _Gathered:
    row = session.get_one(Municipality, code)
    town = _town(row)
    everywhere = country(_names(session))
    departments = published(session, Department, code, day)
    subjects, values = _told(session, code, departments)
    the_hall = _hall(row, subjects, values)
    asked = asked_first(row, the_hall.telephone)
    own_offices = {department.entry_id: office(department, asked) for department in departments}
    contact = own_offices.get(row.contact_department) or Office(the_hall.department, asked.telephone)
    around = _around(session, code, day, values, own_offices, all_plans=entries is not None)
    curated = published(session, Entry, code, day) if entries is None else entries
    told = answers_of_entries(curated, around, Filling(town.name, common_content().slots, values, the_hall))
    answers = own_first([*told, *_answers_of_tables(session, code, around, departments, asked)])
    names, words = _own_names(town), words_of(session, code)
    whole = partial(
        Knowledge,
        town=town,
        state=State(row.knowledge_version, row.learned_version, day),
        answers=MappingProxyType({answer.entry_id: answer for answer in answers}),
        contact=contact,
        hall=the_hall,
        plans=tuple(plan for plan in around.plans.values() if not is_common(plan.id)),
        places=everywhere.around(town.names),
        country=everywhere,
        latin_places=everywhere.latin_around(town.name),
        measures=around.measures,
        subjects=MappingProxyType(subjects),
        quotable=quotable(session, code, around.plans, names),
        words=words,
        opening=opening_hours(session, code),
    )
    return _Gathered(
        code,
        tuple(answer.document() for answer in answers),
        tuple(names),
        words,
        LearnedPart(learned_mark(session, code), partial(read_adaptation, session, code)),
        lambda index: whole(index=index),
    )


def _answers_of_tables(
    session: Session, code: str, around: Surroundings, departments: Sequence[Department], asked: AskedFirst
) -> Iterator[Answer]:
    yield from (indicator_answer(indicator, around) for indicator in published(session, Indicator, code, around.day))
    yield from (schedule_answer(item, around) for item in published(session, ScheduleItem, code, around.day))
    yield from (office_answer(department, around, asked) for department in departments)
    yield from (term_answer(term, around) for term in published(session, Term, code, around.day))


def _around(
    session: Session,
    code: str,
    day: dt.date,
    values: Mapping[str, str],
    own_offices: Mapping[str, Office],
    *,
    all_plans: bool,
) -> Surroundings:
    """``all_plans``: a draft may be taken from a plan of which nothing is approved yet."""
    seen = [] if all_plans else [Plan.state == "published"]
    plans = session.scalars(select(Plan).where(Plan.municipality_code == code, *seen))
    measures = session.scalars(select(Measure).where(Measure.municipality_code == code).order_by(Measure.position))
    return Surroundings(
        MappingProxyType({plan.plan_id: source_plan(plan, day) for plan in plans}),
        MappingProxyType({**common_offices(common_content(), values, list(own_offices.values())), **own_offices}),
        MappingProxyType({measure.number: measure.title for measure in measures}),
        day,
    )


def _told(
    session: Session, code: str, departments: Sequence[Department]
) -> tuple[dict[str, SubjectOffice], dict[str, str]]:
    """What the municipality has filled in: offices by subject, values by slot."""
    return with_general_number(subject_offices(session, code, departments), slot_values(session, code))


def _hall(town: Municipality, subjects: Mapping[str, SubjectOffice], values: Mapping[str, str]) -> Office:
    return hall(town.name, subjects.get(GENERAL, NOTHING_KNOWN).telephone, values.get(HALL_TELEPHONE))


def drafted_answers(session: Session, knowledge: Knowledge, entries: Sequence[Entry]) -> list[Answer]:
    """The answers that ``entries`` would be among ``knowledge``, without an index: to look at, not to be found."""
    row = session.get_one(Municipality, knowledge.town.code)
    return _alone(session, row, knowledge.day, entries, all_plans=True)[0]


def entry_answers(session: Session, code: str, day: dt.date) -> list[Answer]:
    """The entries as residents read them on ``day``, without an index: none to which something of their own is told."""
    row = session.get_one(Municipality, code)
    told, around, departments, asked = _alone(session, row, day, published(session, Entry, code, day), all_plans=False)
    kept = {one.entry_id for one in own_first([*told, *_answers_of_tables(session, code, around, departments, asked)])}
    return [one for one in told if one.entry_id in kept]


def _alone(
    session: Session, town: Municipality, day: dt.date, entries: Sequence[Entry], *, all_plans: bool
) -> tuple[list[Answer], Surroundings, Sequence[Department], AskedFirst]:
    """The answers of ``entries``, and what they were made within."""
    departments = published(session, Department, town.code, day)
    subjects, values = _told(session, town.code, departments)
    the_hall = _hall(town, subjects, values)
    asked = asked_first(town, the_hall.telephone)
    own_offices = {one.entry_id: office(one, asked) for one in departments}
    around = _around(session, town.code, day, values, own_offices, all_plans=all_plans)
    filling = Filling(town.name, common_content().slots, values, the_hall)
    return answers_of_entries(entries, around, filling), around, departments, asked


_QUOTED = re.compile("「([^「」]{3,20})」")


def _names_of_things(answers: Iterable[Answer]) -> Iterator[str]:
    """What the answers call things by: terms, and what stands in quotes in a question (「ちゃちゃっと手続き」)."""
    for answer in answers:
        if answer.kind == "term" and answer.name:
            yield answer.name
        for wording in (answer.title, *answer.wordings):
            yield from _QUOTED.findall(wording)


def _names(session: Session) -> str:
    """``code name`` of every municipality, a line each; asked for as one text, since 1,741 rows cost ten times that."""
    named = select((Municipality.code + " " + Municipality.name).label("line")).order_by(Municipality.code).subquery()
    return session.scalar(select(func.aggregate_strings(named.c.line, "\n"))) or ""


def published(session: Session, table: type[_Row], code: str, day: dt.date) -> Sequence[_Row]:
    """What residents may see on ``day``."""
    return session.scalars(_published(table), {"code": code, "day": day}).all()


@lru_cache
def _published(table: type[_Row]) -> Select[_Row]:
    """Put together once: to do it anew costs as much as to ask it of a municipality of few."""
    day = bindparam("day", type_=Date)
    return (
        select(table)
        .where(
            table.municipality_code == bindparam("code"),
            table.state == "published",
            or_(table.valid_from.is_(None), table.valid_from <= day),
            or_(table.valid_until.is_(None), table.valid_until >= day),
        )
        .order_by(table.entry_id)
    )


def _own_names(town: Town) -> list[str]:
    return [town.name, short_name(town.name), *town.aliases]


_HALLS = {"役所": "やくしょ", "役場": "やくば"}
_ENDINGS = {"市": "し", "区": "く", "町": "まち", "村": "むら"}


def _readings_of(town: Town) -> dict[str, str]:
    """Its name, its hall, and its name without 市."""
    if not town.kana:
        return {}
    hall = hall_name(town.name)
    whole = {town.name: town.kana, hall: town.kana + _HALLS[hall[-2:]]}
    ending = _ENDINGS.get(town.name[-1:], "")
    if ending and town.kana.endswith(ending):
        whole[town.name[:-1]] = town.kana.removesuffix(ending)
    return whole


def _town(row: Municipality) -> Town:
    return Town(
        row.code,
        row.name,
        row.kana,
        row.prefecture,
        tuple(row.aliases),
        _is_sample(row),
        tuple(row.examples),
        tuple(row.reply_languages),
        POLICIES.get(row.caution, STANDARD),
        row.greeting,
        row.staff_chat_hours,
        Ways(row.contact_form, row.contact_email, row.contact_fax),
        row.line_id,
        row.searchable and not _is_sample(row),
        row.privacy_url,
    )


def _is_sample(row: Municipality) -> bool:
    """What nobody of the municipality has taken over."""
    return row.sample and not row.taken_over
