"""The bundled knowledge that all municipalities share: its entries, its slots, its source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from knowledge.bundle import COMMON_PREFIX, CONTENT_ROOT, BundleError, Entry, Line, Part, Plan, Slug, read_list
from knowledge.slots import Slot, SlotKind, SlotValueError, slots_in

COMMON_FOLDER = CONTENT_ROOT / "common"
LANGUAGES = ("en", "easy")


class _SlotPart(Part):
    id: Slug
    name: Line
    kind: SlotKind
    description: Annotated[str, StringConstraints(min_length=5, max_length=200)]
    example: Line
    names: dict[str, Line]
    known: dict[str, dict[str, str]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _complete(self) -> _SlotPart:
        if missing := [language for language in LANGUAGES if language not in self.names]:
            raise ValueError(f"names に {'、'.join(missing)} がありません")
        try:
            slot_of(self).clean(self.example)
        except SlotValueError as error:
            raise ValueError(f"example: {error}") from error
        return self


class _OfficePart(Part):
    """Where to ask about a group of common entries: the slots for its name and its telephone."""

    id: Slug
    name_slot: Slug
    telephone_slot: Slug


@dataclass(frozen=True)
class CommonOffice:
    id: str
    name_slot: str
    telephone_slot: str


@dataclass(frozen=True)
class CommonContent:
    """``slots`` in the order of the sheet; ``plans`` are references, not plans of a municipality."""

    plans: tuple[Plan, ...]
    entries: tuple[Entry, ...]
    slots: Mapping[str, Slot]
    offices: Mapping[str, CommonOffice]

    def users(self, slot: str) -> tuple[str, ...]:
        """The entries that use ``slot``, offices included."""
        offices = {one.id for one in self.offices.values() if slot in (one.name_slot, one.telephone_slot)}
        return tuple(
            entry.id for entry in self.entries if slot in slots_in(*texts_of(entry)) or entry.department in offices
        )


def slot_of(part: _SlotPart) -> Slot:
    return Slot(part.id, part.name, part.kind, part.description, part.example, part.names, part.known)


def is_common(name: str) -> bool:
    """Whether an id (of an entry, a plan or an office) is one of the common ones."""
    return name.startswith(COMMON_PREFIX)


def texts_of(entry: Entry) -> Iterator[str]:
    """Everything of an entry in which a slot may stand."""
    yield entry.answer
    yield from (value for value in (entry.facets.model_dump().values() if entry.facets else ()) if value)
    yield from (one.answer for one in entry.translations.values())


@lru_cache(maxsize=1)
def common_content() -> CommonContent:
    """The bundled one.  Raises BundleError."""
    return read_common(COMMON_FOLDER)


def read_common(folder: Path) -> CommonContent:
    """Read the folder of what is common.  Raises BundleError with every problem found."""
    problems: list[str] = []
    plans = [plan for _, plan in read_list(folder / "plans.yaml", Plan, problems)]
    slots = [slot_of(part) for _, part in read_list(folder / "slots.yaml", _SlotPart, problems)]
    offices = [
        CommonOffice(part.id, part.name_slot, part.telephone_slot)
        for _, part in read_list(folder / "offices.yaml", _OfficePart, problems)
    ]
    placed = [
        (place, entry)
        for path in sorted([*folder.glob("entries.yaml"), *folder.glob("entries-*.yaml")])
        for place, entry in read_list(path, Entry, problems)
    ]
    content = CommonContent(
        tuple(plans),
        tuple(entry for _, entry in placed),
        {slot.id: slot for slot in slots},
        {office.id: office for office in offices},
    )
    problems += _faults(content, placed)
    if problems:
        raise BundleError(problems)
    return content


def _faults(content: CommonContent, placed: list[tuple[str, Entry]]) -> Iterator[str]:
    seen: set[str] = set()
    for place, entry in placed:
        if not is_common(entry.id):
            yield f"{place}: id: 共通の答えの id は {COMMON_PREFIX} で始めます: {entry.id}"
        if entry.id in seen:
            yield f"{place}: id: 同じ id が二度あります: {entry.id}"
        seen.add(entry.id)
        for fault in (*_lost_references(content, entry), *_uneven_translations(entry)):
            yield f"{place}: {fault}"
    for office in content.offices.values():
        for slot in (office.name_slot, office.telephone_slot):
            if slot not in content.slots:
                yield f"offices.yaml: slots.yaml にない穴です: {slot}"


def _lost_references(content: CommonContent, entry: Entry) -> Iterator[str]:
    if entry.source.plan not in {plan.id for plan in content.plans}:
        yield f"source.plan: plans.yaml にない id です: {entry.source.plan}"
    if entry.department and entry.department not in content.offices:
        yield f"department: offices.yaml にない id です: {entry.department}"
    for slot in slots_in(*texts_of(entry)):
        if slot not in content.slots:
            yield f"slots.yaml にない穴です: {{{slot}}}"


def _uneven_translations(entry: Entry) -> Iterator[str]:
    """A sentence that goes in one language goes in all."""
    written = {str(language): one.answer for language, one in entry.translations.items()}
    for language in LANGUAGES:
        if language not in written:
            yield f"translations: {language} がありません"
        elif set(slots_in(written[language])) != set(slots_in(entry.answer)):
            yield f"translations.{language}: 日本語の文と同じ穴を使ってください"
