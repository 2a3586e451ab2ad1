"""Whether the answers' texts are still those that the audit log tells of.

A line about an answer that was written carries a mark of its text (knowledge.entry_versions.text_digest).  A text
changed in the database, past the program, has another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from knowledge.entry_versions import columns_of, text_digest
from knowledge.models import AuditLine, Entry, EntryVersion

WRITTEN = ("answer_saved", "answer_restored", "wording_added", "answer_moved")
"""Acts whose line carries, as ``new``, the mark of the text of ``version``."""
_ERASED = "municipality_erased"
_BATCH = 500
_MOST_FINDINGS = 100

Place = tuple[str, str, int]
"""A version: municipality, answer, number."""


@dataclass(frozen=True)
class Told:
    """What a line tells of a version's text."""

    line: int
    digest: str


@dataclass(frozen=True)
class TextReport:
    """``versions``: how many the log tells of and were compared; ``findings``: a sentence each."""

    versions: int
    findings: tuple[str, ...]


def verify_texts(session: Session) -> TextReport:
    """Compare what the log tells with what is stored, and what residents are answered from with its version."""
    told = _told(_lines(session))
    findings = [*_versions_findings(session, told), *_rows_findings(session)]
    return TextReport(len(told), tuple(findings[:_MOST_FINDINGS]))


def _lines(session: Session) -> Iterator[AuditLine]:
    wanted = select(AuditLine).where(AuditLine.action.in_((*WRITTEN, _ERASED)), AuditLine.refused.is_(False))
    return iter(session.scalars(wanted.order_by(AuditLine.number).execution_options(yield_per=_BATCH)))


def _told(lines: Iterable[AuditLine]) -> dict[Place, Told]:
    """Of each version the newest mark; of a municipality that was erased, only what came after."""
    found: dict[Place, Told] = {}
    for line in lines:
        if line.scope is None:
            continue
        if line.action == _ERASED:
            found = {place: each for place, each in found.items() if place[0] != line.scope}
            continue
        version, old, new = line.details.get("version"), line.details.get("old"), line.details.get("new")
        based_on = line.details.get("based_on")
        if isinstance(based_on, int) and isinstance(old, str):
            found.setdefault((line.scope, line.subject, based_on), Told(line.number, old))
        if isinstance(version, int) and isinstance(new, str):
            found[line.scope, line.subject, version] = Told(line.number, new)
    return found


def _versions_findings(session: Session, told: dict[Place, Told]) -> Iterator[str]:
    missing = dict(told)
    for code in sorted({place[0] for place in told}):
        versions = select(EntryVersion).where(EntryVersion.municipality_code == code)
        ordered = versions.order_by(EntryVersion.entry_id, EntryVersion.number)
        for version in session.scalars(ordered.execution_options(yield_per=_BATCH)):
            found = missing.pop((code, version.entry_id, version.number), None)
            if found is not None and text_digest(version) != found.digest:
                yield (
                    f"{_named(code, version.entry_id, version.number)}の文が、操作の記録{found.line}番のときと違います"
                    "（データベースで書き換えられました）"
                )
    for (code, entry_id, number), found in missing.items():
        yield (
            f"{_named(code, entry_id, number)}が、操作の記録{found.line}番にありますが、保存されていません"
            "（データベースから消されました）"
        )


def _rows_findings(session: Session) -> Iterator[str]:
    """What residents and colleagues are answered from is written with its version: both say the same."""
    same = and_(
        EntryVersion.municipality_code == Entry.municipality_code,
        EntryVersion.entry_id == Entry.entry_id,
        EntryVersion.number == Entry.version,
    )
    wanted = select(Entry, EntryVersion).join(EntryVersion, same).where(Entry.state.in_(("published", "staff")))
    ordered = wanted.order_by(Entry.municipality_code, Entry.entry_id).execution_options(yield_per=_BATCH)
    for row, version in session.execute(ordered):
        if any(getattr(row, name) != value for name, value in columns_of(version.content).items()):
            yield (
                f"いま出している{_named(row.municipality_code, row.entry_id, row.version)}が、保存した版の文と違います"
                "（データベースで書き換えられました）"
            )


def _named(code: str, entry_id: str, number: int) -> str:
    return f"{code} の答え「{entry_id}」第{number}版"
