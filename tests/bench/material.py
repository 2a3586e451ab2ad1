"""What is measured on: real documents and questions where they are at hand, and any number made of them."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from intents.counts import Document
from intents.evaluation import read_test_set
from knowledge.bundle import content_folders, read_bundle

ROOT = Path(__file__).parent.parent.parent
VECTORS = ROOT / "instance" / "vectors"
GOLD = ROOT / "tests" / "data" / "gold"
PUBLIC_SET = ROOT.parent / "shared" / "bench" / "localgovfaq"
_SENTENCES = re.compile(r"(?<=[。\n])")


@dataclass(frozen=True)
class Material:
    name: str
    documents: tuple[Document, ...]
    questions: tuple[str, ...]


def material() -> Material:
    """localgovFAQ where it is at hand, else the bundled knowledge with its gold questions."""
    if PUBLIC_SET.exists():
        public = read_test_set(PUBLIC_SET)
        return Material("localgovFAQ", public.documents, tuple(text for _, text in public.queries))
    entries = [entry for folder in content_folders() for entry in read_bundle(folder).entries]
    return Material(
        "同梱のナレッジ（localgovFAQ は手元にない）",
        tuple(Document(entry.id, entry.question, tuple(entry.phrasings), entry.answer) for entry in entries),
        tuple(question for folder in content_folders() for question in gold_questions(folder.name)),
    )


def gold_questions(code: str) -> list[str]:
    rows = yaml.safe_load((GOLD / f"{code}.yaml").read_text(encoding="utf-8"))
    return [str(row["question"]) for row in rows]


def mixed(documents: Sequence[Document], size: int, seed: int = 0) -> list[Document]:
    """``size`` documents: those given, and then each one's question with halves of two others' answers."""
    choose = random.Random(seed)
    sentences = [_SENTENCES.split(document.answer) for document in documents]
    found = list(documents[:size])
    while len(found) < size:
        asked, first, second = (choose.randrange(len(documents)) for _ in range(3))
        begun, ended = sentences[first], sentences[second]
        answer = "".join(begun[: len(begun) // 2 + 1] + ended[len(ended) // 2 :])
        found.append(Document(f"m{len(found)}", documents[asked].question, documents[asked].phrasings, answer))
    return found
