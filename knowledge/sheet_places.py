"""Where in a file something stands, and which sheet of it is meant: for every sheet that staff return."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from knowledge.tabular import BadCell, Row, Sheet, column_letter, column_place

MOST_FAULTS = 100
SEARCHED_FOR_HEADINGS = 10
"""The rows among which the headings may stand: staff put titles above."""

_RANGE = re.compile(r"\A([A-Z]+)(\d+):([A-Z]+)(\d+)")


class ImportFaultsError(ValueError):
    """What keeps a file from being taken; ``faults`` is a line each, at most MOST_FAULTS and one that counts."""

    def __init__(self, faults: Sequence[str]) -> None:
        shown = list(faults[:MOST_FAULTS])
        if len(faults) > MOST_FAULTS:
            shown.append(f"ほかに {len(faults) - MOST_FAULTS}件あります")
        super().__init__("\n".join(shown))
        self.faults = tuple(shown)


@dataclass(frozen=True)
class Place:
    """A row of a sheet, and which column has which heading."""

    sheet: str
    number: int
    letters: Mapping[str, str]

    def fault(self, heading: str | None, sentence: str) -> str:
        where = f"{sheet_words(self.sheet)}{self.number}行目"
        if heading:
            letter = self.letters.get(plain_heading(heading))
            where += f" {letter}列「{heading}」" if letter else f"「{heading}」"
        return f"{where}: {sentence}"


@dataclass(frozen=True)
class Known:
    """A sheet whose headings say what it is; ``number`` is the row they stand in."""

    name: str
    sheet: str
    places: Mapping[str, int]
    rows: Sequence[Row]
    number: int = 1

    def place(self, row: Row) -> Place:
        letters = {heading: column_letter(place) for heading, place in self.places.items()}
        return Place(self.sheet, row.number, letters)

    def text(self, row: Row, heading: str) -> str | None:
        """The cell under a heading, its lines ended as everywhere; None where the sheet has no such column."""
        place = self.places.get(plain_heading(heading))
        return None if place is None else row.text(place).replace("\r\n", "\n").replace("\r", "\n")

    def bad_cells(self, row: Row) -> Iterator[str]:
        """What is wrong with the cells that hold no text."""
        by_place = {column: heading for heading, column in self.places.items()}
        for column, cell in enumerate(row.cells):
            if isinstance(cell, BadCell) and column in by_place:
                yield self.place(row).fault(by_place[column], cell.reason)


def sheet_words(name: str) -> str:
    """``シート「…」``; nothing of a CSV, which has one table and no name that staff know."""
    return f"シート「{name}」" if name else ""


def plain_heading(text: str) -> str:
    """A heading as it is compared: whatever its width, spaces and line breaks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def headings_of(row: Row) -> list[str]:
    return [plain_heading(row.text(column)) for column in range(len(row.cells))]


def known_at(name: str, sheet: Sheet, place: int) -> Known:
    """``sheet`` as the one of ``name``, its headings in the row at ``place``; of two alike the first counts."""
    row = sheet.rows[place]
    places = {heading: column for column, heading in reversed(list(enumerate(headings_of(row)))) if heading}
    return Known(name, sheet.name, places, sheet.rows[place + 1 :], row.number)


def one_sheet(name: str, sheets: Sequence[Sheet], wanted: Sequence[str], needed: Sequence[str]) -> Known:
    """The sheet that has the headings ``needed``.  Raises ImportFaultsError, which names those that are missing."""
    best: Known | None = None
    most = -1
    for sheet in sheets:
        for place, row in enumerate(sheet.rows[:SEARCHED_FOR_HEADINGS]):
            fitting = len({*map(plain_heading, needed)} & {*headings_of(row)})
            if fitting > most:
                best, most = known_at(name, sheet, place), fitting
    if best is None:
        raise ImportFaultsError(["表が空です。書き出した表に書き込んでください"])
    faults = [*missing_headings(best, wanted, needed), *merged_faults(best, sheets)]
    if faults:
        raise ImportFaultsError(faults)
    return best


def missing_headings(known: Known, wanted: Sequence[str], needed: Sequence[str]) -> Iterator[str]:
    """A fault for each heading of ``needed`` that is gone, at the column that seems to have been renamed."""
    renamed = {expected: place for place, _, expected in renamed_headings(known.places, wanted)}
    for heading in needed:
        if plain_heading(heading) not in known.places:
            place = renamed.get(heading)
            where = f" {column_letter(place)}列" if place is not None else ""
            yield f"{sheet_words(known.sheet)}{known.number}行目{where}: 見出しを「{heading}」に戻してください"


def renamed_headings(places: Mapping[str, int], wanted: Sequence[str]) -> list[tuple[int, str, str]]:
    """Headings that nobody knows just where others are missing: (column, as it is, as it should be)."""
    expected = [plain_heading(heading) for heading in wanted]
    present = sorted((column, heading) for heading, column in places.items())
    found: list[tuple[int, str, str]] = []
    strangers: list[tuple[int, str]] = []
    before = -1
    for column, heading in [*present, (-1, "")]:
        after = expected.index(heading) if heading in expected else len(expected)
        if heading and heading not in expected:
            strangers.append((column, heading))
            continue
        lacking = [wanted[at] for at in range(before + 1, after) if expected[at] not in places]
        if strangers and len(strangers) == len(lacking):
            found += [(at, shown, meant) for (at, shown), meant in zip(strangers, lacking, strict=True)]
        strangers, before = [], after
    return found


def filled_down(sheet: Sheet) -> Sheet:
    """``sheet`` with the text of cells joined downwards in every one of them, as a reader of the list means it."""
    texts = {row.number: list(row.cells) for row in sheet.rows}
    for merged in sheet.merged:
        found = _RANGE.fullmatch(merged)
        if not found or found[1] != found[3] or int(found[2]) not in texts:
            continue
        place = column_place(found[1])
        text = texts[int(found[2])][place] if place < len(texts[int(found[2])]) else ""
        for number in range(int(found[2]) + 1, int(found[4]) + 1):
            if number in texts:
                cells = texts[number]
                cells += [""] * (place + 1 - len(cells))
                cells[place] = text
    return replace(sheet, rows=tuple(Row(number, tuple(cells)) for number, cells in texts.items()))


def merged_faults(known: Known, sheets: Sequence[Sheet]) -> Iterator[str]:
    """Joined cells among the rows: the text stands in the first only, the others would count as emptied."""
    for sheet in sheets:
        if sheet.name != known.sheet:
            continue
        for merged in sheet.merged:
            found = _RANGE.fullmatch(merged)
            if found and int(found[4]) >= known.number and found[1] + found[2] != found[3] + found[4]:
                yield (
                    f"{sheet_words(known.sheet)}{found[2]}行目 {found[1]}列: セルが結合されています（{merged}）。"
                    "結合を解除し、どの行にも値を書いてください"
                )
