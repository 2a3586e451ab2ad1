"""``knowledge drafts``: what staff see and approve of the plans that they brought."""

from __future__ import annotations

from collections.abc import Sequence

import click
from sqlalchemy.orm import Session

from bot.services import services
from knowledge.calendar import now
from knowledge.drafts import Decision, Draft, DraftError, decide, piece, pieces
from knowledge.plan_import import DRAFT, KINDS

_EVERY_STATE = (DRAFT, "approved", "published", "discarded", "deleted", "ended")
_SHORT = 60
_KIND_NAMES = {**{kind: kind for kind in KINDS}, **{name: kind for kind, name in KINDS.items()}}


@click.group("drafts", invoke_without_command=True)
@click.option("--municipality", metavar="CODE", required=True, help="全国地方公共団体コード（6桁）。")
@click.option("--plan", "plan_id", metavar="ID", help="一つの計画だけ。")
@click.option("--states", "every", is_flag=True, help="承認済みと見送りも表示する。")
@click.pass_context
def drafts(context: click.Context, municipality: str, plan_id: str | None, every: bool) -> None:
    """取り込んだ計画の下書きを、見る・承認する・見送る。"""
    context.obj = (municipality, plan_id)
    if context.invoked_subcommand is None:
        with services().database.reading() as session:
            _list(_all(session, municipality, plan_id, _EVERY_STATE if every else (DRAFT,)))


@drafts.command("show")
@click.argument("wanted", metavar="ID")
@click.pass_obj
def show(where: tuple[str, str | None], wanted: str) -> None:
    """一つの下書きを、住民が読む形で表示する。"""
    with services().database.reading() as session:
        found = _one(session, where[0], wanted)
    page = f"（{found.page}ページ）" if found.page else ""
    click.echo(f"{found.id}  {KINDS[found.kind]}・{found.state_name}")
    click.echo(f"【{found.name}】")
    click.echo(found.text or "（見出しだけで、本文はありません）")
    click.echo(f"出典：{found.section}{page}")


_every = click.option("--all", "kind", type=click.Choice(list(_KIND_NAMES)), help="この種類の下書きをすべて。")


@drafts.command("approve")
@click.argument("ids", nargs=-1)
@_every
@click.pass_obj
def approve_command(where: tuple[str, str | None], ids: tuple[str, ...], kind: str | None) -> None:
    """下書きを承認する。すぐに住民への案内に使われる。"""
    click.echo(f"承認しました: {_decided(where, ids, kind, 'approve')}")


@drafts.command("discard")
@click.argument("ids", nargs=-1)
@_every
@click.pass_obj
def discard_command(where: tuple[str, str | None], ids: tuple[str, ...], kind: str | None) -> None:
    """下書きを見送る（取り込み直しても戻らない）。承認済みのものは、住民への案内から外す。"""
    click.echo(f"見送りました: {_decided(where, ids, kind, 'discard')}")


@drafts.command("restore")
@click.argument("ids", nargs=-1, required=True)
@click.pass_obj
def restore_command(where: tuple[str, str | None], ids: tuple[str, ...]) -> None:
    """承認や見送りを取り消し、下書きに戻す。"""
    click.echo(f"下書きに戻しました: {_decided(where, ids, None, 'restore')}")


def _decided(where: tuple[str, str | None], ids: Sequence[str], kind: str | None, to: Decision) -> str:
    code, plan_id = where
    if bool(ids) == bool(kind):
        raise click.UsageError("ID を並べるか、--all と種類（章節・指標・スケジュール・用語）を書いてください")
    try:
        with services().database.writing() as session:
            wanted = ids or [
                found.id
                for found in pieces(session, code, plan_id)
                if found.kind == _KIND_NAMES[kind or ""] and (found.text.strip() or to != "approve")
            ]
            done = decide(session, code, tuple(dict.fromkeys(wanted)), now(), to)
    except DraftError as error:
        raise click.ClickException(str(error)) from error
    return f"{done.changed}件" + (f"（もとからそうだったもの {done.unchanged}件）" if done.unchanged else "")


def _all(session: Session, code: str, plan_id: str | None, states: Sequence[str]) -> list[Draft]:
    try:
        return list(pieces(session, code, plan_id, states))
    except DraftError as error:
        raise click.ClickException(str(error)) from error


def _one(session: Session, code: str, wanted: str) -> Draft:
    try:
        return piece(session, code, wanted)
    except DraftError as error:
        raise click.ClickException(str(error)) from error


def _list(found: Sequence[Draft]) -> None:
    if not found:
        click.echo("下書きはありません")
    for kind, name in KINDS.items():
        of_kind = [draft for draft in found if draft.kind == kind]
        if of_kind:
            click.echo(f"{name}（{len(of_kind)}）")
        for draft in of_kind:
            text = " ".join(draft.text.split())
            short = f"{text[:_SHORT]}…" if len(text) > _SHORT else text or "（見出しだけ）"
            state = "" if draft.state == DRAFT else f"［{draft.state_name}］"
            page = f"（{draft.page}ページ）" if draft.page else ""
            click.echo(f"  {draft.id}  {state}{draft.name}{page}\n      {short}")
