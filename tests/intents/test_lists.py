"""Lists of numbers asked for together: each answer as one would write it by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import sparse

from intents.lists import Lists, columns_of, lists_of, spans

ROWS = st.lists(st.lists(st.integers(0, 9), max_size=5), min_size=1, max_size=8)
"""Some lists, empty ones among them."""


def some(data: st.DataObject, size: int) -> NDArray[np.intp]:
    """Rows in any order, one perhaps twice, perhaps none."""
    return np.array(data.draw(st.lists(st.integers(0, size - 1), max_size=6)), np.intp)


def test_spans_are_laid_one_behind_the_other() -> None:
    assert spans(np.array([3, 9, 5]), np.array([2, 1, 0])).tolist() == [3, 4, 9]


@given(rows=ROWS)
def test_each_list_comes_back_as_it_was_given(rows: list[list[int]]) -> None:
    lists = lists_of(rows)
    assert len(lists) == len(rows)
    assert [lists.of(row).tolist() for row in range(len(rows))] == rows


@given(rows=ROWS, data=st.data())
def test_several_lists_come_one_behind_the_other(rows: list[list[int]], data: st.DataObject) -> None:
    chosen = some(data, len(rows))
    assert lists_of(rows).together(chosen).tolist() == [place for row in chosen for place in rows[row]]


@pytest.mark.parametrize("kind", [sparse.csr_array, sparse.csc_array])
def test_the_columns_of_a_matrix_ascend_in_each_row(kind: type[sparse.csr_array]) -> None:
    lists = columns_of(kind(np.array([[0.0, 2, 0, 1], [0, 0, 0, 0], [5, 0, 0, 0]])))
    assert isinstance(lists, Lists)
    assert [lists.of(row).tolist() for row in range(3)] == [[1, 3], [], [0]]
