"""Addresses that staff write: what a phone can open is taken, and put as LINE and browsers want it."""

from __future__ import annotations

import pytest

from knowledge.web_addresses import BadAddressError, ascii_address, checked_address, host_of

OPENED = [
    pytest.param("https://www.city.example.jp/a?b=1#c", "https://www.city.example.jp/a?b=1#c", id="plain"),
    pytest.param("http://www.city.example.jp", "http://www.city.example.jp/", id="no path"),
    pytest.param(
        "https://例え.jp/ごみ?月=1#火",
        "https://xn--r8jz45g.jp/%E3%81%94%E3%81%BF?%E6%9C%88=1#%E7%81%AB",
        id="Japanese name, path, query and fragment",
    ),
    pytest.param("https://example.jp:8443/a", "https://example.jp:8443/a", id="a port"),
    pytest.param("https://example.jp/%E3%81%94", "https://example.jp/%E3%81%94", id="encoded before"),
    pytest.param('https://example.jp/"><b>', "https://example.jp/%22%3E%3Cb%3E", id="marks of HTML"),
]


@pytest.mark.parametrize(("given", "made"), OPENED)
def test_what_can_be_opened_is_put_in_ascii(given: str, made: str) -> None:
    assert ascii_address(given) == made
    assert checked_address(given) == given


REFUSED = [
    pytest.param("example.jp/a", "https:// で始まるアドレス", id="no scheme"),
    pytest.param("javascript:alert(1)", "https:// で始まるアドレス", id="a script"),
    pytest.param("なし", "https:// で始まるアドレス", id="no address at all"),
    pytest.param("https://[", "住所として読めません", id="a bracket that breaks what reads it"),
    pytest.param("https://", "住所の名前", id="no name"),
    pytest.param("https://example.jp:99999/", "住所として読めません", id="no such port"),
    pytest.param("https://user:pass@example.jp/", "ユーザー名", id="a password"),
    pytest.param("https://example.jp/a b", "使えない文字", id="a blank"),
    pytest.param("https://example.jp/a（くわしくはこちら）", "ほかの文", id="words behind it"),
    pytest.param("https://example.jp/" + "ご" * 200, "長すぎます", id="too long for LINE once encoded"),
    pytest.param("https://example.jp/\ud800", "https:// で始まるアドレス", id="half a letter"),
]


@pytest.mark.parametrize(("given", "said"), REFUSED)
def test_what_no_phone_opens_is_refused_with_the_reason(given: str, said: str) -> None:
    with pytest.raises(BadAddressError, match=said):
        checked_address(given)


def test_the_place_of_an_unreadable_link_is_the_link_itself() -> None:
    assert (host_of("https://www.city.example.jp/a"), host_of("https://[")) == ("www.city.example.jp", "https://[")
