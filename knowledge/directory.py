"""The offices of a municipality by name: those of its plan and those of its table of subjects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from intents.contacts import Offices, side_of_contact
from intents.text import normalize
from knowledge.answers import Answer, Office
from knowledge.subject_offices import SubjectOffice

TELEPHONE = "電話"
_SHORTEST_NAME = 2


@dataclass(frozen=True)
class Directory:
    """``names``: the offices by each name they go by.  ``entries``: the answer that is about an office.

    ``ways``: how each can be reached, by name (電話, FAX …); ``hall``: whom to ask where no office is known.
    ``of_subjects``: the offices that the municipality sends residents to.
    """

    names: Offices
    entries: Mapping[str, Answer]
    ways: Mapping[str, Mapping[str, str]]
    hall: Office
    of_subjects: frozenset[str]

    def office(self, name: str) -> Office:
        """An office by its name, with the number that is known of it."""
        return Office(name, self.ways.get(name, {}).get(TELEPHONE), in_plan=name in self.entries)


def make_directory(
    answers: Iterable[Answer], main: str, subjects: Mapping[str, SubjectOffice], hall: Office
) -> Directory:
    """``main``: the office that residents turn to."""
    entries: dict[str, Answer] = {}
    names: dict[str, str] = {}
    for answer in answers:
        if answer.kind == "office":
            entries.setdefault(answer.name, answer)
            names |= {normalize(name): answer.name for name in answer.wordings if _is_a_name(name)}
    for office in subjects.values():
        if office.department and _is_a_name(office.department):
            names.setdefault(normalize(office.department), office.department)
    of_subjects = frozenset(office.department for office in subjects.values() if office.department)
    numbers = _numbers(subjects.values())
    known = entries.keys() | numbers.keys()
    ways = {name: numbers.get(name, {}) | dict(entries[name].facts if name in entries else ()) for name in known}
    return Directory(Offices(names, main), MappingProxyType(entries), MappingProxyType(ways), hall, of_subjects)


def _is_a_name(wording: str) -> bool:
    """An office's wordings hold questions for it, too (総務課の電話番号)."""
    return len(wording) >= _SHORTEST_NAME and side_of_contact(wording) is None


def _numbers(offices: Iterable[SubjectOffice]) -> dict[str, dict[str, str]]:
    """The telephone number of each office of the table; of one with several none is the office's own."""
    found: dict[str, set[str]] = {}
    for office in offices:
        if office.department and office.telephone:
            found.setdefault(office.department, set()).add(office.telephone)
    return {name: {TELEPHONE: next(iter(numbers))} for name, numbers in found.items() if len(numbers) == 1}
