"""What a page of A4 says of a month: a few figures, what was asked most, what was missed, what was mended."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.breakdowns import breakdown, counted
from knowledge.headlines import askers_text, nameless_text
from knowledge.intervals import TOO_FEW, Share
from knowledge.need_steps import STATES
from knowledge.report_accuracy import latest, rate_words
from knowledge.report_documents import NOBODY, NOT_COUNTED, Names, change_words, outcome_share, partly
from knowledge.report_figures import NeedLine, PeriodFigures
from knowledge.report_offices import application_words, certificate_words

MOST = 5
LONGEST = 44
"""Letters of a line: so that the page stays one, whatever a need or an answer is called."""
MOST_EVENTS = 3


@dataclass(frozen=True)
class Number:
    label: str
    value: str
    note: str


@dataclass(frozen=True)
class Overview:
    numbers: tuple[Number, ...]
    change: str
    asked: tuple[tuple[str, str], ...]
    needs: tuple[tuple[str, str, str, str], ...]
    """Name, asked of the bot, noted by staff, what is done."""
    improvements: tuple[tuple[str, str], ...]
    events: tuple[str, ...]
    accuracy: str
    offices: str
    empty: str
    """What is said where nothing is listed of what was asked."""


def overview_of(found: PeriodFigures, names: Names) -> Overview:
    return Overview(
        numbers=_numbers(found),
        change=change_words(found),
        asked=tuple(
            (_short(names("entry", value)), f"{one.asked:,}件")
            for value, one in breakdown(found.by["entry"], ("",)).shown[:MOST]
        ),
        needs=tuple(_need(line) for line in found.needs[:MOST]) if found.stands else (),
        improvements=tuple((_short(one.card.name), outcome_share(one)) for one in found.improvements),
        events=tuple(_short(event.name) for event in found.events[:MOST_EVENTS]),
        accuracy=accuracy_words(found),
        offices=office_words(found),
        empty="ありません。" if found.stands else NOT_COUNTED,
    )


def _need(line: NeedLine) -> tuple[str, str, str, str]:
    return _short(line.card.name), counted(line.times), counted(line.noted), STATES[line.card.state]


def accuracy_words(found: PeriodFigures) -> str:
    """正答率 in a line."""
    judged = latest(found.accuracy)
    if judged is None:
        return "正答率：まだ確かめていません（「正答率の確かめ」で質問をくじで引いて確かめ、確定すると出ます）。"
    return f"正答率：{rate_words(judged)}。"


def office_words(found: PeriodFigures) -> str:
    """The offices' counts in a line."""
    told = [one for one in (certificate_words(found.offices), application_words(found.offices)) if one]
    invented = "【見本の件数】" if found.offices.invented else ""
    if not told:
        return "課の件数（証明書・電子申請）：まだ入っていません（「課の件数」に取り込むと出ます）。"
    return f"課の件数：{'、'.join(told)}。{invented}"


def _numbers(found: PeriodFigures) -> tuple[Number, ...]:
    now, before = found.now, found.before
    if found.stands is None:
        return tuple(Number(label, "－", "この期間の数字はありません") for label in _LABELS)
    outside = _share(now.outside_share) if found.stands.hours_known else ("分かりません", "受付時間が未設定")
    whole = "の全体" if found.is_running else ""
    span = partly(found, found.period.previous) or whole
    was = f"前の期間{span} {before.asked:,}件" if before else f"前の期間 {NOBODY}"
    was = f"途中の値。{was}" if found.is_running else was
    people = nameless_text(now, f" {now.nameless:,}件") or "同じ人は一度だけ"
    told = (
        (f"{now.asked:,}件", was),
        (askers_text(now, "人", total=True), people),
        _share(now.shown_share),
        _share(now.estimated_share),
        _share(now.none_share),
        outside,
    )
    return tuple(Number(label, *one) for label, one in zip(_LABELS, told, strict=True))


_LABELS = ("質問", "使った人", "答えを示せた割合", "解決率（推定）", "答えられなかった割合", "受付時間の外")


def _share(share: Share) -> tuple[str, str]:
    return (share.percent, share.words) if share.is_judged else ("－", TOO_FEW)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
