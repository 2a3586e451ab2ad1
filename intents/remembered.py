"""What was just worked out of a text is not worked out again.

A dozen rules look at the words of one question, and an effect check asks each question twice.  A
few texts are enough for both, and nothing of a question stays for long.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, update_wrapper
from typing import ParamSpec, TypeVar, cast

_LATELY = 64

_Given = ParamSpec("_Given")
_Found = TypeVar("_Found")


def remembered(work: Callable[_Given, _Found]) -> Callable[_Given, _Found]:
    """``work``, which looks at nothing but what it is given, and whose result nobody changes."""
    found = update_wrapper(lru_cache(maxsize=_LATELY)(work), work)
    # What lru_cache says of itself is that it takes anything hashable.
    return cast(Callable[_Given, _Found], found)
