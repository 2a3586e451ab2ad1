"""Whether a wording says all that a question says, in its order: its question words and verbs too."""

from __future__ import annotations

from collections.abc import Sequence

from intents.tokenizer import Token, tokenize

_BETWEEN_WORDS = frozenset({"助詞", "助動詞", "補助記号", "感動詞"})
_FEWEST_WORDS = 3
"""Fewer words are said by too many wordings to tell them apart."""


def says_as_much(wordings: Sequence[str], tokens: Sequence[Token]) -> bool:
    """Whether one of ``wordings`` holds all the words of ``tokens``, whatever else stands between them."""
    said = _words(tokens)
    return len(said) >= _FEWEST_WORDS and any(_in_order(said, _words(tokenize(wording))) for wording in wordings)


def _words(tokens: Sequence[Token]) -> list[str]:
    return [token.normalized for token in tokens if token.part[0] not in _BETWEEN_WORDS]


def _in_order(said: Sequence[str], wording: Sequence[str]) -> bool:
    rest = iter(wording)
    return all(word in rest for word in said)
