"""Who may take which step with a version of an answer, and what follows: decided here, done in ``publishing``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from knowledge.entry_versions import OPEN, STATES, Author


class Step(Enum):
    """A step in the life of a version; the values are what staff read on the button."""

    SAVE = "保存"
    REQUEST = "承認依頼"
    RETURN = "差戻し"
    APPROVE = "承認"
    DEPUTISE = "代理承認"
    PUBLISH_URGENTLY = "緊急公開"
    CONFIRM = "事後承認"
    REFUSE = "事後の不承認"
    WITHDRAW = "取り下げ"
    END = "公開終了"
    END_URGENTLY = "緊急の公開終了"


@dataclass(frozen=True)
class Actor:
    """Who acts, with what the account may do to this entry (its role and 課 are weighed by the caller).

    ``deputises``: may approve in the place of the entry's own approver.
    """

    account: str
    name: str
    edits: bool = False
    approves: bool = False
    deputises: bool = False

    @property
    def author(self) -> Author:
        return Author(self.name, self.account)


@dataclass(frozen=True)
class Rules:
    """A municipality's settings.  ``separate_approver``: who wrote a version may not approve it."""

    separate_approver: bool = True


@dataclass(frozen=True)
class Situation:
    """What a step is about.  ``contributors``: the accounts that wrote the version, or asked for its approval.

    ``live``: the entry is answered from now.
    """

    state: str | None
    contributors: frozenset[str] = frozenset()
    confirmation: str | None = None
    live: bool = False
    publish_at: dt.datetime | None = None
    end_at: dt.datetime | None = None


@dataclass(frozen=True)
class Move:
    """The version gets another state, and residents see no difference."""

    state: str


@dataclass(frozen=True)
class Book:
    """The version is approved and waits."""

    moment: dt.datetime


@dataclass(frozen=True)
class Publish:
    """The version goes live now."""

    deputy: bool = False
    confirm: bool = False
    """事後承認 is to follow."""


@dataclass(frozen=True)
class End:
    """The entry is answered from no longer."""

    confirm: bool = False


@dataclass(frozen=True)
class Confirmed:
    """What went live urgently was right; or it was not, and what was there before comes back."""

    right: bool


@dataclass(frozen=True)
class Refused:
    """It may not be done; ``why`` tells what is the matter, and what to do instead."""

    why: str


Decision: TypeAlias = Move | Book | Publish | End | Confirmed | Refused

_FROM: Mapping[Step, tuple[str, ...]] = {
    Step.REQUEST: ("draft", "returned"),
    Step.RETURN: ("requested", "approved"),
    Step.APPROVE: ("requested",),
    Step.DEPUTISE: ("requested",),
    Step.PUBLISH_URGENTLY: (*OPEN, "approved"),
    Step.WITHDRAW: (*OPEN, "approved"),
}
"""The states of a version from which a step leads on."""

_WAYS_OUT: Mapping[Step, str] = {
    Step.REQUEST: "下書きか、差し戻された版を開いてください",
    Step.RETURN: "承認依頼中か、公開予約の版を開いてください",
    Step.APPROVE: "先に、書いた人が「承認依頼」を押してください",
    Step.DEPUTISE: "先に、書いた人が「承認依頼」を押してください",
    Step.PUBLISH_URGENTLY: "公開する文を下書きとして保存してから、緊急公開を押してください",
    Step.WITHDRAW: "公開中の答えをやめるときは「公開終了」を使ってください",
}
_FOLLOWING: Mapping[Step, Decision] = {
    Step.SAVE: Move("draft"),
    Step.REQUEST: Move("requested"),
    Step.RETURN: Move("returned"),
    Step.WITHDRAW: Move("withdrawn"),
    Step.PUBLISH_URGENTLY: Publish(confirm=True),
    Step.CONFIRM: Confirmed(right=True),
    Step.REFUSE: Confirmed(right=False),
    Step.END: End(),
    Step.END_URGENTLY: End(confirm=True),
}
"""What follows from a step that nothing stands against; approving also depends on the time booked."""

_ONWARDS = (Step.REQUEST, Step.APPROVE, Step.DEPUTISE, Step.PUBLISH_URGENTLY)
_REASONED = (Step.RETURN, Step.REFUSE, Step.END, Step.END_URGENTLY)


def decide(step: Step, about: Situation, actor: Actor, rules: Rules, moment: dt.datetime, reason: str = "") -> Decision:
    """What follows when ``actor`` takes ``step`` at ``moment``."""
    why = _barred(step, actor) or _out_of_turn(step, about) or _without_reason(step, reason)
    if why is None and _judges(step) and rules.separate_approver and actor.account in about.contributors:
        why = _own_work(step)
    if why is None and step in _ONWARDS and about.end_at is not None and about.end_at <= moment:
        why = "「公開終了予約」の日時を過ぎています。先の日時に直すか、空にして、もう一度保存してください"
    return Refused(why) if why is not None else _what_follows(step, about, moment)


def _what_follows(step: Step, about: Situation, moment: dt.datetime) -> Decision:
    if step in (Step.APPROVE, Step.DEPUTISE):
        if about.publish_at is not None and about.publish_at > moment:
            return Book(about.publish_at)
        return Publish(deputy=step is Step.DEPUTISE)
    return _FOLLOWING[step]


def _without_reason(step: Step, reason: str) -> str | None:
    if step in _REASONED and not reason.strip():
        return f"{step.value}の理由が空です。相手に分かるように書いてください"
    return None


def _judges(step: Step) -> bool:
    """Whether the step says that somebody's version is right, or wrong."""
    return step in (Step.APPROVE, Step.DEPUTISE, Step.CONFIRM, Step.REFUSE)


def _barred(step: Step, actor: Actor) -> str | None:
    """Why the account may not take this step at all."""
    match step:
        case Step.SAVE | Step.REQUEST | Step.PUBLISH_URGENTLY | Step.END_URGENTLY:
            allowed, role = actor.edits, "編集"
        case Step.WITHDRAW:
            allowed, role = actor.edits or actor.approves, "編集か承認"
        case Step.APPROVE:
            allowed, role = actor.approves, "承認"
        case Step.DEPUTISE:
            allowed, role = actor.deputises, "代理承認"
        case _:
            allowed, role = actor.approves or actor.deputises, "承認"
    if allowed:
        return None
    remedy = "。急ぐときは「緊急の公開終了」を使えます" if step is Step.END and actor.edits else ""
    return (
        f"この答えの{step.value}には、担当課の{role}の権限が要ります。権限のある人に頼んでください"
        f"（権限は管理者が決めます）{remedy}"
    )


def _out_of_turn(step: Step, about: Situation) -> str | None:
    """Why the version is not at this step."""
    if step in (Step.END, Step.END_URGENTLY):
        return (
            None if about.live else "いま公開していない答えなので、公開終了はできません（一覧で状態を確かめてください）"
        )
    if step in (Step.CONFIRM, Step.REFUSE):
        if about.confirmation == "waiting":
            return None
        return "事後承認を待っている版ではありません（ほかの人が済ませたか、開き直して確かめてください）"
    if step is Step.SAVE or about.state in _FROM[step]:
        return None
    now = STATES.get(about.state or "", "ない版")
    return f"この版は「{now}」なので、{step.value}はできません。{_WAYS_OUT[step]}"


def _own_work(step: Step) -> str:
    other = "" if step is Step.DEPUTISE else "ほかの承認者に頼むか、いないときは代理承認を頼んでください。"
    return (
        f"自分が書いた（または承認を依頼した）版には、{step.value}ができません。{other or 'ほかの人に頼んでください。'}"
        "急ぐときは、緊急公開をして、あとで承認を受けられます"
    )
