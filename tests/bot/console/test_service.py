"""今の状態: for 管理 and 監査, with what is wrong first and what to do; the papers of a self-check for 監査."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import func, select

from bot.operation import VERSION
from bot.operation.facts import head_revision
from bot.services import Services
from knowledge import audit
from knowledge.alerts import Finding, settle
from knowledge.backups import backups_in, make
from knowledge.calendar import now
from knowledge.models import AuditLine, StaffAccount
from knowledge.retention import KINDS, days_kept
from knowledge.roles import Role
from tests.support.staff import signed_in


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR])
def test_it_says_what_is_wrong_and_what_to_do(office: Flask, role: Role) -> None:
    kit: Services = office.extensions["kotae"]
    settle(kit.database, [Finding("line_refused", "242047")], lambda _: False, now())
    page = signed_in(office, [role]).get("/staff/service").text
    assert page.index("× 異常") < page.index("○ 正常")
    assert "LINE がアクセストークンを受け付けません" in page
    assert "チャネルアクセストークン" in page
    settle(kit.database, [], lambda _: True, now())
    assert "解消した異常" in signed_in(office, [role]).get("/staff/service").text


def test_the_papers_hold_what_an_auditor_asks_for(office: Flask) -> None:
    """Who may what and was there last, the log as it was verified, versions, backups, restores, periods, places."""
    kit: Services = office.extensions["kotae"]
    auditor = signed_in(office, [Role.AUDITOR, Role.VIEWER], None, name="監査 四郎")
    at = dt.datetime(2026, 11, 3, 1, 30, tzinfo=dt.UTC)
    make(kit.database, kit.settings.backup_folder, b"0123456789abcdef0123456789abcdef", at)
    told = {"made_at": "2026-11-01T00:00:00+00:00", "rows": 1, "purged": 2, "erased": 3, "user": "operator"}
    with kit.database.writing() as session:
        session.get_one(StaffAccount, auditor.account_id).signed_in_at = at
        audit.append(session, audit.BY_COMMAND, "backup_restored", at=at, details={"file": "kotae-1.backup", **told})
        audit.append(
            session, audit.BY_COMMAND, "municipality_restored", at=at, scope="222232",
            details={"file": "other.backup", "rows": 1, "purged": 2, "erased": 3, "user": "operator"},
        )  # fmt: skip
    found = sheets(auditor.post("/staff/service/evidence", status=200).data)
    (mine,) = [row for row in found["利用者と役割"] if row[0] == auditor.login]
    assert mine[1] == "監査 四郎"
    assert sorted(str(mine[2]).split("\n")) == ["すべての市町村 監査", "すべての市町村 閲覧"]
    assert (mine[3], mine[4], mine[7]) == ("パスワード未設定", "なし", "2026-11-03 10:30")
    with kit.database.reading() as session:
        lines = session.scalar(select(func.count()).select_from(AuditLine)) or 0
        days = days_kept(session, "242047")
    # Taking the papers is a line itself, which comes after them.
    assert ("行数", f"{lines - 1:,}") in found["操作の記録の検証"]
    assert ("プログラム", VERSION) in found["版"]
    (kept,) = [row for row in found["バックアップ"] if str(row[0]).endswith(tuple(_sealed(kit)))]
    assert int(str(kept[2])) > 1000
    assert (
        "2026-11-03 10:30",
        "バックアップからの復元（コマンド）",
        "kotae-1.backup",
        "2026-11-01 09:00",
        "operator",
    ) in (found["復元"])
    assert any(row[2] == "other.backup" for row in found["復元"])
    wanted = {("松阪市", kind.label, str(days[kind.id])) for kind in KINDS}
    assert wanted <= set(found["保存期間"])
    assert {row[0] for row in found["場所と相手"]} >= {"データベース", "バックアップ", "アプリの記録"}
    own = sheets(signed_in(office, [Role.AUDITOR]).post("/staff/service/evidence", status=200).data)
    assert not any(row[2] == "other.backup" for row in own["復元"]), "another municipality's"


def _sealed(kit: Services) -> list[str]:
    return [one.path.name for one in backups_in(kit.settings.backup_folder)]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.APPROVER])
def test_it_is_not_for_others(office: Flask, role: Role) -> None:
    colleague = signed_in(office, [role])
    colleague.get("/staff/service", status=403)
    assert "今の状態" not in colleague.get("/staff/me").text


def sheets(content: bytes) -> dict[str, list[tuple[object, ...]]]:
    book = load_workbook(io.BytesIO(content))
    return {page.title: [tuple(cell.value for cell in row) for row in page.iter_rows()] for page in book}


def test_the_papers_of_a_self_check_tell_of_ones_own_municipality_and_are_noted(office: Flask, tmp_path: Path) -> None:
    kit: Services = office.extensions["kotae"]
    elsewhere = signed_in(office, [Role.EDITOR], "222232", name="他所 花子")
    auditor = signed_in(office, [Role.AUDITOR], name="監査 次郎")
    found = sheets(auditor.post("/staff/service/evidence", status=200).data)
    people = str(found["利用者と役割"])
    assert "監査 次郎" in people
    assert "松阪市 監査" in people
    assert elsewhere.login not in people
    assert ("検証", "食い違いはありません") in found["操作の記録の検証"]
    assert any(str(head_revision()) in str(row) for row in found["版"])
    assert {"バックアップ", "保存期間", "異常", "場所と相手"} <= set(found)
    with kit.database.reading() as session:
        last = session.scalars(select(AuditLine).order_by(AuditLine.number.desc()).limit(1)).one()
    assert (last.action, last.login, last.scope) == ("evidence_exported", auditor.login, "242047")
    signed_in(office, [Role.ADMIN]).post("/staff/service/evidence", status=403)
    path = tmp_path / "pack.xlsx"
    refused = office.test_cli_runner().invoke(args=["evidence-pack", str(path.parent / "none" / path.name)])
    assert (refused.exit_code, "フォルダーがありません" in refused.output) == (1, True)
    written = office.test_cli_runner().invoke(args=["evidence-pack", str(path)])
    assert written.exit_code == 0, written.output
    assert elsewhere.login in str(sheets(path.read_bytes())["利用者と役割"])
    assert path.stat().st_mode & 0o077 == 0
    seed = kit.settings.secret_key
    assert seed not in str(sheets(path.read_bytes()))


def test_the_file_of_lines_errors_shows_when_nothing_came(office: Flask) -> None:
    who = signed_in(office, [Role.ADMIN])

    def sent(content: str, status: int = 200) -> str:
        data = {"file": (io.BytesIO(content.encode()), "errors.tsv")}
        return who.post("/staff/service/line-errors", data, status, content_type="multipart/form-data").text

    page = sent(
        "日時\t原因\t詳細\t件数\n2026/11/20 10:00\tcould_not_connect\tx\t3\n2026/11/20 10:19\trequest_timeout\tx\t2\n"
    )
    assert "送り直しで届いたもの" in page
    page = sent(
        "2026/11/20 10:00\tcould_not_connect\tx\t3\n2026/11/20 10:15\trequest_timeout\tx\t2\n2026/11/20 10:31\trequest_timeout\tx\t2000\n"
    )
    assert "2,005" in page
    assert "20分を超えたので" in page
    assert "障害・災害モード" in page
    assert "TSVファイルをダウンロード" in sent("no such thing", 422)
    signed_in(office, [Role.APPROVER]).post("/staff/service/line-errors", {}, 403)
