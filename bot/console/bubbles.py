"""How a text would look to residents: drawn from the very reply that LINE and the web chat would get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from bot.conversation import show_entry
from bot.dialogue import NEW_DIALOGUE
from bot.languages import held_in, tongue_of
from bot.line.messages import NO_LOG, render
from bot.replies import Reply
from bot.services import services
from bot.web.chat import Turn
from knowledge.curated_rows import NOT_LOADED
from knowledge.entry_versions import PUBLIC
from knowledge.models import EntryVersion, Plan
from knowledge.preview import drafted
from knowledge.sheet_kinds import LANGUAGES
from knowledge.staff_content import StaffEntry


@dataclass(frozen=True)
class Bubbles:
    """One language: ``turn`` as the web chat shows it, ``messages`` as LINE is sent them."""

    language: str
    turn: Turn
    messages: list[dict[str, Any]]


def bubbles_of(session: Session, code: str, content: Mapping[str, Any]) -> list[Bubbles]:
    """The text in Japanese and in each language that it is written in; nothing where it cannot be shown yet."""
    try:
        entry = StaffEntry.model_validate({name: value for name, value in content.items() if name not in NOT_LOADED})
    except ValidationError:
        return []
    content = entry.model_dump(mode="json", exclude=NOT_LOADED)
    if session.get(Plan, (code, content["source"]["plan"])) is None:
        return []
    version = EntryVersion(municipality_code=code, entry_id=content["id"], number=0, content=content, audience=PUBLIC)
    knowledge = drafted(session, services().corpus.current(code), version)
    found = []
    for language in ("ja", *(one for one in LANGUAGES if one in (content.get("translations") or {}))):
        tongue = tongue_of(knowledge.town, "", NEW_DIALOGUE, language)
        if tongue.reply == language:
            reply, _ = held_in(knowledge, tongue, lambda: show_entry(knowledge, version.entry_id))
            found.append(_bubbles(LANGUAGES.get(language, "日本語"), content["question"], reply))
    return found


def _bubbles(language: str, said: str, reply: Reply) -> Bubbles:
    return Bubbles(language, Turn(said, reply, ""), render(reply, NO_LOG))
