"""Accounts as a table: a row a role; what a file would change is told before anything is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.account_lists import controls, may_give, sees
from knowledge.models import Department, Municipality, StaffAccount
from knowledge.roles import ROLE_NAMES, Grant, Person
from knowledge.sheet_forms import DATE
from knowledge.staff import (
    StaffError,
    account_by_login,
    add_account,
    check_email,
    check_grant,
    check_login,
    check_name,
    grants_of,
    put_grants,
)
from knowledge.tabular import OutSheet, Row, Sheet

HEADINGS = ("ログイン名", "表示名", "メールアドレス", "市町村コード", "役割", "課", "開始日", "終了日")
MUST = ("ログイン名", "表示名", "市町村コード", "役割")
MOST_ROWS = 5000
ALL_CODES = "すべて"

_ROLES = {name: role for role, name in ROLE_NAMES.items()}


@dataclass(frozen=True)
class SheetRow:
    """A row that can be read."""

    number: int
    login: str
    name: str
    email: str | None
    grant: Grant


@dataclass(frozen=True)
class Change:
    """What becomes of one account.  ``grants``: all that it has afterwards."""

    login: str
    name: str
    email: str | None
    grants: tuple[Grant, ...]
    before: tuple[Grant, ...] | None
    renamed: bool

    @property
    def is_new(self) -> bool:
        return self.before is None

    @property
    def changes_roles(self) -> bool:
        return self.before is None or set(self.before) != set(self.grants)


@dataclass(frozen=True)
class ImportPlan:
    """``problems``: a line each, with its row; with one, nothing is taken."""

    changes: tuple[Change, ...]
    unchanged: int
    problems: tuple[str, ...]


def sample_sheet() -> OutSheet:
    rows = [
        ("yamada-h", "山田 花子", "", "242047", "編集", "", "2026-04-01", ""),
        ("suzuki-t", "鈴木 太郎", "", "242047", "承認", "", "", "2027-03-31"),
    ]
    return OutSheet("利用者", HEADINGS, (20,) * len(HEADINGS), frozenset(), rows)


def plan_import(session: Session, admin: Person, sheets: Sequence[Sheet]) -> ImportPlan:
    """What the first sheet would change.  Rows of one login belong together; its roles elsewhere stay as they are."""
    problems: list[str] = []
    rows = _rows(session, admin, sheets, problems)
    by_login: dict[str, list[SheetRow]] = {}
    for row in rows:
        by_login.setdefault(row.login, []).append(row)
    changes: list[Change] = []
    unchanged = 0
    for login, own in by_login.items():
        change = _change(session, admin, login, own, problems)
        if change is None or not (change.changes_roles or change.renamed):
            unchanged += 1
        else:
            changes.append(change)
    return ImportPlan(tuple(changes), unchanged, tuple(problems))


def _rows(session: Session, admin: Person, sheets: Sequence[Sheet], problems: list[str]) -> list[SheetRow]:
    table = next((sheet for sheet in sheets if sheet.rows), None)
    if table is None:
        problems.append("表がありません。見本と同じ形のファイルにしてください")
        return []
    head, *body = table.rows
    places = {head.text(place).strip(): place for place in range(len(head.cells))}
    missing = [name for name in MUST if name not in places]
    if missing:
        problems.append(
            f"{head.number}行目: 見出し「{'」「'.join(missing)}」がありません。見本と同じ見出しにしてください"
        )
        return []
    if unknown := [name for name in places if name and name not in HEADINGS]:
        # Else a 課 or a last day under another name would be left out, and the role reach further than was meant.
        problems.append(
            f"{head.number}行目: 見出し「{'」「'.join(unknown)}」は読めません。"
            f"使える見出しは「{'」「'.join(HEADINGS)}」です"
        )
        return []
    if len(body) > MOST_ROWS:
        problems.append(f"行が多すぎます（{MOST_ROWS:,}行まで）。ファイルを分けてください")
        return []
    departments = _departments(session)
    codes = set(session.scalars(select(Municipality.code)))
    found = []
    for row in body:
        said: list[str] = []
        read = _row(row, places, departments, codes, admin, said)
        problems += [f"{row.number}行目: {sentence}" for sentence in said]
        if read is not None:
            found.append(read)
    return found


def _departments(session: Session) -> dict[tuple[str, str], str]:
    rows = session.execute(
        select(Department.municipality_code, Department.name, Department.entry_id).where(
            Department.state == "published"
        )
    )
    return {(code, name): entry_id for code, name, entry_id in rows}


def _row(
    row: Row,
    places: Mapping[str, int],
    departments: Mapping[tuple[str, str], str],
    codes: set[str],
    admin: Person,
    said: list[str],
) -> SheetRow | None:
    """None where something is wrong: ``said`` tells all that is, so that nobody brings the file once for each."""

    def cell(name: str) -> str:
        return row.text(places[name]).strip() if name in places else ""

    login = _tried(said, check_login, cell("ログイン名"))
    name = _tried(said, check_name, cell("表示名"))
    email = _tried(said, check_email, cell("メールアドレス"))
    first, last = _tried(said, _day, cell("開始日")), _tried(said, _day, cell("終了日"))
    code, role = cell("市町村コード"), _ROLES.get(cell("役割"))
    if role is None:
        said.append(f"役割は {'・'.join(_ROLES)} のどれかです（今は「{cell('役割')}」）")
    if code != ALL_CODES and code not in codes:
        said.append(f"市町村コード「{code}」がありません（6桁の数字です。全部なら「{ALL_CODES}」）")
    department = departments.get((code, cell("課"))) if cell("課") else None
    if cell("課") and department is None and (code in codes or code == ALL_CODES):
        said.append(f"課「{cell('課')}」がこの市町村にありません。正式な名前で書いてください")
    if said or role is None or login is None or name is None:
        return None
    grant = Grant(role, None if code == ALL_CODES else code, department, first, last)
    _tried(said, check_grant, grant)
    if not said and not may_give(admin, grant):
        said.append(f"市町村コード「{code}」の役割は、あなたには与えられません")
    return None if said else SheetRow(row.number, login, name, email, grant)


_Given = TypeVar("_Given")
_Read = TypeVar("_Read")


def _tried(said: list[str], read: Callable[[_Given], _Read], given: _Given) -> _Read | None:
    try:
        return read(given)
    except ValueError as error:
        said.append(str(error))
    return None


def _day(text: str) -> dt.date | None:
    found: dt.date | None = DATE.read(text) if text else None
    return found


def _change(
    session: Session, admin: Person, login: str, rows: Sequence[SheetRow], problems: list[str]
) -> Change | None:
    first = rows[0]
    for row in rows[1:]:
        if (row.name, row.email) != (first.name, first.email):
            problems.append(f"{row.number}行目: {login} の表示名かメールアドレスが、{first.number}行目と違います")
            return None
    given = tuple(dict.fromkeys(row.grant for row in rows))
    account = account_by_login(session, login)
    if account is None:
        return Change(login, first.name, first.email, given, None, renamed=True)
    before = grants_of(session, account.id)
    if not sees(admin, before):
        problems.append(f"{first.number}行目: ログイン名 {login} は、もう使われています。別の名前にしてください")
        return None
    renamed = (account.name, account.email) != (first.name, first.email)
    if renamed and not controls(admin, before):
        problems.append(f"{first.number}行目: {login} の表示名とメールアドレスを変えられるのは、全体の管理者だけです")
        return None
    named = {grant.scope for grant in given}
    kept = tuple(grant for grant in before if grant.scope not in named)
    return Change(login, first.name, first.email, kept + given, before, renamed)


def apply_import(session: Session, plan: ImportPlan, moment: dt.datetime) -> list[StaffAccount]:
    """Do what the plan says; the accounts whose roles changed.  Raises StaffError, and then nothing may be kept."""
    if plan.problems:
        raise StaffError(plan.problems[0])
    touched = []
    for change in plan.changes:
        account = account_by_login(session, change.login)
        if account is None:
            add_account(session, change.login, change.name, change.grants, moment, email=change.email or "")
            continue
        account.name, account.email, account.changed_at = change.name, change.email, moment
        if change.changes_roles:
            put_grants(session, account, change.grants, moment)
            touched.append(account)
    session.flush()
    return touched
