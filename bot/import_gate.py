"""確認用の質問 before an import: one that would make more than two points of them wrong is not taken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.effect_check import Count, Sample, check_effect
from bot.many_questions import Side
from bot.services import Services
from knowledge.check_questions import check_questions
from knowledge.import_items import Flags
from knowledge.imports import import_into
from knowledge.tabular import Sheet

MOST_POINTS = 2.0
"""Of a hundred: so many fewer may be right afterwards."""
MOST_NAMED = 20


@dataclass(frozen=True)
class Gate:
    """How many 確認用の質問 there are, and are right before and after; ``now_wrong``: some that no longer would be."""

    checks: int
    before: int
    after: int
    now_wrong: tuple[str, ...] = ()

    @property
    def is_closed(self) -> bool:
        return self.checks > 0 and (self.before - self.after) * 100 > MOST_POINTS * self.checks


OPEN = Gate(0, 0, 0)


def refusal(gate: Gate) -> list[str]:
    """Why it is not done, what it is about, and what to do; nothing of an open gate."""
    if not gate.is_closed:
        return []
    return [
        f"確認用の質問{gate.checks}問のうち、正しく答えるのが、今の{gate.before}問から{gate.after}問に減ります",
        f"100問のうち{MOST_POINTS:g}問より多く減るものは、取り込めません",
        *(f"  正しく答えなくなる質問: {text}" for text in gate.now_wrong),
        "内容を直すか、変わってよい質問なら、先に確認用の質問を直してください",
    ]


def gate_of_sheets(kit: Services, code: str, sheets: Sequence[Sheet], flags: Flags, moment: dt.datetime) -> Gate:
    """What an import of ``sheets`` would do to them; nothing is changed."""

    def change(session: Session) -> None:
        import_into(session, code, sheets, moment, **flags)

    return gate_of(kit, code, change)


def gate_of(kit: Services, code: str, change: Callable[[Session], object]) -> Gate:
    with kit.database.reading() as session:
        checks = check_questions(session, code)
    if not checks:
        return OPEN
    old, new = Side(kit.corpus.current(code)), Side(kit.corpus.tried(code, change))
    effect = check_effect(old, new, Sample((), Count()), checks)
    wrong = tuple(one.question.text for one in effect.now_wrong[:MOST_NAMED])
    return Gate(effect.checks, effect.checks_right_before, effect.checks_right_after, wrong)
