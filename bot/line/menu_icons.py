"""Small pictures for the areas of a rich menu, drawn from lines and circles of our own on a square of 100 × 100."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from PIL import Image, ImageDraw

_FINER = 3
"""Drawn so many times larger, and made smaller: Pillow's own edges are steps."""
Point = tuple[float, float]


class Pen:
    """Draws in hundredths of a square; ``on`` False rubs out."""

    def __init__(self, side: int) -> None:
        self._side = side
        self._unit = side * _FINER / 100
        self._image = Image.new("L", (side * _FINER, side * _FINER), 0)
        self._draw = ImageDraw.Draw(self._image)

    def mask(self) -> Image.Image:
        return self._image.resize((self._side, self._side), Image.Resampling.LANCZOS)

    def box(
        self, left: float, top: float, right: float, bottom: float, round_by: float = 0, *, on: bool = True
    ) -> None:
        self._draw.rounded_rectangle(self._scaled((left, top), (right, bottom)), round_by * self._unit, fill=_ink(on))

    def disc(self, x: float, y: float, radius: float, *, on: bool = True) -> None:
        self._draw.ellipse(self._scaled((x - radius, y - radius), (x + radius, y + radius)), fill=_ink(on))

    def oval(self, left: float, top: float, right: float, bottom: float, width: float) -> None:
        """The outline of an ellipse."""
        self._draw.ellipse(self._scaled((left, top), (right, bottom)), outline=255, width=round(width * self._unit))

    def shape(self, *points: Point, on: bool = True) -> None:
        self._draw.polygon(self._scaled(*points), fill=_ink(on))

    def line(self, *points: Point, width: float = 7, on: bool = True) -> None:
        """With round ends and corners."""
        self._draw.line(self._scaled(*points), fill=_ink(on), width=round(width * self._unit), joint="curve")
        for x, y in points:
            self.disc(x, y, width / 2, on=on)

    def arc(
        self, x: float, y: float, radius: float, first: float, last: float, width: float, *, on: bool = True
    ) -> None:
        """From ``first`` to ``last`` degrees, clockwise from the right; with round ends."""
        steps = max(8, round(abs(last - first) / 2))
        turns = [math.radians(first + (last - first) * step / steps) for step in range(steps + 1)]
        self.line(*((x + radius * math.cos(turn), y + radius * math.sin(turn)) for turn in turns), width=width, on=on)

    def _scaled(self, *points: Point) -> list[Point]:
        return [(x * self._unit, y * self._unit) for x, y in points]


def _ink(on: bool) -> int:
    return 255 if on else 0


def icon_mask(name: str, side: int) -> Image.Image:
    """The picture as a mask of ``side`` × ``side`` pixels.  Raises KeyError for a name that there is none of."""
    pen = Pen(side)
    DRAWN[name](pen)
    return pen.mask()


def _question(pen: Pen) -> None:
    pen.box(6, 10, 94, 74, 18)
    pen.shape((26, 68), (52, 68), (24, 94))
    pen.arc(50, 34, 12, 180, 400, 8, on=False)
    pen.line((59, 42), (50, 50), (50, 53), width=8, on=False)
    pen.disc(50, 64, 5, on=False)


def _sheet(pen: Pen) -> None:
    pen.box(18, 6, 82, 94, 7)
    pen.shape((62, 4), (84, 4), (84, 28), on=False)
    pen.shape((61, 7), (61, 28), (81, 28))


def _lines(pen: Pen, *heights: float, right: float = 70) -> None:
    for height in heights:
        pen.line((31, height), (right, height), width=6, on=False)


def _papers(pen: Pen) -> None:
    _sheet(pen)
    _lines(pen, 42, 56)
    pen.line((34, 74), (44, 83), (66, 68), width=7, on=False)


def _certificate(pen: Pen) -> None:
    pen.box(6, 14, 94, 72, 6)
    for height, right in ((30, 78), (43, 78), (56, 50)):
        pen.line((22, height), (right, height), width=6, on=False)
    pen.disc(72, 66, 21, on=False)
    pen.shape((62, 70), (82, 70), (86, 97), (72, 89), (58, 97))
    pen.disc(72, 66, 16)
    pen.disc(72, 66, 6, on=False)


def _garbage(pen: Pen) -> None:
    pen.line((14, 23), (86, 23), width=9)
    pen.line((38, 20), (38, 10), (62, 10), (62, 20), width=7)
    pen.shape((20, 34), (80, 34), (74, 94), (26, 94))
    for top, foot in ((37, 40), (50, 50), (63, 60)):
        pen.line((top, 46), (foot, 82), width=6, on=False)


def _helmet(pen: Pen) -> None:
    pen.disc(50, 60, 38)
    pen.box(6, 62, 94, 100, on=False)
    pen.box(4, 66, 96, 80, 7)
    pen.box(42, 12, 58, 62, 6)
    for side in (38, 62):
        pen.line((side, 24), (side, 58), width=4, on=False)
    pen.arc(50, 74, 22, 25, 155, 5)


def _warning(pen: Pen) -> None:
    pen.line((50, 14), (92, 86), (8, 86), (50, 14), width=10)
    pen.shape((50, 14), (92, 86), (8, 86))
    pen.line((50, 40), (50, 60), width=10, on=False)
    pen.disc(50, 75, 5.5, on=False)


def _shelter(pen: Pen) -> None:
    pen.line((50, 10), (94, 46), (6, 46), (50, 10), width=8)
    pen.shape((50, 10), (94, 46), (6, 46))
    pen.box(16, 44, 84, 94, 4)
    pen.line((10, 68), (52, 68), width=10, on=False)
    pen.shape((50, 50), (74, 68), (50, 86), on=False)


def _globe(pen: Pen) -> None:
    pen.oval(6, 6, 94, 94, 7)
    pen.oval(30, 6, 70, 94, 6)
    for height, half in ((50, 40), (28, 34), (72, 34)):
        pen.line((50 - half, height), (50 + half, height), width=5)
    pen.line((50, 10), (50, 90), width=5)


def _phone(pen: Pen) -> None:
    pen.arc(50, 66, 44, 205, 335, 15)
    for x in (13, 87):
        pen.box(x - 13, 30, x + 13, 54, 7)
    pen.shape((34, 48), (66, 48), (88, 92), (12, 92))
    pen.disc(50, 70, 15, on=False)
    pen.disc(50, 70, 7)


def _building(pen: Pen) -> None:
    pen.shape((50, 6), (96, 32), (4, 32))
    pen.box(10, 36, 90, 44)
    for x in (18, 40, 62):
        pen.box(x, 48, x + 20 - 5, 78)
    pen.box(76 + 4, 48, 80 + 4, 78)
    pen.box(6, 82, 94, 94, 3)


def _calendar(pen: Pen) -> None:
    pen.box(8, 16, 92, 94, 8)
    for x in (30, 70):
        pen.line((x, 8), (x, 22), width=10)
    pen.box(16, 38, 84, 86, 3, on=False)
    for y in (50, 68):
        for x in (30, 50, 70):
            pen.box(x - 6, y - 5, x + 6, y + 7, 2)


def _child(pen: Pen) -> None:
    pen.disc(50, 52, 40)
    pen.disc(11, 54, 10)
    pen.disc(89, 54, 10)
    pen.arc(50, 20, 9, 30, 300, 6, on=False)
    for x in (35, 65):
        pen.disc(x, 52, 6, on=False)
    pen.arc(50, 60, 15, 25, 155, 6, on=False)


def _hospital(pen: Pen) -> None:
    pen.box(8, 8, 92, 92, 14)
    pen.box(41, 22, 59, 78, 3, on=False)
    pen.box(22, 41, 78, 59, 3, on=False)


def _bus(pen: Pen) -> None:
    pen.box(10, 8, 90, 82, 12)
    pen.box(20, 24, 80, 52, 4, on=False)
    for x in (26, 74):
        pen.disc(x, 66, 6, on=False)
        pen.box(x - 9, 76, x + 9, 95, 5)
    pen.line((38, 16), (62, 16), width=5, on=False)


def _info(pen: Pen) -> None:
    pen.disc(50, 50, 45)
    pen.disc(50, 26, 7, on=False)
    pen.line((50, 45), (50, 76), width=12, on=False)


def _page(pen: Pen) -> None:
    pen.box(6, 14, 94, 86, 8)
    pen.box(14, 34, 86, 78, 3, on=False)
    for x in (17, 28, 39):
        pen.disc(x, 24, 4, on=False)
    for height, right in ((46, 70), (58, 76), (69, 54)):
        pen.line((26, height), (right, height), width=6)


DRAWN: Mapping[str, Callable[[Pen], None]] = MappingProxyType(
    {
        "question": _question,
        "papers": _papers,
        "certificate": _certificate,
        "garbage": _garbage,
        "helmet": _helmet,
        "warning": _warning,
        "shelter": _shelter,
        "globe": _globe,
        "phone": _phone,
        "building": _building,
        "calendar": _calendar,
        "child": _child,
        "hospital": _hospital,
        "bus": _bus,
        "info": _info,
        "page": _page,
    }
)
"""By the names of ``knowledge.rich_menus.ICONS``."""
__all__: Sequence[str] = ("DRAWN", "icon_mask")
