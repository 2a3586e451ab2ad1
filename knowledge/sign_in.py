"""Signing in with name and password; guessing is slowed down, nobody is locked out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from knowledge import audit
from knowledge.audit import Actor
from knowledge.db import Database
from knowledge.models import SignInFailure, StaffAccount
from knowledge.passwords import hash_password, password_matches, wants_rehash
from knowledge.pseudonyms import pseudonym
from knowledge.sessions import start_session
from knowledge.staff import account_by_login, folded_login, grants_of, is_active

WINDOW = dt.timedelta(minutes=15)
FREE_FOR_LOGIN, FREE_FOR_ADDRESS = 10, 50
"""Failures within the window that cost nothing."""
LONGEST_DELAY = 8.0


@dataclass(frozen=True)
class Visitor:
    """Who knocks, as far as it is kept: the name typed and the address, both as pseudonyms."""

    login_hash: str
    address_hash: str


@dataclass(frozen=True)
class Opened:
    """The right password.  ``full``: nothing more is asked; otherwise the second step is."""

    session_id: str
    account_id: int
    full: bool


def visitor(pepper: bytes, login: str, address_hash: str, moment: dt.datetime) -> Visitor:
    return Visitor(pseudonym(pepper, "staff login", folded_login(login), moment), address_hash)


def delay(login_failures: int, address_failures: int) -> float:
    """Seconds to wait after so many failures: none at first, then doubling."""
    over = max(login_failures - FREE_FOR_LOGIN, address_failures - FREE_FOR_ADDRESS)
    return 0.0 if over < 0 else min(0.5 * 2.0**over, LONGEST_DELAY)


def delay_now(session: Session, who: Visitor, moment: dt.datetime) -> float:
    """Counted in the database, so that all processes count together."""
    return delay(
        _failures(session, SignInFailure.login_hash == who.login_hash, moment),
        _failures(session, SignInFailure.address_hash == who.address_hash, moment),
    )


def _failures(session: Session, whose: ColumnElement[bool], moment: dt.datetime) -> int:
    return session.execute(
        select(func.count()).select_from(SignInFailure).where(whose, SignInFailure.at > moment - WINDOW)
    ).scalar_one()


def sign_in(database: Database, who: Visitor, login: str, password: str, moment: dt.datetime) -> Opened | None:
    """Open a session; None, after the same work and the same writes, for any reason that there is."""
    with database.reading() as session:
        account = account_by_login(session, login)
        known = account.password_hash if account else None
    right = password_matches(known, password)
    renewed = hash_password(password) if right and known and wants_rehash(known) else None
    with database.writing() as session:
        account = account_by_login(session, login)
        if account is None or not right or account.password_hash != known or not is_active(account, moment):
            note_failure(session, who, account, moment, "password")
            return None
        if renewed is not None:
            account.password_hash = renewed
        full = account.totp_seed is None
        if full:
            welcome(session, who, account, moment, "password")
        return Opened(start_session(session, account.id, moment, who.address_hash, full=full), account.id, full)


def welcome(session: Session, who: Visitor, account: StaffAccount, moment: dt.datetime, how: str) -> None:
    """What signing in leaves behind, once nothing more is asked."""
    account.signed_in_at = moment
    session.execute(delete(SignInFailure).where(SignInFailure.login_hash == who.login_hash))
    audit.append(
        session,
        Actor(account.id, account.login, who.address_hash),
        "signed_in",
        at=moment,
        scope=home_of(session, account.id),
        subject=account.login,
        details={"how": how},
    )


def note_failure(session: Session, who: Visitor, account: StaffAccount | None, moment: dt.datetime, why: str) -> None:
    """Count a failure.  A name that nobody has is not written down: it may be a password typed too early."""
    session.execute(delete(SignInFailure).where(SignInFailure.at < moment - WINDOW))
    session.add(SignInFailure(login_hash=who.login_hash, address_hash=who.address_hash, at=moment))
    audit.append(
        session,
        Actor(account.id if account else None, account.login if account else audit.NOBODY, who.address_hash),
        "sign_in_failed",
        at=moment,
        scope=home_of(session, account.id) if account else None,
        subject=account.login if account else "",
        details={"why": why},
        refused=True,
    )


def home_of(session: Session, account_id: int) -> str | None:
    """The one municipality of an account, so that its auditor sees the line; None for several or all."""
    scopes = {grant.scope for grant in grants_of(session, account_id)}
    return next(iter(scopes)) if len(scopes) == 1 else None
