"""Whether a procedure can be done online, as the row 「オンライン」 of its answer says.  Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType

ROW = "オンライン"
"""The name of the row, as residents read it."""


class OnlineStanding(StrEnum):
    NO = "no"
    PART = "part"
    YES = "yes"
    UNCLEAR = "unclear"
    UNTOLD = "untold"


NAMES: Mapping[OnlineStanding, str] = MappingProxyType(
    {
        OnlineStanding.NO: "オンラインではできない",
        OnlineStanding.PART: "一部だけオンラインでできる",
        OnlineStanding.YES: "オンラインでできる",
        OnlineStanding.UNCLEAR: "書き方から判断できない",
        OnlineStanding.UNTOLD: "「オンライン」の行がない",
    }
)
_PART = re.compile("一部|ものがあ|ものもあ|場合があ|場合もあ|手続きによ|手続によ|種類によ|途中まで|予約のみ|予約だけ")
_NO = re.compile("できません|できない|不可|ありません|窓口のみ|窓口だけ|対象外|行っていません|受け付けていません")
_OPEN = re.compile("要確認|確認して|お問い合わせ|計画|予定|目標")
_BRACKETS = re.compile("（[^（）]*）")
_YES = re.compile(
    "でき(?:ます|る)|取れます|申し込めます|申請可|可能|あります|行われてい|開かれてい|受け付けてい|対応してい"
)


def online_standing(text: str) -> OnlineStanding:
    """What the row says; a plan or a question that is still open is nothing that can be done today."""
    if not text.strip():
        return OnlineStanding.UNTOLD
    if _PART.search(text):
        return OnlineStanding.PART
    if _NO.search(text):
        return OnlineStanding.NO
    if _OPEN.search(_BRACKETS.sub("", text)) and not text.startswith(("できます", "可能")):
        return OnlineStanding.UNCLEAR
    return OnlineStanding.YES if _YES.search(text) else OnlineStanding.UNCLEAR


def says_no(facts: Sequence[tuple[str, str]]) -> bool:
    """Whether rows of an answer say that it, or a part of it, cannot be done online."""
    return bool(_NO.search(dict(facts).get(ROW, "")))
