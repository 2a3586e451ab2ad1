"""Senders: threads that claim stored events, answer them and write down what became of it."""

from __future__ import annotations

import datetime as dt
import random
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import structlog
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from bot.line import inbox
from bot.line.client import LineClients, Sending, Sent
from bot.line.inbox import UNCERTAIN, Claim
from bot.line.messages import plain_fallback, render
from bot.line.replying import Prepared, prepare
from bot.line.test_channel import prepare_test
from knowledge.calendar import now
from knowledge.corpus import Corpus, UnknownMunicipalityError
from knowledge.db import Database
from knowledge.preview import Previews
from knowledge.query_log import keep_dialogue, record

WAITS = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before the next attempt with the same token."""
CIRCUIT_SECONDS = 10.0
"""How long a channel rests after LINE refused its access token."""
BRAKE_SECONDS = 0.5
"""How long a channel pauses after LINE said that there are too many calls."""
TURNS = (0.1, 0.3, 1.0)
"""Seconds before the next attempt to write down what became of an event; each waits 1.5 s for the lock by itself."""
POLL_SECONDS, OTHERS_POLL_SECONDS = 0.25, 2.0
"""Between two looks of a process's first idle thread, and of each of the others: events of other processes' receipt,
and what is to be tried again."""

_log = structlog.get_logger("line.sender")


class Sender:
    """Answers events, one at a time per thread; any number of threads, processes and machines."""

    def __init__(
        self,
        database: Database,
        corpus: Corpus,
        clients: LineClients,
        clock: Callable[[], dt.datetime] = now,
        previews: Previews | None = None,
    ) -> None:
        """``previews``: what test channels are answered from; where there is none, they are not answered."""
        self._database = database
        self._corpus = corpus
        self._clients = clients
        self._clock = clock
        self._previews = previews
        self._rest_until: dict[str, dt.datetime] = {}

    def step(self, claimant: str) -> bool:
        """Take and answer one event; whether there was one."""
        claimed = inbox.claim(self._database, claimant, self._clock())
        if claimed is None:
            return False
        try:
            self._answer(claimed)
        except SQLAlchemyError:
            raise
        except Exception as error:
            _log.error("not_answered", event_id=claimed.id, error=type(error).__name__)
            self._give_up_or_retry(claimed, None, _unless_uncertain(claimed, f"error {type(error).__name__}"))
        return True

    def _answer(self, claimed: Claim) -> None:
        try:
            prepared = self._prepared(claimed)
        except UnknownMunicipalityError:
            self._finish(claimed, None, "failed", note="unknown municipality")
            return
        client = self._clients.get(claimed.channel)
        if prepared.reply is None:
            self._finish(claimed, prepared, "ignored", note=prepared.note)
        elif self._is_unsent(claimed):
            self._finish(claimed, None, "ignored", note="unsent")
        elif self._clock() >= claimed.deadline_at:
            self._finish(claimed, prepared, _overdue_state(claimed))
        elif client is None:
            _log.error("no_access_token", municipality=claimed.channel)
            self._finish(claimed, prepared, "failed", note="no access token")
        elif (rest := self._rest(claimed.channel)) > 0:
            self._give_up_or_retry(claimed, prepared, claimed.note or "channel rests", rest)
        else:
            sending = client.reply(claimed.reply_token or "", render(prepared.reply, prepared.log_id))
            if sending.result is Sent.BODY_REFUSED:
                _log.error("body_refused", event_id=claimed.id, status=sending.status, properties=sending.detail)
                sending = client.reply(claimed.reply_token or "", plain_fallback(prepared.reply))
            self._conclude(claimed, prepared, sending)

    def _prepared(self, claimed: Claim) -> Prepared:
        """Drafts come by the test channel alone.  Raises UnknownMunicipalityError."""
        if not claimed.test:
            knowledge = self._corpus.current(claimed.municipality_code)
            return prepare(self._database, knowledge, claimed, self._clock())
        if self._previews is None:
            raise RuntimeError("a test channel needs previews")
        return prepare_test(self._database, self._previews, claimed, self._clock())

    def _conclude(self, claimed: Claim, prepared: Prepared, sending: Sending) -> None:
        match sending.result:
            case Sent.ACCEPTED:
                self._finish(claimed, prepared, "answered", accepted=True, note=prepared.note)
            case Sent.TOKEN_REFUSED:
                self._finish(claimed, prepared, "unconfirmed", note="token refused")
            case Sent.BODY_REFUSED:
                self._finish(claimed, prepared, "failed", note=f"refused {sending.status}")
            case Sent.UNAUTHORIZED:
                _log.error("channel_unauthorized", municipality=claimed.channel, status=sending.status)
                self._let_rest(claimed.channel, CIRCUIT_SECONDS)
                note = _unless_uncertain(claimed, f"unauthorized {sending.status}")
                self._give_up_or_retry(claimed, prepared, note, CIRCUIT_SECONDS)
            case Sent.UNKNOWN:
                self._give_up_or_retry(claimed, prepared, UNCERTAIN)
            case Sent.RETRY:
                if sending.status == 429:
                    self._let_rest(claimed.channel, BRAKE_SECONDS)
                self._give_up_or_retry(claimed, prepared, _unless_uncertain(claimed, f"retry {sending.status}"))

    def _let_rest(self, channel: str, seconds: float) -> None:
        self._rest_until[channel] = self._clock() + dt.timedelta(seconds=seconds)

    def _rest(self, channel: str) -> float:
        """Seconds that a channel still rests: LINE refused its token, or asked for fewer calls."""
        until = self._rest_until.get(channel)
        return (until - self._clock()).total_seconds() if until else 0.0

    def _give_up_or_retry(
        self, claimed: Claim, prepared: Prepared | None, note: str, wait: float | None = None
    ) -> None:
        if wait is None:
            wait = WAITS[min(claimed.attempts - 1, len(WAITS) - 1)] * random.uniform(0.8, 1.3)  # noqa: S311
        at = self._clock() + dt.timedelta(seconds=wait)
        if at < claimed.deadline_at:
            inbox.try_later(self._database, claimed, at, note)
        elif note == UNCERTAIN:
            self._finish(claimed, prepared, "unconfirmed", note=note)
        elif note.startswith(("unauthorized", "error")):
            self._finish(claimed, prepared, "failed", note=note)
        else:
            self._finish(claimed, prepared, "expired", note=note)

    def _finish(
        self,
        claimed: Claim,
        prepared: Prepared | None,
        state: str,
        *,
        accepted: bool = False,
        note: str | None = None,
    ) -> None:
        """One transaction: the state, the row of the log, what was tapped, what the dialogue is about.

        What the database refuses to keep costs the row, never the state: or it would be sent for ever.
        """
        try:
            self._write_once_free(claimed, prepared, state, accepted, note)
        except (DataError, IntegrityError) as error:
            _log.error("not_logged", event_id=claimed.id, error=type(error).__name__)
            self._write_once_free(claimed, None, state, accepted, note)

    def _write_once_free(
        self, claimed: Claim, prepared: Prepared | None, state: str, accepted: bool, note: str | None
    ) -> None:
        """LINE may have the reply: what became of it is worth several waits for a database that others hold."""
        for wait in (*TURNS, None):
            try:
                with self._database.writing() as session:
                    self._write(session, claimed, prepared, state, accepted, note)
                return
            except OperationalError:
                if wait is None:
                    raise
                time.sleep(wait * random.uniform(0.5, 1.5))  # noqa: S311

    def _write(
        self,
        session: Session,
        claimed: Claim,
        prepared: Prepared | None,
        state: str,
        accepted: bool,
        note: str | None,
    ) -> None:
        mine = inbox.finish(session, claimed, state, self._clock(), accepted=accepted, note=note)
        if not mine or prepared is None:
            return
        unsent = inbox.is_unsent(session, claimed)
        if prepared.asked is not None:
            record(session, replace(prepared.asked, text=None) if unsent else prepared.asked)
        if state not in ("answered", "unconfirmed"):
            return
        for mark in prepared.marks:
            mark(session)
        if prepared.dialogue is not None and claimed.asker and not unsent:
            remembered = prepared.dialogue.as_json()
            keep_dialogue(session, claimed.municipality_code, claimed.asker, remembered, claimed.occurred_at)

    def _is_unsent(self, claimed: Claim) -> bool:
        with self._database.reading() as session:
            return inbox.is_unsent(session, claimed)


def _overdue_state(claimed: Claim) -> str:
    return "unconfirmed" if claimed.note == UNCERTAIN else "expired"


def _unless_uncertain(claimed: Claim, note: str) -> str:
    """What LINE may have stays so, whatever became of the next attempt."""
    return UNCERTAIN if claimed.note == UNCERTAIN else note


class SenderThreads:
    """Threads that answer until told to stop; a turn of ``wake`` cuts the waiting of one short."""

    def __init__(self, sender: Sender, wake: threading.Semaphore) -> None:
        self._sender = sender
        self._wake = wake
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, count: int) -> None:
        for number in range(count):
            thread = threading.Thread(target=self._run, args=(number,), name=f"sender-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self, seconds: float = 10.0) -> None:
        """Let every thread finish what it holds."""
        self._stop.set()
        self._wake.release(max(len(self._threads), 1))
        end = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _run(self, number: int) -> None:
        claimant = inbox.who_am_i(number)
        while not self._stop.is_set():
            try:
                if self._sender.step(claimant):
                    continue
            except Exception as error:  # a thread that ends is missed by nobody, and by every resident
                _log.error("step_failed", error=type(error).__name__)
                self._stop.wait(1.0)
            self._wake.acquire(timeout=OTHERS_POLL_SECONDS if number else POLL_SECONDS)
