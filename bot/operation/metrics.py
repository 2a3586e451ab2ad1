"""Counting what the service does, in this process; the figures of all are added up in the database.

Every label's values stand in a list here: what is not in it is counted as ``other``, so that nothing a resident
wrote can become a label, and nobody can make them grow without end.
"""

from __future__ import annotations

import datetime as dt
import threading
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from knowledge.query_log import AskedQuestion

OTHER = "other"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.8, 3.0, 5.0, 10.0, 30.0, 50.0)
"""The upper bounds of what is timed: 1.8 s is what LINE may wait for us, 50 s what we may wait for LINE."""
KEY = "|"
"""Between the parts of a key; no value holds it."""


@dataclass(frozen=True)
class Metric:
    """``labels``: the values that each may have.  ``timed``: seconds are kept, too."""

    name: str
    help: str
    labels: Mapping[str, frozenset[str]] = field(default_factory=dict)
    timed: bool = False


def _values(words: str) -> frozenset[str]:
    return frozenset(words.split())


STATUSES = _values("200 202 303 308 400 401 403 404 405 413 415 422 429 500 503 none")
METRICS: Mapping[str, Metric] = {
    one.name: one
    for one in (
        Metric("kotae_webhook_requests", "Requests to LINE's webhook", {"status": STATUSES}, timed=True),
        Metric(
            "kotae_web_requests",
            "Other requests",
            {"part": _values("chat api console static health"), "status": STATUSES},
            timed=True,
        ),
        Metric(
            "kotae_answers",
            "Answers given",
            {"channel": _values("web api line"), "decision": _values("answer suggest none smalltalk handoff")},
            timed=True,
        ),
        Metric(
            "kotae_replies",
            "LINE events that came to their end, and the seconds since they were received",
            {"state": _values("answered unconfirmed expired ignored failed merged")},
            timed=True,
        ),
        Metric(
            "kotae_line_calls",
            "Calls of LINE's API",
            {"endpoint": _values("reply loading"), "status": STATUSES},
            timed=True,
        ),
        Metric(
            "kotae_forwards",
            "Webhook bodies for another tool: what became of each attempt, and of those given up",
            {"result": _values("forwarded refused failed expired full")},
            timed=True,
        ),
        Metric(
            "kotae_sign_ins",
            "Attempts at a step of signing in",
            {"step": _values("name second"), "result": _values("passed failed busy")},
        ),
        Metric(
            "kotae_alerts_told", "Alerts handed over", {"way": _values("url mail"), "result": _values("told failed")}
        ),
        Metric("kotae_faults", "Faults of ours", {"where": _values("web thread")}),
    )
}


class Figures:
    """What one process has counted: numbers that only grow, each by a key of its name and labels."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counted: dict[str, float] = defaultdict(float)

    def count(self, name: str, seconds: float | None = None, **labels: object) -> None:
        """Once more.  Raises KeyError for a metric or a label that is not in METRICS."""
        metric = METRICS[name]
        if labels.keys() != metric.labels.keys():
            raise KeyError(f"{name} has the labels {sorted(metric.labels)}")
        shown = [_closed(labels[label], allowed) for label, allowed in metric.labels.items()]
        with self._lock:
            self._counted[_key(name, "total", shown)] += 1
            if seconds is not None and metric.timed:
                bound = bisect_left(SECONDS, seconds)
                self._counted[_key(name, f"le{bound}", shown)] += 1
                self._counted[_key(name, "sum", shown)] += max(seconds, 0.0)

    def snapshot(self) -> dict[str, float]:
        with self._lock:
            return dict(self._counted)


def _closed(given: object, allowed: frozenset[str]) -> str:
    word = "none" if given is None else str(given)
    return word if word in allowed else OTHER


def _key(name: str, part: str, shown: list[str]) -> str:
    return KEY.join([name, part, *shown])


FIGURES = Figures()
"""This process's."""
count = FIGURES.count


def answered(asked: AskedQuestion) -> None:
    """A question of a resident's was answered: how, and how long that took."""
    count("kotae_answers", asked.elapsed_ms / 1000, channel=asked.channel, decision=asked.decision)


def reply_ended(state: str, waited: dt.timedelta, asked: AskedQuestion | None) -> None:
    """A LINE event came to its end."""
    count("kotae_replies", waited.total_seconds(), state=state)
    if asked is not None and state == "answered":
        answered(asked)
