"""Another tool on the same LINE channel (segment delivery, a ごみ menu): which events are left to it, decided once.

A reply token works once, so nothing is answered by both.  What is left to it is kept as an event without words, never
answered by us, and handed on where the tool stands behind us.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from intents.text import normalize
from knowledge.public_addresses import RefusedAddressError, Rule, is_public, read_target

KINDS = frozenset({"follow", "image", "video", "audio", "file", "location", "sticker"})
"""What may be left to it beside words; taps on buttons that are not ours always are."""
LONGEST_URL, LONGEST_WORD, MOST_WORDS = 500, 100, 200


class OtherToolError(ValueError):
    """A setting that cannot be used; the message names what is wrong."""


@dataclass(frozen=True)
class OtherTool:
    """``forward_url``: behind us, its webhook.  ``behind_url``: before us, the address that LINE calls.

    ``words``: whole messages that it answers; ``beginnings``: how they begin.
    """

    forward_url: str | None = None
    behind_url: str | None = None
    words: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()


NO_OTHER_TOOL = OtherTool()


def read_other_tool(given: Mapping[str, str], *, local: bool) -> OtherTool:
    """``given``: the settings FORWARD_URL, BEHIND_URL, LEAVE_WORDS, LEAVE_KINDS.  Raises OtherToolError."""
    words = [normalize(word) for word in _parts(given, "LEAVE_WORDS")]
    if len(words) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in words) or "*" in words:
        raise OtherToolError(
            f"LEAVE_WORDS は{LONGEST_WORD}字までの言葉を{MOST_WORDS}個まで、カンマで区切って書いてください"
        )
    kinds = frozenset(_parts(given, "LEAVE_KINDS"))
    if kinds - KINDS:
        known, wrong = ("、".join(sorted(some)) for some in (KINDS, kinds - KINDS))
        raise OtherToolError(f"LEAVE_KINDS に書けるのは {known} です（{wrong} は書けません）")
    forward, behind = (_address(given, name, local=local) for name in ("FORWARD_URL", "BEHIND_URL"))
    if forward and behind:
        raise OtherToolError("FORWARD_URL と BEHIND_URL は、どちらか一つにしてください（受け渡しが回り続けます）")
    return OtherTool(
        forward,
        behind,
        frozenset(word for word in words if not word.endswith("*")),
        tuple(word.removesuffix("*") for word in words if word.endswith("*")),
        kinds,
    )


def _parts(given: Mapping[str, str], name: str) -> list[str]:
    return [part.strip() for part in given.get(name, "").replace("、", ",").split(",") if part.strip()]


def _address(given: Mapping[str, str], name: str, *, local: bool) -> str | None:
    url = given.get(name, "").strip()
    if not url:
        return None
    try:
        target = read_target(url, rule_for(local=local))
    except RefusedAddressError as error:
        raise OtherToolError(f"{name}: {error}") from error
    if not (target.secure or local) or len(url) > LONGEST_URL:
        raise OtherToolError(f"{name} は https://… の住所を{LONGEST_URL}字までで書いてください")
    return url


def rule_for(*, local: bool) -> Rule:
    """Where messages may be handed on: to the public Internet alone; where one tries things out at hand, anywhere."""
    return Rule((lambda _: True) if local else is_public, None)
