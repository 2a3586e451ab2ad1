"""Whether a question shows that somebody did not get what they needed."""

from __future__ import annotations

from collections.abc import Mapping

SIGNALS: Mapping[str, str] = {
    "none": "答えを示せなかった",
    "refused": "選択肢の「この中にない」が押された",
    "near": "選択肢を示したが、何も押されなかった",
    "unsolved": "「解決しなかった」が押された",
    "rephrased": "答えのあと、3分以内に言いかえてたずねた",
    "contact": "答えのあと、電話番号を見た",
}


def signal_of(decision: str, tapped: str | None, feedback: str | None, *, contacted: bool) -> str | None:
    """The signal of one row of the log; None where nothing says that a need was left.

    ``tapped``: the choice that was taken, empty for 「この中にない」, None where nothing was tapped.
    Rephrasing shows by the next question, and is found by the job (knowledge.rephrasing).
    """
    if feedback == "solved":
        return None
    if feedback == "unsolved":
        return "unsolved"
    if decision == "none":
        return "none"
    if decision == "suggest" and not tapped:
        return "near" if tapped is None else "refused"
    return "contact" if contacted and decision in ("answer", "suggest") else None
