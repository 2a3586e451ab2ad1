"""The words that a plan explains: its glossary (用語集) and its footnotes (※1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.plan_tables import PlanTable, plain, tables

MOST_TERM, MOST_MEANING, FEWEST_MEANING = 60, 240, 5

_TERM_HEAD = re.compile(r"^(?:用\s?語|言葉|ことば|名称|略語)(?:名)?$")
_MEANING_HEAD = re.compile(r"解説|説明|意味|内容|定義")
_GLOSSARY = re.compile(r"用語(?:集|解説|の解説|説明|の説明)|^<?用語")
_NOTE = re.compile(
    r"^\s*+(?:[(（]?\s*+[※＊*]\s*+\d{0,2}\s*+[)）]?|[(（]?注\s?\d{0,2}\s?[)）])\s*+"
    r"(?P<term>[^…:：。=＝]{1,60}?)(?:\s*+(?:…+|・{2,}|[:：]|とは、)|\s++[=＝]\s)\s*+(?P<meaning>\S.+)$"
)
_NUMBERED = re.compile(r"^\s*\d{1,3}\s+(?P<term>[^…。\t]{1,60}?)\s*…+\s*(?P<meaning>\S.+)$")
_PAIR = re.compile(r"^\s*+[・•●○■◆]?\s*+(?P<term>[^…:：。\t]{1,40}?)\s*+(?:…++|・{3,}+|[:：])\s*+(?P<meaning>\S.+)$")
_BRACKETS = re.compile(r"(?:(?<!\s)\s++)?+[(（]([^()（）]{2,60}+)[)）]\s*+")
_NUMBER_BEHIND = re.compile(r"[※＊*]\s?\d*$")
_NO_TERM = re.compile(r"^(?:参考|出典|資料|注|注意|例|備考|なお|ただし)$|(?:内訳|一覧)$")
_QUOTED = re.compile(r"^「(.+)」$")


@dataclass(frozen=True)
class FoundTerm:
    term: str
    aliases: tuple[str, ...]
    meaning: str
    line: int


def terms(lines: Sequence[str], glossary_lines: Sequence[range] = ()) -> tuple[FoundTerm, ...]:
    """All of a plan, each once.  ``glossary_lines``: where its glossary stands, as lines from 1."""
    found = [
        *(one for table in tables(lines) for one in _of_table(table)),
        *_notes(lines),
        *_pairs(lines, glossary_lines),
    ]
    unique: dict[str, FoundTerm] = {}
    for one in sorted(found, key=lambda one: one.line):
        unique.setdefault(plain(one.term).casefold(), one)
    return tuple(unique.values())


def is_glossary(heading: str) -> bool:
    return _GLOSSARY.search(plain(heading)) is not None


def _of_table(table: PlanTable) -> Iterator[FoundTerm]:
    place: tuple[int, int] | None = None
    for row in table.rows:
        heads = [plain(cell) for cell in row.cells]
        named = next((at for at, cell in enumerate(heads) if _TERM_HEAD.match(cell)), None)
        told = next((at for at, cell in enumerate(heads) if at != named and _MEANING_HEAD.search(cell)), None)
        if named is not None and told is not None and len(heads[told]) < 20:
            place = (named, told)
        elif place is not None:
            found = _term(row.cell(place[0]), row.cell(place[1]), row.line)
            if found:
                yield found


def _notes(lines: Sequence[str]) -> Iterator[FoundTerm]:
    for number, line in enumerate(lines, 1):
        note = None if "\t" in line else _NOTE.match(line) or _NUMBERED.match(line)
        if note:
            found = _term(note["term"], _whole(note["meaning"], lines, number), number)
            if found:
                yield found


def _pairs(lines: Sequence[str], within: Sequence[range]) -> Iterator[FoundTerm]:
    """用語…意味, a line each, in a glossary only: elsewhere a colon stands for many things."""
    for part in within:
        for number in part:
            line = lines[number - 1] if number <= len(lines) else ""
            pair = None if "\t" in line else _PAIR.match(line)
            found = _term(pair["term"], _whole(pair["meaning"], lines, number), number) if pair else None
            if found:
                yield found


def _whole(meaning: str, lines: Sequence[str], number: int) -> str:
    """A meaning with the lines that it goes on in."""
    for line in lines[number : number + 6]:
        if meaning.endswith(("。", "）", ")")) or not line.strip() or "\t" in line:
            break
        if _NOTE.match(line) or _NUMBERED.match(line) or _PAIR.match(line):
            break
        meaning += line.strip()
    return meaning


def _term(term: str, meaning: str, line: int) -> FoundTerm | None:
    name = _NUMBER_BEHIND.sub("", " ".join(term.split())).strip()
    name = name.removeprefix("ここでの")
    quoted = _QUOTED.match(name)
    name = quoted[1] if quoted else name
    aliases = tuple(alias.strip() for alias in _BRACKETS.findall(name))
    short = _BRACKETS.sub("", name).strip() or name
    text = _short(" ".join(meaning.split()).removeprefix("とは、"))
    if _NO_TERM.search(short):
        return None
    if not 1 <= len(short) <= MOST_TERM or len(text) < FEWEST_MEANING or not any(map(str.isalnum, short)):
        return None
    return FoundTerm(short, aliases, text, line)


def _short(meaning: str) -> str:
    """The whole sentences that there is room for."""
    if len(meaning) <= MOST_MEANING:
        return meaning
    kept = meaning[:MOST_MEANING]
    end = kept.rfind("。")
    return kept[: end + 1] if end > 0 else kept[:-1] + "…"
