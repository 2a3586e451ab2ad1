"""The dictionary's pages are given back, and nothing is lost by it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from intents.mapped_pages import give_back, mapped
from intents.tokenizer import tokenize

DICTIONARY = "system.dic"
TEXTS = [f"{number}番の窓口で、住民票と印鑑登録証明書をコンビニのように受け取れますか" for number in range(100)]
"""More than are remembered."""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux maps pages in this way")


def present() -> int:
    """Kilobytes of the dictionary that this process holds."""
    found, ours = 0, False
    for line in Path("/proc/self/smaps").read_text(encoding="utf-8", errors="replace").splitlines():
        first, *rest = line.split()
        if "-" in first and not first.endswith(":"):
            ours = line.endswith(f"/{DICTIONARY}")
        elif ours and first == "Rss:":
            found += int(rest[0])
    return found


def test_what_is_given_back_is_no_longer_held_and_reads_the_same() -> None:
    before = [tokenize(text) for text in TEXTS]
    held = present()
    assert held > 0
    give_back(mapped(DICTIONARY))
    assert present() < held
    assert [tokenize(text) for text in TEXTS] == before


def test_a_file_that_nobody_has_mapped_is_nowhere() -> None:
    assert mapped("no-such-file.dic") == []
    give_back([])
