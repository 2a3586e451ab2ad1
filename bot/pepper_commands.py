"""``pepper``: the key by which askers are told apart, and its yearly change."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from bot.services import services
from knowledge.calendar import fiscal_year_name, now
from knowledge.pseudonyms import Pepper, next_pepper, pepper_fault

pepper_group = AppGroup("pepper", help="質問者を仮名にする鍵。")


@pepper_group.command("check")
def pepper_check() -> None:
    """鍵が今年度のものかを確かめる。そうでなければ 1 で終わる。"""
    fault = pepper_fault(services().settings.pepper, now())
    if fault:
        raise click.ClickException(fault)
    click.echo("仮名の鍵は、今年度のものです")


@pepper_group.command("next")
def pepper_next() -> None:
    """次の年度の鍵を、設定の形で出す（今の鍵から決まり、どのマシンでも同じ）。ほかの人に見せないこと。"""
    pepper = services().settings.pepper
    if not isinstance(pepper, Pepper):
        raise click.ClickException("PSEUDONYM_PEPPER_YEAR に、今の鍵の年度（例 2026）を書いてください")
    click.echo(f"PSEUDONYM_PEPPER={next_pepper(bytes(pepper), pepper.year).decode()}")
    click.echo(f"PSEUDONYM_PEPPER_YEAR={pepper.year + 1}")
    click.echo(f"{fiscal_year_name(pepper.year + 1)}の鍵です。4月1日の1時より後に替えてください", err=True)
