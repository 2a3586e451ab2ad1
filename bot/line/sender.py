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

from bot.line import inbox, rests
from bot.line.client import LineClients, Sending, Sent
from bot.line.clock_leaps import ClockLeaps
from bot.line.inbox import UNCERTAIN, Claim, Waiting
from bot.line.messages import plain_fallback, render
from bot.line.replying import Prepared, prepare
from bot.line.test_channel import prepare_test
from bot.line.watchdog import Watchdog, leave
from bot.operation.metrics import reply_ended
from intents.fragments import is_fragment
from knowledge.calendar import now
from knowledge.corpus import Corpus, UnknownMunicipalityError
from knowledge.db import Database, hurried
from knowledge.preview import Previews
from knowledge.query_log import AskedQuestion, keep_dialogue, record

WAITS = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before the next attempt with the same token."""
PATIENCE = 2.0
"""Seconds that a prepared answer waits for its turn, before it is given back to be prepared anew."""
TURNS = (0.1, 0.3, 1.0)
"""Seconds before the next attempt to write down what became of an event; each waits 1.5 s for the lock by itself."""
NO_TOKEN, NO_TOKEN_SECONDS = "no access token", 3.0
"""The note on an event that this process cannot answer, and how long it is left to others before the next try."""
STATEMENT_SECONDS = 5.0
"""Longer than a statement of a sender's may take: a PostgreSQL that hangs must not hold its thread."""
POLL_SECONDS, OTHERS_POLL_SECONDS = 0.25, 2.0
"""Between two looks of a process's first idle thread, and of each of the others: events of other processes' receipt,
and what is to be tried again."""

WATCH_SECONDS = 1.0
"""Between two looks whether the threads live and answer."""
_SERVED = (Sent.ACCEPTED, Sent.TOKEN_REFUSED, Sent.BODY_REFUSED)
"""LINE knows the channel, and had time for it."""

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
        leaps: ClockLeaps | None = None,
    ) -> None:
        """``previews``: what test channels are answered from; where there is none, they are not answered.

        ``leaps``: of the clock that is given here.
        """
        self._database = database
        self._corpus = corpus
        self._clients = clients
        self._clock = clock
        self._previews = previews
        self._leaps = leaps

    def step(self, claimant: str, *, called: bool = False) -> bool:
        """Take and answer one event, or do what nobody waits for; whether there was anything to do.

        ``called``: an event was stored just now, so that a look whether there is one can be saved.
        """
        with hurried(STATEMENT_SECONDS):
            return self._step(claimant, called=called)

    def _step(self, claimant: str, *, called: bool) -> bool:
        if self._leaps is not None:
            self._leaps.follow()
        moment = self._clock()
        claimed = inbox.claim(self._database, claimant, moment, only_in_time=True) if called else None
        if claimed is None:
            waiting = inbox.look(self._database, moment)
            claimed = inbox.claim(self._database, claimant, moment) if waiting.claimable else None
            if claimed is None:
                return self._tidy(claimant, waiting)
        try:
            if not self._waits_for_more(claimed):
                self._answer(claimed)
        except SQLAlchemyError:
            raise
        except Exception as error:
            _log.error("not_answered", event_id=claimed.id, error=type(error).__name__)
            self._give_up_or_retry(claimed, None, _unless_uncertain(claimed, f"error {type(error).__name__}"))
        return True

    def _tidy(self, claimant: str, waiting: Waiting) -> bool:
        """End what can no longer be answered, and log what was ended so: when everybody else is answered."""
        if waiting.overdue and inbox.settle(self._database, self._clock()):
            return True
        late = inbox.claim_unlogged(self._database, claimant, self._clock()) if waiting.unlogged else None
        if late is None:
            return False
        try:
            asked = self._prepared(late).asked
        except SQLAlchemyError:
            raise
        except Exception as error:
            _log.error("not_logged", event_id=late.id, error=type(error).__name__)
            asked = None
        try:
            self._log_late(late, asked)
        except (DataError, IntegrityError) as error:
            _log.error("not_logged", event_id=late.id, error=type(error).__name__)
            self._log_late(late, None)
        return True

    def _log_late(self, late: Claim, asked: AskedQuestion | None) -> None:
        with self._database.writing() as session:
            if inbox.finish_logging(session, late) and asked is not None:
                record(session, replace(asked, text=None) if inbox.is_unsent(session, late) else asked)

    def _waits_for_more(self, claimed: Claim) -> bool:
        """Whether it is the beginning of a message only, and was joined to its rest or waits for it."""
        is_asked = claimed.asker is not None and claimed.message_kind == "text" and claimed.note != UNCERTAIN
        if not is_asked or not is_fragment(claimed.text or ""):
            return False
        moment, until = self._clock(), claimed.received_at + inbox.FRAGMENT_WAIT
        if inbox.join(self._database, claimed, moment):
            return True
        if moment < until:
            inbox.try_later(self._database, claimed, until, inbox.FRAGMENT)
        return moment < until

    def _answer(self, claimed: Claim) -> None:
        with self._database.glancing() as session:
            rest = rests.rest_of(session, claimed.channel)
        left = rests.seconds_left(rest, self._clock())
        at = self._clock() + dt.timedelta(seconds=left)
        if left > PATIENCE and at < claimed.deadline_at:
            inbox.try_later(self._database, claimed, at, claimed.note or "channel rests")
            return
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
            # Another sender may have it: this one was started with other settings.
            _log.error("no_access_token", municipality=claimed.channel)
            self._give_up_or_retry(claimed, prepared, _unless_uncertain(claimed, NO_TOKEN), NO_TOKEN_SECONDS)
        elif rest is not None and (wait := self._wait_for_turn(claimed.channel)) > 0:
            self._give_up_or_retry(claimed, prepared, claimed.note or "channel rests", wait)
        else:
            sending = client.reply(claimed.reply_token or "", render(prepared.reply, prepared.log_id))
            if sending.result is Sent.BODY_REFUSED:
                _log.error("body_refused", event_id=claimed.id, status=sending.status, properties=sending.detail)
                sending = client.reply(claimed.reply_token or "", plain_fallback(prepared.reply))
            self._conclude(claimed, prepared, sending)
            if rest is not None and sending.result in _SERVED:
                rests.note_served(self._database, rest, self._clock())

    def _wait_for_turn(self, channel: str) -> float:
        """Take a turn of a channel that LINE refused lately; seconds still to wait where there is none soon."""
        until = time.monotonic() + PATIENCE
        while True:
            with self._database.glancing() as session:
                rest = rests.rest_of(session, channel)
            left = rests.take_turn(self._database, rest, self._clock()) if rest is not None else 0.0
            if left <= 0 or time.monotonic() + left > until:
                return left
            time.sleep(left * random.uniform(1.0, 2.0))  # noqa: S311

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
                rests.note_refusal(self._database, claimed.channel, rests.UNAUTHORIZED, self._clock())
                note = _unless_uncertain(claimed, f"unauthorized {sending.status}")
                wait = rests.REST[rests.UNAUTHORIZED].total_seconds()
                self._give_up_or_retry(claimed, prepared, note, wait)
            case Sent.UNKNOWN:
                self._give_up_or_retry(claimed, prepared, UNCERTAIN)
            case Sent.RETRY:
                if sending.status == 429:
                    rests.note_refusal(self._database, claimed.channel, rests.TOO_MANY, self._clock())
                self._give_up_or_retry(claimed, prepared, _unless_uncertain(claimed, f"retry {sending.status}"))

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
        elif note.startswith(("unauthorized", "error", NO_TOKEN)):
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
        if mine:
            reply_ended(state, self._clock() - claimed.received_at, prepared.asked if prepared else None)
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
        with self._database.glancing() as session:
            return inbox.is_unsent(session, claimed)


def _overdue_state(claimed: Claim) -> str:
    return "unconfirmed" if claimed.note == UNCERTAIN else "expired"


def _unless_uncertain(claimed: Claim, note: str) -> str:
    """What LINE may have stays so, whatever became of the next attempt."""
    return UNCERTAIN if claimed.note == UNCERTAIN else note


class SenderThreads:
    """Threads that answer until told to stop; a turn of ``wake`` cuts the waiting of one short.

    They are always as many as were started: one that died is replaced, and of those that hang none is added to.
    Where ``watchdog`` finds that none of them answers any more, the process leaves.
    """

    def __init__(
        self,
        sender: Sender,
        wake: threading.Semaphore,
        watchdog: Watchdog | None = None,
        is_serving: Callable[[], bool] = lambda: True,
        step_aside: Callable[[], None] = lambda: None,
    ) -> None:
        """``is_serving``: once it says no, what is claimed is finished and nothing more is claimed.

        ``step_aside`` waits, not for long, while the process has more urgent work.
        """
        self._sender = sender
        self._wake = wake
        self._watchdog = watchdog
        self._is_serving = is_serving
        self._step_aside = step_aside
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._since: dict[int, float | None] = {}

    def start(self, count: int) -> None:
        self._threads = [self._started(number) for number in range(count)]
        threading.Thread(target=self._watch, name="sender-watch", daemon=True).start()

    def _started(self, number: int) -> threading.Thread:
        self._since[number] = None
        thread = threading.Thread(target=self._run, args=(number,), name=f"sender-{number}", daemon=True)
        thread.start()
        return thread

    def stop(self, seconds: float = 9.0) -> None:
        """Let every thread finish what it holds."""
        self._tell()
        end = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _tell(self) -> None:
        self._stop.set()
        self._wake.release(max(len(self._threads), 1))

    def _watch(self) -> None:
        begun = time.monotonic()
        while not self._stop.wait(WATCH_SECONDS):
            if not self._is_serving():
                self._tell()
                return
            for number, thread in enumerate(self._threads):
                if not thread.is_alive() and not self._stop.is_set():
                    _log.error("sender_replaced", number=number)
                    self._threads[number] = self._started(number)
            moment = time.monotonic()
            busy = [None if since is None else moment - since for since in list(self._since.values())]
            reason = self._watchdog.reason_to_leave(busy, moment - begun) if self._watchdog is not None else None
            if reason is not None and not self._stop.is_set():
                leave(reason)

    def _run(self, number: int) -> None:
        claimant = inbox.who_am_i(number)
        called = False
        while not self._stop.is_set():
            self._step_aside()
            self._since[number] = time.monotonic()
            try:
                if self._sender.step(claimant, called=called):
                    called = False
                    continue
            except Exception as error:  # a thread that ends is missed by nobody, and by every resident
                _log.error("step_failed", error=type(error).__name__)
                self._since[number] = None
                self._stop.wait(1.0)
            self._since[number] = None
            called = self._wake.acquire(timeout=OTHERS_POLL_SECONDS if number else POLL_SECONDS)
