"""Whether a file is what its name says, before anything opens it."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

from knowledge.plan_documents.document import KIND_OF, Kind, PlanFileError
from knowledge.upload_limits import MAX_BYTES, MAX_PDF_BYTES, MIB
from knowledge.zip_checks import BROKEN, WORD, zip_fault

_PDF, _ZIP, _OLE = b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORD_BODY = "word/document.xml"
_WORD_TYPE = b"wordprocessingml.document.main+xml"


def read_checked(path: Path) -> tuple[Kind, bytes]:
    """The kind and the bytes of a file that is within the limits and begins as its name promises.

    Raises PlanFileError, which names the file.
    """
    kind = KIND_OF.get(path.suffix.lower())
    if kind is None:
        known = "、".join(sorted(KIND_OF))
        raise PlanFileError(f"{path.name}: この種類のファイルは読めません（読めるのは {known}）{_remedy(path.suffix)}")
    content = _bytes(path, MAX_PDF_BYTES if kind == "pdf" else MAX_BYTES)
    if not content.strip(b"\0 \t\r\n\x0c\xef\xbb\xbf"):
        raise PlanFileError(f"{path.name}: 中身がありません（空のファイルです）。元のファイルを確かめてください")
    _check_beginning(path.name, kind, content)
    if kind == "docx":
        check_word_package(path.name, content)
    return kind, content


def _remedy(suffix: str) -> str:
    if suffix.lower() in (".doc", ".docm", ".rtf", ".odt"):
        return "。Word で「名前を付けて保存」から .docx にすると読めます"
    return ""


def _bytes(path: Path, most: int) -> bytes:
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            raise PlanFileError(f"{path.name}: ファイルではありません")
        if state.st_size > most:
            raise PlanFileError(_too_large(path.name, most))
        with path.open("rb") as file:
            content = file.read(most + 1)
    except FileNotFoundError as error:
        raise PlanFileError(f"{path.name}: ファイルがありません（場所と名前を確かめてください）") from error
    except OSError as error:
        raise PlanFileError(f"{path.name}: ファイルを開けません（{error.strerror}）") from error
    if len(content) > most:
        raise PlanFileError(_too_large(path.name, most))
    return content


def _too_large(name: str, most: int) -> str:
    return f"{name}: ファイルが大きすぎます（{most // MIB}MBまで）。画像を減らすか、章ごとに分けてください"


def _check_beginning(name: str, kind: Kind, content: bytes) -> None:
    """Ending and first bytes agree; a text holds nothing that only other files hold."""
    if kind == "docx" and content.startswith(_OLE):
        raise PlanFileError(
            f"{name}: パスワードで保護されているか、古い形式（.doc）の Word ファイルです。"
            "保護を外し、.docx として保存し直してください"
        )
    agrees = {
        "pdf": _PDF in content[:1024],
        "docx": content.startswith(_ZIP),
        "text": not content.startswith((_PDF, _ZIP, _OLE)) and not _is_binary(content),
        "markdown": not content.startswith((_PDF, _ZIP, _OLE)) and not _is_binary(content),
    }
    if not agrees[kind]:
        raise PlanFileError(
            f"{name}: 名前は {Path(name).suffix.lower()} ですが、中身はその種類のファイルではありません。"
            "元のファイルを確かめるか、正しい名前にしてください"
        )


def _is_binary(content: bytes) -> bool:
    """Whether there are zeros that no text has (in UTF-16 every second byte may be one)."""
    return b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff"))


def check_word_package(name: str, content: bytes) -> None:
    """A Word file is a package of parts: few enough, small enough, and no other package or macro among them."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            members = package.infolist()
            if fault := zip_fault(members, WORD):
                raise PlanFileError(f"{name}: {fault}")
            names = {member.filename for member in members}
            if _WORD_BODY not in names or "[Content_Types].xml" not in names:
                raise PlanFileError(f"{name}: Word の文書ではありません（本文の部分がありません）")
            if _WORD_TYPE not in package.read("[Content_Types].xml"):
                raise PlanFileError(
                    f"{name}: 普通の Word 文書（.docx）ではありません。.docx として保存し直してください"
                )
    except BROKEN as error:
        raise PlanFileError(broken(name)) from error


def broken(name: str) -> str:
    return f"{name}: ファイルが壊れているため読めません。元のソフトで開き、保存し直してください"
