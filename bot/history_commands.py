"""``knowledge history``: every version of an answer, for operators who have no console at hand."""

from __future__ import annotations

import click

from bot.services import services
from bot.towns import require_town
from knowledge.comparison import comparison, moment_name
from knowledge.entry_versions import AUDIENCES, PUBLIC, STATES, decision, history
from knowledge.models import EntryVersion


@click.command("history")
@click.option("--municipality", metavar="CODE", required=True, help="全国地方公共団体コード（6桁）。")
@click.argument("entry")
def knowledge_history(municipality: str, entry: str) -> None:
    """ENTRY（質問の ID）のすべての版を、新しい順に示す。職員メモは出さない。"""
    kit = services()
    require_town(kit.database, municipality)
    with kit.database.reading() as session:
        versions = history(session, municipality, entry)
    if not versions:
        raise click.ClickException(f"{entry}: この ID の質問はありません（knowledge export で ID を確かめてください）")
    by_number = {version.number: version for version in versions}
    for version in versions:
        click.echo("\n".join(_lines(version)))
        if version.based_on in by_number:
            _show_changes(by_number[version.based_on], version)


def _lines(version: EntryVersion) -> list[str]:
    marks = [name for name, given in (("代理承認", version.deputy), ("緊急公開", version.urgent)) if given]
    audience = [] if version.audience == PUBLIC else [AUDIENCES[version.audience]]
    state = "・".join([STATES[version.state], *audience, *marks])
    lines = [f"第{version.number}版［{state}］{version.content['question']}"]
    lines.append(f"  書いた人: {version.author_name}（{moment_name(version.created_at)}）")
    decided, decided_at = decision(version), version.confirmed_at or version.decided_at
    if decided and decided_at:
        lines.append(f"  {decided[0]}: {decided[1]}（{moment_name(decided_at)}）")
    if version.live_from:
        until = f" {moment_name(version.live_until)}まで" if version.live_until else " いまも公開中"
        lines.append(f"  公開: {moment_name(version.live_from)}から{until}")
    if version.publish_at and version.state == "approved":
        lines.append(f"  公開予約: {moment_name(version.publish_at)}")
    if version.reason:
        lines.append(f"  理由: {version.reason}")
    return lines


def _show_changes(old: EntryVersion, new: EntryVersion) -> None:
    for found in comparison(old, new):
        click.echo(f"  {found.field}: {found.old_text or '（なし）'} → {found.new_text or '（なし）'}")
