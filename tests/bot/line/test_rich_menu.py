"""A rich menu as LINE takes it: areas that cover everything, actions within LINE's limits, a name that tells its age."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from linebot.v3.messaging import RichMenuRequest

from bot.line.menu_layout import COMPACT_HEIGHT, HEIGHT, WIDTH, Bounds, bounds_of
from bot.line.postbacks import read_postback
from bot.line.rich_menu import Ours, faults_of, name_of, read_name, request_of
from bot.taps import Act
from knowledge.rich_menus import DEFAULTS, MOST_AREAS, Area, Does, RichMenu, Variant
from tests.support.line_rules import menu_faults_of

CODE = "242047"
CHECKER = Path(__file__).parents[4] / "shared" / "line" / "check_line_payload.py"
USUAL, DISASTER = DEFAULTS[Variant.USUAL], DEFAULTS[Variant.DISASTER]
LONGEST = RichMenu(
    Variant.USUAL,
    "あ" * 14,
    (
        Area("あ" * 20, Does.LINK, "https://www.city.example.jp/" + "a" * 960),
        *(Area("証" * 14 + "（コンビニ）", Does.QUESTION, "あ" * 300) for _ in range(4)),
        *(Area("い" * 20, does) for does in (Does.FREQUENT, Does.CATEGORIES, Does.LANGUAGES, Does.CONTACT)),
    ),
)


def overlap(one: Bounds, other: Bounds) -> bool:
    across = one.x < other.x + other.width and other.x < one.x + one.width
    return across and one.y < other.y + other.height and other.y < one.y + one.height


@pytest.mark.parametrize(("compact", "most", "height"), [(False, MOST_AREAS, HEIGHT), (True, 3, COMPACT_HEIGHT)])
def test_the_areas_cover_the_whole_and_none_covers_another(compact: bool, most: int, height: int) -> None:
    for count in range(1, most + 1):
        found = bounds_of(count, compact=compact)
        assert len(found) == count
        assert sum(one.width * one.height for one in found) == WIDTH * height
        assert not any(overlap(one, other) for one, other in combinations(found, 2))
        assert min(one.width for one in found) * 360 / WIDTH >= 100, "a thumb's width on a small phone"


@pytest.mark.parametrize("menu", [USUAL, DISASTER, LONGEST], ids=["usual", "disaster", "longest"])
def test_what_we_would_send_keeps_lines_rules(menu: RichMenu) -> None:
    assert faults_of(menu) == {}
    request = request_of(CODE, menu)
    assert menu_faults_of(request) == []
    assert RichMenuRequest.from_dict(request).to_dict() == request, "the SDK's models take it and lose nothing"


@pytest.mark.skipif(not CHECKER.exists(), reason="LINE's OpenAPI checker is not at hand (../shared/line)")
@pytest.mark.parametrize("menu", [USUAL, DISASTER, LONGEST], ids=["usual", "disaster", "longest"])
def test_lines_own_description_accepts_our_menus(menu: RichMenu) -> None:
    told = json.dumps(request_of(CODE, menu))
    checked = subprocess.run(
        [sys.executable, str(CHECKER), "--strict", "--schema", "RichMenuRequest"],
        input=told,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout[:500]


def test_each_area_does_what_it_says() -> None:
    told = [area["action"] for area in request_of(CODE, USUAL)["areas"]]
    assert {one["label"]: one["type"] for one in told} == {
        "よくある質問": "postback",
        "手続き": "postback",
        "証明書（コンビニ交付）": "message",
        "ごみ": "message",
        "防災": "message",
        "ことば": "postback",
        "電話と窓口": "postback",
    }
    taps = {one["displayText"]: read_postback(one["data"]) for one in told if one["type"] == "postback"}
    assert {label: tap.act for label, tap in taps.items() if tap} == {
        "よくある質問": Act.FREQUENT,
        "手続き": Act.CATEGORIES,
        "ことば": Act.LANGUAGES,
        "電話と窓口": Act.CONTACT,
    }
    link = RichMenu(Variant.USUAL, "メニュー", (Area("ごみ", Does.LINK, "https://www.city.example.jp/ごみ/"),))
    (area,) = request_of(CODE, link)["areas"]
    assert area["action"]["uri"] == "https://www.city.example.jp/%E3%81%94%E3%81%BF/"


def one(**changes: Any) -> RichMenu:
    return replace(USUAL, areas=(replace(Area("ごみ", Does.QUESTION, "ごみ"), **changes),))


@pytest.mark.parametrize(
    ("menu", "field", "said"),
    [
        (replace(USUAL, bar_text=""), "bar_text", "14字まで"),
        (replace(USUAL, bar_text="🍎" * 8), "bar_text", "今は16字"),
        (replace(USUAL, areas=()), "label-1", "今は0つ"),
        (replace(USUAL, areas=USUAL.areas * 2), "label-1", "今は14つ"),
        (replace(USUAL, compact=True), "compact", "3つまで"),
        (one(label=""), "label-1", "20字まで"),
        (one(label="あ" * 21), "label-1", "今は21字"),
        (one(icon="none"), "icon-1", "「しるし」"),
        (one(value=""), "value-1", "聞く質問"),
        (one(value="あ" * 301), "value-1", "今は301字"),
        (one(does=Does.LINK, value=""), "value-1", "https://"),
        (one(does=Does.LINK, value="http://www.city.example.jp/"), "value-1", "http:// のページは開けません"),
        (one(does=Does.LINK, value="javascript:alert(1)"), "value-1", "https://"),
        (one(does=Does.LINK, value="https://[/"), "value-1", "1番"),
        (one(does=Does.LINK, value="https://www.city.example.jp/" + "ご" * 200), "value-1", "長すぎます"),
    ],
)
def test_what_line_would_refuse_is_told_before(menu: RichMenu, field: str, said: str) -> None:
    assert said in faults_of(menu)[field]


def test_a_name_tells_whose_and_how_old_a_menu_is() -> None:
    name = name_of(CODE, USUAL)
    assert read_name(name) == Ours(CODE, Variant.USUAL, name.rpartition("/")[2])
    others = [
        replace(USUAL, bar_text="メニュー2"),
        replace(USUAL, areas=USUAL.areas[:-1]),
        replace(USUAL, areas=(replace(USUAL.areas[0], icon="info"), *USUAL.areas[1:])),
        DISASTER,
    ]
    assert len({name, *(name_of(CODE, other) for other in others)}) == 5
    assert name_of("122106", USUAL) != name
    for foreign in ("", "ごみのメニュー", "kotae", "kotae/242047/usual/", "kotae/242047/usual/0123456789ab/x"):
        assert read_name(foreign) is None
