"""Rows that change, as every page shows them: old and new side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.import_jobs import MOST_SHOWN
from knowledge.import_items import RowChange
from knowledge.imports import sheet_title
from knowledge.proposed_changes import NAMES, ROW_TITLES, WORD, WORDS

ACTIONS: Mapping[str, str] = {"added": "追加", "changed": "変更", "ended": "終了", "unchanged": "変更なし"}
_TITLES: Mapping[str, str] = {**ROW_TITLES, WORDS: NAMES[WORD]}
EMPTY = "（空）"


@dataclass(frozen=True)
class ShownChanges:
    """``rows``: as many as a page shows; ``more``: how many there are beside."""

    rows: Sequence[RowChange]
    more: int

    def title(self, row: RowChange) -> str:
        return _TITLES.get(row.kind) or sheet_title(row.kind)

    def action(self, row: RowChange) -> str:
        """A draft that stays one is told from what residents read."""
        return ACTIONS[row.action] + ("" if row.public else "（下書き）")

    def cells(self, row: RowChange) -> list[tuple[str, str, str]]:
        """What to read of a row, one line each: of a new one what is written, of one that ends that it does."""
        if row.action == "added":
            return [(heading, "", new) for heading, _, new in row.cells if new] or [("", "", "")]
        told = [(heading, old or EMPTY, new or EMPTY) for heading, old, new in row.cells]
        return told or [("状態", "", "終了")]


def shown(rows: Sequence[RowChange]) -> ShownChanges:
    return ShownChanges(rows[:MOST_SHOWN], max(0, len(rows) - MOST_SHOWN))


def counted(counts: Mapping[str, int]) -> str:
    """``追加1件、変更3件``."""
    return "、".join(f"{ACTIONS[action]}{counts[action]}件" for action in ACTIONS if counts.get(action))
