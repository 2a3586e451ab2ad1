"""The fixed sentences: every one that the code asks for exists, and none waits unused with a slip in it."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest

from bot.dialogue import NEW_DIALOGUE
from bot.taps import Act, Tap, reply_to_tap
from bot.wording import say, sentences, wording
from intents.facets import Facet
from intents.handoff import Wish
from intents.list_requests import Subject
from intents.small_talk import SmallTalk
from knowledge.corpus import Corpus
from knowledge.reply_languages import REPLY_LANGUAGES

ROOT = Path(__file__).parent.parent.parent


def keys_in_code() -> set[str]:
    """The literal first arguments of ``say`` and of the replies that take a key."""
    makers = {"say": 0, "plain_reply": 1, "handoff_reply": 1, "small_talk_reply": 1}
    found = set()
    for path in (ROOT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in makers:
                place = makers[node.func.id]
                if len(node.args) > place and isinstance(node.args[place], ast.Constant):
                    found.add(str(node.args[place].value))
    return found


def test_every_sentence_that_the_code_names_exists() -> None:
    assert len(keys_in_code()) > 20
    assert keys_in_code() - set(sentences("ja")) == set()


@pytest.mark.parametrize(
    "key",
    [
        *(kind.value for kind in SmallTalk),
        *(f"handoff_{wish.value}" for wish in Wish),
        *(f"facet_name_{facet.value}" for facet in Facet),
        *(f"list_{subject.value}_title" for subject in Subject),
        "emergency_first",
        "emergency_suicide",
        "emergency_consumer",
    ],
)
def test_every_sentence_chosen_by_kind_exists(key: str) -> None:
    assert say(key, town="松阪市")


@pytest.mark.parametrize("key", sorted(sentences("ja")))
def test_a_sentence_has_text_and_named_places_only(key: str) -> None:
    value = sentences("ja")[key]
    for text in [value] if isinstance(value, str) else value:
        assert text.strip() == text != ""
        assert all(name is None or name.isidentifier() for _, name, _, _ in string.Formatter().parse(text))


def places(text: str | list[str]) -> set[str]:
    """The named places of a sentence, or of all its variants."""
    parts = [text] if isinstance(text, str) else text
    return {name for part in parts for _, name, _, _ in string.Formatter().parse(part) if name}


@pytest.mark.parametrize("language", REPLY_LANGUAGES)
def test_every_language_has_the_sentences_of_japanese_with_the_same_places(language: str) -> None:
    japanese, other = sentences("ja"), sentences(language)
    assert set(other) == set(japanese)
    assert {key: places(text) for key, text in other.items()} == {key: places(text) for key, text in japanese.items()}
    assert [key for key, text in other.items() if isinstance(text, list) is not isinstance(japanese[key], list)] == []
    assert [key for key, text in other.items() if text != (text.strip() if isinstance(text, str) else text)] == []


@pytest.mark.parametrize("language", REPLY_LANGUAGES)
def test_sentences_that_nobody_checked_say_so_in_japanese_too(language: str) -> None:
    assert isinstance(wording(language)["reviewed"], bool)
    assert "確" in say("unreviewed", language=language)


def test_variants_take_turns() -> None:
    assert [say("none", turn) for turn in (0, 1, 2)] == [say("none", 0), say("none", 1), say("none", 0)]
    assert say("none", 0) != say("none", 1)


def test_a_language_without_sentences_gets_japanese() -> None:
    assert say("thanks", language="xx") == say("thanks")


@pytest.mark.parametrize("act", list(Act), ids=lambda act: act.value)
@pytest.mark.parametrize("entry_id", [None, "no-such-entry", "own"])
def test_every_tap_gets_a_reply_whatever_it_is_about(corpus: Corpus, act: Act, entry_id: str | None) -> None:
    knowledge = corpus.current("242047")
    own = next(iter(knowledge.answers))
    reply, _ = reply_to_tap(knowledge, Tap(act, "log", own if entry_id == "own" else entry_id), NEW_DIALOGUE)
    assert reply.text or reply.opening
    assert "見本です" in "".join(reply.notes)
