"""Words of a plan (用語) as answers."""

from __future__ import annotations

import re

from knowledge.answers import Answer, Surroundings, make_answer
from knowledge.models import Term

_POLITE = re.compile(r"(?:です|ます|でした|ました|ません|ください)(?:（[^（）]*）)?。?$")


def _told(name: str, meaning: str) -> str:
    """A meaning as a sentence; one taken from a plan's glossary as it stands there is shown as the plan's words."""
    if not _POLITE.search(meaning):
        return f"計画書では、「{name}」を次のように説明しています。\n{meaning}"
    return meaning if meaning.startswith(name) else f"{name}とは、{meaning}"


def term_answer(term: Term, around: Surroundings) -> Answer:
    name = term.term
    return make_answer(
        term,
        around,
        kind="term",
        title=f"「{name}」とは何ですか？",
        text=_told(name, term.meaning),
        category="計画のあらまし",
        wordings=(f"{name}とは", f"{name}って何", f"{name}の意味", *(f"{alias}とは" for alias in term.aliases)),
        searched=" ".join(filter(None, (term.reading, *term.aliases, "用語 ことば 意味"))),
        name=name,
    )
