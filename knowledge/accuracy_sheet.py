"""The figures of 正答率 as .xlsx: a line a month, with what each number is of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from knowledge.accuracy_figures import DEFINITION, MonthFigures
from knowledge.accuracy_labels import LABELS
from knowledge.comparison import moment_name
from knowledge.demo_data import NOTICE
from knowledge.intervals import Share
from knowledge.tabular import OutSheet
from knowledge.workbooks import workbook_bytes

_HEADINGS = (
    *("月", "質問の数", "引けなかった（文を残さない種類）", "引けなかった（文が消えた）", "引いた数"),
    *("正答の数", "正答率", "95%の幅（下）", "95%の幅（上）", "言いかえると"),
    *(label.name for label in LABELS.values()),
)
_OPEN = "しるしを付けている途中です"


def accuracy_workbook(town: str, months: Sequence[MonthFigures], moment: dt.datetime) -> bytes:
    about = [
        ("正答率の確かめ", town),
        ("書き出した日時", moment_name(moment)),
        ("正答率とは", DEFINITION),
        ("引き方", "月が終わってから、その月の質問（LINE・ウェブ・API）の中から、くじで引きます。だれも選べません。"),
        ("幅", "Wilson の95%信頼区間です。くじの当たりはずれで、このくらいの幅があります。"),
    ]
    if any(one.invented for one in months):
        about.append(("見本", NOTICE))
    numbers = frozenset({1, 2, 3, 4, 5, *range(10, 10 + len(LABELS))})
    widths = (16, 10, 16, 16, 10, 10, 24, 12, 12, 28, *[14] * len(LABELS))
    sheets = [OutSheet("正答率", _HEADINGS, widths, numbers, [tuple(_cells(one)) for one in months], "B2")]
    rows = [
        (one.month.name, stratum.name, str(stratum.rate.whole), str(stratum.rate.part), *_rate(stratum.rate))
        for one in months
        if one.is_published
        for stratum in (*one.by_reply, *one.by_channel)
    ]
    headings = ("月", "種類", "引いた数", "正答の数", "正答率", "95%の幅（下）", "95%の幅（上）", "言いかえると")
    sheets.append(OutSheet("種類ごと", headings, (16, 26, 10, 10, 24, 12, 12, 28), frozenset({2, 3}), rows))
    meanings = [(label.name, label.meaning) for label in LABELS.values()]
    sheets.append(OutSheet("しるしの意味", ("しるし", "意味"), (30, 90), frozenset(), meanings, "A2"))
    return workbook_bytes(about, sheets)


def _cells(one: MonthFigures) -> Iterator[str]:
    yield f"{one.month.name}（見本）" if one.invented else one.month.name
    yield from (str(one.asked), str(one.delicate), str(one.textless), str(one.drawn))
    if not one.is_published:
        yield from ("", _OPEN if one.drawn else "引ける質問がありませんでした", "", "", "", *[""] * len(LABELS))
        return
    yield str(one.rate.part)
    yield from _rate(one.rate)
    yield from (str(one.counts.get(label, 0)) for label in LABELS)


def _rate(rate: Share) -> tuple[str, str, str, str]:
    if not rate.is_judged:
        return rate.percent, "", "", ""
    return rate.percent, f"{rate.low * 100:.1f}%", f"{rate.high * 100:.1f}%", rate.words
