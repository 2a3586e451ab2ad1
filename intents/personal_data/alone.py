"""Names that stand alone: a line or a clause that holds nothing else, or a name beside what was found before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from intents.personal_data.findings import Kind
from intents.personal_data.page import CAPITAL, HIRAGANA, KANJI, KATAKANA, LATIN, Found, text_before
from intents.personal_data.people import (
    OF_FAME,
    is_common_surname,
    is_famous,
    is_foreign_row,
    is_from_abroad,
    is_full_name,
    is_given,
    is_latin_name,
    is_person,
    is_spaced_name,
    is_surname,
    may_be_person,
)
from intents.personal_data.surnames import SURNAMES, plain_form

_GREETING = (
    "こんにちは|こんばんは|おはようございます|はじめまして|初めまして|もしもし"
    "|すみません|すいません|お世話になります|失礼します"
)
_SHAPE = (
    rf"[{KANJI}]{{1,4}} (?:[{KANJI}]{{1,3}}|[{HIRAGANA}]{{2,5}}|[{KATAKANA}]{{2,5}})"
    rf"|[{KANJI}]{{2,6}}(?:[{KATAKANA}]{{2,3}})?|[{KATAKANA}]{{1,12}}(?:[ ・=][{KATAKANA}]{{1,12}}){{0,4}}"
    rf"|[{HIRAGANA}]{{2,9}}(?: [{HIRAGANA}]{{2,6}})?"
    rf"|[{CAPITAL}][{LATIN}'’-]{{1,20}}(?: [{CAPITAL}][{LATIN}'’.-]{{0,20}}){{1,4}}"
)
_ALONE = re.compile(
    rf"(?:\A|(?<=[\n。!?\0])|(?:{_GREETING})[、。 \n]?)[ \n、/]?(?P<name>{_SHAPE})"
    r"(?P<reading>[ ]?\([ぁ-ゖァ-ヺー ・]{2,20}\))?"
    r"(?:(?P<beside>[ \n、(/]{0,2}\0)|(?P<signed>[ ]?より)?(?:[\n。]|\Z)"
    r"|(?P<says>です|と言|とい|やけど|だけど)|(?P<blank> ))"
)
_LINE_BEFORE = re.compile(r"[\n。!?] ?\Z")


def names_alone(page: str) -> Iterator[Found]:
    """A signature, a name over an address or before a birthday, and one that opens a message."""
    position = 0
    while match := _ALONE.search(page, position):
        if _is_somebody(match):
            end = match.end("reading") if match["reading"] else match.end("name")
            yield Found(match.start("name"), end, Kind.NAME)
            position = end
        else:
            position = max(match.end() - 1, match.start() + 1)


def _is_somebody(match: re.Match[str]) -> bool:
    name = match["name"]
    letters = name.replace(" ", "")
    if is_famous(letters) or OF_FAME.match(match.string, match.end("name")):
        return False
    signed = match["signed"] is not None or match["beside"] is not None
    before = match.string[max(0, match.start("name") - 2) : match.start("name")]
    closes = match.end() == len(match.string) and _LINE_BEFORE.search(before) is not None
    if is_latin_name(name):  # Garbage Collection may open a line
        return signed or closes or match["says"] is not None
    if is_spaced_name(name) or is_foreign_row(name):
        return True
    if " " in name:  # さかもと とめ or ナカジマ ケンタ: the dictionary knows them for two names
        return is_full_name(letters) and is_surname(name.split(" ")[0])
    if is_from_abroad(letters) or (len(letters) > 2 and is_full_name(letters) and _has_sure_surname(letters)):
        return True
    return is_common_surname(letters) and (signed or closes)


def _has_sure_surname(letters: str) -> bool:
    """中野さくら, but not 役所 and what else is somebody's surname."""
    return any(
        plain_form(letters[:cut]) in SURNAMES and is_given(letters[cut:]) and len(letters) - cut > 1
        for cut in range(1, len(letters) - 1)
    )


_IN_A_ROW = re.compile(
    rf"\0[、,・と] ?(?P<name>[{KANJI}]{{1,4}}|[{KATAKANA}]{{2,5}}|[{HIRAGANA}]{{2,5}}?)"
    r"(?=[、,・とのがはを \n)\0]|\Z|です)"
)


def names_in_a_row(page: str) -> Iterator[Found]:
    """〔氏名〕、花子、一郎: given names behind a name."""
    for match in _IN_A_ROW.finditer(page):
        if is_given(match["name"]) and is_person(match["name"]):
            yield Found(*match.span("name"), Kind.NAME)


# --- The whole of a name ------------------------------------------------------------------------------------------

_MORE_KATAKANA = re.compile(rf"(?:[ ・=][{KATAKANA}]{{1,12}}(?![{KATAKANA}]))+")
_MORE_LATIN = re.compile(rf"(?: [{CAPITAL}][{LATIN}'’.-]{{0,20}}(?![{LATIN}]))+")
_GIVEN_BEHIND = re.compile(
    rf" (?:[{KANJI}]{{1,3}}(?![{KANJI}])|[{KATAKANA}]{{2,5}}(?![{KATAKANA}])"
    rf"|[{HIRAGANA}]{{2,5}}(?=[ \n、。,.!?)(\0]|\Z|です|と申))"
)
_KATAKANA_BEFORE = re.compile(rf"(?<![{KATAKANA}])[{KATAKANA}]{{1,12}}[ ・=]\Z")
_SURNAME_BEFORE = re.compile(rf"(?<![{HIRAGANA}{KANJI}])[{HIRAGANA}]{{2,6}} \Z")
_REACH = 14


def whole(page: str, found: Iterable[Found]) -> Iterator[Found]:
    """What was found, with the other half of the name where a blank stands between: 〔渡辺〕 正雄, レ 〔ミン〕."""
    taken = 0
    for each in sorted(found):
        start, end = max(taken, _whole_start(page, each)), _whole_end(page, each)
        if start < end:
            yield Found(start, end, each.kind)
            taken = end


def _whole_end(page: str, found: Found) -> int:
    name, last = page[found.start : found.end], page[found.end - 1]
    if re.match(rf"[{KATAKANA}]", last):
        more = _MORE_KATAKANA.match(page, found.end)
        return more.end() if more and is_foreign_row(name + more[0]) else found.end
    if re.match(rf"[{LATIN}]", last):
        more = _MORE_LATIN.match(page, found.end)
        return more.end() if more and is_latin_name(name + more[0]) else found.end
    if " " in name or not is_surname(name):
        return found.end
    behind = _GIVEN_BEHIND.match(page, found.end)
    return behind.end() if behind and is_spaced_name(name + behind[0]) else found.end


def _whole_start(page: str, found: Found) -> int:
    name, before = page[found.start : found.end], text_before(page, found.start, _REACH)
    katakana = _KATAKANA_BEFORE.search(before)
    if katakana and is_foreign_row(katakana[0] + name):
        return found.start - len(katakana[0])
    surname = _SURNAME_BEFORE.search(before)
    if surname and " " not in name and may_be_person(name) and is_spaced_name(surname[0] + name):
        return found.start - len(surname[0])
    return found.start
