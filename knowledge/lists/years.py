"""What the schedule holds for a year, what begins in it, what differs between two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from intents.list_requests import ListRequest
from knowledge.answers import Answer, Step
from knowledge.calendar import fiscal_years_name
from knowledge.corpus import Knowledge
from knowledge.lists.goals import goals_of, years_name
from knowledge.lists.listing import Listing, Row, in_plan_order
from knowledge.schedules import FROM_HERE, period_years, step_going_on

_UNREADABLE = "読み取れません"


def schedule(knowledge: Knowledge, request: ListRequest) -> Listing:
    """Rows of the schedule, as far as their years can be read."""
    found = in_plan_order(knowledge, "schedule", request.topic)
    if request.change:
        return _changes(found, request.years[0], request.years[1])
    if request.ending:
        return _ending(found, request.years)
    if request.starting:
        return _starting(found, request.years)
    if request.years:
        return _of_years(knowledge, found, request.years)
    rows = [Row(answer.entry_id, answer.name, all_steps(answer)) for answer in found if answer.steps]
    return _made("list_schedule", rows, found, {"count": len(rows)})


def _of_years(knowledge: Knowledge, found: Sequence[Answer], years: tuple[int, ...]) -> Listing:
    """What stands in the columns of the years or goes on in them, then the goals set for them."""
    on = [(answer, step) for answer in found for step in _steps_in(answer, years)]
    rows = [Row(answer.entry_id, answer.name, _told(answer, step)) for answer, step in on]
    running = any(not set(years) & set(step.fiscal_years) for _, step in on)
    goals = [
        Row(answer.entry_id, answer.name, f"目標 {figure.amount}")
        for answer in in_plan_order(knowledge, "indicator")
        for figure in goals_of(answer)
        if figure.fiscal_year in years
    ]
    periods = "、".join(plan.period_text for plan in knowledge.plans)
    values = {"year": years_name(years), "count": len(rows), "goals": len(goals), "period": periods}
    unread = (
        "list_year_unreadable"
        if _may_hold(knowledge, years[0]) and any(map(_is_unreadable, found))
        else "list_year_none"
    )
    key = ("list_year_running" if running else "list_year") if rows else "list_year_goals" if goals else unread
    made = _made(key, [*rows, *goals], found, values)
    return replace(made, also="list_goals_too" if rows and goals else None)


def _may_hold(knowledge: Knowledge, year: int) -> bool:
    """Whether a schedule may have a column for a year: it may for the one that a plan ends in, of whatever month."""
    periods = [period_years(plan) for plan in knowledge.plans]
    return any(not years or ((len(years) == 1 or min(years) <= year) and year <= max(years) + 1) for years in periods)


def _steps_in(answer: Answer, years: tuple[int, ...]) -> list[Step]:
    """The steps in the columns of the years; where there is none, the last one before them that has no end."""
    inside = [step for step in answer.steps if set(years) & set(step.fiscal_years)]
    if inside or not answer.steps:
        return inside
    going_on = step_going_on(answer, years[0])
    return [going_on] if going_on else []


def _starting(found: Sequence[Answer], years: tuple[int, ...]) -> Listing:
    rows = [
        Row(answer.entry_id, answer.name, step.text)
        for answer in found
        for step in answer.steps
        if step.fiscal_years[0] in years
    ]
    key = "list_year_starting" if rows else "list_year_starting_none"
    return _made(key, rows, found, {"year": years_name(years), "count": len(rows)})


def _ending(found: Sequence[Answer], years: tuple[int, ...]) -> Listing:
    """Steps whose last column is of the years: followed by another, or the row's last one where that has an end."""
    ends = [(answer, step, _next(answer, step)) for answer in found for step in answer.steps]
    rows = [
        Row(answer.entry_id, answer.name, f"{step.text} → {after.text}" if after else step.text)
        for answer, step, after in ends
        if step.fiscal_years[-1] in years and FROM_HERE not in step.text and (after or not _goes_on(answer, step))
    ]
    key = "list_year_ending" if rows else "list_year_ending_none"
    return _made(key, rows, found, {"year": years_name(years), "count": len(rows)})


def _next(answer: Answer, step: Step) -> Step | None:
    """The step that begins right after another."""
    return next((one for one in answer.steps if one.fiscal_years[0] == step.fiscal_years[-1] + 1), None)


def _goes_on(answer: Answer, step: Step) -> bool:
    """Whether the last step of a row may go on: only its beginning can be read, or the table's end is damaged."""
    return _UNREADABLE in answer.text or step_going_on(answer, step.fiscal_years[-1]) is not None


def _changes(found: Sequence[Answer], before: int, after: int) -> Listing:
    """The rows whose columns for two years differ.  An empty column says nothing where the table is damaged."""
    rows = []
    for answer in found:
        one, other = _text_of(answer, before), _text_of(answer, after)
        readable = bool(one and other) or _UNREADABLE not in answer.text
        if one != other and readable:
            rows.append(Row(answer.entry_id, answer.name, f"{one or '（なし）'} → {other or '（なし）'}"))
    values = {"before": fiscal_years_name([before]), "after": fiscal_years_name([after]), "count": len(rows)}
    return _made("list_changes" if rows else "list_changes_none", rows, found, values)


def _told(answer: Answer, step: Step) -> str:
    """What is done; where the row's name says it already, over which years."""
    if FROM_HERE in step.text:
        return step.text.replace(FROM_HERE, f"（{fiscal_years_name(step.fiscal_years[:1])}から）")
    return fiscal_years_name(step.fiscal_years) if step.text in answer.name else step.text


def _text_of(answer: Answer, year: int) -> str:
    return "、".join(step.text for step in answer.steps if year in step.fiscal_years)


def all_steps(answer: Answer) -> str:
    return "、".join(f"{fiscal_years_name(step.fiscal_years)} {step.text}" for step in answer.steps)


def _is_unreadable(answer: Answer) -> bool:
    return _UNREADABLE in answer.text or not answer.steps


def _made(key: str, rows: Sequence[Row], found: Sequence[Answer], values: Mapping[str, Any]) -> Listing:
    """A damaged table is owned up to: of some rows it cannot be told whether they are in a year."""
    shown = {row.entry_id for row in rows}
    others = [answer for answer in found if answer.entry_id not in shown]
    unreadable = sum(map(_is_unreadable, others))
    return Listing(
        "list-schedule", key, tuple(rows), values, "list_unreadable" if unreadable else None, {"count": unreadable}
    )
