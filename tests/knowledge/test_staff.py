"""Accounts, sessions and codes on both databases."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import threading
import time

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from knowledge.db import Database
from knowledge.models import SignInFailure, StaffAccount, StaffCode, StaffSession
from knowledge.one_time_codes import (
    FIRST,
    INVITATION,
    RECOVERY,
    RECOVERY_CODES,
    codes_left,
    make_codes,
    use_code,
)
from knowledge.passwords import hash_password, password_matches
from knowledge.roles import Grant, Role
from knowledge.second_step import encrypted_seed, new_seed, passes
from knowledge.sessions import (
    account_of_session,
    current_session,
    end_session,
    end_sessions,
    forget_old_sessions,
    open_sessions,
    session_hash,
    start_session,
)
from knowledge.sign_in import Opened, Visitor, delay, delay_now, sign_in
from knowledge.staff import (
    LastAdministratorError,
    StaffError,
    account_by_login,
    add_account,
    administrators,
    change_account,
    grants_of,
    put_grants,
)

NOON = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)
KEY = b"d" * 32
WHO = Visitor("l" * 32, "a" * 32)
PASSWORD = "みかんと青い鉄橋 umbrella 7"
CHIEF = Grant(Role.ADMIN, None)


def new_account(
    database: Database, login: str = "yamada", *grants: Grant, password: str | None = None, came_in: bool = True
) -> int:
    with database.writing() as session:
        account = add_account(session, login, "山田", grants, NOON)
        account.signed_in_at = NOON if came_in else None
        account.password_hash = hash_password(password) if password else None
        return account.id


def test_names_that_differ_in_width_or_case_are_one(database: Database) -> None:
    new_account(database, "Ｙａｍａｄａ-H")
    with database.reading() as session:
        assert account_by_login(session, " YAMADA-h ") is not None
    with pytest.raises(StaffError, match="もう使われています"):
        new_account(database, "yamada-h")


def test_signing_in_opens_a_session_and_failing_is_counted(database: Database) -> None:
    account_id = new_account(database, "yamada", Grant(Role.EDITOR, "242047"), password=PASSWORD)
    assert sign_in(database, WHO, "yamada", "wrong", NOON) is None
    assert sign_in(database, WHO, "nobody", PASSWORD, NOON) is None
    with database.reading() as session:
        assert session.execute(select(func.count()).select_from(SignInFailure)).scalar_one() == 2
    opened = sign_in(database, WHO, "yamada", PASSWORD, NOON)
    assert isinstance(opened, Opened)
    with database.reading() as session:
        found = current_session(session, opened.session_id, NOON)
        assert found is not None
        assert (found.person.account_id, found.full) == (account_id, True)
        assert account_of_session(session, opened.session_id) == account_id
        assert current_session(session, "another", NOON) is None
        assert session.execute(select(func.count()).select_from(SignInFailure)).scalar_one() == 0


@pytest.mark.parametrize(
    ("of_login", "of_address", "seconds"),
    [(0, 0, 0), (9, 49, 0), (10, 0, 0.5), (11, 0, 1), (12, 49, 2), (14, 0, 8), (500, 0, 8), (0, 50, 0.5), (0, 53, 4)],
)
def test_guessing_grows_slow_and_never_stops(of_login: int, of_address: int, seconds: float) -> None:
    assert delay(of_login, of_address) == seconds


def test_failures_count_for_a_quarter_of_an_hour(database: Database) -> None:
    with database.writing() as session:
        session.add_all(SignInFailure(login_hash=WHO.login_hash, address_hash="x", at=NOON) for _ in range(11))
    with database.reading() as session:
        assert delay_now(session, WHO, NOON + dt.timedelta(minutes=14)) == 1
        assert delay_now(session, WHO, NOON + dt.timedelta(minutes=15)) == 0


def test_a_password_with_weaker_settings_is_hashed_anew(database: Database) -> None:
    account_id = new_account(database, "yamada", Grant(Role.EDITOR, "242047"))
    weak = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD.encode())
    with database.writing() as session:
        session.get_one(StaffAccount, account_id).password_hash = weak
    assert sign_in(database, WHO, "yamada", PASSWORD, NOON) is not None
    with database.reading() as session:
        kept = session.get_one(StaffAccount, account_id).password_hash
    assert kept is not None
    assert "$argon2id$v=19$m=19456,t=2,p=1$" in kept
    assert sign_in(database, WHO, "yamada", PASSWORD, NOON) is not None


def test_no_more_than_two_passwords_are_hashed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    hashing, most, guard = 0, [0], threading.Lock()

    def slowly(*_: object) -> str:
        nonlocal hashing
        with guard:
            hashing += 1
            most.append(hashing)
        time.sleep(0.02)
        with guard:
            hashing -= 1
        return "$argon2id$"

    monkeypatch.setattr(PasswordHasher, "hash", slowly)
    monkeypatch.setattr(PasswordHasher, "verify", slowly)
    works = [lambda: hash_password(PASSWORD), lambda: password_matches("$argon2id$", PASSWORD)] * 5
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert max(most) == 2
    assert len(most) == 11


def test_a_session_has_256_bits_that_nobody_guesses_and_its_digest_alone_is_kept(database: Database) -> None:
    account_id = new_account(database)
    with database.writing() as session:
        ids = [start_session(session, account_id, NOON, "", full=True) for _ in range(100)]
    values = [base64.urlsafe_b64decode(one + "=") for one in ids]
    assert {len(value) for value in values} == {32}
    numbers = [int.from_bytes(value) for value in values]
    ones = [sum(number >> bit & 1 for number in numbers) for bit in range(256)]
    assert min(ones) > 20, "every bit is now this, now that"
    assert max(ones) < 80
    with database.reading() as session:
        kept = str(session.execute(select(StaffSession.__table__)).all())
    assert not [one for one in ids if one in kept]
    assert all(session_hash(one) in kept for one in ids)


def test_of_recovery_codes_the_digests_alone_are_kept(database: Database) -> None:
    account_id = new_account(database)
    with database.writing() as session:
        codes = make_codes(session, RECOVERY, account_id, NOON, RECOVERY_CODES)
    with database.reading() as session:
        rows = session.execute(select(StaffCode.__table__)).all()
    assert len(rows) == len(set(codes)) == 10
    shown = [code.replace("-", "") for code in codes]
    kept = str(rows).upper().replace("-", "")
    assert not [code for code in shown if code in kept]
    assert all(len(code) == 20 for code in shown)


def test_ending_sessions_leaves_the_one_that_asked(database: Database) -> None:
    account_id = new_account(database)
    with database.writing() as session:
        ids = [start_session(session, account_id, NOON, "", full=True) for _ in range(3)]
        assert end_sessions(session, account_id, NOON, but=session_hash(ids[0])) == 2
        assert [row.id_hash for row in open_sessions(session, account_id, NOON)] == [session_hash(ids[0])]
        end_session(session, session_hash(ids[0]), NOON)
        assert open_sessions(session, account_id, NOON) == []


def test_sessions_are_forgotten_after_thirty_days(database: Database) -> None:
    account_id = new_account(database)
    with database.writing() as session:
        start_session(session, account_id, NOON, "", full=True)
        assert forget_old_sessions(session, NOON + dt.timedelta(days=30)) == 0
        assert forget_old_sessions(session, NOON + dt.timedelta(days=31)) == 1
        assert session.scalars(select(StaffSession)).all() == []


@pytest.mark.parametrize(
    ("purpose", "after", "works"),
    [
        (FIRST, dt.timedelta(hours=23), True),
        (FIRST, dt.timedelta(hours=24), False),
        (INVITATION, dt.timedelta(days=6), True),
        (INVITATION, dt.timedelta(days=7), False),
        (RECOVERY, dt.timedelta(days=3650), True),
    ],
)
def test_a_code_works_once_and_in_time(database: Database, purpose: str, after: dt.timedelta, works: bool) -> None:
    account_id = None if purpose == FIRST else new_account(database)
    with database.writing() as session:
        (code,) = make_codes(session, purpose, account_id, NOON)
        assert not use_code(session, purpose, account_id, "AAAAA-AAAAA-AAAAA-AAAAA", NOON)
        assert use_code(session, purpose, account_id, f" {code.lower()} ", NOON + after) == works
        assert not use_code(session, purpose, account_id, code, NOON + after)
        assert codes_left(session, purpose, account_id) == (0 if works else 1)


def test_of_two_who_use_one_code_at_once_one_succeeds(database: Database) -> None:
    account_id = new_account(database)
    with database.writing() as session:
        (code,) = make_codes(session, INVITATION, account_id, NOON)
    won: list[bool] = []

    def use() -> None:
        with database.writing() as session:
            won.append(use_code(session, INVITATION, account_id, code, NOON))

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(won) == [False] * 7 + [True]


def test_a_code_of_the_authenticator_works_in_its_half_minute_once(database: Database) -> None:
    account_id, seed = new_account(database), new_seed()
    code = pyotp.TOTP(seed).at(NOON)
    with database.writing() as session:
        account = session.get_one(StaffAccount, account_id)
        account.totp_seed = encrypted_seed(KEY, account_id, seed)
        for late in (-30, 30, 60):
            assert passes(session, KEY, account, code, NOON + dt.timedelta(seconds=late)) is None
        assert passes(session, KEY, account, code, NOON) == "totp"
        assert passes(session, KEY, account, code, NOON) is None
        assert passes(session, KEY, account, "not a code", NOON) is None


def test_the_last_administrator_of_all_stays(database: Database) -> None:
    first = new_account(database, "first", CHIEF)
    second = new_account(database, "second", CHIEF)
    new_account(database, "of-one", Grant(Role.ADMIN, "242047"))

    def stop(account_id: int) -> None:
        with database.writing() as session:
            account = session.get_one(StaffAccount, account_id)
            change_account(
                session, account, NOON, name="x", email="", disabled=True, active_from=None, active_until=None
            )

    def strip(account_id: int) -> None:
        with database.writing() as session:
            put_grants(session, session.get_one(StaffAccount, account_id), [], NOON)

    stop(first)
    for act in (stop, strip):
        with pytest.raises(LastAdministratorError):
            act(second)
    with database.reading() as session:
        assert [account.login for account in administrators(session, NOON)] == ["second"]
        assert grants_of(session, second) == (CHIEF,)


def test_who_never_came_in_takes_no_administrators_place(database: Database) -> None:
    """The invitation may never have reached them: nobody would be left who can sign in."""
    only = new_account(database, "only", CHIEF)
    invited = new_account(database, "invited", CHIEF, came_in=False)
    with database.writing() as session, pytest.raises(LastAdministratorError, match="サインインしたあと"):
        put_grants(session, session.get_one(StaffAccount, only), [], NOON)
    with database.writing() as session:
        put_grants(session, session.get_one(StaffAccount, invited), [], NOON)


def test_nobody_administers_with_a_role_that_is_over(database: Database) -> None:
    new_account(database, "was", Grant(Role.ADMIN, None, None, None, dt.date(2026, 11, 23)))
    new_account(database, "will", Grant(Role.ADMIN, None, None, dt.date(2026, 11, 25)))
    with database.reading() as session:
        assert administrators(session, NOON) == []


def test_of_two_who_stop_each_other_at_once_one_stays(database: Database) -> None:
    ids = [new_account(database, login, CHIEF) for login in ("one", "two")]
    together = threading.Barrier(2)

    def stop(account_id: int) -> None:
        with contextlib.suppress(LastAdministratorError), database.writing() as session:
            account = session.get_one(StaffAccount, account_id)
            if not database.is_sqlite:
                together.wait(30)  # Both have read what both are about to change.
            change_account(
                session, account, NOON, name="x", email="", disabled=True, active_from=None, active_until=None
            )

    threads = [threading.Thread(target=stop, args=(account_id,)) for account_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with database.reading() as session:
        assert len(administrators(session, NOON)) == 1
