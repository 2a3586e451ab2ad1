"""Which page is reached by which name and from where; and what is refused before anything is looked at."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from bot.console.needs import NEEDS
from bot.services import Services
from bot.settings import read_settings
from bot.web.entrances import OPEN
from tests.support.fake_line import SECRET, signature, webhook_body

HTTPS = {
    "BASE_URL": "https://kotae.city.example",
    "SECRET_KEY": "0123456789abcdef" * 4,
    "PSEUDONYM_PEPPER": "fedcba9876543210" * 4,
    "DATA_KEY": "f0e1d2c3b4a59687" * 4,
}
RESIDENTS, CONSOLE = "kotae.city.example", "console.city.example"
Made = Callable[..., FlaskClient]


@pytest.fixture
def made(environment: dict[str, str]) -> Iterator[Made]:
    """An app with settings of its own, as a browser meets it."""
    apps: list[Flask] = []

    def make(**settings: str) -> FlaskClient:
        apps.append(create_app({**environment, **settings}))
        return apps[-1].test_client()

    yield make
    for app in apps:
        app.extensions["kotae"].database.dispose()


def get(client: FlaskClient, path: str, host: str = "127.0.0.1", **headers: str) -> TestResponse:
    return client.get(path, headers={"Host": host, **{name.replace("_", "-"): said for name, said in headers.items()}})


# --- The table -------------------------------------------------------------------------------------------------------


def test_every_page_stands_in_one_of_the_two_tables(site: Flask) -> None:
    endpoints = {rule.endpoint for rule in site.url_map.iter_rules()}
    assert endpoints - set(NEEDS) - set(OPEN) == set()
    assert set(OPEN) - endpoints == set()
    assert set(OPEN) & set(NEEDS) == set()


def test_what_stands_in_no_table_is_not_there(made: Made) -> None:
    client = made()
    client.application.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    response = client.get("/forgotten")
    assert (response.status_code, "secret" in response.text) == (404, False)


# --- Names of the console --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        (CONSOLE, "/staff/sign-in", 200),
        (f"{CONSOLE}:443", "/staff/sign-in", 200),
        (CONSOLE, "/healthz", 200),
        (CONSOLE, "/static/style.css", 200),
        (CONSOLE, "/", 303),
        (CONSOLE, "/242047/", 404),
        (CONSOLE, "/242047/privacy", 404),
        (CONSOLE, "/242047/opendata/", 404),
        (CONSOLE, "/api/v1/openapi.json", 404),
        (RESIDENTS, "/staff/sign-in", 404),
        (RESIDENTS, "/staff/", 404),
        (RESIDENTS, "/staff/242047/", 404),
        (RESIDENTS, "/staff/none", 404),
        (RESIDENTS, "/", 200),
        (RESIDENTS, "/242047/", 200),
        ("localhost", "/staff/sign-in", 404),
        ("evil.example", "/staff/sign-in", 400),
    ],
)
def test_the_console_has_names_of_its_own_and_residents_theirs(made: Made, host: str, path: str, status: int) -> None:
    response = get(made(**HTTPS, CONSOLE_HOSTS=CONSOLE), path, host)
    assert response.status_code == status
    if path.startswith("/staff") and status == 404:
        assert "職員用" not in response.text, "nothing tells that there is a console"
    response.close()


def test_nothing_is_sent_to_the_other_side_by_the_consoles_name(made: Made) -> None:
    client = made(**HTTPS, CONSOLE_HOSTS=CONSOLE, LINE_242047_CHANNEL_SECRET=SECRET)
    for path in ("/242047/", "/242047/line-preview", "/api/v1/242047/ask", "/line/242047/webhook"):
        assert client.post(path, headers={"Host": CONSOLE}, data={}).status_code == 404
        assert client.post(path, headers={"Host": RESIDENTS}, data={}).status_code != 404
    assert get(client, "/", CONSOLE).location == "/staff/"


def test_what_is_written_for_staff_names_the_consoles_host(made: Made) -> None:
    client = made(
        **HTTPS, CONSOLE_HOSTS=CONSOLE, OIDC_ISSUER="https://id.example", OIDC_CLIENT_ID="x", OIDC_CLIENT_SECRET="y"
    )
    settings = client.application.extensions["kotae"].settings
    assert settings.console_url == f"https://{CONSOLE}"
    assert settings.office_directory.redirect_uri == f"https://{CONSOLE}/staff/office-account/return"
    with client.application.app_context():
        told = client.application.test_cli_runner().invoke(args=["welcome"]).output
    assert f"https://{CONSOLE}/staff/" in told


def test_without_names_of_its_own_the_console_is_where_residents_are(made: Made) -> None:
    client = made()
    assert [get(client, path).status_code for path in ("/staff/sign-in", "/242047/")] == [200, 200]
    assert client.application.extensions["kotae"].settings.console_url == "http://127.0.0.1:8000"


# --- Where from ------------------------------------------------------------------------------------------------------

NETWORKS = {"CONSOLE_NETWORKS": "10.20.0.0/16, 2001:db8:5::/48"}


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("10.20.3.4", 200),
        ("::ffff:10.20.3.4", 200),
        ("2001:db8:5::7", 200),
        ("10.21.3.4", 403),
        ("2001:db8:6::7", 403),
        ("192.0.2.1", 403),
        ("127.0.0.1", 403),
        ("", 403),
    ],
)
def test_the_console_opens_from_the_citys_addresses_alone(made: Made, address: str, status: int) -> None:
    client = made(**NETWORKS)
    response = client.get("/staff/sign-in", environ_base={"REMOTE_ADDR": address})
    assert response.status_code == status
    if status == 403:
        assert "庁内の端末から開いてください" in response.text
    assert client.get("/242047/", environ_base={"REMOTE_ADDR": address}).status_code == 200


@pytest.mark.parametrize(
    ("hops", "forwarded", "status"),
    [
        ("1", "10.20.3.4", 200),
        ("1", "192.0.2.9, 10.20.3.4", 200),
        ("1", "10.20.3.4, 192.0.2.9", 403),
        ("1", "10.20.3.4, 10.20.3.4, 10.20.3.4, 192.0.2.9", 403),
        ("1", "", 403),
        ("2", "192.0.2.9, 10.20.3.4, 10.0.0.1", 200),
        ("2", "10.20.3.4, 192.0.2.9, 10.0.0.1", 403),
        ("2", "10.20.3.4", 403),
        ("0", "10.20.3.4", 403),
    ],
)
def test_an_address_is_taken_from_the_trusted_hops_alone(made: Made, hops: str, forwarded: str, status: int) -> None:
    """Whoever writes more of them than there are hops is known by what the last hop saw."""
    client = made(**NETWORKS, PROXY_HOPS=hops)
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    response = client.get("/staff/sign-in", headers=headers, environ_base={"REMOTE_ADDR": "192.0.2.77"})
    assert response.status_code == status


def test_a_spoofed_address_opens_no_new_minute(made: Made) -> None:
    client = made(PROXY_HOPS="1", RATE_ADDRESS="2")
    asked = [
        client.post("/242047/", data={"question": "x"}, headers={"X-Forwarded-For": f"10.0.0.{number}, 192.0.2.9"})
        for number in range(3)
    ]
    assert [each.status_code for each in asked] == [200, 200, 429]


def test_a_proxy_that_is_not_trusted_is_told_of_once(made: Made, capfd: pytest.CaptureFixture[str]) -> None:
    client = made()
    for _ in range(3):
        client.get("/", headers={"X-Forwarded-For": "192.0.2.1"})
    told = "".join(capfd.readouterr())
    assert told.count("proxy_not_trusted") == 1
    assert "192.0.2.1" not in told
    trusting = made(PROXY_HOPS="1")
    trusting.get("/", headers={"X-Forwarded-For": "192.0.2.1"})
    assert "proxy_not_trusted" not in "".join(capfd.readouterr())


# --- The webhook in clear --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hops", "proto", "status"),
    [("1", "https", 200), ("1", "http", 403), ("1", "https, http", 403), ("1", "http, https", 200), ("1", "", 403), ("0", "", 200)],
)  # fmt: skip
def test_a_webhook_that_came_in_clear_is_refused_and_never_redirected(
    made: Made, hops: str, proto: str, status: int
) -> None:
    client = made(**HTTPS, PROXY_HOPS=hops, LINE_242047_CHANNEL_SECRET=SECRET)
    body = webhook_body([])
    headers = {"Host": RESIDENTS, "x-line-signature": signature(body)} | ({"X-Forwarded-Proto": proto} if proto else {})
    response = client.post("/line/242047/webhook", data=body, headers=headers)
    assert (response.status_code, response.location) == (status, None)


# --- Keys that were replaced -----------------------------------------------------------------------------------------


def test_what_the_key_before_signed_is_taken_while_it_is_named(made: Made) -> None:
    old, new = "0123456789abcdef" * 4, "89abcdef01234567" * 4
    before = made(SECRET_KEY=old)
    token = re.search(r'name="conversation" value="([^"]+)"', before.get("/242047/").text)[1]
    during, after = made(SECRET_KEY=new, SECRET_KEY_OLD=f"another, {old}"), made(SECRET_KEY=new)

    def goes_on(client: FlaskClient) -> bool:
        return token in client.post("/242047/", data={"question": "住民票", "conversation": token}).text

    assert (goes_on(during), goes_on(after)) == (True, False)
    fresh = re.search(r'name="conversation" value="([^"]+)"', during.get("/242047/").text)[1]
    assert fresh in after.post("/242047/", data={"question": "住民票", "conversation": fresh}).text, "the new one signs"


def test_old_keys_are_read_from_their_setting(environment: dict[str, str]) -> None:
    assert read_settings({**environment, "SECRET_KEY_OLD": "a, b"}).old_secret_keys == ("a", "b")


# --- The code of a fault ---------------------------------------------------------------------------------------------


def test_a_fault_shows_a_code_by_which_its_line_is_found_and_nothing_else(
    made: Made, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("SELECT secret FROM /srv/kotae")

    client = made()
    monkeypatch.setattr("bot.web.chat.answer", fail)
    monkeypatch.setattr("bot.web.api.answer", fail)
    kit: Services = client.application.extensions["kotae"]
    page = client.post("/242047/", data={"question": "住民票"}).text
    problem = client.post("/api/v1/242047/ask", json={"question": "住民票"}).json
    shown = [re.search("番号：([2-9A-Z]{8})<", page)[1], problem["instance"].removeprefix("urn:kotae:fault:")]
    assert len(set(shown)) == 2
    log = "".join(capfd.readouterr())
    assert all(f'"code": "{code}"' in log for code in shown)
    for told in (page, str(problem)):
        assert not [word for word in ("RuntimeError", "SELECT", "/srv", "Traceback", ".py", "Flask") if word in told]
    kit.database.dispose()
