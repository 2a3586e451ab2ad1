"""E-mail addresses as staff write them."""

from __future__ import annotations

import re
import unicodedata

_SHAPE = re.compile(r"[^@\s]{1,60}@[^@\s.]+(?:\.[^@\s.]+)+")


def tidy_email(written: str) -> str:
    return unicodedata.normalize("NFKC", written).strip()


def is_email(address: str) -> bool:
    """Whether it has the shape of one; whether anybody reads there, only a letter tells."""
    return _SHAPE.fullmatch(address) is not None


def checked_email(written: str) -> str:
    """The address, tidied.  Raises ValueError with a sentence."""
    address = tidy_email(written)
    if not is_email(address):
        raise ValueError(f"メールアドレスの形ではありません: {written[:40]}")
    return address
