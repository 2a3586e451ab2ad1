"""The page of questions within a site of the municipality's: one script tag, only where a setting names the site."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Frame, Page, expect

from app import create_app
from tests.support.browser import launched, served

CODE = "242047"


@pytest.fixture
def town_site() -> Iterator[tuple[Flask, str]]:
    """A page of the municipality's own, on another origin; its tag is told once the service is there."""
    made = Flask("town")

    @made.get("/")
    def page() -> str:
        head = (
            "<meta name=viewport content=width=device-width><link rel=icon href=data:,><title>市のホームページ</title>"
        )
        body = f"<main><h1>市のホームページ</h1>{made.config['TAG']}<p><a href=/next>つづき</a></p></main>"
        return f"<!doctype html><html lang=ja><head>{head}</head><body>{body}</body></html>"

    with served(made) as address:
        yield made, address


@pytest.fixture
def told(environment: dict[str, str], town_site: tuple[Flask, str]) -> Iterator[Flask]:
    """The service, told by a setting which site may show it."""
    found = create_app(environment | {"EMBED_ORIGINS": f"https://www.city.example.jp/, {town_site[1]}"})
    yield found
    found.extensions["kotae"].database.dispose()


def _ancestors(app: Flask, path: str) -> str:
    with app.test_client().get(path) as response:
        policy = response.headers["Content-Security-Policy"]
    return next(one for one in policy.split("; ") if one.startswith("frame-ancestors"))


def test_only_the_page_of_questions_may_be_shown_within_the_sites_that_are_named(
    told: Flask, town_site: tuple[Flask, str]
) -> None:
    named = f"frame-ancestors 'self' https://www.city.example.jp {town_site[1]}"
    assert _ancestors(told, f"/{CODE}/") == named
    assert _ancestors(told, f"/{CODE}/?embed=1") == named
    for path in ("/", f"/{CODE}/privacy", "/staff/sign-in", "/healthz", "/static/chat.js", "/none"):
        assert _ancestors(told, path) == "frame-ancestors 'none'", path


def test_where_no_site_is_named_nobody_may_show_it(app: Flask) -> None:
    assert _ancestors(app, f"/{CODE}/?embed=1") == "frame-ancestors 'none'"


def test_within_another_site_what_leads_away_opens_beside_it(app: Flask) -> None:
    client = app.test_client()
    alone, within = client.get(f"/{CODE}/").text, client.get(f"/{CODE}/?embed=1").text
    assert 'href="/"' in alone
    assert 'href="/"' not in within, "no other municipality is offered on this one's site"
    assert f'action="/{CODE}/?embed=1"' in within
    assert "embed=1" not in alone
    knowledge = app.extensions["kotae"].corpus.current(CODE)
    linked = next(one.entry_id for one in knowledge.answers.values() if one.links)
    answer = client.post(f"/{CODE}/?embed=1", data={"act": "choose", "e": linked, "label": "質問"}).text
    links = [one for one in answer.split("<a ")[1:] if "http" in one.split(">")[0]]
    assert links
    assert all('target="_blank"' in one.split(">")[0] for one in links)


@pytest.mark.browser
def test_a_tag_on_the_towns_page_shows_the_questions_and_they_are_answered_there(
    told: Flask, town_site: tuple[Flask, str]
) -> None:
    site, address = town_site
    with served(told) as service, launched() as browser:
        site.config["TAG"] = f'<script src="{service}/static/embed.js" data-municipality="{CODE}" async></script>'
        page = browser.new_page(viewport={"width": 390, "height": 844})
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.goto(address)
        frame = page.frame_locator("iframe")
        frame.get_by_label("質問", exact=True).fill("オンラインで申請できる手続きは？")
        frame.get_by_role("button", name="聞く").click()
        expect(frame.locator("#log .turn")).to_have_count(2)
        expect(frame.locator("#log")).to_contain_text("オンライン")
        assert page.locator("iframe").get_attribute("title") == "質問にこたえます（こたえ）"
        assert page.context.cookies() == []
        assert said == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.close()
        _without_script(browser, service)


def _without_script(browser: Browser, service: str) -> None:
    """A link in the place of the frame would do: the page itself works without JavaScript."""
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(f"{service}/{CODE}/?embed=1")
    plain.get_by_label("質問", exact=True).fill("オンラインで申請できる手続きは？")
    plain.get_by_role("button", name="聞く").click()
    assert plain.url.endswith("?embed=1")
    expect(plain.locator("#log")).to_contain_text("オンライン")


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ('data-municipality="24204"', "6桁の全国地方公共団体コード"),
        ("", "6桁の全国地方公共団体コード"),
        ('data-municipality="../staff"', "6桁の全国地方公共団体コード"),
    ],
)
@pytest.mark.browser
def test_a_tag_without_a_code_shows_nothing_and_says_why(
    told: Flask, town_site: tuple[Flask, str], tag: str, said: str
) -> None:
    site, address = town_site
    with served(told) as service, launched() as browser:
        site.config["TAG"] = f'<script src="{service}/static/embed.js" {tag}></script>'
        page = browser.new_page()
        with page.expect_console_message(lambda message: said in message.text):
            page.goto(address)
        assert page.locator("iframe").count() == 0


def _framed(page: Page, site: Flask, service: str, address: str) -> Frame:
    """The service's page within the town's, opened and asked nothing yet."""
    site.config["TAG"] = f'<script src="{service}/static/embed.js" data-municipality="{CODE}" async></script>'
    page.goto(address)
    page.locator("iframe").scroll_into_view_if_needed()
    expect(page.frame_locator("iframe").locator("#question")).to_be_visible()
    return page.frames[1]


WINDOWS = {"phone": {"width": 375, "height": 667}, "at 400 %": {"width": 320, "height": 256}}


@pytest.mark.browser
def test_in_the_frame_everybody_can_use_it(told: Flask, town_site: tuple[Flask, str]) -> None:
    """axe, sideways scrolling, the page around still in reach, nothing stored; with colours forced, too."""
    site, address = town_site
    with served(told) as service, launched() as browser:
        for name, window in WINDOWS.items():
            context = browser.new_context(viewport=window, bypass_csp=True, forced_colors="active")
            page = context.new_page()
            frame = _framed(page, site, service, address)
            frame.locator("#question").fill("オンラインで申請できる手続きは？")
            frame.locator("#question").press("Enter")
            expect(frame.locator("#log .turn")).to_have_count(2)
            for where in (page, frame):
                assert where.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
                found = Axe().run(where).response["violations"]
                assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == [], name
            box = page.locator("iframe").bounding_box()
            assert box is not None
            assert box["height"] < window["height"], "the page around can still be scrolled"
            kept = frame.evaluate("[document.cookie, localStorage.length, sessionStorage.length]")
            assert (kept, context.cookies()) == (["", 0, 0], [])
            context.close()


@pytest.mark.browser
def test_by_keyboard_one_comes_into_the_frame_asks_and_comes_out_again(
    told: Flask, town_site: tuple[Flask, str]
) -> None:
    site, address = town_site
    with served(told) as service, launched() as browser:
        page = browser.new_page(viewport=WINDOWS["phone"])
        frame = _framed(page, site, service, address)
        page.keyboard.press("Tab")
        assert frame.evaluate("document.activeElement.className") == "skip"
        for _ in range(5):
            if frame.evaluate("document.activeElement.id") == "question":
                break
            page.keyboard.press("Tab")
        page.keyboard.type("オンラインで申請できる手続きは？")
        page.keyboard.press("Enter")
        expect(frame.locator("#log .turn")).to_have_count(2)
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent") == "つづき":
                break
        assert page.evaluate("document.activeElement.textContent") == "つづき"
        page.close()


@pytest.mark.browser
def test_a_site_that_is_not_named_shows_no_frame_and_still_a_way(app: Flask, town_site: tuple[Flask, str]) -> None:
    site, address = town_site
    with served(app) as service, launched() as browser:
        page = browser.new_page(viewport=WINDOWS["phone"])
        site.config["TAG"] = f'<script src="{service}/static/embed.js" data-municipality="{CODE}" async></script>'
        with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
            page.goto(address)
            page.locator("iframe").scroll_into_view_if_needed()
        expect(page.frame_locator("iframe").locator("#question")).to_have_count(0)
        link = page.get_by_role("link", name="質問の画面を、別の画面で開く")
        assert link.get_attribute("href") == f"{service}/{CODE}/"
        page.close()
