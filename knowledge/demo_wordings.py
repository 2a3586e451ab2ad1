"""What is asked in the demonstration year: invented subjects, planted needs, and their many wordings.

The files are in knowledge/data/demo.  Nothing here says what comes back: every text is really asked.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from intents.grouping import text_key

FOLDER = Path(__file__).parent / "data" / "demo"
MOST_WORDINGS = 110
"""Of one subject."""
_VARIED = 0.35
"""So many wordings are said in a second way, too: begun politely, ended in a hurry, or with a slip."""
_PART = re.compile(r"<([a-z]+)>")
_ONE_OF = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Subject:
    """What people ask about.

    ``months``: by how much more or less in a month; ``helps``: the share for whom an answer solves it;
    ``language`` and ``chosen``: of those who ask; ``published``: the share of the year that is over when its answer
    is published; ``planted``: a need that the cards are to find where the knowledge does not meet it.
    """

    id: str
    name: str
    weight: float
    texts: tuple[str, ...]
    months: Mapping[int, float] = field(default_factory=dict)
    helps: float = 0.75
    language: str = "ja"
    chosen: str | None = None
    published: float | None = None
    planted: bool = False


@dataclass(frozen=True)
class Wave:
    """Some subjects are asked about ``times`` as often for ``days`` from ``day`` on."""

    name: str
    subjects: tuple[str, ...]
    day: int
    days: int
    times: float


@dataclass(frozen=True)
class Outage:
    """A day with but a ``share`` of its questions, and ``after`` times as many on the next."""

    name: str
    day: int
    share: float
    after: float
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Happenings:
    campaign: Wave
    mailing: Wave
    outage: Outage


@cache
def subjects() -> tuple[Subject, ...]:
    """All of them: what is usual, then what is planted."""
    wordings = _read("wordings.yaml")
    usual = [_usual(row, wordings) for row in _read("subjects.yaml")]
    return (*usual, *(_planted(row) for row in _read("planted.yaml")))


@cache
def happenings() -> Happenings:
    rows = _read("year.yaml")
    campaign, mailing = (
        Wave(**{**rows[name], "subjects": tuple(rows[name]["subjects"])}) for name in ("campaign", "mailing")
    )
    return Happenings(campaign, mailing, Outage(**{**rows["outage"], "texts": tuple(rows["outage"]["texts"])}))


@cache
def planted_texts() -> Mapping[str, str]:
    """The key of a text -> the id of the subject that it asks about, for all that may come to a card."""
    return {text_key(text): subject.id for subject in subjects() for text in subject.texts}


def _read(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def _planted(row: Mapping[str, Any]) -> Subject:
    return Subject(**{**row, "texts": tuple(row["texts"]), "planted": True})


def _usual(row: Mapping[str, Any], wordings: Mapping[str, Any]) -> Subject:
    """The same wordings at every call."""
    chance = random.Random(row["id"])  # noqa: S311 - nothing secret
    plain = sorted({text for template in row["texts"] for text in expanded(template, wordings["parts"])})
    chosen = chance.sample(plain, min(len(plain), MOST_WORDINGS))
    japanese = row.get("language", "ja") == "ja" and not row.get("chosen")
    varied = [varied_text(text, wordings, chance) for text in chosen if chance.random() < _VARIED] if japanese else []
    return Subject(**{"name": row["id"], **row, "texts": tuple(dict.fromkeys([*chosen, *varied]))})


def expanded(template: str, parts: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Every text that a template stands for: ``<how>`` is one of ``parts``, ``{a|b}`` a or b."""
    plain = _PART.sub(lambda found: "{" + "|".join(parts[found[1]]) + "}", template)
    while (inner := re.search(r"\{[^{}]*\{", plain)) is not None:
        plain = _opened(plain, inner.start())
    pieces = _ONE_OF.split(plain)
    choices = [piece.split("|") if place % 2 else [piece] for place, piece in enumerate(pieces)]
    return ("".join(chosen).strip() for chosen in itertools.product(*choices))


def _opened(plain: str, start: int) -> str:
    """``{a|b{c|d}}`` as ``{a|bc|bd}``: the choices within the choices at ``start`` are written out."""
    depth, end = 0, start
    for end in range(start, len(plain)):
        depth += {"{": 1, "}": -1}.get(plain[end], 0)
        if depth == 0:
            break
    options = [text for option in _options(plain[start + 1 : end]) for text in expanded(option, {})]
    return plain[:start] + "{" + "|".join(options) + "}" + plain[end + 1 :]


def _options(inside: str) -> list[str]:
    """``inside`` split at those bars that stand in no braces of their own."""
    found, depth = [""], 0
    for letter in inside:
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if letter == "|" and depth == 0:
            found.append("")
        else:
            found[-1] += letter
    return found


def varied_text(text: str, wordings: Mapping[str, Any], chance: random.Random) -> str:
    """The same said as people say it: with a greeting, an urging, or a slip where there is a place for one."""
    how = chance.random()
    slips = [(right, wrong) for right, wrong in wordings["slips"] if right in text]
    if slips and how < 0.5:
        right, wrong = chance.choice(slips)
        return text.replace(right, wrong, 1)
    if how < 0.75:
        return str(chance.choice(wordings["openings"])) + text
    ending = str(chance.choice(wordings["endings"]))
    between = "" if text[-1] in "？?！" or not ending[0].isalpha() else "。"
    return f"{text}{between}{ending}"
