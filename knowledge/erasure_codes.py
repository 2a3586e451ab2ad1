"""The codes by which residents ask that their records be erased: told once, kept as a digest with whose they are.

Nobody says who they are: the code leads to the pseudonym that it was given to, and to nothing else.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import unicodedata
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from knowledge.models import ErasureCode
from knowledge.query_log import insert_ignoring
from knowledge.residents_data import Resident

LIFETIME = dt.timedelta(days=30)
TOLD = dt.timedelta(days=30)
"""After its time so long it is said that a code is too old; then nobody knows it any more."""
MOST = 5
"""Codes of one person that work at a time."""
_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Without those that are read, or heard, for another: I, L, O, U, 0, 1."""
_LENGTH = 8


class ErasureCodeError(ValueError):
    """A code opens nothing; the message tells why."""


@dataclass(frozen=True)
class Opened:
    """What a code leads to."""

    municipality_code: str
    who: Resident
    channel: str


def new_code() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def code_of(secret: str) -> str:
    """The same code for the same secret: a reply that is tried again tells what the first try told."""
    number = int.from_bytes(hashlib.sha256(f"erasure code\0{secret}".encode()).digest())
    letters = []
    for _ in range(_LENGTH):
        number, place = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[place])
    return "".join(letters)


def spelled(code: str) -> str:
    """In two halves, as it is read out on the telephone."""
    return f"{code[:4]}-{code[4:]}"


def issue(
    session: Session,
    municipality_code: str,
    code: str,
    asker: str,
    dialogue: str | None,
    channel: str,
    moment: dt.datetime,
) -> None:
    """From now on ``code`` opens the records of ``asker``; the oldest of many works no longer."""
    values = {
        "municipality_code": municipality_code,
        "digest": _digest(code),
        "asker": asker,
        "dialogue": dialogue,
        "channel": channel,
        "issued_at": moment,
        "expires_at": moment + LIFETIME,
    }
    session.execute(insert_ignoring(session, ErasureCode, values))
    own = (ErasureCode.municipality_code == municipality_code, ErasureCode.asker == asker)
    kept = select(ErasureCode.digest).where(*own).order_by(ErasureCode.issued_at.desc()).limit(MOST)
    session.execute(delete(ErasureCode).where(*own, ErasureCode.digest.not_in(list(session.scalars(kept)))))


def open_with(session: Session, typed: str, moment: dt.datetime, municipality_code: str | None = None) -> Opened:
    """Whose records ``typed`` opens; without a municipality in any.  Raises ErasureCodeError."""
    wanted = select(ErasureCode).where(ErasureCode.digest == _digest(typed))
    if municipality_code is not None:
        wanted = wanted.where(ErasureCode.municipality_code == municipality_code)
    row = session.scalars(wanted.limit(1)).first()
    if row is None:
        raise ErasureCodeError(
            "このコードはありません（8文字です。もう一度たしかめてください。一度使ったコードは使えません）"
        )
    if row.expires_at <= moment:
        days = LIFETIME.days
        raise ErasureCodeError(
            f"このコードは期限が切れています（{days}日間）。もう一度「削除」と送ってもらってください"
        )
    keys = (row.dialogue,) if row.dialogue else ()
    return Opened(row.municipality_code, Resident(row.asker, keys), row.channel)


def _digest(code: str) -> str:
    told = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", code).upper()))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
