"""Lists made from published facts: goals, a year of the schedule, words, offices, what a figure stands for.

Nothing is computed but what the rows themselves show: how many they are, and which of values in
one unit is the largest or smallest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from intents.list_requests import ListRequest, Subject
from knowledge.corpus import Knowledge
from knowledge.lists.comparison import side_by_side
from knowledge.lists.directories import offices, terms
from knowledge.lists.figures import about_figure
from knowledge.lists.goals import goals
from knowledge.lists.listing import Listing, Row
from knowledge.lists.years import schedule

__all__ = ["Listing", "Row", "make_listing"]

_MAKERS: Mapping[Subject, Callable[[Knowledge, ListRequest], Listing]] = {
    Subject.INDICATORS: goals,
    Subject.SCHEDULE: schedule,
    Subject.TERMS: terms,
    Subject.OFFICES: offices,
    Subject.FIGURE: about_figure,
    Subject.COMPARISON: side_by_side,
}


def make_listing(knowledge: Knowledge, request: ListRequest) -> Listing | None:
    """The list asked for.  None where its topic or its month has no rows: then it is a question like any other."""
    made = _MAKERS[request.subject](knowledge, request)
    return made if made.rows or not (request.topic or request.month) else None
