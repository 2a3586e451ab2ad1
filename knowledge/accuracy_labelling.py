"""A sample on its way to a rate: labelled by one or more, who see nothing of each other, settled, and closed."""

from __future__ import annotations

import datetime as dt
import itertools
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from knowledge.accuracy_labels import UNCLEAR, final_label, labels_for
from knowledge.agreement import Agreement, agreement
from knowledge.models import AccuracyItem, AccuracyLabel, AccuracySample, LoggedQuestion

LONGEST_PAUSE = dt.timedelta(minutes=5)
"""After more than that somebody did something else: it is no time that a label took."""


class AccuracyError(ValueError):
    """It cannot be done; the message is for staff and says what they can do."""


@dataclass(frozen=True)
class Standing:
    """One question of a sample: who said what of it (account -> label), and whether its text is there."""

    item: AccuracyItem
    said: Mapping[str, str]
    has_text: bool

    @property
    def final(self) -> str | None:
        return final_label(list(self.said.values()), self.item.settled, has_text=self.has_text)

    @property
    def is_split(self) -> bool:
        return self.item.settled is None and len(set(self.said.values())) > 1

    def waits_for(self, account: str) -> bool:
        return self.has_text and account not in self.said and self.item.settled is None


@dataclass(frozen=True)
class Pace:
    """How long labels took: the middle of all that did not follow a pause, and all of them together."""

    labels: int
    middle: float
    total: float


def sample_of(session: Session, code: str, month: dt.date, *, locked: bool = False) -> AccuracySample | None:
    return session.get(AccuracySample, (code, month), with_for_update=True if locked else None)


def standings(session: Session, code: str, month: dt.date) -> list[Standing]:
    """All questions of a sample, in their order."""
    own = (AccuracyItem.municipality_code == code, AccuracyItem.month == month)
    items = list(session.scalars(select(AccuracyItem).where(*own).order_by(AccuracyItem.place)))
    said: dict[int, dict[str, str]] = {}
    wanted = (AccuracyLabel.municipality_code == code, AccuracyLabel.month == month)
    for row in session.execute(
        select(AccuracyLabel.place, AccuracyLabel.account, AccuracyLabel.label)
        .where(*wanted)
        .order_by(AccuracyLabel.labelled_at, AccuracyLabel.account)
    ):
        said.setdefault(row.place, {})[row.account] = row.label
    log = LoggedQuestion
    there = set(
        session.scalars(select(log.id).where(log.id.in_([item.row_id for item in items]), log.text.is_not(None)))
    )
    return [Standing(item, said.get(item.place, {}), item.row_id in there) for item in items]


def next_place(found: Sequence[Standing], account: str) -> int | None:
    """The first question that this colleague has still to judge."""
    return next((one.item.place for one in found if one.waits_for(account)), None)


def labelled_by(found: Sequence[Standing]) -> dict[str, int]:
    """How many each colleague has judged, in the order in which they began."""
    counts: Counter[str] = Counter()
    for one in found:
        counts.update(one.said.keys())
    return dict(counts)


def may_settle(found: Sequence[Standing], account: str) -> bool:
    """Whoever is in the midst of judging sees nothing of the others before the end."""
    return not any(account in one.said for one in found) or next_place(found, account) is None


def agreement_of(found: Sequence[Standing]) -> Agreement | None:
    """Between the two who judged most in common; None where only one did."""
    accounts = sorted({account for one in found for account in one.said})
    pairs = {
        both: [(one.said[both[0]], one.said[both[1]]) for one in found if both[0] in one.said and both[1] in one.said]
        for both in itertools.combinations(accounts, 2)
    }
    best = max(pairs.values(), key=len, default=[])
    return agreement(best) if best else None


def pace_of(session: Session, code: str, month: dt.date) -> Pace | None:
    wanted = (AccuracyLabel.municipality_code == code, AccuracyLabel.month == month)
    took = session.scalars(select(AccuracyLabel.seconds).where(*wanted, AccuracyLabel.seconds.is_not(None))).all()
    seconds = [one for one in took if one is not None]
    return Pace(len(seconds), statistics.median(seconds), sum(seconds)) if seconds else None


def put_label(
    session: Session, code: str, month: dt.date, place: int, account: str, label: str, moment: dt.datetime
) -> None:
    """Note what one colleague says; saying otherwise later takes its place.  Raises AccuracyError."""
    item = _open_item(session, code, month, place)
    _check(item, label)
    if item.settled is not None:
        raise AccuracyError("この質問は、意見の分かれたところをもう決めてあります")
    log = LoggedQuestion
    if session.scalar(select(log.id).where(log.id == item.row_id, log.text.is_not(None))) is None:
        raise AccuracyError(
            "質問の文が消えたため、しるしを付けられません。「判断できない（文が消えた）」として数えます"
        )
    row = session.get(AccuracyLabel, (code, month, place, account), with_for_update=True)
    if row is not None:
        row.label = label
        return
    before = session.scalar(
        select(func.max(AccuracyLabel.labelled_at)).where(
            AccuracyLabel.municipality_code == code, AccuracyLabel.month == month, AccuracyLabel.account == account
        )
    )
    took = moment - before if before is not None else None
    session.add(
        AccuracyLabel(
            municipality_code=code,
            month=month,
            place=place,
            account=account,
            label=label,
            labelled_at=moment,
            seconds=round(took.total_seconds()) if took is not None and took <= LONGEST_PAUSE else None,
        )
    )


def settle(
    session: Session, code: str, month: dt.date, place: int, account: str, label: str, moment: dt.datetime
) -> None:
    """Say which label holds where people judged differently.  Raises AccuracyError."""
    item = _open_item(session, code, month, place)
    _check(item, label)
    wanted = (AccuracyLabel.municipality_code == code, AccuracyLabel.month == month, AccuracyLabel.place == place)
    if len(set(session.scalars(select(AccuracyLabel.label).where(*wanted)))) < 2:
        raise AccuracyError("この質問は、意見が分かれていません")
    item.settled, item.settled_by, item.settled_at = label, account, moment


def close(
    session: Session, code: str, month: dt.date, account: str, name: str, moment: dt.datetime
) -> Mapping[str, int]:
    """The labels stand from now on; how many of each.  Raises AccuracyError."""
    sample = sample_of(session, code, month, locked=True)
    if sample is None or sample.closed_at is not None:
        raise AccuracyError("この月は、もう確定しています" if sample else "この月の質問は、まだ引いていません")
    found = standings(session, code, month)
    left = sum(one.final is None and not one.is_split for one in found)
    if left:
        raise AccuracyError(f"しるしの付いていない質問が{left}件あります。付け終えてから確定してください")
    split = sum(one.is_split for one in found)
    if split:
        raise AccuracyError(f"意見の分かれた質問が{split}件あります。どれにするか決めてから確定してください")
    for one in found:
        one.item.final = one.final or UNCLEAR.id
    sample.closed_at, sample.closed_by, sample.closed_name = moment, account, name
    return Counter(one.item.final or "" for one in found)


def _open_item(session: Session, code: str, month: dt.date, place: int) -> AccuracyItem:
    sample = sample_of(session, code, month, locked=True)
    item = session.get(AccuracyItem, (code, month, place))
    if sample is None or item is None:
        raise AccuracyError("この質問は、引いたものの中にありません")
    if sample.closed_at is not None:
        raise AccuracyError("この月は確定したため、しるしは変えられません")
    return item


def _check(item: AccuracyItem, label: str) -> None:
    if label not in [one.id for one in labels_for(item.decision)]:
        raise AccuracyError("しるしを一つえらんでください")
