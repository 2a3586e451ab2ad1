"""Every regular expression of the program, and texts that it nearly matches."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

import bot
import intents
import knowledge
from intents.patterns import patterns

_parser: Any = importlib.import_module("re._parser")
_DATA = Path(intents.__file__).parent / "data"
_OURS = ("intents", "knowledge", "bot")
_SKIPPED = ("knowledge.migrations", ".__main__")
_MOST_WAYS = 300
FIXED = (
    "a",
    "1",
    " ",
    "\n",
    "あ",
    "の",
    "一",
    "漢",
    "ア",
    "1-",
    "a@",
    "a.",
    "1,",
    "。",
    "(",
    "<",
    "=1",
    "\u3099",
    "町1",
)


@dataclass(frozen=True)
class Named:
    """A regular expression, and where the program keeps it."""

    place: str
    pattern: re.Pattern[str]


@cache
def all_patterns() -> tuple[Named, ...]:
    """Those of modules, also within tuples, mappings and dataclasses, and those compiled from data; each once."""
    found: dict[tuple[str, int], Named] = {}
    for module in _modules():
        for place, pattern in _of_module(module):
            found.setdefault((pattern.pattern, pattern.flags), Named(place, pattern))
    for name, pattern in _of_data():
        found.setdefault((pattern.pattern, pattern.flags), Named(name, pattern))
    return tuple(found.values())


def _modules() -> Iterator[ModuleType]:
    for package in (intents, knowledge, bot):
        for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if not any(part in info.name for part in _SKIPPED):
                yield importlib.import_module(info.name)


def _of_module(module: ModuleType) -> Iterator[tuple[str, re.Pattern[str]]]:
    seen: set[int] = set()
    for name, value in vars(module).items():
        for pattern in _within(value, seen, 0):
            yield f"{module.__name__}.{name}", pattern


def _within(value: Any, seen: set[int], depth: int) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
        return
    if depth > 6 or id(value) in seen or isinstance(value, str | bytes | int | float | ModuleType):
        return
    seen.add(id(value))
    for part in _parts(value):
        yield from _within(part, seen, depth + 1)


def _parts(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        yield from [*value.keys(), *value.values()]
    elif isinstance(value, list | tuple | set | frozenset):
        yield from value
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from (getattr(value, field.name, None) for field in dataclasses.fields(value))
    elif isinstance(value, type) and value.__module__.startswith(_OURS):
        yield from list(vars(value).values())


def _of_data() -> Iterator[tuple[str, re.Pattern[str]]]:
    for path in sorted(_DATA.glob("*.yaml")):
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
        if isinstance(told, dict) and all(_is_list_of_words(group) for group in told.values()):
            for group, pattern in patterns(path.stem).items():
                yield f"data/{path.name}:{group}", pattern


@cache
def written_lines() -> tuple[Named, ...]:
    """Those of the data one by one, as they are written there: the program asks for all of a group at once."""
    found = []
    for path in sorted(_DATA.glob("*.yaml")):
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
        if isinstance(told, dict) and all(_is_list_of_words(group) for group in told.values()):
            for group, lines in told.items():
                found += [
                    Named(f"data/{path.name}:{group}:{number}", re.compile(line))
                    for number, line in enumerate(lines, 1)
                ]
    return tuple(found)


def _is_list_of_words(group: object) -> bool:
    return isinstance(group, list) and all(isinstance(word, str) for word in group)


# --- Near misses --------------------------------------------------------------------------------------------------


def near_misses(pattern: re.Pattern[str], most: int = 12) -> list[str]:
    """What to repeat: the whole but for its end, what may be repeated in it, and each of its beginnings."""
    parsed = list(_parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG))
    whole = _sample(parsed)
    pieces = [whole[:-1], whole, *(_sample(parsed[:count]) for count in range(1, len(parsed))), *_repeated(parsed)]
    chosen = [piece for piece in dict.fromkeys(pieces) if piece]
    return sorted(chosen, key=len)[:most]


def _sample(parsed: list[Any], times: int = 1) -> str:
    return "".join(_letters(code, argument) for code, argument in parsed) * times


def _letters(code: Any, argument: Any) -> str:
    name = str(code)
    if name == "LITERAL":
        return chr(argument)
    if name in ("NOT_LITERAL", "ANY"):
        return "x"
    if name == "IN":
        return _one_of(argument)
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, _, inner = argument
        return _sample(list(inner), max(1, min(least, 12)))
    if name == "SUBPATTERN":
        return _sample(list(argument[3]))
    if name == "ATOMIC_GROUP":
        return _sample(list(argument))
    if name == "BRANCH":
        return _sample(list(argument[1][0]))
    return ""


def _one_of(choices: Any) -> str:
    for code, argument in choices:
        name = str(code)
        if name == "NEGATE":
            return "x"
        if name == "LITERAL":
            return chr(argument)
        if name == "RANGE":
            return chr(argument[0])
        if name == "CATEGORY":
            return {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " "}.get(str(argument), "a")
    return "x"


def _repeated(parsed: list[Any]) -> Iterator[str]:
    for code, argument in parsed:
        name = str(code)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            yield _sample(list(argument[2]))
            yield from _repeated(list(argument[2]))
        elif name == "SUBPATTERN":
            yield from _repeated(list(argument[3]))
        elif name == "BRANCH":
            for branch in argument[1]:
                yield from _repeated(list(branch))


# --- Words in a row ------------------------------------------------------------------------------------------------


def words_in_a_row(pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """What may be repeated, each branch of it by itself and two of them together, and what must stand before it."""
    parsed = list(_parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG))
    yield from dict.fromkeys(_in_a_row(parsed, ""))


def _in_a_row(parsed: list[Any], before: str) -> Iterator[tuple[str, str]]:
    for code, argument in parsed:
        name = str(code)
        if name in ("MAX_REPEAT", "MIN_REPEAT") and argument[1] > 10:
            words = [word for word in _each_way(list(argument[2])) if word]
            yield from ((before, word) for word in words)
            yield from ((before, one + other) for one in words[:14] for other in words[:14])
        for inner in _within_node(name, argument):
            yield from _in_a_row(inner, before)
        before += _ways(name, argument)[0]


def _within_node(name: str, argument: Any) -> list[list[Any]]:
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return [list(argument[2])]
    if name == "SUBPATTERN":
        return [list(argument[3])]
    if name == "ATOMIC_GROUP":
        return [list(argument)]
    return [list(branch) for branch in argument[1]] if name == "BRANCH" else []


def _each_way(parsed: list[Any]) -> list[str]:
    """Texts that a sequence matches: with each branch, with and without each part that may be left out."""
    found = [""]
    for code, argument in parsed:
        ways = _ways(str(code), argument)
        if len(found) * len(ways) <= _MOST_WAYS:
            found = [text + way for text in found for way in ways]
        else:
            found = [*(text + ways[0] for text in found), *(found[0] + way for way in ways[1:])][:_MOST_WAYS]
    return list(dict.fromkeys(found))


def _ways(name: str, argument: Any) -> list[str]:
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        ways = [way * max(1, min(argument[0], 12)) for way in _each_way(list(argument[2]))]
        return [*ways, ""] if argument[0] == 0 else ways
    if name == "BRANCH":
        return [way for branch in argument[1] for way in _each_way(list(branch))]
    if name in ("SUBPATTERN", "ATOMIC_GROUP"):
        return _each_way(_within_node(name, argument)[0])
    return [_letters(name, argument)]


def text_of(piece: str, length: int) -> str:
    return (piece * (length // len(piece) + 1))[: length - 1] + "\ue000"


def seconds(pattern: re.Pattern[str], text: str, tries: int = 3) -> float:
    """Of this thread's own work, the best of some tries, for finding all there is."""
    best = float("inf")
    for _ in range(tries):
        begun = time.thread_time()
        for _found in pattern.finditer(text):
            pass
        best = min(best, time.thread_time() - begun)
    return best
