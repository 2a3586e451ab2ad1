"""How much personal data the masking finds in lines that were written apart from it, and what it hides in vain.

``python -m tests.masking_recall [--lines N --seed S] [--as table|markdown|json]`` prints the figures of docs/privacy.md,
and fails where a target is missed or a thousand characters take more than 5 ms.  With ``--set second`` or
``--set third`` it measures by sentences whose figures the masking was not worked on with.
The lines are those of ``tests/support/personal_data_lines.py``: whoever works on ``intents/personal_data`` reads neither
them nor their templates, only the figures by kind and by the name of a format.  So no line is ever printed here.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from intents.personal_data import Masked, mask
from tests.support.personal_data_lines import HELD_OUT, TEMPLATES, THIRD, Line, clean_lines, left_over, lines

LINES, SEED = 10_000, 20_260_401
SETS: Mapping[str, Path] = {"first": TEMPLATES, "second": HELD_OUT, "third": THIRD}
TARGETS: Mapping[str, float] = {
    "twelve_digits": 0.999,
    "card": 0.999,
    "telephone": 0.995,
    "email": 0.995,
    "postal_code": 0.995,
    "birthday": 0.98,
    "address": 0.95,
    "name": 0.80,
}
"""The guide's; it sets none for the numbers of pensions and beneficiaries."""
FALSE_MASKS = 0.01
MOST_MS = 5.0
"""A thousand characters may take, of this thread's own work."""
SHOWN: Mapping[str, str] = {
    "twelve_digits": "12けたの番号（マイナンバーなど）",
    "card": "カード番号",
    "telephone": "電話番号",
    "email": "メールアドレス",
    "postal_code": "郵便番号",
    "birthday": "生年月日",
    "address": "住所",
    "name": "氏名",
    "pension_number": "年金番号",
    "beneficiary_number": "受給者番号",
}


@dataclass(frozen=True)
class Caught:
    """Of ``count`` values, how many were left with no letter or digit to read."""

    count: int = 0
    hidden: int = 0

    @property
    def share(self) -> float:
        return self.hidden / self.count if self.count else 1.0

    def __add__(self, other: Caught) -> Caught:
        return Caught(self.count + other.count, self.hidden + other.hidden)


@dataclass(frozen=True)
class Format:
    """One way of writing a value of a kind."""

    kind: str
    name: str
    is_everyday: bool
    caught: Caught


@dataclass(frozen=True)
class Pace:
    """Milliseconds for 1,000 characters: the text in the middle, and the slowest."""

    p50: float
    slowest: float


@dataclass(frozen=True)
class Recall:
    """The whole measurement."""

    formats: tuple[Format, ...]
    clean: int
    masked_in_vain: int
    in_vain: Mapping[str, int]
    """Of the clean lines, in how many something was taken for this kind."""
    pace: Pace

    @property
    def false_share(self) -> float:
        return self.masked_in_vain / self.clean if self.clean else 0.0

    def kinds(self) -> list[str]:
        return list(dict.fromkeys(each.kind for each in self.formats))

    def of(self, kind: str, *, everyday: bool | None = None) -> Caught:
        """Of a kind: all of it, or what is written the everyday way (or the unusual one) alone."""
        chosen = (each.caught for each in self.formats if each.kind == kind and everyday in (None, each.is_everyday))
        return sum(chosen, Caught())


def measure(count: int = LINES, seed: int = SEED, templates: Path = TEMPLATES) -> Recall:
    clean = [mask(text) for text in clean_lines(count, seed, templates)]
    kinds = Counter(str(kind) for masked in clean for kind in masked.kinds)
    told = lines(count, seed, templates)
    return Recall(
        formats=tuple(_formats(told)),
        clean=len(clean),
        masked_in_vain=sum(masked.found for masked in clean),
        in_vain=dict(kinds.most_common()),
        pace=_pace([line.text for line in told]),
    )


def _formats(told: Iterable[Line]) -> list[Format]:
    counted: Counter[tuple[str, str, bool]] = Counter()
    left: Counter[tuple[str, str, bool]] = Counter()
    for line in told:
        counted.update((value.kind, value.format, value.everyday) for value in line.values)
        masked = [(span.start, span.end) for span in mask(line.text).spans]
        left.update((value.kind, value.format, value.everyday) for value in left_over(line, masked))
    order = [*SHOWN, *sorted({key[0] for key in counted} - set(SHOWN))]
    return [
        Format(*key, Caught(counted[key], counted[key] - left[key]))
        for key in sorted(counted, key=lambda key: (order.index(key[0]), not key[2], key[1]))
    ]


def _pace(texts: Sequence[str], letters: int = 1_000) -> Pace:
    """Of the lines joined to texts of 1,000 characters: of this thread's own work, the better of two tries."""
    joined = "\n".join(texts)
    pieces = [joined[start : start + letters] for start in range(0, min(len(joined), 200 * letters), letters)]
    taken = sorted(min(_own_milliseconds(piece) for _ in range(2)) for piece in pieces)
    return Pace(taken[len(taken) // 2], taken[-1])


def _own_milliseconds(text: str) -> float:
    begun = time.thread_time()
    _masked: Masked = mask(text)
    return (time.thread_time() - begun) * 1_000


def _percent(share: float) -> str:
    return f"{share:.2%}"


def _told(caught: Caught) -> str:
    return f"{_percent(caught.share)}（{caught.hidden:,}／{caught.count:,}）" if caught.count else "—"


KIND_HEADS = ("種類", "目標", "全体", "ふだんの書き方", "めずらしい書き方")
FORMAT_HEADS = ("種類", "書き方", "ふだん", "隠せた割合")


def kind_rows(recall: Recall) -> list[tuple[str, ...]]:
    return [
        (
            SHOWN.get(kind, kind),
            f"{TARGETS[kind]:.1%}" if kind in TARGETS else "—",
            *(_told(recall.of(kind, everyday=everyday)) for everyday in (None, True, False)),
        )
        for kind in recall.kinds()
    ]


def format_rows(recall: Recall) -> list[tuple[str, ...]]:
    return [
        (SHOWN.get(each.kind, each.kind), each.name, "○" if each.is_everyday else "", _told(each.caught))
        for each in recall.formats
    ]


def in_short(recall: Recall) -> list[str]:
    kinds = "、".join(f"{kind} {count:,}" for kind, count in recall.in_vain.items()) or "なし"
    return [
        f"個人情報のない文を隠した割合：{_percent(recall.false_share)}（{recall.masked_in_vain:,}／{recall.clean:,}）",
        f"そのとき何と取り違えたか（行数）：{kinds}",
        f"1,000文字あたりの時間：中央 {recall.pace.p50:.2f} ミリ秒、最大 {recall.pace.slowest:.2f} ミリ秒",
    ]


def as_markdown(recall: Recall) -> str:
    def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
        drawn = [heads, ["---"] * len(heads), *rows]
        return ["| " + " | ".join(row) + " |" for row in drawn]

    short = [f"- {line}" for line in in_short(recall)]
    return "\n".join([*table(KIND_HEADS, kind_rows(recall)), "", *short, "", *table(FORMAT_HEADS, format_rows(recall))])


def short_of(recall: Recall) -> list[str]:
    """What is not as it should be: a kind hidden too seldom, too much hidden in vain, or too slow."""
    kinds = [(kind, recall.of(kind)) for kind in recall.kinds() if kind in TARGETS]
    found = [
        f"{SHOWN[kind]}：{_told(caught)}（目標 {TARGETS[kind]:.1%}）"
        for kind, caught in kinds
        if caught.share < TARGETS[kind]
    ]
    if recall.false_share > FALSE_MASKS:
        found.append(f"個人情報のない文を隠した割合：{_percent(recall.false_share)}（{_percent(FALSE_MASKS)}まで）")
    if recall.pace.slowest > MOST_MS:
        found.append(f"1,000文字あたりの時間：最大 {recall.pace.slowest:.2f} ミリ秒（{MOST_MS:.0f} ミリ秒まで）")
    return found


def as_json(recall: Recall) -> str:
    return json.dumps(asdict(recall), ensure_ascii=False, indent=1)


def _print_tables(recall: Recall) -> None:
    console = Console()
    for title, heads, rows in (
        ("種類ごと", KIND_HEADS, kind_rows(recall)),
        ("書き方ごと", FORMAT_HEADS, format_rows(recall)),
    ):
        table = Table(*heads, title=title)
        for row in rows:
            table.add_row(*row)
        console.print(table)
    for line in in_short(recall):
        console.print(line)


def main() -> None:
    parser = argparse.ArgumentParser("python -m tests.masking_recall", description="個人情報をどれだけ隠せるかを測る")
    parser.add_argument("--lines", type=int, default=LINES, help="作る行の数（個人情報のある行、ない行、それぞれ）")
    parser.add_argument("--seed", type=int, default=SEED, help="乱数の種")
    parser.add_argument("--as", dest="form", choices=("table", "markdown", "json"), default="table", help="出し方")
    parser.add_argument(
        "--set",
        dest="name",
        choices=tuple(SETS),
        default="first",
        help="文の組（second と third は、隠す仕組みを直すときに使っていない文）",
    )
    given = parser.parse_args()
    recall = measure(given.lines, given.seed, SETS[given.name])
    if given.form == "table":
        _print_tables(recall)
    else:
        print(as_markdown(recall) if given.form == "markdown" else as_json(recall))
    if short := short_of(recall):
        sys.exit("\n".join(("届いていません", *short)))


if __name__ == "__main__":
    main()
