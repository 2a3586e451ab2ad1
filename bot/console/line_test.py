"""試験用のLINE: whether it is set up, a code to let oneself in, and who may ask it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.console.entering import Answered
from bot.console.forms import tell
from bot.console.guard import actor, person
from bot.console.layout import town_or_404
from bot.services import services
from bot.settings import channel_name
from knowledge import audit
from knowledge.calendar import now
from knowledge.line_testers import dismiss, listed_testers
from knowledge.models import LineEvent
from knowledge.one_time_codes import LINE_TEST, make_codes

blueprint = Blueprint("line_test", __name__)


@dataclass(frozen=True)
class SetUp:
    """``address``: LINE's webhook address for the channel."""

    has_secret: bool
    has_token: bool
    address: str


@blueprint.get("/<code>/line-test")
def index(code: str) -> str:
    with services().database.reading() as reading:
        return _page(reading, code)


def _page(session: Session, code: str, one_time_code: str | None = None) -> str:
    town_or_404(code)
    return render_template(
        "console/line_test/index.html",
        set_up=_set_up(code),
        testers=listed_testers(session, code, now()),
        last_event=session.scalar(
            select(func.max(LineEvent.received_at)).where(LineEvent.municipality_code == code, LineEvent.test)
        ),
        one_time_code=one_time_code,
    )


def _set_up(code: str) -> SetUp:
    settings, name = services().settings, channel_name(code, test=True)
    channel = settings.line_channels.get(name)
    return SetUp(
        channel is not None,
        channel is not None and channel.access_token is not None,
        f"{settings.base_url}/line/{name}/webhook",
    )


@blueprint.post("/<code>/line-test/code")
def make_code(code: str) -> Answered:
    """A code for whoever presses the button; shown at once, since no second page could read it."""
    town_or_404(code)
    me, moment = person(), now()
    with services().database.writing() as writing:
        (made,) = make_codes(writing, LINE_TEST, me.account_id, moment)
        audit.append(writing, actor(), "line_tester_code", at=moment, scope=code, subject=me.login)
        return _page(writing, code, made)


@blueprint.post("/<code>/line-test/<int:tester_id>/dismiss")
def take_back(code: str, tester_id: int) -> Response:
    with services().database.writing() as writing:
        login = dismiss(writing, code, tester_id)
        if login is None:
            abort(404)
        audit.append(writing, actor(), "line_tester_dismissed", at=now(), scope=code, subject=login)
    tell("利用を取り消しました。この人のLINEには、もう下書きを答えません。")
    return redirect(url_for("console.line_test.index", code=code), 303)
