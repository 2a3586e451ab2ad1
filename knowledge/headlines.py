"""The figures of a period as officials read them: each with its number, how sure it is, and what it means."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.intervals import TOO_FEW, Share, share
from knowledge.tallies import Tally

NOT_THE_POPULATION = (
    "ここに届いた質問だけの数です。使っていない人、電話や窓口だけの人の声は入っていないので、"
    "市民全体の割合ではありません。"
)  # fmt: skip


@dataclass(frozen=True)
class Headline:
    """``words``: the share with its interval, empty where the figure is a count alone; ``meaning``: its definition."""

    id: str
    label: str
    count: str
    words: str
    meaning: str


def headlines(found: Tally, *, hours_known: bool, noted: bool) -> list[Headline]:
    """Those that mean something for the channel: what staff noted was never offered choices or rated."""
    lines = [*_asked(found), *_came_of_it(found, noted=noted)]
    if not noted:
        lines += _solved(found)
    return [*lines, _outside(found, hours_known=hours_known), *([] if noted else [_small_talk(found)])]


def _asked(found: Tally) -> list[Headline]:
    return [
        Headline("asked", "質問", f"{found.asked:,}件", "", "あいさつだけの文は入れません。"),
        Headline(
            "askers",
            "人数",
            f"{found.askers:,}人",
            f"ほかに、だれか分からない質問が{found.nameless:,}件" if found.nameless else "",
            "同じ人は一度だけ数えます。LINE は年度の中で同じ人と分かり、ウェブは会話ごとに一人と数えます。",
        ),
    ]


def _came_of_it(found: Tally, *, noted: bool) -> list[Headline]:
    if noted:
        return [
            _line("answered", "その場で答えた", found.answered, found.asked, "職員が「答えた」と書きとめた質問です。"),
            _line("handoff", "ほかの課・機関につないだ", found.handoff, found.asked, "書きとめた結果です。"),
            _line("none", "答えられなかった", found.none, found.asked, "書きとめた結果です。"),
        ]
    return [
        _line("answered", "答えを示した", found.answered, found.asked, "一つの答えを、その場で示した質問です。"),
        _line(
            "offered",
            "選択肢を示した",
            found.offered,
            found.asked,
            f"近い答えを選んでもらった質問です。うち選ばれた{found.taken:,}件、「この中にない」{found.refused:,}件。",
        ),
        _line(
            "none",
            "答えられなかった",
            found.none,
            found.asked,
            "「わかりません」と伝え、問い合わせ先を示した質問です。",
        ),
        _line(
            "handoff",
            "人・緊急の窓口を案内した",
            found.handoff,
            found.asked,
            "職員と話したい人や、急ぎの人に、連絡先を示した質問です。",
        ),
    ]


def _solved(found: Tally) -> list[Headline]:
    said = found.solved + found.unsolved
    return [
        Headline(
            "solved",
            "解決率（回答による）",
            found.solved_share.percent,
            _of(found.solved_share),
            "「解決した」÷（「解決した」＋「解決しなかった」）。"
            f"押した人だけの割合です（答えが示された{found.shown:,}件のうち{said:,}件、{found.solved_coverage.percent}）。",
        ),
        Headline(
            "estimated",
            "解決率（推定）",
            found.estimated_share.percent,
            _of(found.estimated_share),
            "答えが示された質問のうち、そのあと「解決しなかった」・3分以内の言いかえ・電話番号を見る、のどれもなかった割合。"
            f"もとになったのは、全部の質問の{found.estimated_coverage.percent}です。",
        ),
    ]


def _outside(found: Tally, *, hours_known: bool) -> Headline:
    meaning = "「受付時間」に入れた、いちばん上の場所の受付時間の外（休みの日、昼休みも）に届いた質問です。"
    if not hours_known:
        return Headline("outside", "受付時間の外", "分かりません", "受付時間が入っていません", meaning)
    return _line("outside", "受付時間の外", found.outside, found.asked, meaning)


def _small_talk(found: Tally) -> Headline:
    return Headline("small_talk", "あいさつ", f"{found.small_talk:,}件", "", "質問には数えません。")


def _line(name: str, label: str, part: int, whole: int, meaning: str) -> Headline:
    found = share(part, whole)
    return Headline(
        name, label, f"{part:,}件", f"{found.percent}（{found.words}）" if found.is_judged else TOO_FEW, meaning
    )


def _of(found: Share) -> str:
    return (
        f"{found.whole:,}件中{found.part:,}件。{found.words}"
        if found.is_judged
        else f"{found.whole:,}件中{found.part:,}件"
    )
