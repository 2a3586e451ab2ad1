"""What was used last is kept, within a bound, whoever asks at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from knowledge.recently_used import RecentlyUsed


def kept(limit: int) -> RecentlyUsed[str, str]:
    """Texts by name, as many as have ``limit`` letters."""
    return RecentlyUsed(limit, size=len)


def test_what_was_not_used_for_longest_goes_first() -> None:
    words = kept(4)
    words.put("a", "aa")
    words.put("b", "bb")
    assert not words.is_full or words.total == 4
    assert words.get("a") == "aa"
    words.put("c", "cc")
    assert (words.get("a"), words.get("b"), words.get("c")) == ("aa", None, "cc")


def test_what_replaces_another_counts_once() -> None:
    words = kept(4)
    words.put("a", "aaa")
    words.put("a", "a")
    assert (words.total, len(words)) == (1, 1)


def test_a_single_one_is_kept_however_large_it_is() -> None:
    words = kept(3)
    words.put("a", "aaaaaa")
    assert words.get("a") == "aaaaaa"
    words.put("b", "b")
    assert (words.get("a"), words.get("b")) == (None, "b")


def test_it_is_full_when_it_holds_its_limit_or_let_something_go() -> None:
    words = kept(3)
    words.put("a", "aa")
    assert not words.is_full
    words.put("b", "bb")
    assert words.is_full
    assert words.total == 2


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.text("x", min_size=1, max_size=4)), max_size=30))
def test_never_more_than_the_limit_is_kept(puts: list[tuple[str, str]]) -> None:
    words = kept(6)
    for key, value in puts:
        words.put(key, value)
        assert words.get(key) == value
        assert words.total <= 6


def test_many_threads_at_once_lose_no_count() -> None:
    words = kept(10)

    def work(number: int) -> None:
        for turn in range(300):
            words.put(f"{(number + turn) % 7}", "x" * (1 + turn % 3))
            words.get(f"{turn % 7}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert words.total == sum(len(words.get(f"{key}") or "") for key in range(7))
