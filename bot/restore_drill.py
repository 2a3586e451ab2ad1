"""復元の訓練 as this service does it: with its own newest backup, noted in the audit log and the application log."""

from __future__ import annotations

import structlog

from bot.services import Services
from knowledge import audit, restore_drills
from knowledge.backups_rows import Progress
from knowledge.calendar import JST, date_name, now
from knowledge.restore_drills import Drill

_log = structlog.get_logger("backups")


def drill_now(kit: Services, progress: Progress = lambda *_: None) -> Drill:
    """Raises FolderBusyError where another is at it, and SQLAlchemyError where the database in use takes no line."""
    settings = kit.settings
    drill = restore_drills.run(
        settings.backup_folder,
        settings.backup_key,
        settings.drill_folder,
        now(),
        audit_days=settings.audit_days,
        progress=progress,
    )
    level = _log.info if drill.is_well else _log.error
    level("restore_drilled", file=drill.file, rows=drill.rows, seconds=drill.seconds, faults=list(drill.faults))
    details = {"file": drill.file, "rows": drill.rows, "seconds": round(drill.seconds), "faults": list(drill.faults)}
    with kit.database.writing() as session:
        audit.append(session, audit.BY_SYSTEM, "restore_drilled", at=drill.at, details=details)
    return drill


def told(drill: Drill) -> str:
    """In one line."""
    at = drill.at.astimezone(JST)
    when = f"{date_name(at.date())} {at.hour}:{at.minute:02}"
    outcome = "食い違いはありません" if drill.is_well else "、".join(drill.faults)
    return f"{when}、{drill.file or 'ファイルなし'}、{drill.rows:,}行、{drill.seconds:,.1f}秒：{outcome}"
