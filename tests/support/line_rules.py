"""LINE's rules for reply bodies, written from its manual apart from the code that obeys them."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

_ACTIONS = {"postback", "message", "uri", "datetimepicker", "camera", "cameraRoll", "location", "clipboard"}
_IN_BASELINE = {"icon", "text", "filler"}
_IN_BOX = {"box", "button", "image", "text", "separator", "filler"}

_SIZES = {"xxs", "xs", "sm", "md", "lg", "xl", "xxl", "3xl", "4xl", "5xl"}
_LENGTH = r"[0-9]+(\.[0-9]+)?(px|%)"
_KEYWORD = "none|xs|sm|md|lg|xl|xxl"
_MEASURES = {
    **dict.fromkeys(("width", "height", "maxWidth", "maxHeight"), f"{_LENGTH}|sm|md"),
    **dict.fromkeys(("paddingAll", "margin", "spacing", "cornerRadius"), f"{_LENGTH}|{_KEYWORD}"),
    **dict.fromkeys(("backgroundColor", "borderColor", "color"), "#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?"),
    "borderWidth": "[0-9.]+px|none|light|normal|medium|semi-bold|bold",
    "align": "start|center|end",
    "gravity": "top|center|bottom",
}
"""What LINE takes for each property: lengths in px or %, keywords, colours."""


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def people_see(text: str) -> int:
    """Letters as people see them: combining marks and joined emoji count with their neighbour."""
    count, joined = 0, False
    for letter in text:
        if unicodedata.category(letter) in ("Mn", "Me", "Mc") or ord(letter) in (0x200D, 0xFE0F):
            joined = ord(letter) == 0x200D
            continue
        count += not joined
        joined = False
    return count


def faults_of(body: Any) -> list[str]:
    """Every rule that a reply body breaks."""
    return list(_body(body))


def _body(body: Any) -> Iterator[str]:
    if set(body) - {"replyToken", "messages", "notificationDisabled"}:
        yield f"unknown: {sorted(body)}"
    if not isinstance(body.get("replyToken"), str) or not body["replyToken"]:
        yield "replyToken"
    messages = body.get("messages")
    if not isinstance(messages, list) or not 1 <= len(messages) <= 5:
        yield "messages: 1 to 5"
        return
    for number, message in enumerate(messages):
        for fault in _message(message):
            yield f"messages[{number}].{fault}"


def _message(message: dict[str, Any]) -> Iterator[str]:
    kind = message.get("type")
    if kind == "text":
        if not 1 <= units(message.get("text", "")) <= 5000:
            yield f"text: {units(message.get('text', ''))}"
    elif kind == "flex":
        if not 1 <= units(message.get("altText", "")) <= 1500:
            yield "altText"
        yield from _bubble(message.get("contents", {}))
    else:
        yield f"type {kind}"
    items = message.get("quickReply", {}).get("items", [])
    if len(items) > 13:
        yield "quickReply: 13"
    for item in items:
        if item.get("type") != "action":
            yield "quickReply item type"
        yield from _action(item.get("action", {}), 20, label_needed=True)


def _bubble(bubble: dict[str, Any]) -> Iterator[str]:
    if bubble.get("type") != "bubble":
        yield f"contents: {bubble.get('type')}"
    if len(json.dumps(bubble, ensure_ascii=False).encode("utf-8", "surrogatepass")) > 30_000:
        yield "bubble over 30 KB"
    for block in ("header", "body", "footer"):
        if block in bubble:
            if bubble[block].get("type") != "box":
                yield f"{block} is no box"
            yield from _component(bubble[block], None)


def _component(part: dict[str, Any], layout: str | None) -> Iterator[str]:
    kind = part.get("type")
    if layout and kind not in (_IN_BASELINE if layout == "baseline" else _IN_BOX):
        yield f"{kind} in {layout}"
    if kind == "text":
        if not part.get("text") and not part.get("contents"):
            yield "empty text"
        if "text" in part and not part.get("wrap"):
            yield f"unwrapped text: {part['text'][:20]}"
        if not part.get("scaling"):
            yield "text without scaling"
        if part.get("adjustMode"):
            yield "shrinking works on a text that is not wrapped alone"
        if part.get("size") not in _SIZES:
            yield f"size {part.get('size')}"
    if kind == "button":
        if not part.get("scaling"):
            yield "button without scaling"
        if part.get("adjustMode") != "shrink-to-fit":
            yield "a button that cuts its label off"
        yield from _action(part.get("action", {}), 40, label_needed=True)
    elif "action" in part:
        yield from _action(part["action"], 40, label_needed=False)
    for name, pattern in _MEASURES.items():
        if name in part and not re.fullmatch(pattern, str(part[name])):
            yield f"{name} {part[name]}"
    if kind == "box":
        if part.get("layout") not in ("vertical", "horizontal", "baseline"):
            yield "layout"
        if not part.get("contents"):
            yield "empty box"
        for child in part.get("contents", []):
            yield from _component(child, part.get("layout"))


def _action(action: dict[str, Any], longest: int, *, label_needed: bool) -> Iterator[str]:
    kind = action.get("type")
    if kind not in _ACTIONS:
        yield f"action {kind}"
    label = action.get("label", "")
    if people_see(label) > longest or (label_needed and not label):
        yield f"label: {label}"
    if kind == "postback":
        if not 1 <= units(action.get("data", "")) <= 300:
            yield "postback data"
        if people_see(action.get("displayText", "")) > 300:
            yield "displayText"
    if kind == "uri":
        uri = action.get("uri", "")
        if not re.match(r"(https?|tel|line):", uri) or units(uri) > 1000 or not uri.isascii():
            yield f"uri {uri}"


def menu_faults_of(menu: Any) -> list[str]:
    """Every rule that a rich menu breaks."""
    return list(_menu(menu))


def _menu(menu: dict[str, Any]) -> Iterator[str]:
    if set(menu) != {"size", "selected", "name", "chatBarText", "areas"}:
        yield f"fields: {sorted(menu)}"
    size = menu.get("size", {})
    width, height = size.get("width", 0), size.get("height", 1)
    if not 800 <= width <= 2500 or height < 250 or width / height < 1.45:
        yield f"size: {size}"
    if not 1 <= people_see(menu.get("name", "")) <= 300 or not 1 <= people_see(menu.get("chatBarText", "")) <= 14:
        yield "name or chatBarText"
    if not isinstance(menu.get("selected"), bool) or not 1 <= len(menu.get("areas", [])) <= 20:
        yield "selected or areas"
    for area in menu.get("areas", []):
        place, action = area["bounds"], area["action"]
        if min(place["x"], place["y"]) < 0 or min(place["width"], place["height"]) < 1:
            yield f"bounds: {place}"
        if place["x"] + place["width"] > width or place["y"] + place["height"] > height:
            yield f"outside: {place}"
        yield from _action(action, 20, label_needed=False)
        if action.get("type") == "message" and not 1 <= people_see(action.get("text", "")) <= 300:
            yield f"message: {action}"
