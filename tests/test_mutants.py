"""The mutants of tests/mutants.py are other programs than ours, and what is said to be the same is still there."""

from __future__ import annotations

import json

import knowledge.cells
from tests.mutants import EQUIVALENT, ROOT, TARGETS, code_of, mutants_of, tree_of
from tests.test_security_table import names_in


def test_each_mutant_is_another_program() -> None:
    file = "knowledge/cells.py"
    found = mutants_of(file, frozenset())
    before = {name: getattr(knowledge.cells, name).__code__ for name in ("disarmed", "armed", "_restored")}
    assert len({mutant.name for mutant in found}) == len(found) > 10
    for mutant in found:
        if mutant.function in before:
            changed = code_of(tree_of(mutant), file, mutant.function)
            assert (
                changed.co_code != before[mutant.function].co_code
                or changed.co_consts != before[mutant.function].co_consts
            )


def test_every_target_is_there() -> None:
    for target in TARGETS.values():
        assert all((ROOT / path).exists() for path in (*target.files, *target.tests))
        there = frozenset[str]().union(*map(names_in, target.files))
        assert sorted((target.functions | target.at_import) - there) == []


def test_what_is_said_to_be_the_same_names_a_target_and_a_reason() -> None:
    files = {file for target in TARGETS.values() for file in target.files}
    for name, reason in json.loads(EQUIVALENT.read_text(encoding="utf-8")).items():
        assert name.split(" ")[0] in files
        assert " | " in name
        assert len(reason) > 20
