"""Codes that work once: made at random, shown once, kept as a hash."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
import unicodedata
from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, delete, func, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from knowledge.models import StaffCode

FIRST = "first"
INVITATION = "invitation"
RECOVERY = "recovery"
LINE_TEST = "line test"

LIFETIMES = {
    FIRST: dt.timedelta(hours=24),
    INVITATION: dt.timedelta(days=7),
    RECOVERY: None,
    LINE_TEST: dt.timedelta(hours=1),
}
RECOVERY_CODES = 10

_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Without those that are read for another: I, L, O, U, 0, 1."""
_LENGTH = 20
"""98 bits: nobody guesses one, so that a plain digest guards it."""


def make_codes(
    session: Session, purpose: str, account_id: int | None, moment: dt.datetime, count: int = 1
) -> list[str]:
    """New codes; those of the same purpose and account work no longer."""
    session.execute(delete(StaffCode).where(_of(purpose, account_id)))
    lifetime = LIFETIMES[purpose]
    codes = [_random_code() for _ in range(count)]
    session.add_all(
        StaffCode(
            code_hash=code_hash(code),
            purpose=purpose,
            account_id=account_id,
            created_at=moment,
            expires_at=moment + lifetime if lifetime else None,
        )
        for code in codes
    )
    session.flush()
    return codes


def use_code(session: Session, purpose: str, account_id: int | None, code: str, moment: dt.datetime) -> bool:
    """Whether ``code`` is right and unused; from now on it is used.  Of two that come at once, one succeeds."""
    found = session.execute(update(StaffCode).where(_good(purpose, account_id, code, moment)).values(used_at=moment))
    assert isinstance(found, CursorResult)
    return found.rowcount == 1


def code_is_good(session: Session, purpose: str, account_id: int | None, code: str, moment: dt.datetime) -> bool:
    """Whether it would be taken; it stays unused."""
    return session.scalar(select(StaffCode.code_hash).where(_good(purpose, account_id, code, moment))) is not None


def _good(purpose: str, account_id: int | None, code: str, moment: dt.datetime) -> ColumnElement[bool]:
    return and_(
        StaffCode.code_hash == code_hash(code),
        _of(purpose, account_id),
        StaffCode.used_at.is_(None),
        StaffCode.expires_at.is_(None) | (StaffCode.expires_at > moment),
    )


def owner_of(session: Session, purpose: str, code: str, moment: dt.datetime) -> int | None:
    """Whose unused code this is; it stays unused."""
    return session.scalar(
        select(StaffCode.account_id).where(
            StaffCode.code_hash == code_hash(code),
            StaffCode.purpose == purpose,
            StaffCode.used_at.is_(None),
            StaffCode.expires_at.is_(None) | (StaffCode.expires_at > moment),
        )
    )


def codes_left(session: Session, purpose: str, account_id: int | None) -> int:
    counted = select(func.count()).where(_of(purpose, account_id), StaffCode.used_at.is_(None))
    return session.execute(counted).scalar_one()


def drop_codes(session: Session, account_id: int | None, purposes: Sequence[str]) -> None:
    for purpose in purposes:
        session.execute(delete(StaffCode).where(_of(purpose, account_id)))


def code_hash(code: str) -> str:
    """The hash of a code as people type it: small or full-width letters, with or without dashes and blanks."""
    letters = re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", code)).upper()
    return hashlib.sha256(f"staff code\0{letters}".encode("utf-8", "surrogatepass")).hexdigest()


def _of(purpose: str, account_id: int | None) -> ColumnElement[bool]:
    whose = StaffCode.account_id.is_(None) if account_id is None else StaffCode.account_id == account_id
    return (StaffCode.purpose == purpose) & whose


def _random_code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    return "-".join(letters[start : start + 5] for start in range(0, _LENGTH, 5))
