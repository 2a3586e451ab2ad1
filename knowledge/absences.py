"""What an answer says that a plan does not tell of: the words that can be looked for in the plan.

"避難所の一覧やハザードマップは、計画に書かれていません" claims two things, and only ハザードマップ is a word whose
absence a search can decide: 一覧 may well stand elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_NOT_TOLD = re.compile(
    "(?:書かれて|載って|触れられて|説明されて|取り上げられて)いません|記載(?:が|は)(?:あり)?ません|記載はありません"
    "|出てきません|見当たりません|言葉(?:は|が)(?:あり)?ません|何も書かれていません"
)
_SUBJECT = re.compile("(?:は、|(?:に)?ついて(?:は)?、|が書かれて|の記載)")
_PLAN = re.compile(r"^(?:市の)?(?:この)?(?:計画|計画書)(?:に|で)?(?:は|の中)?、?")
_TAIL = re.compile("(?:について|に関すること|のこと|ということば?|という言葉)$")
_PARTS = re.compile("、|や(?=[一-龥ァ-ヶA-Za-z「])|・|(?:と|か)(?=[ァ-ヶA-Z「])|[（）()]")
_WORD = re.compile("[一-龥々ァ-ヶーA-Za-z0-9-]{2,}")
_SENTENCE = re.compile("(?<=。)|\n")


def absent_words(text: str) -> tuple[str, ...]:
    """The words, each a noun by itself, that a text says the plan does not have."""
    found = (word for sentence in _sentences(text) if _NOT_TOLD.search(sentence) for word in _words(sentence))
    return tuple(dict.fromkeys(found))


def told(text: str, *, not_told: bool = False) -> str:
    """The sentences of a text that do not say what the plan lacks; with ``not_told``, those that do."""
    return "\n".join(one for one in _sentences(text) if (_NOT_TOLD.search(one) is not None) == not_told)


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in _SENTENCE.split(unicodedata.normalize("NFKC", text)) if sentence.strip()]


def _words(sentence: str) -> Iterator[str]:
    subject = _SUBJECT.split(_PLAN.sub("", sentence), maxsplit=1)[0]
    plain = _TAIL.sub("", subject)
    parts = [part.strip("「」 ") for part in _PARTS.split(plain)]
    if len(parts) > 1 and any("の" in part for part in parts):
        return
    yield from (part for part in parts if _WORD.fullmatch(part))
