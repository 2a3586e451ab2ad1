"""障害・災害モード: begun and ended in one step, from a phone too, without approval."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.console.entering import Answered
from bot.console.forms import tell, text
from bot.console.guard import actor, person, require
from bot.services import services
from knowledge import audit
from knowledge.calendar import now
from knowledge.notices import MOST_TEXT, begin_notice, current_notice, end_notice, notice_sentence
from knowledge.roles import Role

blueprint = Blueprint("notice", __name__)

HOURS: Mapping[str, str] = {
    "1": "1時間",
    "3": "3時間",
    "6": "6時間",
    "12": "12時間",
    "24": "1日",
    "72": "3日",
    "168": "7日",
}


@blueprint.get("/<code>/notice")
def index(code: str) -> str:
    return _page(code, {})


@blueprint.post("/<code>/notice")
def begin(code: str) -> Answered:
    require(Role.EDITOR, code, None)
    said, hours, drill = " ".join(text("text", 1000).split()), text("hours", 3), bool(request.form.get("drill"))
    errors: dict[str, str] = {}
    if not said:
        errors["text"] = "お知らせの文を書いてください"
    elif len(said) > MOST_TEXT:
        errors["text"] = f"お知らせは{MOST_TEXT}字までで書いてください（今は{len(said)}字）"
    if hours not in HOURS:
        errors["hours"] = "いつまで出すかをえらんでください"
    if errors:
        return _page(code, errors), 422
    moment = now()
    with services().database.writing() as session:
        notice = begin_notice(session, code, said, person().name, moment, int(hours), drill=drill)
        details = {"text": said, "drill": drill, "ends_at": notice.ends_at}
        audit.append(session, actor(), "notice_begun", at=moment, scope=code, details=details)
    tell("お知らせを出しました。次の返事から、すべての答えの前に出ます。")
    return redirect(url_for("console.notice.index", code=code), 303)


@blueprint.post("/<code>/notice/end")
def end(code: str) -> Response:
    require(Role.EDITOR, code, None)
    moment = now()
    with services().database.writing() as session:
        ended = end_notice(session, code)
        if ended:
            audit.append(session, actor(), "notice_ended", at=moment, scope=code)
    tell("お知らせを終えました。次の返事から出ません。" if ended else "お知らせは、もう出ていません。")
    return redirect(url_for("console.notice.index", code=code), 303)


def _page(code: str, errors: Mapping[str, str]) -> str:
    with services().database.reading() as session:
        notice = current_notice(session, code, now())
    return render_template(
        "console/notice/index.html",
        code=code,
        notice=notice,
        sentence=notice_sentence(notice) if notice else "",
        errors=errors,
        given=request.form,
        hours=list(HOURS.items()),
        most_text=MOST_TEXT,
        may_write=person().reaches(Role.EDITOR, code, None),
    )
