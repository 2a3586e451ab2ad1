"""docs/session-cases.md names tests that exist, with as many cases as they have."""

from __future__ import annotations

import re

import pytest

from tests.session_cases import DOCUMENT, KINDS, counted, functions, written
from tests.test_security_table import names_in


def test_the_page_names_tests_that_exist_and_adds_them_up(request: pytest.FixtureRequest) -> None:
    missing = [one for one in functions() if one.partition("::")[2] not in names_in(one.partition("::")[0])]
    assert missing == []
    page = DOCUMENT.read_text(encoding="utf-8")
    told = {name: int(count) for count, name in re.findall(r"\| (\d+) \| `(.+?)` \|", page)}
    assert page == written(told)
    assert sum(told.values()) >= 150
    assert len(functions()) == len(set(functions())) == sum(map(len, KINDS.values()))
    # Whichever of them this run has collected whole is counted, too.
    here = counted([item.nodeid for item in request.session.items])
    whole = {name: count for name, count in here.items() if name in told and request.session.testscollected > 5000}
    assert {name: told[name] for name in whole} == whole
