"""Bringing a municipality's menus to LINE: both are made, then one is shown, then our old ones go.

Whatever stops it on the way leaves what residents see as it was, and nothing half-done behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.line.menu_calls import LineFaultError, MenuCalls, Seen, Standing
from bot.line.rich_menu import name_of, request_of
from knowledge.rich_menus import VARIANT_NAMES, RichMenu, Variant

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Wanted:
    """A menu as it is to be on LINE."""

    variant: Variant
    name: str
    request: Mapping[str, Any]
    png: bytes


@dataclass(frozen=True)
class Plan:
    """What is to be done.  ``kept``: what is on LINE already, as it should be, by its id."""

    made: tuple[Wanted, ...]
    kept: Mapping[Variant, str]
    shown: Variant
    removed: tuple[Seen, ...]
    before: Seen | None
    """What everybody is shown until then."""

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        is_shown = self.before is not None and self.before.id == self.kept.get(self.shown)
        return is_shown and not self.made and not self.removed

    @property
    def replaced(self) -> Seen | None:
        """Somebody else's menu, which residents would not see any more."""
        return self.before if self.before is not None and self.before.ours is None else None


class UnsureError(Exception):
    """LINE was told to show a menu and did not answer: what residents see is not known."""


class ChangedMeanwhileError(Exception):
    """Somebody else changed what is shown, after the person was told what would be replaced."""


def wanted_of(code: str, menu: RichMenu, png: bytes) -> Wanted:
    return Wanted(menu.variant, name_of(code, menu), request_of(code, menu), png)


def plan_of(code: str, wanted: Sequence[Wanted], standing: Standing, shown: Variant | None, calls: MenuCalls) -> Plan:
    """What must be done so that LINE has exactly these of ours.

    ``shown``: None for the one that is shown now, if it is ours; else the usual one.  Another's menus stay.
    """
    own = [one for one in standing.menus if one.ours is not None and one.ours.code == code]
    kept: dict[Variant, str] = {}
    for one in own:
        for each in wanted:
            if each.name == one.name and each.variant not in kept and calls.has_picture(one.id):
                kept[each.variant] = one.id
    return Plan(
        tuple(each for each in wanted if each.variant not in kept),
        kept,
        shown or shown_now(standing) or Variant.USUAL,
        tuple(one for one in own if one.id not in kept.values()),
        standing.default,
    )


def shown_now(standing: Standing) -> Variant | None:
    """Which of ours everybody is shown; None for none of ours."""
    return standing.default.ours.variant if standing.default and standing.default.ours else None


def publish(calls: MenuCalls, plan: Plan, tell: Tell) -> None:
    """Do what the plan says.

    Raises LineFaultError or ChangedMeanwhileError; then residents see what they saw before, and what was made
    on the way is gone again (``tell`` says so where even that failed).  Raises UnsureError, and takes nothing back,
    where it is not known which menu is shown.
    """
    for each in plan.made:
        calls.validate(each.request)
    made: dict[Variant, str] = {}
    try:
        for each in plan.made:
            made[each.variant] = calls.create(each.request)
            calls.upload(made[each.variant], each.png)
            tell(f"送りました: {VARIANT_NAMES[each.variant]}のメニュー")
        show_one(calls, {**plan.kept, **made}[plan.shown], plan.before)
    except (LineFaultError, ChangedMeanwhileError, KeyboardInterrupt):
        _take_back(calls, made.values(), tell)
        raise
    tell(f"住民に出るメニューを、{VARIANT_NAMES[plan.shown]}のメニューにしました")
    remove(calls, plan.removed, tell)


def show_one(calls: MenuCalls, menu_id: str, before: Seen | None) -> None:
    """Show a menu to everybody, unless something else is shown by now than ``before``.

    Raises ChangedMeanwhileError, LineFaultError, and UnsureError where LINE may have heard it.
    """
    if calls.default_id() != (before.id if before else None):
        raise ChangedMeanwhileError
    try:
        calls.show(menu_id)
    except LineFaultError as error:
        if error.status is not None or not _is_shown(calls, menu_id):
            raise


def _is_shown(calls: MenuCalls, menu_id: str) -> bool:
    """Whether a call that got no answer was heard all the same."""
    try:
        return calls.default_id() == menu_id
    except LineFaultError as error:
        raise UnsureError from error


def remove(calls: MenuCalls, menus: Sequence[Seen], tell: Tell) -> None:
    """Take our own old menus away.  One that stays does no harm: nobody is shown it, and the next time it goes."""
    for one in menus:
        try:
            calls.delete(one.id)
        except LineFaultError as error:
            tell(f"前のメニュー（{one.id}）を消せませんでした: {error}。次の --apply のときに消えます")
        else:
            tell(f"前のメニューを消しました: {one.name}")


def _take_back(calls: MenuCalls, menu_ids: Iterable[str], tell: Tell) -> None:
    for menu_id in menu_ids:
        try:
            calls.delete(menu_id)
        except LineFaultError:
            tell(f"途中まで作ったメニュー（{menu_id}）を消せませんでした。次の --apply のときに消えます")
        else:
            tell("途中まで作ったメニューは消しました")
