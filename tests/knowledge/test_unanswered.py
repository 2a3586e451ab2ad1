"""What residents asked in vain, counted by text."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import insert

from knowledge.calendar import JST
from knowledge.db import Database
from knowledge.models import LoggedQuestion
from knowledge.unanswered import AskedText, asked_in_vain

CODE = "242047"
MOMENT = dt.datetime(2026, 11, 21, 3, tzinfo=dt.UTC)
DAY = MOMENT.astimezone(JST).date()


def log(database: Database, *rows: dict[str, object]) -> None:
    usual = {
        "municipality_code": CODE, "channel": "web", "asked_at": MOMENT, "jst_date": DAY, "jst_hour": 12,
        "jst_weekday": DAY.weekday(), "personal_data": False, "language": "ja", "decision": "none", "candidates": [],
        "index_version": 1, "elapsed_ms": 1.0,
    }  # fmt: skip
    with database.writing() as session:
        for number, row in enumerate(rows):
            session.execute(
                insert(LoggedQuestion).values(usual | row | {"id": f"i{number}", "event_key": f"k{number}"})
            )


def test_texts_of_the_same_letters_are_one_and_refused_choices_are_counted(database: Database) -> None:
    log(
        database,
        {"text": "ごみの日"}, {"text": "ごみの日 "}, {"text": "ごみの日", "decision": "suggest", "tapped_entry_id": ""},
        {"text": "ごみの日", "decision": "suggest"}, {"text": "ごみの日", "decision": "answer", "entry_id": "juki"},
        {"text": "プール", "entry_id": "silent-pool"},
        {"text": "窓口で聞かれた", "channel": "counter", "noted_by": "7", "entry_id": "pool"},
        {"text": "きのう", "jst_date": DAY - dt.timedelta(days=1)},
    )  # fmt: skip
    with database.reading() as session:
        found = asked_in_vain(session, CODE, DAY, DAY, None)
    noted = AskedText("窓口で聞かれた", 1, 0, None)  # no answer told them that it does not know
    assert found == [AskedText("ごみの日", 3, 1, None), AskedText("プール", 1, 0, "silent-pool"), noted]
