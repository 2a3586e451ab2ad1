"""Charts drawn by Altair and vl-convert: SVG and PNG, without script and without an address elsewhere.

Imports nothing heavy by itself: Altair and vl-convert take some 110 MB, and only the process that draws loads them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from html import escape
from itertools import cycle, islice
from typing import Any

from bot.charts import Bars, Chart, Heat, Lines, by_label, description, key_to_signs, number, shown, signs
from bot.japanese_font import font_folder

WIDTH = 720
HEIGHT = 320
BAR = 26
"""The height of one bar, with the room around it."""
FONTS = "'Noto Sans JP','Noto Sans CJK JP','Hiragino Sans','Yu Gothic','Meiryo','IPAexGothic',sans-serif"
INK, RULE, SOFT = "#1a1a1c", "#595959", "#d8d8db"
COLOURS = ("#00118f", "#9a3f0c", "#6d7f2c", "#4a2a5a", "#8a8f96")
"""Apart in lightness, too; dashes and shapes tell them apart where there is no colour at all."""
DASHES = ([1, 0], [8, 4], [2, 3], [10, 3, 2, 3], [5, 2])
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross")
FILLS = ("#00118f", "#b8743f", "#cfd8a5", "#75607f", "#e0e2e5")
PALEST, DARKEST = "#ffffff", "#00118f"
_MOST_LABELS = 14
_AT_TOP: dict[str, Any] = {"titleAngle": 0, "titleAnchor": "end", "titleAlign": "right", "titleY": -8, "titleX": -6}
"""Japanese is not read lying on its side: the name of the upright axis stands above it."""


def svg(chart: Chart) -> str:
    """The picture as text, with its title and what it says for who does not see it."""
    import vl_convert

    _use_our_font()
    drawn: str = vl_convert.vegalite_to_svg(_specification(chart), vl_version="6.4")
    return _told(drawn, chart.title, description(chart))


def png(drawn: str, scale: float = 2) -> bytes:
    """A picture that ``svg`` gave, as pixels.  Look at ``can_write_japanese`` first."""
    import vl_convert

    _use_our_font()
    pixels: bytes = vl_convert.svg_to_png(drawn, scale=scale)
    return pixels


@cache
def can_write_japanese() -> bool:
    """Whether this machine has letters for it: without, every letter is the same empty box."""
    import vl_convert

    _use_our_font()
    one, other = (
        vl_convert.svg_to_png(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><text x="2" y="30" font-size="28" '
            f'font-family="{FONTS}">{letter}</text></svg>'
        )
        for letter in "市込"
    )
    return bool(one != other)


def _altair() -> Any:
    """Altair, without its types: every channel takes dozens of kinds, and its own schema looks at what is given."""
    import altair

    return altair


def _use_our_font() -> None:
    folder = font_folder()
    if folder is not None:
        _register(str(folder))


@cache
def _register(folder: str) -> None:
    import vl_convert

    vl_convert.register_font_directory(folder)


def _told(drawn: str, title: str, told: str) -> str:
    """Name the picture in itself, and drop the parts that a reader would say aloud one by one."""
    quiet = re.sub(r' (?:role|aria-[a-z]+)="[^"]*"', "", drawn)
    head, _, rest = quiet.partition(">")
    named = f'<title id="chart-title">{escape(title)}</title><desc id="chart-desc">{escape(told)}</desc>'
    return f'{head} role="img" aria-labelledby="chart-title chart-desc">{named}{rest}'


def _specification(chart: Chart) -> dict[str, Any]:
    match chart:
        case Lines():
            made = _lines(chart)
        case Bars():
            made = _bars(chart)
        case Heat():
            made = _heat(chart)
    configured = (
        made.properties(title=_title(chart))
        .configure(font=FONTS, background="#ffffff", autosize={"type": "fit", "contains": "padding"}, padding=8)
        .configure_title(fontSize=17, color=INK, anchor="start", fontWeight="bold", offset=24, limit=WIDTH - 20,
            subtitleFontSize=13, subtitleColor=INK, subtitlePadding=8, subtitleLineHeight=18,
        )
        .configure_axis(
            labelFontSize=13, titleFontSize=13, labelColor=INK, titleColor=INK, gridColor=SOFT, domainColor=RULE,
            tickColor=RULE, titleFontWeight="normal",
        )
        .configure_legend(
            labelFontSize=13, titleFontSize=13, labelColor=INK, orient="top", symbolSize=90, symbolStrokeWidth=2,
            labelLimit=260, title=None, columns=3, offset=_room_above(chart),
        )
        .configure_view(stroke=None)
    )  # fmt: skip
    found: dict[str, Any] = configured.to_dict()
    return found


def _title(chart: Chart) -> Any:
    """With what the numbered marks mean below it, so that the picture tells it wherever it goes."""
    lines_below = key_to_signs(chart)
    return _altair().Title(chart.title, subtitle=lines_below) if lines_below else chart.title


def _room_above(chart: Chart) -> int:
    """Between the key and the drawing: for the axis's name, and the words of events in their two rows."""
    return 44 if isinstance(chart, Lines) and (chart.events or chart.breaks) else 24


def _first(of: tuple[Any, ...], count: int) -> list[Any]:
    return list(islice(cycle(of), count))


def _scales(names: list[str]) -> tuple[Any, Any, Any]:
    alt = _altair()

    count = len(names)
    return (
        alt.Color("series:N", title=None, scale=alt.Scale(domain=names, range=_first(COLOURS, count)), sort=None),
        alt.StrokeDash("series:N", title=None, scale=alt.Scale(domain=names, range=_first(DASHES, count)), sort=None),
        alt.Shape("series:N", title=None, scale=alt.Scale(domain=names, range=_first(SHAPES, count)), sort=None),
    )


def _part(chart: Lines, at: int) -> int:
    """How often the way of counting had changed by then: no line leads from one part to another."""
    return sum(mark.at <= at for mark in chart.breaks)


def _line_rows(chart: Lines) -> list[dict[str, Any]]:
    """A row to each value; a gap begins a new part, so that no line leads over it either, unless it is to."""
    rows = []
    for one in chart.series:
        gaps = 0
        for at, value in enumerate(one.values):
            if value is None:
                gaps += not one.joined
                continue
            part = f"{_part(chart, at)}-{gaps}"
            rows.append({"at": at, "value": value, "series": one.name, "part": part, "shown": shown(one, at)})
    return rows


def _label_expression(labels: tuple[str, ...]) -> str:
    """Vega's expression that gives the label of a place."""
    listed = ",".join("'" + label.replace("\\", "\\\\").replace("'", "\\'") + "'" for label in labels)
    return f"[{listed}][datum.value]"


def _lines(chart: Lines) -> Any:
    alt = _altair()

    names = [one.name for one in chart.series]
    every = -(-len(chart.labels) // _MOST_LABELS)
    ticks = list(range(0, len(chart.labels), every))
    axis = alt.Axis(values=ticks, labelExpr=_label_expression(chart.labels), grid=False, labelAngle=0)
    scale = alt.Scale(domain=[-0.4, max(len(chart.labels) - 0.6, 0.4)], nice=False, zero=False)
    x = alt.X("at:Q", title=chart.across, axis=axis, scale=scale)
    most = max((value for one in chart.series for value in one.values if value is not None), default=0)
    axis_up, up = _count_axis(most, **_AT_TOP), _scale_from_zero(chart)
    y = alt.Y("value:Q", title=_axis_title(chart.unit), axis=axis_up, scale=up)
    colour, dash, shape = _scales(names)
    base = alt.Chart(alt.Data(values=_line_rows(chart)))
    several = len(names) > 1
    line = base.mark_line(strokeWidth=2.5).encode(x=x, y=y, detail="part:N", color=colour, strokeDash=dash)
    point = base.mark_point(filled=True, size=60, opacity=1).encode(x=x, y=y, color=colour, shape=shape)
    if not several:
        line = line.encode(color=colour.legend(None), strokeDash=dash.legend(None))
        point = point.encode(color=colour.legend(None), shape=shape.legend(None))
    layers = [line, point]
    if not several and len(chart.labels) <= _MOST_LABELS:
        layers.append(base.mark_text(dy=-12, fontSize=12, color=INK).encode(x=x, y=y, text="shown:N"))
    layers += _marks(chart, scale)
    return alt.layer(*layers).properties(
        width=WIDTH, height=HEIGHT + _room_above(chart) + 18 * len(key_to_signs(chart))
    )


def _scale_from_zero(chart: Lines) -> Any:
    """From zero, for a cut axis makes little changes look large."""
    alt = _altair()

    some = any(value for one in chart.series for value in one.values)
    return alt.Scale(zero=True, nice=True) if some else alt.Scale(domain=[0, 1])


def _count_axis(most: float, **more: Any) -> Any:
    """No half questions on the axis."""
    alt = _altair()

    numbers = {"format": ",d", "tickMinStep": 1, "tickCount": 6} if most >= 3 else {"format": ",.2~f", "tickCount": 3}
    return alt.Axis(**numbers, **more)


def _axis_title(unit: str) -> str:
    return f"（{unit}）"


def _marks(chart: Lines, scale: Any) -> list[Any]:
    """What happened when: a line with its words; where the counting changed: a dotted one between the values."""
    alt = _altair()

    found = []
    for marks, dash, shift, sign in ((chart.events, [1, 0], 0.0, "▼"), (chart.breaks, [2, 4], -0.5, "┆")):
        if not marks:
            continue
        together = by_label(marks)
        said = signs(together, sign)
        rows = [{"place": mark.at + shift, "text": said[n], "row": n % 2} for n, mark in enumerate(together)]
        base = alt.Chart(alt.Data(values=rows))
        x = alt.X("place:Q", scale=scale, title=chart.across)
        found.append(base.mark_rule(color=RULE, strokeDash=dash, strokeWidth=1.5).encode(x=x))
        for row in (0, 1):
            text = base.transform_filter(f"datum.row == {row} && datum.place < {len(chart.labels) * 0.66}")
            left = base.transform_filter(f"datum.row == {row} && datum.place >= {len(chart.labels) * 0.66}")
            place: dict[str, Any] = {"fontSize": 12, "color": INK, "y": -4 - 15 * row, "baseline": "bottom"}
            found.append(text.mark_text(align="left", dx=-4, **place).encode(x=x, text="text:N"))
            found.append(left.mark_text(align="right", dx=4, **place).encode(x=x, text="text:N"))
    return found


def _bars(chart: Bars) -> Any:
    alt = _altair()

    rows: list[dict[str, Any]] = [
        {"at": at, "label": label, "value": one.values[at], "series": one.name, "shown": shown(one, at)}
        for one in chart.series
        for at, label in enumerate(chart.labels)
        if one.values[at] is not None
    ]
    names = [one.name for one in chart.series]
    most = max((row["value"] for row in rows), default=0)
    # Room for the number behind the longest bar.
    across = alt.Scale(domain=[0, (most or 1) * 1.12], nice=False)
    axis = alt.Axis(labelExpr=_label_expression(chart.labels), labelLimit=260, ticks=False, grid=False, **_AT_TOP)
    y = alt.Y("at:O", title=chart.across, axis=axis, scale=_places(chart.labels), sort=None)
    x = alt.X("value:Q", title=_axis_title(chart.unit), axis=_count_axis(most), scale=across)
    colour = alt.Color(
        "series:N", title=None, scale=alt.Scale(domain=names, range=_first(FILLS, len(names))), sort=None,
        legend=alt.Legend() if len(names) > 1 else None,
    )  # fmt: skip
    base = alt.Chart(alt.Data(values=rows)).encode(y=y, x=x)
    if len(names) > 1:
        base = base.encode(yOffset=alt.YOffset("series:N", sort=names))
    bar = base.mark_bar(stroke=INK, strokeWidth=0.8).encode(color=colour)
    text = base.mark_text(align="left", dx=5, fontSize=12, color=INK).encode(text="shown:N")
    return alt.layer(bar, text).properties(width=WIDTH, height=90 + BAR * len(chart.labels) * max(1, len(names) * 0.8))


def _heat(chart: Heat) -> Any:
    alt = _altair()

    most = max((value for row in chart.values for value in row if value is not None), default=0) or 1
    rows = [
        {"down": down, "across": across, "value": value, "text": _short(value), "dark": (value or 0) > most * 0.5}
        for down, row in enumerate(chart.values)
        for across, value in enumerate(row)
    ]
    # Told outright: squares without a value are no part of what the order would be taken from.
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X(
            "across:O", title=chart.across, scale=_places(chart.columns), sort=None,
            axis=alt.Axis(labelAngle=0, labelExpr=_label_expression(chart.columns), ticks=False, domain=False),
        ),
        y=alt.Y(
            "down:O", title=chart.down, scale=_places(chart.rows), sort=None,
            axis=alt.Axis(labelExpr=_label_expression(chart.rows), ticks=False, domain=False, **_AT_TOP),
        ),
    )  # fmt: skip
    shades = alt.Scale(domain=[0, most], range=[PALEST, DARKEST], interpolate="rgb")
    colour = alt.Color("value:Q", scale=shades, legend=None)
    square = base.mark_rect(stroke=SOFT, strokeWidth=1).encode(color=colour)
    text = base.mark_text(fontSize=11).encode(
        text="text:N", color=alt.condition("datum.dark", alt.value("#ffffff"), alt.value(INK))
    )
    return alt.layer(square, text).properties(width=WIDTH, height=90 + 32 * len(chart.rows))


def _places(labels: Sequence[str]) -> Any:
    """All of them in their order: left to the values, one whose first value is missing would come last."""
    return _altair().Scale(domain=list(range(len(labels))))


def _short(value: float | None) -> str:
    """What fits into a square."""
    if value is not None and value >= 10_000:
        return f"{value / 10_000:.1f}万"
    return number(value)
