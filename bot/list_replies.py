"""A list made from published facts as a reply: a page of rows, and how to see the next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.replies import Onward, Reply, Rule, SourceLine, Step, plan_notes
from bot.wording import say
from intents.decision import Decision
from knowledge.answers import Answer
from knowledge.corpus import Knowledge
from knowledge.lists.listing import Listing, Row

PAGE = 10
"""Rows of one reply: what fits a phone's screen."""
_LONGEST_VALUE = 120


def listing_reply(knowledge: Knowledge, listing: Listing, start: int = 0) -> Reply:
    """The rows of ``listing`` from ``start`` on."""
    rows = listing.rows[start : page_end(listing, start)]
    answers = [knowledge.answers[row.entry_id] for row in rows]
    plan = answers[0].plan if answers else next(iter(knowledge.plans), None)
    return Reply(
        Decision.ANSWER if listing.rows or listing.id != "list-figure" else Decision.NONE,
        title=say(f"{listing.id.replace('-', '_')}_title"),
        text="\n".join(_sentences(listing, start, len(rows))),
        facts=tuple((row.name, _short(row)) for row in rows),
        contact=knowledge.contact,
        sources=tuple(_sources(answers)),
        notes=plan_notes(knowledge, plan) if plan else (),
        steps=_next_rows(len(listing.rows) - start - len(rows)),
        list_id=listing.id,
        asks_feedback=True,
        rule=Rule.LIST,
    )


def _next_rows(rest: int) -> tuple[Step, ...]:
    """A button for them: not everybody can type the word that asks for them."""
    return (Step(Onward.NEXT, say("browse_next", count=min(PAGE, rest))),) if rest else ()


def page_end(listing: Listing, start: int) -> int:
    """Where the page from ``start`` on ends."""
    return min(start + PAGE, len(listing.rows))


def _sentences(listing: Listing, start: int, shown: int) -> Iterator[str]:
    total = len(listing.rows)
    rest = total - start - shown
    if start == 0:
        yield say(listing.key, **listing.values)
        if listing.also:
            yield say(listing.also, **listing.values)
    elif rest:
        yield say("list_page", first=start + 1, last=start + shown, count=total)
    else:
        yield say("list_last_page", shown=shown, count=total)
    if rest:
        yield say("list_more", count=rest)
    elif listing.note:
        yield say(listing.note, **listing.note_values)


def _short(row: Row) -> str:
    return row.value if len(row.value) <= _LONGEST_VALUE else f"{row.value[: _LONGEST_VALUE - 1]}…"


def _sources(answers: Iterable[Answer]) -> Iterator[SourceLine]:
    """One line a plan: the section of its first row, and that there are others."""
    sections: dict[str, list[str]] = {}
    plans = {}
    for answer in answers:
        plans[answer.plan.id] = answer.plan
        kept = sections.setdefault(answer.plan.id, [])
        if answer.section not in kept:
            kept.append(answer.section)
    for plan_id, plan in plans.items():
        first, *others = sections[plan_id]
        yield SourceLine(plan.title, say("list_sections", section=first) if others else first, plan.url)
