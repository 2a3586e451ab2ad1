"""F28: the same turn of the web chat sent twice, one after the other and five at once: one answer, one row."""

from __future__ import annotations

import http.client
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

from sqlalchemy import func, select

from knowledge.models import LoggedQuestion
from tests.bot.web.page import Page
from tests.trust.odds.finding import Finding
from tests.trust.results import version_of
from tests.trust.stack import CODE, Shape, Stack, running

QUESTIONS = ("住民票 コンビニ", "粗大ごみの手数料は？", "オンラインで申請できる手続きは？", "こんにちは", "なにこれ")
AT_ONCE = 5


def doubled(engine: str, times: int) -> Finding:
    found = Finding(dose=f"続けて2回を{times}度、{AT_ONCE}本同時を{times}度（二つのワーカー）")
    with running(Shape(engine, workers=2, senders=0, jobs=0)) as stack:
        found.database = version_of(stack.database)
        for name, together in (("one after the other", 1), (f"{AT_ONCE} at once", AT_ONCE)):
            differing, rows = 0, []
            for number in range(times):
                fields = Page(_asked(stack)).form("聞く") | {"question": QUESTIONS[number % len(QUESTIONS)]}
                before = _rows(stack)
                pages = _twice(stack, fields) if together == 1 else _at_once(stack, fields, together)
                rows.append(_rows(stack) - before)
                differing += len({Page(page).text for page in pages}) > 1
            found.injections[name] = times
            found.hold(f"{name}: one row each", rows == [1] * times, rows)
            found.hold(f"{name}: the same answer", differing == 0, differing)
            found.figures[name] = {"rows": sum(rows), "differing": differing}
    return found


def _twice(stack: Stack, fields: dict[str, str]) -> list[str]:
    return [_asked(stack, fields) for _ in range(2)]


def _at_once(stack: Stack, fields: dict[str, str], count: int) -> list[str]:
    together = threading.Barrier(count)

    def send(_: int) -> str:
        together.wait(30)
        return _asked(stack, fields)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(send, range(count)))


def _asked(stack: Stack, fields: dict[str, str] | None = None) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", stack.webs[0].port, timeout=30)
    try:
        if fields is None:
            connection.request("GET", f"/{CODE}/")
        else:
            headers = {"content-type": "application/x-www-form-urlencoded", "origin": stack.webs[0].url}
            connection.request("POST", f"/{CODE}/", urlencode(fields), headers)
        answer = connection.getresponse()
        page = answer.read().decode()
        if answer.status != 200:
            raise OSError(f"{answer.status}")
        return page
    finally:
        connection.close()


def _rows(stack: Stack) -> int:
    with stack.database.reading() as session:
        return session.scalar(select(func.count()).select_from(LoggedQuestion)) or 0
