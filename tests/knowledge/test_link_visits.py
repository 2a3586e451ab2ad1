"""Visits to a real server: what is alive, what failed, and how little a visit may cost or reach."""

from __future__ import annotations

import re
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge import link_visits
from knowledge.link_visitor import LinkVisitor
from knowledge.link_visits import MAX_BODY, USER_AGENT, visit
from tests.support.certificates import self_signed
from tests.support.pages import LOOPBACK, LOOPBACK_RULE, Pages, serving


@pytest.fixture
def pages() -> Iterator[Pages]:
    with serving() as found:
        yield found


@pytest.mark.parametrize(
    ("path", "outcome", "status", "said"),
    [
        pytest.param("/page", "alive", 200, "", id="a page"),
        pytest.param("/案内?課=税", "alive", 200, "", id="a Japanese path"),
        pytest.param("/leaflet.pdf", "alive", 200, "", id="a PDF"),
        pytest.param("/no-head", "alive", 200, "", id="a server that knows no HEAD"),
        pytest.param("/status/204", "alive", 204, "", id="empty"),
        pytest.param("/hops/0", "alive", 200, "", id="moved"),
        pytest.param("/hops/2", "alive", 200, "", id="moved three times"),
        pytest.param("/hops/3", "failed", 302, "転送が3回を超えます", id="moved four times"),
        pytest.param("/to-japanese", "alive", 200, "", id="moved to a Japanese path in UTF-8"),
        pytest.param("/to-a-file", "failed", None, "http か https", id="moved to a file"),
        pytest.param("/status/404", "failed", 404, "ページがありません（404）", id="not found"),
        pytest.param("/status/410", "failed", 410, "ページがありません（410）", id="gone"),
        pytest.param("/status/500", "failed", 500, "ページを開けません（500）", id="broken"),
        pytest.param("/status/503", "failed", 503, "ページを開けません（503）", id="busy"),
        pytest.param("/status/403", "unclear", 403, "確かめられません（403）", id="not for programs"),
        pytest.param("/status/429", "unclear", 429, "確かめられません（429）", id="asked too often"),
        pytest.param("/nonsense", "failed", None, "返事を読めません", id="no HTTP"),
    ],
)
def test_a_visit_tells_whether_a_page_is_there(
    pages: Pages, path: str, outcome: str, status: int | None, said: str
) -> None:
    found = visit(pages.url(path), LOOPBACK)
    assert (found.outcome, found.status) == (outcome, status)
    assert said in found.reason
    assert not found.network


def test_it_asks_with_head_and_only_where_that_fails_with_get(pages: Pages) -> None:
    visit(pages.url("/page"), LOOPBACK)
    visit(pages.url("/no-head"), LOOPBACK)
    assert [(method, path) for method, path, *_ in pages.asked] == [("HEAD", "/page"), ("HEAD", "/no-head"), ("GET", "/no-head")]  # fmt: skip


def test_it_says_who_it_is_and_asks_for_the_host_by_name(pages: Pages) -> None:
    port = pages.server_address[1]
    visit(f"http://www.example.jp:{port}/page", LOOPBACK, find=lambda *_: ["127.0.0.1"])
    assert pages.asked == [("HEAD", "/page", USER_AGENT, f"www.example.jp:{port}")]
    assert USER_AGENT.startswith("Kotae-LinkCheck/")


def test_a_name_is_resolved_once_and_that_address_is_visited(pages: Pages) -> None:
    """A name that tells another address the second time (DNS rebinding) gains nothing."""
    answers = iter([["127.0.0.1"]])
    port = pages.server_address[1]
    assert visit(f"http://rebinding.example.jp:{port}/page", LOOPBACK, find=lambda *_: next(answers)).outcome == "alive"


def test_a_redirect_to_an_inner_address_is_not_followed(pages: Pages) -> None:
    found = visit(pages.url("/inwards"), LOOPBACK)
    assert (found.outcome, found.reason) == ("failed", "インターネットから見えない住所です")


def test_a_name_that_resolves_to_this_machine_is_refused_in_production(pages: Pages) -> None:
    found = visit("http://www.example.jp/", find=lambda *_: ["127.0.0.1"])
    assert (found.outcome, found.reason) == ("failed", "インターネットから見えない住所です")
    assert visit("http://127.0.0.1/").reason == "インターネットから見えない住所です"
    assert pages.asked == []


@pytest.mark.parametrize("path", ["/silent", "/drip"])
def test_a_slow_server_costs_no_more_than_the_time_given(pages: Pages, path: str) -> None:
    begun = time.monotonic()
    found = visit(pages.url(path), LOOPBACK, seconds=0.5)
    assert time.monotonic() - begun < 3
    assert (found.outcome, found.network) == ("failed", True)


def test_no_more_than_two_mebibytes_are_read(pages: Pages) -> None:
    assert visit(pages.url("/endless"), LOOPBACK).outcome == "alive"
    assert pages.sent < MAX_BODY + (8 << 20), "what the sockets hold on their way comes on top"


def test_a_closed_port_and_an_unknown_name_are_told() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    found = visit(f"http://127.0.0.1:{port}/", LOOPBACK)
    assert (found.outcome, found.reason, found.network) == ("failed", "つながりません", True)

    def unknown(*_: object) -> list[str]:
        raise socket.gaierror

    assert visit("https://nowhere.example.jp/", find=unknown).reason == "名前が見つかりません"


@pytest.fixture
def certified(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for www.example.jp and its key."""
    return self_signed(tmp_path, "www.example.jp")


@pytest.mark.parametrize(
    ("host", "trusted", "outcome"),
    [
        pytest.param("www.example.jp", True, "alive", id="certified"),
        pytest.param("www.example.jp", False, "failed", id="certified by nobody we know"),
        pytest.param("other.example.jp", True, "failed", id="certified for another name"),
    ],
)
def test_https_is_certified_for_the_name_though_an_address_is_visited(
    pages: Pages, certified: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, host: str, trusted: bool, outcome: str
) -> None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(*certified)
    pages.socket = server.wrap_socket(pages.socket, server_side=True)
    if trusted:
        known = ssl.create_default_context(cafile=str(certified[0]))
        monkeypatch.setattr(link_visits, "_TLS", known)
    found = visit(f"https://{host}:{pages.server_address[1]}/page", LOOPBACK, find=lambda *_: ["127.0.0.1"])
    assert found.outcome == outcome
    assert found.reason == ("" if outcome == "alive" else "証明書が正しくありません")


def test_the_visitor_is_a_process_without_secrets_or_rights(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "not for strangers")
    with LinkVisitor(LOOPBACK_RULE) as visitor:
        assert visitor.visit(pages.url("/page")).outcome == "alive"
        assert visitor.visit(pages.url("/status/404")).outcome == "failed"
        process = visitor._process
        assert process is not None
        about = Path(f"/proc/{process.pid}")
        limits = (about / "limits").read_text(encoding="utf-8")
        assert re.search(r"Max file size +0 +0", limits)
        assert re.search(r"Max address space +536870912", limits)
        assert "Uid:\t0" not in (about / "status").read_text(encoding="utf-8")
        seen = subprocess.run(["cat", str(about / "environ")], capture_output=True, check=False).stdout
        assert b"not for strangers" not in seen
    assert process.poll() is not None, "it ends with its work"


def test_the_visitor_refuses_this_machine_unless_told_otherwise(pages: Pages) -> None:
    with LinkVisitor() as visitor:
        assert visitor.visit(pages.url("/page")).reason.startswith("ポート")
        assert visitor.visit("http://127.0.0.1/").reason == "インターネットから見えない住所です"
    assert pages.asked == []


def test_a_visitor_that_died_is_replaced(pages: Pages) -> None:
    with LinkVisitor(LOOPBACK_RULE) as visitor:
        visitor.visit(pages.url("/page"))
        assert visitor._process is not None
        visitor._process.kill()
        visitor._process.wait()
        assert visitor.visit(pages.url("/page")).outcome == "alive"
