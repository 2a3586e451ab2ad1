"""The rows of a table behind an answer: an indicator's values with their years, what a schedule has in which year."""

from __future__ import annotations

from collections.abc import Mapping

from bot.replies import Reply
from bot.wording import DEFAULT, current, say, speaking
from knowledge.answers import Answer, Figure
from knowledge.calendar import era_year
from knowledge.schedules import FROM_HERE, MARKS

NOW, STEP, GOAL = "現状", "途中の目標", "目標"
LABELS: Mapping[str, str] = {NOW: "figure_now_label", STEP: "figure_step_label", GOAL: "figure_goal_label"}


def table_rows(reply: Reply) -> tuple[tuple[str, str], ...]:
    """As names and values in the reply's language; none of a follow-up, which tells but what was asked."""
    answer = reply.answer
    if answer is None or not reply.text:
        return ()
    with speaking(reply.language):
        if answer.kind == "indicator" and answer.figures:
            return _figures(answer)
        if answer.kind == "schedule":
            return tuple((years, step_text(text)) for years, text in answer.facts)
    return ()


def _figures(answer: Answer) -> tuple[tuple[str, str], ...]:
    given = [(say(LABELS[one.label]), amount_of(one)) for one in answer.figures]
    told = {one.label for one in answer.figures}
    before = [] if NOW in told else [(say(LABELS[NOW]), say("figure_not_written"))]
    after = [] if GOAL in told else [(say(LABELS[GOAL]), say("figure_not_written"))]
    return (*before, *given, *after)


def amount_of(figure: Figure) -> str:
    """A value with its year, which has brackets of its own."""
    when = year_of(figure)
    return f"{figure.amount}　{when}" if when else figure.amount


def year_of(figure: Figure) -> str:
    """A value's year or day; in another language the Western one, with what the counter calls it."""
    if current() == DEFAULT:
        return figure.when
    if figure.fiscal_year:
        return f"{figure.fiscal_year} ({era_year(figure.fiscal_year)}度)"
    return f"{figure.as_of} ({figure.when})" if figure.as_of else figure.when


def step_text(text: str) -> str:
    """Nobody reads 「印」 in a plan: there is a mark."""
    plain = text.removesuffix(FROM_HERE)
    return f"{say('schedule_mark')}{text[len(plain) :]}" if plain in MARKS else text
