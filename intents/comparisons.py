"""What is to be put side by side: two or more named matters, in what they are compared, and by what measure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from intents.patterns import ending_of
from intents.text import normalize


class Measure(StrEnum):
    """``ANY``: 「AとBを比べて」 names no measure.  ``DIFFERENCE``: 「AとBの違い」 may ask what each of them is."""

    LARGER = "larger"
    SMALLER = "smaller"
    EARLIER = "earlier"
    LATER = "later"
    ANY = "any"
    DIFFERENCE = "difference"


@dataclass(frozen=True)
class Comparison:
    """``sides``: each named matter, with what is compared of all of them behind a space (市民課 発行率)."""

    sides: tuple[str, ...]
    measure: Measure


OF = " "
"""Between a side and what is compared of it."""
_MOST_SIDES = 4
_WHICH = r"(?:どっち|どちら|どれ|何)(?:の?(?:方|ほう))?"
_MORE = r"(?:高|大き|多|上)"
_LESS = r"(?:低|小さ|少な|すくな|下)"
_FIRST = r"(?:早|はや|先|さき)"
_LAST = r"(?:遅|おそ|後|あと)"
_MEASURES = {
    Measure.LARGER: _MORE,
    Measure.SMALLER: _LESS,
    Measure.EARLIER: _FIRST,
    Measure.LATER: _LAST,
}
_ASKING = re.compile(
    rf"{_WHICH}(?:が|は|も)?(?:より|一番|もっと)?(?P<after>{_MORE}|{_LESS}|{_FIRST}|{_LAST})[一-鿿ぁ-ゖ]*"
    rf"|(?<![^、,と])(?P<head>[^、,と]*?)[がは](?:より|一番|もっと)?(?P<before>{_MORE}|{_LESS}|{_FIRST}|{_LAST})[ぁ-ゖ]{{,30}}の?(?:方|ほう)?[はが]{_WHICH}[一-鿿ぁ-ゖ]*"
    rf"|{_WHICH}の(?P<of>[^、,とがはの]{{1,15}})[がは](?P<last>{_MORE}|{_LESS}|{_FIRST}|{_LAST})[一-鿿ぁ-ゖ]*"
    r"|(?P<beside>比べ(?:て(?:みて)?|ると|たい|よう)?(?:どう)?|くらべて?|比較(?:して|する|したい)?|並べて|対比して?|見比べて?)"
    r"|(?:何|なに|どこ|どう)?が?(?P<difference>違(?:い|う)|ちが(?:い|う)|差)(?=$|[はがを?。でかのな、\s]|って|教)[一-鿿ぁ-ゖ]*"
)
_END_WORD = re.compile(
    r"教えて|おしえて|見せて|知りたい|ください|下さい|お願いします|ですか|でしょうか|なの|って|とでは|では|だと|なら|[をはがのでにもか?。!、,\s]"
)
LONGEST_END_WORD = 6
_BEGINNING = re.compile(r"^(?:では|じゃあ|それじゃ|[をはがのでにも?。!、,\s])+")
_BETWEEN = re.compile(r"(?<=[^\s])と(?!り|め|もに|き|ころ)|[、,]|\bvs\.?\b|それとも|または|もしくは")
_OF_ALL = re.compile(r"^(?P<head>[^はがで]{2,}?)(?:は|が|で|では)(?P<side>.{2,})$")
_FIGURES = re.compile(
    r"の?(?:目標(?:値|数値)?|数値目標|現状(?:値)?|指標|数値|数字|値)(?:(?:と|や)(?:目標|現状)(?:値)?)?$"
)
_NAMES = re.compile(r"[^\Wぁ-ゖ]|[ぁ-ゖ]{3}")
"""What stands in a name: anything but a particle or two."""
_ASKED_ABOUT = re.compile(r"^(?:(?:の|は|が|で|を)?(?:目標値?+|現状値?+|数値|数字|値|割合)(?:が|は|の|で|を)?+)++$")


_WORDED = {
    Measure.ANY: re.compile("違|ちが|比べ|くらべ|比較|どちら|どっち|差"),
    Measure.DIFFERENCE: re.compile("違|ちが|差"),
    **{
        measure: re.compile(f"(?:どちら|どっち|どれ).{{0,80}}{word}|{word}.{{0,80}}(?:どちら|どっち|どれ)")
        for measure, word in _MEASURES.items()
    },
}


def comparison(text: str) -> Comparison | None:
    """What ``text`` asks to compare; None where it names fewer than two sides."""
    plain = normalize(text)
    asked = _ASKING.search(plain)
    if asked is None:
        return None
    rest = f"{plain[: asked.start()]} {_head(asked)}{plain[asked.end() :]}"
    sides = _sides(rest)
    return Comparison(sides, _measure(asked)) if 1 < len(sides) <= _MOST_SIDES else None


def worded_as(wording: str, asked: Comparison) -> bool:
    """Whether a wording asks for the same sides by the same measure: 「交付率と保有率は何がちがいますか」."""
    plain = normalize(wording)
    measured = _WORDED[asked.measure].search(plain)
    return bool(measured) and all(word in plain for side in asked.sides for word in side.split(OF))


def asks_which(text: str) -> Measure | None:
    """「どっちが高い？」 of what was put side by side just before."""
    plain = _without_ending(normalize(text))
    asked = _ASKING.search(plain)
    if asked is None or _bare(f"{plain[: asked.start()]}{_head(asked)}{plain[asked.end() :]}"):
        return None
    measure = _measure(asked)
    return None if measure in (Measure.ANY, Measure.DIFFERENCE) else measure


def _head(asked: re.Match[str]) -> str:
    """What stood within the asking: 発行率 of 「発行率が高いのはどっち」."""
    head = (asked["head"] or asked["of"] or "").strip()
    return "" if _ASKED_ABOUT.match(head) else f"の{head}" if head else ""


def _measure(asked: re.Match[str]) -> Measure:
    if asked["beside"]:
        return Measure.ANY
    if asked["difference"]:
        return Measure.DIFFERENCE
    word = asked["after"] or asked["before"] or asked["last"]
    return next(measure for measure, pattern in _MEASURES.items() if re.fullmatch(pattern, word))


def _sides(rest: str) -> tuple[str, ...]:
    parts = [part for part in map(_bare, _BETWEEN.split(rest)) if part]
    parts = parts if len(parts) > 1 else [part for part in map(_bare, rest.split()) if part]
    if len(parts) < 2:
        return ()
    head = ""
    before = _OF_ALL.match(parts[0])
    if before:
        head, parts[0] = _bare(before["head"]), before["side"]
    else:
        side, _, behind = parts[-1].partition("の")
        if side and behind:
            parts[-1], head = _bare(side), _bare(behind)
    if not head:
        return tuple(parts)
    return tuple(f"{part}{OF}{head}" for part in parts)


def _bare(part: str) -> str:
    """A part without the particles and the words for figures around it."""
    found = _without_ending(_BEGINNING.sub("", part))
    found = "" if _ASKED_ABOUT.match(found) else _FIGURES.sub("", found)
    found = _without_ending(found).strip()
    return found if _NAMES.search(found) else ""


def _without_ending(text: str) -> str:
    return text[: ending_of(text, _END_WORD, LONGEST_END_WORD)]
