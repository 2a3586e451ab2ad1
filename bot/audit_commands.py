"""``audit``: whether the record of who did what is whole."""

from __future__ import annotations

import re

import click
from flask.cli import AppGroup

from bot.services import services
from knowledge.audit_chain import verify
from knowledge.audit_texts import verify_texts

audit_group = AppGroup("audit", help="だれが何をしたかの記録。")


@audit_group.command("verify")
@click.option("--expect", metavar="番号:印", help="アプリの記録（audit_head）に残る番号と印とも合わせる。")
def audit_verify(expect: str | None) -> None:
    """操作の記録と、記録にある答えの文が、変えられたり消されたりしていないかを確かめる。あれば 1 で終わる。"""
    expected = None
    if expect is not None:
        found = re.fullmatch(r"([1-9][0-9]{0,9}):([0-9a-f]{64})", expect)
        if found is None:
            raise click.UsageError("--expect は 番号:印（64文字）の形で書いてください")
        expected = int(found[1]), found[2]
    with services().database.reading() as session:
        report = verify(session, expected)
        texts = verify_texts(session)
    click.echo(f"{report.first}番から{report.last}番まで、{report.lines:,}行を確かめました")
    click.echo(f"最後の行の印  {report.last}:{report.digest}")
    click.echo(f"記録にある答えの版{texts.versions:,}件の文を、保存されている文と照らしました")
    findings = (*report.findings, *texts.findings)
    for finding in findings:
        click.echo(f"  {finding}")
    if findings:
        raise click.ClickException(f"{len(findings)}件の食い違いがあります")
    click.echo("食い違いはありません")
