"""組織の変更: entered and taken back by an administrator, read by everybody, in force for all from its day."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select

from bot.services import Services
from knowledge.approval import Actor, Step
from knowledge.calendar import now, today
from knowledge.db import Database
from knowledge.entry_versions import content_of
from knowledge.models import AuditLine, Department, Entry, OrganisationChange
from knowledge.organisation import department_field
from knowledge.publishing import Text, save_draft, take
from knowledge.roles import Role
from tests.support.staff import Colleague, signed_in

CODE = "242047"
PATH = f"/staff/{CODE}/organisation"
NAME, PHONE = department_field(0, "課名"), department_field(0, "電話")
LATER = (today() + dt.timedelta(days=100)).isoformat()


@pytest.fixture
def admin(office: Flask) -> Colleague:
    return signed_in(office, [Role.ADMIN], CODE, name="管理 花子")


def _in_charge(database: Database) -> Department:
    """The 課 with the most answers."""
    with database.reading() as session:
        held = session.scalars(select(Entry.department).where(Entry.municipality_code == CODE, Entry.state == "published")).all()  # fmt: skip
        names = [one for one in held if one and session.get(Department, (CODE, one))]
        return session.get_one(Department, (CODE, max(set(names), key=names.count)))


def _last(database: Database) -> OrganisationChange:
    with database.reading() as session:
        wanted = select(OrganisationChange).where(OrganisationChange.municipality_code == CODE)
        return session.scalars(wanted.order_by(OrganisationChange.number.desc()).limit(1)).one()


def test_a_change_is_entered_read_by_everybody_and_taken_back(
    office: Flask, office_database: Database, admin: Colleague
) -> None:
    old = _in_charge(office_database)
    assert "名称変更を登録する" in admin.get(PATH).text
    assert old.name in admin.get(f"{PATH}/new/rename").text
    admin.post(f"{PATH}/new/rename", {"starts_on": LATER, "before": old.entry_id, NAME: "あたらしい課"})
    number = _last(office_database).number
    reader = signed_in(office, [Role.VIEWER], CODE)
    page = reader.get(f"{PATH}/{number}").text
    assert old.name in page
    assert "あたらしい課" in page
    assert "これから変わります" in page
    assert "取り消す" not in page
    with office_database.writing() as session:
        row = session.scalars(select(Entry).where(Entry.municipality_code == CODE, Entry.state == "published")).first()
        assert row is not None
        draft = content_of(row) | {"id": "names-the-old", "question": "課の名前のある下書き？", "phrasings": []}
        draft["answer"] = f"{old.name}にお聞きください。"
        writer = Actor("nobody", "だれか", edits=True)
        save_draft(session, CODE, Text(draft), writer, now(), based_on=None)
    assert "課の名前のある下書き？" in reader.get(f"{PATH}/{number}").text
    own = signed_in(office, [Role.VIEWER], CODE, department="dep-cio").get(f"{PATH}/{number}").text
    assert "課の名前のある下書き？" not in own
    with office_database.writing() as session:
        take(session, CODE, "names-the-old", Step.WITHDRAW, writer, now(), number=1)
    assert "あたらしい課" in reader.get(PATH).text
    assert "取り消すと何も変わりません" in admin.get(f"{PATH}/{number}/take-back").text
    admin.post(f"{PATH}/{number}/take-back")
    assert "取り消しました" in admin.get(f"{PATH}/{number}").text
    admin.post(f"{PATH}/{number}/take-back")
    assert "取り消せません" in admin.get(f"{PATH}/{number}").text
    with office_database.reading() as session:
        lines = session.scalars(select(AuditLine).where(AuditLine.action.startswith("organisation")))
        assert [line.action for line in lines] == ["organisation_entered", "organisation_withdrawn"]


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        ("rename", {"starts_on": "2020-04-01"}, "過ぎた日"),
        ("rename", {"starts_on": "いつか"}, "2026-04-01 か"),
        ("rename", {}, "変わる日を書いてください"),
        ("rename", {"starts_on": LATER, NAME: "課", PHONE: "598530000"}, "先頭の 0 が消えて"),
        ("merge", {"starts_on": LATER}, "いまある課からえらんでください"),
        ("split", {"starts_on": LATER, NAME: "一つだけの課"}, "二つ以上"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    office_database: Database, admin: Colleague, kind: str, fields: dict[str, str], said: str
) -> None:
    with office_database.reading() as session:
        before = len(session.scalars(select(OrganisationChange)).all())
    named = {} if kind == "merge" else {"before": _in_charge(office_database).entry_id}
    assert said in admin.post(f"{PATH}/new/{kind}", named | fields, status=422).text
    with office_database.reading() as session:
        assert len(session.scalars(select(OrganisationChange)).all()) == before


def test_others_enter_nothing(office: Flask) -> None:
    chief = signed_in(office, [Role.APPROVER], CODE)
    assert "名称変更を登録する" not in chief.get(PATH).text
    chief.get(f"{PATH}/new/rename", 403)
    chief.post(f"{PATH}/new/rename", {}, status=403)


def test_a_split_is_shared_out_on_a_page(office_database: Database, admin: Colleague) -> None:
    old = _in_charge(office_database)
    names = {department_field(place, "課名"): f"分かれた課{place}" for place in range(2)}
    admin.post(f"{PATH}/new/split", {"starts_on": LATER, "before": old.entry_id, **names})
    change = _last(office_database)
    page = admin.get(f"{PATH}/{change.number}/assign").text
    assert "分かれた課1" in page
    with office_database.reading() as session:
        entry = session.scalars(select(Entry).where(Entry.municipality_code == CODE, Entry.department == old.entry_id, Entry.state == "published").order_by(Entry.entry_id)).first()  # fmt: skip
    assert entry is not None
    admin.post(f"{PATH}/{change.number}/assign", {f"entry:{entry.entry_id}": change.after[1]["id"]})
    assert entry.question not in admin.get(f"{PATH}/{change.number}/assign?open=1").text
    admin.post(f"{PATH}/{change.number}/take-back")
    admin.get(f"{PATH}/{change.number}/assign", 404)


def test_from_today_on_residents_and_colleagues_meet_the_new_department_at_once(
    office: Flask, office_database: Database, admin: Colleague
) -> None:
    old = _in_charge(office_database)
    own = signed_in(office, [Role.EDITOR], CODE, department=old.entry_id)
    with office_database.reading() as session:
        entry = session.scalars(select(Entry).where(Entry.municipality_code == CODE, Entry.department == old.entry_id, Entry.state == "published").order_by(Entry.entry_id)).first()  # fmt: skip
    assert entry is not None
    fields = {"starts_on": today().isoformat(), "before": old.entry_id, NAME: "きょうからの課", PHONE: "0598-53-9999"}
    assert "取り消せません" in admin.post(f"{PATH}/new/rename", fields, status=422).text
    admin.post(f"{PATH}/new/rename", {**fields, "at_once": "1"})
    kit: Services = office.extensions["kotae"]
    told = kit.corpus.current(CODE).answers[entry.entry_id].office
    assert told is not None
    assert (told.department, told.telephone) == ("きょうからの課", "0598-53-9999")
    assert "きょうからの課" in own.get(f"/staff/{CODE}/answers/{entry.entry_id}").text
    own.get(f"/staff/{CODE}/answers/{entry.entry_id}/edit")
    assert "実施済み" in admin.get(PATH).text
