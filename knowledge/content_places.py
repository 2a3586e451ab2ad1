"""Where content folders stand: those that come with the program, and a service's own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from knowledge.bundle import content_folders


class NoContentError(ValueError):
    """A folder that was named holds no municipality.  The text says so."""


def folders_to_load(given: Sequence[Path], own: Path) -> list[Path]:
    """The municipalities' folders: of those ``given``, else the bundled and a service's ``own``.

    A folder is one municipality's, or holds several.  Of two with the same code a service's own
    stands for the bundled one.  Raises NoContentError.
    """
    if given:
        return list(dict.fromkeys(folder for path in given for folder in _municipalities(path)))
    mine = {folder.name: folder for folder in content_folders(own)} if own.is_dir() else {}
    bundled = {folder.name: folder for folder in content_folders()}
    return [folder for _, folder in sorted((bundled | mine).items())]


def _municipalities(path: Path) -> list[Path]:
    path = path.resolve()
    if not path.is_dir():
        raise NoContentError(f"{path}: フォルダーがありません")
    found = [path] if re.fullmatch(r"\d{6}", path.name) else content_folders(path)
    if not found:
        raise NoContentError(f"{path}: 6桁のコードの名前のフォルダー（例 242047）がありません")
    return found
