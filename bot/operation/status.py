"""今の状態: every check with its outcome, for the console and the command line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from bot.operation.checks import KINDS, Facts, judge
from bot.operation.facts import OTHER_CHECKS
from bot.operation.readiness import look
from bot.restore_drill import told
from bot.services import Services
from knowledge.alerts import Finding, Known, known
from knowledge.heartbeats import JOBS, SENDER, WEB, Beat

PROCESS_NAMES = {WEB: "Web", SENDER: "LINE への返信", JOBS: "時間のかかる仕事"}


@dataclass(frozen=True)
class Row:
    """One check.  ``since``: when it was first found wrong; ``detail`` says how."""

    name: str
    words: str
    is_well: bool
    details: tuple[str, ...] = ()
    remedy: str = ""
    since: Known | None = None


@dataclass(frozen=True)
class Status:
    rows: tuple[Row, ...]
    facts: Facts
    past: tuple[Known, ...]
    """What was wrong and is over."""

    @property
    def is_well(self) -> bool:
        return all(row.is_well for row in self.rows)

    @property
    def beats(self) -> tuple[Beat, ...]:
        return self.facts.stored.beats if self.facts.stored else ()


def status(kit: Services) -> Status:
    """As it is now: what this process sees, and what others have told the database."""
    facts = look(kit)
    kept: list[Known] = []
    if facts.writable and facts.schema_fits:
        try:
            with kit.database.reading() as session:
                kept = known(session)
        except SQLAlchemyError:
            kept = []
    return Status(
        tuple(rows_of(judge(facts), kept, _unasked(facts))),
        facts,
        tuple(one for one in kept if one.ended_at),
    )


NO_BACKUP = "バックアップは調べていません（手元で試しているか、BACKUP_KEY がありません）"
NO_DRILL = "復元の訓練はしていません（手元で試しているか、BACKUP_KEY がないか、RESTORE_DRILL が 0 です）"
UNSEEN = "仕事のプロセスからの知らせがないので、分かりません（この機械には、バックアップがありません）"
NOT_YET = "復元の訓練は、まだ一度もしていません（バックアップを取り始めて1日たつと始めます）"


def _unasked(facts: Facts) -> Mapping[str, str]:
    """What is said in the place of "all is well" where nobody looked, or where there is more to say."""
    return {"backup": _of_backup(facts), "drill": _of_drill(facts)}


def _of_backup(facts: Facts) -> str:
    if not facts.backup_wanted:
        return NO_BACKUP
    return KINDS["backup"].well if facts.backups is not None else f"バックアップ: {UNSEEN}"


def _of_drill(facts: Facts) -> str:
    if not facts.drill_wanted:
        return NO_DRILL
    if facts.backups is None:
        return f"復元の訓練: {UNSEEN}"
    last = facts.backups.drill
    return f"{KINDS['drill'].well}（{told(last)}）" if last is not None else NOT_YET


def rows_of(findings: list[Finding], kept: list[Known], unasked: Mapping[str, str]) -> list[Row]:
    """What was found now, and what stands open that only others can see: first what is wrong.

    ``unasked``: what is said of what nobody looked at.
    """
    wrong: dict[str, dict[str, Finding]] = defaultdict(dict)
    open_alerts = {(one.kind, one.scope): one for one in kept if one.ended_at is None}
    for one in open_alerts.values():
        kind = KINDS.get(one.kind)
        if kind is not None and (kind.elsewhere or kind.of_backups):
            wrong[one.kind][one.scope] = Finding(one.kind, one.scope, one.detail)
    for finding in findings:
        wrong[finding.kind][finding.scope] = finding
    rows = []
    for name, kind in KINDS.items():
        if found := list(wrong[name].values()):
            details = tuple(_detail(one) for one in found if one.scope or one.detail)
            since = min(
                (known for one in found if (known := open_alerts.get((name, one.scope)))),
                key=lambda known: known.first_at,
                default=None,
            )
            rows.append(Row(name, kind.title, False, details, kind.remedy, since))
        elif not kind.handed_in or OTHER_CHECKS:
            rows.append(Row(name, unasked.get(name, kind.well), True))
    return sorted(rows, key=lambda row: row.is_well)


def _detail(finding: Finding) -> str:
    return "：".join(part for part in (finding.scope, finding.detail) if part)
