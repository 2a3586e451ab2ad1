"""Lists in a dialogue: asked for, turned over, asked again for another year or figure."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.dialogue import Dialogue, chosen_number
from bot.list_replies import PAGE, listing_reply, page_end
from bot.replies import Reply, answer_reply, ask_what_reply, plain_reply
from intents.facets import Asked, Facet, asked_facet, is_bare_facet, without_reference
from intents.list_requests import ListRequest, Subject, list_request, next_figure, order_asked
from intents.text import normalize
from intents.years import fiscal_years, is_bare_year, without_years
from knowledge.calendar import fiscal_year_of
from knowledge.corpus import Knowledge
from knowledge.lists import Listing, make_listing

_LONGEST = 40
"""Longer messages ask for no list."""
_DIFFERENCE = re.compile(r"違い|ちがい|違う|比べ|比較")
_ONLY_YEAR = re.compile(r"^[のはって、?。\s]*(?:どう|何|なに)?(?:ですか|なの|か)?[?。]*$")
_YEAR_BESIDE = re.compile(
    r"^(?:もう一つ)?(?:(?P<earlier>前|まえ)|次|つぎ|翌|あと|後)の?(?:年度?|とし)(?:は|って|だと)?(?:どう|何|なに)?(?:ですか|なの|か)?[?。]*$"
)
_SIDES = {Subject.INDICATORS: Facet.GOAL, Subject.OFFICES: Facet.TELEPHONE, Subject.TERMS: Facet.MEANING}


def listed(knowledge: Knowledge, text: str, before: Dialogue) -> tuple[Reply, Dialogue] | None:
    """The list that ``text`` asks for, alone or after the list before it; None for any other question."""
    if len(text) > _LONGEST:
        return None
    this_year = fiscal_year_of(knowledge.day)
    request = (
        _after_list(text, before, this_year) or list_request(text, this_year) or _all_alone(text, before, this_year)
    )
    listing = make_listing(knowledge, request) if request else None
    if request is None or listing is None:
        return None
    if request.when and len(listing.rows) == 1:
        return _the_one_goal(knowledge, listing.rows[0].entry_id, text, before)
    return _turned_to(knowledge, request, listing, 0, before)


def _the_one_goal(knowledge: Knowledge, entry_id: str, text: str, before: Dialogue) -> tuple[Reply, Dialogue]:
    """「60%は何年度の目標？」: where only one goal is that high, its year."""
    found = knowledge.answers[entry_id]
    after = replace(before, entry_id=entry_id, offered=(), misses=0, facet=Facet.DEADLINE, listing=None)
    return answer_reply(knowledge, found, None, Asked(text, Facet.DEADLINE, open=True)), after


def next_rows(knowledge: Knowledge, before: Dialogue) -> tuple[Reply, Dialogue]:
    """The next page of the list shown last."""
    listing = make_listing(knowledge, before.listing) if before.listing else None
    if before.listing is None or listing is None:
        return ask_what_reply(knowledge), before
    if before.shown >= len(listing.rows):
        return plain_reply(knowledge, "list_end"), before
    return _turned_to(knowledge, before.listing, listing, before.shown, before)


def row_asked(knowledge: Knowledge, text: str, before: Dialogue) -> str | None:
    """The entry behind 「2番目は？」 of the page shown last."""
    number = chosen_number(normalize(text))
    listing = make_listing(knowledge, before.listing) if before.listing and number else None
    if listing is None or number is None:
        return None
    first = (before.shown - 1) // PAGE * PAGE
    page = listing.rows[first : before.shown]
    return page[number - 1].entry_id if number <= len(page) else None


def _turned_to(
    knowledge: Knowledge, request: ListRequest, listing: Listing, start: int, before: Dialogue
) -> tuple[Reply, Dialogue]:
    alone = listing.rows[0].entry_id if len(listing.rows) == 1 else None
    after = replace(
        before,
        entry_id=alone,
        offered=(),
        misses=0,
        facet=_SIDES.get(request.subject, Facet.WHEN if request.years else None),
        listing=request,
        shown=page_end(listing, start),
        years=(*before.years, *request.years)[-2:],
    )
    return listing_reply(knowledge, listing, start), after


def _after_list(text: str, before: Dialogue, this_year: int) -> ListRequest | None:
    """「令和7年度は？」, 「83%は？」, 「2つの違いは？」: the last list again, for something else."""
    if before.listing is None:
        return None
    if before.listing.subject is Subject.FIGURE:
        return next_figure(text)
    order = order_asked(text)
    if order is not None and before.listing.subject is Subject.INDICATORS:
        return replace(before.listing, order=order, years=())
    if _DIFFERENCE.search(text) and len(before.years) == 2 and not fiscal_years(text, this_year):
        return ListRequest(Subject.SCHEDULE, years=tuple(sorted(before.years)), change=True)
    plain, _ = without_reference(text)
    beside = _YEAR_BESIDE.match(plain)
    if beside and before.listing.years:
        return replace(
            before.listing, years=(before.listing.years[-1] + (-1 if beside["earlier"] else 1),), change=False
        )
    years = fiscal_years(plain, this_year)
    if years and _ONLY_YEAR.match(without_years(plain)):
        return replace(before.listing, years=years[:1], change=False)
    return None


def _all_alone(text: str, before: Dialogue, this_year: int) -> ListRequest | None:
    """「目標は？」「令和6年度は？」 with nothing before it: all of them."""
    alone = before.entry_id is None and not before.offered
    if alone and is_bare_year(text):
        return ListRequest(Subject.SCHEDULE, years=fiscal_years(text, this_year)[:1])
    if alone and asked_facet(text) in (Facet.GOAL, Facet.CURRENT) and is_bare_facet(text):
        return ListRequest(Subject.INDICATORS)
    return None
