"""Errors as people and programs read them: a page in Japanese, or an RFC 9457 problem object."""

from __future__ import annotations

import structlog
from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException, SecurityError

_log = structlog.get_logger("web.problems")

_PAGES = {
    400: ("リクエストを読めませんでした", "もう一度、はじめからお試しください。"),
    403: ("このページを開く権限がありません", "必要なときは、管理者に役割を頼んでください。"),
    404: ("ページが見つかりません", "アドレスが正しいか、お確かめください。"),
    405: ("この方法では開けません", "はじめのページからお試しください。"),
    413: ("送られた内容が大きすぎます", "短い文にして、もう一度お送りください。"),
    429: ("少しのあいだ、お待ちください", "短い時間にたくさんの質問がありました。1分ほど待ってからお試しください。"),
    500: ("うまく動きませんでした", "少し待ってから、もう一度お試しください。"),
    503: ("ただいま混み合っています", "少し待ってから、もう一度お試しください。"),
}
_OLD_FORM = (
    "フォームを開いてから時間がたったか、ほかのサイトから送られました。"
    "前のページへ戻って開き直し、もう一度お試しください。"
)


class Problem(Exception):  # noqa: N818  named after RFC 9457's problem object
    """What an API caller did wrong, and the remedy, in Japanese."""

    def __init__(self, status: int, title: str, detail: str) -> None:
        super().__init__(title)
        self.status, self.title, self.detail = status, title, detail


def register(app: Flask) -> None:
    app.register_error_handler(Problem, _problem)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(SecurityError, _unknown_host)
    app.register_error_handler(Exception, _fault)


def _problem(problem: Problem) -> tuple[Response, int]:
    body = jsonify({"type": "about:blank", "title": problem.title, "status": problem.status, "detail": problem.detail})
    body.content_type = "application/problem+json"
    return body, problem.status


def _http_error(error: HTTPException) -> tuple[Response | str, int]:
    status = error.code or 500
    if request.path.startswith("/line/"):
        return "", status
    title, remedy = _PAGES.get(status, _PAGES[500] if status >= 500 else _PAGES[400])
    if status == 400 and request.path.startswith("/staff/"):
        remedy = (
            "フォームを開いてから時間がたったか、ほかのサイトから送られました。戻って開き直し、もう一度お試しください。"
        )
    if request.path.startswith("/api/"):
        return _problem(Problem(status, title, remedy))
    return _page(status, title, remedy), status


def _unknown_host(_: SecurityError) -> tuple[Response | str, int]:
    """No page: without a host that is ours, no address on it could be written."""
    title, remedy = "このアドレスでは開けません", "Host の名前が、受け付けるもの（TRUSTED_HOSTS）にありません。"
    if request.path.startswith("/api/"):
        return _problem(Problem(400, title, remedy))
    return Response(f"{title}。{remedy}\n", content_type="text/plain; charset=utf-8"), 400


def _fault(error: Exception) -> tuple[Response | str, int]:
    """A fault of ours: its kind and place are logged, never what the resident wrote."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "?"
    _log.error("fault", path=request.url_rule.rule if request.url_rule else None, error=type(error).__name__, at=where)
    title, remedy = _PAGES[500]
    if request.path.startswith("/line/"):
        return "", 500
    if request.path.startswith("/api/"):
        return _problem(Problem(500, title, remedy))
    return _page(500, title, remedy), 500


def _page(status: int, title: str, remedy: str) -> str:
    """A fault within the console stays in the console; where that itself is what broke, the plain page is shown."""
    template = "console/problem.html" if request.path.startswith("/staff/") and status < 500 else "pages/error.html"
    return render_template(template, status=status, title=title, remedy=remedy)
