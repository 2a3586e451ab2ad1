"""What residents ask most of each municipality is there in English and in やさしい日本語."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.conversation import answer
from knowledge.bundle import content_folders, read_bundle
from knowledge.common_content import common_content
from knowledge.corpus import Corpus

DATA = Path(__file__).parent.parent / "data"
EVERYWHERE = ("subjects", "subjects_heldout", "subjects_trial", "recognition")
"""Sets of questions that residents of any municipality may ask."""
MOST = 15


def _texts(given: Any) -> Iterator[str]:
    if isinstance(given, str):
        yield given
    elif isinstance(given, dict | list):
        for one in given.values() if isinstance(given, dict) else given:
            yield from _texts(one)


def _questions(code: str) -> Iterator[str]:
    for folder in ("gold", "gold_heldout"):
        file = DATA / folder / f"{code}.yaml"
        if file.is_file():
            yield from (one["question"] for one in yaml.safe_load(file.read_text(encoding="utf-8")))
    yield from yaml.safe_load((DATA / "near_misses.yaml").read_text(encoding="utf-8"))[code]
    for name in EVERYWHERE:
        every = _texts(yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8")))
        yield from (text for text in every if len(text) > 6)


@pytest.mark.parametrize("folder", content_folders(), ids=lambda folder: folder.name)
def test_the_entries_asked_most_are_translated(corpus: Corpus, folder: Path) -> None:
    own = {entry.id: entry for entry in read_bundle(folder).entries}
    knowledge = corpus.current(folder.name)
    replies = (answer(knowledge, question).reply for question in _questions(folder.name))
    asked = Counter(
        reply.answer.entry_id for reply in replies if reply.answer is not None and reply.answer.entry_id in own
    )
    assert len(asked) >= MOST
    lacking = [f"{count}: {key}" for key, count in asked.most_common(MOST) if not own[key].translations.keys() >= {"en", "easy"}]  # fmt: skip
    assert lacking == []


def test_every_common_entry_is_translated() -> None:
    assert [one.id for one in common_content().entries if not one.translations.keys() >= {"en", "easy"}] == []
