"""All goals of a plan, those of a year, the highest of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from intents.list_requests import ListRequest, Order
from intents.text import normalize
from knowledge.answers import Answer, Figure
from knowledge.calendar import fiscal_year_name, fiscal_years_name
from knowledge.corpus import Knowledge
from knowledge.lists.listing import Listing, Row, in_plan_order

_ID = "list-indicators"
_NO_FIGURE = "数値は計画に書かれていません"
_NUMBER = re.compile(r"(\d[\d,]*(?:\.\d+)?)([^\d以]{0,4})")

Goal = tuple[Answer, Figure]


def goals(knowledge: Knowledge, request: ListRequest) -> Listing:
    """The goals that indicators are published with."""
    found = in_plan_order(knowledge, "indicator", request.topic)
    last = [(answer, figures[-1]) for answer in found if (figures := goals_of(answer))]
    if not last:
        without = tuple(Row(answer.entry_id, answer.name, _NO_FIGURE) for answer in found)
        key = "list_goals_without_figures" if without else "list_goals_none"
        return Listing(_ID, key, without, {"count": len(without)})
    if request.beside:
        return _beside(found, request.years)
    if request.current:
        return _current(found)
    if request.years:
        return _of_years(found, last, request.years)
    if request.order is not Order.PLAN:
        return _extreme(last, request.order)
    return _all(found, last)


def goals_of(answer: Answer) -> list[Figure]:
    """What an indicator shall reach, year by year."""
    return [figure for figure in answer.figures if figure.label != "現状"]


def dated(figure: Figure) -> str:
    return f"{figure.amount}（{figure.when}）" if figure.when else figure.amount


def years_name(years: tuple[int, ...]) -> str:
    return fiscal_year_name(years[0]) if len(years) == 1 else fiscal_years_name(years)


def _all(found: Sequence[Answer], last: Sequence[Goal]) -> Listing:
    """The plan's own goals, and then the indicators for which it names none."""
    rows, year = _rows(last)
    kept = {answer.entry_id for answer, _ in last}
    without = [Row(answer.entry_id, answer.name, _NO_FIGURE) for answer in found if answer.entry_id not in kept]
    key = "list_goals_of_year" if year else "list_goals"
    values = {"year": year, "count": len(rows), "others": len(without)}
    return Listing(_ID, key, (*rows, *without), values, also="list_others_without" if without else None)


def _current(found: Sequence[Answer]) -> Listing:
    """What was when the plan was made."""
    were = [(answer, figure) for answer in found for figure in answer.figures if figure.label == "現状"]
    rows = tuple(Row(answer.entry_id, answer.name, dated(figure)) for answer, figure in were)
    return Listing(_ID, "list_currents" if rows else "list_currents_none", rows, {"count": len(rows)})


def _beside(found: Sequence[Answer], years: tuple[int, ...]) -> Listing:
    """What was and what shall be, of the indicators that have both; of two years, where they have those."""
    both = [(answer, told) for answer in found if len(told := _of_either(answer, years)) > 1]
    both = both or [(answer, told) for answer in found if len(told := _of_either(answer, ())) > 1]
    rows = tuple(Row(answer.entry_id, answer.name, " → ".join(map(dated, told))) for answer, told in both)
    return Listing(_ID, "list_values_beside" if rows else "list_currents_none", rows, {"count": len(rows)})


def _of_either(answer: Answer, years: tuple[int, ...]) -> list[Figure]:
    """The figures of the years, earlier ones first; of no years, the first and the last."""
    figures = sorted(answer.figures, key=lambda one: one.label != "現状")
    if years:
        return [figure for figure in figures if figure.fiscal_year in years]
    return [figures[0], figures[-1]] if len(figures) > 1 and figures[0].label == "現状" else []


def _rows(chosen: Sequence[Goal]) -> tuple[tuple[Row, ...], str]:
    """A row a goal; the year that all of them share stands over the list and not in every row."""
    years = {figure.when for _, figure in chosen}
    shared = years.pop() if len(years) == 1 else ""
    rows = [Row(answer.entry_id, answer.name, figure.amount if shared else dated(figure)) for answer, figure in chosen]
    return tuple(rows), shared


def _of_years(found: Sequence[Answer], last: Sequence[Goal], years: tuple[int, ...]) -> Listing:
    wanted = [(answer, figure) for answer in found for figure in goals_of(answer) if figure.fiscal_year in years]
    named = years_name(years)
    if wanted:
        rows = tuple(Row(answer.entry_id, answer.name, figure.amount) for answer, figure in wanted)
        return Listing(_ID, "list_goals_of_year", rows, {"year": named, "count": len(rows)})
    rows, other = _rows(last)
    key = "list_goals_of_other_year" if other else "list_goals_of_other_years"
    return Listing(_ID, key, rows, {"year": named, "other": other})


def _extreme(last: Sequence[Goal], order: Order) -> Listing:
    """The largest or smallest goal among those in one unit: percentages, else the commonest unit."""
    measured = [(*parsed, goal) for goal in last if (parsed := number_and_unit(goal[1].amount))]
    if not measured:
        return Listing(_ID, "list_goals_not_comparable", ())
    units = Counter(unit for _, unit, _ in measured)
    unit = "%" if "%" in units else units.most_common(1)[0][0]
    alike = [(number, goal) for number, its_unit, goal in measured if its_unit == unit]
    best = (max if order is Order.HIGHEST else min)(number for number, _ in alike)
    rows = tuple(
        Row(answer.entry_id, answer.name, dated(figure)) for number, (answer, figure) in alike if number == best
    )
    key = "list_goals_highest" if order is Order.HIGHEST else "list_goals_lowest"
    values = {"unit": "割合（％）" if unit == "%" else f"「{unit}」", "count": len(alike), "value": rows[0].value}
    return Listing(_ID, key, rows, values, "list_goals_one_unit" if len(units) > 1 else None)


def number_and_unit(amount: str) -> tuple[float, str] | None:
    """``1,000件`` -> (1000, 件); None for what is no plain number with its unit (27手続以上, 延べ33万枚)."""
    match = _NUMBER.fullmatch(normalize(amount))
    return (float(match[1].replace(",", "")), match[2]) if match else None
