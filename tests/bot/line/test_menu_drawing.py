"""The picture of a rich menu: of LINE's size, with words that stand inside their areas and can be read on a phone."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from bot import japanese_font
from bot.line import menu_drawing
from bot.line.menu_drawing import LOOKS, MOST_BYTES, MenuPictureError, places_of, png_of
from bot.line.menu_icons import DRAWN, icon_mask
from bot.line.menu_layout import WIDTH, Bounds, bounds_of, height_of
from bot.line.menu_lettering import NOTE_SMALLEST, SMALLEST, DoesNotFitError, face, fit, lines_of
from knowledge.rich_menus import DEFAULTS, ICONS, MOST_AREAS, Area, Does, RichMenu, Variant

LABELS = (
    *("ごみ", "よくある質問", "証明書（コンビニ交付）", "子育て・教育", "マイナンバーカード", "電話と窓口"),
    *("住民票の写しの取り方と手数料のこと", "Garbage & Recycling", "あ" * 20),
)


def font() -> Path:
    found = japanese_font.font_file()
    assert found is not None
    return found


def menu_of(count: int, *, compact: bool = False, variant: Variant = Variant.USUAL) -> RichMenu:
    icons = list(ICONS)
    areas = tuple(Area(LABELS[n], Does.FREQUENT, icon=icons[n]) for n in range(count))
    return RichMenu(variant, "メニュー", areas, compact)


def inside(one: Bounds, other: Bounds) -> bool:
    across = other.x <= one.x and one.x + one.width <= other.x + other.width
    return across and other.y <= one.y and one.y + one.height <= other.y + other.height


@pytest.mark.parametrize("variant", list(Variant))
def test_the_picture_is_as_line_wants_it(variant: Variant) -> None:
    made = png_of(DEFAULTS[variant])
    assert len(made) < MOST_BYTES
    image = Image.open(io.BytesIO(made))
    assert (image.format, image.size) == ("PNG", (WIDTH, height_of(compact=False)))
    compact = Image.open(io.BytesIO(png_of(menu_of(3, compact=True, variant=variant))))
    assert compact.size == (2500, 843)


@pytest.mark.parametrize("variant", list(Variant))
@pytest.mark.parametrize("count", range(1, MOST_AREAS + 1))
def test_icon_and_words_stand_inside_their_area_and_apart(count: int, variant: Variant) -> None:
    menu = menu_of(count, variant=variant)
    for place, area in zip(places_of(menu, font()), bounds_of(count, compact=False), strict=True):
        assert inside(place.icon, area)
        assert inside(place.words, area)
        assert place.lettering.size >= SMALLEST
        widest = max(face(font(), place.lettering.size).width_of(line) for line in place.lettering.lines)
        assert widest <= place.words.width
        assert place.lettering.height <= place.words.height + 1
        noted = [face(font(), place.lettering.note_size).width_of(line) for line in place.lettering.note]
        assert not noted or (max(noted) <= place.words.width and place.lettering.note_size >= NOTE_SMALLEST)
        apart_across = place.icon.x + place.icon.width <= place.words.x
        assert apart_across or place.icon.y + place.icon.height <= place.words.y


@pytest.mark.parametrize("variant", list(Variant))
def test_what_is_drawn_is_drawn_inside_too(variant: Variant) -> None:
    """Between the areas there is nothing but the ground: no letter reaches over."""
    menu = menu_of(MOST_AREAS, variant=variant)
    image = Image.open(io.BytesIO(png_of(menu))).convert("RGB")
    ground = image.getpixel((0, 0))
    for area in bounds_of(MOST_AREAS, compact=False):
        for x in range(area.x, area.x + area.width, 7):
            assert image.getpixel((x, area.y)) == ground
        for y in range(area.y, area.y + area.height, 7):
            assert image.getpixel((area.x, y)) == ground


def brightness(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((brightness(one), brightness(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("variant", list(Variant))
def test_words_and_icons_stand_out(variant: Variant) -> None:
    look = LOOKS[variant]
    assert contrast(look.ink, look.card) >= 7
    assert all(contrast(look.icon, hue) >= 4.5 and contrast(hue, look.card) >= 3 for hue in look.hues)
    assert contrast(look.edge, look.card) >= 3


@pytest.mark.parametrize(
    ("label", "lines"),
    [
        ("子育て・教育のこと", ["子育て・", "教育のこと"]),
        ("マイナンバーカード", ["マイナンバー", "カード"]),
        ("子育て支援センター", ["子育て支援", "センター"]),
        ("住民票の写しの取り方", ["住民票の", "写しの取り方"]),
    ],
)
def test_lines_are_broken_where_a_reader_would(label: str, lines: list[str]) -> None:
    found = lines_of(face(font(), SMALLEST), label, 700, 2)
    assert found is not None
    assert found == lines


def test_no_line_begins_with_what_never_begins_one() -> None:
    for label in ("ああああああああああっッーああああ", "あああ。ああ）あああああああー"):
        found = lines_of(face(font(), SMALLEST), label, 1100, 2)
        assert found is not None
        assert "".join(found) == label
        assert not any(line.startswith(("ー", "っ", "ッ", "。", "）")) for line in found)


def test_a_note_in_brackets_is_written_smaller_below() -> None:
    found = fit(font(), "証明書（コンビニ交付）", 720, 300, 168)
    assert (found.lines, found.note) == (("証明書",), ("コンビニ交付",))
    assert NOTE_SMALLEST <= found.note_size < found.size


def test_words_that_cannot_be_read_are_refused() -> None:
    with pytest.raises(DoesNotFitError, match="短くする"):
        fit(font(), "あ" * 20, 500, 200, 168)
    tight = replace(menu_of(9), areas=tuple(Area("Ｗ" * 20, Does.CONTACT) for _ in range(9)))
    with pytest.raises(MenuPictureError, match="1番「"):
        png_of(replace(tight, areas=(Area("Ｗ" * 19 + "ッ（" + "Ｗ" * 30 + "）", Does.CONTACT), *tight.areas[1:])))


@pytest.mark.parametrize("label", ["ごみ\U0001f34e", "\x00", "ごみ\u200b", "\ue000"])
def test_a_letter_that_the_font_has_not_is_told(label: str) -> None:
    with pytest.raises(MenuPictureError, match="絵に書けません") as told:
        png_of(RichMenu(Variant.USUAL, "メニュー", (Area("ごみ", Does.CONTACT), Area(label, Does.CONTACT))))
    assert told.value.area == 2


def test_without_a_japanese_font_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(menu_drawing, "font_file", lambda: None)
    with pytest.raises(MenuPictureError, match=r"日本語の書体がない.*fonts-noto-cjk"):
        png_of(DEFAULTS[Variant.USUAL])


def test_every_icon_is_drawn_and_none_looks_like_another() -> None:
    assert set(DRAWN) == set(ICONS)
    masks = {name: icon_mask(name, 60) for name in ICONS}
    assert len({one.tobytes() for one in masks.values()}) == len(ICONS)
    for name, mask in masks.items():
        inked = sum(mask.histogram()[128:]) / (60 * 60)
        assert 0.12 < inked < 0.8, name
