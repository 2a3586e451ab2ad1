"""オンライン化優先度: procedures that residents ask for and cannot do online."""

from __future__ import annotations

import io

from flask import Blueprint, Response, render_template, request, send_file

from bot.console.answer_desk import department_names
from bot.console.answer_history import XLSX
from bot.console.evidence_period import chosen_period
from bot.console.guard import actor, person
from bot.console.layout import town_or_404
from bot.console.reachable import editable_answers, may_open_of, openable_answers
from bot.services import services
from bot.web.chat import knowledge_or_404
from knowledge import audit
from knowledge.calendar import now, today
from knowledge.demo_data import NOTICE, is_demo
from knowledge.online_priority import BY_PEOPLE, ORDERS, outside_text, priorities, workbook_sheets
from knowledge.online_standing import NAMES
from knowledge.periods import PeriodKind
from knowledge.roles import Role
from knowledge.small_counts import EXPLAINED
from knowledge.workbooks import workbook_bytes

blueprint = Blueprint("online_priority", __name__)

KINDS = (PeriodKind.YEAR, PeriodKind.QUARTER, PeriodKind.MONTH)
MOST_SHOWN = 50
DEFINITIONS = (
    (
        "えらび方",
        "「オンライン」の行に、できない・一部だけできると書いてある手続。ほかは窓口のみとはせず、下に分けて出します。",
    ),
    (
        "人数",
        "その答えを示した（選ばれた）質問をした人。同じ人は一度だけ数え、だれか分からない質問は一件を一人とします。",
    ),
    ("時間外の割合", "主な場所の受付時間の外（休みの日を含み、分まで数える）に聞かれたものの割合。"),
    ("電話・窓口など", "職員が書きとめた質問のうち、文に合う答えをこたえが選べたもの。人数には入れません。"),
    ("ご注意", f"届いた質問だけで、市民全体の声ではありません。{EXPLAINED}もとが5件より少ない割合も出しません。"),
)


@blueprint.get("/<code>/online")
def index(code: str) -> str:
    town_or_404(code)
    order = _order()
    own = person().departments(Role.VIEWER, code)
    answers = knowledge_or_404(code).answers.values()
    with services().evidence.reading() as session:
        chosen = chosen_period(session, code, KINDS)
        found = priorities(
            session, code, chosen.period, answers, today(), order=order, departments=own, most=MOST_SHOWN
        )
        names = department_names(session, code)
        every = [one.entry_id for one in (*found.lines, *found.untold, *found.unclear)]
        openable, editable = openable_answers(session, code, every), editable_answers(session, code, every)
    return render_template(
        "console/online_priority/index.html",
        code=code,
        chosen=chosen,
        found=found,
        order=order,
        orders=list(ORDERS.items()),
        names=names,
        standings=NAMES,
        outside_text=outside_text,
        definitions=DEFINITIONS,
        narrowed=own is not None,
        openable=openable,
        editable=editable,
        may_open=may_open_of(code),
        explained=EXPLAINED,
    )


def _order() -> str:
    given = request.args.get("order", "")
    return given if given in ORDERS else BY_PEOPLE


@blueprint.get("/<code>/online.xlsx")
def workbook(code: str) -> Response:
    town = town_or_404(code)
    own = person().departments(Role.VIEWER, code)
    answers = knowledge_or_404(code).answers.values()
    with services().evidence.reading() as session:
        chosen = chosen_period(session, code, KINDS)
        found = priorities(session, code, chosen.period, answers, today(), order=_order(), departments=own)
        names = department_names(session, code)
        demo = is_demo(session, code)
    about = [("オンライン化優先度", f"{town.name}　{chosen.period.name}（{chosen.stands}）"), *DEFINITIONS]
    if demo:
        about.insert(1, ("見本", NOTICE))
    content = workbook_bytes(about, workbook_sheets(found, names))
    with services().database.writing() as session:
        details = {"period": chosen.value, "lines": len(found.lines) + len(found.untold) + len(found.unclear)}
        audit.append(session, actor(), "online_priority_exported", at=now(), scope=code, details=details)
    name = f"オンライン化優先度_{code}_{chosen.value}.xlsx"
    return send_file(io.BytesIO(content), XLSX, as_attachment=True, download_name=name)
