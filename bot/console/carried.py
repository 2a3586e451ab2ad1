"""What was read of a file, on its way from the page that shows it to the button that does it.

It goes through the browser, signed and for one person and one page: nothing of it is stored, and
what is done is what was shown.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from bot.console.guard import person
from knowledge.tabular import Sheet, sheets_as_json, sheets_of
from knowledge.upload_limits import MAX_BYTES, UploadError

FIELD = "carried"
SECONDS = 3600


def carry(purpose: str, value: Any) -> str:
    """``value`` (of JSON) as the text of a hidden field.  Raises UploadError where it is too large for a form."""
    written = _serializer().dumps([person().account_id, purpose, value])
    token = written.decode() if isinstance(written, bytes) else written
    if len(token) > MAX_BYTES * 9 // 10:
        raise UploadError("ファイルが大きすぎます。いくつかに分けてください")
    return token


def is_carried() -> bool:
    """Whether this is the button under what was shown."""
    return FIELD in request.form


def carried(purpose: str) -> Any:
    """What ``carry`` was given.  Raises UploadError where it is another's, too old or forged."""
    try:
        owner, told, value = _serializer().loads(request.form.get(FIELD, ""), max_age=SECONDS)
    except BadSignature as error:
        raise UploadError(
            "確かめてから1時間以上たったか、内容を読めませんでした。もう一度ファイルをえらんでください"
        ) from error
    if (owner, told) != (person().account_id, purpose):
        raise UploadError("別の画面で確かめた内容です。もう一度ファイルをえらんでください")
    return value


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="carried staff data")


@dataclass(frozen=True)
class Brought:
    """Tables, and the hidden field that ``held`` is the text of, on the page that shows what they would do."""

    sheets: list[Sheet]
    held: str


def brought(purpose: str, read: Callable[[], list[Sheet]]) -> Brought:
    """The tables that were shown, else as they are ``read`` of a file.  Raises UploadError."""
    if is_carried():
        return Brought(sheets_of(carried(purpose)), request.form[FIELD])
    sheets = read()
    return Brought(sheets, carry(purpose, sheets_as_json(sheets)))


def sheets_digest(sheets: list[Sheet]) -> str:
    """Names what was in the tables, for the audit log."""
    told = json.dumps(sheets_as_json(sheets), ensure_ascii=False)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
