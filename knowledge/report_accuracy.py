"""正答率 in documents: the months that were judged, each with what it is of and how sure it is; else what to do."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.accuracy_figures import DEFINITION, MonthFigures
from knowledge.calendar import today
from knowledge.intervals import Share
from knowledge.periods import Period
from knowledge.report_tables import ReportTable

NOT_JUDGED = (
    "まだ確かめていません。「正答率の確かめ」で質問をくじで引き、しるしを付けて、承認の役割の人が確定すると出ます。"
)
MONTH_RUNS = "まだ確かめていません。くじは、月が終わってから引きます。"
INVENTED = "見本のデータから引いたもので、実際の正答率ではありません。"


def accuracy_table(months: Sequence[MonthFigures], period: Period) -> ReportTable:
    """``months``: those of the period, the last first."""
    replies = tuple(dict.fromkeys(one.name for month in months for one in month.by_reply if month.is_published))
    rows = tuple(_row(month, replies) for month in months)
    invented = INVENTED if any(month.invented for month in months) else ""
    of_a_part = "返したものごとの正答率は、それぞれを分母にしています。" if replies else ""
    headings = ("月", "正答率とその幅", "正答（件）", "くじで引いた（件）", *(f"うち{name}" for name in replies))
    return ReportTable(
        "正答率（くじで引いた質問を、職員が確かめたもの）",
        headings,
        rows,
        f"{DEFINITION}{of_a_part}{invented}",
        frozenset({2, 3}),
        MONTH_RUNS if period.last >= today() and period.days < _A_YEAR else NOT_JUDGED,
    )


_A_YEAR = 365


def _row(month: MonthFigures, replies: Sequence[str]) -> tuple[str, ...]:
    if not month.is_published:
        return (month.month.name, state_words(month), *[""] * (2 + len(replies)))
    parts = {one.name: one.rate for one in month.by_reply}
    numbers = (f"{month.rate.part:,}", f"{month.rate.whole:,}")
    return (
        month.month.name,
        _part(month.rate),
        *numbers,
        *(_part(parts[name]) if name in parts else "（なし）" for name in replies),
    )


def _part(rate: Share) -> str:
    return f"{rate.percent}（{rate.words}）" if rate.is_judged else rate.percent


def state_words(month: MonthFigures) -> str:
    """How far a month is that has no rate yet."""
    if month.drawn == 0:
        return "引ける質問がありませんでした"
    if month.labelled < month.drawn:
        return f"確かめているところです（{month.drawn:,}件のうち{month.labelled:,}件）"
    return "しるしは付いています。確定していません"


def latest(months: Sequence[MonthFigures]) -> MonthFigures | None:
    """The last month that was judged to its end."""
    return next((month for month in months if month.is_published), None)


def rate_words(month: MonthFigures) -> str:
    """``令和8年10月は84.0%（くじで引いた50件中42件。100件中およそ71〜92件）``."""
    rate = month.rate
    of = f"くじで引いた{rate.whole:,}件中{rate.part:,}件" + (f"。{rate.words}" if rate.is_judged else "")
    return f"{month.month.name}は{rate.percent}（{of}）{'【見本】' if month.invented else ''}"
