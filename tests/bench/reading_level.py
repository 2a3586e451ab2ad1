"""How hard the bundled answers are to read: ``python -m tests.bench.reading_level``.

Of the Japanese and of the やさしい日本語: letters of a sentence on average and beyond the limit of the console's hint,
the share of kanji, of kanji that are learnt after the third year of school, and of answers whose first sentence is
longer than a phone shows in three lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from intents.furigana import easy_kanji
from knowledge.bundle import content_folders, read_bundle
from knowledge.common_content import common_content
from knowledge.easy_japanese import LONGEST, LONGEST_EASY

THREE_LINES = 60
"""Letters, in LINE's bubble on a phone, in the usual size."""
_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?")
_READING = re.compile(r"[（(][ぁ-ゖァ-ヶー・\s]+[）)]")
_BLANKS = re.compile(r"\s+")
_KANJI = re.compile("[㐀-䶿一-鿿豈-﫿]")


@dataclass(frozen=True)
class Level:
    """``average``: letters of a sentence; the rest are shares of 1."""

    answers: int
    sentences: int
    average: float
    long_sentences: float
    kanji: float
    hard_kanji: float
    long_beginnings: float


def level_of(texts: Iterable[str], longest: int) -> Level:
    """The level of some answers.  Readings in brackets are no part of a sentence."""
    answers = [list(_sentences(text)) for text in texts]
    sentences = [one for answer in answers for one in answer]
    letters = "".join(sentences)
    kanji = _KANJI.findall(letters)
    return Level(
        len(answers),
        len(sentences),
        len(letters) / max(len(sentences), 1),
        _share(len(one) > longest for one in sentences),
        len(kanji) / max(len(letters), 1),
        _share(one not in easy_kanji() for one in kanji),
        _share(len(answer[0]) > THREE_LINES for answer in answers if answer),
    )


def _sentences(text: str) -> Iterator[str]:
    for sentence in _SENTENCE.findall(_READING.sub("", text)):
        plain = _BLANKS.sub("", sentence)
        if plain:
            yield plain


def _share(found: Iterable[bool]) -> float:
    whole = list(found)
    return sum(whole) / max(len(whole), 1)


def bundled() -> Mapping[str, tuple[list[str], list[str]]]:
    """Of each municipality, and of the common answers: the Japanese texts and those in やさしい日本語."""
    found = {}
    for folder in content_folders():
        bundle = read_bundle(folder)
        found[bundle.municipality.name] = _texts(bundle.entries)
    found["共通の答え"] = _texts(common_content().entries)
    return found


def _texts(entries: Iterable[object]) -> tuple[list[str], list[str]]:
    japanese, easy = [], []
    for entry in entries:
        japanese.append(str(getattr(entry, "answer")))  # noqa: B009  entries of two kinds, of one shape
        translated = getattr(entry, "translations").get("easy")  # noqa: B009
        if translated is not None and translated.answer:
            easy.append(translated.answer)
    return japanese, easy


def main() -> None:
    table = Table(
        "",
        "文",
        "答え",
        "一文の長さ（字）",
        "長い文",
        "漢字",
        "漢字のうち難しいもの",
        "はじめの文が3行をこえる",
        title="読みやすさ",
    )
    whole: tuple[list[str], list[str]] = ([], [])
    for name, texts in (*bundled().items(), ("すべて", whole)):
        for sort, its, longest, all_ in zip(("ふつう", "やさしい"), texts, (LONGEST, LONGEST_EASY), whole, strict=True):
            found = level_of(its, longest)
            if name != "すべて":
                all_ += its
            table.add_row(
                name,
                sort,
                f"{found.answers:,}",
                f"{found.average:.1f}",
                *(f"{one:.1%}" for one in (found.long_sentences, found.kanji, found.hard_kanji, found.long_beginnings)),
            )
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
