"""Who may decide a change of tables, take it back, see it: every case by its rule."""

from __future__ import annotations

import pytest

from knowledge.approval import Actor, Rules
from knowledge.change_approval import (
    APPROVED,
    RETURNED,
    STATES,
    WAITING,
    WITHDRAWN,
    Asked,
    ChangeStep,
    may_at_once,
    may_reopen,
    may_see,
    refusal,
)

AUTHOR = Actor("a-1", "書く 一郎", edits=True, approves=True)
OTHER = Actor("a-2", "課長 次郎", edits=True, approves=True)
EDITOR = Actor("a-3", "窓口 花子", edits=True)
SEPARATE, ALONE = Rules(separate_approver=True), Rules(separate_approver=False)


@pytest.mark.parametrize(
    ("step", "actor", "rules", "said"),
    [
        (ChangeStep.APPROVE, OTHER, SEPARATE, None),
        (ChangeStep.APPROVE, AUTHOR, SEPARATE, "自分が依頼した変更は承認できません"),
        (ChangeStep.APPROVE, AUTHOR, ALONE, None),
        (ChangeStep.APPROVE, EDITOR, ALONE, "承認の役割が要ります"),
        (ChangeStep.RETURN, OTHER, SEPARATE, None),
        (ChangeStep.RETURN, EDITOR, SEPARATE, "承認の役割が要ります"),
        (ChangeStep.WITHDRAW, AUTHOR, SEPARATE, None),
        (ChangeStep.WITHDRAW, OTHER, SEPARATE, "依頼した人だけ"),
    ],
)
def test_who_takes_which_step_with_what_waits(step: ChangeStep, actor: Actor, rules: Rules, said: str | None) -> None:
    why = refusal(step, Asked(WAITING, AUTHOR.account), actor, rules, "理由です")
    assert (why is None) if said is None else (why is not None and said in why)


@pytest.mark.parametrize("state", [APPROVED, WITHDRAWN, RETURNED])
@pytest.mark.parametrize("step", ChangeStep)
def test_what_is_decided_is_decided(state: str, step: ChangeStep) -> None:
    who = AUTHOR if step is ChangeStep.WITHDRAW else OTHER
    why = refusal(step, Asked(state, AUTHOR.account), who, SEPARATE, "理由です")
    if (state, step) == (RETURNED, ChangeStep.WITHDRAW):
        assert why is None
    else:
        assert why is not None
        assert STATES[state] in why


def test_nothing_is_sent_back_without_a_reason() -> None:
    why = refusal(ChangeStep.RETURN, Asked(WAITING, AUTHOR.account), OTHER, SEPARATE, " ")
    assert why is not None
    assert "理由が空です" in why


@pytest.mark.parametrize(
    ("rules", "approves", "public", "at_once"),
    [
        (ALONE, True, True, True),
        (SEPARATE, True, True, False),
        (SEPARATE, True, False, True),
        (ALONE, False, True, False),
        (ALONE, False, False, False),
    ],
)
def test_what_is_done_without_asking(rules: Rules, approves: bool, public: bool, at_once: bool) -> None:
    assert may_at_once(rules, approves=approves, public=public) is at_once


def test_who_asked_always_sees_it_and_alone_opens_it_again() -> None:
    mine = Asked(RETURNED, "a-1")
    assert may_see(mine, "a-1", reads=False)
    assert may_see(mine, "a-2", reads=True)
    assert not may_see(mine, "a-2", reads=False)
    assert may_reopen(mine, "a-1")
    assert not may_reopen(mine, "a-2")
    assert not may_reopen(Asked(WAITING, "a-1"), "a-1")
