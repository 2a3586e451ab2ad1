"""Telling people what is wrong: a POST to ALERT_URL, mails to ALERT_MAIL.  Never with a resident's words."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import smtplib
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
import urllib3

from bot.deadline import Deadline
from bot.mailing import deliver
from bot.operation.checks import KINDS
from bot.operation.facts import host_name
from bot.operation.metrics import count
from bot.services import Services
from bot.settings import Settings
from knowledge import alerts
from knowledge.alerts import ENDED, RAISED, Known, Message
from knowledge.calendar import JST, date_name, now
from knowledge.outbox import Letter

URL = "url"
URL_SECONDS = 5.0
MAIL_SECONDS = 25.0
AGAIN_SECONDS, SOON_SECONDS = 1800.0, 30.0
"""Until the next word of what no database keeps: told, and not taken."""

_log = structlog.get_logger("operation")


class NotTakenError(Exception):
    """Whoever is to be told did not take it; the message is a status or the kind of fault, without an address."""


@dataclass(frozen=True)
class Words:
    """An alert as people read it."""

    title: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join((self.title, *self.lines))


def words_of(alert: Known, what: str, base_url: str) -> Words:
    kind = KINDS.get(alert.kind)
    about = f"（{alert.scope}）" if alert.scope else ""
    if what == ENDED:
        well = kind.well if kind else alert.kind
        return Words(
            f"【こたえ】解消: {well}{about}", (f"{_moment(alert.ended_at or alert.last_at)}に解消しました。", base_url)
        )
    said = [alert.detail] if alert.detail else []
    said.append(f"{_moment(alert.first_at)}から（見つけた回数 {alert.times:,}）")
    if kind:
        said.append(f"すること: {kind.remedy}")
    return Words(f"【こたえ】異常: {kind.title if kind else alert.kind}{about}", (*said, base_url))


def _moment(moment: dt.datetime) -> str:
    local = moment.astimezone(JST)
    return f"{date_name(local.date())} {local.hour}:{local.minute:02}"


def body_of(alert: Known, what: str, base_url: str) -> dict[str, Any]:
    """``text`` is what Slack, Teams and Mattermost show, ``body.text`` what LINE WORKS does."""
    words = words_of(alert, what, base_url)
    return {
        "text": words.text,
        "title": words.title,
        "body": {"text": words.text},
        "service": base_url,
        "kind": alert.kind,
        "scope": alert.scope,
        "state": what,
        "detail": alert.detail,
        "first_at": alert.first_at.isoformat(),
        "last_at": alert.last_at.isoformat(),
        "ended_at": alert.ended_at.isoformat() if alert.ended_at else None,
        "times": alert.times,
    }


@dataclass(frozen=True)
class Ways:
    """How to tell, by name: the name of a mail's is a digest, so that no address stands where figures do."""

    url: str
    mails: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        return [*([URL] if self.url else []), *self.mails]


def ways_of(settings: Settings) -> Ways:
    mails = {f"mail-{hashlib.sha256(one.encode()).hexdigest()[:12]}": one for one in settings.alert_mails}
    return Ways(settings.alert_url, mails)


class Teller:
    """Of one process: hands over what is to be told, each by whichever process comes first."""

    def __init__(self, kit: Services, clock: Callable[[], dt.datetime] = now) -> None:
        self._kit, self._clock = kit, clock
        self._ways = ways_of(kit.settings)
        self._post = Deadline("alert-post", URL_SECONDS, 2)
        self._mail = Deadline("alert-mail", MAIL_SECONDS, 2)

    def tell(self) -> None:
        """Hand over what is due; what is not taken is tried again later."""
        if not self._ways.names:
            return
        for message in alerts.take_messages(self._kit.database, self._ways.names, self._clock()):
            try:
                self.hand_over(message)
            except NotTakenError as error:
                alerts.note_not_told(self._kit.database, message, self._clock())
                _log.warning("alert_not_told", kind=message.alert.kind, way=message.way[:4], error=str(error))
            else:
                alerts.note_told(self._kit.database, message, self._clock())
                _log.info("alert_told", kind=message.alert.kind, way=message.way[:4], what=message.what)

    def hand_over(self, message: Message) -> None:
        """Raises NotTakenError."""
        way = URL if message.way == URL else "mail"
        try:
            if message.way == URL:
                self._post.call(post, self._ways.url, body_of(message.alert, message.what, self._kit.settings.base_url))
            else:
                self._mail.call(self._send_mail, message)
        except (urllib3.exceptions.HTTPError, smtplib.SMTPException, OSError, ValueError) as error:
            count("kotae_alerts_told", way=way, result="failed")
            raise NotTakenError(type(error).__name__) from error
        except NotTakenError:
            count("kotae_alerts_told", way=way, result="failed")
            raise
        count("kotae_alerts_told", way=way, result="told")

    def _send_mail(self, message: Message) -> None:
        server = self._kit.settings.mail
        if server is None:
            raise NotTakenError("no mail server")
        words = words_of(message.alert, message.what, self._kit.settings.base_url)
        to = self._ways.mails[message.way]
        deliver(server, Letter(str(uuid.uuid4()), to, words.title[:120], "\n\n".join(words.lines)))


def post(url: str, body: Mapping[str, Any]) -> None:
    """Raises NotTakenError where the answer is no 2xx, and what urllib3 raises.  Follows nobody elsewhere."""
    with urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(URL_SECONDS)) as pool:
        answer = pool.request(
            "POST",
            url,
            body=json.dumps(body, ensure_ascii=False).encode(),
            headers={"content-type": "application/json; charset=utf-8"},
            redirect=False,
            preload_content=False,
        )
        answer.close()
        if not 200 <= answer.status < 300:
            raise NotTakenError(str(answer.status))


class AwayTeller:
    """Tells that nothing can be kept, without keeping it.  Of a machine's processes one tells: by a file's mark."""

    def __init__(self, kit: Services, clock: Callable[[], dt.datetime] = now) -> None:
        self._kit, self._clock = kit, clock
        self._kind: str | None = None
        self._since = clock()
        self._next = 0.0
        self._is_mine = self._said = False

    def tell(self, kind: str) -> None:
        """Once in half an hour, until it is over; what nobody took is tried again sooner."""
        if self._kind is None:
            self._kind, self._since, self._next = kind, self._clock(), 0.0
            _log.error("alert_raised", kind=kind, scope=host_name(), detail="")
        if time.monotonic() < self._next:
            return
        self._is_mine = self._is_mine or self._takes_turn()
        taken = self._hand_over(RAISED) if self._is_mine else False
        self._said = self._said or taken
        self._next = time.monotonic() + (AGAIN_SECONDS if taken else SOON_SECONDS)

    def tell_over(self) -> None:
        if self._kind is None:
            return
        _log.info("alert_ended", kind=self._kind, scope=host_name())
        if self._said:
            self._hand_over(ENDED)
        if self._is_mine:  # what comes again after that is told again, at once
            with suppress(OSError):
                self._mark.unlink()
        self._kind, self._is_mine, self._said = None, False, False

    def _hand_over(self, what: str) -> bool:
        moment = self._clock()
        alert = Known(self._kind or "", host_name(), "", self._since, moment, 1, moment if what == ENDED else None)
        teller = Teller(self._kit, self._clock)
        taken = False
        for way in ways_of(self._kit.settings).names:
            try:
                teller.hand_over(Message(alert, way, what))
                taken = True
            except NotTakenError as error:
                _log.warning("alert_not_told", kind=alert.kind, way=way[:4], error=str(error))
        return taken

    @property
    def _mark(self) -> Path:
        return self._kit.settings.instance / "alert-told"

    def _takes_turn(self) -> bool:
        """Whether no other process of this machine tells it.  On a disk that is full, everybody does."""
        mark = self._mark
        try:
            if mark.exists() and time.time() - mark.stat().st_mtime > AGAIN_SECONDS:
                mark.unlink()
            os.close(os.open(mark, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            return False
        except OSError:
            return True
        return True
