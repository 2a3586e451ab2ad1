"""Accounts as an administrator sees them: those of the municipalities administered, and no others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from knowledge.models import StaffAccount, StaffGrant
from knowledge.roles import Grant, Person, Role
from knowledge.staff import folded_login, grant_of

STATES = {"": "すべて", "used": "使える", "disabled": "停止中", "unset": "パスワードが未設定"}


@dataclass(frozen=True)
class AccountFilter:
    """``words``: part of the login or the name; ``state``: one of STATES; ``scope``: a municipality."""

    words: str = ""
    state: str = ""
    scope: str = ""


def sees(admin: Person, grants: Collection[Grant]) -> bool:
    """Whether ``admin`` may know of an account with these grants."""
    scopes = admin.scopes(Role.ADMIN)
    return scopes is None or any(grant.scope in scopes for grant in grants)


def visible(admin: Person, grants: Iterable[Grant]) -> tuple[Grant, ...]:
    """Those of the grants that are ``admin``'s business."""
    return tuple(grant for grant in grants if may_give(admin, grant))


def controls(admin: Person, grants: Collection[Grant]) -> bool:
    """Whether ``admin`` may stop the account or let it choose a new password.

    An account that may do something elsewhere, too, is not one municipality's to take over.
    """
    scopes = admin.scopes(Role.ADMIN)
    return scopes is None or (bool(grants) and all(grant.scope in scopes for grant in grants))


def may_give(admin: Person, grant: Grant) -> bool:
    """Whether ``admin`` may give this role, or take it away."""
    scopes = admin.scopes(Role.ADMIN)
    return scopes is None or (grant.scope is not None and grant.scope in scopes)


def count_accounts(session: Session, admin: Person, wanted: AccountFilter) -> int:
    return session.execute(select(func.count()).select_from(_found(admin, wanted).subquery())).scalar_one()


def list_accounts(
    session: Session, admin: Person, wanted: AccountFilter, start: int, size: int
) -> Sequence[StaffAccount]:
    return session.scalars(_found(admin, wanted).order_by(StaffAccount.login).offset(start).limit(size)).all()


def _found(admin: Person, wanted: AccountFilter) -> Select[StaffAccount]:
    found = select(StaffAccount)
    scopes = admin.scopes(Role.ADMIN)
    if scopes is not None:
        found = found.where(StaffAccount.id.in_(select(StaffGrant.account_id).where(StaffGrant.scope.in_(scopes))))
    if wanted.scope:
        found = found.where(StaffAccount.id.in_(select(StaffGrant.account_id).where(StaffGrant.scope == wanted.scope)))
    if wanted.words.strip():
        found = found.where(
            or_(
                StaffAccount.login.contains(folded_login(wanted.words), autoescape=True),
                StaffAccount.name.contains(wanted.words.strip(), autoescape=True),
            )
        )
    match wanted.state:
        case "used":
            found = found.where(StaffAccount.disabled.is_(False))
        case "disabled":
            found = found.where(StaffAccount.disabled.is_(True))
        case "unset":
            found = found.where(StaffAccount.password_hash.is_(None))
    return found


def grants_by_account(session: Session, accounts: Collection[int]) -> dict[int, list[Grant]]:
    found: dict[int, list[Grant]] = defaultdict(list)
    rows = session.scalars(
        select(StaffGrant).where(StaffGrant.account_id.in_(accounts)).order_by(StaffGrant.account_id, StaffGrant.id)
    )
    for row in rows:
        found[row.account_id].append(grant_of(row))
    return found
