"""What a bubble shows of an answer beside its text: the figures of an indicator, the years of a schedule, an office."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.line.parts import ACCENT, LINE, PALE, QUIET, Part, beside, column, rows, separator, text_part
from bot.replies import Reply, contact_sentence, hands_on, ways_lines
from bot.table_rows import GOAL, NOW, STEP, amount_of, table_rows, year_of
from bot.wording import say
from knowledge.answers import Answer, Figure

_SIZES = ((3.4, "xxl"), (4.6, "xl"), (5.4, "lg"), (6.4, "md"))
"""Up to how many full-width letters of a value are shown in which size, so that it mostly stays on one line."""
_HALF_WIDTH = 0.6
_SHARE = re.compile(r"[0-9]{1,3}(?:\.[0-9]+)?")
_PERCENT = ("%", "％")
_BEGINNING = re.compile(
    r"(?:[^。！？.!?\n]{1,5}(?:[。！]|[.!] ))?[^\n]*?(?:[。！？।](?![」』）])|[.!?](?=\s)|(?=\n)|\Z)"
)
"""The first sentence, with the yes or no before it."""


def told_first(reply: Reply) -> tuple[str, str]:
    """The sentence of an answer that stands out, and what follows it; none where something was said before it."""
    if reply.answer is None or reply.opening or not reply.text:
        return "", reply.text
    found = _BEGINNING.match(reply.text)
    first = found[0] if found else ""
    return (first, reply.text[len(first) :].strip()) if first.strip() else ("", reply.text)


def panel(reply: Reply) -> list[Part]:
    """What an answer is shown with where it is told as a whole; a follow-up shows but what was asked."""
    if reply.answer is None or not reply.text:
        return []
    match reply.answer.kind:
        case "indicator":
            return [_figures(reply.answer)] if reply.answer.figures else []
        case "schedule":
            return rows(table_rows(reply))
        case _:
            return []


def _figures(answer: Answer) -> Part:
    """現状 → 目標, and below what is aimed at between them."""
    found = {figure.label: figure for figure in answer.figures}
    now, goal = found.get(NOW), found.get(GOAL)
    scale = now is not None and goal is not None and _share(now) is not None and _share(goal) is not None
    arrow = text_part("→", color=QUIET, size="lg", flex=1, align="center", gravity="center")
    size = _size(max((one.amount for one in (now, goal) if one), key=_width, default=""))
    values = beside(
        _figure(say("figure_now_label"), now, size, scale),
        arrow,
        _figure(say("figure_goal_label"), goal, size, scale),
    )
    steps = [
        text_part(f"{say('figure_step_label')}：{amount_of(step)}", 200, color=QUIET)
        for step in answer.figures
        if step.label == STEP
    ]
    style = {"paddingAll": "12px", "cornerRadius": "8px", "backgroundColor": PALE}
    return column([values, *steps], "md", **style)


def _figure(label: str, figure: Figure | None, size: str, scale: bool) -> Part:
    """``size``: of both values, so that they stand on one line."""
    if figure is None:
        parts = [_beside_value(label), text_part(say("figure_not_written"), 100, color=QUIET)]
    else:
        parts = [
            _beside_value(label),
            text_part(figure.amount, 100, weight="bold", size=size),
            *([_bar(_share(figure))] if scale else []),
            *([_beside_value(year_of(figure))] if figure.when else []),
        ]
    return column(parts, "xs", flex=4)


def _beside_value(text: str) -> Part:
    return text_part(text, 60, size="xs", color=QUIET)


def _size(amount: str) -> str:
    return next((size for longest, size in _SIZES if _width(amount) <= longest), "sm")


def _width(amount: str) -> float:
    """In full-width letters."""
    return sum(_HALF_WIDTH if letter.isascii() else 1.0 for letter in amount)


def _share(figure: Figure) -> float | None:
    """A plain percentage; None for anything whose length on a scale from 0 to 100 would say more than it does."""
    value = figure.value.rstrip("".join(_PERCENT))
    if not (figure.unit in _PERCENT or figure.value != value) or not _SHARE.fullmatch(value):
        return None
    return float(value) if float(value) <= 100 else None


def _bar(share: float | None) -> Part:
    """A percentage on a scale from 0 to 100, both of the same length: it shows the values, not how far one has come."""
    inside: Part = {"type": "filler"}
    look: Part = {"height": "6px", "cornerRadius": "3px"}
    if share:
        inside = column([inside], "none", width=f"{share:g}%", backgroundColor=ACCENT, **look)
    return column([inside], "none", backgroundColor=LINE, margin="sm", **look)


def whom(reply: Reply) -> list[Part]:
    """Whom to ask and how without a voice.  Where nothing else is answered it is what the bubble is for."""
    if not reply.contact or (reply.sources and not hands_on(reply)):
        return []
    leads = hands_on(reply)
    ways = {"size": "sm"} if leads else {"size": "xs", "color": QUIET}
    style = {"size": "md", "weight": "bold"} if leads and reply.contact.telephone else ways
    written = ways_lines(reply.ways.without_form())
    return [
        separator(),
        text_part(contact_sentence(reply.contact), 300, **style),
        *(text_part(line, 300, **ways) for line in written),
    ]


def small_print(reply: Reply) -> list[Part]:
    """Where it comes from, and what must be known of it."""
    lines = list(_small_print(reply))
    return [separator(), *(text_part(line, 300, size="xs", color=QUIET) for line in lines)] if lines else []


def _small_print(reply: Reply) -> Iterator[str]:
    if reply.sources:
        short = reply.answer.plan.short_title if reply.answer else reply.sources[0].plan
        yield f"{say('source_label')}：{short}"
    yield from reply.notes
