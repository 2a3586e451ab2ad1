"""What LINE could not deliver, by the file that its console gives out: when it was, how often, and why.

The file's columns are described nowhere, so a line is read by what stands in it: a cell that is a time, one that is a
reason as LINE's documentation names them, and, after it, a number for how often.  The rest is passed over.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge.calendar import JST
from knowledge.upload_limits import MIB, UploadError, read_upload

REASONS: Mapping[str, str] = {
    "could_not_connect": "つながらなかった",
    "request_timeout": "2秒のうちに返事がなかった",
    "error_status_code": "エラーが返った",
    "unclassified": "分からない",
}
TOO_LONG = dt.timedelta(minutes=20)
"""After which a message that LINE sends again can be answered no more."""
_TOGETHER = dt.timedelta(minutes=20)
"""Two errors so close are of one outage."""
_MOST_BYTES = 5 * MIB
_TIME = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[T ]*"
    r"(\d{1,2})[:時](\d{2})(?:[:分](\d{2}))?(?:\.\d+)?[分秒]?(Z|[+-]\d{2}:?\d{2})?"
)
_SECONDS = re.compile(r"1\d{9}(?:\d{3})?")


@dataclass(frozen=True)
class LineError:
    at: dt.datetime
    reason: str
    times: int = 1


@dataclass(frozen=True)
class Outage:
    """From the first error of it to the last; ``reasons``: how often each came, the most frequent first."""

    first: dt.datetime
    last: dt.datetime
    reasons: tuple[tuple[str, int], ...]

    @property
    def times(self) -> int:
        return sum(times for _, times in self.reasons)

    @property
    def is_too_long(self) -> bool:
        return self.last - self.first > TOO_LONG


@dataclass(frozen=True)
class Missed:
    """``unread``: lines of which no time and reason could be made, the heading aside."""

    outages: tuple[Outage, ...]
    unread: int


def read_line_errors(path: Path) -> Missed:
    """Raises UploadError."""
    text = _decoded(read_upload(path, (".tsv", ".txt", ".csv"), _MOST_BYTES))
    lines = [line for line in text.splitlines() if line.strip()]
    found = [_error(re.split(r"\t" if "\t" in line else ",", line)) for line in lines]
    errors = [error for error in found if error is not None]
    if lines and not errors:
        raise UploadError(
            "LINE のエラーの一覧として読めません。LINE Developersコンソールの「Webhookエラー」で"
            "「TSVファイルをダウンロード」を押し、届いたファイルをそのまま送ってください"
        )
    heading = found[:1] == [None]
    return Missed(tuple(outages(errors)), len(lines) - len(errors) - heading)


def outages(errors: Sequence[LineError]) -> Iterator[Outage]:
    """The newest last."""
    run: list[LineError] = []
    for error in sorted(errors, key=lambda one: one.at):
        if run and error.at - run[-1].at > _TOGETHER:
            yield _outage(run)
            run = []
        run.append(error)
    if run:
        yield _outage(run)


def _outage(run: Sequence[LineError]) -> Outage:
    counts: Counter[str] = Counter()
    for error in run:
        counts[error.reason] += error.times
    return Outage(run[0].at, run[-1].at, tuple(counts.most_common()))


def _error(cells: Sequence[str]) -> LineError | None:
    plain = [cell.strip().strip('"').strip() for cell in cells]
    moment = next(filter(None, map(_moment, plain)), None)
    place = next((place for place, cell in enumerate(plain) if cell.casefold() in REASONS), None)
    if moment is None or place is None:
        return None
    # A status stands beside the reason (500): what counts is the last number of the line.
    numbers = [int(cell) for cell in plain[place + 2 :] if re.fullmatch(r"[1-9]\d{0,8}", cell)]
    return LineError(moment, plain[place].casefold(), numbers[-1] if numbers else 1)


def _moment(cell: str) -> dt.datetime | None:
    """LINE tells the time in Japan where it says no zone."""
    if _SECONDS.fullmatch(cell):
        return dt.datetime.fromtimestamp(int(cell[:10]), dt.UTC)
    match = _TIME.fullmatch(cell)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    try:
        zone = dt.datetime.strptime(match[7].replace("Z", "+0000"), "%z").tzinfo if match[7] else JST
        return dt.datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def _decoded(content: bytes) -> str:
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp932")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UploadError("文字として読めません。LINE から届いたファイルを、そのまま送ってください")
