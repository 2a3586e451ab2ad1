"""共通の答え as a sheet: which common entries a municipality uses, and what it does with a waiting update."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from knowledge.common_entries import CommonState, adopt, common_states, common_updates, skip, switch_by_staff
from knowledge.entry_versions import Author
from knowledge.sheet_forms import choice
from knowledge.sheet_places import Known
from knowledge.tabular import OutSheet

SHEET = "共通の答え"
HEADINGS = ("ID", "使うか", "更新", "質問", "今の答え", "新しい答え")
NEEDED = ("ID", "使うか", "更新")
WAITING = "更新あり"
_WIDTHS = (34, 10, 12, 36, 60, 60)
USED = choice({True: "使う", False: "使わない"})
DECISION = choice({"adopt": "採用", "skip": "見送り"})


@dataclass(frozen=True)
class CommonDecision:
    """What staff decide of one: ``used`` where that changes, ``update`` where they adopt or skip it."""

    entry_id: str
    question: str
    number: int
    used: bool | None = None
    update: str | None = None

    @property
    def cells(self) -> tuple[tuple[str, str, str], ...]:
        found = []
        if self.used is not None:
            found.append(("使うか", USED.write(not self.used), USED.write(self.used)))
        if self.update:
            found.append(("更新", WAITING, DECISION.write(self.update)))
        return tuple(found)


def common_table(session: Session, code: str) -> OutSheet:
    """Every common entry here, with old and new text side by side where an update waits."""
    waiting = {update.entry_id: update for update in common_updates(session, code)}
    rows = []
    for state in common_states(session, code):
        new = ""
        if update := waiting.get(state.entry_id):
            told = {name: str(value) for name, _, value in update.differences}
            new = (
                "（なくなりました）" if update.withdraws else told.get("answer", "（答えは同じ。質問などが変わります）")
            )
        rows.append(
            (
                state.entry_id,
                USED.write(state.used),
                WAITING if update else "",
                state.question,
                state.answer,
                new,
            )
        )
    return OutSheet(SHEET, HEADINGS, _WIDTHS, frozenset(), rows, frozen="B2")


def known_decisions(known: Known, states: Mapping[str, CommonState]) -> tuple[list[CommonDecision], list[str]]:
    """What a sheet decides, and all faults.  A row that is gone decides nothing; the texts are only for reading."""
    found: dict[str, CommonDecision] = {}
    faults: list[str] = []
    for row in known.rows:
        place = known.place(row)
        faults += known.bad_cells(row)
        key, used, update = ((known.text(row, heading) or "").strip() for heading in NEEDED)
        state = states.get(key)
        if state is None:
            faults.append(place.fault("ID", f"共通の答えにない ID です: {key or '（空）'}（行を足すことはできません）"))
            continue
        if key in found:
            faults.append(place.fault("ID", f"{found[key].number}行目と同じ ID です: {key}"))
            continue
        told: dict[str, bool | str | None] = {}
        for heading, text, form in (("使うか", used, USED), ("更新", update, DECISION)):
            try:
                told[heading] = form.read(text) if text and text != WAITING else None
            except ValueError as error:
                faults.append(place.fault(heading, str(error)))
        if told.get("更新") and state.state != WAITING:
            faults.append(place.fault("更新", "更新は届いていません（もう決めたか、なくなりました）。空にしてください"))
        wanted, decision = told.get("使うか"), told.get("更新")
        found[key] = CommonDecision(
            key,
            state.question,
            row.number,
            wanted if isinstance(wanted, bool) and wanted != state.used else None,
            decision if isinstance(decision, str) else None,
        )
    return [one for one in found.values() if one.cells], faults


def apply_decisions(
    session: Session, code: str, decisions: list[CommonDecision], moment: dt.datetime, author: Author
) -> None:
    """The update first: what is switched afterwards is the row as it then is."""
    for one in decisions:
        if one.update == "adopt":
            adopt(session, code, one.entry_id, moment, author)
        elif one.update == "skip":
            skip(session, code, one.entry_id)
        if one.used is not None:
            switch_by_staff(session, code, one.entry_id, on=one.used, moment=moment, author=author)
