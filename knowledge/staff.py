"""Accounts of staff: who they are, whether they may sign in, and what they may do."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from knowledge.calendar import JST
from knowledge.email_addresses import is_email, tidy_email
from knowledge.models import StaffAccount, StaffGrant
from knowledge.roles import WHOLE_ONLY, Grant, Person, Role, held_on

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,58}[a-z0-9]")


class StaffError(ValueError):
    """Something that cannot be done to an account.  The text says why, and what to do; ``field``: where."""

    def __init__(self, said: str, field: str | None = None) -> None:
        super().__init__(said)
        self.field = field


class LastAdministratorError(StaffError):
    """Without this account nobody could administer the service."""

    def __init__(self) -> None:
        super().__init__(
            "最後の管理者は、停止したり役割を外したりできません。先に別の人を全体の管理者にして、その人がサインインしたあとで行ってください",
            "disabled",
        )


def folded_login(login: str) -> str:
    """A login name as it is kept and compared: full-width and capital letters make no other name."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


def check_login(login: str) -> str:
    """The login name as it is kept.  Raises StaffError."""
    folded = folded_login(login)
    if not _LOGIN.fullmatch(folded):
        raise StaffError(
            "ログイン名は、半角の英数字と . _ - @ で、3文字から60文字までにしてください（例 yamada-h）", "login"
        )
    return folded


def check_name(name: str) -> str:
    shown = unicodedata.normalize("NFC", name).strip()
    if not shown or len(shown) > 60 or not shown.isprintable():
        raise StaffError("表示名を60文字までで書いてください（例 山田 花子）", "name")
    return shown


def check_email(email: str) -> str | None:
    written = tidy_email(email)
    if not written:
        return None
    if len(written) > 120 or not is_email(written):
        raise StaffError(f"メールアドレスの形ではありません（{written[:40]}）。書かなくてもかまいません", "email")
    return written


def add_account(
    session: Session,
    login: str,
    name: str,
    grants: Iterable[Grant],
    moment: dt.datetime,
    *,
    email: str = "",
    active_from: dt.date | None = None,
    active_until: dt.date | None = None,
) -> StaffAccount:
    """A new account, yet without a password.  Raises StaffError."""
    folded = check_login(login)
    if account_by_login(session, folded) is not None:
        raise StaffError(f"ログイン名 {folded} は、もう使われています。別の名前にしてください", "login")
    account = StaffAccount(
        login=folded,
        name=check_name(name),
        email=check_email(email),
        active_from=active_from,
        active_until=active_until,
        created_at=moment,
        changed_at=moment,
    )
    session.add(account)
    session.flush()
    put_grants(session, account, grants, moment)
    return account


def account_by_login(session: Session, login: str) -> StaffAccount | None:
    return session.scalar(select(StaffAccount).where(StaffAccount.login == folded_login(login)))


def is_active(account: StaffAccount, moment: dt.datetime) -> bool:
    """Whether the account may be used today, as days are counted in Japan."""
    day = moment.astimezone(JST).date()
    started = account.active_from is None or account.active_from <= day
    return not account.disabled and started and (account.active_until is None or day <= account.active_until)


def grants_of(session: Session, account_id: int) -> tuple[Grant, ...]:
    rows = session.scalars(select(StaffGrant).where(StaffGrant.account_id == account_id).order_by(StaffGrant.id))
    return tuple(map(grant_of, rows))


def grant_of(row: StaffGrant) -> Grant:
    return Grant(Role(row.role), row.scope, row.department, row.starts_on, row.ends_on)


def person_of(session: Session, account: StaffAccount, moment: dt.datetime) -> Person:
    """The person with what they may do today."""
    day = moment.astimezone(JST).date()
    return Person(account.id, account.login, account.name, held_on(grants_of(session, account.id), day))


def put_grants(session: Session, account: StaffAccount, grants: Iterable[Grant], moment: dt.datetime) -> None:
    """Let the account have these grants and no others.  Raises StaffError."""
    _lock_administrators(session)
    wanted = tuple(dict.fromkeys(grants))
    for grant in wanted:
        check_grant(grant)
    administers = is_active(account, moment) and _administers_all(wanted, moment)
    if (
        not administers
        and not _others_administer(session, account.id, moment)
        and _is_administrator(session, account, moment)
    ):
        raise LastAdministratorError
    session.execute(delete(StaffGrant).where(StaffGrant.account_id == account.id))
    session.add_all(
        StaffGrant(
            account_id=account.id,
            scope=grant.scope,
            role=grant.role.value,
            department=grant.department,
            starts_on=grant.starts_on,
            ends_on=grant.ends_on,
        )
        for grant in wanted
    )
    account.changed_at = moment
    session.flush()


def check_grant(grant: Grant) -> None:
    """Raises StaffError."""
    if grant.department and (grant.role in WHOLE_ONLY or grant.scope is None):
        raise StaffError("課を選べるのは、一つの市町村の閲覧・編集・承認だけです。課を空にしてください", "department")
    if grant.starts_on and grant.ends_on and grant.ends_on < grant.starts_on:
        raise StaffError("役割の終わりの日が、初めの日より前です", "ends_on")


def change_account(
    session: Session,
    account: StaffAccount,
    moment: dt.datetime,
    *,
    name: str,
    email: str,
    disabled: bool,
    active_from: dt.date | None,
    active_until: dt.date | None,
) -> None:
    """Name it anew, stop it, let it go on, or bound it in time.  Raises StaffError."""
    if active_from and active_until and active_until < active_from:
        raise StaffError("使い終わる日が、使い始める日より前です", "active_until")
    _lock_administrators(session)
    was = _is_administrator(session, account, moment)
    account.name, account.email = check_name(name), check_email(email)
    account.disabled, account.active_from, account.active_until = disabled, active_from, active_until
    account.changed_at = moment
    session.flush()
    if was and not _is_administrator(session, account, moment) and not _others_administer(session, account.id, moment):
        raise LastAdministratorError


def _lock_administrators(session: Session) -> None:
    """Two who stop each other at once do so one after the other, so that the second is the last and stays."""
    session.scalars(_named_administrators().with_for_update().execution_options(populate_existing=True)).all()


def _named_administrators() -> Select[StaffAccount]:
    named = select(StaffGrant.account_id).where(StaffGrant.role == Role.ADMIN.value, StaffGrant.scope.is_(None))
    return select(StaffAccount).where(StaffAccount.id.in_(named)).order_by(StaffAccount.id)


def administrators(session: Session, moment: dt.datetime) -> list[StaffAccount]:
    """Who administers the whole service today, by their accounts and roles."""
    return [
        account for account in session.scalars(_named_administrators()) if _is_administrator(session, account, moment)
    ]


def _is_administrator(session: Session, account: StaffAccount, moment: dt.datetime) -> bool:
    return is_active(account, moment) and _administers_all(grants_of(session, account.id), moment)


def _administers_all(grants: Collection[Grant], moment: dt.datetime) -> bool:
    day = moment.astimezone(JST).date()
    return any(grant.role is Role.ADMIN and grant.scope is None for grant in held_on(grants, day))


def _others_administer(session: Session, account_id: int, moment: dt.datetime) -> bool:
    """Whether somebody else does who has come in before: who never has may not have got the invitation yet."""
    others = (account for account in administrators(session, moment) if account.id != account_id)
    return any(account.signed_in_at is not None for account in others)


def all_accounts(session: Session) -> Sequence[StaffAccount]:
    return session.scalars(select(StaffAccount).order_by(StaffAccount.login)).all()
