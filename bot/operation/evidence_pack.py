"""点検・監査の資料: one workbook for the yearly self-check, of everything that an auditor asks to see first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.operation import VERSION
from bot.operation.checks import KINDS as KINDS_OF_ALERTS
from bot.operation.facts import head_revision, revision_of
from bot.operation.places import hosts, places
from bot.operation.status import PROCESS_NAMES, Status
from bot.services import Services
from knowledge.audit_actions import ACTIONS
from knowledge.audit_chain import verify
from knowledge.calendar import JST
from knowledge.models import AuditLine, StaffAccount
from knowledge.restore_drills import Drill, drills_in
from knowledge.retention import KINDS, days_kept
from knowledge.roles import ROLE_NAMES, Grant
from knowledge.staff import all_accounts, grants_of, is_active
from knowledge.tabular import OutSheet
from knowledge.workbooks import workbook_bytes

_RESTORED = ("backup_restored", "municipality_restored", "database_moved")
MOST_VERIFIED = 200_000
"""Lines that are read anew while somebody waits for a page; more by ``flask audit verify``."""


@dataclass(frozen=True)
class Pack:
    content: bytes
    accounts: int
    audit_lines: int


def evidence_pack(
    kit: Services, found: Status, scopes: frozenset[str] | None, moment: dt.datetime, *, verify_all: bool
) -> Pack:
    """``scopes``: the municipalities whose accounts and settings are told; None: all."""
    schema, folder = revision_of(kit.database), kit.settings.backup_folder
    lying = [(one.what, one.where) for one in (*places(kit.settings), *hosts(kit.settings))]
    with kit.database.reading() as session:
        towns = [(town.code, town.name) for town in kit.corpus.towns() if scopes is None or town.code in scopes]
        accounts = _accounts(session, scopes, dict(towns), moment)
        count = session.scalar(select(func.count()).select_from(AuditLine)) or 0
        sheets = [
            OutSheet(
                "利用者と役割",
                ("ログイン名", "表示名", "役割", "状態", "2段階目", "使い始め", "使い終わり", "最後のサインイン"),
                (20, 20, 50, 12, 14, 14, 14, 20),
                frozenset(),
                accounts,
            ),
            _table("操作の記録の検証", ("項目", "結果"), _audit(session, count, verify_all=verify_all)),
            _table("版", ("項目", "版"), _versions(found, schema)),
            _table("バックアップ", ("ファイル", "日時", "大きさ（バイト）"), _backups(folder, found)),
            _table(
                "復元", ("日時", "したこと", "ファイル", "いつのバックアップか", "した人"), _restores(session, scopes)
            ),
            _table("復元の訓練", ("日時", "ファイル", "行数", "秒", "結果"), _drills(session, folder)),
            _table("保存期間", ("市町村", "記録", "日数"), _retention(session, towns)),
            _table("異常", ("異常", "対象", "始まり", "終わり"), _alerts(found)),
            _table("場所と相手", ("項目", "場所"), lying),
        ]
    about = [
        ("点検・監査の資料", kit.settings.base_url),
        ("作った日時", _moment(moment)),
        ("範囲", "すべての市町村" if scopes is None else "・".join(name for _, name in towns)),
        ("入っていないもの", "住民の質問、パスワード、鍵。操作の記録の中身は「操作の記録」から別に書き出します"),
    ]
    return Pack(workbook_bytes(about, sheets), len(accounts), count)


def _table(name: str, headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> OutSheet:
    return OutSheet(name, headings, (34, *(30 for _ in headings[1:])), frozenset(), rows, frozen="A2")


def _accounts(
    session: Session, scopes: frozenset[str] | None, towns: dict[str, str], moment: dt.datetime
) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for account in all_accounts(session):
        grants = grants_of(session, account.id)
        own = [one for one in grants if scopes is None or one.scope is None or one.scope in scopes]
        if own or scopes is None:
            rows.append(
                (
                    account.login,
                    account.name,
                    "\n".join(_grant(one, towns) for one in own),
                    _state(account, moment),
                    "あり" if account.totp_seed else "なし",
                    account.active_from.isoformat() if account.active_from else "",
                    account.active_until.isoformat() if account.active_until else "",
                    _moment(account.signed_in_at) if account.signed_in_at else "まだない",
                )
            )
    return rows


def _grant(grant: Grant, towns: dict[str, str]) -> str:
    where = towns.get(grant.scope, grant.scope) if grant.scope else "すべての市町村"
    return f"{where} {ROLE_NAMES[grant.role]}{f'（{grant.department}）' if grant.department else ''}"


def _state(account: StaffAccount, moment: dt.datetime) -> str:
    if account.disabled:
        return "停止中"
    if account.password_hash is None:
        return "パスワード未設定"
    return "使える" if is_active(account, moment) else "期間の外"


def _audit(session: Session, count: int, *, verify_all: bool) -> list[tuple[str, str]]:
    if count > MOST_VERIFIED and not verify_all:
        return [("行数", f"{count:,}"), ("検証", "行が多いので、flask --app app audit verify で確かめてください")]
    report = verify(session)
    return [
        ("行数", f"{report.lines:,}"),
        ("最初と最後の番号", f"{report.first}〜{report.last}"),
        ("最後の行の印", report.digest),
        ("検証", "食い違いはありません" if not report.findings else f"食い違いが{len(report.findings)}件あります"),
        *(("食い違い", one) for one in report.findings),
    ]


def _versions(found: Status, schema: str | None) -> list[tuple[str, str]]:
    return [
        ("プログラム", VERSION),
        ("データベースの表", f"{schema}（プログラムが求めるもの {head_revision()}）"),
        *(
            (
                f"{PROCESS_NAMES.get(beat.process.kind, beat.process.kind)} {beat.process.host}:{beat.process.pid}",
                f"{beat.process.version}（{_moment(beat.process.started_at)}から）",
            )
            for beat in found.beats
        ),
    ]


def _backups(folder: Path, found: Status) -> list[tuple[str, ...]]:
    """What lies on this machine, and what the one that makes them tells."""
    told = found.facts.backups.backups if found.facts.backups is not None else ()
    files = {one.name: (one.moment, one.size) for one in told} | _files(folder)
    newest = sorted(files.items(), key=lambda one: one[1][0], reverse=True)
    return [(name, _moment(at), str(size)) for name, (at, size) in newest]


def _files(folder: Path) -> dict[str, tuple[dt.datetime, int]]:
    try:
        seen = [(one.name, one.stat()) for one in folder.iterdir() if one.is_file()]
    except OSError:
        return {}
    return {name: (dt.datetime.fromtimestamp(one.st_mtime, dt.UTC), one.st_size) for name, one in seen}


def _restores(session: Session, scopes: frozenset[str] | None) -> list[tuple[str, ...]]:
    """When what was brought back; of the whole database, everybody is told."""
    line = AuditLine
    wanted = select(line).where(line.action.in_(_RESTORED)).order_by(line.number.desc())
    return [
        (
            _moment(one.at),
            ACTIONS[one.action].label,
            str(one.details.get("file", "")),
            _made(one.details.get("made_at")),
            str(one.details.get("user", "")),
        )
        for one in session.scalars(wanted)
        if one.scope is None or scopes is None or one.scope in scopes
    ]


def _made(told: object) -> str:
    return _moment(dt.datetime.fromisoformat(told)) if isinstance(told, str) else ""


def _drills(session: Session, folder: Path) -> list[tuple[str, ...]]:
    """Beside the backups they stand for longer; of those made on another machine the audit log knows."""
    here = drills_in(folder)
    elsewhere = [one for one in _drills_of_the_log(session) if not here or one.at > here[0].at]
    return [
        (_moment(one.at), one.file, f"{one.rows:,}", f"{one.seconds:,.1f}", "、".join(one.faults) or "食い違いなし")
        for one in (*elsewhere, *here)
    ]


def _drills_of_the_log(session: Session) -> list[Drill]:
    lines = session.scalars(
        select(AuditLine).where(AuditLine.action == "restore_drilled").order_by(AuditLine.number.desc())
    )
    return [
        Drill(line.at, told["file"], None, told["rows"], float(told["seconds"]), tuple(told["faults"]))
        for line in lines
        for told in [line.details]
    ]


def _retention(session: Session, towns: Sequence[tuple[str, str]]) -> list[tuple[str, ...]]:
    return [
        (name, kind.label, str(days[kind.id]))
        for code, name in towns
        for days in [days_kept(session, code)]
        for kind in KINDS
    ]


def _alerts(found: Status) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        (row.words, "・".join(row.details), "", "続いています") for row in found.rows if not row.is_well
    ]
    return rows + [
        (_name(one.kind), one.scope, _moment(one.first_at), _moment(one.ended_at or one.last_at)) for one in found.past
    ]


def _name(kind: str) -> str:
    return KINDS_OF_ALERTS[kind].title if kind in KINDS_OF_ALERTS else kind


def _moment(moment: dt.datetime) -> str:
    return f"{moment.astimezone(JST):%Y-%m-%d %H:%M}"
