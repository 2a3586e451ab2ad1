"""What the server answers to what is no HTTP at all, before the application is asked.

gunicorn's own words would be English, without our headers; and its log would keep who sent what.
"""

from __future__ import annotations

import logging

import structlog
from gunicorn.http import errors

from bot.web.headers import SECURITY_HEADERS

_STATUSES = {
    errors.LimitRequestLine: (414, "URI Too Long"),
    errors.LimitRequestHeaders: (431, "Request Header Fields Too Large"),
    errors.UnsupportedTransferCoding: (501, "Not Implemented"),
    errors.ExpectationFailed: (417, "Expectation Failed"),
    errors.ForbiddenProxyRequest: (403, "Forbidden"),
}
_SAID = {
    414: "アドレスが長すぎます。はじめのページから、もう一度お試しください。",
    431: "ブラウザーが送った情報が大きすぎます。Cookie を消してから、もう一度お試しください。",
    500: "うまく動きませんでした。少し待ってから、もう一度お試しください。",
}
_UNREADABLE = "リクエストを読めませんでした。もう一度、はじめからお試しください。"

_log = structlog.get_logger("web.refusals")


def answer(fault: BaseException) -> bytes:
    """What is sent to who sent what could not be read, or met a fault beside the application; it is logged."""
    status, reason = status_of(fault)
    _log.log(logging.ERROR if status == 500 else logging.WARNING, "not_read", status=status, error=type(fault).__name__)
    return refusal(status, reason)


def status_of(fault: BaseException) -> tuple[int, str]:
    """What a fault before or beside the application is answered with."""
    # A header that the application tried to send is a fault of ours.
    if isinstance(fault, errors.InvalidResponseHeader | errors.InvalidResponseHeaderName):
        return 500, "Internal Server Error"
    for kind, told in _STATUSES.items():
        if isinstance(fault, kind):
            return told
    if isinstance(fault, errors.ParseException | OSError):
        return 400, "Bad Request"
    return 500, "Internal Server Error"


def refusal(status: int, reason: str) -> bytes:
    """The whole answer, as it goes over the wire."""
    body = f"{_SAID.get(status, _UNREADABLE)}\n".encode()
    headers = {
        **SECURITY_HEADERS,
        "Cache-Control": "no-store",
        "Connection": "close",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": str(len(body)),
    }
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body
