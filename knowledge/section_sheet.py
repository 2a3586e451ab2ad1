"""The sections of imported plans as a sheet: which may be quoted.  What a plan says is only for reading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.drafts import Decision, decide, shown_id
from knowledge.models import Plan, PlanSection
from knowledge.plan_import import APPROVED, DISCARDED, DRAFT
from knowledge.sheet_places import Known, Place, plain_heading
from knowledge.tabular import OutSheet, Row

SHEET = "計画書の章節"
HEADINGS = ("章節の ID", "版", "状態", "計画書", "見出し", "本文", "ページ")
_ID, _VERSION, _STATE, _PLAN, _HEADING, _TEXT, _PAGE = HEADINGS
NEEDED = (_ID, _VERSION, _STATE, _TEXT)
_WIDTHS = (30, 6, 10, 24, 44, 80, 8)
_STATES: Mapping[str, str] = {DRAFT: "下書き", APPROVED: "引用してよい", DISCARDED: "見送り"}
_DECISIONS: Mapping[str, Decision] = {DRAFT: "restore", APPROVED: "approve", DISCARDED: "discard"}
LONGEST_TEXT = 30_000
"""A cell of Excel holds 32,767 letters, and some are written as more than one."""
_CUT = "…（ここまで）"


@dataclass(frozen=True)
class SectionChange:
    """A section whose state staff change; ``before`` and ``after`` as the table has them."""

    key: str
    name: str
    number: int
    before: str
    after: str

    @property
    def cells(self) -> tuple[tuple[str, str, str], ...]:
        return ((_STATE, _STATES[self.before], _STATES[self.after]),)


Stored = tuple[Plan, PlanSection]


def stored_by_id(session: Session, code: str) -> dict[str, Stored]:
    """The sections of the plans that staff imported, in their order; what is kept for checks alone is none of them."""
    rows = session.execute(
        select(Plan, PlanSection)
        .join(
            PlanSection,
            (PlanSection.municipality_code == Plan.municipality_code) & (PlanSection.plan_id == Plan.plan_id),
        )
        .where(Plan.municipality_code == code, Plan.imported, PlanSection.state.in_(_STATES))
        .order_by(Plan.plan_id, PlanSection.number)
    )
    return {shown_id(plan.plan_id, row.section_id): (plan, row) for plan, row in rows}


def section_table(session: Session, code: str) -> OutSheet:
    rows = [_cells(key, plan, row) for key, (plan, row) in stored_by_id(session, code).items()]
    return OutSheet(SHEET, HEADINGS, _WIDTHS, frozenset({1, 6}), rows, frozen="B2")


def _cells(key: str, plan: Plan, row: PlanSection) -> tuple[str, ...]:
    return (
        key,
        str(row.version),
        _STATES[row.state],
        plan.short_title,
        " › ".join(row.path),
        _shown(row.text),
        str(row.page or ""),
    )


def _shown(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + _CUT


def known_changes(known: Known, stored: Mapping[str, Stored]) -> tuple[list[SectionChange], list[str]]:
    """What a sheet changes, and all faults.  A row that is gone changes nothing."""
    found: dict[str, SectionChange] = {}
    seen: dict[str, int] = {}
    faults: list[str] = []
    for row in known.rows:
        place = known.place(row)
        key = (known.text(row, _ID) or "").strip()
        wrong = [*known.bad_cells(row), *_misplaced(place, key, seen, stored)]
        if not wrong:
            plan, section = stored[key]
            change = SectionChange(key, " › ".join(section.path), row.number, section.state, _state(known, row))
            wrong = list(_faults(known, row, place, plan, section, change))
            if not wrong and change.before != change.after:
                found[key] = change
        seen.setdefault(key, row.number)
        faults += wrong
    return list(found.values()), faults


def _misplaced(place: Place, key: str, seen: Mapping[str, int], stored: Mapping[str, Stored]) -> Iterator[str]:
    if key not in stored:
        yield place.fault(
            _ID,
            f"章節にない ID です: {key or '（空）'}（章節は、表では足せません。計画書を取り込んでください）",
        )
    elif key in seen:
        yield place.fault(_ID, f"{seen[key]}行目と同じ ID です: {key}")


def _state(known: Known, row: Row) -> str:
    """What the cell says; its own words where it says nothing that we know."""
    text = (known.text(row, _STATE) or "").strip()
    return next((state for state, name in _STATES.items() if plain_heading(name) == plain_heading(text)), text)


def _faults(
    known: Known, row: Row, place: Place, plan: Plan, section: PlanSection, change: SectionChange
) -> Iterator[str]:
    if change.after not in _STATES:
        yield place.fault(_STATE, f"次のどれかにしてください: {'、'.join(_STATES.values())}（今は「{change.after}」）")
        return
    given = dict(zip(HEADINGS, _cells(change.key, plan, section), strict=True))
    for heading in (_HEADING, _TEXT):
        text = known.text(row, heading)
        if text is not None and _plain(text) != _plain(given[heading]):
            yield place.fault(heading, "計画書の文は直せません（書き出したときの文に戻してください）")
    if change.before == change.after:
        return
    if (known.text(row, _VERSION) or "").strip() != given[_VERSION]:
        yield place.fault(
            _VERSION,
            f"書き出したあとに、ほかの人が変えています（いまは版 {section.version}）。もう一度書き出してください",
        )
    if change.after == APPROVED and not section.text.strip():
        yield place.fault(_STATE, "見出しだけで本文がないため、引用できません（「下書き」か「見送り」にします）")


def _plain(text: str) -> str:
    """As it is compared: what a spreadsheet program does to blanks and line ends changes nothing."""
    return "".join(text.split())


def apply_changes(session: Session, code: str, changes: Sequence[SectionChange], moment: dt.datetime) -> None:
    for state, to in _DECISIONS.items():
        ids = [one.key for one in changes if one.after == state]
        if ids:
            decide(session, code, ids, moment, to)
