"""A tap as LINE carries it: a short line of data, made and read here alone."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode

from bot.taps import Tap, read_tap


def postback_data(tap: Tap) -> str:
    fields = {"a": tap.act.value, "q": tap.log_id, "e": tap.entry_id}
    return urlencode({name: value for name, value in fields.items() if value})


def read_postback(data: str) -> Tap | None:
    """None for data that is not ours: from another tool on the same channel, or an older menu."""
    fields = {name: values[0] for name, values in parse_qs(data).items()}
    return read_tap(fields.get("a", ""), fields.get("q", ""), fields.get("e", ""))
