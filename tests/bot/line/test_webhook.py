"""The webhook answers 200 only for what it has kept, and never 500."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from app import create_app
from bot.line.webhook import is_signed
from bot.services import Services
from knowledge.bundle import Bundle
from knowledge.calendar import now
from knowledge.loading import load_bundle
from knowledge.models import LineEvent, QuarantinedBody
from tests.bot.line.conftest import CODE, drain, sender_of
from tests.support.fake_line import SECRET, FakeLine, event, signature, text_event, webhook_body

URL = f"/line/{CODE}/webhook"


@pytest.fixture
def client(line_app: Flask) -> FlaskClient:
    return line_app.test_client()


@pytest.fixture
def services(line_app: Flask) -> Services:
    kit: Services = line_app.extensions["kotae"]
    return kit


def deliver(client: FlaskClient, body: bytes, secret: str = SECRET) -> int:
    headers = {"x-line-signature": signature(body, secret), "content-type": "application/json"}
    return client.post(URL, data=body, headers=headers).status_code


def count(kit: Services, table: Any) -> int:
    with kit.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_lines_own_test_vector_is_signed_right() -> None:
    body = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'
    assert is_signed(body, "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs=", ["8c570fa6dd201bb328f1c1eac23a96d8"])


def test_the_consoles_verify_button_gets_200(client: FlaskClient) -> None:
    assert deliver(client, webhook_body([])) == 200


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(None, id="absent"),
        pytest.param("", id="empty"),
        pytest.param("AAAA", id="wrong"),
        pytest.param("A" * 10_000, id="ten kilobytes"),
        pytest.param("サイン".encode().decode("latin-1"), id="not ASCII"),
    ],
)
def test_a_bad_signature_gets_400_and_leaves_no_row(
    client: FlaskClient, services: Services, line: FakeLine, header: str | None
) -> None:
    headers = {} if header is None else {"x-line-signature": header}
    assert client.post(URL, data=webhook_body([text_event(line, "住民票")]), headers=headers).status_code == 400
    assert count(services, LineEvent) == count(services, QuarantinedBody) == 0


def test_the_header_may_be_written_in_any_case(client: FlaskClient) -> None:
    body = webhook_body([])
    assert client.post(URL, data=body, headers={"X-LINE-SIGNATURE": signature(body)}).status_code == 200


def test_two_secrets_are_in_force_while_one_replaces_the_other(
    line_environment: dict[str, str], line: FakeLine
) -> None:
    from app import create_app

    app = create_app(line_environment | {f"LINE_{CODE}_CHANNEL_SECRET_OLD": "the-old-secret"})
    body = webhook_body([text_event(line, "住民票")])
    assert deliver(app.test_client(), body, "the-old-secret") == 200
    assert deliver(app.test_client(), body, "another-secret") == 400
    app.extensions["kotae"].database.dispose()


def test_a_municipality_without_a_channel_has_no_webhook(client: FlaskClient) -> None:
    body = webhook_body([])
    assert client.post("/line/122106/webhook", data=body).status_code == 404


def test_a_body_over_one_mebibyte_gets_413(client: FlaskClient, services: Services) -> None:
    assert deliver(client, b" " * ((1 << 20) + 1)) == 413
    assert count(services, QuarantinedBody) == 0


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"{", id="half of it"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff\xfe", id="no UTF-8"),
        pytest.param(b'{"events": NaN}', id="NaN"),
        pytest.param(b"[" * 100_000, id="deep nesting"),
        pytest.param(b'{"events": [' + b"9" * 5000 + b"]}", id="a number of 5,000 digits"),
        pytest.param(b'{"destination": "U1"}', id="no events"),
        pytest.param(b'{"events": {}}', id="events is no list"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"null", id="null"),
    ],
)
def test_what_is_signed_but_unreadable_is_quarantined_and_gets_200(
    client: FlaskClient, services: Services, body: bytes
) -> None:
    assert deliver(client, body) == 200
    assert count(services, QuarantinedBody) == 1


@pytest.mark.parametrize("events", [b'"kanaria 090-7319-4628"', b'[{"kanaria": "090-7319-4628"}, "090-7319-4628"]'])
def test_of_what_is_quarantined_hash_and_size_are_kept_and_not_a_letter(
    client: FlaskClient, services: Services, events: bytes
) -> None:
    body = b'{"destination": "kanaria", "events": ' + events + b"}"
    assert deliver(client, body) == 200
    with services.database.reading() as session:
        row = session.scalars(select(QuarantinedBody)).one()
        columns = {name: getattr(row, name) for name in QuarantinedBody.__table__.columns.keys()}  # noqa: SIM118
    assert set(columns) == {"id", "municipality_code", "received_at", "reason", "size", "sha256"}
    assert re.fullmatch(r"body: no events|\d unreadable event\(s\)", row.reason)
    assert re.fullmatch("[0-9a-f]{64}", row.sha256)
    assert 0 < row.size <= len(body)
    stored = b"".join(path.read_bytes() for path in services.settings.instance.glob("kotae.db*"))
    assert b"kanaria" not in stored
    assert b"090-7319" not in stored


def test_twenty_bodies_over_the_limit_get_413_and_leave_nothing(client: FlaskClient, services: Services) -> None:
    for size in range(20):
        assert deliver(client, b"[" * ((1 << 20) + 1 + 997 * size)) == 413
    assert count(services, QuarantinedBody) == count(services, LineEvent) == 0


def test_duplicate_keys_are_read_as_json_reads_them(client: FlaskClient) -> None:
    assert deliver(client, b'{"events": [], "events": []}') == 200


def test_one_bad_event_never_stops_the_others(client: FlaskClient, services: Services, line: FakeLine) -> None:
    bad: list[Any] = [
        None,
        5,
        {},
        {"type": None},
        [],
        event("tomorrow"),
        {"type": "message", "message": 5, "source": 1},
    ]
    good = [text_event(line, f"住民票 {number}", sender=number) for number in range(10)]
    assert deliver(client, webhook_body([*bad, *good, *bad])) == 200
    with services.database.reading() as session:
        texts = session.scalars(select(LineEvent.text).where(LineEvent.state == "received")).all()
    assert sorted(texts) == sorted(one["message"]["text"] for one in good)


@pytest.mark.parametrize("kind", ["\ud83d", "\x00", "\u202e", "x" * 500])
def test_a_type_that_no_database_could_hold_never_stops_the_others(
    client: FlaskClient, services: Services, line: FakeLine, kind: str
) -> None:
    assert deliver(client, webhook_body([event(kind), text_event(line, "住民票")])) == 200
    assert count(services, LineEvent) == 2


def test_all_bad_events_of_a_body_make_one_row(client: FlaskClient, services: Services) -> None:
    assert deliver(client, webhook_body([1, None, "x"] * 300)) == 200
    assert count(services, QuarantinedBody) == 1


def test_fifty_deliveries_of_one_event_make_one_row(client: FlaskClient, services: Services, line: FakeLine) -> None:
    one = text_event(line, "住民票")
    for number in range(50):
        again = one | {"deliveryContext": {"isRedelivery": number > 0}}
        assert deliver(client, webhook_body([again])) == 200
    with services.database.reading() as session:
        (row,) = session.scalars(select(LineEvent)).all()
    assert row.deliveries == 50


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_fifty_deliveries_at_once_in_two_processes_make_one_row_and_one_reply(
    engine: str,
    line_environment: dict[str, str],
    line: FakeLine,
    database_url_maker: Callable[[str], str],
    bundles: list[Bundle],
) -> None:
    environment = line_environment | {"DATABASE_URL": database_url_maker(engine)}
    app = create_app(environment)
    kit: Services = app.extensions["kotae"]
    load_bundle(kit.database, next(one for one in bundles if one.municipality.code == CODE), now())
    event = text_event(line, "住民票", life=600.0)
    context = multiprocessing.get_context("spawn")
    begin = context.Barrier(2)
    told = context.Queue()
    workers = [context.Process(target=_deliver_at_once, args=(environment, event, begin, told)) for _ in range(2)]
    for worker in workers:
        worker.start()
    statuses = [status for _ in workers for status in told.get(timeout=120)]
    for worker in workers:
        worker.join(30)
    assert set(statuses) <= {200, 503}
    taken = statuses.count(200)
    assert taken
    drain(sender_of(kit))
    assert deliver(app.test_client(), webhook_body([event])) == 200, "and once more, after the answer"
    drain(sender_of(kit))
    with kit.database.reading() as session:
        (row,) = session.scalars(select(LineEvent)).all()
    assert (row.state, row.accepted) == ("answered", 1)
    assert taken < row.deliveries <= 51, "a busy machine may say 503 to what it has kept all the same"
    assert len(line.accepted(event["replyToken"])) == 1
    kit.database.dispose()


def _deliver_at_once(environment: dict[str, str], event: dict[str, Any], begin: Any, told: Any) -> None:
    """In a process of its own: twenty-five deliveries by five threads."""
    app = create_app(environment)
    begin.wait(120)
    with ThreadPoolExecutor(5) as threads:
        deliveries = [threads.submit(deliver, app.test_client(), webhook_body([event])) for _ in range(25)]
        told.put([one.result() for one in deliveries])
    app.extensions["kotae"].database.dispose()


def test_no_user_id_and_no_raw_personal_data_reach_the_database(
    client: FlaskClient, services: Services, line: FakeLine
) -> None:
    one = text_event(line, "電話は090-1234-5678、番号は123456789018です")
    assert deliver(client, webhook_body([one])) == 200
    stored = b"".join(path.read_bytes() for path in services.settings.instance.glob("kotae.db*"))
    assert one["source"]["userId"].encode() not in stored
    assert b"090-1234-5678" not in stored
    assert b"123456789018" not in stored
    assert "〔電話番号〕".encode() in stored


def test_events_that_cannot_be_kept_get_503(
    client: FlaskClient, services: Services, line: FakeLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    monkeypatch.setattr("bot.line.gathering.store_all", refuse)
    assert deliver(client, webhook_body([text_event(line, "住民票")])) == 503


def test_a_locked_database_gets_503_in_time(client: FlaskClient, services: Services, line: FakeLine) -> None:
    with services.database.writing() as session:
        session.execute(text("SELECT 1"))
        assert deliver(client, webhook_body([text_event(line, "住民票")])) == 503
    assert deliver(client, webhook_body([text_event(line, "住民票")])) == 200


def test_a_database_before_its_migration_gets_503_until_it_is_made(
    client: FlaskClient, services: Services, line: FakeLine
) -> None:
    with services.database.writing() as session:
        head = session.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        session.execute(text("UPDATE alembic_version SET version_num = '0049'"))
    assert deliver(client, webhook_body([text_event(line, "住民票")])) == 503
    assert count(services, LineEvent) == 0
    with services.database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": head})
    assert deliver(client, webhook_body([text_event(line, "住民票")])) == 200


@pytest.mark.usefixtures("impatient_line")
def test_a_database_that_stands_still_gets_503_before_line_gives_up(
    line_environment: dict[str, str], line: FakeLine, database_url_maker: Callable[[str], str]
) -> None:
    """PostgreSQL's processes are halted, connections and all: nothing is refused, nothing answers."""
    app = create_app(line_environment | {"DATABASE_URL": database_url_maker("postgresql")})
    kit: Services = app.extensions["kotae"]
    client = app.test_client()
    assert deliver(client, webhook_body([text_event(line, "住民票")])) == 200
    with kit.database.reading() as session:
        wanted = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        backends = list(session.scalars(text(wanted)))
    late = text_event(line, "印鑑証明")
    for backend in backends:
        os.kill(backend, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        assert deliver(client, webhook_body([late])) == 503
        assert time.monotonic() - begun < 2
    finally:
        for backend in backends:
            os.kill(backend, signal.SIGCONT)
    until = time.monotonic() + 5
    again = webhook_body([late | {"deliveryContext": {"isRedelivery": True}}])
    while (status := deliver(client, again)) != 200 and time.monotonic() < until:
        time.sleep(0.1)
    assert status == 200, "it is taken within seconds of the database's return, without a restart"
    until = time.monotonic() + 20
    while count(kit, LineEvent) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    assert count(kit, LineEvent) == 2
    kit.database.dispose()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: json.dumps({"events": [text]}).encode()))
def test_no_signed_body_of_whatever_content_breaks_the_webhook(client: FlaskClient, body: bytes) -> None:
    assert deliver(client, body) == 200
