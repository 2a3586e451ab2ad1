"""One ledger of what is asked: beside LINE and the web what comes by telephone, counter, mail and 市民の声.

Staff note it in a line; it is masked as everything else, and of a delicate matter the kind alone is kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from intents.delicate import Matter, delicate_matter
from intents.personal_data import mask
from intents.text import clean
from knowledge import erasures
from knowledge.calendar import JST
from knowledge.models import LoggedQuestion
from knowledge.query_log import AskedQuestion, record
from knowledge.residents_data import erase_rows

CHANNELS: Mapping[str, str] = MappingProxyType(
    {
        "line": "LINE",
        "web": "ウェブ",
        "api": "API",
        "phone": "電話",
        "counter": "窓口",
        "mail": "メール・手紙",
        "voice": "市民の声",
    }
)
"""How a question came, as staff read it.  Every figure keeps them apart."""
NOTED = ("phone", "counter", "mail", "voice")
"""Those that staff note."""
RESULTS: Mapping[str, str] = MappingProxyType(
    {"answer": "答えた", "handoff": "ほかの課・機関につないだ", "none": "答えられなかった"}
)
"""What came of a question that staff noted: what the bot's own decisions are for the others."""
MATTERS: Mapping[str, str] = MappingProxyType(
    {
        Matter.VIOLENCE.value: "暴力・虐待・いじめ",
        Matter.MIND.value: "こころ・自死・ひきこもり",
        Matter.CRIME.value: "犯罪・被害",
        Matter.HARDSHIP.value: "生活保護・生活の困りごと",
        Matter.ILLNESS.value: "病気",
        Matter.DISABILITY.value: "障害",
        Matter.IDENTITY.value: "性・信仰・出身",
    }
)
"""Delicate matters, of which no text is kept, as staff read them."""
LONGEST = 500
OLDEST = dt.timedelta(days=5 * 366)


@dataclass(frozen=True)
class NotedQuestion:
    """What somebody asked an office.  ``text`` as it was noted; ``asked_at`` with its zone.

    ``key``: what tells it from all others; noting the same again changes nothing.  ``entry_id``: the answer that it
    seems to be about, which says nothing of what staff told.
    """

    municipality_code: str
    key: str
    channel: str
    asked_at: dt.datetime
    department: str | None
    text: str
    result: str
    entry_id: str | None = None


def faults_of(noted: NotedQuestion, departments: Collection[str], moment: dt.datetime) -> Iterator[tuple[str, str]]:
    """What keeps it from being noted, as (field, sentence)."""
    if noted.channel not in NOTED:
        yield "channel", f"{'・'.join(CHANNELS[one] for one in NOTED)} のどれかをえらんでください"
    if noted.result not in RESULTS:
        yield "result", f"{'・'.join(RESULTS.values())} のどれかをえらんでください"
    if not clean(noted.text):
        yield "text", "内容を、聞かれた言葉で一行書いてください"
    elif len(noted.text) > LONGEST:
        yield "text", f"内容は{LONGEST}字までで書いてください（今は{len(noted.text)}字）"
    if noted.department is not None and noted.department not in departments:
        yield "department", "課をえらんでください"
    if noted.asked_at > moment + dt.timedelta(minutes=5):
        yield "asked_at", "日時が先の日になっています。受けた日時を書いてください"
    elif noted.asked_at < moment - OLDEST:
        yield "asked_at", "5年より前の質問は書けません"


def note(session: Session, noted: NotedQuestion, account: str, public_numbers: Collection[str] = ()) -> bool:
    """Add it to the log, masked; whether personal data was found in it.  Without a fault, that is for the caller."""
    asked = noted_row(noted, account, public_numbers)
    record(session, asked)
    return asked.personal_data


def noted_row(noted: NotedQuestion, account: str, public_numbers: Collection[str] = ()) -> AskedQuestion:
    """What the log keeps of it."""
    masked = mask(clean(noted.text), public_numbers=public_numbers)
    matter = delicate_matter(masked.text)
    return AskedQuestion(
        municipality_code=noted.municipality_code,
        event_key=noted.key,
        channel=noted.channel,
        asked_at=noted.asked_at,
        text=masked.text if matter is None else None,
        personal_data=masked.found,
        asker=None,
        message_id=None,
        language="ja",
        decision=noted.result,
        entry_id=noted.entry_id if matter is None else None,
        entry_version=None,
        department=noted.department,
        score=None,
        candidates=(),
        index_version=0,
        elapsed_ms=0.0,
        delicate=matter.value if matter else None,
        noted_by=account,
    )


def take_back(session: Session, code: str, row_id: str, moment: dt.datetime) -> None:
    """Remove what was noted by mistake, and what was made of it, for good; what residents asked the bot stays."""
    log = LoggedQuestion
    noted = select(log.id).where(log.municipality_code == code, log.id == row_id, log.channel.in_(NOTED))
    if session.scalar(noted) is None:
        return
    erase_rows(session, code, [row_id], moment)
    erasures.note(session, code, erasures.LOG_ROW, row_id, moment)


def local_moment(day: dt.date, time: dt.time) -> dt.datetime:
    """That time of a day in Japan."""
    return dt.datetime.combine(day, time, JST)
