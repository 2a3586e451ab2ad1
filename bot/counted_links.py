"""Links in replies lead through an address of ours that counts how often they are opened (knowledge.link_clicks).

Only where the service stands at a public https address: what LINE opens on a resident's phone cannot reach a loopback
address, and there the links lead straight to where staff entered.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from weakref import WeakKeyDictionary

from bot.replies import Reply
from knowledge.corpus import Knowledge
from knowledge.db import Database
from knowledge.link_clicks import counted_urls, is_counted

PATH = "/r/"
MOST_A_MINUTE = 600
"""Of one process: whoever opens links in a loop shall not fill the disk with writing; every link still opens."""

_bases: WeakKeyDictionary[Database, str] = WeakKeyDictionary()
"""Where the service stands: the senders know a database and no settings."""


def register(database: Database, base_url: str, *, public: bool) -> None:
    """``public``: whether a resident's phone reaches ``base_url``."""
    if public and base_url.startswith("https://"):
        _bases[database] = base_url


def counting(database: Database, knowledge: Knowledge, reply: Reply) -> Reply:
    """``reply`` whose links are opened through the address that counts them, where there is one."""
    base = _bases.get(database)
    answer = reply.answer or knowledge.answers.get(reply.told_of or "")
    if base is None or answer is None or not reply.links + reply.sources or not is_counted(answer):
        return reply
    urls = counted_urls(knowledge.town.code, answer)
    return replace(reply, through=tuple((url, f"{base}{PATH}{name.token}") for name, url in urls.items()))


class ClickGate:
    """Whether a click is still written this minute, and not the same one again: nobody presses a link twice in it.

    ``whose`` never leaves the memory, and is forgotten with the minute.
    """

    def __init__(self, clock: Callable[[], float], most: int = MOST_A_MINUTE) -> None:
        """``clock``: seconds, which only go on."""
        self._clock, self._most = clock, most
        self._lock = threading.Lock()
        self._minute = -1
        self._seen: set[tuple[str, str]] = set()

    def lets_in(self, whose: str, token: str) -> bool:
        minute = int(self._clock() // 60)
        with self._lock:
            if minute != self._minute:
                self._minute, self._seen = minute, set()
            if len(self._seen) >= self._most or (whose, token) in self._seen:
                return False
            self._seen.add((whose, token))
            return True
