"""The ID of a LINE公式アカウント as staff write it, and the address by which residents add it as a friend."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

_SHAPE = re.compile(r"@[a-z0-9._-]{4,18}")


def checked_line_id(written: str) -> str:
    """``@`` and letters, tidied.  Raises ValueError with a sentence."""
    tidied = unicodedata.normalize("NFKC", written).strip().lower()
    if not _SHAPE.fullmatch(tidied):
        raise ValueError(f"LINE公式アカウントのIDは、@ から、@123abcde のように書いてください: {written[:40]}")
    return tidied


def friend_address(line_id: str) -> str:
    """Opens the account in LINE, to be added as a friend."""
    return f"https://line.me/R/ti/p/{quote(line_id, safe='')}"
