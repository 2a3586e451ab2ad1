"""What each page of the console wants of whoever opens it: one table.  What is not in it does not open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from knowledge.roles import Role


class Where(Enum):
    OPEN = "anybody"
    HALF_WAY = "whoever gave the right password and still needs the second step"
    SIGNED_IN = "whoever is signed in"
    IN_TOWN = "whoever has the role in the municipality of the address"
    ANYWHERE = "whoever has the role in some municipality"


@dataclass(frozen=True)
class Need:
    """``fresh``: the password must have been given within ten minutes.  ``upload``: a file may be sent."""

    where: Where
    role: Role | None = None
    fresh: bool = False
    upload: bool = False


OPEN = Need(Where.OPEN)
HALF_WAY = Need(Where.HALF_WAY)
SIGNED_IN = Need(Where.SIGNED_IN)


def in_town(role: Role) -> Need:
    return Need(Where.IN_TOWN, role)


def anywhere(role: Role) -> Need:
    return Need(Where.ANYWHERE, role)


def fresh(need: Need) -> Need:
    return replace(need, fresh=True)


def upload(need: Need) -> Need:
    return replace(need, upload=True)


NEEDS: Mapping[str, Need] = {
    # 玄関
    "console.door.sign_in": OPEN,
    "console.door.second_step": HALF_WAY,
    "console.door.sign_out": SIGNED_IN,
    "console.door.confirm": SIGNED_IN,
    "console.invitation.first": OPEN,
    "console.invitation.invitation": OPEN,
    # 自分
    "console.me.index": SIGNED_IN,
    "console.me.password": fresh(SIGNED_IN),
    "console.me.end_session": SIGNED_IN,
    "console.me.end_others": SIGNED_IN,
    "console.totp.set_up": fresh(SIGNED_IN),
    "console.totp.recovery_codes": fresh(SIGNED_IN),
    # 利用者
    "console.accounts.index": fresh(anywhere(Role.ADMIN)),
    "console.accounts.add": fresh(anywhere(Role.ADMIN)),
    "console.accounts.account": fresh(anywhere(Role.ADMIN)),
    "console.accounts.change": fresh(anywhere(Role.ADMIN)),
    "console.accounts.invite": fresh(anywhere(Role.ADMIN)),
    "console.accounts.reset_totp": fresh(anywhere(Role.ADMIN)),
    "console.accounts.end_sessions": fresh(anywhere(Role.ADMIN)),
    "console.account_roles.add": fresh(anywhere(Role.ADMIN)),
    "console.account_roles.remove": fresh(anywhere(Role.ADMIN)),
    "console.account_import.index": upload(fresh(anywhere(Role.ADMIN))),
    "console.account_import.sample": anywhere(Role.ADMIN),
    # 操作の記録
    "console.audit_log.index": anywhere(Role.AUDITOR),
    "console.audit_log.export": fresh(anywhere(Role.AUDITOR)),
    # はじめのページ
    "console.front.index": SIGNED_IN,
    "console.front.town": in_town(Role.VIEWER),
}
"""By endpoint.  An address with ``<code>`` is judged by the roles that hold in that municipality; for what
belongs to a 課, the page itself asks ``Person.reaches`` as well, and answers 404 where it does not."""
