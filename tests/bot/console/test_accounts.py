"""利用者: administrators add, change and stop accounts, each within what is theirs."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from knowledge.db import Database
from knowledge.models import AuditLine, StaffAccount
from knowledge.roles import Grant, Role
from knowledge.staff import account_by_login, grants_of
from tests.support.staff import Colleague, add_colleague, signed_in, signed_in_as, visit

PASSWORD = "みかんと青い鉄橋 umbrella 7"
NEW = {"login": "suzuki-t", "name": "鈴木 太郎", "role": "editor"}


@pytest.fixture
def chief(office: Flask) -> Colleague:
    """An administrator of all."""
    return signed_in(office, [Role.ADMIN], None, name="全体 管理")


@pytest.fixture
def admin(office: Flask) -> Colleague:
    """An administrator of 松阪市."""
    return signed_in(office, [Role.ADMIN], "242047", name="松阪 管理")


def _account(database: Database, login: str) -> StaffAccount:
    with database.reading() as session:
        found = account_by_login(session, login)
        assert found is not None
        return found


def _actions(database: Database, login: str) -> list[str]:
    with database.reading() as session:
        return list(
            session.scalars(select(AuditLine.action).where(AuditLine.subject == login).order_by(AuditLine.number))
        )


def test_an_account_is_added_invited_and_used(office: Flask, office_database: Database, admin: Colleague) -> None:
    page = admin.get("/staff/accounts/add").text
    department = re.search(r'<option value="(dep-[^"]+)"', page)
    assert department is not None
    added = admin.post("/staff/accounts/add", {**NEW, "department": department[1], "starts_on": "令和8年4月1日"})
    address = added.location
    assert "鈴木 太郎さん" in admin.get(address).text
    shown = admin.post(f"{address}/invite", status=200).text
    code = re.search(r'<p class="code">([A-Z0-9-]+)</p>', shown)
    assert code is not None
    choice = {"code": code[1], "login": "suzuki-t", "password": PASSWORD, "again": PASSWORD}
    visit(office.test_client(), "/staff/invitation", choice)
    account = _account(office_database, "suzuki-t")
    with office_database.reading() as session:
        (grant,) = grants_of(session, account.id)
    assert grant == Grant(Role.EDITOR, "242047", department[1], dt.date(2026, 4, 1), None)
    assert _actions(office_database, "suzuki-t") == [
        "account_added", "grants_changed", "invitation_made", "password_chosen", "signed_in",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"login": "あ"}, "ログイン名は", id="login"),
        pytest.param({"login": "colleague"}, "もう使われています", id="taken"),
        pytest.param({"name": " "}, "表示名を", id="name"),
        pytest.param({"email": "nobody"}, "メールアドレスの形", id="mail"),
        pytest.param({"role": "king"}, "役割を一つ", id="role"),
        pytest.param({"department": "dep-nowhere"}, "この市町村にある課", id="department"),
        pytest.param({"active_from": "soon"}, "日付は", id="day"),
        pytest.param({"active_from": "2026-04-02", "active_until": "2026-04-01"}, "使い終わる日が", id="span"),
        pytest.param({"starts_on": "2026-04-02", "ends_on": "2026-04-01"}, "役割の終わりの日", id="role's span"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    office_database: Database, admin: Colleague, changes: dict[str, str], said: str
) -> None:
    if changes.get("login") == "colleague":
        add_colleague(office_database, [], login="colleague")
        changes["login"] = "ＣＯＬＬＥＡＧＵＥ"
    page = admin.post(
        "/staff/accounts/add", {"login": "wrong-one", "name": "だれか", "role": "viewer", **changes}, status=422
    )
    assert said in page.text


def test_an_administrator_sees_and_changes_only_what_is_theirs(
    office_database: Database, admin: Colleague, chief: Colleague
) -> None:
    own, _ = add_colleague(office_database, [Grant(Role.EDITOR, "242047")], login="own-one")
    shared, _ = add_colleague(
        office_database, [Grant(Role.EDITOR, "242047"), Grant(Role.EDITOR, "222232")], login="shared-one"
    )
    other, _ = add_colleague(office_database, [Grant(Role.EDITOR, "222232")], login="other-one")
    listed = admin.get("/staff/accounts").text
    assert "own-one" in listed
    assert "shared-one" in listed
    assert "御前崎市" not in listed
    assert "other-one" not in listed
    for account_id, see, change in (
        (own, 200, 200),
        (shared, 200, 404),
        (other, 404, 404),
        (chief.account_id, 404, 404),
    ):
        path = f"/staff/accounts/{account_id}"
        admin.get(path, see)
        admin.get(f"{path}/change", change)
        admin.get(f"{path}/reset-totp", change)
        admin.post(f"{path}/invite", status=change)
        chief.get(path)
        chief.get(f"{path}/change")
    admin.post(f"/staff/accounts/{own}/roles/add", {"municipality": "222232", "role": "viewer"})
    admin.post(f"/staff/accounts/{other}/roles/add", {"role": "viewer"}, status=404)
    admin.post(f"/staff/accounts/{shared}/roles/remove", {"grant": "御前崎市 編集"}, status=404)
    with office_database.reading() as session:
        assert {grant.scope for grant in grants_of(session, own)} == {"242047"}


def test_a_role_that_changes_holds_at_once(office: Flask, office_database: Database, admin: Colleague) -> None:
    colleague = signed_in(office, [Role.VIEWER], "242047")
    path = f"/staff/accounts/{colleague.account_id}"
    admin.post(f"{path}/roles/add", {"role": "approver", "ends_on": "2099-03-31"})
    colleague.get("/staff/242047/", 303)
    assert "松阪市 承認 令和81年3月31日まで" in admin.get(path).text
    again = signed_in_as(office, colleague.account_id, colleague.login)
    admin.post(f"{path}/roles/remove", {"grant": "松阪市 閲覧"})
    again.get("/staff/242047/", 303)
    admin.post(f"{path}/roles/remove", {"grant": "松阪市 閲覧"})
    assert "もうありません" in admin.get(path).text


def test_whoever_is_stopped_is_out_at_once_and_comes_back(
    office: Flask, office_database: Database, admin: Colleague
) -> None:
    colleague = signed_in(office)
    path = f"/staff/accounts/{colleague.account_id}"
    admin.post(f"{path}/change", {"name": "試験 太郎", "disabled": "1"})
    colleague.get("/staff/242047/", 303)
    assert "停止中" in admin.get(path).text
    admin.post(f"{path}/change", {"name": "試験 太郎"})
    colleague.get("/staff/242047/", 303)
    assert _actions(office_database, colleague.login) == [
        "account_changed", "account_disabled", "account_changed", "account_enabled",
    ]  # fmt: skip


def test_grants_hold_from_their_first_day_to_their_last_in_japan(office: Flask, office_database: Database) -> None:
    march = Grant(Role.EDITOR, "242047", None, dt.date(2026, 4, 1), dt.date(2027, 3, 31))
    account_id, login = add_colleague(office_database, [march])
    for moment, status in (
        (dt.datetime(2026, 3, 31, 14, 59, tzinfo=dt.UTC), 404),
        (dt.datetime(2026, 3, 31, 15, 0, tzinfo=dt.UTC), 200),
        (dt.datetime(2027, 3, 31, 14, 59, tzinfo=dt.UTC), 200),
        (dt.datetime(2027, 3, 31, 15, 0, tzinfo=dt.UTC), 404),
    ):
        with time_machine.travel(moment, tick=False):
            signed_in_as(office, account_id, login).get("/staff/242047/", status)


def test_the_last_administrator_stays(office_database: Database, office: Flask) -> None:
    with office_database.writing() as session:
        for account in session.scalars(select(StaffAccount)):
            account.disabled = True
    last = signed_in(office, [Role.ADMIN], None)
    path = f"/staff/accounts/{last.account_id}"
    assert "最後の管理者" in last.post(f"{path}/change", {"name": "x", "disabled": "1"}, status=422).text
    assert "最後の管理者" in last.post(f"{path}/change", {"name": "x", "active_until": "2020-01-01"}, status=422).text
    last.post(f"{path}/roles/remove", {"grant": "すべての市町村 管理"})
    assert "最後の管理者" in last.get(path).text
    assert _account(office_database, last.login).disabled is False


def _upload(colleague: Colleague, text: str, status: int = 200, name: str = "a.csv", code: str = "utf-8-sig") -> str:
    return colleague.post(
        "/staff/accounts/import",
        {"file": (io.BytesIO(text.encode(code)), name)},
        status=status,
        content_type="multipart/form-data",
    ).text


HEAD = "ログイン名,表示名,メールアドレス,市町村コード,役割,課,開始日,終了日\n"


@pytest.mark.parametrize("code", ["utf-8-sig", "cp932"])
def test_a_file_is_looked_at_first_and_taken_afterwards(
    office: Flask, office_database: Database, admin: Colleague, code: str
) -> None:
    kept = signed_in(office, [Role.VIEWER], "242047", login=f"kept-{code}", name="残る 人")
    file = f"{HEAD}new-{code},新しい 人,,242047,編集,,2026-04-01,\nnew-{code},新しい 人,,242047,監査,,,\nkept-{code},残る 人,,242047,承認,,,\n"
    page = _upload(admin, file, code=code)
    assert "2人が変わり" in page
    assert "まだ何も取り込んでいません" in page
    kept.get("/staff/242047/")
    held = re.search(r'name="carried" value="([^"]+)"', page)
    assert held is not None
    admin.post("/staff/accounts/import", {"carried": held[1]})
    kept.get("/staff/242047/", 303)
    with office_database.reading() as session:
        new = account_by_login(session, f"new-{code}")
        assert new is not None
        assert {grant.role for grant in grants_of(session, new.id)} == {Role.EDITOR, Role.AUDITOR}
    assert "0人が変わり、2人はそのまま" in _upload(admin, file, code=code)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("あ,名前,,242047,編集,,,", "2行目: ログイン名は"),
        ("abc,,,242047,編集,,,", "2行目: 表示名を"),
        ("abc,名前,,242047,王様,,,", "2行目: 役割は"),
        ("abc,名前,,999999,編集,,,", "2行目: 市町村コード「999999」がありません"),
        ("abc,名前,,222232,編集,,,", "あなたには与えられません"),
        ("abc,名前,,すべて,管理,,,", "あなたには与えられません"),
        ("abc,名前,,242047,編集,ない課,,", "課「ない課」がこの市町村にありません"),
        ("abc,名前,,すべて,編集,情報システム課,,", "課「情報システム課」がこの市町村にありません"),
        ("abc,名前,,242047,編集,,きのう,", "日付は"),
        ("abc,名前,,242047,編集,,,\nabc,別の名前,,242047,閲覧,,,", "3行目: abc の表示名か"),
    ],
)
def test_a_file_with_a_mistake_is_not_taken_at_all(
    office_database: Database, admin: Colleague, row: str, said: str
) -> None:
    page = _upload(admin, f"{HEAD}{row}\nfine-one,正しい 人,,242047,閲覧,,,\n", 422)
    assert said in page
    assert 'name="table"' not in page
    with office_database.reading() as session:
        assert account_by_login(session, "fine-one") is None


def test_a_heading_that_cannot_be_read_lets_no_role_reach_further_than_was_meant(
    office_database: Database, admin: Colleague
) -> None:
    page = _upload(admin, f"{HEAD.replace('課', '部署')}of-one,名前,,242047,編集,情報システム課,,\n", 422)
    assert "1行目: 見出し「部署」は読めません" in page
    assert "「課」" in page
    with office_database.reading() as session:
        assert account_by_login(session, "of-one") is None


def test_who_changes_their_own_role_by_a_file_is_warned(admin: Colleague) -> None:
    with_own = f"{HEAD}{admin.login},自分,,242047,閲覧,,,\n"
    assert "あなた自身の役割が変わります" in _upload(admin, with_own)
    assert "あなた自身の役割" not in _upload(admin, f"{HEAD}somebody-else,名前,,242047,閲覧,,,\n")


def test_all_that_is_wrong_with_a_row_is_told_at_once(admin: Colleague) -> None:
    page = _upload(admin, f"{HEAD}だめ,名前,,242047,部長,ない課,きのう,\n", 422)
    for said in ("ログイン名は、半角", "今は「部長」", "課「ない課」が", "日付は"):
        assert said in page
    assert page.count("2行目: ") == 4


@pytest.mark.parametrize(
    ("name", "said"),
    [("a.exe", "この形式は読めません"), ("a.xlsx", "中身が .xlsx ではありません"), ("", "ファイルをえらんで")],
)
def test_a_file_of_another_kind_is_refused(admin: Colleague, name: str, said: str) -> None:
    assert said in _upload(admin, HEAD, 422, name)


def test_the_sample_is_a_file_that_can_be_taken(admin: Colleague, chief: Colleague) -> None:
    sample = chief.get("/staff/accounts/import/sample.csv")
    assert sample.mimetype == "text/csv"
    assert "2人が変わり" in _upload(chief, sample.data.decode("utf-8-sig"))


@pytest.mark.parametrize("table", ["", "[", "{}", "[[1]]", "[null]", '[["x", "y"]]', "[" * 5000])
def test_a_table_that_was_tampered_with_is_refused(admin: Colleague, table: str) -> None:
    admin.post("/staff/accounts/import", {"table": table}, status=422)
