"""Alerts: found by whoever lives, told to a real hook and a real mail server, seldom, and once when they are over."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from app import create_app
from bot.operation.checks import (
    KINDS,
    Disk,
    Facts,
    Stored,
    is_ready,
    judge,
    skew_of,
)
from bot.operation.facts import head_revision
from bot.operation.inspector import Inspector, may_end
from bot.operation.notes import NOTES
from bot.operation.pulse import Heart
from bot.operation.telling import Teller
from bot.services import Services
from knowledge.alerts import AGAIN, SETTLED, Finding, Known, known, note_not_told, note_told, settle, take_messages
from knowledge.backup_standing import Kept, Standing
from knowledge.calendar import now
from knowledge.corpus import State
from knowledge.db import Database
from knowledge.heartbeats import JOBS, WEB, Beat, Process, beats
from knowledge.models import AlertTelling
from knowledge.restore_drills import Drill
from tests.bot.operation.conftest import Hook, Post

NOW = dt.datetime(2026, 11, 22, 3, 0, tzinfo=dt.UTC)
DISK = Disk("machine のデータ", 50 * 1024**3, 100 * 1024**3)


def beat(kind: str, *, senders: int = 0, silent: float = 1.0, age: float = 3600.0) -> Beat:
    started = NOW - dt.timedelta(seconds=age)
    process = Process(f"{kind}:m:1:x", kind, "m", 1, "0.1.0", "0057", started)
    return Beat(process, NOW - dt.timedelta(seconds=silent), senders, {})


def backed_up(hours: float) -> Standing:
    return Standing((Kept(NOW - dt.timedelta(hours=hours), 1),))


WELL = Stored((beat(WEB, senders=16), beat(JOBS)), 1, 0, 0.0, (0.2,) * 5, 0.0, 0.0, 0)
FACTS = Facts(NOW, writable=True, schema_fits=True, disks=(DISK,), stored=WELL)


def changed(**stored: object) -> Facts:
    return replace(FACTS, stored=replace(WELL, **stored))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "kinds"),
    [
        pytest.param(FACTS, [], id="all is well"),
        pytest.param(replace(FACTS, writable=False), ["database"], id="the database takes nothing"),
        pytest.param(replace(FACTS, writable=False, stored=None), ["database"], id="the database is away"),
        pytest.param(replace(FACTS, schema_fits=False), ["schema"], id="other tables"),
        pytest.param(changed(beats=(beat(WEB, senders=1),)), ["jobs"], id="no jobs process"),
        pytest.param(changed(beats=(beat(WEB, senders=1), beat(JOBS, silent=31))), ["jobs"], id="a dead jobs process"),
        pytest.param(changed(beats=(beat(WEB, senders=1, age=30),)), [], id="the service has only begun"),
        pytest.param(changed(beats=()), ["service", "jobs"], id="nobody lives"),
        pytest.param(changed(beats=(beat(WEB), beat(JOBS)), open_events=3), ["senders"], id="nobody replies"),
        pytest.param(changed(beats=(beat(WEB), beat(JOBS))), [], id="nobody replies, and nobody waits"),
        pytest.param(changed(open_events=1, oldest_open=29.0), [], id="29 s old"),
        pytest.param(changed(open_events=1, oldest_open=31.0), ["queue"], id="31 s old"),
        pytest.param(replace(FACTS, refused=("242047",)), ["line_refused"], id="LINE refuses the token"),
        pytest.param(replace(FACTS, disks=(replace(DISK, free=9 * 1024**3),)), ["disk"], id="9 % free"),
        pytest.param(replace(FACTS, disks=(Disk("m", 30 << 30, 1 << 40),)), ["disk"], id="3 % of a disk, and 30 GB"),
        pytest.param(
            replace(FACTS, disks=(Disk("m", 30 << 30, 1 << 40, 10 << 30),)), [], id="30 GB, where 10 GB are enough"
        ),
        pytest.param(replace(FACTS, disks=(Disk("m", 400 << 20, 1 << 30),)), ["disk"], id="400 MB free of 1 GB"),
        pytest.param(changed(lateness=(-61.0, -60.5, -60.1, -70.0, 3.0)), ["clock"], id="our clock is behind"),
        pytest.param(changed(lateness=(61.0, 62.0, 65.0, 61.5, 300.0)), ["clock"], id="our clock is ahead"),
        pytest.param(changed(lateness=(0.3, 600.0, 700.0, 800.0, 900.0)), [], id="LINE was late, but not always"),
        pytest.param(changed(lateness=(700.0,) * 4), [], id="too few to tell"),
        pytest.param(replace(FACTS, backup_wanted=True, backups=Standing()), ["backup"], id="never a backup"),
        pytest.param(replace(FACTS, backup_wanted=True), [], id="the backups are elsewhere"),
        pytest.param(replace(FACTS, backup_wanted=True, backups=backed_up(25)), [], id="25 h ago"),
        pytest.param(replace(FACTS, backup_wanted=True, backups=backed_up(27)), ["backup"], id="27 h ago"),
        pytest.param(replace(FACTS, drill_wanted=True, backups=backed_up(10 * 24)), ["drill"], id="no drill for long"),
        pytest.param(replace(FACTS, backups=backed_up(10 * 24)), [], id="no drill, and none is wanted"),
        pytest.param(changed(last_purge=NOW - dt.timedelta(hours=25)), [], id="purged 25 h ago"),
        pytest.param(changed(last_purge=NOW - dt.timedelta(hours=27)), ["purge"], id="purged 27 h ago"),
        pytest.param(
            changed(last_purge=NOW - dt.timedelta(days=3), beats=(beat(WEB, age=600), beat(JOBS, age=600))),
            [],
            id="purged before the service was off, and it has only begun",
        ),
        pytest.param(changed(mail_waits=3601.0), ["mail"], id="a mail waits"),
        pytest.param(changed(job_waits=3601.0), ["work"], id="work waits"),
        pytest.param(changed(sign_in_failures=99), [], id="99 failures"),
        pytest.param(changed(sign_in_failures=100), ["sign_in"], id="100 failures"),
        pytest.param(replace(FACTS, unbuilt=("242047",)), ["index"], id="an index could not be built"),
        pytest.param(replace(FACTS, others=(Finding("pepper"),)), ["pepper"], id="what another part looks for"),
    ],
)
def test_what_is_wrong(facts: Facts, kinds: list[str]) -> None:
    assert [one.kind for one in judge(facts)] == kinds
    assert set(kinds) <= set(KINDS)


@pytest.mark.parametrize(
    ("facts", "reasons"),
    [
        pytest.param(FACTS, [], id="ready"),
        pytest.param(replace(FACTS, writable=False), ["database"], id="not writable"),
        pytest.param(replace(FACTS, stored=None), ["database"], id="away"),
        pytest.param(replace(FACTS, schema_fits=False), ["schema"], id="other tables"),
        pytest.param(changed(towns=0), ["knowledge"], id="nothing to answer from"),
        pytest.param(replace(FACTS, disks=(Disk("m", 1, 1 << 40),)), ["disk"], id="full disk"),
        pytest.param(replace(FACTS, disks=(Disk("m", 99 << 30, 1 << 40),)), ["disk"], id="less than 10 %"),
        pytest.param(replace(FACTS, disks=(Disk("m", 104 << 30, 1 << 40),)), [], id="more than 10 %"),
        pytest.param(changed(lateness=(-90.0,) * 5), ["clock"], id="skew"),
        pytest.param(changed(open_events=1, oldest_open=59.0), [], id="59 s"),
        pytest.param(changed(open_events=1, oldest_open=61.0), ["queue"], id="61 s"),
        pytest.param(replace(FACTS, others=(Finding("restore"),)), ["restore"], id="a restore is not done"),
        pytest.param(changed(beats=(beat(WEB),)), [], id="a jobs process that is missing stops no traffic"),
    ],
)
def test_whether_traffic_may_come(facts: Facts, reasons: list[str]) -> None:
    assert is_ready(facts) == reasons
    assert is_ready(facts, frozenset({"queue"})) == [one for one in reasons if one != "queue"]


def test_a_clock_is_judged_by_several_events() -> None:
    assert skew_of([]) is None
    assert skew_of([0.1, 0.2, 0.3, 500.0, 0.1]) == pytest.approx(0.1)


def test_an_alert_is_kept_once_counted_and_ended(database: Database) -> None:
    finding = Finding("disk", "m", "空き 1 GB")
    assert settle(database, [finding], lambda _: True, NOW) == ([finding], [])
    assert settle(database, [finding], lambda _: True, NOW + dt.timedelta(seconds=1)) == ([], [])
    assert settle(database, [finding], lambda _: True, NOW + dt.timedelta(seconds=20)) == ([], [])
    with database.reading() as session:
        (kept,) = known(session)
    assert (kept.times, kept.first_at, kept.ended_at) == (2, NOW, None)
    assert settle(database, [], lambda _: False, NOW + dt.timedelta(seconds=30)) == ([], [])
    _, ended = settle(database, [], lambda _: True, NOW + dt.timedelta(seconds=40))
    assert [one.kind for one in ended] == ["disk"]
    again = settle(database, [finding], lambda _: True, NOW + dt.timedelta(seconds=60))
    assert again == ([finding], [])
    with database.reading() as session:
        (kept,) = known(session)
    assert (kept.times, kept.first_at) == (1, NOW + dt.timedelta(seconds=60))


def test_it_is_told_at_most_every_half_hour_and_once_when_it_is_over(database: Database) -> None:
    def told(seconds: float) -> list[str]:
        moment = NOW + dt.timedelta(seconds=seconds)
        messages = take_messages(database, ["url"], moment)
        for one in messages:
            note_told(database, one, moment)
        return [one.what for one in messages]

    finding = Finding("queue")
    settle(database, [finding], lambda _: True, NOW)
    assert told(0) == ["raised"]
    assert told(60) == []
    assert told(AGAIN.total_seconds() + 1) == ["raised"]
    settle(database, [], lambda _: True, NOW + dt.timedelta(seconds=2000))
    assert told(2001) == []
    # It comes back within five minutes: to those who were told it never went.
    settle(database, [finding], lambda _: True, NOW + dt.timedelta(seconds=2100))
    assert told(2101) == []
    settle(database, [], lambda _: True, NOW + dt.timedelta(seconds=2200))
    assert told(2499) == []
    assert told(2501) == ["ended"]
    assert told(2502) == []
    # Who was told that it is over is told at once that it is not.
    settle(database, [finding], lambda _: True, NOW + dt.timedelta(seconds=2600))
    assert told(2601) == ["raised"]


def test_what_came_and_went_before_anybody_was_told_is_not_told(database: Database) -> None:
    settle(database, [Finding("queue")], lambda _: True, NOW)
    settle(database, [], lambda _: True, NOW + dt.timedelta(seconds=20))
    assert take_messages(database, ["url"], NOW + dt.timedelta(hours=1)) == []


def test_of_many_processes_one_tells_and_what_is_not_taken_is_tried_again(database: Database) -> None:
    settle(database, [Finding("queue")], lambda _: True, NOW)
    (message,) = take_messages(database, ["url"], NOW)
    assert take_messages(database, ["url"], NOW) == []
    note_not_told(database, message, NOW)
    assert take_messages(database, ["url"], NOW + dt.timedelta(seconds=9)) == []
    (again,) = take_messages(database, ["url"], NOW + dt.timedelta(seconds=11))
    note_not_told(database, again, NOW + dt.timedelta(seconds=11))
    assert take_messages(database, ["url"], NOW + dt.timedelta(seconds=40)) == []
    assert len(take_messages(database, ["url"], NOW + dt.timedelta(seconds=42))) == 1
    # Whoever took it and died: after a minute another does.
    assert len(take_messages(database, ["url"], NOW + dt.timedelta(seconds=103))) == 1


def test_a_hook_and_a_mailbox_are_told_and_told_that_it_is_over(told: Services, hook: Hook, post: Post) -> None:
    teller = Teller(told)
    settle(told.database, [Finding("disk", "machine のデータ", "空き 300 MB")], lambda _: True, now())
    teller.tell()
    teller.tell()
    (body,) = hook.got
    assert body["kind"] == "disk"
    assert body["text"].startswith("【こたえ】異常: ディスクの空きが少なくなっています（machine のデータ）")
    assert "すること: " in body["text"]
    assert body["body"]["text"] == body["text"]
    (letter,) = post.letters
    assert letter["To"] == "it@city.example.jp"
    assert letter["Subject"] == body["title"]
    assert "空き 300 MB" in letter.get_content()
    settle(told.database, [], lambda _: True, now())
    Teller(told, lambda: now() + SETTLED).tell()
    assert hook.states == [("disk", "raised"), ("disk", "ended")]
    assert len(post.letters) == 2
    assert "解消" in post.letters[1]["Subject"]


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_hook_that_does_not_take_it_is_asked_again_and_the_mail_is_not_held_up(
    told: Services, hook: Hook, post: Post, status: int
) -> None:
    hook.status = status
    settle(told.database, [Finding("queue")], lambda _: True, now())
    Teller(told).tell()
    assert (hook.got, len(post.letters)) == ([], 1)
    with told.database.reading() as session:
        rows = {row.way: row for row in session.scalars(select(AlertTelling))}
    assert rows["url"].told is None
    hook.status = 200
    later = now() + dt.timedelta(seconds=15)
    Teller(told, lambda: later).tell()
    assert (hook.states, len(post.letters)) == ([("queue", "raised")], 1)


def test_an_inspector_finds_tells_and_ends(told: Services, hook: Hook) -> None:
    heart = Heart(told, WEB)
    heart.beat()
    clock = [now()]
    inspector = Inspector(told, lambda: True, lambda: clock[0])
    NOTES.line_answered("242047", 401)
    inspector.inspect()
    Teller(told).tell()
    assert hook.states == [("line_refused", "raised")]
    # Silence is no proof that LINE takes the token again.
    NOTES._refused.clear()
    inspector.inspect()
    with told.database.reading() as session:
        assert [one.ended_at for one in known(session)] == [None]
    NOTES.line_answered("242047", 200, now() + dt.timedelta(seconds=1))
    inspector.inspect()
    Teller(told, lambda: now() + SETTLED).tell()
    assert hook.states == [("line_refused", "raised"), ("line_refused", "ended")]


def test_that_the_database_is_away_is_told_without_it_by_one_and_that_it_is_back(
    told: Services, hook: Hook, post: Post
) -> None:
    writable = [False]
    first, second = (Inspector(told, lambda: writable[0]) for _ in range(2))
    for inspector in (first, second, first):
        inspector.inspect()
    assert hook.states == [("database", "raised")]
    assert len(post.letters) == 1
    writable[0] = True
    first.inspect()
    second.inspect()
    assert hook.states == [("database", "raised"), ("database", "ended")]
    writable[0] = False  # within the half hour in which nobody is told of one alert twice
    for inspector in (second, first):
        inspector.inspect()
    assert hook.states[2:] == [("database", "raised")]


def test_that_no_webhook_can_be_kept_is_told_though_the_beat_finds_room(told: Services, hook: Hook) -> None:
    """On a disk that is full what is short may still find a place."""
    moment = now()
    inspector = Inspector(told, lambda: True, lambda: moment)
    NOTES.received(moment - dt.timedelta(seconds=11), kept=False)
    inspector.inspect()
    assert hook.states == []  # once is no more than a lock
    NOTES.received(moment, kept=False)
    inspector.inspect()
    assert hook.states == [("database", "raised")]
    NOTES.received(moment, kept=True)
    inspector.inspect()
    assert hook.states == [("database", "raised"), ("database", "ended")]


def test_only_who_can_see_it_says_that_it_is_over() -> None:
    def alert(kind: str, scope: str = "elsewhere のデータ") -> Known:
        return Known(kind, scope, "", NOW, NOW, 1, None)

    assert may_end(alert("queue", ""), FACTS)
    assert not may_end(alert("queue", ""), replace(FACTS, stored=None))
    assert not may_end(alert("disk"), FACTS)
    assert may_end(alert("disk"), replace(FACTS, moment=NOW + dt.timedelta(minutes=11)))


def test_only_who_keeps_the_backups_raises_and_ends_what_is_said_of_them(
    told: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of(backups: Standing | None) -> None:
        facts = replace(FACTS, moment=now(), backup_wanted=True, drill_wanted=True, backups=backups)
        monkeypatch.setattr("bot.operation.inspector.gather", lambda *_, **__: facts)

    def open_ones() -> list[str]:
        with told.database.reading() as session:
            return [one.kind for one in known(session) if one.ended_at is None and KINDS[one.kind].of_backups]

    web, jobs = Inspector(told, lambda: True), Inspector(told, lambda: True, keeps_backups=True)
    of(Standing())
    web.inspect()
    assert open_ones() == [], "a web machine sees an empty folder"
    jobs.inspect()
    assert open_ones() == ["backup"]
    failed = Drill(now(), "f", None, 1, 1.0, ("開けません",))
    of(Standing((Kept(now(), 1),), failed))
    jobs.inspect()
    assert open_ones() == ["drill"]
    well = replace(failed, faults=())
    of(Standing((Kept(now(), 1),), well))
    web.inspect()
    assert open_ones() == ["drill"], "what it does not see it does not end"
    of(None)
    jobs.inspect()
    assert open_ones() == ["drill"], "nor does a process that has not looked yet"
    of(Standing((Kept(now(), 1),), well))
    jobs.inspect()
    assert open_ones() == []


def test_a_process_is_heard_of_and_its_dead_row_goes(database: Database, told: Services) -> None:
    heart = Heart(told, JOBS)
    heart.beat()
    heart.beat()
    with told.database.reading() as session:
        (found,) = beats(session)
    assert (found.process.kind, found.process.schema, found.is_alive(now())) == (JOBS, head_revision(), True)
    assert not heart.is_stale()
    heart.leave()
    with told.database.reading() as session:
        assert beats(session) == ()


def test_the_trial_says_who_got_it_and_who_did_not(told: Services, hook: Hook, post: Post, tmp_path: Path) -> None:
    environment = {
        "INSTANCE_PATH": str(tmp_path),
        "ALERT_URL": hook.url,
        "ALERT_MAIL": "it@city.example.jp",
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(post.port),
        "SMTP_STARTTLS": "0",
        "MAIL_FROM": "kotae@city.example.jp",
    }
    found = create_app(environment).test_cli_runner().invoke(args=["alerts", "test"])
    assert found.exit_code == 0, found.output
    assert "○ ALERT_URL" in found.output
    assert hook.states == [("trial", "raised")]
    assert len(post.letters) == 1
    hook.status = 500
    found = create_app(environment).test_cli_runner().invoke(args=["alerts", "test"])
    assert found.exit_code == 1
    assert "× ALERT_URL: 渡せませんでした（500）" in found.output
    assert "secret-path" not in found.output
    none = create_app({"INSTANCE_PATH": str(tmp_path)}).test_cli_runner().invoke(args=["alerts", "test"])
    assert none.exit_code == 1


def test_an_index_that_cannot_be_made_is_found(told: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("no index")

    monkeypatch.setattr("knowledge.corpus.read_knowledge", fail)
    with pytest.raises(ValueError):
        told.corpus._rebuilt("242047", State(1, 1, NOW.date()))
    assert NOTES.unbuilt(now()) == ("242047",)
    assert NOTES.unbuilt(now() + dt.timedelta(minutes=11)) == ()


def test_the_state_is_told_on_the_command_line(told: Services, tmp_path: Path) -> None:
    app = create_app({"INSTANCE_PATH": str(tmp_path), "DATABASE_URL": told.settings.database_url})
    runner = app.test_cli_runner()
    found = runner.invoke(args=["status"])
    assert found.exit_code == 1
    assert "× サービスのプロセスが一つも動いていません" in found.output
    for kind in (WEB, JOBS):
        Heart(told, kind).beat()
    found = runner.invoke(args=["status"])
    assert found.exit_code == 0, found.output
    assert "×" not in found.output
    assert f"データベース  {told.settings.database_url}" in found.output
    with told.database.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    found = runner.invoke(args=["status"])
    assert found.exit_code == 1
    assert "flask --app app upgrade" in found.output
    assert "database migrate" not in found.output
    app.extensions["kotae"].database.dispose()
