"""LINE's webhook: verify, store, answer.  200 only after the events are safely kept."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import time
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import structlog
from flask import Blueprint, Response, abort, current_app, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import ServiceUnavailable

from bot.line import inbox
from bot.line.events import IncomingEvent, Reading, UnreadableEventError, read_event
from bot.line.inbox import Batch
from bot.line.leaving import leave, passing
from bot.operation.notes import NOTES
from bot.services import Services, services
from bot.settings import LineChannel
from knowledge.calendar import now
from knowledge.db import hurried
from knowledge.my_numbers import note_received
from knowledge.pseudonyms import pseudonym

blueprint = Blueprint("line_webhook", __name__)

_log = structlog.get_logger("line.webhook")


class TablesDoNotFitError(Exception):
    """The database waits for its migration: what this program would write may not be what it is to hold."""


class UnreadableBodyError(ValueError):
    """A signed body that is no webhook; the message says why, without its content."""


@blueprint.post("/line/<name>/webhook")
def receive(name: str) -> tuple[str, int]:
    """One POST of LINE's: 200 stored (or nothing to store), 400 not LINE's, 503 try again.

    ``name``: of the channel, which is the municipality's code for the one that residents use.
    """
    kit = services()
    channel = kit.settings.line_channels.get(name)
    if channel is None:
        abort(404)
    body = request.get_data()
    if request.content_length is None and len(body) >= (current_app.config["MAX_CONTENT_LENGTH"] or 0):
        abort(413)  # in pieces, without a length: the server cuts it off at the limit
    if not is_signed(body, request.headers.get("x-line-signature", ""), channel.secrets):
        _log.warning("bad_signature", municipality=name, size=len(body))
        abort(400)
    try:
        with kit.receiver.receiving():
            fresh = _keep(kit, channel, body, request.headers.get("x-line-signature", ""))
    except (SQLAlchemyError, TimeoutError, TablesDoNotFitError) as error:
        _log.error("not_stored", municipality=name, error=type(error).__name__)
        NOTES.received(now(), kept=False)
        raise ServiceUnavailable from error
    NOTES.received(now(), kept=True)
    kit.receiver.announce(name, fresh)
    return "", 200


@blueprint.after_request
def _note_request(response: Response) -> Response:
    """LINE keeps no log for us afterwards: who called when, and what was answered."""
    _log.info("webhook", ip=request.remote_addr, method=request.method, path=request.path, status=response.status_code)
    return response


def is_signed(body: bytes, signature: str, secrets: Iterable[str]) -> bool:
    """Whether ``signature`` is LINE's for these very bytes, by any of the secrets in force."""
    given = signature.encode("utf-8", "surrogatepass")
    matches = [hmac.compare_digest(signature_of(body, secret).encode(), given) for secret in secrets]
    return any(matches)


def signature_of(body: bytes, secret: str) -> str:
    """As LINE signs a body."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def _keep(kit: Services, channel: LineChannel, body: bytes, signature: str) -> tuple[IncomingEvent, ...]:
    """Those of its events that wait for an answer, once all are stored; before LINE gives up waiting."""
    moment, code, begun = now(), channel.municipality_code, time.monotonic()
    numbers = kit.receiver.look(kit.database, code)
    if numbers is None:
        raise TablesDoNotFitError
    try:
        raw = read_body(body)
    except UnreadableBodyError as error:
        kit.receiver.looking.call(_quarantine, kit, code, str(error), body, moment)
        return ()
    # On each channel a person is another: what is tried out must not enter a resident's conversation.
    reading = Reading(partial(pseudonym, kit.settings.pepper, channel.name), numbers)
    events: list[IncomingEvent] = []
    unreadable: list[Any] = []
    for one in raw:
        try:
            event = read_event(one, reading)
            # Drafts are for the one who is listed, never for a group that reads along.
            alone = event.user_id is not None or event.ignored is not None or not channel.test
            events.append(event if alone else replace(event, ignored="test channel: no person alone"))
        except (UnreadableEventError, RecursionError, ValueError, TypeError, OverflowError):
            unreadable.append(one)
    if not raw:
        return ()
    # Who answers an event is decided before anything is kept: its token works once.
    events = leave(channel.other, events)
    for event in events:
        note_received(code, "line", event.text)
    handed_on = passing(
        channel.other, channel.name, kit.settings.data_key, body, signature, events, unreadable=bool(unreadable)
    )
    batch = Batch(code, tuple(events), moment, unreadable, channel.test, handed_on)
    stored = kit.receiver.gathering.store(kit.database, batch, kit.receiver.seconds - (time.monotonic() - begun))
    if handed_on is not None:
        kit.forwarding.wake(channel.name)
    if any(event.kind == "unsend" for event in events):
        kit.housekeeping.shrink_soon()
    _log.info(
        "stored", municipality=channel.name, events=len(events), fresh=len(stored.fresh), repeated=stored.repeated
    )
    return stored.fresh


def _quarantine(kit: Services, code: str, reason: str, body: bytes, moment: dt.datetime) -> None:
    with hurried():
        inbox.quarantine(kit.database, code, reason, body, moment)


def read_body(body: bytes) -> list[Any]:
    """The events of a body.  Raises UnreadableBodyError for anything that is no webhook."""
    try:
        parsed = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise UnreadableBodyError(f"body: {type(error).__name__}") from error
    events = parsed.get("events") if isinstance(parsed, dict) else None
    if not isinstance(events, list):
        raise UnreadableBodyError("body: no events")
    return events


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
