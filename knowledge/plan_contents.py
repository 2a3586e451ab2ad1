"""What a plan's file holds: its sections, indicators, schedules and terms, as found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.plan_documents.document import PlanDocument
from knowledge.plan_glossaries import FoundTerm, is_glossary, terms
from knowledge.plan_indicators import FoundIndicator, indicators
from knowledge.plan_outline import Outline, outline
from knowledge.plan_period import Period, plan_period
from knowledge.plan_schedules import FoundSchedule, schedules

_PERIOD = re.compile(r"期間$")


@dataclass(frozen=True)
class PlanContents:
    outline: Outline
    indicators: tuple[FoundIndicator, ...]
    schedules: tuple[FoundSchedule, ...]
    terms: tuple[FoundTerm, ...]
    period: Period | None
    lines: int


def read_contents(document: PlanDocument) -> PlanContents:
    """Everything that is recognised in a plan; pure, and quick beside the reading of the file."""
    lines = [line.text for line in document.lines]
    found = outline(document)
    return PlanContents(
        found,
        indicators(lines),
        tuple(one for one in schedules(lines, document.kind) if not _of_the_period(found, one.line)),
        terms(lines, _glossaries(found, len(lines))),
        plan_period(lines),
        len(lines),
    )


def _of_the_period(found: Outline, line: int) -> bool:
    """Whether a table of years shows how long this plan and others run, which is no schedule of measures."""
    section = found.at(line)
    return section is not None and _PERIOD.search(section.heading) is not None


def _glossaries(found: Outline, last: int) -> Sequence[range]:
    """The lines of the sections that are a glossary by their heading."""
    ends = [*(section.line for section in found.sections[1:]), last + 1]
    return [
        range(section.line + 1, end)
        for section, end in zip(found.sections, ends, strict=True)
        if section.path and is_glossary(section.heading)
    ]
