"""How long each regular expression takes over a text that it nearly matches: ``python -m tests.bench.regexes [LETTERS]``.

2,000 letters unless told, which is where the words of residents are cut before any pattern sees them.  The lines of
the data are asked for a group at once: as such, and as they are written, one by one.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from intents.text import MAX_QUESTION
from tests.support.regexes import FIXED, Named, all_patterns, near_misses, seconds, text_of, written_lines
from tests.test_regexes import CUT

SHOWN = 15


def slowest(named: Named, length: int) -> tuple[float, str]:
    """Milliseconds, and what was repeated.  What the program cuts before the pattern sees it is cut here, too."""
    length = min(length, CUT.get(named.place, length))
    pieces = dict.fromkeys([*near_misses(named.pattern, 8), *FIXED[:8]])
    return max((seconds(named.pattern, text_of(piece, length), 1) * 1_000, piece[:20]) for piece in pieces)


def main() -> None:
    console, patterns = Console(), all_patterns()
    length = int(sys.argv[1]) if len(sys.argv) > 1 else MAX_QUESTION
    _tell(console, "式", patterns, length)
    _tell(console, "まとめる前の、データの一行ずつ", written_lines(), length)
    cut = Table("場所", "切る長さ", "いちばん遅い ms", title="二乗で伸びるが、切ってから読むもの")
    for each in patterns:
        if each.place in CUT:
            cut.add_row(each.place, f"{CUT[each.place]:,}", f"{slowest(each, CUT[each.place])[0]:.1f}")
    console.print(cut)


def _tell(console: Console, name: str, patterns: Sequence[Named], length: int) -> None:
    found = sorted(((*slowest(each, length), each.place) for each in patterns), reverse=True)
    table = Table("場所", "くり返したもの", "ms", title=f"{name}：{length:,}文字、{len(found)}個のうち遅いもの")
    for taken, piece, place in found[:SHOWN]:
        table.add_row(place, repr(piece), f"{taken:.1f}")
    console.print(table)
    console.print(f"100ミリ秒を超えたもの：{sum(taken > 100 for taken, _, _ in found)}個")


if __name__ == "__main__":
    main()
