"""What it costs to refuse: a forged webhook, a question beyond what is answered in a minute, a wrong password."""

from __future__ import annotations

import tempfile
import time
from functools import partial

from flask import Flask
from flask.testing import FlaskClient
from rich.console import Console
from rich.table import Table
from sqlalchemy import delete, select

from app import create_app
from knowledge.bundle import content_folders, read_bundle
from knowledge.calendar import now
from knowledge.common_content import common_content
from knowledge.db import migrate
from knowledge.loading import load_bundle
from knowledge.models import SignInFailure, StaffAccount
from knowledge.passwords import hash_password
from knowledge.roles import Grant, Role
from tests.bench.timing import Times, milliseconds, times_of
from tests.support.fake_line import SECRET, event, webhook_body
from tests.support.staff import add_colleague, visit

CODE = "242047"
TIMES = 1000
MOST_MS = 5.0
"""A forged request may cost."""
SIGN_INS = 200
APART_MS = 20.0
"""By so much at most the middle of two kinds of refused sign-ins may be apart."""
PASSWORD = "みかんと青い鉄橋 umbrella 7"


def measure_refusals(console: Console) -> list[str]:
    """What costs more than it may."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            {
                "INSTANCE_PATH": folder,
                "SENDER_THREADS": "0",
                "LOG_LEVEL": "ERROR",
                "RATE_CONVERSATION": "1",
                "RATE_ADDRESS": "1",
                f"LINE_{CODE}_CHANNEL_SECRET": SECRET,
            }
        )
        database = app.extensions["kotae"].database
        migrate(database)
        load_bundle(
            database,
            next(read_bundle(each) for each in content_folders() if each.name == CODE),
            now(),
            common_content(),
        )
        client, table = app.test_client(), Table("", "中央値 ms", "99% ms")
        over = []
        for about, size in (("偽の署名、1件", 1), ("偽の署名、100件", 100)):
            body = webhook_body([event() for _ in range(size)])
            _told(table, about, _times(partial(_forged, client, body)))
            own = times_of([_own_milliseconds(partial(_forged, client, body)) for _ in range(TIMES)])
            _told(table, f"{about}（この仕事だけの CPU）", own)
            if own.p99 > MOST_MS:
                over.append(f"{about}：99% が {own.p99:.2f} ms（{MOST_MS:.0f} ms まで）")
        client.post(f"/{CODE}/", data={"question": "住民票"})
        _told(table, "多すぎる質問（429）", _times(partial(_too_many, client)))
        console.print(table, f"偽の署名は {MOST_MS:.0f} ms まで")
        _sign_ins(console, app)
        database.dispose()
        return over


def _sign_ins(console: Console, app: Flask) -> None:
    """Whether the time that it takes to be refused tells if there is such a name.  Raises SystemExit where it does."""
    database = app.extensions["kotae"].database
    _, known = add_colleague(database, [Grant(Role.EDITOR, CODE)])
    _, stopped = add_colleague(database, [Grant(Role.EDITOR, CODE)])
    _, invited = add_colleague(database, [Grant(Role.EDITOR, CODE)])
    with database.writing() as session:
        for login in (known, stopped):
            account = session.scalars(select(StaffAccount).where(StaffAccount.login == login)).one()
            account.password_hash, account.disabled = hash_password(PASSWORD), login == stopped
    kinds = {
        "パスワードが違う": (known, "wrong"),
        "いない名前": ("nobody-at-all", "wrong"),
        "止めたアカウント、正しいパスワード": (stopped, PASSWORD),
        "招待中のアカウント": (invited, "wrong"),
    }
    client, found = app.test_client(), {about: list[float]() for about in kinds}
    for number in range(SIGN_INS):
        if number % 5 == 0:  # ten failures of a name would slow it
            with database.writing() as session:
                session.execute(delete(SignInFailure))
        # One of each in turn, so that whatever else the machine does falls on all of them.
        for about, (login, password) in kinds.items():
            found[about].append(milliseconds(partial(_refused, client, login, password)))
    table = Table("サインインの断り", "中央値 ms", "99% ms")
    for about, taken in found.items():
        _told(table, about, times_of(taken))
    middles = [times_of(taken).p50 for taken in found.values()]
    apart = max(middles) - min(middles)
    console.print(table, f"中央値の差 {apart:.1f} ms（{APART_MS:.0f} ms まで、{SIGN_INS}回ずつ）")
    if apart > APART_MS:
        raise SystemExit("サインインの断りにかかる時間で、名前があるかどうかが分かります")


def _refused(client: FlaskClient, login: str, password: str) -> None:
    visit(client, "/staff/sign-in", {"login": login, "password": password}, status=422)


def _times(work: partial[None]) -> Times:
    work()
    return times_of([milliseconds(work) for _ in range(TIMES)])


def _own_milliseconds(work: partial[None]) -> float:
    """Of this thread's own work: what it costs, whatever else the machine is at."""
    begun = time.thread_time()
    work()
    return (time.thread_time() - begun) * 1_000


def _told(table: Table, about: str, times: Times) -> None:
    table.add_row(about, f"{times.p50:.2f}", f"{times.p99:.2f}")


def _forged(client: FlaskClient, body: bytes) -> None:
    assert client.post(f"/line/{CODE}/webhook", data=body, headers={"x-line-signature": "forged"}).status_code == 400


def _too_many(client: FlaskClient) -> None:
    # Another minute may have begun: then one more is answered.
    assert client.post(f"/{CODE}/", data={"question": "住民票"}).status_code in (429, 200)
