"""The straight lines that a PDF's page draws.  Runs in the limited child process only."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from knowledge.plan_documents.pdf_grids import Stroke

_LONGEST_PATH = 600
"""Parts of one path: more is a drawing."""
_MOST_OBJECTS = 20_000
"""On a page."""
_EFFORT, _EFFORT_OF_STROKE = 400_000, 3
"""For a file, in things looked at; a line takes as long as some of them."""
_UPRIGHT = 1.0
"""In points: how much a line along an axis may lean."""


class StrokeReader:
    """Looks at the pages of one file, as long as it may: the reading process has little time."""

    def __init__(self, effort: int = _EFFORT) -> None:
        self._left = effort

    def strokes(self, page: pdfium.PdfPage) -> list[Stroke]:
        """The lines that a page draws along its axes; nothing of a page that is a drawing, or once the effort is spent.

        A shape with any other side is left out: an arrow, a curve, a letter.
        """
        count = raw.FPDFPage_CountObjects(page.raw)
        if count > _MOST_OBJECTS or count > self._left:
            return []
        found: list[Stroke] = []
        for place in range(count):
            thing = raw.FPDFPage_GetObject(page.raw, place)
            if raw.FPDFPageObj_GetType(thing) == raw.FPDF_PAGEOBJ_PATH and _is_drawn(thing):
                found += _strokes(thing)
        self._left -= count + _EFFORT_OF_STROKE * len(found)
        return found


def _is_drawn(path: Any) -> bool:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    asked = raw.FPDFPath_GetDrawMode(path, ctypes.byref(fill), ctypes.byref(stroke))
    return bool(asked) and bool(fill.value or stroke.value)


def _strokes(path: Any) -> Sequence[Stroke]:
    """A path's sides; none where one of them is no line along an axis."""
    count = raw.FPDFPath_CountSegments(path)
    matrix = raw.FS_MATRIX()
    if not 1 < count <= _LONGEST_PATH or not raw.FPDFPageObj_GetMatrix(path, ctypes.byref(matrix)):
        return ()
    found: list[Stroke] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    begun = before = (0.0, 0.0)
    for place in range(count):
        segment = raw.FPDFPath_GetPathSegment(path, place)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind not in (raw.FPDF_SEGMENT_MOVETO, raw.FPDF_SEGMENT_LINETO):
            return ()
        raw.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        point = (
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
        if kind == raw.FPDF_SEGMENT_MOVETO:
            begun = point
        else:
            found.append(Stroke(*before, *point))
        if raw.FPDFPathSegment_GetClose(segment):
            found.append(Stroke(*point, *begun))
        before = point
    return found if all(_is_upright(stroke) for stroke in found) else ()


def _is_upright(stroke: Stroke) -> bool:
    return abs(stroke.x - stroke.to_x) <= _UPRIGHT or abs(stroke.y - stroke.to_y) <= _UPRIGHT
