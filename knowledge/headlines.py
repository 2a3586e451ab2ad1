"""The figures of a period as officials read them: each with its number, how sure it is, and what it means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from knowledge.intervals import TOO_FEW, Share, share
from knowledge.small_counts import shown_count
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


Counted = Callable[[int, str], str]
"""A count with its unit, told or not."""


UNKNOWN = "分からない"


def are_known(times: int, askers: int) -> bool:
    """Whether anybody can be told apart among those who asked ``times`` times: none is not known, and no 0."""
    return bool(askers) or not times


def people_text(times: int, askers: int, unit: str = "", *, total: bool = False) -> str:
    return shown_count(askers, unit, total=total) if are_known(times, askers) else UNKNOWN


def askers_text(found: Tally, unit: str = "", *, total: bool = False) -> str:
    """How many people asked, wherever it is told."""
    return people_text(found.asked, found.askers, unit, total=total)


def nameless_text(found: Tally, count: str) -> str:
    """What is said beside the people of the questions of which nobody knows who asked; ``count`` of them."""
    if not found.nameless:
        return ""
    return f"{'ほかに、' if found.askers else ''}だれか分からない質問{count}"


def headlines(
    found: Tally, *, hours_known: bool, noted: bool, total: bool = True, of_office: bool = False
) -> list[Headline]:
    """Those that mean something for the channel: what staff noted was never offered choices or rated.

    ``total``: of all that came, whose small counts are told; those of one 課 or one way alone are not.
    ``of_office``: of one 課 alone; most questions in vain have none, so nothing is told of how many were answered.
    """
    counted = partial(shown_count, total=total)
    came = _came_to_office(found, counted) if of_office and not noted else _came_of_it(found, counted, noted=noted)
    lines = [*_asked(found, counted, askers_text(found, "人", total=total)), *came]
    if not noted:
        lines += _solved(found, counted, of_office=of_office)
    return [
        *lines,
        _outside(found, counted, hours_known=hours_known),
        *([] if noted else [_small_talk(found, counted)]),
    ]


def _asked(found: Tally, counted: Counted, askers: str) -> list[Headline]:
    return [
        Headline("asked", "質問", counted(found.asked, "件"), "", "あいさつだけの文は入れません。"),
        Headline(
            "askers",
            "人数",
            askers,
            nameless_text(found, f"が{counted(found.nameless, '件')}"),
            "同じ人は一度だけ数えます。LINE は年度の中で同じ人と分かり、ウェブは会話ごとに一人と数えます。"
            "職員が書きとめた質問は、だれか分かりません。",
        ),
    ]


def _came_of_it(found: Tally, counted: Counted, *, noted: bool) -> list[Headline]:
    def line(name: str, label: str, part: int, meaning: str) -> Headline:
        return _line(name, label, part, found.asked, meaning, counted)

    if noted:
        return [
            line("answered", "その場で答えた", found.answered, "職員が「答えた」と書きとめた質問です。"),
            line("handoff", "ほかの課・機関につないだ", found.handoff, "書きとめた結果です。"),
            line("none", "答えられなかった", found.none, "書きとめた結果です。"),
        ]
    taken, refused = counted(found.taken, "件"), counted(found.refused, "件")
    return [
        line("answered", "答えを示した", found.answered, "一つの答えを、その場で示した質問です。"),
        line(
            "offered",
            "選択肢を示した",
            found.offered,
            f"近い答えを選んでもらった質問です。うち選ばれた{taken}、「この中にない」{refused}。",
        ),
        line("none", "答えられなかった", found.none, "「わかりません」と伝え、問い合わせ先を示した質問です。"),
        line(
            "handoff",
            "人・緊急の窓口を案内した",
            found.handoff,
            "職員と話したい人や、急ぎの人に、連絡先を示した質問です。",
        ),
    ]


NO_OFFICE_SHARE = "割合は出しません（答えられなかった質問の多くは、担当課が分からず入っていないため）"


def _came_to_office(found: Tally, counted: Counted) -> list[Headline]:
    """Counts alone: a choice belongs to a 課 once it is taken, a question in vain only by what was nearest to it."""
    return [
        Headline(
            "answered",
            "答えを示した",
            counted(found.answered, "件"),
            NO_OFFICE_SHARE,
            "この課の答えを、その場で示した質問です。",
        ),
        Headline(
            "taken",
            "選択肢から選ばれた",
            counted(found.taken, "件"),
            NO_OFFICE_SHARE,
            "この課の答えが選ばれた質問です。選ばれなかった選択肢（「この中にない」も）は、どの課の数にも入りません。",
        ),
        Headline(
            "none",
            "答えられなかった",
            counted(found.none, "件"),
            NO_OFFICE_SHARE,
            "「わかりません」と伝えた質問のうち、いちばん近い答えがこの課のものです。",
        ),
        Headline(
            "handoff",
            "人・緊急の窓口を案内した",
            counted(found.handoff, "件"),
            NO_OFFICE_SHARE,
            "連絡先を示した質問のうち、この課のものと分かるものです。",
        ),
    ]


def _solved(found: Tally, counted: Counted, *, of_office: bool) -> list[Headline]:
    shown, said = counted(found.shown, "件"), counted(found.solved + found.unsolved, "件")
    of_shown = f"、{found.solved_coverage.percent}" if found.solved_coverage.is_judged else ""
    return [
        Headline(
            "solved",
            "解決率（回答による）",
            found.solved_share.percent,
            _of(found.solved_share, counted),
            "「解決した」÷（「解決した」＋「解決しなかった」）。"
            f"押した人だけの割合です（答えが示された{shown}のうち{said}{of_shown}）。",
        ),
        Headline(
            "estimated",
            "解決率（推定）",
            found.estimated_share.percent,
            _of(found.estimated_share, counted),
            "答えが示された質問のうち、そのあと「解決しなかった」・3分以内の言いかえ・電話番号を見る、のどれもなかった割合。"
            + (
                f"もとになったのは、全部の質問の{found.estimated_coverage.percent}です。"
                if found.estimated_coverage.is_judged and not of_office
                else ""
            ),
        ),
    ]


def _outside(found: Tally, counted: Counted, *, hours_known: bool) -> Headline:
    meaning = "「受付時間」に入れた、いちばん上の場所の受付時間の外（休みの日、昼休みも）に届いた質問です。"
    if not hours_known:
        return Headline("outside", "受付時間の外", "分かりません", "受付時間が入っていません", meaning)
    return _line("outside", "受付時間の外", found.outside, found.asked, meaning, counted)


def _small_talk(found: Tally, counted: Counted) -> Headline:
    return Headline("small_talk", "あいさつ", counted(found.small_talk, "件"), "", "質問には数えません。")


def _line(name: str, label: str, part: int, whole: int, meaning: str, counted: Counted) -> Headline:
    found = share(part, whole)
    return Headline(
        name, label, counted(part, "件"), f"{found.percent}（{found.words}）" if found.is_judged else TOO_FEW, meaning
    )


def _of(found: Share, counted: Counted) -> str:
    """Nothing of a share that is not told: its two numbers would tell it."""
    if not found.is_judged:
        return ""
    return f"{counted(found.whole, '件')}中{counted(found.part, '件')}。{found.words}"
