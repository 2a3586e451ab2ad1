"""Time against the number of entries, as a table and as a picture."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import altair
from rich.console import Console
from rich.table import Table

from intents.index import build_index
from intents.ranker import rank
from intents.vectors import Vectors
from tests.bench.material import Material, mixed
from tests.bench.peers import full_text, plain_bm25
from tests.bench.timing import Times, timed

SIZES = (300, 1_786, 10_000, 30_000, 100_000)
_OURS, _BM25, _FTS = "こたえ", "bm25s（Sudachi の語で）", "SQLite FTS5"


@dataclass(frozen=True)
class Measured:
    """Of one size: seconds to make the index, and the times of each way to search."""

    entries: int
    seconds: float
    times: dict[str, Times]


def measure(material: Material, vectors: Vectors, size: int) -> Measured:
    documents = mixed(material.documents, size)
    begun = time.perf_counter()
    index = build_index(documents, vectors=vectors)
    seconds = time.perf_counter() - begun
    ways = {_OURS: lambda question: rank(index, question), _BM25: plain_bm25(documents), _FTS: full_text(documents)}
    rounds = 3 if size > 10_000 else 5
    return Measured(size, seconds, {name: timed(work, material.questions, rounds) for name, work in ways.items()})


def compare_sizes(
    material: Material, vectors: Vectors, console: Console, sizes: Sequence[int], picture: Path | None
) -> None:
    """Prints the table; draws it where ``picture`` names a PNG."""
    table = Table("件数", "索引 秒", *(f"{name} p50／p99 ms" for name in (_OURS, _BM25, _FTS)), title="件数と速さ")
    found = []
    for size in sizes:
        with console.status(f"{size:,}件"):
            one = measure(material, vectors, size)
        cells = (f"{times.p50:.2f}／{times.p99:.2f}" for times in one.times.values())
        table.add_row(f"{size:,}", f"{one.seconds:.1f}", *cells)
        found.append(one)
    console.print(table)
    if picture is not None:
        draw(found, picture)
        console.print(f"図: {picture}")


def draw(found: Sequence[Measured], picture: Path) -> None:
    rows = [
        {"件数": one.entries, "ミリ秒": value, "方法": name, "値": label}
        for one in found
        for name, times in one.times.items()
        for label, value in (("p50", times.p50), ("p99", times.p99))
    ]
    chart = (
        altair.Chart(altair.Data(values=rows))
        .mark_line(point=True)
        .encode(
            x=altair.X("件数:Q", scale=altair.Scale(type="log"), title="ナレッジの件数"),
            y=altair.Y("ミリ秒:Q", scale=altair.Scale(type="log"), title="一問の時間（ミリ秒）"),
            color=altair.Color("方法:N", title=None, sort=[_OURS, _BM25, _FTS]),
            strokeDash=altair.StrokeDash("値:N", title=None, sort=["p50", "p99"], legend=None),
        )
        .properties(width=560, height=320, title="件数と、一問にかかる時間（実線 p50、点線 p99）")
        .configure(font="Noto Sans CJK JP")
    )
    picture.parent.mkdir(parents=True, exist_ok=True)
    chart.save(str(picture), scale_factor=2)
