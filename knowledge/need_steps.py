"""What is done about a card: from 未着手 to 公開済み, or to a reason why not.  Every step is kept in its history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from intents.grouping import text_key
from knowledge.calendar import JST
from knowledge.entry_versions import OPEN
from knowledge.ledger import NOTED
from knowledge.models import EntryVersion, LoggedQuestion, NeedCard, NeedText
from knowledge.need_cards import count_cards, next_number, note

STATES: Mapping[str, str] = {
    "open": "未着手",
    "inquiring": "照会中",
    "drafted": "回答案",
    "waiting": "承認待ち",
    "published": "公開済み",
    "considering": "制度を検討",
    "declined": "対応しない",
    "merged": "ほかの票にまとめた",
}
GAPS: Mapping[str, str] = {
    "wording": "言い回し不足",
    "missing": "回答なし",
    "impossible": "制度上できない",
    "unclear": "説明が伝わらない",
}
GAP_HINTS: Mapping[str, str] = {
    "wording": "答えはあるが、住民の言葉では見つからない",
    "missing": "答えがない",
    "impossible": "答えは出たが、オンラインではできないなど、今のしくみでは望みがかなわない",
    "unclear": "答えは出たが、解決しなかった",
}
ACTS: Mapping[str, str] = {
    "made": "票を作りました",
    "renamed": "名前を変えました",
    "gap": "何が足りないかを変えました",
    "department": "担当課を変えました",
    "inquired": "担当課に照会しました",
    "reminded": "照会の督促をしました",
    "replied": "照会の回答を受けました",
    "answering": "答えを書き始めました",
    "drafted": "答えの下書きができました",
    "waiting": "答えの承認を待っています",
    "published": "答えを公開しました",
    "withdrawn": "答えの下書きが取り下げられました",
    "considering": "制度を検討することにしました",
    "declined": "対応しないことにしました",
    "reopened": "未着手に戻しました",
    "merged": "ほかの票にまとめました",
    "took_in": "ほかの票をまとめました",
    "split": "言い方を別の票に分けました",
    "split_off": "別の票から分けました",
}
LONGEST_NAME, LONGEST_REASON, LONGEST_REPLY, LONGEST_OFFICE, LONGEST_SOURCE = 80, 400, 4_000, 80, 200
CLOSED = ("published", "considering", "declined", "merged")


class NeedStepError(ValueError):
    """What cannot be done; ``field`` of the form that it is about."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class By:
    """Who does it, and when."""

    account: str | None
    name: str
    at: dt.datetime


def card_of(session: Session, code: str, number: int, *, locked: bool = False) -> NeedCard | None:
    return session.get(NeedCard, (code, number), with_for_update=locked)


def rename(session: Session, card: NeedCard, name: str, by: By) -> None:
    name = _written("name", " ".join(name.split()), LONGEST_NAME, "名前")
    if name != card.name:
        _done(session, card, "renamed", by, {"old": card.name, "new": name})
        card.name, card.name_by_staff = name, True


def set_gap(session: Session, card: NeedCard, gap: str, by: By) -> None:
    if gap not in GAPS:
        raise NeedStepError("gap", "何が足りないかを、えらんでください")
    if gap != card.gap:
        _done(session, card, "gap", by, {"old": card.gap, "new": gap})
    card.gap, card.gap_by_staff = gap, True


def give(session: Session, card: NeedCard, department: str | None, by: By) -> None:
    """``department``: one that there is, or None; the page looks after that."""
    if department != card.department:
        _done(session, card, "department", by, {"old": card.department, "new": department})
    card.department, card.department_by_staff = department, True


def inquire(session: Session, card: NeedCard, of: str, on: dt.date, due: dt.date | None, by: By) -> None:
    """Ask an office; again where another is asked."""
    of = _written("inquiry_of", of.strip(), LONGEST_OFFICE, "照会先")
    if due is None:
        raise NeedStepError("due_on", "回答の期限を書いてください")
    if due < on:
        raise NeedStepError("due_on", "期限は、依頼日よりあとの日にしてください")
    card.inquiry_of, card.inquired_on, card.due_on, card.reminded_on = of, on, due, None
    _to(session, card, "inquiring", "inquired", by, {"of": of, "due": due.isoformat()})


def remind(session: Session, card: NeedCard, on: dt.date, by: By) -> None:
    if card.state != "inquiring":
        raise NeedStepError("state", "照会中の票だけ、督促を記録できます")
    card.reminded_on = on
    _done(session, card, "reminded", by, {"of": card.inquiry_of, "on": on.isoformat()})


def take_reply(session: Session, card: NeedCard, reply: str, source: str, by: By) -> bool:
    """What the office says; whether it is new."""
    reply = _written("reply", reply.strip(), LONGEST_REPLY, "回答")
    if len(source) > LONGEST_SOURCE:
        raise NeedStepError("reply_source", f"根拠は{LONGEST_SOURCE}字までで書いてください")
    if (reply, source.strip() or None) == (card.reply, card.reply_source):
        return False
    card.reply, card.reply_source = reply, source.strip() or None
    if card.state in ("open", "inquiring"):
        _to(session, card, "drafted", "replied", by)
    else:
        _done(session, card, "replied", by)
    return True


def link_answer(session: Session, card: NeedCard, entry_id: str, version: int, by: By) -> None:
    """A draft is written for the need."""
    card.answer_id, card.answer_version, card.published_at = entry_id, version, None
    _to(session, card, "drafted", "drafted", by, {"entry": entry_id, "version": version})


def consider(session: Session, card: NeedCard, reason: str, by: By) -> None:
    """What no answer can give: the measure itself is to be thought about."""
    card.reason = _written("reason", reason.strip(), LONGEST_REASON, "検討すること")
    _to(session, card, "considering", "considering", by, {"reason": card.reason})


def decline(session: Session, card: NeedCard, reason: str, by: By) -> None:
    card.reason = _written("reason", reason.strip(), LONGEST_REASON, "対応しない理由")
    _to(session, card, "declined", "declined", by, {"reason": card.reason})


def reopen(session: Session, card: NeedCard, by: By) -> None:
    if card.state == "merged":
        raise NeedStepError("state", "まとめた票は戻せません。まとめ先の票から言い方を分けてください")
    card.reason = card.answer_id = card.answer_version = card.published_at = None
    _to(session, card, "open", "reopened", by)


def merge(session: Session, card: NeedCard, into: NeedCard, by: By) -> None:
    """All of a card goes to another, for good: what is asked in its words from now on, too."""
    if card.number == into.number or "merged" in (card.state, into.state):
        raise NeedStepError("into", "まとめ先の票の番号を確かめてください")
    code = card.municipality_code
    own = (NeedText.municipality_code == code, NeedText.number == card.number)
    session.execute(update(NeedText).where(*own).values(number=into.number, placed=True))
    rows = (LoggedQuestion.municipality_code == code, LoggedQuestion.need == card.number)
    session.execute(update(LoggedQuestion).where(*rows).values(need=into.number))
    card.merged_into = into.number
    _to(session, card, "merged", "merged", by, {"into": into.number})
    _done(session, into, "took_in", by, {"from": card.number, "name": card.name})
    count_cards(session, code, by.at.astimezone(JST).date(), [card.number, into.number])


def split(session: Session, card: NeedCard, keys: Collection[str], name: str, by: By) -> NeedCard:
    """Some of its texts become a card of their own; what stays is held to stay."""
    code = card.municipality_code
    name = _written("name", " ".join(name.split()), LONGEST_NAME, "名前")
    texts = session.scalars(
        select(NeedText).where(NeedText.municipality_code == code, NeedText.number == card.number)
    ).all()
    moved = [one for one in texts if one.key in keys]
    if not moved:
        raise NeedStepError("keys", "分ける言い方を、一つ以上えらんでください")
    if len(moved) == len(texts):
        raise NeedStepError("keys", "すべての言い方は分けられません。名前を変えるか、一つ残してください")
    made = NeedCard(
        municipality_code=code,
        number=next_number(session, code),
        name=name,
        name_by_staff=True,
        gap=card.gap,
        department=card.department,
        measure=card.measure,
        entry_id=card.entry_id,
        made_at=by.at,
        changed_at=by.at,
    )
    session.add(made)
    session.flush()
    for one in texts:
        one.placed = True
        if one.key in keys:
            one.number = made.number
    _move_rows(session, code, card.number, made.number, {one.key for one in moved})
    _done(session, card, "split", by, {"into": made.number, "texts": len(moved)})
    _done(session, made, "split_off", by, {"from": card.number})
    session.flush()
    count_cards(session, code, by.at.astimezone(JST).date(), [card.number, made.number])
    return made


def _move_rows(session: Session, code: str, number: int, to: int, keys: Collection[str]) -> None:
    """The questions of these texts; one whose text is deleted already stays where it was."""
    log = LoggedQuestion
    own = (log.municipality_code == code, log.need == number)
    texts = session.scalars(select(log.text).where(*own, log.text.is_not(None)).distinct()).all()
    wanted = [text for text in texts if text is not None and text_key(text) in keys]
    for start in range(0, len(wanted), 200):
        session.execute(update(log).where(*own, log.text.in_(wanted[start : start + 200])).values(need=to))


def answers_to_follow(session: Session, code: str) -> list[tuple[int, str, dt.datetime | None]]:
    """Cards whose answer is further than they are: number, the state it brings, and since when it is public."""
    wanted = select(NeedCard).where(
        NeedCard.municipality_code == code,
        NeedCard.answer_id.is_not(None),
        NeedCard.state.in_(("drafted", "waiting")),
    )
    found = [(card, *_state_of_answer(session, card)) for card in session.scalars(wanted)]
    return [(card.number, state, live_from) for card, state, live_from in found if state != card.state]


def follow_answers(session: Session, code: str, moment: dt.datetime) -> list[int]:
    """Let cards follow what became of their answers; the numbers of those that moved."""
    due = answers_to_follow(session, code)
    for number, state, published_at in due:
        card = session.get_one(NeedCard, (code, number))
        card.published_at = published_at
        act = "withdrawn" if state == "open" else state
        by = By(None, "（答えの進み具合から）", published_at or moment)
        if state == "open":
            card.answer_id = card.answer_version = None
        _to(session, card, state, act, by)
    return [number for number, _, _ in due]


def _state_of_answer(session: Session, card: NeedCard) -> tuple[str, dt.datetime | None]:
    version = EntryVersion
    rows = session.scalars(
        select(version)
        .where(version.municipality_code == card.municipality_code, version.entry_id == card.answer_id)
        .where(version.number >= (card.answer_version or 0))
        .order_by(version.number)
    ).all()
    live = next((row.live_from for row in rows if row.live_from is not None), None)
    if live is not None:
        return "published", live
    if any(row.state in ("requested", "approved") for row in rows):
        return "waiting", None
    return ("drafted" if any(row.state in OPEN for row in rows) else "open"), None


@dataclass(frozen=True)
class Outcome:
    """Since the answer is public: how often it was shown for what it was written for, and what was still asked in vain.

    ``answered``: the answer was shown or chosen, and nobody said that it did not solve it.
    """

    since: dt.datetime
    answered: int
    unmet: int

    @property
    def share(self) -> float | None:
        total = self.answered + self.unmet
        return self.answered / total if total else None


def outcome(session: Session, card: NeedCard, channels: Collection[str] = ()) -> Outcome | None:
    """None while the answer is not public.  ``channels``: those that count, where not all do."""
    if card.published_at is None or card.answer_id is None:
        return None
    log = LoggedQuestion
    # By the day as well, and each way of its own: so each is found by an index of a million questions.
    day = card.published_at.astimezone(JST).date()
    since = [log.municipality_code == card.municipality_code, log.jst_date >= day, log.asked_at >= card.published_at]
    since += [log.channel.in_(channels)] if channels else []
    at_once = and_(log.entry_id == card.answer_id, log.decision == "answer", log.channel.not_in(NOTED))
    otherwise = or_(log.entry_id.is_(None), log.entry_id != card.answer_id, log.decision != "answer")
    chosen = and_(log.tapped_entry_id == card.answer_id, otherwise)
    helped = or_(log.feedback.is_(None), log.feedback != "unsolved")
    answered = sum(
        session.scalar(select(func.count()).select_from(log).where(*since, shown, helped)) or 0
        for shown in (at_once, chosen)
    )
    unmet = session.scalar(select(func.count()).select_from(log).where(*since, log.need == card.number)) or 0
    return Outcome(card.published_at, answered, unmet)


def texts_of(session: Session, card: NeedCard) -> Sequence[NeedText]:
    """Those asked most first."""
    own = (NeedText.municipality_code == card.municipality_code, NeedText.number == card.number)
    return session.scalars(select(NeedText).where(*own).order_by(NeedText.times.desc(), NeedText.key)).all()


def _written(field: str, text: str, longest: int, what: str) -> str:
    if not text:
        raise NeedStepError(field, f"{what}を書いてください")
    if len(text) > longest:
        raise NeedStepError(field, f"{what}は{longest:,}字までで書いてください（今は{len(text):,}字）")
    return text


def _to(
    session: Session, card: NeedCard, state: str, act: str, by: By, details: Mapping[str, object] | None = None
) -> None:
    if card.state == "merged" and state != "merged":
        raise NeedStepError("state", f"この票は{card.merged_into}番にまとめてあります")
    card.state = state
    _done(session, card, act, by, details)


def _done(session: Session, card: NeedCard, act: str, by: By, details: Mapping[str, object] | None = None) -> None:
    card.changed_at = by.at
    note(session, card.municipality_code, card.number, act, by.at, (by.account, by.name), details)
