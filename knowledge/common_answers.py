"""Common entries as one municipality says them: its values in the slots, its offices to ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from intents.text import letters
from knowledge.answers import FACETS, Answer, Office, Surroundings, entry_answer
from knowledge.common_content import CommonContent, is_common
from knowledge.country import hall_name
from knowledge.models import Entry
from knowledge.slots import TOWN, Slot, ask_sentence, fill, shown_values
from knowledge.translations import Translated

HALL_TELEPHONE = "office-telephone"


@dataclass(frozen=True)
class Filling:
    """``values``: slot -> stored value; ``hall``: whom to ask where no office is named.

    Not the office that wrote the plan: it knows nothing of cards and certificates.
    """

    town: str
    slots: Mapping[str, Slot]
    values: Mapping[str, str]
    hall: Office

    def text(self, template: str, office: str, language: str = "ja", beside: Sequence[str] = ()) -> str:
        """A text filled in, and whom to ask for what it leaves out (``beside`` for further slots too).

        Nobody asks the hall for its own number: the contact below says where to find it.
        """
        found = fill(template, self.shown(language))
        missing = dict.fromkeys((*found.missing, *beside))
        lacking = [slot for slot in missing if slot in self.slots and slot != HALL_TELEPHONE]
        names = [self.slots[slot].name_in(language) for slot in lacking]
        return "\n".join(filter(None, (found.text, ask_sentence(names, office, self.town, language) if names else "")))

    def shown(self, language: str = "ja") -> dict[str, str]:
        return shown_values(self.slots.values(), self.values, language) | {TOWN: self.town}


def answers_of_entries(entries: Sequence[Entry], around: Surroundings, filling: Filling) -> list[Answer]:
    """The curated entries as answers, the common ones filled in."""
    return [
        common_answer(entry, around, filling) if is_common(entry.entry_id) else entry_answer(entry, around)
        for entry in entries
    ]


def own_first(answers: Sequence[Answer]) -> list[Answer]:
    """All answers but the common ones to a question that an own one answers in the same letters.

    Of wordings that own answers have too, common ones keep none: what is the municipality's wins.
    An own answer that only says that the plan is silent takes nothing from a common one that tells.
    """
    own = [answer for answer in answers if not is_common(answer.entry_id)]
    if len(own) == len(answers):
        return own
    said, told = _wordings(own), _wordings(answer for answer in own if answer.kind != "silent")
    kept: list[Answer] = []
    for answer in answers:
        taken = said if answer.kind == "silent" else told
        if not is_common(answer.entry_id):
            kept.append(answer)
        elif letters(answer.title) not in taken:
            kept.append(replace(answer, wordings=tuple(one for one in answer.wordings if letters(one) not in taken)))
    return kept


def _wordings(answers: Iterable[Answer]) -> set[str]:
    return {letters(wording) for answer in answers for wording in (answer.title, *answer.wordings)}


def common_answer(entry: Entry, around: Surroundings, filling: Filling) -> Answer:
    """One common entry, with no empty slot.

    One that only says whom to ask (``silent``) becomes a full answer with its first filled slot.
    """
    plain = entry_answer(entry, around)
    asked = plain.office or filling.hall
    office = asked.department
    facts, lacking = _facts(entry, filling)
    told = fill(entry.answer, filling.shown())
    return replace(
        plain,
        kind="plan" if plain.kind == "silent" and told.used else plain.kind,
        text=filling.text(entry.answer, office, beside=lacking),
        facts=facts,
        office=asked,
        translations={
            language: Translated(one.title, filling.text(one.text, office, language, lacking), one.reviewed)
            for language, one in plain.translations.items()
        },
    )


def _facts(entry: Entry, filling: Filling) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """The rows of a procedure that can be filled, and the slots that the others lack."""
    rows: list[tuple[str, str]] = []
    lacking: list[str] = []
    for key, name in FACETS.items():
        if template := (entry.facets or {}).get(key):
            found = fill(template, filling.shown())
            lacking += found.missing
            if found.text:
                rows.append((name, found.text))
    return tuple(rows), tuple(lacking)


def common_offices(content: CommonContent, values: Mapping[str, str], own: Sequence[Office]) -> dict[str, Office]:
    """The offices that common entries refer to, as far as the municipality has named them.

    Where it names one of its ``own`` departments without a telephone, that department's stands.
    """
    known = {office.department: office for office in own}
    return {
        office.id: replace(found, telephone=values.get(office.telephone_slot) or found.telephone)
        for office in content.offices.values()
        if (name := values.get(office.name_slot)) and (found := known.get(name, Office(name, None)))
    }


def hall(town: str, *numbers: str | None) -> Office:
    """The municipality's own house (市役所, 町役場), with the first of its own numbers that is known."""
    return Office(hall_name(town), next(filter(None, numbers), None))
