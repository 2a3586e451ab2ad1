"""What an uploaded file may be: size, kind and structure, looked at before anything parses it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

MIB = 1024 * 1024
MAX_BYTES = 10 * MIB
MAX_MEMBERS = 200
MAX_UNPACKED = 100 * MIB
MAX_RATIO = 100
MAX_ROWS = 20_000
MAX_NARROW_ROWS = 100_000
"""Of a file whose tables have few columns.  What is written of it at once lets others wait for a second or so."""
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
