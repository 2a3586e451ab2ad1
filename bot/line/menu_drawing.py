"""The picture of a rich menu, drawn with Pillow: an icon and large words to each area.

The usual menu is dark on white; the one for disasters is white and yellow on black, so that nobody takes one for the
other.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw

from bot.japanese_font import NO_FONT, font_file
from bot.line.menu_icons import icon_mask
from bot.line.menu_layout import WIDTH, Bounds, bounds_of, height_of
from bot.line.menu_lettering import LINE_HEIGHT, SMALLEST, Lettering, check_letters, face, fit
from knowledge.rich_menus import Area, Does, RichMenu, Variant

MOST_BYTES = 1_000_000
"""LINE's limit of a picture is 1 MB."""
_GAP = 14
_ROUND = 44
_ROOM = 36
_LEAST_ICON, _MOST_ICON = 96, 420
_LETTERS_TOGETHER, _ICON_TOGETHER = SMALLEST + 8, 170
"""Smaller than that, one area alone has smaller letters, or a smaller icon, than the others."""
_BESIDE_FROM = 1.75
"""Areas that are so many times as wide as high have their icon beside the words."""


class MenuPictureError(ValueError):
    """The menu cannot be drawn; the text tells staff why, and what to do.  ``area``: which one, from 1; 0 for all."""

    def __init__(self, sentence: str, area: int = 0) -> None:
        super().__init__(sentence)
        self.area = area


@dataclass(frozen=True)
class Look:
    ground: str
    card: str
    edge: str
    ink: str
    icon: str
    hues: tuple[str, ...]
    edge_width: int
    letters: int
    """The largest, in pixels."""


LOOKS = {
    Variant.USUAL: Look(
        "#dbe4f3",
        "#ffffff",
        "#5c6f91",
        "#10131a",
        "#ffffff",
        ("#00418f", "#0a6138", "#8a3a00", "#5a2a86", "#8f1d3f", "#005c66", "#3d4a00"),
        6,
        140,
    ),
    Variant.DISASTER: Look("#000000", "#0d0d0d", "#ffd400", "#ffffff", "#000000", ("#ffd400",), 12, 228),
}


@dataclass(frozen=True)
class Place:
    """Where an area's icon and words stand."""

    icon: Bounds
    words: Bounds
    lettering: Lettering
    is_beside: bool


@dataclass(frozen=True)
class Most:
    """The largest letters and the largest icon, in pixels."""

    letters: int
    icon: int


def png_of(menu: RichMenu) -> bytes:
    """The picture.  Raises MenuPictureError without a Japanese font, or for words that do not go in."""
    path = font_file()
    if path is None:
        raise MenuPictureError(NO_FONT)
    seen = tuple(Area(area.label, Does.CONTACT, icon=area.icon) for area in menu.areas)
    return _drawn(replace(menu, bar_text="", areas=seen), path)


@lru_cache(maxsize=8)
def _drawn(menu: RichMenu, path: Path) -> bytes:
    """Drawing takes half a second, and what an area does is not seen."""
    look = LOOKS[menu.variant]
    image = Image.new("RGB", (WIDTH, height_of(compact=menu.compact)), look.ground)
    draw = ImageDraw.Draw(image)
    cards = _cards(menu)
    for number, (card, place) in enumerate(zip(cards, places_of(menu, path), strict=True)):
        corners = (card.x, card.y, card.x + card.width, card.y + card.height)
        draw.rounded_rectangle(corners, _ROUND, fill=look.card, outline=look.edge, width=look.edge_width)
        _draw_icon(image, menu.areas[number].icon, place.icon, look, look.hues[number % len(look.hues)])
        _draw_words(draw, place, path, look.ink)
    return _written(image)


@lru_cache(maxsize=32)
def icon_png(name: str, side: int = 56) -> bytes:
    """An icon alone, as the usual menu shows it: a sample for whoever chooses one."""
    look, kept = LOOKS[Variant.USUAL], io.BytesIO()
    image = Image.new("RGBA", (side, side))
    _draw_icon(image, name, Bounds(0, 0, side, side), look, look.hues[0])
    image.save(kept, "PNG")
    return kept.getvalue()


def places_of(menu: RichMenu, path: Path) -> list[Place]:
    """Where everything stands.  Raises MenuPictureError."""
    cards = _cards(menu)
    most = dict.fromkeys((True, False), Most(max(LOOKS[menu.variant].letters, cards[0].height // 4), _MOST_ICON))
    # Beside each other, letters and icons of several sizes look like a mistake: first the letters, then the icons.
    for share in (_share_letters, _share_icons):
        most = {shape: share(each, _of_shape(menu, cards, path, most, shape)) for shape, each in most.items()}
    return _placed(menu, cards, path, most)


def _of_shape(
    menu: RichMenu, cards: Sequence[Bounds], path: Path, most: Mapping[bool, Most], shape: bool
) -> list[Place]:
    return [place for place in _placed(menu, cards, path, most) if place.is_beside == shape]


def _share_letters(most: Most, places: Sequence[Place]) -> Most:
    least = min((place.lettering.size for place in places), default=most.letters)
    return replace(most, letters=max(_LETTERS_TOGETHER, least))


def _share_icons(most: Most, places: Sequence[Place]) -> Most:
    least = min((place.icon.width for place in places), default=most.icon)
    return replace(most, icon=max(_ICON_TOGETHER, least))


def _placed(menu: RichMenu, cards: Sequence[Bounds], path: Path, most: Mapping[bool, Most]) -> list[Place]:
    return [
        _place(area, card, path, number, most[_is_beside(card)])
        for number, (area, card) in enumerate(zip(menu.areas, cards, strict=True), 1)
    ]


def _cards(menu: RichMenu) -> list[Bounds]:
    return [place.within(_GAP) for place in bounds_of(len(menu.areas), compact=menu.compact)]


def _is_beside(card: Bounds) -> bool:
    return card.width >= _BESIDE_FROM * card.height


def _place(area: Area, card: Bounds, path: Path, number: int, most: Most) -> Place:
    room = card.within(_ROOM)
    try:
        check_letters(path, area.label)
        return (_beside if _is_beside(card) else _above)(area, room, path, most)
    except ValueError as error:
        raise MenuPictureError(f"{number}番「{area.label}」: {error}", number) from error


def _above(area: Area, room: Bounds, path: Path, most: Most) -> Place:
    """The icon above the words; what the words leave is the icon's."""
    gap = _ROOM * 2 // 3
    written = fit(path, area.label, room.width, room.height - _LEAST_ICON - gap, most.letters)
    tall = round(written.height)
    side = min(most.icon, room.height - gap - tall, room.height * 5 // 9)
    top = room.y + (room.height - side - gap - tall) // 2
    icon = Bounds(room.x + (room.width - side) // 2, top, side, side)
    return Place(icon, Bounds(room.x, top + side + gap, room.width, tall), written, is_beside=False)


def _beside(area: Area, room: Bounds, path: Path, most: Most) -> Place:
    """The icon to the left of the words, in line with those of the areas above and below."""
    side, gap = min(most.icon, room.height * 2 // 3, room.width // 3), _ROOM * 4 // 3
    written = fit(path, area.label, room.width - side - gap, room.height, most.letters)
    icon = Bounds(room.x, room.y + (room.height - side) // 2, side, side)
    left, tall = room.x + side + gap, round(written.height)
    words = Bounds(left, room.y + (room.height - tall) // 2, room.x + room.width - left, tall)
    return Place(icon, words, written, is_beside=True)


def _draw_icon(image: Image.Image, name: str, place: Bounds, look: Look, hue: str) -> None:
    """On a disc of its own colour, so that areas are told apart at a glance; the shape tells them apart without."""
    disc = Image.new("L", (place.width * 2, place.width * 2), 0)
    ImageDraw.Draw(disc).ellipse((0, 0, place.width * 2 - 1, place.width * 2 - 1), fill=255)
    image.paste(hue, (place.x, place.y), disc.resize((place.width, place.width), Image.Resampling.LANCZOS))
    side = round(place.width * 0.6)
    corner = (place.x + (place.width - side) // 2, place.y + (place.width - side) // 2)
    image.paste(look.icon, corner, icon_mask(name, side))


def _draw_words(draw: ImageDraw.ImageDraw, place: Place, path: Path, ink: str) -> None:
    written, middle, top = place.lettering, place.words.x + place.words.width / 2, float(place.words.y)
    sized = [(line, written.size) for line in written.lines] + [(line, written.note_size) for line in written.note]
    for line, size in sized:
        used, tall = face(path, size), LINE_HEIGHT * size
        draw.text(
            (middle, top + tall / 2),
            line,
            fill=ink,
            font=used.font,
            anchor="mm",
            stroke_width=used.bold,
            stroke_fill=ink,
        )
        top += tall


def _written(image: Image.Image) -> bytes:
    kept = io.BytesIO()
    image.save(kept, "PNG", compress_level=9)
    made = kept.getvalue()
    if len(made) > MOST_BYTES:
        raise MenuPictureError(
            f"絵が大きすぎます（{len(made):,}バイト。LINE は{MOST_BYTES:,}まで）。場所の数を減らしてください"
        )
    return made
