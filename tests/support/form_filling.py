"""Every form of a site, filled in with every hostile string.

Nothing here knows a form by name: forms are read from the pages, and the program itself tells which fields it
reads (``listening``), so that a field which nobody fills shows.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any, ClassVar
from urllib.parse import quote, urlencode, urlsplit

from flask import Flask, Request, has_request_context, request
from flask.testing import FlaskClient
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

from bot.console.forms import FIELD
from tests.support.hostile import Pack, fitting, html_faults, packs
from tests.support.staff import HOST, ORIGIN

MULTIPART = "multipart/form-data"
BOUNDARY = "a-boundary-that-nobody-writes"
WIDE, WIDER = 1000, 6000
"""How many letters of hostile text go into a field, and into one that should be a date, an id or part of an address."""
TEXTS = ("text", "textarea", "search", "email", "url", "tel", "password")

Field = tuple[str, str]
AT_ONCE = 2000
SIGN_OUT = "console.door.sign_out"
DROPPED = "{dropped}"
"""Instead of a value: not sent at all."""


# --- Reading forms ---------------------------------------------------------------------------------------------------


@dataclass
class Control:
    name: str
    kind: str
    value: str = ""
    longest: int | None = None
    options: list[str] = field(default_factory=list)
    on: bool = True
    """Whether a browser would send it."""


@dataclass
class Form:
    page: str
    action: str
    method: str
    multipart: bool
    controls: list[Control] = field(default_factory=list)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(each.name for each in self.controls)

    @property
    def key(self) -> frozenset[str]:
        """What forms have in common that differ in the rows which they are of."""
        return frozenset(
            (*kinds_in(self.action), *(re.sub(r"\d+", "0", name.partition(":")[0]) for name in self.names))
        )

    def given(self) -> list[Field]:
        """What a browser sends when the first button is pressed."""
        sent, pressed = [], False
        for each in self.controls:
            if each.kind == "submit":
                if not pressed:
                    sent.append((each.name, each.value))
                pressed = True
            elif each.on and each.kind != "file":
                sent.append((each.name, each.value))
        return sent


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.forms, self.links = page, list[Form](), list[str]()
        self._form: Form | None = None
        self._within: Control | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        elif tag == "form":
            action = given.get("action") or urlsplit(self.page).path
            self._form = Form(self.page, action, given.get("method", "get").lower(), given.get("enctype") == MULTIPART)
            self.forms.append(self._form)
        elif self._form is not None:
            self._control(self._form, tag, given, "checked" in given, "selected" in given)

    def _control(self, form: Form, tag: str, given: Mapping[str, str], checked: bool, selected: bool) -> None:
        longest = int(given["maxlength"]) if given.get("maxlength", "").isdecimal() else None
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "option" and self._within is not None:
            if selected or not self._within.options:
                self._within.value = given.get("value", "")
            self._within.options.append(given.get("value", ""))
        elif not name:
            return
        elif tag == "input":
            on = checked if kind in ("checkbox", "radio") else True
            form.controls.append(Control(name, kind, given.get("value", ""), longest, on=on))
        elif tag == "button":
            form.controls.append(Control(name, "submit", given.get("value", "")))
        elif tag in ("select", "textarea"):
            self._within = Control(name, tag, longest=longest)
            form.controls.append(self._within)

    def handle_data(self, data: str) -> None:
        if self._within is not None and self._within.kind == "textarea":
            self._within.value += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("select", "textarea") and self._within is not None:
            self._within.value = self._within.value.removeprefix("\n") if tag == "textarea" else self._within.value
            self._within = None
        elif tag == "form":
            self._form = None


def kinds_in(address: str) -> list[str]:
    """What in an address says which page it is, and not of what."""
    return re.findall(r"/(?:tables|steps|new)/([^/?]+)", address)


def read_page(address: str, html: str) -> tuple[list[Form], list[str]]:
    """The forms and the links of a page."""
    reader = _Reader(address)
    reader.feed(html)
    return reader.forms, reader.links


# --- Hearing what the program reads ----------------------------------------------------------------------------------


class _Heard(ImmutableMultiDict[str, str]):
    """A form that notes which of its fields are asked for."""

    asked: ClassVar[dict[str, set[str]]] = defaultdict(set)

    def _note(self, name: object) -> None:
        if has_request_context() and request.endpoint is not None and isinstance(name, str):
            self.asked[f"{request.method} {request.endpoint}"].add(name)

    def get(self, key: Any, *given: Any, **options: Any) -> Any:
        self._note(key)
        return super().get(key, *given, **options)

    def getlist(self, key: Any, *given: Any, **options: Any) -> Any:
        self._note(key)
        return super().getlist(key, *given, **options)

    def __getitem__(self, key: Any) -> Any:
        self._note(key)
        return super().__getitem__(key)

    def __contains__(self, key: Any) -> bool:
        self._note(key)
        return super().__contains__(key)


def listening(app: Flask) -> dict[str, set[str]]:
    """Let ``app`` note, by method and endpoint, which fields it reads."""
    asked: dict[str, set[str]] = defaultdict(set)
    heard = type("Heard", (_Heard,), {"asked": asked})
    app.request_class = type("ListeningRequest", (Request,), {"parameter_storage_class": heard})
    return asked


# --- Filling them in -------------------------------------------------------------------------------------------------


def encoded(fields: Iterable[Field]) -> bytes:
    """As a browser sends it; half a surrogate pair as the three bytes that some programs make of it."""
    return urlencode(list(fields), errors="surrogatepass").encode()


def multipart(fields: Iterable[Field], files: Mapping[str, tuple[str, bytes]]) -> bytes:
    parts = []
    for name, value in fields:
        parts.append(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{_quoted(name)}"\r\n\r\n{value}\r\n')
    sent = "".join(parts).encode("utf-8", "surrogatepass")
    for name, (filename, content) in files.items():
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{_quoted(filename)}"\r\n\r\n'
        sent += head.encode("utf-8", "surrogatepass") + content + b"\r\n"
    return sent + f"--{BOUNDARY}--\r\n".encode()


def _quoted(text: str) -> str:
    """As browsers write a name into a header."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


@dataclass(frozen=True)
class Kept:
    """A page that came back, to be looked at in a real browser: ``address`` is where it came from."""

    what: str
    address: str
    status: int
    html: str
    headers: Mapping[str, str]


@dataclass
class Crawled:
    """``pages``: address -> endpoint; ``shown``: those that a browser shows.

    ``forms``: one of each kind, by where it goes and what it asks.
    """

    pages: dict[str, str] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)
    forms: dict[tuple[str | None, frozenset[str]], Form] = field(default_factory=dict)


@dataclass
class Walker:
    """Somebody with a browser who writes hostile text wherever there is room."""

    app: Flask
    client: FlaskClient
    asked: dict[str, set[str]]
    """Which fields the program reads, by method and endpoint."""
    sent: dict[tuple[str, str], set[int]]
    """Which strings were put into which field of which method and endpoint."""
    wrong: list[str]
    kept: dict[str, Kept]
    taken: dict[str, int]
    """How often something hostile was accepted, by endpoint."""
    count: list[int] = field(default_factory=lambda: [0])
    """Of what was sent; ``{n}`` in what a field must say stands for it."""

    def another(self, client: FlaskClient) -> Walker:
        """The same with another browser."""
        return replace(self, client=client)

    def endpoint(self, path: str, method: str) -> str | None:
        adapter = self.app.url_map.bind(HOST)
        try:
            return str(adapter.match(path, method=method)[0])
        except (HTTPException, RequestRedirect):
            return None

    def open(self, address: str, fields: Sequence[Field] = ()) -> TestResponse:
        path, _, already = address.partition("?")
        query = "&".join(filter(None, (already, encoded(fields).decode())))
        response = self.client.get(f"{path}?{query}" if query else path, headers={"Host": HOST})
        self._judge("GET", path, response)
        return response

    def post(
        self,
        address: str,
        fields: Sequence[Field],
        places: Mapping[str, Iterable[int]] | None = None,
        files: Mapping[str, tuple[str, bytes]] | None = None,
        *,
        in_parts: bool = False,
    ) -> TestResponse:
        """``places``: which strings each hostile field holds."""
        # What is long goes in parts, too: nothing is read otherwise, and it is sooner written and read.
        if files or in_parts or sum(len(value) for _, value in fields) > AT_ONCE:
            body, kind = multipart(fields, files or {}), f"{MULTIPART}; boundary={BOUNDARY}"
        else:
            body, kind = encoded(fields), "application/x-www-form-urlencoded"
        response = self.client.post(
            address,
            data=body,
            content_type=kind,
            headers={"Host": HOST, "Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"},
        )
        path = address.partition("?")[0]
        self._judge("POST", path, response)
        endpoint = self.endpoint(path, "POST")
        for name, given in (places or {}).items():
            self._note("POST", path, name, given)
        if endpoint and response.status_code in (200, 303):
            self.taken[endpoint] = self.taken.get(endpoint, 0) + 1
        return response

    def _note(self, method: str, path: str, name: str, places: Iterable[int]) -> None:
        self.sent.setdefault((f"{method} {self.endpoint(path, method)}", name), set()).update(places)

    def _judge(self, method: str, path: str, response: TestResponse) -> None:
        endpoint = self.endpoint(path, method)
        where = f"{method} {endpoint or path[:60]}"
        if response.status_code >= 500:
            self.wrong.append(f"{where}: {response.status_code}")
        for name, value in response.headers:
            if "zq" in name.lower() or (name == "Set-Cookie" and not value.startswith(("staff", "office"))):
                self.wrong.append(f"{where}: header {name}: {value[:80]}")
        if response.mimetype == "text/html":
            html = response.text
            self.wrong += [f"{where} {response.status_code}: {fault}" for fault in html_faults(html)]
            headers = {name: value for name, value in response.headers if name != "Content-Length"}
            self.kept[f"{where} {response.status_code}"] = Kept(where, path, response.status_code, html, headers)

    # --- One form ---

    def forms(self, address: str) -> list[Form]:
        """Those of a page, apart from the button that ends the session."""
        found = read_page(address, self.open(address).text)[0]
        return [form for form in found if self.endpoint(form.action, "POST") != SIGN_OUT]

    def fill(
        self,
        form: Form,
        valid: Mapping[str, str] | None = None,
        *,
        accepted: int = 8,
        wide: int = WIDE,
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> None:
        """Every string into every field.

        ``valid``: what a field must say for the others to be kept; ``{hostile}`` in it stands for a string, ``{n}``
        for another number each time, and what is DROPPED is not sent.  ``accepted``: how often it is to be kept.
        ``wide``: how much at once; less where the program reads no more.
        """
        given = dict(valid or {})
        holds = {name: value for name, value in given.items() if "{hostile}" in value}
        kinds = {each.name: each.kind for each in form.controls}
        usual = [(name, given.get(name, value)) for name, value in form.given()]
        usual += [(name, value) for name, value in given.items() if name not in dict(usual)]
        usual = [(name, value) for name, value in usual if value != DROPPED and name not in holds]
        free = [each for each in form.controls if (each.kind in TEXTS and each.name not in given) or each.name in holds]
        free = list({each.name: each for each in free}.values())
        typed = [name for name in {**kinds, **given} if name not in {each.name for each in free} and name != FIELD]
        for number in range(accepted if free else 0):
            self._send(form, usual, _singles(free, number, holds), files)
        for texts in _all_in(free, wide):
            self._send(form, usual, texts, files)
        for pack in packs(WIDER) if typed else ():
            self._send(form, usual, dict.fromkeys(typed, pack), files)
        for half in (typed[::2], typed[1::2]) if len(typed) > 1 else ():
            self._send(form, usual, {name: packs(WIDE)[len(name) % len(packs(WIDE))] for name in half}, files)
        # What the program reads, and this page had no room for.
        endpoint = self.endpoint(form.action.partition("?")[0], "POST")
        beside = sorted(self.asked[f"POST {endpoint}"] - form.names - given.keys() - {FIELD})
        for pack in packs(WIDER) if beside and form.method == "post" else ():
            self._send(form, usual, dict.fromkeys(beside, pack), files)

    def _send(
        self,
        form: Form,
        usual: Sequence[Field],
        texts: Mapping[str, Pack],
        files: Mapping[str, tuple[str, bytes]] | None,
    ) -> None:
        self.count[0] += 1
        fields = [(name, value.replace("{n}", str(self.count[0]))) for name, value in usual if name not in texts]
        fields += [(name, pack.text) for name, pack in texts.items()]
        places = {name: pack.places for name, pack in texts.items()}
        if form.method == "get":
            for name, each in places.items():
                self._note("GET", form.action.partition("?")[0], name, each)
            self.open(form.action, fields)
        else:
            self.post(form.action, fields, places, files, in_parts=form.multipart)

    # --- Many pages ---

    def crawl(self, seeds: Iterable[str], most: int = 2) -> Crawled:
        """The pages that are linked from ``seeds``, no more than ``most`` of one kind, and their forms."""
        found, met, ahead = Crawled(), Counter[tuple[object, ...]](), list(seeds)
        while ahead:
            address = ahead.pop(0)
            path, _, query = address.partition("?")
            endpoint = self.endpoint(path, "GET")
            if endpoint is None or endpoint == "static" or address in found.pages:
                continue
            kind = (endpoint, *kinds_in(path), *sorted(re.findall(r"(\w+)=", query)))
            met[kind] += 1
            if met[kind] > most:
                continue
            response = self.open(address)
            found.pages[address] = endpoint
            if response.status_code == 200 and response.mimetype == "text/html":
                found.shown.append(address)
                forms, links = read_page(address, response.text)
                for form in forms:
                    found.forms.setdefault(
                        (self.endpoint(form.action.partition("?")[0], form.method.upper()), form.key), form
                    )
                ahead += [_whole(address, link.partition("#")[0]) for link in links]
        return found

    # --- Addresses ---

    def ask(self, address: str, names: Sequence[str]) -> None:
        """Every string into every one of these parts of an address's query."""
        for pack in packs(WIDER):
            self.open(address, [(name, pack.text) for name in names])
            for name in names:
                self._note("GET", address.partition("?")[0], name, pack.places)

    def paths(self, rule: str) -> None:
        """Every string into the free places of an address, but for those that no server takes for one."""
        method = "GET" if self.endpoint(_filled(rule, "x"), "GET") else "POST"
        for pack in (one for one in packs(WIDER) if len(one.text) <= WIDER):
            path = _filled(rule, quote(pack.text.replace("/", "∕"), safe="", errors="surrogatepass"))
            if method == "GET":
                self.open(path)
            else:
                self.post(path, [])


def _filled(rule: str, text: str) -> str:
    return re.sub(r"<([^>]+)>", lambda found: _part(found[1], text), rule)


def _part(name: str, text: str) -> str:
    return "1" if name.startswith("int:") else "242047" if name == "code" else text


def _whole(page: str, link: str) -> str:
    return page.partition("?")[0] + link if link.startswith("?") else link


def _singles(free: Sequence[Control], number: int, holds: Mapping[str, str]) -> dict[str, Pack]:
    """A string that fits for each field, another one every time and in every field."""
    found = {}
    for place, each in enumerate(free):
        around = holds.get(each.name, "{hostile}")
        fit = fitting((each.longest or WIDE) - len(around) + len("{hostile}"))
        chosen = fit[(number * 61 + place * 17 + len(each.name) * 29) % len(fit)]
        said = around.replace("{hostile}", chosen.text).replace("{n}", str(number))
        found[each.name] = Pack(said, chosen.places)
    return found


def _all_in(free: Sequence[Control], wide: int) -> Iterator[dict[str, Pack]]:
    """All strings into all fields; in each the packs are as long as it likes, or longer than it takes."""
    of = {each.name: packs(max(min(each.longest or wide, 2000), wide)) for each in free}
    for number in range(max((len(given) for given in of.values()), default=0)):
        yield {name: given[number % len(given)] for name, given in of.items()}
