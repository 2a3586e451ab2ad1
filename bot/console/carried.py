"""What was read of a file, on its way from the page that shows it to the button that does it.

It goes through the browser, signed and for one person and one page: nothing of it is stored, and
what is done is what was shown.  Only of a large file, which the jobs process has read, the browser holds the id.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from bot.console.guard import person
from bot.services import keys_in_force, services
from knowledge.brought_files import is_own, read_value
from knowledge.tabular import Sheet, sheets_as_json, sheets_of
from knowledge.upload_limits import MAX_BYTES, UploadError

FIELD = "carried"
SECONDS = 3600
_STORED = "stored:"


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
    """What ``carry`` was given, or the jobs process read.  Raises UploadError where it is another's, old or forged."""
    if (file_id := stored_id()) is not None:
        return _stored(purpose, file_id)
    try:
        owner, told, value = _serializer().loads(request.form.get(FIELD, ""), max_age=SECONDS)
    except BadSignature as error:
        raise UploadError(
            "確かめてから1時間以上たったか、内容を読めませんでした。もう一度ファイルをえらんでください"
        ) from error
    if (owner, told) != (person().account_id, purpose):
        raise UploadError("別の画面で確かめた内容です。もう一度ファイルをえらんでください")
    return value


def stored(file_id: str) -> str:
    """The text of the hidden field for a file that the jobs process has read."""
    return f"{_STORED}{file_id}"


def stored_id() -> str | None:
    """The file's id, where this is the button under what the jobs process has read."""
    given = request.form.get(FIELD, "")
    return given.removeprefix(_STORED)[:36] if given.startswith(_STORED) else None


def _stored(purpose: str, file_id: str) -> Any:
    code = (request.view_args or {}).get("code", "")
    with services().database.reading() as session:
        own = is_own(session, code, file_id, person().account_id, purpose)
        value = read_value(session, code, file_id) if own else None
    if value is None:
        raise UploadError("確かめてから1日以上たったか、内容を読めませんでした。もう一度ファイルをえらんでください")
    return value


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(keys_in_force(), salt="carried staff data")


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
