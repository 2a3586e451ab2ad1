"""穴埋めシート: the values that common answers leave to each municipality, as a form and as a sheet."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.console.authors import author
from bot.console.carried import carried, carry, is_carried
from bot.console.change_asking import NotAtOnceError, ask_for, does_at_once, is_asked, reopened, told
from bot.console.entering import Answered
from bot.console.forms import tell, text
from bot.console.guard import actor, person, require
from bot.console.layout import town_or_404
from bot.console.shown_changes import shown
from bot.console.uploads import uploaded
from bot.import_gate import gate_of, refusal
from bot.services import services
from knowledge import audit
from knowledge.calendar import now, today
from knowledge.change_requests import ChangedSinceShownError
from knowledge.common_answers import HALL_TELEPHONE, Filling, hall
from knowledge.common_content import CommonContent, common_content
from knowledge.common_entries import common_rows
from knowledge.models import ChangeRequest, SlotValue
from knowledge.proposed_changes import SLOTS, Effect, Proposal, carry_out, effect_of, of_slots
from knowledge.roles import Role
from knowledge.sheet_places import ImportFaultsError
from knowledge.slot_previews import SlotSentence, previews
from knowledge.slot_sheet import SHEET, changes_of, slot_table
from knowledge.slot_values import SlotChange, slot_rows, write_by_staff
from knowledge.slots import Slot, SlotValueError
from knowledge.spreadsheet_files import read_tables
from knowledge.tabular import Sheet, sheets_as_json, sheets_of
from knowledge.taken_imports import kept
from knowledge.upload_limits import UploadError
from knowledge.workbooks import workbook_bytes

blueprint = Blueprint("slots", __name__)

_NOT_AT_ONCE = "住民が読む内容なので、変えるには承認が要ります。「承認を依頼する」を押してください"


@dataclass(frozen=True)
class ShownSlot:
    """A slot on the form.  ``sentences``: what answers read with it."""

    slot: Slot
    row: SlotValue | None
    given: str
    users: Sequence[str]
    sentences: Sequence[SlotSentence]


class _ChangedMeanwhileError(Exception):
    """What would be done is no longer what was shown."""


@blueprint.get("/<code>/slots")
def index(code: str) -> str:
    """With ``request``: as it was asked for and sent back."""
    again = reopened(code, SLOTS)
    return _page(code, {}, _asked_before(code, again) if again else None, again=again)


def _asked_before(code: str, again: ChangeRequest) -> dict[str, str]:
    """The fields with what was asked for upon what there is now."""
    slots = common_content().slots
    with services().database.reading() as session:
        rows = slot_rows(session, code)
    given = {name: _as_written(slot, rows.get(name)) for name, slot in slots.items()}
    asked = {name: new for name, new, _ in (again.payload or {})["values"] if name in slots}
    return given | {name: slots[name].shown(new) if new is not None else "" for name, new in asked.items()}


@blueprint.post("/<code>/slots")
def save(code: str) -> Answered:
    """Look at what answers would read (``look``), ask for the approval (``ask``), or write it."""
    require(Role.EDITOR, code, None)
    content, errors, again = common_content(), dict[str, str](), reopened(code, SLOTS)
    given = {slot: text(f"value-{slot}", 400) for slot in content.slots}
    cleaned = _cleaned(content, given, errors)
    confirmed = set(request.form.getlist("confirmed"))
    if errors or "look" in request.form:
        return _page(code, errors, given, cleaned, confirmed=confirmed, again=again), 422 if errors else 200
    if is_asked():
        with services().database.writing() as session:
            changes = _form_changes(cleaned, slot_rows(session, code), confirmed)
            address = ask_for(session, code, of_slots(changes))
        return told(address, url_for("console.slots.index", code=code))
    approves = person().reaches(Role.APPROVER, code, None)
    try:
        with services().database.writing() as session:
            changes = _form_changes(cleaned, slot_rows(session, code), confirmed)
            if changes and not does_at_once(session, code, approves=approves, public=True):
                raise NotAtOnceError
            _write(session, code, changes)
    except NotAtOnceError:
        return _page(code, {"ask": _NOT_AT_ONCE}, given, cleaned, confirmed=confirmed, again=again), 422
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
    title = f"穴埋めシート（{len(changes)}項目）"
    kept(session, code, lambda: write_by_staff(session, code, changes, moment), lambda _: title, moment, author())
    values = {change.slot: [change.old, change.new] for change in changes}
    audit.append(session, actor(), "slots_changed", at=moment, scope=code, details={"slots": values})


def _page(
    code: str,
    errors: dict[str, str],
    given: Mapping[str, str] | None,
    cleaned: Mapping[str, str | None] | None = None,
    *,
    confirmed: Collection[str] = (),
    again: ChangeRequest | None = None,
) -> str:
    content, me = common_content(), person()
    town = town_or_404(code)
    looked = cleaned is not None and not errors
    with services().database.reading() as session:
        rows, entries = slot_rows(session, code), common_rows(session, code)
        at_once = does_at_once(session, code, approves=me.reaches(Role.APPROVER, code, None), public=True)
        proposal = of_slots(_form_changes(cleaned, rows, set(confirmed))) if cleaned is not None and looked else None
        effect = effect_of(session, code, proposal) if proposal is not None else None
    stored = {slot: row.value for slot, row in rows.items()}
    values = {slot: value for slot, value in cleaned.items() if value} if cleaned is not None else stored
    filling = Filling(town.name, content.slots, values, hall(town.name, values.get(HALL_TELEPHONE)))
    sentences = previews(content.slots, list(entries.values()), filling)
    questions = {entry_id: row.question for entry_id, row in entries.items()}
    shown_slots = [
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
        slots=shown_slots,
        filled=sum(one.row is not None for one in shown_slots),
        errors=errors,
        looked=looked,
        shown=shown(effect.rows) if effect is not None else None,
        confirmed=confirmed,
        again=again,
        at_once=at_once,
        may_write=me.reaches(Role.EDITOR, code, None),
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
    """Look at a sheet (``file``), then do what was shown, or ask for its approval (``ask``)."""
    require(Role.EDITOR, code, None)
    if request.method == "GET":
        return _import_page(code)
    purpose = f"slots {code}"
    try:
        if is_carried():
            digest, held = carried(purpose)
            return _taken(code, sheets_of(held), digest)
        with uploaded("file") as path:
            sheets = read_tables(path)
        with services().database.reading() as session:
            proposal = _proposed(session, code, sheets)
            effect = effect_of(session, code, proposal)
        moment, who = now(), author()
        worse = refusal(gate_of(services(), code, lambda session: carry_out(session, code, proposal, moment, who)))
        if effect.rows and worse:
            return _import_page(code, faults=worse), 422
        return _import_page(code, effect=effect, token=carry(purpose, [effect.digest, sheets_as_json(sheets)]))
    except UploadError as error:
        return _import_page(code, errors={"file": str(error)}), 422
    except ImportFaultsError as error:
        return _import_page(code, faults=error.faults), 422
    except NotAtOnceError:
        return _import_page(code, errors={"file": f"もう一度ファイルをえらんでください。{_NOT_AT_ONCE}"}), 422
    except (_ChangedMeanwhileError, ChangedSinceShownError):
        sentence = "確かめてから取り込むまでに、ほかの人が値を変えました。もう一度ファイルをえらんで、確かめてください"
        return _import_page(code, errors={"file": sentence}), 409


def _proposed(session: Session, code: str, sheets: Sequence[Sheet]) -> Proposal:
    return of_slots(changes_of(sheets, common_content().slots, slot_rows(session, code), today()))


def _taken(code: str, sheets: Sequence[Sheet], digest: str) -> Response:
    approves = person().reaches(Role.APPROVER, code, None)
    with services().database.writing() as session:
        proposal = _proposed(session, code, sheets)
        if is_asked():
            return told(ask_for(session, code, proposal, digest), url_for("console.slots.index", code=code))
        effect = effect_of(session, code, proposal)
        if effect.digest != digest:
            raise _ChangedMeanwhileError
        if effect.rows and not does_at_once(session, code, approves=approves, public=True):
            raise NotAtOnceError
        _write(session, code, effect.slots)
    tell(f"{len(effect.slots)}項目を取り込みました。次の質問から使われます。")
    return redirect(url_for("console.slots.index", code=code), 303)


def _import_page(
    code: str,
    *,
    errors: Mapping[str, str] | None = None,
    faults: Sequence[str] = (),
    effect: Effect | None = None,
    token: str = "",
) -> str:
    approves = person().reaches(Role.APPROVER, code, None)
    with services().database.reading() as session:
        at_once = does_at_once(session, code, approves=approves, public=True)
    return render_template(
        "console/slots/import.html",
        code=code,
        errors=errors or {},
        faults=faults,
        shown=shown(effect.rows) if effect is not None else None,
        token=token,
        at_once=at_once,
    )
