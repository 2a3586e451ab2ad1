"""The figures as Prometheus reads them: what all processes have counted, and what the database holds now."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric as Family
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.jobs import WORKS
from bot.line.inbox import FINAL, OPEN
from bot.operation.checks import KINDS, Facts
from bot.operation.metrics import KEY, METRICS, OTHER, SECONDS
from knowledge.alerts import known
from knowledge.heartbeats import JOBS, SENDER, WEB, all_figures
from knowledge.models import Job, LineEvent, Municipality

HOUR = dt.timedelta(hours=1)
EVENT_KINDS = frozenset(["message", "follow", "unfollow", "postback", "unsend", "join", "leave"])
JOB_STATES = frozenset(["waiting", "running", "done", "failed", "stopped"])
Numbers = Mapping[tuple[str, ...], float]
"""By the values of the labels."""
PROCESSES = (WEB, SENDER, JOBS)


class _Collected:
    """What was gathered, for the library to write down."""

    def __init__(self, families: list[Family]) -> None:
        self._families = families

    def collect(self) -> Iterator[Family]:
        yield from self._families


def page(families: Iterable[Family]) -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collected(list(families)))
    return generate_latest(registry)


def counted(figures: Mapping[str, float]) -> Iterator[Family]:
    """The counters and times of METRICS.  A key that no metric has, of another version of the program, is left out."""
    parts: dict[str, dict[tuple[str, ...], dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for key, number in figures.items():
        name, part, *shown = key.split(KEY)
        if name in METRICS and len(shown) == len(METRICS[name].labels):
            parts[name][tuple(shown)][part] = number
    for name, metric in METRICS.items():
        counter = CounterMetricFamily(name, metric.help, labels=list(metric.labels))
        for labels, numbers in sorted(parts[name].items()):
            counter.add_metric(list(labels), numbers.get("total", 0.0))
        yield counter
        if metric.timed:
            yield _times(name, parts[name])


def _times(name: str, parts: Mapping[tuple[str, ...], Mapping[str, float]]) -> HistogramMetricFamily:
    metric = METRICS[name]
    found = HistogramMetricFamily(f"{name}_seconds", f"Seconds: {metric.help}", labels=list(metric.labels))
    for shown, numbers in sorted(parts.items()):
        buckets, so_far = [], 0.0
        for place in range(len(SECONDS) + 1):
            so_far += numbers.get(f"le{place}", 0.0)
            buckets.append((str(SECONDS[place]) if place < len(SECONDS) else "+Inf", so_far))
        found.add_metric(list(shown), buckets, numbers.get("sum", 0.0))
    return found


def standing(session: Session, facts: Facts) -> Iterator[Family]:
    """What is so now.  Raises what the database raises."""
    yield from counted(all_figures(session))
    yield _one("kotae_database_up", "Whether the database answers and takes what is written", float(facts.writable))
    stored = facts.stored
    if stored is not None:
        yield _one("kotae_queue_open", "LINE events that wait for their reply", stored.open_events)
        yield _one("kotae_queue_oldest_seconds", "Age of the oldest of them", stored.oldest_open)
        yield from _processes(facts)
    yield _labelled("kotae_disk_free_bytes", "Free on the disks", ["disk"], _disks(facts))
    yield _labelled("kotae_alerts_open", "Alerts that are open", ["kind"], _alerts(session))
    yield _labelled("kotae_line_events", "LINE events of the last hour", ["kind", "state"], _events(session, facts))
    yield _labelled("kotae_jobs", "Work that staff asked for, as it is kept", ["kind", "state"], _jobs(session))
    columns = (Municipality.code, Municipality.knowledge_version, Municipality.learned_version)
    towns = session.execute(select(*columns)).all()
    published: Numbers = {(code,): float(version) for code, version, _ in towns}
    learned: Numbers = {(code,): float(version) for code, _, version in towns}
    yield _labelled("kotae_index_version", "Version of what is published", ["municipality"], published)
    yield _labelled("kotae_learned_version", "Version of what was learned", ["municipality"], learned)


def without_database() -> Iterator[Family]:
    """No counters: from one process alone they would seem to fall."""
    yield _one("kotae_database_up", "Whether the database answers and takes what is written", 0.0)


def _one(name: str, help_: str, number: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, help_, value=number)


def _labelled(name: str, help_: str, labels: list[str], numbers: Numbers) -> GaugeMetricFamily:
    found = GaugeMetricFamily(name, help_, labels=labels)
    for shown, number in sorted(numbers.items()):
        found.add_metric(list(shown), number)
    return found


def _processes(facts: Facts) -> Iterator[Family]:
    """Each living process by its kind and place among those of its kind: names would grow without end."""
    living = [beat for beat in facts.stored.beats if beat.is_alive(facts.moment)] if facts.stored else []
    places = {
        (kind, str(place)): beat
        for kind in PROCESSES
        for place, beat in enumerate(beat for beat in living if beat.process.kind == kind)
    }
    alive: Numbers = {(kind,): float(sum(own == kind for own, _ in places)) for kind in PROCESSES}
    yield _labelled("kotae_processes", "Processes that live", ["process"], alive)
    yield _one("kotae_sender_threads", "Threads that answer LINE", sum(beat.senders for beat in living))
    for gauge, help_ in (
        ("memory", "Memory in bytes"),
        ("connections", "Connections to the database in use"),
        ("threads", "Threads"),
    ):
        name = "kotae_process_memory_bytes" if gauge == "memory" else f"kotae_process_{gauge}"
        numbers: Numbers = {key: float(beat.gauges.get(gauge, 0)) for key, beat in places.items()}
        yield _labelled(name, f"{help_} of a process", ["process", "place"], numbers)


def _disks(facts: Facts) -> dict[tuple[str, ...], float]:
    return {(str(place),): float(disk.free) for place, disk in enumerate(facts.disks)}


def _alerts(session: Session) -> dict[tuple[str, ...], float]:
    found: dict[tuple[str, ...], float] = {(kind,): 0.0 for kind in KINDS}
    for alert in known(session):
        if alert.ended_at is None:
            key = (_closed(alert.kind, frozenset(KINDS)),)
            found[key] = found.get(key, 0.0) + 1
    return found


def _events(session: Session, facts: Facts) -> dict[tuple[str, ...], float]:
    rows = session.execute(
        select(LineEvent.kind, LineEvent.state, func.count())
        .where(LineEvent.state.in_((*OPEN, *FINAL)), LineEvent.occurred_at > facts.moment - HOUR)
        .group_by(LineEvent.kind, LineEvent.state)
    )
    return _added((((_closed(kind, EVENT_KINDS), state), number)) for kind, state, number in rows)


def _jobs(session: Session) -> dict[tuple[str, ...], float]:
    rows = session.execute(select(Job.kind, Job.state, func.count()).group_by(Job.kind, Job.state))
    return _added(
        ((_closed(kind, frozenset(WORKS)), _closed(state, JOB_STATES)), number) for kind, state, number in rows
    )


def _added(rows: Iterable[tuple[tuple[str, ...], int]]) -> dict[tuple[str, ...], float]:
    found: dict[tuple[str, ...], float] = defaultdict(float)
    for key, number in rows:
        found[key] += number
    return found


def _closed(word: str, allowed: frozenset[str]) -> str:
    return word if word in allowed else OTHER
