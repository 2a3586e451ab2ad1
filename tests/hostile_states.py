"""Which hostile strings stand in which column of a database, and whether two databases were left alike.

``python -m tests.hostile_states ONE.json OTHER.json`` compares what two runs of ``tests/bot/console/test_hostile.py``
wrote (``HOSTILE_STATE=file``), and ends with 1 where a string stands in one database and not in the other.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.models import Base
from tests.support.hostile import hostile_strings

State = Mapping[str, Sequence[int]]
"""By table and column, the numbers of the strings that stand there."""
_FEWEST = 40
"""Columns, each with some strings: fewer, and nothing was filled."""


def state_of(session: Session) -> dict[str, list[int]]:
    """Read from every column of every table that holds text, also within JSON."""
    found: dict[str, list[int]] = {}
    for table in Base.metadata.sorted_tables:
        texts: dict[str, set[str]] = defaultdict(set)
        for row in session.execute(select(table)).mappings():
            for name, value in row.items():
                texts[name].update(_texts_in(value))
        for name, written in texts.items():
            together = "\n\n".join(sorted(written))
            places = [place for place, string in enumerate(hostile_strings()) if string.strip() in together]
            if places:
                found[f"{table.name}.{name}"] = places
    return found


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts_in(each)


def differences(one: State, other: State) -> list[str]:
    """What stands in one of them alone, by column."""
    return [
        f"{column}: {sorted(set(one.get(column, ())) ^ set(other.get(column, ())))}"
        for column in sorted({*one, *other})
        if set(one.get(column, ())) != set(other.get(column, ()))
    ]


def main(arguments: Sequence[str]) -> int:
    one, other = (json.loads(Path(name).read_text(encoding="utf-8")) for name in arguments)
    wrong = differences(one, other)
    print(
        f"{len(one)} と {len(other)} の列に、危ない文字列がのべ {sum(map(len, one.values()))} と {sum(map(len, other.values()))}"
    )
    for each in wrong:
        print(f"ちがい {each}")
    if min(len(one), len(other)) < _FEWEST:
        print(f"列が少なすぎます（{_FEWEST} から）")
        return 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
