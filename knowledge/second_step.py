"""The second step: a code that changes every half minute (TOTP), or a recovery code."""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import re
import unicodedata

import pyotp
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from knowledge.models import StaffAccount
from knowledge.one_time_codes import RECOVERY, drop_codes, use_code

ISSUER = "こたえ"
STEP_SECONDS = 30


class SeedUnreadableError(RuntimeError):
    """The seed was encrypted with another DATA_KEY, or for another account."""


def new_seed() -> str:
    return pyotp.random_base32()


def provisioning_uri(seed: str, login: str, host: str) -> str:
    """What an authenticator reads from the QR code."""
    return pyotp.TOTP(seed).provisioning_uri(name=f"{login}@{host}", issuer_name=ISSUER)


def encrypted_seed(data_key: bytes, account_id: int, seed: str) -> str:
    return _fernet(data_key).encrypt(f"{account_id}:{seed}".encode()).decode()


def decrypted_seed(data_key: bytes, account_id: int, kept: str) -> str:
    """Raises SeedUnreadableError."""
    try:
        owner, _, seed = _fernet(data_key).decrypt(kept).decode().partition(":")
    except (InvalidToken, ValueError) as error:  # letters that no token has are no InvalidToken to Fernet
        raise SeedUnreadableError from error
    if owner != str(account_id):
        raise SeedUnreadableError
    return seed


def _fernet(data_key: bytes) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hmac.digest(data_key, b"totp seed", "sha256")))


def code_matches(seed: str, code: str, moment: dt.datetime) -> bool:
    """Whether this is the code of this very half minute."""
    digits = _digits(code)
    return digits is not None and pyotp.TOTP(seed).verify(digits, for_time=moment, valid_window=0)


def set_up(session: Session, data_key: bytes, account: StaffAccount, seed: str, moment: dt.datetime) -> None:
    """Keep a seed whose first code was right; that code will not open the door again."""
    account.totp_seed = encrypted_seed(data_key, account.id, seed)
    account.totp_step = _step(moment)
    session.flush()


def take_away(session: Session, account: StaffAccount) -> None:
    """The account has no second step any more; its recovery codes are gone, too."""
    account.totp_seed = account.totp_step = None
    drop_codes(session, account.id, [RECOVERY])
    session.flush()


def passes(session: Session, data_key: bytes, account: StaffAccount, code: str, moment: dt.datetime) -> str | None:
    """How ``code`` opens the door: ``totp`` or ``recovery``; None: it does not.  Either works once."""
    if _digits(code) is None:
        return RECOVERY if use_code(session, RECOVERY, account.id, code, moment) else None
    if not code_matches(decrypted_seed(data_key, account.id, account.totp_seed or ""), code, moment):
        return None
    unused = StaffAccount.totp_step.is_(None) | (StaffAccount.totp_step < _step(moment))
    taken = session.execute(
        update(StaffAccount).where(StaffAccount.id == account.id, unused).values(totp_step=_step(moment))
    )
    assert isinstance(taken, CursorResult)
    return "totp" if taken.rowcount == 1 else None


def _digits(code: str) -> str | None:
    """Six digits as people type them: full-width, with a blank between."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", code))
    return plain if re.fullmatch(r"[0-9]{6}", plain) else None


def _step(moment: dt.datetime) -> int:
    return int(moment.timestamp()) // STEP_SECONDS
