"""受付時間: entered by 管理, looked over as a calendar, told to residents from the next question on."""

from __future__ import annotations

import datetime as dt
import re
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from knowledge.calendar import JST
from knowledge.db import Database
from knowledge.models import AuditLine
from knowledge.roles import Role
from tests.support.staff import Colleague, signed_in

CODE = "242047"
PATH = f"/staff/{CODE}/opening"
WEEK = {f"opens_{day}": "08:30" for day in range(5)} | {f"closes_{day}": "17:15" for day in range(5)}
HALL = {"name": "市役所本庁", "closed_on_holidays": "1", "closed_at_new_year": "1", **WEEK, "closes_3": "19:00"}


@pytest.fixture
def chief(office: Flask) -> Colleague:
    return signed_in(office, [Role.ADMIN], CODE)


def asked(office: Flask, question: str) -> str:
    told: str = office.test_client().post(f"/api/v1/{CODE}/ask", json={"question": question}).get_json()["text"]
    return told


def at(text: str) -> time_machine.travel:
    return time_machine.travel(dt.datetime.fromisoformat(text).replace(tzinfo=JST), tick=False)


def mark(chief: Colleague, path: str) -> str:
    found = re.search(r'name="mark" value="([0-9a-f]+)"', chief.get(path).text)
    assert found is not None
    return found[1]


def test_two_people_who_change_one_place_are_told_and_nothing_is_lost(office: Flask, chief: Colleague) -> None:
    other = signed_in(office, [Role.ADMIN], CODE, name="別の 人")
    chief.post(f"{PATH}/places/new", {**HALL, "name": "東支所"})
    path = re.findall(r'href="([^"]+/places/[0-9]+)"', chief.get(PATH).text)[-1]
    first, second = mark(chief, path), mark(other, path)
    chief.post(path, {**HALL, "name": "東支所", "closes_0": "18:00", "mark": first})
    page = other.post(path, {**HALL, "name": "東支所", "opens_0": "09:00", "mark": second}, 409).text
    assert "ほかの人が先に変えていました" in page
    assert '<th scope="row">月曜日の終わり</th><td>18:00</td><td>17:15</td>' in page
    assert 'name="opens_0" value="09:00"' in page
    newest = re.search(r'name="mark" value="([0-9a-f]+)"', page)
    assert newest is not None
    other.post(path, {**HALL, "name": "東支所", "opens_0": "09:00", "mark": newest[1]})
    assert 'name="closes_0" value="17:15"' in chief.get(path).text
    chief.post(f"{path}/remove")
    page = other.post(path, {**HALL, "name": "東支所", "mark": newest[1]}, 409).text
    assert "この場所は、ほかの人が取り消しました" in page
    assert 'name="name" value="東支所"' in page
    assert f'action="{PATH}/places/new"' in page


def test_hours_are_entered_previewed_told_corrected_and_taken_away(office: Flask, office_database: Database) -> None:
    with at("2026-11-20T10:00"):
        chief = signed_in(office, [Role.ADMIN], CODE)
        assert "受付は" not in asked(office, "人と話したい")
        assert "まだ、どの場所の時間も書かれていません" in chief.get(PATH).text
        chief.post(f"{PATH}/places/new", HALL)
        page = chief.get(PATH).text
        assert "「受付は17時15分までです。」" in page
        assert "令和8年11月23日（月）</th><td>休み</td><td>勤労感謝の日" in page
        assert "令和8年11月26日（木）</th><td>08:30〜19:00" in page
        assert "受付は17時15分までです。" in asked(office, "人と話したい")
        assert asked(office, "土曜日やってる？").startswith("市役所本庁は、土曜日は休みです。")
        chief.post(
            f"{PATH}/days",
            {"place": "1", "day": "令和8年11月20日", "last_day": "", "kind": "closed", "reason": "停電工事のため"},
        )
        assert "次は11月24日（火）8時30分からです。" in asked(office, "人と話したい")
        assert "停電工事のため" in asked(office, "今日開いてる？")
        chief.post(f"{PATH}/days", {"place": "0", "day": "2026-11-23", "kind": "workday"})
        assert "次は11月23日（月）8時30分からです。" in asked(office, "人と話したい")
        chief.post(f"{PATH}/days/remove", {"place": "1", "day": "2026-11-20"})
        assert "受付は17時15分までです。" in asked(office, "人と話したい")
        seen = mark(chief, f"{PATH}/places/1")
        chief.post(f"{PATH}/places/1", {**HALL, "closes_4": "16:00", "also_called": "本館\n旧館", "mark": seen})
        assert "8時30分〜16時に受け付けています。" in asked(office, "本館は何時まで")
        assert "本館\n旧館" in chief.get(f"{PATH}/places/1").text
        chief.post(f"{PATH}/places/1/remove")
        assert "受付は" not in asked(office, "人と話したい")
    with office_database.reading() as session:
        then = AuditLine.at == dt.datetime(2026, 11, 20, 10, tzinfo=JST)
        found = select(AuditLine.action).where(AuditLine.action.regexp_match("^(opening|special)_"), then)
        assert list(session.scalars(found.order_by(AuditLine.number))) == [
            "opening_place_saved",
            "special_day_set",
            "special_day_set",
            "special_day_removed",
            "opening_place_saved",
            "opening_place_removed",
        ]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({**HALL, "name": ""}, "場所の名前を"),
        ({**HALL, "closes_0": ""}, "両方を書いて"),
        ({**HALL, "closes_0": "07:00"}, "始まりより後"),
        ({**HALL, "opens_0": "朝"}, "8:30 か 17時15分"),
        ({**HALL, "opens_0": "25:00"}, "8:30 か 17時15分"),
        ({**HALL, "lunch_from": "12:00"}, "両方を書いて"),
        ({"name": "本庁"}, "少なくとも1つ"),
        ({**HALL, "also_called": "あ" * 41}, "別の呼び名"),
    ],
)
def test_what_is_wrong_with_a_place_is_said(chief: Colleague, form: dict[str, str], said: str) -> None:
    assert said in chief.post(f"{PATH}/places/new", form, status=422).text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"place": "0", "day": "", "kind": "closed", "reason": "停電"}, "日付を"),
        ({"place": "0", "day": "2026-12-02", "kind": "closed"}, "理由か"),
        ({"place": "0", "day": "2026-12-02", "kind": "open"}, "始まりと終わりの両方"),
        ({"place": "9", "day": "2026-12-02", "kind": "closed", "reason": "停電"}, "場所をえらんで"),
        ({"place": "0", "day": "2026-12-02", "kind": "unknown"}, "どうするか"),
        ({"place": "0", "day": "2026-12-02", "last_day": "2027-12-02", "kind": "closed", "reason": "停電"}, "31日以内"),
    ],
)
def test_what_is_wrong_with_a_day_is_said(chief: Colleague, form: dict[str, str], said: str) -> None:
    chief.post(f"{PATH}/places/new", {**HALL, "name": f"場所 {uuid4().hex[:8]}"})
    assert said in chief.post(f"{PATH}/days", form, status=422).text


def test_whoever_only_reads_changes_nothing(office: Flask) -> None:
    viewer = signed_in(office, [Role.VIEWER], CODE)
    assert "場所を加える" not in viewer.get(PATH).text
    viewer.post(f"{PATH}/places/new", HALL, status=403)
    viewer.post(f"{PATH}/days", {}, status=403)
    chief = signed_in(office, [Role.ADMIN], CODE)
    chief.get(f"{PATH}/places/{10**30}", 404)
    chief.post(f"{PATH}/places/{10**30}/remove", status=404)
    chief.post(f"{PATH}/days/remove", {"place": "9" * 30, "day": "2026-12-02"}, status=404)
