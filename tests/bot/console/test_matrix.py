"""The authorization matrix: every page of a municipality, by role, for the whole of it, the own 課 and another.

What is refused leaves a line in the audit log, so that a refusal is told from a thing that is not there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.routing import Rule

from bot.console import forms
from bot.console.needs import NEEDS, Where
from bot.sample_jobs import month_of
from bot.services import Services
from knowledge.accuracy_draw import Drawn
from knowledge.accuracy_draw import keep as keep_sample
from knowledge.approval import Actor
from knowledge.audit import BY_COMMAND
from knowledge.calendar import now, today
from knowledge.change_requests import ask
from knowledge.check_questions import keep_check_question, new_check_question
from knowledge.entry_versions import Author, content_of
from knowledge.jobs import EFFECT, ask_for
from knowledge.ledger import NotedQuestion, note
from knowledge.misguidance import write_misguidance
from knowledge.models import AuditLine, Department, Entry, Indicator
from knowledge.need_cards import Described, make_card
from knowledge.proposed_changes import of_row
from knowledge.publishing import Text, save_draft
from knowledge.query_log import log_id
from knowledge.reviews import start_review
from knowledge.roles import Role
from knowledge.sheet_kinds import KINDS, STATES
from knowledge.sheet_row import look_at_row, row_cells
from tests.support.staff import HOST, ORIGIN, Colleague, signed_in

CODE = "242047"
HELD = ("whole", "own", "other")
"""For what a role is held: the municipality, the 課 of the things below, another 課."""

WHOLE = frozenset(
    {
        "caution.check", "caution.choose", "checks.take_file", "common_updates.switch", "figure_closings.reason", "demo.remove", "erasing.find", "erasing.show", "erasing.erase", "notice.begin", "notice.end",
        "opening.new", "opening.place", "opening.add", "opening.save", "opening.remove", "opening.add_days",
        "opening.usual_again", "noting.bring", "organisation.new", "organisation.take_back_", "organisation.assign_", "plans.attach",
        "plans.bring", "plans.decide_pieces", "plans.detach", "retention.save", "review.start", "review.close", "review.change_deadline", "settings.save", "sheets.export",
        "accuracy.save_size", "accuracy.draw", "accuracy.close_month", "accuracy.label", "accuracy.settle_page", "resident_words.choose_word", "report_settings.save", "rich_menu.edit", "rich_menu.save", "rich_menu.use_default", "year_facts.save", "faq.bring", "faq.page", "importing.job", "importing.stop", "sheets.bring", "sheets.back", "slots.save", "slots.sheet_import", "words.check", "words.keep",
    }
)  # fmt: skip
"""Only for who holds the role for the whole municipality: they change what every 課 says."""
OWNED = frozenset(
    {
        "answers.entry", "answer_editing.edit", "answer_editing.keep", "answer_editing.discard", "answer_steps.step",
        "answer_history.index", "answer_history.compare", "answer_history.workbook", "answer_history.restore",
        "misguidance.new", "misguidance.recount", "checks.change", "checks.end", "effect.start", "effect.job",
        "effect.stop", "effect.replies", "tables.row", "tables.write_yearly", "trying.wording",
        "review.answers", "review.answer", "changes.change", "changes.approve_it", "changes.give_it_back",
        "changes.take_it_back", "log.dialogue", "noting.remove", "need_cards.card", "need_cards.step", "need_cards.write",
        "need_cards.add_wordings", "need_inquiries.inquiry", "formulas.index", "formulas.take_over",
    }
)  # fmt: skip
"""Of a thing that belongs to a 課: for who holds the role for that 課, or for the whole."""
OWNED_WHEN_SENT = frozenset({"checks.add", "trying.check", "noting.add", "office_counts.month"})
"""The same of what is sent: anybody may open the empty form."""
HOLDERS: Mapping[Role, frozenset[Role]] = {
    Role.VIEWER: frozenset(Role),
    Role.EDITOR: frozenset({Role.EDITOR, Role.APPROVER}),
    Role.APPROVER: frozenset({Role.APPROVER}),
    Role.ADMIN: frozenset({Role.ADMIN}),
    Role.AUDITOR: frozenset({Role.AUDITOR}),
}
"""Who has what a role allows: 承認 includes 編集, and everybody may read."""
HELD_BY = tuple(
    (role, held) for role in Role for held in HELD if held == "whole" or role not in (Role.ADMIN, Role.AUDITOR)
)
"""管理 and 監査 are never of one 課."""
POSTED: Mapping[str, Role] = dict.fromkeys(
    ("tables.row", "effect.stop", "noting.remove", "office_counts.month", "formulas.index"), Role.EDITOR
)
"""Pages that all may read, with a button that is not for all."""


MONTH = "2026-03"


@dataclass(frozen=True)
class Things:
    """What belongs to the 課 ``own``; ``other`` is another."""

    own: str
    other: str
    entry: str
    version: int
    indicator: str
    check: str
    job: str
    misguidance: int
    review: int
    change: str
    asked: str
    need: int


@dataclass(frozen=True)
class Tried:
    endpoint: str
    rule: str
    method: str
    role: Role
    held: str


@pytest.fixture(scope="module")
def things(office: Flask) -> Things:
    kit: Services = office.extensions["kotae"]
    moment = now()
    with kit.database.writing() as session:
        own, other = session.scalars(
            select(Department.entry_id)
            .where(Department.municipality_code == CODE)
            .order_by(Department.entry_id)
            .limit(2)
        )
        wanted = (Entry.municipality_code == CODE, Entry.kind == "plan", Entry.state == "published")
        entry = session.scalars(select(Entry).where(*wanted).order_by(Entry.entry_id).limit(1)).one()
        entry.department = own
        session.flush()
        content = content_of(entry) | {"answer": "書き直した答えです。"}
        writer = Actor("a-1", "編集 一郎", edits=True)
        version = save_draft(session, CODE, Text(content), writer, moment, based_on=entry.version).number
        indicator = session.scalars(select(Indicator).where(Indicator.municipality_code == CODE).limit(1)).one()
        indicator.department = own
        question = new_check_question("行列の確認の質問です", "answer", [entry.entry_id])
        keep_check_question(session, CODE, question, moment, "a-1")
        job = ask_for(session, CODE, EFFECT, {"of": "versions", "versions": [[entry.entry_id, version]]}, moment)
        author = Author("編集 一郎", "a-1")
        sheet = write_misguidance(
            session, CODE, entry.entry_id, 1, 1, wrong="数字", done="直した", author=author, moment=moment
        )
        review = start_review(session, CODE, "見直し", today() + dt.timedelta(days=60), author, moment)
        changed = row_cells(KINDS["indicators"], indicator) | {"指標名": "行列の指標"}
        seen = look_at_row(session, CODE, KINDS["indicators"], changed)
        assert seen is not None
        wanted_change = of_row("indicators", indicator.entry_id, changed, seen)
        change = ask(session, CODE, wanted_change, author, BY_COMMAND, moment)
        assert change is not None
        asked = NotedQuestion(CODE, "staff:matrix", "phone", moment, own, "行列の受けた質問です", "answer")
        note(session, asked, "a-1")
        told = Described("行列の票", "wording", own, None, entry.entry_id)
        make_card(session, CODE, 1, told, moment)
        period = month_of(MONTH)
        assert period is not None
        keep_sample(session, CODE, period, "00", 50, Drawn((), 1, 1, 0), moment, None)
        return Things(
            own,
            other,
            entry.entry_id,
            version,
            indicator.entry_id,
            question.id,
            job,
            sheet.number,
            review.number,
            change.id,
            log_id(CODE, asked.key),
            1,
        )


@pytest.fixture(scope="module")
def refused(office: Flask, things: Things) -> Mapping[Tried, bool]:
    """What became of every try.  First those that are to be refused: they leave everything as it is."""
    people = {
        (role, held): signed_in(office, [role], CODE, department={"own": things.own, "other": things.other}.get(held))
        for role, held in HELD_BY
    }
    tries = [
        (Tried(rule.endpoint.removeprefix("console."), rule.rule, method, role, held), rule)
        for rule in office.url_map.iter_rules()
        if (need := NEEDS.get(rule.endpoint)) and need.where is Where.IN_TOWN
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
        for role, held in HELD_BY
    ]
    tries.sort(key=lambda one: not is_refused(one[0]))
    return {tried: _is_denied(office, people[tried.role, tried.held], tried, rule, things) for tried, rule in tries}


def is_refused(tried: Tried) -> bool:
    """What the table above says."""
    need = NEEDS[f"console.{tried.endpoint}"]
    role = POSTED.get(tried.endpoint, need.role) if tried.method == "POST" else need.role
    assert role is not None
    if tried.role not in HOLDERS[role]:
        return True
    if tried.endpoint in WHOLE:
        return tried.held != "whole"
    owned = tried.endpoint in OWNED and "new-answer" not in tried.rule
    return tried.held == "other" and (owned or (tried.endpoint in OWNED_WHEN_SENT and tried.method == "POST"))


def _is_denied(office: Flask, colleague: Colleague, tried: Tried, rule: Rule, things: Things) -> bool:
    before = _denials(office)
    path, data = address_of(office, rule, things), _fields(tried.endpoint, things)
    headers = {"Host": HOST, "Origin": ORIGIN}
    if tried.method == "GET":
        response = colleague.client.get(path, query_string=data, headers=headers)
    else:
        token = {forms.FIELD: forms.token_for(colleague.secret_key, colleague.session_id)}
        response = colleague.client.post(path, data=token | data, headers=headers)
    assert response.status_code < 500, f"{tried}: {response.status_code}"
    denied = _denials(office) > before
    assert not denied or response.status_code in (403, 404), f"{tried}: {response.status_code}"
    return denied


def _denials(office: Flask) -> int:
    kit: Services = office.extensions["kotae"]
    with kit.database.reading() as session:
        return session.scalar(select(func.count()).select_from(AuditLine).where(AuditLine.action == "denied")) or 0


def address_of(office: Flask, rule: Rule, things: Things, **more: Any) -> str:
    """An address of ``rule`` that names things which are there."""
    endpoint = rule.endpoint.removeprefix("console.")
    screen = endpoint.partition(".")[0]
    numbers = {"misguidance": things.misguidance, "review": things.review, "need_cards": things.need}
    values: dict[str, Any] = {
        "code": CODE, "entry_id": things.indicator if screen in ("tables", "formulas") else things.entry, "name": "request",
        "kind": {"organisation": "rename", "figure_closings": "month"}.get(screen, "indicators"), "first": "2026-10-01", "check_id": things.check, "job_id": things.job,
        "number": numbers.get(screen, 1), "part": "changed", "plan_id": "none-such", "taken_id": "none-such", "tester_id": 1, "request_id": things.change,
        "row_id": things.asked, "series": "certificate", "form": "csv", "month": "2026-04" if screen == "office_counts" else MONTH, "place": 1, "variant": "usual",
        **more,
    }  # fmt: skip
    with office.test_request_context():
        # Of two addresses of one endpoint, this one.
        return rule.build({name: values[name] for name in rule.arguments})[1]


def _fields(endpoint: str, things: Things) -> dict[str, str]:
    """What a page must be told before it looks whose a thing is."""
    question = {"text": "行列の確認の質問です", "decision": "answer", "entry_ids": things.entry}
    return {
        "effect.start": {"version": f"{things.entry}:{things.version}"},
        "trying.wording": {"entry_id": things.entry, "question": "別の言い方です"},
        "review.answers": {"department": things.own},
        "review.answer": {"department": things.own, "one": things.entry},
        "checks.add": question,
        "checks.change": question,
        "office_counts.month": {"department": things.own},
        "noting.add": {"text": "行列の質問", "channel": "phone", "result": "answer", "department": things.own},
        "trying.check": {"question": "行列の別の質問です", "decision": "answer", "entry_id": things.entry},
        "tables.row": {"state": STATES["published"]},
        "need_cards.step": {"act": "rename", "name": "行列の票"},
        "need_inquiries.inquiry": {"number": str(things.need)},
    }.get(endpoint, {})


@pytest.mark.parametrize(
    "endpoint", sorted(name.removeprefix("console.") for name in NEEDS if NEEDS[name].where is Where.IN_TOWN)
)
def test_who_may_open_what(refused: Mapping[Tried, bool], endpoint: str) -> None:
    found = {tried: denied for tried, denied in refused.items() if tried.endpoint == endpoint}
    assert found
    assert {tried: denied for tried, denied in found.items() if denied != is_refused(tried)} == {}
