"""The drill with all that an official would try: ``make trust-restore``.  Backup, restore into a fresh database of either engine, and try it.

Without ``--of`` on the bundled content; with ``--of FOLDER`` on a copy of an instance's newest backup, whose key is
read from BACKUP_KEY: nothing of the running service is touched.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import text

from app import create_app
from bot.conversation import answer_masked
from bot.services import Services
from intents.decision import Decision
from knowledge.audit_chain import verify
from knowledge.audit_texts import verify_texts
from knowledge.backups import examine, make, newest
from knowledge.backups_ledger import FILE, Erasure, LedgerKeeper, read_ledger
from knowledge.backups_restore import restore
from knowledge.bundle import content_folders, read_bundle
from knowledge.calendar import now
from knowledge.common_content import common_content
from knowledge.db import Database, migrate, open_database
from knowledge.loading import load_bundle
from knowledge.models import StaffAccount
from knowledge.passwords import hash_password
from knowledge.restore_drills import LONGEST_SECONDS
from knowledge.roles import Grant, Role
from tests.bench.lists import fill
from tests.bench.material import VECTORS
from tests.support.postgresql import postgresql_in
from tests.support.staff import add_colleague, visit
from tests.trust.judge import integrity_of
from tests.trust.results import AT_HAND, conclude, plain_result, version_at

PASSWORD = "みかんと青い鉄橋 umbrella 7"
LOGIN = "drill-only"
KEY = b"a key of the drill alone, which is thrown away"


def timed(what: str, act: Callable[[], Any]) -> Any:
    begun = time.monotonic()
    found = act()
    print(f"  {what:24} {time.monotonic() - begun:6.1f} 秒", flush=True)
    return found


def bundled(folder: Path, questions: int) -> None:
    """A database with the bundled content and a long log of made-up questions, and a backup of it."""
    database = open_database(f"sqlite:///{folder}/source.db")
    migrate(database)
    for content in content_folders():
        load_bundle(database, read_bundle(content), now(), common_content())
    if questions:
        timed(f"質問の記録 {questions:,} 件", lambda: fill(database, folder / "town", 1_000, questions))
    timed("バックアップ", lambda: make(database, folder, KEY, now()))
    LedgerKeeper(database, folder).keep(now())
    database.dispose()


def drill(backup: Path, key: bytes, erasures: list[Erasure], url: str, folder: Path) -> tuple[float, int]:
    """Restore, then what an official would try; seconds that it took, and rows."""
    begun = time.monotonic()
    done = timed("復元", lambda: restore(backup, key, url, erasures, now(), audit_days=400))
    print(f"  行数 {done.manifest.rows:,}、消しなおした {done.purged:,} + {sum(done.erased.values()):,}")
    app = create_app({"INSTANCE_PATH": str(folder), "DATABASE_URL": url, "SENDER_THREADS": "0", "JOBS": "0"})
    kit: Services = app.extensions["kotae"]
    try:
        timed("データベースの検査", lambda: _is_whole(kit.database))
        with kit.database.reading() as session:
            timed("操作の記録の検査", lambda: _no_findings(verify(session).findings))
            timed("答えの文の検査", lambda: _no_findings(verify_texts(session).findings))
        client = app.test_client()
        assert client.get("/readyz").status_code == 200
        timed("サインイン", lambda: sign_in(kit, client))
        timed("質問に答える", lambda: one_answer(kit))
    finally:
        kit.database.dispose()
    seconds = time.monotonic() - begun
    print(f"  {'合わせて':24} {seconds:6.1f} 秒（{LONGEST_SECONDS:,.0f} 秒まで）", flush=True)
    return seconds, done.manifest.rows


def _is_whole(database: Database) -> None:
    found = integrity_of(database)
    assert found == "ok", found


def _no_findings(findings: tuple[str, ...]) -> None:
    assert not findings, findings


def sign_in(kit: Services, client: FlaskClient) -> None:
    """As an account of the drill's own, in the restored copy alone: nobody's real password is needed."""
    account, _ = add_colleague(kit.database, [Grant(Role.ADMIN, None, None)], login=LOGIN)
    with kit.database.writing() as session:
        session.get_one(StaffAccount, account).password_hash = hash_password(PASSWORD)
    visit(client, "/staff/sign-in", {"login": LOGIN, "password": PASSWORD})


def one_answer(kit: Services) -> None:
    """The first question that staff have published is answered."""
    town = kit.corpus.towns()[0]
    with kit.database.reading() as session:
        question = session.scalar(
            text(
                "SELECT question FROM entries WHERE municipality_code = :code AND state = 'published' ORDER BY 1 LIMIT 1"
            ),
            {"code": town.code},
        )
    outcome, _ = answer_masked(kit.corpus.current(town.code), str(question))
    assert outcome.reply.decision is Decision.ANSWER, question


def main() -> int:
    parser = argparse.ArgumentParser("python -m tests.trust.restore_drill", description=__doc__)
    parser.add_argument("--of", type=Path, metavar="FOLDER", help="このフォルダーのいちばん新しいバックアップを戻す")
    parser.add_argument("--questions", type=int, default=0, help="作りものの質問の記録を、これだけ入れてから")
    parser.add_argument("--out", type=Path, default=AT_HAND, help="結果の JSON を置くフォルダー")
    given = parser.parse_args()
    status = 0
    with tempfile.TemporaryDirectory() as name, postgresql_in(Path(name)) as server:
        folder = Path(name)
        (folder / "vectors").symlink_to(VECTORS.resolve())
        source, key = given.of or folder, os.environ.get("BACKUP_KEY", "").encode() if given.of else KEY
        if not given.of:
            bundled(folder, given.questions)
        backup = newest(source)
        if backup is None:
            sys.exit(f"{source}: バックアップがありません")
        age = (now() - backup.moment).total_seconds() / 60
        print(f"{backup.path.name}（{backup.size / 1e6:,.1f} MB、{age:.0f}分前）")
        begun = time.monotonic()
        timed("検査（すべて開く）", lambda: examine(backup.path, key))
        examined = time.monotonic() - begun
        erasures = [*read_ledger(source / FILE).erasures]
        for engine, url in (("sqlite", f"sqlite:///{folder}/restored.db"), ("postgresql", server)):
            print(engine)
            missed, seconds, rows = [], 0.0, 0
            try:
                seconds, rows = drill(backup.path, key, erasures, url, folder)
            except Exception as error:  # whatever it is: this drill has failed, and the other is still to be held
                traceback.print_exc()
                missed.append(f"{type(error).__name__}: {error}"[:300])
            missed += too_slow(examined + seconds)
            result = plain_result(
                "restore",
                engine,
                version_at(url),
                dose=f"{'本物の' if given.of else '同梱の内容の'}バックアップ {backup.size / 1e6:,.1f} MB、{rows:,}行",
                found=f"検査から、復元・整合性・操作の記録・サインイン・答えまで {examined + seconds:,.1f}秒（3,600秒まで）",
                missed=missed,
                seconds=round(examined + seconds, 1),
                rows=rows,
            )
            status |= conclude(result, given.out)
    print("復元訓練: 失敗" if status else "復元訓練: 成功")
    return status


def too_slow(seconds: float) -> list[str]:
    """Over an hour the drill has failed, though all came back."""
    return [f"took {seconds:,.0f} s of {LONGEST_SECONDS:,.0f}"] if seconds > LONGEST_SECONDS else []


if __name__ == "__main__":
    sys.exit(main())
