"""Text that should never be more than text: the strings, and how a page that let one become more is told.

``tests/data/hostile_strings.txt`` holds them.  What would run sets ``window.zq``, opens a dialog, asks
``evil.example`` for something or draws a tag that no page of ours has; a template would print ``zq`` four times.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from pathlib import Path

from playwright.sync_api import Page

ROOT = Path(__file__).parent.parent.parent
FILE = ROOT / "tests" / "data" / "hostile_strings.txt"
TEMPLATES = ROOT / "bot" / "templates"
EVALUATED = "zq" * 4


@cache
def hostile_strings() -> tuple[str, ...]:
    lines = (line for line in FILE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))
    return tuple(_read(json.loads(line)) for line in lines)


@cache
def sampled() -> tuple[str, ...]:
    """Every fifth of them for the tests of every day; all where ``make hostile-postgresql`` asks."""
    return hostile_strings() if "HOSTILE_ENGINE" in os.environ else hostile_strings()[::5]


def _read(given: str | dict[str, str | int]) -> str:
    return given if isinstance(given, str) else str(given["repeat"]) * int(given["times"])


@dataclass(frozen=True)
class Pack:
    """Several strings as one text; ``places`` tells which."""

    text: str
    places: frozenset[int]


@cache
def packs(longest: int, strings: tuple[str, ...] | None = None) -> tuple[Pack, ...]:
    """All ``strings`` (or the sample) in as few texts as can be, none longer than ``longest`` but for a string that is
    so by itself.
    """
    found: list[Pack] = []
    text, places = "", set[int]()
    for place, string in enumerate(sampled() if strings is None else strings):
        if len(string) > longest:
            found.append(Pack(string, frozenset([place])))
            continue
        if places and len(text) + 1 + len(string) > longest:
            found.append(Pack(text, frozenset(places)))
            text, places = "", set()
        text = f"{text} {string}" if places else string
        places.add(place)
    return (*found, Pack(text, frozenset(places)))


@cache
def fitting(longest: int) -> tuple[Pack, ...]:
    """The strings that fit into a field, one each."""
    return tuple(Pack(string, frozenset([place])) for place, string in enumerate(sampled()) if len(string) <= longest)


# --- What a page is made of ------------------------------------------------------------------------------------------

_TAG = re.compile(r"<[a-zA-Z/!?](?:[^\"'<>]|\"[^\"]*\"|'[^']*')*>")
_VALUE = re.compile(r"=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))")
_SCHEME = re.compile(r"(?:https?://|tel:|mailto:|/(?![/\\])|[#?]|data:,$|data:image/(?:svg\+xml|png)|$)")
_RUNS = re.compile(r"on\w+|style|srcdoc|formaction|background|ping|xlink:href|srcset")
_ADDRESSES = ("href", "src", "action", "data", "poster")
_CHART = frozenset({"svg", "title", "desc", "g", "path", "line", "circle", "rect", "text", "polyline"})
"""What only the drawing of an indicator is made of."""


@cache
def known_parts() -> tuple[frozenset[str], frozenset[str]]:
    """The tags and the attributes that stand in our templates."""
    written = "\n".join(path.read_text(encoding="utf-8") for path in sorted(TEMPLATES.rglob("*.html")))
    tags = {"!doctype", *re.findall(r"<([a-z][a-z0-9]*)", written)}
    return frozenset(tags), frozenset(re.findall(r"(?<=[\s}])([a-z][a-z-]*)(?=[=\s>{])", written))


_judged: dict[str, str | None] = {}


def html_faults(html: str) -> list[str]:
    """What in this page is no page of ours; nothing where all that was written is text."""
    wrong = [fault for tag in set(_TAG.findall(html)) if (fault := _fault_of(tag))]
    if EVALUATED in html:
        wrong.append("a template was evaluated")
    scripts = re.findall(r"<script\b[^>]*>(.*?)</script", html, re.DOTALL)
    return wrong + [f"a script in the page: {script[:60]}" for script in scripts if script.strip()]


def _fault_of(tag: str) -> str | None:
    if len(_judged) > 200_000:
        _judged.clear()
    if tag not in _judged:
        _judged[tag] = next(_tag_faults(tag), None)
    return _judged[tag]


def _tag_faults(tag: str) -> Iterator[str]:
    tags, attributes = known_parts()
    values = {
        name: unescape(next((each for each in groups if each), ""))
        for name, *groups in re.findall(r"([^\s\"'=<>/]+)" + _VALUE.pattern, tag)
    }
    bare = _VALUE.sub("", tag).strip("<>/ ")
    name, *names = bare.split()
    if name.lower() not in tags:
        yield f"a strange tag: {tag[:120]}"
    for each in names:
        if each != "/" and (each.lower() not in attributes or _RUNS.fullmatch(each.lower())):
            yield f"a strange attribute {each}: {tag[:120]}"
    for each in _ADDRESSES:
        if each in values and not _SCHEME.match(values[each]):
            yield f"a strange address: {tag[:160]}"
    if name.lower() == "script" and not tag.startswith("</") and not values.get("src", "").startswith("/static/"):
        yield f"a script that is not ours: {tag[:120]}"


# --- The browser -----------------------------------------------------------------------------------------------------

SENTINEL = """(() => {
  window.seen = [];
  const say = (what) => window.seen.push(String(what).slice(0, 200));
  document.addEventListener('securitypolicyviolation', (e) => say(`CSP ${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
  for (const name of ['alert', 'confirm', 'prompt', 'open', 'print']) window[name] = (said) => say(`${name} ${said}`);
  let value;
  Object.defineProperty(window, 'zq', { get: () => value, set: (given) => { value = given; say(`zq ${given}`); } });
})()"""
CENSUS = """() => {
  const found = [...window.seen];
  const tags = new Set(TAGS);
  for (const each of document.querySelectorAll('*')) {
    const tag = each.localName;
    if (!tags.has(tag)) found.push(`tag ${tag}: ${each.outerHTML.slice(0, 120)}`);
    for (const { name, value } of each.attributes) {
      if (/^on|^style$|^srcdoc$|^formaction$/.test(name)) found.push(`attribute ${name} of ${tag}`);
      if (/^(href|src|action|xlink:href)$/.test(name) && /^[\\s\\u0000-\\u0020]*(javascript|vbscript|data:text)/i.test(value))
        found.push(`address ${value.slice(0, 80)}`);
    }
  }
  for (const each of document.scripts) if (!each.src.startsWith(location.origin + '/static/')) found.push('a script');
  if (document.querySelectorAll('h1').length !== 1) found.push(`h1: ${document.querySelectorAll('h1').length}`);
  if (!document.querySelector('main')) found.push('no main');
  if (MENU && !document.querySelector('nav.menu a')) found.push('no menu');
  const fields = [...document.querySelectorAll('input, textarea')].map((each) => each.value);
  return { found, text: document.documentElement.textContent + '\\n' + fields.join('\\n') };
}"""


@dataclass
class Looker:
    """A real page in which everything that somebody wrote is looked at.  ``wrong`` gathers what happened."""

    page: Page
    origin: str
    wrong: list[str] = field(default_factory=list)
    looked_at: int = 0

    def __post_init__(self) -> None:
        self.page.add_init_script(SENTINEL)
        self.page.on("dialog", lambda dialog: (self.wrong.append(f"dialog {dialog.message}"), dialog.dismiss()))
        self.page.on("console", lambda said: self._console(said.type, said.text))
        self.page.on("pageerror", lambda error: self.wrong.append(f"{self.page.url}: error {error}"))
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.on("popup", lambda _: self.wrong.append("a window opened"))

    def _console(self, kind: str, text: str) -> None:
        # A page that says 404 or 422 is noted by the browser, too; that is no fault of what was written.
        if kind == "error" and "Failed to load resource" not in text:
            self.wrong.append(f"{self.page.url}: console {text[:200]}")

    def _asked(self, url: str) -> None:
        if not url.startswith((self.origin, "data:", "about:")):
            self.wrong.append(f"asked for {url[:200]}")

    def census(self, *, menu: bool) -> str:
        """What is asked of a page: what ran, what stands in it that is none of ours, and its text."""
        tags = sorted(known_parts()[0] | {"tbody"} | _CHART)
        return CENSUS.replace("TAGS", json.dumps(tags)).replace("MENU", json.dumps(menu))

    def look(self, address: str, *, menu: bool, holding: Iterable[str] = ()) -> str:
        """Open a page; its text, with what stands in its fields."""
        response = self.page.goto(address, wait_until="load")
        if response is None or response.status >= 500:
            self.wrong.append(f"{address}: {response.status if response else 'nothing'}")
        seen = self.page.evaluate(self.census(menu=menu))
        self.wrong += [f"{address}: {each}" for each in seen["found"]]
        self.looked_at += 1
        said = str(seen["text"])
        self.wrong += [f"{address}: does not show {each!r}" for each in holding if each not in said]
        return said


def runnable(text: str) -> bool:
    """Whether a spreadsheet program would take a cell for a formula."""
    return re.match(r"[\s\u3000]*[=+\-@＝＋－＠−\t\r\n\0]", text) is not None


def unshown(strings: Sequence[str], text: str) -> list[str]:
    return [each for each in strings if each not in text]
