"""Opening a page changes nothing: every address that can be opened is, and the database is the same afterwards.

What a page may write all the same stands here, with the reason.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

import pytest
from flask import Flask
from sqlalchemy import event, select
from werkzeug.routing import Rule

from bot.services import Services
from knowledge.db import Database
from knowledge.models import Base, ReportSettings
from knowledge.roles import Role
from tests.bot.console.test_matrix import Things, address_of, things
from tests.support.staff import HOST, add_colleague, signed_in

__all__ = ["things"]

CODE = "242047"
PICTURES = "what a chart says, so that its picture can be asked for: made of what the page has read, and made again"
LINE = dict.fromkeys(("audit_lines", "audit_head"), "who took which file away is a line of the audit log")
MAY_WRITE: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(
        (
            "account_handover.workbook",
            "accuracy.workbook",
            "answer_history.workbook",
            "measure_sheets.workbook",
            "misguidance.workbook",
            "online_priority.workbook",
            "resident_words.workbook",
            "retention.inventory_file",
        ),
        LINE,
    ),
    "door.second_step": dict.fromkeys(LINE, "that it was tried in vain is a line of the audit log"),
    **{
        name: {"pictures": PICTURES}
        for name in ("figures.index", "figures.breakdown", "figures.movers", "figures.hours", "reports.monthly")
    },
    **dict.fromkeys(
        ("health.ready", "service.index"),
        MappingProxyType({"audit_head": "whether the database takes what is written is tried: a row is set to itself"}),
    ),
}
"""By endpoint, which tables and why.  ``staff_sessions`` may be written by any page: that somebody is at work."""
FOR_ALL = {"staff_sessions"}
MAY_DIFFER = {*FOR_ALL, "audit_lines", "audit_head", "pictures"}
"""What may hold something else after all was opened: who is at work and who took what away, and a cache."""
NOT_OPENED = {
    "accuracy.label",
    "answer_pages.robots",
    "answer_pages.sitemap",
    "answer_pages.sitemaps",
    "answer_steps.step",
    "counted_links.go",
    "door.second_step",
    "effect.replies",
    "health.metrics",
    "importing.job",
    "log_file.job",
    "office_account.come_back",
    "opening.place",
    "organisation.assign_",
    "organisation.change",
    "organisation.take_back_",
    "pictures.drawing",
    "plans.plan",
}
"""What cannot be opened with the things at hand: jobs, drawings and plans of others, half-way doors, what is to come,
and what there is only where search engines may list answers.

``office_account.come_back`` opens the door, and so it writes; the state that it must bring is its guard.
``counted_links.go`` adds to a number, and to nothing else (tests/bot/web/test_counted_links.py).
"""


@contextmanager
def writing(database: Database) -> Iterator[list[str]]:
    """The tables that are written meanwhile."""
    seen: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        if found := re.match(r"\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+\"?(\w+)", statement):
            seen.append(found[1])

    event.listen(database.writer, "before_cursor_execute", note)
    event.listen(database.reader, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.writer, "before_cursor_execute", note)
        event.remove(database.reader, "before_cursor_execute", note)


def rows(database: Database) -> dict[str, Counter[str]]:
    """Everything that is kept."""
    with database.reading() as session:
        return {
            table.name: Counter(repr(tuple(row)) for row in session.execute(select(table)))
            for table in Base.metadata.sorted_tables
        }


def opened(rule: Rule) -> bool:
    return "GET" in (rule.methods or ())


@pytest.fixture(scope="module")
def walked(office: Flask, things: Things) -> dict[str, tuple[int, set[str]]]:
    """Of every address that can be opened: what was answered, and the tables that it wrote."""
    kit: Services = office.extensions["kotae"]
    chief = signed_in(office, list(Role), None)
    account_id, _ = add_colleague(kit.database, [])
    chief.get("/staff/")  # the day's first request settles what is due
    with kit.database.writing() as session:
        session.add(ReportSettings(municipality_code=CODE, open_data=True))
    before, found = rows(kit.database), {}
    for rule in filter(opened, office.url_map.iter_rules()):
        names = {"static": "style.css", "open_data.table": "questions", "console.materials.picture": "web"}
        more = {"account_id": account_id, "filename": "style.css", "plan_id": "dx-plan", "token": "none"}
        if rule.endpoint == "console.materials.picture":
            more["form"] = "svg"
        if rule.endpoint in names:
            more["name"] = names[rule.endpoint]
        address = address_of(office, rule, things, **more)
        with writing(kit.database) as seen:
            response = chief.client.get(address, headers={"Host": HOST})
            response.close()
        found[f"{rule.endpoint.removeprefix('console.')} {rule.rule}"] = (response.status_code, set(seen))
    after = rows(kit.database)
    found["all"] = (200, {name for name in before if before[name] != after[name]})
    return found


def test_opening_a_page_writes_nothing_but_what_is_listed(walked: Mapping[str, tuple[int, set[str]]]) -> None:
    one_by_one = {name: tables for name, (_, tables) in walked.items() if name != "all"}
    wrote = {name: tables - FOR_ALL - set(MAY_WRITE.get(name.split()[0], {})) for name, tables in one_by_one.items()}
    assert {name: tables for name, tables in wrote.items() if tables} == {}
    # What is different afterwards is what was seen to be written: nothing went round the looking.
    assert walked["all"][1] <= set().union(*one_by_one.values())
    assert walked["all"][1] <= MAY_DIFFER


def test_every_page_was_there_to_be_opened(walked: Mapping[str, tuple[int, set[str]]]) -> None:
    """A page that is not found has had no chance to write."""
    shut = {name.split()[0] for name, (status, _) in walked.items() if status not in (200, 303)}
    assert shut == NOT_OPENED
