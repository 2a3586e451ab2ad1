"""What a page of A4 says of a month: a few figures, what was asked most, what was missed, what was mended."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.intervals import TOO_FEW, Share
from knowledge.need_steps import STATES
from knowledge.report_documents import NOBODY, Names, change_words, outcome_share
from knowledge.report_figures import PeriodFigures, spread

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
    needs: tuple[tuple[str, str, str], ...]
    improvements: tuple[tuple[str, str], ...]
    events: tuple[str, ...]


def overview_of(found: PeriodFigures, names: Names) -> Overview:
    return Overview(
        numbers=_numbers(found),
        change=change_words(found),
        asked=tuple(
            (_short(names("entry", value)), f"{one.asked:,}件")
            for value, one in [each for each in spread(found.by["entry"]) if each[0] and each[1].asked][:MOST]
        ),
        needs=tuple(
            (_short(line.card.name), f"{line.times:,}件", STATES[line.card.state]) for line in found.needs[:MOST]
        ),
        improvements=tuple((_short(one.card.name), outcome_share(one)) for one in found.improvements),
        events=tuple(_short(event.name) for event in found.events[:MOST_EVENTS]),
    )


def _numbers(found: PeriodFigures) -> tuple[Number, ...]:
    now, before = found.now, found.before
    outside = (
        _share(now.outside_share) if found.stands and found.stands.hours_known else ("分かりません", "受付時間が未設定")
    )
    was = f"前の期間 {before.asked:,}件" if before else f"前の期間 {NOBODY}"
    people = f"ほかに、だれか分からない質問 {now.nameless:,}件" if now.nameless else "同じ人は一度だけ"
    return (
        Number("質問", f"{now.asked:,}件", was),
        Number("使った人", f"{now.askers:,}人", people),
        Number("答えを示せた割合", *_share(now.shown_share)),
        Number("解決率（推定）", *_share(now.estimated_share)),
        Number("答えられなかった割合", *_share(now.none_share)),
        Number("受付時間の外", *outside),
    )


def _share(share: Share) -> tuple[str, str]:
    return (share.percent, share.words) if share.is_judged else ("－", TOO_FEW)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
