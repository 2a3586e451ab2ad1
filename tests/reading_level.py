"""How hard the bundled answers are to read: ``python -m tests.reading_level [--as table|markdown] [--worst N]``.

Sentences are counted in letters (no blanks, no readings in brackets).  A kanji is hard that is learnt after the
third year of school (``intents.furigana.easy_kanji``).  ``--content`` measures the texts of another checkout.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

from intents.furigana import easy_kanji

CONTENT = Path(__file__).parents[1] / "knowledge" / "content"
LONG = 60
"""Letters of a sentence from which the console advises to divide it."""
_SENTENCE = re.compile(r"[^。！？\n]+")
_KANJI = re.compile("[㐀-䶿一-鿿豈-﫿々]")
_READING = re.compile(r"[（(][ぁ-ゖァ-ヶー・\s]+[）)]")
_BLANKS = re.compile(r"\s+")
_HEADINGS = ("だれの答えか", "答え", "文", "平均の字数", f"{LONG}字を超える文", "最初の文", "漢字", "むずかしい漢字")


@dataclass(frozen=True)
class Level:
    """Of ``answers`` texts: lengths in letters, shares of all letters."""

    answers: int
    sentences: int
    mean_length: float
    long_sentences: int
    mean_first: float
    kanji: float
    hard_kanji: float


def sentences_of(text: str) -> list[str]:
    """A text's sentences as they are read: a line's end ends one, too."""
    plain = (_BLANKS.sub("", _READING.sub("", one)) for one in _SENTENCE.findall(text))
    return [one for one in plain if one]


def level(texts: Sequence[str]) -> Level:
    """Raises ValueError where there is no sentence."""
    found = [sentences_of(text) for text in texts]
    every = [one for sentences in found for one in sentences]
    letters = "".join(every)
    if not letters:
        raise ValueError("there is no sentence to measure")
    kanji = _KANJI.findall(letters)
    hard = [one for one in kanji if one != "々" and one not in easy_kanji()]
    return Level(
        answers=len(texts),
        sentences=len(every),
        mean_length=len(letters) / len(every),
        long_sentences=sum(len(one) > LONG for one in every),
        mean_first=sum(len(sentences[0]) for sentences in found) / len(found),
        kanji=len(kanji) / len(letters),
        hard_kanji=len(hard) / len(letters),
    )


def bundled(content: Path, *, easy: bool = False) -> Iterator[tuple[str, str]]:
    """(folder, answer) of every bundled entry; with ``easy`` its やさしい日本語."""
    for path in sorted(content.glob("*/entries*.yaml")):
        if path.parent.name != "template":
            entries: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
            for entry in entries:
                text = entry.get("translations", {}).get("easy", {}).get("answer") if easy else entry.get("answer")
                if text:
                    yield path.parent.name, text


def levels(content: Path) -> dict[str, Level]:
    """Of each folder, of all together, and of やさしい日本語."""
    texts = list(bundled(content))
    folders = sorted({folder for folder, _ in texts})
    found = {folder: level([text for its, text in texts if its == folder]) for folder in folders}
    found["すべて"] = level([text for _, text in texts])
    found["やさしい日本語"] = level([text for _, text in bundled(content, easy=True)])
    return found


def _cells(name: str, one: Level) -> tuple[str, ...]:
    counts = (f"{one.answers:,}", f"{one.sentences:,}", f"{one.mean_length:.1f}", f"{one.long_sentences:,}")
    return (name, *counts, f"{one.mean_first:.1f}", f"{one.kanji:.1%}", f"{one.hard_kanji:.1%}")


def _markdown(rows: Iterable[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in [_HEADINGS, ["---"] * len(_HEADINGS), *rows])


def _worst(content: Path, count: int) -> list[tuple[int, str, str]]:
    every = [(len(one), folder, one) for folder, text in bundled(content) for one in sentences_of(text)]
    return sorted(every, reverse=True)[:count]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--as", dest="form", choices=("table", "markdown"), default="table")
    parser.add_argument("--content", type=Path, default=CONTENT)
    parser.add_argument("--worst", type=int, default=0, help="the longest sentences, too")
    given = parser.parse_args()
    rows = [_cells(name, one) for name, one in levels(given.content).items()]
    console = Console(soft_wrap=True)
    if given.form == "markdown":
        console.print(_markdown(rows), markup=False)
    else:
        table = Table(*_HEADINGS)
        for row in rows:
            table.add_row(*row)
        console.print(table)
    for length, folder, sentence in _worst(given.content, given.worst):
        console.print(f"{length} {folder} {sentence}", markup=False)


if __name__ == "__main__":
    main()
