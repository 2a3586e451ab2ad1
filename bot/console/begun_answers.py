"""Answers that begin with residents' own words, on the page on which answers are written; nothing is saved by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flask import redirect, url_for
from werkzeug.wrappers import Response

from bot.console.answer_form import blank_fields, form_key, fresh_slot, kept_of
from bot.console.guard import person
from bot.services import services
from knowledge.calendar import now
from knowledge.unsaved_texts import keep_unsaved, texts_of_form

MOST_WORDINGS = 8
"""The question among them."""
LONGEST_QUESTION, LONGEST_WORDING = 80, 60
_MASKED = "〔"
"""What masking left is no wording of an answer."""


def own_words(texts: Iterable[str]) -> list[str]:
    """What residents said, each once, in a line, without what is masked."""
    lines = (" ".join(text.split()) for text in texts)
    return list(dict.fromkeys(line for line in lines if line and _MASKED not in line))


def short_words(words: Iterable[str]) -> list[str]:
    """Those that may be wordings of an answer."""
    return [word for word in words if len(word) <= LONGEST_WORDING]


def begin_answer(code: str, question: str, others: Sequence[str], more: Mapping[str, str] | None = None) -> Response:
    """Open a new answer with ``question``, with ``others`` as its wordings, and with ``more`` fields."""
    account, moment = str(person().account_id), now()
    phrasings = "\n".join(short_words(others)[: MOST_WORDINGS - 1])
    fields = blank_fields() | {"question": question[:LONGEST_QUESTION], "phrasings": phrasings} | dict(more or {})
    with services().database.writing() as session:
        begun = texts_of_form(session, code, account, form_key(None), moment)
        # Pressed again: the text that it began the first time, as far as it was not written on.
        slot = next((kept_of(one).slot for one in begun if dict(one.fields) == fields), fresh_slot())
        keep_unsaved(session, code, account, form_key(None, slot), fields, moment)
    return redirect(url_for("console.answer_editing.new", code=code, kept=1, slot=slot), 303)
