"""The pages of a large file that is read in places: given back, so that a process does not seem to hold all of it.

Of a mapped file Linux brings sixteen pages for each one that is read, where it has them at hand.  A few hundred
questions so make 170 MB of Sudachi's dictionary part of a process, most of which nobody reads.  Given back, they
stay in the machine's cache, and the few that are read next come at once.
"""

from __future__ import annotations

import ctypes
import sys
from functools import lru_cache
from pathlib import Path

_DONTNEED = 4
"""MADV_DONTNEED of a file that is only read: nothing is lost."""
_PARTS = 6
"""Of a line of /proc/self/maps: addresses, rights, offset, device, inode, path."""


@lru_cache(maxsize=1)
def _advise() -> ctypes._NamedFuncPointer:
    found = ctypes.CDLL(None, use_errno=True).madvise
    found.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    return found


def mapped(name: str) -> list[tuple[int, int]]:
    """Where files of this ``name`` are mapped to be read, as (address, bytes); nothing where this is no Linux."""
    if sys.platform != "linux":
        return []
    lines = Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines()
    parts = (line.split(maxsplit=5) for line in lines)
    return [_range(one[0]) for one in parts if len(one) == _PARTS and one[5].endswith(f"/{name}") and one[1][0] == "r"]


def _range(addresses: str) -> tuple[int, int]:
    first, last = (int(address, 16) for address in addresses.split("-"))
    return first, last - first


def give_back(ranges: list[tuple[int, int]]) -> None:
    """Let go of the pages that are mapped there.  What cannot be given back stays."""
    for address, length in ranges:
        _advise()(address, length, _DONTNEED)
