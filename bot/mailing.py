"""Notices go out by SMTP, one at a time, from the jobs process."""

from __future__ import annotations

import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

import structlog

from bot.settings import MailServer
from knowledge.calendar import now
from knowledge.db import Database
from knowledge.outbox import Letter, claim, note_failed, note_sent

SECONDS = 20
_log = structlog.get_logger("mail")


def send_next(database: Database, server: MailServer) -> bool:
    """Send the notice that is due, or note why it could not be; False where none is due."""
    letter = claim(database, now())
    if letter is None:
        return False
    try:
        deliver(server, letter)
    except (smtplib.SMTPException, OSError, ValueError) as error:
        for_good = _is_for_good(error)
        note_failed(database, letter, type(error).__name__, now(), for_good=for_good)
        # No address: whose it is stays in the database.
        _log.warning("mail_failed", notice=letter.id, error=type(error).__name__, for_good=for_good)
    else:
        note_sent(database, letter, now())
        _log.info("mail_sent", notice=letter.id)
    return True


def _is_for_good(error: Exception) -> bool:
    """The server knows the address and refuses it; a server that is away, or busy, is asked again.

    A certificate that is not right is put right one day, though Python counts it among the ValueErrors, too.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, ValueError) and not isinstance(error, OSError)


def message(server: MailServer, letter: Letter) -> EmailMessage:
    made = EmailMessage()
    made["From"] = Address("こたえ", addr_spec=server.sender)
    made["To"] = Address(addr_spec=letter.to)
    made["Subject"] = letter.subject
    made["Date"] = format_datetime(now())
    # The same at every try: a second copy can be told from a second notice.
    made["Message-ID"] = f"<{letter.id}@{server.sender.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(letter.body, cte="base64")
    return made


def deliver(server: MailServer, letter: Letter) -> None:
    made = message(server, letter)
    with smtplib.SMTP(server.host, server.port, timeout=SECONDS) as connection:
        if server.starttls:
            connection.starttls(context=ssl.create_default_context())
        if server.user:
            connection.login(server.user, server.password)
        connection.send_message(made)
