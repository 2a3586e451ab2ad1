"""Reports in a real browser: usable by everybody, one page where one is promised, pictures with letters."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pypdfium2
import pytest
import time_machine
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import delete

from bot.services import Services
from knowledge.db import Database
from knowledge.models import DemoData
from knowledge.report_settings import set_reporting
from knowledge.roles import Role
from tests.support.browser import launched, page_faults, served
from tests.support.report_year import CODE, NOW, forget_year, write_year
from tests.support.staff import Colleague, signed_in

pytestmark = pytest.mark.browser
HOSTILE = '"><img src=x onerror="document.title=1"><script>document.title=1</script>'
REPORTS = f"/staff/{CODE}/reports"
PAGES = (
    *(REPORTS, f"{REPORTS}/monthly?month=2026-10", f"{REPORTS}/overview?month=2026-10", f"{REPORTS}/assembly"),
    *(f"{REPORTS}/year-end", f"{REPORTS}/facts", f"{REPORTS}/settings"),
)
PUBLIC = (f"/{CODE}/opendata/",)
WINDOWS = {"pc": {"width": 1280, "height": 900}, "phone": {"width": 375, "height": 700}}
SEEN_IN = [*((window, "light") for window in WINDOWS), ("pc", "dark")]
"""Dark changes colours alone, whatever the window (``console.css``)."""


@pytest.fixture(scope="module")
def origin(office: Flask) -> Iterator[str]:
    kit: Services = office.extensions["kotae"]
    # The clock goes on: the server's own threads wait by it.
    with time_machine.travel(NOW):
        write_year(kit, HOSTILE)
        with kit.database.writing() as session:
            set_reporting(session, CODE, title=HOSTILE[:60], body=HOSTILE[:60], open_data=True, licence="CC-BY-4.0")
        with served(office) as address:
            yield address
        forget_year(kit)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


@pytest.fixture
def chief(office: Flask, origin: str) -> Colleague:
    return signed_in(office, list(Role), None, name="全体 管理")


def _cookie(colleague: Colleague, origin: str) -> list[dict[str, str]]:
    return [{"name": "staff", "value": colleague.session_id, "url": origin}]


@pytest.mark.parametrize(("window", "scheme"), SEEN_IN)
def test_every_report_is_accessible_fits_and_runs_nothing(
    browser: Browser, origin: str, chief: Colleague, window: str, scheme: str
) -> None:
    wrong = []
    context = browser.new_context(
        base_url=origin, locale="ja-JP", bypass_csp=True, viewport=WINDOWS[window], color_scheme=scheme
    )
    context.add_cookies(_cookie(chief, origin))
    page = context.new_page()
    for path in (*PAGES, *PUBLIC):
        response = page.goto(path)
        assert response is not None
        assert response.status == 200, path
        wrong += [f"{path}: {fault}" for fault in page_faults(page)]
        assert page.title() != "1", path
    context.close()
    assert wrong == []


def test_the_overview_is_one_page_of_a4_however_long_its_texts_are(
    browser: Browser, origin: str, chief: Colleague
) -> None:
    context = browser.new_context(base_url=origin, locale="ja-JP")
    context.add_cookies(_cookie(chief, origin))
    page = context.new_page()
    for month in ("2026-10", "2026-11", "2020-01"):
        page.goto(f"{REPORTS}/overview?month={month}", wait_until="networkidle")
        printed = pypdfium2.PdfDocument(io.BytesIO(page.pdf(prefer_css_page_size=True)))
        assert len(printed) == 1, month
        width, height = printed[0].get_size()
        assert (round(width), round(height)) in ((595, 842), (594, 842), (596, 842)), month
    # As wide as the paper between its margins.
    page.set_viewport_size({"width": 688, "height": 1000})
    page.goto(f"{REPORTS}/overview?month=2026-10", wait_until="networkidle")
    page.emulate_media(media="print")
    cut = page.evaluate(
        "() => { const each = document.querySelector('.one-page'); return each.scrollHeight - each.clientHeight; }"
    )
    assert cut <= 1, "what does not fit would be cut off"
    context.close()


def test_the_overview_of_invented_figures_is_one_page_that_says_so(
    browser: Browser, origin: str, chief: Colleague, office_database: Database
) -> None:
    with office_database.writing() as session:
        invented = {"made_at": NOW, "first_on": NOW.date(), "last_on": NOW.date(), "variant": 1, "questions": 1}
        session.add(DemoData(municipality_code=CODE, **invented))
    context = browser.new_context(base_url=origin, locale="ja-JP")
    context.add_cookies(_cookie(chief, origin))
    page = context.new_page()
    try:
        page.goto(f"{REPORTS}/overview?month=2026-10", wait_until="networkidle")
        printed = pypdfium2.PdfDocument(io.BytesIO(page.pdf(prefer_css_page_size=True)))
        text = printed[0].get_textpage().get_text_range()
    finally:
        context.close()
        with office_database.writing() as session:
            session.execute(delete(DemoData))
    assert len(printed) == 1
    assert "見本" in text.partition("作成")[0]
    assert "数字は作りもの" in text


def test_the_other_reports_print_without_menu_and_buttons(browser: Browser, origin: str, chief: Colleague) -> None:
    context = browser.new_context(base_url=origin, locale="ja-JP")
    context.add_cookies(_cookie(chief, origin))
    page = context.new_page()
    for path in ("monthly?month=2026-10", "year-end", "assembly"):
        page.emulate_media(media="print")
        page.goto(f"{REPORTS}/{path}", wait_until="networkidle")
        printed = pypdfium2.PdfDocument(io.BytesIO(page.pdf(prefer_css_page_size=True)))
        assert all(len(one.get_textpage().get_text_range().strip()) > 20 for one in printed), f"{path}: an empty page"
        width, height = printed[0].get_size()
        assert (width > height) == (path == "year-end")
        page.emulate_media(media="print")
        for part in (".menu", ".buttons", ".filters", ".top"):
            for each in page.locator(part).all():
                assert not each.is_visible(), f"{path} {part}"
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 1, path
    context.close()


def test_pictures_are_seen_with_the_styles_they_were_drawn_with(
    browser: Browser, origin: str, chief: Colleague
) -> None:
    context = browser.new_context(base_url=origin, locale="ja-JP")
    context.add_cookies(_cookie(chief, origin))
    page = context.new_page()
    page.goto(f"{REPORTS}/monthly?month=2026-10", wait_until="networkidle")
    found = page.locator("img.chart")
    assert found.count() >= 2
    for each in found.all():
        each.scroll_into_view_if_needed()
        page.wait_for_function("(each) => each.complete && each.naturalWidth > 300", arg=each.element_handle())
        assert "値は表と同じ" in (each.get_attribute("alt") or "")
    context.close()


def test_the_public_page_sets_no_cookie_and_works_without_scripts(
    browser: Browser, origin: str, office_database: Database
) -> None:
    context = browser.new_context(base_url=origin, java_script_enabled=False)
    page = context.new_page()
    page.goto(PUBLIC[0])
    with page.expect_download() as download:
        page.locator("a[href$='/questions.csv']").click()
    assert download.value.suggested_filename.endswith(".csv")
    assert context.cookies() == []
    context.close()
