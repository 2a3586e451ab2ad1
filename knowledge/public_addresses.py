"""Which addresses of the network may be visited for a link that somebody typed in: public ones alone.

Whoever types an address must not reach what only this machine can reach.  So every form is read
strictly, a name is resolved once, and all that it resolves to must be public.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_REFUSED_V4 = [
    ipaddress.IPv4Network(net)
    for net in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
]  # fmt: skip
"""Of the special-purpose registry, all that is no ordinary public host."""

_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
"""Global unicast; ::1, v4-mapped, NAT64 (64:ff9b::/96), ULA, link-local and multicast lie outside."""
_REFUSED_V6 = [
    ipaddress.IPv6Network(net) for net in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
]
"""Within it: Teredo and other protocols' own, 6to4 (both carry an IPv4 address), documentation."""


def is_public(address: Address) -> bool:
    """Whether an address is an ordinary one of the public Internet."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not any(address in net for net in _REFUSED_V4)
    return (
        address.is_global
        and address.scope_id is None
        and address in _PUBLIC_V6
        and not any(address in net for net in _REFUSED_V6)
    )


@dataclass(frozen=True)
class Rule:
    """Where a visit may go.  ``ports`` None: any."""

    admits: Callable[[Address], bool]
    ports: frozenset[int] | None


PUBLIC = Rule(is_public, frozenset({80, 443}))


class RefusedAddressError(ValueError):
    """A link that is not visited; the message says why, in Japanese."""


@dataclass(frozen=True)
class Target:
    """A link taken apart.  ``host``: in ASCII, as it is resolved, asked for and certified."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == (443 if self.secure else 80) else f"{name}:{self.port}"


_LOOKS_NUMERIC = re.compile(r"^(?:0[xX][0-9a-fA-F]*|[0-9]+)$")
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f\\]")
_NAME = re.compile(r"^(?=.{1,253}$)(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)+[A-Za-z0-9-]{2,63}$")


def read_target(url: str, rule: Rule = PUBLIC) -> Target:
    """Take a link apart, strictly.  Raises RefusedAddressError."""
    if _UNSAFE.search(url) or len(url) > 2000:
        raise RefusedAddressError("住所に使えない文字があるか、長すぎます")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = parts.hostname or ""
    except ValueError as error:
        raise RefusedAddressError("住所として読めません") from error
    if parts.scheme not in ("http", "https"):
        raise RefusedAddressError("http か https の住所ではありません")
    if "@" in parts.netloc:
        raise RefusedAddressError("住所にユーザー名やパスワードが入っています")
    port = port if port is not None else (443 if parts.scheme == "https" else 80)
    if rule.ports is not None and port not in rule.ports:
        raise RefusedAddressError(f"ポート {port} は使えません（80 と 443 だけ）")
    query = f"?{parts.query}" if parts.query else ""
    return Target(parts.scheme == "https", _ascii_host(host), port, ascii_path(parts.path or "/") + ascii_path(query))


def _ascii_host(host: str) -> str:
    """A name or a plainly written address.  Octal, hex, decimal and shortened forms are refused."""
    if ":" in host:
        if "%" in host:
            raise RefusedAddressError("住所として読めません")
        try:
            return str(ipaddress.IPv6Address(host))
        except ValueError as error:
            raise RefusedAddressError("住所として読めません") from error
    try:
        # Wide digits and dots become plain ones here, before they are looked at.
        name = host.encode("idna").decode("ascii").lower().rstrip(".")
    except UnicodeError as error:
        raise RefusedAddressError("住所として読めません") from error
    if any(_LOOKS_NUMERIC.match(label) for label in name.split(".")[-1:]):
        try:
            return str(ipaddress.IPv4Address(name))
        except ValueError as error:
            raise RefusedAddressError("数字の住所は 203.0.113.1 の形だけです") from error
    if not _NAME.match(name):
        raise RefusedAddressError("住所の名前がインターネットの名前ではありません")
    return name


def ascii_path(path: str) -> str:
    """Letters beyond ASCII (and what no address holds) as percent signs, as a browser sends them."""
    return "".join(_sent(letter) for letter in path)


def _sent(letter: str) -> str:
    if letter.isascii() and letter not in '"<>^`{|}':
        return letter
    return "".join(f"%{byte:02X}" for byte in letter.encode())


def admitted(addresses: list[str], rule: Rule = PUBLIC) -> list[str]:
    """The addresses that a name resolved to, if every one may be visited.  Raises RefusedAddressError.

    One that is not public among others refuses all: such a name is there to deceive.
    """
    if not addresses:
        raise RefusedAddressError("名前が見つかりません")
    for text in addresses:
        if not rule.admits(ipaddress.ip_address(text)):
            raise RefusedAddressError("インターネットから見えない住所です")
    return list(dict.fromkeys(addresses))
