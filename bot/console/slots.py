"""穴埋めシート: the values that common answers leave to each municipality, as a form and as a sheet."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.console.carried import carried, carry, is_carried, sheets_as_json, sheets_of
from bot.console.entering import Answered
from bot.console.forms import tell, text
from bot.console.guard import actor, person, require
from bot.console.layout import town_or_404
from bot.console.uploads import uploaded
from bot.services import services
from knowledge import audit
from knowledge.calendar import now, today
from knowledge.common_answers import Filling, hall
from knowledge.common_content import CommonContent, common_content
from knowledge.common_entries import common_rows
from knowledge.models import SlotValue
from knowledge.roles import Role
from knowledge.sheet_places import ImportFaultsError
from knowledge.slot_previews import SlotSentence, previews
from knowledge.slot_sheet import SHEET, changes_of, slot_table
from knowledge.slot_values import SlotChange, slot_rows, write_by_staff
from knowledge.slots import Slot, SlotValueError
from knowledge.spreadsheet_files import read_tables
from knowledge.tabular import Sheet
from knowledge.upload_limits import UploadError
from knowledge.workbooks import workbook_bytes

blueprint = Blueprint("slots", __name__)


@dataclass(frozen=True)
class ShownSlot:
    """A slot on the form.  ``sentences``: what answers read with it."""

    slot: Slot
    row: SlotValue | None
    given: str
    users: Sequence[str]
    sentences: Sequence[SlotSentence]


@dataclass(frozen=True)
class ShownChange:
    name: str
    old: str
    new: str
    only_day: bool


@blueprint.get("/<code>/slots")
def index(code: str) -> str:
    return _page(code, {}, None)


@blueprint.post("/<code>/slots")
def save(code: str) -> Answered:
    """Look at what answers would read (``look``), or write it."""
    require(Role.APPROVER, code, None)
    content, errors = common_content(), dict[str, str]()
    given = {slot: text(f"value-{slot}", 400) for slot in content.slots}
    cleaned = _cleaned(content, given, errors)
    if errors or "look" in request.form:
        return _page(code, errors, given, cleaned), 422 if errors else 200
    confirmed = set(request.form.getlist("confirmed"))
    with services().database.writing() as session:
        changes = _form_changes(cleaned, slot_rows(session, code), confirmed)
        _write(session, code, changes)
    tell(f"{len(changes)}項目を保存しました。次の質問から使われます。" if changes else "変わったところはありません。")
    return redirect(url_for("console.slots.index", code=code), 303)


def _cleaned(content: CommonContent, given: Mapping[str, str], errors: dict[str, str]) -> dict[str, str | None]:
    """The values as they are stored; None for an empty one."""
    found: dict[str, str | None] = {}
    for slot in content.slots.values():
        try:
            found[slot.id] = slot.clean(given[slot.id]) if given[slot.id].strip() else None
        except SlotValueError as error:
            errors[f"value-{slot.id}"] = f"{slot.name}: {error}（例: {slot.example}）"
    return found


def _form_changes(
    cleaned: Mapping[str, str | None], rows: Mapping[str, SlotValue], confirmed: set[str]
) -> list[SlotChange]:
    changes = []
    for slot, new in cleaned.items():
        row = rows.get(slot)
        old = row.value if row else None
        checked_anew = slot in confirmed and row is not None and row.checked_on != today()
        if new != old or (new is not None and checked_anew):
            changes.append(SlotChange(slot, old, new, today() if new else None))
    return changes


def _write(session: Session, code: str, changes: Sequence[SlotChange]) -> None:
    if not changes:
        return
    moment = now()
    write_by_staff(session, code, changes, moment)
    told = {change.slot: [change.old, change.new] for change in changes}
    audit.append(session, actor(), "slots_changed", at=moment, scope=code, details={"slots": told})


def _page(
    code: str, errors: dict[str, str], given: Mapping[str, str] | None, cleaned: Mapping[str, str | None] | None = None
) -> str:
    content = common_content()
    town = town_or_404(code)
    with services().database.reading() as session:
        rows, entries = slot_rows(session, code), common_rows(session, code)
    stored = {slot: row.value for slot, row in rows.items()}
    values = {slot: value for slot, value in cleaned.items() if value} if cleaned is not None else stored
    filling = Filling(town.name, content.slots, values, hall(town.name, values))
    sentences = previews(content.slots, list(entries.values()), filling)
    questions = {entry_id: row.question for entry_id, row in entries.items()}
    shown = [
        ShownSlot(
            slot,
            rows.get(slot.id),
            given[slot.id] if given is not None else _as_written(slot, rows.get(slot.id)),
            [questions[entry_id] for entry_id in content.users(slot.id) if entry_id in questions],
            sentences[slot.id],
        )
        for slot in content.slots.values()
    ]
    return render_template(
        "console/slots/index.html",
        code=code,
        slots=shown,
        filled=sum(one.row is not None for one in shown),
        errors=errors,
        looked=cleaned is not None and not errors,
        may_write=person().reaches(Role.APPROVER, code, None),
    )


def _as_written(slot: Slot, row: SlotValue | None) -> str:
    return slot.shown(row.value) if row is not None else ""


@blueprint.get("/<code>/slots/sheet.xlsx")
def sheet(code: str) -> Response:
    with services().database.reading() as session:
        table = slot_table(common_content(), slot_rows(session, code))
    return send_file(
        io.BytesIO(workbook_bytes([], [table])),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        as_attachment=True,
        download_name=f"{SHEET}_{code}.xlsx",
    )


@blueprint.route("/<code>/slots/import", methods=["GET", "POST"])
def sheet_import(code: str) -> Answered:
    """Look at a sheet (``file``), then do what was shown."""
    require(Role.APPROVER, code, None)
    if request.method == "GET":
        return _import_page(code)
    slots, purpose = common_content().slots, f"slots {code}"
    try:
        if is_carried():
            return _taken(code, sheets_of(carried(purpose)))
        with uploaded("file") as path:
            sheets = read_tables(path)
        with services().database.reading() as session:
            changes = changes_of(sheets, slots, slot_rows(session, code), today())
        return _import_page(code, changes=_shown(changes, slots), token=carry(purpose, sheets_as_json(sheets)))
    except UploadError as error:
        return _import_page(code, errors={"file": str(error)}), 422
    except ImportFaultsError as error:
        return _import_page(code, faults=error.faults), 422


def _taken(code: str, sheets: Sequence[Sheet]) -> Response:
    with services().database.writing() as session:
        changes = changes_of(sheets, common_content().slots, slot_rows(session, code), today())
        _write(session, code, changes)
    tell(f"{len(changes)}項目を取り込みました。次の質問から使われます。")
    return redirect(url_for("console.slots.index", code=code), 303)


def _shown(changes: Sequence[SlotChange], slots: Mapping[str, Slot]) -> list[ShownChange]:
    return [
        ShownChange(
            slots[one.slot].name, _words(one.old, slots[one.slot]), _words(one.new, slots[one.slot]), one.old == one.new
        )
        for one in changes
    ]


def _words(value: str | None, slot: Slot) -> str:
    return slot.shown(value) if value is not None else "（空）"


def _import_page(
    code: str,
    *,
    errors: Mapping[str, str] | None = None,
    faults: Sequence[str] = (),
    changes: Sequence[ShownChange] | None = None,
    token: str = "",
) -> str:
    return render_template(
        "console/slots/import.html", code=code, errors=errors or {}, faults=faults, changes=changes, token=token
    )
