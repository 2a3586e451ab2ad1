"""A table that goes back and forth between looking at what it would change, and doing that."""

from __future__ import annotations

import json
from collections.abc import Iterable

from flask import request

from knowledge.tabular import Row, Sheet
from knowledge.upload_limits import UploadError

FIELD = "table"
MOST_KEPT = 1 << 20
"""Letters."""


def as_text(sheets: Iterable[Sheet]) -> str:
    rows = [
        [row.number, *(row.text(place) for place in range(len(row.cells)))] for sheet in sheets for row in sheet.rows
    ]
    return json.dumps(rows, ensure_ascii=False)


def kept_table() -> list[Sheet]:
    """The table that was shown.  It comes from the browser, and is judged anew as any file."""
    try:
        rows = json.loads(request.form[FIELD][:MOST_KEPT])
        return [Sheet(FIELD, tuple(Row(int(number), tuple(map(str, cells))) for number, *cells in rows))]
    except (ValueError, TypeError, RecursionError) as error:
        raise UploadError("表を読めませんでした。もう一度ファイルをえらんでください") from error
