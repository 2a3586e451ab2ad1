"""``knowledge counts``: what the content folders hold, a column a municipality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from bot.upkeep_tables import show_rows
from knowledge.bundle import BundleError, content_folders, read_bundle
from knowledge.common_content import common_content
from knowledge.content_counts import ENTRIES, ContentCounts, Wordings, counts_of, counts_of_common

_WHAT = "what"
_ENTRY_KINDS = {"procedure": "手続きの答え", "plan": "計画の内容の答え", "silent": "記載がないことの答え"}
_ITEMS = {"indicators": "指標", "schedule": "工程表の行", "departments": "担当課・会議体", "terms": "用語"}
_LANGUAGES = {"en": "英語の訳", "easy": "やさしい日本語の訳"}
_OTHER_LANGUAGES = "ほかの言葉の訳"
_NONE = "―"


@click.command("counts")
@click.option("--municipality", metavar="CODE", help="この市町村（6桁のコード）と共通の答えだけを数える。")
@click.option("--markdown", is_flag=True, help="docs に置ける表（Markdown）で出す。")
@click.option("--json", "as_json", is_flag=True, help="JSON で出す。")
@click.option("--csv", "csv_file", type=click.Path(path_type=Path, dir_okay=False), help="CSV を書くファイル。")
def knowledge_counts(municipality: str | None, markdown: bool, as_json: bool, csv_file: Path | None) -> None:
    """同梱の内容の数を、市町村と種類ごとに数える。言い回しは「中央値／5つに足りないものの数」。"""
    counted = _counted(municipality)
    headings = {_WHAT: "種類"} | {one.code: one.name for one in counted}
    rows = count_rows(counted)
    if markdown:
        click.echo(markdown_table(rows, headings))
        return
    show_rows(rows, headings, groups=(), as_json=as_json, csv_file=csv_file, empty="同梱の内容がありません")


def _counted(municipality: str | None) -> list[ContentCounts]:
    folders = [folder for folder in content_folders() if municipality in (None, folder.name)]
    if not folders:
        raise click.ClickException(f"市町村 {municipality} の同梱の内容がありません（6桁のコードか確かめてください）")
    try:
        return [*(counts_of(read_bundle(folder)) for folder in folders), counts_of_common(common_content())]
    except BundleError as error:
        raise click.ClickException("同梱の内容にまちがいがあります\n" + "\n".join(error.problems)) from error


def count_rows(counted: Sequence[ContentCounts]) -> list[dict[str, str]]:
    """A row a kind: code of the municipality -> text."""
    columns = {one.code: _column(one) for one in counted}
    names = next(iter(columns.values()), {})
    return [{_WHAT: name} | {code: column[name] for code, column in columns.items()} for name in names]


def _column(one: ContentCounts) -> dict[str, str]:
    kinds = {name: str(one.kinds[kind]) for kind, name in _ENTRY_KINDS.items()}
    items = {name: _pieces(one.wordings.get(kind)) for kind, name in _ITEMS.items()}
    languages = {name: str(one.languages[language]) for language, name in _LANGUAGES.items()}
    languages[_OTHER_LANGUAGES] = str(sum(count for name, count in one.languages.items() if name not in _LANGUAGES))
    wordings = {
        f"言い回し：{name}": _wordings(one.wordings.get(kind))
        for kind, name in {ENTRIES: "質問と答え", **_ITEMS}.items()
    }
    return kinds | items | {"施策・取組": str(one.measures or _NONE)} | languages | wordings


def _pieces(found: Wordings | None) -> str:
    return str(found.pieces) if found else _NONE


def _wordings(found: Wordings | None) -> str:
    return f"{found.median:g}／{len(found.few)}" if found and found.pieces else _NONE


def markdown_table(rows: Sequence[Mapping[str, str]], headings: Mapping[str, str]) -> str:
    lines = [list(headings.values()), ["---", *["---:"] * (len(headings) - 1)]]
    lines += [[row[key] for key in headings] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
