"""A plan's lines as sections: by the headings that the file marks, else by those that read as headings."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.plan_documents.document import Line, PlanDocument
from knowledge.plan_sections import Section, label, sections
from knowledge.plan_tables import shown

_FEWEST_MARKED = 2
"""A title alone, set as a heading, does not make an outline."""
_BULLET = re.compile(r"[・•●○◎◆■□▶➢✓※＊*\-–①-⑳]|[(（]?[0-9０-９]{1,2}[)）.．]|[(（]?※")
_ENDS = re.compile(r"[。．.!！?？:：」』】)）]$")
_CONTENTS_ROW = re.compile(r"^[^\t]+\t+\s*[0-9０-９]{1,3}\s*$")
_BELOW_ALL = 10
"""The level of a label (【取組】) in a file that marks its headings: Word knows nine."""
_FULL_SHARE = 0.6
"""Of the longest line of its page: a shorter one ends where its writer ended it."""


@dataclass(frozen=True)
class Outline:
    """All sections of a plan in their order."""

    sections: tuple[Section, ...]

    def at(self, line: int) -> Section | None:
        """The section that a line (from 1) stands in."""
        place = bisect_right([section.line for section in self.sections], line)
        return self.sections[place - 1] if place else None


def outline(document: PlanDocument) -> Outline:
    document = replace(document, lines=tuple(replace(line, text=shown(line.text)) for line in document.lines))
    marked = sum(line.level is not None for line in document.lines)
    if marked >= _FEWEST_MARKED:
        return Outline(tuple(_by_levels(document.lines)))
    found = tuple(map(_without_shield, sections("\n".join(_shielded(line.text) for line in document.lines))))
    if document.pages is None:
        return Outline(found)
    return Outline(tuple(_with_pages(found, document.lines)))


def _shielded(line: str) -> str:
    """A row of a table begins with a tab, so that its first cell is taken for no heading."""
    return f"\t{line}" if "\t" in line and not _CONTENTS_ROW.search(line) else line


def _without_shield(section: Section) -> Section:
    return replace(section, text="\n".join(line.removeprefix("\t") for line in section.text.split("\n")))


def _by_levels(lines: Sequence[Line]) -> list[Section]:
    found: list[Section] = []
    path: list[tuple[int, str]] = []
    own: list[str] = []
    begun = 1
    for number, line in enumerate(lines, 1):
        below = label(line.text) if line.level is None and path else None
        level = _BELOW_ALL if below else line.level
        if level is None:
            own.append(line.text)
            continue
        found.append(Section(tuple(title for _, title in path), "\n".join(own).strip("\n"), begun, None))
        path = [*((above, title) for above, title in path if above < level), (level, below or line.text.strip())]
        own, begun = [], number
    found.append(Section(tuple(title for _, title in path), "\n".join(own).strip("\n"), begun, None))
    return [one for one in found if one.path or one.text.strip()]


def _with_pages(found: Sequence[Section], lines: Sequence[Line]) -> list[Section]:
    """The file's own pages in the place of those that its table of contents tells; broken lines made whole."""
    return [replace(section, page=lines[section.line - 1].page, text=_flowing(section.text)) for section in found]


def _flowing(text: str) -> str:
    """Lines that a PDF broke where its page ended, as the paragraphs they were."""
    lines = text.split("\n")
    full = _FULL_SHARE * max((len(line) for line in lines if "\t" not in line), default=0)
    whole: list[str] = []
    for line in lines:
        before = whole[-1] if whole else ""
        goes_on = len(before.rsplit("\n", 1)[-1]) >= max(full, 12) and not _ENDS.search(before)
        if line and before and goes_on and "\t" not in before + line and not _BULLET.match(line):
            joint = " " if before[-1].isascii() and line[0].isascii() else ""
            whole[-1] = before + joint + line
        else:
            whole.append(line)
    return "\n".join(whole)
