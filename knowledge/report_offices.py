"""The offices' own counts in documents: certificates by kind and way, applications by procedure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence

from knowledge.breakdowns import FEW, KEPT_BACK, cell_words, counted, few_words
from knowledge.computed_values import months_text
from knowledge.intervals import FEWEST, share
from knowledge.office_counts import WAYS
from knowledge.office_figures import STORE, ApplicationLine, CertificateLine, OfficeFigures
from knowledge.report_tables import ReportTable

UNKNOWN = "分からない"
NOT_WRITTEN = "まだ入っていません（0件という意味ではありません）。「課の件数」に表を取り込むか書くと、ここに出ます。"
INVENTED = "見本の件数が入っています。実際の件数ではありません。"
MOST_LINES = 20
_LEAST_FIRST = ("online", "mail", "counter", "store")
"""The order in which counts are kept back for the sake of smaller ones."""


def office_tables(found: OfficeFigures, department: Callable[[str], str]) -> Iterator[ReportTable]:
    """``department``: the name of a 課."""
    yield certificate_table(found, department)
    yield application_table(found)


def certificate_table(found: OfficeFigures, department: Callable[[str], str]) -> ReportTable:
    lines = sorted(found.certificates, key=lambda one: (-max(one.total, FEWEST), one.name, one.department))
    rows = tuple(_certificate_row(found, one, department) for one in lines[:MOST_LINES])
    ways = tuple(f"{WAYS[way]}（件）" for way in found.ways)
    headings = ("種類", "課", *ways, "合計（件）", "コンビニの割合")
    return ReportTable(
        "証明書の発行件数（課が数えたもの）",
        headings,
        rows,
        _note(found, found.certificate_months, len(lines)),
        frozenset(range(2, 3 + len(ways))),
        NOT_WRITTEN,
    )


def _certificate_row(found: OfficeFigures, line: CertificateLine, department: Callable[[str], str]) -> tuple[str, ...]:
    order = [way for way in _LEAST_FIRST if way in line.counts]
    words = dict(zip(order, cell_words([line.counts[way] for way in order]), strict=True))
    whole = found.is_whole(line)
    cells = tuple(_cell(found, line, way, words) for way in found.ways)
    only_known = "" if whole else "（分かるものだけ）"
    store = _store(line, words) if whole else UNKNOWN
    of = department(line.department) if line.department else "（課の記載なし）"
    return (line.name, of, *cells, f"{few_words(line.total)}{only_known}", store)


def _cell(found: OfficeFigures, line: CertificateLine, way: str, words: dict[str, str]) -> str:
    if way not in line.counts:
        return UNKNOWN
    missing = [month for month in found.certificate_months if month not in line.months[way]]
    return words[way] + (f"（{months_text(missing)}は{UNKNOWN}）" if missing else "")


def _store(line: CertificateLine, words: dict[str, str]) -> str:
    if STORE not in line.counts:
        return UNKNOWN
    told = words[STORE].replace(",", "")
    return share(line.counts[STORE], line.total).percent if told.isdecimal() else KEPT_BACK


def application_table(found: OfficeFigures) -> ReportTable:
    words = dict(zip(found.applications, cell_words([one.count for one in found.applications]), strict=True))
    # What is not told stands last, and in no order of its size.
    told = {one: words[one][0].isdecimal() and words[one] != FEW for one in found.applications}
    lines = sorted(found.applications, key=lambda one: (not told[one], -one.count * told[one], one.name))
    rows = tuple((one.name, _application(found, one, words[one])) for one in lines[:MOST_LINES])
    return ReportTable(
        "電子申請の件数（課が数えたもの）",
        ("手続", "件数（件）"),
        rows,
        _note(found, found.application_months, len(lines)),
        frozenset({1}),
        NOT_WRITTEN,
    )


def _application(found: OfficeFigures, line: ApplicationLine, words: str) -> str:
    missing = [month for month in found.application_months if month not in line.months]
    return words + (f"（{months_text(missing)}は{UNKNOWN}）" if missing else "")


def _note(found: OfficeFigures, months: Sequence[dt.date], lines: int) -> str:
    return "".join(
        (
            months_words(found, months) if len(found.months) > 1 and months else "",
            f"ほかに{lines - MOST_LINES}あります。" if lines > MOST_LINES else "",
            INVENTED if found.invented and months else "",
        )
    )


def months_words(found: OfficeFigures, months: Iterable[dt.date]) -> str:
    """Which months are in it, and which nobody knows of."""
    held = set(months)
    left = [month for month in found.months if month not in held]
    more = f"{months_text(left)}は、入っていません（0件とは数えていません）。" if left else ""
    return f"{months_text(held)}の件数です。{more}"


def certificate_words(found: OfficeFigures) -> str | None:
    """All certificates together, as a line tells them; None where nothing is known."""
    if not found.certificates:
        return None
    total = sum(one.total for one in found.certificates)
    told = found.store_share
    store = f"うちコンビニ{told.percent}" if told else f"コンビニの割合は{UNKNOWN}（分からない件数がある）"
    return f"証明書の発行{counted(total)}（{store}）"


def application_words(found: OfficeFigures) -> str | None:
    """All applications together; None where nothing is known."""
    if not found.applications:
        return None
    return f"電子申請{counted(sum(one.count for one in found.applications))}"
