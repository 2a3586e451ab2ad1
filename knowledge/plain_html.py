"""HTML as plain text for a phone, and the scripts of a page that hold data."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_BREAKS = {"br", "p", "div", "li", "tr", "ul", "ol", "table", "dl", "dt", "dd", "section", "h1", "h2", "h3", "h4", "h5"}
_HIDDEN = {"script", "style", "template", "head", "noscript"}
_MARKUP = re.compile(
    r"</?(?:a|b|br|p|div|span|strong|em|i|u|ul|ol|li|table|tr|td|th|tbody|font|img|h[1-6]|dl|dt|dd|hr|script|style)\b[^<>]*>"
    r"|&(?:[a-z]{2,8}|#\d{1,6}|#x[0-9a-f]{1,5});",
    re.IGNORECASE,
)


def plain(text: str) -> str:
    """``text`` without markup: a paragraph, a row and a list item a line each, addresses of links kept.

    Text that holds no markup stays as it is.
    """
    if not _MARKUP.search(text):
        return _tidy(text)
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return _tidy("".join(reader.parts))


def _tidy(text: str) -> str:
    unified = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    lines = [line.strip(" \t\u3000") for line in unified.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden: list[str] = []
        self._link: str | None = None
        self._link_from = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden.append(tag)
        self._break(tag)
        if tag == "li":
            self.parts.append("・")
        elif tag in ("td", "th") and self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append(" ")
        elif tag == "a":
            self._link, self._link_from = dict(attrs).get("href"), len(self.parts)
        elif tag == "img" and (words := dict(attrs).get("alt")):
            self.parts.append(words)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._hidden:
            self._hidden.remove(tag)
        if tag == "a" and self._link:
            shown = "".join(self.parts[self._link_from :])
            if self._link.startswith(("http://", "https://")) and self._link not in shown:
                self.parts.append(f"（{self._link}）")
            self._link = None
        elif tag != "br":
            self._break(tag)

    def _break(self, tag: str) -> None:
        if tag == "br" or (tag in _BREAKS and self.parts and not self.parts[-1].endswith("\n")):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        words = re.sub(r"[ \t\r\n]+", " ", data)
        if words == " " and (not self.parts or self.parts[-1].endswith("\n")):
            return
        self.parts.append(words)


def data_scripts(page: str) -> list[str]:
    """The texts of the page's ``<script type="application/ld+json">``, in their order."""
    reader = _Scripts()
    reader.feed(page)
    reader.close()
    return reader.found


class _Scripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = (dict(attrs).get("type") or "").split(";")[0].strip().lower()
        self._open = tag == "script" and kind == "application/ld+json"
        if self._open:
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            self.found[-1] += data
