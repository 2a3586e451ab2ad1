"""A report as headings, tables and notes, whatever it is printed on: pages and workbooks say the same."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

from knowledge.breakdowns import FEW, KEPT_BACK, breakdown, few_words
from knowledge.calendar import JST, date_name
from knowledge.demo_data import NOTICE
from knowledge.headlines import NOT_THE_POPULATION, askers_text, headlines
from knowledge.intervals import FEWEST, TOO_FEW, ratio
from knowledge.ledger import CHANNELS, NOTED
from knowledge.need_steps import GAPS, STATES
from knowledge.periods import Period
from knowledge.report_accuracy import accuracy_table
from knowledge.report_figures import Improvement, NeedLine, PeriodFigures
from knowledge.report_offices import office_tables
from knowledge.report_tables import ReportTable
from knowledge.suppression import rows_kept_back
from knowledge.tabular import OutSheet
from knowledge.tallies import BOT_CHANNELS, NOTHING, Tally

MOST_LINES = 10
"""Of a breakdown in a report: the rest stands in 利用の数字."""
NOBODY = "（記録がない）"
NO_PEOPLE = "（数えません）"
NOT_COUNTED = "この期間の数字はありません。"
FEW_KEPT_BACK = (
    f"内訳の5件（5人）より少ない数は「{FEW}」とし、差し引きでそれが分かる数は「{KEPT_BACK}」とします。"
    "合計は、そのまま出します。"
)  # fmt: skip
ANSWERED_MEANS = (
    "答えを示せた割合＝（その場で答えを示した質問＋選択肢から答えが選ばれた質問）÷すべての質問。"
    "示した答えが役に立ったかは、解決率で見ます。"
)  # fmt: skip

Names = Callable[[str, str], str]
"""How staff call the value of a dimension."""


@dataclass(frozen=True)
class Report:
    """``mark``: 速報, 確定 or 訂正; ``notes`` stand before the tables; ``demo``: the figures are invented."""

    title: str
    body: str
    period: str
    mark: str
    notes: tuple[str, ...]
    tables: tuple[ReportTable, ...]
    demo: bool = False


def mark_words(found: PeriodFigures) -> str:
    """How the figures stand, as a sentence."""
    if found.stands is None:
        return f"この期間の数字はありません（{why_none(found)}）。"
    if found.stands.closed_at is None:
        return f"速報：{date_name(found.period.closes_on)}に締めるまで、変わることがあります。"
    told = f"確定：{date_name(found.stands.closed_at.astimezone(JST).date())}に締めた数字です。"
    if not found.corrections:
        return told
    days = "、".join(date_name(one.found_at.astimezone(JST).date()) for one in found.corrections)
    return f"{told}そのあと{days}に訂正しました。"


def why_none(found: PeriodFigures) -> str:
    """Why nothing is known of the bot's period, though staff may have noted questions of it."""
    if found.begun is not None and found.period.last < found.begun:
        return f"LINE・ウェブなどの最初の質問は{date_name(found.begun)}"
    return "はじめる前か、まだ数えていません"


def notes_of(found: PeriodFigures) -> tuple[str, ...]:
    """What every report says before its figures."""
    return (
        *((NOTICE + "。",) if found.demo else ()),
        mark_words(found),
        NOT_THE_POPULATION,
        ANSWERED_MEANS,
        FEW_KEPT_BACK,
    )


def monthly_report(found: PeriodFigures, names: Names) -> Report:
    return Report(
        title=found.reporting.title,
        body=found.reporting.body,
        period=found.period.name,
        mark=found.mark,
        notes=notes_of(found),
        tables=tuple(_monthly_tables(found, names)),
        demo=found.demo,
    )


def _monthly_tables(found: PeriodFigures, names: Names) -> Iterator[ReportTable]:
    yield key_figures(found)
    yield accuracy_table(found.accuracy, found.period)
    yield channel_table(found)
    yield department_table(found, names)
    yield category_table(found, names)
    yield entry_table(found, names)
    yield language_table(found, names)
    yield needs_table(found)
    if any(line.noted >= FEWEST for line in found.noted_needs):
        yield noted_needs_table(found)
    yield improvements_table(found.improvements)
    yield from office_tables(found.offices, lambda value: names("department", value))
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
    is_counted = found.stands is not None
    rows = tuple(
        (
            one.label,
            *((one.count, one.words) if is_counted else (NOBODY, "")),
            before.get(one.id, NOBODY),
            ago.get(one.id, NOBODY),
            one.meaning if is_counted or one.id not in _TELLING else "",
        )
        for one in now
    )
    whole = "（全体）" if found.is_running else ""
    headings = (
        *("項目", f"{found.period.name}{'（途中）' if found.is_running else ''}", "割合とその幅"),
        *(
            f"前の期間{partly(found, found.period.previous) or whole}",
            f"前の年の同じ期間{partly(found, found.year_before) or whole}",
        ),
        "数え方",
    )
    return ReportTable("主な数字（LINE・ウェブ・API）", headings, rows, change_words(found), wide=frozenset({5}))


_TELLING = ("offered", "solved", "estimated")
"""Whose meaning tells numbers, too."""


def change_words(found: PeriodFigures) -> str:
    """Whether more was asked than in the period before, as far as that can be told."""
    if found.before is None:
        return "前の期間の記録がないため、くらべられません。"
    if partly(found, found.period.previous):
        return "前の期間は、途中からの記録しかないので、くらべられません。"
    if found.is_running:
        return "期間の途中なので、前の期間とはまだくらべません（「増えた・減った」は、同じ日数どうしをくらべます）。"
    held = ratio(found.before.asked, found.now.asked, found.period.previous.days, found.period.days)
    return f"質問は、1日あたりで前の期間の{held.words}。" if held.is_judged else f"前の期間とくらべるには、{TOO_FEW}。"


def channel_table(found: PeriodFigures) -> ReportTable:
    """What the bot was asked, and what staff noted: each group has a sum of its own."""
    rows = tuple(_channel_rows(found)) if found.noted_stands else ()
    note = "電話・窓口などは、職員が書きとめた数です。書きとめる余裕で変わるため、ほかと合わせません。"
    headings = ("受けた方法", "質問（件）", "人数（人）", "答えた・示せた（件）", "答えられなかった（件）")
    return ReportTable("受けた方法ごと", headings, rows, note, frozenset({1, 2, 3, 4}), NOT_COUNTED)


def _channel_rows(found: PeriodFigures) -> Iterator[tuple[str, ...]]:
    for group in (BOT_CHANNELS, NOTED):
        if group is BOT_CHANNELS and found.stands is None:
            yield from ((CHANNELS[channel], *([NOBODY] * 4)) for channel in group)
            continue
        tallies = [found.channels.get(one, NOTHING) for one in group]
        backwards = tallies[::-1]
        # Kept back for the sake of others in the order of the open data: from the last on.
        asked = _from_the_last([[one.asked for one in backwards], [one.askers for one in backwards]])
        came = [[_come(name, one) for one in backwards] for name in ("shown", "none")]
        results = _from_the_last(came, forced=asked)
        for place, (channel, one) in enumerate(zip(group, tallies, strict=True)):
            people = NO_PEOPLE if channel in NOTED else KEPT_BACK if place in asked else _people(one)
            yield (
                CHANNELS[channel],
                _kept(one.asked, place in asked),
                people,
                *(_kept(_come(name, one), place in results) for name in ("shown", "none")),
            )


def _people(one: Tally) -> str:
    return askers_text(one, total=True)


def _come(name: str, one: Tally) -> int:
    return one.shown if name == "shown" else one.none


def _from_the_last(columns: Sequence[Sequence[int]], forced: frozenset[int] = frozenset()) -> frozenset[int]:
    last = len(columns[0]) - 1
    kept = rows_kept_back(columns, [last - place for place in forced])
    return frozenset(last - place for place in kept)


def _kept(count: int, is_kept_back: bool) -> str:
    """A row is kept back whole: which of its numbers is small is not told."""
    return KEPT_BACK if is_kept_back else _count(count)


def department_table(found: PeriodFigures, names: Names) -> ReportTable:
    return _breakdown(found, "department", ("担当課ごと", "担当課"), names, _SOLVED, _MOSTLY_SHOWN)


def language_table(found: PeriodFigures, names: Names) -> ReportTable:
    return _breakdown(found, "language", ("言語ごと", "言語"), names, _SHOWN_AND_SOLVED)


def category_table(found: PeriodFigures, names: Names) -> ReportTable:
    return _breakdown(found, "category", ("分類ごと", "分類"), names, _SOLVED, _ONLY_SHOWN, ("",))


def entry_table(found: PeriodFigures, names: Names) -> ReportTable:
    return _breakdown(found, "entry", ("よく示した答え", "答え"), names, _SOLVED, _ONLY_SHOWN, ("",))


_Shares = Mapping[str, Callable[[Tally], str]]
_SOLVED: _Shares = {"解決率（推定）": lambda one: one.estimated_share.percent}
_SHOWN_AND_SOLVED: _Shares = {"答えを示せた割合": lambda one: one.shown_share.percent, **_SOLVED}
_ONLY_SHOWN = (
    "答えを示した質問だけを数えています。答えられなかった質問には答えも分類もないので、"
    "「答えを示せた割合」はここでは出せません。"
)  # fmt: skip
_MOSTLY_SHOWN = (
    "答えられなかった質問の多くは、どの課のものか分からないため、課ごとの「答えを示せた割合」は出せません"
    "（出すと、実際より高く見えます）。"
)  # fmt: skip


def _breakdown(
    found: PeriodFigures,
    dimension: str,
    title: tuple[str, str],
    names: Names,
    shares: _Shares,
    note: str = "",
    leave_out: Collection[str] = (),
) -> ReportTable:
    """``title``: of the table and of its first column.  ``note``: what must be known of it."""
    told = breakdown(found.by[dimension], leave_out)
    rows = tuple(
        (names(dimension, value), _count(one.asked), *(share(one) for share in shares.values()))
        for value, one in told.shown[:MOST_LINES]
    )
    left = len(told.shown) - len(rows)
    notes = [
        note,
        f"ほかに{left}あります。" if left > 0 else "",
        f"{FEWEST}件より少ないものが、ほかに{told.few}あります。" if told.few else "",
        _covering(told.covering, lambda value: names(dimension, value)),
        f"{FEWEST}件より少ないものがあり、差し引きで分かるため、内訳は出しません。" if told.is_kept_back else "",
    ]
    headings = (title[1], "質問（件）", *shares)
    empty = NOT_COUNTED if found.stands is None else KEPT_BACK if told.is_kept_back else "質問はありませんでした。"
    return ReportTable(f"{title[0]}（多い順）", headings, rows, "".join(notes), frozenset({1}), empty)


def _covering(values: Sequence[str], name: Callable[[str], str]) -> str:
    """Those that are kept back beside the few, by name: otherwise one would look for them."""
    if not values:
        return ""
    told = "、".join(f"「{name(value)}」" for value in values[:_MOST_COVERING])
    more = f"など{len(values)}" if len(values) > _MOST_COVERING else ""
    return f"{told}{more}は、少ない数が差し引きで分かるため、出しません。"


_MOST_COVERING = 3


def needs_table(found: PeriodFigures) -> ReportTable:
    headings = (
        *("ニーズ", "質問（件）", "人数（人）", "前の期間（件）", "書きとめた質問（件）"),
        *("足りないこと", "対応"),
    )
    rows = tuple(_need_row(found, line) for line in found.needs) if found.stands else ()
    note = (
        "答えられなかった質問や、解決しなかった質問を、同じことを求めるものにまとめた「ニーズ票」です。"
        "質問と人数は LINE・ウェブ・API のもの、「書きとめた質問」は職員が書きとめた電話・窓口などのもので、"
        "合わせません。"
        "だれか分からない質問は、一件を一人と数えています。並びは人数の多い順です。対応は、この報告を作った日のものです。"
    )
    title = "求められて、かなえられなかったこと"
    empty = NOT_COUNTED if found.stands is None else "ニーズ票にまとめた質問はありませんでした。"
    return ReportTable(title, headings, rows, note, frozenset({1, 2, 3, 4}), empty)


def _need_row(found: PeriodFigures, line: NeedLine) -> tuple[str, ...]:
    return (
        line.card.name,
        few_words(line.times),
        few_words(line.askers),
        few_words(line.before) if found.before is not None else NOBODY,
        few_words(line.noted),
        GAPS[line.card.gap],
        STATES[line.card.state],
    )


def noted_needs_table(found: PeriodFigures) -> ReportTable:
    rows = tuple(
        (line.card.name, few_words(line.noted), GAPS[line.card.gap], STATES[line.card.state])
        for line in found.noted_needs
        if line.noted >= FEWEST
    )
    note = (
        "職員が書きとめた質問だけです。書きとめる余裕で変わるため、LINE・ウェブの数とは合わせません。"
        f"{FEWEST}件より少ないものは出しません。"
    )
    headings = ("ニーズ", "書きとめた質問（件）", "足りないこと", "対応")
    return ReportTable("電話・窓口などで求められたこと（多い順）", headings, rows, note, frozenset({1}))


def improvements_table(improvements: Sequence[Improvement]) -> ReportTable:
    rows = tuple(
        (one.card.name, date_name(one.outcome.since.astimezone(JST).date()), *outcome_words(one))
        for one in improvements
    )
    headings = ("ニーズ", "答えを公開した日", "公開後に答えた（件）", "公開後もかなわなかった（件）", "答えられた割合")
    note = "LINE・ウェブ・API の質問です。公開した日から、この報告を作った日までを数えています。"
    empty = "ニーズ票から公開した答えは、まだありません。"
    title = "答えられなかった質問から直したもの"
    return ReportTable(title, headings, rows, note, frozenset({2, 3}), empty)


def outcome_words(one: Improvement) -> tuple[str, str, str]:
    """Answered, unmet and the share; of a few the share tells only on which side of it they lie."""
    answered, unmet = one.outcome.answered, one.outcome.unmet
    told = few_words(answered), few_words(unmet)
    if answered + unmet < FEWEST or (told[0] == FEW and unmet < FEWEST):
        return *told, TOO_FEW
    if told[0] == FEW:
        return *told, f"{ceil(100 * (FEWEST - 1) / (FEWEST - 1 + unmet))}%以下"
    if told[1] == FEW:
        return *told, f"{floor(100 * answered / (answered + FEWEST - 1))}%以上"
    return *told, f"{100 * answered / (answered + unmet):.0f}%"


def outcome_share(one: Improvement) -> str:
    return outcome_words(one)[2]


def course_table(found: PeriodFigures) -> ReportTable:
    rows = tuple(
        (
            f"{period.name}{_running(found, period)}{partly(found, period) if one is not None else ''}",
            *(
                (_count(one.asked), _people(one), one.shown_share.percent, one.estimated_share.percent)
                if one is not None
                else (NOBODY,) * 4
            ),
        )
        for period, one in _since_the_first(found.course)
    )
    headings = ("月", "質問（件）", "人数（人）", "答えを示せた割合", "解決率（推定）")
    note = f"途中の月は、{counted_until(found)}までの数です。" if found.is_running else ""
    return ReportTable(
        "月ごとの動き（LINE・ウェブ・API）", headings, rows, note, frozenset({1, 2}), "数字のある月は、まだありません。"
    )


def _since_the_first(course: Sequence[tuple[Period, Tally | None]]) -> Sequence[tuple[Period, Tally | None]]:
    """Without the months before the first that was counted."""
    first = next((place for place, (_, one) in enumerate(course) if one is not None), len(course))
    return course[first:]


def counted_until(found: PeriodFigures) -> str:
    """The day on which the period was counted last."""
    return date_name(found.stands.counted_at.astimezone(JST).date()) if found.stands else ""


def partly(found: PeriodFigures, period: Period) -> str:
    """From when on a period was counted, where nothing was before that day."""
    if found.begun is None or not period.first < found.begun <= period.last:
        return ""
    return f"（{found.begun.month}月{found.begun.day}日から）"


def _running(found: PeriodFigures, period: Period) -> str:
    return "（途中）" if found.is_running and period.last >= found.period.last else ""


def _events_table(found: PeriodFigures) -> ReportTable:
    rows = [
        (
            f"{date_name(event.first)}" + (f"〜{date_name(event.last)}" if event.last != event.first else ""),
            event.name,
        )
        for event in found.events
    ]
    return ReportTable("この間のできごと", ("日", "できごと"), tuple(rows), empty="書きとめたものはありません。")


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
    if not rows:
        rows.append((table.empty, *([""] * (len(table.headings) - 1))))
    if table.note:
        rows.append((table.note, *([""] * (len(table.headings) - 1))))
    widths = tuple(_width(place, table) for place in range(len(table.headings)))
    return OutSheet(_sheet_name(number, table.title), table.headings, widths, table.numbers, rows, frozen="B2")


def _cell(text: str, is_number: bool) -> str:
    plain = text.replace(",", "")
    return plain if is_number and plain.isdecimal() else text


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
