"""Sheets that staff edited, back into the database: first as differences, then all of them or none.

``planned`` compares and checks and changes nothing; ``import_into`` does the same within one
transaction and writes.  Every fault names sheet, row and column, and what to do.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from knowledge.cells import control_character
from knowledge.curated_rows import CORRECTED
from knowledge.entry_versions import SHEET, Author, added, revised, revised_on, with_present
from knowledge.import_checks import check_together
from knowledge.import_items import ImportPlan, Item, Progress, RowChange, Work
from knowledge.import_shared import SHARED_HEADINGS, SHARED_MARKS, SHARED_TITLES, read_shared
from knowledge.models import Entry, Municipality, Plan
from knowledge.models.base import CuratedColumns
from knowledge.schema_faults import schema_fault
from knowledge.sheet_kinds import (
    KINDS,
    LANGUAGE,
    STATE,
    STATES,
    TRANSLATED,
    TRANSLATION_COLUMNS,
    TRANSLATION_HEADINGS,
    TRANSLATIONS,
    VERSION,
    Column,
    SheetKind,
    recognised,
)
from knowledge.sheet_places import (
    SEARCHED_FOR_HEADINGS,
    ImportFaultsError,
    Known,
    Place,
    headings_of,
    known_at,
    merged_faults,
    missing_headings,
    plain_heading,
    renamed_headings,
)
from knowledge.sheet_rows import cells_of, closed, generated_key, put, row_values, values_of
from knowledge.staff_content import is_long
from knowledge.tabular import Row, Sheet, column_letter

_HEADINGS: Mapping[str, tuple[str, ...]] = {
    **{name: kind.headings for name, kind in KINDS.items()},
    "translations": TRANSLATION_HEADINGS,
    **SHARED_HEADINGS,
}
"""What stands above each sheet of an export."""


def planned(
    session: Session,
    code: str,
    sheets: Sequence[Sheet],
    *,
    end_missing: bool = False,
    publish: bool = False,
    progress: Progress | None = None,
) -> ImportPlan:
    """What ``sheets`` would change.  Raises ImportFaultsError, and LookupError for an unknown municipality."""
    return _plan(_worked(session, code, sheets, end_missing=end_missing, publish=publish, progress=progress))


def import_into(
    session: Session,
    code: str,
    sheets: Sequence[Sheet],
    moment: dt.datetime,
    *,
    end_missing: bool = False,
    publish: bool = False,
    author: Author = SHEET,
) -> ImportPlan:
    """Change it within a transaction of the caller's: all of it, or nothing.  ``author``: of the new versions.

    Drafts become published only where ``publish`` says so.
    """
    town = session.get(Municipality, code, with_for_update=True)
    if town is None:
        raise LookupError(code)
    work = _worked(session, code, sheets, end_missing=end_missing, publish=publish)
    work.author = author
    plan, version = _plan(work), town.knowledge_version
    for change, item in work.changes:
        _apply(session, work, change, item, moment)
    for make in work.later:
        make(session, moment)
    town.knowledge_version = version + bool(plan.changes)
    return plan


def _plan(work: Work) -> ImportPlan:
    return ImportPlan((*(change for change, _ in work.changes), *work.shared), tuple(work.notices))


def _worked(
    session: Session,
    code: str,
    sheets: Sequence[Sheet],
    *,
    end_missing: bool,
    publish: bool,
    progress: Progress | None = None,
) -> Work:
    if session.get(Municipality, code) is None:
        raise LookupError(code)
    work = Work(session, code, end_missing=end_missing, publish=publish, progress=progress)
    known = _known_sheets(work, sheets)
    work.steps = 1 + 2 * sum(len(one.rows) for one in known)
    _learn_names(work, known)
    for one in sorted(known, key=lambda found: found.name == "translations"):
        work.sheets.add(one.name)
        if one.name == "translations":
            _read_translations(work, one)
        elif one.name in SHARED_HEADINGS:
            read_shared(work, one)
        else:
            _read_items(work, KINDS[one.name], one)
    for kind in KINDS.values():
        for item in work.items[kind.name].values():
            _compare(work, kind, item)
            work.step()
        if end_missing and kind.name in work.sheets:
            _end_missing(work, kind)
    check_together(work, session.get_one(Municipality, code))
    if work.faults:
        raise ImportFaultsError(work.faults)
    return work


def _known_sheets(work: Work, sheets: Sequence[Sheet]) -> list[Known]:
    found: dict[str, Known] = {}
    for sheet in sheets:
        known = known_sheet(sheet)
        if known is None:
            _note_whose(work, sheet)
            work.faults += _spoilt_headings(sheet)
        elif known.name in found:
            work.faults.append(
                f"シート「{sheet.name}」: シート「{found[known.name].sheet}」と同じ種類です。一つにまとめてください"
            )
        else:
            found[known.name] = known
            work.faults += [*_renamed(known), *merged_faults(known, [sheet])]
            _note_hidden(work, sheet)
            _note_unread(work, known)
    if not found and not work.faults:
        titles = "、".join(kind.title for kind in KINDS.values())
        work.faults.append(
            f"読み込めるシートがありません。見出しの行が、書き出した表（{titles}）と同じか確かめてください"
            "（ふつうの質問の一覧は、「質問の一覧を取り込む」か、コマンドの knowledge import-faq で取り込みます）"
        )
    return list(found.values())


def known_sheet(sheet: Sheet) -> Known | None:
    """A sheet as one of ours; None for any other."""
    for place, row in enumerate(sheet.rows[:SEARCHED_FOR_HEADINGS]):
        headings = headings_of(row)
        shared = (name for name, wanted in SHARED_MARKS.items() if set(map(plain_heading, wanted)) <= set(headings))
        if name := recognised(headings) or next(shared, None):
            return known_at(name, sheet, place)
    return None


def _spoilt_headings(sheet: Sheet) -> list[str]:
    """A sheet that is ours but for the headings by which it is known: leaving it aside would lose what it says."""
    for place, row in enumerate(sheet.rows[:SEARCHED_FOR_HEADINGS]):
        present = {heading for heading in headings_of(row) if heading}
        for name, headings in _HEADINGS.items():
            wanted = set(map(plain_heading, headings))
            marks = KINDS[name].marks if name in KINDS else SHARED_MARKS.get(name, headings)
            if len(present & wanted) >= max(3, len(present) / 2) and len(set(map(plain_heading, marks)) & present) > 1:
                return list(missing_headings(known_at(name, sheet, place), headings, marks))
    return []


def _renamed(known: Known) -> Iterator[str]:
    for column, shown, meant in renamed_headings(known.places, _HEADINGS[known.name]):
        yield (
            f"シート「{known.sheet}」{known.number}行目 {column_letter(column)}列: 「{shown}」という見出しは"
            f"ありません。「{meant}」の列なら見出しを戻し、別の列なら消してください"
        )


def _note_hidden(work: Work, sheet: Sheet) -> None:
    if sheet.hidden:
        work.notices.append(f"シート「{sheet.name}」は非表示ですが、読み込みます（要らなければ消してください）")
    if sheet.hidden_rows:
        work.notices.append(f"シート「{sheet.name}」: 非表示の行（{sheet.hidden_rows}行）も読み込みます")


def _note_whose(work: Work, sheet: Sheet) -> None:
    """The first sheet of an export says whose it is; any other sheet is left alone, and that is said."""
    for row in sheet.rows[:SEARCHED_FOR_HEADINGS]:
        if plain_heading(row.text(0)) == "コード":
            if row.text(1).strip() != work.code:
                work.faults.append(
                    f"シート「{sheet.name}」: この表は {row.text(1).strip()} のものです。{work.code} には読み込めません"
                )
            return
    if sheet.rows:
        work.notices.append(f"シート「{sheet.name}」は読みません（見出しが、書き出した表のどれとも違います）")


def _note_unread(work: Work, known: Known) -> None:
    headings = {plain_heading(heading) for heading in _HEADINGS[known.name]}
    unread = [heading for heading in known.places if heading not in headings]
    if unread:
        work.notices.append(f"シート「{known.sheet}」: 読まない列があります: {'、'.join(sorted(unread))}")
    if known.name in KINDS and plain_heading(VERSION) not in known.places:
        work.notices.append(
            f"シート「{known.sheet}」: 「版」の列がないので、書き出したあとのほかの人の変更と重なっても分かりません"
        )
    if known.name in KINDS and KINDS[known.name].curated and plain_heading(STATE) not in known.places:
        work.notices.append(f"シート「{known.sheet}」: 「状態」の列がないので、足した行は下書きになります")


def _read_items(work: Work, kind: SheetKind, known: Known) -> None:
    columns = [column for column in kind.columns if plain_heading(column.heading) in known.places]
    for row in known.rows:
        work.step()
        place = known.place(row)
        before = len(work.faults)
        work.faults += known.bad_cells(row)
        item = _item(work, kind, known, row, place)
        for column in columns:
            text = known.text(row, column.heading) or ""
            try:
                put(item.values, column, _meant(work, column, text))
            except ValueError as error:
                work.faults.append(place.fault(column.heading, str(error)))
        item.values[kind.columns[0].path[0]] = item.key
        if len(work.faults) == before:
            _keep(work, item)


def _item(work: Work, kind: SheetKind, known: Known, row: Row, place: Place) -> Item:
    key = (known.text(row, kind.key) or "").strip()
    generated = not key
    if generated:
        key = generated_key(kind, known.text(row, kind.label) or "")
    present = work.present[kind.name].get(key)
    item = Item(kind, key, values_of(kind, present) if present is not None else {}, place, generated=generated)
    if present is not None and kind.curated:
        item.state = present.state
    elif kind.curated and not (known.text(row, STATE) or "").strip():
        # Nobody has said that residents are to read it.
        item.state = "draft"
        if known.text(row, STATE) is not None:
            work.notices.append(place.fault(STATE, "空なので、下書きになります（住民に出すなら「公開」と書きます）"))
    item.version = _version(work, known, row, place)
    if kind.name == "municipality" and key != work.code:
        work.faults.append(
            place.fault(kind.key, f"この表は {key or '（空）'} のものです。{work.code} には読み込めません")
        )
    if kind.curated and (state := (known.text(row, STATE) or "").strip()):
        states = {name: value for value, name in STATES.items() if value != "staff" or kind.name == "entries"}
        if state in states or (present is not None and state == present.state):
            item.state = states.get(state, state)
        else:
            work.faults.append(place.fault(STATE, f"次のどれかにしてください: {'、'.join(states)}（今は「{state}」）"))
    if present is not None and item.version is None and not generated and known.text(row, VERSION) is not None:
        work.faults.append(
            place.fault(
                VERSION,
                f"「{key}」はすでにあります（版 {present.version}）。"
                "新しい行なら ID を空にし、直すなら版を書き出した表から写してください",
            )
        )
    return item


def _version(work: Work, known: Known, row: Row, place: Place) -> int | None:
    text = (known.text(row, VERSION) or "").strip()
    if text and not text.isdecimal():
        work.faults.append(place.fault(VERSION, f"版は書き出したときの数字のままにしてください: {text}"))
    return int(text) if text.isdecimal() else None


def _meant(work: Work, column: Column, text: str) -> str:
    """An ID where staff wrote a row's name."""
    if not column.refers:
        return text
    known = work.ids[column.refers]
    return "\n".join(known.get(plain_heading(one), one.strip()) for one in column.references(text))


def _learn_names(work: Work, known: Sequence[Known]) -> None:
    """Names that the file itself gives to departments and plans; one that two rows have stands for neither."""
    for one in known:
        if one.name in _NAMED:
            kind, heading = KINDS[one.name], _NAMED[one.name]
            keys: dict[str, set[str]] = {}
            for row in one.rows:
                name = one.text(row, heading) or ""
                key = (one.text(row, kind.key) or "").strip() or generated_key(kind, one.text(row, kind.label) or "")
                keys.setdefault(plain_heading(name), set()).add(key)
            work.ids[one.name] |= {name: found.pop() for name, found in keys.items() if name and len(found) == 1}


_NAMED = {"departments": "課名", "plans": "略称"}
"""Where the name stands that rows of other sheets call a row by."""


def _keep(work: Work, item: Item) -> None:
    if not item.key:
        heading = item.kind.label if item.kind.curated or item.kind.name == "plans" else item.kind.key
        work.faults.append(item.place.fault(heading, "空です。書いてください"))
        return
    for items in work.items.values():
        twin = items.get(item.key)
        if twin is not None and (twin.kind is item.kind or (item.kind.curated and twin.kind.curated)):
            work.faults.append(
                item.place.fault(
                    item.kind.key,
                    f"シート「{twin.place.sheet}」{twin.place.number}行目と同じです: {item.key}"
                    "（新しい行なら ID を空にします）",
                )
            )
            return
    closed(item.kind, item.values)
    work.items[item.kind.name][item.key] = item


def _read_translations(work: Work, known: Known) -> None:
    seen: dict[tuple[str, str], int] = {}
    for row in known.rows:
        place = known.place(row)
        work.faults += known.bad_cells(row)
        try:
            language = LANGUAGE.read(known.text(row, "言葉") or "")
        except ValueError as error:
            work.faults.append(place.fault("言葉", str(error)))
            continue
        key = (known.text(row, "ID") or "").strip()
        item = _translated_item(work, key, place)
        if item is None:
            work.faults.append(place.fault("ID", f"よくある質問にない ID です: {key}"))
        elif (key, language) in seen:
            work.faults.append(place.fault("言葉", f"{seen[key, language]}行目と同じ質問の同じ言葉です"))
        else:
            seen[key, language] = row.number
            _put_translation(work, item, language, known, row)
    if work.end_missing:
        for item in work.items["entries"].values():
            kept = {language for key, language in seen if key == item.key}
            item.values["translations"] = {
                name: one for name, one in item.values.get("translations", {}).items() if name in kept
            }


def _translated_item(work: Work, key: str, place: Place) -> Item | None:
    """The entry of a translation: of this file, or else of the database."""
    kind = KINDS["entries"]
    item = work.items["entries"].get(key)
    present = work.present["entries"].get(key)
    if item is None and present is not None:
        item = Item(kind, key, values_of(kind, present), place, state=present.state, version=present.version)
        work.items["entries"][key] = item
    return item


def _put_translation(work: Work, item: Item, language: str, known: Known, row: Row) -> None:
    place = known.place(row)
    item.translations[language] = place
    columns = (column for column in TRANSLATION_COLUMNS if column.path[1] == language)
    for heading, column in zip(TRANSLATED.values(), columns, strict=True):
        text = known.text(row, heading)
        if text is None or (heading == "確認済み" and not text.strip()):
            continue
        try:
            put(item.values, column, text)
        except ValueError as error:
            work.faults.append(place.fault(heading, str(error)))
    closed(item.kind, item.values)


def _compare(work: Work, kind: SheetKind, item: Item) -> None:
    present = work.present[kind.name].get(item.key)
    old = cells_of(kind, values_of(kind, present)) if present is not None else {}
    state = present.state if present is not None and kind.curated else None
    if old == cells_of(kind, item.values) and state in (None, item.state):
        _note(work, item, "unchanged")
        return
    if not _valid(work, item):
        return
    new = cells_of(kind, item.values)
    cells = [(heading, old.get(heading, ""), new[heading]) for heading in new if old.get(heading, "") != new[heading]]
    if kind.curated and state != item.state:
        cells.insert(0, (STATE, STATES.get(state or "", state or ""), STATES.get(item.state, item.state)))
    if present is None:
        _note(work, item, "added", cells)
    elif not cells:
        _note(work, item, "unchanged")
    elif item.version is not None and item.version != present.version:
        work.faults.append(
            item.place.fault(
                VERSION,
                "書き出したあとに、ほかの人が変えています"
                f"（この表は版 {item.version}、いまは版 {present.version}）。"
                "もう一度書き出し、新しい表を直してください",
            )
        )
    elif state in ("draft", "staff") and item.state == "published" and not work.publish:
        work.faults.append(
            item.place.fault(
                STATE,
                f"{STATES[state]}が「公開」になっています。"
                "住民に出してよければ「公開してよい」をえらび（コマンドでは --publish を付け）、"
                f"まだなら「{STATES[state]}」に戻してください",
            )
        )
    else:
        _note(work, item, "changed", cells)
    if kind.name == "entries" and is_long(item.values["answer"]) and ("答え" in {cell[0] for cell in cells}):
        work.notices.append(
            item.place.fault(
                "答え", f"{len(item.values['answer'])}字あります（スマホでは 420字までが読みやすい長さです）"
            )
        )


def _note(work: Work, item: Item, action: str, cells: Iterable[tuple[str, str, str]] = ()) -> None:
    label = cells_of(item.kind, item.values)[item.kind.label]
    present = work.present[item.kind.name].get(item.key)
    public = not item.kind.curated or bool({item.state, present.state if present else ""} & _LIVE)
    change = RowChange(item.kind.name, item.key, label, action, item.place.number, tuple(cells), public)
    work.changes.append((change, item))


_LIVE = {"published", "staff"}
"""The states of a row that somebody is answered from."""


def _valid(work: Work, item: Item) -> bool:
    """Hold an item against the schema; ``item.values`` become what it makes of them."""
    for heading, text in cells_of(item.kind, item.values).items():
        if bad := control_character(text):
            work.faults.append(item.place.fault(heading, f"使えない文字（{bad}）があります。消してください"))
            return False
    try:
        model = item.kind.model.model_validate(item.values)
    except ValidationError as error:
        work.faults += [_fault(item, fault) for fault in error.errors()]
        return False
    item.values = model.model_dump()
    return True


def _fault(item: Item, fault: Any) -> str:
    found = schema_fault(item.kind, fault)
    location = found.location
    translated = location[:1] == ("translations",) and len(location) > 1
    place = item.translations.get(location[1], item.place) if translated else item.place
    return place.fault(found.heading, found.sentence)


def _end_missing(work: Work, kind: SheetKind) -> None:
    """What the file no longer has: ended; a plan or a measure, which have no state, is taken out."""
    if kind.name == "municipality":
        return
    for key, row in work.present[kind.name].items():
        if key in work.items[kind.name] or (kind.curated and row.state in ("ended", "deleted")):
            continue
        label = cells_of(kind, values_of(kind, row))[kind.label]
        public = not kind.curated or row.state in _LIVE
        work.changes.append((RowChange(kind.name, key, label, "ended", None, (), public), None))


def _apply(session: Session, work: Work, change: RowChange, item: Item | None, moment: dt.datetime) -> None:
    kind = KINDS[change.kind]
    row = work.present[kind.name].get(change.key)
    if change.action == "unchanged":
        return
    if item is None:
        _end(work, kind, row, moment)
        return
    if row is None:
        row = _new_row(work, kind, change.key)
        work.present[kind.name][change.key] = row
        _fill(kind, row, item)
        if kind.curated:
            row.updated_at = moment
        if kind.name == "entries":
            added(session, row, work.author)
        else:
            session.add(row)
    elif kind.curated:
        with _revised(session, work, row, moment):
            _fill(kind, row, item)
    else:
        row.version += 1
        _fill(kind, row, item)
    if kind.curated and item.state in ("published", "staff"):
        plan = session.get(Plan, (work.code, row.source_plan))
        if plan is not None:
            plan.state = "published"


def _fill(kind: SheetKind, row: Any, item: Item) -> None:
    for name, value in row_values(item.values).items():
        setattr(row, name, value)
    row.by_staff = True
    if kind.curated:
        row.state = item.state
        if item.state == "draft":
            row.bundled_digest = CORRECTED


def _end(work: Work, kind: SheetKind, row: Any, moment: dt.datetime) -> None:
    if not kind.curated:
        work.session.delete(row)
        return
    with _revised(work.session, work, row, moment):
        row.state, row.by_staff = "ended", True


def _revised(session: Session, work: Work, row: CuratedColumns, moment: dt.datetime) -> AbstractContextManager[None]:
    """As ``revised``; the versions of all answers are read once, not before each of them."""
    if not isinstance(row, Entry):
        return revised(session, row, moment, work.author)
    kept = with_present(session, row, work.versions.setdefault(row.entry_id, []))
    return revised_on(session, row, kept, moment, work.author)


def _new_row(work: Work, kind: SheetKind, key: str) -> Any:
    if kind.curated:
        return kind.table(municipality_code=work.code, entry_id=key, version=1)
    if kind.name == "plans":
        return kind.table(municipality_code=work.code, plan_id=key, version=1)
    position = max((row.position for row in work.present["measures"].values()), default=-1) + 1
    return kind.table(municipality_code=work.code, number=key, position=position, version=1)


def told_rows(rows: Iterable[RowChange]) -> str:
    """What an import is called in lists: how many rows of which sheets."""
    kinds = Counter(row.kind for row in rows)
    return f"表の取り込み（{'、'.join(f'{sheet_title(kind)}{count}行' for kind, count in kinds.items())}）"


def sheet_title(name: str) -> str:
    """What staff call a sheet."""
    if name in SHARED_TITLES:
        return SHARED_TITLES[name]
    return TRANSLATIONS if name == "translations" else KINDS[name].title
