"""The rich menu of LINE as a municipality wants it: the usual one, and one for disasters.

What is kept here is what is drawn and sent; LINE itself is told by `line rich-menu` alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from knowledge.digests import short_digest
from knowledge.models import Municipality, RichMenuRow

MOST_AREAS = 9
MOST_COMPACT = 3
"""Areas of a menu of half the height, all in one row."""


class Variant(StrEnum):
    USUAL = "usual"
    DISASTER = "disaster"


VARIANT_NAMES: Mapping[Variant, str] = MappingProxyType({Variant.USUAL: "ふだん", Variant.DISASTER: "災害"})


class Does(StrEnum):
    """What happens when an area is tapped."""

    FREQUENT = "frequent"
    CATEGORIES = "categories"
    LANGUAGES = "languages"
    CONTACT = "contact"
    QUESTION = "question"
    LINK = "link"


DOES_NAMES: Mapping[Does, str] = MappingProxyType(
    {
        Does.FREQUENT: "よくある質問を出す",
        Does.CATEGORIES: "手続きの分類を出す",
        Does.LANGUAGES: "ことばを選ぶ",
        Does.CONTACT: "電話と窓口を出す",
        Does.QUESTION: "質問する（下の欄の文）",
        Does.LINK: "ページを開く（下の欄のURL）",
    }
)
ICONS: Mapping[str, str] = MappingProxyType(
    {
        "question": "？（吹き出し）",
        "papers": "書類",
        "certificate": "証明書",
        "garbage": "ごみ箱",
        "helmet": "ヘルメット（防災）",
        "warning": "注意（三角）",
        "shelter": "避難（家と矢印）",
        "globe": "地球（ことば）",
        "phone": "電話",
        "building": "役所",
        "calendar": "カレンダー",
        "child": "子ども",
        "hospital": "病院",
        "bus": "バス",
        "info": "お知らせ（i）",
        "page": "ページ",
    }
)


@dataclass(frozen=True)
class Area:
    """``value``: the question that is asked, or the address of the page; empty for what needs none."""

    label: str
    does: Does
    value: str = ""
    icon: str = "info"


@dataclass(frozen=True)
class RichMenu:
    """``bar_text``: the words at the foot of the chat that open and close it.  ``compact``: of half the height."""

    variant: Variant
    bar_text: str
    areas: tuple[Area, ...]
    compact: bool = False


DEFAULTS: Mapping[Variant, RichMenu] = MappingProxyType(
    {
        Variant.USUAL: RichMenu(
            Variant.USUAL,
            "メニュー",
            (
                Area("よくある質問", Does.FREQUENT, icon="question"),
                Area("手続き", Does.CATEGORIES, icon="papers"),
                Area("証明書（コンビニ交付）", Does.QUESTION, "住民票はコンビニで取れますか", "certificate"),
                Area("ごみ", Does.QUESTION, "ごみの出し方", "garbage"),
                Area("防災", Does.QUESTION, "ハザードマップや避難所はどこで見られますか", "helmet"),
                Area("ことば", Does.LANGUAGES, icon="globe"),
                Area("電話と窓口", Does.CONTACT, icon="phone"),
            ),
        ),
        Variant.DISASTER: RichMenu(
            Variant.DISASTER,
            "災害のメニュー",
            (
                Area("避難情報", Does.QUESTION, "ハザードマップや避難所はどこで見られますか", "shelter"),
                Area("防災", Does.QUESTION, "ハザードマップや避難所はどこで見られますか", "helmet"),
                Area("電話と窓口", Does.CONTACT, icon="phone"),
                Area("ことば", Does.LANGUAGES, icon="globe"),
            ),
        ),
    }
)
"""What has no link is asked: an area that leads nowhere would be worse than an answer that names whom to ask."""


_OF_A_PAGE = frozenset({"garbage", "helmet", "shelter", "warning"})
"""Icons of what every municipality has a page for, and no plan tells."""


def without_page(menu: RichMenu) -> tuple[str, ...]:
    """The labels of areas that ask what a page of the municipality's tells better: 避難情報 most of all."""
    return tuple(area.label for area in menu.areas if area.does is Does.QUESTION and area.icon in _OF_A_PAGE)


class RichMenuChangedError(Exception):
    """Somebody else changed the menu since it was opened; ``now``: as it is."""

    def __init__(self, now: RichMenu) -> None:
        super().__init__("rich menu changed")
        self.now = now


def rich_menu(session: Session, code: str, variant: Variant) -> RichMenu:
    """What staff configured, else the program's own."""
    row = session.get(RichMenuRow, (code, variant.value))
    return DEFAULTS[variant] if row is None else _menu(row)


def rich_menus(session: Session, code: str) -> Mapping[Variant, RichMenu]:
    return {variant: rich_menu(session, code, variant) for variant in Variant}


def save_rich_menu(session: Session, code: str, menu: RichMenu, seen: str) -> Mapping[str, Any]:
    """Keep ``menu``; ``before`` and ``after`` as the audit log tells them.

    ``seen``: the mark of the menu as the person saw it.  Raises RichMenuChangedError where it is another one now.
    """
    before = _before(session, code, menu.variant, seen)
    if before != menu:
        session.merge(
            RichMenuRow(
                municipality_code=code,
                variant=menu.variant.value,
                bar_text=menu.bar_text,
                compact=menu.compact,
                areas=[_kept(area) for area in menu.areas],
            )
        )
    return {"variant": menu.variant.value, "before": told(before), "after": told(menu)}


def forget_rich_menu(session: Session, code: str, variant: Variant, seen: str) -> Mapping[str, Any]:
    """Go back to the program's own menu; as ``save_rich_menu`` otherwise."""
    before = _before(session, code, variant, seen)
    row = session.get(RichMenuRow, (code, variant.value))
    if row is not None:
        session.delete(row)
    return {"variant": variant.value, "before": told(before), "after": told(DEFAULTS[variant])}


def _before(session: Session, code: str, variant: Variant, seen: str) -> RichMenu:
    session.get_one(Municipality, code, with_for_update=True)
    before = rich_menu(session, code, variant)
    if mark_of(before) != seen:
        raise RichMenuChangedError(before)
    return before


def told(menu: RichMenu) -> dict[str, Any]:
    """A menu as the audit log tells it."""
    return {"bar_text": menu.bar_text, "compact": menu.compact, "areas": [_kept(area) for area in menu.areas]}


def mark_of(menu: RichMenu) -> str:
    """The same as long as nobody changes the menu."""
    return short_digest(json.dumps(told(menu), sort_keys=True), letters=16)


def _kept(area: Area) -> dict[str, str]:
    return {"label": area.label, "does": area.does.value, "value": area.value, "icon": area.icon}


def _menu(row: RichMenuRow) -> RichMenu:
    areas = tuple(Area(one["label"], Does(one["does"]), one["value"], one["icon"]) for one in row.areas)
    return RichMenu(Variant(row.variant), row.bar_text, areas, row.compact)
