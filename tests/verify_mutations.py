"""How many faults ``knowledge verify`` finds: one figure or name of an answer is changed at a time.

``.venv/bin/python -m tests.verify_mutations [FOLDER] [--seed N]`` prints the table of docs/source-check.md; FOLDER
holds the texts of the plans (by default ``../shared/plans``, which is not part of the project).

What is changed is found by patterns of its own, not by the ones that verify reads with.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from rich.console import Console
from rich.table import Table

from knowledge.bundle import (
    Bundle,
    Department,
    Entry,
    Indicator,
    Item,
    ScheduleItem,
    Term,
    content_folders,
    read_bundle,
)
from knowledge.names import name_letters, names
from knowledge.plan_texts import PlanTextMissingError, plan_sections
from knowledge.source_check import check
from knowledge.statements import Known, Statement, known_of, statements

PLANS = Path(__file__).parent.parent.parent / "shared" / "plans"
SEED = 4
_LISTS: Mapping[type[Item], str] = {
    Entry: "entries",
    Indicator: "indicators",
    ScheduleItem: "schedule",
    Department: "departments",
    Term: "terms",
}
_FIELDS: Mapping[type[Item], Sequence[str]] = {
    Entry: ("question", "answer", "facets", "translations", "term"),
    Indicator: ("name", "definition", "note", "baseline", "interim", "target"),
    ScheduleItem: ("name", "steps", "note"),
    Department: ("name", "aliases", "role", "telephone", "extension", "fax", "email", "address"),
    Term: ("term", "meaning"),
}
"""What residents read as facts."""

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_PATTERNS = re.compile(
    rf"""
      (?P<電話>(?<![\d-])0\d{{1,4}}-\d{{1,4}}-\d{{3,4}}(?![\d-]))
    | (?P<割合>\d+(?:\.\d+)?(?=\s?(?:%|％|割|パーセント|percent)))
    | (?P<日付>(?<!\d)\d{{1,2}}(?=月(?!間))|(?<=月)\d{{1,2}}(?=日)|\b(?:{"|".join(_MONTHS)})\b)
    | (?P<年>(?:(?<=令和)|(?<=平成)|(?<=昭和))\d{{1,2}}(?=年)|(?<!\d)(?:19|20)\d{{2}}(?!\d)|(?<!\d)\d{{1,2}}(?=年度))
    | (?P<時刻>(?<![\d:])\d{{1,2}}(?=時(?![間点])|:\d{{2}})|(?<!\d)\d{{1,2}}(?=\s?[ap]\.m\.))
    | (?P<番号>(?<![\d-])\d{{1,3}}(?=-\d)|(?<=-)\d{{1,4}}(?![\d-]))
    | (?P<数>(?<![A-Za-z\d.,])\d[\d,]*(?:\.\d+)?(?![.\d])|[二三四五六七八九](?=つ|[のか]))
    """,
    re.VERBOSE,
)
_KANJI = "一二三四五六七八九"
_QUOTES = re.compile("[「『][^「」『』]*[」』]")
_KEPT_JAPANESE = re.compile("[ぁ-んァ-ヶ一-龥々ー・]{2,}")
_ABSENT = re.compile(r"^(?P<what>[^、。（）・は]{2,20}?)(?:のこと|について)?は、")
NAME, KEPT, ABSENT, COLUMN = "固有名詞", "訳に添えた日本語", "「書かれていない」もの", "工程表の年度の欄"


@dataclass(frozen=True)
class Mutant:
    """An item with one thing changed.  ``kind``: 電話, 割合, 年 …; ``place``: the list it is in, or 訳."""

    kind: str
    place: str
    field: str
    before: str
    after: str
    item: Item


@dataclass(frozen=True)
class Pool:
    """What wrong names are drawn from: names, also quoted ones, Japanese words kept in translations, own terms."""

    names: Sequence[str]
    quoted: Sequence[str]
    kept: Sequence[str]
    terms: Sequence[str]


def mutants(bundle: Bundle, others: Sequence[Bundle], plan: str, chance: random.Random) -> Iterator[Mutant]:
    """Every figure and name of a bundle, changed one at a time."""
    pool = _pool(bundle, others)
    for item in bundle.items():
        if item.source.plan != plan:
            continue
        for path, value in _leaves(item):
            place = "訳" if path[0] == "translations" else _LISTS[type(item)]
            for kind, before, after, changed in _changes(item, path, value, pool, chance):
                yield Mutant(kind, place, ".".join(map(str, path)), before, after, _with(item, path, changed))


def found(mutated: Sequence[Mutant], bundle: Bundle, plan: str, folder: Path) -> list[bool]:
    """Whether verify finds each."""
    (of_plan,) = (one for one in bundle.plans if one.id == plan)
    said = [
        replace(one, id=str(number))
        for number, mutant in enumerate(mutated)
        for one in _statements(bundle, mutant.item, plan)
    ]
    known: Known = known_of(bundle, plan)
    hit = {one.id for one in check(said, plan_sections(bundle, of_plan, folder), known)}
    return [str(number) in hit for number in range(len(mutated))]


def _statements(bundle: Bundle, item: Item, plan: str) -> tuple[Statement, ...]:
    nothing: dict[str, Any] = dict.fromkeys((*_LISTS.values(), "measures", "plans", "subjects"), ())
    return statements(replace(bundle, **{**nothing, _LISTS[type(item)]: (item,)}), plan)


def _pool(bundle: Bundle, others: Sequence[Bundle]) -> Pool:
    own = "\n".join(name_letters(text) for item in bundle.items() for _, text in _leaves(item) if isinstance(text, str))
    texts = [
        text
        for other in others
        for item in other.items()
        for path, text in _leaves(item)
        if isinstance(text, str) and path[0] != "translations"
    ]
    foreign = {name for text in texts for name in names(text) if len(name) > 1 and name_letters(name) not in own}
    bare = {name for text in texts for name in names(_QUOTES.sub(" ", text)) if name in foreign}
    kept = {
        word
        for other in others
        for entry in other.entries
        if "en" in entry.translations
        for word in _KEPT_JAPANESE.findall(entry.translations["en"].answer)
        if name_letters(word) not in own
    }
    return Pool(sorted(bare), sorted(foreign), sorted(kept), sorted(term.term for term in bundle.terms))


def _leaves(item: Item) -> Iterator[tuple[tuple[str | int, ...], str | int]]:
    """The texts and numbers of an item that residents read, each with the way to it."""
    for name in _FIELDS[type(item)]:
        for path, value in _below(getattr(item, name), (name,)):
            if path[-1] != "reviewed" and path[:2] not in {("term", "opens"), ("term", "closes")}:
                yield path, value


def _below(value: object, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str | int]]:
    match value:
        case bool() | None:
            return
        case str() | int():
            yield path, value
        case BaseModel():
            for name in type(value).model_fields:
                yield from _below(getattr(value, name), (*path, name))
        case dict():
            for name, one in value.items():
                yield from _below(one, (*path, name))
        case list() | tuple():
            for place, one in enumerate(value):
                yield from _below(one, (*path, place))


def _with(value: Any, path: Sequence[str | int], leaf: str | int) -> Any:
    """A copy with another leaf; what the schema would refuse is not asked here."""
    if not path:
        return leaf
    first, rest = path[0], path[1:]
    if isinstance(value, BaseModel):
        return value.model_copy(update={str(first): _with(getattr(value, str(first)), rest, leaf)})
    if isinstance(value, dict):
        return value | {first: _with(value[first], rest, leaf)}
    return [_with(one, rest, leaf) if place == first else one for place, one in enumerate(value)]


def _changes(
    item: Item, path: Sequence[str | int], value: str | int, pool: Pool, chance: random.Random
) -> Iterator[tuple[str, str, str, str | int]]:
    """Kind, before and after of each thing that can be changed in a text, and the changed text."""
    if isinstance(value, int):
        other = value + chance.choice((-2, -1, 1, 2))
        yield COLUMN if "fiscal_years" in path else "年", str(value), str(other), other
        return
    if path[-1] == "as_of":
        year = str(int(value[:4]) + chance.choice((-1, 1)))
        yield "年", value[:4], year, year + value[4:]
        return
    for match in _PATTERNS.finditer(value):
        after = _other(str(match.lastgroup), match[0], chance)
        yield str(match.lastgroup), match[0], after, value[: match.start()] + after + value[match.end() :]
    if path[:1] == ("translations",):
        words = _KEPT_JAPANESE.finditer(value) if path[1] == "en" and pool.kept else ()
        for match in words:
            after = chance.choice(pool.kept)
            yield KEPT, match[0], after, value[: match.start()] + after + value[match.end() :]
        return
    silent = isinstance(item, Entry) and item.kind == "silent"
    if silent and path == ("answer",):
        absent = _ABSENT.search(value)
        if absent and pool.terms:
            after = chance.choice(pool.terms)
            yield ABSENT, absent["what"], after, value.replace(absent["what"], after)
    for name in names(value) if pool.names else ():
        if name in value:
            after = chance.choice(pool.quoted if f"「{name}」" in value else pool.names)
            yield (
                ("固有名詞（書かれていないと伝える答え）" if silent else NAME),
                name,
                after,
                value.replace(name, after),
            )


def _other(kind: str, text: str, chance: random.Random) -> str:
    if text in _MONTHS:
        return chance.choice([month for month in _MONTHS if month != text])
    if text in _KANJI:
        return chance.choice([digit for digit in _KANJI[1:] if digit != text])
    if kind == "電話":
        return text[:-1] + str((int(text[-1]) + chance.randint(1, 9)) % 10)
    if kind == "日付":
        return str((int(text) + chance.randint(0, 10)) % 12 + 1) if int(text) <= 12 else str(int(text) - 1)
    if "." in text:
        return text[:-1] + str((int(text[-1]) + chance.randint(1, 9)) % 10)
    number = int(text.replace(",", ""))
    step = chance.choice((-1, 1, 2)) if number > 1 else chance.choice((1, 2))
    return f"{number + step:,}" if "," in text else str(number + step)


@dataclass(frozen=True)
class Measured:
    """Mutants and how many of them are found, by kind and by place."""

    all: Counter[tuple[str, str]]
    found: Counter[tuple[str, str]]
    missed: tuple[tuple[str, Mutant], ...]

    def share(self, kind: str = "", place: str = "") -> tuple[int, int]:
        keys = [key for key in self.all if kind in ("", key[0]) and place in ("", key[1])]
        return sum(self.found[key] for key in keys), sum(self.all[key] for key in keys)


def measure(folder: Path, seed: int = SEED, every: int = 1) -> Measured:
    """All five plans; with ``every``, only each n-th mutant."""
    bundles = [read_bundle(path) for path in content_folders()]
    total: Counter[tuple[str, str]] = Counter()
    hits: Counter[tuple[str, str]] = Counter()
    missed: list[tuple[str, Mutant]] = []
    for bundle in bundles:
        others = [other for other in bundles if other is not bundle]
        for plan in bundle.plans:
            chance = random.Random(f"{seed} {bundle.municipality.code} {plan.id}")
            mutated = list(mutants(bundle, others, plan.id, chance))[::every]
            try:
                hit = found(mutated, bundle, plan.id, folder)
            except PlanTextMissingError:
                continue
            for one, was_found in zip(mutated, hit, strict=True):
                total[one.kind, one.place] += 1
                hits[one.kind, one.place] += was_found
                missed += [] if was_found else [(bundle.municipality.code, one)]
    return Measured(total, hits, tuple(missed))


_PLACES: Mapping[str, str] = {
    "entries": "質問と答え",
    "indicators": "指標",
    "schedule": "スケジュール",
    "departments": "担当課",
    "terms": "用語",
    "訳": "訳",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=PLANS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each N-th mutant")
    parser.add_argument("--missed", action="store_true", help="list what is not found")
    given = parser.parse_args()
    measured = measure(given.folder, given.seed, given.every)
    console = Console(width=140)
    table = Table("変えたもの", "見つけた", "全部", "割合")
    for kind in sorted({kind for kind, _ in measured.all}):
        _row(table, kind, measured.share(kind=kind))
    for place, name in _PLACES.items():
        _row(table, f"（{name}）", measured.share(place=place))
    _row(table, "合計", measured.share())
    console.print(table)
    for code, one in measured.missed if given.missed else ():
        console.print(f"{code} {one.item.id} {one.field}: {one.kind} {one.before} → {one.after}", highlight=False)


def _row(table: Table, name: str, share: tuple[int, int]) -> None:
    hits, total = share
    table.add_row(name, str(hits), str(total), f"{hits / total:.0%}" if total else "—")


if __name__ == "__main__":
    main()
