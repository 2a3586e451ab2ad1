"""Text in a cell of a spreadsheet: nothing that it could run, nothing lost.

A cell that begins as a formula does gets an apostrophe, and loses it on the way back.  A
control character is written as spreadsheets write it, ``_x0001_``.
"""

from __future__ import annotations

import re

_FORMULA = r"[\s\u3000]*[=+\-@\t\r\n\0＝＋－＠−]"
_RISKY = re.compile(rf"\A'*+{_FORMULA}")
_DISARMED = re.compile(rf"\A'++{_FORMULA}")
_UNSHOWN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_WRITTEN = re.compile(r"_x([0-9A-Fa-f]{4})_")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")


def disarmed(text: str) -> str:
    """``text`` as a cell that no spreadsheet program runs.  ``armed`` is its inverse."""
    shown = _UNSHOWN.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
    risky = _RISKY.match(text) or _RISKY.match(shown)
    return f"'{shown}" if risky else shown


def armed(cell: str) -> str:
    """What ``disarmed`` was given; a cell that staff wrote stays as it is."""
    text = _WRITTEN.sub(_restored, cell)
    return text[1:] if _DISARMED.match(text) else text


def _restored(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if _UNSHOWN.fullmatch(character) or character == "_" else match[0]


def control_character(text: str) -> str | None:
    """The first character that no text for residents may hold, as ``U+0001``; a line break and a tab may stand."""
    found = _CONTROL.search(text)
    return f"U+{ord(found[0]):04X}" if found else None
