"""``knowledge verify``: whether what we say stands in the plans that we cite."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import click
from rich.progress import track

from bot.finding_words import sentence
from knowledge.bundle import Bundle, BundleError, content_folders, read_bundle
from knowledge.plan_texts import PlanTextMissingError, plan_sections
from knowledge.source_check import Finding, Outcome, examine
from knowledge.statements import known_of, statements


@click.command("verify")
@click.option(
    "--plans",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="計画書の本文（テキスト）があるフォルダー。",
)
@click.option("--municipality", metavar="CODE", help="この市町村（6桁のコード）だけを確かめる。")
def knowledge_verify(plans: Path | None, municipality: str | None) -> None:
    """答えの数字・日付・電話・固有名詞が、出典の節にあるかを確かめる（なければ一覧を出し、終了コード 1）。"""
    if plans is None:
        raise click.UsageError(
            "計画書の本文は同梱していません。--plans DIR で、本文（.txt）のあるフォルダーを指定してください"
            "（ファイル名は plans.yaml の text_file、または <6桁コード>.txt）"
        )
    bundles = _bundles(municipality)
    total: Counter[str] = Counter()
    for bundle in track(bundles, description="確かめています", disable=not sys.stderr.isatty(), transient=True):
        total += _verify(bundle, plans)
    if total["missing"]:
        click.echo(f"本文のない計画: {total['missing']}件（この計画は確かめていません）", err=True)
    if total["findings"]:
        click.echo(f"\n{total['findings']}件の指摘があります（直し方は docs/source-check.md）")
    if total["findings"] or not total["checked"]:
        sys.exit(1)


def _bundles(municipality: str | None) -> list[Bundle]:
    folders = [folder for folder in content_folders() if municipality in (None, folder.name)]
    if not folders:
        raise click.ClickException(f"市町村 {municipality} の同梱の内容がありません（6桁のコードか確かめてください）")
    try:
        return [read_bundle(folder) for folder in folders]
    except BundleError as error:
        raise click.ClickException("同梱の内容にまちがいがあります\n" + "\n".join(error.problems)) from error


def _verify(bundle: Bundle, folder: Path) -> Counter[str]:
    """Check each plan of a municipality and print what was found; counts of plans and findings."""
    total: Counter[str] = Counter()
    for plan in bundle.plans:
        try:
            sections = plan_sections(bundle, plan, folder)
        except PlanTextMissingError as missing:
            total["missing"] += 1
            click.echo(
                f"{bundle.municipality.name} {plan.title}: 本文がありません（{'、'.join(missing.tried)}）", err=True
            )
            continue
        except UnicodeDecodeError as error:
            raise click.ClickException(
                f"{plan.text_file or bundle.municipality.code}: UTF-8 で保存してください"
            ) from error
        outcome = examine(statements(bundle, plan.id), sections, known_of(bundle, plan.id))
        click.echo(_summary(bundle, outcome))
        click.echo(_unreadable(outcome.counts))
        _show(bundle.municipality.code, outcome.findings)
        total += Counter(checked=1, findings=len(outcome.findings))
    return total


def _summary(bundle: Bundle, outcome: Outcome) -> str:
    counts: Mapping[str, int] = outcome.counts
    return (
        f"{bundle.municipality.code} {bundle.municipality.name}: 内容 {counts['statements']}件、"
        f"数字・日付 {counts['figures']}、固有名詞 {counts['names']}、訳の数字と言葉 {counts['translated']}、"
        f"計画にないという言葉 {counts['absent']}、説明つき {counts['explained']}、指摘 {len(outcome.findings)}"
    )


def _unreadable(counts: Mapping[str, int]) -> str:
    """What could be checked of the schedules' years, and what could not."""
    return (
        f"  工程表の行: 年度の欄で確かめた {counts['columns sure']}、"
        f"列がずれた表で間隔だけ確かめた {counts['columns shifted']}、"
        f"年度の欄を読めず確かめていない {counts['columns unreadable']}"
        f"（ほかの文で、読めない表の見出しにだけある年度 {counts['unread years']}）"
    )


def _show(code: str, findings: Iterable[Finding]) -> None:
    for one in findings:
        click.echo(f"  {code} {one.id}: {sentence(one)}")
