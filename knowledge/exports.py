"""Everything of one municipality as sheets that staff edit and bring back."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.calendar import JST
from knowledge.common_content import common_content, is_common
from knowledge.common_sheet import common_table
from knowledge.models import Department, Municipality, Plan
from knowledge.section_sheet import section_table
from knowledge.sheet_forms import YES_NO
from knowledge.sheet_kinds import (
    KINDS,
    LANGUAGES,
    STATE,
    STATES,
    TRANSLATED,
    TRANSLATION_HEADINGS,
    TRANSLATIONS,
    VERSION,
    SheetKind,
)
from knowledge.sheet_rows import cells_of, values_of
from knowledge.slot_sheet import slot_table
from knowledge.slot_values import slot_rows
from knowledge.subject_offices import subject_table
from knowledge.subject_sheet import subject_out
from knowledge.tabular import OutSheet

_SHARED: Mapping[str, Callable[[Session, str], OutSheet]] = {
    "common": common_table,
    "slots": lambda session, code: slot_table(common_content(), slot_rows(session, code)),
    "subjects": lambda session, code: subject_out(subject_table(session, code)),
    "sections": section_table,
}
"""What a municipality decides of things that are the same everywhere, and of what its plans say."""

_FIRST = ("municipality", "entries", "translations")
EXPORTED = (*_FIRST, *(name for name in KINDS if name not in _FIRST), *_SHARED)
"""The sheets by name, in their order."""


def rows_of(session: Session, kind: SheetKind, code: str) -> dict[str, Any]:
    """The rows of a kind by their key, in the order of a sheet; what was deleted too.

    What all municipalities share is none of its own: ``slots`` and ``common`` see to that.
    """
    if kind.name == "municipality":
        return {code: session.get_one(Municipality, code)}
    key = kind.key_column
    order: tuple[Any, ...] = (getattr(kind.table, key),)
    if kind.name == "measures":
        order = (kind.table.position, *order)
    found = session.scalars(select(kind.table).where(kind.table.municipality_code == code).order_by(*order))
    return {name: row for row in found if not is_common(name := getattr(row, key))}


def names_by_id(session: Session, code: str) -> dict[str, dict[str, str]]:
    """What staff read instead of an ID, per sheet: only names that stand for one row alone."""
    departments = session.execute(
        select(Department.entry_id, Department.name).where(
            Department.municipality_code == code, Department.state != "deleted"
        )
    )
    plans = session.execute(select(Plan.plan_id, Plan.short_title).where(Plan.municipality_code == code))
    return {"departments": _unique(departments), "plans": _unique(row for row in plans if not is_common(row[0]))}


def _unique(rows: Any) -> dict[str, str]:
    pairs = [(row[0], row[1]) for row in rows]
    counts = Counter(name for _, name in pairs)
    ids = {key for key, _ in pairs}
    return {key: name for key, name in pairs if counts[name] == 1 and name not in ids}


def exported(session: Session, code: str) -> dict[str, OutSheet]:
    """All sheets of a municipality by name.  Raises LookupError where there is no such municipality."""
    if session.get(Municipality, code) is None:
        raise LookupError(code)
    names = names_by_id(session, code)
    sheets = {}
    for name in EXPORTED:
        if name == "translations":
            sheets[name] = _translations(session, code)
        elif name in _SHARED:
            sheets[name] = _SHARED[name](session, code)
        else:
            sheets[name] = _sheet(session, KINDS[name], code, names)
    return sheets


def _sheet(session: Session, kind: SheetKind, code: str, names: Mapping[str, Mapping[str, str]]) -> OutSheet:
    rows = [
        _row(kind, row, names)
        for row in rows_of(session, kind, code).values()
        if not kind.curated or row.state != "deleted"
    ]
    widths = {column.heading: column.width for column in kind.columns} | {VERSION: 6, STATE: 8}
    numbers = {column.heading for column in kind.columns if column.form.number} | {VERSION}
    return OutSheet(
        kind.title,
        kind.headings,
        tuple(widths[heading] for heading in kind.headings),
        frozenset(place for place, heading in enumerate(kind.headings) if heading in numbers),
        rows,
    )


def _row(kind: SheetKind, row: Any, names: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    cells = cells_of(kind, values_of(kind, row))
    for column in kind.columns:
        if column.refers:
            known = names[column.refers]
            cells[column.heading] = "\n".join(known.get(one, one) for one in column.references(cells[column.heading]))
    cells[VERSION] = str(row.version)
    if kind.curated:
        cells[STATE] = STATES.get(row.state, row.state)
    return tuple(cells[heading] for heading in kind.headings)


def _translations(session: Session, code: str) -> OutSheet:
    rows = [
        (
            row.entry_id,
            LANGUAGES.get(language, language),
            row.question,
            *(YES_NO.write(one.get(part, False)) if part == "reviewed" else one.get(part) or "" for part in TRANSLATED),
        )
        for row in rows_of(session, KINDS["entries"], code).values()
        if row.state != "deleted"
        for language, one in (row.translations or {}).items()
    ]
    return OutSheet(TRANSLATIONS, TRANSLATION_HEADINGS, (24, 16, 36, 40, 70, 40, 40, 10), frozenset(), rows)


def about(session: Session, code: str, sheets: Mapping[str, OutSheet], moment: dt.datetime) -> list[tuple[str, str]]:
    """The first sheet: whose this is, how to work with it, and what each column takes."""
    town = session.get_one(Municipality, code)
    lines = [
        (f"{town.name}のナレッジ", f"{moment.astimezone(JST):%Y-%m-%d %H:%M} に書き出したもの"),
        ("コード", code),
        (
            "直し方",
            "セルを書きかえて保存し、「表の出し入れ」のページで読み込みます。先に、変わるところを確かめます。",
        ),
        ("増やし方", "いちばん下に行を足します。ID と版は空のままで構いません（ID は自動で付きます）。"),
        ("足した行の状態", "住民に出すなら「公開」と書きます。空なら下書きになります。"),
        ("やめ方", "行を消しても、公開は終わりません。状態を「終了」にします。"),
        ("版", "書き出したときの版です。直さないでください。ほかの人の変更と重なったときに、ここで分かります。"),
        (
            "見出し",
            "1行目の見出しは変えないでください。列の順番は変えても構いません。いらない列は消せます（前の値が残ります）。",
        ),
        (
            "下書き",
            "住民には出ません。直しても下書きのままです。公開に変えたら、読み込むときに「公開してよい」をえらびます。",
        ),
        (
            "共通の答え",
            "使うか、届いた更新を採用するかを書きます（文は直せません）。金額や時間は「穴埋めシート」に書きます。",
        ),
        ("計画書の章節", "取り込んだ計画書の文です。引用してよいかを「状態」に書きます（文は直せません）。"),
        ("ここにないもの", "照らし合わせるためだけに入れた本文、質問の記録、学んだことば。"),
        ("先頭の「'」", "= + - @ で始まる文字は、式にならないよう先頭に ' を付けています。読み込むときに外れます。"),
        ("", ""),
    ]
    for name, sheet in sheets.items():
        lines.append((f"シート「{sheet.name}」", f"{len(sheet.rows)}行"))
        if name in KINDS:
            lines += [(column.heading, column.form.help) for column in KINDS[name].columns if column.form.help]
    return lines
