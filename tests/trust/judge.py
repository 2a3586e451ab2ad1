"""The verdict: what the sender of webhooks saw, what LINE accepted and what the database says must agree.

Pure: it reads lists and gives a verdict; ``read_*`` fetch them.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select, text

from bot.line.inbox import FINAL, LONGEST_OPEN, OPEN, reconcile
from knowledge.db import Database
from knowledge.models import LineEvent

MAY_BE_ACCEPTED = ("answered", "unconfirmed")
LATER_THAN_DEADLINE = LONGEST_OPEN.total_seconds() - 50
"""A deadline is 50 s from the last receipt; 75 s from it an event must have ended."""


@dataclass(frozen=True)
class Delivery:
    """One attempt to hand over a body; ``status`` 0: nobody there, or cut off; -1: no answer in two seconds."""

    at: float
    ms: float
    status: int
    attempt: int
    phase: str
    events: tuple[str, ...]
    silent: tuple[str, ...] = ()


@dataclass(frozen=True)
class Call:
    """One reply that LINE was asked for."""

    at: float
    event: str
    attempt: int
    status: int
    accepted: bool
    fault: str = ""
    said: str = ""
    kinds: tuple[str, ...] = ()
    """Of its messages."""


@dataclass(frozen=True)
class Row:
    event: str
    state: str
    accepted: int
    attempts: int
    deliveries: int
    received_at: float
    deadline_at: float
    finished_at: float | None
    note: str | None = None


@dataclass(frozen=True)
class Quantiles:
    """``count`` of them, and in the unit of what was given."""

    count: int
    p50: float
    p95: float
    p99: float
    max: float


@dataclass(frozen=True)
class Verdict:
    """Lists of event ids where something is wrong; empty ones are what is wanted."""

    events: int
    acknowledged: int
    unacknowledged: int
    rows: int
    states: dict[str, int]
    accepted: int
    lost: list[str]
    double: list[str]
    open: list[str]
    late: list[str]
    """Acknowledged and ended, but more than 75 s after the last receipt."""
    falsely_answered: list[str]
    """The database says so, LINE took nothing."""
    falsely_unanswered: list[str]
    """Expired, ignored or failed by the database, and yet LINE took a reply."""
    spoken_to: list[str]
    """Answered, though no answer was due."""
    answered_late_only: int
    """Unconfirmed, but LINE took it."""
    acknowledgements: Quantiles
    """Milliseconds to 200."""
    slowest_refusal_ms: float
    statuses: dict[str, int]
    replies: Quantiles
    """Seconds from the first 200 to LINE's acceptance."""
    violations: dict[str, int] = field(default_factory=dict)
    integrity: str = "ok"
    reconciled: bool = True

    @property
    def faults(self) -> dict[str, int]:
        """What is wrong, by its name; empty: the verdict is sound."""
        counted = {
            "lost": len(self.lost),
            "double": len(self.double),
            "open": len(self.open),
            "late": len(self.late),
            "falsely_answered": len(self.falsely_answered),
            "falsely_unanswered": len(self.falsely_unanswered),
            "spoken_to": len(self.spoken_to),
            "violations": sum(self.violations.values()),
            "integrity": int(self.integrity != "ok"),
            "reconciled": int(not self.reconciled),
        }
        return {name: count for name, count in counted.items() if count}

    @property
    def sound(self) -> bool:
        return not self.faults

    def as_json(self, most: int = 20) -> dict[str, Any]:
        """For a file: of each list its length, and where something is wrong some of it."""
        found = asdict(self)
        for name, value in list(found.items()):
            if isinstance(value, list):
                found[name] = len(value)
                if value:
                    found[f"{name}_some"] = value[:most]
        return found | {"sound": self.sound, "faults": self.faults}


def judge(
    deliveries: Sequence[Delivery],
    calls: Sequence[Call],
    rows: Sequence[Row],
    moment: float,
    *,
    violations: dict[str, int] | None = None,
    integrity: str = "ok",
    reconciled: bool = True,
) -> Verdict:
    """Compare the three.  ``moment``: when the rows were read."""
    first_ack: dict[str, float] = {}
    sent: set[str] = set()
    silent: set[str] = set()
    for one in deliveries:
        sent.update(one.events, one.silent)
        silent.update(one.silent)
        if one.status == 200:
            for event in (*one.events, *one.silent):
                first_ack.setdefault(event, one.at + one.ms / 1000)
    accepted = Counter(call.event for call in calls if call.accepted)
    accepted_at: dict[str, float] = {}
    for call in calls:
        if call.accepted:
            accepted_at.setdefault(call.event, call.at)
    row_of = {row.event: row for row in rows}
    acknowledged = [one.ms for one in deliveries if one.status == 200]
    others = [one.ms for one in deliveries if one.status > 0 and one.status != 200]
    replies = [max(0.0, at - first_ack[event]) for event, at in accepted_at.items() if event in first_ack]
    return Verdict(
        events=len(sent),
        acknowledged=len(first_ack),
        unacknowledged=len(sent - first_ack.keys()),
        rows=len(rows),
        states={state: count for state, count in _states(rows).items() if count},
        accepted=accepted.total(),
        lost=sorted(first_ack.keys() - row_of.keys()),
        double=sorted(event for event, count in accepted.items() if count > 1),
        open=sorted(row.event for row in rows if row.state in OPEN and moment - row.deadline_at > LATER_THAN_DEADLINE),
        late=sorted(
            row.event
            for row in rows
            if row.event in first_ack
            and row.finished_at is not None
            and row.finished_at - row.deadline_at > LATER_THAN_DEADLINE
        ),
        falsely_answered=sorted(
            row.event
            for row in rows
            if row.state == "answered" and (accepted[row.event] == 0 or row.accepted != accepted[row.event])
        ),
        falsely_unanswered=sorted(
            row.event for row in rows if row.state not in (*MAY_BE_ACCEPTED, *OPEN) and accepted[row.event]
        ),
        spoken_to=sorted(
            event for event in silent if accepted[event] or _state(row_of, event) not in (None, "ignored")
        ),
        answered_late_only=sum(row.state == "unconfirmed" and accepted[row.event] > 0 for row in rows),
        acknowledgements=quantiles(acknowledged),
        slowest_refusal_ms=round(max(others, default=0.0), 1),
        statuses=dict(Counter(_status_name(one.status) for one in deliveries)),
        replies=quantiles(replies),
        violations=violations or {},
        integrity=integrity,
        reconciled=reconciled,
    )


def quantiles(values: Iterable[float]) -> Quantiles:
    """The value that so many of a hundred do not exceed."""
    ordered = sorted(values)
    if not ordered:
        return Quantiles(0, 0.0, 0.0, 0.0, 0.0)
    middle, most, nearly = (
        round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 3) for share in (0.5, 0.95, 0.99)
    )
    return Quantiles(len(ordered), middle, most, nearly, round(ordered[-1], 3))


def _states(rows: Sequence[Row]) -> dict[str, int]:
    counted = Counter(row.state for row in rows)
    return {state: counted[state] for state in (*OPEN, *FINAL, *sorted(counted.keys() - {*OPEN, *FINAL}))}


def _state(rows: dict[str, Row], event: str) -> str | None:
    found = rows.get(event)
    return found.state if found else None


def _status_name(status: int) -> str:
    return {0: "cut off", -1: "no answer in 2 s"}.get(status, str(status))


# --- Reading what is judged --------------------------------------------------------------------------------------


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """What stands in a file of JSON lines; half a line at its end was not written to its end, and does not count."""
    if not path.exists():
        return
    for line in path.read_bytes().split(b"\n")[:-1]:
        if line:
            yield json.loads(line)


def read_record(path: Path) -> list[Delivery]:
    return [
        Delivery(
            one["at"], one["ms"], one["status"], one["try"], one["phase"], tuple(one["events"]), tuple(one["silent"])
        )
        for one in _lines(path)
    ]


def read_ledger(path: Path) -> list[Call]:
    return [
        Call(
            one["at"],
            one["event"],
            one["attempt"],
            one["status"],
            one["accepted"],
            one.get("fault", ""),
            one.get("said", ""),
            tuple(one.get("kinds", ())),
        )
        for one in _lines(path)
    ]


def read_rows(database: Database) -> list[Row]:
    with database.reading() as session:
        found = session.execute(
            select(
                LineEvent.webhook_event_id,
                LineEvent.state,
                LineEvent.accepted,
                LineEvent.attempts,
                LineEvent.deliveries,
                LineEvent.received_at,
                LineEvent.deadline_at,
                LineEvent.finished_at,
                LineEvent.note,
            )
        ).all()
    return [
        Row(
            one[0],
            one[1],
            one[2],
            one[3],
            one[4],
            one[5].timestamp(),
            one[6].timestamp(),
            one[7].timestamp() if one[7] else None,
            one[8],
        )
        for one in found
    ]


def integrity_of(database: Database) -> str:
    """What the database says of itself: ``ok``, or the beginning of its complaint."""
    with database.reading() as session:
        if database.is_sqlite:
            return "; ".join(str(row[0]) for row in session.execute(text("PRAGMA integrity_check")).all())[:300]
        # What is written meanwhile is not seen by one count and missed by the other.
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        # Every page is read, with its checksum; and by the index there must be as many as without it.
        session.execute(text("SET LOCAL enable_indexscan = off"))
        session.execute(text("SET LOCAL enable_indexonlyscan = off"))
        session.execute(text("SET LOCAL enable_bitmapscan = off"))
        plain = session.execute(text("SELECT count(*), count(DISTINCT webhook_event_id) FROM line_events")).one()
        session.execute(text("SET LOCAL enable_indexscan = on"))
        session.execute(text("SET LOCAL enable_indexonlyscan = on"))
        session.execute(text("SET LOCAL enable_seqscan = off"))
        indexed = session.execute(text("SELECT count(*) FROM line_events WHERE municipality_code >= ''")).scalar_one()
    return "ok" if plain[0] == plain[1] == indexed else f"rows {plain[0]}, ids {plain[1]}, by index {indexed}"


def verdict_of(
    database: Database, record: Path, ledger: Path, moment: dt.datetime, violations: dict[str, int] | None = None
) -> Verdict:
    return judge(
        read_record(record),
        read_ledger(ledger),
        read_rows(database),
        moment.timestamp(),
        violations=violations,
        integrity=integrity_of(database),
        reconciled=reconcile(database, moment).sound,
    )


def attempts_by_fault(calls: Sequence[Call]) -> dict[str, dict[str, list[Call]]]:
    """The calls of each event, by the fault that befell its first."""
    by_event: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        by_event[call.event].append(call)
    found: dict[str, dict[str, list[Call]]] = defaultdict(dict)
    for event, its in by_event.items():
        found[its[0].fault][event] = its
    return found


@dataclass(frozen=True)
class Phase:
    """What one generator sent.  ``answered_after``: seconds from its first webhook to LINE's last acceptance."""

    name: str
    events: int
    answered: int
    acknowledgements: Quantiles
    replies: Quantiles
    answered_after: float


def phases(deliveries: Sequence[Delivery], calls: Sequence[Call]) -> list[Phase]:
    """In the order in which they began."""
    accepted_at: dict[str, float] = {}
    for call in calls:
        if call.accepted:
            accepted_at.setdefault(call.event, call.at)
    by_name: dict[str, list[Delivery]] = defaultdict(list)
    for one in sorted(deliveries, key=lambda one: one.at):
        by_name[one.phase].append(one)
    return [_phase(name, its, accepted_at) for name, its in by_name.items()]


def _phase(name: str, its: Sequence[Delivery], accepted_at: dict[str, float]) -> Phase:
    first_ack: dict[str, float] = {}
    for one in its:
        if one.status == 200:
            for event in one.events:
                first_ack.setdefault(event, one.at + one.ms / 1000)
    answered = {event: accepted_at[event] for event in first_ack if event in accepted_at}
    return Phase(
        name,
        len({event for one in its for event in one.events}),
        len(answered),
        quantiles(one.ms for one in its if one.status == 200),
        quantiles(max(0.0, at - first_ack[event]) for event, at in answered.items()),
        round(max(answered.values(), default=its[0].at) - its[0].at, 2),
    )
