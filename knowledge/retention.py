"""How long records are kept, as the municipality has decided, and their deletion when that time is over.

What goes is only what is older than the days that were set.  It goes in small batches, so that nobody's
question waits for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from knowledge import audit
from knowledge.calendar import JST
from knowledge.db import Database
from knowledge.link_clicks import forget_clicks
from knowledge.models import (
    ChangeRequest,
    Conversation,
    CountedPeriod,
    LineEvent,
    LoggedQuestion,
    Municipality,
    Retention,
)
from knowledge.need_cards import forget_texts

BATCH = 2000
_UNFINISHED = ("received", "sending")


@dataclass(frozen=True)
class Kind:
    """Records that are kept equally long.  ``hint`` tells staff what they are good for, and what bounds their days."""

    id: str
    label: str
    hint: str
    default: int
    least: int
    most: int


TEXTS, COUNTS, DIALOGUES, EVENTS = "question_text", "question_row", "dialogue", "line_event"
CHANGES, FIGURES = "change_request", "figures"
_ORDER = (COUNTS, TEXTS, DIALOGUES, EVENTS, CHANGES, FIGURES)
KINDS: tuple[Kind, ...] = (
    Kind(
        TEXTS,
        "質問の文（伏せ字にしたもの）",
        "公開前の影響確認と、足りない答えをさがすのに使います。過ぎると文だけを消し、件数は残します。",
        180,
        30,
        400,
    ),
    Kind(
        COUNTS,
        "質問の件数など（文を消したあとの記録）",
        "年ごとの件数と、誤案内の数え直しに使います。過ぎると数えられなくなります。質問の文より短くはできません。"
        "リンクのクリックの数も、同じ日数で消えます。",
        1825,
        400,
        3650,
    ),
    Kind(
        DIALOGUES,
        "会話の続き（最後に案内した答え、選んだ言葉）",
        "「くわしく」「それはいつ？」に続けて答えるために使います。過ぎると、新しい会話になります。",
        30,
        1,
        180,
    ),
    Kind(
        EVENTS,
        "LINE の受信の記録",
        "返事をした質問の文は、返事のあとすぐ消えています。同じ知らせに二度答えないためと、届かなかった返事を調べるために使います。",
        90,
        7,
        400,
    ),
    Kind(
        CHANGES,
        "変更の承認の記録（決まったもの）",
        "「変更の承認」で、だれが依頼し、だれが決めたかを見返すのに使います。だれが何をしたかは「操作の記録」にも残ります。",
        365,
        90,
        3650,
    ),
    Kind(
        FIGURES,
        "月次締めをした数字（利用の数字、訂正）",
        "報告と、前の年とくらべるのに使います。質問の文も、だれが聞いたかも入っていません。質問の文より5年以上長く残します。",
        3650,
        400 + 5 * 366,
        10950,
    ),
)


def days_kept(session: Session, code: str) -> dict[str, int]:
    """For each kind the days that hold for a municipality: its own, else the default."""
    own = select(Retention.kind, Retention.days).where(Retention.municipality_code == code)
    set_days = {row.kind: row.days for row in session.execute(own)}
    return {kind.id: set_days.get(kind.id, kind.default) for kind in KINDS}


def faults_of(days: Mapping[str, int | None]) -> dict[str, str]:
    """What keeps ``days`` from being set, by kind; None stands for what is no number."""
    faults = {}
    for kind in KINDS:
        given = days.get(kind.id)
        if given is None or not kind.least <= given <= kind.most:
            faults[kind.id] = f"「{kind.label}」は、{kind.least}日から{kind.most:,}日までの数字で書いてください"
    texts, rows = days.get(TEXTS), days.get(COUNTS)
    if not faults and texts is not None and rows is not None and rows < texts:
        faults[COUNTS] = "「質問の件数など」は、「質問の文」と同じか、それより長くしてください"
    return faults


def classes_of(session: Session, code: str) -> dict[str, tuple[str, str]]:
    """文書分類名 and 保存期間 as the office's own rules call them, by kind."""
    rows = session.scalars(select(Retention).where(Retention.municipality_code == code))
    named = {row.kind: (row.document_class, row.period_name) for row in rows}
    return {kind.id: named.get(kind.id, ("", "")) for kind in KINDS}


def set_days(
    session: Session, code: str, days: Mapping[str, int], classes: Mapping[str, tuple[str, str]] | None = None
) -> None:
    """Keep records as long as ``days`` says, from the next daily deletion on; without ``classes`` they stay."""
    named = classes_of(session, code) if classes is None else classes
    for kind in KINDS:
        document_class, period_name = named[kind.id]
        session.merge(
            Retention(
                municipality_code=code,
                kind=kind.id,
                days=days[kind.id],
                document_class=document_class,
                period_name=period_name,
            )
        )


def due_counts(session: Session, code: str, days: Mapping[str, int], moment: dt.datetime) -> dict[str, int]:
    """How many records of each kind ``days`` would have deleted at ``moment``; nothing is deleted."""
    return {
        kind.id: session.scalar(select(func.count()).select_from(_old(kind.id, code, days, moment).subquery())) or 0
        for kind in KINDS
    }


def purge_all(database: Database, moment: dt.datetime, go_on: Callable[[], None] = lambda: None) -> int:
    """Delete of every municipality what is older than its days; how many records.  ``go_on`` may raise to stop."""
    with database.reading() as session:
        codes = list(session.scalars(select(Municipality.code).order_by(Municipality.code)))
    gone = 0
    for code in codes:
        go_on()
        gone += sum(purge(database, code, moment, go_on).values())
    return gone


def purge(
    database: Database, code: str, moment: dt.datetime, go_on: Callable[[], None] = lambda: None
) -> dict[str, int]:
    """Delete what is older than the days of a municipality; by kind how many, which the audit log keeps, too."""
    gone: dict[str, int] = {}
    try:
        for kind in _ORDER:
            while found := _purge_batch(database, kind, code, moment):
                gone[kind] = gone.get(kind, 0) + found
                go_on()
        with database.writing() as session:
            cutoff = moment - dt.timedelta(days=days_kept(session, code)[TEXTS])
            forget_texts(session, code, cutoff.astimezone(JST).date())
            forget_clicks(session, code, _first_day_of(COUNTS, session, code, moment))
    finally:
        if gone:
            with database.writing() as session:
                details = {"counts": gone}
                audit.append(session, audit.BY_COMMAND, "records_expired", at=moment, scope=code, details=details)
    return gone


def purge_within(session: Session, code: str, moment: dt.datetime) -> dict[str, int]:
    """The same in a transaction of the caller's: nobody sees the records before it ends."""
    gone: dict[str, int] = {}
    for kind in _ORDER:
        while found := _delete_batch(session, kind, code, moment):
            gone[kind] = gone.get(kind, 0) + found
    cutoff = moment - dt.timedelta(days=days_kept(session, code)[TEXTS])
    forget_texts(session, code, cutoff.astimezone(JST).date())
    forget_clicks(session, code, _first_day_of(COUNTS, session, code, moment))
    return gone


def _first_day_of(kind: str, session: Session, code: str, moment: dt.datetime) -> dt.date:
    """The oldest day in Japan of which records of a kind are kept."""
    return (moment - dt.timedelta(days=days_kept(session, code)[kind])).astimezone(JST).date()


def _purge_batch(database: Database, kind: str, code: str, moment: dt.datetime) -> int:
    with database.writing() as session:
        return _delete_batch(session, kind, code, moment)


def _delete_batch(session: Session, kind: str, code: str, moment: dt.datetime) -> int:
    keys = session.scalars(_old(kind, code, days_kept(session, code), moment).limit(BATCH)).all()
    if not keys:
        return 0
    match kind:
        case "question_text":
            session.execute(update(LoggedQuestion).where(LoggedQuestion.id.in_(keys)).values(text=None, words=None))
        case "question_row":
            session.execute(delete(LoggedQuestion).where(LoggedQuestion.id.in_(keys)))
        case "dialogue":
            own = Conversation.municipality_code == code
            session.execute(delete(Conversation).where(own, Conversation.key.in_(keys)))
        case "change_request":
            session.execute(delete(ChangeRequest).where(ChangeRequest.id.in_(keys)))
        case "figures":
            session.execute(
                delete(CountedPeriod).where(CountedPeriod.municipality_code == code, CountedPeriod.first.in_(keys))
            )
        case _:
            session.execute(delete(LineEvent).where(LineEvent.id.in_(keys)))
    return len(keys)


def _old(kind: str, code: str, days: Mapping[str, int], moment: dt.datetime) -> Select[Any]:
    """The keys of the records of a kind that are older than its days."""
    cutoff = moment - dt.timedelta(days=days[kind])
    day = cutoff.astimezone(JST).date()
    match kind:
        case "question_text":
            gone = moment.astimezone(JST).date() - dt.timedelta(days=days[COUNTS])
            return select(LoggedQuestion.id).where(
                LoggedQuestion.municipality_code == code,
                LoggedQuestion.jst_date < day,
                LoggedQuestion.jst_date >= gone,
                LoggedQuestion.text.is_not(None),
            )
        case "question_row":
            return select(LoggedQuestion.id).where(
                LoggedQuestion.municipality_code == code, LoggedQuestion.jst_date < day
            )
        case "dialogue":
            return select(Conversation.key).where(
                Conversation.municipality_code == code, Conversation.occurred_at < cutoff
            )
        case "change_request":
            # What waits was not decided, and is never old: somebody is to decide it.
            return select(ChangeRequest.id).where(
                ChangeRequest.municipality_code == code, ChangeRequest.decided_at < cutoff
            )
        case "figures":
            # From the end of a period on, and a 年度 begins a year before it.
            begun = day - dt.timedelta(days=366)
            return select(CountedPeriod.first).where(
                CountedPeriod.municipality_code == code, CountedPeriod.first < begun
            )
        case _:
            return select(LineEvent.id).where(
                LineEvent.municipality_code == code,
                LineEvent.occurred_at < cutoff,
                LineEvent.state.not_in(_UNFINISHED),
            )
