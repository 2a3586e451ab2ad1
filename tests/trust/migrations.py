"""Migrations that are killed and that go up, down and up again: ``make trust-migrations``.

From several released versions with rows in every table, on SQLite and PostgreSQL: after a kill -9 at a statement the
tables are those of before, with as many rows, and the next try completes them.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event, text

from knowledge.backups_rows import revision_of, shapes
from knowledge.db import is_current, migrate, migration_config, open_database
from tests.support.any_rows import fill_all
from tests.support.postgresql import postgresql_in
from tests.trust.results import AT_HAND, conclude, plain_result, version_at

VERSIONS = ("0010", "0030", "0046", "0052")
"""Those that are tried with many rows; the others (none was released so far: any may be out there) with a few."""
MOMENT = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)


def make(url: str, revision: str, rows: int) -> dict[str, int]:
    """A database of an earlier version with ``rows`` rows in each table; how many each has."""
    database = open_database(url)
    migrate(database, revision)
    with database.writer.begin() as connection:
        counts = fill_all(connection, rows, MOMENT)
    database.shrink_log()
    database.dispose()
    return counts


def state(url: str) -> tuple[str, dict[str, int]]:
    """The version, and the rows of each table."""
    database = open_database(url)
    with database.reader.connect() as connection:
        names = [shape.name for shape in shapes(connection)]
        counts = {name: connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0 for name in names}
        found = revision_of(connection), counts
    if database.is_sqlite:
        with database.reader.connect() as connection:
            assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
            assert connection.execute(text("PRAGMA foreign_key_check")).first() is None
    database.dispose()
    return found


def migrate_dying(url: str, at: int) -> int:
    """Migrate to the head, killed before statement ``at``; how many there were, if it lived."""
    database, seen = open_database(url), 0

    def count(*_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == at:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(database.writer, "before_cursor_execute", count)
    migrate(database)
    database.dispose()
    return seen


def kept(before: dict[str, int], after: dict[str, int]) -> bool:
    """Whether no table that is still there has lost a row, and no table is gone."""
    return all(after.get(name, -1) >= rows for name, rows in before.items())


def up_down_up(url: str, revision: str, rows: int) -> int:
    """From ``revision`` to the head, back, and there again; how many rows there were."""
    before = make(url, revision, rows)
    database = open_database(url)
    migrate(database)
    assert kept(before, state(url)[1]), revision
    config = migration_config()
    with database.writer.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
    assert state(url) == (revision, before), revision
    migrate(database)
    assert is_current(database)
    assert kept(before, state(url)[1]), revision
    database.dispose()
    return sum(before.values())


def _forked(act: Callable[[], Any]) -> int:
    """How a child ended that did it: 0, or the signal that killed it."""
    child = os.fork()
    if child == 0:
        try:
            act()
        except BaseException:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


@dataclass(frozen=True)
class Killed:
    """Of one database: how many kills, up to which statement, and whether that was the last."""

    kills: int
    statements: int
    whole: bool


def kill_at_each(fresh: Callable[[], str], revision: str, before: dict[str, int], every: int, seconds: float) -> Killed:
    """Kill at every ``every``-th statement, each time in a copy of its own; what was done."""
    begun, at, kills = time.monotonic(), 1, 0
    while time.monotonic() - begun < seconds:
        url = fresh()
        ended = _forked(partial(migrate_dying, url, at))
        if ended == 0:
            return Killed(kills, at - 1, True)
        assert ended == signal.SIGKILL, f"{revision}: statement {at} ended with {ended}"
        assert state(url) == (revision, before), f"{revision}: killed at statement {at}"
        if kills % 20 == 0:
            assert _forked(partial(migrate_dying, url, 0)) == 0
            assert kept(before, state(url)[1])
        at, kills = at + every, kills + 1
    return Killed(kills, at - every, False)


def all_versions() -> list[str]:
    """Every version of the tables but the last, from the first on."""
    script = ScriptDirectory.from_config(migration_config())
    return [one.revision for one in script.walk_revisions()][:0:-1]


@dataclass
class Trial:
    """What one engine went through."""

    engine: str
    fresh: Callable[[str], str]
    """A database by a name that nobody has yet, or anew."""
    rows: int = 0
    most: int = 0
    versions: int = 0
    killed: dict[str, Killed] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)

    def up_and_down(self, version: str, rows: int) -> None:
        begun = time.monotonic()
        try:
            done = up_down_up(self.fresh("tried"), version, rows)
        except Exception as error:  # one version that fails must not hide the others
            traceback.print_exc()
            self.missed.append(f"{version}: {type(error).__name__}: {error}"[:300])
            return
        self.rows, self.most, self.versions = self.rows + done, max(self.most, done), self.versions + 1
        print(f"{version} {self.engine:12} 上げ・下げ・上げ {done:,}行 {time.monotonic() - begun:.1f}秒", flush=True)

    def kill(self, version: str, copied: Callable[[], str], before: dict[str, int], every: int, seconds: float) -> None:
        try:
            done = self.killed[version] = kill_at_each(copied, version, before, every, seconds)
        except AssertionError as error:
            traceback.print_exc()
            self.missed.append(f"{version}: {error}"[:300])
            return
        end = "最後まで" if done.whole else "時間切れ"
        print(f"{version} {self.engine:12} kill -9 {done.kills}回（文 {done.statements:,}、{end}）", flush=True)

    def conclude(self, version: str, every: int, many: int, few: int, out: Path) -> int:
        kills = sum(one.kills for one in self.killed.values())
        cut = [name for name, one in self.killed.items() if not one.whole]
        if not kills:
            self.missed.append("nothing was killed")
        result = plain_result(
            "migrations",
            self.engine,
            version,
            dose=f"{self.versions}の版から上げ・下げ・上げ（{'・'.join(VERSIONS)}は一つの表に{many:,}行、ほかは{few}行。"
            f"一つの版で最大{self.most:,}行）、{'一文ごと' if every == 1 else f'{every}文おき'}に kill -9 {kills}回"
            + (f"（{'・'.join(cut)}は時間で打ち切り）" if cut else ""),
            found=f"外れ {len(self.missed)}",
            missed=self.missed,
            killed={name: one.__dict__ for name, one in self.killed.items()},
            rows=self.rows,
            most_rows=self.most,
        )
        return conclude(result, out)


def main() -> int:
    parser = argparse.ArgumentParser("python -m tests.trust.migrations", description=__doc__)
    parser.add_argument("--die", nargs=2, metavar=("URL", "N"))
    parser.add_argument("--rows", type=int, default=2500, help="行（一つの表に。四つの版で）")
    parser.add_argument("--few", type=int, default=20, help="行（一つの表に。ほかのすべての版で。0 なら四つの版だけ）")
    parser.add_argument("--every", type=int, default=1, help="SQLite では何文ごとに止めるか（PostgreSQL は3倍）")
    parser.add_argument("--seconds", type=float, default=600, help="止める試しの、一つのデータベースの長さ")
    parser.add_argument("--out", type=Path, default=AT_HAND, help="結果の JSON を置くフォルダー")
    given = parser.parse_args()
    if given.die:
        migrate_dying(given.die[0], int(given.die[1]))
        return 0
    with tempfile.TemporaryDirectory() as name, postgresql_in(Path(name)) as server:
        folder = Path(name)
        maintenance = create_engine(server, isolation_level="AUTOCOMMIT")

        def database(named: str, template: str = "template1") -> str:
            # No connection of ours may be open while a child is forked, nor in a template.
            with maintenance.connect() as connection:
                connection.execute(text(f"DROP DATABASE IF EXISTS {named}"))
                connection.execute(text(f"CREATE DATABASE {named} TEMPLATE {template}"))
            maintenance.dispose()
            head, _, query = server.partition("?")
            return f"{head.rsplit('/', 1)[0]}/{named}" + (f"?{query}" if query else "")

        def file(named: str) -> str:
            for old in folder.glob(f"{named}.db*"):
                old.unlink()
            return f"sqlite:///{folder}/{named}.db"

        def copied() -> str:
            url = file("copy")
            shutil.copy(folder / "from.db", folder / "copy.db")
            return url

        sqlite, postgresql = Trial("sqlite", file), Trial("postgresql", database)
        for version in all_versions():
            rows = given.rows if version in VERSIONS else given.few
            for trial in (sqlite, postgresql):
                if rows:
                    trial.up_and_down(version, rows)
        for version in VERSIONS[:2]:
            before = make(file("from"), version, 2)
            sqlite.kill(version, copied, before, given.every, given.seconds)
            before = make(database("origin"), version, 2)
            postgresql.kill(version, lambda: database("copied", "origin"), before, given.every * 3, given.seconds)
        status = sqlite.conclude(version_at("sqlite://"), given.every, given.rows, given.few, given.out)
        return status | postgresql.conclude(version_at(server), given.every * 3, given.rows, given.few, given.out)


if __name__ == "__main__":
    sys.exit(main())
