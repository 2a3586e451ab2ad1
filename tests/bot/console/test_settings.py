"""設定: greeting, contact, languages and approval, by whoever administers."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select

from bot.conversation import answer
from bot.replies import greeting_reply, plain_text
from bot.services import Services
from knowledge.calendar import now
from knowledge.db import Database
from knowledge.models import AuditLine, Department, Municipality, StaffMail
from knowledge.outbox import put
from knowledge.roles import Role
from knowledge.staff_chats import begin, chats_of
from tests.support.staff import Colleague, signed_in

CODE = "242047"
PATH = f"/staff/{CODE}/settings"


@pytest.fixture
def admin(office: Flask) -> Colleague:
    return signed_in(office, [Role.ADMIN], CODE)


def _town(database: Database) -> Municipality:
    with database.reading() as session:
        return session.get_one(Municipality, CODE)


def _form(database: Database) -> dict[str, object]:
    town = _town(database)
    return {
        "version": str(town.version),
        "greeting": town.greeting or "",
        "contact": town.contact_department,
        "telephone": town.contact_telephone or "",
        "form": town.contact_form or "",
        "email": town.contact_email or "",
        "fax": town.contact_fax or "",
        "privacy_url": town.privacy_url or "",
        "languages": town.reply_languages,
        "staff_chat_hours": town.staff_chat_hours or "",
        "separate_approver": "1" if town.separate_approver else "",
    }


def test_settings_are_kept_and_residents_are_greeted_by_them(
    office: Flask, office_database: Database, admin: Colleague
) -> None:
    admin.post(PATH, _form(office_database))
    assert "変わったところはありません" in admin.get(PATH).text
    wanted = {"greeting": "松阪市へようこそ。", "languages": ["en", "pt"], "telephone": "０５９８−５３−００００"}
    admin.post(PATH, _form(office_database) | wanted | {"separate_approver": ""})
    town = _town(office_database)
    assert (town.greeting, town.reply_languages) == ("松阪市へようこそ。", ["en", "pt"])
    assert (town.contact_telephone, town.separate_approver) == ("0598-53-0000", False)
    kit: Services = office.extensions["kotae"]
    assert greeting_reply(kit.corpus.current(CODE)).text.startswith("松阪市へようこそ。\n")
    with office_database.reading() as session:
        line = session.scalars(select(AuditLine).where(AuditLine.action == "settings_changed")).one()
        assert line.details["after"]["separate_approver"] is False
        assert "contact_department" not in line.details["after"]


def test_who_cannot_telephone_is_told_the_form_the_mail_and_the_fax_that_were_set(
    office: Flask, office_database: Database, admin: Colleague
) -> None:
    wanted = {"form": "https://www.city.example.jp/form/", "email": "soudan@city.example.jp", "fax": "0598−22−1377"}
    admin.post(PATH, _form(office_database) | wanted)
    kit: Services = office.extensions["kotae"]
    text = plain_text(answer(kit.corpus.current(CODE), "宇宙人に会うにはどうすればよいですか").reply)
    assert "・問い合わせフォーム：https://www.city.example.jp/form/" in text
    assert "・メール：soudan@city.example.jp" in text
    assert "・FAX：0598-22-1377" in text
    with office_database.reading() as session:
        line = session.scalars(select(AuditLine).where(AuditLine.action == "settings_changed")).all()[-1]
        assert line.details["after"]["contact_fax"] == "0598-22-1377"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"greeting": "あ" * 201}, "200字まで"),
        ({"greeting": "<b>"}, "使えません"),
        ({"telephone": "598530000"}, "先頭の 0 がありません"),
        ({"form": "www.city.matsusaka.mie.jp"}, "https"),
        ({"email": "soudan"}, "メールアドレスの形ではありません"),
        ({"fax": "598530000"}, "先頭の 0 がありません"),
        ({"privacy_url": "www.city.example.jp/privacy"}, "https"),
        *(({"staff_chat_hours": hours}, "1から72までの数字") for hours in ("0", "73", "３", "-1", "1.5", "一日")),
        ({"contact": "dep-nowhere"}, "ありません"),
        ({"version": "0"}, "ほかの人が先に変えました"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    office_database: Database, admin: Colleague, changes: dict[str, str], said: str
) -> None:
    before = _form(office_database)
    other = {"separate_approver": "" if before["separate_approver"] else "1", "languages": ["en"]}
    assert said in admin.post(PATH, before | other | changes, status=422).text
    assert _form(office_database) == before


def test_staff_who_answer_in_line_say_for_how_long_and_end_it_for_everybody(
    office: Flask, office_database: Database, admin: Colleague
) -> None:
    admin.post(PATH, _form(office_database) | {"staff_chat_hours": "24"})
    assert office.extensions["kotae"].corpus.current(CODE).town.staff_chat_hours == 24
    with office_database.writing() as session:
        begin(session, CODE, "who", now(), now() + dt.timedelta(hours=24))
    admin.post(PATH, _form(office_database) | {"staff_chat_hours": ""})
    assert office.extensions["kotae"].corpus.current(CODE).town.staff_chat_hours is None
    with office_database.reading() as session:
        assert chats_of(session, ["who"])[CODE, "who"] <= now()
        line = session.scalars(select(AuditLine).where(AuditLine.action == "settings_changed")).all()[-1]
        assert line.details == {"before": {"staff_chat_hours": 24}, "after": {"staff_chat_hours": None}}


def test_the_privacy_policy_that_was_set_is_led_to_from_our_own_page(
    office: Flask, office_database: Database, admin: Colleague
) -> None:
    ours = f"{office.extensions['kotae'].settings.base_url}/{CODE}/privacy"
    assert ours in admin.get(PATH).text
    link = '<a href="https://www.city.example.jp/privacy">松阪市のプライバシーポリシーを開く</a>'
    assert link not in office.test_client().get(f"/{CODE}/privacy").text
    admin.post(PATH, _form(office_database) | {"privacy_url": "https://www.city.example.jp/privacy"})
    assert link in office.test_client().get(f"/{CODE}/privacy").text


def test_our_own_page_may_be_the_policy_and_leads_nowhere_else(
    office: Flask, office_database: Database, admin: Colleague
) -> None:
    ours = f"{office.extensions['kotae'].settings.base_url}/{CODE}/privacy"
    admin.post(PATH, _form(office_database) | {"privacy_url": ours})
    assert _town(office_database).privacy_url == ours
    assert "プライバシーポリシーを開く" not in office.test_client().get(f"/{CODE}/privacy").text


def test_others_only_read(office: Flask) -> None:
    approver = signed_in(office, [Role.APPROVER], CODE)
    assert "保存する" not in approver.get(PATH).text
    approver.post(PATH, {}, status=403)


def test_a_department_that_is_no_more_is_offered_only_where_it_still_stands(
    office_database: Database, admin: Colleague
) -> None:
    with office_database.writing() as session:
        gone = session.scalars(
            select(Department).where(
                Department.municipality_code == CODE, Department.entry_id != _town(office_database).contact_department
            )
        ).first()
        assert gone is not None
        gone_id, gone.state = gone.entry_id, "ended"
    offered = f'<option value="{gone_id}"'
    paths = (PATH, f"/staff/{CODE}/tables/terms/add")
    chief = signed_in(admin.client.application, [Role.APPROVER], CODE)
    assert not any(offered in who.get(path).text for who, path in zip((admin, chief), paths, strict=True))
    with office_database.writing() as session:
        session.get_one(Municipality, CODE).contact_department = gone_id
    assert f"{offered} selected" in admin.get(PATH).text
    with office_database.writing() as session:
        session.get_one(Department, (CODE, gone_id)).state = "published"


def test_who_administers_reads_why_mails_do_not_go_out(admin: Colleague, office_database: Database) -> None:
    assert "サーバーの担当者に SMTP の設定を頼んでください" in admin.get(PATH).text
    with office_database.writing() as session:
        put(session, admin.account_id, "k", CODE, "件名", "本文", now())
        session.flush()
        session.scalars(select(StaffMail)).one().fault = "SMTPAuthenticationError"
    page = admin.get(PATH).text
    assert "待っている 1件" in page
    assert "利用者名かパスワードを断りました" in page
