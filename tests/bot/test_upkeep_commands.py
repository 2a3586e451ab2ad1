"""The commands of upkeep, through the command line."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import threading
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from app import create_app
from bot.jobs import work
from bot.services import Services
from bot.upkeep_tables import csv_bytes
from knowledge import links
from knowledge.link_visits import Visit
from knowledge.models import Entry, LinkRound, Municipality
from tests.bot.test_commands import run

CODE = "242047"
MOMENT = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)


@pytest.fixture
def kit(app: Flask) -> Services:
    found: Services = app.extensions["kotae"]
    return found


@pytest.fixture
def own(app: Flask) -> FlaskCliRunner:
    """The command line of an app of this test's own."""
    return app.test_cli_runner()


def expire(kit: Services) -> tuple[str, str]:
    """Let an entry's validity end; its id and title."""
    with kit.database.writing() as session:
        row = session.query(Entry).filter(Entry.municipality_code == CODE).order_by(Entry.entry_id).first()
        assert row is not None
        row.valid_until = dt.date(2020, 1, 31)
        return row.entry_id, row.question


def test_due_is_shown_as_a_table_as_json_and_as_csv(own: FlaskCliRunner, kit: Services, tmp_path: Path) -> None:
    entry_id, title = expire(kit)
    said = run(own, "knowledge", "due", "--municipality", CODE)
    assert "有効期間が終わり、表示されていません" in said
    assert "2020-01-31" in said
    (row,) = [row for row in json.loads(run(own, "knowledge", "due", "--municipality", CODE, "--json")) if row["day"] == "2020-01-31"]  # fmt: skip
    assert (row["entry_id"], row["title"], row["municipality"], row["kind"]) == (
        entry_id,
        title,
        "松阪市",
        "質問と答え",
    )
    run(own, "knowledge", "due", "--csv", str(tmp_path / "due.csv"))
    data = (tmp_path / "due.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf"), "or Excel takes it for Shift_JIS"
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert list(rows[0]) == ["市町村", "担当課", "日付", "理由", "種類", "ID", "題名"]
    assert {"松阪市", "津島市"} <= {row["市町村"] for row in rows}


def test_a_cell_that_looks_like_a_formula_is_disarmed() -> None:
    data = csv_bytes([{"a": text} for text in ("=1+1", "+81", "-1", "@x", "ふつう")], {"a": "題名"}).decode("utf-8-sig")
    assert data.splitlines() == ["題名", "'=1+1", "'+81", "'-1", "'@x", "ふつう"]


def test_with_nothing_due_that_is_said(own: FlaskCliRunner, kit: Services) -> None:
    assert run(own, "knowledge", "due", "--municipality", CODE, "--days", "0") == "0日先までに見直すものはありません\n"
    assert json.loads(run(own, "knowledge", "due", "--municipality", CODE, "--days", "0", "--json")) == []


@pytest.mark.parametrize(
    "words",
    [
        ["due", "--municipality", "999999"],
        ["links", "--municipality", "999999"],
        ["links", "check", "--municipality", "999999"],
        ["export-all", "x.zip", "--municipality", "999999"],
        ["erase", "--municipality", "999999", "--yes", "松阪市"],
    ],
    ids=" ".join,
)
def test_an_unknown_municipality_is_told_with_the_remedy(own: FlaskCliRunner, words: list[str]) -> None:
    said = run(own, "knowledge", *words, status=1)
    assert "市町村 999999 がありません" in said
    assert "Traceback" not in said


def test_a_place_that_cannot_be_written_to_is_told(own: FlaskCliRunner, tmp_path: Path) -> None:
    assert "書けません" in run(own, "knowledge", "due", "--csv", str(tmp_path / "no" / "a.csv"), status=1)
    assert "フォルダーがありません" in run(own, "knowledge", "export-all", str(tmp_path / "no" / "a.zip"), "--municipality", CODE, status=1)  # fmt: skip


def test_dead_links_are_listed_by_office_with_since_when(own: FlaskCliRunner, kit: Services, tmp_path: Path) -> None:
    assert "まだ調べていません" in run(own, "knowledge", "links", "--municipality", CODE)
    with kit.database.reading() as session:
        use = links.uses(session, CODE)[0]
    for day in (0, 1):
        links.check_next(
            kit.database,
            lambda url: Visit("failed" if url == use.url else "alive", "ページがありません（404）", 404),
            partial(MOMENT.__add__, dt.timedelta(days=day)),
            code=CODE,
            pause=lambda _: None,
        )
        if day == 0:
            assert "リンク切れはありません（最後に調べたのは 2026-11-21 12:00）" in run(
                own, "knowledge", "links", "--municipality", CODE
            )
    rows = json.loads(run(own, "knowledge", "links", "--municipality", CODE, "--json"))
    with kit.database.reading() as session:
        places = [other.entry_id for other in links.uses(session, CODE) if other.url == use.url]
    assert [row["entry_id"] for row in rows] == places, "each place where it stands"
    assert {(row["url"], row["since"], row["department"]) for row in rows} == {(use.url, "2026-11-21", use.department)}
    assert "2026-11-21" in run(own, "knowledge", "links")
    run(own, "knowledge", "links", "--csv", str(tmp_path / "links.csv"))
    assert use.url in (tmp_path / "links.csv").read_text(encoding="utf-8-sig")


def test_checking_now_refuses_this_machines_own_addresses(own: FlaskCliRunner, kit: Services) -> None:
    """Through the real process: no name is looked up, nothing is asked."""
    with kit.database.writing() as session:
        session.query(Entry).filter(Entry.municipality_code == CODE).update({"links": []})
        first = session.query(Entry).filter(Entry.municipality_code == CODE).first()
        assert first is not None
        first.links = [{"label": "内部", "url": "http://127.0.0.1/"}]
    said = run(own, "knowledge", "links", "check", "--now", "--municipality", CODE)
    assert said == "松阪市: 調べたリンク 1、うち開けなかったもの 1（別の日にも開けなければリンク切れ）\n"
    with kit.database.writing() as session:
        session.get_one(LinkRound, CODE).lease_until = dt.datetime(2999, 1, 1, tzinfo=dt.UTC)
    assert "別のプロセスが" in run(own, "knowledge", "links", "check", "--municipality", CODE, status=1)


def test_the_jobs_process_looks_at_links_where_that_is_switched_on(environment: dict[str, str]) -> None:
    for switched, looked in (("0", 0), ("1", 5)):
        app = create_app(environment | {"LINK_CHECKS": switched})
        kit: Services = app.extensions["kotae"]
        with kit.database.writing() as session:
            session.query(Entry).update({"links": []})
        work(kit, threading.Event(), once=True)
        with kit.database.reading() as session:
            assert session.query(LinkRound).filter(LinkRound.finished_at.is_not(None)).count() == looked
        kit.database.dispose()


def test_export_erase_and_restore_by_hand(own: FlaskCliRunner, kit: Services, tmp_path: Path) -> None:
    file = str(tmp_path / "matsusaka.zip")
    question = "住民票はコンビニで取れますか"
    before = run(own, "ask", "--municipality", CODE, question)
    assert "松阪市のすべてを" in run(own, "knowledge", "export-all", file, "--municipality", CODE)
    assert "データがもうあります" in run(own, "knowledge", "restore", file, status=1)
    refused = run(own, "knowledge", "erase", "--municipality", CODE, given="津島市\n", status=1)
    assert "質問と答え: " in refused, "what would go is shown first"
    assert "名前が違うので、何も消していません" in refused
    assert run(own, "ask", "--municipality", CODE, question) == before
    said = run(own, "knowledge", "erase", "--municipality", CODE, given="松阪市\n")
    assert "secure_delete" in said
    assert "knowledge/content/242047" in said, "the bundled content would come back"
    assert "がありません" in run(own, "ask", "--municipality", CODE, question, status=1)
    assert "松阪市（242047）を戻しました" in run(own, "knowledge", "restore", file)
    assert run(own, "ask", "--municipality", CODE, question) == before
    run(own, "knowledge", "erase", "--municipality", CODE, "--yes", "松阪市")
    with kit.database.reading() as session:
        assert session.get(Municipality, CODE) is None
