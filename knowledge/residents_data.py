"""What is kept of a resident, and what was derived from their words: found, counted, and erased for good.

Staff's own writing (answers, their wordings) stays: it is the office's, and says nothing of who asked.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import CursorResult, Result, Select, delete, func, or_, select, update
from sqlalchemy.orm import Session, undefer

from intents.grouping import text_key
from intents.text import normalize
from intents.word_lines import words_of
from knowledge.calendar import JST
from knowledge.forwards import forget_asker
from knowledge.forwards import forget_message as forget_from_forwards
from knowledge.models import (
    AccuracyItem,
    CheckQuestionRow,
    Conversation,
    ErasureCode,
    Job,
    LineEvent,
    LogFilePart,
    LoggedQuestion,
    NeedCard,
    NeedEvent,
    NeedText,
    ResidentWord,
    ResidentWordChoice,
    StaffMail,
    UnsavedText,
    UnsentMessage,
)
from knowledge.need_cards import count_cards
from knowledge.staff_chats import forget as forget_staff_chat

REMOVED: Mapping[str, str] = MappingProxyType(
    {
        "questions": "質問の数",
        "dialogues": "会話の続き",
        "line_events": "LINE の受信の記録",
        "unsent": "送信取り消しの控え",
        "forwards": "ほかのツールへ渡す途中の通信",
        "codes": "記録を消すコード",
        "need_texts": "ニーズ票の質問の文",
        "need_cards": "ニーズ票（この人だけのもの）",
        "need_names": "ニーズ票の名前",
        "resident_words": "住民のことば",
        "check_questions": "質問から作った確認用の質問",
        "jobs": "調べた結果のファイル",
        "log_files": "書き出した質問の記録",
        "unsaved": "職員の書きかけの文",
        "mails": "職員への知らせのメール",
        "accuracy": "正答率の確かめの結び付き",
    }
)
"""What is erased, by the name that counts of it have."""
ERASED = "（消した質問）"
"""In the place of a name that was made of words that are gone."""
_READS_THE_LOG = ("effect", "effect_prepare", "caution_effects", "log_file", "needs", "resident_words", "sample")
"""Work that holds residents' words while it runs: begun anew, it does not find what is gone."""
_LOG_FILE = "log_file"
_WAITING = ("received", "sending")
_LONG_ENOUGH = 6
"""Letters from which on a text within another is that text, and no chance."""


@dataclass(frozen=True)
class Words:
    """A text that is to be nowhere any more, when it was asked, and the card that it had been joined to."""

    text: str
    asked_at: dt.datetime
    need: int | None


@dataclass(frozen=True)
class Resident:
    """Whoever one pseudonym stands for.  ``dialogues``: what their conversations are remembered by."""

    asker: str
    dialogues: tuple[str, ...] = ()


def resident_of(session: Session, code: str, row: LoggedQuestion, of_key: Callable[[str], Collection[str]]) -> Resident:
    """Whose question ``row`` is.  ``of_key``: the pseudonyms that a conversation's key may have had."""
    assert row.asker is not None
    keys = {row.asker, f"a:{row.asker}"}
    web = select(Conversation.key).where(Conversation.municipality_code == code, Conversation.key.like("w:%"))
    if row.channel == "web":
        keys |= {key for key in session.scalars(web) if row.asker in of_key(key)}
    return Resident(row.asker, tuple(sorted(keys)))


def held_of(session: Session, code: str, who: Resident) -> dict[str, int]:
    """How many rows of each kind are a resident's own; what is derived from them is only known by erasing."""
    return {
        "questions": _size(session, _questions(code, who.asker, None)),
        "dialogues": _size(session, _dialogues(code, who, None)),
        "line_events": _size(session, _events(code, who.asker, None)),
    }


def span_of(session: Session, code: str, who: Resident) -> tuple[dt.datetime, dt.datetime] | None:
    """When a resident asked first and last."""
    log = LoggedQuestion
    first, last = session.execute(
        select(func.min(log.asked_at), func.max(log.asked_at)).where(
            log.municipality_code == code, log.asker == who.asker
        )
    ).one()
    return (first, last) if first is not None else None


def erase_resident(session: Session, code: str, who: Resident, until: dt.datetime) -> Counter[str]:
    """Erase everything of a resident up to ``until``, and what was made of it; how much of each kind.

    Figures of closed months stay numbers: the next counting takes over what moved as 訂正.
    """
    log = LoggedQuestion
    waiting = _let_go(session, code, who.asker, until)
    rows = session.scalars(_questions(code, who.asker, until)).all()
    events = session.scalars(_events(code, who.asker, until)).all()
    gone = [Words(row.text, row.asked_at, row.need) for row in rows if row.text] + waiting.gone
    gone += [Words(event.text, event.occurred_at, None) for event in events if event.text]
    messages = {row.message_id for row in rows if row.message_id} | {one.message_id for one in events if one.message_id}
    messages |= waiting.messages
    cards = {row.need for row in rows if row.need is not None}
    done = Counter[str](questions=len(rows), line_events=len(events) + waiting.rows)
    done["accuracy"] = _each(session, [row.id for row in rows], lambda ids: _unlink_samples(session, code, ids))
    _each(session, [row.id for row in rows], lambda ids: session.execute(delete(log).where(log.id.in_(ids))))
    ids = [event.id for event in events]
    _each(session, ids, lambda some: session.execute(delete(LineEvent).where(LineEvent.id.in_(some))))
    unsent = (UnsentMessage.municipality_code == code, UnsentMessage.unsent_at <= until)
    done["unsent"] = _each(
        session,
        list(messages),
        lambda some: session.execute(delete(UnsentMessage).where(*unsent, UnsentMessage.message_id.in_(some))),
    )
    keys = [row.key for row in session.scalars(_dialogues(code, who, until))]
    own = Conversation.municipality_code == code
    done["dialogues"] = _each(
        session, keys, lambda some: session.execute(delete(Conversation).where(own, Conversation.key.in_(some)))
    )
    codes = (ErasureCode.municipality_code == code, ErasureCode.asker == who.asker, ErasureCode.issued_at <= until)
    forget_staff_chat(session, code, who.asker)
    done["forwards"] = forget_asker(session, code, who.asker)
    done["codes"] = count(session.execute(delete(ErasureCode).where(*codes)))
    done.update(forget_words(session, code, gone, until))
    if cards:
        count_cards(session, code, until.astimezone(JST).date(), sorted(cards))
        session.flush()
        done["need_cards"] += _forget_empty_cards(session, code, cards)
    return +done


def erase_rows(session: Session, code: str, row_ids: Collection[str], moment: dt.datetime) -> Counter[str]:
    """Erase single questions of the log, and what was made of their words."""
    log = LoggedQuestion
    rows = session.scalars(select(log).where(log.municipality_code == code, log.id.in_(row_ids))).all()
    gone = [Words(row.text, row.asked_at, row.need) for row in rows if row.text]
    cards = {row.need for row in rows if row.need is not None}
    done = Counter[str](questions=len(rows))
    done["accuracy"] = _unlink_samples(session, code, [row.id for row in rows])
    session.execute(delete(log).where(log.municipality_code == code, log.id.in_([row.id for row in rows])))
    done.update(forget_words(session, code, gone, moment))
    if cards:
        count_cards(session, code, moment.astimezone(JST).date(), sorted(cards))
        session.flush()
        done["need_cards"] += _forget_empty_cards(session, code, cards)
    return +done


def messages_with(session: Session, code: str, message_id: str) -> list[str]:
    """A message, and those that it was joined to as a fragment: what it said stands there."""
    found, ahead = [message_id], [message_id]
    while ahead:
        joined = select(LineEvent.joined_to).where(
            LineEvent.municipality_code == code, LineEvent.message_id.in_(ahead), LineEvent.joined_to.is_not(None)
        )
        ahead = [one for one in session.scalars(joined) if one is not None and one not in found]
        found += ahead
    return found


def forget_message(session: Session, code: str, message_id: str, moment: dt.datetime) -> Counter[str]:
    """A message that its author took back: the text goes from everywhere, the count stays."""
    event, log = LineEvent, LoggedQuestion
    messages = messages_with(session, code, message_id)
    its = (event.municipality_code == code, event.message_id.in_(messages))
    # Whoever is just writing its row of the log holds the event: after them, the row is there to be found.
    events = session.scalars(select(event).where(*its).with_for_update()).all()
    handed_on = sum(forget_from_forwards(session, code, one) for one in messages)
    gone = [Words(one.text, one.occurred_at, None) for one in events if one.text]
    own = (log.municipality_code == code, log.message_id.in_(messages))
    rows = session.scalars(select(log).where(*own)).all()
    gone += [Words(row.text, row.asked_at, row.need) for row in rows if row.text]
    session.execute(update(event).where(*its).values(text=None, unlogged=False))
    session.execute(update(log).where(*own).values(text=None, words=None))
    session.expire_all()
    return +(Counter(questions=len(rows), forwards=handed_on) + forget_words(session, code, gone, moment))


def forget_words(session: Session, code: str, gone: Sequence[Words], moment: dt.datetime) -> Counter[str]:
    """Erase what was made of texts that are in the log no more; what others asked, too, stays for them."""
    done = Counter[str]()
    if not gone:
        return done
    session.flush()
    texts = {one.text for one in gone}
    since = min(one.asked_at for one in gone)
    days = {one.asked_at.astimezone(JST).date().isoformat() for one in gone}
    touched, done["need_texts"] = _forget_need_texts(session, code, texts)
    touched |= {one.need for one in gone if one.need is not None}
    names = _rename_cards(session, code, touched)
    done["need_names"] = len(names)
    wanted = texts | names
    _blank_events(session, code, touched, wanted)
    done["resident_words"] = _forget_resident_words(session, code, gone)
    done["check_questions"] = _forget_check_questions(session, code, texts, since)
    done["log_files"] = _forget_log_files(session, code, days, since)
    done["jobs"] = _forget_jobs(session, code, wanted, since)
    done["unsaved"] = _forget_unsaved(session, code, wanted, since)
    done["mails"] = _forget_mails(session, code, wanted, since)
    return done


def count(result: Result[Any] | CursorResult[Any]) -> int:
    """How many rows a statement touched."""
    assert isinstance(result, CursorResult)
    return result.rowcount


def _questions(code: str, asker: str, until: dt.datetime | None) -> Select[LoggedQuestion]:
    log = LoggedQuestion
    wanted = select(log).where(log.municipality_code == code, log.asker == asker)
    return wanted if until is None else wanted.where(log.asked_at <= until)


def _events(code: str, asker: str, until: dt.datetime | None) -> Select[LineEvent]:
    event = LineEvent
    wanted = select(event).where(event.municipality_code == code, event.asker == asker)
    return wanted if until is None else wanted.where(event.occurred_at <= until)


@dataclass(frozen=True)
class _LetGo:
    """What was waiting for its answer: how many events, their words, their messages."""

    rows: int
    gone: list[Words]
    messages: set[str]


def _let_go(session: Session, code: str, asker: str, until: dt.datetime) -> _LetGo:
    """What waits for its answer is not answered any more, and whoever is writing it writes nothing of it.

    Its row stays without its words and without whose it was: LINE may deliver the same event again.
    """
    # Whoever is just writing a row of the log holds its event: after them, the row is there to be found.
    session.execute(_events(code, asker, until).with_only_columns(LineEvent.id).with_for_update())
    rows = session.scalars(_events(code, asker, until).where(LineEvent.state.in_(_WAITING))).all()
    found = _LetGo(
        len(rows),
        [Words(row.text, row.occurred_at, None) for row in rows if row.text],
        {row.message_id for row in rows if row.message_id},
    )
    for row in rows:
        row.state, row.note, row.finished_at = "ignored", "erased", until
        row.text = row.asker = row.message_id = row.reply_token = row.postback = row.lease_until = None
        row.unlogged, row.fence = False, row.fence + 1
    session.flush()
    return found


def _dialogues(code: str, who: Resident, until: dt.datetime | None) -> Select[Conversation]:
    keys = {who.asker, f"a:{who.asker}", *who.dialogues}
    wanted = select(Conversation).where(Conversation.municipality_code == code, Conversation.key.in_(keys))
    return wanted if until is None else wanted.where(Conversation.occurred_at <= until)


def _size(session: Session, wanted: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(wanted.subquery())) or 0


def _each(session: Session, keys: Sequence[Any], act: Callable[[Sequence[Any]], Any]) -> int:
    """``act`` on some keys after the other, as many as a statement takes; how many rows it touched."""
    touched = 0
    for start in range(0, len(keys), 500):
        found = act(keys[start : start + 500])
        touched += found if isinstance(found, int) else count(found)
    return touched


def _unlink_samples(session: Session, code: str, row_ids: Sequence[str]) -> int:
    """A label is a figure of the month's sample and stays; to which question it belonged, nobody can tell."""
    own = (AccuracyItem.municipality_code == code, AccuracyItem.row_id.in_(row_ids))
    return count(session.execute(update(AccuracyItem).where(*own).values(row_id="")))


def _forget_need_texts(session: Session, code: str, texts: Collection[str]) -> tuple[set[int], int]:
    """The cards that held one of the texts, and how many go; what somebody else asked, too, stays as they wrote it."""
    keys = {text_key(text) for text in texts}
    touched, gone = set[int](), 0
    wanted = select(NeedText).where(NeedText.municipality_code == code, NeedText.key.in_(keys))
    for row in session.scalars(wanted).all():
        touched.add(row.number)
        left = _same_left(session, code, row)
        if left:
            row.text, row.times = left[0], len(left)
        else:
            session.delete(row)
            gone += 1
    session.flush()
    return touched, gone


def _same_left(session: Session, code: str, row: NeedText) -> list[str]:
    log = LoggedQuestion
    own = (log.municipality_code == code, log.need == row.number, log.text.is_not(None))
    return [text for text in session.scalars(select(log.text).where(*own)) if text and text_key(text) == row.key]


def _rename_cards(session: Session, code: str, numbers: Collection[int]) -> set[str]:
    """Of names made of the texts, the words stay that another text of the card has; the names as they were."""
    old = set[str]()
    if not numbers:
        return old
    wanted = (NeedCard.municipality_code == code, NeedCard.number.in_(numbers), NeedCard.name_by_staff.is_(False))
    for card in session.scalars(select(NeedCard).where(*wanted)).all():
        texts = select(NeedText.text).where(NeedText.municipality_code == code, NeedText.number == card.number)
        left = [normalize(text) for text in session.scalars(texts)]
        words = card.name.split("・")
        kept = [word for word in words if any(normalize(word) in text for text in left)]
        if kept != words and not card.name.startswith("（"):
            old.add(card.name)
            card.name = "・".join(kept) or ERASED
    session.flush()
    return old


def _blank_events(session: Session, code: str, numbers: Collection[int], texts: Collection[str]) -> None:
    """The history of a card tells what was done, in words of its texts nowhere."""
    if not numbers:
        return
    wanted = select(NeedEvent).where(NeedEvent.municipality_code == code, NeedEvent.number.in_(numbers))
    for event in session.scalars(wanted).all():
        if _holds(event.details, texts):
            event.details = {name: ERASED if _holds(value, texts) else value for name, value in event.details.items()}


def _forget_empty_cards(session: Session, code: str, numbers: Collection[int]) -> int:
    """Cards of nobody's question any more, and that nobody of the office has touched."""
    by_staff = select(NeedEvent.number).where(NeedEvent.municipality_code == code, NeedEvent.account.is_not(None))
    aims = select(NeedCard.merged_into).where(NeedCard.municipality_code == code, NeedCard.merged_into.is_not(None))
    wanted = (
        NeedCard.municipality_code == code,
        NeedCard.number.in_(numbers),
        NeedCard.times == 0,
        NeedCard.number.not_in(by_staff),
        NeedCard.number.not_in(aims),
    )
    gone = list(session.scalars(select(NeedCard.number).where(*wanted)))
    own = (ResidentWord.municipality_code == code, ResidentWord.need.in_(gone))
    session.execute(update(ResidentWord).where(*own).values(need=None))
    session.execute(delete(NeedCard).where(NeedCard.municipality_code == code, NeedCard.number.in_(gone)))
    return len(gone)


def _forget_resident_words(session: Session, code: str, gone: Sequence[Words]) -> int:
    """What was counted of the texts is taken off the counts; a word that nobody else used goes."""
    read = [(normalize(one.text), set(words_of(one.text)), one.asked_at) for one in gone]
    removed = 0
    for row in session.scalars(select(ResidentWord).where(ResidentWord.municipality_code == code)).all():
        word = normalize(row.word)
        own = set(words_of(row.word))
        times = sum(
            1 for text, words, asked in read if asked <= row.counted_at and (word in text or (own and own <= words))
        )
        if not times:
            continue
        row.questions, row.askers = row.questions - times, row.askers - 1
        if row.questions <= 0 or row.askers <= 0:
            key = (ResidentWordChoice.municipality_code == code, ResidentWordChoice.word == row.word)
            session.execute(delete(ResidentWordChoice).where(*key, ResidentWordChoice.entry_id == row.entry_id))
            session.delete(row)
            removed += 1
    session.flush()
    return removed


def _forget_check_questions(session: Session, code: str, texts: Collection[str], since: dt.datetime) -> int:
    """Those that staff made of the very text, as far as nobody else asked it."""
    of, log = CheckQuestionRow, LoggedQuestion
    made = (of.municipality_code == code, of.changed_by.is_not(None), of.changed_at >= since)
    removed = 0
    for row in session.scalars(select(of).where(*made)).all():
        if row.text not in texts:
            continue
        others = select(log.id).where(log.municipality_code == code, log.text == row.text).limit(1)
        if session.scalar(others) is None:
            session.delete(row)
            removed += 1
    session.flush()
    return removed


def _forget_log_files(session: Session, code: str, days: Collection[str], since: dt.datetime) -> int:
    """Files of days on which one of the texts was asked, whole: a part of a file is none."""
    made = (Job.municipality_code == code, Job.kind == _LOG_FILE, Job.state != "running")
    held = or_(Job.finished_at.is_(None), Job.finished_at >= since)
    removed = 0
    for job in session.scalars(select(Job).where(*made, held)).all():
        wanted = job.payload.get("filter", {})
        first, last = wanted.get("first", ""), wanted.get("last", "9999")
        if not any(first <= day <= last for day in days):
            continue
        own = (LogFilePart.municipality_code == code, LogFilePart.file_id == job.payload.get("file", ""))
        session.execute(delete(LogFilePart).where(*own))
        if job.state != "waiting":
            session.delete(job)
            removed += 1
    session.flush()
    return removed


def _forget_jobs(session: Session, code: str, texts: Collection[str], since: dt.datetime) -> int:
    """Results that hold one of the texts go; work that is reading the log is begun anew."""
    own = (Job.municipality_code == code,)
    ended = (Job.finished_at >= since, Job.state != "running", Job.kind != _LOG_FILE)
    removed = 0
    for job in session.scalars(select(Job).where(*own, *ended).options(undefer(Job.result))).all():
        if _holds(job.result, texts) or _holds(job.payload, texts):
            session.delete(job)
            removed += 1
    running = (Job.state == "running", Job.kind.in_(_READS_THE_LOG))
    again = {"state": "waiting", "lease_until": None, "progress": 0.0}
    session.flush()
    session.execute(
        update(Job)
        .where(*own, *running)
        .values(**again, fence=Job.fence + 1, attempts=Job.attempts - 1)
        .execution_options(synchronize_session=False)
    )
    return removed


def _forget_unsaved(session: Session, code: str, texts: Collection[str], since: dt.datetime) -> int:
    wanted = (UnsavedText.municipality_code == code, UnsavedText.kept_at >= since)
    return _delete_holding(session, session.scalars(select(UnsavedText).where(*wanted)).all(), "fields", texts)


def _forget_mails(session: Session, code: str, texts: Collection[str], since: dt.datetime) -> int:
    wanted = (StaffMail.scope == code, StaffMail.created_at >= since)
    mails = session.scalars(select(StaffMail).where(*wanted)).all()
    return _delete_holding(session, mails, "body", texts) + _delete_holding(session, mails, "subject", texts)


def _delete_holding(session: Session, rows: Iterable[Any], column: str, texts: Collection[str]) -> int:
    held = [
        row for row in rows if row in session and row not in session.deleted and _holds(getattr(row, column), texts)
    ]
    for row in held:
        session.delete(row)
    session.flush()
    return len(held)


def _holds(value: Any, texts: Collection[str]) -> bool:
    """Whether one of the texts stands anywhere in ``value``: alone, or, where it is long enough, within another."""
    match value:
        case str():
            return any(text == value or (len(text) >= _LONG_ENOUGH and text in value) for text in texts)
        case Mapping():
            return any(_holds(each, texts) for pair in value.items() for each in pair)
        case list() | tuple():
            return any(_holds(each, texts) for each in value)
        case _:
            return False
