"""What no single row of a file can show: references that lead nowhere, IDs and wordings used twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from knowledge.common_content import is_common
from knowledge.import_items import Item, Work
from knowledge.models import Municipality
from knowledge.sheet_kinds import (
    IN_USE,
    KINDS,
    Column,
    SheetKind,
)
from knowledge.sheet_rows import Values, cell_of, values_of


def nowhere(value: str, sheet: str) -> str:
    return (
        f"「{value}」はシート「{KINDS[sheet].title}」にありません"
        "（名前か ID を確かめるか、先にそのシートに足してください）"
    )


def check_together(work: Work, town: Municipality) -> None:
    """What no single row can show: references that lead nowhere, IDs and wordings used twice."""
    after = {name: _after(work, kind) for name, kind in KINDS.items()}
    known = {"departments": set(after["departments"]), "plans": set(after["plans"]), "measures": set(after["measures"])}
    wordings = _wordings(work, after)
    for change, item in work.changes:
        if item is not None and change.action != "unchanged":
            work.faults += _wrong_references(item, known)
            work.faults += _twice(work, item, wordings)
            work.faults += _unknown_examples(item, after["entries"])
            work.notices += _unseen_office(work, item)
    work.faults += _orphans(work, town, after, known)


def _after(work: Work, kind: SheetKind) -> dict[str, Values]:
    """The rows of a kind as they will be, by key, without what has ended."""
    rows = {
        key: values_of(kind, row)
        for key, row in work.present[kind.name].items()
        if not kind.curated or row.state in IN_USE
    }
    for change, item in work.changes:
        if change.kind != kind.name:
            continue
        if item is None or item.state not in IN_USE:
            rows.pop(change.key, None)
        else:
            rows[change.key] = item.values
    return rows


def _wrong_references(item: Item, known: Mapping[str, set[str]]) -> Iterator[str]:
    if item.state not in IN_USE:
        return
    for column in item.kind.columns:
        sheet = "measures" if column.path == ("measure",) else column.refers
        for value in _referred(item.values, column) if sheet else ():
            if sheet and value not in known[sheet]:
                yield item.place.fault(column.heading, nowhere(value, sheet))


def _unseen_office(work: Work, item: Item) -> Iterator[str]:
    """Residents are not told of a 課 that is still a draft: neither its name nor its telephone."""
    key = item.values.get("department")
    if item.state != "published" or not key:
        return
    brought, present = work.items["departments"].get(key), work.present["departments"].get(key)
    state = brought.state if brought else present.state if present else None
    if state == "draft":
        yield item.place.fault("担当課", "この課はまだ下書きなので、住民に課の名前と電話が出ません（課も公開にします）")


def _referred(values: Values, column: Column) -> list[str]:
    """The rows that an item refers to in a column."""
    cell = cell_of(column, values)
    return column.references(cell) if column.refers else list(filter(None, [cell]))


def _unknown_examples(item: Item, entries: Mapping[str, Values]) -> Iterator[str]:
    for key in item.values.get("examples", ()):
        if key not in entries and not is_common(key):
            yield item.place.fault("質問の例", nowhere(key, "entries"))


def _wordings(work: Work, after: Mapping[str, Mapping[str, Values]]) -> dict[str, list[tuple[str, str]]]:
    """Every wording, and the rows (kind, ID) that have it."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name in KINDS:
        for key, values in after[name].items():
            for wording in {*values.get("phrasings", ()), *filter(None, [values.get("question")])}:
                found.setdefault(wording, []).append((name, key))
    return found


def _twice(work: Work, item: Item, wordings: Mapping[str, list[tuple[str, str]]]) -> Iterator[str]:
    own = (item.kind.name, item.key)
    if item.state in IN_USE:
        for wording in [*item.values.get("phrasings", ()), *filter(None, [item.values.get("question")])]:
            others = [key for key in wordings.get(wording, ()) if key != own]
            if others:
                heading = "質問" if wording == item.values.get("question") else "言い回し"
                yield item.place.fault(
                    heading, f"「{wording}」は「{others[0][1]}」にもあります（どちらか一方にします）"
                )
    if item.kind.curated:
        for name, rows in work.present.items():
            if name != item.kind.name and KINDS[name].curated and item.key in rows:
                yield item.place.fault(
                    item.kind.key, f"この ID はシート「{KINDS[name].title}」で使われています。別の ID にしてください"
                )


def _orphans(
    work: Work, town: Municipality, after: Mapping[str, Mapping[str, Values]], known: Mapping[str, set[str]]
) -> Iterator[str]:
    """What would still point at a row that ends here."""
    gone = {
        (change.kind, change.key)
        for change, item in work.changes
        if change.action == "ended" or (item is not None and item.state in ("ended", "deleted"))
    }
    contact = after["municipality"][town.code]["contact_department"]
    if ("departments", contact) in gone:
        yield (
            f"シート「担当課」: 「{contact}」は問い合わせ先なので終了できません"
            "（先にシート「市町村」の「問い合わせ先の課」を変えてください）"
        )
    told = {item.key for change, item in work.changes if item is not None and change.action != "unchanged"}
    for name, kind in KINDS.items():
        for key, values in after[name].items() if name != "municipality" else ():
            for column in kind.columns:
                sheet = "measures" if column.path == ("measure",) else column.refers
                for value in _referred(values, column) if sheet and gone else ():
                    if sheet and (sheet, value) in gone and key not in told:
                        yield (
                            f"シート「{KINDS[sheet].title}」: 「{value}」はシート「{kind.title}」の「{key}」で"
                            "使われているので、終了できません（先にそちらを直してください）"
                        )
