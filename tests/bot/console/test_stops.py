"""After a long stop, staff read of it on their first page, and are led to where they tell residents."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask

from bot.operation.pulse import Heart
from bot.services import Services
from knowledge.calendar import now
from knowledge.heartbeats import WEB
from knowledge.roles import Role
from tests.support.staff import signed_in

CODE = "242047"
PAGE = f"/staff/{CODE}/"


@pytest.fixture(scope="module")
def _stopped(office: Flask) -> None:
    kit: Services = office.extensions["kotae"]
    for ago in (90, 45):
        moment = now() - dt.timedelta(minutes=ago)
        heart = Heart(kit, WEB, lambda moment=moment: moment)
        heart.beat()
        heart.leave()


@pytest.mark.usefixtures("_stopped")
def test_the_first_page_tells_of_it_and_leads_to_the_notice(office: Flask) -> None:
    page = signed_in(office, [Role.EDITOR], CODE).get(PAGE).text
    assert page.count("サービスが止まっていました") == 1
    assert f'<a href="{PAGE}notice">障害・災害モード</a>で、住民にお知らせしてください' in page


@pytest.mark.usefixtures("_stopped")
def test_whoever_may_not_tell_residents_is_led_nowhere(office: Flask) -> None:
    page = signed_in(office, [Role.AUDITOR], CODE).get(PAGE).text
    assert "サービスが止まっていました" in page
    assert "お知らせするよう、担当者に伝えてください" in page


@pytest.mark.usefixtures("_stopped")
def test_it_stands_among_what_is_over(office: Flask) -> None:
    assert "サービスが止まっていました" in signed_in(office, [Role.ADMIN], None).get("/staff/service").text
