"""Rows of a plan's schedule (工程表) as answers."""

from __future__ import annotations

from knowledge.answers import Answer, Step, Surroundings, make_answer
from knowledge.calendar import fiscal_years_name
from knowledge.models import ScheduleItem


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
    steps = "、".join(f"{fiscal_years_name(step['fiscal_years'])}の欄に「{step['text']}」" for step in item.steps)
    return f"計画の工程表では、{item.name}は、{steps}として載っています。今の状況は担当にお確かめください。"
