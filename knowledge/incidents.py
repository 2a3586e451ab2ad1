"""漏えいの調べ: how many people and questions a leak may concern, by days and way, in numbers alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from knowledge.calendar import date_name
from knowledge.comparison import moment_name
from knowledge.ledger import CHANNELS
from knowledge.models import LoggedQuestion
from knowledge.tabular import OutSheet
from knowledge.workbooks import workbook_bytes

MANY = 100
"""More people than these are to be reported, whatever leaked (規則43条4号)."""
HEADINGS = (
    *("受けた方法", "人数（区別できる人）", "人の分からない質問", "質問の数", "文が残っている質問"),
    *("伏せ字のあった質問", "要配慮の質問（文なし）"),
)
_WIDTHS = (24, 20, 20, 14, 20, 20, 22)
NOTES: Mapping[str, str] = MappingProxyType(
    {
        "人数": (
            "LINE と、同じ会話のウェブ・API を一人と数えます。"
            "ウェブは会話ごと、年度をまたぐと別の人になるので、実際の人数より多く出ます。"
        ),
        "人の分からない質問": (
            "電話・窓口などと、会話のない API の質問です。一件を一人とみて足すと、多めの見積りになります。"
        ),
        "伏せ字": "見つけて伏せた質問です。見つけられなかったものは含みません。",
    }
)


@dataclass(frozen=True)
class Affected:
    """What of one way falls into the days.  ``channel`` empty: all together, each person once."""

    channel: str
    people: int
    nameless: int
    questions: int
    texts: int
    masked: int
    delicate: int

    @property
    def at_most(self) -> int:
        """People, where each question of nobody known is another's."""
        return self.people + self.nameless


def affected(session: Session, code: str, first: dt.date, last: dt.date, channel: str = "") -> list[Affected]:
    """All together, then by each way."""
    log = LoggedQuestion
    wanted: list[ColumnElement[bool]] = [log.municipality_code == code, log.jst_date.between(first, last)]
    if channel:
        wanted.append(log.channel == channel)
    figures = (
        func.count(log.asker.distinct()),
        func.count() - func.count(log.asker),
        func.count(),
        func.count(log.text),
        func.count().filter(log.personal_data),
        func.count(log.delicate),
    )
    whole = Affected("", *session.execute(select(*figures).where(*wanted)).one())
    each = session.execute(select(log.channel, *figures).where(*wanted).group_by(log.channel).order_by(log.channel))
    return [whole, *(Affected(*row) for row in each)]


def duty_of(whole: Affected) -> str:
    """Whether the numbers alone make it a matter to report."""
    if not whole.questions:
        return "この間の質問はありません。"
    if whole.delicate or whole.at_most > MANY:
        return (
            f"報告が要る見込みです（{MANY}人を超える、または要配慮の内容を含む）。"
            "個人情報保護委員会への速報は、知ってから3〜5日以内です。"
        )
    return (
        f"人数だけなら、報告の要る{MANY}人を超えていません。"
        "要配慮の内容・財産の被害・不正の目的のおそれがあれば、一人でも報告します。"
    )


def channel_name(channel: str) -> str:
    return CHANNELS.get(channel, channel) if channel else "合わせて"


def affected_workbook(
    town: str, first: dt.date, last: dt.date, found: Sequence[Affected], moment: dt.datetime
) -> bytes:
    """The numbers as .xlsx."""
    rows = [tuple(map(str, _cells(one))) for one in found]
    about = [
        ("漏えいの調べ", town),
        ("対象の日", f"{date_name(first)}から{date_name(last)}まで"),
        ("数えた日時", moment_name(moment)),
        ("見込み", duty_of(found[0])),
        *NOTES.items(),
    ]
    return workbook_bytes(about, [OutSheet("人数と件数", HEADINGS, _WIDTHS, frozenset(range(1, 7)), rows)])


def _cells(one: Affected) -> tuple[str | int, ...]:
    return channel_name(one.channel), one.people, one.nameless, one.questions, one.texts, one.masked, one.delicate
