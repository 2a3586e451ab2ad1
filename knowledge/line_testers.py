"""Who may ask a municipality's test channel: colleagues who sent it a code that the console gave them.

What may be asked there is what the colleague may see in the console, today and no longer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from knowledge import audit
from knowledge.audit import Actor
from knowledge.models import LineTester, StaffAccount
from knowledge.one_time_codes import LINE_TEST, owner_of, use_code
from knowledge.roles import Person, Role
from knowledge.staff import is_active, person_of


@dataclass(frozen=True)
class ListedTester:
    tester: LineTester
    name: str
    usable: bool


def tester_of(session: Session, code: str, asker: str | None, moment: dt.datetime) -> Person | None:
    """The colleague behind ``asker``, if they may see this municipality's answers today."""
    if asker is None:
        return None
    row = session.scalar(select(LineTester).where(LineTester.scope == code, LineTester.asker == asker))
    return _colleague(session, row.account_id, code, Role.VIEWER, moment) if row else None


def sender_of_code(session: Session, code: str, text: str, moment: dt.datetime) -> Person | None:
    """Whose code this is, if it is one, and they may let themselves in."""
    account_id = owner_of(session, LINE_TEST, text, moment)
    return _colleague(session, account_id, code, Role.EDITOR, moment) if account_id is not None else None


def _colleague(session: Session, account_id: int, code: str, role: Role, moment: dt.datetime) -> Person | None:
    account = session.get_one(StaffAccount, account_id)
    person = person_of(session, account, moment)
    return person if is_active(account, moment) and person.may(role, code) else None


def admit(session: Session, person: Person, code: str, asker: str, text: str, moment: dt.datetime) -> None:
    """Use the code up and list ``asker``; nothing where somebody else was quicker with the same code."""
    if not use_code(session, LINE_TEST, person.account_id, text, moment):
        return
    session.execute(delete(LineTester).where(LineTester.scope == code, LineTester.asker == asker))
    session.add(LineTester(scope=code, asker=asker, account_id=person.account_id, admitted_at=moment))
    session.flush()
    actor = Actor(person.account_id, person.login)
    audit.append(session, actor, "line_tester_admitted", at=moment, scope=code, subject=person.login)


def listed_testers(session: Session, code: str, moment: dt.datetime) -> Sequence[ListedTester]:
    rows = session.execute(
        select(LineTester, StaffAccount)
        .join(StaffAccount, StaffAccount.id == LineTester.account_id)
        .where(LineTester.scope == code)
        .order_by(StaffAccount.login, LineTester.id)
    )
    return [
        ListedTester(row, account.name, _colleague(session, account.id, code, Role.VIEWER, moment) is not None)
        for row, account in rows
    ]


def dismiss(session: Session, code: str, tester_id: int) -> str | None:
    """Take somebody off the list; whose login name it was, None where there is no such person."""
    row = session.get(LineTester, tester_id)
    if row is None or row.scope != code:
        return None
    login = session.get_one(StaffAccount, row.account_id).login
    session.delete(row)
    session.flush()
    return login
