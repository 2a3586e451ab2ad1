"""GET /r/<token>: to a page that staff entered and nowhere else, counted without who it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.counted_links import ClickGate, counting
from bot.line.limits import URI
from bot.line.messages import NO_LOG, render
from bot.replies import answer_reply, details_reply
from bot.services import Services
from bot.web import counted_links
from knowledge.answers import Answer
from knowledge.calendar import now, today
from knowledge.corpus import Knowledge
from knowledge.db import Database
from knowledge.link_clicks import clicks_between, count_click, forget_clicks, is_counted, name_of, read_token
from knowledge.models import Entry, LinkClick, Municipality
from knowledge.notices import NewNotice, begin_notice
from knowledge.retention import purge
from tests.knowledge.small_town import CODE
from tests.support.small_site import ENTRY, FORM, small_site

HOST = "kotae.city.example"
PHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Line/15.0.0", "Host": HOST}
KEYS = {
    "SECRET_KEY": "0123456789abcdef" * 4,
    "PSEUDONYM_PEPPER": "fedcba9876543210" * 4,
    "DATA_KEY": "f0e1d2c3b4a59687" * 4,
    "BASE_URL": f"https://{HOST}",
}


@pytest.fixture
def public(
    tmp_path: Path, migrated_file: Path, vectors_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """A service that residents' phones reach; its gate has seen nobody yet."""
    monkeypatch.setattr(counted_links, "_gate", ClickGate(lambda: 0.0))
    with small_site(tmp_path, migrated_file, vectors_folder, **KEYS) as made:
        yield made


@pytest.fixture
def phone(public: Flask) -> FlaskClient:
    return public.test_client()


@pytest.fixture
def knowledge(public: Flask) -> Knowledge:
    kit: Services = public.extensions["kotae"]
    return kit.corpus.current(CODE)


@pytest.fixture
def linked(knowledge: Knowledge) -> Answer:
    return knowledge.answers[ENTRY]


def publish(session: Session) -> None:
    session.get_one(Municipality, CODE).knowledge_version += 1


def _token(answer: Answer) -> str:
    return name_of(CODE, answer.entry_id, answer.links[0][1]).token


def _clicks(app: Flask) -> list[tuple[object, ...]]:
    kit: Services = app.extensions["kotae"]
    with kit.database.reading() as session:
        return [(one.entry_id, one.url, one.day, one.clicks) for one in session.scalars(select(LinkClick))]


def test_a_link_opens_where_staff_entered_and_is_counted(public: Flask, phone: FlaskClient, linked: Answer) -> None:
    response = phone.get(f"/r/{_token(linked)}", headers=PHONE)
    assert response.status_code == 302
    assert response.headers["Location"] == linked.links[0][1]
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers
    assert _clicks(public) == [(linked.entry_id, linked.links[0][1], today(), 1)]


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        pytest.param("HEAD", {}, id="only looked at"),
        pytest.param("GET", {"Sec-Purpose": "prefetch;prerender"}, id="prefetched"),
        pytest.param("GET", {"Purpose": "prefetch"}, id="prefetched, as of old"),
        pytest.param("GET", {"X-Moz": "prefetch"}, id="prefetched by Firefox"),
        pytest.param("GET", {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}, id="a crawler"),
        pytest.param("GET", {"User-Agent": "facebookexternalhit/1.1;line-poker/1.0"}, id="LINE's own look"),
        pytest.param("GET", {"User-Agent": "curl/8.0"}, id="a program"),
        pytest.param("GET", {"User-Agent": ""}, id="nobody"),
    ],
)
def test_what_no_person_opened_leads_on_and_is_not_counted(
    public: Flask, phone: FlaskClient, linked: Answer, method: str, headers: dict[str, str]
) -> None:
    response = phone.open(f"/r/{_token(linked)}", method=method, headers=PHONE | headers)
    assert response.status_code == 302
    assert _clicks(public) == []


def test_pressed_twice_at_once_it_counts_once(public: Flask, phone: FlaskClient, linked: Answer) -> None:
    for _ in range(3):
        assert phone.get(f"/r/{_token(linked)}", headers=PHONE).status_code == 302
    assert [clicks for *_, clicks in _clicks(public)] == [1]


def test_the_gate_forgets_with_the_minute_and_lets_in_no_flood() -> None:
    seconds = [0.0]
    gate = ClickGate(lambda: seconds[0], most=3)
    assert [gate.lets_in("a", "x"), gate.lets_in("a", "x"), gate.lets_in("b", "x"), gate.lets_in("a", "y")] == [
        True, False, True, True
    ]  # fmt: skip
    assert not gate.lets_in("c", "x")
    seconds[0] = 60.0
    assert gate.lets_in("a", "x")


@pytest.mark.parametrize(
    "token",
    [
        "https://evil.example/",
        "//evil.example",
        "011002",
        "011002.none.0123456789abcdef.x",
        "011002.A.0123456789abcdef",
        "01100２.online.0123456789abcdef",
        "011002.online.0123456789abcdeg",
        "%0d%0aLocation:%20https://evil.example",
        "..%2f..%2fstaff",
    ],
)
def test_what_is_no_token_of_ours_is_not_found(phone: FlaskClient, token: str) -> None:
    response = phone.get(f"/r/{token}", headers=PHONE)
    assert response.status_code in (404, 308)
    where = response.headers.get("Location", "/r/").removeprefix(f"http://{HOST}")
    assert where.startswith("/r/")
    assert "\n" not in where


def test_a_link_that_staff_took_away_says_so_and_whom_to_ask(public: Flask, phone: FlaskClient, linked: Answer) -> None:
    token, kit = _token(linked), public.extensions["kotae"]
    made_up = phone.get(f"/r/{name_of(CODE, linked.entry_id, 'https://evil.example/').token}", headers=PHONE)
    assert made_up.status_code == 410
    assert "evil.example" not in made_up.text
    with kit.database.writing() as session:
        session.execute(update(Entry).where(Entry.entry_id == linked.entry_id).values(links=[]))
        publish(session)
    gone = phone.get(f"/r/{token}", headers=PHONE)
    assert (gone.status_code, "Location" in gone.headers) == (410, False)
    assert f"/{CODE}/answers/{linked.entry_id}" in gone.text
    assert "お問い合わせ：" in gone.text
    with kit.database.writing() as session:
        session.execute(update(Entry).where(Entry.entry_id == linked.entry_id).values(state="ended"))
        publish(session)
    ended = phone.get(f"/r/{token}", headers=PHONE)
    assert ended.status_code == 410
    assert f"/{CODE}/answers/" not in ended.text
    assert _clicks(public) == []


def test_while_a_notice_pauses_an_answer_its_links_lead_nowhere(
    public: Flask, phone: FlaskClient, linked: Answer
) -> None:
    kit: Services = public.extensions["kotae"]
    with kit.database.writing() as session:
        begin_notice(session, CODE, NewNotice({"ja": "大雨です"}, hours=1, paused=(linked.entry_id,)), "職員", now())
    assert phone.get(f"/r/{_token(linked)}", headers=PHONE).status_code == 410


def test_a_link_without_https_is_never_led_to(public: Flask, phone: FlaskClient, linked: Answer) -> None:
    kit: Services = public.extensions["kotae"]
    plain = "http://www.city.example.jp/form"
    with kit.database.writing() as session:
        links = [{"label": "申請", "url": plain}]
        session.execute(update(Entry).where(Entry.entry_id == linked.entry_id).values(links=links))
        publish(session)
    assert phone.get(f"/r/{name_of(CODE, linked.entry_id, plain).token}", headers=PHONE).status_code == 410
    shown = phone.post(f"/{CODE}/", data={"act": "choose", "e": linked.entry_id, "label": "質問"}, headers=PHONE).text
    assert f'href="{plain}"' in shown, "what cannot be counted leads straight there"


def test_it_opens_though_the_database_takes_no_writing(
    public: Flask, phone: FlaskClient, linked: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    monkeypatch.setattr(counted_links, "count_click", refuse)
    assert phone.get(f"/r/{_token(linked)}", headers=PHONE).status_code == 302


def test_of_a_delicate_matter_no_click_is_kept(
    public: Flask, phone: FlaskClient, knowledge: Knowledge, linked: Answer
) -> None:
    delicate = replace(linked, title="夫に殴られています")
    assert not is_counted(delicate)
    kit: Services = public.extensions["kotae"]
    assert counting(kit.database, knowledge, answer_reply(knowledge, delicate, None)).through == ()
    with kit.database.writing() as session:
        session.execute(update(Entry).where(Entry.entry_id == linked.entry_id).values(question="夫に殴られています"))
        publish(session)
    assert phone.get(f"/r/{_token(linked)}", headers=PHONE).status_code == 302
    assert _clicks(public) == []


def test_on_the_web_links_show_where_they_lead_and_go_through_the_count(phone: FlaskClient, linked: Answer) -> None:
    html = phone.post(f"/{CODE}/", data={"act": "choose", "e": linked.entry_id, "label": "質問"}, headers=PHONE).text
    label, url = linked.links[0]
    assert f'href="https://{HOST}/r/{_token(linked)}"' in html
    assert f"{label}（{url.split('/')[2]}）" in html
    page = phone.get(f"/{CODE}/answers/{linked.entry_id}", headers=PHONE).text
    assert f'href="https://{HOST}/r/{_token(linked)}"' in page


def test_in_line_a_button_goes_through_the_count_and_names_the_host(
    public: Flask, knowledge: Knowledge, linked: Answer
) -> None:
    kit: Services = public.extensions["kotae"]
    for reply in (answer_reply(knowledge, linked, None), details_reply(knowledge, linked)):
        (message,) = render(counting(kit.database, knowledge, reply), NO_LOG)
        told = str(message)
        assert f"https://{HOST}/r/{_token(linked)}" in told
        assert linked.links[0][1] not in told
        assert linked.links[0][1].split("/")[2] in told


def test_the_longest_address_is_short_enough_for_line(knowledge: Knowledge) -> None:
    longest = max((name_of(CODE, "a" * 60, "https://example.jp/").token), key=len)
    assert len(f"https://{'a' * 200}.example.jp/r/{longest}") < URI


def test_on_a_loopback_address_links_lead_straight_to_their_page(
    tmp_path: Path, migrated_file: Path, vectors_folder: Path
) -> None:
    with small_site(tmp_path, migrated_file, vectors_folder) as local:
        given = {"act": "choose", "e": ENTRY, "label": "質問"}
        html = local.test_client().post(f"/{CODE}/", data=given).text
    assert f'href="{FORM}"' in html
    assert "/r/" not in html


def test_a_token_names_what_it_was_made_of() -> None:
    name = name_of(CODE, "online-procedures", "https://www.city.example.jp/")
    assert read_token(name.token) == name


def test_clicks_are_counted_by_day_and_forgotten_with_the_counts(database: Database) -> None:
    url, day = "https://www.city.example.jp/", dt.date(2026, 4, 1)
    with database.writing() as session:
        session.add(
            Municipality(
                code=CODE,
                name="松阪市",
                kana="まつさかし",
                prefecture="三重県",
                aliases=[],
                contact_department="a",
                sample=True,
                examples=[],
            )
        )
        session.flush()
        for number in range(7):
            count_click(session, name_of(CODE, "first", url), url, day + dt.timedelta(days=number % 2))
        count_click(session, name_of(CODE, "second", url), url, day)
    with database.reading() as session:
        found = clicks_between(session, CODE, day, day + dt.timedelta(days=1))
        assert [(one.entry_id, one.clicks) for one in found] == [("first", 7), ("second", 1)]
        assert [one.clicks for one in clicks_between(session, CODE, day, day)] == [4, 1]
    with database.writing() as session:
        forget_clicks(session, CODE, day + dt.timedelta(days=1))
    with database.reading() as session:
        assert [one.clicks for one in session.scalars(select(LinkClick))] == [3]
    purge(database, CODE, now() + dt.timedelta(days=3000))
    with database.reading() as session:
        assert session.scalars(select(LinkClick)).all() == []
