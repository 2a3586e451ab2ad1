"""An index as a file.

What it was made from stands in its name (``fingerprint``), so a file is never out of date: it is
the right one or it is not there.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import msgpack
import numpy as np

from intents.array_files import Array, Plain, read_arrays, save_arrays
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

_LIBRARIES = ("sudachipy", "sudachidict_core", "numpy")
_PROGRAM = Path(__file__).parent


def fingerprint(
    documents: Iterable[Document], ignored: Collection[str], vectors: Vectors, learned: str, lexicon: Lexicon
) -> str:
    """Names all that an index is made from; ``learned`` names its adaptation."""
    digest = hashlib.blake2b(program_mark(), digest_size=16)
    digest.update(vectors_mark(vectors))
    told = [[document.question, *document.phrasings, document.answer] for document in documents]
    named = [[document.id, document.prior] for document in documents]
    digest.update(msgpack.packb([sorted(ignored), learned, lexicon.groups, named, told]))
    return digest.hexdigest()


@lru_cache(maxsize=1)
def program_mark() -> bytes:
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
    save_arrays(path, _plain(index), _arrays(index))


def open_index(
    path: Path, documents: Sequence[Document], lexicon: Lexicon, ignored: frozenset[str], vectors: Vectors
) -> Index:
    """The index kept in ``path``, of what it was made from.

    Raises FileNotFoundError, and ArrayFileError where the file is damaged.
    """
    plain, arrays = read_arrays(path)
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
