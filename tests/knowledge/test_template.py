"""The template's commented examples load once their marks are taken away."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from knowledge.bundle import read_bundle
from knowledge.new_municipality import described, lay_out


@pytest.mark.parametrize(
    ("file", "kind"), [("entries.yaml", "entries"), ("departments.yaml", "departments"), ("plans.yaml", "plans")]
)
def test_an_example_loads_when_it_is_uncommented(tmp_path: Path, file: str, kind: str) -> None:
    folder = lay_out(described("312983", "汐見浜市"), tmp_path)
    before = len(getattr(read_bundle(folder), kind))
    text = (folder / file).read_text(encoding="utf-8")
    (folder / file).write_text(re.sub(r"(?m)^# (?=- id:|  )", "", text), encoding="utf-8")
    assert len(getattr(read_bundle(folder), kind)) > before
