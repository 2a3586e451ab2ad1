"""Groups of words that mean the same, found as phrases in a row of content words."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import yaml

from intents.tokenizer import Token, tokenize

_BUNDLED = Path(__file__).parent / "data" / "synonyms.yaml"


@dataclass(frozen=True)
class Lexicon:
    """``phrases``: a row of normalized words -> the numbers of the concepts it names.

    ``longest``: of the phrases that begin with a word, how many words the longest has.  ``own``: what
    somebody has laid down for one knowledge base, a row of normalized words -> the tokens of what it means.
    """

    phrases: dict[tuple[str, ...], frozenset[int]]
    groups: tuple[tuple[str, ...], ...]
    longest: dict[str, int]
    own: Mapping[tuple[str, ...], tuple[Token, ...]] = field(default_factory=dict)

    def concepts(self, words: Sequence[str]) -> list[tuple[int, int, int]]:
        """Each concept named in ``words``, as (concept, start, end); overlaps are kept."""
        found: list[tuple[int, int, int]] = []
        for start, first in enumerate(words):
            longest = self.longest.get(first)
            if longest is None:
                continue
            for end in range(start + 1, min(start + longest, len(words)) + 1):
                found += ((concept, start, end) for concept in self.phrases.get(tuple(words[start:end]), ()))
        return found


def concept_term(concept: int) -> str:
    """The term that stands for a concept in an index; no word looks like it."""
    return f"§{concept}"


def is_concept(term: str) -> bool:
    return term.startswith("§")


_JOINING = frozenset({"助詞", "助動詞", "補助記号", "空白", "記号", "感動詞"})


def names_something(token: Token) -> bool:
    """Whether a token counts where phrases are read by what a text is about."""
    return token.naming


def is_a_word(token: Token) -> bool:
    """Whether a token counts where a phrase must stand as it is written: 危険物 is not 危険, 水が出る no 水."""
    return token.part[0] not in _JOINING


def make_lexicon(groups: Iterable[Sequence[str]], counts: Callable[[Token], bool] = names_something) -> Lexicon:
    """``counts``: the tokens that a phrase is made of."""
    phrases: dict[tuple[str, ...], set[int]] = {}
    kept = tuple(tuple(group) for group in groups)
    for number, group in enumerate(kept):
        for phrase in group:
            words = phrase_words(tokenize(phrase), counts)
            if words:
                phrases.setdefault(words, set()).add(number)
    longest: dict[str, int] = {}
    for words in phrases:
        longest[words[0]] = max(longest.get(words[0], 0), len(words))
    return Lexicon(
        {words: frozenset(numbers) for words, numbers in phrases.items()},
        kept,
        longest,
    )


def with_synonyms(lexicon: Lexicon, pairs: Sequence[tuple[str, str]]) -> Lexicon:
    """``lexicon`` with each (word, what it means) of ``pairs``: the word joins every group of what it means.

    What stands in no group yet makes a new one with its word.
    """
    if not pairs:
        return lexicon
    phrases, groups = dict(lexicon.phrases), [list(group) for group in lexicon.groups]
    longest, own = dict(lexicon.longest), dict(lexicon.own)
    for word, means in pairs:
        said, meant = phrase_words(tokenize(word)), phrase_words(tokenize(means))
        if not said or not meant:
            continue
        if meant not in phrases:
            phrases[meant] = frozenset({len(groups)})
            groups.append([means])
        for number in phrases[meant]:
            groups[number].append(word)
        phrases[said] = phrases.get(said, frozenset()) | phrases[meant]
        own[tuple(token.normalized for token in tokenize(word))] = tuple(tokenize(means))
        for words in (said, meant):
            longest[words[0]] = max(longest.get(words[0], 0), len(words))
    ordered = dict(sorted(own.items(), key=lambda pair: -len(pair[0])))
    return Lexicon(phrases, tuple(map(tuple, groups)), longest, ordered)


def in_known_words(tokens: Sequence[Token], lexicon: Lexicon, known: Container[str]) -> tuple[Token, ...]:
    """``tokens`` with what each laid-down word means in its place, where the texts do not say that word themselves."""
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        phrase = next((one for one in lexicon.own if _stands_at(one, tokens, at)), None)
        if phrase and not all(word in known for word in phrase):
            found += lexicon.own[phrase]
            at += len(phrase)
        else:
            found.append(tokens[at])
            at += 1
    return tuple(found)


def _stands_at(phrase: tuple[str, ...], tokens: Sequence[Token], at: int) -> bool:
    return phrase == tuple([token.normalized for token in tokens[at : at + len(phrase)]])


def phrase_words(tokens: Sequence[Token], counts: Callable[[Token], bool] = names_something) -> tuple[str, ...]:
    """The words by which a phrase is found in a text."""
    return tuple(token.normalized for token in tokens if counts(token))


@lru_cache(maxsize=1)
def bundled_lexicon() -> Lexicon:
    """The groups that come with the program."""
    return make_lexicon(yaml.safe_load(_BUNDLED.read_text(encoding="utf-8")))
