"""Words of a plan (用語) as answers."""

from __future__ import annotations

from knowledge.answers import Answer, Surroundings, make_answer
from knowledge.models import Term


def term_answer(term: Term, around: Surroundings) -> Answer:
    name = term.term
    meaning = term.meaning if term.meaning.startswith(name) else f"{name}とは、{term.meaning}"
    return make_answer(
        term,
        around,
        kind="term",
        title=f"「{name}」とは何ですか？",
        text=meaning,
        category="計画のあらまし",
        wordings=(f"{name}とは", f"{name}って何", f"{name}の意味", *(f"{alias}とは" for alias in term.aliases)),
        searched=" ".join(filter(None, (term.reading, *term.aliases, "用語 ことば 意味"))),
        name=name,
    )
