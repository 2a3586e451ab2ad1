"""A plan that staff brought, into the tables: every piece a draft, nothing before a resident.

Importing the same plan again replaces the drafts; what was approved or discarded stays as it is,
and the report tells where the file now says something else.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import ScalarResult, delete, or_, select
from sqlalchemy.orm import Session

from knowledge.curated_rows import CORRECTED
from knowledge.digests import short_digest
from knowledge.models import Indicator, Municipality, Plan, PlanSection, ScheduleItem, Term
from knowledge.municipality_codes import unknown_municipality
from knowledge.plan_contents import PlanContents
from knowledge.plan_sections import Section

MOST_TITLE, MOST_SHORT_TITLE, MOST_SECTION = 80, 30, 80
OWN = "own-"
"""What the ids of plans that staff bring begin with: bundled ones never meet them."""
DRAFT, APPROVED, DISCARDED = "draft", "approved", "discarded"

KINDS: Mapping[str, str] = {"sections": "章節", "indicators": "指標", "schedule": "スケジュール", "terms": "用語"}
"""The kinds of drafts, and what staff read as their names."""

Fact: TypeAlias = Indicator | ScheduleItem | Term
FACTS: Mapping[str, type[Fact]] = {"indicators": Indicator, "schedule": ScheduleItem, "terms": Term}
_LETTERS = {"indicators": "i", "schedule": "y", "terms": "t"}
_PREFACE = "（見出しの前）"


class PlanImportError(Exception):
    """The plan cannot be taken in; the message tells why, and what to do."""


@dataclass(frozen=True)
class PlanDetails:
    """What staff say about a plan.  ``draft``: it is itself a draft (案)."""

    plan_id: str
    title: str
    short_title: str
    draft: bool
    period_from: dt.date | None
    period_until: dt.date
    period_text: str
    url: str | None = None


@dataclass(frozen=True)
class ImportReport:
    """Counts by kind.  ``changed``: headings and names of what was approved and reads otherwise now."""

    plan_id: str
    added: Mapping[str, int]
    replaced: Mapping[str, int]
    kept: Mapping[str, int]
    discarded: Mapping[str, int]
    changed: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class _Piece:
    """One piece to store: its key (section_id or entry_id), how it is called, its columns."""

    key: str
    name: str
    values: dict[str, Any]


def plan_id_of(title: str) -> str:
    """The id of a plan that staff bring: the same title is the same plan."""
    return f"{OWN}{short_digest(title, letters=8)}"


def import_plan(
    session: Session,
    code: str,
    details: PlanDetails,
    contents: PlanContents,
    moment: dt.datetime,
    day: dt.date,
    by: str | None = None,
) -> ImportReport:
    """Store a plan's pieces as drafts, within the caller's transaction.  Raises PlanImportError.

    ``by``: the account of whoever brings it, who then does not approve it.
    """
    if session.get(Municipality, code, with_for_update=True) is None:
        raise PlanImportError(unknown_municipality(code))
    _store_plan(session, code, details).imported_by = by
    tallies: dict[str, Counter[str]] = {}
    changed: list[str] = []
    for kind, pieces in _pieces(details.plan_id, contents, day).items():
        tallies[kind] = _store(session, code, details.plan_id, kind, pieces, moment, changed)
    added, replaced, kept, discarded = (
        {kind: tallies[kind][what] for kind in KINDS} for what in ("added", "replaced", "kept", "discarded")
    )
    return ImportReport(details.plan_id, added, replaced, kept, discarded, tuple(changed))


def _store_plan(session: Session, code: str, details: PlanDetails) -> Plan:
    plan = session.get(Plan, (code, details.plan_id))
    if plan is None:
        plan = Plan(municipality_code=code, plan_id=details.plan_id, kind="plan", imported=True, state=DRAFT)
        plan.published = None
        session.add(plan)
    elif not plan.imported:
        raise PlanImportError(
            f"計画の id {details.plan_id} は、同梱の計画「{plan.title}」が使っています。"
            "--plan で別の id を付けてください"
        )
    elif plan.state != DRAFT:
        return plan  # what residents already read of it changes by approval only
    plan.title, plan.short_title, plan.draft = details.title, details.short_title, details.draft
    plan.period_from, plan.period_until, plan.period_text = (
        details.period_from,
        details.period_until,
        details.period_text,
    )
    plan.url = details.url
    session.flush()
    return plan


def _store(
    session: Session,
    code: str,
    plan_id: str,
    kind: str,
    pieces: list[_Piece],
    moment: dt.datetime,
    changed: list[str],
) -> Counter[str]:
    present = dict(stored(session, code, plan_id, kind))
    drafts = {key for key, row in present.items() if row.state == DRAFT and not _is_corrected(row)}
    _delete_drafts(session, code, plan_id, kind)
    counts: Counter[str] = Counter(replaced=len(drafts))
    for piece in pieces:
        row = present.get(piece.key)
        if row is None or piece.key in drafts:
            session.add(_row(code, plan_id, kind, piece, moment))
            counts["added"] += 1
        elif row.state in (DISCARDED, "deleted", "ended"):
            counts["discarded"] += 1
        else:
            counts["kept"] += 1
            if any(getattr(row, name) != value for name, value in _content(piece).items()):
                changed.append(f"{KINDS[kind]}「{piece.name}」")
    session.flush()
    return counts


def stored(session: Session, code: str, plan_id: str, kind: str) -> Iterator[tuple[str, PlanSection | Fact]]:
    """(key, row) of everything stored of a plan's kind."""
    if kind == "sections":
        found = select(PlanSection).where(PlanSection.municipality_code == code, PlanSection.plan_id == plan_id)
        for section in session.scalars(found.order_by(PlanSection.number)):
            yield section.section_id, section
        return
    table = FACTS[kind]
    facts: ScalarResult[Fact] = session.scalars(
        select(table)
        .where(table.municipality_code == code, table.source_plan == plan_id, table.entry_id.startswith(f"{plan_id}-"))
        .order_by(table.entry_id)
    )
    for row in facts:
        yield row.entry_id, row


def _is_corrected(row: PlanSection | Fact) -> bool:
    return not isinstance(row, PlanSection) and row.bundled_digest == CORRECTED


def _delete_drafts(session: Session, code: str, plan_id: str, kind: str) -> None:
    """Those as they were read; what staff have corrected in a sheet is theirs."""
    if kind == "sections":
        gone = delete(PlanSection).where(PlanSection.municipality_code == code, PlanSection.plan_id == plan_id)
        session.execute(gone.where(PlanSection.state == DRAFT))
    else:
        table = FACTS[kind]
        session.execute(
            delete(table).where(
                table.municipality_code == code,
                table.source_plan == plan_id,
                table.entry_id.startswith(f"{plan_id}-"),
                table.state == DRAFT,
                or_(table.bundled_digest.is_(None), table.bundled_digest != CORRECTED),
            )
        )
    session.expire_all()


def _row(code: str, plan_id: str, kind: str, piece: _Piece, moment: dt.datetime) -> PlanSection | Fact:
    if kind == "sections":
        return PlanSection(
            municipality_code=code,
            plan_id=plan_id,
            section_id=piece.key,
            state=DRAFT,
            version=1,
            updated_at=moment,
            **piece.values,
        )
    return FACTS[kind](
        municipality_code=code,
        entry_id=piece.key,
        state=DRAFT,
        by_staff=True,
        version=1,
        updated_at=moment,
        source_plan=plan_id,
        **piece.values,
    )


_FRAME = frozenset({"number", "page", "checked_on", "source_page", "phrasings"})


def _content(piece: _Piece) -> dict[str, Any]:
    """What makes a piece another one: not where it stands, nor when it was read."""
    return {name: value for name, value in piece.values.items() if name not in _FRAME}


def _pieces(plan_id: str, contents: PlanContents, day: dt.date) -> dict[str, list[_Piece]]:
    maker = _Maker(plan_id, contents, day)
    return {
        "sections": maker.sections(),
        "indicators": maker.indicators(),
        "schedule": maker.schedule(),
        "terms": maker.terms(),
    }


class _Maker:
    """Rows' values from what was found, each with a key that the next import of the plan makes again."""

    def __init__(self, plan_id: str, contents: PlanContents, day: dt.date) -> None:
        self._plan_id = plan_id
        self._contents = contents
        self._day = day

    def sections(self) -> list[_Piece]:
        seen: Counter[str] = Counter()
        found = []
        for number, section in enumerate(self._contents.outline.sections, 1):
            path = list(section.path)
            told = json.dumps(path, ensure_ascii=False)
            seen[told] += 1
            values = {"number": number, "path": path, "text": section.text, "page": section.page}
            name = section.heading or _PREFACE
            found.append(_Piece(f"s-{short_digest(told, seen[told], letters=8)}", name, values))
        return found

    def indicators(self) -> list[_Piece]:
        return self._facts(
            "indicators",
            (
                (
                    one.name,
                    one.line,
                    {
                        "name": one.name,
                        "unit": one.unit,
                        "measure": None,
                        "baseline": one.baseline,
                        "interim": list(one.interim),
                        "target": one.target,
                        "definition": one.definition,
                        "breaks": [],
                        "note": one.note,
                    },
                )
                for one in self._contents.indicators
            ),
        )

    def schedule(self) -> list[_Piece]:
        return self._facts("schedule", (self._schedule_row(one.name, one) for one in self._contents.schedules))

    def _schedule_row(self, name: str, one: Any) -> tuple[str, int, dict[str, Any]]:
        called = name or self._heading(one.line)
        steps = [{"fiscal_years": list(years), "text": text} for years, text in one.steps]
        return called, one.line, {"name": called, "measure": None, "steps": steps, "note": one.note}

    def terms(self) -> list[_Piece]:
        return self._facts(
            "terms",
            (
                (
                    one.term,
                    one.line,
                    {"term": one.term, "reading": None, "aliases": list(one.aliases), "meaning": one.meaning},
                )
                for one in self._contents.terms
            ),
        )

    def _facts(self, kind: str, found: Iterator[tuple[str, int, dict[str, Any]]]) -> list[_Piece]:
        seen: Counter[str] = Counter()
        pieces = []
        for name, line, values in found:
            section = self._contents.outline.at(line)
            heading = self._heading(line)
            told = json.dumps([name, heading], ensure_ascii=False)
            seen[told] += 1
            key = f"{self._plan_id}-{_LETTERS[kind]}-{short_digest(told, seen[told], letters=8)}"
            source: dict[str, Any] = {
                "phrasings": [],
                "source_section": heading,
                "source_page": section.page if section else None,
                "checked_on": self._day,
            }
            pieces.append(_Piece(key, name, values | source))
        return pieces

    def _heading(self, line: int) -> str:
        return section_name(self._contents.outline.at(line))


def section_name(section: Section | None) -> str:
    """What a source line calls a section: its heading without the sign before it."""
    heading = section.heading if section else ""
    return (heading.lstrip("■◆●□◇○◎ 　") or _PREFACE)[:MOST_SECTION]
