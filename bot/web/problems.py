"""Errors as people and programs read them: a page in Japanese, or an RFC 9457 problem object."""

from __future__ import annotations

import secrets

import structlog
from flask import Flask, Response, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, SecurityError

from bot.limits import Limit, TooManyError
from bot.log_setup import place_of
from bot.operation.metrics import count
from bot.web.entrances import ElsewhereError, is_for_console
from knowledge.db import is_away

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
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


_NO_CONSOLE_HERE = (
    "職員用の画面は、ここからは開けません",
    "庁内のネットワークからだけ開けるように設定されています。庁内の端末から開いてください。",
)
_TOO_MANY = {
    Limit.CONVERSATION: "同じ会話から、短い時間にたくさんの質問がありました。",
    Limit.ADDRESS: (
        "同じ回線から、短い時間にたくさんの質問がありました。図書館や庁舎のように、多くの人が一つの回線を使う場所では、"
        "ほかの方の質問も数えています。"
    ),
    Limit.ALL: "ただいま、たくさんの質問が届いています。",
}
"""Why one is asked to wait; how long follows."""
_URGENT = "お急ぎのときは、市町村の窓口へ電話でおたずねください。"


def register(app: Flask) -> None:
    app.register_error_handler(Problem, _problem)
    app.register_error_handler(TooManyError, _too_many)
    app.register_error_handler(ElsewhereError, _elsewhere)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(SecurityError, _unknown_host)
    app.register_error_handler(Exception, _fault)


def _problem(problem: Problem, instance: str = "") -> tuple[Response, int]:
    told = {"type": "about:blank", "title": problem.title, "status": problem.status, "detail": problem.detail}
    body = jsonify(told | ({"instance": instance} if instance else {}))
    body.content_type = "application/problem+json"
    return body, problem.status


def _too_many(error: TooManyError) -> Response:
    title, refusal = _PAGES[429][0], error.refusal
    remedy = f"{_TOO_MANY[refusal.limit]}{refusal.wait}秒ほど待ってから、もう一度お試しください。"
    response = make_response(_told(429, title, remedy if _is_for_programs() else f"{remedy}{_URGENT}"))
    response.headers["Retry-After"] = str(refusal.wait)
    return response


def _elsewhere(_: ElsewhereError) -> tuple[str, int]:
    title, remedy = _NO_CONSOLE_HERE
    return render_template("pages/error.html", number="403", title=title, remedy=remedy), 403


def _is_for_programs() -> bool:
    return request.path.startswith("/api/")


def _told(status: int, title: str, remedy: str, code: str = "") -> tuple[Response | str, int]:
    if _is_for_programs():
        return _problem(Problem(status, title, remedy), f"urn:kotae:fault:{code}" if code else "")
    return _page(status, title, remedy, code), status


def _http_error(error: HTTPException) -> Response | tuple[str, int]:
    status = error.code or 500
    if request.path.startswith("/line/"):
        return "", status
    title, remedy = _PAGES.get(status, _PAGES[500] if status >= 500 else _PAGES[400])
    if status == 400 and request.path.startswith("/staff/"):
        remedy = (
            "フォームを開いてから時間がたったか、ほかのサイトから送られました。戻って開き直し、もう一度お試しください。"
        )
    response = make_response(_told(status, title, remedy))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _unknown_host(_: SecurityError) -> tuple[Response | str, int]:
    """No page: without a host that is ours, no address on it could be written."""
    title, remedy = "このアドレスでは開けません", "Host の名前が、受け付けるもの（TRUSTED_HOSTS）にありません。"
    if _is_for_programs():
        return _problem(Problem(400, title, remedy))
    return Response(f"{title}。{remedy}\n", content_type="text/plain; charset=utf-8"), 400


def _fault(error: Exception) -> tuple[Response | str, int]:
    """A fault of ours: its kind and place are logged, never what the resident wrote.

    Whoever meets it is shown a code made by chance, and nothing else: by it the line of the log is found.
    """
    where = place_of(error.__traceback__)
    count("kotae_faults", where="web")
    code, rule = new_code(), request.url_rule.rule if request.url_rule else None
    _log.error("fault", code=code, path=rule, error=type(error).__name__, at=where)
    status = 503 if is_away(error) else 500  # what is away comes back by itself
    title, remedy = _PAGES[status]
    if request.path.startswith("/line/"):
        return "", status
    return _told(status, title, remedy, code)


def new_code() -> str:
    """Letters and digits that nobody confuses at the telephone."""
    return "".join(secrets.choice(_LETTERS) for _ in range(8))


def _page(status: int, title: str, remedy: str, code: str) -> str:
    """A fault within the console stays in the console; where that itself is what broke, the plain page is shown."""
    template = "console/problem.html" if is_for_console(request.path) and status < 500 else "pages/error.html"
    return render_template(template, number=code or status, title=title, remedy=remedy)
