"""A font with Japanese letters: the one that set-up puts beside the program, else the system's.

Looked for as files alone: the package that carries it is never imported.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import metadata
from pathlib import Path

NO_FONT = (
    "日本語の書体がないため、絵を作れません。"
    "`make setup` で書体を入れるか、サーバーに Noto Sans CJK JP（Debian なら fonts-noto-cjk）を入れてください"
)
_PACKAGE = "matplotlib-fontja"
_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("/System/Library/Fonts"),
    Path.home() / ".local/share/fonts",
    Path.home() / ".fonts",
)
_NAMES = (
    *("NotoSansCJK-Bold.ttc", "NotoSansCJKjp-Bold.otf", "NotoSansJP-Bold.otf", "NotoSansJP-Bold.ttf"),
    *("NotoSansCJK-Regular.ttc", "NotoSansCJKjp-Regular.otf", "NotoSansJP-Regular.otf", "NotoSansJP-Regular.ttf"),
    *("BIZUDGothic-Bold.ttf", "BIZUDGothic-Regular.ttf", "ipaexg.ttf", "ipag.ttf", "TakaoExGothic.ttf"),
    *("TakaoGothic.ttf", "VL-Gothic-Regular.ttf", "ヒラギノ角ゴシック W6.ttc", "ヒラギノ角ゴシック W3.ttc"),
)
"""The best first.  Of the collections (``.ttc``), the first font is the Japanese one."""


@cache
def font_folder() -> Path | None:
    """Where set-up has put a Japanese font, if it has: read from the package's list."""
    found = _of_the_package()
    return found.parent if found else None


@cache
def font_file() -> Path | None:
    """A Japanese font of this machine; None where there is none."""
    return _of_the_package() or _of_the_system(_FOLDERS)


def _of_the_package() -> Path | None:
    try:
        files = metadata.files(_PACKAGE) or []
    except metadata.PackageNotFoundError:
        return None
    found = [Path(str(file.locate())) for file in files if file.suffix == ".ttf"]
    return found[0] if found and found[0].is_file() else None


def _of_the_system(folders: Sequence[Path]) -> Path | None:
    there = {path.name: path for folder in folders if folder.is_dir() for path in folder.rglob("*.*t[fc]")}
    return next((there[name] for name in _NAMES if name in there), None)
