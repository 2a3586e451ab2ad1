"""Charts: what they say without being seen, and how they are drawn."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from bot import chart_drawing, pictures
from bot.charts import (
    Chart,
    ChartFaultError,
    Mark,
    Series,
    as_json,
    bars,
    description,
    digest,
    from_json,
    heat,
    is_empty,
    lines,
    table,
    week,
)
from knowledge import child_process
from knowledge.calendar import now
from knowledge.child_process import ChildFaultError
from knowledge.db import Database
from knowledge.models import Municipality, Picture
from knowledge.pictures import KEPT

CODE = "242047"
SVG = "{http://www.w3.org/2000/svg}"
MONTHS = ["令和8年4月", "5月", "6月", "7月", "8月", "9月"]
ASKED = lines(
    "月ごとの質問",
    MONTHS,
    [Series("LINE", (10, 25, None, 40, 35, 50)), Series("ウェブ", (1, 2, 3, 4, 5, 6))],
    across="月",
    unit="件",
    events=[Mark(1, "広報掲載")],
    breaks=[Mark(4, "電話も数える")],
)
OFFICES = bars("課ごとの質問", ["市民課", "<税務課>"], [Series("質問", (1234, 3))], across="課", unit="件")
HOURS = week("曜日と時間帯", [[weekday * hour for hour in range(24)] for weekday in range(7)], unit="件")
ALL = [pytest.param(ASKED, id="lines"), pytest.param(OFFICES, id="bars"), pytest.param(HOURS, id="heat")]


@pytest.mark.parametrize("chart", ALL)
def test_a_chart_comes_back_from_json_as_it_was(chart: Chart) -> None:
    assert from_json(as_json(chart)) == chart
    assert digest(from_json(as_json(chart))) == digest(chart)


def test_the_name_of_a_picture_changes_with_what_it_says() -> None:
    other = bars("課ごとの質問", ["市民課", "<税務課>"], [Series("質問", (1234, 4))], across="課", unit="件")
    assert digest(other) != digest(OFFICES)


def test_the_table_says_what_the_picture_says() -> None:
    assert table(ASKED).headings == ("月", "LINE（件）", "ウェブ（件）", "できごと")
    assert table(ASKED).rows[1:3] == (("5月", "25", "2", "広報掲載"), ("6月", "－", "3", ""))
    assert table(ASKED).rows[4][-1] == "ここから数え方がちがう：電話も数える"
    assert table(OFFICES).rows == (("市民課", "1,234"), ("<税務課>", "3"))
    assert table(HOURS).headings[:3] == ("曜日", "0時", "1時")
    assert table(HOURS).rows[6] == ("日", *(f"{6 * hour}" for hour in range(24)))


def test_what_a_chart_shows_is_said_in_words() -> None:
    said = description(ASKED)
    assert "LINEは、最も多いのが9月の50件、最も少ないのが令和8年4月の10件。" in said
    assert "5月に広報掲載。" in said
    assert "8月から数え方が変わった（電話も数える）。" in said
    assert description(HOURS) == "曜日と時間帯。最も多いのは日・23時の138件。値は表と同じ。"
    one = lines("一つ", ["4月"], [Series("件", (5,), ("約5件",))], across="月", unit="件")
    assert "4月に約5件。" in description(one)


def test_a_chart_that_would_mislead_is_refused() -> None:
    with pytest.raises(ChartFaultError):
        lines("x", ["4月"], [Series("LINE", (1, 2))], across="月", unit="件")
    with pytest.raises(ChartFaultError):
        bars("x", ["4月"], [Series(str(at), (1,)) for at in range(6)], across="月", unit="件")
    with pytest.raises(ChartFaultError):
        lines("x", ["4月"], [Series("LINE", (1,))], across="月", unit="件", events=[Mark(1, "外")])
    with pytest.raises(ChartFaultError):
        heat("x", ["月"], ["0"], [[1, 2]], down="曜日", across="時", unit="件")


def test_without_any_value_there_is_nothing_to_draw() -> None:
    assert is_empty(lines("x", ["4月"], [Series("LINE", (None,))], across="月", unit="件"))
    assert is_empty(heat("x", [], [], [], down="曜日", across="時", unit="件"))
    assert not is_empty(bars("x", ["4月"], [Series("LINE", (0,))], across="月", unit="件"))


@pytest.mark.parametrize("chart", ALL)
def test_a_drawing_names_itself_and_holds_neither_script_nor_an_address_elsewhere(chart: Chart) -> None:
    drawn = chart_drawing.svg(chart)
    root = ET.fromstring(drawn)
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == chart.title
    assert root.findtext(f"{SVG}desc") == description(chart)
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "g", "path", "text", "tspan", "line", "rect", "defs", "clipPath", "circle"}
    elsewhere = re.findall(r"https?://[^\"]*", drawn)
    assert set(elsewhere) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert not re.search(r"\bon[a-z]+=|href|javascript|url\((?!#)", drawn)
    assert "件" in drawn


def _words(drawn: str) -> list[str]:
    return ["".join(element.itertext()) for element in ET.fromstring(drawn).iter(f"{SVG}text")]


def test_labels_events_and_units_stand_on_the_drawing() -> None:
    words = _words(chart_drawing.svg(ASKED))
    for said in (*MONTHS, "月ごとの質問", "（件）", "月", "LINE", "ウェブ", "▼広報掲載", "┆電話も数える", "0"):
        assert said in words
    assert {"市民課", "<税務課>", "1,234", "課"} <= set(_words(chart_drawing.svg(OFFICES)))
    hours = _words(chart_drawing.svg(HOURS))
    assert {"月", "日", "23", "138", "曜日"} <= set(hours)


def test_hours_stay_in_their_order_where_some_have_no_value() -> None:
    chart = heat(
        "x", ["月", "火"], ["甲", "乙", "丙"], [[1, None, 3], [None, 2, 3]], down="曜日", across="時", unit="件"
    )
    assert [one for one in _words(chart_drawing.svg(chart)) if one in ("甲", "乙", "丙")] == ["甲", "乙", "丙"]
    chart = heat("x", ["月", "火", "水"], ["甲"], [[None], [None], [1]], down="曜日", across="時", unit="件")
    assert [one for one in _words(chart_drawing.svg(chart)) if one in ("月", "火", "水")] == ["月", "火", "水"]


def test_several_events_are_numbered_and_told_below_the_title() -> None:
    chart = replace(ASKED, events=(Mark(1, "広報掲載"), Mark(2, "通知の発送"), Mark(2, "システムの停止")))
    words = _words(chart_drawing.svg(chart))
    for said in ("▼1", "▼2", "▼1 5月：広報掲載", "▼2 6月：通知の発送、システムの停止", "┆電話も数える"):
        assert any(said in one for one in words), said
    assert table(chart).rows[2][-1] == "通知の発送、システムの停止"


def _drawn_lines(drawn: str) -> list[str]:
    """The lines through the values: a path that is stroked thick."""
    return [
        path.get("d") or ""
        for path in ET.fromstring(drawn).iter(f"{SVG}path")
        if path.get("stroke-width") == "2.5" and "L" in (path.get("d") or "")
    ]


def test_no_line_leads_over_a_gap_or_a_change_in_counting() -> None:
    # LINE: April-May, (July alone), August-September; the web: April-July, August-September.
    assert len(_drawn_lines(chart_drawing.svg(ASKED))) == 4
    led = lines("x", MONTHS, [Series("LINE", (1, 2, None, 4, 5, 6), joined=True)], across="月", unit="件")
    assert len(_drawn_lines(chart_drawing.svg(led))) == 1


def test_series_are_told_apart_without_colour() -> None:
    drawn = chart_drawing.svg(ASKED)
    dashes = {path.get("stroke-dasharray") for path in ET.fromstring(drawn).iter(f"{SVG}path")}
    assert {"8,4"} <= dashes
    assert len({_grey(colour) // 12 for colour in chart_drawing.FILLS}) == len(chart_drawing.FILLS)


def _grey(colour: str) -> float:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_more_the_darker_and_each_square_has_its_number_in_letters_that_can_be_read() -> None:
    chart = heat(
        "x", ["月"], [str(at) for at in range(11)], [list(range(0, 110, 10))], down="曜日", across="時", unit="件"
    )
    root = ET.fromstring(chart_drawing.svg(chart))
    found = [path.get("fill") or "" for path in root.iter(f"{SVG}path") if (path.get("fill") or "").startswith("rgb(")]
    greys = [_grey("#" + "".join(f"{int(one):02x}" for one in re.findall(r"\d+", fill))) for fill in found]
    assert len(greys) == 11
    assert greys == sorted(greys, reverse=True)
    assert len(set(greys)) == 11


def test_hours_and_days_keep_their_order_where_some_have_no_value() -> None:
    chart = heat(
        "x", ["月", "火"], ["7", "8", "9"], [[None, None, 5], [None, 6, None]], down="曜日", across="時", unit="件"
    )
    root = ET.fromstring(chart_drawing.svg(chart))
    labels = [group for group in root.iter(f"{SVG}g") if "role-axis-label" in (group.get("class") or "")]
    found = [[each.text or "" for each in sorted(group.iter(f"{SVG}text"), key=_place)] for group in labels]
    assert ["7", "8", "9"] in found
    assert ["月", "火"] in found


def _place(each: ET.Element) -> list[float]:
    return [float(one) for one in re.findall(r"[-\d.]+", each.get("transform") or "")]


def test_pixels_have_japanese_letters_or_are_not_made() -> None:
    """Two different letters drawn alike are two empty boxes."""
    if not chart_drawing.can_write_japanese():
        assert pictures.png_files([OFFICES]) is None
        return
    titles = [bars(title, ["a"], [Series("x", (1,))], across="x", unit="x") for title in ("申請の件数", "苦情の人数")]
    one, other = pictures.png_files(titles) or []
    assert one.startswith(b"\x89PNG")
    assert _pixels(one) != _pixels(other)


def _pixels(png: bytes) -> bytes:
    width, height = struct.unpack(">II", png[16:24])
    assert width > 800
    assert height > 100
    found, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            found += png[at + 8 : at + 8 + length]
        at += 12 + length
    return zlib.decompress(found)


def test_what_charts_say_is_known_without_loading_what_draws_them() -> None:
    seen = "import bot.charts, bot.pictures, bot.chart_drawing, sys; print({'altair', 'vl_convert'} & set(sys.modules))"
    root = Path(__file__).parent.parent.parent
    found = subprocess.run([sys.executable, "-c", seen], cwd=root, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"


@pytest.fixture
def town(database: Database) -> Database:
    with database.writing() as session:
        session.add(
            Municipality(
                code=CODE, name="市", kana="し", prefecture="県", aliases=[], contact_department="c",
                sample=False, examples=[], reply_languages=[],
            )
        )  # fmt: skip
    return database


def test_a_picture_is_drawn_once_with_the_others_of_its_page(town: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = lines("空", ["4月"], [Series("LINE", (None,))], across="月", unit="件")
    names = pictures.keep_charts(town, CODE, [OFFICES, empty, HOURS])
    assert names == [digest(OFFICES), "", digest(HOURS)]
    drawn = pictures.picture(town, CODE, names[0])
    assert "市民課" in drawn
    started: list[str] = []

    def start(*_: object, **__: object) -> None:
        started.append("a child")
        raise ChildFaultError(None)

    monkeypatch.setattr(pictures, "child_messages", start)
    assert pictures.picture(town, CODE, names[0]) == drawn
    assert "曜日と時間帯" in pictures.picture(town, CODE, names[2])
    assert started == []
    asked = pictures.keep_charts(town, CODE, [ASKED])
    with pytest.raises(pictures.DrawingFaultError):
        pictures.picture(town, CODE, asked[0])
    with pytest.raises(LookupError):
        pictures.picture(town, "222232", names[0])


def test_pictures_that_nobody_shows_any_more_go(town: Database) -> None:
    [old] = pictures.keep_charts(town, CODE, [OFFICES])
    with town.writing() as session:
        session.get_one(Picture, (CODE, old)).kept_at = now() - KEPT * 2
    pictures.keep_charts(town, CODE, [HOURS])
    with pytest.raises(LookupError):
        pictures.picture(town, CODE, old)


def test_the_child_is_given_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "a secret")
    seen = list(child_process.child_messages("bot.chart_child", content=b"[]", most=1000))
    assert seen == []
