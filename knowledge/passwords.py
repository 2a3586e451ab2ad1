"""Passwords: which are taken, and how they are kept."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 128
LEAST_SCORE = 3

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_AT_ONCE = threading.BoundedSemaphore(2)
"""Hashing is made to be dear: two at a time leave room for residents' questions."""

_LOOKED_AT = 24
"""Letters: of 72 that are made for it, one look takes four seconds and lets nothing else be done."""
_LOOKING = threading.BoundedSemaphore(1)

_BOT_WORDS = ("こたえ", "kotae", "bot", "chatbot", "line")


class PasswordRefusedError(ValueError):
    """A password that is not taken.  The text says why, and what to do."""


def check_password(password: str, about: Iterable[str]) -> None:
    """Raises PasswordRefusedError.  ``about``: names that somebody who guesses would try (city, login, name)."""
    if len(password) < SHORTEST:
        raise PasswordRefusedError(f"パスワードは{SHORTEST}文字以上にしてください（15文字以上を勧めます）")
    if len(password) > LONGEST:
        raise PasswordRefusedError(f"パスワードは{LONGEST}文字までにしてください")
    known = [word.casefold() for word in (*about, *_BOT_WORDS) if len(word) > 1]
    if any(word in password.casefold() for word in known if len(word) > 3 or not word.isascii()):
        raise PasswordRefusedError(
            "市町村やあなたの名前、ログイン名、このサービスの言葉（kotae・line など）を入れないでください"
        )
    # Its lists of names and words weigh 12 MB: loaded where a password is chosen, not where residents are answered.
    from zxcvbn import zxcvbn

    # A part that is strong is enough: more letters cannot make a password weaker, but take seconds to look at.
    parts = dict.fromkeys((password[:_LOOKED_AT], password[-_LOOKED_AT:]))
    with _LOOKING:
        strong = any(zxcvbn(part, user_inputs=known[:500])["score"] >= LEAST_SCORE for part in parts)
    if not strong:
        raise PasswordRefusedError(
            "推測されやすいパスワードです。関係のない言葉を4つほど並べるなど、長くしてください（記号や数字はなくてもかまいません）"
        )


def hash_password(password: str) -> str:
    with _AT_ONCE:
        return _HASHER.hash(_bytes(password))


def password_matches(password_hash: str | None, password: str) -> bool:
    """Whether ``password`` is right.  Without a hash it takes the same time, and is not."""
    try:
        with _AT_ONCE:
            _HASHER.verify(password_hash or _nobodys_hash(), _bytes(password))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def wants_rehash(password_hash: str) -> bool:
    return _HASHER.check_needs_rehash(password_hash)


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")


@cache
def _nobodys_hash() -> str:
    """A hash that no password has: an unknown name costs what a known one does."""
    return _HASHER.hash(secrets.token_bytes(32))
