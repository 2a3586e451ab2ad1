"""What a trial found: lines on the screen, and one JSON file."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import text

from knowledge.calendar import JST, now
from knowledge.db import Database, open_database
from tests.support.server import ROOT
from tests.trust.judge import Quantiles, Verdict
from tests.trust.stack import Shape, commit

AT_HAND = ROOT / "build" / "trust"
"""Where results go that nobody publishes."""


def parser(name: str) -> argparse.ArgumentParser:
    """What every trial may be told."""
    found = argparse.ArgumentParser(prog=f"python -m tests.trust {name}")
    found.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    found.add_argument("--seed", type=int, default=1)
    found.add_argument("--out", type=Path, default=AT_HAND, help="folder of the JSON file")
    found.add_argument("--keep", action="store_true", help="keep database, record, ledger and log")
    return found


def result_of(trial: str, shape: Shape, database: Database, verdict: Verdict, **others: Any) -> dict[str, Any]:
    """Of a trial that ends in a verdict over events."""
    frame = circumstances(trial, shape.engine, version_of(database))
    return {**frame, "shape": asdict(shape), **others, "verdict": verdict.as_json()}


def plain_result(
    trial: str, engine: str, version: str, *, dose: str, found: str, missed: Sequence[str], **others: Any
) -> dict[str, Any]:
    """Of any other trial.  ``dose``, ``found``: in words, for the table; ``missed``: which promises do not hold."""
    told = {"dose": dose, "found": found}
    return {
        **circumstances(trial, engine, version),
        "told": told,
        **others,
        "missed": list(missed),
        "sound": not missed,
    }


def circumstances(trial: str, engine: str, version: str) -> dict[str, Any]:
    """When, of which commit and on what machine."""
    return {
        "trial": trial,
        "engine": engine,
        "at": now().astimezone(JST).isoformat(timespec="minutes"),
        "commit": commit(),
        "machine": {
            "cores": len(os.sched_getaffinity(0)),
            "python": platform.python_version(),
            "database": version,
            # Of what else the machine did meanwhile: the lower this is, the more the times say of the service.
            "load": round(os.getloadavg()[1], 1),
            "nice": os.nice(0),
        },
    }


def version_of(database: Database) -> str:
    if database.is_sqlite:
        return f"SQLite {sqlite3.sqlite_version}"
    with database.reading() as session:
        return f"PostgreSQL {session.execute(text('SHOW server_version')).scalar_one()}"


def version_at(url: str) -> str:
    """What serves ``url``."""
    database = open_database(url)
    try:
        return version_of(database)
    finally:
        database.dispose()


def conclude(result: Mapping[str, Any], folder: Path) -> int:
    """Write a plain result, say where, and what does not hold; the exit status."""
    for one in result["missed"]:
        print(f"  ✗ {one}")
    print("  判定: 健全" if result["sound"] else "  判定: 健全でない")
    print(f"  {write(result, folder)}（{result['commit']}）", flush=True)
    return 0 if result["sound"] else 1


def write(result: Mapping[str, Any], folder: Path, name: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name or result['trial']}-{result['engine']}.json"
    path.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path


def show(verdict: Verdict) -> None:
    """The verdict, as whoever waits for it wants to read it."""
    states = "、".join(f"{state} {count:,}" for state, count in verdict.states.items())
    codes = "、".join(f"{status}: {count:,}" for status, count in sorted(verdict.statuses.items()))
    print(f"  送った出来事 {verdict.events:,}、受領 {verdict.acknowledged:,}、行 {verdict.rows:,}")
    print(f"  状態: {states}")
    print(f"  LINE が受け取った返信 {verdict.accepted:,}（unconfirmed のうち {verdict.answered_late_only:,}）")
    print(f"  受領の応答（ms）: {_shown(verdict.acknowledgements)}、応答の内訳 {codes}")
    print(f"  受領から返信まで（秒）: {_shown(verdict.replies)}")
    print(
        f"  失った {len(verdict.lost)}、二度答えた {len(verdict.double)}、75秒を過ぎて開いたまま {len(verdict.open)}、"
        f"遅れて閉じた {len(verdict.late)}、状態の誤り {len(verdict.falsely_answered) + len(verdict.falsely_unanswered)}、"
        f"整合性 {verdict.integrity}"
    )
    for name, count in verdict.faults.items():
        some = getattr(verdict, name, None)
        print(f"  ✗ {name}: {count} {some[:5] if isinstance(some, list) else some or ''}")
    print("  判定: 健全" if verdict.sound else "  判定: 健全でない")


def _shown(found: Quantiles) -> str:
    return f"p50 {found.p50:,g}、p95 {found.p95:,g}、p99 {found.p99:,g}、最大 {found.max:,g}"


class Progress:
    """One line that is written over, on a screen; a line from time to time elsewhere."""

    def __init__(self, every: int = 10) -> None:
        self._every, self._count = every, 0

    def say(self, words: str) -> None:
        if sys.stdout.isatty():
            print(f"\r\033[K  {words}", end="", flush=True)
        elif self._count % self._every == 0:
            print(f"  {words}", flush=True)
        self._count += 1

    def end(self) -> None:
        if sys.stdout.isatty():
            print()
