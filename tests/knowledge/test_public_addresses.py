"""Where a link that somebody typed may lead: every form in which an inner address can be written is refused."""

from __future__ import annotations

import ipaddress

import pytest

from knowledge.public_addresses import PUBLIC, RefusedAddressError, Target, admitted, is_public, read_target

INNER = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "127.0.0.1", "127.1.2.3", "169.254.0.1",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.170", "192.0.2.1", "192.88.99.1",
    "192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:169.254.169.254", "::127.0.0.1", "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1", "100::1", "2001::1", "2001:db8::1",
    "2002:7f00:1::", "2002:a9fe:a9fe::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0",
    "fec0::1", "ff02::1", "ff0e::1",
]  # fmt: skip

PUBLIC_ONES = [
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1",
    "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "223.255.255.255",
    "2001:4860:4860::8888", "2400:4000::1", "2606:4700:4700::1111",
]  # fmt: skip


@pytest.mark.parametrize("address", INNER)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))
    with pytest.raises(RefusedAddressError):
        admitted([address])


@pytest.mark.parametrize("address", PUBLIC_ONES)
def test_a_public_address_is_admitted(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))
    assert admitted([address, address]) == [address]


def test_one_inner_address_among_public_ones_refuses_all() -> None:
    with pytest.raises(RefusedAddressError, match="インターネットから見えない"):
        admitted(["8.8.8.8", "127.0.0.1"])
    with pytest.raises(RefusedAddressError, match="名前が見つかりません"):
        admitted([])


@pytest.mark.parametrize(
    ("url", "said"),
    [
        pytest.param("http://2130706433/", "数字の住所は", id="decimal"),
        pytest.param("http://134744072/", "数字の住所は", id="decimal, though public"),
        pytest.param("http://0177.0.0.1/", "数字の住所は", id="octal"),
        pytest.param("http://017700000001/", "数字の住所は", id="octal in one"),
        pytest.param("http://0x7f000001/", "数字の住所は", id="hex"),
        pytest.param("http://0x7f.0.0.0x1/", "数字の住所は", id="hex by parts"),
        pytest.param("http://127.1/", "数字の住所は", id="shortened"),
        pytest.param("http://127.0.0.1.1/", "数字の住所は", id="too many parts"),
        pytest.param("http://１２７.１/", "数字の住所は", id="wide digits"),
        pytest.param("http://127。1/", "数字の住所は", id="a Japanese full stop"),
        pytest.param("http://localhost/", "インターネットの名前ではありません", id="localhost"),
        pytest.param("http://intranet/", "インターネットの名前ではありません", id="a name without a dot"),
        pytest.param("http://[fe80::1%25eth0]/", "住所として読めません", id="an IPv6 zone"),
        pytest.param("http://[::1/", "住所として読めません", id="half an IPv6 address"),
        pytest.param("http:///path", "インターネットの名前ではありません", id="no host"),
        pytest.param("http://a..jp/", "住所として読めません", id="an empty label"),
        pytest.param("https://user:pass@example.jp/", "ユーザー名やパスワード", id="credentials"),
        pytest.param("https://example.jp@127.0.0.1/", "ユーザー名やパスワード", id="a host in disguise"),
        pytest.param("https://@example.jp/", "ユーザー名やパスワード", id="empty credentials"),
        pytest.param("http://example.jp:8080/", "ポート 8080", id="another port"),
        pytest.param("http://example.jp:22/", "ポート 22", id="ssh"),
        pytest.param("http://example.jp:0/", "ポート 0", id="port 0"),
        pytest.param("http://example.jp:99999/", "住所として読めません", id="no such port"),
        pytest.param("ftp://example.jp/", "http か https", id="ftp"),
        pytest.param("file:///etc/passwd", "http か https", id="a file"),
        pytest.param("gopher://example.jp/", "http か https", id="gopher"),
        pytest.param("javascript:alert(1)", "http か https", id="a script"),
        pytest.param("//example.jp/", "http か https", id="no scheme"),
        pytest.param("http://example.jp/a\r\nHost: x", "使えない文字", id="a line break"),
        pytest.param("http://example.jp\\@127.0.0.1/", "使えない文字", id="a backslash"),
        pytest.param("http://example.jp/" + "a" * 2000, "長すぎます", id="very long"),
    ],
)
def test_a_link_in_a_form_that_misleads_is_refused(url: str, said: str) -> None:
    with pytest.raises(RefusedAddressError, match=said):
        read_target(url)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://www.example.jp", Target(True, "www.example.jp", 443, "/")),
        ("http://www.example.jp:443/a?b=c#d", Target(False, "www.example.jp", 443, "/a?b=c")),
        ("HTTPS://WWW.Example.JP./", Target(True, "www.example.jp", 443, "/")),
        ("https://市役所.jp/案内?課=税", Target(True, "xn--7sto6a74d.jp", 443, "/%E6%A1%88%E5%86%85?%E8%AA%B2=%E7%A8%8E")),
        ("http://8.8.8.8/", Target(False, "8.8.8.8", 80, "/")),
        ("http://[2001:4860:4860::8888]/", Target(False, "2001:4860:4860::8888", 80, "/")),
    ],
)  # fmt: skip
def test_an_honest_link_is_taken_apart(url: str, target: Target) -> None:
    assert read_target(url) == target


def test_a_server_is_asked_by_its_own_name() -> None:
    assert read_target("https://www.example.jp/").host_header == "www.example.jp"
    assert read_target("http://www.example.jp:443/").host_header == "www.example.jp:443"
    assert read_target("http://[2001:4860:4860::8888]/").host_header == "[2001:4860:4860::8888]"


def test_in_production_the_public_internet_on_two_ports() -> None:
    assert PUBLIC.admits is is_public
    assert PUBLIC.ports == {80, 443}
