"""The language of a message, by its script."""

from __future__ import annotations

import re

_JAPANESE = re.compile("[ぁ-ゖァ-ヺ]")
_HAN = re.compile("[一-龥々]")
_HANGUL = re.compile("[가-힣]")
_DEVANAGARI = re.compile("[\u0900-\u097f]")
_LATIN_WORDS = re.compile(r"[A-Za-zÀ-ỹ]{2,}")


def language_of(text: str) -> str:
    """An ISO 639-1 code.  Words alone in Han characters count as Japanese: residents type 住民票."""
    if _JAPANESE.search(text):
        return "ja"
    if _HANGUL.search(text):
        return "ko"
    if _DEVANAGARI.search(text):
        return "ne"
    if not _HAN.search(text) and len(_LATIN_WORDS.findall(text)) >= 3:
        return "en"
    return "ja"
