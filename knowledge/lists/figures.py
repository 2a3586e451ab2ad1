"""What a number stands for: every indicator with this value, then every sentence that holds it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence

from intents.leads import shared, split_sentences, unit_pattern
from intents.list_requests import ListRequest
from intents.text import normalize
from knowledge.answers import Answer
from knowledge.calendar import era_year, era_year_of
from knowledge.corpus import Knowledge
from knowledge.lists.goals import dated
from knowledge.lists.listing import Listing, Row, in_plan_order

_RESTATES = 0.45
"""From this share of its letter pairs on, a sentence only says again what an indicator's row says."""
_AIMS = re.compile("目標|めざ|目ざ|目指")
_OF_THE_STATE = re.compile(r"国(?![民勢保])|県|総務省|デジタル庁|政府")
"""In a title: what the state or the prefecture does, which is not what is done here."""
_BULLET = re.compile(r"^・\s*")


def about_figure(knowledge: Knowledge, request: ListRequest) -> Listing:
    if request.years:
        return _about_time(knowledge, request.years[0], request.month)
    number = _number_pattern(request)
    indicators = _of_indicators(knowledge, number)
    aims = [(answer, row) for answer, row in indicators if not row.value.startswith("現状")]
    if request.goals and aims:
        rows = tuple(row for _, row in aims)
    else:
        rows = (*(row for _, row in indicators), *_told(knowledge, number, [answer for answer, _ in indicators]))
    shown = f"{float(request.figure):,g}{request.unit}"
    key = "list_figure" if rows else "list_figure_none"
    return Listing("list-figure", key, rows, {"figure": shown, "count": len(rows)})


def _about_time(knowledge: Knowledge, year: int, month: int) -> Listing:
    """Every sentence that names the year, by its era or not, or a month of it; the state's only where no other does."""
    era = era_year_of(dt.date(year, month, 28)) if month else era_year(year)
    of_year = f"{month}月" if month else ""
    told = _told(knowledge, re.compile(rf"(?:{era}|(?<!\d){year}年(?:\({era}\))?){of_year}"), ())
    rows = tuple(row for row in told if not _OF_THE_STATE.search(row.name)) or told
    key = "list_figure" if rows else "list_figure_none"
    return Listing("list-figure", key, rows, {"figure": f"{era}{of_year}", "count": len(rows)})


def _of_indicators(knowledge: Knowledge, number: re.Pattern[str]) -> list[tuple[Answer, Row]]:
    """The indicators with this value, and which of their values it is."""
    return [
        (answer, Row(answer.entry_id, answer.name, f"{figure.label} {dated(figure)}"))
        for answer in in_plan_order(knowledge, "indicator")
        for figure in answer.figures
        if number.search(normalize(figure.amount))
    ]


def _told(knowledge: Knowledge, number: re.Pattern[str], indicators: Sequence[Answer]) -> tuple[Row, ...]:
    """The sentences that hold the number, those that begin with it first."""
    told = [
        (found.start(), Row(answer.entry_id, answer.title, _BULLET.sub("", sentence)))
        for answer in knowledge.answers.values()
        if answer.kind in ("plan", "procedure")
        for sentence in split_sentences(answer.text)
        if (found := number.search(normalize(sentence)))
        and not any(_restates(answer, sentence, one) for one in indicators)
    ]
    return _one_each(row for _, row in sorted(told, key=lambda one: one[0]))


def _number_pattern(request: ListRequest) -> re.Pattern[str]:
    """The number with or without its commas; with the unit, where one was named, else without a date's."""
    whole, _, decimals = request.figure.partition(".")
    digits = f"{int(whole):,}".replace(",", ",?") + (f"\\.{decimals}0*" if decimals.strip("0") else r"(?:\.0+)?")
    unit = unit_pattern(request.unit) if request.unit else r"(?!年|月|日|番|次|-\d|階|節|章|条|\)|\.)"
    return re.compile(rf"(?<![\d,.第-]){digits}(?![\d,]*\d)(?!\.\d)\s?{unit}")


def _restates(answer: Answer, sentence: str, indicator: Answer) -> bool:
    """Whether a sentence is about an indicator that has its row already."""
    if answer.measure is not None and answer.measure == indicator.measure and _AIMS.search(sentence):
        return True
    return max(shared(sentence, indicator.name), shared(indicator.name, sentence)) >= _RESTATES


def _one_each(rows: Iterable[Row]) -> tuple[Row, ...]:
    """One row an answer."""
    kept: dict[str, Row] = {}
    for row in rows:
        kept.setdefault(row.entry_id, row)
    return tuple(kept.values())
