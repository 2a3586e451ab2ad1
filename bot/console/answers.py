"""答え: the list, found as residents find them, and each as it stands with what may be done with it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template, request

from bot.console.answer_desk import (
    content_shown,
    department_names,
    departments_in_use,
    measures,
    reaches_all,
    standing_or_404,
    step_actor,
)
from bot.console.answer_steps import slug
from bot.console.bubbles import bubbles_of
from bot.console.guard import person
from bot.console.paging import Paging, paging
from bot.services import services
from knowledge.approval import Step
from knowledge.calendar import now, today
from knowledge.entry_lists import LOW_FROM, NOBODYS, RATED_DAYS, STATES, UNUSED_DAYS, Filters, Page, listed
from knowledge.entry_steps import Standing
from knowledge.entry_versions import STATES as VERSION_STATES
from knowledge.entry_versions import decision
from knowledge.freshness import DAYS_AHEAD
from knowledge.roles import Role

blueprint = Blueprint("answers", __name__)

MOST_PAGES = 100_000


@dataclass(frozen=True)
class StepLink:
    """``main``: what is usually done next."""

    slug: str
    label: str
    number: int
    main: bool


@blueprint.get("/<code>/answers")
def index(code: str) -> str:
    given = request.args
    seen = person().departments(Role.VIEWER, code)
    wanted = Filters(
        words=given.get("words", "")[:100],
        state=given.get("state") if given.get("state") in STATES else None,
        department=given.get("department", "")[:60] or None,
        departments=tuple(sorted(seen)) if seen is not None else None,
        related=given.get("related", "")[:60] or None,
        measure=given.get("measure", "")[:30] or None,
        expired=bool(given.get("expired")),
        unused=bool(given.get("unused")),
        low_rated=bool(given.get("low_rated")),
        blanks=bool(given.get("blanks")),
        soon=bool(given.get("soon")),
        dead_links=bool(given.get("dead_links")),
    )
    page, pages = _page(code, wanted)
    with services().database.reading() as session:
        names = department_names(session, code)
        every = departments_in_use(session, code)
        in_use = [one for one in every if seen is None or one[0] in seen]
        all_measures = measures(session, code)
    return render_template(
        "console/answers/index.html",
        lines=page.lines,
        paging=pages,
        wanted=wanted,
        states=[("", "すべて"), *STATES.items()],
        state_names=STATES,
        version_states=VERSION_STATES,
        departments=[("", "すべて"), *([(NOBODYS, "（どの課でもない）")] if seen is None else []), *in_use],
        related=[("", "すべて"), *every],
        department_names=names,
        measures=[("", "すべて"), *all_measures],
        days={"unused": UNUSED_DAYS, "rated": RATED_DAYS, "low": LOW_FROM, "ahead": DAYS_AHEAD},
        writes=person().may(Role.EDITOR, code),
    )


def _page(code: str, wanted: Filters) -> tuple[Page, Paging]:
    """The page that the address asks for; beyond the end, the last."""
    number = paging(MOST_PAGES).number
    previews, day = services().previews, today()
    with services().database.reading() as session:
        found = listed(session, previews, code, wanted, day, number)
        pages = paging(found.total)
        if pages.number != number:
            found = listed(session, previews, code, wanted, day, pages.number)
    return found, pages


@blueprint.get("/<code>/answers/<entry_id>")
def entry(code: str, entry_id: str) -> str:
    with services().database.reading() as session:
        found = standing_or_404(session, code, entry_id)
        shown = found.present or found.to_write_on
        waiting = [version for version in (found.open, found.booked) if version is not None and version is not shown]
        return render_template(
            "console/answers/entry.html",
            entry_id=entry_id,
            found=found,
            shown=shown,
            waiting=waiting,
            states=VERSION_STATES,
            decision=decision,
            refused=found.refused,
            was_live=any(one.live_from is not None for one in found.versions),
            row_states=STATES,
            steps=_steps(code, found),
            edits=reaches_all(Role.EDITOR, code, found),
            bubbles=bubbles_of(session, code, shown.content),
            **content_shown(session, code, shown),
        )


def _steps(code: str, found: Standing) -> list[StepLink]:
    """What the person may do now; 代理承認 only where the person may not approve in their own right."""
    steps = found.steps(step_actor(code, found), now())
    allowed = {one.step for one in steps}
    left_out = {Step.DEPUTISE} if Step.APPROVE in allowed else set()
    left_out |= {Step.END_URGENTLY} if Step.END in allowed else set()
    usual = (Step.REQUEST, Step.APPROVE, Step.CONFIRM)
    return [
        StepLink(slug(one.step), one.step.value, one.number, one.step in usual)
        for one in steps
        if one.step not in left_out
    ]
