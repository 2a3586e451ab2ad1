"""How much of a plan the importer finds, against what was read by hand: in five real plans, and in three invented ones.

``.venv/bin/python -m tests.plan_recall [FOLDER]`` prints the tables of docs/import-plan.md; FOLDER holds the texts of the
real plans (by default ``../shared/plans``, which is not part of the project).  ``--differences`` lists what differs.
"""

from __future__ import annotations

import re
import sys
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import docx
import yaml

from knowledge.plan_contents import PlanContents, read_contents
from knowledge.plan_documents.reading import read_plan
from knowledge.plan_indicators import FoundIndicator
from knowledge.plan_sections import COLOPHON, CONTENTS, COVER

ROOT = Path(__file__).parent.parent
PLANS = ROOT.parent / "shared" / "plans"


def _read(name: str) -> Any:
    return yaml.safe_load((ROOT / "tests" / "data" / name).read_text(encoding="utf-8"))


COUNTED: Mapping[str, Any] = _read("plan_counts.yaml")
FACTS: Mapping[str, Any] = _read("plan_facts.yaml")
INVENTED: Mapping[str, Any] = {plan["name"]: plan for plan in _read("invented_plans.yaml")}
_BARE_NUMBER = re.compile(r"[0-9]+(?:-[0-9]+)+")
_OUR_OWN = frozenset({(COVER,), (CONTENTS,), (COLOPHON,)})
"""Sections that the reader names itself: they are no headings of the plan's, found or not."""

FIELDS = ("指標名", "現状の値", "現状の年", "目標の値", "目標の年")
ROW_FIELDS = ("取組名", "年度")

Told: TypeAlias = tuple[str | None, ...]


@dataclass(frozen=True)
class Share:
    """``right``: of those found, how many are counted by hand, too."""

    counted: int
    found: int
    right: int

    @property
    def recall(self) -> float:
        return self.right / self.counted if self.counted else 1.0

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0


def contents(code: str, folder: Path = PLANS) -> PlanContents:
    (path,) = folder.glob(COUNTED[code]["file"])
    return read_contents(read_plan(path))


def invented(name: str) -> PlanContents:
    """An invented plan, read from a real file of its kind."""
    plan = INVENTED[name]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"plan.{plan['kind']}"
        if plan["kind"] == "docx":
            _word_file(path, plan["text"].split("\n"))
        else:
            path.write_text(plan["text"], encoding="utf-8")
        return read_contents(read_plan(path))


def _word_file(path: Path, lines: Sequence[str]) -> None:
    """Paragraphs without any style, as in many offices, and tables."""
    document = docx.Document()
    rows: list[list[str]] = []
    for line in [*lines, ""]:
        if "\t" in line:
            rows.append(line.split("\t"))
            continue
        if rows:
            table = document.add_table(len(rows), len(rows[0]))
            for row, cells in zip(table.rows, rows, strict=True):
                for cell, text in zip(row.cells, cells, strict=True):
                    cell.text = text
            rows = []
        if line.strip():
            document.add_paragraph(line)
    document.save(str(path))


def headings(found: PlanContents) -> list[str]:
    return [one.heading for one in found.outline.sections if one.path and one.path not in _OUR_OWN]


def compare(counted: Iterable[str], found: Iterable[str]) -> Share:
    """A number that stands alone on its line is found with or without the text below it."""
    wanted, got = _counted(counted, found)
    return Share(wanted.total(), got.total(), (wanted & got).total())


def _counted(counted: Iterable[str], found: Iterable[str]) -> tuple[Counter[str], Counter[str]]:
    names = list(counted)
    numbers = {text for text in names if _BARE_NUMBER.fullmatch(text)}
    return Counter(map(key, names)), Counter(_number_of(text, numbers) or key(text) for text in found)


def _number_of(text: str, numbers: set[str]) -> str | None:
    begins = re.match(r"[0-9]+(?:-[0-9]+)+", unicodedata.normalize("NFKC", text))
    return key(begins[0]) if begins and begins[0] in numbers else None


def key(text: str) -> str:
    """Letters and digits alone: blanks and brackets are set differently from line to line, and so are footnote marks."""
    bare = re.sub(r"[⁰¹²³⁴-⁹]+|※\d*", "", text)
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", bare)))


def differences(counted: Iterable[str], found: Iterable[str]) -> tuple[list[str], list[str]]:
    """What was missed, and what was found that is none, to look at."""
    wanted, got = _counted(counted, found)
    return list((wanted - got).elements()), list((got - wanted).elements())


def indicator_fields(counted: Sequence[Sequence[Any]], found: Sequence[FoundIndicator]) -> dict[str, Share]:
    """Of each field that the plan tells, how many were found with the same content; indicators are matched by name."""
    by_name = {key(one.name): one for one in found}
    pairs = [(_told(row), by_name.get(key(row[0]))) for row in counted]
    shares = {}
    for place, field in enumerate(FIELDS):
        rows = [(row[place], _found(one)[place] if one else None) for row, one in pairs]
        told = [(wanted, got) for wanted, got in rows if wanted is not None]
        right = sum(wanted == got or _in_a_sentence(wanted, got, field) for wanted, got in told)
        extra = sum(wanted is None and got is not None for wanted, got in rows) + (len(found) - len(pairs)) * (
            not place
        )
        filled = sum(got is not None for _, got in told) + extra
        shares[field] = Share(len(told), filled, right)
    return shares


def _told(row: Sequence[Any]) -> Told:
    name, now, now_year, target, target_year = row
    return key(name), _key(now), _key(now_year), _key(target), _key(target_year)


def _found(one: FoundIndicator) -> Told:
    return key(one.name), _value(one, one.baseline), _year(one.baseline), _value(one, one.target), _year(one.target)


def _value(one: FoundIndicator, reading: dict[str, Any] | None) -> str | None:
    if reading is None:
        return None
    if reading["value"] is None:
        return _key(one.note)
    return _key(f"{reading['value']}{one.unit}{reading.get('note', '')}")


def _year(reading: dict[str, Any] | None) -> str | None:
    return _key((reading or {}).get("as_of") or (reading or {}).get("fiscal_year"))


def _key(given: object) -> str | None:
    return None if given is None else key(str(given))


def _in_a_sentence(wanted: str, got: str | None, field: str) -> bool:
    """A target told in a sentence is kept as that sentence."""
    return field == "目標の値" and got is not None and len(got) > 30 and wanted in got


def row_fields(counted: Sequence[Sequence[Any]], found: PlanContents) -> dict[str, Share]:
    """Rows by their names in their order, and the years of those found, each year that something stands under."""
    wanted = [(key(name), Counter(map(str, years))) for name, years in counted]
    got = [(key(_row_name(found, one.name, one.line)), _years(one.steps)) for one in found.schedules]
    names = Counter(name for name, _ in wanted)
    seen = Counter(name for name, _ in got)
    right = years_right = 0
    left = list(got)
    for name, years in wanted:
        match = next((one for one in left if one[0] == name), None)
        if match:
            left.remove(match)
            right += 1
            years_right += (years & match[1]).total()
    return {
        ROW_FIELDS[0]: Share(names.total(), seen.total(), right),
        ROW_FIELDS[1]: Share(
            sum(years.total() for _, years in wanted), sum(years.total() for _, years in got), years_right
        ),
    }


def _row_name(found: PlanContents, name: str, line: int) -> str:
    """A table that tells no name is called as its section."""
    section = found.outline.at(line)
    return name or (section.heading if section else "")


def _years(steps: Iterable[tuple[Sequence[int], str]]) -> Counter[str]:
    return Counter(str(year) for years, _ in steps for year in years)


def main(folder: Path, *, telling: bool) -> None:
    read: dict[str, tuple[str, Mapping[str, Any], Mapping[str, Any], PlanContents]] = {}
    if folder.is_dir():
        for code, counted in COUNTED.items():
            read[code] = (counted["name"], counted, FACTS[code], contents(code, folder))
    else:
        print(f"{folder} がないため、五つの計画書は測りませんでした\n")
    for name, plan in INVENTED.items():
        read[name] = (
            f"{name}（架空、{plan['kind']}）",
            plan,
            plan | {"schedule": _years_only(plan["schedule"])},
            invented(name),
        )
    _print_headings(read.values())
    _print_fields(read.values())
    for name, counted, _, found in read.values() if telling else ():
        missed, wrong = differences(counted["headings"], headings(found))
        print(name, "\n  見落とし:", *missed, "\n  余分:", *wrong)


def _years_only(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [[name, [year for years, _ in steps for year in years]] for name, steps in rows]


Read: TypeAlias = Iterable[tuple[str, Mapping[str, Any], Mapping[str, Any], PlanContents]]


def _print_headings(read: Read) -> None:
    print("| 計画 | 見出し（手で数えた数） | 再現率 | 適合率 |\n|---|---|---|---|")
    for name, counted, _, found in read:
        print(_row(name, [compare(counted["headings"], headings(found))]))


def _print_fields(read: Read) -> None:
    print("\n| 計画 | 項目 | 手で数えた数 | 再現率 | 適合率 |\n|---|---|---|---|---|")
    for name, _, facts, found in read:
        shares = indicator_fields(facts["indicators"], found.indicators) | row_fields(facts["schedule"], found)
        if "terms" in facts:
            shares["用語"] = compare(facts["terms"], [one.term for one in found.terms])
        for field, share in shares.items():
            if share.counted or share.found:
                print(_row(f"{name} | {field}", [share]))


def _row(name: str, shares: Iterable[Share]) -> str:
    return f"| {' | '.join([name, *(cell for share in shares for cell in _cells(share))])} |"


def _cells(share: Share) -> Iterator[str]:
    yield str(share.counted)
    yield f"{share.recall:.0%}" if share.counted else "—"
    yield f"{share.precision:.0%}" if share.found else "—"


if __name__ == "__main__":
    given = [name for name in sys.argv[1:] if not name.startswith("--")]
    main(Path(given[0]) if given else PLANS, telling="--differences" in sys.argv)
