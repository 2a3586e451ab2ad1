"""Every published answer has an address of its own: the same answer as in the chat, found by search engines if staff allow."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from bot.services import Services
from knowledge.answers import Answer
from knowledge.calendar import now, today
from knowledge.corpus import Knowledge
from knowledge.models import Entry, EntryVersion, Notice
from knowledge.notices import NewNotice, begin_notice
from tests.bot.web.page import Page
from tests.knowledge.small_town import CODE
from tests.support.small_site import ENTRY, change_town, small_site

BASE = "http://127.0.0.1:8000"


@pytest.fixture
def app(tmp_path: Path, migrated_file: Path, vectors_folder: Path) -> Iterator[Flask]:
    with small_site(tmp_path, migrated_file, vectors_folder) as made:
        yield made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def knowledge(app: Flask) -> Knowledge:
    kit: Services = app.extensions["kotae"]
    return kit.corpus.current(CODE)


@pytest.fixture
def linked(knowledge: Knowledge) -> Answer:
    """An answer with a fact and a link."""
    return knowledge.answers[ENTRY]


def _path(answer: Answer) -> str:
    return f"/{CODE}/answers/{answer.entry_id}"


def _data(html: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    return dict(json.loads(found[1]))


def _metas(html: str) -> dict[str, str]:
    tags = [given for tag, given in Page(html).tags if tag == "meta"]
    return {str(one.get("name") or one.get("property")): str(one.get("content")) for one in tags}


def test_the_page_says_what_the_chat_says(client: FlaskClient, linked: Answer) -> None:
    chat = Page(client.post(f"/{CODE}/", data={"act": "choose", "e": linked.entry_id, "label": "質問"}).text)
    response = client.get(_path(linked))
    page = Page(response.text)
    assert "Set-Cookie" not in response.headers
    assert f"<h1>{linked.title}</h1>" in response.text
    for words in (linked.text.split("\n")[0], *(value for _, value in linked.facts), linked.plan.title, "確認した日"):
        assert words in page.text
        assert words in chat.text or words == "確認した日"
    assert linked.links[0][1] in response.text
    assert f"{BASE}{_path(linked)}" in page.text
    assert "解決した" not in page.text


def test_it_is_data_for_programs_that_nothing_in_it_ends(app: Flask, client: FlaskClient, linked: Answer) -> None:
    hostile = "</script><script>alert(1)</script>"
    kit: Services = app.extensions["kotae"]
    with kit.database.writing() as session:
        session.execute(update(Entry).where(Entry.entry_id == linked.entry_id).values(question=hostile, answer=hostile))
    change_town(app)
    html = client.get(_path(linked)).text
    assert hostile not in html
    data = _data(html)
    assert (data["@type"], data["url"]) == ("FAQPage", f"{BASE}{_path(linked)}")
    (question,) = data["mainEntity"]
    assert question["name"] == hostile
    assert "&lt;script&gt;" in question["acceptedAnswer"]["text"]


def test_no_search_engine_lists_it_unless_staff_allow(app: Flask, client: FlaskClient, linked: Answer) -> None:
    for given, listed in (
        ({}, False),
        ({"searchable": True}, False),  # 見本のあいだは、許しても載らない
        ({"searchable": True, "taken_over": True}, True),
        ({"searchable": False, "taken_over": True}, False),
    ):
        change_town(app, **given)
        response = client.get(_path(linked))
        assert (response.headers.get("X-Robots-Tag") is None) is listed, given
        assert ("robots" not in _metas(response.text)) is listed, given
        for path in ("/robots.txt", "/sitemap.xml", f"/{CODE}/sitemap.xml"):
            assert (client.get(path).status_code == 200) is listed, (given, path)


def test_the_sitemap_names_what_may_be_listed(app: Flask, client: FlaskClient, knowledge: Knowledge) -> None:
    kit: Services = app.extensions["kotae"]
    with kit.database.writing() as session:
        session.get_one(Entry, (CODE, "goal")).kind = "silent"
    change_town(app, searchable=True, taken_over=True)
    assert f"Sitemap: {BASE}/sitemap.xml" in client.get("/robots.txt").text
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"

    def addresses(path: str) -> list[str | None]:
        return [one.text for one in ElementTree.fromstring(client.get(path).data).iter(space)]

    assert addresses("/sitemap.xml") == [f"{BASE}/{CODE}/sitemap.xml"]
    found = addresses(f"/{CODE}/sitemap.xml")
    silent, told = knowledge.answers["goal"], knowledge.answers[ENTRY]
    assert f"{BASE}{_path(told)}" in found
    assert f"{BASE}{_path(silent)}" not in found
    assert client.get(_path(silent)).headers["X-Robots-Tag"] == "noindex"
    assert client.get("/999999/sitemap.xml").status_code == 404


def test_the_address_that_is_sent_on_is_one_and_tells_what_it_is(client: FlaskClient, linked: Answer) -> None:
    html = client.get(f"{_path(linked)}?from=somewhere").text
    metas = _metas(html)
    assert f'<link rel="canonical" href="{BASE}{_path(linked)}">' in html
    assert (metas["og:title"], metas["og:url"]) == (linked.title, f"{BASE}{_path(linked)}")
    assert 0 < len(metas["og:description"]) <= 120


def test_a_browser_may_keep_it_and_asks_whether_it_is_still_so(app: Flask, client: FlaskClient, linked: Answer) -> None:
    first = client.get(_path(linked))
    assert first.headers["Cache-Control"] == "no-cache"
    again = client.get(_path(linked), headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "Content-Security-Policy" in again.headers
    kit: Services = app.extensions["kotae"]
    with kit.database.writing() as session:
        begin_notice(session, CODE, NewNotice({"ja": "窓口を閉じています"}, hours=1), "職員", now())
    changed = client.get(_path(linked), headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert "窓口を閉じています" in changed.text


def test_the_day_of_publication_is_told_where_it_is_known(app: Flask, client: FlaskClient, linked: Answer) -> None:
    kit: Services = app.extensions["kotae"]
    moment = dt.datetime(2026, 4, 1, 3, tzinfo=dt.UTC)
    with kit.database.writing() as session:
        version = session.get(EntryVersion, (CODE, linked.entry_id, linked.version))
        if version is None:
            version = EntryVersion(
                municipality_code=CODE,
                entry_id=linked.entry_id,
                number=linked.version,
                state="published",
                content={},
                author_name="職員",
                created_at=moment,
            )
            session.add(version)
        version.live_from = moment
    page = Page(client.get(_path(linked)).text)
    assert "令和8年4月1日" in page.words[page.words.index("公開した日") + 1]


def _end(app: Flask, entry_id: str) -> None:
    kit: Services = app.extensions["kotae"]
    with kit.database.writing() as session:
        session.execute(update(Entry).where(Entry.entry_id == entry_id).values(state="ended"))
    change_town(app)


def _pause(app: Flask, entry_id: str) -> None:
    kit: Services = app.extensions["kotae"]
    with kit.database.writing() as session:
        begin_notice(session, CODE, NewNotice({"ja": "大雨です"}, hours=1, paused=(entry_id,)), "職員", now())
        assert session.get(Notice, CODE) is not None


def _draft(app: Flask, entry_id: str) -> None:
    kit: Services = app.extensions["kotae"]
    with kit.database.writing() as session:
        session.execute(update(Entry).where(Entry.entry_id == entry_id).values(state="draft"))
    change_town(app)


def _over(app: Flask, entry_id: str) -> None:
    kit: Services = app.extensions["kotae"]
    with kit.database.writing() as session:
        yesterday = today() - dt.timedelta(days=1)
        session.execute(update(Entry).where(Entry.entry_id == entry_id).values(valid_until=yesterday))
    change_town(app)


@pytest.mark.parametrize(
    ("happen", "status", "said"),
    [
        pytest.param(_end, 410, "公開を終えました", id="ended"),
        pytest.param(_over, 410, "公開を終えました", id="over"),
        pytest.param(_pause, 404, "いったん止めています", id="paused"),
        pytest.param(_draft, 404, "アドレスがちがうか", id="never published"),
    ],
)
def test_where_an_answer_is_no_more_the_page_says_so_and_leads_on(
    app: Flask, client: FlaskClient, linked: Answer, happen: Any, status: int, said: str
) -> None:
    happen(app, linked.entry_id)
    response = client.get(_path(linked))
    assert response.status_code == status
    assert said in response.text
    assert linked.text.split("\n")[0] not in response.text
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert response.headers["Cache-Control"] == "no-store"
    assert f'action="/{CODE}/"' in response.text
    assert "お問い合わせ：" in response.text


@pytest.mark.parametrize("name", ["none-such", "A", "%E7%AD%94", "a" * 61, "..%2fstaff", "a%00b"])
def test_a_name_of_nothing_is_not_found(client: FlaskClient, name: str) -> None:
    assert client.get(f"/{CODE}/answers/{name}").status_code == 404
    assert client.get(f"/999999/answers/{name}").status_code == 404


def test_asking_on_from_the_page_asks_about_its_answer(app: Flask, client: FlaskClient, knowledge: Knowledge) -> None:
    told = knowledge.answers[ENTRY]
    fields = next(form.fields for form in Page(client.get(_path(told)).text).forms if "about" in form.fields)
    assert fields == {"about": told.entry_id}
    page = client.post(f"/{CODE}/", data={**fields, "question": "くわしく"}).text
    assert told.plan.title in page
    assert "まだ何も" not in page
    forged = client.post(f"/{CODE}/", data={"about": "none-such", "question": "くわしく"})
    assert forged.status_code == 200
    assert told.plan.title not in forged.text


def test_an_answer_in_the_chat_offers_its_address(client: FlaskClient, linked: Answer) -> None:
    given = {"act": "choose", "e": linked.entry_id, "label": "質問"}
    html = client.post(f"/{CODE}/", data=given).text
    assert f'href="{_path(linked)}"' in html
    within = client.post(f"/{CODE}/?embed=1", data=given).text
    assert f'href="{_path(linked)}" target="_blank" rel="noopener"' in within
    nothing = client.post(f"/{CODE}/", data={"question": "宇宙人に会うにはどうすればよいですか"}).text
    assert f"/{CODE}/answers/" not in nothing


def test_the_canonical_address_is_the_public_one(tmp_path: Path, migrated_file: Path, vectors_folder: Path) -> None:
    keys = {
        "SECRET_KEY": "0123456789abcdef" * 4,
        "PSEUDONYM_PEPPER": "fedcba9876543210" * 4,
        "DATA_KEY": "f0e1d2c3b4a59687" * 4,
        "BASE_URL": "https://kotae.city.example",
    }
    with small_site(tmp_path, migrated_file, vectors_folder, **keys) as public:
        html = public.test_client().get(f"/{CODE}/answers/{ENTRY}", headers={"Host": "kotae.city.example"}).text
    assert f'<link rel="canonical" href="https://kotae.city.example/{CODE}/answers/{ENTRY}">' in html
