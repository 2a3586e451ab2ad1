"""復元の訓練: once a week the newest backup is opened, brought into a scratch database and looked through.

The database in use is never opened by it.  The scratch database is a file of SQLite whatever the service runs on, for a
backup's form does not depend on it; that PostgreSQL takes it is tried elsewhere (``make trust-restore``).  What came of
each stands beside the backups in ``drills.jsonl``.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import structlog
from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from knowledge import audit
from knowledge.audit_chain import verify
from knowledge.audit_texts import verify_texts
from knowledge.backups import Backup, alone_in, backups_in, newest
from knowledge.backups_file import BackupError, FolderBusyError
from knowledge.backups_ledger import FILE as LEDGER
from knowledge.backups_ledger import read_ledger
from knowledge.backups_restore import Restored, restore
from knowledge.backups_rows import Progress, revision_of
from knowledge.db import Database, migration_config, open_database
from knowledge.models import Municipality

FILE = "drills.jsonl"
EVERY = dt.timedelta(days=7)
FIRST_AFTER = dt.timedelta(days=1)
"""Of a service that is new, or that only tries things out, so long nothing is drilled."""
LATE = EVERY + dt.timedelta(days=2)
LONGEST_SECONDS = 3600.0
"""Within which a service is to be back."""
_KEPT = 400
"""Lines: more than seven years of them."""
_SWOLLEN = 40
"""A scratch database, and room to rewrite it, is at most so many times as large as its sealed file."""
_SPARE = 1024**3
_PREFIX = "drill-"

_log = structlog.get_logger("backups")


@dataclass(frozen=True)
class Drill:
    """What came of one.  ``faults``: a sentence each, for whoever runs the service; none where all was well."""

    at: dt.datetime
    file: str
    made_at: dt.datetime | None
    rows: int
    seconds: float
    faults: tuple[str, ...]

    @property
    def is_well(self) -> bool:
        return not self.faults


def drills_in(folder: Path) -> list[Drill]:
    """Those that are kept, the newest first; a line that a crash cut off is passed over."""
    try:
        lines = (folder / FILE).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    return [drill for line in reversed(lines) if (drill := _read(line))]


def _read(line: str) -> Drill | None:
    try:
        return drill_from_json(json.loads(line))
    except (ValueError, TypeError, KeyError):
        return None


def drill_from_json(given: Mapping[str, Any]) -> Drill:
    """Raises ValueError, TypeError and KeyError."""
    made = dt.datetime.fromisoformat(given["made_at"]) if given["made_at"] else None
    at = dt.datetime.fromisoformat(given["at"])
    return Drill(at, str(given["file"]), made, int(given["rows"]), float(given["seconds"]), tuple(given["faults"]))


def is_due(folder: Path, moment: dt.datetime) -> bool:
    """A week after the last one; the first when there have been backups for a day."""
    return _is_after(*_last_and_oldest(folder), moment, EVERY, FIRST_AFTER)


def is_late(folder: Path, moment: dt.datetime) -> bool:
    return is_overdue(*_last_and_oldest(folder), moment)


def is_overdue(last: Drill | None, oldest: dt.datetime | None, moment: dt.datetime) -> bool:
    """``oldest``: the moment of the oldest backup."""
    return _is_after(last, oldest, moment, LATE, LATE)


def _last_and_oldest(folder: Path) -> tuple[Drill | None, dt.datetime | None]:
    kept = backups_in(folder)
    return next(iter(drills_in(folder)), None), kept[-1].moment if kept else None


def _is_after(
    last: Drill | None,
    oldest: dt.datetime | None,
    moment: dt.datetime,
    since_last: dt.timedelta,
    since_first: dt.timedelta,
) -> bool:
    if last is not None:
        return moment - last.at >= since_last
    return oldest is not None and moment - oldest >= since_first


def run(
    folder: Path,
    key: bytes,
    scratch: Path,
    moment: dt.datetime,
    *,
    audit_days: int,
    progress: Progress = lambda *_: None,
) -> Drill:
    """Drill with the newest backup of ``folder``, below ``scratch``, which is the drill's alone, and note the outcome.

    Raises FolderBusyError where another is at it.
    """
    begun, backup = time.monotonic(), newest(folder)
    rows, faults = 0, ["バックアップが一つもありません"]
    try:
        with alone_in(scratch):
            _clear(scratch)
            if backup is not None:
                rows, faults = _tried(folder, backup, key, scratch, moment, audit_days, progress)
    except FolderBusyError:
        raise
    except BackupError as error:
        faults = [str(error)]
    except SQLAlchemyError as error:  # of the scratch database: no other is open
        faults = [f"ためしのデータベースに入りません（{type(error).__name__}）"]
    except OSError as error:
        faults = [f"読み書きできません（{error.strerror or type(error).__name__}）"]
    seconds = time.monotonic() - begun
    if seconds > LONGEST_SECONDS:
        faults.append(f"{seconds / 60:.0f}分かかりました（目標は1時間まで）")
    name, made = (backup.path.name, backup.moment) if backup else ("", None)
    drill = Drill(moment, name, made, rows, round(seconds, 1), tuple(faults))
    _note(folder, drill)
    return drill


def _tried(
    folder: Path,
    backup: Backup,
    key: bytes,
    scratch: Path,
    moment: dt.datetime,
    audit_days: int,
    progress: Progress,
) -> tuple[int, list[str]]:
    wanted, free = backup.size * _SWOLLEN + _SPARE, shutil.disk_usage(scratch).free
    if free < wanted:
        # A drill must not be what fills the disk of the service.
        raise BackupError(f"ためしに戻す場所がありません（空き {free / 1e9:.1f} GB、要るのは {wanted / 1e9:.1f} GB）")
    try:
        ledger = read_ledger(folder / LEDGER)
    except FileNotFoundError:
        raise BackupError(f"消した記録（{LEDGER}）がないので、このままでは戻せません") from None
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=scratch) as name:
        url = f"sqlite:///{name}/restored.db"

        def meanwhile(*given: Any) -> None:
            with audit.telling(True):  # others' work may be done in the middle of it
                progress(*given)

        with audit.telling(False):
            restored = restore(
                backup.path, key, url, ledger.erasures, moment, audit_days=audit_days, progress=meanwhile
            )
        database = open_database(url)
        try:
            faults = _found_in(database, restored)
        finally:
            database.dispose()
    if not ledger.covers(restored.manifest.told.moment):
        faults.append(f"消した記録（{LEDGER}）が、このバックアップより後に始まっています")
    return restored.manifest.rows, faults


def _found_in(database: Database, restored: Restored) -> list[str]:
    """What is wrong with it.  Rows and digests were compared with the file's while it was filled."""
    with database.reader.connect() as connection:
        broken = [row[0] for row in connection.execute(text("PRAGMA integrity_check")) if row[0] != "ok"]
        loose = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
        schema = revision_of(connection)
    head = ScriptDirectory.from_config(migration_config()).get_current_head()
    with database.reading() as session:
        findings = [*restored.findings, *verify(session).findings, *verify_texts(session).findings]
        towns = session.scalar(select(func.count()).select_from(Municipality)) or 0
    return [
        *(f"データベースが壊れています（{line}）" for line in broken[:3]),
        *([f"つながりの切れた行が{len(loose)}あります"] if loose else []),
        *([f"表の版が違います（{schema}）"] if schema != head else []),
        *(f"操作の記録: {finding}" for finding in findings[:5]),
        *([] if towns else ["市町村が一つもありません"]),
    ]


def clear(scratch: Path) -> None:
    """Take away what a killed drill left: it holds what is sealed elsewhere.

    Raises FolderBusyError where somebody drills there now, and OSError where it cannot be taken away.
    """
    if _left_in(scratch):
        with alone_in(scratch):
            _clear(scratch)


def _clear(scratch: Path) -> None:
    for left in _left_in(scratch):
        shutil.rmtree(left)


def _left_in(scratch: Path) -> list[Path]:
    return list(scratch.glob(f"{_PREFIX}*"))


def _note(folder: Path, drill: Drill) -> None:
    """Add its line, for good; of very many the oldest go."""
    kept = [json.dumps(drill_as_json(one), ensure_ascii=False) for one in reversed([drill, *drills_in(folder)][:_KEPT])]
    unfinished = folder / f".{FILE}.{os.getpid()}"
    try:
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in kept))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(folder / FILE)
    except OSError as error:
        _log.error("drill_not_noted", error=type(error).__name__)
    finally:
        unfinished.unlink(missing_ok=True)


def drill_as_json(drill: Drill) -> dict[str, object]:
    made = drill.made_at.isoformat() if drill.made_at else None
    return asdict(drill) | {"at": drill.at.isoformat(), "made_at": made}
