"""How the hard words of the bundled knowledge are read: to be looked at by eye, and mended in readings.yaml.

python -m tests.readings_table [--most 200] [--titles] [--without-corrections]
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from intents.furigana import with_readings
from knowledge.bundled_readings import bundled_readings

CONTENT = Path(__file__).parent.parent / "knowledge" / "content"
_SHOWN = ("title", "answer", "text", "question", "name", "term", "meaning", "role", "short_title")
_TITLES = ("title", "question", "name", "term", "short_title")


def bundled_texts(fields: tuple[str, ...] = _SHOWN) -> Iterator[tuple[str, str]]:
    """What residents are shown of the bundled knowledge, in Japanese: the municipality's code (or common), a text."""
    for path in sorted(CONTENT.glob("*/*.yaml")):
        if path.parent.name != "template":
            for text in _texts(yaml.safe_load(path.read_text(encoding="utf-8")), fields):
                yield path.parent.name, text


def _texts(found: Any, fields: tuple[str, ...]) -> Iterator[str]:
    if isinstance(found, dict):
        for key, value in found.items():
            if key in fields and isinstance(value, str):
                yield value
            elif key != "translations":
                yield from _texts(value, fields)
    elif isinstance(found, list):
        for one in found:
            yield from _texts(one, fields)


def hard_words(*, corrected: bool = True) -> Counter[tuple[str, str]]:
    """Each hard word with its reading, and in how many texts it stands."""
    return Counter(
        (one.text, one.reading)
        for code, text in bundled_texts()
        for one in with_readings(text, own_readings(code, corrected=corrected))
        if one.reading
    )


def own_readings(code: str, *, corrected: bool) -> dict[str, str]:
    return bundled_readings(code) if corrected else {}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=200, help="how many of the words, the most frequent first")
    parser.add_argument("--titles", action="store_true", help="all titles and names instead")
    parser.add_argument("--without-corrections", action="store_true", help="as the dictionary alone reads them")
    given = parser.parse_args()
    corrected = not given.without_corrections
    if given.titles:
        for code, title in sorted(set(bundled_texts(_TITLES))):
            pieces = with_readings(title, own_readings(code, corrected=corrected))
            print("".join(f"{one.text}[{one.reading}]" if one.reading else one.text for one in pieces))
        return
    for (word, reading), count in hard_words(corrected=corrected).most_common(given.most):
        print(f"{count:5} {word} {reading}")


if __name__ == "__main__":
    main()
