"""What was being sent when a session ended: it goes through the door in the form itself, signed, and on afterwards.

Nothing of it is stored.  It is given back to nobody but the account that wrote it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import g, render_template, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from bot.console import forms
from bot.services import keys_in_force
from knowledge.entry_form import COLUMNS

SECONDS = 12 * 3600
LONGEST = 300_000
"""Letters; an answer has some thousand."""
NOT_KEPT = frozenset({forms.FIELD, "password", "again", "code", "seed", "kept"})


@dataclass(frozen=True)
class KeptForm:
    path: str
    fields: tuple[tuple[str, str], ...]


def keep(account_id: int | None) -> str | None:
    """The posted form as a token; None where there is nothing to keep, or no telling whose it is."""
    if request.method != "POST" or account_id is None or request.files or not forms.token_is_right():
        return None
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in NOT_KEPT]
    if not any(value.strip() for _, value in fields) or sum(len(value) for _, value in fields) > LONGEST:
        return None
    written = _serializer().dumps([account_id, request.full_path.removesuffix("?"), fields])
    g.kept_token = written.decode() if isinstance(written, bytes) else written
    return token()


def token() -> str | None:
    """The token on its way through the door."""
    found: str | None = g.get("kept_token") or request.form.get("kept")
    return found or None


def carry(kept: str | None) -> None:
    """Take up a token that went round another way than through a form of the door."""
    if kept:
        g.kept_token = kept


def own_token() -> str | None:
    """The token, if it is one of ours; whose it is shows when it is read."""
    try:
        _serializer().loads(token() or "", max_age=SECONDS)
    except BadSignature:
        return None
    return token()


def door_page(name: str) -> str:
    """A page of the door that carries the token on."""
    return render_template(f"console/door/{name}.html", errors={}, login="", next=None)


def read(account_id: int) -> KeptForm | None:
    """What was kept; None where it is another's, too old or forged."""
    try:
        owner, path, fields = _serializer().loads(token() or "", max_age=SECONDS)
    except BadSignature:
        return None
    return KeptForm(path, tuple((name, value) for name, value in fields)) if owner == account_id else None


def page(kept: KeptForm) -> str:
    return render_template("console/door/kept.html", kept=kept, said=list(_said(kept)))


def _said(kept: KeptForm) -> Iterator[tuple[str, str]]:
    """What somebody wrote, by the name of its field where that is known; not what a button or a box sends."""
    for name, value in kept.fields:
        heading = COLUMNS[name].heading if name in COLUMNS else _NAMES.get(name, "")
        if value.strip() and name not in _UNSAID and not name.endswith(".reviewed"):
            yield heading, value


_NAMES = {
    "staff_note": "職員メモ",
    "publish_at": "公開予約の日時",
    "end_at": "公開終了予約の日時",
    "reason": "理由",
    "wrong": "何が違っていたか",
    "done": "したこと",
    "document_number": "文書番号",
    "decided_on": "決裁日",
}
_UNSAID = frozenset(
    {"act", "based_on", "number", "audience", "kind", "category", "department", "related_departments", "measure"}
    | {"source.plan", "seen", "entry_id", "decision", "language", "version", "deputy", "slot"}
)
"""What was chosen, and not written: it is sent again all the same."""


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(keys_in_force(), salt="kept staff form")
