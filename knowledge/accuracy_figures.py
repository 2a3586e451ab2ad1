"""正答率 as it is published: of all that was drawn, whatever came of it, with its interval and its parts."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from knowledge.accuracy_labels import GOOD, LABELS
from knowledge.intervals import Share, share
from knowledge.ledger import CHANNELS
from knowledge.models import AccuracyItem, AccuracyLabel, AccuracySample
from knowledge.periods import Period, PeriodKind

DEFINITION = (
    "正答率 ＝（「正しい」＋「「分かりません」で正しい」）÷ くじで引いた質問の全部。"
    "判断できなかったものも、文が消えたものも、分母に入れたままにします。「一部正しい」は正答に入れません。"
)
REPLIES: Mapping[str, str] = MappingProxyType(
    {
        "answer": "答えを示した",
        "suggest": "選択肢を示した",
        "handoff": "人・緊急の窓口を案内した",
        "none": "「分かりません」と返した",
    }
)
MOST_MONTHS = 60


@dataclass(frozen=True)
class Stratum:
    """One kind of question within the sample, with its own denominator."""

    name: str
    rate: Share


@dataclass(frozen=True)
class MonthFigures:
    """``counts``: of every label how many, together ``drawn``.  Of an open month there are no counts."""

    month: Period
    asked: int
    delicate: int
    textless: int
    wanted: int
    drawn: int
    labelled: int
    closed_at: dt.datetime | None
    invented: bool
    counts: Mapping[str, int]
    by_reply: tuple[Stratum, ...]
    by_channel: tuple[Stratum, ...]

    @property
    def rate(self) -> Share:
        return share(sum(self.counts.get(one, 0) for one in GOOD), self.drawn)

    @property
    def is_published(self) -> bool:
        return self.closed_at is not None and self.drawn > 0

    @property
    def is_whole(self) -> bool:
        """Whether nothing was left to chance: all that has a text was drawn."""
        return self.drawn == self.asked - self.delicate - self.textless

    @property
    def parts(self) -> list[tuple[str, Share]]:
        """Each label with its share of all that was drawn."""
        return [(label.name, share(self.counts.get(label.id, 0), self.drawn)) for label in LABELS.values()]


def figures_of(session: Session, code: str, most: int = MOST_MONTHS) -> list[MonthFigures]:
    """The months of which something was drawn, the latest first."""
    wanted = select(AccuracySample).where(AccuracySample.municipality_code == code)
    samples = list(session.scalars(wanted.order_by(AccuracySample.month.desc()).limit(most)))
    own = (AccuracyItem.municipality_code == code, AccuracyItem.month.in_([one.month for one in samples]))
    columns = (AccuracyItem.month, AccuracyItem.decision, AccuracyItem.channel, AccuracyItem.final)
    rows = session.execute(select(*columns, func.count()).where(*own).group_by(*columns)).all()
    judged = select(AccuracyLabel.month, func.count(AccuracyLabel.place.distinct())).where(
        AccuracyLabel.municipality_code == code, AccuracyLabel.month.in_([one.month for one in samples])
    )
    labelled = {row.month: row[1] for row in session.execute(judged.group_by(AccuracyLabel.month))}
    return [
        _figures(
            sample,
            [
                (decision, channel, final, count)
                for month, decision, channel, final, count in rows
                if month == sample.month
            ],
            labelled.get(sample.month, 0),
        )
        for sample in samples
    ]


def _figures(sample: AccuracySample, rows: list[tuple[str, str, str | None, int]], labelled: int) -> MonthFigures:
    counts: Counter[str] = Counter()
    replies: dict[str, list[int]] = {}
    channels: dict[str, list[int]] = {}
    for decision, channel, final, count in rows:
        good = count if final in GOOD else 0
        for one, key in ((replies, decision), (channels, channel)):
            held = one.setdefault(key, [0, 0])
            held[0], held[1] = held[0] + good, held[1] + count
        if final is not None:
            counts[final] += count
    return MonthFigures(
        Period(sample.month, PeriodKind.MONTH),
        sample.asked,
        sample.delicate,
        sample.textless,
        sample.size,
        sum(count for *_, count in rows),
        labelled,
        sample.closed_at,
        sample.invented,
        counts,
        _strata(REPLIES, replies),
        _strata(CHANNELS, channels),
    )


def _strata(names: Mapping[str, str], found: Mapping[str, list[int]]) -> tuple[Stratum, ...]:
    return tuple(Stratum(name, share(*found[key])) for key, name in names.items() if key in found)
