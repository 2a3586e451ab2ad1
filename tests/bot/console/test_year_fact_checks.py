"""年度の記録: what cannot be so is refused at its field, what is rare is asked about once; nothing typed is lost."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import delete

from knowledge.calendar import fiscal_year_of, today
from knowledge.db import Database
from knowledge.models import YearFact
from knowledge.roles import Role
from knowledge.year_facts import facts_of
from tests.support.staff import Colleague, signed_in

CODE = "122106"
YEAR = fiscal_year_of(today())
FACTS = f"/staff/{CODE}/reports/facts?year={YEAR}"
TOMORROW = (today() + dt.timedelta(days=1)).isoformat()


@pytest.fixture
def editor(office: Flask, office_database: Database) -> Iterator[Colleague]:
    yield signed_in(office, [Role.EDITOR], CODE, name="年度 花子")
    with office_database.writing() as session:
        session.execute(delete(YearFact).where(YearFact.municipality_code == CODE))


def values(database: Database) -> dict[str, str]:
    with database.reading() as session:
        return dict(facts_of(session, CODE, YEAR).values)


def target(value: str, figure: str = "") -> dict[str, str]:
    return {"target-1-name": "めざす値", "target-1-value": value, "target-1-figure": figure}


@pytest.mark.parametrize(
    ("given", "field", "said", "remedy"),
    [
        ({"opened_on": "9999-01-01"}, "opened_on", "「サービスをはじめた日」（9999-01-01）は、まだ来ていない", "空に"),
        ({"opened_on": TOMORROW}, "opened_on", "まだ来ていない日です", "今日までの日"),
        ({"population_on": TOMORROW}, "population_on", "「人口の基準日」", "今日までの日"),
        ({"friends_on": "1026-04-01"}, "friends_on", "古すぎます", "年を確かめて"),
        ({"friends": "-5"}, "friends", "0以上の数だけ", "例 1200000"),
        ({"friends": "8000.5"}, "friends", "小数のない数", "例 "),
        ({"population": "0"}, "population", "人口」が0人", "空にして"),
        ({"population": "160000160000"}, "population", "大きすぎます", "20,000,000人まで"),
        ({"cost": "9999999999999"}, "cost", "大きすぎます", "単位（千円や万人でないか）"),
        ({"cost": f"120{' ' * 40}万円"}, "cost", "0以上の数だけ", "例 1200000"),
        (target("abc%"), "target-1-value", "「abc%」は割合として読めません", "%の前に数を"),
        (target("abc%", "shown"), "target-1-value", "「abc%」は、実績とくらべられる数として", "「80%」"),
        (target("がんばる", "asked"), "target-1-value", "数として読めません", "数字とくらべない"),
        (target("180%", "shown"), "target-1-value", "「180%」", "0〜100%"),
        (target("500件", "solved"), "target-1-value", "くらべる数字は割合", "0〜100%"),
        (target("80%", "friends"), "target-1-value", "くらべる数字は件数か人数", "割合の数字をえらんで"),
    ],
)
def test_what_cannot_be_so_is_refused_at_its_field_and_given_back(
    editor: Colleague, office_database: Database, given: dict[str, str], field: str, said: str, remedy: str
) -> None:
    sent = {"help_old": "スマホ教室を12回", "seen": "0", **given}
    page = unescape(editor.post(FACTS, sent, 422).text)
    (told,) = re.findall(rf'id="{field}-error"[^>]*>(.*?)</p>', page)
    assert said in told, told
    assert remedy in told, told
    assert f'value="{sent[field]}"' in page
    assert "スマホ教室を12回" in page
    assert not values(office_database)


@pytest.mark.parametrize("value", ["80%", "８０％以上", "80", "8割", "24時間いつでも", "約80.5%", "80 %"])
@pytest.mark.parametrize("figure", ["", "shown"])
def test_a_target_is_written_in_any_of_the_usual_ways(
    editor: Colleague, office_database: Database, value: str, figure: str
) -> None:
    is_taken = not (figure and "時間" in value)
    editor.post(FACTS, {"seen": "0", **target(value, figure)}, 303 if is_taken else 422)


@pytest.mark.parametrize("value", ["1万人", "10,000", "5,000件以上", "４千"])
def test_a_target_of_a_count_is_written_in_any_of_the_usual_ways(editor: Colleague, value: str) -> None:
    editor.post(FACTS, {"seen": "0", **target(value, "friends")}, 303)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"friends": "160000", "population": "8000"}, "「LINEの友だち数」（160,000人）が「人口」（8,000人）より多く"),
        ({"cost": "2,000,000,000"}, "「年間経費」が2,000,000,000円です"),
        ({"staff_hours": "90000"}, "「職員の作業時間」が90,000時間です"),
        ({"population_on": "2003-04-01", "population": "9000"}, "「人口の基準日」（2003-04-01）が、この年度と離れて"),
    ],
)
def test_what_is_rare_is_kept_once_somebody_has_looked_again(
    editor: Colleague, office_database: Database, given: dict[str, str], said: str
) -> None:
    page = unescape(editor.post(FACTS, {"seen": "0", **given}, 422).text)
    assert said in page
    assert "まだ何も書いていません" in page
    assert all(f'value="{value}"' in page for value in given.values())
    assert not values(office_database)
    (sure,) = re.findall(r'name="sure" value="([0-9a-f]{64})"', page)
    other = {"seen": "0", **given, "friends": "999", "population": "5", "sure": sure}
    assert "LINEの友だち数" in editor.post(FACTS, other, 422).text, "who looked at one number has not looked at another"
    editor.post(FACTS, {"seen": "0", **given, "sure": sure})
    assert values(office_database).keys() == given.keys()
    seen = re.findall(r'name="seen" value="(\d+)"', editor.get(FACTS).text)[0]
    editor.post(FACTS, {"seen": seen, **given, "incidents": "なし"})
    assert values(office_database)["incidents"] == "なし", "what was looked at once is not asked again"
