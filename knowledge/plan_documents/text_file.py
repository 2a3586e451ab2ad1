"""Plain text and Markdown as lines."""

from __future__ import annotations

import re

from knowledge.plan_documents.document import Kind, Line, PlanDocument, PlanFileError
from knowledge.upload_limits import MAX_CHARACTERS

_ENCODINGS = ("utf-8-sig", "cp932")
_TAG = re.compile(
    r"</?(?:p|ol|ul|li|small|u|b|i|strong|em|span|div|sup|sub|br|table|tbody|thead|tr|td|th)\b[^<>]*>", re.IGNORECASE
)
_FENCE = re.compile(r"\A\s*+(?:```|~~~)")
_ATX = re.compile(r" {0,3}(#{1,6})[ \t　]+(.*?)(?:[ \t]+#+)?\s*$")
_SETEXT = re.compile(r"\A {0,3}(=++|-{2,}+)\s*$")
_RULE = re.compile(r"\A\s*+\|?+\s*+:?+-++:?+\s*+(?:\|\s*+:?+-++:?+\s*+)*+\|?+\s*+$")
_PIPE = re.compile(r"(?<!\\)\|")
_MARKS = re.compile(r"\*\*|__|`")
_LINK = re.compile(r"!?\[([^\]\[]*+)\]\((?:[^()]++|\([^()]*+\))*+\)")


def read_text(name: str, content: bytes, kind: Kind) -> PlanDocument:
    """Raises PlanFileError where the bytes are in no encoding that Japanese text is written in."""
    text = _decoded(name, content)
    if len(text) > MAX_CHARACTERS:
        raise PlanFileError(f"{name}: 文字が多すぎます（{MAX_CHARACTERS:,}字まで）。章ごとに分けてください")
    lines = re.split(r"\r\n|\r|\n|\x0c", text)
    if kind == "markdown":
        return PlanDocument(kind, tuple(_markdown(lines)))
    return PlanDocument(kind, tuple(Line(without_tags(line)) for line in lines))


def without_tags(line: str) -> str:
    """A line without the HTML that converters leave in a table's cells."""
    return _TAG.sub("", line) if "<" in line else line


def _decoded(name: str, content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = _ENCODINGS
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise PlanFileError(f"{name}: 文字コードがわかりません。UTF-8 か Shift_JIS で保存し直してください")


def _markdown(lines: list[str]) -> list[Line]:
    found: list[Line] = []
    fenced = False
    for line in lines:
        if _FENCE.match(line):
            fenced = not fenced
            continue
        heading = None if fenced else _ATX.match(line)
        underlined = None if fenced or not found else _SETEXT.match(line)
        if heading:
            found.append(Line(_plain(heading[2]), level=len(heading[1])))
        elif underlined and found[-1].text.strip() and found[-1].level is None and "\t" not in found[-1].text:
            found[-1] = Line(found[-1].text.strip(), level=1 if underlined[1][0] == "=" else 2)
        elif not fenced and "|" in line and _RULE.match(line):
            continue
        else:
            found.append(Line(_row(line) if not fenced and line.strip().startswith("|") else _plain(line)))
    return found


def _row(line: str) -> str:
    cells = _PIPE.split(line.strip())[1:]
    if cells and not cells[-1].strip():
        cells = cells[:-1]
    return "\t".join(_plain(cell.replace("\\|", "|")).strip() for cell in cells)


def _plain(line: str) -> str:
    """A line without the signs that only set its type."""
    return without_tags(_LINK.sub(r"\1", _MARKS.sub("", line)))
