"""The headers of every response, errors included."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, Response, request

_DIRECTIVES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
}
_EMBEDDED = ("chat.page", "chat.ask")
"""What may stand within a site of the municipality's, where a setting names it; nothing else ever does."""
_SAME_FOR_ALL = ("answer_pages.page",)
"""What a browser may keep, and asks each time whether it is still so: a notice or a correction shows at once."""
_TELLS_NOBODY = ("counted_links.go",)
"""What leads away, and does not say where from."""


def _policy(ancestors: str) -> str:
    return "; ".join(f"{name} {value}" for name, value in (_DIRECTIVES | {"frame-ancestors": ancestors}).items())


CONTENT_SECURITY_POLICY = _policy("'none'")
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
"""What every answer carries, also one that is given before the application is asked."""


def register(app: Flask, *, https: bool, embedders: Sequence[str] = ()) -> None:
    """``embedders``: the sites that may show the page of questions within theirs."""
    embedded = _policy(" ".join(("'self'", *embedders))) if embedders else CONTENT_SECURITY_POLICY

    @app.after_request
    def _set(response: Response) -> Response:
        response.headers.update(SECURITY_HEADERS)
        if request.endpoint in _EMBEDDED:
            response.headers["Content-Security-Policy"] = embedded
        if https:
            response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if request.endpoint in _TELLS_NOBODY:
            response.headers["Referrer-Policy"] = "no-referrer"
        if request.endpoint in _SAME_FOR_ALL and response.status_code in (200, 304):
            response.headers["Cache-Control"] = "no-cache"
        elif request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        return response
