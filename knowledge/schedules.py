"""Rows of a plan's schedule (工程表) as answers."""

from __future__ import annotations

from collections.abc import Sequence

from intents.years import fiscal_years
from knowledge.answers import Answer, SourcePlan, Step, Surroundings, make_answer
from knowledge.calendar import fiscal_years_name
from knowledge.models import ScheduleItem

MARKS = frozenset({"印", "矢印"})
"""What stands for the marks of a table that was read from a file."""
FROM_HERE = "（この年度から）"
"""How a step is written of which only the beginning can be read."""


def period_years(plan: SourcePlan) -> tuple[int, ...]:
    """The fiscal years that a plan's period is named by."""
    return fiscal_years(plan.period_text, 0)


def step_going_on(answer: Answer, year: int) -> Step | None:
    """The last step before a year of the plan, if it has a beginning and no end."""
    before = [step for step in answer.steps if step.fiscal_years[0] <= year]
    last = max(before, key=lambda step: step.fiscal_years[0], default=None)
    within = year <= max(period_years(answer.plan), default=year)
    return last if last is not None and FROM_HERE in last.text and within else None


def schedule_answer(item: ScheduleItem, around: Surroundings) -> Answer:
    """Where the schedule has a row, and no more: whether it was done, or went on, a column does not tell."""
    return make_answer(
        item,
        around,
        kind="schedule",
        title=f"「{item.name}」はいつ行う予定ですか？",
        text="\n".join(filter(None, (_sentence(item), item.note))),
        facts=tuple((fiscal_years_name(step["fiscal_years"]), step["text"]) for step in item.steps),
        measure=item.measure,
        category="目標と数値",
        wordings=(f"{item.name}はいつ", f"{item.name}のスケジュール", item.name),
        searched="スケジュール 予定 年度 工程表",
        name=item.name,
        steps=tuple(Step(tuple(step["fiscal_years"]), step["text"]) for step in item.steps),
    )


def _sentence(item: ScheduleItem) -> str:
    if not item.steps:
        return f"「{item.name}」は計画の工程表にありますが、いつ行うかは読み取れません。"
    steps = "、".join(_in_its_column(step["fiscal_years"], step["text"]) for step in item.steps)
    told = "があります" if any(_is_mark(step["text"]) for step in item.steps) else "として載っています"
    return f"計画の工程表では、{item.name}は、{steps}{told}。今の状況は担当にお確かめください。"


def _in_its_column(years: Sequence[int], text: str) -> str:
    """Nobody reads 「印」 in a plan: there is a mark."""
    shown = text if _is_mark(text) else f"「{text}」"
    return f"{fiscal_years_name(years)}の欄に{shown}"


def _is_mark(text: str) -> bool:
    return text.removesuffix(FROM_HERE) in MARKS
