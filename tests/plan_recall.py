"""How much of the five plans' headings and indicators the importer finds, against a count by hand.

``.venv/bin/python -m tests.plan_recall [FOLDER]`` prints the table of docs/import-plan.md; FOLDER holds the texts of the plans
(by default ``../shared/plans``, which is not part of the project).
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from knowledge.plan_contents import PlanContents, read_contents
from knowledge.plan_documents.reading import read_plan

ROOT = Path(__file__).parent.parent
PLANS = ROOT.parent / "shared" / "plans"
COUNTED: Mapping[str, Any] = yaml.safe_load((ROOT / "tests" / "data" / "plan_counts.yaml").read_text(encoding="utf-8"))
_BARE_NUMBER = re.compile(r"[0-9]+(?:-[0-9]+)+")


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


def measure(code: str, folder: Path = PLANS) -> tuple[Share, Share]:
    """Headings and indicators of one municipality's plan."""
    counted = COUNTED[code]
    found = contents(code, folder)
    headings = [section.heading for section in found.outline.sections if section.path]
    return (
        compare(counted["headings"], headings),
        compare(counted["indicators"], [indicator.name for indicator in found.indicators]),
    )


def contents(code: str, folder: Path = PLANS) -> PlanContents:
    (path,) = folder.glob(COUNTED[code]["file"])
    return read_contents(read_plan(path))


def compare(counted: Iterable[str], found: Iterable[str]) -> Share:
    """A number that stands alone on its line is found with or without the text below it."""
    numbers = {text for text in counted if _BARE_NUMBER.fullmatch(text)}
    wanted = Counter(map(key, counted))
    got = Counter(_number_of(text, numbers) or key(text) for text in found)
    return Share(wanted.total(), got.total(), (wanted & got).total())


def _number_of(text: str, numbers: set[str]) -> str | None:
    begins = re.match(r"[0-9]+(?:-[0-9]+)+", unicodedata.normalize("NFKC", text))
    return key(begins[0]) if begins and begins[0] in numbers else None


def key(text: str) -> str:
    """Letters and digits alone: blanks and brackets are set differently from line to line."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text)))


def differences(code: str, folder: Path = PLANS) -> tuple[list[str], list[str]]:
    """The headings missed, and those found that are none, to look at."""
    counted = COUNTED[code]["headings"]
    headings = [section.heading for section in contents(code, folder).outline.sections if section.path]
    numbers = {text for text in counted if _BARE_NUMBER.fullmatch(text)}
    got = Counter(_number_of(text, numbers) or key(text) for text in headings)
    wanted = Counter(map(key, counted))
    return list((wanted - got).elements()), list((got - wanted).elements())


def main(folder: Path) -> None:
    if not folder.is_dir():
        print(f"{folder} がないため、測りませんでした")
        return
    print("| 計画 | 見出し（手で数えた数） | 再現率 | 適合率 | 指標（手で数えた数） | 再現率 | 適合率 |")
    print("|---|---|---|---|---|---|---|")
    for code, counted in COUNTED.items():
        headings, indicators = measure(code, folder)
        cells = [counted["name"]]
        for share in (headings, indicators):
            some = share.counted or share.found
            cells += [str(share.counted), *((f"{share.recall:.0%}", f"{share.precision:.0%}") if some else ("—", "—"))]
        print(f"| {' | '.join(cells)} |")
    for code, counted in COUNTED.items() if "--differences" in sys.argv else ():
        missed, wrong = differences(code, folder)
        print(counted["name"], "\n  見落とし:", *missed, "\n  余分:", *wrong)


if __name__ == "__main__":
    given = [name for name in sys.argv[1:] if not name.startswith("--")]
    main(Path(given[0]) if given else PLANS)
