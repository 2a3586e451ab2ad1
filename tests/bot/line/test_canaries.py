"""Forty values that residents should not have written, sent through every channel: no sink holds one of them.

What staff write themselves into answers and notes is not masked, and stands outside this.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import logging
import re
import secrets
import socket
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from app import create_app
from bot import jobs
from bot.console import forms
from bot.effect_jobs import PREPARE
from bot.figure_jobs import ask_for_counting
from bot.line.inbox import forget_late_texts
from bot.operation.checks import judge
from bot.operation.facts import gather
from bot.operation.pulse import Heart
from bot.operation.telling import Teller, body_of
from bot.services import Services
from bot.wording import say
from intents.glossary import LANGUAGES
from knowledge import alerts
from knowledge.archives import export_all
from knowledge.backups import make
from knowledge.backups_file import read_sealed
from knowledge.backups_ledger import FILE, LedgerKeeper
from knowledge.bundle import Bundle
from knowledge.calendar import now
from knowledge.erasures import unsend
from knowledge.heartbeats import WEB
from knowledge.jobs import ask_for
from knowledge.ledger import NotedQuestion, note
from knowledge.ledger_sheet import HEADINGS
from knowledge.loading import load_bundle
from knowledge.log_files import cells, csv_text
from knowledge.log_lists import LogFilter, questions
from knowledge.models import AuditLine, Base, Job
from knowledge.my_numbers import RECENT, received, recent
from knowledge.roles import Grant, Role
from knowledge.staff import add_account
from tests.bot.line.conftest import CODE, Clock, drain, sender_of
from tests.bot.operation.conftest import Post
from tests.support.database_files import bytes_of
from tests.support.fake_line import FakeLine, signature, text_event, webhook_body
from tests.support.staff import Colleague, signed_in

CANARIES = (
    ("番号は381927465037です", "381927465037"),
    ("私の番号 3819-2746-5094", "3819-2746-5094"),
    ("３８１９２７４６５１３０だよ", "３８１９２７４６５１３０"),
    ("番号は3819 2746\n5207", "3819 2746"),
    ("三八一九二七四六五二六三", "三八一九二七四六五二六三"),
    ("38 1927 4653 12です", "1927 4653"),
    ("壱弐八七四六五三九弐壱六", "壱弐八七四六五三九弐壱六"),
    ("カードは4929 7312 8846 1057", "7312 8846"),
    ("カード4929731288461065", "4929731288461065"),
    ("3714-496353-98431で払った", "496353"),
    ("5105・7312・8846・1007", "7312・8846"),
    ("電話は090-7319-4628です", "7319-4628"),
    ("０８０７３１９４６３６まで", "０８０７３１９４６３６"),
    ("0597-73-1946に", "0597-73-1946"),
    ("(0597)73-1954へ", "73-1954"),
    ("090.7319.4644", "7319.4644"),
    ("+81 70-7319-4652", "7319-4652"),
    ("ゼロキュウゼロ7319の4660", "7319の4660"),
    ("070-7319-\n4679", "7319-\n4679"),
    ("郵便番号は973-1468", "973-1468"),
    ("〒９７３１４７６", "９７３１４７６"),
    ("九七三の一四八四です", "九七三の一四八四"),
    ("kanaria.yama@example.ne.jpへ", "kanaria.yama"),
    ("ｋａｎａｒｉａ２＠ｅｘａｍｐｌｅ．ｊｐ", "ｋａｎａｒｉａ２"),
    ("kanaria3アットマークexampleドットjp", "kanaria3"),
    ("松阪市鳥籠町1973番地46に住んでいます", "鳥籠町1973"),
    ("住所は鳥籠町1973-54", "1973-54"),
    ("鳥籠町3丁目19番7号 カナリアハイツ463号室", "カナリアハイツ"),
    ("昭和19年7月31日生まれ", "昭和19年7月31日"),
    ("S19.7.30です", "S19.7.30"),
    ("誕生日は1946年7月31日", "1946年7月31日"),
    ("生年月日:19460731", "19460731"),
    ("小鳥遊陽葵と申します", "小鳥遊陽葵"),
    ("氏名：鳥居 啓祐", "啓祐"),
    ("私は鳥居太郎です", "鳥居太郎"),
    ("とりいけいこと申します", "とりいけいこ"),
    ("トリイ・カナリアと申します", "トリイ・カナリア"),
    ("年金番号は7319-462871", "462871"),
    ("受給者番号は73 194 628", "194 628"),
    ("口座番号は7319463", "7319463"),
)
USER = "U" + "73194628" * 4
ANY_USER = re.compile("U[0-9a-f]{32}")
KEY = "0123456789abcdef" * 2


@pytest.fixture
def post() -> Iterator[Post]:
    found = Post()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        found.port = probe.getsockname()[1]
    controller = Controller(found, hostname="127.0.0.1", port=found.port)
    controller.start()
    yield found
    controller.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def app(
    request: pytest.FixtureRequest,
    line_environment: dict[str, str],
    database_url_maker: Callable[[str], str],
    bundles: list[Bundle],
    post: Post,
) -> Iterator[Flask]:
    made = create_app(
        line_environment
        | {
            "DATABASE_URL": database_url_maker(request.param),
            "METRICS_TOKEN": KEY,
            "BACKUP_KEY": KEY,
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(post.port),
            "SMTP_STARTTLS": "0",
            "MAIL_FROM": "kotae@city.example.jp",
            "ALERT_MAIL": "it@city.example.jp",
            "LINK_CHECKS": "0",
        }
    )
    kit: Services = made.extensions["kotae"]
    load_bundle(kit.database, next(b for b in bundles if b.municipality.code == CODE), now())
    yield made
    kit.database.dispose()


def _send(app: Flask, line: FakeLine) -> None:
    """A third of them through each channel, and all as questions that staff noted."""
    visitor = app.test_client()
    events = []
    for place, (text, _) in enumerate(CANARIES):
        if place % 3 == 0:
            event = text_event(line, text)
            event["source"]["userId"] = USER
            events.append(event)
        elif place % 3 == 1:
            assert visitor.post(f"/{CODE}/", data={"question": text}).status_code == 200
        else:
            assert visitor.post(f"/api/v1/{CODE}/ask", json={"question": text, "conversation": "c"}).status_code == 200
    body = webhook_body(events)
    headers = {"x-line-signature": signature(body), "content-type": "application/json"}
    assert visitor.post(f"/line/{CODE}/webhook", data=body, headers=headers).status_code == 200
    visitor.post(f"/{CODE}/line-preview", data={"q": CANARIES[0][0]})


def _note_all(kit: Services) -> None:
    with kit.database.writing() as session:
        for text, _ in CANARIES:
            noted = NotedQuestion(
                municipality_code=CODE,
                key=secrets.token_hex(16),
                channel="phone",
                asked_at=now(),
                text=text,
                department=None,
                result="answer",
            )
            note(session, noted, "staff")


def _tables(kit: Services) -> str:
    with kit.database.reading() as session:
        return "\n".join(
            repr(tuple(row)) for table in Base.metadata.sorted_tables for row in session.execute(select(table))
        )


def _log_file(kit: Services) -> str:
    with kit.database.reading() as session:
        rows = questions(
            session, CODE, LogFilter(now().date() - dt.timedelta(days=1), now().date() + dt.timedelta(days=1)), 0, 1_000
        )
        return csv_text([cells(row, {}, {}, b"key") for row in rows]).decode("utf-8-sig")


def _archive(kit: Services, folder: Path) -> str:
    export_all(kit.database, CODE, folder / "all.zip", now(), "test")
    with zipfile.ZipFile(io.BytesIO((folder / "all.zip").read_bytes())) as archive:
        return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def _files(folder: Path) -> str:
    """The database, its write-ahead log and the index files; of the vectors nothing is written."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".zip" and not path.is_symlink())
    return "\n".join(path.read_bytes().decode("utf-8", "replace") for path in found)


def _bring(chief: Colleague) -> None:
    """Staff bring the same in as a table of questions that came by telephone."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(HEADINGS)
    for text, _ in CANARIES:
        table.writerow((f"{now():%Y-%m-%d}", "0:01", "電話", "", text, "答えられなかった"))
    path = f"/staff/{CODE}/log/import"
    file = (io.BytesIO(written.getvalue().encode()), "uketa.csv")
    page = chief.post(path, {"file": file}, 200, content_type="multipart/form-data").text
    held = re.search(r'name="carried" value="([^"]+)"', page)
    assert held, page
    chief.post(path, {"carried": held[1]})


def _work(kit: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the jobs process makes of the log: cards, figures, samples, words, files, mails, remembered replies."""
    monkeypatch.setattr("bot.jobs._learned", lambda *_: None)  # it reads answers, no questions
    with kit.database.writing() as session:
        ask_for(session, CODE, PREPARE, {}, now(), "1")
        wanted = {
            "first": f"{now() - dt.timedelta(days=1):%Y-%m-%d}",
            "last": f"{now() + dt.timedelta(days=1):%Y-%m-%d}",
        }
        wide = dict.fromkeys(("words", "channel", "decision", "department", "measure", "language", "rating"), "")
        filtered = {**wanted, **wide, "delicate": False, "departments": None}
        ask_for(session, CODE, "log_file", {"file": "f", "filter": filtered}, now(), "1")
    ask_for_counting(kit, now())
    jobs.work(kit, threading.Event(), once=True)
    with kit.database.reading() as session:
        failed = [(job.kind, job.fault) for job in session.scalars(select(Job)) if job.state == "failed"]
    assert failed == []


def _told(kit: Services, post: Post) -> str:
    """Alerts as a hook and as mail gets them, and what staff are told by mail."""
    facts = gather(kit, now(), writable=True)
    found = [*judge(facts), alerts.Finding("disk", "machine"), alerts.Finding("line_refused", CODE)]
    alerts.settle(kit.database, found, lambda _: False, now() - alerts.SETTLED)
    alerts.settle(kit.database, found, lambda _: False, now())
    Teller(kit).tell()
    with kit.database.reading() as session:
        bodies = [body_of(one, alerts.RAISED, kit.settings.base_url) for one in alerts.known(session)]
    assert bodies
    assert post.letters, "an alert came by mail"
    return json.dumps(bodies, ensure_ascii=False) + "\n".join(
        f"{letter}\n{letter.get_content()}" for letter in post.letters
    )


def _backups(kit: Services) -> dict[str, str]:
    folder, key = kit.settings.backup_folder, kit.settings.backup_key
    with kit.database.writing() as session:
        unsend(session, CODE, "m-1", now())  # so that the ledger beside the backups has a line
    LedgerKeeper(kit.database, folder).keep(now())
    made, _ = make(kit.database, folder, key, now())
    with made.path.open("rb") as file:
        opened = "\n".join(line.decode() for line in read_sealed(file, key))
    return {
        "sealed backup": made.path.read_bytes().decode("utf-8", "replace"),
        "opened backup": opened,
        "ledger": (folder / FILE).read_text(),
    }


def _pages(app: Flask, chief: Colleague) -> dict[str, str]:
    """Every page and file of the console that needs no more than a municipality, the papers and the figures."""
    found = {}
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or not rule.rule.startswith("/staff/") or rule.arguments - {"code"}:
            continue
        path = rule.rule.replace("<code>", CODE)
        answer = chief.client.get(path, headers={"Host": "127.0.0.1"})
        assert answer.status_code < 500, path
        found[path] = _read(answer.data)
    for ending in ("xlsx", "csv"):
        found[ending] = _read(chief.get(f"/staff/{CODE}/retention/inventory.{ending}").data)
    found["papers"] = _read(chief.post("/staff/service/evidence", status=200).data)
    found["sheets"] = _read(chief.post(f"/staff/{CODE}/sheets/export", {"kind": "all", "form": "xlsx"}, 200).data)
    assert len(found) > 50
    return found


def _read(content: bytes) -> str:
    """The letters of a page, of a workbook, or of what is packed."""
    if not content.startswith(b"PK"):
        return content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return "\n".join(_read(packed.read(name)) for name in packed.namelist())


def _search(chief: Colleague) -> None:
    """Staff type the same into every box that searches, and have what they found written into a file."""
    for text, _ in CANARIES[::5]:
        for page in ("log", "answers", "needs", "tables/words", "log-file", "erasing", "try"):
            path = f"/staff/{CODE}/{page}"
            if page in ("log-file", "erasing"):
                chief.client.post(
                    path,
                    data=_form(chief, {"words": text}),
                    headers={"Host": "127.0.0.1", "Origin": "http://127.0.0.1"},
                )
            else:
                chief.client.get(path, query_string={"words": text, "q": text}, headers={"Host": "127.0.0.1"})
        chief.client.get("/staff/accounts", query_string={"words": text}, headers={"Host": "127.0.0.1"})


def _form(chief: Colleague, given: Mapping[str, str]) -> dict[str, str]:
    return {forms.FIELD: forms.token_for(chief.secret_key, chief.session_id), **given}


def test_no_sink_holds_what_residents_should_not_have_written(
    app: Flask,
    line: FakeLine,
    post: Post,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """25 minutes after the last event; then staff type the same into boxes that search."""
    caplog.set_level(logging.DEBUG)
    kit: Services = app.extensions["kotae"]
    chief = signed_in(app, list(Role), None)
    with kit.database.writing() as session:
        add_account(session, "mailed", "係", [Grant(Role.APPROVER, CODE)], now(), email="kacho@city.example.jp")
    _send(app, line)
    drain(sender_of(kit))
    _note_all(kit)
    with monkeypatch.context() as broken:

        def fail(_: object, row: object) -> None:
            raise OperationalError("INSERT INTO query_log", {"row": row}, Exception("disk full"))

        broken.setattr("bot.web.chat.record", fail)
        broken.setattr("bot.web.api.record", fail)
        _send(app, line)
    _bring(chief)
    with kit.database.reading() as session:
        came = received(session, CODE, now() - dt.timedelta(hours=1))
    assert all(one.count for one in came)
    clock = Clock()
    clock.forward(25 * 60)
    drain(sender_of(kit, clock))
    forget_late_texts(kit.database, clock())
    _work(kit, monkeypatch)
    Heart(kit, WEB).beat()
    told = _told(kit, post)
    pages = _pages(app, chief)
    backups = _backups(kit)
    sinks = {
        "tables": _tables(kit),
        "files": _files(tmp_path),
        "database": bytes_of(kit.database).decode("utf-8", "replace"),
        "log file": _log_file(kit),
        "archive": _archive(kit, tmp_path),
        "open data": app.test_client().get(f"/{CODE}/opendata/").text,
        "metrics": app.test_client().get("/metrics", headers={"Authorization": f"Bearer {KEY}"}).text,
        "alerts and mails": told,
        **pages,
        **backups,
    }
    for name in ("tables", "log file", "opened backup", f"/staff/{CODE}/log"):
        assert "〔電話番号〕" in sinks[name], name
    assert "kotae_answers_total" in sinks["metrics"]
    assert _leaks(sinks) == []
    _search(chief)
    printed = capfd.readouterr()
    with kit.database.reading() as session:
        audited = "\n".join(repr(row.details) + row.subject for row in session.scalars(select(AuditLine)))
        asked = "\n".join(repr(row.payload) for row in session.scalars(select(Job)))
    assert "log_file_asked" in _tables(kit)
    assert "〔電話番号〕" in asked
    assert _leaks({"log": caplog.text + printed.out + printed.err, "audit": audited, "jobs": asked}) == []


def _leaks(sinks: Mapping[str, str]) -> list[tuple[str, str]]:
    wanted = (*(one for _, one in CANARIES), USER)
    held = [(name, secret) for name, text in sinks.items() for secret in wanted if secret in text]
    return held + [(name, "a LINE user id") for name, text in sinks.items() if ANY_USER.search(text)]


def test_a_my_number_is_told_of_without_the_number(
    app: Flask, line: FakeLine, caplog: pytest.LogCaptureFixture
) -> None:
    kit: Services = app.extensions["kotae"]
    begun = now()
    visitor = app.test_client()
    assert visitor.post(f"/{CODE}/", data={"question": "番号は123456789018です"}).status_code == 200
    assert visitor.post(f"/{CODE}/", data={"question": "番号は123456789012です"}).status_code == 200
    with kit.database.reading() as session:
        (one,) = received(session, CODE, begun)
        assert received(session, "000000", begun) == []
    assert (one.channel, one.count) == ("web", 1)
    assert begun <= one.asked_at <= now()
    assert "123456789018" not in caplog.text
    wrong = judge(gather(kit, now(), writable=True))
    assert [(one.kind, one.scope) for one in wrong if one.kind == "my_number"] == [("my_number", CODE)]
    assert recent(now() + RECENT) == []


@pytest.mark.parametrize("language", ["ja", "easy", *LANGUAGES])
def test_the_reply_warns_in_every_language_and_echoes_nothing(language: str) -> None:
    warning = say("personal_data", language=language)
    assert "マイナンバー" in warning
    assert not any(letter.isdecimal() for letter in warning)
