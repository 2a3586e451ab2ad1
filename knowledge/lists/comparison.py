"""What is told of two or more named matters, side by side: figures, years, meanings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from intents.comparisons import OF, Measure
from intents.leads import split_sentences
from intents.list_requests import OR, ListRequest
from intents.text import normalize
from intents.tokenizer import content_tokens
from knowledge.answers import Answer, Figure
from knowledge.calendar import fiscal_year_name
from knowledge.corpus import Knowledge
from knowledge.lists.goals import dated, number_and_unit
from knowledge.lists.listing import Listing, Row, in_plan_order
from knowledge.lists.years import all_steps

_ID = "list-comparison"
_TOLD_OF_EACH = 3
"""A side that more rows than these speak of names none of them."""
_KINDS: Mapping[Measure, Sequence[str]] = {
    Measure.LARGER: ("indicator",),
    Measure.SMALLER: ("indicator",),
    Measure.EARLIER: ("schedule",),
    Measure.LATER: ("schedule",),
    Measure.ANY: ("indicator", "schedule", "term", "office"),
    Measure.DIFFERENCE: ("term", "office", "indicator"),
}
"""What may tell of both sides, by the measure: which is larger only figures tell."""
_BY_NAME = ("term", "office")
_NOTHING = Listing(_ID, "list_side_by_side", ())


def side_by_side(knowledge: Knowledge, request: ListRequest) -> Listing:
    """The rows about each side, of the first kind of knowledge that has some for all of them."""
    measure = request.compared or Measure.ANY
    for kind in _KINDS[measure]:
        told = in_plan_order(knowledge, kind)
        found = [_meant(told, kind, side) for side in request.topic.split(OR)]
        if all(found) and not _same(found):
            return _MAKERS[kind](_each_once(_in_one_unit(found)), measure)
    return _NOTHING


def _meant(told: Sequence[Answer], kind: str, side: str) -> list[Answer]:
    """The answers that a side names; what is compared of it (発行率) tells between several."""
    name, _, of = side.partition(OF)
    named = [one for one in told if name in map(normalize, (one.name, *one.wordings))]
    if named or kind in _BY_NAME:
        return named
    return _named_by(told, [name, of]) if of and _named_by(told, [name, of]) else _named_by(told, [name])


def _named_by(told: Sequence[Answer], words: Sequence[str]) -> list[Answer]:
    """Those that hold the words in their name, else in how they are asked for, else in their measure's name."""
    for written in (_name, _wordings, _with_measure):
        for parts in (words, [token.surface for word in words for token in content_tokens(word)]):
            found = [one for one in told if parts and all(part in written(one) for part in parts)]
            if found:
                return found if len(found) <= _TOLD_OF_EACH else []
    return []


def _name(answer: Answer) -> str:
    return normalize(answer.name)


def _wordings(answer: Answer) -> str:
    return normalize(" ".join((answer.name, *answer.wordings)))


def _with_measure(answer: Answer) -> str:
    return normalize(f"{answer.name} {answer.measure_title}")


def _same(found: Sequence[Sequence[Answer]]) -> bool:
    """Whether two sides come to the same rows."""
    return len({tuple(one.entry_id for one in side) for side in found}) < len(found)


def _in_one_unit(found: Sequence[Sequence[Answer]]) -> Sequence[Sequence[Answer]]:
    """Where a side names several rows, those in the unit of the other side: a rate beside a rate."""
    units = [{unit for one in side if (unit := _unit(one))} for side in found]
    shared = set.intersection(*units) if units else set()
    if len(shared) != 1:
        return found
    return [[one for one in side if _unit(one) in shared] for side in found]


def _unit(answer: Answer) -> str | None:
    read = number_and_unit(answer.figures[-1].amount) if answer.figures else None
    return read[1] if read else None


def _each_once(found: Iterable[Iterable[Answer]]) -> list[Answer]:
    return list({one.entry_id: one for side in found for one in side}.values())


def _of_figures(found: Sequence[Answer], measure: Measure) -> Listing:
    rows = tuple(Row(one.entry_id, one.name, _figures(one) or "（数値なし）") for one in found)
    made = Listing(_ID, "list_side_by_side", rows)
    aims = _furthest([(one, one.figures[-1]) for one in found if _has_goal(one)], len(found), measure)
    if aims is None:
        return replace(made, key="list_units_differ") if measure in (Measure.LARGER, Measure.SMALLER) else made
    (name, value), smallest = aims, measure is Measure.SMALLER
    if not name:
        return replace(made, key="list_goals_equal", values={"value": value})
    values = {"name": name, "value": value}
    were = _furthest([(one, now) for one in found for now in one.figures if now.label == "現状"], len(found), measure)
    if were is not None and were[0]:
        values |= {"name_now": were[0], "value_now": were[1]}
    also = ("list_current_smallest" if smallest else "list_current_largest") if "name_now" in values else None
    return replace(made, key="list_goal_smallest" if smallest else "list_goal_largest", values=values, also=also)


def _has_goal(answer: Answer) -> bool:
    return bool(answer.figures) and answer.figures[-1].label != "現状"


def _furthest(told: Sequence[tuple[Answer, Figure]], sides: int, measure: Measure) -> tuple[str, str] | None:
    """The largest (or smallest) with its name; no name where all are equal, None where they do not compare."""
    read = [(*found, one.name, figure.amount) for one, figure in told if (found := number_and_unit(figure.amount))]
    if len(read) < sides or len({unit for _, unit, _, _ in read}) != 1:
        return None
    best = (min if measure is Measure.SMALLER else max)(read, key=lambda one: one[0])
    equal = len({number for number, _, _, _ in read}) == 1
    return ("" if equal else best[2], best[3])


def _figures(answer: Answer) -> str:
    return "、".join(f"{figure.label} {dated(figure)}" for figure in reversed(answer.figures))


def _of_steps(found: Sequence[Answer], measure: Measure) -> Listing:
    rows = tuple(Row(one.entry_id, one.name, all_steps(one) or "年度は読み取れません") for one in found)
    made = Listing(_ID, "list_side_by_side", rows)
    begins = [(one.steps[0].fiscal_years[0], one.name) for one in found if one.steps]
    if measure not in (Measure.EARLIER, Measure.LATER) or len(begins) < len(found):
        return made
    if len({year for year, _ in begins}) == 1:
        return replace(made, key="list_begin_together", values={"year": fiscal_year_name(begins[0][0])})
    later = measure is Measure.LATER
    year, name = (max if later else min)(begins, key=lambda one: one[0])
    key = "list_begins_last" if later else "list_begins_first"
    return replace(made, key=key, values={"name": name, "year": fiscal_year_name(year)})


def _of_meanings(found: Sequence[Answer], _: Measure) -> Listing:
    rows = tuple(Row(one.entry_id, one.name, _gist(one)) for one in found)
    return Listing(_ID, "list_side_by_side", rows)


def _gist(answer: Answer) -> str:
    first = split_sentences(answer.text)[0]
    return first.removeprefix(f"{answer.name}とは、").removeprefix(f"{answer.name}は、")


_MAKERS: Mapping[str, Callable[[Sequence[Answer], Measure], Listing]] = {
    "indicator": _of_figures,
    "schedule": _of_steps,
    "term": _of_meanings,
    "office": _of_meanings,
}
