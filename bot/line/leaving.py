"""Which events of a webhook are another tool's, and whether the other tool is to get the body that brought them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.line.events import MEDIA, IncomingEvent
from bot.other_tools import OtherTool
from intents.text import normalize
from knowledge.forwards import LIFE, LONG_LIFE, Passing, seal

LEFT = "left to another tool"
"""The note on an event that the other tool answers."""
BOTH = frozenset({"follow", "unfollow", "unsend"})
"""What both must hear of: who is a friend, and what was taken back."""


def leave(tool: OtherTool, events: Iterable[IncomingEvent]) -> list[IncomingEvent]:
    """``events``; those that the other tool answers are ignored by us, and nothing of their words is kept."""
    return [replace(one, ignored=LEFT, personal_data=False) if _is_left(tool, one) else one for one in events]


def _is_left(tool: OtherTool, event: IncomingEvent) -> bool:
    if event.ignored is not None:
        return False
    if event.kind == "follow":
        return event.kind in tool.kinds
    if event.kind != "message":
        return False
    if event.message_kind in MEDIA:
        return event.message_kind in tool.kinds
    said = normalize(event.text or "")
    return said in tool.words or (bool(tool.beginnings) and said.startswith(tool.beginnings))


def concerns(event: IncomingEvent) -> bool:
    """Whether the other tool is to get an event: what we do not answer, and what both must hear of."""
    return event.ignored is not None or event.kind in BOTH


def passing(
    tool: OtherTool,
    channel: str,
    data_key: bytes,
    body: bytes,
    signature: str,
    events: Sequence[IncomingEvent],
    *,
    unreadable: bool,
) -> Passing | None:
    """The body for the other tool: all of it, as the signature is of the whole; None where nothing in it is its own."""
    if tool.forward_url is None or not (unreadable or any(map(concerns, events))):
        return None
    lasts = LONG_LIFE if any(event.kind in BOTH for event in events) else LIFE
    return Passing(channel, seal(data_key, body), signature, lasts)
