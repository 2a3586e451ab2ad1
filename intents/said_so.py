"""Whether a wording says all that a question says: its question words and verbs too, in its order or by its phrases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from intents.tokenizer import Token, tokenize

_BETWEEN_WORDS = frozenset({"助詞", "助動詞", "補助記号", "感動詞"})
_FEWEST_WORDS = 3
"""Fewer words are said by too many wordings to tell them apart."""
_ENDS = frozenset({"助詞", "補助記号", "感動詞"})
"""What a phrase ends with; 取りたい and what follows it are one."""
_UNTOLD = frozenset({"は", "が", "を", "も", "って", "の"})
"""Particles that speech leaves out or exchanges; the others (から, まで, で, に) tell what a phrase is to the verb."""

_Phrase = tuple[str, ...]
"""Words that stand together, and the particles after them that tell."""


def says_as_much(wordings: Sequence[str], tokens: Sequence[Token]) -> bool:
    """Whether one of ``wordings`` holds all the words of ``tokens``, whatever else stands between them.

    Either in their order, or phrase by phrase in another: 住民票をコンビニで and コンビニで住民票を are one.
    """
    said = _words(tokens)
    if len(said) < _FEWEST_WORDS:
        return False
    phrases = Counter(_phrases(tokens))
    return any(
        _in_order(said, _words(wording)) or phrases <= Counter(_phrases(wording)) for wording in map(tokenize, wordings)
    )


def _words(tokens: Sequence[Token]) -> list[str]:
    return [token.normalized for token in tokens if token.part[0] not in _BETWEEN_WORDS]


def _in_order(said: Sequence[str], wording: Sequence[str]) -> bool:
    rest = iter(wording)
    return all(word in rest for word in said)


def _phrases(tokens: Sequence[Token]) -> list[_Phrase]:
    found: list[list[str]] = []
    ended = True
    for token in tokens:
        if token.part[0] not in _BETWEEN_WORDS:
            if ended:
                found.append([])
            found[-1].append(token.normalized)
            ended = False
        elif found and token.part[0] == "助詞" and token.normalized not in _UNTOLD:
            found[-1].append(token.normalized)
        ended = ended or token.part[0] in _ENDS
    return [tuple(one) for one in found]
