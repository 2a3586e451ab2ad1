"""What judges single faults, memory and CPU must be able to find what it looks for."""

from __future__ import annotations

import importlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.trust.judge import Delivery, Phase, Quantiles, phases
from tests.trust.load import ALL_BURSTS, CPU_MOST, GROWTH, _missed, grown, too_busy, with_all_bursts
from tests.trust.odds.finding import Finding
from tests.trust.odds.trial import TRIALS, main
from tests.trust.table import table_of


def test_a_promise_that_does_not_hold_is_told_with_what_was_found() -> None:
    found = Finding(injections={"401": 20})
    found.hold("answered once", True, 1)
    found.injected_enough(20)
    assert found.missed == []
    found.hold("answered once", False, 2)
    found.injected_enough(21)
    assert found.missed == ["answered once: 2", "injected fewer than 21 times: 401: 20"]


@pytest.mark.parametrize("name", TRIALS)
def test_every_fault_has_its_trial(name: str) -> None:
    module, _, function = TRIALS[name].partition(".")
    assert callable(getattr(importlib.import_module(f"tests.trust.odds.{module}"), function))


class Trial:
    """In place of a real one."""

    @classmethod
    def kept(cls, engine: str, times: int) -> Finding:
        return Finding(dose="二つ", database="SQLite 3", injections={"it": times})

    @classmethod
    def broken(cls, engine: str, times: int) -> Finding:
        found = cls.kept(engine, times)
        found.hold("nothing is lost", False, 1)
        return found

    @classmethod
    def failing(cls, engine: str, times: int) -> Finding:
        raise TimeoutError("never ready")

    @classmethod
    def idle(cls, engine: str, times: int) -> Finding:
        return Finding(injections={"it": times - 1})


@pytest.mark.parametrize(("trial", "status"), [("kept", 0), ("broken", 1), ("failing", 1), ("idle", 1)])
def test_it_ends_with_1_where_a_promise_does_not_hold(
    trial: str, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tests.trust.odds.tokens.expired", getattr(Trial, trial))
    assert main(["--only", "F12", "--out", str(tmp_path)]) == status
    (path,) = tmp_path.iterdir()
    result = json.loads(path.read_text(encoding="utf-8"))
    assert (path.name, result["sound"], bool(result["missed"])) == ("odds-F12-sqlite.json", status == 0, status == 1)
    row = table_of(tmp_path).splitlines()[-1]
    assert row.startswith("| F12 | SQLite |")
    assert ("健全でない" in row) == (status == 1)


@pytest.mark.parametrize(("growth", "told"), [(GROWTH, 0), (GROWTH + 0.001, 1), (-0.2, 0)])
def test_memory_that_grows_is_told(growth: float, told: int) -> None:
    ends: dict[str, Any] = {"after_beginning": 300.0, "end": 300.0 * (1 + growth), "growth": growth, "most": 400.0}
    assert len(grown({"web0.0": ends})) == told


def test_the_services_cpu_is_judged_by_the_cores_and_without_who_sends() -> None:
    used = {"web0.0": CPU_MOST, "postgresql": CPU_MOST, "line": 90.0, "machine": 200.0}
    assert too_busy(used, 2) == []
    assert len(too_busy(used | {"sender0": 1.0}, 2)) == 1


def test_every_burst_is_judged_by_itself_and_all_of_them_together() -> None:
    few = Quantiles(10, 0.1, 0.2, 600.0, 700.0)
    one = Phase("burst1", 99, 99, few, Quantiles(10, 0.1, 0.2, 0.3, 4.0), 20.0)
    assert len(_missed([one])) == 1
    assert len(_missed([replace(one, name=ALL_BURSTS)])) == 1
    assert len(_missed([replace(one, acknowledgements=replace(few, p99=1.0, max=1801.0))])) == 1
    assert _missed([replace(one, acknowledgements=replace(few, p99=1.0))]) == []
    sent = [
        Delivery(at, ms, 200, 1, phase, (f"e{at}",))
        for at, ms, phase in ((1, 5, "steady"), (2, 9, "burst1"), (3, 8, "burst2"))
    ]
    together = with_all_bursts(phases(sent, []), sent, [])[-1]
    assert (together.name, together.events, together.acknowledgements.max) == (ALL_BURSTS, 2, 9)


def test_batches_sent_for_minutes_are_judged_by_each_event_and_a_burst_by_its_end() -> None:
    few = Quantiles(10, 0.1, 0.2, 0.3, 44.0)
    batches = Phase("batches", 99, 99, few, few, 200.0)
    assert _missed([batches]) == []
    assert len(_missed([replace(batches, name="burst1")])) == 1
    assert len(_missed([replace(batches, replies=replace(few, max=46.0))])) == 1
