"""Charts as pictures: drawn by a process of its own (``bot.chart_child``), which gives its memory back.

Measured: the first picture of a process takes 2 s and 110 MB, each further one 0.1 to 0.3 s.  Neither a web
process nor the jobs process should carry that, and who opens a page should not wait for the queue of the jobs.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Sequence
from typing import Any

from bot.charts import Chart, as_json, digest, is_empty
from knowledge import pictures
from knowledge.calendar import now
from knowledge.child_process import ChildFaultError, child_messages
from knowledge.db import Database

_MOST_BYTES = 40 * 1024 * 1024
_one_at_a_time = threading.Lock()
"""A page asks for all its pictures at once: one child draws them, the others find them drawn."""


class DrawingFaultError(Exception):
    """No picture could be drawn; the table says the same."""


def keep_charts(database: Database, code: str, charts: Sequence[Chart]) -> list[str]:
    """Keep the charts of a page for whoever looks at them; their digests, '' of one without a value."""
    named = {digest(chart): as_json(chart) for chart in charts if not is_empty(chart)}
    with database.reading() as session:
        new = pictures.unknown(session, code, named)
    if new:
        with database.writing() as session:
            pictures.keep(session, code, new, now())
    return ["" if is_empty(chart) else digest(chart) for chart in charts]


def picture(database: Database, code: str, name: str) -> str:
    """The picture of a chart that was kept, drawn now where it was not.

    Raises LookupError where there is no such chart, DrawingFaultError where none could be drawn.
    """
    found = _kept(database, code, name)
    if found is not None:
        return found
    with _one_at_a_time:
        found = _kept(database, code, name)
        if found is None:
            with database.reading() as session:
                wanted = pictures.undrawn(session, code, name)
            drawn = dict(zip(wanted, _drawn(list(wanted.values()), png=False), strict=True))
            with database.writing() as session:
                pictures.keep_drawn(session, code, drawn)
            found = drawn[name]
    return found


def _kept(database: Database, code: str, name: str) -> str | None:
    with database.reading() as session:
        return pictures.drawn(session, code, name)


def png_files(charts: Sequence[Chart]) -> list[bytes] | None:
    """The charts as pixels, for files; None where this machine has no Japanese letters to write them with."""
    found = _drawn([as_json(chart) for chart in charts], png=True)
    return None if None in found else [base64.b64decode(one) for one in found]


def svg_files(charts: Sequence[Chart]) -> list[str]:
    return _drawn([as_json(chart) for chart in charts], png=False)


def _drawn(charts: Sequence[str], *, png: bool) -> list[Any]:
    if not charts:
        return []
    asked = json.dumps([{"chart": one, "png": png} for one in charts]).encode()
    try:
        messages = list(child_messages("bot.chart_child", content=asked, most=_MOST_BYTES))
    except ChildFaultError as error:
        raise DrawingFaultError from error
    return [message["png" if png else "svg"] for message in messages]
