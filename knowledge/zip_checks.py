"""Whether a ZIP package (.xlsx, .docx, .zip) unpacks to nothing harmful: one check for every kind of file that is one.

Nothing is unpacked for it: what the package says of its members is enough, and zipfile holds it to that.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from knowledge.upload_limits import MAX_MEMBERS, MAX_RATIO, MAX_UNPACKED, MIB, RATIO_COUNTS_FROM

BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, RuntimeError, ValueError)
"""What zipfile raises for a package that is cut or changed."""

_PACKED = frozenset(
    {".zip", ".xlsx", ".xlsm", ".xls", ".docx", ".docm", ".doc", ".pptx", ".jar", ".7z", ".rar", ".gz", ".bz2", ".xz"}
)
_ENCRYPTED = 0x1


@dataclass(frozen=True)
class PackageKind:
    """What staff do about a package that is not taken: ``again`` to make it anew, ``smaller`` to make it smaller."""

    again: str
    smaller: str


WORKBOOK = PackageKind("Excel で開き、保存し直してください", "シートを分けてください")
WORD = PackageKind("Word で開き、保存し直してください", "画像を減らすか、章ごとに分けてください")
PLAIN_ZIP = PackageKind("もう一度圧縮してください", "いくつかのファイルに分けてください")


def zip_fault(members: Sequence[zipfile.ZipInfo], kind: PackageKind) -> str | None:
    """Why it is not taken, and what to do; None where it may be opened."""
    return _size_fault(members, kind) or next(filter(None, (_member_fault(one, kind) for one in members)), None)


def _size_fault(members: Sequence[zipfile.ZipInfo], kind: PackageKind) -> str | None:
    if len(members) > MAX_MEMBERS:
        return f"中の部品が多すぎます（{MAX_MEMBERS}個まで）。{kind.smaller}"
    unpacked = sum(one.file_size for one in members)
    packed = sum(one.compress_size for one in members)
    bomb = any(_swells(one.file_size, one.compress_size) for one in members) or _swells(unpacked, packed)
    if unpacked > MAX_UNPACKED or bomb:
        return (
            f"展開すると大きくなりすぎます（{MAX_UNPACKED // MIB}MiB まで、元の大きさの{MAX_RATIO}倍まで）。"
            f"{kind.smaller}"
        )
    return None


def _swells(unpacked: int, packed: int) -> bool:
    return unpacked > RATIO_COUNTS_FROM and unpacked > MAX_RATIO * max(packed, 1)


def _member_fault(member: zipfile.ZipInfo, kind: PackageKind) -> str | None:
    inside = PurePosixPath(member.filename.replace("\\", "/"))
    if inside.is_absolute() or ".." in inside.parts or ":" in member.filename:
        return f"中の部品の名前が安全でないため、受け取れません。{kind.again}"
    if member.flag_bits & _ENCRYPTED:
        return "パスワードがかかっています。パスワードを外して保存し直してください"
    if inside.suffix.lower() in _PACKED:
        return f"圧縮ファイルか別の文書（{inside.name}）が中に入っています。取り除いて保存し直してください"
    if "vbaproject" in inside.name.lower() or "activex" in member.filename.lower():
        return "マクロが入っています。マクロのない形式（.xlsx、.docx）で保存し直してください"
    return None
