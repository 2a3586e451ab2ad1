"""Which answers the questions are about that staff noted: while nothing is known of it, none found is no 0."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from knowledge.periods import Period
from knowledge.small_counts import shown_count
from knowledge.tallies import NOTED_TOGETHER, standing, tally

UNKNOWN = "分からない"
NOT_COUNTED = "記録なし"


@dataclass(frozen=True)
class NotedCounts:
    """``asked``: how many were noted in a period; ``unmatched``: of how many no answer is known."""

    asked: int
    unmatched: int
    is_counted: bool = True

    @property
    def is_known(self) -> bool:
        return self.unmatched < self.asked or not self.asked

    def text(self, count: int) -> str:
        """``count`` of them as a cell has it."""
        if not self.is_counted:
            return NOT_COUNTED
        return shown_count(count) if self.is_known else UNKNOWN

    @property
    def told(self) -> str:
        """What a page with such counts says of them."""
        if not self.is_counted:
            return "職員が書きとめた質問（電話・窓口など）の、この期間の記録はありません。"
        if not self.asked:
            return "この期間に、職員が書きとめた質問（電話・窓口など）はありません。"
        if not self.is_known:
            return (
                f"職員が書きとめた質問（電話・窓口など）{self.asked:,}件は、どの答えのことか分かりません。"
                f"そのため「{UNKNOWN}」とします。"
            )
        rest = f"合う答えが見つからない{self.unmatched:,}件は入っていません。" if self.unmatched else ""
        return (
            f"「電話・窓口など」は、職員が書きとめた質問{self.asked:,}件のうち、"
            f"文に合う答えをこたえが選べたものです。{rest}"
        )


def noted_counts(session: Session, code: str, period: Period) -> NotedCounts:
    asked = tally(session, code, period, NOTED_TOGETHER).asked
    unmatched = tally(session, code, period, NOTED_TOGETHER, "entry", "").asked
    return NotedCounts(asked, unmatched, standing(session, code, period, NOTED_TOGETHER) is not None)
