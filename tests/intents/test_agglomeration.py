"""Clustering by average linkage, beside SciPy's, which holds every pair."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import sparse
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from intents.agglomeration import clusters

Rows = NDArray[np.float64]


def unit_rows(seed: int, count: int, width: int) -> Rows:
    found = np.random.default_rng(seed).random((count, width)) ** 3
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def ours(rows: Rows, floor: float, counts: Rows | None = None, kernel: Rows | None = None) -> NDArray[np.int64]:
    kernel = np.eye(rows.shape[1]) if kernel is None else kernel
    counts = np.ones(len(rows)) if counts is None else counts
    return clusters(sparse.csr_array(rows), sparse.csr_array(kernel), counts, floor)


def scipys(likeness: Rows, floor: float) -> NDArray[np.int32]:
    most = likeness.max()  # a kernel may make two rows more alike than each is to itself
    joined = linkage(squareform(most - likeness, checks=False), "average")
    return fcluster(joined, most - floor, "distance")


def pairs(labels: NDArray[np.generic]) -> NDArray[np.bool_]:
    return labels[:, None] == labels[None, :]


@given(st.integers(0, 10_000), st.integers(2, 40), st.floats(0.3, 0.95))
def test_the_clusters_are_those_of_scipy(seed: int, count: int, floor: float) -> None:
    rows = unit_rows(seed, count, 6)
    assert (pairs(ours(rows, floor)) == pairs(scipys(rows @ rows.T, floor))).all()


@given(st.integers(0, 10_000))
def test_a_kernel_makes_columns_alike(seed: int) -> None:
    rows = unit_rows(seed, 15, 5)
    near = np.random.default_rng(seed).random((5, 5)) / 4
    kernel = np.eye(5) + (near + near.T) / 2
    assert (pairs(ours(rows, 0.9, kernel=kernel)) == pairs(scipys(rows @ kernel @ rows.T, 0.9))).all()


@given(st.integers(0, 10_000), st.lists(st.integers(1, 4), min_size=8, max_size=8))
def test_a_row_that_counts_twice_is_as_two_rows(seed: int, counts: list[int]) -> None:
    rows = unit_rows(seed, 8, 5)
    repeated = np.repeat(rows, counts, axis=0)
    first = np.cumsum([0, *counts[:-1]])
    assert (pairs(ours(rows, 0.7, np.array(counts, float))) == pairs(ours(repeated, 0.7)[first])).all()


def test_a_cluster_is_named_by_its_first_row() -> None:
    rows = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    assert ours(rows, 0.5).tolist() == [0, 1, 0, 1]


def test_a_row_of_nothing_stays_alone() -> None:
    rows = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 0.0], [1.0, 0.0]])
    assert ours(rows, 0.5).tolist() == [0, 1, 2, 1]


def test_a_chain_of_neighbours_is_not_joined_end_to_end() -> None:
    """Single linkage would put all in one: each is near the next, but the ends have nothing in common."""
    angles = np.linspace(0, np.pi / 2, 7)
    found = ours(np.column_stack([np.cos(angles), np.sin(angles)]), 0.8)
    assert found[0] != found[-1]


@pytest.mark.parametrize(("floor", "count"), [pytest.param(0.0, 1, id="nothing asked"), pytest.param(1.1, 4, id="more than there is")])  # fmt: skip
def test_the_floor_decides_how_many_are_left(floor: float, count: int) -> None:
    assert len(set(ours(unit_rows(1, 4, 3), floor).tolist())) == count
