"""Staff of a test: people with roles, signed in, who open pages and press buttons as a browser does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import count
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.console import cookies, forms
from bot.services import Services
from knowledge.calendar import now
from knowledge.db import Database
from knowledge.roles import Grant, Role
from knowledge.sessions import start_session
from knowledge.staff import add_account

HOST = "127.0.0.1"
ORIGIN = f"http://{HOST}"
_numbers = count(1)


@dataclass
class Colleague:
    """Somebody signed in.  Every page that is opened is looked over; every button is pressed with its token."""

    client: FlaskClient
    account_id: int
    login: str
    session_id: str
    secret_key: str

    def get(self, path: str, status: int = 200, **options: Any) -> TestResponse:
        response = self.client.get(path, headers={"Host": HOST}, **options)
        assert response.status_code == status, f"GET {path}: {response.status_code}\n{response.text[:500]}"
        if status == 200 and response.mimetype == "text/html":
            check_page(response.text)
        return response

    def post(
        self,
        path: str,
        data: Mapping[str, Any] | None = None,
        status: int = 303,
        *,
        check: bool = True,
        **options: Any,
    ) -> TestResponse:
        """``data``: the fields, files included; the token is added.  ``check``: not for what is a part of a page."""
        token = {forms.FIELD: forms.token_for(self.secret_key, self.session_id)}
        response = self.client.post(
            path, data={**token, **(data or {})}, headers={"Host": HOST, "Origin": ORIGIN}, **options
        )
        assert response.status_code == status, f"POST {path}: {response.status_code}\n{response.text[:500]}"
        if check and status in (200, 422) and response.mimetype == "text/html":
            check_page(response.text)
        return response


def signed_in(
    app: Flask,
    roles: Iterable[Role | str] = (Role.EDITOR,),
    municipality: str | None = "242047",
    *,
    department: str | None = None,
    login: str | None = None,
    name: str = "試験 太郎",
) -> Colleague:
    """A new account with ``roles`` in ``municipality`` (None: in all), signed in."""
    kit: Services = app.extensions["kotae"]
    grants = [Grant(Role(role), municipality, department) for role in roles]
    account_id, used = add_colleague(kit.database, grants, login=login, name=name)
    return signed_in_as(app, account_id, used)


def signed_in_as(app: Flask, account_id: int, login: str) -> Colleague:
    """Another browser of somebody who is there."""
    kit: Services = app.extensions["kotae"]
    with kit.database.writing() as session:
        session_id = start_session(session, account_id, now(), "", full=True)
    client = app.test_client()
    client.set_cookie(cookies.name(https=not kit.settings.is_local), session_id, domain=HOST)
    return Colleague(client, account_id, login, session_id, kit.settings.secret_key)


def add_colleague(
    database: Database, grants: Iterable[Grant], *, login: str | None = None, name: str = "試験 太郎"
) -> tuple[int, str]:
    used = login or f"colleague-{next(_numbers)}"
    with database.writing() as session:
        return add_account(session, used, name, grants, now()).id, used


def visit(client: FlaskClient, path: str, data: Mapping[str, Any], status: int = 303) -> TestResponse:
    """Fill in a form as somebody who is not signed in: the token is taken from the page."""
    page = client.get(path, headers={"Host": HOST})
    check_page(page.text)
    token = re.search(r'name="csrf_token" value="([0-9a-f]+)"', page.text)
    assert token is not None
    response = client.post(
        path,
        data={"csrf_token": token[1], **data},
        headers={"Host": HOST, "Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"},
    )
    assert response.status_code == status, f"POST {path}: {response.status_code}\n{response.text}"
    if response.mimetype == "text/html" and status != 303:
        check_page(response.text)
    return response


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.headings: list[int] = []
        self.labelled: set[str] = set()
        self.controls: list[dict[str, str | None]] = []
        self.forms: list[dict[str, Any]] = []
        self.tables: list[dict[str, Any]] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag in ("h1", "h2", "h3", "h4"):
            self.headings.append(int(tag[1]))
        elif tag == "label":
            self.labelled.add(str(given.get("for")))
        elif tag in ("input", "select", "textarea"):
            if given.get("type") != "hidden":
                self.controls.append(given)
            elif self.forms:
                self.forms[-1]["fields"].add(given.get("name"))
        elif tag == "form":
            self.forms.append({"method": (given.get("method") or "get").lower(), "fields": set()})
        elif tag == "table":
            self.tables.append({"caption": False, "scoped": False})
        elif tag == "caption" and self.tables:
            self.tables[-1]["caption"] = True
        elif tag == "th" and self.tables and given.get("scope"):
            self.tables[-1]["scoped"] = True
        elif tag == "a" and (given.get("href") or "").startswith("#"):
            self.links.append(str(given["href"])[1:])


def check_page(html: str) -> None:
    """What holds for every page of the console: slips are seen in whichever test meets them."""
    page = _Page()
    page.feed(html)
    assert page.headings.count(1) == 1, "one h1"
    jumps = [pair for pair in zip(page.headings, page.headings[1:], strict=False) if pair[1] > pair[0] + 1]
    assert not jumps, f"headings in order: {page.headings}"
    assert len(page.ids) == len(set(page.ids)), f"an id twice: {sorted(page.ids)}"
    bare = [c for c in page.controls if c.get("id") not in page.labelled and not c.get("aria-label")]
    assert not bare, f"a control without a label: {bare}"
    unguarded = [form for form in page.forms if form["method"] == "post" and forms.FIELD not in form["fields"]]
    assert not unguarded, "a form without its token"
    assert all(table["caption"] and table["scoped"] for table in page.tables), "a table without caption or scope"
    assert set(page.links) <= set(page.ids), f"a link to nowhere: {set(page.links) - set(page.ids)}"
    assert "<title>" in html
    assert not re.search("None(?! of these)", re.sub(r"<[^>]*>", "", html)), "a None on the page"
