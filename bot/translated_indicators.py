"""An indicator in the language of the reply: its goal and its value, by fixed sentences from its figures.

Nobody writes these for each indicator, so nobody needs to translate them either.  A line of the
Japanese text is a line here; what is no figure (a definition, a note) stays Japanese and says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.wording import DEFAULT, is_reviewed, say, speaking
from knowledge.answers import Answer, Figure
from knowledge.calendar import era_year
from knowledge.translations import Translated

_NOTE = re.compile(r"（([^（）]+)）。$")
"""What staff add to a figure stands in brackets at the end of its sentence."""


def translated_indicator(answer: Answer, language: str) -> Translated | None:
    """``answer`` in ``language``; None for any other kind of knowledge, and in Japanese."""
    if answer.kind != "indicator" or language == DEFAULT:
        return None
    with speaking(language):
        title = say("indicator_title", name=answer.name)
        return Translated(title, "\n".join(_lines(answer)), is_reviewed(language))


def _lines(answer: Answer) -> Iterator[str]:
    goal, current, *others = answer.text.split("\n")
    figures = {figure.label: figure for figure in answer.figures}
    yield _sentence("indicator_goal", figures.get("目標"), goal, answer.name)
    yield _sentence("indicator_current", figures.get("現状"), current, answer.name)
    steps = [figure for figure in answer.figures if figure.label == "途中の目標"]
    if steps:
        yield say("indicator_steps", steps=", ".join(_dated(figure) for figure in steps))
    yield from (f"{say('part_japanese_only')} {line}" for line in others[bool(steps) :])


def _sentence(key: str, figure: Figure | None, japanese: str, name: str) -> str:
    if figure is None:
        return say(f"{key}_missing", name=name)
    note = _NOTE.search(japanese)
    return say(key, name=name, value=_dated(figure)) + (f" （{note[1]}）" if note else "")


def _dated(figure: Figure) -> str:
    """A value with its year, in the Western calendar and as the counter says it."""
    if figure.fiscal_year:
        era = f"{era_year(figure.fiscal_year)}度"
        return say("indicator_of_year", value=figure.amount, year=figure.fiscal_year, era=era)
    if figure.as_of:
        return say("indicator_as_of", value=figure.amount, date=figure.as_of, name=figure.when)
    return figure.amount
