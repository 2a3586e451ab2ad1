"""F12: what waited longer than its token lives ends expired, and the person's next answer says so once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from knowledge.calendar import now
from tests.support.fake_line import text_event
from tests.trust.odds.finding import Finding
from tests.trust.odds.ground import Clock, Ground, ground

QUESTION = "住民票 コンビニ"
SORRY = "先ほどは"
HELD_SECONDS = 61.0
OLD_SECONDS = 21 * 60.0


def expired(engine: str, times: int) -> Finding:
    found = Finding(dose=f"本当に61秒待つ・時計を21分進める・21分前の時刻のもの、{times}人ずつ")
    with ground(engine) as here:
        found.database = here.version
        waited, old = ([text_event(here.line, QUESTION, sender=first + n) for n in range(times)] for first in (1, 2001))
        for one in old:
            one["timestamp"] = int((now().timestamp() - OLD_SECONDS) * 1000)
        found.hold("every webhook gets 200", {here.deliver(waited), here.deliver(old)} == {200})
        time.sleep(HELD_SECONDS)
        here.drain()
        moved = [text_event(here.line, QUESTION, sender=1001 + n) for n in range(times)]
        found.hold("every webhook gets 200", here.deliver(moved) == 200)
        here.drain(Clock(seconds=OLD_SECONDS))
        for name, events in (("held 61 s", waited), ("clock moved 21 min", moved), ("timestamp 21 min old", old)):
            found.injections[name] = len(events)
            found.figures[name] = _next_answers(here, name, events, found)
        found.figures["503"] = len(here.put_off)
        found.hold("LINE sees no call that it may not", not here.line.violations, here.line.violations)
    return found


def _next_answers(here: Ground, name: str, late: Sequence[dict[str, Any]], found: Finding) -> dict[str, Any]:
    """Two more messages of each: the first answer says what was missed, the second nothing more."""
    rows = here.rows()
    states = Counter(rows[one["webhookEventId"]].state for one in late)
    found.hold(f"{name}: all end expired", states == {"expired": len(late)}, dict(states))
    called = sum(here.line.tokens[one["replyToken"]].attempts for one in late)
    found.hold(f"{name}: LINE is not called with a dead token", called == 0, called)
    told = []
    for _ in range(2):
        following = [
            text_event(here.line, "オンラインで申請できる手続きは？", source=dict(one["source"])) for one in late
        ]
        for one in following:
            one["timestamp"] = int(now().timestamp() * 1000)
        found.hold(f"{name}: the next message gets 200", here.deliver(following) == 200)
        here.drain()
        said = [here.said(one) for one in following]
        found.hold(f"{name}: the next message is answered once", all(len(each) == 1 for each in said))
        told.append(sum(any(SORRY in words for words in each) for each in said))
    found.hold(f"{name}: told once, with the next answer", told == [len(late), 0], told)
    return {"states": dict(states), "told_with_the_next": told[0], "told_again": told[1]}
