"""What was used last, kept within a bound."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class RecentlyUsed(Generic[Key, Value]):
    """As many values as have ``limit`` in all by their ``size``, one at least; used by many threads."""

    def __init__(self, limit: int, size: Callable[[Value], int]) -> None:
        self._limit, self._size = limit, size
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._total = 0
        self._let_go = False
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: Key) -> bool:
        return key in self._values

    @property
    def total(self) -> int:
        """The size of all that is kept."""
        return self._total

    @property
    def is_full(self) -> bool:
        """Whether it holds its limit, or had to let something go."""
        return self._total >= self._limit or self._let_go

    def get(self, key: Key) -> Value | None:
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
            return value

    def put(self, key: Key, value: Value) -> None:
        """Keep ``value``, and let go of what was not used for longest where that is too much."""
        with self._lock:
            before = self._values.pop(key, None)
            if before is not None:
                self._total -= self._size(before)
            self._values[key] = value
            self._total += self._size(value)
            while self._total > self._limit and len(self._values) > 1:
                _, oldest = self._values.popitem(last=False)
                self._total -= self._size(oldest)
                self._let_go = True
