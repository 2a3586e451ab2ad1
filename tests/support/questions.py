"""Rows of the log made up for counting: whoever, whenever, whatever came of it."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from knowledge.calendar import JST
from knowledge.ledger import NOTED
from knowledge.models import LoggedQuestion

CHANNELS = ("line", "line", "web", "api", "phone", "counter", "mail", "voice")
DECISIONS = ("answer", "answer", "suggest", "none", "handoff", "smalltalk")


def question_row(code: str, number: int, at: dt.datetime, **given: Any) -> LoggedQuestion:
    """One that was answered over LINE, but for what is ``given``."""
    local = at.astimezone(JST)
    values: dict[str, Any] = {
        "id": f"{code}-{number:08}", "municipality_code": code, "event_key": f"line:{code}-{number}", "channel": "line",
        "asked_at": at, "jst_date": local.date(), "jst_hour": local.hour, "jst_weekday": local.weekday(),
        "text": f"{number}番の質問", "words": f" {number} ", "language": "ja", "decision": "answer", "entry_id": "juki",
        "candidates": [], "index_version": 1, "elapsed_ms": 1.0, "asker": f"{number:032}",
    }  # fmt: skip
    return LoggedQuestion(**values | given)


def any_rows(code: str, count: int, first: dt.datetime, last: dt.datetime, seed: int = 1) -> list[LoggedQuestion]:
    """``count`` of them between two moments, of every kind that there is."""
    chance = random.Random(seed)
    seconds = int((last - first).total_seconds())
    return [_any_row(code, number, first + dt.timedelta(seconds=chance.randrange(seconds)), chance) for number in range(count)]  # fmt: skip


def _any_row(code: str, number: int, at: dt.datetime, chance: random.Random) -> LoggedQuestion:
    decision = chance.choice(DECISIONS)
    tapped = chance.choice((None, "", "juki", "wifi")) if decision == "suggest" else None
    shown = decision == "answer" or bool(tapped)
    said = chance.choice((None, None, "solved", "unsolved")) if shown else None
    signal = chance.choice((None, None, "rephrased", "contact")) if shown else "none"
    channel = chance.choice(CHANNELS)
    about = ("juki", "wifi", None)[number % 3] if channel in NOTED else None
    return question_row(
        code,
        number,
        at,
        channel=channel,
        language=chance.choice(("ja", "ja", "en", "easy")),
        department=chance.choice((None, "dep-it", "dep-tax")),
        decision=decision,
        entry_id=chance.choice(("juki", "wifi", "gone")) if decision == "answer" else about,
        tapped_entry_id=tapped,
        subject=chance.choice((None, "garbage", "water")) if not shown else None,
        feedback=said,
        need_signal="unsolved" if said == "unsolved" else None if said == "solved" else signal,
        asker=chance.choice((None, *(f"{one:032}" for one in range(40)))),
    )
