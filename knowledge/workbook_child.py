"""The process that reads a workbook: limited, without network, and gone afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from knowledge.child_limits import serve


def _reader() -> Callable[[bytes], Iterator[dict[str, Any]]]:
    import sys

    # openpyxl would load NumPy where there is one, and that takes more memory than we allow.
    sys.modules["numpy"] = None  # type: ignore[assignment]  # how Python is told that a module is not to be had
    from knowledge.workbook_parts import workbook_messages

    most_rows = int(sys.argv[1])
    return lambda content: workbook_messages(content, most_rows)


def _fault(error: Exception) -> dict[str, Any]:
    if type(error).__name__ == "TooMuchError":
        return {"fault": str(error)}
    if isinstance(error, MemoryError):
        return {"fault": "大きすぎて読めません。シートを分けるか、使っていない行と列を消してください"}
    return {"fault": "Excel の表として読めません（こわれています）。Excel で開き、保存し直してください"}


if __name__ == "__main__":
    serve(_reader, _fault)
