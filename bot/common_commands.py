"""``knowledge common``: the common entries of a municipality, and the updates that wait for its staff."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from flask.cli import AppGroup
from rich.console import Console
from rich.table import Table

from bot.services import services
from knowledge.calendar import JST, date_name, now
from knowledge.common_entries import (
    CommonUpdate,
    NoSuchEntryError,
    adopt,
    common_states,
    common_updates,
    skip,
    switch_by_staff,
)
from knowledge.municipality_codes import unknown_municipality

common_group = AppGroup("common", help="すべての市町村に共通の答えと、その更新。")
_municipality = click.option("--municipality", metavar="CODE", required=True, help="全国地方公共団体コード（6桁）。")

_FIELDS = {
    "question": "質問",
    "answer": "答え",
    "phrasings": "言い回し",
    "category": "分類",
    "kind": "種類",
    "facets": "手続きの項目",
    "links": "リンク",
    "translations": "翻訳",
    "department": "聞く先",
    "source_plan": "出典",
    "source_section": "出典の場所",
    "source_page": "出典のページ",
    "checked_on": "確認した日",
    "valid_from": "いつから",
    "valid_until": "いつまで",
    "measure": "施策",
    "state": "状態",
}
_STATES = {"published": "公開中", "ended": "終了"}


@contextmanager
def _faults_told(municipality: str) -> Iterator[None]:
    try:
        yield
    except NoSuchEntryError as error:
        raise click.ClickException(
            f"{error}: 共通の答え、またはその更新がありません（knowledge common list で確かめてください）"
        ) from error
    except LookupError as error:
        raise click.ClickException(unknown_municipality(municipality)) from error


@common_group.command("list")
@_municipality
def common_list(municipality: str) -> None:
    """共通の答えと、それぞれの状態（使用中・使わない・更新あり）を一覧にする。"""
    with _faults_told(municipality), services().database.reading() as session:
        states = common_states(session, municipality)
    for state in states:
        click.echo(f"{state.state}\t{state.entry_id}\t{state.question}{'（職員が変更）' if state.by_staff else ''}")
    waiting = sum(state.state == "更新あり" for state in states)
    click.echo(f"共通の答え {len(states)}件、共通回答の更新 {waiting}件")


@common_group.command("show")
@_municipality
@click.argument("entry", required=False)
def common_show(municipality: str, entry: str | None) -> None:
    """共通回答の更新を、今の文と新しい文を並べて示す（ENTRY を書かなければすべて）。"""
    with _faults_told(municipality), services().database.reading() as session:
        updates = common_updates(session, municipality, entry)
    if not updates:
        click.echo("共通回答の更新はありません。")
    for update in updates:
        _show(update)


def _show(update: CommonUpdate) -> None:
    noticed = date_name(update.noticed_at.astimezone(JST).date())
    title = f"共通回答の更新：{update.question}（{update.entry_id}、{noticed}）"
    table = Table(title=title, show_lines=True, title_justify="left")
    for heading in ("項目", "今の文", "新しい文"):
        table.add_column(heading, overflow="fold")
    for name, old, new in update.differences:
        table.add_row(_FIELDS.get(name, name), _readable(name, old), _readable(name, new))
    Console(width=120, markup=False).print(table)
    if update.withdraws:
        click.echo("この答えは、共通の内容からなくなりました。採用すると、公開を終えます。")
    click.echo(f"採用: knowledge common adopt {update.entry_id}　見送り: knowledge common skip {update.entry_id}\n")


def _readable(name: str, value: Any) -> str:
    if value is None:
        return "（なし）"
    if name == "state":
        return _STATES.get(str(value), str(value))
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "\n".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)


@common_group.command("adopt")
@_municipality
@click.argument("entry")
def common_adopt(municipality: str, entry: str) -> None:
    """採用: 共通回答の更新を、この市町村の答えにする（次の質問から）。"""
    with _faults_told(municipality), services().database.writing() as session:
        adopt(session, municipality, entry, now())
    click.echo(f"{entry}: 採用しました")


@common_group.command("skip")
@_municipality
@click.argument("entry")
def common_skip(municipality: str, entry: str) -> None:
    """見送り: 今の文のままにする（共通の答えがまた変わるまで、示さない）。"""
    with _faults_told(municipality), services().database.writing() as session:
        skip(session, municipality, entry)
    click.echo(f"{entry}: 見送りました")


@common_group.command("off")
@_municipality
@click.argument("entry")
def common_off(municipality: str, entry: str) -> None:
    """この市町村では、この共通の答えを使わない。"""
    _switch(municipality, entry, on=False)
    click.echo(f"{entry}: 使いません")


@common_group.command("on")
@_municipality
@click.argument("entry")
def common_on(municipality: str, entry: str) -> None:
    """この市町村で、この共通の答えを使う。"""
    _switch(municipality, entry, on=True)
    click.echo(f"{entry}: 使います")


def _switch(municipality: str, entry: str, *, on: bool) -> None:
    with _faults_told(municipality), services().database.writing() as session:
        switch_by_staff(session, municipality, entry, on=on, moment=now())
