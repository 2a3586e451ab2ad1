"""How well the subjects of questions are told: precision and recall over a table, and by subject.

python -m tests.subject_table [subjects_typed|subjects_heldout|subjects] [--wrong]
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from intents.subjects import subjects_of

DATA = Path(__file__).parent / "data"
NONE = "none"


@dataclass(frozen=True)
class Case:
    """A question and the subjects of it that are right; empty where no office is to be named."""

    question: str
    expected: tuple[str, ...]
    found: tuple[str, ...]

    @property
    def right(self) -> bool:
        return bool(self.found) and self.found == self.expected

    @property
    def wrong(self) -> bool:
        """An office is named that does not see to it: worse than none."""
        return not set(self.found) <= set(self.expected)


def table(name: str) -> Mapping[str, Sequence[str]]:
    """The questions of ``tests/data`` by their subjects, ``none`` for those without."""
    read: Mapping[str, Sequence[str]] = yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))
    return read


def cases(name: str) -> list[Case]:
    return [
        Case(question, () if key == NONE else tuple(key.split()), tuple(one.id for one in subjects_of(question)))
        for key, questions in table(name).items()
        for question in questions
    ]


@dataclass(frozen=True)
class Score:
    """``asked``: questions with a subject; ``named``: those of all that were given one."""

    asked: int
    named: int
    right: int
    wrong: int
    others: int
    others_named: int

    @property
    def precision(self) -> float:
        return (self.named - self.wrong) / max(1, self.named)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.asked)


def score(found: Iterable[Case]) -> Score:
    all_of_them = list(found)
    asked = [case for case in all_of_them if case.expected]
    others = [case for case in all_of_them if not case.expected]
    return Score(
        asked=len(asked),
        named=sum(bool(case.found) for case in all_of_them),
        right=sum(case.right for case in asked),
        wrong=sum(case.wrong for case in all_of_them),
        others=len(others),
        others_named=sum(bool(case.found) for case in others),
    )


def _print_by_subject(found: Sequence[Case]) -> None:
    asked = Counter(subject for case in found for subject in case.expected)
    right = Counter(subject for case in found for subject in case.expected if subject in case.found)
    wrong = Counter(subject for case in found for subject in case.found if subject not in case.expected)
    print("| 主題 | 質問 | 正しい | まちがって言った |\n|---|---|---|---|")
    for subject in sorted(asked | wrong):
        print(f"| {subject} | {asked[subject]} | {right[subject]} | {wrong[subject]} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="?", default="subjects_heldout")
    parser.add_argument("--wrong", action="store_true", help="what was not right, question by question")
    parser.add_argument("--by-subject", action="store_true")
    given = parser.parse_args()
    found = cases(given.name)
    if given.by_subject:
        _print_by_subject(found)
    if given.wrong:
        for case in found:
            if case.found != case.expected:
                print(f"{'WRONG' if case.wrong else 'missed'} {case.question}: {case.found} not {case.expected}")
    told = score(found)
    print(
        f"{given.name}: precision {told.precision:.3f} ({told.named - told.wrong}/{told.named}), "
        f"recall {told.recall:.3f} ({told.right}/{told.asked}), "
        f"without a subject {told.others}, named all the same {told.others_named}"
    )


if __name__ == "__main__":
    main()
