"""F24 and T17: the clock of the whole service is moved under it, by ``time-machine`` within its process.

It moves the wall's clock of the web server's worker alone, while it runs; LINE, the sender of webhooks and the judge
keep the right time.  The monotonic clock goes on, as it does when NTP steps a machine's.
"""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import select

from knowledge.calendar import JST
from knowledge.models import Alert, LoggedQuestion
from tests.trust.judge import quantiles, read_ledger, read_record, read_rows
from tests.trust.odds.finding import Finding
from tests.trust.odds.hook import hook
from tests.trust.odds.street import Street, seen
from tests.trust.results import version_of
from tests.trust.stack import Shape, Stack, running

JUMP = 600
RATE = 10.0
HELD_MOST = 60.0
"""Seconds from receipt to reply, whatever the clock does: a token lives no longer."""
EXPIRED_MOST = 0.01
"""Of all events: what was open when the clock leapt ahead is too late by that clock."""
QUICK = "tests/trust/odds/quick_server.py"
QUESTION = "住民票はコンビニで取れますか"
MIDNIGHTS = (
    (dt.datetime(2027, 1, 1, tzinfo=JST), "12/31"),
    (dt.datetime(2028, 2, 29, tzinfo=JST), "2/29 begins"),
    (dt.datetime(2028, 3, 1, tzinfo=JST), "2/29 ends"),
    (dt.datetime(2027, 4, 1, tzinfo=JST), "4/1"),
)


class MovedClock:
    """What moves the clock: a file that the worker reads again and again (``quick_server.py``)."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.set(0)
        self.environment = {"MOVED_CLOCK": str(file)}

    def set(self, seconds: int) -> None:
        """The service's clock is now ahead of everybody's by so much."""
        made = self._file.with_suffix(".new")
        made.write_text(str(seconds))
        made.replace(self._file)


@contextmanager
def _moved(engine: str, told: str) -> Iterator[tuple[Stack, MovedClock]]:
    shape = Shape(engine, workers=1, senders=0, jobs=0, web_sender_threads=6)
    with tempfile.TemporaryDirectory(prefix="kotae-clock-") as folder:
        clock = MovedClock(Path(folder) / "seconds")
        with running(shape, environment=clock.environment | {"ALERT_URL": told}, config=QUICK) as stack:
            yield stack, clock


def jumping(engine: str, times: int) -> Finding:
    """F24."""
    found = Finding(dose=f"時計を10分進める・遅らせる・戻す、{times}回ずつ、毎秒{RATE:g}件を送りながら")
    with hook() as told, _moved(engine, told.url) as (stack, clock):
        found.database = version_of(stack.database)
        stack.send("warm", 20, 10.0, odd=False, drain=5.0)
        raised, over, took = Counter[str](), Counter[str](), list[float]()
        with stack.sending("jumping", 1_000_000, RATE, odd=False) as generator:
            time.sleep(3.0)
            for number in range(2 * times):
                name, away = ("ahead", JUMP) if number % 2 == 0 else ("behind", -JUMP)
                begun = time.monotonic()
                clock.set(away)
                raised[name] += seen(lambda: _is_skewed(stack), 60.0)
                took.append(time.monotonic() - begun)
                clock.set(0)
                over[name] += seen(lambda: not _is_skewed(stack), 60.0)
            generator.terminate()
            generator.wait()
        stack.wait_until_finished()
        found.injections = {"ahead": times, "behind": times, "set right, forwards or back": 2 * times}
        found.hold("each jump raises the alert", set(raised.values()) == {times}, dict(raised))
        found.hold("which is over when the clock is right", set(over.values()) == {times}, dict(over))
        found.hold("ALERT_URL was told", told.first("clock") is not None)
        found.figures["alert_after_seconds_most"] = round(max(took), 1)
        _judge(stack, found)
    return found


def _is_skewed(stack: Stack) -> bool:
    with stack.database.reading() as session:
        alert = session.scalar(select(Alert).where(Alert.kind == "clock"))
    return alert is not None and alert.ended_at is None


def _judge(stack: Stack, found: Finding) -> None:
    """By the record and the ledger, whose clocks were right; the database's times are those of ours."""
    acknowledged: dict[str, float] = {}
    for one in read_record(stack.record):
        if one.status == 200:
            for event in one.events:
                acknowledged.setdefault(event, one.at)
    states = {row.event: row.state for row in read_rows(stack.database)}
    calls = [call for call in read_ledger(stack.ledger) if call.accepted]
    accepted = Counter(call.event for call in calls)
    lost = acknowledged.keys() - states.keys()
    double = [event for event, count in accepted.items() if count > 1]
    held = {call.event: call.at - acknowledged[call.event] for call in calls if call.event in acknowledged}
    shown, ended = quantiles(held.values()), Counter(states.values())
    found.hold("nothing is lost", not lost, len(lost))
    found.hold("nothing is answered twice", not double, len(double))
    found.hold("nothing is held longer", shown.max <= HELD_MOST, shown.max)
    found.hold("nothing stays open", not ended["received"] and not ended["sending"], dict(ended))
    false = [event for event, state in states.items() if state == "answered" and not accepted[event]]
    false += [event for event, state in states.items() if state == "expired" and accepted[event]]
    found.hold("states tell the truth", not false, false[:5])
    few = ended["expired"] <= EXPIRED_MOST * len(states)
    found.hold("hardly anything expires", few, ended["expired"], len(states))
    violations = stack.line.ask("/state")["violations"]
    found.hold("LINE is asked for nothing but replies", not violations, violations)
    found.figures |= {
        "events": len(acknowledged),
        "lost": len(lost),
        "double": len(double),
        "states": dict(ended),
        "reply_seconds": {"p50": shown.p50, "p95": shown.p95, "max": shown.max},
    }


def days(engine: str, times: int) -> Finding:
    """T17: around midnights of Japan the service counts by the moment of the question, whatever its clock does."""
    found = Finding(dose=f"4つの日付の変わり目の前後に{times}件ずつ、時計を10分進め・遅らせながら")
    with hook() as told, _moved(engine, told.url) as (stack, clock):
        found.database = version_of(stack.database)
        street = Street(stack)
        for midnight, name in MIDNIGHTS:
            wanted: dict[str, dt.date] = {}
            offset = int(midnight.timestamp() - time.time())
            for number in range(times):
                # The last and the first millisecond of a day; our clock right, ahead or behind.
                clock.set(offset + (0, 300, -240)[number % 3])
                if number < 3:
                    time.sleep(1.2)
                after = number % 2
                moment = midnight + dt.timedelta(milliseconds=number if after else -1 - number)
                one = street.text(QUESTION, sender=1 + number)
                one["timestamp"] = int(moment.timestamp() * 1000)
                street.deliver([one])
                wanted[f"line:{one['webhookEventId']}"] = midnight.date() if after else _day_before(midnight)
            stack.wait_until_finished(60.0)
            # What ended unanswered, because the clock leapt over its deadline, is counted a little later.
            seen(partial(_are_counted, stack, set(wanted)), 60.0, 0.5)
            counted = _counted(stack, set(wanted))
            wrong = {key: str(counted.get(key)) for key, day in wanted.items() if counted.get(key) != day}
            found.injections[name] = times
            found.hold(f"{name}: each on its day in Japan", not wrong, len(wrong), dict(list(wrong.items())[:3]))
            found.figures[name] = dict(Counter(str(day) for day in counted.values()))
    return found


def _day_before(midnight: dt.datetime) -> dt.date:
    return (midnight - dt.timedelta(seconds=1)).date()


def _are_counted(stack: Stack, keys: set[str]) -> bool:
    return keys <= _counted(stack, keys).keys()


def _counted(stack: Stack, keys: set[str]) -> dict[str, dt.date]:
    with stack.database.reading() as session:
        found = session.execute(select(LoggedQuestion.event_key, LoggedQuestion.jst_date))
        return {key: day for key, day in found if key in keys}
