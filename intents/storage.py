"""An index as a file: opened in milliseconds, its arrays mapped and so shared by all processes of a machine.

A file is a line that names the format, the length of a msgpack head, the head (all that is no
array, and where each array begins) and the arrays.  What an index was made from stands in its
name (``fingerprint``), so a file is never out of date: it is the right one or it is not there.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import math
import mmap
import os
import struct
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
from numpy.typing import NDArray

from intents.counts import Document, Layout, unseen_rarity
from intents.encoder import Encoder, WordVectors
from intents.holders import Holders
from intents.index import Index, ReadingIndex
from intents.kana import KanaModel, Words
from intents.lattice import Grammar, Pairs
from intents.lexicon import Lexicon
from intents.lists import Lists
from intents.neighbours import NearColumns, Neighbours
from intents.postings import Postings
from intents.slips import Sounds
from intents.vectors import Vectors

_MAGIC = b"kotae index 1\n"
_LENGTH = struct.Struct("<Q")
_ALIGNMENT = 64
_LIBRARIES = ("sudachipy", "sudachidict_core", "numpy")
_PROGRAM = Path(__file__).parent

Plain = dict[str, Any]
Array = NDArray[Any]


class IndexFileError(ValueError):
    """A file is no index, or not a whole one."""


def fingerprint(
    documents: Iterable[Document], ignored: Collection[str], vectors: Vectors, learned: str, lexicon: Lexicon
) -> str:
    """Names all that an index is made from; ``learned`` names its adaptation."""
    digest = hashlib.blake2b(_program(), digest_size=16)
    digest.update(vectors_mark(vectors))
    told = [[document.question, *document.phrasings, document.answer] for document in documents]
    named = [[document.id, document.prior] for document in documents]
    digest.update(msgpack.packb([sorted(ignored), learned, lexicon.groups, named, told]))
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _program() -> bytes:
    """Names this program: another version may lay an index out in another way."""
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(path for path in _PROGRAM.rglob("*") if path.suffix in (".py", ".yaml", ".txt")):
        digest.update(path.read_bytes())
    for library in _LIBRARIES:
        digest.update(importlib.metadata.version(library).encode())
    return digest.digest()


def vectors_mark(vectors: Vectors) -> bytes:
    return hashlib.blake2b(b"%d" % len(vectors.keys) + vectors.matrix[:8].tobytes()).digest()


def save_index(index: Index, path: Path) -> None:
    """Write ``index`` whole or not at all.  Raises OSError."""
    arrays = _arrays(index)
    places: dict[str, tuple[str, tuple[int, ...], int]] = {}
    size = 0
    for name, array in arrays.items():
        places[name] = (array.dtype.str, array.shape, size)
        size += -(-array.nbytes // _ALIGNMENT) * _ALIGNMENT
    head: bytes = msgpack.packb({"plain": _plain(index), "places": places, "size": size})
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


def open_index(
    path: Path, documents: Sequence[Document], lexicon: Lexicon, ignored: frozenset[str], vectors: Vectors
) -> Index:
    """The index kept in ``path``, of what it was made from.

    Raises FileNotFoundError, and IndexFileError where the file is damaged.
    """
    plain, arrays = _read(path)
    vocabulary = {term: column for column, term in enumerate(plain["vocabulary"])}
    layout = Layout(arrays["layout"])
    kana = _kana(plain["kana"], Pairs(_lists(arrays, "pairs"), arrays["shares"]))
    made = WordVectors(
        arrays["words"],
        arrays["parts"],
        {name: row for row, name in enumerate(plain["parts"])},
        arrays.get("turn"),
        unseen_rarity(len(documents)),
    )
    near = NearColumns(_lists(arrays, "near"), arrays["cosines"], arrays["near_rows"], _lists(arrays, "near_columns"))
    return Index(
        documents=tuple(documents),
        lexicon=lexicon,
        ignored=ignored,
        vocabulary=vocabulary,
        layout=layout,
        weights=arrays["weights"],
        unseen_weight=unseen_rarity(len(documents)),
        postings=Postings(_lists(arrays, "postings"), arrays["counts"], plain["texts"]),
        holders=Holders(_lists(arrays, "holders"), len(documents)),
        lengths=arrays["lengths"],
        priors=np.array([document.prior for document in documents], np.float32),
        exact=plain["exact"],
        encoder=Encoder(vocabulary, vectors, made),
        sums=arrays["sums"],
        readings=ReadingIndex({run: row for row, run in enumerate(plain["runs"])}, _lists(arrays, "runs")),
        kana=kana,
        sounds=Sounds(kana, frozenset(plain["sounding"]), arrays["sound_keys"], arrays["sound_owners"]),
        neighbours=Neighbours(vocabulary, vectors, near),
    )


def _read(path: Path) -> tuple[Plain, dict[str, Array]]:
    with path.open("rb") as source:
        try:
            whole = mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError as error:
            raise IndexFileError(f"{path}: 空のファイルです") from error
    start = len(_MAGIC) + _LENGTH.size
    if whole[: len(_MAGIC)] != _MAGIC or len(whole) < start:
        raise IndexFileError(f"{path}: 索引のファイルではありません")
    (length,) = _LENGTH.unpack(whole[len(_MAGIC) : start])
    begun = -(-(start + length) // _ALIGNMENT) * _ALIGNMENT
    try:
        head = msgpack.unpackb(memoryview(whole)[start : start + length], use_list=False, strict_map_key=False)
        if len(whole) != begun + head["size"]:
            raise IndexFileError(f"{path}: 途中で切れています")
        return head["plain"], {
            name: np.frombuffer(whole, kind, math.prod(shape), begun + place).reshape(shape)
            for name, (kind, shape, place) in head["places"].items()
        }
    except (msgpack.UnpackException, ValueError, KeyError, TypeError) as error:
        if isinstance(error, IndexFileError):
            raise
        raise IndexFileError(f"{path}: 読めません") from error


def _plain(index: Index) -> Plain:
    """All that is no array."""
    model = index.kana
    return {
        "vocabulary": list(index.vocabulary),
        "parts": list(index.encoder.made.part_names),
        "runs": list(index.readings.vocabulary),
        "exact": index.exact,
        "texts": index.postings.size,
        "kana": {
            "readings": model.readings,
            "surfaces": model.words.surfaces,
            "normalized": model.words.normalized,
            "spoken": model.words.readings,
            "kinds": model.kinds,
            "classes": list(model.classes),
            "content": sorted(model.content),
            "chances": model.grammar.chances,
            "trust": model.grammar.trust,
            "moves": model.grammar.moves,
        },
        "sounding": sorted(index.sounds.known),
    }


def _kana(plain: Plain, pairs: Pairs) -> KanaModel:
    parts = plain["classes"]
    return KanaModel(
        plain["readings"],
        Words(plain["surfaces"], plain["normalized"], plain["spoken"], [parts[kind] for kind in plain["kinds"]]),
        plain["kinds"],
        {part: kind for kind, part in enumerate(parts)},
        Grammar(plain["chances"], plain["trust"], pairs, plain["moves"]),
        frozenset(plain["content"]),
    )


def _arrays(index: Index) -> dict[str, Array]:
    near, made = index.neighbours.near, index.encoder.made
    lists = {
        "postings": index.postings.lists,
        "holders": index.holders.lists,
        "runs": index.readings.runs,
        "near": near.known,
        "pairs": index.kana.grammar.pairs.followers,
        "near_columns": near.columns,
    }
    found: dict[str, Array] = {
        "layout": index.layout.starts,
        "weights": index.weights,
        "counts": index.postings.counts,
        "lengths": index.lengths,
        "sums": index.sums,
        "words": made.words,
        "parts": made.parts,
        "cosines": near.cosines,
        "near_rows": near.rows,
        "shares": index.kana.grammar.pairs.shares,
        "sound_keys": index.sounds.keys,
        "sound_owners": index.sounds.owners,
    }
    if made.turn is not None:
        found["turn"] = made.turn
    for name, one in lists.items():
        found[f"{name}_starts"], found[f"{name}_places"] = one.starts, one.places
    return found


def _lists(arrays: Mapping[str, Array], name: str) -> Lists:
    return Lists(arrays[f"{name}_starts"], arrays[f"{name}_places"])
