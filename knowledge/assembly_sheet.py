"""議会想定問答シート: what a councillor may ask, answered from what was counted and written; else why it is unknown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.calendar import JST, date_name
from knowledge.intervals import FEWEST, TOO_FEW, Share
from knowledge.report_documents import ANSWERED_MEANS, Names, ReportTable, outcome_share
from knowledge.report_figures import FIGURES, PeriodFigures, friends_share
from knowledge.tallies import Tally
from knowledge.year_facts import SPANS, YearFacts

UNKNOWN = "分かりません"
NOT_WRITTEN = "記録がないため。「年度の記録」に書くと、ここに出ます"
NOT_COUNTED = "この年度の数字を、まだ数えていないため"
MOST_TOLD, LONGEST_TOLD = 10, 300
"""Things that one answer lists, and letters of what staff wrote about each."""
_MOST_LANGUAGES = 4


@dataclass(frozen=True)
class Item:
    """``basis``: what the answer rests on, or why it is not known."""

    question: str
    answer: str
    basis: str
    known: bool = True


@dataclass(frozen=True)
class YearTold:
    """All that the sheet is made of: of the year, and of the one before."""

    found: PeriodFigures
    facts: YearFacts
    facts_before: YearFacts
    names: Names
    opened_on: dt.date | None = None


def items(told: YearTold) -> tuple[Item, ...]:
    return tuple(_items(told))


def _items(told: YearTold) -> Iterator[Item]:
    yield _cost(told)
    yield _staff_hours(told)
    yield _calls(told)
    yield _friends(told)
    yield _asked(told)
    yield _answered(told)
    yield _solved(told)
    yield _misguidance(told)
    yield _outside(told)
    yield _improvements(told)
    yield from _targets(told)
    for name, question in (
        ("help_old", "スマートフォンを使わない高齢の方には、どう配慮しているか。"),
        ("help_disabled", "障害のある方には、どう配慮しているか。"),
        ("help_foreign", "外国人住民には、どう配慮しているか。"),
    ):
        yield _help(told, name, question)
    yield _incidents(told)
    yield _last_year(told)


def _unknown(question: str, why: str = NOT_WRITTEN) -> Item:
    return Item(question, UNKNOWN, why, known=False)


def _yen(value: float) -> str:
    return f"{value:,.0f}円"


def _cost(told: YearTold) -> Item:
    question = "年間の経費はいくらか。1件あたりではいくらか。"
    cost, now = told.facts.number("cost"), told.found.now
    if cost is None:
        return _unknown(question)
    if not told.found.stands or not now.asked:
        why = NOT_COUNTED if not told.found.stands else "質問が1件もなかったため、1件あたりは出せません"
        return Item(question, f"{_yen(cost)}。1件あたりは{UNKNOWN}。", f"経費は年度の記録。{why}。")
    each = f"質問1件あたり{_yen(cost / now.asked)}"
    if now.shown:
        each += f"、答えを示せた1件あたり{_yen(cost / now.shown)}"
    basis = f"経費は年度の記録。質問{now.asked:,}件、答えを示せた質問{now.shown:,}件で割ったもの。"
    return Item(question, f"{_yen(cost)}。{each}。", basis)


def _staff_hours(told: YearTold) -> Item:
    question = "職員の作業時間はどれだけか。"
    hours = told.facts.number("staff_hours")
    if hours is None:
        return _unknown(question)
    return Item(question, f"年間{hours:,.10g}時間。", "年度の記録（答えづくり・見直し・集計にかけた時間）。")


def _calls(told: YearTold) -> Item:
    question = "電話は減ったのか。"
    before, after = told.facts.number("calls_before"), told.facts.number("calls_after")
    if before is None or after is None:
        missing = "はじめる前" if before is None else "この年度"
        return _unknown(question, f"電話の件数（{missing}）の記録がないため。はじめる前と同じ数え方の数が要ります")
    span = SPANS.get(told.facts.text("calls_span"), "期間の記録なし")
    change = f"{(after - before) / before * 100:+.1f}%" if before else "割合は出せません"
    answer = f"はじめる前{before:,.0f}件、この年度{after:,.0f}件（{span}）。差は{after - before:+,.0f}件（{change}）。"
    return Item(question, answer, "年度の記録。制度の変更や時期など、ほかの理由でも増減します。")


def _friends(told: YearTold) -> Item:
    question = "どれだけの住民が登録しているか。"
    friends, share = told.facts.number("friends"), friends_share(told.facts)
    if friends is None:
        return _unknown(question)
    on = told.facts.day("friends_on")
    answer = f"LINEの友だち数は{friends:,.0f}人{f'（{date_name(on)}）' if on else ''}。"
    if share is None:
        return Item(question, f"{answer}人口に占める割合は{UNKNOWN}。", f"人口の{NOT_WRITTEN}。")
    population, as_of = told.facts.number("population") or 0, told.facts.day("population_on")
    answer += f"人口{population:,.0f}人{f'（{date_name(as_of)}）' if as_of else ''}の{share * 100:.1f}%。"
    return Item(question, answer, "年度の記録。市外の人や、登録だけで使っていない人も入ります。")


def _asked(told: YearTold) -> Item:
    question = "何件の質問があり、何人が使ったか。"
    if told.found.stands is None:
        return _unknown(question, NOT_COUNTED)
    now = told.found.now
    answer = f"{now.asked:,}件、{now.askers:,}人。"
    if now.nameless:
        answer += f"ほかに、だれか分からない質問が{now.nameless:,}件。"
    if told.opened_on is not None and told.opened_on > told.found.period.first:
        answer += f"{date_name(told.opened_on)}にはじめたので、それからの数です。"
    basis = "LINE・ウェブ・API。あいさつは入れません。LINEは同じ人を一度だけ、ウェブは会話ごとに一人と数えます。"
    return Item(question, answer, basis)


def _told_share(share: Share) -> str:
    if not share.is_judged:
        return f"{share.whole:,}件中{share.part:,}件。{TOO_FEW}。"
    return f"{share.percent}（{share.whole:,}件中{share.part:,}件。{share.words}）。"


def _answered(told: YearTold) -> Item:
    question = "どれだけ答えられたか。その割合の定義は何か。"
    if told.found.stands is None:
        return _unknown(question, NOT_COUNTED)
    none = _told_share(told.found.now.none_share)
    return Item(question, f"{_told_share(told.found.now.shown_share)}答えられなかったのは{none}", ANSWERED_MEANS)


def _solved(told: YearTold) -> Item:
    question = "住民の困りごとは解決したのか。"
    now = told.found.now
    if told.found.stands is None:
        return _unknown(question, NOT_COUNTED)
    answer = f"押して答えた人では{_told_share(now.solved_share)}推定では{_told_share(now.estimated_share)}"
    basis = (
        "「解決した」「解決しなかった」を押した人だけの割合と、答えを示したあとに「解決しなかった」・3分以内の言いかえ・"
        "電話番号を見る、のどれもなかった割合。"
    )
    return Item(question, answer, basis)


def _misguidance(told: YearTold) -> Item:
    question = "まちがった案内はあったか。どう対応したか。"
    sheets = told.found.misguidances
    if not sheets:
        basis = "誤案内の記録。気づいていないものは入りません。"
        return Item(question, "この年度に書きとめた誤案内はありません。", basis)
    parts = []
    for one in sheets:
        nameless = f"、ほかに{one.nameless:,}回" if one.nameless else ""
        shown = f"「{one.question}」を{one.shown:,}回（{one.askers:,}人{nameless}）示した。"
        parts.append(f"{shown}{_short(one.wrong)} 対応：{_short(one.done)}")
    basis = "誤案内の記録。示した回数は、数えた日までのもの。"
    return Item(question, f"{len(sheets)}件。" + _listed(parts, "誤案内"), basis)


def _outside(told: YearTold) -> Item:
    question = "役所が閉まっている時間に、どれだけ使われたか。"
    if told.found.stands is None:
        return _unknown(question, NOT_COUNTED)
    if not told.found.stands.hours_known:
        return _unknown(question, "「受付時間」が入っていないため")
    basis = "「受付時間」のいちばん上の場所が閉まっている時間（休みの日・昼休みも）に届いた質問の割合。"
    return Item(question, _told_share(told.found.now.outside_share), basis)


def _improvements(told: YearTold) -> Item:
    question = "答えられなかった質問から、何を直したか（三つ）。"
    found = told.found.improvements
    if not found:
        return _unknown(question, "ニーズ票から公開した答えがまだないため")
    parts = [
        f"{place}「{one.card.name}」（{date_name(one.outcome.since.astimezone(JST).date())}に公開。"
        f"そのあと答えた{one.outcome.answered:,}件、かなわなかった{one.outcome.unmet:,}件、答えられた割合は{outcome_share(one)}）"
        for place, one in zip("①②③", found, strict=False)
    ]
    few = "" if len(found) == len("①②③") else f"公開したものが{len(found)}つだけです。"
    return Item(question, "".join(parts), f"ニーズ票。{few}")


def _targets(told: YearTold) -> Iterator[Item]:
    question = "目標に対して、実績はどうか。"
    if not told.facts.targets:
        yield _unknown(question, "目標の記録がないため。「年度の記録」に書くと、実績とならべて出ます")
        return
    for target in told.facts.targets.values():
        asked = f"{question}（{target.name}）"
        if not target.figure:
            yield Item(asked, f"目標{target.value}。実績は{UNKNOWN}。", "くらべる数字がえらばれていないため。")
            continue
        figure = FIGURES[target.figure]
        actual = figure.of(told.found.now, told.facts)
        if actual is None or (told.found.stands is None and target.figure not in ("friends", "friends_share", "calls")):
            yield Item(asked, f"目標{target.value}。実績は{UNKNOWN}。", f"「{figure.label}」の記録がないため。")
        else:
            yield Item(asked, f"目標{target.value}、実績{actual}。", f"くらべた数字：{figure.label}")


def _help(told: YearTold, name: str, question: str) -> Item:
    written = told.facts.text(name)
    languages = _languages(told) if name == "help_foreign" else ""
    if written:
        basis = "年度の記録。" + ("言葉ごとの件数は、数えたもの。" if languages else "")
        return Item(question, f"{written}{languages}", basis)
    if languages:
        return Item(question, f"取り組みは{UNKNOWN}。{languages}", f"取り組みは{NOT_WRITTEN}。")
    return _unknown(question)


def _languages(told: YearTold) -> str:
    """Questions in other languages, as far as they are enough to be told."""
    others = {one: tally for one, tally in told.found.by["language"].items() if one != "ja" and tally.asked >= FEWEST}
    if not others:
        return ""
    listed = sorted(others.items(), key=lambda item: (-item[1].asked, item[0]))[:_MOST_LANGUAGES]
    counts = "、".join(f"{told.names('language', one)}{tally.asked:,}件" for one, tally in listed)
    return f"（日本語のほかの質問：{counts}）"


def _incidents(told: YearTold) -> Item:
    question = "止まったことや障害はあったか。"
    found = [
        f"{date_name(event.first)}"
        + (f"〜{date_name(event.last)}" if event.last != event.first else "")
        + f"：{event.name}"
        for event in told.found.events
        if event.kind == "outage"
    ]
    written = told.facts.text("incidents")
    basis = "できごと（障害・災害。お知らせを出したものも）と、年度の記録。"
    if not found and not written:
        return Item(question, "記録はありません。", f"{basis}書きとめていないものは入りません。")
    told_of = [_listed(found, "できごと")] if found else []
    return Item(question, " ／ ".join([*told_of, *([written] if written else [])]), basis)


def _listed(parts: Sequence[str], page: str) -> str:
    """The first of them: a councillor reads no list of a hundred, and a cell of Excel holds none."""
    left = len(parts) - MOST_TOLD
    more = [f"ほか{left}件（「{page}」の画面にあります）"] if left > 0 else []
    return " ／ ".join([*parts[:MOST_TOLD], *more])


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TOLD else f"{text[: LONGEST_TOLD - 1]}…"


def _last_year(told: YearTold) -> Item:
    question = "昨年度とくらべてどうか。"
    before = told.found.before
    if told.found.stands is None or before is None:
        why = "昨年度の数字の記録がないため（はじめる前か、まだ数えていません）" if before is None else NOT_COUNTED
        return _unknown(question, why)
    basis = "同じ数え方の、前の年度の数字。"
    if told.opened_on is not None and told.opened_on > told.found.period.previous.first:
        basis += f"前の年度は、はじめた日（{date_name(told.opened_on)}）からの数なので、そのままくらべられません。"
    if told.found.is_running:
        basis += "この年度は途中なので、そのままくらべられません。"
    return Item(question, "。".join(_compared(before, told)) + "。", basis)


def _compared(before: Tally, told: YearTold) -> Iterator[str]:
    now = told.found.now
    yield f"質問{before.asked:,}件→{now.asked:,}件"
    yield f"人数{before.askers:,}人→{now.askers:,}人"
    yield f"答えを示せた割合{before.shown_share.percent}→{now.shown_share.percent}"
    yield f"解決率（推定）{before.estimated_share.percent}→{now.estimated_share.percent}"
    for name, label, unit in (("cost", "経費", "円"), ("friends", "友だち数", "人")):
        old, new = told.facts_before.number(name), told.facts.number(name)
        if old is not None and new is not None:
            yield f"{label}{old:,.0f}{unit}→{new:,.0f}{unit}"


def items_table(found: Sequence[Item]) -> ReportTable:
    rows = tuple((one.question, one.answer, one.basis) for one in found)
    return ReportTable("議会想定問答シート", ("想定される質問", "答え", "もとにしたもの・分からないわけ"), rows)
