"""The one rule for small counts on the pages of figures: 1 to 4 are not told, and nothing is concluded from them.

It keeps staff from reading much into little, and keeps what is copied from a page from telling of single people.  It
keeps no secret: a single hidden cell can be found from the sum.  What leaves the house is suppressed more strictly
(knowledge.suppression).
"""

from __future__ import annotations

FEWEST = 5
"""Cases below which nothing is told and nothing concluded."""
TOO_FEW = "少なくて判断できません"
FEW = f"{FEWEST}未満"
"""The short form in a cell; every page with such cells says what it means (EXPLAINED)."""
EXPLAINED = f"{FEWEST}件（{FEWEST}人）より少ない数は「{FEW}」とします（{TOO_FEW}）。0は0です。"
_BETWEEN = FEWEST / 2


def is_small(count: int) -> bool:
    return 0 < count < FEWEST


def shown_count(count: int, unit: str = "", *, total: bool = False) -> str:
    """``1,234件``, ``0件`` or ``5未満``.  ``total``: a sum at the head of a page, which is told whatever it is."""
    return FEW if is_small(count) and not total else f"{count:,}{unit}"


def drawn_count(count: int, *, total: bool = False) -> int | None:
    """As a picture draws it: nothing where it is not told."""
    return None if is_small(count) and not total else count


def ranked_count(count: int) -> float:
    """What to sort and to compare by: small ones are all alike, so that their order tells nothing of them."""
    return _BETWEEN if is_small(count) else count
