"""`line doctor`: each thing that is missing is named with where it is mended, until nothing is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import create_app
from bot.line.doctor import CHAT, CHECKS, ITEMS, YEAR, Confirmed, Line, Setup, Town, examine
from bot.line.doctor_calls import ENDPOINT, ENDPOINTS, INFO, MENU, MENU_SHOWN, TEST, Answer, Told
from bot.line.forwarding import Call
from bot.services import Services
from knowledge.models import AuditLine, Department, Municipality, OpeningPlaceRow, SubjectOffice
from tests.bot.line.conftest import CODE
from tests.support.fake_line import ACCESS_TOKEN, SECRET, FakeLine, user
from tests.support.fake_menus import RichMenus
from tests.support.server import ROOT

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
ADDRESS = "https://kotae.city.test/line/242047/webhook"
BOT = {
    "userId": user(999),
    "basicId": "@matsusaka",
    "displayName": "松阪市",
    "chatMode": "bot",
    "markAsReadMode": "auto",
}
HOOK = {"endpoint": ADDRESS, "active": True}
TESTED = {"success": True, "timestamp": "2026-11-22T05:38:20.031Z", "statusCode": 200, "reason": "OK", "detail": "200"}
TOLD = Told(Answer(200, BOT), Answer(200, HOOK), Answer(200, TESTED))
SETUP = Setup(
    ADDRESS,
    "https://kotae.city.test/242047/privacy",
    https=True,
    has_secret=True,
    has_token=True,
    told=TOLD,
    town=Town("0598-53-4312", 3, 1, samples=False, privacy_url="https://www.city.test/privacy"),
    confirmed={name: Confirmed("情報 花子", NOW - dt.timedelta(days=3)) for name in ITEMS},
    moment=NOW,
)


def told(**answers: Answer | None) -> dict[str, Any]:
    return {"told": replace(TOLD, **answers)}  # type: ignore[arg-type]


def town(**changes: Any) -> dict[str, Any]:
    return {"town": replace(SETUP.town, **changes)}  # type: ignore[type-var]


def test_nothing_is_missing() -> None:
    found = examine(SETUP)
    assert all(line.is_well and not line.remedy for line in found)
    assert len(found) == 10 + 5 + len(ITEMS) - 1


@pytest.mark.parametrize(
    ("change", "wrong", "remedy"),
    [
        ({"https": False}, "https ではありません", "BASE_URL"),
        ({"has_secret": False}, "チャネルシークレットがありません", "「チャネル基本設定」"),
        ({"has_token": False, "told": None}, "トークンがありません", "「チャネルアクセストークン（長期）」"),
        (told(info=Answer(None, {}), test=None), "LINE につながりません", "443"),
        (told(info=Answer(401, {}), test=None), "受け付けません（401）", "発行し直し"),
        (told(endpoint=Answer(404, {}), test=None), "「Webhook URL」が、このサービスの住所ではありません（今は 空）", ADDRESS),
        (told(endpoint=Answer(200, {**HOOK, "endpoint": "https://old.test/x"}), test=None), "old.test", ADDRESS),
        (told(endpoint=Answer(200, {**HOOK, "active": False})), "「Webhookの利用」がオフ", "「Webhookの利用」をオン"),
        (told(test=Answer(200, {**TESTED, "success": False, "reason": "COULD_NOT_CONNECT"})), "COULD_NOT_CONNECT", "証明書"),
        (told(test=Answer(400, {})), "届きません（400）", "証明書"),
        (told(info=Answer(200, {**BOT, "chatMode": "chat"})), "「チャット」がオン", "「チャット」をオフ"),
        (told(info=Answer(200, {**BOT, "markAsReadMode": "manual"})), "既読が自動で付きません", "応答設定"),
        (told(info=Answer(200, {"userId": 7, "chatMode": "bot", "markAsReadMode": ["auto"]})), "既読が自動", "応答設定"),
        (told(menu=Answer(200, {"name": f"kotae/{CODE}/usual/0123456789ab"})), "こたえのふだんのものですが、今の設定と違います", "--apply"),
        (told(menu=Answer(500, {})), "リッチメニューを調べられません（500）", "もう一度"),
        (told(menu=Answer(None, {})), "リッチメニューを調べられません（応答がない）", "もう一度"),
        ({"town": None}, "内容がありません", "knowledge load"),
        (town(telephone=None), "代表電話がありません", "「穴埋めシート」"),
        (town(privacy_url=None), "プライバシーポリシーのURLがありません", "https://kotae.city.test/242047/privacy"),
        (told(info=Answer(500, {}), test=None), "LINE を調べられません（500）", "もう一度"),
        (told(info=Answer(429, {}), test=None), "LINE を調べられません（429）", "もう一度"),
        (told(endpoint=Answer(500, {})), "「Webhook URL」と「Webhookの利用」 を調べられません（500）", "もう一度"),
        ({"has_token": False, "told": None, "code": CODE, "test": True}, "トークンがありません", f"LINE_{CODE}_TEST_CHANNEL_ACCESS_TOKEN"),
        (town(ways_without_voice=0), "電話のほかの連絡先", "「課」"),
        (town(opening_places=0), "開庁時間がありません", "「受付時間」"),
        (town(samples=True), "見本の内容が出ています", "「見本」を外す"),
        (town(staff_chat_hours=24), "「職員と話す」を使う設定なのに、「チャット」がオフ", "「チャット」をオン"),
        ({"handed_on": Call(None, "つながりません")}, "受け取りません（つながりません）", "FORWARD_URL"),
        ({"handed_on": Call(401)}, "受け取りません（401 が返りました）", "シークレット"),
        ({"behind_address": "https://gov.example.jp/hook"}, "設定にあるほかのツールの住所ではありません", "https://gov.example.jp/hook"),
        ({"confirmed": {k: v for k, v in SETUP.confirmed.items() if k != "redelivery"}}, "確認していません: 「Webhookの再送」", "--confirm redelivery"),
        ({"confirmed": {**SETUP.confirmed, "auto_reply": Confirmed("情報 花子", NOW - YEAR)}}, "1年たちました（情報 花子", "「応答メッセージ」をオフ"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named_with_where_it_is_mended(change: dict[str, Any], wrong: str, remedy: str) -> None:
    missing = [line for line in examine(replace(SETUP, **change)) if not line.is_well]
    assert any(wrong in line.words and remedy in line.remedy for line in missing), missing
    assert all(line.remedy for line in missing)
    assert len(missing) <= 2


@pytest.mark.parametrize(
    ("menu", "said"),
    [
        (Answer(404, {}), "決められていません"),
        (Answer(200, {"name": "防災配信"}), "ほかで作られたものです（防災配信）"),
        (Answer(200, {"name": 7}), "ほかで作られたものです（）"),
        (Answer(200, {"name": f"kotae/{CODE}/disaster/0123456789ab"}), "こたえの災害のもので、今の設定どおりです"),
    ],
)
def test_a_rich_menu_is_not_needed_and_anothers_is_well(menu: Answer, said: str) -> None:
    names = frozenset({f"kotae/{CODE}/disaster/0123456789ab"})
    found = examine(replace(SETUP, **told(menu=menu), menu_names=names))
    assert all(line.is_well for line in found)
    assert any(said in line.words for line in found)


def test_staff_who_answer_by_line_themselves_say_so_once() -> None:
    chatting = replace(SETUP, **told(info=Answer(200, {**BOT, "chatMode": "chat", "markAsReadMode": "manual"})))
    assert len([line for line in examine(chatting) if not line.is_well]) == 2
    decided = {**SETUP.confirmed, CHAT.name: Confirmed("課長", NOW)}
    assert all(line.is_well for line in examine(replace(chatting, confirmed=decided)))


def test_where_staff_use_the_chat_it_is_to_be_on() -> None:
    chatting = told(info=Answer(200, {**BOT, "chatMode": "chat", "markAsReadMode": "manual"}))
    found = examine(replace(SETUP, **chatting, **town(staff_chat_hours=24)))
    assert all(line.is_well for line in found)
    assert "staff_chat" in {line.check for line in found}


def test_other_tools_before_and_behind_are_known() -> None:
    behind = replace(SETUP, behind_address="https://gov.example.jp/hook")
    hooked = told(endpoint=Answer(200, {**HOOK, "endpoint": "https://gov.example.jp/hook"}))
    (line,) = [one for one in examine(replace(behind, **hooked)) if one.check == "address"]
    assert line.is_well
    assert "ここからは分かりません" in line.words
    (line,) = [one for one in examine(replace(SETUP, handed_on=Call(200))) if one.check == "other_tool"]
    assert line.is_well


def test_every_check_has_its_row_in_the_docs_and_can_fail() -> None:
    """As LINE's console and the doctor call it, with how it is mended."""
    chapter = (ROOT / "docs" / "line.md").read_text(encoding="utf-8").partition("| 見ること | ○ になるとき |")[2]
    rows = [line.split("|") for line in chapter.partition("\n\n")[0].splitlines()[2:]]
    assert [row[1].strip().strip("`") for row in rows] == list(CHECKS.values())
    assert all(part.strip() for row in rows for part in row[1:4])
    worst = [
        replace(SETUP, https=False, has_secret=False, has_token=False, told=None, confirmed={}),
        replace(SETUP, **told(info=Answer(None, {}), test=None), town=None),
        replace(SETUP, **told(info=Answer(401, {}), test=None), handed_on=Call(500)),
        replace(SETUP, **told(menu=Answer(500, {}))),
        replace(
            SETUP,
            told=Told(Answer(200, {**BOT, "markAsReadMode": "manual"}), Answer(404, {}), Answer(400, {})),
            town=Town(None, 0, 0, samples=True, staff_chat_hours=3),
        ),
        replace(SETUP, **told(info=Answer(200, {**BOT, "chatMode": "chat"}))),
    ]
    failing: list[Line] = [line for setup in worst for line in examine(setup) if not line.is_well]
    assert {line.check for line in failing} == set(CHECKS)


@pytest.fixture
def real(line: FakeLine, line_environment: dict[str, str]) -> Callable[..., Flask]:
    """An app in production, whose LINE is the fake one."""
    keys = {
        "SECRET_KEY": "0123456789abcdef" * 4,
        "PSEUDONYM_PEPPER": "fedcba9876543210" * 4,
        "DATA_KEY": "f0e1d2c3b4a59687" * 4,
        "BASE_URL": "https://kotae.city.test",
    }
    return lambda **more: create_app(
        {
            **line_environment,
            **keys,
            f"LINE_{CODE}_CHANNEL_SECRET": "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
            f"LINE_{CODE}_CHANNEL_ACCESS_TOKEN": ACCESS_TOKEN,
            **more,
        }
    )


def test_until_all_is_there_it_ends_with_1(line: FakeLine, real: Callable[..., Flask]) -> None:
    line.console = {INFO: BOT, ENDPOINT: HOOK, TEST: TESTED}
    line.menus = RichMenus()
    app = real()
    runner = app.test_cli_runner()
    found = runner.invoke(args=["line", "doctor"])
    assert found.exit_code == 1
    assert "○ LINE につながりました: 松阪市（@matsusaka）" in found.output
    assert "× 確認していません: 「Webhookの再送」がオンになっている" in found.output
    assert "× 見本の内容が出ています" in found.output
    assert "ACCESS" not in found.output.replace("CHANNEL_ACCESS_TOKEN", "")
    assert ACCESS_TOKEN not in found.output
    assert SECRET not in found.output
    kit: Services = app.extensions["kotae"]
    with kit.database.writing() as session:
        its = {"contact_telephone": "0598-53-4312", "privacy_url": "https://www.city.test/privacy"}
        session.execute(update(Municipality).values(sample=False, **its))
    assert "× 代表電話がありません" in runner.invoke(args=["line", "doctor"]).output, "that is the office's own"
    with kit.database.writing() as session:
        general = SubjectOffice(municipality_code=CODE, subject="general", telephone="0598-53-4312", updated_at=NOW)
        session.merge(general)
        session.execute(update(Department).values(email="kanzai@city.test"))
        session.merge(
            OpeningPlaceRow(
                municipality_code=CODE,
                number=1,
                name="市役所",
                also_called=[],
                week=[["08:30", "17:15"]] * 5 + [None] * 2,
            )
        )
    for item in ITEMS:
        confirmed = runner.invoke(args=["line", "doctor", "--confirm", item, "--by", "情報 花子"])
        assert confirmed.exit_code == 0, confirmed.output
    assert "リッチメニューは、LINE の API では決められていません" in found.output
    runner.invoke(args=["line", "rich-menu", "--apply", "--yes"])
    found = runner.invoke(args=["line", "doctor", "--municipality", CODE])
    assert found.exit_code == 0, found.output
    assert "○ リッチメニューは、こたえのふだんのもので、今の設定どおりです" in found.output
    assert "すべて整っています" in found.output
    with kit.database.reading() as session:
        lines = session.scalars(select(AuditLine).where(AuditLine.action == "line_confirmed")).all()
    assert [(one.details["item"], one.details["by"]) for one in lines] == [(item, "情報 花子") for item in ITEMS]
    assert line.tested == [ADDRESS] * 3
    assert line.violations == line.menus.violations == []
    assert {path for _, path in ENDPOINTS} == {*line.console, MENU_SHOWN, MENU}
    kit.database.dispose()


def test_the_test_channel_is_looked_at_by_itself(line: FakeLine, real: Callable[..., Flask]) -> None:
    """What is still to be done on it keeps no channel of residents from being ready."""
    line.console = {INFO: BOT, ENDPOINT: HOOK, TEST: TESTED}
    app = real(**{f"LINE_{CODE}_TEST_CHANNEL_SECRET": "f" * 32})
    runner = app.test_cli_runner()
    confirmed = runner.invoke(
        args=["line", "doctor", "--municipality", CODE, "--confirm", "group", "--by", "情報 花子"]
    )
    assert confirmed.exit_code == 0, confirmed.output
    assert "-test】" not in runner.invoke(args=["line", "doctor"]).output
    found = runner.invoke(args=["line", "doctor", "--test", "--confirm", "group", "--by", "情報 花子"])
    assert found.exit_code == 0, found.output
    told_of_it = runner.invoke(args=["line", "doctor", "--test"]).output
    assert f"【{CODE}-test】" in told_of_it
    assert f"LINE_{CODE}_TEST_CHANNEL_ACCESS_TOKEN" in told_of_it
    app.extensions["kotae"].database.dispose()


def test_a_name_is_asked_for_and_a_channel(real: Callable[..., Flask]) -> None:
    runner = real().test_cli_runner()
    assert runner.invoke(args=["line", "doctor", "--confirm", "group"]).exit_code == 2
    assert runner.invoke(args=["line", "doctor", "--municipality", "000000"]).exit_code == 1
    refused = real(**{f"LINE_{CODE}_CHANNEL_ACCESS_TOKEN": "0a1b2c3d4e5f" * 3}).test_cli_runner()
    assert "LINE を調べられません（404）" in refused.invoke(args=["line", "doctor"]).output
