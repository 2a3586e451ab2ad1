"""Addresses of pages as staff write them: whether a resident's phone can open them, and as LINE wants them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from knowledge.public_addresses import RefusedAddressError, Rule, ascii_path, read_target

LONGEST_ADDRESS = 1000
"""LINE's limit of a button's address, after what is not ASCII was written in % signs."""
WHAT_TO_WRITE = "https:// で始まるアドレスを書いてください"
_ANY = Rule(lambda _: True, None)
_SENTENCE = re.compile(r"[「」『』（）、。]")


class BadAddressError(ValueError):
    """No address that a page can be opened at; the text tells staff why."""


def ascii_address(url: str) -> str:
    """``url`` as every browser and LINE take it: Japanese names and paths encoded.  Raises BadAddressError.

    What ``urlsplit`` cannot read (``https://[``) would break the page that shows it.
    """
    if not re.match(r"https?://", url):
        raise BadAddressError(f"{WHAT_TO_WRITE}: {_cut(url)}")
    if _SENTENCE.search(url):
        raise BadAddressError(f"住所のほかの文が入っています。住所だけを書いてください: {_cut(url)}")
    address, mark, fragment = url.partition("#")
    try:
        target = read_target(address, _ANY)
        behind = ascii_path(fragment)
    except RefusedAddressError as error:
        raise BadAddressError(f"{error}: {_cut(url)}") from error
    except UnicodeEncodeError as error:
        raise BadAddressError(f"{WHAT_TO_WRITE}: {_cut(url)!a}") from error
    made = f"http{'s' if target.secure else ''}://{target.host_header}{target.path}{mark}{behind}"
    if len(made) > LONGEST_ADDRESS:
        raise BadAddressError(f"住所が長すぎます（{LONGEST_ADDRESS:,}字まで）: {_cut(url)}")
    return made


def host_of(url: str) -> str:
    """The name of the place that a link leads to; of an unreadable one all of it."""
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url


def checked_address(url: str) -> str:
    """``url`` as it was written.  Raises BadAddressError."""
    ascii_address(url)
    return url


def _cut(url: str) -> str:
    return url if len(url) <= 60 else f"{url[:60]}…"
