"""A plan's file read: checked, and what is complicated opened in a limited process of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from knowledge.child_process import ChildFaultError, child_messages
from knowledge.plan_documents.checks import broken, read_checked
from knowledge.plan_documents.document import Kind, Line, PlanDocument, PlanFileError
from knowledge.plan_documents.text_file import read_text
from knowledge.upload_limits import MAX_CHARACTERS, MAX_PDF_PAGES

_LONGEST_ANSWER = 8 * MAX_CHARACTERS
"""In bytes: a character takes up to six as JSON writes it, and every line its brackets."""
_FEWEST_CHARACTERS = 20
"""On a page, on the average: a scanned page has none, but a stamp or a page number may have been added."""
_REPEATED_FROM = 5
"""Pages: in fewer a line that returns on each is no header."""

Progress = Callable[[int, int], None]


def read_plan(path: Path, progress: Progress | None = None) -> PlanDocument:
    """The lines of a plan's file.  ``progress`` gets (page, of how many) for each page of a PDF.

    Raises PlanFileError with what is wrong and what to do, in Japanese.
    """
    kind, content = read_checked(path)
    if kind in ("text", "markdown"):
        document = read_text(path.name, content, kind)
    else:
        document = _collected(path.name, kind, _messages(path.name, kind, content), progress)
    if not any(line.text.strip() for line in document.lines):
        raise PlanFileError(f"{path.name}: 文字がありません。元のファイルを確かめてください")
    return document


def _messages(name: str, kind: Kind, content: bytes) -> Iterator[dict[str, Any]]:
    try:
        yield from child_messages("knowledge.plan_documents.child", kind, content=content, most=_LONGEST_ANSWER)
    except ChildFaultError as error:
        if error.fault is None:
            raise PlanFileError(
                f"{name}: 読むのに時間かメモリーがかかりすぎるため、途中でやめました。"
                "画像を減らすか、章ごとに分けてください"
            ) from error
        told = _FAULTS[error.fault["fault"]].format(count=error.fault.get("count"))
        raise PlanFileError(f"{name}: {told}") from error


_FAULTS = {
    "too_many_pages": f"ページが多すぎます（{{count}}ページ。{MAX_PDF_PAGES}ページまで）。章ごとに分けてください",
    "password": "パスワードで保護されています。保護を外した PDF を使ってください",
    "broken": broken("").removeprefix(": "),
    "unsafe_xml": "安全でない定義（DTD）が入っています。Word で開き、保存し直してください",
    "table_too_large": "表が大きすぎます。表を分けてください",
    "too_long": f"文字が多すぎます（{MAX_CHARACTERS:,}字まで）。章ごとに分けてください",
    "memory": "読むのにメモリーがかかりすぎるため、途中でやめました。画像を減らすか、章ごとに分けてください",
}


def _collected(name: str, kind: Kind, messages: Iterator[dict[str, Any]], progress: Progress | None) -> PlanDocument:
    if kind == "docx":
        lines = tuple(Line(text, None, level) for message in messages for text, level in message["lines"])
        return PlanDocument(kind, lines)
    pages: list[list[str]] = []
    for message in messages:
        pages.append([text for text, _ in message["lines"]])
        if progress:
            progress(message["page"], message["of"])
    letters = [sum(len("".join(line.split())) for line in page) for page in pages]
    if sum(letters) < _FEWEST_CHARACTERS * max(len(pages), 1):
        raise PlanFileError(
            f"{name}: 文字のデータがありません（紙をスキャンした PDF のようです）。"
            "文字の入った PDF か Word の文書を使うか、文字認識（OCR）をかけてください"
        )
    kept = _without_running_heads(pages)
    lines = tuple(Line(text, number) for number, page in enumerate(kept, 1) for text in (*page, ""))
    return PlanDocument(kind, lines, len(pages), tuple(number for number, count in enumerate(letters, 1) if not count))


def _without_running_heads(pages: list[list[str]]) -> list[list[str]]:
    """Pages without their numbers, and without what stands at the top or bottom of most of them."""
    ends = Counter(line for page in pages for line in {*page[:1], *page[-2:]})
    often = {line for line, count in ends.items() if count >= _REPEATED_FROM and count > len(pages) / 2}
    return [
        [
            line
            for place, line in enumerate(page)
            if not (_at_an_end(place, page) and (line in often or _is_page_number(line)))
        ]
        for page in pages
    ]


def _at_an_end(place: int, page: list[str]) -> bool:
    return place == 0 or place >= len(page) - 2


def _is_page_number(line: str) -> bool:
    bare = line.strip(" 　-－‐―–—・.pP頁ページ")
    return bool(bare) and len(bare) <= 3 and bare.isdigit()
