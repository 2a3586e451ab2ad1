"""Whom the office's own directory means: an account that an administrator made, or nobody.

The directory says who somebody is.  What they may do here, and whether they may come in at all, it never says.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import Enum

from sqlalchemy import delete, func, or_, select
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from knowledge import audit
from knowledge.audit import Actor
from knowledge.digests import short_digest
from knowledge.models import OfficeIdentity, StaffAccount
from knowledge.sign_in import home_of
from knowledge.staff import folded_login, is_active


@dataclass(frozen=True)
class OfficePerson:
    """Whom the directory vouches for.

    ``named``: the login name or mail by which the first sign-in finds the account; None where the directory
    does not say that it is theirs.  ``proved_at``: when they last proved to the directory who they are, where it
    says so.  ``second_step``: it asked for a second step that we trust.
    """

    issuer: str
    subject: str
    named: str | None
    proved_at: dt.datetime | None
    second_step: bool


class Unknown(Enum):
    """Why the door stays shut."""

    UNVERIFIED = "no verified claim"
    NOBODY = "no account"
    SEVERAL = "several accounts"
    TAKEN = "bound to another"
    INACTIVE = "account not active"


@dataclass(frozen=True)
class Match:
    """``account``: whose it is.  ``refused``: why they may not come in, nevertheless or because there is none."""

    account: StaffAccount | None
    refused: Unknown | None = None


def match(session: Session, who: OfficePerson, moment: dt.datetime) -> Match:
    """Whose account it is: the one bound to the subject, else the only one that is named so."""
    bound = session.scalar(
        select(OfficeIdentity).where(OfficeIdentity.issuer == who.issuer, OfficeIdentity.subject == who.subject)
    )
    if bound is not None:
        return _if_active(session.get_one(StaffAccount, bound.account_id), moment)
    if not who.named:
        return Match(None, Unknown.UNVERIFIED)
    named = folded_login(who.named)
    found = session.scalars(
        select(StaffAccount).where(or_(StaffAccount.login == named, func.lower(StaffAccount.email) == named))
    ).all()
    if len(found) != 1:
        return Match(None, Unknown.SEVERAL if found else Unknown.NOBODY)
    if has_identity(session, found[0].id):
        return Match(found[0], Unknown.TAKEN)
    return _if_active(found[0], moment)


def _if_active(account: StaffAccount, moment: dt.datetime) -> Match:
    return Match(account, None if is_active(account, moment) else Unknown.INACTIVE)


def bind(session: Session, who: OfficePerson, account: StaffAccount, address_hash: str, moment: dt.datetime) -> None:
    """From now on this subject is this account, however either is renamed.  Nothing where it is so already."""
    if has_identity(session, account.id):
        return
    session.add(OfficeIdentity(account_id=account.id, issuer=who.issuer, subject=who.subject, bound_at=moment))
    session.flush()
    audit.append(
        session,
        Actor(account.id, account.login, address_hash),
        "office_account_bound",
        at=moment,
        scope=home_of(session, account.id),
        subject=account.login,
        details={"subject_digest": short_digest(who.issuer, who.subject, letters=12)},
    )


def unbind(session: Session, account_id: int) -> bool:
    """Whether there was something to unbind; the next sign-in binds anew."""
    gone = session.execute(delete(OfficeIdentity).where(OfficeIdentity.account_id == account_id))
    assert isinstance(gone, CursorResult)
    return gone.rowcount == 1


def is_bound(session: Session, who: OfficePerson, account_id: int) -> bool:
    bound = session.get(OfficeIdentity, account_id)
    return bound is not None and (bound.issuer, bound.subject) == (who.issuer, who.subject)


def has_identity(session: Session, account_id: int) -> bool:
    return session.get(OfficeIdentity, account_id) is not None
