"""What an indicator comes to when it is counted from the offices' counts.  Pure: formula and counts in, value out.

A month counts only where all is known that the formula needs: what is not known is never taken for 0.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from knowledge.calendar import era_year
from knowledge.office_counts import APPLICATIONS, CERTIFICATES, TOTAL, WAYS, month_after, months_of_year

STORE_SHARE, ONLINE_SHARE, SUM = "store_share", "online_share", "applications"
KINDS: Mapping[str, str] = MappingProxyType(
    {
        STORE_SHARE: "コンビニ交付率（証明書のコンビニの件数 ÷ すべての取り方の件数）",
        ONLINE_SHARE: "オンラインの割合（オンラインの件数 ÷ すべての取り方の件数）",
        SUM: "電子申請の件数（一年の合計）",
    }
)
"""The ways of counting, as staff choose them."""
_WAY: Mapping[str, str] = MappingProxyType({STORE_SHARE: "store", ONLINE_SHARE: "online"})
_COUNTER = "counter"
MOST_LACKS = 6
ORIGIN = "課の件数から計算"
"""How the note of a value begins that staff took over."""

Thing = tuple[str, str]
"""課 and name."""
Known = Mapping[tuple[dt.date, str, str, str], int]
"""Month, 課, name and cell -> count; of applications the month's sum under TOTAL."""


@dataclass(frozen=True)
class Formula:
    """How it is counted.  ``names``, ``departments``: empty for all.  ``as_planned``: as the plan counted its own."""

    kind: str
    names: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    as_planned: bool = False
    note: str = ""

    @property
    def series(self) -> str:
        return series_of(self.kind)

    @property
    def is_share(self) -> bool:
        return self.kind in _WAY


@dataclass(frozen=True)
class Lack:
    """A month that is over, of which something is not known: ``things``, or nothing at all is (empty)."""

    month: dt.date
    things: tuple[str, ...]


@dataclass(frozen=True)
class Computed:
    """A 年度 as it is counted.  ``part`` of ``whole``, or the sum where there is no whole.

    ``months``: those that are in it; ``lacking``: those that are over and left out, or in a sum only in part;
    ``to_come``: those that are not over and of which nothing is known.
    """

    year: int
    part: int
    whole: int | None
    months: tuple[dt.date, ...]
    lacking: tuple[Lack, ...]
    to_come: tuple[dt.date, ...]
    way: str = ""

    @property
    def value(self) -> float | None:
        """A percentage or a count; None where there is none."""
        if not self.months or self.whole == 0:
            return None
        return float(self.part) if self.whole is None else self.part / self.whole * 100

    @property
    def is_whole(self) -> bool:
        """Whether all of the year is in it."""
        return len(self.months) == 12 and not self.lacking

    def shown(self, unit: str) -> str:
        """As it stands beside what staff write: ``12.34`` where the unit is ％, ``12.34％`` where there is none."""
        if self.value is None:
            return ""
        if self.whole is None:
            return f"{self.part:,}" + ("" if unit else "件")
        return f"{self.value:.2f}" + ("" if unit else "％")

    @property
    def told(self) -> str:
        """The formula with its numbers."""
        if self.whole is None:
            return f"電子申請 {self.part:,}件"
        return f"{WAYS[self.way]} {self.part:,}件 ÷ すべての取り方 {self.whole:,}件"

    @property
    def span(self) -> str:
        """``令和8年度 4〜10月``."""
        return f"{era_year(self.year)}度 {months_text(self.months)}" if self.months else ""

    @property
    def origin(self) -> str:
        """What a value that staff take over says of where it comes from."""
        lacking = f"。{months_text([one.month for one in self.lacking])}に分からない件数がある" if self.lacking else ""
        return f"{ORIGIN}（{self.span}、{self.told}{lacking}）"


def series_of(kind: str) -> str:
    return APPLICATIONS if kind == SUM else CERTIFICATES


def computed(formula: Formula, known: Known, year: int, today: dt.date) -> Computed:
    """The 年度 ``year`` as ``formula`` counts it from what is known of its months."""
    months = months_of_year(year)
    own = {key: count for key, count in known.items() if _is_meant(formula, key) and months[0] <= key[0] <= months[-1]}
    needed = _needed(formula, own)
    part, whole = 0, 0
    inside, lacking, to_come = list[dt.date](), list[Lack](), list[dt.date]()
    for month in months:
        missing = [
            (thing, cell) for thing, cells in needed.items() for cell in cells if (month, *thing, cell) not in own
        ]
        nothing = not any(key[0] == month for key in own)
        if nothing:
            over = month_after(month) <= today
            lacking += [Lack(month, ())] if over else []
            to_come += [] if over else [month]
            continue
        if missing:
            lacking.append(Lack(month, tuple(_lack_name(thing, cell) for thing, cell in missing)))
        if not missing or not formula.is_share:
            inside.append(month)
            part += sum(count for key, count in own.items() if key[0] == month and _is_part(formula, key[3]))
            whole += sum(count for key, count in own.items() if key[0] == month)
    return Computed(
        year,
        part,
        whole if formula.is_share else None,
        tuple(inside),
        tuple(lacking),
        tuple(to_come),
        _WAY.get(formula.kind, ""),
    )


def years_in(formula: Formula, known: Known) -> list[int]:
    """The 年度 of which something is known, the last first."""
    months = {key[0] for key in known if _is_meant(formula, key)}
    return sorted({month.year - (month.month < 4) for month in months}, reverse=True)


def _is_meant(formula: Formula, key: tuple[dt.date, str, str, str]) -> bool:
    _, department, name, _ = key
    return (not formula.names or name in formula.names) and (
        not formula.departments or department in formula.departments
    )


def _is_part(formula: Formula, cell: str) -> bool:
    return not formula.is_share or cell == _WAY[formula.kind]


def _needed(formula: Formula, own: Known) -> dict[Thing, tuple[str, ...]]:
    """What must be known of a month: each thing in every way in which it was counted in the year.

    Of a share the way itself and at least one other; a thing that was chosen and never counted, too.
    """
    cells: dict[Thing, set[str]] = {}
    for _, department, name, cell in own:
        cells.setdefault((department, name), set()).add(cell)
    told = {name for _, name in cells}
    for name in formula.names:
        if name not in told:
            cells[formula.departments[0] if len(formula.departments) == 1 else "", name] = set()
    return {thing: tuple(_all_needed(formula, found)) for thing, found in sorted(cells.items())}


def _all_needed(formula: Formula, found: set[str]) -> Iterator[str]:
    if not formula.is_share:
        yield TOTAL
        return
    way = _WAY[formula.kind]
    wanted = found | {way} | (set() if found - {way} else {_COUNTER})
    yield from (one for one in WAYS if one in wanted)


def _lack_name(thing: Thing, cell: str) -> str:
    return f"「{thing[1]}」" + (f"の{WAYS[cell]}" if cell != TOTAL else "")


def lack_text(lack: Lack) -> str:
    """``5月は「住民票の写し」の郵送``."""
    if not lack.things:
        return f"{lack.month.month}月は件数がありません"
    more = f" ほか{len(lack.things) - MOST_LACKS}" if len(lack.things) > MOST_LACKS else ""
    return f"{lack.month.month}月は{'、'.join(lack.things[:MOST_LACKS])}{more}が分かりません"


def months_text(months: Iterable[dt.date]) -> str:
    """``4〜6月、8月``, in their order."""
    spans: list[list[dt.date]] = []
    for month in sorted(months):
        if spans and month_after(spans[-1][-1]) == month:
            spans[-1].append(month)
        else:
            spans.append([month])
    return "、".join(_span(span) for span in spans)


def _span(span: Sequence[dt.date]) -> str:
    return f"{span[0].month}月" if len(span) == 1 else f"{span[0].month}〜{span[-1].month}月"
