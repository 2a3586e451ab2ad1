"""How much may be asked in a minute: of one conversation, from one address, of the whole service; of one LINE person.

What one process knows to be full it refuses without asking anybody, so that a flood costs neither a statement nor a
write.  What is not full is counted in the database, for all processes together: one statement a question.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import ipaddress
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from weakref import WeakKeyDictionary

import structlog
from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from bot.settings import Rates
from knowledge import rate_windows
from knowledge.calendar import now
from knowledge.db import Database

WINDOW_SECONDS = 60
LINE_PERSON = 30
"""Where no setting says otherwise."""
REST_SECONDS = 5.0
"""How long a database that could not count is left alone: nobody should wait for it twice."""

_log = structlog.get_logger("limits")


class Limit(Enum):
    CONVERSATION = "conversation"
    ADDRESS = "address"
    ALL = "all"


@dataclass(frozen=True)
class Refusal:
    """``limit``: what is full.  ``wait``: seconds until it is not."""

    limit: Limit
    wait: int


class TooManyError(Exception):
    """More is asked than is answered in a minute."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.limit.value)
        self.refusal = refusal


class Limits:
    """The counts as one process knows them, and the way to those of all."""

    def __init__(self, database: Database, rates: Rates, pepper: bytes, clock: Callable[[], dt.datetime] = now) -> None:
        self._database, self._pepper, self._clock = database, pepper, clock
        self._most = {
            Limit.CONVERSATION: rates.conversation,
            Limit.ADDRESS: rates.address,
            Limit.ALL: rates.all,
        }
        self._lock = threading.Lock()
        self._minute = 0
        self._known: dict[str, int] = {}
        self._rests_until = 0.0

    def take(self, address: str | None, conversation: str | None = None) -> Refusal | None:
        """Count a question; why it is not to be answered, or None.  Never raises: a count is worth no fault."""
        seconds = self._clock().timestamp()
        minute = int(seconds // WINDOW_SECONDS)
        wait = WINDOW_SECONDS - int(seconds % WINDOW_SECONDS)
        keys = self._keys(minute, address, conversation)
        is_new, full = self._reserve(minute, keys)
        if full is None:
            full = self._full(keys, self._counted(minute, keys, is_new=is_new))
        return Refusal(full, wait) if full else None

    def _keys(self, minute: int, address: str | None, conversation: str | None) -> dict[Limit, str]:
        """What is counted under which name.  The minute is in it: nobody is followed from one to the next."""
        named = {Limit.ALL: "", Limit.ADDRESS: network_of(address), Limit.CONVERSATION: conversation}
        return {
            limit: _hash(self._pepper, f"{minute}\0{limit.value}\0{name}")
            for limit, name in named.items()
            if name is not None
        }

    def _reserve(self, minute: int, keys: Mapping[Limit, str]) -> tuple[bool, Limit | None]:
        """Count within this process; whether the minute is new to it, and what is known to be full."""
        with self._lock:
            is_new = minute != self._minute
            if is_new:
                self._minute = minute
                self._known = {}
            full = self._full(keys, {key: self._known.get(key, 0) + 1 for key in keys.values()})
            if full is None:
                for key in keys.values():
                    self._known[key] = self._known.get(key, 0) + 1
            return is_new, full

    def _counted(self, minute: int, keys: Mapping[Limit, str], *, is_new: bool) -> Mapping[str, int]:
        """The counts of all processes; where the database is away, none, so that this process's alone hold."""
        if time.monotonic() < self._rests_until:
            return {}
        try:
            with self._database.writing() as session:
                if is_new:
                    rate_windows.forget(session, minute)
                found = rate_windows.count(session, minute, keys.values())
        except SQLAlchemyError as error:
            self._rests_until = time.monotonic() + REST_SECONDS
            _log.error("not_counted", error=type(error).__name__)
            return {}
        with self._lock:
            if minute == self._minute:
                for key, hits in found.items():
                    self._known[key] = max(self._known.get(key, 0), hits)
        return found

    def _full(self, keys: Mapping[Limit, str], counted: Mapping[str, int]) -> Limit | None:
        """What ``counted`` is over, the widest first: who waits for a narrow one may still find that full."""
        return next((limit for limit, key in keys.items() if counted.get(key, 0) > self._most[limit]), None)


def network_of(address: str | None) -> str:
    """What counts as one address: of IPv6 the network of 64 bits that one line is given."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found.packed[:8] + bytes(8), 64)))


def _hash(pepper: bytes, name: str) -> str:
    message = f"rate\0{name}".encode("utf-8", "surrogatepass")
    return hmac.new(pepper, message, hashlib.sha256).hexdigest()[:32]


_line_rates: WeakKeyDictionary[Database, int] = WeakKeyDictionary()
"""What holds for who asks over LINE: the senders know a database and no settings."""


def register(app: Flask, database: Database, rates: Rates, pepper: bytes) -> None:
    app.extensions["kotae limits"] = Limits(database, rates, pepper)
    _line_rates[database] = rates.line_person


def most_of_line_person(database: Database) -> int:
    """How many events of one person are answered in a minute."""
    return _line_rates.get(database, LINE_PERSON)


def take_or_refuse(address: str | None, conversation: str | None = None) -> None:
    """Count a question of the current request.  Raises TooManyError."""
    limits: Limits = current_app.extensions["kotae limits"]
    refusal = limits.take(address, conversation)
    if refusal is not None:
        raise TooManyError(refusal)


def forget_old(database: Database, moment: dt.datetime) -> None:
    """Where nobody asks any more, nothing else would take the last minutes' counts away."""
    minute = int(moment.timestamp() // WINDOW_SECONDS)
    with database.reading() as session:
        if not rate_windows.is_any_old(session, minute):
            return
    with database.writing() as session:
        rate_windows.forget(session, minute)
