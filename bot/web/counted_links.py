"""リンクのクリック: the address that a link of an answer leads through, so that it is counted."""

from __future__ import annotations

import re
import time

import structlog
from flask import Blueprint, Request, abort, make_response, redirect, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from bot.counted_links import ClickGate
from bot.limits import network_of
from bot.notices import circumstances
from bot.services import services
from bot.web.chat import knowledge_or_404
from knowledge.calendar import now, today
from knowledge.corpus import Knowledge
from knowledge.db import hurried
from knowledge.link_clicks import LinkName, count_click, counted_urls, is_counted, read_token
from knowledge.web_addresses import ascii_address

blueprint = Blueprint("counted_links", __name__)

_PROGRAMS = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|facebookexternalhit|line-poker|embedly|pinterest|whatsapp|monitor|headless"
    r"|python-requests|python-urllib|curl/|wget/|java/|go-http-client|okhttp|libwww|scrapy|httpclient",
    re.IGNORECASE,
)
_gate = ClickGate(time.monotonic)
_log = structlog.get_logger("web.counted_links")


@blueprint.get("/r/<token>")
def go(token: str) -> Response:
    """To the page that staff entered, and nowhere else; where they no longer do, a page with whom to ask."""
    name = read_token(token) or abort(404)
    with hurried():
        knowledge = knowledge_or_404(name.code)
        url = _address(knowledge, name)
        if url is None:
            return _gone(knowledge, name)
        if is_opened_by_a_person(request):
            _count(knowledge, name, url)
    return redirect(ascii_address(url), 302)


def _address(knowledge: Knowledge, name: LinkName) -> str | None:
    """The link's address as it is published now; None where it is not, or is paused while a notice is shown."""
    answer = knowledge.answers.get(name.entry_id)
    paused = circumstances(services().database, name.code, now()).paused
    if answer is None or name.entry_id in paused:
        return None
    return counted_urls(name.code, answer).get(name)


def is_opened_by_a_person(asked: Request) -> bool:
    """Not what only looks, loads before it is wanted, or says that it is a program."""
    purpose = " ".join(asked.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"))
    agent = asked.headers.get("User-Agent", "")
    if asked.method != "GET" or re.search("prefetch|prerender|preview", purpose, re.IGNORECASE):
        return False
    return bool(agent) and not _PROGRAMS.search(agent)


def _count(knowledge: Knowledge, name: LinkName, url: str) -> None:
    """A click that cannot be written is lost, and the link opens all the same."""
    if not is_counted(knowledge.answers[name.entry_id]):
        return
    if not _gate.lets_in(network_of(request.remote_addr), name.token):
        return
    try:
        with services().database.writing() as session:
            count_click(session, name, url, today())
    except SQLAlchemyError as error:
        _log.error("click_not_counted", municipality=name.code, error=type(error).__name__)


def _gone(knowledge: Knowledge, name: LinkName) -> Response:
    page = render_template("pages/link_gone.html", knowledge=knowledge, answer=knowledge.answers.get(name.entry_id))
    return make_response(page, 410)
