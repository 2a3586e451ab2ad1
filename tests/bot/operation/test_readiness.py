"""/readyz: the truth without details, within a second, also when the database hangs; and cheap to ask."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot.operation.checks import Facts
from bot.operation.readiness import HANGING, Readiness, can_write
from bot.services import Services
from bot.web import health
from tests.bot.operation.test_alerts import FACTS, WELL


def test_whoever_asks_waits_a_second_at_most_and_one_look_is_under_way() -> None:
    looks, go_on = [], threading.Event()

    def hang() -> Facts:
        looks.append(1)
        go_on.wait(10)
        return FACTS

    readiness = Readiness(hang)
    begun = time.monotonic()
    askers = [threading.Thread(target=lambda: found.append(readiness.reasons())) for _ in range(8)]
    found: list[tuple[str, ...]] = []
    for one in askers:
        one.start()
    for one in askers:
        one.join()
    assert time.monotonic() - begun < 1.5
    assert found == [HANGING] * 8
    assert len(looks) == 1
    go_on.set()
    time.sleep(0.05)
    assert readiness.reasons() == ()


def test_it_looks_once_a_second_however_often_it_is_asked() -> None:
    looks = []

    def look() -> Facts:
        looks.append(1)
        return replace(FACTS, stored=replace(WELL, oldest_open=61.0))

    readiness = Readiness(look)
    assert {readiness.reasons() for _ in range(500)} == {("queue",)}
    assert readiness.reasons(frozenset({"queue"})) == ()
    assert len(looks) == 1


def test_a_fault_of_ours_is_not_ready() -> None:
    def fail() -> Facts:
        raise RuntimeError("x")

    assert Readiness(fail).reasons() == HANGING


@pytest.mark.parametrize(
    ("change", "ready", "balanced"),
    [
        pytest.param({}, 200, 200, id="well"),
        pytest.param({"schema_fits": False}, 503, 503, id="schema"),
        pytest.param({"writable": False}, 503, 503, id="database"),
        pytest.param({"stored": replace(WELL, oldest_open=61.0)}, 503, 200, id="queue"),
    ],
)
def test_a_balancer_may_leave_the_queue_out_and_nothing_else(
    app: Flask, client: FlaskClient, change: dict[str, object], ready: int, balanced: int
) -> None:
    app.extensions["readiness"] = Readiness(lambda: replace(FACTS, **change))  # type: ignore[arg-type]
    found = client.get("/readyz")
    assert found.status_code == ready
    assert found.text in ("ready", "not ready")
    assert client.get("/readyz?exclude=queue&exclude=schema&exclude=database").status_code == balanced
    assert client.get("/healthz").status_code == 200
    assert frozenset({"queue"}) == health.LEFT_OUT


def test_a_database_that_takes_nothing_is_seen(app: Flask) -> None:
    kit: Services = app.extensions["kotae"]
    assert can_write(kit)
    with kit.database.writer.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE audit_head RENAME TO elsewhere")
    assert not can_write(kit)
