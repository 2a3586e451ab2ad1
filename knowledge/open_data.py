"""Monthly counts for everybody: only months whose figures stand, small cells kept back, never anything invented.

Every table of a month parts one sum that is public too: questions to the bot, questions that staff noted, answers
that were shown.  Where a sum is too small to be told, nothing of it is told in that month, in no table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.demo_data import is_demo
from knowledge.ledger import CHANNELS, NOTED
from knowledge.models import CountedPeriod, PeriodCorrection, PeriodCount
from knowledge.periods import Period, PeriodKind
from knowledge.reply_languages import REPLY_LANGUAGES
from knowledge.report_settings import Reporting, reporting
from knowledge.sheet_kinds import LANGUAGES
from knowledge.suppression import published
from knowledge.tallies import ALL, BOT, BOT_CHANNELS, Tally, counted_of, tally_of

MOST_MONTHS = 60
KEPT_BACK = "秘匿"
STANDS, CORRECTED = "確定", "訂正"
_NO_CATEGORY = "分類なし"
_OTHER = "その他"


@dataclass(frozen=True)
class OpenTable:
    """A table as it is offered.  ``rows``: cells, in the order of the fields; an empty count was kept back."""

    name: str
    title: str
    description: str
    fields: tuple[tuple[str, str, str, str], ...]
    """Name, type (Frictionless), title, description."""
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class OpenData:
    town: str
    code: str
    reporting: Reporting
    months: tuple[str, ...]
    updated_on: dt.datetime | None
    tables: tuple[OpenTable, ...]

    def table(self, name: str) -> OpenTable | None:
        return next((one for one in self.tables if one.name == name), None)


@dataclass(frozen=True)
class _Month:
    first: dt.date
    standing: str
    cells: Mapping[tuple[str, str], Mapping[str, Tally]]
    """By dimension and channel."""
    in_use: bool
    """Whether the bot had its first question by the end of it: else its counts are not known, and no 0."""

    @property
    def name(self) -> str:
        return f"{self.first:%Y-%m}"

    def of(self, dimension: str, channel: str) -> Mapping[str, Tally]:
        return self.cells.get((dimension, channel), {})

    def whole(self, channel: str) -> Tally:
        return self.of(ALL, channel).get("", Tally())


@dataclass(frozen=True)
class _Part:
    """One sum of a month and the cells that it is parted into: name, count; what matters least first."""

    table: str
    cells: tuple[tuple[str, int], ...]
    shown: tuple[str, ...] = ()
    """What stands before the name in a row."""


def open_data(session: Session, code: str, town: str) -> OpenData | None:
    """None where it is not switched on, or where something invented is among the figures."""
    settings = reporting(session, code)
    if not settings.open_data or is_demo(session, code):
        return None
    months = _months(session, code)
    rows: dict[str, list[tuple[str, ...]]] = {name: [] for name in _TABLES}
    for month in months:
        for table, row in _rows(month):
            rows[table].append(row)
    closed = [row.closed_at for row in _closed(session, code) if row.closed_at is not None]
    return OpenData(
        town,
        code,
        settings,
        tuple(month.name for month in months),
        max(closed, default=None),
        tuple(
            OpenTable(name, title, description, (*_MONTH, *fields, *_COUNT), tuple(rows[name]))
            for name, (title, description, fields) in _TABLES.items()
        ),
    )


def _closed(session: Session, code: str) -> Sequence[CountedPeriod]:
    of = CountedPeriod
    wanted = select(of).where(
        of.municipality_code == code, of.kind == PeriodKind.MONTH.value, of.closed_at.is_not(None)
    )
    return session.scalars(wanted.order_by(of.first.desc()).limit(MOST_MONTHS)).all()[::-1]


def _months(session: Session, code: str) -> list[_Month]:
    firsts = [row.first for row in _closed(session, code)]
    corrected = set(
        session.scalars(
            select(PeriodCorrection.first).where(
                PeriodCorrection.municipality_code == code, PeriodCorrection.kind == PeriodKind.MONTH.value
            )
        )
    )
    of = PeriodCount
    wanted = select(of).where(of.municipality_code == code, of.kind == PeriodKind.MONTH.value, of.first.in_(firsts))
    found: dict[dt.date, dict[tuple[str, str], dict[str, Tally]]] = {first: {} for first in firsts}
    for row in session.scalars(wanted.where(of.dimension.in_((ALL, "category", "language", "hour")))):
        found[row.first].setdefault((row.dimension, row.channel), {})[row.value] = tally_of(row)
    used = counted_of(session, code, [Period(first, PeriodKind.MONTH) for first in firsts]) if firsts else set()
    return [
        _Month(first, CORRECTED if first in corrected else STANDS, cells, first in used)
        for first, cells in found.items()
    ]


def _rows(month: _Month) -> Iterator[tuple[str, tuple[str, ...]]]:
    for parts in (_bot_parts(month) if month.in_use else [], _noted_parts(month)):
        told = [(part, published([count for _, count in part.cells])) for part in parts]
        whole_hidden = any(one.total is None for _, one in told)
        for part, one in told:
            for (name, _), count in zip(part.cells, one.cells, strict=True):
                shown = None if whole_hidden else count
                yield part.table, _row(month, (*part.shown, name), shown)
            if part.table == "questions":
                yield part.table, _row(month, (*part.shown, "合計"), None if whole_hidden else one.total)
    if month.in_use:
        yield from _category_rows(month)


def _row(month: _Month, names: tuple[str, ...], count: int | None) -> tuple[str, ...]:
    kept_back = KEPT_BACK if count is None else ""
    return (month.name, *names, "" if count is None else str(count), kept_back, month.standing)


def _bot_parts(month: _Month) -> list[_Part]:
    whole = month.whole(BOT)
    languages = {one: tally.asked for one, tally in month.of("language", BOT).items()}
    known = {one: languages.pop(one, 0) for one in (*reversed(REPLY_LANGUAGES), "ja")}
    hours, weekdays = [0] * 24, [0] * 7
    for value, tally in month.of("hour", BOT).items():
        weekday, _, hour = value.partition("-")
        hours[int(hour)] += tally.asked
        weekdays[int(weekday)] += tally.asked
    return [
        _Part(
            "questions",
            tuple((CHANNELS[one], month.whole(one).asked) for one in reversed(BOT_CHANNELS)),
            ("利用者の質問",),
        ),
        _Part("results", tuple((name, getattr(whole, figure)) for figure, name in _RESULTS)),
        _Part(
            "languages",
            ((_OTHER, sum(languages.values())), *((_language(one), count) for one, count in known.items())),
        ),
        _Part("hours", tuple((str(hour), count) for hour, count in enumerate(hours))),
        _Part("weekdays", tuple((_WEEKDAYS[day], weekdays[day]) for day in (6, 5, 4, 3, 2, 1, 0))),
    ]


def _language(one: str) -> str:
    return "日本語" if one == "ja" else LANGUAGES.get(one, one)


def _noted_parts(month: _Month) -> list[_Part]:
    counts = tuple((CHANNELS[one], month.whole(one).asked) for one in reversed(NOTED))
    return [_Part("questions", counts, ("職員が書きとめた質問",))]


def _category_rows(month: _Month) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Answers that were shown, by category: a sum of its own, beside what the table of results tells of it.

    Where that keeps back how often an answer was shown at once, or choices were offered, this sum would lead to it:
    of such a month nothing is told here.
    """
    found = sorted(month.of("category", BOT).items())
    shown = {value or _NO_CATEGORY: tally.shown for value, tally in found if tally.shown}
    told = published(list(shown.values()))
    results = [getattr(month.whole(BOT), figure) for figure, _ in _RESULTS]
    others = [published([count for _, count in part.cells]) for part in _bot_parts(month)]
    safe = None not in published(results).cells[-2:] and all(one.total is not None for one in others)
    for value, count in zip(shown, told.cells, strict=True):
        yield "categories", _row(month, (value,), count if safe else None)


_RESULTS = (
    ("handoff", "人・緊急の窓口を案内した"),
    ("none", "答えられなかった"),
    ("offered", "選択肢を示した"),
    ("answered", "答えを示した"),
)
_WEEKDAYS = "月火水木金土日"
_MONTH = (("month", "yearmonth", "年月", "質問が届いた月（日本の暦）"),)
_COUNT = (
    ("count", "integer", "件数", "空は、秘匿したもの"),
    ("suppressed", "string", "秘匿", "5件より少ない数と、差し引きでそれが分かる数は「秘匿」とし、件数を空にします"),
    ("status", "string", "扱い", "確定＝締めた数、訂正＝締めたあとで直した数"),
)
_Fields = tuple[tuple[str, str, str, str], ...]
_TABLES: Mapping[str, tuple[str, str, _Fields]] = {
    "questions": (
        "受けた方法ごとの質問の件数",
        (
            "あいさつを除いた質問の件数。利用者の最初の質問より前の月は、記録がないので、利用者の質問の行がありません"
            "（0件ではありません）。職員が書きとめた数は、書きとめる余裕で変わるため、ほかと合わせていません。"
        ),
        (
            ("group", "string", "区分", "利用者の質問か、職員が書きとめた質問か"),
            ("channel", "string", "受けた方法", ""),
        ),
    ),
    "results": (
        "返したものごとの質問の件数",
        "LINE・ウェブ・APIに届いた質問に、何を返したか。",
        (("result", "string", "返したもの", ""),),
    ),
    "categories": (
        "示した答えの分類ごとの件数",
        "答えが示された質問（選択肢から選ばれたものも）の、答えの分類。件数のない分類は出しません。",
        (("category", "string", "分類", ""),),
    ),
    "languages": (
        "言葉ごとの質問の件数",
        "質問の言葉（自動で見分けたもの）。",
        (("language", "string", "言葉", ""),),
    ),
    "hours": (
        "時間帯ごとの質問の件数",
        "日本時間の時（0は0時台）。",
        (("hour", "integer", "時", ""),),
    ),
    "weekdays": (
        "曜日ごとの質問の件数",
        "日本時間の曜日。",
        (("weekday", "string", "曜日", ""),),
    ),
}


def datapackage(data: OpenData, address: str) -> dict[str, Any]:
    """What the files are, as Frictionless Data describes it.  ``address``: of the folder."""
    licence = data.reporting.licence
    return {
        "profile": "tabular-data-package",
        "name": f"kotae-{data.code}",
        "title": f"{data.town} {data.reporting.title} 月ごとの件数",
        "description": "届いた質問の、月ごとの件数。届いた質問だけの数で、市民全体の割合ではありません。",
        "homepage": address,
        "licenses": [{"name": licence.name, "title": licence.title, "path": licence.path}],
        "contributors": [{"title": data.reporting.body, "role": "publisher"}],
        **({"created": data.updated_on.isoformat()} if data.updated_on else {}),
        "resources": [_resource(one) for one in data.tables],
    }


def _resource(table: OpenTable) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "title": table.title,
        "description": table.description,
        "path": f"{table.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "header": True},
        "schema": {
            "fields": [
                {"name": name, "type": kind, "title": title, **({"description": told} if told else {})}
                for name, kind, title, told in table.fields
            ],
            "missingValues": [""],
            "primaryKey": [name for name, *_ in table.fields[: -len(_COUNT)]],
        },
    }
