"""誤案内: how long a wrong answer was live, how often it was shown to how many, and what was done about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from knowledge.calendar import JST
from knowledge.comparison import moment_name
from knowledge.entry_versions import Author, history
from knowledge.headlines import people_text
from knowledge.models import EntryVersion, LoggedQuestion, Misguidance, Municipality
from knowledge.tabular import OutSheet
from knowledge.workbooks import workbook_bytes

LONGEST = 2000
"""Letters of each text."""


class MisguidanceError(ValueError):
    """No sheet can be made of this; the message tells why, and what to do."""


@dataclass(frozen=True)
class Exposure:
    """Some versions of an entry before residents.  ``until`` None: one of them is still what is answered.

    ``askers``: how many different people, as far as they can be told apart; ``nameless``: how often it was shown
    to somebody who cannot be (the web chat keeps nothing that would tell).
    """

    since: dt.datetime | None
    until: dt.datetime | None
    shown: int
    askers: int
    nameless: int


def exposure(session: Session, code: str, entry_id: str, first: int, last: int, moment: dt.datetime) -> Exposure:
    """How the versions ``first`` to ``last`` were shown until ``moment``.  Raises MisguidanceError."""
    live = _live(session, code, entry_id, first, last)
    if not live:
        return Exposure(None, None, 0, 0, 0)
    since = min(version.live_from for version in live if version.live_from is not None)
    ends = [version.live_until for version in live]
    until = None if None in ends else max(end for end in ends if end is not None)
    log = LoggedQuestion
    counted = select(func.count(), func.count(log.asker.distinct()), func.count(log.asker)).where(
        log.municipality_code == code,
        or_(
            # What was shown at once names its version; what was chosen is known by its moment.
            and_(log.entry_id == entry_id, log.entry_version.between(first, last)),
            and_(log.tapped_entry_id == entry_id, or_(*map(_within, live))),
        ),
    )
    shown, askers, named = session.execute(counted).one()
    return Exposure(since, until, shown, askers, shown - named)


def _live(session: Session, code: str, entry_id: str, first: int, last: int) -> list[EntryVersion]:
    """Those of the versions that residents were answered from."""
    if first > last:
        raise MisguidanceError("「どの版から」は「どの版まで」より前の版にしてください")
    kept = history(session, code, entry_id)
    if not kept:
        raise MisguidanceError(f"「{entry_id}」という答えはありません（一覧から開き直してください）")
    chosen = [version for version in kept if first <= version.number <= last]
    return [version for version in chosen if version.live_from is not None and version.audience == "public"]


def _within(version: EntryVersion) -> ColumnElement[bool]:
    assert version.live_from is not None
    begun = LoggedQuestion.tapped_at >= version.live_from
    return begun if version.live_until is None else and_(begun, LoggedQuestion.tapped_at < version.live_until)


def write_misguidance(
    session: Session,
    code: str,
    entry_id: str,
    first: int,
    last: int,
    *,
    wrong: str,
    done: str,
    author: Author,
    moment: dt.datetime,
) -> Misguidance:
    """Keep a sheet with the counts of ``moment``.  Raises MisguidanceError, and LookupError."""
    if session.get(Municipality, code, with_for_update=True) is None:
        raise LookupError(code)
    for name, text in (("何が違っていたか", wrong), ("したこと", done)):
        if not text.strip():
            raise MisguidanceError(f"「{name}」が空です。書いてください（まだなら「確認中」と書いて、あとで直せます）")
        _refuse_too_long(name, text)
    found = exposure(session, code, entry_id, first, last, moment)
    if found.since is None:
        raise MisguidanceError("この版は、一度も住民に公開されていません。公開した版を選んでください")
    number = session.scalar(select(func.max(Misguidance.number)).where(Misguidance.municipality_code == code)) or 0
    newest = history(session, code, entry_id)[0]
    sheet = Misguidance(
        municipality_code=code,
        number=number + 1,
        entry_id=entry_id,
        question=newest.content["question"],
        first_version=first,
        last_version=last,
        wrong=wrong.strip(),
        done=done.strip(),
        author=author.account,
        author_name=author.name,
        written_at=moment,
    )
    _count(sheet, found, moment)
    session.add(sheet)
    return sheet


def recount(session: Session, code: str, number: int, moment: dt.datetime, *, done: str | None = None) -> Misguidance:
    """Count a sheet anew, and note what was done since.  Raises MisguidanceError."""
    sheet = session.get(Misguidance, (code, number), with_for_update=True)
    if sheet is None:
        raise MisguidanceError(f"誤案内の記録 {number} はありません（一覧から開き直してください）")
    found = exposure(session, code, sheet.entry_id, sheet.first_version, sheet.last_version, moment)
    if found.shown >= sheet.shown:
        # Of a log that is erased by now, the count of then is the better one.
        _count(sheet, found, moment)
    else:
        sheet.live_until = found.until
    if done is not None and done.strip():
        _refuse_too_long("したこと", done)
        sheet.done = done.strip()
    return sheet


def recount_since(session: Session, code: str, since: dt.datetime, moment: dt.datetime) -> None:
    """Count the sheets anew that were counted since: some of what was shown then was invented, and is gone.

    What staff wrote stays.
    """
    wanted = select(Misguidance).where(Misguidance.municipality_code == code, Misguidance.counted_at >= since)
    for sheet in session.scalars(wanted):
        found = exposure(session, code, sheet.entry_id, sheet.first_version, sheet.last_version, moment)
        _count(sheet, found, moment)


def _refuse_too_long(name: str, text: str) -> None:
    if len(text.strip()) > LONGEST:
        raise MisguidanceError(f"「{name}」は{LONGEST:,}字までで書いてください（今は{len(text.strip()):,}字）")


def _count(sheet: Misguidance, found: Exposure, moment: dt.datetime) -> None:
    sheet.live_from, sheet.live_until = found.since, found.until
    sheet.shown, sheet.askers, sheet.nameless, sheet.counted_at = found.shown, found.askers, found.nameless, moment


def misguidances(session: Session, code: str, entry_id: str | None = None) -> list[Misguidance]:
    """The sheets of a municipality, or of one entry, the newest first."""
    wanted = select(Misguidance).where(Misguidance.municipality_code == code)
    if entry_id is not None:
        wanted = wanted.where(Misguidance.entry_id == entry_id)
    return list(session.scalars(wanted.order_by(Misguidance.number.desc())))


_HEADINGS = (
    *("番号", "質問", "ID", "違っていた版", "いつから", "いつまで"),
    *("示した回数", "人数（分かる人だけ）", "人数の分からない回数"),
    *("何が違っていたか", "したこと", "書いた人", "書いた日", "数えた日"),
)
_WIDTHS = (8, 36, 22, 12, 24, 24, 10, 12, 12, 44, 44, 16, 14, 14)


def misguidance_workbook(town: str, sheets: Sequence[Misguidance], moment: dt.datetime) -> bytes:
    """The sheets as .xlsx."""
    rows = [tuple(_cells(sheet)) for sheet in sheets]
    about = [
        ("誤案内の記録", town),
        ("書き出した日時", moment_name(moment)),
        ("人数", "LINE では同じ人を一人と数えます。ウェブの相談では人を区別しないので、回数だけを数えます。"),
    ]
    numbers = frozenset({0, 6, 7, 8})
    return workbook_bytes(about, [OutSheet("誤案内", _HEADINGS, _WIDTHS, numbers, rows)])


def _cells(sheet: Misguidance) -> Iterator[str]:
    first, last = sheet.first_version, sheet.last_version
    yield str(sheet.number)
    yield sheet.question
    yield sheet.entry_id
    yield f"第{first}版" if first == last else f"第{first}版〜第{last}版"
    yield moment_name(sheet.live_from) if sheet.live_from else ""
    yield moment_name(sheet.live_until) if sheet.live_until else "いまも公開中"
    yield str(sheet.shown)
    yield people_text(sheet.shown, sheet.askers, total=True).replace(",", "")
    yield str(sheet.nameless)
    yield sheet.wrong
    yield sheet.done
    yield sheet.author_name
    yield sheet.written_at.astimezone(JST).date().isoformat()
    yield sheet.counted_at.astimezone(JST).date().isoformat()
