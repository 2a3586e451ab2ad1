"""A report as headings, tables and notes, whatever it is printed on: pages and workbooks say the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from knowledge.calendar import JST, date_name
from knowledge.demo_data import NOTICE
from knowledge.headlines import NOT_THE_POPULATION, headlines
from knowledge.intervals import FEWEST, TOO_FEW, ratio
from knowledge.ledger import CHANNELS, NOTED
from knowledge.need_lists import trend_of
from knowledge.need_steps import GAPS, STATES
from knowledge.report_figures import Improvement, PeriodFigures, spread
from knowledge.tabular import OutSheet
from knowledge.tallies import BOT_CHANNELS, Tally

MOST_LINES = 10
"""Of a breakdown in a report: the rest stands in 利用の数字."""
NOBODY = "（記録がない）"
ANSWERED_MEANS = (
    "答えを示せた割合＝（その場で答えを示した質問＋選択肢から答えが選ばれた質問）÷すべての質問。"
    "示した答えが役に立ったかは、解決率で見ます。"
)  # fmt: skip

Names = Callable[[str, str], str]
"""How staff call the value of a dimension."""


@dataclass(frozen=True)
class ReportTable:
    """``numbers``: the places of the columns that hold numbers."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Report:
    """``mark``: 速報, 確定 or 訂正; ``notes`` stand before the tables."""

    title: str
    body: str
    period: str
    mark: str
    notes: tuple[str, ...]
    tables: tuple[ReportTable, ...]


def mark_words(found: PeriodFigures) -> str:
    """How the figures stand, as a sentence."""
    if found.stands is None:
        return "まだ数えていません。"
    if found.stands.closed_at is None:
        return f"速報：{date_name(found.period.closes_on)}に締めるまで、変わることがあります。"
    told = f"確定：{date_name(found.stands.closed_at.astimezone(JST).date())}に締めた数字です。"
    if not found.corrections:
        return told
    days = "、".join(date_name(one.found_at.astimezone(JST).date()) for one in found.corrections)
    return f"{told}そのあと{days}に訂正しました。"


def notes_of(found: PeriodFigures) -> tuple[str, ...]:
    """What every report says before its figures."""
    return (*((NOTICE + "。",) if found.demo else ()), mark_words(found), NOT_THE_POPULATION, ANSWERED_MEANS)


def monthly_report(found: PeriodFigures, names: Names) -> Report:
    return Report(
        title=found.reporting.title,
        body=found.reporting.body,
        period=found.period.name,
        mark=found.mark,
        notes=notes_of(found),
        tables=tuple(_monthly_tables(found, names)),
    )


def _monthly_tables(found: PeriodFigures, names: Names) -> Iterator[ReportTable]:
    yield key_figures(found)
    yield channel_table(found)
    yield _breakdown(found, "department", "担当課ごと", "担当課", names)
    yield _breakdown(found, "category", "分類ごと", "分類", names)
    yield _breakdown(found, "entry", "よく示した答え", "答え", names)
    yield _breakdown(found, "language", "言語ごと", "言語", names)
    yield needs_table(found)
    yield improvements_table(found.improvements)
    yield course_table(found)
    yield _events_table(found)
    if found.corrections:
        yield _corrections_table(found)


def key_figures(found: PeriodFigures) -> ReportTable:
    hours_known = found.stands is not None and found.stands.hours_known
    now = headlines(found.now, hours_known=hours_known, noted=False)
    before, ago = (
        {one.id: one.count for one in headlines(tally, hours_known=hours_known, noted=False)} if tally else {}
        for tally in (found.before, found.year_ago)
    )
    rows = tuple(
        (one.label, one.count, one.words, before.get(one.id, NOBODY), ago.get(one.id, NOBODY), one.meaning)
        for one in now
    )
    headings = ("項目", found.period.name, "割合とその幅", "前の期間", "前の年の同じ期間", "数え方")
    return ReportTable("主な数字（LINE・ウェブ・API）", headings, rows, change_words(found))


def change_words(found: PeriodFigures) -> str:
    """Whether more was asked than in the period before, as far as that can be told."""
    if found.before is None:
        return "前の期間の記録がないため、くらべられません。"
    if found.is_running:
        return "期間の途中なので、前の期間とはまだくらべません（「増えた・減った」は、同じ日数どうしをくらべます）。"
    held = ratio(found.before.asked, found.now.asked, found.period.previous.days, found.period.days)
    return f"質問は、1日あたりで前の期間の{held.words}" if held.is_judged else f"前の期間とくらべるには、{TOO_FEW}。"


def channel_table(found: PeriodFigures) -> ReportTable:
    rows = tuple(
        (
            name,
            _count(one.asked),
            _count(one.askers) if channel not in NOTED else "－",
            _count(one.answered + (one.taken if channel in BOT_CHANNELS else 0)),
            _count(one.none),
        )
        for channel, name in CHANNELS.items()
        if (one := found.channels.get(channel)) is not None
    )
    note = "電話・窓口などは、職員が書きとめた数です。書きとめる余裕で変わるため、ほかと合わせません。"
    headings = ("受けた方法", "質問（件）", "人数（人）", "答えた・示せた（件）", "答えられなかった（件）")
    return ReportTable("受けた方法ごと", headings, rows, note, frozenset({1, 2, 3, 4}))


def _breakdown(found: PeriodFigures, dimension: str, title: str, heading: str, names: Names) -> ReportTable:
    values = [each for each in spread(found.by[dimension]) if each[0] or dimension != "entry"]
    rows = tuple(
        (names(dimension, value), _count(one.asked), *_shares(one)) for value, one in values[:MOST_LINES] if one.asked
    )
    left = len([one for _, one in values if one.asked]) - len(rows)
    note = f"ほかに{left}あります。" if left > 0 else ""
    headings = (heading, "質問（件）", "答えを示せた割合", "解決率（推定）")
    return ReportTable(f"{title}（多い順）", headings, rows, note, frozenset({1}))


def _shares(one: Tally) -> tuple[str, str]:
    return one.shown_share.percent, one.estimated_share.percent


def needs_table(found: PeriodFigures) -> ReportTable:
    rows = tuple(
        (
            line.card.name,
            _count(line.times),
            _count(line.askers),
            GAPS[line.card.gap],
            STATES[line.card.state],
            trend_of(line.card),
        )
        for line in found.needs
    )
    note = "答えられなかった質問や、解決しなかった質問を、同じことを求めるものにまとめた「ニーズ票」です。"
    headings = ("ニーズ", "質問（件）", "人数（人）", "足りないこと", "対応", "このごろ")
    return ReportTable("求められて、かなえられなかったこと", headings, rows, note, frozenset({1, 2}))


def improvements_table(improvements: Sequence[Improvement]) -> ReportTable:
    rows = tuple(
        (
            one.card.name,
            date_name(one.outcome.since.astimezone(JST).date()),
            _count(one.outcome.answered),
            _count(one.outcome.unmet),
            outcome_share(one),
        )
        for one in improvements
    )
    headings = ("ニーズ", "答えを公開した日", "公開後に答えた（件）", "公開後もかなわなかった（件）", "答えられた割合")
    return ReportTable("答えられなかった質問から直したもの", headings, rows, "", frozenset({2, 3}))


def outcome_share(one: Improvement) -> str:
    total = one.outcome.answered + one.outcome.unmet
    if total < FEWEST or one.outcome.share is None:
        return TOO_FEW
    return f"{one.outcome.share * 100:.0f}%"


def course_table(found: PeriodFigures) -> ReportTable:
    rows = tuple(
        (
            period.name,
            *(
                (_count(one.asked), _count(one.askers), one.shown_share.percent, one.estimated_share.percent)
                if one is not None
                else (NOBODY,) * 4
            ),
        )
        for period, one in found.course
    )
    headings = ("月", "質問（件）", "人数（人）", "答えを示せた割合", "解決率（推定）")
    return ReportTable("月ごとの動き", headings, rows, "")


def _events_table(found: PeriodFigures) -> ReportTable:
    rows = [
        (
            f"{date_name(event.first)}" + (f"〜{date_name(event.last)}" if event.last != event.first else ""),
            event.name,
        )
        for event in found.events
    ]
    return ReportTable("この間のできごと", ("日", "できごと"), tuple(rows))


def _corrections_table(found: PeriodFigures) -> ReportTable:
    labels = {"asked": "質問", "askers": "人数", "answered": "答えを示した", "none": "答えられなかった"}
    rows = tuple(
        (
            date_name(one.found_at.astimezone(JST).date()),
            labels.get(change["figure"], change["figure"]),
            _count(change["before"]),
            _count(change["after"]),
            one.reason or "（まだ書かれていません）",
        )
        for one in found.corrections
        for change in one.changes
        if change["dimension"] == "all" and change["channel"] == "bot" and change["figure"] in labels
    )
    headings = ("訂正した日", "数字", "前", "後", "理由")
    return ReportTable("訂正", headings, rows, "", frozenset({2, 3}))


def _count(value: int) -> str:
    return f"{value:,}"


def about_lines(report: Report, made: str) -> list[tuple[str, str]]:
    """The first sheet of a workbook."""
    return [
        (f"{report.title}", f"{report.body}　{report.period}"),
        ("数字の扱い", report.mark),
        ("作った日時", made),
        *(("注意", note) for note in report.notes),
    ]


def sheets(tables: Sequence[ReportTable]) -> list[OutSheet]:
    """The tables as sheets of a workbook; what is a number there is one in the sheet."""
    return [_sheet(number, table) for number, table in enumerate(tables, 1)]


def _sheet(number: int, table: ReportTable) -> OutSheet:
    rows: list[tuple[str, ...]] = [
        tuple(_cell(cell, place in table.numbers) for place, cell in enumerate(row)) for row in table.rows
    ]
    numbers = frozenset(
        place for place in table.numbers if all(row[place].isdecimal() or not row[place] for row in rows)
    )
    if table.note:
        rows.append((table.note, *([""] * (len(table.headings) - 1))))
    widths = tuple(_width(place, table) for place in range(len(table.headings)))
    return OutSheet(_sheet_name(number, table.title), table.headings, widths, numbers, rows, frozen="B2")


def _cell(text: str, is_number: bool) -> str:
    return text.replace(",", "") if is_number else text


def _width(place: int, table: ReportTable) -> int:
    longest = max((len(row[place]) for row in table.rows), default=0)
    return min(60, max(12, 2 * min(longest, 30), 2 * len(table.headings[place]) + 2))


def _sheet_name(number: int, title: str) -> str:
    """At most 31 letters, and none that Excel refuses."""
    plain = "".join("・" if letter in "[]:*?/\\" else letter for letter in title)
    return f"{number} {plain}"[:31]


def named(known: Mapping[str, Mapping[str, str]]) -> Names:
    """Names from tables of them, by dimension; of two subjects, both."""

    def name(dimension: str, value: str) -> str:
        names = known.get(dimension, {})
        if value in names:
            return names[value]
        return "・".join(names.get(one, one) for one in value.split(" ")) or "（なし）"

    return name
