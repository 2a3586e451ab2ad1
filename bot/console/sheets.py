"""表の出し入れ: everything of a municipality as spreadsheets, and back: first as differences, then all or nothing."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.console.authors import author
from bot.console.carried import carried, carry, is_carried, stored, stored_id
from bot.console.change_asking import FIELD, NotAtOnceError, ask_for, does_at_once, is_asked, reopened, told
from bot.console.entering import Answered
from bot.console.forms import tell
from bot.console.guard import actor, person, require
from bot.console.importing import begin, begin_with, is_large, looked_at, taken
from bot.console.shown_changes import ACTIONS, ShownChanges
from bot.console.uploads import uploaded
from bot.import_jobs import (
    CHANGED_MEANWHILE,
    SHEETS_LOOK,
    SHEETS_TAKE,
    LookedSheets,
    looked_from_json,
    looked_through,
)
from bot.services import services
from knowledge import audit
from knowledge.calendar import now
from knowledge.csv_files import UnwritableError
from knowledge.exports import EXPORTED, about, exported
from knowledge.import_items import Flags, ImportPlan
from knowledge.imports import planned, sheet_title
from knowledge.proposed_changes import SHEETS, changes_digest, of_sheets
from knowledge.roles import Role
from knowledge.sheet_places import ImportFaultsError
from knowledge.spreadsheet_files import read_tables, write_tables
from knowledge.tabular import OutSheet, Sheet, sheets_as_json, sheets_of
from knowledge.taken_imports import MOST_NAMED, AlreadyTakenBackError, import_and_keep, recent, take_back
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


FLAGS = ("publish", "end_missing")


class _ChangedMeanwhileError(Exception):
    """What would be done is no longer what was shown."""


@blueprint.get("/<code>/sheets")
def index(code: str) -> Answered:
    """``job``: of a large file that was looked at."""
    found = looked_at(code, SHEETS_LOOK)
    if found is None:
        return _page(code, {})
    result, given = found.result or {}, {name: "1" for name in FLAGS if found.payload[name]}
    given[FIELD] = str(found.payload.get(FIELD, ""))
    if "file_fault" in result:
        return _page(code, {"file": result["file_fault"]}, given=given), 422
    if "faults" in result:
        return _page(code, {}, faults=result["faults"], given=given), 422
    plan = looked_from_json(result["looked"])
    token = stored(found.payload["file"]) if plan.changes and not plan.is_refused else ""
    return _page(code, {}, plan=plan, token=token, given=given)


def _page(
    code: str,
    errors: Mapping[str, str],
    *,
    faults: Sequence[str] = (),
    plan: LookedSheets | None = None,
    token: str = "",
    given: Mapping[str, str] | None = None,
) -> str:
    given = request.form if given is None else given
    me, again = person(), reopened(code, SHEETS, given.get(FIELD))
    public = plan is not None and plan.public
    with services().database.reading() as session:
        at_once = does_at_once(session, code, approves=_decides(code, public=public), public=public)
        taken_lately = recent(session, code, now())
    fields = {name: given[name] for name in FLAGS if given.get(name)}
    return render_template(
        "console/sheets/index.html",
        code=code,
        errors=errors,
        given=given,
        faults=faults,
        plan=plan,
        shown=ShownChanges(plan.rows, plan.more) if plan else None,
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
        may_take_back=me.reaches(Role.APPROVER, code, None),
        taken_lately=taken_lately,
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
    flags = Flags(publish=bool(request.form.get("publish")), end_missing=bool(request.form.get("end_missing")))
    try:
        if is_carried():
            digest, held, public = _shown_before(purpose)
            if is_asked():
                return _asked(code, sheets_of(held), digest, **flags)
            if (file_id := stored_id()) is not None:
                return _begun(code, file_id, digest, public=public, **flags)
            return _done(code, sheets_of(held), digest, **flags)
        with uploaded("file") as path:
            if is_large(path):
                payload = {**flags, FIELD: request.form.get(FIELD, "")[:36]}
                return begin_with(code, SHEETS_LOOK, purpose, path, payload)
            sheets = read_tables(path)
        with services().database.reading() as session:
            read = planned(session, code, sheets, **flags)
        plan = looked_through(services(), code, sheets, flags, read)
        may_go_on = plan.changes and not plan.is_refused
        token = carry(purpose, [plan.digest, sheets_as_json(sheets), plan.public]) if may_go_on else ""
        return _page(code, {}, plan=plan, token=token)
    except UploadError as error:
        return _page(code, {"file": str(error)}), 422
    except ImportFaultsError as error:
        return _page(code, {}, faults=error.faults), 422
    except NotAtOnceError:
        sentence = "取り込むには承認が要ります。もう一度ファイルをえらび、「承認を依頼する」を押してください"
        return _page(code, {"file": sentence}), 422
    except _ChangedMeanwhileError:
        return _page(code, {"file": CHANGED_MEANWHILE}), 409


def _shown_before(purpose: str) -> tuple[str, list[Any], bool]:
    """The digest of what was shown, the sheets, and whether residents would see it.  Raises UploadError."""
    held = carried(purpose)
    if isinstance(held, dict):
        raise UploadError("このファイルは、もう取り込みました")
    digest, sheets, public = held
    return digest, sheets, public


def _begun(code: str, file_id: str, digest: str, *, public: bool, publish: bool, end_missing: bool) -> Response:
    """Of a large file that the jobs process has read: it takes it in, too."""
    with services().database.reading() as session:
        if not does_at_once(session, code, approves=_decides(code, public=public), public=public):
            raise NotAtOnceError
    who, acts = author(), actor()
    payload = {
        "file": file_id,
        "digest": digest,
        "publish": publish,
        "end_missing": end_missing,
        "author": [who.name, who.account],
        "actor": [acts.account_id, acts.login, acts.address_hash],
    }
    return begin(code, SHEETS_TAKE, payload)


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
        plan = import_and_keep(session, code, sheets, moment, end_missing=end_missing, publish=publish, author=author())
        if changes_digest(plan.changed) != digest:
            raise _ChangedMeanwhileError
        public = any(row.public for row in plan.changed)
        if not does_at_once(session, code, approves=_decides(code, public=public), public=public):
            raise NotAtOnceError
        counts = {action: plan.counts[action] for action in ("added", "changed", "ended")}
        audit.append(
            session, actor(), "sheets_imported", at=moment, scope=code, details=counts | {"changes_digest": digest}
        )
    tell(taken(counts, public=public))
    return redirect(url_for("console.sheets.index", code=code), 303)


@blueprint.post("/<code>/sheets/<taken_id>/back")
def back(code: str, taken_id: str) -> Response:
    """One press: all that an import changed is as it was before; what somebody changed since stays, and is told.

    It asks for nobody's approval: what comes back has been approved before, and may have to come back at once.
    """
    require(Role.APPROVER, code, None)
    moment = now()
    try:
        with services().database.writing() as session:
            done = take_back(session, code, taken_id[:36], moment, author())
            counts = {"taken": taken_id[:36], "rows": done.done, "stayed": len(done.stayed)}
            audit.append(
                session, actor(), "import_taken_back", at=moment, scope=code, subject=done.title, details=counts
            )
    except LookupError:
        abort(404)
    except AlreadyTakenBackError:
        tell("この取り込みは、もう戻してあります。")
        return redirect(url_for("console.sheets.index", code=code), 303)
    tell(f"「{done.title}」を取り込む前に戻しました（{done.done:,}件）。次の質問から使われます。")
    if done.stayed:
        more = len(done.stayed) - MOST_NAMED
        named = "、".join(done.stayed[:MOST_NAMED]) + (f"、ほか{more:,}件" if more > 0 else "")
        tell(f"次の{len(done.stayed):,}件は、今のままです。中身を見て、要るなら一つずつ直してください：{named}")
    return redirect(url_for("console.sheets.index", code=code), 303)
