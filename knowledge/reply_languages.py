"""The languages beside Japanese that a municipality answers in: what staff have switched on."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from knowledge.models import Municipality

REPLY_LANGUAGES = ("en", "easy", "zh", "ko", "pt", "vi", "tl", "ne")
"""Those that there are sentences for, in the order in which staff read them."""


class UnknownLanguageError(ValueError):
    """There are no sentences in this language."""


def reply_languages(session: Session, code: str) -> list[str]:
    """What is switched on.  Raises LookupError where there is no such municipality."""
    row = session.get(Municipality, code)
    if row is None:
        raise LookupError(code)
    return list(row.reply_languages)


def set_reply_languages(session: Session, code: str, languages: Sequence[str]) -> None:
    """Switch these on and all others off; live at once, as every published change."""
    unknown = [language for language in languages if language not in REPLY_LANGUAGES]
    if unknown:
        raise UnknownLanguageError(unknown[0])
    row = session.get(Municipality, code, with_for_update=True)
    if row is None:
        raise LookupError(code)
    row.reply_languages = [language for language in REPLY_LANGUAGES if language in languages]
    row.version, row.knowledge_version = row.version + 1, row.knowledge_version + 1
