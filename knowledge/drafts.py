"""What waits for approval of the plans that staff brought: listed, approved, discarded.

Approving publishes: the knowledge version moves, and every process answers by it from then on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.answers import Surroundings, source_plan
from knowledge.indicators import indicator_answer
from knowledge.models import Indicator, Municipality, Plan, PlanSection, ScheduleItem, Term
from knowledge.municipality_codes import unknown_municipality
from knowledge.plan_import import APPROVED, DISCARDED, DRAFT, FACTS, KINDS, Fact, stored
from knowledge.schedules import schedule_answer
from knowledge.terms import term_answer

_SHOWN_AS = {DRAFT: "下書き", APPROVED: "承認済み", "published": "承認済み", DISCARDED: "見送り", "deleted": "見送り"}

Decision: TypeAlias = Literal["approve", "discard", "restore"]


OWN_IMPORT = "自分が取り込んだものは承認できません（市町村の設定）。ほかの承認者に頼んでください。見送ることはできます"


class DraftError(Exception):
    """What was asked cannot be done; the message tells why, and what to do."""


@dataclass(frozen=True)
class Draft:
    """One piece of an imported plan.  ``text``: what a resident would read of it, once it is approved."""

    id: str
    plan_id: str
    kind: str
    state: str
    name: str
    section: str
    page: int | None
    text: str

    @property
    def state_name(self) -> str:
        return _SHOWN_AS.get(self.state, self.state)


@dataclass(frozen=True)
class Decided:
    """How many were changed, and how many needed no change."""

    changed: int
    unchanged: int


def pieces(
    session: Session, code: str, plan_id: str | None = None, states: Collection[str] = (DRAFT,)
) -> Iterator[Draft]:
    """Those of a municipality, or of one of its plans, in the order of the plan.  Raises DraftError."""
    for plan in _plans(session, code, plan_id):
        for kind in KINDS:
            for _, row in stored(session, code, plan.plan_id, kind):
                if row.state in states:
                    yield _draft(plan, row)


def piece(session: Session, code: str, wanted: str) -> Draft:
    """The one of an id.  Raises DraftError."""
    plan, row = _found(session, code, [wanted])[wanted]
    return _draft(plan, row)


def decide(
    session: Session, code: str, ids: Sequence[str], moment: dt.datetime, to: Decision, by: str | None = None
) -> Decided:
    """Approve, discard or restore the pieces of ``ids``, all or none, within the caller's transaction.

    ``by``: the account of whoever decides; None for the command line, which is the operator's.
    What is discarded, no later import brings back; what was approved and is discarded or restored is
    taken back from residents.  Raises DraftError.
    """
    town = session.get(Municipality, code, with_for_update=True)
    if town is None:
        raise DraftError(unknown_municipality(code))
    changed = unchanged = 0
    seen_by_residents = False
    for wanted, (plan, row) in _found(session, code, ids).items():
        before, after = row.state, _state(row, to)
        if before == after:
            unchanged += 1
            continue
        if to == "approve":
            if not may_approve(town, plan, by):
                raise DraftError(OWN_IMPORT)
            _check(row, wanted)
            plan.state = "published"
        row.state, row.updated_at, row.version = after, moment, row.version + 1
        seen_by_residents |= to == "approve" or before in (APPROVED, "published")
        changed += 1
    if seen_by_residents:
        town.knowledge_version += 1
    return Decided(changed, unchanged)


def may_approve(town: Municipality, plan: Plan, account: str | None) -> bool:
    """Whoever brought a plan does not approve its pieces, as with answers, where the municipality says so."""
    return account is None or not town.separate_approver or plan.imported_by != account


def _state(row: PlanSection | Fact, to: Decision) -> str:
    if to == "restore":
        return DRAFT
    if isinstance(row, PlanSection):
        return APPROVED if to == "approve" else DISCARDED
    return "published" if to == "approve" else "deleted"


def _check(row: PlanSection | Fact, wanted: str) -> None:
    if isinstance(row, PlanSection) and not row.text.strip():
        raise DraftError(f"{wanted}: 見出しだけで本文がないため、承認しても引用できません（見送りにできます）")


def _plans(session: Session, code: str, plan_id: str | None) -> list[Plan]:
    if session.get(Municipality, code) is None:
        raise DraftError(unknown_municipality(code))
    wanted = select(Plan).where(Plan.municipality_code == code, Plan.imported.is_(True)).order_by(Plan.plan_id)
    found = [plan for plan in session.scalars(wanted) if plan_id in (None, plan.plan_id)]
    if plan_id is not None and not found:
        raise DraftError(
            f"計画 {plan_id} は取り込まれていません"
            f"（`knowledge drafts --municipality {code}` で計画の id を確かめられます）"
        )
    return found


def _found(session: Session, code: str, ids: Sequence[str]) -> dict[str, tuple[Plan, PlanSection | Fact]]:
    """The rows of ``ids``, in their order."""
    known = {
        shown_id(plan.plan_id, key): (plan, row)
        for plan in _plans(session, code, None)
        if any(wanted.startswith(f"{plan.plan_id}-") for wanted in ids)
        for kind in KINDS
        for key, row in stored(session, code, plan.plan_id, kind)
    }
    for wanted in ids:
        if wanted not in known:
            raise DraftError(
                f"{wanted}: この id の下書きはありません（`knowledge drafts --municipality {code}` で確かめられます）"
            )
    return {wanted: known[wanted] for wanted in ids}


def shown_id(plan_id: str, key: str) -> str:
    """A section's key is told with its plan's id before it, as those of the other kinds have it."""
    return key if key.startswith(f"{plan_id}-") else f"{plan_id}-{key}"


def _draft(plan: Plan, row: PlanSection | Fact) -> Draft:
    if isinstance(row, PlanSection):
        key, name = shown_id(plan.plan_id, row.section_id), " › ".join(row.path) or "（見出しの前）"
        return Draft(key, plan.plan_id, "sections", row.state, name, name, row.page, row.text)
    kind = next(kind for kind, table in FACTS.items() if isinstance(row, table))
    name = row.term if isinstance(row, Term) else row.name
    text = _as_read(plan, row)
    return Draft(row.entry_id, plan.plan_id, kind, row.state, name, row.source_section, row.source_page, text)


def _as_read(plan: Plan, row: Fact) -> str:
    around = Surroundings({plan.plan_id: source_plan(plan, row.checked_on)}, {}, {})
    if isinstance(row, Indicator):
        return indicator_answer(row, around).text
    if isinstance(row, ScheduleItem):
        return schedule_answer(row, around).text
    return term_answer(row, around).text
