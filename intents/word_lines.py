"""The words of a text on one line, and texts found by them: as a search in a log wants it."""

from __future__ import annotations

import re

from intents.text import clean, normalize, to_katakana
from intents.tokenizer import content_tokens

LONGEST = 200
"""Letters of a line: the first words of a text say what it asks."""
_LABEL = re.compile("〔[^〕]{1,20}〕")
"""What masking left: nobody asked that."""
_READ = 400
"""Letters of a text that are read for it."""


def word_line(text: str) -> str:
    """Each content word once, in its dictionary form and in one kana: `` 住民 票 取レル ``; of no words one space."""
    line = " "
    for word in words_of(text[:_READ]):
        if len(line) + len(word) >= LONGEST:
            break
        line += f"{word} "
    return line


def words_of(text: str) -> list[str]:
    """The content words of ``text``, each once, written as in a line: ごみ and ゴミ are one."""
    tokens = content_tokens(normalize(_LABEL.sub(" ", clean(text))))
    found = (to_katakana(token.normalized).replace(" ", "") for token in tokens)
    return list(dict.fromkeys(word for word in found if word))
