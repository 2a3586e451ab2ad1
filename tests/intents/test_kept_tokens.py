"""Texts that were taken apart before: the same words, and never those of another program or a damaged file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from intents import kept_tokens, tokenizer
from intents.counts import Document
from intents.index import build_index
from intents.kept_tokens import KeptTokens
from intents.ranker import rank
from intents.tokenizer import tokenize
from intents.vectors import Vectors

TEXTS = ("粗大ごみは、どうやって出しますか？", "副市長は幼稚園へ行きました。", "ＡＩと2,026年", "", "😀\n")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    kept = KeptTokens(tmp_path / "texts.tokens")
    for text in TEXTS:
        kept.of(text)
    kept.save()
    return tmp_path / "texts.tokens"


@pytest.fixture
def taken_apart(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that have to be taken apart."""
    found: list[str] = []

    def seen(text: str) -> list[tokenizer.Token]:
        found.append(text)
        return tokenize(text)

    monkeypatch.setattr(kept_tokens, "tokenize", seen)
    return found


@pytest.mark.parametrize("text", TEXTS)
def test_a_kept_text_is_not_taken_apart_again_and_has_the_same_words(
    path: Path, taken_apart: list[str], text: str
) -> None:
    found = KeptTokens(path).of(text)
    assert taken_apart == []
    assert list(found) == tokenize(text)
    told = [(one.content, one.naming, one.hiragana) for one in found]
    assert told == [(one.content, one.naming, one.hiragana) for one in tokenize(text)]


def test_a_new_text_is_taken_apart_once_and_kept_with_the_others(path: Path, taken_apart: list[str]) -> None:
    kept = KeptTokens(path)
    for text in (*TEXTS, "新しい文です", "新しい文です"):
        kept.of(text)
    kept.save()
    assert taken_apart == ["新しい文です"]
    again = KeptTokens(path)
    for text in (*TEXTS, "新しい文です"):
        again.of(text)
    assert taken_apart == ["新しい文です"]


def test_what_is_asked_for_no_more_is_not_kept_for_ever(path: Path, taken_apart: list[str]) -> None:
    kept = KeptTokens(path)
    kept.of(TEXTS[0])
    kept.save()
    KeptTokens(path).of(TEXTS[1])
    assert taken_apart == [TEXTS[1]]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda whole: b"", id="empty"),
        pytest.param(lambda whole: b"something else", id="another file"),
        pytest.param(lambda whole: whole[:-64], id="cut off"),
        pytest.param(lambda whole: whole.replace(b"texts", b"taxes"), id="without its texts"),
        pytest.param(lambda whole: whole.replace(b"mark", b"mork"), id="without its mark"),
    ],
)
def test_a_damaged_file_costs_time_and_nothing_else(
    path: Path, taken_apart: list[str], damage: Callable[[bytes], bytes]
) -> None:
    path.write_bytes(damage(path.read_bytes()))
    kept = KeptTokens(path)
    assert list(kept.of(TEXTS[0])) == tokenize(TEXTS[0])
    kept.save()
    assert taken_apart == [TEXTS[0]]
    KeptTokens(path).of(TEXTS[0])
    assert taken_apart == [TEXTS[0]]


def test_what_another_program_kept_is_not_trusted(
    path: Path, taken_apart: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_tokens, "program_mark", lambda: b"another")
    KeptTokens(path).of(TEXTS[0])
    assert taken_apart == [TEXTS[0]]


def test_an_index_of_kept_words_ranks_as_one_of_texts_taken_apart(
    documents: tuple[Document, ...], vectors: Vectors, tmp_path: Path
) -> None:
    path = tmp_path / "texts.tokens"
    first = KeptTokens(path)
    build_index(documents, vectors=vectors, tokens_of=first.of)
    first.save()
    plain, kept = (
        build_index(documents, vectors=vectors, **given) for given in ({}, {"tokens_of": KeptTokens(path).of})
    )
    for question in ("ごみを捨てたい", "じゅうみんひょう", "住民票 コンビニ"):
        assert rank(kept, question).candidates == rank(plain, question).candidates
