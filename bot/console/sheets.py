"""表の出し入れ: everything of a municipality as spreadsheets, and back: first as differences, then all or nothing."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.console.authors import author
from bot.console.carried import carried, carry, is_carried
from bot.console.change_asking import FIELD, NotAtOnceError, ask_for, does_at_once, is_asked, reopened, told
from bot.console.entering import Answered
from bot.console.forms import tell
from bot.console.guard import actor, person, require
from bot.console.shown_changes import ACTIONS, counted, shown
from bot.console.uploads import uploaded
from bot.services import services
from knowledge import audit
from knowledge.calendar import now
from knowledge.csv_files import UnwritableError
from knowledge.exports import EXPORTED, about, exported
from knowledge.import_items import ImportPlan
from knowledge.imports import import_into, planned, sheet_title
from knowledge.proposed_changes import SHEETS, changes_digest, of_sheets
from knowledge.roles import Role
from knowledge.sheet_places import ImportFaultsError
from knowledge.spreadsheet_files import read_tables, write_tables
from knowledge.tabular import OutSheet, Sheet, sheets_as_json, sheets_of
from knowledge.upload_limits import UploadError
from knowledge.workbooks import TooLongForExcelError

blueprint = Blueprint("sheets", __name__)

ALL = "all"
FORMS: Mapping[str, tuple[str, str, str]] = {
    "xlsx": ("Excel（.xlsx）", ".xlsx", "utf-8"),
    "csv": ("CSV（UTF-8）", ".csv", "utf-8"),
    "sjis": ("CSV（Shift_JIS。古い Excel 用）", ".csv", "shift_jis"),
}
"""Words, ending and encoding of each form of file."""


class _ChangedMeanwhileError(Exception):
    """What would be done is no longer what was shown."""


@blueprint.get("/<code>/sheets")
def index(code: str) -> str:
    return _page(code, {})


def _page(
    code: str,
    errors: Mapping[str, str],
    *,
    faults: Sequence[str] = (),
    plan: ImportPlan | None = None,
    token: str = "",
) -> str:
    me, again = person(), reopened(code, SHEETS)
    public = plan is not None and any(row.public for row in plan.changed)
    with services().database.reading() as session:
        at_once = does_at_once(session, code, approves=_decides(code, public=public), public=public)
    fields = {name: request.form[name] for name in ("publish", "end_missing") if request.form.get(name)}
    return render_template(
        "console/sheets/index.html",
        code=code,
        errors=errors,
        given=request.form,
        faults=faults,
        plan=plan,
        shown=shown(plan.changed) if plan else None,
        actions=ACTIONS,
        token=token,
        fields=fields | ({FIELD: again.id} if again else {}),
        again=again,
        at_once=at_once,
        public=public,
        kinds=[(ALL, "すべて（一つのファイル）"), *((name, sheet_title(name)) for name in EXPORTED)],
        forms=[(name, words) for name, (words, _, _) in FORMS.items()],
        may_take=me.reaches(Role.VIEWER, code, None),
        may_bring=me.reaches(Role.EDITOR, code, None),
    )


def _decides(code: str, *, public: bool) -> bool:
    """Whether the person may do it themselves; drafts are anybody's who edits, as on the pages of the answers."""
    return person().reaches(Role.APPROVER if public else Role.EDITOR, code, None)


@blueprint.post("/<code>/sheets/export")
def export(code: str) -> Answered:
    """All sheets, or one, as a file; that it was taken is noted: it may hold what is for staff alone."""
    require(Role.VIEWER, code, None)
    kind, form = request.form.get("kind", ALL), request.form.get("form", "xlsx")
    if form not in FORMS or kind not in (ALL, *EXPORTED):
        abort(404)
    _, ending, encoding = FORMS[form]
    if kind == ALL and ending == ".csv":
        ending = ".zip"
    moment = now()
    with services().database.reading() as session:
        sheets = exported(session, code)
        pages = about(session, code, sheets, moment)
    wanted = list(sheets.values()) if kind == ALL else [sheets[kind]]
    try:
        content = _file(ending, pages if kind == ALL else [], wanted, encoding)
    except UnwritableError as error:
        remedy = "Shift_JIS で書けない文字があります。「CSV（UTF-8）」か「Excel」をえらんでください"
        return _page(code, {"form": f"{remedy}（{error.problems[0]}）"}), 422
    except TooLongForExcelError as error:
        return _page(code, {"form": f"{error}。CSV をえらんでください"}), 422
    with services().database.writing() as session:
        audit.append(session, actor(), "sheets_exported", at=moment, scope=code, details={"kind": kind, "form": form})
    name = "すべての表" if kind == ALL else sheet_title(kind)
    return send_file(io.BytesIO(content), as_attachment=True, download_name=f"{name}_{code}{ending}")


def _file(ending: str, pages: Sequence[tuple[str, str]], sheets: Sequence[OutSheet], encoding: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="kotae-export-") as folder:
        path = Path(folder) / f"file{ending}"
        write_tables(path, pages, sheets, encoding)
        return path.read_bytes()


@blueprint.post("/<code>/sheets/import")
def bring(code: str) -> Answered:
    """Look at a file (``file``), then do what was shown, or ask for its approval (``ask``)."""
    require(Role.EDITOR, code, None)
    purpose = f"sheets {code}"
    publish, end_missing = bool(request.form.get("publish")), bool(request.form.get("end_missing"))
    try:
        if is_carried():
            digest, held = carried(purpose)
            do = _asked if is_asked() else _done
            return do(code, sheets_of(held), digest, publish=publish, end_missing=end_missing)
        with uploaded("file") as path:
            sheets = read_tables(path)
        with services().database.reading() as session:
            plan = planned(session, code, sheets, end_missing=end_missing, publish=publish)
        token = carry(purpose, [changes_digest(plan.changed), sheets_as_json(sheets)]) if plan.changes else ""
        return _page(code, {}, plan=plan, token=token)
    except UploadError as error:
        return _page(code, {"file": str(error)}), 422
    except ImportFaultsError as error:
        return _page(code, {}, faults=error.faults), 422
    except NotAtOnceError:
        sentence = "取り込むには承認が要ります。もう一度ファイルをえらび、「承認を依頼する」を押してください"
        return _page(code, {"file": sentence}), 422
    except _ChangedMeanwhileError:
        sentence = (
            "確かめてから取り込むまでに、ほかの人が内容を変えました。もう一度ファイルをえらんで、確かめてください"
        )
        return _page(code, {"file": sentence}), 409


def _asked(code: str, sheets: Sequence[Sheet], digest: str, *, publish: bool, end_missing: bool) -> Response:
    with services().database.writing() as session:
        plan = _shown_plan(session, code, sheets, digest, publish=publish, end_missing=end_missing)
        proposal = of_sheets(session, code, sheets, plan, publish=publish, end_missing=end_missing)
        address = ask_for(session, code, proposal)
    return told(address, url_for("console.sheets.index", code=code))


def _shown_plan(
    session: Session, code: str, sheets: Sequence[Sheet], digest: str, *, publish: bool, end_missing: bool
) -> ImportPlan:
    plan = planned(session, code, sheets, end_missing=end_missing, publish=publish)
    if changes_digest(plan.changed) != digest:
        raise _ChangedMeanwhileError
    return plan


def _done(code: str, sheets: Sequence[Sheet], digest: str, *, publish: bool, end_missing: bool) -> Response:
    moment = now()
    with services().database.writing() as session:
        plan = import_into(session, code, sheets, moment, end_missing=end_missing, publish=publish, author=author())
        if changes_digest(plan.changed) != digest:
            raise _ChangedMeanwhileError
        public = any(row.public for row in plan.changed)
        if not does_at_once(session, code, approves=_decides(code, public=public), public=public):
            raise NotAtOnceError
        counts = {action: plan.counts[action] for action in ("added", "changed", "ended")}
        audit.append(
            session, actor(), "sheets_imported", at=moment, scope=code, details=counts | {"changes_digest": digest}
        )
    tell(f"取り込みました（{counted(counts)}）。{'次の質問から使われます。' if public else 'すべて下書きです。'}")
    return redirect(url_for("console.sheets.index", code=code), 303)
