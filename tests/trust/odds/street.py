"""Single events sent to a running stack, one by one, each when the trial wants it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import select

from knowledge.models import LineEvent
from tests.support.fake_line import SECRET, event, post, webhook_body
from tests.trust.http1 import as_json
from tests.trust.judge import Call, read_ledger
from tests.trust.stack import CODE, Stack

_numbers = itertools.count(1)


class Street:
    """Where people write from."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    def text(self, words: str, *, sender: int, **fields: Any) -> dict[str, Any]:
        """An event on its way; its token lives from now."""
        number = next(_numbers)
        message = {"id": f"{number:018d}", "type": "text", "text": words, "quoteToken": f"q{number}"}
        one = event(sender=sender, message=message, **fields)
        one["replyToken"] = f"token-{one['webhookEventId']}"
        return one

    def deliver(
        self, events: Sequence[dict[str, Any]], *, code: str = CODE, web: int = 0, seconds: float = 60.0
    ) -> float:
        """As LINE does, again until 200; when the first attempt began, by the wall's clock.  Raises TimeoutError."""
        tokens = {one["replyToken"]: one["webhookEventId"] for one in events}
        url = f"{self.stack.webs[web].url}/line/{code}/webhook"
        began, end = time.time(), time.monotonic() + seconds
        for attempt in itertools.count(1):
            self.stack.line.ask("/issue", {"tokens": tokens})
            at, tick, status = time.time(), time.perf_counter(), 0
            again = {"deliveryContext": {"isRedelivery": attempt > 1}}
            with suppress(OSError):
                status = post(url, webhook_body([one | again for one in events]), SECRET)
            self._note(list(tokens.values()), attempt, at, (time.perf_counter() - tick) * 1000, status)
            if status == 200:
                return began if attempt == 1 else at
            if time.monotonic() > end:
                raise TimeoutError(f"not taken: {status}")
            time.sleep(0.5)
        raise AssertionError

    def _note(self, ids: list[str], attempt: int, at: float, ms: float, status: int) -> None:
        """Into the record that the verdict reads."""
        line = {"at": at, "ms": ms, "status": status, "try": attempt, "phase": "street", "events": ids, "silent": []}
        with self.stack.record.open("ab") as record:
            record.write(as_json(line) + b"\n")

    def calls(self, event_id: str) -> list[Call]:
        """What LINE was asked for of it."""
        return [call for call in read_ledger(self.stack.ledger) if call.event == event_id]

    def states(self) -> dict[str, str]:
        with self.stack.database.reading() as session:
            return dict(session.execute(select(LineEvent.webhook_event_id, LineEvent.state)).tuples().all())


def seen(condition: Callable[[], bool], seconds: float, pause: float = 0.05) -> bool:
    """Whether it comes true in time."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(pause)
    return True
