"""住民のことば for the editors of the home page, as .xlsx."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from knowledge.answers import Answer
from knowledge.comparison import moment_name
from knowledge.demo_data import NOTICE
from knowledge.models import ResidentWord
from knowledge.resident_words import Listed, months_text
from knowledge.small_counts import EXPLAINED, shown_count
from knowledge.tabular import OutSheet
from knowledge.workbooks import workbook_bytes

_HEADINGS = ("住民のことば", "役所のことば（案）", "答え（ページの話題）", "ページ", "人数", "質問の数", "月の数")
_UNKNOWN = ("語", "人数", "質問の数", "月の数", "答えの中にあるか")


def editors_workbook(
    town: str,
    pairs: Sequence[Listed],
    unknown: Sequence[ResidentWord],
    answers: Mapping[str, Answer],
    moment: dt.datetime,
    *,
    demo: bool = False,
) -> bytes:
    """``unknown``: the words that led to no answer yet.  ``demo``: they are of invented questions."""
    about = [
        ("住民のことば", town),
        *([("見本", NOTICE)] if demo else []),
        ("書き出した日時", moment_name(moment)),
        ("使い方", "ページの見出しや本文に、住民のことばを添えてください（例：家庭系大型廃棄物（粗大ごみ））。"),
        ("数え方", "人が分かる LINE の質問から、3人以上が使った語だけを出しています。名前と場所の名前は出しません。"),
        ("注意", "自動で結んだものです。ちがうものもあります。ここに届いた質問だけで、市民全体の声ではありません。"),
        ("少ない数", EXPLAINED),
        ("役所のことば（案）", "言いかえとして合わないことも多いので、答えの題を見て使ってください。"),
    ]
    rows = [
        (
            one.row.word,
            one.row.official,
            answers[one.row.entry_id].title if one.row.entry_id in answers else "",
            page_of(answers.get(one.row.entry_id)),
            shown_count(one.row.askers),
            shown_count(one.row.questions),
            months_text(one.row),
        )
        for one in pairs
    ]
    none = [
        (
            row.word,
            shown_count(row.askers),
            shown_count(row.questions),
            months_text(row),
            "ある" if row.in_answers else "どの答えにもない",
        )
        for row in unknown
    ]
    sheets = [
        OutSheet("ことばの対応", _HEADINGS, (24, 24, 44, 44, 10, 10, 10), frozenset({4, 5, 6}), rows, "B2"),
        OutSheet("答えのない語", _UNKNOWN, (24, 10, 10, 10, 22), frozenset({1, 2, 3}), none, "B2"),
    ]
    return workbook_bytes(about, sheets)


def page_of(answer: Answer | None) -> str:
    """The address of the page that the answer leads to."""
    return answer.links[0][1] if answer is not None and answer.links else ""
