"""A reply with ふりがな: above the words on the web, in brackets behind them where there is only plain text.

The names of sources, addresses, numbers and dates stay as they are: they are looked up, dialled and copied.
"""

from __future__ import annotations

from dataclasses import replace

from bot.replies import Reply, plain_text
from bot.wording import say, speaking
from intents.furigana import Piece, Reader

NO_LIMIT = 1_000_000


class ReplyReader:
    """Reads the parts of one reply as they are shown: each hard word has its reading once in the whole reply."""

    def __init__(self, reply: Reply | None) -> None:
        self._reader = Reader(reply.readings) if reply and reply.readings is not None else None

    def pieces(self, text: object) -> list[Piece]:
        """``text`` for the web: without ふりがな all of it as one piece."""
        return self._reader.pieces(str(text)) if self._reader else [Piece(str(text))]


def text_with_readings(reply: Reply) -> str:
    """Everything that a resident reads as plain text, with the readings in brackets."""
    return plain_text(in_brackets(replace(reply, title=None)))


def in_brackets(reply: Reply, *, longest: int = NO_LIMIT, longest_row: int = NO_LIMIT) -> Reply:
    """``reply`` with its readings in its words, where it is to have any.

    A part that would be longer than ``longest`` UTF-16 units with them, of a title, row, choice or note
    ``longest_row``, stays without.
    """
    if reply.readings is None:
        return reply
    reader = Reader(reply.readings)

    def read(text: str | None, most: int = longest_row) -> str:
        found = reader.in_brackets(text or "")
        return found if len(found.encode("utf-16-le", "surrogatepass")) // 2 <= most else text or ""

    with speaking(reply.language):
        untouched = {say("source_label"), say("section_label")}
    return replace(
        reply,
        opening=read(reply.opening, longest) or None,
        title=read(reply.title) or None,
        text=read(reply.text, longest),
        facts=tuple((read(name), value if name in untouched else read(value)) for name, value in reply.facts),
        choices=tuple(replace(choice, title=read(choice.title)) for choice in reply.choices),
        shelves=tuple(replace(one, label=read(one.label)) for one in reply.shelves),
        steps=tuple(replace(one, label=read(one.label)) for one in reply.steps),
        modes=tuple(replace(one, label=read(one.label)) if one.is_japanese else one for one in reply.modes),
        notes=tuple(map(read, reply.notes)),
        contact=replace(reply.contact, department=read(reply.contact.department)) if reply.contact else None,
    )


def label_in_brackets(reply: Reply, label: str) -> str:
    """The label of a button under ``reply``, read by itself."""
    return label if reply.readings is None else Reader(reply.readings).in_brackets(label)
