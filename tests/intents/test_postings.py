"""Inverted lists against the matrix that they were made from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from intents.postings import postings

MATRICES = hnp.arrays(np.float32, st.tuples(st.integers(1, 6), st.integers(1, 5)), elements=st.integers(0, 3))


def chosen(data: st.DataObject, columns: int) -> np.ndarray:
    return np.array(data.draw(st.lists(st.integers(0, columns - 1), unique=True)), np.intp)


@given(matrix=MATRICES, data=st.data())
def test_a_score_is_the_weighted_sum_of_the_columns(matrix: np.ndarray, data: st.DataObject) -> None:
    columns = chosen(data, matrix.shape[1])
    weights = np.linspace(0.5, 2.0, len(columns), dtype=np.float32)
    found = postings(sparse.csr_array(matrix)).hits(columns).score(weights)
    assert found == pytest.approx(matrix[:, columns] @ weights)


@given(matrix=MATRICES, data=st.data())
def test_sums_count_a_term_once_however_often_it_stands_there(matrix: np.ndarray, data: st.DataObject) -> None:
    columns = chosen(data, matrix.shape[1])
    values = np.linspace(0.5, 2.0, len(columns), dtype=np.float32)
    found = postings(sparse.csr_array(matrix)).hits(columns).sums(values)
    assert found == pytest.approx((matrix[:, columns] > 0) @ values)
