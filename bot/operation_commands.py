"""``status`` and ``alerts``: whether all is well, and whether somebody would be told."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext

from bot.operation.evidence_pack import evidence_pack
from bot.operation.places import hosts, places
from bot.operation.status import PROCESS_NAMES, status
from bot.operation.telling import NotTakenError, Teller, ways_of
from bot.services import services
from bot.startup_checks import warnings
from knowledge.alerts import RAISED, Known, Message
from knowledge.audit import BY_COMMAND, append
from knowledge.calendar import JST, now

alerts_group = AppGroup("alerts", help="異常の知らせ。")
TRIAL = "trial"


@click.command("status")
@with_appcontext
def status_command() -> None:
    """サービスの今の状態と、データの場所、通信する相手を表示する。異常が一つでもあれば 1 で終わる。"""
    kit = services()
    found = status(kit)
    for row in found.rows:
        click.echo(f"{'○' if row.is_well else '×'} {row.words}")
        for detail in row.details:
            click.echo(f"    {detail}")
        if row.remedy:
            click.echo(f"    すること: {row.remedy}")
    click.echo("\n動いているプロセス")
    for beat in found.beats:
        living = "" if beat.is_alive(found.facts.moment) else "（応答がありません）"
        process = beat.process
        click.echo(
            f"  {PROCESS_NAMES.get(process.kind, process.kind)}  {process.host}:{process.pid}  版 {process.version}  "
            f"表 {process.schema}  {process.started_at.astimezone(JST):%Y-%m-%d %H:%M}から{living}"
        )
    if not found.beats:
        click.echo("  ありません")
    for words in warnings(kit.settings):
        click.echo(f"\n注意: {words}")
    click.echo("\nデータの場所")
    for place in places(kit.settings):
        click.echo(f"  {place.what}  {place.where}")
    click.echo("\n通信する相手（このほかへはつなぎません）")
    for place in hosts(kit.settings):
        click.echo(f"  {place.what}  {place.where}")
    if not hosts(kit.settings):
        click.echo("  ありません")
    sys.exit(0 if found.is_well else 1)


@alerts_group.command("test")
def alerts_test() -> None:
    """試しの知らせを、ALERT_URL と ALERT_MAIL のそれぞれに送る。一つでも届かなければ 1 で終わる。"""
    kit = services()
    names = ways_of(kit.settings).names
    if not names:
        raise click.ClickException("知らせる先がありません。ALERT_URL か ALERT_MAIL を設定してください")
    teller, moment, faults = Teller(kit), now(), 0
    alert = Known(TRIAL, "", "試しの知らせです。することはありません。", moment, moment, 1, None)
    for name in names:
        shown = "ALERT_URL" if name == "url" else f"ALERT_MAIL {ways_of(kit.settings).mails[name]}"
        try:
            teller.hand_over(Message(alert, name, RAISED))
        except NotTakenError as error:
            faults += 1
            click.echo(f"× {shown}: 渡せませんでした（{error}）")
        else:
            click.echo(f"○ {shown}: 渡しました")
    sys.exit(1 if faults else 0)


@click.command("evidence-pack")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def evidence_pack_command(file: Path) -> None:
    """点検・監査の資料（利用者・役割・最後のサインイン・操作の記録の検証・版・バックアップ）を Excel で書き出す。"""
    if not file.parent.is_dir():
        raise click.ClickException(f"{file.parent}: フォルダーがありません。先に作ってください")
    kit, moment = services(), now()
    pack = evidence_pack(kit, status(kit), None, moment, verify_all=True)
    with kit.database.writing() as session:
        details = {"accounts": pack.accounts, "audit_lines": pack.audit_lines}
        append(session, BY_COMMAND, "evidence_exported", at=moment, details=details)
    file.touch(mode=0o600)
    file.write_bytes(pack.content)
    click.echo(f"書き出しました: {file}（利用者{pack.accounts:,}人、操作の記録{pack.audit_lines:,}行）")
