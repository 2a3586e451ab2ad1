"""Plain data and arrays as one file: opened in milliseconds, the arrays mapped and shared by processes.

A file is a line that names the format, the length of a msgpack head, the head (all that is no
array, and where each array begins) and the arrays.
"""

from __future__ import annotations

import math
import mmap
import os
import struct
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
from numpy.typing import NDArray

_MAGIC = b"kotae index 1\n"
_LENGTH = struct.Struct("<Q")
_ALIGNMENT = 64

Plain = dict[str, Any]
Array = NDArray[Any]


class ArrayFileError(ValueError):
    """A file is none of these, or not a whole one."""


def save_arrays(path: Path, plain: Plain, arrays: Mapping[str, Array]) -> None:
    """Write a file whole or not at all.  Raises OSError."""
    places: dict[str, tuple[str, tuple[int, ...], int]] = {}
    size = 0
    for name, array in arrays.items():
        places[name] = (array.dtype.str, array.shape, size)
        size += -(-array.nbytes // _ALIGNMENT) * _ALIGNMENT
    head: bytes = msgpack.packb({"plain": plain, "places": places, "size": size})
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        with unfinished.open("wb") as target:
            target.write(_MAGIC + _LENGTH.pack(len(head)) + head)
            begun = -(-target.tell() // _ALIGNMENT) * _ALIGNMENT
            for name, array in arrays.items():
                target.seek(begun + places[name][2])
                target.write(np.ascontiguousarray(array).data)
            target.truncate(begun + size)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def read_arrays(path: Path) -> tuple[Plain, dict[str, Array]]:
    """What was saved.  Raises FileNotFoundError, and ArrayFileError where the file is damaged."""
    with path.open("rb") as source:
        try:
            whole = mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError as error:
            raise ArrayFileError(f"{path}: 空のファイルです") from error
    start = len(_MAGIC) + _LENGTH.size
    if whole[: len(_MAGIC)] != _MAGIC or len(whole) < start:
        raise ArrayFileError(f"{path}: 索引のファイルではありません")
    (length,) = _LENGTH.unpack(whole[len(_MAGIC) : start])
    begun = -(-(start + length) // _ALIGNMENT) * _ALIGNMENT
    try:
        head = msgpack.unpackb(memoryview(whole)[start : start + length], use_list=False, strict_map_key=False)
        if len(whole) != begun + head["size"]:
            raise ArrayFileError(f"{path}: 途中で切れています")
        return head["plain"], {
            name: np.frombuffer(whole, kind, math.prod(shape), begun + place).reshape(shape)
            for name, (kind, shape, place) in head["places"].items()
        }
    except (msgpack.UnpackException, ValueError, KeyError, TypeError) as error:
        if isinstance(error, ArrayFileError):
            raise
        raise ArrayFileError(f"{path}: 読めません") from error
