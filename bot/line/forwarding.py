"""Handing webhook bodies on to another tool of the municipality: in threads of their own, so that it slows nobody.

Each body goes once, as LINE sent it and with LINE's signature; again only where no answer came.  A tool that does not
answer is left alone for a while, and what nobody can use any more is given up.
"""

from __future__ import annotations

import datetime as dt
import http.client
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import structlog

from bot.deadline import Deadline
from bot.operation.metrics import count
from bot.operation.notes import NOTES
from bot.other_tools import rule_for
from bot.settings import LineChannel
from knowledge.calendar import now
from knowledge.db import Database
from knowledge.forwards import Taken, UnreadableForwardError, done, is_waiting, opened, take, try_later
from knowledge.public_addresses import RefusedAddressError, Rule, Target, admitted, read_target

SECONDS = 10.0
"""For the whole of a call; other tools wait as long for us."""
CONNECT_SECONDS = 3.0
WAITS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before the next attempt with the same body."""
THREADS = 3
"""Of one channel in one process."""
POLL_SECONDS = 1.0
FAILURES = 3
"""In a row, before the tool is left alone."""
RESTS = (2.0, 5.0, 10.0, 30.0)
"""Seconds: then one body is tried."""
MOST_READ = 1 << 16

_log = structlog.get_logger("line.forwarding")


class Outcome(StrEnum):
    """What became of a body; the values are the metric's."""

    FORWARDED = "forwarded"
    REFUSED = "refused"
    FAILED = "failed"
    EXPIRED = "expired"
    FULL = "full"


@dataclass(frozen=True)
class Call:
    """``status`` None: no answer; ``fault`` says why in Japanese, without an address."""

    status: int | None
    fault: str = ""

    @property
    def outcome(self) -> Outcome:
        if self.status is None or self.status == 429 or self.status >= 500:
            return Outcome.FAILED
        return Outcome.FORWARDED if 200 <= self.status < 300 else Outcome.REFUSED


def call(url: str, body: bytes, signature: str, rule: Rule) -> Call:
    """POST ``body`` once, following nothing.  Never raises for what the other side or the network does."""
    try:
        target = read_target(url, rule)
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        addresses = admitted([str(info[4][0]) for info in found], rule)
        return Call(_posted(target, addresses, body, signature))
    except RefusedAddressError as error:
        return Call(None, str(error))
    except ssl.SSLCertVerificationError:
        return Call(None, "証明書が正しくありません")
    except TimeoutError:
        return Call(None, "時間内に返事がありません")
    except (OSError, http.client.HTTPException, ValueError):
        return Call(None, "つながりません")


def _posted(target: Target, addresses: list[str], body: bytes, signature: str) -> int:
    """Connected to an address that was checked; the name is never looked up again."""
    connection = http.client.HTTPConnection(target.host, target.port, timeout=SECONDS)
    try:
        connection.sock = _connected(target, addresses)
        headers = {
            "Host": target.host_header,
            "Content-Type": "application/json; charset=utf-8",
            "X-Line-Signature": signature,
            "User-Agent": "Kotae-Forward/1.0",
            "Connection": "close",
        }
        connection.request("POST", target.path, body, headers)
        answer = connection.getresponse()
        answer.read(MOST_READ)
        return answer.status
    finally:
        connection.close()


def _connected(target: Target, addresses: list[str]) -> socket.socket:
    problem: OSError = OSError("no address")
    for address in addresses:
        try:
            plain = socket.create_connection((address, target.port), timeout=CONNECT_SECONDS)
        except OSError as error:
            problem = error
            continue
        plain.settimeout(SECONDS)
        try:
            return _TLS.wrap_socket(plain, server_hostname=target.host) if target.secure else plain
        except BaseException:
            plain.close()
            raise
    raise problem


_TLS = ssl.create_default_context()
_TLS.minimum_version = ssl.TLSVersion.TLSv1_2


class Circuit:
    """Whether the other tool is called now.  Once it failed a few times, one body at a time finds out."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._until = 0.0

    def may_call(self) -> bool:
        with self._lock:
            if self._failures < FAILURES:
                return True
            if self._clock() < self._until:
                return False
            self._until = self._clock() + SECONDS + CONNECT_SECONDS  # for whoever tries it now
            return True

    @property
    def is_open(self) -> bool:
        return self._failures >= FAILURES

    def note(self, *, answered: bool) -> None:
        with self._lock:
            self._failures = 0 if answered else self._failures + 1
            over = min(max(self._failures - FAILURES, 0), len(RESTS) - 1)
            self._until = self._clock() + RESTS[over]


class Forwarder:
    """Hands on what waits for one channel's other tool."""

    def __init__(
        self,
        database: Database,
        channel: LineChannel,
        data_key: bytes,
        *,
        local: bool,
        clock: Callable[[], dt.datetime] = now,
        circuit: Circuit | None = None,
    ) -> None:
        self._database, self._channel, self._data_key = database, channel, data_key
        self._rule, self._clock = rule_for(local=local), clock
        self._circuit = circuit or Circuit()
        self._calling = Deadline(f"forward-{channel.name}", SECONDS, THREADS)

    def step(self) -> bool:
        """Hand on one body; whether there was anything to do."""
        moment = self._clock()
        if not is_waiting(self._database, self._channel.name, moment) or not self._circuit.may_call():
            return False
        taken, gone = take(self._database, self._channel.name, moment)
        for _ in range(gone):
            count("kotae_forwards", result=Outcome.EXPIRED.value)
        if taken is None:
            return gone > 0
        self._hand_on(taken)
        return True

    def _hand_on(self, taken: Taken) -> None:
        begun = time.monotonic()
        try:
            called = self._called(opened(self._data_key, taken.sealed), taken.signature)
        except UnreadableForwardError:
            called = Call(400, "別の DATA_KEY で封をしたものです")
        outcome, seconds = called.outcome, time.monotonic() - begun
        self._circuit.note(answered=outcome is not Outcome.FAILED)
        NOTES.forwarded(self._channel.name, self._fault(called), self._clock())
        wait = WAITS[min(taken.attempts - 1, len(WAITS) - 1)] * random.uniform(0.8, 1.3)  # noqa: S311
        at = self._clock() + dt.timedelta(seconds=wait)
        if outcome is Outcome.FAILED and at < taken.expires_at:
            try_later(self._database, taken, at)
        else:
            done(self._database, taken)
        count("kotae_forwards", seconds, result=outcome.value)
        _log.info(
            "forwarded",
            municipality=self._channel.name,
            result=outcome.value,
            status=called.status,
            attempt=taken.attempts,
            ms=round(seconds * 1000, 1),
        )

    def _called(self, body: bytes, signature: str) -> Call:
        try:
            return self._calling.call(call, self._channel.other.forward_url or "", body, signature, self._rule)
        except TimeoutError:
            return Call(None, "時間内に返事がありません")

    def _fault(self, called: Call) -> str | None:
        """What staff are told; None where all is well.  One failure is none yet."""
        if called.outcome is Outcome.FORWARDED or (called.outcome is Outcome.FAILED and not self._circuit.is_open):
            return None
        return called.fault or f"{called.status} が返ります"


class Forwarding:
    """The threads of a process that hand on; none where no channel has another tool behind it."""

    def __init__(
        self, database: Database, channels: Mapping[str, LineChannel], data_key: bytes, *, local: bool
    ) -> None:
        self._forwarders = {
            name: Forwarder(database, channel, data_key, local=local)
            for name, channel in channels.items()
            if channel.other.forward_url
        }
        self._wakes = {name: threading.Semaphore(0) for name in self._forwarders}
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, is_serving: Callable[[], bool] = lambda: True) -> None:
        """After the server's fork, which no thread outlives.  ``is_serving``: once it says no, nothing is taken."""
        for name in self._forwarders:
            for number in range(THREADS):
                thread = threading.Thread(
                    target=self._run, args=(name, is_serving), name=f"forward-{name}-{number}", daemon=True
                )
                thread.start()
                self._threads.append(thread)

    def stop(self, seconds: float = 5.0) -> None:
        self._stop.set()
        for wake in self._wakes.values():
            wake.release(THREADS)
        end = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def wake(self, name: str) -> None:
        """Something was kept for the other tool of the channel ``name``."""
        if name in self._wakes:
            self._wakes[name].release()

    def _run(self, name: str, is_serving: Callable[[], bool]) -> None:
        while not self._stop.is_set() and is_serving():
            try:
                if self._forwarders[name].step():
                    continue
            except Exception as error:  # a thread that ends would be missed by nobody
                _log.error("not_forwarded", municipality=name, error=type(error).__name__)
                self._stop.wait(POLL_SECONDS)
            self._wakes[name].acquire(timeout=POLL_SECONDS)
