"""An index kept in a file: the same index when it is opened, and nothing else under its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from intents.array_files import ArrayFileError
from intents.counts import Document
from intents.index import Index, build_index
from intents.learning import learn
from intents.lexicon import bundled_lexicon, make_lexicon
from intents.ranker import rank
from intents.storage import fingerprint, open_index, save_index
from intents.vectors import NO_VECTORS, Vectors

QUESTIONS = (
    "粗大ごみはどうやって出しますか？",
    "たんすを捨てたい",
    "じゅうみんひょうはどこでとれますか",
    "スマトーフォン講座",
    "印監登録",
    "市長の好きな食べ物",
    "転校",
    "",
)


def kept(index: Index, folder: Path, vectors: Vectors) -> Index:
    path = folder / "one.index"
    save_index(index, path)
    return open_index(path, index.documents, index.lexicon, index.ignored, vectors)


@pytest.mark.parametrize("with_vectors", [True, False])
@pytest.mark.parametrize("learned", [True, False])
def test_an_opened_index_ranks_as_the_one_that_was_kept(
    documents: tuple[Document, ...], vectors: Vectors, tmp_path: Path, with_vectors: bool, learned: bool
) -> None:
    used = vectors if with_vectors else NO_VECTORS
    adaptation = learn(documents, used) if learned else None
    index = build_index(documents, vectors=used, ignored=["青空市"], adaptation=adaptation)
    opened = kept(index, tmp_path, used)
    for question in QUESTIONS:
        assert rank(opened, question).candidates == rank(index, question).candidates
        assert rank(opened, question).query == rank(index, question).query
        assert rank(opened, question).breadth == rank(index, question).breadth


def test_an_empty_knowledge_base_is_kept_too(tmp_path: Path) -> None:
    opened = kept(build_index([]), tmp_path, NO_VECTORS)
    assert rank(opened, "住民票").candidates == ()


def test_nothing_but_the_file_is_left_in_the_folder(index: Index, vectors: Vectors, tmp_path: Path) -> None:
    kept(index, tmp_path, vectors)
    kept(index, tmp_path, vectors)
    assert [path.name for path in tmp_path.iterdir()] == ["one.index"]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda whole: b"", id="empty"),
        pytest.param(lambda whole: b"something else", id="another file"),
        pytest.param(lambda whole: whole[: len(whole) // 2], id="cut off in its arrays"),
        pytest.param(lambda whole: whole[:200], id="cut off in its head"),
        pytest.param(lambda whole: whole[:14], id="cut off before its length"),
        pytest.param(lambda whole: whole[:22] + b"\xc1" * 100 + whole[122:], id="a damaged head"),
        pytest.param(lambda whole: whole[:14] + b"\xff" * 8 + whole[22:], id="a length beyond its end"),
    ],
)
def test_a_damaged_file_is_told_from_an_index(
    index: Index, vectors: Vectors, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "one.index"
    save_index(index, path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ArrayFileError, match=r"one\.index"):
        open_index(path, index.documents, index.lexicon, index.ignored, vectors)


def test_a_missing_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_index(tmp_path / "none.index", (), bundled_lexicon(), frozenset(), NO_VECTORS)


def test_whatever_an_index_is_made_from_changes_its_name(documents: tuple[Document, ...], vectors: Vectors) -> None:
    first, *others = documents
    lexicon = bundled_lexicon()
    names = [
        fingerprint(documents, {"青空"}, vectors, "1", lexicon),
        fingerprint(others, {"青空"}, vectors, "1", lexicon),
        fingerprint((*others, first), {"青空"}, vectors, "1", lexicon),
        fingerprint((replace(first, question="何か"), *others), {"青空"}, vectors, "1", lexicon),
        fingerprint((replace(first, phrasings=()), *others), {"青空"}, vectors, "1", lexicon),
        fingerprint((replace(first, answer="何か"), *others), {"青空"}, vectors, "1", lexicon),
        fingerprint((replace(first, id="other"), *others), {"青空"}, vectors, "1", lexicon),
        fingerprint((replace(first, prior=-0.5), *others), {"青空"}, vectors, "1", lexicon),
        fingerprint(documents, (), vectors, "1", lexicon),
        fingerprint(documents, {"青空"}, NO_VECTORS, "1", lexicon),
        fingerprint(documents, {"青空"}, vectors, "2", lexicon),
        fingerprint(documents, {"青空"}, vectors, "1", make_lexicon([["机", "デスク"]])),
    ]
    assert len(set(names)) == len(names)
    assert names[0] == fingerprint(list(documents), ["青空"], vectors, "1", lexicon)
