"""Two versions of an answer side by side: on screen, and as 新旧対照表."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from knowledge.calendar import JST, date_name
from knowledge.curated_rows import typed
from knowledge.entry_versions import AUDIENCES, STATES, decision
from knowledge.models import EntryVersion
from knowledge.sheet_kinds import KINDS
from knowledge.sheet_rows import cells_of
from knowledge.tabular import OutSheet
from knowledge.workbooks import workbook_bytes

_TOKEN = re.compile(r"\d[\d,.]*|[A-Za-z]+|[ァ-ヶー]+|.", re.DOTALL)
"""A figure or a foreign word changes as a whole; Japanese changes letter by letter."""
_NOTHING = "（なし）"


@dataclass(frozen=True)
class Part:
    """A stretch of a text, and whether the other text has something else there."""

    text: str
    changed: bool


@dataclass(frozen=True)
class Difference:
    """A field that differs.  ``old`` and ``new`` are its whole text, in parts."""

    field: str
    old: tuple[Part, ...]
    new: tuple[Part, ...]

    @property
    def old_text(self) -> str:
        return "".join(part.text for part in self.old)

    @property
    def new_text(self) -> str:
        return "".join(part.text for part in self.new)

    @property
    def changes(self) -> tuple[tuple[str, str], ...]:
        """What became what, one after the other."""
        return tuple(_changes(self.old_text, self.new_text))


def comparison(old: EntryVersion, new: EntryVersion, names: Mapping[str, str] | None = None) -> list[Difference]:
    """The fields that differ, in the order of the form.  職員メモ never leaves the console, and is not among them.

    ``names``: of the 課, by id, those of before too.
    """
    return cell_differences(_cells(old, names or {}), _cells(new, names or {}))


def cell_differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[Difference]:
    """The cells (heading -> text) that differ, in the order of ``before``."""
    return [
        Difference(field, *_parts(before[field], after[field])) for field in before if before[field] != after[field]
    ]


def _cells(version: EntryVersion, names: Mapping[str, str]) -> dict[str, str]:
    """Heading -> text."""
    kind = KINDS["entries"]
    cells = cells_of(kind, {name: typed(name, value) for name, value in version.content.items()})
    for column in kind.columns:
        if column.refers == "departments":
            cells[column.heading] = "\n".join(names.get(one, one) for one in column.references(cells[column.heading]))
    return cells | {"公開範囲": AUDIENCES[version.audience]}


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def _matched(old: Sequence[str], new: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    return difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()


def _parts(old: str, new: str) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    before, after = _tokens(old), _tokens(new)
    sides: tuple[list[Part], list[Part]] = ([], [])
    for tag, i1, i2, j1, j2 in _matched(before, after):
        for side, words in zip(sides, (before[i1:i2], after[j1:j2]), strict=True):
            if words:
                side.append(Part("".join(words), tag != "equal"))
    return tuple(sides[0]), tuple(sides[1])


def _changes(old: str, new: str) -> Iterator[tuple[str, str]]:
    before, after = _tokens(old), _tokens(new)
    for tag, i1, i2, j1, j2 in _matched(before, after):
        if tag != "equal":
            yield "".join(before[i1:i2]), "".join(after[j1:j2])


def comparison_workbook(
    town: str, old: EntryVersion, new: EntryVersion, names: Mapping[str, str] | None = None
) -> bytes:
    """新旧対照表 as .xlsx.  What changed is told in a column of its own: 無害化 takes colours and underlines away."""
    rows = [
        (found.field, found.old_text or _NOTHING, found.new_text or _NOTHING, "\n".join(map(_told, found.changes)))
        for found in comparison(old, new, names)
    ]
    headings = ("項目", f"旧（第{old.number}版）", f"新（第{new.number}版）", "変わったところ")
    sheet = OutSheet("新旧対照表", headings, (18, 50, 50, 36), frozenset(), rows, frozen="B2")
    return workbook_bytes(list(about(town, old, new)), [sheet])


def _told(change: tuple[str, str]) -> str:
    old, new = change
    if not old:
        return f"「{new}」を加える"
    return f"「{old}」を「{new}」に改める" if new else f"「{old}」を削る"


def about(town: str, old: EntryVersion, new: EntryVersion) -> Iterator[tuple[str, str]]:
    """What is compared, and who decided it: the head of the table."""
    yield "新旧対照表", f"{town}　{new.content['question']}"
    yield "文書番号", new.document_number or ""
    yield "決裁日", date_name(new.decided_on) if new.decided_on else ""
    for name, version in (("旧", old), ("新", new)):
        yield name, f"第{version.number}版（{STATES[version.state]}）{_live(version)}"
        yield f"{name}を書いた人", version.author_name
    yield decision(new) or ("承認した人", "")


def _live(version: EntryVersion) -> str:
    if version.live_from is None:
        booked = version.publish_at if version.state == "approved" else None
        return f"　{moment_name(booked)}に公開予約" if booked is not None else ""
    until = moment_name(version.live_until) if version.live_until else ""
    return f"　{moment_name(version.live_from)}から{f'{until}まで' if until else ''}公開"


def moment_name(moment: dt.datetime) -> str:
    """``令和8年11月21日 12:05``, in Japan's time."""
    local = moment.astimezone(JST)
    return f"{date_name(local.date())} {local:%H:%M}"
