"""リッチメニュー: configured by 管理, shown as a picture, sent by nobody from here."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import delete, select

from bot.line.menu_drawing import png_of
from bot.services import Services
from knowledge.audit_words import details_text
from knowledge.models import AuditLine, RichMenuRow
from knowledge.rich_menus import DEFAULTS, Does, RichMenu, Variant, rich_menu
from knowledge.roles import Role
from tests.support.staff import Colleague, signed_in

CODE = "242047"
PATH = f"/staff/{CODE}/rich-menu"
GARBAGE = {"label-1": "ごみ", "does-1": "link", "value-1": "https://www.city.example.jp/gomi/", "icon-1": "garbage"}
PHONE = {"label-2": "電話と窓口", "does-2": "contact", "value-2": "", "icon-2": "phone"}
FORM = {"bar_text": "メニュー", "compact": "", **GARBAGE, **PHONE}


@pytest.fixture
def chief(office: Flask) -> Iterator[Colleague]:
    yield signed_in(office, [Role.ADMIN], CODE)
    kit: Services = office.extensions["kotae"]
    with kit.database.writing() as session:
        session.execute(delete(RichMenuRow))


def mark(chief: Colleague, variant: str = "usual") -> str:
    found = re.search(r'name="mark" value="([0-9a-f]+)"', chief.get(f"{PATH}/{variant}").text)
    assert found is not None
    return found[1]


def kept(office: Flask, variant: Variant = Variant.USUAL) -> RichMenu:
    kit: Services = office.extensions["kotae"]
    with kit.database.reading() as session:
        return rich_menu(session, CODE, variant)


def test_until_somebody_changes_it_the_programs_own_menu_is_shown(office: Flask, chief: Colleague) -> None:
    page = chief.get(PATH).text
    assert "はじめからある内容です" in page
    assert (
        'alt="ふだんのメニューの絵。よくある質問、手続き、証明書（コンビニ交付）、ごみ、防災、ことば、電話と窓口"'
        in page
    )
    assert "--show disaster" in page
    for variant in Variant:
        answer = chief.get(f"{PATH}/{variant.value}/picture.png")
        assert answer.content_type == "image/png"
        assert Image.open(io.BytesIO(answer.data)).size == (2500, 1686)
        assert answer.data == png_of(DEFAULTS[variant])


def test_a_menu_is_configured_drawn_and_noted(office: Flask, chief: Colleague) -> None:
    chief.post(f"{PATH}/usual", {**FORM, "mark": mark(chief)})
    page = chief.get(PATH).text
    assert "保存しました。LINE には、まだ送っていません" in page
    assert "https://www.city.example.jp/gomi/ を開く" in page
    menu = kept(office)
    assert [(area.label, area.does) for area in menu.areas] == [("ごみ", Does.LINK), ("電話と窓口", Does.CONTACT)]
    assert chief.get(f"{PATH}/usual/picture.png").data == png_of(menu)
    assert kept(office, Variant.DISASTER) == DEFAULTS[Variant.DISASTER]
    kit: Services = office.extensions["kotae"]
    with kit.database.reading() as session:
        line = session.scalars(select(AuditLine).where(AuditLine.action == "rich_menu_saved")).all()[-1]
    told = details_text(line.details)
    assert "どのメニュー：ふだん" in told
    assert "押すとすること：ページを開く（下の欄のURL）" in told
    chief.post(f"{PATH}/usual", {**FORM, "mark": mark(chief)})
    assert "変わったところはありません" in chief.get(PATH).text
    chief.post(f"{PATH}/usual/default", {"mark": mark(chief)})
    assert kept(office) == DEFAULTS[Variant.USUAL]


def test_lines_left_empty_are_left_out(office: Flask, chief: Colleague) -> None:
    moved = {re.sub(r"-2$", "-7", name): value for name, value in PHONE.items()}
    chief.post(f"{PATH}/disaster", {"bar_text": "災害", **GARBAGE, **moved, "mark": mark(chief, "disaster")})
    assert [area.label for area in kept(office, Variant.DISASTER).areas] == ["ごみ", "電話と窓口"]


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"bar_text": ""}, "bar_text", "14字まで"),
        ({"label-1": "", "value-1": "", "label-2": ""}, "label-1", "今は0つ"),
        ({"label-1": "あ" * 21}, "label-1", "今は21字"),
        ({"value-1": "http://www.city.example.jp/"}, "value-1", "http:// のページは開けません"),
        ({"value-1": "gomi"}, "value-1", "https://"),
        ({"does-1": "question", "value-1": ""}, "value-1", "聞く質問"),
        ({"does-1": "nonsense", "value-1": ""}, "value-1", "聞く質問"),
        ({"icon-1": "nonsense"}, "icon-1", "しるし"),
        ({"label-2": "電話\U0001f4de"}, "label-2", "絵に書けません"),
        ({"compact": "1", **{f"{name}-{n}": value for n in (3, 4) for name, value in (("label", "窓口"), ("does", "contact"), ("value", ""), ("icon", "info"))}}, "compact", "3つまで"),
    ],
)  # fmt: skip
def test_what_cannot_be_sent_is_refused_at_its_field(
    office: Flask, chief: Colleague, changes: dict[str, str], field: str, said: str
) -> None:
    page = chief.post(f"{PATH}/usual", {**FORM, "mark": mark(chief), **changes}, 422).text
    assert f'href="#{field}"' in page
    assert said in page
    assert f'id="{field}-error"' in page
    assert kept(office) == DEFAULTS[Variant.USUAL]


def test_two_people_who_change_one_menu_are_told(office: Flask, chief: Colleague) -> None:
    other = signed_in(office, [Role.ADMIN], CODE, name="別の 人")
    seen = mark(chief)
    chief.post(f"{PATH}/usual", {**FORM, "mark": seen})
    page = other.post(f"{PATH}/usual", {**FORM, "bar_text": "ボタン", "mark": seen}, 409).text
    assert "ほかの人が先に変えていました" in page
    assert 'value="ボタン"' in page
    assert kept(office).bar_text == "メニュー"
    other.post(f"{PATH}/usual/default", {"mark": seen})
    assert kept(office).bar_text == "メニュー"
    newest = re.search(r'name="mark" value="([0-9a-f]+)"', page)
    assert newest is not None
    other.post(f"{PATH}/usual", {**FORM, "bar_text": "ボタン", "mark": newest[1]})
    assert kept(office).bar_text == "ボタン"


def test_who_may_only_read_sees_the_picture_and_no_form(office: Flask) -> None:
    reader = signed_in(office, [Role.VIEWER], CODE)
    page = reader.get(PATH).text
    assert "picture.png" in page
    assert "を直す" not in page
    assert "「管理」の役割" in page
    assert reader.get(f"{PATH}/usual/picture.png").status_code == 200
    assert reader.get(f"{PATH}/nonsense/picture.png", 404).status_code == 404
