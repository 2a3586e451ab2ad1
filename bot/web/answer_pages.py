"""答えのページ: every published answer has an address of its own, to be sent on, printed and, if staff allow, found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from sqlalchemy.exc import SQLAlchemyError

from bot.circumstances import Circumstances
from bot.conversation import in_these, show_entry
from bot.counted_links import counting
from bot.notices import circumstances, with_notice
from bot.replies import Reply
from bot.services import services
from bot.web.chat import Turn, knowledge_or_404
from intents.text import MAX_QUESTION
from knowledge.answers import Answer
from knowledge.calendar import now
from knowledge.corpus import Knowledge, Town
from knowledge.db import hurried
from knowledge.faq_pages import answer_page
from knowledge.published_days import published_on, was_published

blueprint = Blueprint("answer_pages", __name__)

_ENTRY_ID = re.compile(r"[a-z0-9-]{1,60}")
_LONGEST_GIST = 120
MOST_IN_A_SITEMAP = 50_000
"""What the format allows."""


@blueprint.get("/<code>/answers/<entry_id>")
def page(code: str, entry_id: str) -> Response:
    """The answer as the chat gives it; where it is not published, a page that says so and leads on."""
    with hurried():
        knowledge = knowledge_or_404(code)
        if not _ENTRY_ID.fullmatch(entry_id):
            abort(404)
        around = circumstances(services().database, code, now())
        answer = knowledge.answers.get(entry_id)
        if answer is None or entry_id in around.paused:
            return _absent(knowledge, entry_id, around, paused=answer is not None)
        return _shown(knowledge, answer, around)


def _shown(knowledge: Knowledge, answer: Answer, around: Circumstances) -> Response:
    address, found = address_of(knowledge.town.code, answer.entry_id), is_searchable(knowledge.town, answer)
    day = None
    with suppress(SQLAlchemyError), services().database.glancing() as session:
        day = published_on(session, knowledge.town.code, answer.entry_id, answer.version)
    response = make_response(
        render_template(
            "pages/answer.html",
            knowledge=knowledge,
            answer=answer,
            turn=Turn("", shown_reply(knowledge, answer, around), ""),
            address=address,
            gist=_gist(answer.text),
            data=answer_page(answer, address),
            published_on=day,
            searchable=found,
            longest=MAX_QUESTION,
        )
    )
    if not found:
        response.headers["X-Robots-Tag"] = "noindex"
    response.add_etag()
    response.make_conditional(request)
    return response


def shown_reply(knowledge: Knowledge, answer: Answer, around: Circumstances) -> Reply:
    """What the chat says to who chooses the answer.  The title stands above; nobody asks a page whether it helped."""
    reply = in_these(around, knowledge, show_entry(knowledge, answer.entry_id)[0])
    reply = replace(with_notice(reply, around), title=None, asks_feedback=False)
    return counting(services().database, knowledge, reply)


def _gist(text: str) -> str:
    """What is shown of an answer where its address is sent on."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_GIST else f"{line[: _LONGEST_GIST - 1]}…"


def _absent(knowledge: Knowledge, entry_id: str, around: Circumstances, *, paused: bool) -> Response:
    gone = False
    with suppress(SQLAlchemyError), services().database.glancing() as session:
        gone = not paused and was_published(session, knowledge.town.code, entry_id, knowledge.day)
    notice = around.notice.text_in("ja") if around.notice else ""
    told = render_template(
        "pages/answer_gone.html", knowledge=knowledge, paused=paused, gone=gone, notice=notice, longest=MAX_QUESTION
    )
    response = make_response(told, 410 if gone else 404)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def address_of(code: str, entry_id: str) -> str:
    """The one address of an answer, by whichever name of ours it was asked for."""
    return services().settings.base_url + url_for("answer_pages.page", code=code, entry_id=entry_id)


def is_searchable(town: Town, answer: Answer) -> bool:
    """Not what only says that a plan is silent: nobody looks for that."""
    return town.searchable and answer.kind != "silent"


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Only where there is something to find; else as if it were not there."""
    _searchable_towns()
    base = services().settings.base_url
    lines = ["User-agent: *", "Disallow: /staff/", "Disallow: /api/", "Disallow: /r/", f"Sitemap: {base}/sitemap.xml"]
    return Response("\n".join([*lines, ""]), mimetype="text/plain")


@blueprint.get("/sitemap.xml")
def sitemaps() -> Response:
    """A sitemap of each municipality that lets search engines list its answers."""
    base = services().settings.base_url
    codes = [town.code for town in _searchable_towns()]
    addresses = [base + url_for("answer_pages.sitemap", code=code) for code in codes[:MOST_IN_A_SITEMAP]]
    return _xml("sitemapindex", "sitemap", addresses)


@blueprint.get("/<code>/sitemap.xml")
def sitemap(code: str) -> Response:
    knowledge = knowledge_or_404(code)
    if not knowledge.town.searchable:
        abort(404)
    paused = circumstances(services().database, code, now()).paused
    shown = [one for one in knowledge.answers.values() if is_searchable(knowledge.town, one)]
    addresses = [address_of(code, one.entry_id) for one in shown if one.entry_id not in paused]
    own = services().settings.base_url + url_for("chat.page", code=code)
    return _xml("urlset", "url", [own, *addresses[: MOST_IN_A_SITEMAP - 1]])


def _searchable_towns() -> Sequence[Town]:
    return [town for town in services().corpus.towns() if town.searchable] or abort(404)


def _xml(root: str, item: str, addresses: Sequence[str]) -> Response:
    page = render_template("pages/sitemap.xml", root=root, item=item, addresses=addresses)
    return Response(page, mimetype="application/xml")
