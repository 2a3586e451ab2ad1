"""A rich menu as LINE takes it, and what is wrong with one before LINE is asked.  Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from bot.line.limits import graphemes, utf16_length
from bot.line.menu_layout import WIDTH, bounds_of, height_of
from bot.line.postbacks import postback_data
from bot.taps import Act, Tap
from knowledge.digests import short_digest
from knowledge.rich_menus import ICONS, MOST_AREAS, MOST_COMPACT, Area, Does, RichMenu, Variant
from knowledge.web_addresses import BadAddressError, ascii_address

BAR_TEXT = 14
LABEL = 20
QUESTION = 300
LINK = 1000
"""LINE's limits.  It counts labels, and the words of the bar, as people see letters; its SDK and its OpenAPI file count
those of the bar otherwise, so they are held to the strictest count, UTF-16."""
DRAWING = 1
"""Moves when menus are drawn otherwise, so that one on LINE is known for an old one."""
_ACTS: Mapping[Does, Act] = MappingProxyType(
    {
        Does.FREQUENT: Act.FREQUENT,
        Does.CATEGORIES: Act.CATEGORIES,
        Does.LANGUAGES: Act.LANGUAGES,
        Does.CONTACT: Act.CONTACT,
    }
)
_NAME = re.compile(r"kotae/([0-9]{6})/(usual|disaster)/([0-9a-f]{12})")


@dataclass(frozen=True)
class Ours:
    """What the name of a menu on LINE tells, where it is one of ours."""

    code: str
    variant: Variant
    digest: str


def name_of(code: str, menu: RichMenu) -> str:
    """The name under which a menu is kept on LINE: nobody sees it, and by it our own are known and how old they are."""
    seen = [request_of(code, menu, named=False), [area.icon for area in menu.areas], DRAWING]
    return f"kotae/{code}/{menu.variant.value}/{short_digest(json.dumps(seen, sort_keys=True), letters=12)}"


def read_name(name: str) -> Ours | None:
    """None for a menu that is not ours: another tool's, or staff's."""
    found = _NAME.fullmatch(name)
    return Ours(found[1], Variant(found[2]), found[3]) if found else None


def request_of(code: str, menu: RichMenu, *, named: bool = True) -> dict[str, Any]:
    """The body of ``POST /v2/bot/richmenu``."""
    places = bounds_of(len(menu.areas), compact=menu.compact)
    return {
        "size": {"width": WIDTH, "height": height_of(compact=menu.compact)},
        "selected": True,
        "name": name_of(code, menu) if named else "",
        "chatBarText": menu.bar_text,
        "areas": [
            {
                "bounds": {"x": place.x, "y": place.y, "width": place.width, "height": place.height},
                "action": _action(area),
            }
            for place, area in zip(places, menu.areas, strict=True)
        ],
    }


def _action(area: Area) -> dict[str, str]:
    match area.does:
        case Does.LINK:
            return {"type": "uri", "label": area.label, "uri": ascii_address(area.value)}
        case Does.QUESTION:
            return {"type": "message", "label": area.label, "text": area.value}
        case act:
            data = postback_data(Tap(_ACTS[act]))
            return {"type": "postback", "label": area.label, "data": data, "displayText": area.label}


def faults_of(menu: RichMenu) -> dict[str, str]:
    """What LINE or a resident would stumble over, by the field (``bar_text``, ``label-2``, ``value-2`` …)."""
    found = {}
    if not menu.bar_text or utf16_length(menu.bar_text) > BAR_TEXT:
        found["bar_text"] = (
            f"「下のバーの言葉」を{BAR_TEXT}字までで書いてください（今は{utf16_length(menu.bar_text)}字）"
        )
    if not 1 <= len(menu.areas) <= MOST_AREAS:
        found["label-1"] = f"1つから{MOST_AREAS}つまでの場所に、言葉を書いてください（今は{len(menu.areas)}つ）"
    if menu.compact and len(menu.areas) > MOST_COMPACT:
        found["compact"] = (
            f"高さが半分のメニューは、{MOST_COMPACT}つまでです。大きいほうにするか、減らしてください"
            f"（今は{len(menu.areas)}つ）"
        )
    for number, area in enumerate(menu.areas, 1):
        found |= {f"{field}-{number}": sentence for field, sentence in _area_faults(area, number).items()}
    return found


def _area_faults(area: Area, number: int) -> dict[str, str]:
    found = {}
    letters = len(graphemes(area.label))
    if not area.label or letters > LABEL:
        found["label"] = f"{number}番の「言葉」を{LABEL}字までで書いてください（今は{letters}字）"
    if area.icon not in ICONS:
        found["icon"] = f"{number}番の「しるし」をえらんでください"
    if area.does is Does.QUESTION and not 0 < utf16_length(area.value) <= QUESTION:
        found["value"] = (
            f"{number}番の「質問かURL」に、押したときに聞く質問を{QUESTION}字までで書いてください"
            f"（今は{utf16_length(area.value)}字）"
        )
    if area.does is Does.LINK and (fault := _link_fault(area.value)):
        found["value"] = f"{number}番の「質問かURL」: {fault}"
    return found


def _link_fault(address: str) -> str:
    try:
        made = ascii_address(address)
    except BadAddressError as error:
        return str(error)
    if not made.startswith("https://"):
        return "https:// で始まるアドレスを書いてください（http:// のページは開けません）"
    return f"URL は{LINK:,}字までです" if utf16_length(made) > LINK else ""
