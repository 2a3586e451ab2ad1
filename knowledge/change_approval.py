"""変更の承認: who may decide a change of tables, take it back or see it.  Pure; done in ``change_requests``.

The same rules as for a version of an answer (``approval``): who asked does not approve where the municipality
says so.  What touches nothing that is published needs nobody's approval.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from knowledge.approval import Actor, Rules

WAITING, APPROVED, RETURNED, WITHDRAWN = "waiting", "approved", "returned", "withdrawn"
STATES: Mapping[str, str] = {WAITING: "承認依頼中", APPROVED: "承認", RETURNED: "差戻し", WITHDRAWN: "取り下げ"}


class ChangeStep(Enum):
    """A step with a change that was asked for; the values are what staff read on the button."""

    APPROVE = "承認"
    RETURN = "差戻し"
    WITHDRAW = "取り下げ"


@dataclass(frozen=True)
class Asked:
    """What a step is about: where the request stands, and whose it is."""

    state: str
    author: str


_FROM: Mapping[ChangeStep, tuple[str, ...]] = {
    ChangeStep.APPROVE: (WAITING,),
    ChangeStep.RETURN: (WAITING,),
    ChangeStep.WITHDRAW: (WAITING, RETURNED),
}


def refusal(step: ChangeStep, about: Asked, actor: Actor, rules: Rules, reason: str = "") -> str | None:
    """Why ``actor`` may not take ``step``; None where nothing stands against it."""
    own = actor.account == about.author
    if step is ChangeStep.WITHDRAW and not own:
        return "取り下げられるのは、依頼した人だけです。承認できないときは、理由を書いて差し戻してください"
    if step is not ChangeStep.WITHDRAW and not actor.approves:
        return f"{step.value}には、この変更のすべてについて承認の役割が要ります。権限のある人に頼んでください"
    if about.state not in _FROM[step]:
        return f"この依頼は「{STATES[about.state]}」なので、{step.value}はできません"
    if step is ChangeStep.APPROVE and own and rules.separate_approver:
        return "自分が依頼した変更は承認できません（市町村の設定）。ほかの承認者に頼んでください"
    if step is ChangeStep.RETURN and not reason.strip():
        return "差戻しの理由が空です。相手に分かるように書いてください"
    return None


def may_at_once(rules: Rules, *, approves: bool, public: bool) -> bool:
    """Whether a change is made without asking anybody.  ``public``: it touches what is published."""
    return approves and not (public and rules.separate_approver)


def may_see(about: Asked, account: str, *, reads: bool) -> bool:
    """``reads``: the account may read what belongs to the 課 of the change."""
    return reads or account == about.author


def may_reopen(about: Asked, account: str) -> bool:
    """Whether the form comes back with what was asked for, to be asked for again."""
    return about.state == RETURNED and account == about.author
