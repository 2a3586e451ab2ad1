"""Word vectors: how words are found, and what happens where there are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.vectors import DIMENSIONS, NO_VECTORS, Vectors, open_vectors, word_key, write_vectors


@pytest.mark.parametrize(
    ("word", "key"),
    [
        pytest.param("", 0, id="nothing"),
        pytest.param("coffee", 3197928453018144401, id="coffee, as spaCy's own manual gives it"),
        pytest.param("I", 4690420944186131903, id="I, as spaCy's own manual gives it"),
        pytest.param("love", 3702023516439754181, id="love, as spaCy's own manual gives it"),
    ],
)
def test_words_are_keyed_as_the_package_keys_them(word: str, key: int) -> None:
    assert word_key(word) == key


@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_every_word_has_a_key_of_64_bits(word: str) -> None:
    assert 0 <= word_key(word) < 1 << 64


@pytest.mark.parametrize(
    "word",
    [
        pytest.param("住民", id="resident"),
        pytest.param("ごみ", id="waste"),
        pytest.param("手続き", id="procedure"),
        pytest.param("引っ越し", id="moving house"),
        pytest.param("図書館", id="library"),
        pytest.param("スマートフォン", id="smartphone"),
        pytest.param("捨てる", id="to throw away"),
    ],
)
def test_everyday_words_of_the_office_have_a_vector(vectors: Vectors, word: str) -> None:
    vector = vectors.vector(word)
    assert vector is not None
    assert vector.shape == (DIMENSIONS,)
    assert float(np.linalg.norm(vector)) == pytest.approx(1, abs=1e-5)


def test_words_may_share_a_vector_without_being_alike(vectors: Vectors) -> None:
    """Why nearness is never taken as proof that a word is present."""
    assert vectors.row("住民票") == vectors.row("戸籍")


def test_words_that_nobody_uses_have_none(vectors: Vectors) -> None:
    assert vectors.row("ぽぬぽぬ市役所課") is None
    assert vectors.vector("ぽぬぽぬ市役所課") is None
    assert vectors.vector("") is None


def test_like_words_are_nearer_than_unlike_ones(vectors: Vectors) -> None:
    def nearness(one: str, other: str) -> float:
        first, second = vectors.vector(one), vectors.vector(other)
        assert first is not None
        assert second is not None
        return float(first @ second)

    assert nearness("保育園", "幼稚園") > nearness("保育園", "下水道")


def test_the_keys_are_sorted_and_every_row_exists(vectors: Vectors) -> None:
    keys = np.asarray(vectors.keys)
    assert bool((keys[1:] > keys[:-1]).all())
    assert int(np.max(vectors.rows)) < len(vectors.matrix)


def test_where_no_copy_was_made_no_word_is_known(tmp_path: Path) -> None:
    assert open_vectors(tmp_path) is NO_VECTORS
    assert open_vectors(tmp_path / "missing") is NO_VECTORS
    assert NO_VECTORS.row("住民") is None
    assert NO_VECTORS.vector("住民") is None


def test_a_copy_is_read_as_it_was_written(tmp_path: Path) -> None:
    words = ["青空", "市役所", "ごみ"]
    order = sorted(range(3), key=lambda number: word_key(words[number]))
    matrix = np.eye(3, DIMENSIONS, dtype=np.float32)
    matrix[2, :2] = (0.8, 0.6)
    matrix[2, 2] = 0
    keys = np.array([word_key(words[number]) for number in order], np.uint64)
    write_vectors(tmp_path, keys, np.array(order, np.uint16), matrix)
    opened = open_vectors(tmp_path)
    assert [opened.row(word) for word in words] == [0, 1, 2]
    assert opened.row("図書館") is None
    vector = opened.vector("ごみ")
    assert vector is not None
    assert vector.tolist() == matrix[2].tolist()
    near = [tuple(map(np.ndarray.tolist, opened.near(row))) for row in range(3)]
    assert near == [
        ([0, 2], [1, pytest.approx(0.8)]),
        ([1, 2], [1, pytest.approx(0.6)]),
        ([2, 0, 1], [1, pytest.approx(0.8), pytest.approx(0.6)]),
    ]


def test_a_copy_that_an_older_program_made_is_made_anew(tmp_path: Path) -> None:
    write_vectors(tmp_path, np.array([1], np.uint64), np.array([0], np.uint16), np.eye(1, DIMENSIONS, dtype=np.float32))
    assert open_vectors(tmp_path) is not NO_VECTORS
    (tmp_path / "near_rows.npy").unlink()
    assert open_vectors(tmp_path) is NO_VECTORS, "which set-up takes for: not made yet"
