"""The child process that parses a workbook: standard input to JSON on standard output.

It may use little memory and time, opens no connection and starts nothing; when something is
wrong it dies, and the parent tells staff.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import warnings
from collections.abc import Iterator
from typing import Any

_BARRED = ("socket.", "subprocess.", "os.exec", "os.system", "os.posix_spawn", "os.fork", "os.remove", "os.rename")


def main() -> None:
    sys.path.insert(0, sys.argv[1])
    # openpyxl would load NumPy where there is one, and that takes more memory than we allow.
    # lxml would read past defusedxml.
    for unwanted in ("numpy", "lxml"):
        sys.modules[unwanted] = None  # type: ignore[assignment]
    import openpyxl

    from knowledge.upload_limits import CPU_SECONDS, MEMORY

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.addaudithook(_refuse)
    if not openpyxl.DEFUSEDXML:
        raise RuntimeError("defusedxml is missing")
    warnings.simplefilter("ignore")
    try:
        found: dict[str, Any] = {"sheets": list(_sheets(sys.stdin.buffer.read()))}
    except _TooMuchError as error:
        found = {"error": str(error)}
    except Exception:  # whatever a crafted file makes the parser raise
        found = {"error": "Excel の表として読めません（こわれています）。Excel で開き、保存し直してください"}
    sys.stdout.write(json.dumps(found))


def _refuse(event: str, _: Any) -> None:
    if event.startswith(_BARRED):
        raise PermissionError(event)


class _TooMuchError(ValueError):
    """More than we take; the text tells staff how much."""


def _sheets(content: bytes) -> Iterator[dict[str, Any]]:
    import openpyxl

    from knowledge.upload_limits import MAX_ROWS

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    left = MAX_ROWS
    for page in book.worksheets:
        page.reset_dimensions()
        rows = list(_rows(page, left))
        left -= len(rows)
        yield {"name": page.title, "rows": rows}


def _rows(page: Any, left: int) -> Iterator[tuple[int, list[Any]]]:
    from knowledge.upload_limits import MAX_COLUMNS, MAX_ROWS

    taken = 0
    for number, row in enumerate(page.iter_rows(), 1):
        cells = [_value(cell) for cell in row]
        while cells and cells[-1] == "":
            cells.pop()
        if not cells:
            continue
        taken += 1
        if taken > left:
            raise _TooMuchError(f"行が多すぎます（{MAX_ROWS:,}行まで）。ファイルを分けてください")
        if len(cells) > MAX_COLUMNS:
            raise _TooMuchError(f"列が多すぎます（{MAX_COLUMNS}列まで）。いらない列を消してください")
        yield number, cells


def _value(cell: Any) -> Any:
    """The text of a cell as staff see it, or why it has none."""
    value, kind = cell.value, cell.data_type
    if value is None:
        return ""
    if kind == "f" or type(value).__name__ in ("ArrayFormula", "DataTableFormula"):
        return {"bad": "数式が入っています。計算した結果を「値として貼り付け」してください"}
    if kind == "e":
        return {"bad": f"エラーの値（{value}）です。正しい値を書いてください"}
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, int | float):
        return _number(value, cell.number_format or "")
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10] if hasattr(value, "year") else value.isoformat()
    return str(value)


def _number(value: float, shown_as: str) -> str:
    if "%" in shown_as:
        return f"{value * 100:.15g}%"
    return str(value) if isinstance(value, int) else f"{value:.15g}"


if __name__ == "__main__":
    main()
