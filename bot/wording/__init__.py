"""Every fixed sentence that a resident reads, per language, kept apart from the code.

``speaking`` sets the language of what is said within it, as one sets a locale: replies are made
and shown in many small functions, and each of them speaks the language of the reply.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

import yaml

from intents.romaji import latin_name, reading_in_hiragana
from intents.subjects import Subject

DEFAULT = "ja"
EASY = "easy"

_speaking: ContextVar[str] = ContextVar("speaking", default=DEFAULT)
_PLACES = ("town", "place")
_READ_BY_THEMSELVES = frozenset((DEFAULT, "zh"))


@lru_cache
def wording(language: str) -> Mapping[str, str | list[str]]:
    """A language's file: its sentences, and ``reviewed``."""
    path = Path(__file__).parent / f"{language}.yaml"
    if not path.exists():
        return {}
    loaded: Mapping[str, str | list[str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


@lru_cache
def sentences(language: str) -> Mapping[str, str | list[str]]:
    return {key: text for key, text in wording(language).items() if key not in ("reviewed", "reviewed_by")}


@lru_cache(maxsize=1)
def _subject_names() -> Mapping[str, Mapping[str, str]]:
    """The subjects' names in other languages: id -> language -> name."""
    loaded: Mapping[str, Mapping[str, str]] = yaml.safe_load(
        (Path(__file__).parent / "subjects.yaml").read_text(encoding="utf-8")
    )
    return loaded


def subject_name(subject: Subject) -> str:
    """What a subject is called in the language spoken now."""
    return _subject_names().get(subject.id, {}).get(current(), subject.name)


def is_reviewed(language: str) -> bool:
    """Whether a fluent speaker has checked the sentences.  Japanese is what they were written in."""
    return language == DEFAULT or bool(wording(language).get("reviewed"))


def current() -> str:
    """The language spoken now."""
    return _speaking.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within this, ``say`` speaks ``language``."""
    token = _speaking.set(language)
    try:
        yield
    finally:
        _speaking.reset(token)


def say(key: str, turn: int = 0, language: str | None = None, **values: object) -> str:
    """The sentence ``key`` with its values.  Where it has variants, ``turn`` picks one in rotation."""
    spoken = language or _speaking.get()
    found = sentences(spoken).get(key) or sentences(DEFAULT)[key]
    if isinstance(found, list):
        found = found[turn % len(found)]
    if spoken not in _READ_BY_THEMSELVES:
        values |= {name: _readable(str(values[name]), spoken) for name in _PLACES if name in values}
    return _with_its_hall(found.format(**values), str(values.get("town", "")))


def _with_its_hall(sentence: str, town: str) -> str:
    """The sentences are written for a city: a town's hall is its 役場."""
    return sentence.replace(f"{town}役所", f"{town}役場") if town.endswith(("町", "村")) else sentence


def _readable(name: str, language: str) -> str:
    """The name of a place with how it is read: Matsusaka-shi (松阪市)."""
    return f"{name}（{reading_in_hiragana(name)}）" if language == EASY else f"{latin_name(name)} ({name})"
