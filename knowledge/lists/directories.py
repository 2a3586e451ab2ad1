"""The plan's words and offices, one line each."""

from __future__ import annotations

from intents.leads import split_sentences
from intents.list_requests import ListRequest
from intents.text import normalize
from knowledge.answers import Answer
from knowledge.corpus import Knowledge
from knowledge.lists.listing import Listing, Row, of_kind

_LONGEST_MEANING = 60


def terms(knowledge: Knowledge, request: ListRequest) -> Listing:
    found = sorted(of_kind(knowledge, "term", request.topic), key=lambda answer: normalize(answer.name))
    rows = tuple(Row(answer.entry_id, answer.name, _gist(answer)) for answer in found)
    return Listing("list-terms", "list_terms" if rows else "list_terms_none", rows, {"count": len(rows)})


def offices(knowledge: Knowledge, request: ListRequest) -> Listing:
    """The offices, or only those whose telephone number the plan prints."""
    found = of_kind(knowledge, "office", request.topic)
    if not request.telephones:
        rows = tuple(Row(answer.entry_id, answer.name, _gist(answer)) for answer in found)
        return Listing("list-offices", "list_offices" if rows else "list_offices_none", rows, {"count": len(rows)})
    numbers = [(answer, dict(answer.facts).get("電話")) for answer in found]
    rows = tuple(Row(answer.entry_id, answer.name, number) for answer, number in numbers if number)
    if not rows:
        return Listing("list-offices", "list_telephones_none", ())
    note = "list_telephones_others" if len(rows) < len(found) else None
    return Listing("list-offices", "list_telephones", rows, {"count": len(rows)}, note)


def _gist(answer: Answer) -> str:
    """The first sentence of a meaning or a role, without the name itself."""
    first = split_sentences(answer.text)[0].removeprefix(f"{answer.name}とは、").removeprefix(f"{answer.name}は、")
    return first if len(first) <= _LONGEST_MEANING else f"{first[: _LONGEST_MEANING - 1]}…"
