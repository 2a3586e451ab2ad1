"""今週やること: what waits for one member of staff, the most useful first, and how much of it fits half an hour.

Only decisions: what there is comes from knowledge.this_week_counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

BUDGET = 30
"""Minutes: what officials have for this beside their work, once a week or twice."""
FIRST_SHARE = 10
"""Minutes that one pile takes before the others had their turn: else a large one would hide all below it."""
EXAMPLES = 3


class Kind(Enum):
    """What may wait, in the order of use; the values are what staff read.

    First what residents are told wrongly or what stops a colleague, then what they are not told, then upkeep.
    """

    CONFIRM = "事後承認を待っている緊急公開"
    REQUEST = "承認依頼"
    BOOKED = "予約のとおりに変わると、悪くなるもの"
    RETURNED = "差し戻されたもの"
    REFUSED = "事後承認で認められなかったもの"
    DOUBTFUL = "役に立たなかったかもしれない答え"
    OVERDUE = "確認の日や期間を過ぎたもの"
    REVIEW = "一括見直しの未回答"
    NEED = "答えられなかった質問"
    INQUIRY = "期限を過ぎた照会"
    LINK = "開けないリンク"
    COMMON = "共通の答えなどの更新"
    SOON = "もうすぐ確認の日や期間の終わりが来るもの"
    IMPORTED = "取り込んだままの下書き"
    DRAFT = "書きかけのままの下書き"

    @property
    def minutes(self) -> int:
        """How long one takes, about."""
        return _MINUTES[self]

    @property
    def why(self) -> str:
        return _WHY[self]


_MINUTES = {
    Kind.CONFIRM: 5,
    Kind.REQUEST: 5,
    Kind.BOOKED: 10,
    Kind.RETURNED: 10,
    Kind.REFUSED: 10,
    Kind.DOUBTFUL: 10,
    Kind.OVERDUE: 5,
    Kind.REVIEW: 2,
    Kind.NEED: 10,
    Kind.INQUIRY: 3,
    Kind.LINK: 3,
    Kind.COMMON: 2,
    Kind.SOON: 5,
    Kind.IMPORTED: 3,
    Kind.DRAFT: 10,
}
_WHY = {
    Kind.CONFIRM: "承認の前に公開されています。正しいかどうかを決めてください。",
    Kind.REQUEST: "書いた人が待っています。承認するか、理由を書いて差し戻してください。",
    Kind.BOOKED: "予約の前日に、もう一度影響を確かめました。結果を読み、直すか、予約をやめてください。",
    Kind.RETURNED: "理由を読んで直し、もう一度、承認を依頼してください。",
    Kind.REFUSED: "前の文に戻しました。理由を読み、要るなら正しい文を書いて、承認を依頼してください。",
    Kind.DOUBTFUL: "「解決しなかった」や「この中にない」が続いています。文を読み直してください。",
    Kind.OVERDUE: "古いままか、もう表示されていません。今も正しいかを確かめてください。",
    Kind.REVIEW: "担当課の答えについて、変更なし・修正・廃止を選んでください。",
    Kind.NEED: "この7日間に、答えを示せなかったものです。多く聞かれたものから答えを書いてください。",
    Kind.INQUIRY: "担当課に督促し、督促した日を票に記録してください。回答が来ていれば、取り込んでください。",
    Kind.LINK: "別の日に2回続けて開けませんでした。新しい住所に直してください。",
    Kind.COMMON: "採用するか、見送るかを選んでください。",
    Kind.SOON: "30日のうちに来ます。早めに確かめておけます。",
    Kind.IMPORTED: "住民にはまだ出ていません。読んで公開するか、やめるかを決めてください。",
    Kind.DRAFT: "続きを書くか、取り下げてください。",
}


@dataclass(frozen=True)
class Example:
    """One thing of a pile: what staff know it by, and one more word on it.

    ``kind`` and ``id``: what it is (``entry``, ``plan``, ``change`` …), for its page to be opened; empty for none.
    """

    text: str
    note: str = ""
    kind: str = ""
    id: str = ""


@dataclass(frozen=True)
class Pile:
    """What waits of one kind."""

    kind: Kind
    count: int
    examples: tuple[Example, ...] = ()
    changes: int = 0
    """How many of them are changes of tables (変更の承認), and not answers."""

    @property
    def minutes(self) -> int:
        return self.count * self.kind.minutes


@dataclass(frozen=True)
class Task:
    """A pile, and how many of it are meant for this week's half hour."""

    pile: Pile
    now: int

    @property
    def now_minutes(self) -> int:
        return self.now * self.pile.kind.minutes


@dataclass(frozen=True)
class Week:
    """``first``: of what something fits the half hour; ``later``: the rest."""

    first: tuple[Task, ...]
    later: tuple[Task, ...]

    @property
    def minutes(self) -> int:
        return sum(task.now_minutes for task in self.first)


@dataclass(frozen=True)
class Figures:
    """Questions of seven days.  ``asked``: all but greetings; the others add up to it."""

    asked: int = 0
    answered: int = 0
    choices: int = 0
    unanswered: int = 0
    handed_on: int = 0


def planned(piles: Iterable[Pile], budget: int = BUDGET) -> Week:
    """Share the half hour out: each pile a little in the order of use, then what is left, again in order."""
    places = {kind: place for place, kind in enumerate(Kind)}
    waiting = sorted((pile for pile in piles if pile.count), key=lambda pile: places[pile.kind])
    taken = [0] * len(waiting)
    left = budget
    for most in (FIRST_SHARE, budget):
        for place, pile in enumerate(waiting):
            share = min(most - taken[place] * pile.kind.minutes, left)
            more = min(pile.count - taken[place], max(share, 0) // pile.kind.minutes)
            taken[place] += more
            left -= more * pile.kind.minutes
    tasks = [Task(pile, now) for pile, now in zip(waiting, taken, strict=True)]
    return Week(tuple(task for task in tasks if task.now), tuple(task for task in tasks if not task.now))


def reaches(departments: frozenset[str] | None, department: str | None) -> bool:
    """Whether somebody with a role for ``departments`` (None: the whole) has it for what is ``department``'s."""
    return departments is None or (department is not None and department in departments)
