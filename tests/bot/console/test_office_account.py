"""The office's own directory opens the door: to accounts that are there, by tokens that are real, to nobody else."""

from __future__ import annotations

import base64
import datetime as dt
import html
import json
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwk, jwt
from joserfc.jwk import OctKey
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app import create_app
from bot.console import entering
from bot.console.guard import Verdict, judge
from bot.console.needs import NEEDS
from bot.oidc import http as oidc_http
from bot.oidc.id_tokens import IdTokenError, read_keys
from bot.oidc.provider import OfficeProvider
from bot.services import Services
from bot.settings import RETURN_PATH
from knowledge.calendar import now, today
from knowledge.db import Database
from knowledge.models import AuditLine, OfficeIdentity, OfficeVisit, SignInFailure, StaffAccount, StaffSession
from knowledge.passwords import hash_password
from knowledge.roles import Grant, Person, Role
from knowledge.second_step import encrypted_seed
from knowledge.sessions import SignedIn, session_hash
from tests.support.browser import launched, page_faults, served
from tests.support.fake_directory import CLIENT_ID, FakeDirectory, Spoil, directory
from tests.support.server import free_port
from tests.support.staff import HOST, ORIGIN, add_colleague, check_page, signed_in

START, RETURN = "/staff/office-account/start", RETURN_PATH
PASSWORD = "みかんと青い鉄橋 umbrella 7"


@pytest.fixture(scope="module")
def made_directory() -> Iterator[FakeDirectory]:
    with directory() as made:
        yield made


@pytest.fixture(scope="module")
def linked(
    made_directory: FakeDirectory, tmp_path_factory: pytest.TempPathFactory, vectors_folder: Path, loaded_file: Path
) -> Iterator[Flask]:
    """A site whose staff may sign in by the directory."""
    instance = tmp_path_factory.mktemp("linked")
    (instance / "vectors").symlink_to(vectors_folder)
    shutil.copy(loaded_file, instance / "kotae.db")
    trusted = {"OIDC_SECOND_STEPS": "mfa, gold"}
    made = create_app(
        {"INSTANCE_PATH": str(instance), "SENDER_THREADS": "0", **made_directory.environment(), **trusted}
    )
    yield made
    made.extensions["kotae"].database.dispose()


@pytest.fixture
def town(made_directory: FakeDirectory, linked: Flask, monkeypatch: pytest.MonkeyPatch) -> FakeDirectory:
    """The directory, well again, and known to nobody yet; nobody has to wait."""
    made_directory.person, made_directory.metadata, made_directory.spoil, made_directory.mood = {}, {}, None, "well"
    made_directory.calls.clear()
    kit: Services = linked.extensions["kotae"]
    assert kit.settings.office_directory is not None
    linked.extensions["kotae"] = replace(kit, office_provider=OfficeProvider(kit.settings.office_directory))
    monkeypatch.setattr(entering, "pause", lambda _: None)
    return made_directory


@dataclass
class Official:
    """Somebody with an account here and one there."""

    account_id: int
    login: str
    claims: dict[str, Any]


@pytest.fixture
def official(linked: Flask, town: FakeDirectory) -> Official:
    account_id, login = add_colleague(database_of(linked), [Grant(Role.EDITOR, "242047")])
    with database_of(linked).writing() as session:
        session.get_one(StaffAccount, account_id).email = f"{login}@city.example"
    claims = {"sub": f"subject-of-{login}", "email": f"{login.upper()}@city.example", "email_verified": True}
    town.person = claims
    return Official(account_id, login, claims)


@pytest.fixture
def browser(linked: Flask) -> FlaskClient:
    return linked.test_client()


def database_of(app: Flask) -> Database:
    kit: Services = app.extensions["kotae"]
    return kit.database


def press(client: FlaskClient, page: str, action: str, data: dict[str, str] | None = None) -> TestResponse:
    """Press the button of the form on a page that leads to ``action``."""
    opened = client.get(page, headers={"Host": HOST}).text
    check_page(opened)
    form = next(each for each in re.findall(r"<form.*?</form>", opened, re.DOTALL) if f'action="{action}"' in each)
    fields = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', form))
    return client.post(action, data={**fields, **(data or {})}, headers={"Host": HOST, "Origin": ORIGIN})


def leave(client: FlaskClient, page: str = "/staff/sign-in", action: str = START) -> str:
    """The address at the directory to which the browser is sent."""
    response = press(client, page, action)
    assert response.status_code == 200, response.text
    check_page(response.text)
    found = re.search(r'<a class="button main" href="([^"]+)"', response.text)
    assert found is not None
    address = html.unescape(found[1])
    assert response.headers["Refresh"] == f"0; url={address}"
    return address


def come_back(client: FlaskClient, brought: dict[str, str]) -> TestResponse:
    response = client.get(RETURN, query_string=brought, headers={"Host": HOST})
    if response.mimetype == "text/html" and response.status_code != 303:
        check_page(response.text)
    return response


def sign_in(client: FlaskClient, town: FakeDirectory, page: str = "/staff/sign-in") -> TestResponse:
    return come_back(client, town.approve(leave(client, page)))


def is_in(client: FlaskClient) -> bool:
    return client.get("/staff/242047/", headers={"Host": HOST}).status_code == 200


def last_line(app: Flask) -> AuditLine:
    with database_of(app).reading() as session:
        line = session.scalars(select(AuditLine).order_by(AuditLine.number.desc())).first()
    assert line is not None
    return line


def bound_subject(app: Flask, account_id: int) -> str | None:
    with database_of(app).reading() as session:
        found = session.get(OfficeIdentity, account_id)
        return found.subject if found else None


def test_whoever_the_directory_knows_gets_in_and_is_known_from_then_on(
    linked: Flask, town: FakeDirectory, browser: FlaskClient, official: Official
) -> None:
    response = sign_in(browser, town)
    assert (response.status_code, response.location) == (303, "/staff/")
    assert is_in(browser)
    assert bound_subject(linked, official.account_id) == official.claims["sub"]
    # The directory may write another mail from now on; the person is the same.
    town.person = {"sub": official.claims["sub"], "email": "married@city.example"}
    other = linked.test_client()
    assert sign_in(other, town).status_code == 303
    assert is_in(other)
    line = last_line(linked)
    assert (line.action, line.subject, line.details) == ("signed_in", official.login, {"how": "office account"})


def test_the_login_name_finds_the_account_too(
    linked: Flask, town: FakeDirectory, browser: FlaskClient, official: Official
) -> None:
    town.person = official.claims | {"email": official.login}
    assert sign_in(browser, town).status_code == 303
    assert is_in(browser)


def test_the_address_asks_for_a_code_with_everything_that_guards_it(
    linked: Flask, town: FakeDirectory, browser: FlaskClient
) -> None:
    address = leave(browser)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(f"{town.issuer}/auth?")
    assert asked["redirect_uri"] == "http://127.0.0.1:8000/staff/office-account/return"
    assert asked["scope"].split()[0] == "openid"
    assert all(len(asked[name]) >= 43 for name in ("state", "nonce", "code_challenge"))
    assert "prompt" not in asked
    again = parse_qs(urlsplit(leave(browser)).query)
    assert all(again[name][0] != asked[name] for name in ("state", "nonce", "code_challenge"))
    with database_of(linked).reading() as session:
        kept = [str(vars(row)) for row in session.scalars(select(OfficeVisit))]
    assert not any(asked[name] in row for row in kept for name in ("state", "nonce", "code_challenge"))


def test_one_goes_on_to_the_page_that_was_wanted(town: FakeDirectory, browser: FlaskClient, official: Official) -> None:
    response = sign_in(browser, town, "/staff/sign-in?next=/staff/242047/answers")
    assert response.location == "/staff/242047/answers"


@pytest.mark.parametrize("host", ["evil.example", "localhost"])
def test_where_to_come_back_to_is_never_taken_from_the_request(linked: Flask, town: FakeDirectory, host: str) -> None:
    client = linked.test_client()
    page = client.get("/staff/sign-in", headers={"Host": host})
    if host == "evil.example":
        assert page.status_code == 400
        return
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    sent = client.post(START, data={"csrf_token": token}, headers={"Host": host, "Origin": f"http://{host}"})
    assert "redirect_uri=http%3A%2F%2F127.0.0.1%3A8000%2Fstaff" in sent.text


def _signed(town: FakeDirectory, header: dict[str, Any], claims: dict[str, Any], key: Any = None) -> str:
    return jwt.encode(header, claims, key or town.key, algorithms=[str(header["alg"])])


def _without_signature(algorithm: str) -> Spoil:
    def made(_: FakeDirectory, header: dict[str, Any], claims: dict[str, Any]) -> str:
        parts = (json.dumps(header | {"alg": algorithm}), json.dumps(claims))
        return ".".join([*(base64.urlsafe_b64encode(each.encode()).rstrip(b"=").decode() for each in parts), ""])

    return made


def _with_public_key_as_secret(town: FakeDirectory, header: dict[str, Any], claims: dict[str, Any]) -> str:
    secret = OctKey.import_key(town.key.as_dict(private=False)["n"])
    return _signed(town, header | {"alg": "HS256"}, claims, secret)


def _with_client_secret(town: FakeDirectory, header: dict[str, Any], claims: dict[str, Any]) -> str:
    return _signed(town, header | {"alg": "HS256"}, claims, OctKey.import_key("client secret: with % and more of it"))


def _with_another_key(town: FakeDirectory, header: dict[str, Any], claims: dict[str, Any]) -> str:
    return _signed(town, header, claims, jwk.RSAKey.generate_key(2048, {"kid": "now"}))


def _with_its_own_key(town: FakeDirectory, header: dict[str, Any], claims: dict[str, Any]) -> str:
    own = jwk.RSAKey.generate_key(2048, {"kid": "now"})
    return _signed(town, header | {"jwk": own.as_dict(private=False)}, claims, own)


def _changed_afterwards(town: FakeDirectory, header: dict[str, Any], claims: dict[str, Any]) -> str:
    parts = _signed(town, header, claims).split(".")
    forged = json.dumps(claims | {"sub": "administrator"}).encode()
    return ".".join([parts[0], base64.urlsafe_b64encode(forged).rstrip(b"=").decode(), parts[2]])


def _claims(**changes: Any) -> Spoil:
    """None: the claim is missing."""

    def change(_: FakeDirectory, __: dict[str, Any], claims: dict[str, Any]) -> None:
        claims.update(changes)

    return change


def _header(**changes: Any) -> Spoil:
    def change(town: FakeDirectory, header: dict[str, Any], claims: dict[str, Any]) -> str:
        return _signed(town, header | changes, claims)

    return change


NOW = int(time.time())
ATTACKS = [
    pytest.param(_without_signature("none"), id="alg none"),
    pytest.param(_without_signature("None"), id="alg None"),
    pytest.param(_without_signature("RS256"), id="no signature"),
    pytest.param(_with_public_key_as_secret, id="HS256 with the public key"),
    pytest.param(_with_client_secret, id="HS256 with a shared secret"),
    pytest.param(_with_another_key, id="another key of the same name"),
    pytest.param(_with_its_own_key, id="the key brought along"),
    pytest.param(_changed_afterwards, id="changed after signing"),
    pytest.param(_header(kid="unknown"), id="unknown key"),
    pytest.param(lambda *_: "", id="empty"),
    pytest.param(lambda *_: "a.b.c", id="no token"),
    pytest.param(lambda *_: "ｱ.ｱ.ｱ", id="not ASCII"),
    pytest.param(lambda *_: "e30.e30.e30.e30.e30", id="an encrypted token"),
    pytest.param(_claims(iss="https://evil.example"), id="another issuer"),
    pytest.param(_claims(iss=None), id="no issuer"),
    pytest.param(_claims(aud="another-service"), id="meant for another"),
    pytest.param(_claims(aud=["another-service"]), id="meant for others"),
    pytest.param(_claims(aud=None), id="meant for nobody"),
    pytest.param(_claims(aud={"kotae": 1}), id="odd audience"),
    pytest.param(_claims(aud=[CLIENT_ID, "another"]), id="several, and no azp"),
    pytest.param(_claims(azp="another"), id="azp of another"),
    pytest.param(_claims(nonce="0" * 64), id="another nonce"),
    pytest.param(_claims(nonce=None), id="no nonce"),
    pytest.param(_claims(nonce=1), id="a number for a nonce"),
    pytest.param(_claims(exp=NOW - 3600), id="expired"),
    pytest.param(_claims(exp=None), id="never expires"),
    pytest.param(_claims(exp="tomorrow"), id="odd expiry"),
    pytest.param(_claims(exp=True), id="true for an expiry"),
    pytest.param(_claims(iat=NOW + 3600), id="of the future"),
    pytest.param(_claims(iat=NOW - 7200), id="of long ago"),
    pytest.param(_claims(iat=None), id="of no time"),
    pytest.param(_claims(nbf=NOW + 3600), id="not yet"),
    pytest.param(_claims(sub=None), id="nobody"),
    pytest.param(_claims(sub=""), id="empty subject"),
    pytest.param(_claims(sub="x" * 256), id="long subject"),
    pytest.param(_claims(sub=7), id="a number for a subject"),
    pytest.param(_claims(auth_time="now"), id="odd time of proof"),
    pytest.param(_claims(auth_time=1 << 39), id="a time beyond all years"),
    pytest.param(_claims(exp=1 << 60), id="an expiry beyond all years"),
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_token_that_is_not_real_opens_nothing(
    linked: Flask, town: FakeDirectory, browser: FlaskClient, official: Official, attack: Spoil
) -> None:
    town.spoil = attack
    response = sign_in(browser, town)
    assert response.status_code == 403
    assert last_line(linked).details["why"].startswith("office account: token")
    assert "サインインの画面へ" in response.text
    assert not is_in(browser)
    assert bound_subject(linked, official.account_id) is None


def _published(bits: int, **parts: object) -> dict[str, object]:
    numbers = rsa.generate_private_key(65537, bits).public_key().public_numbers()
    modulus = base64.urlsafe_b64encode(numbers.n.to_bytes(bits // 8, "big")).rstrip(b"=").decode()
    return {"kty": "RSA", "kid": "k", "n": modulus, "e": "AQAB", **parts}


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(_published(1024), id="too short"),
        pytest.param(_published(2048, use="enc"), id="for encryption"),
        pytest.param({"kty": "oct", "k": "c2VjcmV0", "kid": "k"}, id="a shared secret"),
        pytest.param({"kty": "RSA", "kid": "k"}, id="half a key"),
        pytest.param({"kty": "RSA", "n": 7, "e": "AQAB"}, id="a number"),
        pytest.param({"kty": "EC", "crv": "P-0", "x": "AA", "y": "AA"}, id="an unknown curve"),
        pytest.param("key", id="no key"),
    ],
)
def test_a_key_that_must_not_sign_is_passed_over(key: object) -> None:
    assert [found.kid for found in read_keys({"keys": [key, _published(2048, kid="good")]})] == ["good"]


@pytest.mark.parametrize("published", [None, [], {}, {"keys": "k"}])
def test_keys_that_are_no_list_are_refused(published: object) -> None:
    with pytest.raises(IdTokenError):
        read_keys(published)


def test_a_code_works_once(town: FakeDirectory, browser: FlaskClient, official: Official) -> None:
    brought = town.approve(leave(browser))
    assert come_back(browser, brought).status_code == 303
    assert come_back(browser, brought).status_code == 400
    # Even with a journey of one's own, the directory gives nothing for a code that is used.
    fresh = town.approve(leave(browser))
    assert come_back(browser, fresh | {"code": brought["code"]}).status_code == 403


def test_a_code_of_another_journey_is_of_no_use(linked: Flask, town: FakeDirectory, official: Official) -> None:
    """An attacker's code in a victim's browser, with the victim's own state: PKCE and nonce refuse it."""
    attacker, victim = linked.test_client(), linked.test_client()
    stolen = town.approve(leave(attacker))
    own = town.approve(leave(victim))
    assert come_back(victim, own | {"code": stolen["code"]}).status_code == 403
    assert not is_in(victim)


@pytest.mark.parametrize("change", [{"state": "other"}, {"state": ""}, {"state": "ｱ\x00"}, {"code": ""}])
def test_without_its_own_state_and_code_nobody_comes_back(
    town: FakeDirectory, browser: FlaskClient, official: Official, change: dict[str, str]
) -> None:
    assert come_back(browser, town.approve(leave(browser)) | change).status_code == 400
    assert not is_in(browser)


def test_another_browser_cannot_come_back_in_its_place(linked: Flask, town: FakeDirectory, official: Official) -> None:
    one, other, never_went = linked.test_client(), linked.test_client(), linked.test_client()
    brought = town.approve(leave(one))
    leave(other)
    assert come_back(other, brought).status_code == 400
    assert come_back(never_went, brought).status_code == 400
    assert come_back(one, brought).status_code == 303


def test_whoever_took_too_long_begins_anew(
    linked: Flask, town: FakeDirectory, browser: FlaskClient, official: Official
) -> None:
    brought = town.approve(leave(browser))
    with database_of(linked).writing() as session:
        session.execute(update(OfficeVisit).values(begun_at=now() - dt.timedelta(minutes=11)))
    assert come_back(browser, brought).status_code == 400
    leave(browser)
    with database_of(linked).reading() as session:
        assert len(session.scalars(select(OfficeVisit)).all()) == 1


@pytest.mark.parametrize("issuer", ["https://evil.example", None])
def test_an_answer_of_another_directory_is_not_taken_to_ours(
    town: FakeDirectory, browser: FlaskClient, official: Official, issuer: str | None
) -> None:
    brought = {name: value for name, value in town.approve(leave(browser)).items() if name != "iss"}
    town.calls.clear()
    assert come_back(browser, brought | ({"iss": issuer} if issuer else {})).status_code == 403
    assert f"{urlsplit(town.issuer).path}/token" not in town.calls


def test_what_the_directory_refuses_is_said_without_its_words(town: FakeDirectory, browser: FlaskClient) -> None:
    brought = town.approve(leave(browser))
    refused = {"state": brought["state"], "iss": brought["iss"], "error": "access_denied"}
    response = come_back(browser, refused | {"error_description": "<script>alert(1)</script>"})
    assert response.status_code == 400
    assert "取り消されたか" in response.text
    assert "alert" not in response.text


@pytest.mark.parametrize(
    ("mood", "status"), [("down", 503), ("cut", 503), ("garbage", 502), ("huge", 502), ("redirect", 502)]
)
@pytest.mark.parametrize("when", ["leaving", "coming back"])
def test_a_directory_that_is_not_well_costs_a_sentence(
    linked: Flask, town: FakeDirectory, browser: FlaskClient, official: Official, mood: str, status: int, when: str
) -> None:
    if when == "leaving":
        town.mood = mood
        response = press(browser, "/staff/sign-in", START)
    else:
        brought = town.approve(leave(browser))
        town.mood = mood
        response = come_back(browser, brought)
    assert response.status_code == (403 if (mood, when) == ("redirect", "coming back") else status)
    assert "職員用" in response.text
    assert not is_in(browser)
    with database_of(linked).reading() as session:
        assert session.get(OfficeIdentity, official.account_id) is None


@pytest.mark.parametrize("mood", ["hang", "drip"])
def test_nobody_waits_long_for_a_slow_directory(
    linked: Flask, town: FakeDirectory, browser: FlaskClient, monkeypatch: pytest.MonkeyPatch, mood: str
) -> None:
    monkeypatch.setattr(oidc_http, "READ_SECONDS", 0.3)
    monkeypatch.setattr(oidc_http, "BODY_SECONDS", 0.3)
    kit: Services = linked.extensions["kotae"]
    assert kit.settings.office_directory is not None
    linked.extensions["kotae"] = replace(kit, office_provider=OfficeProvider(kit.settings.office_directory))
    town.mood = mood
    assert press(browser, "/staff/sign-in", START).status_code == 503


def test_a_directory_that_does_not_answer_is_left_alone_for_a_while(town: FakeDirectory, browser: FlaskClient) -> None:
    town.mood = "down"
    for _ in range(4):
        assert press(browser, "/staff/sign-in", START).status_code == 503
    assert len(town.calls) == 1


@pytest.mark.parametrize(
    "metadata",
    [
        pytest.param({"issuer": "https://evil.example"}, id="another issuer"),
        pytest.param({"token_endpoint": "http://127.0.0.1:9/token"}, id="token elsewhere"),
        pytest.param({"token_endpoint": "http://127.0.0.1@evil.example/"}, id="token at a deceiving address"),
        pytest.param({"jwks_uri": "http://localhost/keys"}, id="keys elsewhere"),
        pytest.param({"authorization_endpoint": "https://evil.example/"}, id="sign-in elsewhere"),
        pytest.param({"authorization_endpoint": "javascript:alert(1)"}, id="a script for an address"),
        pytest.param({"jwks_uri": None}, id="no keys"),
        pytest.param({"jwks_uri": 7}, id="a number for an address"),
        pytest.param({"authorization_endpoint": "same\r\nSet-Cookie: a=b"}, id="a second header"),
    ],
)
def test_no_host_but_the_one_that_was_set_is_called(
    town: FakeDirectory, browser: FlaskClient, metadata: dict[str, Any]
) -> None:
    same = f"{town.issuer}/auth"
    town.metadata = {
        name: str(each).replace("same", same) if name[0] == "a" else each for name, each in metadata.items()
    }
    response = press(browser, "/staff/sign-in", START)
    assert response.status_code == 502
    assert "evil" not in response.text
    assert len(town.calls) == 1


def test_new_keys_are_fetched_when_a_token_names_one_and_not_more_than_once_a_minute(
    linked: Flask, town: FakeDirectory, official: Official
) -> None:
    clock = [1000.0]
    kit: Services = linked.extensions["kotae"]
    assert kit.settings.office_directory is not None
    provider = OfficeProvider(kit.settings.office_directory, lambda: clock[0])
    linked.extensions["kotae"] = replace(kit, office_provider=provider)
    assert sign_in(linked.test_client(), town).status_code == 303
    old = town.key
    try:
        town.key = jwk.RSAKey.generate_key(2048, {"kid": "next"})
        town.spoil = lambda _, header, claims: _signed(town, header | {"kid": "next"}, claims)
        assert sign_in(linked.test_client(), town).status_code == 403
        clock[0] += 61
        assert sign_in(linked.test_client(), town).status_code == 303
    finally:
        town.key = old


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        pytest.param({"email_verified": False}, "情報が足りません", id="unverified"),
        pytest.param({"email_verified": None}, "情報が足りません", id="silent about it"),
        pytest.param({"email_verified": "false"}, "情報が足りません", id="false as text"),
        pytest.param({"email_verified": {"a": 1}}, "情報が足りません", id="odd"),
        pytest.param({"email": None}, "情報が足りません", id="no mail"),
        pytest.param({"email": ["a@city.example"]}, "情報が足りません", id="a list of mails"),
        pytest.param({"email": "nobody@city.example"}, "登録されていません", id="no account"),
    ],
)
def test_whom_no_account_is_for_stays_outside(
    linked: Flask, town: FakeDirectory, browser: FlaskClient, official: Official, claims: dict[str, Any], said: str
) -> None:
    with database_of(linked).reading() as session:
        before = len(session.scalars(select(StaffAccount)).all())
    town.person = official.claims | claims | {"roles": ["admin"], "groups": ["administrators"]}
    response = sign_in(browser, town)
    assert response.status_code == 403
    assert said in response.text
    assert not is_in(browser)
    assert (last_line(linked).action, last_line(linked).refused) == ("sign_in_failed", True)
    with database_of(linked).reading() as session:
        assert len(session.scalars(select(StaffAccount)).all()) == before


@pytest.mark.parametrize("sure", [True, "true", "1", 1])
def test_a_directory_may_write_its_yes_in_several_ways(
    town: FakeDirectory, browser: FlaskClient, official: Official, sure: object
) -> None:
    town.person = official.claims | {"email_verified": sure}
    assert sign_in(browser, town).status_code == 303


@pytest.mark.parametrize(
    "state",
    [
        pytest.param({"disabled": True}, id="stopped"),
        pytest.param({"active_from": today() + dt.timedelta(days=30)}, id="not yet"),
        pytest.param({"active_until": today() - dt.timedelta(days=30)}, id="ended"),
    ],
)
@pytest.mark.parametrize("bound", [False, True], ids=["new", "bound"])
def test_an_account_that_may_not_be_used_stays_shut_and_the_person_is_told(
    linked: Flask, town: FakeDirectory, browser: FlaskClient, official: Official, state: dict[str, Any], bound: bool
) -> None:
    if bound:
        assert sign_in(linked.test_client(), town).status_code == 303
    with database_of(linked).writing() as session:
        session.execute(update(StaffAccount).where(StaffAccount.id == official.account_id).values(**state))
    response = sign_in(browser, town)
    assert response.status_code == 403
    assert "この利用者は、今は使えません" in response.text
    assert not is_in(browser)
    line = last_line(linked)
    assert (line.action, line.refused, line.subject) == ("sign_in_failed", True, official.login)
    assert line.details == {"why": "office account: account not active"}
    assert (bound_subject(linked, official.account_id) is not None) == bound


def test_two_accounts_of_one_mail_are_told_apart_by_nobody(
    linked: Flask, town: FakeDirectory, browser: FlaskClient, official: Official
) -> None:
    other, _ = add_colleague(database_of(linked), [Grant(Role.ADMIN, None)])
    with database_of(linked).writing() as session:
        session.get_one(StaffAccount, other).email = official.claims["email"]
    assert "どの利用者か決められません" in sign_in(browser, town).text
    assert not is_in(browser)


def test_a_bound_account_is_nobody_elses_until_an_administrator_unbinds_it(
    linked: Flask, town: FakeDirectory, official: Official
) -> None:
    holder = linked.test_client()
    assert sign_in(holder, town).status_code == 303
    town.person = official.claims | {"sub": "somebody-else"}
    assert "別の庁内アカウントと結び付いています" in sign_in(linked.test_client(), town).text
    administrator = signed_in(linked, [Role.ADMIN])
    page = f"/staff/accounts/{official.account_id}"
    assert "庁内アカウントとの結び付きを外す" in administrator.get(page).text
    administrator.get(f"{page}/unbind-office-account")
    assert is_in(holder)
    administrator.post(f"{page}/unbind-office-account")
    assert not is_in(holder)
    assert last_line(linked).action == "office_account_unbound"
    assert sign_in(linked.test_client(), town).status_code == 303
    assert bound_subject(linked, official.account_id) == "somebody-else"


def _with_second_step(app: Flask, account_id: int) -> str:
    seed = pyotp.random_base32()
    kit: Services = app.extensions["kotae"]
    with kit.database.writing() as session:
        kept = encrypted_seed(kit.settings.data_key, account_id, seed)
        session.get_one(StaffAccount, account_id).totp_seed = kept
    return seed


@pytest.mark.parametrize(
    ("claims", "enough"),
    [
        pytest.param({"amr": ["pwd", "mfa"]}, True, id="amr mfa"),
        pytest.param({"acr": "gold"}, True, id="acr"),
        pytest.param({"amr": ["pwd"]}, False, id="password alone"),
        pytest.param({"amr": "mfa"}, False, id="no list"),
        pytest.param({"acr": "0"}, False, id="another level"),
        pytest.param({}, False, id="silent"),
    ],
)
def test_the_directorys_second_step_is_enough_where_it_is_trusted_and_was_asked_for(
    linked: Flask, town: FakeDirectory, browser: FlaskClient, official: Official, claims: dict[str, Any], enough: bool
) -> None:
    seed = _with_second_step(linked, official.account_id)
    town.person = official.claims | claims
    response = sign_in(browser, town, "/staff/sign-in?next=/staff/242047/answers")
    if enough:
        assert response.location == "/staff/242047/answers"
        assert is_in(browser)
        return
    assert response.location == "/staff/second-step?next=/staff/242047/answers"
    assert not is_in(browser)
    code = pyotp.TOTP(seed).now()
    done = press(browser, "/staff/second-step?next=/staff/242047/answers", "/staff/second-step", {"code": code})
    assert done.location == "/staff/242047/answers"
    assert is_in(browser)


def test_whoever_was_signed_in_there_since_the_morning_proves_it_again_before_what_is_delicate(
    linked: Flask, town: FakeDirectory, browser: FlaskClient
) -> None:
    _, login = add_colleague(database_of(linked), [Grant(Role.ADMIN, None)])
    morning = int(time.time()) - 3 * 3600
    town.person = {"sub": f"s-{login}", "email": login, "email_verified": True, "auth_time": morning}
    assert sign_in(browser, town).status_code == 303
    wanted = browser.get("/staff/accounts", headers={"Host": HOST})
    assert wanted.location == "/staff/confirm?next=/staff/accounts"
    page = browser.get(wanted.location, headers={"Host": HOST}).text
    assert "パスワードをもう一度" not in page, "somebody without a password is not asked for one"
    address = leave(browser, wanted.location, "/staff/office-account/again")
    asked = parse_qs(urlsplit(address).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
    # The directory let them through without asking: that proves nothing.
    refused = come_back(browser, town.approve(address))
    assert (refused.status_code, "あらためて確かめられません" in refused.text) == (403, True)
    assert browser.get("/staff/accounts", headers={"Host": HOST}).status_code == 303
    town.person["auth_time"] = int(time.time())
    address = leave(browser, wanted.location, "/staff/office-account/again")
    assert come_back(browser, town.approve(address)).location == "/staff/accounts"
    assert last_line(linked).action == "office_account_confirmed"
    assert browser.get("/staff/accounts", headers={"Host": HOST}).status_code == 200


@pytest.mark.parametrize("who", ["somebody else", "silent about when"])
def test_only_the_same_person_proves_it_and_only_with_a_time(
    linked: Flask, town: FakeDirectory, browser: FlaskClient, who: str
) -> None:
    _, login = add_colleague(database_of(linked), [Grant(Role.ADMIN, None)])
    own = {"sub": f"s-{login}", "email": login, "email_verified": True}
    town.person = own
    assert sign_in(browser, town).status_code == 303
    with database_of(linked).writing() as session:
        session.execute(update(StaffSession).values(confirmed_at=now() - dt.timedelta(hours=1)))
    address = leave(browser, "/staff/confirm", "/staff/office-account/again")
    town.person = own | ({"sub": "somebody-else"} if who == "somebody else" else {"auth_time": None})
    assert come_back(browser, town.approve(address)).status_code == 403
    assert browser.get("/staff/accounts", headers={"Host": HOST}).status_code == 303


def test_a_proof_is_for_the_session_that_asked_for_it(linked: Flask, town: FakeDirectory, official: Official) -> None:
    browser = linked.test_client()
    assert sign_in(browser, town).status_code == 303
    brought = town.approve(leave(browser, "/staff/confirm", "/staff/office-account/again"))
    cookie = browser.get_cookie("staff", domain=HOST)
    assert cookie is not None
    with database_of(linked).writing() as session:
        session.get_one(StaffSession, session_hash(cookie.value)).ended_at = now()
    assert come_back(browser, brought).status_code == 400


def test_what_was_being_written_when_the_session_ended_is_there_again(
    linked: Flask, town: FakeDirectory, official: Official
) -> None:
    browser = linked.test_client()
    assert sign_in(browser, town).status_code == 303
    page = browser.get("/staff/242047/try", headers={"Host": HOST}).text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    with database_of(linked).writing() as session:
        session.execute(update(StaffSession).values(seen_at=now() - dt.timedelta(hours=1)))
    sent = {"csrf_token": token, "question": "長い時間をかけて書いた文"}
    door = browser.post("/staff/242047/try", data=sent, headers={"Host": HOST, "Origin": ORIGIN})
    assert door.status_code == 403
    form = next(each for each in re.findall(r"<form.*?</form>", door.text, re.DOTALL) if f'action="{START}"' in each)
    fields = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', form))
    leaving = browser.post(START, data=fields, headers={"Host": HOST, "Origin": ORIGIN})
    address = html.unescape(re.findall(r'href="([^"]+/auth[^"]+)"', leaving.text)[0])
    back = come_back(browser, town.approve(address))
    assert back.status_code == 200
    assert "長い時間をかけて書いた文" in back.text


def test_a_kept_form_that_is_not_ours_is_not_stored(linked: Flask, town: FakeDirectory, browser: FlaskClient) -> None:
    press(browser, "/staff/sign-in", START, {"kept": "forged" * 1000})
    with database_of(linked).reading() as session:
        assert all(row.kept is None for row in session.scalars(select(OfficeVisit)))


def test_guessing_is_slowed_as_at_the_other_door(
    linked: Flask, town: FakeDirectory, browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(entering, "pause", waits.append)
    with database_of(linked).writing() as session:
        session.query(SignInFailure).delete()
    leave(browser)
    for _ in range(13):
        assert come_back(browser, {"state": "guessed", "code": "x"}).status_code == 400
    assert waits == [0.5, 1.0, 2.0]


def test_a_new_session_begins_and_the_old_one_ends(linked: Flask, town: FakeDirectory, official: Official) -> None:
    browser = linked.test_client()
    assert sign_in(browser, town).status_code == 303
    old = browser.get_cookie("staff", domain=HOST)
    assert sign_in(browser, town).status_code == 303
    new = browser.get_cookie("staff", domain=HOST)
    assert old is not None
    assert new is not None
    assert old.value != new.value
    browser.set_cookie("staff", old.value, domain=HOST)
    assert not is_in(browser)


def test_whoever_has_a_password_may_use_either(linked: Flask, town: FakeDirectory, official: Official) -> None:
    with database_of(linked).writing() as session:
        session.get_one(StaffAccount, official.account_id).password_hash = hash_password(PASSWORD)
    browser = linked.test_client()
    assert sign_in(browser, town).status_code == 303
    page = browser.get("/staff/confirm", headers={"Host": HOST}).text
    assert "パスワードをもう一度" in page
    assert "庁内アカウントで確かめる" in page
    again = linked.test_client()
    given = {"login": official.login, "password": PASSWORD}
    assert press(again, "/staff/sign-in", "/staff/sign-in", given).status_code == 303
    assert is_in(again)


@pytest.mark.parametrize(
    ("by_office", "by_us", "verdict"),
    [(True, False, Verdict.PASS), (False, True, Verdict.PASS), (False, False, Verdict.SET_UP)],
)
def test_in_production_the_second_step_of_either_is_enough(by_office: bool, by_us: bool, verdict: Verdict) -> None:
    person = Person(1, "a", "b", (Grant(Role.EDITOR, "242047"),))
    held = SignedIn("h", person, True, now(), now(), now(), now(), by_us, by_office)
    need = NEEDS["console.answer_editing.new"]
    assert judge(need, held, "242047", totp_asked=True, is_fresh=True, setting_up=False) is verdict


def test_without_the_setting_there_is_no_such_door(office: Flask) -> None:
    client = office.test_client()
    page = client.get("/staff/sign-in", headers={"Host": HOST}).text
    assert "庁内アカウント" not in page
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    sent = client.post(START, data={"csrf_token": token}, headers={"Host": HOST, "Origin": ORIGIN})
    assert (sent.status_code, "使っていません" in sent.text) == (400, True)
    assert come_back(client, {"state": "x", "code": "y"}).status_code == 400


@pytest.mark.browser
def test_in_a_real_browser_one_button_leads_there_and_back(
    town: FakeDirectory, tmp_path: Path, vectors_folder: Path, loaded_file: Path
) -> None:
    """Across two origins, with cookies and page policies as browsers hold them; each page for everybody to use."""
    (tmp_path / "vectors").symlink_to(vectors_folder)
    shutil.copy(loaded_file, tmp_path / "kotae.db")
    port = free_port()
    base = {"INSTANCE_PATH": str(tmp_path), "SENDER_THREADS": "0", "BASE_URL": f"http://localhost:{port}"}
    site = create_app({**base, **town.environment()})
    _, login = add_colleague(database_of(site), [Grant(Role.ADMIN, None)])
    town.person = {"sub": "s", "email": login, "email_verified": True, "auth_time": int(time.time()) - 7200}
    with served(site, port), launched() as browser:
        page = browser.new_context(base_url=base["BASE_URL"], locale="ja-JP", bypass_csp=False).new_page()
        page.goto("/staff/sign-in?next=/staff/accounts")
        page.get_by_role("button", name="庁内アカウントでサインイン").click()
        page.wait_for_url("**/staff/confirm**")
        town.person["auth_time"] = int(time.time())
        page.get_by_role("button", name="庁内アカウントで確かめる").click()
        page.wait_for_url("**/staff/accounts")
        assert page.get_by_role("heading", name="利用者", exact=True).is_visible()
        for path in ("/staff/sign-in", "/staff/confirm", f"{RETURN}?state=x"):
            looked = browser.new_context(
                base_url=base["BASE_URL"], bypass_csp=True, viewport={"width": 320, "height": 800}
            )
            looked.add_cookies(page.context.cookies())
            other = looked.new_page()
            other.goto(path)
            assert page_faults(other) == [], path
            looked.close()
    database_of(site).dispose()
