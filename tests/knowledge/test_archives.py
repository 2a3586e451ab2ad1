"""One municipality whole: out, gone, back, and the same answers as before."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import stat
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.answer_object import answer_object
from bot.conversation import answer
from intents.vectors import NO_VECTORS
from knowledge import archives
from knowledge.archives import (
    MANIFEST,
    SECRET_COLUMNS,
    ArchiveError,
    count_rows,
    erase,
    export_all,
    own_tables,
    restore,
)
from knowledge.bundle import read_bundle
from knowledge.corpus import Corpus, UnknownMunicipalityError
from knowledge.db import Database, open_database
from knowledge.entry_versions import content_of
from knowledge.index_files import IndexFiles
from knowledge.loading import load_bundle
from knowledge.misguidance import write_misguidance
from knowledge.models import (
    AuditLine,
    Base,
    Conversation,
    Entry,
    Learned,
    LineEvent,
    LineTester,
    LoggedQuestion,
    Municipality,
    QuarantinedBody,
    StaffAccount,
    UnsentMessage,
)
from knowledge.publishing import Text, save_draft
from knowledge.query_log import AskedQuestion, keep_dialogue, record
from knowledge.residents_data import forget_message
from knowledge.roles import Grant, Role
from knowledge.staff import add_account
from knowledge.unsaved_texts import keep_unsaved
from tests.knowledge.small_town import CODE, write_town
from tests.knowledge.version_desk import WRITER

MOMENT = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
OTHER = "021001"
QUESTIONS = [
    "住民票はコンビニで取れますか？",
    "計画の目標",
    "情報政策課の電話番号",
    "DXとは",
    "オンライン申請の数の目標は？",
    "火星へ行きたい",
]


def asked(code: str, number: int) -> AskedQuestion:
    return AskedQuestion(code, f"web:{number}", "web", MOMENT, f"*** の質問{number}\ud800"[:-1], True, "a" * 32, None, "ja", "answer", "juki", 1, "dep-it", 0.9, [{"entry_id": "juki", "score": 0.9}], 1, 2.5)  # fmt: skip


@pytest.fixture
def towns(database: Database, tmp_path: Path) -> Database:
    """Two municipalities with a log, dialogues and LINE events each."""
    for code in (CODE, OTHER):
        folder = write_town(tmp_path / code, {"municipality.yaml": (f'"{CODE}"', f'"{code}"')}, code)
        load_bundle(database, read_bundle(folder), MOMENT)
        with database.writing() as session:
            for number in range(600 if code == CODE else 3):
                record(session, asked(code, number))
            keep_dialogue(session, code, "k", {"about": ["juki"]}, MOMENT)
            session.add(line_event(code))
            keep_unsaved(session, code, "a-1", "entry:goal", {"answer": "書きかけ"}, MOMENT)
            goal = session.get_one(Entry, (code, "goal"))
            save_draft(session, code, Text(content_of(goal), staff_note="覚え"), WRITER, MOMENT, based_on=1)
            write_misguidance(session, code, "goal", 1, 1, wrong="違う", done="直した", author=WRITER.author, moment=MOMENT)  # fmt: skip
            session.add(
                QuarantinedBody(municipality_code=code, received_at=MOMENT, reason="x", size=1, sha256="0" * 64)
            )
            session.add(Learned(municipality_code=code, knowledge_version=1, recipe=0, data=b"\x00\xff", fence=1, progress=1.0))  # fmt: skip
    return database


def line_event(code: str) -> LineEvent:
    return LineEvent(municipality_code=code, webhook_event_id="w1", kind="message", state="answered", reply_token="a-token-to-answer", text="伏せ字", occurred_at=MOMENT, received_at=MOMENT, deadline_at=MOMENT, next_try_at=MOMENT, lease_until=MOMENT)  # fmt: skip


@pytest.fixture
def archive(towns: Database, tmp_path: Path) -> Path:
    path = tmp_path / "town.zip"
    export_all(towns, CODE, path, MOMENT, "test")
    return path


def contents(database: Database, code: str) -> dict[str, list[dict[str, Any]]]:
    """Every row of a municipality, without what a restored one may not have."""
    loose = {"id", "lease_until", "knowledge_version", "reply_token"}
    with database.reading() as session:
        return {
            table.name: [
                {name: value for name, value in row.items() if name not in loose or table.name == "query_log"}
                for row in session.execute(archives._rows_of(table, code)).mappings()
            ]
            for table in own_tables()
        }


def test_every_table_of_a_municipality_is_covered() -> None:
    """By the tables themselves: one that says nothing of a municipality must be named here, with its reason."""
    of_the_service = {"staff_accounts", "staff_grants", "staff_codes", "staff_sessions", "sign_in_failures"}
    of_the_service |= {"line_testers", "office_identities", "office_visits"}  # of accounts, as they stand above
    of_the_service |= {"audit_lines", "audit_head", "audit_checkpoints"}  # a chain: no part of it may be taken out
    of_the_service |= {"rate_windows"}  # of the last two minutes, of nobody who could be named
    of_the_service |= {"outbox"}  # mails to persons, who may work for several municipalities
    of_the_service |= {"heartbeats", "alerts", "alert_tellings", "rate_windows", "channel_rests"}  # how it stands now
    of_the_service |= {"line_confirmations"}  # what the operator has looked up in LINE's own pages
    assert {table.name for table in own_tables()} | of_the_service == set(Base.metadata.tables)


def test_no_column_that_sounds_like_a_secret_is_written() -> None:
    secret = re.compile(r"token|secret|password|totp|seed|credential|private")
    sounding = {(t.name, c.name) for t in own_tables() for c in t.columns if secret.search(c.name)}
    assert sounding == {(table, name) for table, names in SECRET_COLUMNS.items() for name in names}


def test_an_archive_counts_and_seals_what_it_holds(towns: Database, archive: Path) -> None:
    with towns.reading() as session:
        counts = count_rows(session, CODE)
    assert counts["query_log"] == 600
    with zipfile.ZipFile(archive) as file:
        manifest = json.loads(file.read(MANIFEST))
        assert {name: table["rows"] for name, table in manifest["tables"].items()} == counts
        assert (manifest["municipality_code"], manifest["municipality_name"]) == (CODE, "小さい市")
        for name, table in manifest["tables"].items():
            data = file.read(f"tables/{name}.jsonl")
            assert hashlib.sha256(data).hexdigest() == table["sha256"]
            assert len(data.splitlines()) == table["rows"]
            assert all(json.loads(line).get("municipality_code", CODE) == CODE for line in data.splitlines())
        everything = b"".join(file.read(name) for name in file.namelist())
    assert b"a-token-to-answer" not in everything
    assert OTHER.encode() not in everything
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600, "residents' questions, masked, are in it"


def test_out_gone_and_back_gives_the_same_answers(towns: Database, archive: Path, tmp_path: Path) -> None:
    corpus = Corpus(towns, NO_VECTORS, clock=MOMENT.date, index_files=IndexFiles(tmp_path / "indexes"))
    before, rows, others = answers(corpus), contents(towns, CODE), contents(towns, OTHER)
    erase(towns, CODE, tmp_path / "indexes")
    with pytest.raises(UnknownMunicipalityError):
        corpus.current(CODE)
    assert not (tmp_path / "indexes" / CODE).exists()
    assert contents(towns, OTHER) == others, "nobody else loses anything"
    restore(towns, archive)
    assert answers(corpus) == before
    assert contents(towns, CODE) == rows
    assert contents(towns, OTHER) == others


def answers(corpus: Corpus) -> list[dict[str, Any]]:
    knowledge = corpus.current(CODE)
    changing = {"elapsed_ms": 0.0, "index_version": 0}
    return [answer_object(knowledge, answer(knowledge, question)) | changing for question in QUESTIONS]


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_it_moves_to_an_empty_database_of_either_kind(
    towns: Database, archive: Path, database_url_maker: Callable[[str], str], engine: str
) -> None:
    new = open_database(database_url_maker(engine))
    try:
        restore(new, archive)
        assert contents(new, CODE) == contents(towns, CODE)
    finally:
        new.dispose()


def test_a_running_service_takes_up_what_is_restored_in_place_of_what_it_remembers(
    towns: Database, archive: Path
) -> None:
    corpus = Corpus(towns, NO_VECTORS)
    with towns.writing() as session:
        session.get_one(Entry, (CODE, "goal")).answer = "書き出したあとに直した文です。"
    assert corpus.current(CODE).answers["goal"].text == "書き出したあとに直した文です。"
    erase(towns, CODE, None)
    restore(towns, archive)
    assert corpus.current(CODE).answers["goal"].text == "だれも取り残さない市をめざします。"
    with towns.reading() as session:
        town, learned = session.get_one(Municipality, CODE), session.get_one(Learned, CODE)
        assert town.knowledge_version == learned.knowledge_version == 2, "and nothing is learned twice"


def test_what_is_there_is_never_overwritten(towns: Database, archive: Path) -> None:
    before = contents(towns, CODE)
    with pytest.raises(ArchiveError, match="データがもうあります"):
        restore(towns, archive)
    assert contents(towns, CODE) == before


def test_rows_left_by_an_accident_are_not_mixed_in(towns: Database, archive: Path) -> None:
    erase(towns, CODE, None)
    with towns.writing() as session:
        record(session, asked(CODE, 1))
    with pytest.raises(ArchiveError, match="query_log"):
        restore(towns, archive)


def rewritten(archive: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The archive with some members changed."""
    with zipfile.ZipFile(archive) as file:
        members = {name: file.read(name) for name in file.namelist()}
    change(members)
    archive.unlink()
    with zipfile.ZipFile(archive, "w") as file:
        for name, data in members.items():
            file.writestr(name, data)
    return archive


def _sealed(members: dict[str, bytes], table: str, data: bytes) -> None:
    """Put other rows into a table, and a manifest that agrees with them."""
    manifest = json.loads(members[MANIFEST])
    manifest["tables"][table] = {
        "rows": data.count(b"\n"),
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    members[MANIFEST] = json.dumps(manifest).encode()
    members[f"tables/{table}.jsonl"] = data


def _manifest(**values: Any) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        members[MANIFEST] = json.dumps(json.loads(members[MANIFEST]) | values).encode()

    return change


def _entries(old: bytes, new: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda members: _sealed(members, "entries", members["tables/entries.jsonl"].replace(old, new))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(lambda m: m.pop(MANIFEST), "manifest.json がありません", id="no manifest"),
        pytest.param(lambda m: m.update({MANIFEST: b"{"}), "manifest.json を読めません", id="half a manifest"),
        pytest.param(_manifest(format=2), "この形式（2）は読めません", id="a later format"),
        pytest.param(_manifest(revision="9999"), "もっと新しいプログラム", id="later tables"),
        pytest.param(lambda m: m.pop("tables/entries.jsonl"), "目録と合いません", id="a table lost"),
        pytest.param(lambda m: m.update({"../evil": b"x"}), "目録と合いません", id="something slipped in"),
        pytest.param(lambda m: m.update({"tables/entries.jsonl": m["tables/entries.jsonl"] + b"\n"}), "大きさが目録と違います", id="another size"),
        pytest.param(lambda m: m.update({"tables/entries.jsonl": m["tables/entries.jsonl"].replace(b"juki", b"jukj")}), "中身が目録と違います", id="a letter changed"),
        pytest.param(_entries(CODE.encode(), OTHER.encode()), "tables/entries.jsonl:1: 別の市町村の行です", id="another municipality's rows"),
        pytest.param(_entries(b'"kind"', b'"kinds"'), "知らない項目があります: kinds", id="an unknown column"),
        pytest.param(_entries(b"2026-11-21", b"2026-11-99"), "tables/entries.jsonl:1: 読めません", id="no such day"),
        pytest.param(lambda m: _sealed(m, "entries", b"[]\n"), "tables/entries.jsonl:1: 読めません", id="no row"),
        pytest.param(lambda m: _sealed(m, "entries", m["tables/entries.jsonl"] * 2), "データベースに入れられませんでした", id="rows twice"),
    ],
)  # fmt: skip
def test_what_was_tampered_with_or_broken_changes_nothing(
    towns: Database, archive: Path, change: Callable[[dict[str, bytes]], None], said: str
) -> None:
    erase(towns, CODE, None)
    others = contents(towns, OTHER)
    with pytest.raises(ArchiveError, match=said):
        restore(towns, rewritten(archive, change))
    with towns.reading() as session:
        assert not any(count_rows(session, CODE).values())
    assert contents(towns, OTHER) == others


def test_a_file_that_is_no_archive_is_told(towns: Database, tmp_path: Path, archive: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK nothing")
    (tmp_path / "half.zip").write_bytes(archive.read_bytes()[:-200])
    for name, said in (("a.zip", "ZIP として読めません"), ("half.zip", "ZIP として読めません"), ("none.zip", "ファイルがありません")):  # fmt: skip
        with pytest.raises(ArchiveError, match=said):
            restore(towns, tmp_path / name)


def test_an_archive_from_before_a_column_was_added_is_restored_with_its_default(towns: Database, archive: Path) -> None:
    def older(members: dict[str, bytes]) -> None:
        rows = [json.loads(line) for line in members["tables/municipalities.jsonl"].splitlines()]
        data = b"".join(json.dumps({k: v for k, v in row.items() if k != "caution"}).encode() + b"\n" for row in rows)
        _sealed(members, "municipalities", data)
        _manifest(revision="0006")(members)

    erase(towns, CODE, None)
    restore(towns, rewritten(archive, older))
    with towns.reading() as session:
        assert session.get_one(Municipality, CODE).caution == "standard"


def test_an_existing_file_is_not_overwritten_and_nothing_unfinished_stays(towns: Database, tmp_path: Path) -> None:
    (tmp_path / "kept.zip").write_text("mine", encoding="utf-8")
    with pytest.raises(ArchiveError, match="もうあります"):
        export_all(towns, CODE, tmp_path / "kept.zip", MOMENT, "test")
    assert (tmp_path / "kept.zip").read_text(encoding="utf-8") == "mine"

    def stop(table: str, *_: int) -> None:
        if table == "query_log":
            raise KeyboardInterrupt

    before = set(tmp_path.iterdir())
    with pytest.raises(KeyboardInterrupt):
        export_all(towns, CODE, tmp_path / "stopped.zip", MOMENT, "test", stop)
    with pytest.raises(ArchiveError, match="フォルダーがありません"):
        export_all(towns, CODE, tmp_path / "no" / "x.zip", MOMENT, "test")
    with pytest.raises(ArchiveError, match="999999 がありません"):
        export_all(towns, "999999", tmp_path / "x.zip", MOMENT, "test")
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize("act", ["restore", "erase"])
def test_stopped_in_the_middle_nothing_is_half_done(towns: Database, archive: Path, act: str) -> None:
    def stop(table: str, *_: int) -> None:
        if table == "query_log":
            raise KeyboardInterrupt

    if act == "restore":
        erase(towns, CODE, None)
    before = contents(towns, CODE)
    with pytest.raises(KeyboardInterrupt):
        restore(towns, archive, stop) if act == "restore" else erase(towns, CODE, None, stop)
    assert contents(towns, CODE) == before


def test_who_may_ask_the_test_channel_goes_with_the_municipality_and_the_account_stays(towns: Database) -> None:
    with towns.writing() as session:
        account = add_account(session, "tester", "試す 人", [Grant(Role.VIEWER, CODE)], MOMENT)
        session.flush()
        for scope in (CODE, OTHER):
            session.add(LineTester(scope=scope, asker=f"of-{scope}", account_id=account.id, admitted_at=MOMENT))
    assert erase(towns, CODE, None).counts["line_testers"] == 1
    with towns.reading() as session:
        assert session.scalars(select(LineTester.scope)).all() == [OTHER]
        assert session.scalars(select(StaffAccount.login)).all() == ["tester"]


def test_erased_words_are_in_no_page_of_the_file_any_more(towns: Database) -> None:
    if not towns.is_sqlite:
        pytest.skip("PostgreSQL のファイルは VACUUM が片づけます")
    unique = "だれにも言っていない合言葉カラメルソース"
    with towns.writing() as session:
        session.execute(LoggedQuestion.__table__.update().where(LoggedQuestion.municipality_code == CODE).values(text=unique))  # fmt: skip
    path = Path(str(towns.writer.url.database))
    files = [path, path.with_name(path.name + "-wal")]

    def stands() -> bool:
        return any(unique.encode() in file.read_bytes() for file in files if file.exists())

    assert stands()
    with towns.reading() as session:
        assert session.scalar(select(Conversation.key).where(Conversation.municipality_code == CODE)) == "k"
    erase(towns, CODE, None)
    assert not stands()


def test_each_row_of_the_log_keeps_its_own_id_and_time(towns: Database, archive: Path) -> None:
    """Reports count by them, and a tap that comes late finds its row."""
    with towns.reading() as session:
        before = [(row.id, row.asked_at, row.jst_date) for row in session.scalars(select(LoggedQuestion))]
    erase(towns, CODE, None)
    restore(towns, archive)
    with towns.reading() as session:
        after = [(row.id, row.asked_at, row.jst_date) for row in session.scalars(select(LoggedQuestion))]
    assert sorted(before) == sorted(after)
    assert replace(asked(CODE, 7)).id in {row_id for row_id, *_ in after}


def test_what_was_taken_back_or_is_too_old_by_now_does_not_come_back(towns: Database, archive: Path) -> None:
    with towns.writing() as session:
        session.execute(delete(LoggedQuestion).where(LoggedQuestion.municipality_code == CODE))
    with towns.writing() as session:
        record(session, replace(asked(CODE, 1), message_id="m1"))
        record(session, replace(asked(CODE, 2), message_id="m2"))
        record(session, replace(asked(CODE, 3), event_key="old", asked_at=MOMENT - dt.timedelta(days=170)))
        session.add(UnsentMessage(municipality_code=CODE, message_id="m1", unsent_at=MOMENT))
        waiting = session.scalars(select(LineEvent).where(LineEvent.municipality_code == CODE)).one()
        waiting.state = "received"
    later = archive.with_name("later.zip")
    export_all(towns, CODE, later, MOMENT, "test")
    erase(towns, CODE, None)

    def again(session: Session, code: str, since: dt.datetime) -> int:
        assert (code, since) == (CODE, MOMENT)
        forget_message(session, code, "m2", MOMENT)
        return 1

    restore(towns, later, erase_again=again, moment=MOMENT + dt.timedelta(days=40))
    with towns.reading() as session:
        assert (
            list(session.scalars(select(LoggedQuestion.text).where(LoggedQuestion.municipality_code == CODE)))
            == [None] * 3
        )
        event = session.scalars(select(LineEvent).where(LineEvent.municipality_code == CODE)).one()
        assert (event.state, event.text) == ("expired", None)
        line = session.scalars(select(AuditLine).where(AuditLine.action == "municipality_restored")).one()
        assert (line.details["erased"], line.details["purged"], line.scope) == (1, 2, CODE)  # and the dialogue
