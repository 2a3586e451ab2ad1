"""Questions that end as people of a region end them, with the ending that the dictionary knows."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import yaml

_ENDINGS = Path(__file__).parent / "data" / "dialects.yaml"
_LONGEST = 20
"""Characters that an ending has, with the signs behind it."""
_SIGNS = r"[?!。、.〜~ー…\s]*$"


def in_standard_words(question: str) -> str:
    """``question`` (normalized) with its dialect ending read as the standard one: いつまでだっぺか -> いつまでか."""
    pattern, meant = _endings()
    found = pattern.search(question, max(len(question) - _LONGEST, 0))
    if found is None or found.lastgroup is None or not found.start():
        return question
    return f"{question[: found.start()]}{meant[found.lastgroup]}{'?' if '?' in found.group() else ''}"


@lru_cache(maxsize=1)
def _endings() -> tuple[re.Pattern[str], dict[str, str]]:
    """All endings as one pattern of named groups, and what each of the groups means."""
    rows = yaml.safe_load(_ENDINGS.read_text(encoding="utf-8"))
    endings = (f"(?P<ending_{number}>{row['said']})" for number, row in enumerate(rows))
    meant = {f"ending_{number}": row["means"] for number, row in enumerate(rows)}
    return re.compile(f"(?:{'|'.join(endings)}){_SIGNS}"), meant
