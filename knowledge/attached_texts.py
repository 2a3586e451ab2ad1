"""The text of a plan that answers come from, kept for the source check alone.

A plan that came with the program, or that staff entered in a sheet, has no text in the database: staff
attach its file here.  No resident ever reads it: it cannot be approved, and is never quoted.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from knowledge.common_content import is_common
from knowledge.digests import short_digest
from knowledge.models import Municipality, Plan, PlanSection
from knowledge.municipality_codes import unknown_municipality
from knowledge.plan_documents.document import PlanDocument
from knowledge.plan_outline import outline
from knowledge.plan_sections import Section, sections

FOR_CHECKS = "check"
"""The state of such a section."""


class AttachError(Exception):
    """The text cannot be attached to what was named; the message tells why, and what to do."""


@dataclass(frozen=True)
class AttachedText:
    sections: int
    letters: int
    since: dt.datetime


def takes_text(plan: Plan) -> bool:
    """An imported plan has its own text; what is common to all municipalities is checked where it is made."""
    return not plan.imported and not is_common(plan.plan_id)


def sections_of(document: PlanDocument) -> Sequence[Section]:
    """As the source check of the bundled content reads them."""
    if document.kind == "text":
        return sections("\n".join(line.text for line in document.lines))
    return outline(document).sections


def attach_text(session: Session, code: str, plan_id: str, document: PlanDocument, moment: dt.datetime) -> AttachedText:
    """Keep the text in place of the one attached before, within the caller's transaction.  Raises AttachError."""
    plan = plan_to_attach_to(session, code, plan_id)
    detach_text(session, plan)
    seen: Counter[str] = Counter()
    found = sections_of(document)
    for number, section in enumerate(found, 1):
        told = json.dumps(list(section.path), ensure_ascii=False)
        seen[told] += 1
        session.add(
            PlanSection(
                municipality_code=code,
                plan_id=plan_id,
                section_id=f"s-{short_digest(told, seen[told], letters=8)}",
                number=number,
                path=list(section.path),
                text=section.text,
                page=section.page,
                state=FOR_CHECKS,
                version=1,
                updated_at=moment,
            )
        )
    session.flush()
    return AttachedText(len(found), sum(len(one.text) for one in found), moment)


def plan_to_attach_to(session: Session, code: str, plan_id: str) -> Plan:
    """Raises AttachError."""
    if session.get(Municipality, code, with_for_update=True) is None:
        raise AttachError(unknown_municipality(code))
    plan = session.get(Plan, (code, plan_id))
    if plan is None or is_common(plan_id):
        known = session.scalars(select(Plan.plan_id).where(Plan.municipality_code == code).order_by(Plan.plan_id))
        names = "、".join(one for one in known if not is_common(one)) or "なし"
        raise AttachError(f"計画 {plan_id} はありません（ある計画: {names}）")
    if plan.imported:
        raise AttachError(
            f"計画「{plan.title}」は取り込んだ計画で、本文がもう入っています（新しくするには、もう一度取り込みます）"
        )
    return plan


def detach_text(session: Session, plan: Plan) -> bool:
    """Whether there was one."""
    gone = delete(PlanSection).where(
        PlanSection.municipality_code == plan.municipality_code,
        PlanSection.plan_id == plan.plan_id,
        PlanSection.state == FOR_CHECKS,
    )
    removed = session.execute(gone.returning(PlanSection.section_id)).all()
    session.expire_all()
    return bool(removed)


def attached_texts(session: Session, code: str) -> dict[str, AttachedText]:
    """By plan."""
    rows = session.execute(
        select(
            PlanSection.plan_id,
            func.count(),
            func.sum(func.length(PlanSection.text)),
            func.max(PlanSection.updated_at),
        )
        .where(PlanSection.municipality_code == code, PlanSection.state == FOR_CHECKS)
        .group_by(PlanSection.plan_id)
    )
    return {plan_id: AttachedText(count, letters, since) for plan_id, count, letters, since in rows}


def stored_sections(session: Session, code: str, plan_id: str) -> tuple[Section, ...]:
    """All of a plan that are here; discarded ones too: the plan says what it says, whether it is quoted or not."""
    rows = session.scalars(
        select(PlanSection)
        .where(PlanSection.municipality_code == code, PlanSection.plan_id == plan_id)
        .order_by(PlanSection.number)
    )
    return tuple(Section(tuple(row.path), row.text, row.number, row.page) for row in rows)
