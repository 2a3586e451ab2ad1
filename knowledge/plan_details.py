"""What staff say about a plan that they bring, checked: on the command line and on the page alike."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from knowledge.plan_import import MOST_SHORT_TITLE, MOST_TITLE, OWN, PlanDetails, PlanImportError, plan_id_of
from knowledge.plan_period import Period
from knowledge.web_addresses import BadAddressError, ascii_address

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MOST_PLAN_ID = 40


class PlanDetailsError(PlanImportError):
    """``field``: which of the things said is wrong."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def period_of(read: Period | None, begins: dt.date | None, ends: dt.date | None, labels: Mapping[str, str]) -> Period:
    """The period as staff say it, or else as it was read in the plan.  ``labels``: what staff know each field by."""
    first = begins or (read.begins if read else None)
    last = ends or (read.ends if read else None)
    if last is None:
        raise PlanDetailsError(
            "until", f"計画の期間を読み取れません。{labels['until']}に、2032-03-31 のように終わりの日を書いてください"
        )
    if first and first > last:
        raise PlanDetailsError(
            "until",
            f"計画の期間の始まり（{first}）が終わり（{last}）より後です。{labels['from']}と{labels['until']}を確かめてください",
        )
    return Period(first, last)


def plan_details(
    title: str, short: str | None, plan_id: str | None, period: Period, url: str | None, labels: Mapping[str, str]
) -> PlanDetails:
    """Raises PlanDetailsError."""
    name = " ".join(title.split())
    brief = " ".join((short or name[:MOST_SHORT_TITLE]).split())
    if not 1 <= len(name) <= MOST_TITLE:
        raise PlanDetailsError(
            "title", f"{labels['title']}は1字から{MOST_TITLE}字までで書いてください（今は{len(name)}字）"
        )
    if not 1 <= len(brief) <= MOST_SHORT_TITLE:
        raise PlanDetailsError(
            "short_title", f"{labels['short_title']}は{MOST_SHORT_TITLE}字までで書いてください（今は{len(brief)}字）"
        )
    if plan_id and not (_SLUG.fullmatch(plan_id) and len(plan_id) <= _MOST_PLAN_ID):
        raise PlanDetailsError(
            "plan", f"{labels['plan']}は小文字の英数字とハイフンで{_MOST_PLAN_ID}字までです: {plan_id}"
        )
    if url:
        try:
            ascii_address(url)
        except BadAddressError as error:
            raise PlanDetailsError("url", f"{labels['url']}は {error}") from error
    draft = re.search(r"[(（]案[)）]|[（(]素案[)）]|案$", name) is not None
    own_id = f"{OWN}{plan_id.removeprefix(OWN)}" if plan_id else plan_id_of(name)
    return PlanDetails(own_id, name, brief, draft, period.begins, period.ends, period.text, url)
