"""Nouns and the verbs that they come from: 支払い and 支払う, 届け and 届ける, 目指し and 目指す."""

from __future__ import annotations

_LAST_OF_STEM = "いきぎしじちにびみり"
_LAST_OF_VERB = "うくぐすずつぬぶむる"
_LAST_OF_LONG_STEM = "いきぎしじちにびみりえけげせぜてでねへべめれ"
_VERB_OF = dict(zip(_LAST_OF_STEM, _LAST_OF_VERB, strict=True))
_STEM_OF = dict(zip(_LAST_OF_VERB, _LAST_OF_STEM, strict=True))


def related_forms(word: str) -> tuple[str, ...]:
    """The verbs that a noun in -i or -e may come from, the nouns that a verb may make.

    Only of words that begin with a kanji: of kana alone too much looks alike.  Whether a form is a
    word at all, the vocabulary that it is looked up in tells.
    """
    if len(word) < 2 or not "一" <= word[0] <= "鿿":
        return ()
    last, stem = word[-1], word[:-1]
    found: list[str] = []
    if last in _VERB_OF:
        found.append(stem + _VERB_OF[last])
    if last in _LAST_OF_LONG_STEM:
        found.append(word + "る")
    if last in _STEM_OF:
        found.append(stem + _STEM_OF[last])
    if last == "る" and stem[-1] in _LAST_OF_LONG_STEM:
        found.append(stem)
    return tuple(found)
