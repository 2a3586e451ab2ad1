"""How a value of the schema stands in a cell, and how it is read from what staff write there.

``write`` takes a value of the schema and gives the text of a cell (empty for None); ``read``
takes a text that is not blank and gives the value, or raises ValueError with a sentence.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from knowledge.telephones import lost_zero, tidy_telephone

NO_VALUE = "（記載なし）"
"""A figure that the plan has a place for and does not give."""

_ERAS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988}
_DAY = re.compile(r"(?:(令和|平成|R|H)\s*(元|\d{1,2})|(\d{4}))\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_STEP = re.compile(r"\A([^：:]*+)[：:](.*)", re.DOTALL)
_YEAR = re.compile(r"(?:(令和|平成|R|H)\s*(元|\d{1,2})|(\d{4}))\s*(?:年度?)?")
_ESCAPE = {"\\": "\\\\", "\n": "\\n", "｜": "\\｜"}
_PART = re.compile(r"(?:\\.|[^｜\\])*+", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class Blank(Enum):
    """What an empty cell means where it is not simply nothing."""

    UNTOLD = "no figure here; with its year and note empty too, nothing at all"


@dataclass(frozen=True)
class Form:
    write: Callable[[Any], str]
    read: Callable[[str], Any]
    blank: Any = None
    """What an empty cell means."""
    number: bool = False
    help: str = ""
    """How staff write it."""
    names: tuple[str, ...] = ()
    """Where it is one of a few: each, as staff write it."""


def _written(value: Any) -> str:
    return "" if value is None else str(value)


def _number(text: str) -> int:
    plain = unicodedata.normalize("NFKC", text).strip()
    if not re.fullmatch(r"\d{1,9}", plain):
        raise ValueError(f"数字で書いてください: {text}")
    return int(plain)


def _fiscal_year(text: str) -> int:
    """2025, 2025年度, 令和7年度, R7."""
    found = _YEAR.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        raise ValueError(f"年度は 2025 か 令和7年度 のように書きます: {text}")
    era, of_era, western = found.groups()
    return int(western) if western else _ERAS[era] + (1 if of_era == "元" else int(of_era))


def _day(text: str) -> dt.date:
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    try:
        if found is None:
            raise ValueError
        era, of_era, western, month, day = found.groups()
        year = int(western) if western else _ERAS[era] + (1 if of_era == "元" else int(of_era))
        return dt.date(year, int(month), int(day))
    except ValueError:
        raise ValueError(f"日付は 2026-04-01 のように書きます: {text}") from None


def _day_shown(value: dt.date | str | None) -> str:
    """A day; one within a JSON column is kept as text."""
    return value.isoformat() if isinstance(value, dt.date) else value or ""


def _telephone(text: str) -> str:
    """A number without its zero can only be what a spreadsheet program made of it; the rest is for the schema."""
    if lost := lost_zero(text):
        raise ValueError(lost)
    return tidy_telephone(text)


def _measure_number(text: str) -> str:
    plain = text.strip()
    if re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", plain):
        raise ValueError(
            f"Excel が番号を日付に変えています（{plain}）。"
            "セルの表示形式を「文字列」にして、1-1 のように書き直してください"
        )
    return plain


def _as_of(text: str) -> str:
    """A month stays a month; a day in any writing becomes ``2026-04-01``."""
    try:
        return _day(text).isoformat()
    except ValueError:
        month = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})月?", unicodedata.normalize("NFKC", text).strip())
        return f"{month[1]}-{int(month[2]):02}" if month else text


def _lines(values: list[str]) -> str:
    return "\n".join(_one_line(value) for value in values)


def _one_line(value: str) -> str:
    return re.sub(r"[\\\n]", lambda match: _ESCAPE[match[0]], value)


def _read_lines(text: str) -> list[str]:
    return [_restored(line) for line in text.split("\n") if line.strip(" \t\u3000")]


def _read_names(text: str) -> list[str]:
    """Names of other rows: officials write several in a line, too."""
    return list(dict.fromkeys(name.strip() for name in re.split(r"[\n、,]", text) if name.strip()))


def _restored(text: str) -> str:
    return _ESCAPED.sub(lambda match: "\n" if match[1] == "n" else match[1], text)


def _steps(values: list[Mapping[str, Any]]) -> str:
    return "\n".join(f"{','.join(map(str, step['fiscal_years']))}：{_one_line(step['text'])}" for step in values)


def _read_steps(text: str) -> list[dict[str, Any]]:
    return [_step(line) for line in text.split("\n") if line.strip()]


def _step(line: str) -> dict[str, Any]:
    found = _STEP.fullmatch(line)
    try:
        if found is None:
            raise ValueError
        parts = re.split(r"[,、，\s]+", unicodedata.normalize("NFKC", found[1]).strip())
        years = [year for part in parts for year in _span(part)]
    except ValueError:
        raise ValueError(f"「2024,2025：準備」のように、年度・コロン・内容を一行に書きます: {line}") from None
    return {"fiscal_years": years, "text": _restored(found[2])}


def _span(text: str) -> range:
    """2024, 2024-2026, 令和6年度〜令和8年度."""
    first, _, last = re.sub("[~～〜]", "-", text).partition("-")
    begins = _fiscal_year(first)
    return range(begins, (_fiscal_year(last) if last else begins) + 1)


def _breaks(values: list[Mapping[str, Any]]) -> str:
    return "\n".join(f"{one['fiscal_year']}：{_one_line(one['text'])}" for one in values)


def _read_breaks(text: str) -> list[dict[str, Any]]:
    return [_break(line) for line in text.split("\n") if line.strip()]


def _break(line: str) -> dict[str, Any]:
    found = _STEP.fullmatch(line)
    try:
        if found is None or not found[2].strip():
            raise ValueError
        return {"fiscal_year": _fiscal_year(found[1]), "text": _restored(found[2].strip())}
    except ValueError:
        wanted = "「2024：数え方の変更の内容」のように、変わった年度・コロン・内容を一行に書きます"
        raise ValueError(f"{wanted}: {line}") from None


def _readings(values: list[Mapping[str, Any]]) -> str:
    return "\n".join(_reading(value) for value in values)


def _reading(value: Mapping[str, Any]) -> str:
    parts = [_figure(value["value"]), *(_written(value.get(name)) for name in ("fiscal_year", "as_of", "note"))]
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return "｜".join(re.sub(r"[\\\n｜]", lambda match: _ESCAPE[match[0]], part) for part in parts)


def _read_readings(text: str) -> list[dict[str, Any]]:
    return [_read_reading(line) for line in text.split("\n") if line.strip()]


def _read_reading(line: str) -> dict[str, Any]:
    parts = list(map(_restored, _parts(line)))
    value, year, as_of, note, *rest = [*parts, "", "", ""][: max(4, len(parts))]
    if rest:
        raise ValueError(f"「値｜年度｜時点｜注記」の順に書きます: {line}")
    return {
        "value": _read_figure(value),
        "fiscal_year": _fiscal_year(year) if year else None,
        "as_of": _as_of(as_of) if as_of else None,
        "note": note or None,
    }


def _parts(line: str) -> Iterator[str]:
    """What stands between the bars of a line; a bar behind a backslash is a letter."""
    at = 0
    while at <= len(line):
        found = _PART.match(line, at)
        end = found.end() if found else at
        yield line[at:end]
        at = end + 1 if line[end : end + 1] != "\\" else len(line) + 1


def _figure(value: str | None) -> str:
    return NO_VALUE if value is None else value


def _read_figure(text: str) -> str | None:
    return None if text.strip() in (NO_VALUE, "") else text


def choice(names: Mapping[Any, str]) -> Form:
    """One of a few values, each shown by a Japanese name."""
    values = {name: value for value, name in names.items()}

    def read(text: str) -> Any:
        plain = text.strip()
        if plain not in values:
            raise ValueError(f"次のどれかにしてください: {'、'.join(values)}（今は「{text}」）")
        return values[plain]

    shown = tuple(values)
    return Form(lambda value: names.get(value, _written(value)), read, help="・".join(shown), names=shown)


def choices(names: Mapping[Any, str]) -> Form:
    """Any of a few values, a line each."""
    one = choice(names)

    def read(text: str) -> list[Any]:
        return [one.read(line) for line in re.split(r"[\n、,]", text) if line.strip()]

    return Form(
        lambda values: "\n".join(map(one.write, values)),
        read,
        blank=[],
        help=f"一行に一つ: {'・'.join(names.values())}",
    )


TEXT = Form(_written, str)
TEXT_OR_EMPTY = Form(_written, str, blank="")
FISCAL_YEAR = Form(_written, _fiscal_year, number=True, help="年度。2025 か 令和7年度 のように書きます")
NUMBER = Form(_written, _number, number=True, help="数字")
TELEPHONE = Form(_written, _telephone, help="0598-53-0000 の形")
MEASURE_NUMBER = Form(_written, _measure_number, help="計画書の番号（1-1 など）")
DATE = Form(_day_shown, _day, help="2026-04-01 の形")
AS_OF = Form(_written, _as_of, help="2026-04 か 2026-04-01 の形")
LINES = Form(_lines, _read_lines, blank=[], help="一行に一つ（セルの中の改行は Alt+Enter）")
NAMES = Form(_lines, _read_names, blank=[], help="一行に一つ")
STEPS = Form(_steps, _read_steps, blank=[], help="一行に「2024,2025：内容」（年度は「令和6年度」とも書けます）")
BREAKS = Form(_breaks, _read_breaks, blank=[], help="一行に「2024：変わったこと」（その年度から）")
READINGS = Form(_readings, _read_readings, blank=[], help="一行に「値｜年度｜時点｜注記」")
FIGURE = Form(_figure, _read_figure, blank=Blank.UNTOLD, help=f"計画書に値がないときは {NO_VALUE}")
YES_NO = choice({True: "はい", False: "いいえ"})
