"""Telephone numbers as they are kept: 0598-53-4321, with the area code and all their digits."""

from __future__ import annotations

import re
import unicodedata

_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—―−ー－", "-"))
_WRITTEN = re.compile(r"0\d{1,4}-\d{1,4}-\d{3,4}")
_ELEVEN = re.compile(r"0(?:[256789]0|800)")
"""What numbers of eleven digits begin with: mobile telephones, those of the internet, 0800; all others have ten."""
_IN_BRACKETS = re.compile(r"\(?(0\d{1,4})\)?-?\(?(\d{1,4})\)?-?(\d{3,4})")
EXAMPLE = "0598-53-0000 のように、市外局番から - で区切って書いてください"


def tidy_telephone(text: str) -> str:
    """Plain digits and hyphens; 0598(53)4321 as 0598-53-4321.  What is no number stays as it was written."""
    plain = unicodedata.normalize("NFKC", text).translate(_HYPHENS).strip()
    found = _IN_BRACKETS.fullmatch(plain) if "(" in plain else None
    return "-".join(found.groups()) if found else plain


def telephone_fault(number: str) -> str | None:
    """What is wrong with a number that is tidy; None where nothing is."""
    if lost := lost_zero(number):
        return lost
    if not _WRITTEN.fullmatch(number):
        return f"{EXAMPLE}（今は {number}）"
    digits = number.replace("-", "")
    wanted = 11 if _ELEVEN.match(digits) else 10
    if len(digits) != wanted:
        return f"電話番号のけたが合いません（{number} は{len(digits)}けた。{wanted}けたのはずです）"
    return None


def lost_zero(text: str) -> str | None:
    """What to say of a telephone number that a spreadsheet program has made a number; None of any other."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not re.fullmatch(r"[1-9]\d{7,9}", plain):
        return None
    return (
        f"先頭の 0 が消えています（{plain}）。Excel が電話番号を数字に変えました。"
        "セルの表示形式を「文字列」にして、0598-53-0000 のように - で区切って書き直してください"
    )


def checked_telephone(number: str) -> str:
    """Raises ValueError with what is wrong."""
    if fault := telephone_fault(number):
        raise ValueError(fault)
    return number
