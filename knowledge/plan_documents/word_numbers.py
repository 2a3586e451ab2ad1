"""The numbers that Word puts before paragraphs by itself: they stand nowhere in the text, but head a plan's parts.

Runs in the limited child process only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

_DEPTH = 9
_HIGHEST = 9_999
_KANJI = "〇一二三四五六七八九"
_KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
_IROHA = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセス"
_ROWS: dict[str, str] = {
    "aiueo": _KANA,
    "aiueoFullWidth": _KANA,
    "iroha": _IROHA,
    "irohaFullWidth": _IROHA,
    "upperLetter": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "lowerLetter": "abcdefghijklmnopqrstuvwxyz",
    "upperRoman": "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ",
    "lowerRoman": "ⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹⅺⅻ",
    "decimalEnclosedCircle": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
    "decimalEnclosedCircleChinese": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
}
_IN_KANJI = {"japaneseCounting", "japaneseDigitalTenThousand", "ideographDigital", "chineseCounting"}
_SIGN = "・"
"""For Word's own bullets, which come from a font of symbols."""


@dataclass(frozen=True)
class _Level:
    form: str
    text: str
    start: int
    legal: bool
    """Every number in it is written 1, 2, 3, whatever the levels above it write."""


class WordNumbers:
    """Counts the numbered paragraphs of a document, in its order."""

    def __init__(self, document: Document) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}
        self._lists: dict[str, str] = {}
        self._of_styles = dict(_of_styles(document))
        self._begun: dict[str, list[int | None]] = {}
        try:
            part: Any = document.part.part_related_by(RELATIONSHIP_TYPE.NUMBERING)
        except KeyError:
            return
        self._read(part.element)

    def before(self, paragraph: Paragraph) -> str:
        """What Word shows before ``paragraph``; empty where it is not numbered."""
        found = self._numbered(paragraph)
        if found is None or not paragraph.text.strip():
            return ""
        levels, level = self._levels.get(self._lists.get(found[0], ""), {}), found[1]
        if level not in levels:
            return ""
        counts = self._counted(found[0], levels, level)
        if levels[level].form == "bullet":
            return _SIGN
        legal = levels[level].legal
        return re.sub(r"%([1-9])", lambda at: _shown(levels, counts, int(at[1]) - 1, legal=legal), levels[level].text)

    def _read(self, root: Any) -> None:
        for element in root.findall(qn("w:abstractNum")):
            key = str(element.get(qn("w:abstractNumId")))
            self._levels[key] = {_number(one.get(qn("w:ilvl"))): _level(one) for one in element.findall(qn("w:lvl"))}
        for element in root.findall(qn("w:num")):
            self._lists[str(element.get(qn("w:numId")))] = _value(element, "w:abstractNumId")

    def _numbered(self, paragraph: Paragraph) -> tuple[str, int] | None:
        """The list and the level of a paragraph: its own, or its style's."""
        key, level = _numbering(paragraph._p.pPr)
        style_key, style_level = self._of_styles.get(paragraph._p.style or "", (None, None))
        key, level = key or style_key, style_level if level is None else level
        return (key, level or 0) if key and key != "0" else None

    def _counted(self, key: str, levels: dict[int, _Level], level: int) -> list[int | None]:
        counts = self._begun.setdefault(self._lists[key], [None] * _DEPTH)
        before = counts[level]
        counts[level] = levels[level].start if before is None else min(before + 1, _HIGHEST)
        counts[level + 1 :] = [None] * (_DEPTH - level - 1)
        return counts


def _shown(levels: dict[int, _Level], counts: list[int | None], level: int, *, legal: bool) -> str:
    found = levels.get(level)
    count = counts[level]
    if found is None:
        return ""
    return _written(found.start if count is None else count, "decimal" if legal else found.form)


def _of_styles(document: Document) -> Iterator[tuple[str, tuple[str | None, int | None]]]:
    """The list and the level of each style, its bases' included."""
    for style in document.styles:
        key: str | None = None
        level: int | None = None
        ancestor: Any = style
        for _ in range(_DEPTH):
            if ancestor is None or not hasattr(ancestor, "base_style"):
                break
            own_key, own_level = _numbering(ancestor.element.find(qn("w:pPr")))
            key, level = key or own_key, own_level if level is None else level
            ancestor = ancestor.base_style
        if key:
            yield style.style_id, (key, level)


def _numbering(properties: Any) -> tuple[str | None, int | None]:
    found = None if properties is None else properties.find(qn("w:numPr"))
    if found is None:
        return None, None
    level = _value(found, "w:ilvl")
    return _value(found, "w:numId") or None, _number(level) if level else None


def _level(element: Any) -> _Level:
    return _Level(
        _value(element, "w:numFmt") or "decimal",
        _value(element, "w:lvlText"),
        min(_number(_value(element, "w:start") or "1"), _HIGHEST),
        element.find(qn("w:isLgl")) is not None,
    )


def _value(element: Any, name: str) -> str:
    found = element.find(qn(name))
    return "" if found is None else str(found.get(qn("w:val")) or "")


def _number(text: str | None) -> int:
    return int(text) if text and re.fullmatch(r"[0-9]{1,6}", text) else 0


def _written(count: int, form: str) -> str:
    row = _ROWS.get(form, "")
    if 1 <= count <= len(row):
        return row[count - 1]
    if form in _IN_KANJI and 1 <= count <= 99:
        tens, ones = divmod(count, 10)
        return ("" if tens == 0 else "十" if tens == 1 else f"{_KANJI[tens]}十") + (_KANJI[ones] if ones else "")
    return "" if form == "none" else str(count)
