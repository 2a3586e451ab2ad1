"""Who may open what: one table, deny by default."""

from __future__ import annotations

import pytest
from flask import Flask

from bot.console.guard import all_needs, own_path
from bot.console.needs import NEEDS, Where
from knowledge.roles import Role
from tests.support.staff import HOST, signed_in


def test_every_page_of_the_console_is_in_the_table_and_nothing_else_is(site: Flask) -> None:
    with site.app_context():
        needs = all_needs()
    assert [endpoint for endpoint, need in needs.items() if need is None] == []
    assert set(NEEDS) - set(needs) == set()


def test_a_page_of_one_municipality_has_its_code_in_its_address(site: Flask) -> None:
    for rule in site.url_map.iter_rules():
        if rule.rule.startswith("/staff") and (need := NEEDS.get(rule.endpoint)):
            assert (need.where is Where.IN_TOWN) == ("code" in rule.arguments), rule.rule


def test_whoever_is_not_signed_in_is_sent_to_the_door(site: Flask) -> None:
    for path in ("/staff/", "/staff/242047/"):
        response = site.test_client().get(path, headers={"Host": HOST})
        assert response.status_code == 303
        assert response.location.startswith("/staff/sign-in?next=")
        assert response.headers["Cache-Control"] == "no-store"


def test_a_person_of_one_municipality_goes_straight_to_it(site: Flask) -> None:
    assert signed_in(site).get("/staff/", 303).location == "/staff/242047/"


def test_another_municipality_is_as_if_it_were_not_there(site: Flask) -> None:
    colleague = signed_in(site)
    assert "松阪市" in colleague.get("/staff/242047/").text
    colleague.get("/staff/222232/", 404)
    colleague.get("/staff/999999/", 404)


@pytest.mark.parametrize(
    "page", ["", "settings", "plans", "common-updates", "slots/sheet.xlsx", "answers", "retention"]
)
@pytest.mark.parametrize("code", ["999999", "x", "%3Cscript%3E"])
def test_a_municipality_that_is_none_is_not_there_for_whoever_works_for_all(site: Flask, page: str, code: str) -> None:
    signed_in(site, list(Role), None).get(f"/staff/{code}/{page}", 404)


def test_whoever_works_for_all_chooses_one(site: Flask) -> None:
    page = signed_in(site, [Role.VIEWER], None).get("/staff/").text
    assert "松阪市" in page
    assert "東温市" in page


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("/staff/242047/", True),
        ("/staff/242047/answers?page=2&q=%E3%81%94", True),
        ("/", False),
        ("/242047/", False),
        ("//evil.example/staff/", False),
        ("https://evil.example/staff/", False),
        ("/staff//evil.example", False),
        ("/staff/\\evil.example", False),
        ("/\\evil.example", False),
        ("/staff/\r\nSet-Cookie: a=b", False),
        ("/staff/../242047/", False),
        ("", False),
        (None, False),
    ],
)
def test_nobody_is_sent_to_a_page_elsewhere(path: str | None, own: bool) -> None:
    assert (own_path(path) is not None) == own
