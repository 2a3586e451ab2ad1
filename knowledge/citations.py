"""A citation of a plan ("第3章 3 基本目標1 方針2／第3章 4 進捗管理", "9. (1)-③") as the sections it means.

Citations leave out headings between, and the words or the number of a heading; several are parted by ／.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from intents.patterns import ending_of
from knowledge.plan_sections import COLOPHON, CONTENTS, COVER, Section, letters, split_heading

_NOTE = re.compile(
    r"[（(](?:該当する記載なし|この話題の記載なし|脚注|各取組の成果指標|巻末|最終ページの連絡先)[^）)]{0,200}[）)]"
)
_WHOLE = re.compile("^計画書?(?:の)?全体")
_NAMES_OF = {
    COVER: ("表紙", "巻頭", "はじめのあいさつ"),
    CONTENTS: ("目次",),
    COLOPHON: ("奥付", "巻末", "裏表紙"),
}
_NAMES = [name for names in _NAMES_OF.values() for name in names]
_SPECIAL = re.compile(rf"(?:{'|'.join(_NAMES)})[^・]{{0,10}}・?")
_LONGEST_SPECIAL = max(map(len, _NAMES)) + 11
_GLOSSARY_TERM = re.compile("^(?=.*」$)(.*用語集)\\s*「(.+)」$")
_STEP = re.compile(
    r"(?:^|(?<=[\s)）]))(?:第[0-9一二三四五六七八九十]+[編部章節]"
    r"|[0-9]{1,2}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}\.|[0-9]{1,2}(?=[\s(]|$)"
    r"|[■◆●□])"
    r"|基本目標\s*[0-9]+|(?<!基本)方針\s*[0-9]+|\([0-9]{1,2}\)|-?[①-⑳]"
)
_SIBLINGS = re.compile(r"(?<=\))・(?=\()")
_AWAY = 0xE000 - ord("①")
"""NFKC turns circled numbers into plain ones: they wait it out in the private use area."""
_ALIKE = 78
_WITH_PARENT = re.compile("体制|組織|スケジュール|ロードマップ|工程|取組期間")
"""Tables of organisation and schedule: what they mean often stands above them."""


@dataclass(frozen=True)
class _Step:
    number: str
    words: str


def cited(citation: str, sections: Sequence[Section]) -> tuple[Section, ...]:
    """The sections that a citation means.  Empty where a part of it leads nowhere."""
    plain = _NOTE.sub("", unicodedata.normalize("NFKC", _circled_kept(citation))).strip()
    if _WHOLE.match(_restored(plain)):
        return tuple(sections)
    found: list[Section] = []
    before: Section | None = None
    for part in re.split(r"\s*/\s*", _SIBLINGS.sub("/", _restored(plain))):
        ones = _part(part.strip(), sections, before)
        if not ones:
            return ()
        found += ones
        before = ones[-1]
    return tuple(found)


def cited_text(found: Sequence[Section], sections: Sequence[Section]) -> str:
    """The headings above and the text of what is cited, with its parts."""
    if len(found) == len(sections):
        return "\n".join(f"{_headed(one.heading)}\n{one.text}" for one in sections)
    texts: list[str] = []
    for one in dict.fromkeys(found):
        texts += map(_headed, one.path)
        parts = (part for part in sections if part.path[: len(one.path)] == one.path)
        texts += (f"{_headed(part.heading)}\n{part.text}" for part in parts)
        if len(one.path) > 1 and any(_WITH_PARENT.search(title) for title in one.path[-2:]):
            texts += [above.text for above in sections if above.path == one.path[:-1]]
    return "\n".join(texts)


def _headed(heading: str) -> str:
    """A heading whose plain number (4. 推進体制) is one of a chapter: it does not prove four of something."""
    number, words = split_heading(heading)
    return f"{number}章 {words}" if number.isdecimal() else heading


def _circled_kept(text: str) -> str:
    return re.sub("[①-⑳]", lambda match: chr(ord(match[0]) + _AWAY), text)


def _restored(text: str) -> str:
    return re.sub("[\ue000-\ue013]", lambda match: chr(ord(match[0]) - _AWAY), text)


def _part(part: str, sections: Sequence[Section], before: Section | None) -> list[Section]:
    """The sections of one part of a citation; a part that begins in the middle leans on the one before."""
    if part and ending_of(part, _SPECIAL, _LONGEST_SPECIAL) == 0:
        wanted = [head for head, names in _NAMES_OF.items() if any(name in part for name in names)]
        return [one for one in sections if one.heading in wanted]
    term = _GLOSSARY_TERM.match(part)
    if term:
        rows = [one for one in sections if any("用語集" in title for title in one.path)]
        return [one for one in rows if letters(one.heading) == letters(term[2])][:1]
    steps = list(_steps(part))
    alone = _walk(steps, sections, ())
    if alone is None and before is not None:
        inner = (_walk(steps, sections, before.path[:depth]) for depth in range(len(before.path), 0, -1))
        alone = next(filter(None, inner), None)
    return [alone] if alone else _by_line(part, sections)


def _steps(part: str) -> Iterator[_Step]:
    starts = list(_STEP.finditer(part))
    ends = [match.start() for match in starts] + [len(part)]
    yield from (_Step("", words) for words in part[: ends[0]].split())
    for match, end in zip(starts, ends[1:], strict=True):
        words = part[match.end() : end]
        yield _Step(_number(match[0]), words.strip(" ・-"))


def _number(text: str) -> str:
    return re.sub(r"\s", "", text).strip("-.")


def _walk(steps: Sequence[_Step], sections: Sequence[Section], above: tuple[str, ...]) -> Section | None:
    """The section that the steps lead to, each among the parts of the one before."""
    here: Section | None = None
    path = above
    for step in steps:
        if not step.number and not step.words:
            continue
        here = _below(step, sections, path)
        if here is None:
            return None
        path = here.path
    return here


def _below(step: _Step, sections: Sequence[Section], path: tuple[str, ...]) -> Section | None:
    """The first and highest part of ``path`` that fits a step."""
    fitting = [one for one in sections if one.path[: len(path)] == path and one.path != path and _fits(step, one)]
    return min(fitting, key=lambda one: (len(one.path), one.line), default=None)


def _fits(step: _Step, section: Section) -> bool:
    number, words = split_heading(section.heading)
    plain = _number(number)
    same_number = step.number in (plain, plain.rpartition("-")[2] if "①" <= plain[-1:] <= "⑳" else plain)
    if step.number and not same_number:
        return bool(step.words) and letters(step.words) == letters(words)
    if not step.words:
        return bool(step.number)
    return _alike(step.words, words) or _alike(step.words, section.heading)


def _alike(one: str, other: str) -> bool:
    first, second = letters(one), letters(other)
    return bool(first) and (fuzz.ratio(first, second) >= _ALIKE or (len(first) >= 4 and second.startswith(first)))


def _by_line(part: str, sections: Sequence[Section]) -> list[Section]:
    """The section that has the cited words as a line of their own."""
    wanted = letters(part)
    return [one for one in sections if len(wanted) >= 6 and wanted in map(letters, one.text.splitlines())][:1]
