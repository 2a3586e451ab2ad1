"""設定: what a municipality decides for all its answers: greeting, contact, languages, how approval works."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for

from bot.console.answer_desk import departments_in_use
from bot.console.authors import author
from bot.console.entering import Answered
from bot.console.forms import tell, text
from bot.console.guard import actor, person, require
from bot.services import services
from knowledge import audit
from knowledge.calendar import now
from knowledge.exports import names_by_id
from knowledge.models import Municipality
from knowledge.outbox import tally
from knowledge.reply_languages import REPLY_LANGUAGES
from knowledge.roles import Role
from knowledge.sheet_forms import YES_NO
from knowledge.sheet_kinds import KINDS, LANGUAGES, VERSION
from knowledge.sheet_row import WHOLE_ROW, RowFaultsError, row_cells, write_row
from knowledge.staff_chats import LONGEST, SHORTEST, end_all

blueprint = Blueprint("settings", __name__)

MOST_GREETING = 200
FAULTS = {
    "SMTPAuthenticationError": "メールのサーバーが、利用者名かパスワードを断りました（SMTP_USER、SMTP_PASSWORD）",
    "SMTPRecipientsRefused": "メールのサーバーが、宛先を断りました",
    "SMTPSenderRefused": "メールのサーバーが、差出人を断りました（MAIL_FROM）",
    "SMTPNotSupportedError": "メールのサーバーが、暗号化かパスワードに対応していません（SMTP_STARTTLS）",
    "ConnectionRefusedError": "メールのサーバーにつながりません（SMTP_HOST、SMTP_PORT）",
    "TimeoutError": "メールのサーバーから返事がありません（SMTP_HOST、SMTP_PORT）",
    "gaierror": "メールのサーバーの名前が見つかりません（SMTP_HOST）",
    "SSLCertVerificationError": "メールのサーバーの証明書を確かめられません",
}
"""What an administrator can tell whoever keeps the server, by the kind of failure."""
_KIND = KINDS["municipality"]
_FIELDS = {
    "問い合わせ先の課": "contact",
    "問い合わせ先の電話": "telephone",
    "問い合わせフォームのURL": "form",
    "問い合わせ先のメール": "email",
    "問い合わせ先のFAX": "fax",
    "LINE公式アカウントのID": "line_id",
    "プライバシーポリシーのURL": "privacy_url",
    "検索サイトに載せる": "searchable",
    "返事の言葉": "languages",
}
"""The columns of the municipality's sheet that are set here, and their fields."""


@blueprint.get("/<code>/settings")
def index(code: str) -> str:
    return _page(code, {}, None)


@blueprint.post("/<code>/settings")
def save(code: str) -> Answered:
    """What is of the municipality's sheet goes through its checks; all of it is kept, or nothing."""
    require(Role.ADMIN, code, None)
    greeting = " ".join(text("greeting", 1000).split())
    errors: dict[str, str] = {}
    if len(greeting) > MOST_GREETING:
        errors["greeting"] = f"あいさつは{MOST_GREETING}字までで書いてください（今は{len(greeting)}字）"
    if any(letter in greeting for letter in "{}<>"):
        errors["greeting"] = "あいさつに「{」「}」「<」「>」は使えません。消してください"
    hours = text("staff_chat_hours", 9)
    if hours and not (hours.isascii() and hours.isdigit() and SHORTEST <= int(hours) <= LONGEST):
        errors["staff_chat_hours"] = f"時間は{SHORTEST}から{LONGEST}までの数字で書いてください。使わないなら空にします"
    if errors:
        return _page(code, errors, request.form), 422
    moment = now()
    try:
        with services().database.writing() as session:
            town = session.get_one(Municipality, code, with_for_update=True)
            before = _told(town)
            chosen = set(request.form.getlist("languages"))
            cells = row_cells(_KIND, town) | {
                "問い合わせ先の課": text("contact", 60),
                "問い合わせ先の電話": text("telephone", 40),
                "問い合わせフォームのURL": text("form", 1000),
                "問い合わせ先のメール": text("email", 200),
                "問い合わせ先のFAX": text("fax", 40),
                "LINE公式アカウントのID": text("line_id", 100),
                "プライバシーポリシーのURL": text("privacy_url", 1000),
                "検索サイトに載せる": YES_NO.write(bool(request.form.get("searchable"))),
                "返事の言葉": "\n".join(LANGUAGES[one] for one in REPLY_LANGUAGES if one in chosen),
                VERSION: text("version", 9),
            }
            write_row(session, code, _KIND, cells, moment, author())
            if (town.greeting or "") != greeting:
                town.greeting, town.knowledge_version = greeting or None, town.knowledge_version + 1
            if town.staff_chat_hours != (int(hours) if hours else None):
                town.staff_chat_hours = int(hours) if hours else None
                town.knowledge_version += 1
                if not hours:
                    end_all(session, code, moment)
            town.separate_approver = bool(request.form.get("separate_approver"))
            after = _told(town)
            if before != after:
                details = {
                    "before": {name: before[name] for name in before if before[name] != after[name]},
                    "after": {name: after[name] for name in after if before[name] != after[name]},
                }
                audit.append(session, actor(), "settings_changed", at=moment, scope=code, details=details)
    except RowFaultsError as error:
        faults = {_FIELDS.get(heading, WHOLE_ROW): f"{sentence}" for heading, sentence in error.faults.items()}
        return _page(code, faults, request.form), 422
    tell("設定を保存しました。" if before != after else "変わったところはありません。")
    return redirect(url_for("console.settings.index", code=code), 303)


def _told(town: Municipality) -> dict[str, object]:
    return {
        "greeting": town.greeting,
        "contact_department": town.contact_department,
        "contact_telephone": town.contact_telephone,
        "contact_form": town.contact_form,
        "contact_email": town.contact_email,
        "contact_fax": town.contact_fax,
        "line_id": town.line_id,
        "privacy_url": town.privacy_url,
        "searchable": town.searchable,
        "reply_languages": list(town.reply_languages),
        "separate_approver": town.separate_approver,
        "staff_chat_hours": town.staff_chat_hours,
    }


def _page(code: str, errors: Mapping[str, str], given: Mapping[str, str] | None) -> str:
    with services().database.reading() as session:
        row = session.get_one(Municipality, code)
        offices = names_by_id(session, code)["departments"]
        in_use = dict(departments_in_use(session, code))
        mails = tally(session, code, now())
    if given is None:
        values: dict[str, object] = _told(row) | {
            "contact": row.contact_department,
            "telephone": row.contact_telephone,
            "form": row.contact_form,
            "email": row.contact_email,
            "fax": row.contact_fax,
        }
        languages = list(row.reply_languages)
    else:
        values, languages = dict(given), request.form.getlist("languages")
    return render_template(
        "console/settings/index.html",
        code=code,
        row=row,
        values=values,
        languages=languages,
        own_privacy=f"{services().settings.base_url}/{code}/privacy",
        all_languages=[(language, LANGUAGES[language]) for language in REPLY_LANGUAGES],
        language_names=LANGUAGES,
        offices=[each for each in offices.items() if each[0] in in_use or each[0] == values.get("contact")],
        contact_name=offices.get(row.contact_department, row.contact_department),
        errors=errors,
        most_greeting=MOST_GREETING,
        may_write=person().reaches(Role.ADMIN, code, None),
        mails=mails,
        mails_on=services().settings.mail is not None,
        fault=FAULTS.get(mails.fault or "", mails.fault),
    )
