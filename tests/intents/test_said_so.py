"""Which wording says all that a question says."""

from __future__ import annotations

import pytest

from intents.said_so import says_as_much
from intents.tokenizer import tokenize


@pytest.mark.parametrize(
    ("question", "wording", "holds"),
    [
        ("アプリで何ができる", "市のアプリでは、何ができますか？", True),
        ("アプリで何ができる", "何ができるアプリですか？", False),
        ("アプリで何ができる", "アプリで申請ができますか？", False),
        ("アプリは何", "アプリとは何ですか？", False),
        ("住民票をコンビニで取りたい", "コンビニで住民票を取りたい", True),
        ("役場からごみの収集所まで歩く", "ごみの収集所から役場まで歩く", False),
    ],
    ids=[
        "all of it, in order",
        "in another order",
        "another question word",
        "too short to tell apart",
        "its phrases in another order",
        "another phrase from, another to",
    ],
)
def test_a_wording_says_as_much(question: str, wording: str, holds: bool) -> None:
    assert says_as_much([wording], tokenize(question)) is holds
