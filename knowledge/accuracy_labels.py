"""What staff may say of a reply: each word once, with what it means; and what it means that people said it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Label:
    """``meaning``: when it is chosen.  The ``key`` is the same one whatever the reply was."""

    id: str
    key: str
    name: str
    meaning: str


RIGHT = Label(
    "right", "1", "正しい", "聞かれたことに、正しく、足りるだけ答えている。選択肢のときは、正しいものが中にある"
)
PARTIAL = Label(
    "partial", "2", "一部正しい", "まちがいはないが、聞かれたことの一部にしか答えていない、または要ることが足りない"
)
WRONG = Label("wrong", "3", "まちがい", "聞かれたこととちがう案内、または中身が誤り・古い")
OVERREACH = Label(
    "overreach", "4", "答えるべきでなかった", "市が案内することでない、または人が聞いて決めることなのに、答えた"
)
SILENT = Label(
    "silent", "1", "「分かりません」で正しい", "そのとき公開していた答えがなかった、または市が案内することでない"
)
MISSED = Label("missed", "4", "答えられたのに、答えなかった", "そのとき公開していた答えで、案内できた")
UNCLEAR = Label("unclear", "5", "判断できない", "質問の意味が読み取れない、または正しいかを確かめられない")
GONE = Label("gone", "", "判断できない（文が消えた）", "しるしを付ける前に、質問の文が保存期間などで消えた")

OF_A_REPLY = (RIGHT, PARTIAL, WRONG, OVERREACH, UNCLEAR)
OF_SILENCE = (SILENT, MISSED, UNCLEAR)
LABELS: Mapping[str, Label] = MappingProxyType(
    {one.id: one for one in (RIGHT, SILENT, PARTIAL, WRONG, OVERREACH, MISSED, UNCLEAR, GONE)}
)
"""In the order in which they are shown and counted: every question has exactly one."""
GOOD = frozenset({RIGHT.id, SILENT.id})
"""What the rate counts as right."""
MISGUIDING = frozenset({WRONG.id, OVERREACH.id})
"""After these somebody looks whether it is a 誤案内 to be set down."""


def labels_for(decision: str) -> Sequence[Label]:
    """Those that can be said of what was decided: nothing was shown, or something was."""
    return OF_SILENCE if decision == "none" else OF_A_REPLY


def final_label(said: Collection[str], settled: str | None, *, has_text: bool) -> str | None:
    """What counts of a question; None while somebody has still to judge, or people judged differently.

    ``said``: the labels of all who judged it.  A question that lost its text unjudged stays in the count.
    """
    if settled is not None:
        return settled
    if not said:
        return None if has_text else GONE.id
    return next(iter(said)) if len(set(said)) == 1 else None
