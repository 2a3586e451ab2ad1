"""Slots: the few values that common entries leave to each municipality, and filling them in.

An entry's text names a slot as ``{convenience-fee}``.  A sentence with a slot that the municipality
has not filled is left out, and whom to ask is said instead: an empty slot never shows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Literal

from knowledge.telephones import telephone_fault, tidy_telephone

SlotKind = Literal["yen", "hours", "age", "telephone", "names", "text"]

LONGEST_TEXT = 60
MOST_NAMES = 12
LONGEST_NAME = 30

_SLOT = re.compile(r"\{([a-z0-9-]+)\}")
_SENTENCE = re.compile(r"(?<=[。！？!?])(?![」』）)])\s*|(?<=[a-z)）0-9}]\.)\s+(?=[A-Z「{])")
"""Between two sentences of a line: after 。, or after a full stop before a capital letter."""

_YEN = re.compile(r"(?:1通)?(\d{1,3}(?:,\d{3})+|\d+)円?")
_AGE = re.compile(r"(?:満)?(\d{1,3})歳?(?:以上)?")
_TIME = r"(午前|午後)?(\d{1,2})(?::|時)(?:(\d{2})分?|(半))?"
_HOURS = re.compile(rf"{_TIME}(?:-|~|から){_TIME}(?:まで)?")
_DASHES = str.maketrans(dict.fromkeys("‐‑–—―−ー〜", "-"))

TOWN = "town"
"""The one slot that is always filled: the municipality's name."""

HIGHEST_FEE = 10_000
HIGHEST_AGE = 120


class SlotValueError(ValueError):
    """A value does not fit its slot.  The message tells an official what to write."""


@dataclass(frozen=True)
class Slot:
    """``names`` and ``known``: per language what the slot, and a known value of it, is called."""

    id: str
    name: str
    kind: SlotKind
    description: str
    example: str
    names: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def name_in(self, language: str) -> str:
        return self.names.get(language, self.name)

    def clean(self, given: str) -> str:
        """``given`` as it is stored.  Raises SlotValueError."""
        plain = " ".join(unicodedata.normalize("NFKC", given).split())
        if re.search(r"[{}<>]", plain):
            raise SlotValueError("「{」「}」「<」「>」は使えません")
        return _CLEANERS[self.kind](plain)

    def shown(self, value: str, language: str = "ja") -> str:
        """A stored value as residents read it; never in other figures than the Japanese."""
        match self.kind:
            case "yen":
                return _in(language, f"{int(value):,}円", f"{int(value):,} yen", f"{int(value):,}円（えん）")
            case "age":
                return _in(language, f"{value}歳", value, f"{value}歳（さい）")
            case "hours":
                return _hours_shown(value, language)
            case "names":
                return self._names_shown(value, language)
            case "telephone" | "text":
                return value

    def _names_shown(self, value: str, language: str) -> str:
        parts = value.split("、")
        if language == "ja":
            return value
        return (", " if language != "easy" else "、").join(
            self.known.get(part, {}).get(language, part) for part in parts
        )


def _in(language: str, ja: str, other: str, easy: str) -> str:
    return {"ja": ja, "easy": easy}.get(language, other)


def _hours_shown(value: str, language: str) -> str:
    start, end = value.split("-")
    if language == "ja":
        return f"{_clock(start)}から{_clock(end)}まで"
    return f"{start}から {end}まで" if language == "easy" else f"from {start} to {end}"


def _clock(time: str) -> str:
    hour, minute = time.split(":")
    return f"{hour}時" if minute == "00" else f"{hour}時{minute}分"


def _yen(plain: str) -> str:
    found = _YEN.fullmatch(plain)
    if not found or (amount := int(found[1].replace(",", ""))) > HIGHEST_FEE:
        raise SlotValueError("金額だけを 200円 のように書きます")
    return str(amount)


def _age(plain: str) -> str:
    found = _AGE.fullmatch(plain)
    if not found or int(found[1]) > HIGHEST_AGE:
        raise SlotValueError("年齢だけを 15歳 のように書きます")
    return str(int(found[1]))


def _hours(plain: str) -> str:
    found = _HOURS.fullmatch(plain.translate(_DASHES).replace(" ", ""))
    if found:
        parts = found.groups()
        times = [_minutes(*parts[:4]), _minutes(*parts[4:])]
        if 0 <= times[0] < times[1] <= 24 * 60:
            return "-".join(f"{time // 60}:{time % 60:02}" for time in times)
    raise SlotValueError("時間は 6時30分から23時まで、または 6:30-23:00 のように、24時間の形で書きます")


def _minutes(half_of_day: str | None, hour: str, minute: str | None, half: str | None) -> int:
    """Since midnight; less than nothing for what no clock shows: 午後13時, 8時75分."""
    hours, minutes = int(hour), 30 if half else int(minute or 0)
    if minutes > 59 or (half_of_day and hours > 11):
        return -1
    return 60 * (hours + (12 if half_of_day == "午後" else 0)) + minutes


def _telephone(plain: str) -> str:
    number = tidy_telephone(plain)
    if fault := telephone_fault(number):
        raise SlotValueError(fault)
    return number


def _names(plain: str) -> str:
    parts = [part.strip() for part in re.split(r"[、,;・]\s*", plain) if part.strip()]
    if not parts or len(parts) > MOST_NAMES:
        raise SlotValueError(f"「、」で区切って{MOST_NAMES}個まで書きます")
    if long := [part for part in parts if len(part) > LONGEST_NAME]:
        raise SlotValueError(f"一つは{LONGEST_NAME}字までです: {long[0]}")
    return "、".join(dict.fromkeys(map(_text, parts)))


def _text(plain: str) -> str:
    if not plain or len(plain) > LONGEST_TEXT:
        raise SlotValueError(f"1字から{LONGEST_TEXT}字までで書きます")
    if "。" in plain:
        raise SlotValueError("文ではなく、ことばで書きます（「。」は使いません）")
    return plain


_CLEANERS = {"yen": _yen, "age": _age, "hours": _hours, "telephone": _telephone, "names": _names, "text": _text}


@dataclass(frozen=True)
class Filled:
    """``missing``: the slots whose sentences were left out; ``used``: those that are shown."""

    text: str
    missing: tuple[str, ...]
    used: tuple[str, ...]


def slots_in(*texts: str | None) -> tuple[str, ...]:
    """The slots that texts leave to be filled, each once, in order."""
    return tuple(dict.fromkeys(slot for text in texts if text for slot in _SLOT.findall(text) if slot != TOWN))


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """``text`` with ``values`` (slot -> what is read) put in; a sentence that lacks one is left out."""
    lines, missing, used = [], [], []
    for line in text.splitlines():
        kept = []
        for sentence in sentences_of(line):
            wanted = _SLOT.findall(sentence)
            lacking = [slot for slot in wanted if slot not in values]
            missing += lacking
            if not lacking:
                used += [slot for slot in wanted if slot != TOWN]
                kept.append(_SLOT.sub(lambda found: values[found[1]], sentence))
        if kept:
            lines.append(_joined(kept))
    return Filled("\n".join(lines), tuple(dict.fromkeys(missing)), tuple(dict.fromkeys(used)))


def _joined(sentences: Sequence[str]) -> str:
    """Japanese sentences stand side by side, others a space apart."""
    text = sentences[0]
    for sentence in sentences[1:]:
        text += sentence if text.endswith(("。", "！", "？")) else f" {sentence}"
    return text


def sentences_of(line: str) -> list[str]:
    return [sentence for sentence in _SENTENCE.split(line.strip()) if sentence]


def shown_values(slots: Iterable[Slot], values: Mapping[str, str], language: str = "ja") -> dict[str, str]:
    """Every filled slot as residents read it in ``language``."""
    return {slot.id: slot.shown(values[slot.id], language) for slot in slots if slot.id in values}


_ASK = {
    "ja": "{town}の{slots}は、{office}にお聞きください。",
    "easy": "この まちの {slots}は、{office}に 聞（き）いて ください。",
    "en": "For {slots}, please ask {office}.",
}


def ask_sentence(slots: Sequence[str], office: str, town: str, language: str = "ja") -> str:
    """Whom to ask for what was left out.  ``slots``: their names in ``language``."""
    return _ASK.get(language, _ASK["en"]).format(slots=_listed(slots, language), office=office, town=town)


def _alike(names: Sequence[str]) -> list[list[str]]:
    """Names that begin with the same thing (転入届の窓口, 転入届の時間), neighbours together."""
    groups: list[list[str]] = []
    for name in names:
        if groups and _beginning([groups[-1][-1], name]):
            groups[-1].append(name)
        else:
            groups.append([name])
    return groups


def _with_one_beginning(names: Sequence[str]) -> str:
    """転入届の窓口と時間: what all begin with is said once."""
    beginning = _beginning(names)
    return beginning + "と".join(name.removeprefix(beginning) for name in names)


def _beginning(names: Sequence[str]) -> str:
    """What all of several names begin with, as far as the last の of it."""
    if len(names) < 2:
        return ""
    shared = "".join(
        letters[0] for letters in takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
    )
    return shared[: shared.rfind("の") + 1]


def _listed(names: Sequence[str], language: str) -> str:
    if language == "ja":
        return "、".join(_with_one_beginning(group) for group in _alike(names))
    if language == "easy":
        return "、".join(names)
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
