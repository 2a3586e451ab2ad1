"""The indexes of all municipalities as files of this machine: made once, opened by every process.

A file is named after all that it was made from, so two processes may make the same one and
neither ever opens an outdated one.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from intents.array_files import ArrayFileError
from intents.counts import Document
from intents.encoder import Adaptation
from intents.index import Index, build_index, ignored_words
from intents.kept_tokens import KeptTokens
from intents.lexicon import bundled_lexicon, with_synonyms
from intents.storage import fingerprint, open_index, save_index
from intents.vectors import Vectors

_KEPT = 2
"""Files of one municipality: the next is made before the one in use is given up."""


@dataclass(frozen=True)
class LearnedPart:
    """What was learned: ``mark`` names it, ``read`` reads it, which only making an index needs."""

    mark: str
    read: Callable[[], Adaptation | None]


class IndexFiles:
    """``folder`` None: nothing is kept, every index is made where it is asked for."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def index(
        self,
        place: str,
        documents: Sequence[Document],
        names: Sequence[str],
        vectors: Vectors,
        learned: LearnedPart,
        synonyms: Sequence[tuple[str, str]] = (),
    ) -> Index:
        """The index of ``documents``, opened where it was made before.

        ``place``: the municipality's code, or a folder within its own for what residents are not answered from.
        ``names``: what says nothing here, the municipality's own above all; ``synonyms``: its words, each
        with what it means.
        """
        lexicon = with_synonyms(bundled_lexicon(), synonyms)
        if self._folder is None:
            return build_index(documents, lexicon=lexicon, vectors=vectors, ignored=names, adaptation=learned.read())
        ignored = ignored_words(names)
        name = fingerprint(documents, ignored, vectors, learned.mark, lexicon)
        path = self._folder / place / f"{name}.index"
        with contextlib.suppress(OSError, ArrayFileError):
            return open_index(path, documents, lexicon, ignored, vectors)
        # By the municipality: what is only tried shares its texts with what residents are answered from.
        tokens = KeptTokens(self._folder / Path(place).parts[0] / "texts.tokens")
        index = build_index(
            documents,
            lexicon=lexicon,
            vectors=vectors,
            ignored=names,
            adaptation=learned.read(),
            tokens_of=tokens.of,
        )
        try:
            tokens.save()
            save_index(index, path)
            _delete_older(path.parent)
            # The opened one weighs on memory far less than the one just made.
            return open_index(path, documents, lexicon, ignored, vectors)
        except (OSError, ArrayFileError) as error:
            structlog.get_logger("indexes").warning(
                "index_not_kept", folder=str(path.parent), error=type(error).__name__
            )
            return index


def _delete_older(folder: Path) -> None:
    """All but the newest.  A process that still has one open keeps it until it lets go."""
    with contextlib.suppress(OSError):
        files = sorted(folder.glob("*.index"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in files[_KEPT:]:
            path.unlink()
