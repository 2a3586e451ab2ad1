"""``knowledge plan-text``: the text of a plan that came with the program, for the source check alone."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.finding_words import sentence
from bot.services import services
from bot.virus_check import scanned
from knowledge.attached_texts import (
    AttachError,
    attach_text,
    attached_texts,
    detach_text,
    plan_to_attach_to,
    takes_text,
)
from knowledge.calendar import now
from knowledge.explanations import explanations
from knowledge.models import Plan
from knowledge.plan_check import check_plan
from knowledge.plan_documents.document import PlanFileError
from knowledge.plan_documents.reading import read_plan


@click.command("plan-text")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--municipality", metavar="CODE", required=True, help="全国地方公共団体コード（6桁）。")
@click.option("--plan", "plan_id", metavar="ID", help="計画の id。本文を入れられる計画が一つなら、書かなくてよい。")
@click.option("--remove", is_flag=True, help="入れた本文を外す。")
def plan_text(file: Path | None, municipality: str, plan_id: str | None, remove: bool) -> None:
    """はじめから入っている計画の本文 FILE を、出典の確認のためだけに入れる（住民には出ない）。

    FILE を書かなければ、入れた本文と、いまの内容を照らし合わせる。指摘があれば、終了コード 1。
    """
    if file and remove:
        raise click.UsageError("FILE と --remove は、どちらか一つにしてください")
    try:
        document = read_plan(scanned(file, municipality)) if file else None
        with services().database.writing() as session:
            plan = plan_to_attach_to(session, municipality, plan_id or _only_plan(session, municipality))
            wanted = plan.plan_id
            if remove:
                click.echo("本文を外しました" if detach_text(session, plan) else "本文は入っていません")
                return
            if document:
                kept = attach_text(session, municipality, wanted, document, now())
                click.echo(f"{plan.title}: 本文を{kept.sections}の章節として入れました（{kept.letters:,}字）")
    except (AttachError, PlanFileError) as error:
        raise click.ClickException(str(error)) from error
    if _findings(municipality, wanted):
        sys.exit(1)


def _only_plan(session: Session, code: str) -> str:
    plans = [one for one in session.scalars(select(Plan).where(Plan.municipality_code == code)) if takes_text(one)]
    if len(plans) != 1:
        names = "、".join(sorted(plan.plan_id for plan in plans)) or "なし"
        raise AttachError(f"--plan で計画の id を書いてください（本文を入れられる計画: {names}）")
    return plans[0].plan_id


def _findings(code: str, plan_id: str) -> int:
    """Print what the text lacks; how many findings there are."""
    reasons = explanations(code, services().settings.content_folder)
    with services().database.reading() as session:
        plan = session.get_one(Plan, (code, plan_id))
        checked = check_plan(session, plan, reasons)
        attached = attached_texts(session, code).get(plan_id)
    if checked is None or attached is None:
        raise click.ClickException(f"{plan.title}: 本文が入っていません（計画書のファイルを書いてください）")
    counts = checked.outcome.counts
    click.echo(f"{plan.title}（本文 {attached.sections}の章節）")
    click.echo(
        f"  内容 {counts['statements']}件、数字・日付 {counts['figures']}、固有名詞 {counts['names']}、"
        f"説明つき {counts['explained']}、指摘 {len(checked.outcome.findings)}"
    )
    for one in checked.outcome.findings:
        click.echo(f"  {one.id} {checked.name_of(one)}: {sentence(one)}")
    for unfit in checked.unfit:
        click.echo(f"  {unfit.entry_id}: 形が合わず、確かめられません: {unfit.sentence}")
    return len(checked.outcome.findings) + len(checked.unfit)
