"""The parts of a bubble: texts that wrap and follow the letter size set in LINE, rows, boxes, buttons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bot.line.limits import DISPLAY_TEXT, FLEX_LABEL, cut, cut_label, graphemes
from bot.line.postbacks import postback_data
from bot.taps import Tap

Part = dict[str, Any]

INK, QUIET, ACCENT, PALE, LINE = "#1A1A1C", "#595959", "#0017C1", "#F1F1F4", "#C9CCD3"
LONGEST_TEXT = 2000
"""UTF-16 units of one text in a bubble: far more than staff may write, far less than 30 KB."""
_BESIDE = 8
"""Letters of the longest label that stands beside its value; a longer one stands above it."""
_FIGURE = 14
"""Letters of a value that is a figure or a name, and no sentence."""


def text_part(text: str, longest: int = LONGEST_TEXT, **style: Any) -> Part:
    return {
        "type": "text",
        "text": cut(text, longest),
        "wrap": True,
        "scaling": True,
        "color": INK,
        "size": "sm",
    } | style


def column(parts: Sequence[Part], spacing: str, **style: Any) -> Part:
    return {"type": "box", "layout": "vertical", "spacing": spacing, "contents": list(parts)} | style


def beside(*parts: Part, spacing: str = "sm", **style: Any) -> Part:
    return {"type": "box", "layout": "horizontal", "spacing": spacing, "contents": list(parts)} | style


def separator() -> Part:
    return {"type": "separator"}


def rows(facts: Iterable[tuple[str, str]]) -> list[Part]:
    """Labels and values: side by side where all labels are short, else each label above its value."""
    given = list(facts)
    narrow = all(len(graphemes(name)) <= _BESIDE for name, _ in given)
    if not given:
        return []
    made = [_row(name, value) if narrow else _stacked(name, value) for name, value in given]
    return [separator(), *made] if narrow else [part for row in made for part in (separator(), row)]


def _row(name: str, value: str) -> Part:
    return beside(text_part(name, 60, color=QUIET, flex=2), text_part(value, 300, flex=4), spacing="md")


def _stacked(name: str, value: str) -> Part:
    weight = "bold" if len(graphemes(value)) <= _FIGURE else "regular"
    return column([text_part(name, 120, color=QUIET), text_part(value, 300, weight=weight)], "xs")


def choice_box(title: str, tap: Tap, count: str = "") -> Part:
    """A choice as a box: a button cuts long Japanese off, a box wraps it.  ``count``: how much is behind it."""
    name = text_part(title, 300, color=ACCENT, weight="bold")
    style: Part = {
        "type": "box",
        "paddingAll": "10px" if count else "12px",
        "cornerRadius": "8px",
        "backgroundColor": PALE,
        "borderWidth": "1px",
        "borderColor": LINE,
        "action": postback_action(title, tap, FLEX_LABEL),
    }
    if not count:
        return style | {"layout": "vertical", "contents": [name]}
    style |= {"margin": "sm"}
    behind = text_part(count, 40, color=QUIET, align="end", gravity="center", flex=1)
    return style | {"layout": "horizontal", "spacing": "md", "contents": [name | {"flex": 4}, behind]}


def button(action: Part) -> Part:
    return {
        "type": "button",
        "style": "secondary",
        "height": "sm",
        "scaling": True,
        "adjustMode": "shrink-to-fit",
        "action": action,
    }


def postback_button(label: str, tap: Tap) -> Part:
    return button(postback_action(label, tap, FLEX_LABEL))


def postback_action(label: str, tap: Tap, limit: int) -> Part:
    return {
        "type": "postback",
        "label": cut_label(label, limit),
        "data": postback_data(tap),
        "displayText": cut_label(label, DISPLAY_TEXT),
    }
