"""施策シート: for each measure what residents ask and do not get, beside indicators and schedule."""

from __future__ import annotations

import io

from flask import Blueprint, Response, render_template, request, send_file

from bot.console.answer_desk import department_names
from bot.console.answer_history import XLSX
from bot.console.evidence_period import chosen_period
from bot.console.guard import actor
from bot.console.layout import town_or_404
from bot.console.paging import paging
from bot.console.reachable import may_open_of
from bot.services import services
from knowledge import audit
from knowledge.calendar import fiscal_year_name, fiscal_year_of, now, today
from knowledge.demo_data import NOTICE, is_demo
from knowledge.measure_sheets import measure_numbers, measure_sheets, workbook_sheets
from knowledge.noted_counts import noted_counts
from knowledge.periods import PeriodKind
from knowledge.small_counts import EXPLAINED
from knowledge.workbooks import workbook_bytes

blueprint = Blueprint("measure_sheets", __name__)

KINDS = (PeriodKind.YEAR, PeriodKind.QUARTER)
SIZE = 10
"""Measures on a page: each has several tables."""
DEFINITIONS = (
    (
        "質問",
        "LINE・ウェブ・APIで聞かれ、その施策の答えを示した（選ばれた）もの。答えられなかった質問は、ニーズ票に出ます。",
    ),
    (
        "解決率（回答による）",
        "「解決した」÷（「解決した」＋「解決しなかった」）。回答した割合は、答えを示したもののうち回答のあったもの。",
    ),
    (
        "解決率（推定）",
        "答えを示したもののうち、そのあと「解決しなかった」「言いかえた」「電話番号を見た」のどれもないもの。",
    ),
    (
        "ニーズ票の施策",
        "質問にいちばん近い答えの施策から、自動で選んだもの。求めていることと、いつも合うとは限りません。",
    ),
    ("件数から計算した値", "課の件数から計算した値。計画の現状値・目標値と、数え方が同じとは限りません。"),
    (
        "電話・窓口など",
        "職員が書きとめた質問のうち、文に合う答えをこたえが選べて、その答えがこの施策のもの。職員が何と答えたかではありません。",
    ),
    ("ご注意", f"届いた質問だけで、市民全体の声ではありません。{EXPLAINED}もとが5件より少ない割合も出しません。"),
)


@blueprint.get("/<code>/measures")
def index(code: str) -> str:
    town_or_404(code)
    with services().database.reading() as session:
        chosen = chosen_period(session, code, KINDS)
        measures = measure_numbers(session, code)
        wanted = request.args.get("measure", "")[:30]
        numbers = [number for number, _ in measures if wanted in ("", number)]
        pages = paging(len(numbers), SIZE)
        shown = numbers[pages.start : pages.start + pages.size]
        sheets = measure_sheets(session, code, chosen.period, today(), shown)
        notes = noted_counts(session, code, chosen.period)
        names = department_names(session, code)
    return render_template(
        "console/measure_sheets/index.html",
        code=code,
        chosen=chosen,
        sheets=sheets,
        paging=pages,
        measures=[("", "すべての施策"), *((number, f"{number} {title}") for number, title in measures)],
        measure=wanted,
        names=names,
        notes=notes,
        may_open=may_open_of(code),
        explained=EXPLAINED,
        definitions=DEFINITIONS,
        year_name=fiscal_year_name,
        year=fiscal_year_of(chosen.period.first),
    )


@blueprint.get("/<code>/measures.xlsx")
def workbook(code: str) -> Response:
    """All measures of the plan."""
    town = town_or_404(code)
    with services().database.reading() as session:
        chosen = chosen_period(session, code, KINDS)
        sheets = measure_sheets(session, code, chosen.period, today())
        demo = is_demo(session, code)
    about = [("施策シート", f"{town.name}　{chosen.period.name}（{chosen.stands}）"), *DEFINITIONS]
    if demo:
        about.insert(1, ("見本", NOTICE))
    content = workbook_bytes(about, workbook_sheets(sheets))
    with services().database.writing() as session:
        details = {"period": chosen.value, "measures": len(sheets)}
        audit.append(session, actor(), "measure_sheet_exported", at=now(), scope=code, details=details)
    name = f"施策シート_{code}_{chosen.value}.xlsx"
    return send_file(io.BytesIO(content), XLSX, as_attachment=True, download_name=name)
