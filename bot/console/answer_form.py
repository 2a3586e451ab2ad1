"""The form of an answer: what it shows, and what was sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from flask import request

from bot.console.answer_desk import department_names, departments_in_use, measures, plans
from bot.console.bubbles import Bubbles
from bot.console.guard import person
from bot.console.moments import moment, moment_text
from bot.services import services
from knowledge.answer_checks import Checked
from knowledge.answers import FACETS
from knowledge.calendar import JST, date_name, now, today
from knowledge.comparison import Difference
from knowledge.entry_form import CATEGORIES, COLUMNS, FIELDS, content_of_fields, fields_of
from knowledge.entry_versions import AUDIENCES, PUBLIC
from knowledge.models import EntryVersion, UnsavedText
from knowledge.publishing import Text, Theirs
from knowledge.roles import Role
from knowledge.sheet_kinds import KINDS, LANGUAGES
from knowledge.sheet_rows import generated_key

BESIDE = ("audience", "staff_note", "publish_at", "end_at", "need")
"""The fields that go with a version, and are none of its content; ``need``: the card that it is written for."""
RELATED, MOST_RELATED_SENT = "related_departments", 200
"""Boxes that may be ticked, several of them."""
UNNAMED = "new-answer"
"""The id of what has no question yet, while it is looked over."""
MOST_LETTERS = 20_000
"""Of one field: more is refused with a word, and never cut."""
NOTE_LETTERS = 2_000
ALWAYS = ("en", "easy")
"""The languages that every form has room for."""
_KINDS = ("手続き", "計画の内容", "計画に記載なし")


@dataclass(frozen=True)
class Conflict:
    """Somebody was quicker: what they have, and what differs."""

    message: str
    theirs: Theirs
    differences: list[Difference]


@dataclass(frozen=True)
class Kept:
    """A text that was typed and not saved.  ``name``: its question."""

    name: str
    slot: str
    kept_at: dt.datetime


def kept_of(text: UnsavedText) -> Kept:
    slot = text.form.split(":")[2] if text.form.count(":") > 1 else ""
    return Kept(str(text.fields.get("question") or "").strip(), slot, text.kept_at)


@dataclass(frozen=True)
class FormPage:
    """One form as it is shown.  ``based_on``: the version that one writes on; None for a new answer."""

    code: str
    entry_id: str | None
    based_on: int | None
    fields: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)
    checked: Checked | None = None
    bubbles: list[Bubbles] = field(default_factory=list)
    unseen: Sequence[str] = ()
    conflict: Conflict | None = None
    kept: Sequence[Kept] = ()
    """What was typed before into the same form, and is not shown."""
    slot: str = ""
    """Under which what is typed now is kept, so that it takes the place of nothing that was typed before."""
    from_number: int | None = None
    """The old version whose text stands in the form."""

    @property
    def key(self) -> str:
        return form_key(self.entry_id, self.slot)

    @property
    def languages(self) -> list[tuple[str, str]]:
        """Those that there is always room for, and those that something is written in."""
        written = [one for one in LANGUAGES if self.fields.get(f"translations.{one}.answer")]
        return [(one, name) for one, name in LANGUAGES.items() if one in ALWAYS or one in written]


def form_key(entry_id: str | None, slot: str = "") -> str:
    """Under which what was typed is kept."""
    form = f"entry:{entry_id}" if entry_id is not None else "entry:new"
    return f"{form}:{slot}" if slot else form


def fresh_slot() -> str:
    """One for a form that is opened now."""
    return f"{now():%Y%m%d%H%M%S%f}"


def slot_in(given: str) -> str:
    """The slot that an address or a form names; none where it is no slot."""
    return given if given.isascii() and given.isdecimal() and len(given) <= 20 else ""


def options(code: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """What the form lets one choose from."""
    mine = person().departments(Role.EDITOR, code)
    with services().database.reading() as session:
        every = departments_in_use(session, code)
        known = {one for one, _ in every}
        names = department_names(session, code)
        gone = [(one, names.get(one, one)) for one in fields.get(RELATED, "").split("\n") if one and one not in known]
        departments = [one for one in every if mine is None or one[0] in mine]
        found = {
            "departments": _with_own(
                [*([("", "（どの課でもない）")] if mine is None else []), *departments],
                fields.get("department", ""),
                "ほかの課" if fields.get("department") in known else "いまはない課",
                names,
            ),
            "related": [*gone, *every],
            "measures": _with_own(
                [("", "（なし）"), *measures(session, code)], fields.get("measure", ""), "いまはない施策"
            ),
            "plans": _with_own(plans(session, code), fields.get("source.plan", ""), "いまはない計画書"),
        }
    return found | {
        "kinds": [(one, one) for one in _KINDS],
        "categories": [(one, one) for one in CATEGORIES],
        "audiences": AUDIENCES.items(),
        "facets": [(f"facets.{name}", words) for name, words in FACETS.items()],
        "columns": COLUMNS,
    }


def _with_own(
    choices: list[tuple[str, str]], own: str, gone: str, names: Mapping[str, str] = MappingProxyType({})
) -> list[tuple[str, str]]:
    """What stands there stays a choice, even where it is gone since: saving then tells what is the matter."""
    if any(value == own for value, _ in choices):
        return choices
    return [(own, f"{names.get(own, own)}（{gone}）" if own else "（選んでください）"), *choices]


def blank_fields() -> dict[str, str]:
    return {
        **dict.fromkeys(FIELDS, ""),
        "kind": _KINDS[1],
        "category": "その他",
        "checked_on": today().isoformat(),
        "audience": PUBLIC,
    }


def fields_of_version(version: EntryVersion) -> dict[str, str]:
    """A version as the form shows it.  Its bookings go along while they are still to come.

    That of what is live, too: else the end that was booked would be lost with the next word that is mended.
    """
    booked = version.live_from is None
    ends = booked or (version.end_at is not None and version.end_at > now())
    return {
        **fields_of(version.content),
        "audience": version.audience,
        "staff_note": version.staff_note,
        "publish_at": moment_text(version.publish_at) if booked else "",
        "end_at": moment_text(version.end_at) if ends else "",
    }


def sent_fields() -> dict[str, str]:
    """What was sent of the form; a box that may be ticked comes with what it is when it is not."""
    given = request.form
    names = (*FIELDS, *BESIDE)
    sent = {name: given.get(name, "").replace("\r\n", "\n") for name in names if name in given}
    if RELATED in given:
        sent[RELATED] = "\n".join(one[:60] for one in given.getlist(RELATED)[:MOST_RELATED_SENT] if one)
    return sent


def read_text(fields: Mapping[str, str], base: Mapping[str, Any], entry_id: str | None, errors: dict[str, str]) -> Text:
    """The text that the form says; ``errors`` tell what cannot be read."""
    content = content_of_fields(fields, base, errors)
    key = generated_key(KINDS["entries"], fields.get("question", "").strip())
    content["id"] = entry_id if entry_id is not None else key or UNNAMED
    note = fields.get("staff_note", "")
    if len(note) > NOTE_LETTERS:
        errors["staff_note"] = f"職員メモは{NOTE_LETTERS:,}字までです（今は{len(note):,}字）"
    errors |= {
        name: f"{MOST_LETTERS:,}字までです（今は{len(given):,}字）。分けて書いてください"
        for name, given in fields.items()
        if len(given) > MOST_LETTERS
    }
    audience = fields.get("audience", PUBLIC)
    text = Text(
        content,
        audience if audience in AUDIENCES else PUBLIC,
        note[:NOTE_LETTERS],
        moment("publish_at", errors),
        moment("end_at", errors),
    )
    errors |= {name: sentence for name, sentence in _wrong_days(text, now()).items() if name not in errors}
    return text


def _wrong_days(text: Text, at: dt.datetime) -> dict[str, str]:
    """Days that a slip of the hand made: what is checked tomorrow, and bookings that could never be kept."""
    found: dict[str, str] = {}
    checked_on, valid_until = (_day(text.content.get(name)) for name in ("checked_on", "valid_until"))
    if checked_on is not None and checked_on > at.astimezone(JST).date():
        found["checked_on"] = "「確認した日」：まだ来ていない日です。確かめた日を書いてください"
    if text.publish_at is not None and text.publish_at <= at:
        found["publish_at"] = "もう過ぎた日時です。承認のあと、すぐに公開するときは、空にしてください"
    elif (
        text.publish_at is not None and valid_until is not None and text.publish_at.astimezone(JST).date() > valid_until
    ):
        found["publish_at"] = "「公開を終える日」より後の日時です。このままでは、一度も住民に出ません"
    if text.end_at is not None and text.end_at <= at:
        found["end_at"] = "もう過ぎた日時です。先の日時に直すか、空にしてください"
    return found


def unseen(text: Text, at: dt.datetime) -> list[str]:
    """Why residents would not see it all the same, in sentences."""
    today_there = at.astimezone(JST).date()
    first, last = (_day(text.content.get(name)) for name in ("valid_from", "valid_until"))
    found = []
    if text.audience != PUBLIC:
        found.append("公開範囲が「職員のみ」なので、住民には出ません。")
    if last is not None and last < today_there:
        found.append("「公開を終える日」を過ぎているので、公開しても住民に出ません。")
    if first is not None and first > today_there:
        found.append(f"「公開を始める日」の{date_name(first)}までは、公開しても住民に出ません。")
    return found


def _day(given: object) -> dt.date | None:
    return dt.date.fromisoformat(given) if isinstance(given, str) and given else None


def base_of(version: EntryVersion | None) -> dict[str, Any]:
    """What a text is written on: of a new answer, the empty parts that the schema wants."""
    return dict(version.content) if version is not None else {"links": [], "translations": {}}
