"""What reaches us as text, made safe and comparable."""

from __future__ import annotations

import re
import unicodedata

from intents.patterns import pattern_sources
from intents.remembered import remembered

MAX_QUESTION = 2000
"""Characters of a question that are read.  Sudachi refuses 49,149 bytes; this stays far below."""

_SURROGATES = re.compile("[\ud800-\udfff]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPACES = re.compile(r"\s+")
_DIGITS = r"[\d\s〇一二三四五六七八九()ー‐‑‒–—―−－-]"
_DIGITS_AT_END = re.compile(rf"(?<!{_DIGITS}){_DIGITS}++$")
_DIGITS_AT_START = re.compile(rf"^{_DIGITS}+")
_HYPHENS = re.compile("[‐‑‒–—―−﹣－]")


def clean(raw: str) -> str:
    """``raw`` as both databases and every output can hold it.

    Lone surrogates become U+FFFD; control, bidi and zero-width characters go (the zero-width
    joiner too: it serves emoji, not questions); all line ends become one kind.
    """
    text = raw.replace("\r\n", "\n").replace("\r", "\n")
    text = _SURROGATES.sub("\ufffd", text)
    return _CONTROLS.sub("", text).strip()


def shorten(text: str, limit: int = MAX_QUESTION) -> str:
    """``text`` within ``limit`` characters: its beginning and its end, where questions stand."""
    if len(text) <= limit:
        return text
    head = limit // 2
    # Half a number must not survive the cut: whole, it would have been masked.
    return _DIGITS_AT_END.sub("", text[:head]) + "\n" + _DIGITS_AT_START.sub("", text[-(limit - head - 1) :])


@remembered
def normalize(text: str) -> str:
    """NFKC, lower case, one kind of hyphen, single spaces: how all comparing begins."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return _SPACES.sub(" ", _HYPHENS.sub("-", folded)).strip()


def letters(text: str) -> str:
    """What is left of a text when width, case, spaces and punctuation do not count."""
    return "".join(filter(str.isalnum, normalize(text)))


_ASKING_END = re.compile(
    "(?:を|について|のこと)?(?:教えて|おしえて|知りたい|聞きたい)(?:ください|下さい|ほしい|欲しい|です)?$|(?:です|でしょう)か$"
    "|(?:(?<=こと)|(?<=[^とではにも]))は$"
)


def asked_letters(text: str) -> str:
    """The letters of a question without an ending that only asks: 市長は誰ですか asks as 市長は誰 does."""
    found = letters(text)
    return _ASKING_END.sub("", found) or found


def to_katakana(text: str) -> str:
    """Hiragana as katakana, everything else as it is."""
    return "".join(chr(ord(char) + 0x60) if "ぁ" <= char <= "ゖ" else char for char in text)


def to_hiragana(text: str) -> str:
    """Katakana as hiragana, everything else as it is."""
    return "".join(chr(ord(char) - 0x60) if "ァ" <= char <= "ヶ" else char for char in text)


def kana_share(text: str) -> float:
    """The share of hiragana among the letters of ``text``, 0 to 1."""
    letters = [char for char in text if char.isalpha()]
    if not letters:
        return 0.0
    return sum("ぁ" <= char <= "ゖ" or char == "ー" for char in letters) / len(letters)


_SENTENCE_ENDS = re.compile(r"(?<=[。?!？！\n])")
_ASKS = re.compile(
    r"[?？]|(?:か|かね|かしら|の|たい|たいです|たいのですが|下さい|ください|教えて|でしょうか|ますか|ですか|んですが)[。!！\s]*$"
)
_CLAUSE_ENDS = re.compile(r"(?<=[がどもでら]、)")
"""After が、 けど、 けれども、 ので、 から、 たら、."""
_COURTESY, _FRAME = (re.compile(f"(?>{pattern_sources('courtesies')[group]})++") for group in ("courtesy", "frame"))
"""Nothing found is given up again: of a phrase said forty times there are more divisions than time to try them."""
_STORY = 50
"""From this many characters on, a message may be a story with its question at one end."""


@remembered
def split_story(text: str) -> tuple[str, str, str]:
    """(the question, what stands right before it, the rest).  A short message is all question.

    Courtesies, and clauses that tell who asks or how they heard of it, ask for nothing: they are
    left to the rest.
    """
    sentences = [_CLAUSE_ENDS.split(part) for part in _SENTENCE_ENDS.split(text) if part.strip()]
    if sum(map(len, sentences)) < 2:
        return text, "", ""
    around = [clause for clauses in sentences for clause in clauses if _is_around(clause)]
    left = ("".join(clause for clause in clauses if clause not in around) for clauses in sentences)
    told = [sentence for sentence in left if sentence.strip()]
    if not told:
        return text, "", ""
    if len(told) < 2 or len(text) < _STORY:
        return "".join(told), "", "".join(around)
    asking = [number for number, sentence in enumerate(told) if _ASKS.search(sentence)]
    place = asking[-1] if asking else len(told) - 1
    before = max(place - 1, 0)
    return told[place], "".join(told[before:place]), "".join((*told[:before], *told[place + 1 :], *around))


def last_clause(text: str) -> str:
    """What a long message of one sentence asks at its end, after が、 ので、 or けど、; empty where it is none."""
    question, _, _ = split_story(text)
    *before, last = _CLAUSE_ENDS.split(question.strip())
    return last if before and len(question) >= _STORY and _ASKS.search(last) else ""


def _is_around(clause: str) -> bool:
    plain = normalize(clause)
    return bool(_COURTESY.fullmatch(plain) or _FRAME.fullmatch(plain))
