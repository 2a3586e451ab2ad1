"""The JSON API against its own description: whatever may be sent by it, and whatever may not."""

from __future__ import annotations

import os
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "25"))
"""Of each kind; `make fuzz` asks for more."""
CODES = ("122106", "242047")
QUIET = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def operation(site: Flask) -> Any:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", site)
    # A blank question is a string like any other to a schema, and is refused all the same; so is a town that is not.
    schema.config.checks.positive_data_acceptance.expected_statuses = ["200", "400", "404"]
    return schema["/api/v1/{code}/ask"]["POST"]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as described", "otherwise"])
def test_every_answer_is_as_described(operation: Any, mode: GenerationMode) -> None:
    """All of schemathesis's checks: status, type, schema and headers of the answer; what is wrong is refused."""

    @QUIET
    @given(case=operation.as_strategy(generation_mode=mode), code=st.sampled_from(CODES))
    def ask(case: Any, code: str) -> None:
        if mode is GenerationMode.POSITIVE:
            case.path_parameters = {"code": code}
        case.call_and_validate()

    ask()


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "TRACE"])
def test_another_method_is_told_which_one_is_taken(site: Flask, method: str) -> None:
    answer = site.test_client().open("/api/v1/242047/ask", method=method)
    assert (answer.status_code, answer.content_type) == (405, "application/problem+json")
    assert answer.headers["Allow"] == "OPTIONS, POST"
