"""On the way to the office's directory and back: bound to one browser, good for one return.

What the browser must not be able to choose, and the database need not hold, is derived from our key.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.orm import Session

from knowledge.models import OfficeVisit

LONGEST = dt.timedelta(minutes=10)
"""How long one may take at the directory."""
LEEWAY = dt.timedelta(minutes=1)
"""By which its clock and ours may differ."""


@dataclass(frozen=True)
class Departure:
    """What goes along in the address: ``challenge`` is of PKCE, S256."""

    state: str
    nonce: str
    challenge: str


@dataclass(frozen=True)
class Return:
    """Who was sent, and what proves it to the directory (``verifier``) and to us (``nonce``)."""

    session_hash: str | None
    target: str | None
    kept: str | None
    begun_at: dt.datetime
    nonce: str
    verifier: str


def depart(
    session: Session,
    key: str,
    browser: str,
    moment: dt.datetime,
    *,
    session_hash: str | None = None,
    target: str | None = None,
    kept: str | None = None,
) -> Departure:
    session.execute(delete(OfficeVisit).where(OfficeVisit.begun_at < moment - LONGEST))
    state = secrets.token_urlsafe(32)
    session.add(
        OfficeVisit(
            state_hash=_hash("state", state),
            browser_hash=_hash("browser", browser),
            session_hash=session_hash,
            target=target,
            kept=kept,
            begun_at=moment,
        )
    )
    session.flush()
    challenge = hashlib.sha256(_derived(key, "verifier", browser, state).encode()).digest()
    return Departure(
        state,
        _derived(key, "nonce", browser, state),
        base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
    )


def come_back(session: Session, key: str, browser: str, state: str, moment: dt.datetime) -> Return | None:
    """Who comes back; None where nobody was sent so, or was back already.  Of two at once, one is."""
    taken = (
        delete(OfficeVisit)
        .where(
            OfficeVisit.state_hash == _hash("state", state),
            OfficeVisit.browser_hash == _hash("browser", browser),
            OfficeVisit.begun_at > moment - LONGEST,
        )
        .returning(OfficeVisit.session_hash, OfficeVisit.target, OfficeVisit.kept, OfficeVisit.begun_at)
    )
    found = session.execute(taken).one_or_none()
    if found is None:
        return None
    return Return(*found, _derived(key, "nonce", browser, state), _derived(key, "verifier", browser, state))


def _hash(what: str, value: str) -> str:
    return hashlib.sha256(f"office {what}\0{value}".encode("utf-8", "surrogatepass")).hexdigest()


def _derived(key: str, what: str, browser: str, state: str) -> str:
    written = f"office {what}\0{browser}\0{state}".encode("utf-8", "surrogatepass")
    return hmac.digest(key.encode(), written, "sha256").hex()
