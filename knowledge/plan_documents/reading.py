"""A plan's file read: checked, and what is complicated opened in a limited process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from knowledge.plan_documents.checks import broken, read_checked
from knowledge.plan_documents.document import Kind, Line, PlanDocument, PlanFileError
from knowledge.plan_documents.text_file import read_text
from knowledge.upload_limits import CHILD_SECONDS, MAX_CHARACTERS, MAX_PDF_PAGES

_ROOT = Path(__file__).parent.parent.parent
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
    """What the child says, message by message; it never outlives this."""
    command = [sys.executable, "-s", "-B", "-m", "knowledge.plan_documents.child", kind]
    environment = {"PYTHONIOENCODING": "utf-8", "PATH": "", "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(  # noqa: S603 our own interpreter and module, no shell, the file through a pipe
        command,
        cwd=_ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as child:
        clock = threading.Timer(CHILD_SECONDS, child.kill)
        feeder = threading.Thread(target=_feed, args=(child, content), daemon=True)
        clock.start()
        feeder.start()
        try:
            yield from _lines_of(name, child)
        finally:
            clock.cancel()
            child.kill()


def _feed(child: subprocess.Popen[bytes], content: bytes) -> None:
    """Hand the file over beside the reading: neither side waits for a full pipe."""
    if child.stdin is not None:
        try:
            child.stdin.write(content)
            child.stdin.close()
        except OSError:
            return  # the child is gone; what it said last tells why


def _lines_of(name: str, child: subprocess.Popen[bytes]) -> Iterator[dict[str, Any]]:
    if child.stdout is None:
        return
    left = _LONGEST_ANSWER
    while left > 0 and (line := child.stdout.readline(left)):
        left -= len(line)
        if not line.endswith(b"\n"):
            break
        message: dict[str, Any] = json.loads(line)
        if "fault" in message:
            raise PlanFileError(f"{name}: {_FAULTS[message['fault']].format(count=message.get('count'))}")
        if message.get("done"):
            return
        yield message
    raise PlanFileError(
        f"{name}: 読むのに時間かメモリーがかかりすぎるため、途中でやめました。画像を減らすか、章ごとに分けてください"
    )


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
