"""The targets, with a small dose of everything; `make fuzz` gives them 50,000 examples each, and atheris."""

from __future__ import annotations

import json
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS, seeds

DOSE = settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "60")),
    deadline=None,
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
_PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
_VALUES = st.recursive(
    _PLAIN,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["type", "mode", "timestamp", "source", "userId", "message", "text", "id", "postback", "data", "replyToken", "webhookEventId", "mention", "x"]), inner, max_size=6)
    ),
    max_leaves=12,
)  # fmt: skip
BODIES = st.lists(_VALUES, max_size=5).map(lambda events: json.dumps({"events": events}).encode())
DIGITS = st.text("0123456789０１２〇一二 -ー−\n年月日番地〒@.", max_size=60).map(str.encode)
SHEETS = st.text('a,"\r\n\t;=＝あ\ufeff', max_size=80).map(lambda text: text.encode("utf-8"))
KINDS = {"webhook": BODIES, "masker": DIGITS, "tables": SHEETS}


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_comes_nothing_breaks(name: str) -> None:
    for seed in seeds()[name]:
        TARGETS[name](seed)

    @DOSE
    @given(
        KINDS[name] | st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace"))
    )
    def feed(data: bytes) -> None:
        TARGETS[name](data)

    feed()
