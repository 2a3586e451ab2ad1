"""What an uploaded file may be: size, kind and structure, looked at before anything parses it."""

from __future__ import annotations

import zipfile
from collections.abc import Collection
from pathlib import Path

MIB = 1024 * 1024
MAX_BYTES = 10 * MIB
MAX_MEMBERS = 200
MAX_UNPACKED = 100 * MIB
MAX_RATIO = 100
MAX_ROWS = 20_000
MAX_COLUMNS = 50
MEMORY = 512 * MIB
CPU_SECONDS = 10
CHILD_SECONDS = 60
"""By the clock: the machine may be busy."""
MAX_PDF_BYTES = 20 * MIB
MAX_PDF_PAGES = 300
MAX_CHARACTERS = 3_000_000
"""Of the text of one document: ten times the longest municipal plan."""
RATIO_COUNTS_FROM = MIB
"""A small member may be a run of blanks; what unpacks to less than this harms nobody."""

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOMS_16 = (b"\xff\xfe", b"\xfe\xff")
_REFUSED = {
    ".xls": "古い Excel の形式（.xls）は読めません。Excel で開き、「Excel ブック（.xlsx）」で保存し直してください",
    ".xlsb": "Excel バイナリ形式（.xlsb）は読めません。「Excel ブック（.xlsx）」で保存し直してください",
    ".xlsm": "マクロの入る形式（.xlsm）は受け取れません。「Excel ブック（.xlsx）」で保存し直してください",
    ".xltm": "マクロの入る形式（.xltm）は受け取れません。「Excel ブック（.xlsx）」で保存し直してください",
    ".ods": "ODS は読めません。「Excel ブック（.xlsx）」で保存し直してください",
}
_ARCHIVES = (".zip", ".xlsx", ".xlsm", ".xls", ".docx", ".docm", ".pptx", ".jar", ".7z", ".rar", ".gz", ".bz2", ".xz")


class UploadError(ValueError):
    """A file that is not taken.  The text tells staff why, and what to do."""


def read_upload(path: Path, extensions: Collection[str], limit: int = MAX_BYTES) -> bytes:
    """The bytes of ``path``, once its size, name, first bytes and structure agree.

    ``extensions`` are those taken here, with their dot, in small letters.  Raises UploadError.
    """
    extension = path.suffix.lower()
    if extension not in extensions:
        kinds = "・".join(sorted(extensions))
        raise UploadError(f"{path.name}: {_REFUSED.get(extension, f'この形式は読めません（読めるのは {kinds}）')}")
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise UploadError(f"{path.name}: 開けません（{_reason(error)}）") from error
    if len(content) > limit:
        raise UploadError(f"{path.name}: 大きすぎます（{limit // MIB}MiB まで）。いくつかに分けてください")
    if not content.strip():
        raise UploadError(f"{path.name}: 空のファイルです")
    _check_magic(path, extension, content)
    return content


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "ファイルがありません"
    if isinstance(error, IsADirectoryError):
        return "フォルダーです"
    return "読む権限がないか、使われています"


def _check_magic(path: Path, extension: str, content: bytes) -> None:
    zipped = extension in (".xlsx", ".docx", ".zip")
    if content.startswith(_OLE):
        raise UploadError(
            f"{path.name}: パスワードのかかったファイルか、古い形式です。"
            "パスワードを外し、新しい形式（.xlsx など）で保存し直してください"
        )
    if zipped and not content.startswith(_ZIP):
        raise UploadError(
            f"{path.name}: 中身が {extension} ではありません（名前だけ変えたものか、こわれています）。"
            "元のソフトで開き、保存し直してください"
        )
    if not zipped and (content.startswith((_ZIP, b"%PDF")) or (b"\0" in content and not content.startswith(_BOMS_16))):
        raise UploadError(f"{path.name}: 中身が文字のファイルではありません。元のソフトで保存し直してください")


def check_zip(path: Path, archive: zipfile.ZipFile, *, workbook: bool) -> None:
    """Refuse an archive that would unpack to something harmful.  Raises UploadError."""
    members = archive.infolist()
    problem = _bomb(members) or _bad_member(members)
    names = {member.filename for member in members}
    if workbook and not problem:
        problem = _no_workbook(names)
    if problem:
        raise UploadError(f"{path.name}: {problem}")


def _bomb(members: list[zipfile.ZipInfo]) -> str | None:
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > MAX_MEMBERS:
        return f"中のファイルが多すぎます（{MAX_MEMBERS}個まで）"
    if unpacked > MAX_UNPACKED:
        return f"開くと大きすぎます（{MAX_UNPACKED // MIB}MiB まで）"
    if unpacked > MAX_RATIO * max(packed, 1):
        return "圧縮のしかたがふつうではないため、受け取れません。Excel で開き、保存し直してください"
    return None


def _bad_member(members: list[zipfile.ZipInfo]) -> str | None:
    for member in members:
        name = member.filename.replace("\\", "/")
        if name.startswith("/") or ":" in name or ".." in name.split("/"):
            return "中のファイルの名前が正しくないため、受け取れません"
        if member.flag_bits & 0x1:
            return "パスワードがかかっています。パスワードを外してください"
        if name.lower().endswith(_ARCHIVES):
            return "圧縮ファイルや別の文書が中に入っています。取り除いて保存し直してください"
        if "vbaproject" in name.lower() or "/activex/" in name.lower():
            return "マクロが入っています。「Excel ブック（.xlsx）」で保存し直してください"
    return None


def _no_workbook(names: Collection[str]) -> str | None:
    if "[Content_Types].xml" in names and "xl/workbook.xml" in names:
        return None
    return "Excel の表ではありません（名前だけ変えたものか、こわれています）"
