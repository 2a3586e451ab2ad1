"""A page as read by a program: its forms, their fields, and its text."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    fields: dict[str, str] = field(default_factory=dict)
    button: str = ""


class Page(HTMLParser):
    """``Page(html).forms`` and ``.text``; scripts and styles are no text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._in_button = False
        self.feed(html)

    @property
    def text(self) -> str:
        return "\n".join(self.words)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        if tag == "form":
            self.forms.append(Form())
        elif tag == "input" and self.forms and given.get("type") == "hidden":
            self.forms[-1].fields[str(given["name"])] = given.get("value") or ""
        self._in_button = tag == "button"

    def handle_endtag(self, tag: str) -> None:
        self._in_button = False

    def handle_data(self, data: str) -> None:
        if self._in_button and self.forms:
            self.forms[-1].button += data
        if data.strip():
            self.words.append(data.strip())

    def form(self, button: str) -> dict[str, str]:
        """The fields of the form whose button reads ``button``."""
        return next(form.fields for form in self.forms if form.button == button)

    def taps(self, act: str) -> list[dict[str, str]]:
        return [form.fields for form in self.forms if form.fields.get("act") == act]
