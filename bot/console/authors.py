"""Who is signed in, as the author of a version."""

from __future__ import annotations

from bot.console.guard import person
from knowledge.entry_versions import Author


def author() -> Author:
    me = person()
    return Author(me.name, str(me.account_id))
