"""Lists in a dialogue: asked for, turned over, asked again for another year or figure."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.dialogue import Dialogue, chosen_number
from bot.leads import lead
from bot.list_replies import PAGE, listing_reply, page_end
from bot.replies import Choice, Reply, answer_reply, ask_what_reply, plain_reply, which_reply
from bot.weighing import weigh
from bot.wording import say
from intents.comparisons import OF, Comparison, Measure, asks_which, worded_as
from intents.decision import STANDARD
from intents.facets import PHRASES, Asked, Facet, asked_facet, is_bare_facet, without_reference
from intents.leads import first_told
from intents.list_requests import (
    OR,
    ListRequest,
    Subject,
    list_request,
    next_figure,
    order_asked,
    tells_what_was_done,
)
from intents.text import normalize
from intents.years import fiscal_years, is_bare_year, without_years
from knowledge.calendar import fiscal_year_of
from knowledge.corpus import Knowledge
from knowledge.lists import Listing, Row, make_listing

_LONGEST = 40
"""Longer messages ask for no list."""
_DIFFERENCE = re.compile(r"違い|ちがい|違う|比べ|比較")
_ONLY_YEAR = re.compile(r"^[のはって、?。\s]*+(?:どう|何|なに)?(?:ですか|なの|か)?[?。]*$")
_YEAR_BESIDE = re.compile(
    r"^(?:もう一つ)?(?:(?P<earlier>前|まえ)|次|つぎ|翌|あと|後)の?(?:年度?|とし)(?:は|って|だと)?(?:どう|何|なに)?(?:ですか|なの|か)?[?。]*$"
)
_ASKED_OF_EACH = {
    Measure.LARGER: Facet.COUNT,
    Measure.SMALLER: Facet.COUNT,
    Measure.EARLIER: Facet.WHEN,
    Measure.LATER: Facet.WHEN,
}
"""What is asked of each side, where they are compared by a measure."""
_SIDES = {Subject.INDICATORS: Facet.GOAL, Subject.OFFICES: Facet.TELEPHONE, Subject.TERMS: Facet.MEANING}


def listed(knowledge: Knowledge, text: str, before: Dialogue) -> tuple[Reply, Dialogue] | None:
    """The list that ``text`` asks for, alone or after the list before it; None for any other question."""
    if len(text) > _LONGEST:
        return None
    this_year = fiscal_year_of(knowledge.day)
    request = (
        _after_list(text, before, this_year) or list_request(text, this_year) or _all_alone(text, before, this_year)
    )
    request = _of_the_last(knowledge, request, before) if request else None
    if request is None:
        return None
    written = _written_for(knowledge, request)
    if written is not None:
        after = replace(before, entry_id=written, offered=(), misses=0, facet=None, listing=None)
        return answer_reply(knowledge, knowledge.answers[written], None), after
    listing = make_listing(knowledge, request) or _each_side(knowledge, request, text)
    if listing is None:
        return None
    if request.when and len(listing.rows) == 1:
        return _the_one_goal(knowledge, listing.rows[0].entry_id, text, before)
    return _turned_to(knowledge, request, listing, 0, before)


def _of_the_last(knowledge: Knowledge, request: ListRequest, before: Dialogue) -> ListRequest:
    """「R3とR8の値は？」 after an indicator: of that one."""
    last = knowledge.answers.get(before.entry_id or "")
    if request.beside and not request.topic and last is not None and last.kind == "indicator":
        return replace(request, topic=normalize(last.name))
    return request


def _written_for(knowledge: Knowledge, request: ListRequest) -> str | None:
    """The only entry that is asked for by what the list would be made for: AとBの違い, 令和5年度に実現したこと."""
    if request.compared is not None:
        sides = Comparison(tuple(request.topic.split(OR)), request.compared)
        wanted = [
            one.entry_id
            for one in knowledge.answers.values()
            if any(worded_as(wording, sides) for wording in (one.title, *one.wordings))
        ]
    elif request.subject is Subject.FIGURE and request.years and not request.month:
        wanted = [
            one.entry_id
            for one in knowledge.answers.values()
            if one.kind == "plan" and tells_what_was_done(one.title, request.years)
        ]
    else:
        return None
    return wanted[0] if len(wanted) == 1 else None


def _each_side(knowledge: Knowledge, request: ListRequest, text: str) -> Listing | None:
    """What is told of each side where no table has them: each asked for itself, and none left out."""
    if request.compared is None:
        return None
    policy, facet = knowledge.town.policy, _ASKED_OF_EACH.get(request.compared)
    sides = [side.replace(OF, "の") for side in request.topic.split(OR)]
    whole = weigh(knowledge, Asked(text, None), policy).chosen
    if whole is not None and all(side in normalize(" ".join(_texts(knowledge, whole.document.id))) for side in sides):
        return None
    rows = []
    for side in sides:
        asked = Asked(" ".join((side, PHRASES.get(facet, "") if facet else "")).strip(), facet, open=True)
        chosen = weigh(knowledge, asked, policy).chosen
        told = lead(knowledge, knowledge.answers[chosen.document.id], asked) if chosen else None
        if chosen is None or told is None or not told.known:
            return None
        first = told.opening or first_told(told.text)
        rows.append(Row(chosen.document.id, knowledge.answers[chosen.document.id].title, first))
    if len({row.entry_id for row in rows}) < len(rows):
        return None
    return Listing("list-comparison", "list_side_by_side", tuple(rows))


def _texts(knowledge: Knowledge, entry_id: str) -> tuple[str, ...]:
    found = knowledge.answers[entry_id]
    return (found.title, *found.wordings, found.text)


def rows_to_choose(knowledge: Knowledge, before: Dialogue) -> tuple[Reply, Dialogue] | None:
    """「なぜ？」 of a list: which of its rows is meant, the ones of the page shown last."""
    ids = rows_shown(knowledge, before)[: STANDARD.most_choices]
    if len(ids) < STANDARD.fewest_choices:
        return None
    choices = tuple(Choice(entry_id, knowledge.answers[entry_id].title) for entry_id in ids)
    offered = tuple((choice.entry_id, choice.title) for choice in choices)
    reply = replace(which_reply(knowledge, choices), text=say("list_which_row"))
    return reply, replace(before, offered=offered)


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


def same_rows(knowledge: Knowledge, before: Dialogue) -> tuple[Reply, Dialogue]:
    """The page of the list that was shown last."""
    return next_rows(knowledge, replace(before, shown=max(before.shown - 1, 0) // PAGE * PAGE))


def row_asked(knowledge: Knowledge, text: str, before: Dialogue) -> str | None:
    """The entry behind 「2番目は？」 of the page shown last."""
    number = chosen_number(normalize(text))
    listing = make_listing(knowledge, before.listing) if before.listing and number else None
    if listing is None or number is None:
        return None
    first = (before.shown - 1) // PAGE * PAGE
    page = listing.rows[first : before.shown]
    return page[number - 1].entry_id if number <= len(page) else None


def rows_shown(knowledge: Knowledge, before: Dialogue) -> tuple[str, ...]:
    """The entries behind the rows of the page shown last, each once."""
    listing = make_listing(knowledge, before.listing) if before.listing else None
    if listing is None:
        return ()
    first = max(before.shown - 1, 0) // PAGE * PAGE
    return tuple(dict.fromkeys(row.entry_id for row in listing.rows[first : before.shown]))


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
    if before.listing.compared is not None:
        measure = asks_which(text)
        return replace(before.listing, compared=measure) if measure else None
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
