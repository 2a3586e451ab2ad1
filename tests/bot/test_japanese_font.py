"""A Japanese font: the one that set-up brought, else the system's, else none."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from bot import japanese_font
from bot.japanese_font import font_file, font_folder


@pytest.fixture(autouse=True)
def looked_for_anew() -> Iterator[None]:
    for found in (font_folder, font_file):
        found.cache_clear()
    yield
    for found in (font_folder, font_file):
        found.cache_clear()


def without_the_package(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    def missing(name: str) -> Any:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "files", missing)
    monkeypatch.setattr(japanese_font, "_FOLDERS", (folder, folder / "none"))


def test_the_font_is_found_without_importing_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "matplotlib_fontja"
    (package / "fonts").mkdir(parents=True)
    (package / "fonts" / "ipaexg.ttf").write_bytes(b"")
    (package / "__init__.py").write_text("raise AssertionError('imported')")
    told = tmp_path / "matplotlib_fontja-1.1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: matplotlib-fontja\nVersion: 1.1.0\n")
    (told / "RECORD").write_text("matplotlib_fontja/__init__.py,,\nmatplotlib_fontja/fonts/ipaexg.ttf,,\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert font_folder() == package / "fonts"
    assert font_file() == package / "fonts" / "ipaexg.ttf"


def test_without_it_the_systems_best_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_the_package(monkeypatch, tmp_path)
    (tmp_path / "opentype").mkdir()
    for name in ("DejaVuSans.ttf", "ipag.ttf", "NotoSansCJK-Regular.ttc"):
        (tmp_path / "opentype" / name).write_bytes(b"")
    assert font_folder() is None
    assert font_file() == tmp_path / "opentype" / "NotoSansCJK-Regular.ttc"


def test_a_machine_without_any_says_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_the_package(monkeypatch, tmp_path)
    (tmp_path / "DejaVuSans.ttf").write_bytes(b"")
    assert font_file() is None
