"""議会想定問答シート: what a councillor may ask, answered from what was counted and written; else why it is unknown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, replace

from knowledge.accuracy_figures import DEFINITION
from knowledge.breakdowns import counted
from knowledge.calendar import JST, date_name
from knowledge.headlines import UNKNOWN as PEOPLE_UNKNOWN
from knowledge.headlines import askers_text, nameless_text, people_text
from knowledge.intervals import FEWEST, TOO_FEW, Share
from knowledge.models import Misguidance
from knowledge.office_counts import month_name
from knowledge.report_accuracy import latest, rate_words
from knowledge.report_documents import ANSWERED_MEANS, Names, counted_until, outcome_share
from knowledge.report_figures import FIGURES, MonthAlike, PeriodFigures, friends_share
from knowledge.report_offices import application_words, certificate_words, months_words
from knowledge.report_tables import ReportTable
from knowledge.tallies import Tally
from knowledge.year_facts import A_YEAR, SPANS, YearFacts

UNKNOWN = "分かりません"
NOT_WRITTEN = "記録がないため。「年度の記録」に書くと、ここに出ます"
NOT_COUNTED = "この年度の数字の記録がないため（はじめる前か、まだ数えていません）"
INVENTED = "見本の値が入っています。実際の値ではありません。"
_FACTS, _TARGET = "年度の記録", "目標に対して、実績はどうか。"
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
    """All that the sheet is made of: of the year, and of the one before.

    ``opened_on``: when the service began, as staff wrote it.  ``alike``: the months that both years have whole.
    """

    found: PeriodFigures
    facts: YearFacts
    facts_before: YearFacts
    names: Names
    opened_on: dt.date | None = None
    alike: tuple[MonthAlike, ...] = ()

    @property
    def begins(self) -> dt.date | None:
        """The first day that the figures are of, as far as it is known."""
        return self.opened_on or self.found.begun

    @property
    def until(self) -> str:
        """The day that the figures go up to, while the year runs."""
        return counted_until(self.found) if self.found.is_running else ""


def items(told: YearTold) -> tuple[Item, ...]:
    return tuple(_marked(one) if told.facts.invented else one for one in _items(told))


def _marked(item: Item) -> Item:
    """Of what rests on 年度の記録: that its values are those of a demonstration year."""
    rests = item.known and (_FACTS in item.basis or item.question.startswith(_TARGET))
    return replace(item, basis=f"{item.basis.removesuffix('。')}。{INVENTED}") if rests else item


def _items(told: YearTold) -> Iterator[Item]:
    yield _cost(told)
    yield _staff_hours(told)
    yield _calls(told)
    yield _friends(told)
    yield _asked(told)
    yield _answered(told)
    yield _accuracy(told)
    yield _solved(told)
    yield _misguidance(told)
    yield _outside(told)
    yield _offices(told)
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
    if why := _not_of_a_whole_year(told):
        return Item(question, f"{_yen(cost)}。1件あたりは、まだ{UNKNOWN}。", f"経費は年度の記録（一年分）。{why}")
    each = f"質問1件あたり{_yen(cost / now.asked)}"
    if now.shown:
        each += f"、答えを示せた1件あたり{_yen(cost / now.shown)}"
    basis = f"経費は年度の記録。質問{now.asked:,}件、答えを示せた質問{now.shown:,}件で割ったもの。{_since(told)}"
    return Item(question, f"{_yen(cost)}。{each}。", basis)


def _not_of_a_whole_year(told: YearTold) -> str:
    """Why the questions are not those of all the time that the cost is of; empty where they are."""
    if told.found.is_running:
        return f"質問は{told.until}までの分しかなく、一年分の経費を割ると、実際より高く出ます。年度が終わると出ます。"
    begun = told.found.begun
    if told.opened_on is None and begun is not None and begun > told.found.period.first:
        return (
            f"質問の記録が{date_name(begun)}からしかなく、それより前から使われていたかが分からないためです。"
            "「年度の記録」に「サービスをはじめた日」を書くと出ます。"
        )
    return ""


def _since(told: YearTold) -> str:
    """From when on and until when a year was counted, where that is not all of it."""
    begins, period = told.begins, told.found.period
    parts = []
    if begins is not None and period.first < begins <= period.last:
        parts.append(
            f"{date_name(begins)}にはじめたので、それからの数です。"
            if told.opened_on
            else f"記録があるのは{date_name(begins)}からです。"
        )
    if told.until:
        parts.append(f"{told.until}までの数です。")
    return "".join(parts)


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
    span = told.facts.text("calls_span")
    counted = f"はじめる前{before:,.0f}件、この年度{after:,.0f}件（{SPANS.get(span, '期間の記録なし')}）。"
    basis = "年度の記録。制度の変更や時期など、ほかの理由でも増減します。"
    if span not in SPANS:
        why = "年度の記録に「電話の件数の期間」がなく、同じ長さの数かどうかが分からないためです。"
        return Item(question, f"{counted}減ったかどうかは{UNKNOWN}。{why}", basis)
    if span == A_YEAR and told.found.is_running:
        why = "年度が終わっていないので、一年分の件数とはくらべられません。"
        return Item(question, f"{counted}減ったかどうかは{UNKNOWN}。{why}", basis)
    change = f"{(after - before) / before * 100:+.1f}%" if before else "割合は出せません"
    return Item(question, f"{counted}差は{after - before:+,.0f}件（{change}）。", basis)


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
    people = askers_text(now, "人", total=True)
    answer = f"{now.asked:,}件、{'人数は' if people == PEOPLE_UNKNOWN else ''}{people}。"
    if now.nameless:
        answer += f"{nameless_text(now, f'が{now.nameless:,}件')}。"
    answer += _since(told)
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


def _accuracy(told: YearTold) -> Item:
    question = "答えは正しいのか（正答率）。"
    judged = [month for month in told.found.accuracy if month.is_published]
    last = latest(judged)
    if last is None:
        why = "まだ確かめていないため。「正答率の確かめ」で、月ごとに質問をくじで引いて確かめ、確定すると出ます"
        return _unknown(question, why)
    others = [rate_words(month) for month in judged if month is not last]
    more = f"ほかの月：{_listed(others, '正答率の確かめ')}。" if others else ""
    basis = (
        f"{DEFINITION}職員がくじで引いた質問を確かめたものです。"
        "幅の重なる月どうしは、上がった・下がったとは言えません。"
    )
    return Item(question, f"{rate_words(last)}。{more}", basis)


def _offices(told: YearTold) -> Item:
    question = "証明書のコンビニ交付や電子申請は、どれだけ使われているか。"
    found = told.found.offices
    certificates, applications = certificate_words(found), application_words(found)
    if certificates is None and applications is None:
        return _unknown(question, "課の件数が入っていないため。「課の件数」に取り込むと、ここに出ます")
    if certificates and applications and found.certificate_months == found.application_months:
        parts = [f"{certificates}、{applications}。{months_words(found, found.certificate_months)}"]
    else:
        parts = [
            f"{words}。{months_words(found, months)}" if words else f"{name}は{UNKNOWN}（まだ入っていません）。"
            for name, words, months in (
                ("証明書の発行件数", certificates, found.certificate_months),
                ("電子申請の件数", applications, found.application_months),
            )
        ]
    invented = "見本の件数が入っています。実際の件数ではありません。" if found.invented else ""
    return Item(question, "".join(parts), f"課の件数（課が数えて入れたもの）。質問の件数とは別のものです。{invented}")


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
        shown = f"「{one.question}」を{one.shown:,}回（{_shown_to(one)}）示した。"
        parts.append(f"{shown}{_short(one.wrong)} 対応：{_short(one.done)}")
    basis = "誤案内の記録。示した回数は、数えた日までのもの。"
    return Item(question, f"{len(sheets)}件。" + _listed(parts, "誤案内"), basis)


def _shown_to(one: Misguidance) -> str:
    people = people_text(one.shown, one.askers, "人", total=True)
    if people == PEOPLE_UNKNOWN:
        return f"人数は{people}"
    return f"{people}、ほかに{one.nameless:,}回" if one.nameless else people


def _outside(told: YearTold) -> Item:
    question = "役所が閉まっている時間に、どれだけ使われたか。"
    if told.found.stands is None:
        return _unknown(question, NOT_COUNTED)
    if not told.found.stands.hours_known:
        return _unknown(question, "「受付時間」が入っていないため。入れてから数えた期間に出ます")
    basis = "「受付時間」のいちばん上の場所が閉まっている時間（休みの日・昼休みも）に届いた質問の割合。"
    return Item(question, _told_share(told.found.now.outside_share), basis)


def _improvements(told: YearTold) -> Item:
    question = "答えられなかった質問から、何を直したか（三つ）。"
    found = told.found.improvements
    if not found:
        return _unknown(question, "ニーズ票から公開した答えがまだないため。ニーズ票から答えを書いて公開すると出ます")
    parts = [
        f"{place}「{one.card.name}」（{date_name(one.outcome.since.astimezone(JST).date())}に公開。"
        f"そのあと答えた{counted(one.outcome.answered)}、かなわなかった{counted(one.outcome.unmet)}、"
        f"答えられた割合は{outcome_share(one)}）"
        for place, one in zip("①②③", found, strict=False)
    ]
    few = "" if len(found) == len("①②③") else f"公開したものが{len(found)}つだけです。"
    return Item(question, "".join(parts), f"ニーズ票。公開した日から、このシートを作った日までの数。{few}")


def _targets(told: YearTold) -> Iterator[Item]:
    question = _TARGET
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
            running = f"。この年度は途中で、{told.until}までの値です。" if told.until else ""
            yield Item(asked, f"目標{target.value}、実績{actual}。", f"くらべた数字：{figure.label}{running}")


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
    unlike = _unlike(told)
    if not unlike:
        return Item(question, "。".join(_compared(before, told)) + "。", "同じ数え方の、前の年度の数字。")
    friends = "".join(f"{one}。" for one in _written(told, ("friends",)))
    if not told.alike:
        why = f"{unlike}年度どうしはくらべられないため。どちらの年度にも全部の記録がある月も、まだありません"
        return Item(question, f"{friends}質問の件数などは{UNKNOWN}。" if friends else UNKNOWN, why, known=bool(friends))
    basis = (
        f"{unlike}年度どうしはくらべず、どちらの年度にも全部の記録がある月どうしをくらべました。"
        "人数は、月をまたぐ人がいるので足せません。"
    )
    return Item(question, f"{_months_compared(told.alike)}。{friends}", basis)


def _unlike(told: YearTold) -> str:
    """Why the year and the one before cannot be held against each other; empty where they can."""
    parts = []
    first, begins = told.found.period.previous.first, told.begins
    if begins is not None and begins > first:
        parts.append(
            f"前の年度は、はじめた日（{date_name(begins)}）からの数です。"
            if told.opened_on
            else f"前の年度の記録は{date_name(begins)}からで、一年分ではありません（はじめた日も書かれていません）。"
        )
    if told.found.is_running:
        parts.append(f"この年度は途中で、{told.until}までの数です。")
    return "".join(parts)


def _months_compared(alike: Sequence[MonthAlike]) -> str:
    now, before = (
        Tally(*(sum(counts) for counts in zip(*map(astuple, tallies), strict=True)))
        for tallies in ([one.now for one in alike], [one.before for one in alike])
    )
    months = [month_name(one.month.first) for one in alike]
    span = months[0] if len(months) == 1 else f"{months[0]}〜{months[-1]}（{len(months)}か月）"
    return (
        f"{span}と、前の年の同じ月どうしでは、質問{before.asked:,}件→{now.asked:,}件。"
        f"答えを示せた割合{before.shown_share.percent}→{now.shown_share.percent}。"
        f"解決率（推定）{before.estimated_share.percent}→{now.estimated_share.percent}"
    )


def _compared(before: Tally, told: YearTold) -> Iterator[str]:
    now = told.found.now
    yield f"質問{before.asked:,}件→{now.asked:,}件"
    yield f"人数{askers_text(before, '人', total=True)}→{askers_text(now, '人', total=True)}"
    yield f"答えを示せた割合{before.shown_share.percent}→{now.shown_share.percent}"
    yield f"解決率（推定）{before.estimated_share.percent}→{now.estimated_share.percent}"
    yield from _written(told, ("cost", "friends"))


_WRITTEN = {"cost": ("経費", "円"), "friends": ("友だち数", "人")}


def _written(told: YearTold, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        old, new = told.facts_before.number(name), told.facts.number(name)
        if old is not None and new is not None:
            label, unit = _WRITTEN[name]
            yield f"{label}{old:,.0f}{unit}→{new:,.0f}{unit}"


def items_table(found: Sequence[Item]) -> ReportTable:
    rows = tuple((one.question, one.answer, one.basis) for one in found)
    return ReportTable("議会想定問答シート", ("想定される質問", "答え", "もとにしたもの・分からないわけ"), rows)
