"""What the offices counted in a period, as documents tell it: what nobody wrote is not known, and never 0."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from knowledge.intervals import Share, share
from knowledge.office_counts import (
    APPLICATIONS,
    CERTIFICATES,
    WAYS,
    counts_between,
    has_invented,
    month_after,
    sums_by_month,
)
from knowledge.periods import Period

STORE = "store"


@dataclass(frozen=True)
class CertificateLine:
    """A kind of certificate of one 課.  ``counts``: by way; ``months``: those that each way is known of."""

    name: str
    department: str
    counts: Mapping[str, int]
    months: Mapping[str, tuple[dt.date, ...]]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class ApplicationLine:
    name: str
    count: int
    months: tuple[dt.date, ...]


@dataclass(frozen=True)
class OfficeFigures:
    """``months``: those of the period.  ``ways``: those that anything is known of."""

    months: tuple[dt.date, ...]
    certificates: tuple[CertificateLine, ...]
    applications: tuple[ApplicationLine, ...]
    invented: bool

    @property
    def ways(self) -> tuple[str, ...]:
        return tuple(way for way in WAYS if any(way in one.counts for one in self.certificates))

    @property
    def certificate_months(self) -> tuple[dt.date, ...]:
        return _together(months for one in self.certificates for months in one.months.values())

    @property
    def application_months(self) -> tuple[dt.date, ...]:
        return _together(one.months for one in self.applications)

    def is_whole(self, line: CertificateLine) -> bool:
        """Whether every way is known of every month of which anything is."""
        return all(line.months.get(way) == self.certificate_months for way in self.ways)

    @property
    def store_share(self) -> Share | None:
        """Of all certificates those that were had at a store; None where not all is known that it needs."""
        if STORE not in self.ways or not all(self.is_whole(one) for one in self.certificates):
            return None
        return share(sum(one.counts[STORE] for one in self.certificates), sum(one.total for one in self.certificates))


def _together(spans: Iterable[Iterable[dt.date]]) -> tuple[dt.date, ...]:
    return tuple(sorted({month for span in spans for month in span}))


def office_figures(session: Session, code: str, period: Period) -> OfficeFigures:
    """Of the months of a month, a quarter or a 年度."""
    months = _months(period)
    first, last = months[0], months[-1]
    return OfficeFigures(
        months,
        tuple(_certificates(session, code, first, last)),
        tuple(_applications(session, code, first, last)),
        any(has_invented(session, code, series, first, last) for series in (CERTIFICATES, APPLICATIONS)),
    )


def _months(period: Period) -> tuple[dt.date, ...]:
    found = [period.first.replace(day=1)]
    while (following := month_after(found[-1])) <= period.last:
        found.append(following)
    return tuple(found)


def _certificates(session: Session, code: str, first: dt.date, last: dt.date) -> Iterable[CertificateLine]:
    found: dict[tuple[str, str], dict[str, dict[dt.date, int]]] = {}
    for key, count in counts_between(session, code, CERTIFICATES, first, last).items():
        found.setdefault((key.name, key.department), {}).setdefault(key.cell, {})[key.month] = count
    for (name, department), cells in sorted(found.items()):
        yield CertificateLine(
            name,
            department,
            {way: sum(months.values()) for way, months in cells.items()},
            {way: tuple(sorted(months)) for way, months in cells.items()},
        )


def _applications(session: Session, code: str, first: dt.date, last: dt.date) -> Iterable[ApplicationLine]:
    found: dict[str, dict[dt.date, int]] = {}
    for (_, name, month), count in sums_by_month(session, code, APPLICATIONS, first, last).items():
        months = found.setdefault(name, {})
        months[month] = months.get(month, 0) + count
    for name, months in sorted(found.items()):
        yield ApplicationLine(name, sum(months.values()), tuple(sorted(months)))
