"""Small real files of every kind that a plan may come in, and broken ones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

Piece = tuple[float, float, str]
"""Where a text begins on the page, from the lower left, in points; and the text."""

HEIGHT = 10


def word_file(path: Path, blocks: Iterable[object]) -> Path:
    """``blocks``: (level, heading), a paragraph, or a table as a list of rows."""
    document = docx.Document()
    for block in blocks:
        if isinstance(block, tuple):
            document.add_heading(block[1], block[0])
        elif isinstance(block, str):
            document.add_paragraph(block)
        elif isinstance(block, list):
            table = document.add_table(rows=len(block), cols=len(block[0]))
            for row, cells in zip(table.rows, block, strict=True):
                for cell, text in zip(row.cells, cells, strict=True):
                    cell.text = text
    document.save(str(path))
    return path


def numbered_word_file(path: Path, blocks: Iterable[tuple[int | None, str]], forms: Sequence[str]) -> Path:
    """``blocks``: (level of Word's own numbering or None, text); ``forms``: per level what stands there, and how."""
    document = docx.Document()
    levels = "".join(
        f'<w:lvl w:ilvl="{place}"><w:start w:val="1"/><w:numFmt w:val="{form.split()[1]}"/>'
        f'{"<w:isLgl/>" if "legal" in form else ""}<w:lvlText w:val="{form.split()[0]}"/></w:lvl>'
        for place, form in enumerate(forms)
    )
    numbering = document.part.numbering_part.element
    numbering.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{levels}</w:abstractNum>'))
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    for level, text in blocks:
        properties = document.add_paragraph(text)._p.get_or_add_pPr()
        if level is not None:
            given = f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="77"/></w:numPr>'
            properties.append(parse_xml(given))
    document.save(str(path))
    return path


def repacked(source: Path, target: Path, changes: dict[str, bytes]) -> Path:
    """A Word file with parts added or replaced."""
    with zipfile.ZipFile(source) as package:
        parts = {name: package.read(name) for name in package.namelist()} | changes
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return target


Side = tuple[float, float, float, float]
"""A line that is drawn: from where to where."""


def pdf_file(
    path: Path,
    pages: Sequence[Sequence[Piece]],
    *,
    image: bool = False,
    encrypted: bool = False,
    sides: Sequence[Side] = (),
) -> Path:
    """A PDF with letters where they are wanted; each page shows a picture with ``image``, and the ``sides``."""
    path.write_bytes(_pdf(pages, image=image, encrypted=encrypted, sides=sides))
    return path


def ruled(columns: Sequence[float], rows: Sequence[float], *, without: Iterable[Side] = ()) -> list[Side]:
    """The lines of a table, each in pieces as long as a cell; ``without``: the pieces that merged cells lack."""
    flat = [(x, y, to_x, y) for y in rows for x, to_x in pairwise(columns)]
    upright = [(x, y, x, to_y) for x in columns for y, to_y in pairwise(rows)]
    missing = set(without)
    return [side for side in [*flat, *upright] if side not in missing]


def rows_of(lines: Iterable[str], top: float = 800) -> list[Piece]:
    """Lines one below the other; a tab in one begins the next column."""
    found: list[Piece] = []
    for number, line in enumerate(lines):
        for column, text in enumerate(line.split("\t")):
            found.append((40 + 180 * column, top - 2 * HEIGHT * number, text))
    return found


def _pdf(pages: Sequence[Sequence[Piece]], *, image: bool, encrypted: bool, sides: Sequence[Side]) -> bytes:
    letters = sorted({letter for page in pages for _, _, text in page for letter in text})
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Test /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 5 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Test /DW 1000 /FontDescriptor 6 0 R /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        _stream(_to_unicode(letters)),
        b"<< /Type /FontDescriptor /FontName /Test /Flags 4 /FontBBox [0 -200 1000 800] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 800 /StemV 80 >>",
        _stream(
            b"\xff", b" /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"
        ),
    ]
    kids = []
    for page in pages:
        content = b"q 500 0 0 700 50 50 cm /I Do Q\n" if image else b""
        content += b"".join(b"%.1f %.1f m %.1f %.1f l S\n" % side for side in sides)
        for x, y, text in page:
            codes = text.encode("utf-16-be").hex().encode()
            content += b"BT /F %d Tf %.1f %.1f Td <%s> Tj ET\n" % (HEIGHT, x, y, codes)
        objects.append(_stream(content))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F 3 0 R >> /XObject << /I 7 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(kids))
    return _file(objects, encrypted=encrypted)


def _file(objects: Sequence[bytes], *, encrypted: bool) -> bytes:
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for place in places:
        out.write(b"%010d 00000 n \n" % place)
    lock = b" /ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (
        b"11" * 32,
        b"22" * 32,
    )
    out.write(b"trailer\n<< /Size %d /Root 1 0 R%s >>\n" % (len(objects) + 1, lock if encrypted else b""))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def _stream(content: bytes, more: bytes = b"") -> bytes:
    return b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(content), more, content)


def _to_unicode(letters: Sequence[str]) -> bytes:
    lines = [b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /T def /CMapType 2 def"]
    lines.append(b"1 begincodespacerange <0000> <ffff> endcodespacerange")
    for start in range(0, len(letters), 100):
        part = letters[start : start + 100]
        lines.append(b"%d beginbfchar" % len(part))
        lines += [b"<%04x> <%04x>" % (ord(letter), ord(letter)) for letter in part]
        lines.append(b"endbfchar")
    lines.append(b"endcmap end end")
    return b"\n".join(lines)
