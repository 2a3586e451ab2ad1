"""No link that staff enter leads a visit to anything that is not on the public internet: connections are counted."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from knowledge.link_visits import visit
from knowledge.public_addresses import PUBLIC, Rule
from tests.knowledge.test_public_addresses import INNER

ANY_PORT = Rule(PUBLIC.admits, None)
"""The addresses of production on any port, so that the address alone keeps a visit away."""
DISGUISED = (
    "2130706433", "0177.0.0.1", "017700000001", "0x7f000001", "0x7f.0.0.0x1", "127.1", "127.0.1", "0", "1２７.0.0.1", "127。0。0。1",
    "localhost", "LOCALHOST", "localhost.", "ip6-localhost", "intranet", "a.localhost", "[::]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]",
    "user@127.0.0.1", "8.8.8.8@127.0.0.1", "127.0.0.1#@8.8.8.8", "127.0.0.1%2f8.8.8.8", "①②⑦.0.0.1", "127.0.0.1.", "[::1%25lo]",
)  # fmt: skip
NAMES = {
    "loopback.example.jp": ["127.0.0.1"],
    "private.example.jp": ["10.0.0.1"],
    "metadata.example.jp": ["169.254.169.254"],
    "mixed.example.jp": ["8.8.8.8", "127.0.0.1"],
    "mapped.example.jp": ["::ffff:127.0.0.1"],
    "six.example.jp": ["::1"],
    "nat64.example.jp": ["64:ff9b::7f00:1"],
    "rebinding.example.jp": ["8.8.8.8"],
}
"""What a name server says; of the last, the second time the address of this machine."""


@dataclass
class Watched:
    """A listener on this machine, and every connection that was begun."""

    port: int
    begun: list[str] = field(default_factory=list)
    taken: int = 0
    asked: dict[str, int] = field(default_factory=dict)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    listener = socket.create_server(("127.0.0.1", 0))
    found, real = Watched(listener.getsockname()[1]), socket.getaddrinfo

    def take() -> None:
        try:
            while True:
                listener.accept()[0].close()
                found.taken += 1
        except OSError:
            return

    def connect(_: socket.socket, address: Any) -> None:
        found.begun.append(str(address[0]))
        raise ConnectionRefusedError

    def resolve(host: Any, port: Any, *more: Any, **options: Any) -> Any:
        addresses = NAMES.get(str(host))
        if addresses is None:
            return real(host, port, *more, **options)
        found.asked[host] = found.asked.get(host, 0) + 1
        if host == "rebinding.example.jp" and found.asked[host] > 1:
            addresses = ["127.0.0.1"]
        return [entry for address in addresses for entry in real(address, port, *more, **options)]

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    yield found
    listener.close()
    thread.join(5)


def test_no_connection_is_begun_to_what_is_not_public(watched: Watched) -> None:
    hosts = [f"[{address}]" if ":" in address else address for address in INNER]
    urls = [
        f"{scheme}://{host}:{watched.port}/" for scheme in ("http", "https") for host in (*hosts, *DISGUISED, *NAMES)
    ]
    assert len(urls) > 80
    for url in urls:
        assert visit(url, ANY_PORT).outcome != "alive", url
        visit(url.replace(f":{watched.port}", ""), PUBLIC)
    assert watched.taken == 0
    assert watched.asked["rebinding.example.jp"] >= 2
    assert watched.begun, "the public address of a name was tried"
    assert [each for each in watched.begun if not ipaddress.ip_address(each).is_global] == []
