"""お知らせの素材とリンクのクリック: made of the settings, nothing made up; what residents opened, small numbers hidden."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import expect
from pypdfium2 import PdfDocument
from sqlalchemy import delete

from bot.materials import Facts, facts_of, missing, paper_texts, qr_picture
from bot.services import Services
from knowledge.answers import NO_WAYS, Ways
from knowledge.calendar import today
from knowledge.db import Database
from knowledge.line_ids import checked_line_id, friend_address
from knowledge.link_clicks import count_click, name_of
from knowledge.models import LinkClick, Municipality
from knowledge.opening_places import save_place
from knowledge.roles import Role
from tests.conversations.test_conversations import HALL
from tests.support.browser import launched, served
from tests.support.staff import Colleague, signed_in

CODE = "242047"
TOWN = f"/staff/{CODE}"
BARE = Facts("松阪市", "https://kotae.example.jp/242047/", None, "情報企画課", None, NO_WAYS, (), ())
FULL = Facts(
    "松阪市",
    "https://kotae.example.jp/242047/",
    "@matsusaka",
    "情報企画課",
    "0598-53-0000",
    Ways("https://www.city.example.jp/form", "soudan@city.example.jp", "0598-53-0001"),
    (("市役所", "月・火・水・木・金 8時30分〜17時15分"),),
    ("住民票はコンビニで取れますか",),
)


@pytest.fixture
def viewer(office: Flask) -> Colleague:
    return signed_in(office, [Role.VIEWER], CODE)


def test_texts_say_all_that_is_set() -> None:
    short, middle, long = paper_texts(FULL)
    assert short.letters < middle.letters < long.letters
    for text in (short, middle, long):
        assert "@matsusaka" in text.text
        assert FULL.web in text.text
    assert "0598-53-0000" in middle.text
    for told in ("8時30分〜17時15分", "soudan@city.example.jp", "0598-53-0001", "住民票はコンビニ", "119番"):
        assert told in long.text
    assert missing(FULL) == []


def test_what_is_not_set_is_left_out_and_named() -> None:
    for text in paper_texts(BARE):
        assert "LINE" not in text.text
        assert "電話 " not in text.text.replace("電話してください", "")
        assert "None" not in text.text
    assert [screen for _, screen in missing(BARE)] == ["settings", "settings", "settings", "opening"]


@pytest.mark.parametrize(("given", "kept"), [("@matsusaka", "@matsusaka"), (" ＠123ABCDE ", "@123abcde")])
def test_an_id_is_tidied(given: str, kept: str) -> None:
    assert checked_line_id(given) == kept


@pytest.mark.parametrize("given", ["matsusaka", "@", "@あいう", "@a/b?c", "@" + "a" * 19])
def test_what_is_no_id_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="@123abcde"):
        checked_line_id(given)


def test_a_friend_is_added_by_the_address_that_line_names() -> None:
    assert friend_address("@matsusaka") == "https://line.me/R/ti/p/%40matsusaka"


def test_a_qr_code_is_sharp_in_print() -> None:
    with Image.open(io.BytesIO(qr_picture(FULL.web, "png"))) as picture:
        assert picture.size[0] == picture.size[1]
        assert picture.size[0] >= 800
    assert qr_picture(FULL.web, "svg").startswith(b"<?xml")


def test_the_page_shows_what_is_set_and_where_to_set_the_rest(
    office: Flask, office_database: Database, viewer: Colleague
) -> None:
    page = viewer.get(f"{TOWN}/materials").text
    assert f'href="{TOWN}/settings"' in page
    assert "LINE公式アカウントのID（" in page
    assert viewer.client.get(f"{TOWN}/materials/qr-line.svg", headers={"Host": "127.0.0.1"}).status_code == 404
    with office_database.writing() as session:
        town = session.get_one(Municipality, CODE)
        town.line_id, town.knowledge_version = "@matsusaka", town.knowledge_version + 1
    page = viewer.get(f"{TOWN}/materials").text
    assert "@matsusaka" in page
    assert "LINE公式アカウントのID（" not in page
    poster = viewer.get(f"{TOWN}/materials/poster").text
    assert "友だち追加：@matsusaka" in poster
    assert "見本：松阪市の公式サービスではありません" in poster
    assert "ためし：" in poster
    for name, kind in (("web", "svg"), ("web", "png"), ("line", "svg"), ("line", "png")):
        response = viewer.get(f"{TOWN}/materials/qr-{name}.{kind}")
        assert f"qr-{name}-{CODE}.{kind}" in response.headers["Content-Disposition"]
    for wrong in ("qr-none.svg", "qr-web.exe"):
        assert viewer.client.get(f"{TOWN}/materials/{wrong}", headers={"Host": "127.0.0.1"}).status_code == 404


def test_the_settings_keep_the_id_and_whether_search_engines_may_list_answers(
    office: Flask, office_database: Database
) -> None:
    admin, kit = signed_in(office, [Role.ADMIN], CODE), office.extensions["kotae"]

    def form(**more: object) -> dict[str, object]:
        with office_database.reading() as session:
            town = session.get_one(Municipality, CODE)
        return {
            "version": str(town.version),
            "contact": town.contact_department,
            "languages": town.reply_languages,
            "separate_approver": "1",
            **more,
        }

    admin.post(f"{TOWN}/settings", form(line_id="＠Matsusaka", searchable="1"))
    knowledge = kit.corpus.current(CODE)
    assert facts_of(knowledge, "https://kotae.example.jp").line_id == "@matsusaka"
    assert not knowledge.town.searchable, "見本は、検索サイトに載せない"
    with office_database.reading() as session:
        assert session.get_one(Municipality, CODE).searchable
    page = admin.post(f"{TOWN}/settings", form(line_id="matsusaka"), 422).text
    assert "@123abcde のように書いてください" in page
    admin.post(f"{TOWN}/settings", form())
    with office_database.reading() as session:
        assert not session.get_one(Municipality, CODE).searchable


def test_clicks_are_shown_by_link_and_small_numbers_are_not_told(
    office: Flask, office_database: Database, viewer: Colleague
) -> None:
    kit: Services = office.extensions["kotae"]
    answer = kit.corpus.current(CODE).answers["online-procedures"]
    url, other = "https://www.city.example.jp/form", "https://www.city.example.jp/once"
    with office_database.writing() as session:
        for _ in range(7):
            count_click(session, name_of(CODE, answer.entry_id, url), url, today())
        count_click(session, name_of(CODE, "gone", other), other, today())
    page = viewer.get(f"{TOWN}/link-clicks").text
    assert "合わせて 8回" in page
    assert ">7回</td>" in page
    assert ">5未満</td>" in page
    assert ">1回</td>" not in page
    assert f'href="{TOWN}/answers/{answer.entry_id}"' in page
    assert "この期間に開かれたリンクはありません" in viewer.get(f"{TOWN}/link-clicks?kind=month&day=2020-01-01").text
    with office_database.writing() as session:
        session.execute(delete(LinkClick))


@pytest.mark.browser
def test_the_poster_is_one_page_of_a4_and_holds_all_of_it(office: Flask, office_database: Database) -> None:
    """With everything set, and with the longest of it; the copying of a text tells that it was done."""
    with office_database.writing() as session:
        town = session.get_one(Municipality, CODE)
        town.line_id, town.contact_telephone, town.contact_fax = "@" + "m" * 18, "0598-53-0000", "0598-53-0001"
        town.contact_form, town.contact_email = "https://www.city.example.jp/" + "f" * 60, "soudan@city.example.jp"
        town.knowledge_version += 1
        for number in range(3):
            save_place(session, CODE, replace(HALL, name=f"地域振興局{number}"))
    chief = signed_in(office, [Role.VIEWER], CODE)
    with served(office) as origin, launched() as browser:
        context = browser.new_context(base_url=origin, permissions=["clipboard-read", "clipboard-write"])
        context.add_cookies([{"name": "staff", "value": chief.session_id, "url": origin}])
        page = context.new_page()
        page.goto(f"{TOWN}/materials/poster")
        document = PdfDocument(page.pdf(prefer_css_page_size=True))
        assert len(document) == 1
        told = document[0].get_textpage().get_text_range()
        document.close()
        for words in ("こたえます", "地域振興局2", "119", "110", "0598-53-0001"):
            assert words in told
        page.goto(f"{TOWN}/materials")
        page.get_by_role("button", name="「短い文（お知らせ欄）」をコピーする").click()
        expect(page.locator("#copied")).to_have_text("コピーしました。")
        assert page.evaluate("navigator.clipboard.readText()") == page.locator("#text-short").input_value()
        context.close()
