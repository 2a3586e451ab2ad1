"""Hostile strings in every field that a resident or a colleague can fill: text they are, and text they stay.

Every fifth of the 300 here; all of them by `make hostile-postgresql`.

One site is filled once, by forms, files, the API and LINE, and then looked at in a real browser.  Forms are found
by walking, not named here: what is named is only what a field must say for the rest of its form to be kept.  A form,
a field or a page that is new is filled and looked at by itself; where that fails, the test says which.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import re
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import docx
import pytest
from flask import Flask
from openpyxl import load_workbook
from playwright.sync_api import BrowserContext, Route, expect
from sqlalchemy import create_engine, make_url, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import create_app
from bot import jobs
from bot.console import entering
from bot.console.forms import FIELD, token_for
from bot.services import Services
from intents.grouping import text_key
from intents.text import clean, normalize
from knowledge import sessions
from knowledge.approval import Actor, Step
from knowledge.audit_chain import verify
from knowledge.calendar import now, today
from knowledge.cells import control_character
from knowledge.check_questions import DECISIONS, USED
from knowledge.common_content import common_content
from knowledge.csv_files import csv_bytes
from knowledge.db import Database, open_database
from knowledge.entry_versions import content_of, history
from knowledge.exports import EXPORTED, exported
from knowledge.imports import planned
from knowledge.ledger_sheet import sample_sheet
from knowledge.loading import load_bundle
from knowledge.models import (
    BundledDraft,
    CheckQuestionRow,
    CountedPeriod,
    DemoData,
    Department,
    Entry,
    EntryVersion,
    LineEvent,
    LoggedQuestion,
    Municipality,
    NeedCard,
    PeriodCorrection,
    Plan,
    Review,
    StaffAccount,
)
from knowledge.need_cards import Described, Waiting, join, make_card
from knowledge.need_sheet import HEADINGS
from knowledge.office_count_sheet import sample_counts
from knowledge.office_counts import CERTIFICATES
from knowledge.one_time_codes import FIRST, INVITATION, make_codes
from knowledge.organisation import MOST_NEW, SPLIT
from knowledge.publishing import Text, save_draft, take
from knowledge.roles import Grant, Role
from knowledge.second_step import encrypted_seed, new_seed
from knowledge.sessions import start_session
from knowledge.sheet_forms import LINES, TEXT
from knowledge.sheet_kinds import KINDS, STATE, STATES, VERSION
from knowledge.sheet_places import ImportFaultsError
from knowledge.sheet_row import row_cells
from knowledge.tabular import OutSheet, Row, Sheet
from knowledge.workbooks import workbook_bytes
from tests.bot.line.conftest import drain, sender_of
from tests.hostile_states import state_of
from tests.support.browser import launched, served
from tests.support.evidence import plant_samples, plant_words
from tests.support.fake_directory import directory
from tests.support.fake_line import ACCESS_TOKEN, SECRET, FakeLine, event, signature, text_event, webhook_body
from tests.support.form_filling import (
    DROPPED,
    WIDE,
    WIDER,
    Control,
    Crawled,
    Form,
    Kept,
    Walker,
    kinds_in,
    listening,
    read_page,
)
from tests.support.hostile import Looker, packs, runnable, sampled, unshown
from tests.support.staff import HOST, Colleague, add_colleague, signed_in

# On a busy machine the one test takes some minutes.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(0 if "HOSTILE_ENGINE" in os.environ else 900)]

CODE = "242047"
TOWN = f"/staff/{CODE}"
PASSWORD = "みかんと青い鉄橋 umbrella 7"
NAME = "\"'><img src=x onerror=window.zq=1>{{'zq'*4}}"
"""Of the colleague who does it all: it stands at the top of every page."""
HOURS = {f"{name}_{day}": value for day in range(5) for name, value in (("opens", "8:30"), ("closes", "17:15"))}
NO_HOURS = {f"{name}_{day}": "" for day in (5, 6) for name in ("opens", "closes")} | {
    "lunch_from": "",
    "lunch_until": "",
}
DAYS = dict.fromkeys(("active_from", "active_until", "starts_on", "ends_on"), "")
ADDRESS = "https://www.city.matsusaka.mie.jp/"
BLANK_DATES = dict.fromkeys(
    ("term.from", "term.until", "recheck_on", "valid_from", "valid_until", "publish_at", "end_at", "source.page"), ""
)
SAID = "{hostile} については、窓口でおたずねください。"
ANSWER = {
    **BLANK_DATES,
    "kind": "手続き",
    "checked_on": today().isoformat(),
    "question": "{hostile} {n}とは何ですか",
    "answer": SAID,
    "phrasings": "{hostile}のこと{n}",
    "staff_note": "職員メモ {hostile}",
    "source.section": "",
    **{f"links.{number}.label": "案内{hostile}" for number in range(3)},
    **{f"links.{number}.url": ADDRESS for number in range(3)},
    **dict.fromkeys(("term.before", "term.after"), ""),
    **{
        f"translations.{language}.{part}": ""
        for language in ("en", "easy")
        for part in ("title", "answer", "before", "after")
    },
    "act": "save",
}
CHECK = {"text": "{hostile} を{n}回", "decision": "none", "entry_ids": "", "language": "ja"}
VALID: Mapping[str, Mapping[str, str]] = {
    "accounts.add": {"login": "hostile-{n}", "email": "", "municipality": CODE, "role": "editor", **DAYS},
    "accounts.change": {"email": "", **DAYS},
    "answer_editing.new": ANSWER,
    "answer_editing.edit": ANSWER,
    "answer_editing.keep": ANSWER,
    "checks.add": CHECK,
    "checks.change": CHECK,
    "notice.begin": {"find": DROPPED, "hours": "6", "text": "{hostile}のお知らせ"},
    "figure_events.add": {"kind": "newsletter", "topic": "", "first": "2026-11-01", "last": ""},
    "noting.add": {"day": "", "time": "", "channel": "counter", "result": "none", "department": ""},
    "formulas.index": {"kind": "online_share", "note": "{hostile}"},
    "opening.add": {**HOURS, **NO_HOURS, "name": "場所{n}{hostile}"},
    "need_cards.step": {"due_on": (today() + dt.timedelta(days=30)).isoformat(), "department": "", "gap": "wording"},
    "opening.save": {**HOURS, **NO_HOURS, "name": "場所{n}{hostile}"},
    "opening.add_days": {
        **dict.fromkeys(("last_day", "opens", "closes"), ""),
        "day": today().isoformat(),
        "place": "0",
        "kind": "closed",
        "reason": "理由{hostile}",
    },
    "plans.bring": {"from": "2026-04-01", "until": "2031-03-31", "url": ADDRESS, "title": "{hostile}計画{n}"},
    "report_settings.save": {"licence": "CC-BY-4.0"},
    "review.answer": {"verdict": "revise"},
    "review.start": {"deadline": (today() + dt.timedelta(days=30)).isoformat()},
    "rich_menu.save": {
        "bar_text": "メニュー",
        "compact": "",
        **{f"label-{number}": f"場所{number}" for number in range(1, 10)},
        **{f"does-{number}": "question" for number in range(1, 10)},
        **{f"value-{number}": "{hostile}" for number in range(1, 10)},
        **{f"icon-{number}": "info" for number in range(1, 10)},
    },
    "settings.save": {
        **dict.fromkeys(("email", "fax", "line_id", "privacy_url", "staff_chat_hours"), ""),
        "telephone": "0598-53-4321",
        "form": ADDRESS,
    },
    "trying.check": {"question": "{hostile}ですか{n}", "decision": "none", "entry_id": DROPPED, "language": "ja"},
    "trying.wording": {"question": "{hostile}のこと{n}"},
    "words.check": {"kind": "foreign", "means": "住民票", "language": "en"},
    "year_facts.save": {
        **dict.fromkeys(
            ("cost", "staff_hours", "calls_before", "calls_after", "calls_span", "friends", "population"), ""
        ),
        **dict.fromkeys(("friends_on", "population_on", "opened_on"), ""),
        **{f"target-{number}-figure": "" for number in range(1, 6)},
    },
}
"""By endpoint, what a field must say so that the others are kept."""
TAKEN = {"answer_editing.new": 40, "settings.save": 30, "checks.add": 20, "words.check": 3, "tables.row": 2}
"""How often a form is to be kept that makes a row of each; the files make one of every string."""
WIDE_IN = {"slots.save": 400, "organisation.new": 400, "words.check": 200, "trying.ask": 400}
"""How much the program reads of a field of these forms; what is beyond it would not be shown again."""

NEVER_TAKEN: Mapping[str, str] = {
    **dict.fromkeys(("door.confirm", "door.sign_in", "door.second_step", "me.password"), "a secret, shown nowhere"),
    **dict.fromkeys(
        ("caution.choose", "effect.start", "account_handover.hand_over", "organisation.assign_"), "choices"
    ),
    **dict.fromkeys(
        ("account_roles.add", "accuracy.save_size", "opening.usual_again", "review.change_deadline", "words.keep"),
        "choices, numbers and days",
    ),
    **dict.fromkeys(
        (
            "demo.remove",
            "erasing.erase",
            "erasing.find",
            "erasing.show",
            "incident.count",
            "effect.stop",
            "figure_events.remove",
            "figures.count",
            "figures.stop",
            "importing.stop",
            "service.line_errors",
            "accuracy.close_month",
            "accuracy.draw",
            "accuracy.label",
            "accuracy.settle_page",
            "resident_words.choose_word",
            "resident_words.count",
            "need_cards.add_wordings",
            "need_cards.group",
            "need_cards.stop",
            "need_cards.write",
            "need_inquiries.inquiry",
            "line_test.take_back",
            "log_file.start",
            "log_file.stop",
            "log_file.take",
            "me.end_session",
            "accounts.unbind_office_account",
            "changes.approve_it",
            "formulas.take_over",
            "noting.begin",
            "noting.remove",
            "plans.detach",
            "rich_menu.use_default",
            "sheets.back",
        ),
        "a button",
    ),
    **dict.fromkeys(
        ("answer_editing.edit", "tables.row", "slots.sheet_import", "office_counts.month"),
        "kept by other ways: new rows, sheets, the form",
    ),
    "office_account.again": "leads to the directory",
}
"""Where nothing hostile is ever kept, and why."""


# --- The site, filled ------------------------------------------------------------------------------------------------


@dataclass
class Site:
    app: Flask
    chief: Colleague
    walker: Walker
    stranger: Walker
    line: FakeLine
    logged: io.StringIO
    buttons: dict[str, Form] = field(default_factory=dict)
    """Forms without a field, by where they go: pressed last."""
    seconds: dict[str, float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    pages: Crawled = field(default_factory=Crawled)
    """What is linked, once all is filled."""

    @property
    def kit(self) -> Services:
        found: Services = self.app.extensions["kotae"]
        return found

    @property
    def database(self) -> Database:
        return self.kit.database


def valid_for(form: Form, endpoint: str, own: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """What this form's fields must say."""
    kind = next(iter(re.findall(r"/(?:tables|new)/([^/?]+)", form.action)), "")
    return {**VALID.get(endpoint, {}), **own.get(endpoint, {}), **own.get(f"{endpoint} {kind}", {})}


TITLED = ("indicators", "schedule", "departments", "terms")
"""The tables that are edited a row at a time."""


def table_cells(site: Site, kind: str) -> dict[str, str]:
    """The cells of a row that may be kept: the words are hostile, the rest is as in a row that is there."""
    sheet = KINDS[kind]
    with site.database.reading() as session:
        row = session.scalars(
            select(sheet.table).where(sheet.table.municipality_code == CODE, sheet.table.state == "published")
        ).first()
        there = row_cells(sheet, row)
    said: dict[str, str] = {"state": STATES["draft"], "version": DROPPED}
    for place, column in enumerate(sheet.columns):
        text = column.form in (TEXT, LINES) and not column.refers and column.heading not in ("内線", "ID")
        said[f"cell-{place}"] = "{hostile} の語{n}" if text else there[column.heading]
    return said


def own_valid(site: Site) -> dict[str, dict[str, str]]:
    """What the fields of some forms must say, of things that are there."""
    with site.database.reading() as session:
        plan = session.scalars(
            select(Plan.plan_id).where(Plan.municipality_code == CODE).order_by(Plan.plan_id)
        ).first()
        offices = list(
            session.scalars(
                select(Department.entry_id)
                .where(Department.municipality_code == CODE, Department.state == "published")
                .order_by(Department.entry_id)
            )
        )
    source = {"source.plan": plan or "", "source.section": "第{hostile}章"}
    new = {
        f"new-{place}-{number}": ("{hostile}{n}課", "", "{hostile}役割")[number] if number < 3 and place < 2 else ""
        for place in range(MOST_NEW[SPLIT])
        for number in range(8)
    }
    first_new = {name: value for name, value in new.items() if name.startswith("new-0-")}
    soon = {"starts_on": (today() + dt.timedelta(days=60)).isoformat(), "at_once": DROPPED, "existing": ""}
    tables = {f"tables.{act} {kind}": table_cells(site, kind) for kind in TITLED for act in ("add", "row")}
    for cells in tables.values():
        cells["version"] = DROPPED
    return {
        "answer_editing.new": {**ANSWER, **source},
        "answer_editing.edit": {**ANSWER, **source, "question": "{hostile} とは、{n}", "phrasings": "{hostile}の{n}番"},
        "organisation.new rename": {**soon, **first_new, "before": offices[0]},
        "organisation.new merge": {**soon, **first_new, "before": offices[1]},
        "organisation.new split": {**soon, **new, "before": offices[2]},
        **{name: cells for name, cells in tables.items() if name.startswith("tables.add")},
        **{
            name: {k: v for k, v in cells.items() if k != "version"} for name, cells in tables.items() if ".row" in name
        },
    }


def alone(site: Site) -> None:
    """What one colleague brings goes live at once: nobody else is there to approve it."""
    with site.database.writing() as session:
        session.get_one(Municipality, CODE).separate_approver = False


@pytest.fixture(scope="module")
def database_settings(request: pytest.FixtureRequest) -> dict[str, str]:
    """Where the site keeps what it is told: in SQLite; by `make hostile-postgresql` in PostgreSQL."""
    if os.environ.get("HOSTILE_ENGINE") != "postgresql":
        return {}
    maintenance = request.getfixturevalue("postgresql")
    engine = create_engine(maintenance, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE hostile TEMPLATE template_kotae STRATEGY FILE_COPY")
    engine.dispose()
    url = make_url(maintenance).set(database="hostile").render_as_string(hide_password=False)
    database = open_database(url)
    for bundle in request.getfixturevalue("bundles"):
        load_bundle(database, bundle, now(), common_content())
    database.dispose()
    return {"DATABASE_URL": url}


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory,
    vectors_folder: Path,
    loaded_file: Path,
    database_settings: dict[str, str],
) -> Iterator[Site]:
    """A municipality whose every field somebody filled with what should never run."""
    instance = tmp_path_factory.mktemp("hostile")
    (instance / "vectors").symlink_to(vectors_folder)
    shutil.copy(loaded_file, instance / "kotae.db")
    with FakeLine() as line, directory() as office, pytest.MonkeyPatch.context() as patch:
        patch.setattr(entering, "pause", lambda _: None)
        # On a slow machine it takes longer than anybody sits before a page.
        patch.setattr(sessions, "FRESH", dt.timedelta(hours=5))
        app = create_app(
            {
                "INSTANCE_PATH": str(instance),
                "SENDER_THREADS": "0",
                "LINE_API_HOST": line.url,
                f"LINE_{CODE}_CHANNEL_SECRET": SECRET,
                f"LINE_{CODE}_CHANNEL_ACCESS_TOKEN": ACCESS_TOKEN,
                **office.environment(),
                **database_settings,
            }
        )
        asked, wrong, logged = listening(app), list[str](), io.StringIO()
        stranger = Walker(app, app.test_client(), asked, {}, wrong, {}, {})
        with redirect_stderr(logged):
            code = first_administrator(app, stranger)
            chief = signed_in(app, list(Role), None, name=NAME)
            made = Site(app, chief, stranger.another(chief.client), stranger, line, logged, wrong=wrong)
            for step in (residents, over_line, strangers, colleagues, alone, files, addresses, wide_open):
                begun = time.monotonic()
                step(made)
                made.seconds[step.__name__] = time.monotonic() - begun
        yield made
        made.database.dispose()
    assert code


def first_administrator(app: Flask, stranger: Walker) -> str:
    """Before anybody is there: the page on which the first of all gives a name."""
    kit: Services = app.extensions["kotae"]
    with kit.database.writing() as session:
        (code,) = make_codes(session, FIRST, None, now())
    (form,) = stranger.forms("/staff/first")
    stranger.fill(form, {}, accepted=2, wide=200)
    known = {"code": code, "login": "the-first", "password": PASSWORD, "again": PASSWORD}
    stranger.fill(form, {**known, "name": "{hostile}"}, accepted=3)
    return code


# --- Residents ---


def residents(site: Site) -> None:
    """The chat as forms and as a script uses it, the preview, the API; and headers that nobody checks."""
    walker = site.stranger
    home = f"/{CODE}/"
    (form, *_) = walker.forms(home)
    met: dict[frozenset[str], Form] = {}
    for asked in ("住民票はどこで取れますか", "保育園", "全然関係のない話"):
        page = walker.post(home, [(n, v) for n, v in form.given() if n != "question"] + [("question", asked)])
        met |= {one.key: one for one in read_page(home, page.text)[0]}
    for each in met.values():
        walker.fill(each, {}, accepted=4)
    for place, string in enumerate(sampled()):
        walker.post(home, [("question", string)], {"question": [place]})
    for names in (["q"], ["q", "data", "label"]):
        for pack in packs(WIDER):
            walker.post(
                f"/{CODE}/line-preview", [(name, pack.text) for name in names], dict.fromkeys(names, pack.places)
            )
    api(site)
    headers(site)


def api(site: Site) -> None:
    strings = sampled()
    for place, string in enumerate(strings):
        other, third = strings[(place + 7) % len(strings)], strings[(place + 31) % len(strings)]
        given: dict[str, Any] = {"question": string[:4000], "conversation": other[:100], "language": third}
        bodies = [given, {"question": "住民票", "conversation": string[:100] or "x"}, {string[:200]: string}]
        for body in bodies[: 3 if place % 10 == 0 else 1]:
            answer = site.stranger.client.post(
                f"/api/v1/{CODE}/ask", data=json.dumps(body), content_type="application/json"
            )
            kind = answer.content_type.partition(";")[0]
            if answer.status_code not in (200, 400) or kind not in ("application/json", "application/problem+json"):
                site.wrong.append(f"API: {answer.status_code} {kind} for {string[:60]!r}")
            elif "zqzqzqzq" in answer.text:
                site.wrong.append(f"API: evaluated {string[:60]!r}")


def headers(site: Site) -> None:
    """What a browser says of itself, as bytes that no browser would send."""
    names = (
        "USER_AGENT",
        "REFERER",
        "X_FORWARDED_FOR",
        "X_FORWARDED_HOST",
        "ACCEPT_LANGUAGE",
        "COOKIE",
        "X_LINE_SIGNATURE",
    )
    for string in sampled():
        said = string[:2000].encode("utf-8", "surrogatepass").decode("latin-1")
        environ = {f"HTTP_{name}": said for name in names} | {"HTTP_COOKIE": f"staff={said}"}
        for method, path in (("GET", f"{TOWN}/settings"), ("POST", f"/line/{CODE}/webhook")):
            answer = site.app.test_client(use_cookies=False).open(path, method=method, environ_overrides=environ)
            if answer.status_code not in (303, 400):
                site.wrong.append(f"headers: {answer.status_code} for {string[:60]!r} at {path}")


def over_line(site: Site) -> None:
    """Messages, taps and what no version of LINE sends; all are answered within LINE's rules."""
    strings = [string[:4000] for string in sampled()]
    events = [text_event(site.line, string, sender=place % 9) for place, string in enumerate(strings)]
    token = site.line.issue_token
    events += [event("postback", replyToken=token(), postback={"data": string}) for string in strings]
    events += [
        event("postback", replyToken=token(), postback={"data": f"a=choose&e={string}&q={string}"})
        for string in strings
    ]
    odd = [
        {**event(string), "webhookEventId": string, "mode": string, "source": {"type": string, "userId": string}}
        for string in strings
    ]
    every = [*events, *odd]
    for start in range(0, len(every), 100):
        body = webhook_body(every[start : start + 100])
        answer = site.stranger.client.post(
            f"/line/{CODE}/webhook",
            data=body,
            headers={"x-line-signature": signature(body)},
            content_type="application/json",
        )
        if answer.status_code != 200:
            site.wrong.append(f"webhook: {answer.status_code}")
    drain(sender_of(site.kit))
    site.wrong += [f"LINE: {each}" for each in site.line.violations]
    with site.database.reading() as session:
        states = Counter(session.scalars(select(LineEvent.state)))
    if not states["answered"] or states["failed"] or states["received"] or states["sending"]:
        site.wrong.append(f"LINE: {dict(states)}")


# --- The door ---


def strangers(site: Site) -> None:
    """Whoever is not signed in, or only half."""
    walker = site.stranger.another(site.app.test_client())
    for form in walker.forms("/staff/sign-in?next=/staff/me"):
        walker.fill(form, {}, accepted=2, wide=200)
    for pack in packs(WIDE):
        walker.post("/staff/sign-in", [(FIELD, pack.text), ("login", "x")], {FIELD: pack.places})
    account_id, login = add_colleague(site.database, [Grant(Role.EDITOR, CODE)])
    with site.database.writing() as session:
        (code,) = make_codes(session, INVITATION, account_id, now())
    (form, *_) = walker.forms("/staff/invitation")
    walker.fill(form, {}, accepted=2, wide=200)
    walker.fill(form, {"code": code, "login": login, "password": PASSWORD, "again": PASSWORD}, accepted=1)
    second = half_way(site)
    for form in second.forms("/staff/second-step?next=/staff/me"):
        second.fill(form, {}, accepted=2)
    person = signed_in(site.app, [Role.EDITOR], name=NAME)
    other = site.walker.another(person.client)
    for address in ("/staff/confirm?next=/staff/me", "/staff/me/password", "/staff/me/totp"):
        for form in other.forms(address):
            other.fill(form, {}, accepted=2)
    for rule in ("/staff/me/sessions/<id>/end",):
        other.paths(rule)
    for action in ("/staff/me/recovery-codes", "/staff/me/sessions/end", "/staff/sign-out"):
        button = Form(
            action, action, "post", False, [Control(FIELD, "hidden", token_of(site.app, person)), Control("x", "text")]
        )
        other.fill(button, {}, accepted=1)


def half_way(site: Site) -> Walker:
    """Somebody whose second step is missing."""
    account_id, _ = add_colleague(site.database, [Grant(Role.EDITOR, CODE)])
    with site.database.writing() as session:
        key = site.kit.settings.data_key
        session.get_one(StaffAccount, account_id).totp_seed = encrypted_seed(key, account_id, new_seed())
        session_id = start_session(session, account_id, now(), "", full=False)
    client = site.app.test_client()
    client.set_cookie("staff", session_id, domain=HOST)
    return site.stranger.another(client)


def token_of(app: Flask, colleague: Colleague) -> str:
    return token_for(colleague.secret_key, colleague.session_id)


# --- Colleagues ---


def colleagues(site: Site) -> None:
    """Every form of the console, found by walking; what one form makes leads to others."""
    prepare(site)
    own, filled = own_valid(site), Counter[object]()
    for _ in range(5):
        found = site.walker.crawl(seeds(site))
        ours = {key: form for key, form in found.forms.items() if is_ours(site, form)}
        site.buttons |= {key[0] or "": form for key, form in ours.items() if len(form.names) < 2}
        waiting = {key: form for key, form in ours.items() if not filled[key] and len(form.names) > 1}
        for key, form in waiting.items():
            name = (key[0] or "").removeprefix("console.")
            again = filled[key[0], *kinds_in(form.action)]
            if again < 2:
                often = 1 if again else TAKEN.get(name, 6)
                site.walker.fill(form, valid_for(form, name, own), accepted=often, wide=WIDE_IN.get(name, WIDE))
            filled[key] += 1
            filled[key[0], *kinds_in(form.action)] += 1
        if not waiting:
            break
        jobs.work(site.kit, threading.Event(), once=True)
    at_the_test_desk(site)
    while_one_types(site, own)
    where_records_are_erased(site)


def where_records_are_erased(site: Site) -> None:
    """A question found leads to its asker's records, and these to the button that erases them."""
    log = LoggedQuestion
    with site.database.reading() as session:
        row = session.scalars(select(log.id).where(log.municipality_code == CODE).limit(1)).one()
    (form, *_) = site.walker.forms(f"{TOWN}/erasing")
    token = [(name, value) for name, value in form.given() if name == FIELD]
    found = site.walker.post(f"{TOWN}/erasing", [*token, ("words", "住民票")])
    page = site.walker.post(f"{TOWN}/erasing/person", [*token, ("row", row)])
    for one in {one.action: one for each in (found, page) for one in read_page(form.action, each.text)[0]}.values():
        if one.action.endswith(("/person", "/erase")):
            site.walker.fill(one, {}, accepted=0)


def at_the_test_desk(site: Site) -> None:
    """What a question leads to: a wording more, a question to be checked, an answer looked for."""
    (desk, *_) = [one for one in site.walker.forms(f"{TOWN}/try") if one.action.endswith("/try")]
    page = site.walker.post(
        desk.action, [(n, v) for n, v in desk.given() if n != "question"] + [("question", "住民票")]
    )
    for form in {(one.action, one.key): one for one in read_page(desk.action, page.text)[0]}.values():
        name = (site.walker.endpoint(form.action.partition("?")[0], "POST") or "").removeprefix("console.")
        if name.startswith("trying."):
            site.walker.fill(form, VALID.get(name, {}) if name != "trying.ask" else {}, accepted=6)


def while_one_types(site: Site, own: Mapping[str, Mapping[str, str]]) -> None:
    """What the page of an answer sends by itself, and the button that forgets it."""
    for page in (f"{TOWN}/new-answer", f"{TOWN}/answers/online-procedures/edit"):
        (form,) = [one for one in site.walker.forms(page) if "answer" in one.names]
        base = form.action.removesuffix("/edit")
        site.walker.fill(replace(form, action=f"{base}/keep"), own["answer_editing.new"], accepted=2)


def plant_correction(session: Session) -> None:
    """A closed month that counts otherwise now: somebody is to write why."""
    month = {"municipality_code": CODE, "kind": "month", "first": dt.date(2026, 10, 1)}
    session.add(CountedPeriod(**month, counted_at=now(), took=1, hours_known=False, closed_at=now(), checked_on=None))
    session.flush()
    moved = {"dimension": "all", "channel": "phone", "value": "", "figure": "asked", "before": 0, "after": 1}
    session.add(PeriodCorrection(**month, number=1, found_at=now(), changes=[moved]))


def prepare(site: Site) -> None:
    """What another colleague did: drafts that wait, an update of what was bundled, somebody who leaves."""
    leaver = signed_in(site.app, [Role.EDITOR], name="去る <b>一郎</b>")
    writer = Actor(str(leaver.account_id), NAME, edits=True)
    strings = [one for one in sampled() if one.isprintable() and 3 < len(one) < 40]
    with site.database.writing() as session:
        for number in range(1, 9):
            told = Described(strings[number][:80], "wording", None, None, "online-procedures")
            make_card(session, CODE, number, told, now())
        session.flush()
        asked = list({text_key(one): Waiting(text_key(one), one, last_on=today()) for one in strings}.values())
        join(session, CODE, {number: asked[number::8] for number in range(1, 8)})
        plant_samples(session, CODE, strings, "nobody")
        plant_words(session, CODE, strings)
        day = today()
        plant_correction(session)
        session.add(
            DemoData(
                municipality_code=CODE, made_at=now(), first_on=day, last_on=day, variant=1, questions=0, whole=True
            )
        )  # fmt: skip
        session.get_one(StaffAccount, leaver.account_id).active_until = today() + dt.timedelta(days=20)
        wanted = (Entry.municipality_code == CODE, Entry.state == "published", Entry.kind == "plan")
        entries = session.scalars(select(Entry).where(*wanted).order_by(Entry.entry_id).limit(24)).all()
        for entry, string in zip(entries[:20], strings, strict=False):
            text = content_of(entry) | {
                "answer": f"{string}（書き直した答えです）",
                "phrasings": [string],
                "translations": {},
            }
            newest = history(session, CODE, entry.entry_id)[0]
            made = save_draft(session, CODE, Text(text, staff_note=string), writer, now(), based_on=newest.number)
            take(session, CODE, entry.entry_id, Step.REQUEST, writer, now(), number=made.number)
        for entry, string in zip(entries[20:], strings, strict=False):
            values = {"answer": f"{string} に変わりました。", "question": f"{string} とは"}
            session.add(
                BundledDraft(
                    municipality_code=CODE, entry_id=entry.entry_id, kind="entries", values=values,
                    differences={}, digest="new", noticed_at=now(),
                )
            )  # fmt: skip


def seeds(site: Site) -> list[str]:
    """Where a walk begins: what links lead to, and what only a choice leads to."""
    with site.database.reading() as session:
        people = session.scalars(select(StaffAccount.id).where(StaffAccount.id > site.chief.account_id)).all()
        versions = session.execute(
            select(EntryVersion.entry_id, EntryVersion.number).where(EntryVersion.state == "requested").limit(3)
        ).all()
    roles = [
        f"/staff/accounts/{one}{rest}" for one in people[-2:] for rest in ("", "/change", "/handover", "/reset-totp")
    ]
    steps = ("approve", "return", "publish-urgently", "withdraw", "end", "end-urgently", "confirm", "refuse", "request")
    return [
        "/staff/",
        f"{TOWN}/",
        "/staff/me",
        f"/staff/accounts/add?municipality={CODE}",
        f"/staff/accounts/{people[-1]}/roles/add?municipality={CODE}",
        *roles,
        *(f"{TOWN}/answers/{entry_id}/steps/{step}?number={number}" for entry_id, number in versions for step in steps),
        *(f"{TOWN}/answers/{entry_id}/edit?kept=1" for entry_id, _ in versions),
    ]


def is_ours(site: Site, form: Form) -> bool:
    """Not what would end the very session that fills the forms in."""
    endpoint = site.walker.endpoint(form.action.partition("?")[0], form.method.upper()) or ""
    own = form.action.startswith(f"/staff/accounts/{site.chief.account_id}/")
    return endpoint.startswith("console.") and not own and ".door." not in endpoint and ".me." not in endpoint


# --- Files ---

ABOUT = "はじめに"
"""The page on which we ourselves say which cells get an apostrophe."""
FILENAME = "\"><img src=x onerror=window.zq=1>\r\nX-Zq: 1; ../../名簿{{'zq'*4}}"


@contextmanager
def no_check_questions(site: Site) -> Iterator[None]:
    """Within, none is in use: so many odd answers would be refused for what they do to those."""

    def set_aside(old: str, new: str) -> None:
        with site.database.writing() as session:
            mine = (CheckQuestionRow.municipality_code == CODE, CheckQuestionRow.state == old)
            session.execute(update(CheckQuestionRow).where(*mine).values(state=new))

    set_aside(USED, "aside")
    yield
    set_aside("aside", USED)


def files(site: Site) -> None:
    """Every column of every table, as .xlsx and .csv; a plan in every form; names of files."""
    tables = exported_tables(site)
    for table in tables:
        refused(site, f"{TOWN}/sheets", table, ".xlsx")
        refused(site, f"{TOWN}/sheets", table, ".csv")
    accepted = [made for table in tables if table.rows and (made := curated(site, table)).rows]
    if len(accepted) < 7:
        site.wrong.append(f"sheets: only {[table.name for table in accepted]} could be taken")
    with no_check_questions(site):
        bring(site, f"{TOWN}/sheets", ".xlsx", xlsx(*accepted), {"publish": "1"})
    bring(site, "/staff/accounts/import", ".xlsx", xlsx(*accounts_sheets()))
    bring(site, f"{TOWN}/checks/import", ".csv", csv_bytes(checks_sheet()))
    bring(site, f"{TOWN}/log/import", ".csv", csv_bytes(ledger_table()))
    bring(site, f"{TOWN}/counts/import", ".csv", csv_bytes(counts_table()))
    bring(site, f"{TOWN}/faq", ".csv", csv_bytes(faq_sheet()), {"title": f"{NAME}の一覧", "url": ADDRESS})
    review(site)
    bring(site, f"{TOWN}/needs/replies", ".xlsx", xlsx(replies_table(site)))
    for table, address in (
        (accounts_sheets()[0], "/staff/accounts/import"),
        (checks_sheet(), f"{TOWN}/checks/import"),
        (ledger_table(), f"{TOWN}/log/import"),
        (counts_table(), f"{TOWN}/counts/import"),
        (faq_sheet(), f"{TOWN}/faq"),
        (slots_table(tables), f"{TOWN}/slots/import"),
        (replies_table(site), f"{TOWN}/needs/replies"),
    ):
        for ending in (".xlsx", ".csv"):
            refused(site, address, table, ending)
    plans(site)


def ledger_table() -> OutSheet:
    """Questions that staff noted, one of every string."""
    sample = sample_sheet([])
    strings = [one for one in safe_strings(500) if clean(one)]
    asked = (today() - dt.timedelta(days=1)).isoformat()
    rows = [(asked, "9:15", "窓口", "", string, "答えた") for string in strings]
    return replace(sample, rows=rows)


def counts_table() -> OutSheet:
    """Certificates that an office counted, one of every string."""
    sample = sample_counts(CERTIFICATES, [], today().replace(day=1))
    when = f"{today():%Y-%m}"
    names = {normalize(" ".join(one.split())): one for one in safe_strings(80)}
    return replace(sample, rows=[(when, "", one, "3", "1", "", "0") for one in names.values()])


def replies_table(site: Site) -> OutSheet:
    """照会票 that an office has filled with every string."""
    with site.database.reading() as session:
        numbers = session.scalars(select(NeedCard.number).where(NeedCard.state != "merged")).all()
    strings = safe_strings(200)
    told = ["\n".join(strings[start :: len(numbers)])[:4000] for start in range(len(numbers))]
    rows = [
        (str(number), NAME, "", "", "", "", "", text, string)
        for number, text, string in zip(numbers, told, strings, strict=False)
    ]
    return OutSheet("照会票", HEADINGS, (10,) * len(HEADINGS), frozenset(), rows)


def exported_tables(site: Site) -> list[OutSheet]:
    """All tables as they go out."""
    with site.database.reading() as session:
        return list(exported(session, CODE).values())


def slots_table(tables: list[OutSheet]) -> OutSheet:
    return next(table for table in tables if "記入例" in table.headings)


def safe_strings(longest: int) -> list[str]:
    """Those that a table may hold at all: without control characters."""
    return [one for one in sampled() if len(one) <= longest and one.strip() and control_character(one) is None]


def with_cells(row: tuple[str, ...], cells: Mapping[int, str]) -> tuple[str, ...]:
    return tuple(cells.get(place, cell) for place, cell in enumerate(row))


def curated(site: Site, table: OutSheet) -> OutSheet:
    """``table`` with a new row of every string, without the rows that would be refused."""
    kind = next((one for one in KINDS.values() if set(one.marks) <= set(table.headings)), None)
    if kind is None or kind.name == "municipality" or table.headings[1] == "言葉":
        return OutSheet(table.name, table.headings, table.widths, table.numbers, [])
    words = {
        table.headings.index(column.heading): column
        for column in kind.columns[1:]
        if column.form in (TEXT, LINES) and not column.refers and column.heading in table.headings
    }
    model, rows = table.rows[0], []
    for number, string in enumerate(safe_strings(44)):
        cells = {place: said_in(kind.title, column.heading, string, number) for place, column in words.items()}
        cells[0] = f"9-{number}" if kind.name == "measures" else f"zq-{kind.name}-{number}"
        cells |= {table.headings.index(VERSION): "", **chosen_in(table)}
        rows.append(with_cells(model, cells))
    return OutSheet(table.name, table.headings, table.widths, table.numbers, taken_rows(site, table, rows))


def chosen_in(table: OutSheet) -> dict[int, str]:
    said = {STATE: STATES["published"], "種類": "手続き"}
    return {table.headings.index(heading): word for heading, word in said.items() if heading in table.headings}


def said_in(title: str, heading: str, string: str, number: int) -> str:
    if heading in ("質問", "指標名", "取組名", "課名", "用語", "施策名", "計画書名"):
        return f"{string} {title}{number}"
    if heading.endswith("URL") or heading == "URL":
        return ADDRESS
    if heading in ("内線", "分類", "メール", "単位", "略称", "受付前の文", "終了後の文") or heading.startswith(
        "リンク"
    ):
        return {"分類": "その他", "略称": f"略{number}"}.get(
            heading, f"案内{number}" if heading.startswith("リンク") else ""
        )
    return f"{string} は{title}の{number}番の語です"


def taken_rows(site: Site, table: OutSheet, rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """``rows`` without those that have a fault."""
    for _ in range(8):
        sheet = Sheet(table.name, (Row(1, table.headings), *(Row(n, row) for n, row in enumerate(rows, 2))))
        try:
            with site.database.reading() as session:
                planned(session, CODE, [sheet], publish=True)
        except ImportFaultsError as error:
            bad = {int(found) for line in error.faults for found in re.findall(r"(\d+)行目", line)}
            rows = [row for number, row in enumerate(rows, 2) if number not in bad]
            if not bad:
                return []
        else:
            return rows
    return []


def hostile_rows(table: OutSheet) -> OutSheet:
    """Every string in every column."""
    strings = sampled()
    width = len(table.headings)
    rows = [
        tuple(strings[(number + place) % len(strings)][:30_000] for place in range(width))
        for number in range(len(strings))
    ]
    return OutSheet(table.name, table.headings, table.widths, frozenset(), rows)


def refused(site: Site, address: str, table: OutSheet, ending: str) -> None:
    """Looked at, and told why not; nothing is read as anything but text."""
    bad = hostile_rows(table)
    if ending == ".csv":
        stream = io.StringIO(newline="")
        writer = csv.writer(stream)
        writer.writerows([bad.headings, *bad.rows])
        content = stream.getvalue().encode("utf-8", "surrogatepass").replace(b"\0", b"")
    else:
        content = xlsx(bad)
    bring(site, address, ending, content, status=(200, 422))


def xlsx(*tables: OutSheet) -> bytes:
    return workbook_bytes(
        [], [replace(table, rows=[tuple(map(storable, row)) for row in table.rows]) for table in tables]
    )


def storable(cell: str) -> str:
    """What an .xlsx file can hold."""
    return cell.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def after_work(site: Site, sent: TestResponse) -> TestResponse:
    """What a large file leads to once the jobs process has read it; any other answer as it is."""
    if sent.status_code != 303 or "/imports/" not in sent.location:
        return sent
    waiting = site.walker.open(sent.location)
    site.walker.ask(sent.location, ["still"])
    (button,) = [one for one in read_page(sent.location, waiting.text)[0] if one.action.endswith("/stop")]
    site.buttons["console.importing.stop"] = button
    jobs.work(site.kit, threading.Event(), once=True)
    return site.walker.open(site.walker.open(sent.location).location)


def bring(
    site: Site,
    address: str,
    ending: str,
    content: bytes,
    more: Mapping[str, str] | None = None,
    *,
    status: tuple[int, ...] = (200,),
) -> None:
    """Bring a file, look at what it would do, and do it."""
    walker = site.walker
    (form, *_) = [one for one in walker.forms(address) if any(each.kind == "file" for each in one.controls)]
    fields = [(name, (more or {}).get(name, value)) for name, value in form.given() if name != "end_missing"]
    fields += [(name, value) for name, value in (more or {}).items() if name not in dict(fields)]
    every = {"file": range(len(sampled()))}
    looked = walker.post(form.action, fields, every, {"file": (FILENAME + ending, content)}, in_parts=True)
    looked = after_work(site, looked)
    if looked.status_code not in status:
        told = re.sub(r"<[^>]+>|\s+", " ", looked.text)[-1500:]
        site.wrong.append(f"{address}: {looked.status_code} {told}")
    for again in read_page(address, looked.text)[0]:
        if "carried" in again.names and looked.status_code == 200:
            at_once = [(name, value) for name, value in again.given() if name not in ("ask", "look")]
            done = walker.post(again.action, at_once, in_parts=again.multipart)
            watched = done.location if done.status_code == 303 else ""
            if "/imports/" in watched:
                jobs.work(site.kit, threading.Event(), once=True)
                done = walker.open(watched)
            if done.status_code != 303:
                site.wrong.append(f"{address}: not done, {done.status_code}")


def accounts_sheets() -> list[OutSheet]:
    headings = ("ログイン名", "表示名", "メールアドレス", "市町村コード", "役割", "課", "開始日", "終了日")
    named = [one for one in safe_strings(60) if one.isprintable()]
    rows = [(f"sheet-{number}", string, "", CODE, "編集", "", "", "") for number, string in enumerate(named)]
    return [OutSheet("利用者", headings, (20,) * len(headings), frozenset(), rows)]


def checks_sheet() -> OutSheet:
    headings = ("質問", "正しい対応", "答えの番号", "言語", "メモ")
    rows = [
        (f"{string} は{number}ですか", DECISIONS["none"], "", "ja", string)
        for number, string in enumerate(safe_strings(80)[::8])
    ]
    return OutSheet("確認用の質問", headings, (20,) * len(headings), frozenset(), rows)


def faq_sheet() -> OutSheet:
    """Another chatbot's list."""
    headings = ("質問", "回答", "カテゴリ", "担当課", "URL", "類似質問")
    strings = [one for one in safe_strings(60)[::4] if "\n" not in one]
    rows = [
        (f"{string}は{number}番の質問です", f"{string}と答えます。", "くらし", string, "", f"{string}の{number}番")
        for number, string in enumerate(strings)
    ]
    return OutSheet("質問の一覧", headings, (20,) * len(headings), frozenset(), rows)


def review(site: Site) -> None:
    """A round's sheet that comes back with reasons."""
    with site.database.reading() as session:
        number = session.scalars(select(Review.number).where(Review.municipality_code == CODE)).first()
    address = f"{TOWN}/review/{number}"
    out = io.BytesIO(site.chief.get(f"{address}/sheet.xlsx").data)
    book = load_workbook(out)
    sheet = next(
        one
        for one in book.worksheets
        if any("結果" in [cell.value for cell in row] for row in one.iter_rows(max_row=3))
    )
    head = next(row for row in sheet.iter_rows(max_row=3) if "結果" in [cell.value for cell in row])
    places = {str(cell.value): cell.column for cell in head}
    strings = safe_strings(180)
    for number, row in enumerate(sheet.iter_rows(min_row=head[0].row + 1)):
        if not row[places["結果"] - 1].value:
            row[places["結果"] - 1].value = "修正"
            said = row[places["内容・理由"] - 1]
            said.value, said.data_type = strings[number % len(strings)], "s"
    back = io.BytesIO()
    book.save(back)
    bring(site, f"{address}/import", ".xlsx", back.getvalue(), status=(200,))


def plans(site: Site) -> None:
    """A plan whose headings, words and tables are hostile, in every form; and pieces that are approved."""
    strings = [one for one in safe_strings(200) if "\n" not in one]
    lines = [
        line
        for number, one in enumerate(strings)
        for line in (f"第{number + 1}章 {one}", f"{one}を、市内の十か所で行います。")
    ]
    text = "計画期間は令和8年度から令和12年度までです。\n" + "\n".join(lines)
    mark = "\n\n".join(f"# {one}\n\n{one}を、市内の十か所で行います。" for one in strings)
    document = docx.Document()
    for one in strings[::4]:
        document.add_heading(one, 1)
        document.add_paragraph(f"{one}を行います。")
    table = document.add_table(rows=0, cols=3)
    for cells in (["指標名", "現状値(R7)", "目標値(R12)"], *([f"{one}の数", "2個", "10個"] for one in strings[::4])):
        for cell, said in zip(table.add_row().cells, cells, strict=True):
            cell.text = said
    word = io.BytesIO()
    document.save(word)
    for ending, content in ((".txt", text.encode()), (".md", mark.encode()), (".docx", word.getvalue())):
        more = {"title": f"{NAME}の計画{ending}", "url": ADDRESS, "from": "2026-04-01", "until": "2031-03-31"}
        bring(site, f"{TOWN}/plans/import", ending, content, more)
    bring(site, f"{TOWN}/plans/dx-plan/check", ".txt", text.encode(), status=(303,))
    (form, *_) = [one for one in site.walker.forms(f"{TOWN}/plans/import") if "title" in one.names]
    small = {"file": (FILENAME + ".txt", text.encode()[:3000])}
    site.walker.fill(form, VALID["plans.bring"], files=small, accepted=3)
    for address, endpoint in site.walker.crawl([f"{TOWN}/plans"]).pages.items():
        if endpoint == "console.plans.plan":
            for one in site.walker.forms(address):
                if "ids" in one.names:
                    ticked = [("ids", each.value) for each in one.controls if each.name == "ids"]
                    site.walker.post(one.action, [*one.given(), *ticked, ("to", "approve")])
                    site.walker.fill(one, {}, accepted=0)


def addresses(site: Site) -> None:
    """What stands in an address: in its query, and in its path."""
    for walker, begin in (
        (site.walker, seeds(site)),
        (site.stranger, ["/", "/staff/sign-in", "/staff/first", "/staff/invitation"]),
    ):
        pages = walker.crawl(begin).pages
        for endpoint in sorted(set(pages.values())):
            names = sorted(walker.asked[f"GET {endpoint}"] - {FIELD})
            address = next(one for one, of in pages.items() if of == endpoint)
            if names:
                walker.ask(address.partition("?")[0], names)
    half_way(site).ask("/staff/second-step", ["next", "kept"])
    site.walker.ask("/staff/confirm", ["next", "kept"])
    site.walker.ask(f"{TOWN}/demo", ["still"])
    for rule in site.app.url_map.iter_rules():
        if rule.endpoint != "static" and rule.arguments:
            site.walker.paths(rule.rule)
        if "code" in rule.arguments and site.walker.endpoint(rule.rule, "GET"):
            site.walker.open(rule.rule.replace("<code>", "%3Cscript%3E").replace("<", "").replace(">", ""))


# --- What residents and colleagues are shown ---


def wide_open(site: Site) -> None:
    """What the files brought is live: residents ask for it, and choose among it."""
    with site.database.reading() as session:
        live = session.scalars(
            select(Entry.question)
            .where(Entry.municipality_code == CODE, Entry.state == "published", Entry.entry_id.startswith("zq-"))
            .order_by(Entry.entry_id)
        ).all()
    if len(live) < len(sampled()) // 3:
        site.wrong.append(f"only {len(live)} answers could be published")
    home, walker = f"/{CODE}/", site.stranger
    for question in live[::5]:
        page = walker.post(home, [("question", question)]).text
        walker.kept[f"asked {question}"] = replace(walker.kept["POST chat.ask 200"], what=f"asked {question}")
        for form in read_page(home, page)[0][2:3]:
            walker.post(home, form.given())


def buttons(site: Site) -> None:
    """What has no field, with fields all the same; and what no page led to."""
    beside = [("x", packs(WIDER)[0].text)]
    for endpoint, form in site.buttons.items():
        site.walker.post(form.action, [*form.given(), *beside], {"x": packs(WIDER)[0].places})
        site.walker.sent.setdefault((f"POST {endpoint}", "x"), set())
    walker, every = site.walker, len(sampled())
    # Twice: what a page reads shows when it was opened once.
    for rule in [*site.app.url_map.iter_rules()] * 2:
        where = f"POST {rule.endpoint}"
        if "POST" not in (rule.methods or ()) or not rule.endpoint.startswith("console."):
            continue
        missing = [name for name in walker.asked[where] - {FIELD} if len(walker.sent.get((where, name), ())) < every]
        if not missing and any(one == where for one, _ in walker.sent):
            continue
        address = re.sub(r"<int:\w+>", "1", rule.rule).replace("<code>", CODE)
        address = re.sub(r"<\w+>", "online-procedures", address)
        for pack in packs(WIDER):
            fields = dict.fromkeys([*missing, "x"], pack)
            token = (FIELD, token_of(site.app, site.chief))
            said = [token, *((name, each.text) for name, each in fields.items())]
            walker.post(address, said, {name: each.places for name, each in fields.items()})


def opened(site: Site) -> list[str]:
    """Every page looked at in a real browser: what happened that should not."""
    with served(site.app) as origin, launched() as browser:
        context = browser.new_context(base_url=origin, locale="ja-JP")
        context.add_cookies([{"name": "staff", "value": site.chief.session_id, "url": origin}])
        looker = Looker(context.new_page(), origin)
        said: list[str] = []
        site.pages = site.walker.crawl([*seeds(site), "/"])
        said += [looker.look(address, menu=address.startswith("/staff")) for address in site.pages.shown]
        said += replayed(context, looker, site.stranger.kept.values())
        said += typed(looker)
        context.close()
    shown = "\n".join(said)
    gone = unshown([one for one in safe_strings(44) if one.isprintable()], shown)
    if len(gone) > 5:
        looker.wrong.append(f"shown nowhere as text: {gone}")
    return looker.wrong


def replayed(context: BrowserContext, looker: Looker, kept: Iterable[Kept]) -> list[str]:
    """The pages that came back from a form, with their own headers."""
    pages = [one for one in kept if not 300 <= one.status < 400 and "<body" in one.html]
    said = []

    def answer(route: Route) -> None:
        one = pages[int(route.request.url.rsplit("/", 1)[1])]
        # What leads on by itself is held, to be looked at.
        headers = {name: value for name, value in one.headers.items() if name not in ("Set-Cookie", "Refresh")}
        html = one.html.replace('<meta http-equiv="refresh"', '<meta name="held"')
        route.fulfill(status=one.status, body=html, headers=headers)

    context.route("**/came-back/*", answer)
    for number, one in enumerate(pages):
        before = len(looker.wrong)
        said.append(looker.look(f"{looker.origin}/came-back/{number}", menu='class="menu"' in one.html))
        looker.wrong[before:] = [f"{one.what} {one.status}: {each}" for each in looker.wrong[before:]]
    return said


def typed(looker: Looker) -> list[str]:
    """What the pages' own scripts put on the page: the chat, and an answer while it is written."""
    page = looker.page
    page.goto(f"/{CODE}/")
    for number, pack in enumerate(packs(1500)[:6]):
        page.locator("#question").fill(pack.text.replace("\n", " ")[:1000])
        page.locator("#question").press("Enter")
        expect(page.locator("#log .turn")).to_have_count(number + 1)
    chat = page.evaluate(looker.census(menu=False))
    page.goto(f"{TOWN}/new-answer")
    page.locator("#question").fill(NAME)
    page.locator("#answer").fill(packs(1500)[0].text)
    page.locator("#live").wait_for(state="visible")
    expect(page.locator("#keeping")).not_to_be_empty()
    answer = page.evaluate(looker.census(menu=True))
    looker.wrong += [f"typed: {each}" for each in (*chat["found"], *answer["found"])]
    return [str(chat["text"]), str(answer["text"])]


def taken_away(site: Site) -> list[str]:
    """What in the files that go out a spreadsheet program would run, and what their headers say."""
    wrong, seen = [], 0
    address = f"{TOWN}/sheets/export"
    token = {FIELD: token_of(site.app, site.chief)}
    answers = [
        site.walker.post(address, list({**token, "kind": kind, "form": form}.items()))
        for kind, form in [("all", "xlsx"), *((kind, "csv") for kind in EXPORTED)]
    ]
    answers.append(site.walker.post("/staff/audit/export", list(token.items())))
    answers += [site.walker.open(one) for one in site.pages.pages if re.search(r"\.(xlsx|csv)\b", one)]
    for response in answers:
        said = response.headers.get("Content-Disposition", "")
        if not re.fullmatch(r"attachment; filename[*]?=[\w.\-'%\"; =*]+", said):
            wrong.append(f"{response.request.path}: {response.status_code} {said!r}")
        elif "csv" in said:
            for row in csv.reader(io.StringIO(response.data.decode("utf-8-sig"), newline="")):
                seen += len(row)
                wrong += [f"{said}: {cell[:40]!r}" for cell in row if runnable(cell)]
        else:
            for sheet in load_workbook(io.BytesIO(response.data)).worksheets:
                for cells in sheet.iter_rows():
                    for cell in cells:
                        seen += 1
                        if cell.data_type == "f" or (
                            isinstance(cell.value, str) and runnable(cell.value) and sheet.title != ABOUT
                        ):
                            wrong.append(f"{said} {sheet.title} {cell.coordinate}: {str(cell.value)[:40]!r}")
    return wrong


def logged_wrongly(site: Site) -> list[str]:
    """What in the log is no line of ours, or could be taken for another."""
    wrong, lines = [], site.logged.getvalue().split("\n")
    for line in filter(None, lines):
        try:
            told = json.loads(line)
        except ValueError:
            wrong.append(f"no JSON: {line[:200]!r}")
            continue
        if told.get("event") in ("forged", None) or not line.isprintable():
            wrong.append(f"forged or hidden: {line[:200]!r}")
    with site.database.reading() as session:
        wrong += verify(session).findings
    return wrong


def unfilled(site: Site) -> list[str]:
    """The forms and the fields that nobody filled with every string."""
    every, sent = len(sampled()), site.walker.sent
    posts = {f"POST {one.endpoint}" for one in site.app.url_map.iter_rules() if "POST" in (one.methods or ())}
    elsewhere = {"POST api.ask", "POST line_webhook.receive"}
    wrong = [f"{one}: no form that leads here" for one in sorted(posts - elsewhere - {name for name, _ in sent})]
    for where, names in sorted(site.walker.asked.items()):
        short = [name for name in sorted(names - {FIELD}) if len(sent.get((where, name), ())) < every]
        wrong += [f"{where}: {name} got {len(sent.get((where, name), ()))} of {every}" for name in short]
    never = {one.removeprefix("POST ") for one in posts - elsewhere} - site.walker.taken.keys()
    return wrong + [
        f"{one}: nothing was ever kept" for one in sorted(never) if one.removeprefix("console.") not in NEVER_TAKEN
    ]


def test_what_anybody_writes_is_text_and_stays_text(site: Site) -> None:
    """One test, since the site takes half a minute to fill."""
    found = {}
    for check in (opened, taken_away, logged_wrongly):
        begun = time.monotonic()
        found[check.__name__] = check(site)
        site.seconds[check.__name__] = time.monotonic() - begun
    if "HOSTILE_STATE" in os.environ:
        with site.database.reading() as session:
            Path(os.environ["HOSTILE_STATE"]).write_text(json.dumps(state_of(session), indent=1), encoding="utf-8")
    buttons(site)
    found |= {"unfilled": unfilled(site), "sent": list(Counter(site.wrong).items())}
    assert {name: list(dict.fromkeys(map(str, each)))[:40] for name, each in found.items() if each} == {}, site.seconds
