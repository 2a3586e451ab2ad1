"""What was read of a file, on its way from the page that shows it to the button that does it.

It goes through the browser, signed and for one person and one page: nothing of it is stored, and
what is done is what was shown.
"""

from __future__ import annotations

from typing import Any

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from bot.console.guard import person
from knowledge.tabular import Row, Sheet
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


def sheets_as_json(sheets: list[Sheet]) -> list[Any]:
    """Sheets without a fault: every cell is a text."""
    return [
        [sheet.name, [[row.number, *(row.text(place) for place in range(len(row.cells)))] for row in sheet.rows]]
        for sheet in sheets
    ]


def sheets_of(value: Any) -> list[Sheet]:
    return [Sheet(name, tuple(Row(number, tuple(cells)) for number, *cells in rows)) for name, rows in value]
