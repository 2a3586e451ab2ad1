"""LINE's events, read tolerantly: one odd event never harms another.

What leaves this module holds no LINE user id but ``user_id``, which the receiving process keeps
in memory for the loading animation and nothing ever stores; texts are masked already.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bot.line.postbacks import postback_data, read_postback
from intents.personal_data import mask
from intents.text import MAX_QUESTION, clean, shorten
from knowledge.calendar import now

MEDIA = frozenset({"image", "video", "audio", "file", "location", "sticker"})
_ANSWERED_KINDS = frozenset({"message", "postback", "follow"})
_CLOCK_TOLERANCE = dt.timedelta(minutes=5)
"""How far LINE's clock and ours may differ."""


class UnreadableEventError(ValueError):
    """An event that is no event; the message says what is wrong, without its content."""


@dataclass(frozen=True)
class IncomingEvent:
    """One event as it will be stored.  ``ignored``: why it needs no answer, or None."""

    webhook_event_id: str
    kind: str
    message_kind: str | None
    message_id: str | None
    reply_token: str | None
    asker: str | None
    text: str | None
    personal_data: bool
    postback: str | None
    occurred_at: dt.datetime
    ignored: str | None
    user_id: str | None = None


@dataclass(frozen=True)
class Reading:
    """What reading an event needs: how to name its asker, and which numbers to leave unmasked."""

    pseudonym: Callable[[str, dt.datetime], str]
    public_numbers: Collection[str] = ()


def read_event(event: Any, reading: Reading) -> IncomingEvent:
    """Read one element of ``events``.  Raises UnreadableEventError where it is no event at all."""
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        raise UnreadableEventError("no type")
    kind = clean(event["type"])[:20]
    source = _mapping(event, "source")
    message = _mapping(event, "message")
    occurred_at = _moment(event.get("timestamp"))
    user_id = _string(source, "userId", 64)
    message_kind = _string(message, "type", 20)
    text, personal_data = (
        _masked_text(message, reading) if kind == "message" and message_kind == "text" else (None, False)
    )
    reply_token = _string(event, "replyToken", 128)
    postback = _own_postback(event) if kind == "postback" else None
    return IncomingEvent(
        webhook_event_id=_event_id(event),
        kind=kind,
        message_kind=message_kind,
        message_id=_string(_mapping(event, "unsend"), "messageId", 40)
        if kind == "unsend"
        else _string(message, "id", 40),
        reply_token=reply_token,
        asker=_asker(source, user_id, reading, occurred_at),
        text=text,
        personal_data=personal_data,
        postback=postback,
        occurred_at=occurred_at,
        ignored=_why_ignored(event, kind, message_kind, source, message, reply_token, postback),
        user_id=user_id if source.get("type") == "user" else None,
    )


def _why_ignored(
    event: Mapping[str, Any],
    kind: str,
    message_kind: str | None,
    source: Mapping[str, Any],
    message: Mapping[str, Any],
    reply_token: str | None,
    postback: str | None,
) -> str | None:
    if kind not in _ANSWERED_KINDS:
        return f"kind {kind}"
    if event.get("mode") == "standby":
        return "standby"
    if not reply_token or set(reply_token) in ({"0"}, {"f"}):
        return "no reply token"
    if kind == "message" and message_kind != "text" and message_kind not in MEDIA:
        return "unknown message type"
    if kind == "postback" and postback is None:
        return "postback not ours"
    if source.get("type") in ("group", "room") and kind != "postback" and not _mentions_us(message):
        return "group without mention"
    return None


def _asker(source: Mapping[str, Any], user_id: str | None, reading: Reading, occurred_at: dt.datetime) -> str | None:
    """One person in one chat; None for those whom LINE does not tell apart."""
    if user_id is None:
        return None
    chat = _string(source, "groupId", 64) or _string(source, "roomId", 64) or ""
    return reading.pseudonym(f"{chat}/{user_id}" if chat else user_id, occurred_at)


def _own_postback(event: Mapping[str, Any]) -> str | None:
    """The data of a button of ours, written anew; another tool's may hold anything."""
    tap = read_postback(_string(_mapping(event, "postback"), "data", 300) or "")
    return postback_data(tap) if tap else None


def _masked_text(message: Mapping[str, Any], reading: Reading) -> tuple[str | None, bool]:
    raw = message.get("text")
    if not isinstance(raw, str):
        return None, False
    # Masked before it is cut to its final length, so that nothing is cut in half unseen.
    wide = shorten(clean(_without_own_mention(raw, message)), 2 * MAX_QUESTION)
    masked = mask(wide, public_numbers=reading.public_numbers)
    return shorten(masked.text), masked.found


def _mentionees(message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = _mapping(message, "mention").get("mentionees")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _mentions_us(message: Mapping[str, Any]) -> bool:
    return any(one.get("isSelf") is True for one in _mentionees(message))


def _without_own_mention(text: str, message: Mapping[str, Any]) -> str:
    """``text`` without the 「@こたえ」 that calls us; LINE counts its place in UTF-16 units."""
    units = text.encode("utf-16-le", "surrogatepass")
    for one in sorted(_mentionees(message), key=lambda one: -_number(one.get("index"))):
        start, length = _number(one.get("index")), _number(one.get("length"))
        if one.get("isSelf") is True and length > 0:
            units = units[: 2 * start] + units[2 * (start + length) :]
    return units.decode("utf-16-le", "surrogatepass")


def _event_id(event: Mapping[str, Any]) -> str:
    given = _string(event, "webhookEventId", 64)
    if given:
        return given
    # Old consoles send events without an id.  The delivery context differs between deliveries.
    rest = {name: value for name, value in event.items() if name != "deliveryContext"}
    return "h" + hashlib.sha256(json.dumps(rest, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _moment(timestamp: Any) -> dt.datetime:
    """When it happened; now, where LINE's time is missing or beyond belief."""
    received = now()
    if isinstance(timestamp, int) and not isinstance(timestamp, bool) and 0 < timestamp < 1 << 46:
        happened = dt.datetime.fromtimestamp(timestamp / 1000, dt.UTC)
        if happened <= received + dt.timedelta(days=1):
            # Ours may be slow: that it is shows (inbox.clock_skew), but nothing comes long after everything else.
            return min(happened, received + _CLOCK_TOLERANCE)
    return received


def _mapping(parent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = parent.get(name)
    return found if isinstance(found, dict) else {}


def _string(parent: Mapping[str, Any], name: str, longest: int) -> str | None:
    found = parent.get(name)
    return clean(found)[:longest] or None if isinstance(found, str) else None


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 20 else 0
