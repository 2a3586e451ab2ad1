"""``line doctor``: what is missing before a channel goes live, and where it is mended."""

from __future__ import annotations

import json
import sys

import click
from flask.cli import with_appcontext
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bot.line import doctor
from bot.line.doctor import CONFIRMABLE, Confirmed, Setup, Town
from bot.line.doctor_calls import Told, ask
from bot.line.forwarding import Call, call
from bot.line.rich_menu import faults_of, name_of
from bot.line.webhook import signature_of
from bot.other_tools import rule_for
from bot.services import Services, services
from bot.settings import LineChannel
from knowledge.audit import BY_COMMAND
from knowledge.calendar import now
from knowledge.demo_data import is_demo
from knowledge.general_number import general_number
from knowledge.line_confirmations import confirm, confirmations
from knowledge.models import Department, Municipality, OpeningPlaceRow
from knowledge.rich_menus import rich_menus


@click.command("doctor")
@click.option("--municipality", metavar="CODE", help="この市町村のチャネルだけ（6桁）。")
@click.option("--test", "of_test", is_flag=True, help="試験用のチャネルを。")
@click.option("--confirm", "item", type=click.Choice(list(CONFIRMABLE)), help="LINE の画面で見て確かめた項目。")
@click.option("--by", metavar="名前", help="確かめた人の名前。")
@with_appcontext
def line_doctor(municipality: str | None, of_test: bool, item: str | None, by: str | None) -> None:
    """LINE を始める前に足りないものを、直す場所といっしょに示す。一つでもあれば 1 で終わる。"""
    kit = services()
    channels = {
        name: channel
        for name, channel in kit.settings.line_channels.items()
        if municipality in (None, channel.municipality_code) and channel.test == of_test
    }
    if not channels:
        raise click.ClickException(
            f"LINE の{'試験用の' if of_test else ''}チャネルの設定がありません。環境変数 "
            f"LINE_<コード>_{'TEST_' if of_test else ''}CHANNEL_SECRET を入れてください（docs/line.md）"
        )
    if item is not None:
        _confirm(kit, channels, item, by)
        return
    wrong = 0
    for channel in channels.values():
        click.echo(f"【{channel.name}】")
        for line in doctor.examine(setup_of(kit, channel)):
            wrong += not line.is_well
            click.echo(f"{'○' if line.is_well else '×'} {line.words}")
            if line.remedy:
                click.echo(f"    直す場所: {line.remedy}")
    click.echo(f"\n足りないものが{wrong}件あります" if wrong else "\nすべて整っています")
    sys.exit(1 if wrong else 0)


def _confirm(kit: Services, channels: dict[str, LineChannel], item: str, by: str | None) -> None:
    name = " ".join((by or "").split())[:80]
    if not name:
        raise click.UsageError("--by に、確かめた人の名前を書いてください")
    if len(channels) != 1:
        raise click.UsageError("--municipality で、どの市町村のチャネルかを書いてください")
    (channel,) = channels.values()
    with kit.database.writing() as session:
        confirm(session, channel.name, item, name, BY_COMMAND, now())
    click.echo(f"書きとめました: {CONFIRMABLE[item].words}（{name}）")


def setup_of(kit: Services, channel: LineChannel) -> Setup:
    """Everything that is known of a channel; LINE is asked."""
    settings, code = kit.settings, channel.municipality_code
    address = f"{settings.base_url}/line/{channel.name}/webhook"
    with kit.database.reading() as session:
        town = _town(session, code)
        names = {name_of(code, menu) for menu in rich_menus(session, code).values() if not faults_of(menu)}
        confirmed = {item: Confirmed(*seen) for item, seen in confirmations(session, channel.name).items()}
    told = ask(channel, settings.line_api_host, address) if channel.access_token else None
    return Setup(
        address,
        f"{settings.base_url}/{code}/privacy",
        settings.base_url.startswith("https://"),
        bool(channel.secrets),
        channel.access_token is not None,
        told,
        town,
        confirmed,
        now(),
        frozenset(names),
        channel.other.behind_url,
        _handed_on(channel, told, local=settings.is_local),
        code,
        channel.test,
    )


def _handed_on(channel: LineChannel, told: Told | None, *, local: bool) -> Call | None:
    """A body without events to the tool behind us, as LINE's 「検証」 sends it: nothing comes of it but an answer."""
    if channel.other.forward_url is None:
        return None
    bot = told.info.text("userId") if told is not None else ""
    body = json.dumps({"destination": bot, "events": []}).encode()
    return call(channel.other.forward_url, body, signature_of(body, channel.secrets[0]), rule_for(local=local))


def _town(session: Session, code: str) -> Town | None:
    row = session.get(Municipality, code)
    if row is None:
        return None
    departments = select(func.count()).where(
        Department.municipality_code == code,
        Department.state == "published",
        or_(Department.fax.is_not(None), Department.email.is_not(None)),
    )
    places = select(func.count()).where(OpeningPlaceRow.municipality_code == code)
    return Town(
        general_number(session, code),
        (session.scalar(departments) or 0) + sum(map(bool, (row.contact_form, row.contact_email, row.contact_fax))),
        session.scalar(places) or 0,
        row.sample or is_demo(session, code),
        row.staff_chat_hours,
        row.privacy_url,
    )
