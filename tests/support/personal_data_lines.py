"""Lines that give personal data away, and lines that do not: a held-out set to measure a masker by.

Written apart from the masking code and its tests, from the requirement alone.  Neither this file nor
tests/data/personal_data_templates.yaml may be tuned to what the masker can do.  The masker was worked on with the
figures of those sentences in sight, so there is a second set, ``HELD_OUT``, of sentences and words that nobody worked by,
and a third, ``THIRD``, by somebody who had not read the masker and hardly the other two.

``lines`` draws sentences from the templates there and puts values into them; every value's place in the text is known
to the character.  ``clean_lines`` draws questions that hold nothing personal.  Both are settled by their seed.

How to measure: count by ``Line.values``, not by ``Line.kind``, as a line may hold two kinds; a value is missed when
``left_over`` tells one of its letters or digits that no masked span covers (separators between them tell nothing).
"""

from __future__ import annotations

import datetime as dt
import random
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import yaml

TEMPLATES = Path(__file__).parents[1] / "data" / "personal_data_templates.yaml"
HELD_OUT = TEMPLATES.with_stem("personal_data_templates_heldout")
"""Has sentences and words of its own; the formats are those of ``TEMPLATES``."""
THIRD = TEMPLATES.with_stem("personal_data_templates_third")
"""Larger than both, and written later, from what residents ask a town hall; the formats are those of ``TEMPLATES``."""

Span = tuple[int, int]

HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\uff70"  # the ten that PRV-4 names
WIDE_HYPHEN = "\uff0d"  # what a Japanese keyboard gives in full width; NFKC makes it "-"
WIDE_SPACE = "\u3000"
PLACEHOLDER = re.compile(r"\{([a-z_]+)(?::([a-z_]+))?\}")
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
KANJI_DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")
ENDS = "。、，．？！?!…♪」』)）\n"
TWO_KINDS_EVERY = 14  # one line in so many holds two kinds


class Made(NamedTuple):
    """A value as written; ``must`` is the part that may not survive, and ``valid`` tells of the check digit."""

    text: str
    must: Span
    valid: bool | None = None


@dataclass(frozen=True)
class Value:
    """A personal value in a line.

    ``start`` to ``end`` is what may not survive: of an address the numbers that tell the house, from 丁目 or 番地 to
    the room (the building's name between them included); of a postal code its digits without 〒; of a telephone number
    from abroad what follows +81; else the value from its first to its last letter or digit.  ``whole_start`` to
    ``whole_end`` is the value as it was written.  ``valid`` is whether the check digit (My Number) or Luhn's sum (card)
    holds, None for the other kinds.  ``everyday`` is false for a way of writing that few use.
    """

    kind: str
    format: str
    start: int
    end: int
    whole_start: int
    whole_end: int
    everyday: bool
    valid: bool | None


@dataclass(frozen=True)
class Line:
    """A sentence with what is personal in it.

    ``kind`` and ``format`` are those of its one value; of two values, ``two_kinds`` and both formats joined by "+".
    ``spans`` are the start and end of each value, in order; ``values`` tells them in full.  ``everyday`` is false if
    the sentence or one of its values is of the rare sort.  ``template`` is the sentence that it was made from.
    """

    text: str
    kind: str
    format: str
    spans: tuple[Span, ...]
    values: tuple[Value, ...]
    everyday: bool
    template: str


def lines(count: int, seed: int, templates: Path = TEMPLATES) -> list[Line]:
    """``count`` different lines with personal data.

    The formats come round evenly: each time, one of those that were used least so far is taken, and then any of the
    sentences that it fits into.
    """
    chance = random.Random(seed)
    used: Counter[str] = Counter()
    made: dict[str, Line] = {}
    with _reading(templates):
        while len(made) < count:
            two = len(made) % TWO_KINDS_EVERY == TWO_KINDS_EVERY - 1
            line = _line_of_two(chance, used) if two else _line_of_one(chance, used)
            if line.text not in made:
                made[line.text] = line
                used.update(value.format for value in line.values)
    drawn = list(made.values())
    chance.shuffle(drawn)
    return drawn


def clean_lines(count: int, seed: int, templates: Path = TEMPLATES) -> list[str]:
    """``count`` different questions without personal data, every template as often as the others."""
    chance = random.Random(seed)
    made: dict[str, None] = {}
    with _reading(templates):
        questions: list[str] = _data()["clean"]["templates"]
        while len(made) < count:
            for question in chance.sample(questions, len(questions)):
                line = _fill_clean(chance, question)
                before, after = _around(chance, line)
                made[before + line + after] = None
    drawn = list(made)[:count]
    chance.shuffle(drawn)
    return drawn


def formats() -> dict[str, dict[str, bool]]:
    """Every kind with its formats, and whether each of them is everyday."""
    return {
        kind: {name: how["everyday"] for name, how in told["formats"].items()}
        for kind, told in _read(TEMPLATES)["kinds"].items()
    }


def left_over(line: Line, masked: Iterable[Span]) -> list[Value]:
    """The values of the line of which ``masked``, spans of its text, leaves a letter or a digit to be read."""
    covered = {place for start, end in masked for place in range(start, end)}
    return [
        value
        for value in line.values
        if any(
            place not in covered and _tells(line.text, place, value) for place in range(value.start, value.end)
        )
    ]  # fmt: skip


def check_digit(eleven: str) -> str:
    """The last digit of a My Number: 11 − (ΣPn·Qn mod 11), with P1 the digit before the last, and 0 for 10 and 11."""
    total = sum(int(digit) * (n + 1 if n <= 6 else n - 5) for n, digit in enumerate(reversed(eleven), start=1))
    rest = total % 11
    return "0" if rest <= 1 else str(11 - rest)


def luhn_digit(payload: str) -> str:
    """The digit that makes Luhn's sum of ``payload`` and itself a multiple of ten."""
    total = 0
    for place, digit in enumerate(reversed(payload)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


# -- lines ---------------------------------------------------------------------------------------------------------


_templates: ContextVar[Path] = ContextVar("_templates", default=TEMPLATES)


@contextmanager
def _reading(templates: Path) -> Iterator[None]:
    """Draw sentences and words from this file."""
    before = _templates.set(templates)
    try:
        yield
    finally:
        _templates.reset(before)


def _data() -> dict[str, Any]:
    return _read(_templates.get())


@cache
def _read(templates: Path) -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load(templates.read_text(encoding="utf-8"))
    return told


@cache
def _kind_of() -> dict[str, str]:
    """Each format's kind."""
    return {name: kind for kind, told in formats().items() for name in told}


def _alone(kind: str) -> list[str]:
    """The formats of a kind that need no template made for them."""
    return [name for name, how in _read(TEMPLATES)["kinds"][kind]["formats"].items() if how.get("alone", True)]


@cache
def _sentences(templates: Path) -> dict[str, list[dict[str, Any]]]:
    """For each format the templates that it fits into."""
    fitting: dict[str, list[dict[str, Any]]] = {name: [] for name in _kind_of()}
    for kind, told in _read(templates)["kinds"].items():
        for template in told["templates"]:
            for name in template.get("formats", _alone(kind)):
                fitting[name].append(template)
    return fitting


def _least_used(chance: random.Random, used: Counter[str], names: Iterable[str]) -> str:
    named = sorted(names)
    least = min(used[name] for name in named)
    return chance.choice([name for name in named if used[name] == least])


def _line_of_one(chance: random.Random, used: Counter[str]) -> Line:
    name = _least_used(chance, used, _kind_of())
    return _line(chance, chance.choice(_sentences(_templates.get())[name]), _kind_of()[name], lambda _kind, _told: name)


def _line_of_two(chance: random.Random, used: Counter[str]) -> Line:
    def choose(kind: str, told: str | None) -> str:
        return told or _least_used(chance, used, _alone(kind))

    return _line(chance, chance.choice(_data()["two_kinds"]), "two_kinds", choose)


def _line(chance: random.Random, template: dict[str, Any], kind: str, choose: Callable[[str, str | None], str]) -> Line:
    text = ""
    values: list[Value] = []
    last = 0
    for gap in PLACEHOLDER.finditer(template["text"]):
        text += template["text"][last : gap.start()]
        last = gap.end()
        if gap[1] == "city":
            text += chance.choice(_data()["words"]["places"])[1]
            continue
        name = choose(kind if gap[1] == "value" else gap[1], gap[2])
        of_kind = _kind_of()[name]
        made = MAKERS[name](chance)
        at = len(text)
        everyday = formats()[of_kind][name]
        values.append(
            Value(of_kind, name, at + made.must[0], at + made.must[1], at, at + len(made.text), everyday, made.valid)
        )
        text += made.text
    text += template["text"][last:]
    before, after = _around(chance, text)
    values = [_moved(value, len(before)) for value in values]
    return Line(
        before + text + after,
        kind,
        "+".join(value.format for value in values),
        tuple((value.start, value.end) for value in values),
        tuple(values),
        template["everyday"] and all(value.everyday for value in values),
        template["text"],
    )


def _moved(value: Value, by: int) -> Value:
    return replace(
        value,
        start=value.start + by,
        end=value.end + by,
        whole_start=value.whole_start + by,
        whole_end=value.whole_end + by,
    )


def _around(chance: random.Random, text: str) -> tuple[str, str]:
    """What some say before and after their sentence."""
    before = chance.choice(_data()["openers"]) if chance.random() < 0.35 else ""
    if chance.random() >= 0.35:
        return before, ""
    between = chance.choice(("", "", "\n", " ")) if text[-1] in ENDS else chance.choice(("。", "。", "\n", WIDE_SPACE))
    return before, between + chance.choice(_data()["closers"])


def _tells(text: str, place: int, value: Value) -> bool:
    """Whether the character tells something of the value: letters and digits do, separators do not."""
    sign = text[place]
    if sign in HYPHENS + WIDE_HYPHEN:
        return value.kind == "name" and sign == "\u30fc"  # in a name it is a long vowel
    if sign == "の":  # between numbers it is one more hyphen
        return value.kind == "name"
    return sign == "○" or unicodedata.category(sign)[0] in "LN"


# -- numbers -------------------------------------------------------------------------------------------------------


def _digits(chance: random.Random, count: int) -> str:
    return "".join(chance.choice("0123456789") for _ in range(count))


def _split(digits: str, sizes: tuple[int, ...]) -> list[str]:
    groups, start = [], 0
    for size in sizes:
        groups.append(digits[start : start + size])
        start += size
    return groups


def _hyphen(chance: random.Random) -> str:
    return chance.choice(HYPHENS + WIDE_HYPHEN * 2 + "--ー−")


def _joined(chance: random.Random, groups: list[str], separator: Callable[[random.Random], str], alike: float) -> str:
    """The groups with a separator between each two: mostly the same one, else another each time."""
    same = separator(chance)
    always = chance.random() < alike
    text = groups[0]
    for group in groups[1:]:
        text += (same if always else separator(chance)) + group
    return text


def _wide(text: str) -> str:
    return text.translate(FULL_WIDTH)


def _mixed(chance: random.Random, groups: list[str]) -> str:
    """Half and full width in one number, with whatever between."""

    def signs(group: str) -> str:
        if chance.random() < 0.3:
            return "".join(_wide(digit) if chance.random() < 0.5 else digit for digit in group)
        return _wide(group) if chance.random() < 0.5 else group

    def between(_: random.Random) -> str:
        return chance.choice((_hyphen(chance), _hyphen(chance), " ", WIDE_SPACE, " - ", ""))

    return _joined(chance, [signs(group) for group in groups], between, 0.3)


def _broken(chance: random.Random, groups: list[str]) -> str:
    """A number with one line break in it."""
    at = chance.randrange(1, len(groups))
    usual = chance.choice((" ", "-", "", "-"))
    kept = chance.choice(("", "", usual.strip(), " ")) + "\n"
    return usual.join(groups[:at]) + kept + usual.join(groups[at:])


def _write(chance: random.Random, digits: str, sizes: tuple[int, ...], style: str) -> str:
    """The digits in one of the ways in which people write a long number."""
    groups = _split(digits, sizes)
    if style == "plain":
        return digits
    if style == "full":
        separator = chance.choice((WIDE_HYPHEN, "ー", "", "", "−"))
        return _wide(separator.join(groups))
    if style == "mixed":
        return _mixed(chance, groups)
    if style == "newline":
        return _broken(chance, groups)
    if style in {"kanji", "maru"}:
        written = [group.translate(KANJI_DIGITS) for group in groups]
        text = _joined(chance, written, lambda one: one.choice(("", "−", "ー", "－", "の", "・", "-")), 1)
        return text.replace("〇", "○") if style == "maru" else text
    if style == "wide_space":
        written = [_wide(group) if chance.random() < 0.6 else group for group in groups]
        return WIDE_SPACE.join(written)
    if style == "single":
        return chance.choice((" ", " ", WIDE_SPACE)).join(digits)
    separators: dict[str, Callable[[random.Random], str]] = {
        "hyphen": _hyphen,
        "space": lambda one: one.choice((" ", " ", " ", WIDE_SPACE)),
        "dots": lambda one: one.choice((".", ".", "．", "・")),
        "no": lambda one: one.choice(("の", "の", "の", " の ")),
        "comma": lambda one: one.choice(("、", ", ", ",")),
    }
    return _joined(chance, groups, separators[style], 0.85)


def _whole(text: str, valid: bool | None = None) -> Made:
    """A value of which everything from its first to its last letter or digit may not survive."""
    places = [place for place, sign in enumerate(text) if unicodedata.category(sign)[0] in "LN" or sign == "○"]
    return Made(text, (places[0], places[-1] + 1), valid)


def _twelve(chance: random.Random, style: str) -> Made:
    eleven = _digits(chance, 11)
    right = check_digit(eleven)
    valid = chance.random() < 0.5
    last = right if valid else chance.choice([digit for digit in "0123456789" if digit != right])
    sizes: tuple[int, ...] = (4, 4, 4)
    if style in {"hyphen", "space", "newline", "mixed", "full"} and chance.random() < 0.15:
        sizes = chance.choice(((3, 3, 3, 3), (6, 6), (5, 4, 3), (4, 8), (2, 2, 2, 2, 2, 2)))
    return _whole(_write(chance, eleven + last, sizes, style), valid)


def _card(chance: random.Random, style: str, length: int) -> Made:
    first = {14: ("300", "305", "36", "38"), 15: ("34", "37"), 16: ("4", "4", "51", "55", "2221", "3528", "3589")}
    begin = chance.choice(first[length])
    payload = begin + _digits(chance, length - 1 - len(begin))
    right = luhn_digit(payload)
    valid = chance.random() < 0.6
    last = right if valid else chance.choice([digit for digit in "0123456789" if digit != right])
    sizes = {14: (4, 6, 4), 15: (4, 6, 5), 16: (4, 4, 4, 4)}[length]
    if style == "any":
        style = chance.choice(("plain", "hyphen", "space", "full"))
    return _whole(_write(chance, payload + last, sizes, style), valid)


def _mobile(chance: random.Random) -> tuple[str, tuple[int, ...]]:
    return chance.choice(("090", "080", "070", "050")) + chance.choice("123456789") + _digits(chance, 7), (3, 4, 4)


def _landline(chance: random.Random) -> tuple[str, tuple[int, ...]]:
    area: str = chance.choice(_data()["words"]["areas"])
    middle = 6 - len(area)
    local = chance.choice("23456789") + _digits(chance, middle - 1 + 4)
    return area + local, (len(area), middle, 4)


def _telephone(chance: random.Random, style: str, source: str) -> Made:
    makers = {"mobile": _mobile, "landline": _landline}
    digits, sizes = makers[source if source != "any" else chance.choice(("mobile", "mobile", "landline"))](chance)
    if style == "parens":
        written = _split(digits, sizes)
        if chance.random() < 0.4:
            written = [_wide(group) for group in written]
        opening, closing = chance.choice(("()", "()", "（）"))
        if chance.random() < 0.5:
            return _whole(f"{written[0]}{opening}{written[1]}{closing}{written[2]}")
        return _whole(f"{opening}{written[0]}{closing}{written[1]}{_hyphen(chance)}{written[2]}")
    if style == "space" and chance.random() < 0.2:
        return _whole(" - ".join(_split(digits, sizes)))
    return _whole(_write(chance, digits, sizes, style))


def _abroad(chance: random.Random) -> Made:
    digits, sizes = (_mobile if chance.random() < 0.7 else _landline)(chance)
    zero = chance.random() < 0.2
    inner = digits if zero else digits[1:]
    groups = _split(inner, sizes if zero else (sizes[0] - 1, *sizes[1:]))
    if zero:
        groups[0] = f"({groups[0][0]}){groups[0][1:]}"
    separator = chance.choice(("-", "-", " ", "", _hyphen(chance)))
    begin = "+81" + chance.choice((" ", "-", "", separator))
    text = begin + separator.join(groups)
    start = len(begin) + (1 if zero else 0)
    return Made(_wide(text) if chance.random() < 0.15 and " " not in text else text, (start, len(text)))


def _postal(chance: random.Random, style: str, mark: str = "〒") -> Made:
    digits = chance.choice("123456789") + _digits(chance, 6)
    if style == "word":
        number = _write(chance, digits, (3, 4), chance.choice(("hyphen", "hyphen", "plain", "full", "no")))
    elif style == "mark":
        number = digits[:3] + "-" + digits[3:]
    elif style == "spaced":
        mark += chance.choice((" ", " ", WIDE_SPACE, ""))
        inside = chance.choice(("-", " ", WIDE_SPACE, " - ")) if len(mark) > 1 else chance.choice((" ", " - "))
        number = digits[:3] + inside + digits[3:]
    else:
        number = _write(chance, digits, (3, 4), style)
    return Made(mark + number, (len(mark), len(mark) + len(number)))


def _pension(chance: random.Random, style: str) -> Made:
    return _whole(_write(chance, _digits(chance, 10), (4, 6), style))


def _beneficiary(chance: random.Random, style: str) -> Made:
    length = chance.choice((8, 9, 10, 10))
    digits = ("00" + _digits(chance, length))[:length] if chance.random() < 0.3 else _digits(chance, length)
    sizes = chance.choice({8: ((4, 4), (2, 6)), 9: ((3, 3, 3), (3, 6)), 10: ((4, 6), (4, 3, 3), (2, 8))}[length])
    return _whole(_write(chance, digits, sizes, style))


# -- e-mail --------------------------------------------------------------------------------------------------------

CARRIERS = ("docomo.ne.jp", "ezweb.ne.jp", "au.com", "softbank.ne.jp", "i.softbank.jp", "ymobile.ne.jp")
MAILERS = ("gmail.com", "yahoo.co.jp", "outlook.jp", "icloud.com", "hotmail.com", "example.com", "example.co.jp")
PROVIDERS = ("m3.example-net.ne.jp", "za.example-catv.ne.jp", "example.or.jp", "mail.example.ed.jp", "example.net")


def _email(chance: random.Random, style: str) -> Made:
    """An address whose local part ends in random signs, so that it is hardly anybody's."""
    family = chance.choice(_data()["words"]["family"])[2]
    given = chance.choice(_data()["words"]["given"])[2]
    tail = "".join(chance.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(4))
    local = chance.choice(
        (f"{family}.{given}{tail}", f"{given}-{tail}", f"{family}_{given[0]}{tail}", f"{given}{family}+{tail}")
    )
    domain = chance.choice(MAILERS)
    if style == "mobile":
        joint = chance.choice(("..", ".-", "-", "_", "."))
        local = f"{given}{joint}{tail}-{chance.randrange(100, 1231):04}{chance.choice(('.', '', '-', ''))}"
        domain = chance.choice(CARRIERS)
    elif style == "provider":
        domain = chance.choice(PROVIDERS)
    elif style == "capital":
        local = local.capitalize() if chance.random() < 0.6 else local.upper()
        domain = domain.capitalize() if chance.random() < 0.3 else domain
    if style == "full_at":
        return Made(f"{local}＠{domain}", (0, len(local) + 1 + len(domain)))
    if style == "spaced":
        at = chance.choice((" @ ", " @", "@ ", "　＠　"))
        return Made(local + at + domain, (0, len(local + at + domain)))
    text = f"{local}@{domain}"
    return Made(_wide(text) if style == "full" else text, (0, len(text)))


# -- dates of birth ------------------------------------------------------------------------------------------------

ERAS = (
    ("令和", "令", "R", dt.date(2019, 5, 1)),
    ("平成", "平", "H", dt.date(1989, 1, 8)),
    ("昭和", "昭", "S", dt.date(1926, 12, 25)),
    ("大正", "大", "T", dt.date(1912, 7, 30)),
)
BORN_FROM, BORN_TO = dt.date(1925, 1, 1), dt.date(2026, 3, 31)


def _era(day: dt.date) -> tuple[str, str, str, int]:
    """The era's name, its sign, its letter and the year in it."""
    name, sign, letter, begin = next(era for era in ERAS if day >= era[3])
    return name, sign, letter, day.year - begin.year + 1


def kanji_number(number: int) -> str:
    """A number below 10,000 as it is read: 55 is 五十五."""
    text = ""
    for unit, sign in ((1000, "千"), (100, "百"), (10, "十")):
        digit, number = divmod(number, unit)
        if digit:
            text += ("" if digit == 1 else str(digit).translate(KANJI_DIGITS)) + sign
    return text + (str(number).translate(KANJI_DIGITS) if number else "") or "〇"


def _birthday(chance: random.Random, style: str) -> Made:
    day = BORN_FROM + dt.timedelta(days=chance.randrange((BORN_TO - BORN_FROM).days))
    name, sign, letter, year = _era(day)
    first = "元" if year == 1 and chance.random() < 0.8 else str(year)
    padded = chance.random() < 0.4
    month, date = (f"{day.month:02}", f"{day.day:02}") if padded else (str(day.month), str(day.day))
    era_date = f"{name}{first}年{day.month}月{day.day}日"
    if style == "era":
        return _whole(era_date)
    if style == "era_full":
        return _whole(_wide(era_date))
    if style == "era_letter":
        joint = chance.choice((".", ".", "/", "-", "．"))
        written = f"{letter.lower() if chance.random() < 0.15 else letter}{year}{joint}{month}{joint}{date}"
        return _whole(_wide(written) if chance.random() < 0.3 else written)
    if style == "era_char":
        joint = chance.choice((".", ".", "/", "・"))
        if chance.random() < 0.3:
            return _whole(f"{sign}{first}年{day.month}月{day.day}日")
        return _whole(f"{sign if chance.random() < 0.7 else name}{year}{joint}{month}{joint}{date}")
    if style == "era_six":
        return _whole(f"{letter}{year:02}{day.month:02}{day.day:02}")
    if style == "west":
        written = f"{day.year}年{day.month}月{day.day}日"
        return _whole(_wide(written) if chance.random() < 0.3 else written)
    if style in {"west_slash", "west_hyphen", "west_dot"}:
        joint = {"west_slash": "/", "west_hyphen": _hyphen(chance), "west_dot": "."}[style]
        written = f"{day.year}{joint}{month}{joint}{date}"
        return _whole(_wide(written) if chance.random() < 0.2 else written)
    if style == "eight":
        written = f"{day:%Y%m%d}"
        return _whole(_wide(written) if chance.random() < 0.2 else written)
    if style == "both":
        opening, closing = chance.choice(("()", "（）"))
        outer, inner = (
            (f"{day.year}年", f"{name}{first}年") if chance.random() < 0.6 else (f"{name}{first}年", str(day.year))
        )
        return _whole(f"{outer}{opening}{inner}{closing}{day.month}月{day.day}日")
    if style == "spaced":
        gap = chance.choice((" ", WIDE_SPACE))
        if chance.random() < 0.5:
            return _whole(f"{name}{gap}{first}{gap}年{gap}{day.month}{gap}月{gap}{day.day}{gap}日")
        return _whole(f"{day.year}年{gap}{day.month}月{gap}{day.day}日")
    if style == "kanji":
        begin = f"{name}{'元' if year == 1 else kanji_number(year)}"
        if chance.random() < 0.4:
            begin = str(day.year).translate(KANJI_DIGITS)
        return _whole(f"{begin}年{kanji_number(day.month)}月{kanji_number(day.day)}日")
    begin = f"{name}{year}" if chance.random() < 0.7 else str(day.year)
    return _whole(f"{begin}の{day.month}の{day.day}")


# -- addresses -----------------------------------------------------------------------------------------------------


def _place(chance: random.Random, chome: bool) -> tuple[str, str, str]:
    """Prefecture, municipality and a town that is, or is not, divided into 丁目."""
    places = [place for place in _data()["words"]["places"] if place[3 if chome else 2]]
    prefecture, city, plain, divided = chance.choice(places)
    return prefecture, city, chance.choice(divided if chome else plain)


def _formal(chance: random.Random, chome: bool, rural: bool = False) -> str:
    if chome:
        return f"{chance.randint(1, 8)}丁目{chance.randint(1, 48)}番{chance.randint(1, 39)}号"
    lot = chance.randint(1, 4999)
    branch = chance.randint(1, 30)
    ways = (f"{lot}番地{branch}", f"{lot}番地の{branch}", f"{lot}番地", f"{lot % 90 + 1}番{branch}号")
    return chance.choice(ways[:3] if rural else ways)


def _short(chance: random.Random, chome: bool, joint: str) -> str:
    if chome:
        return joint.join(str(chance.randint(1, most)) for most in (8, 48, 39))
    if chance.random() < 0.2 and joint != "の":
        return str(chance.randint(11, 4999))
    return f"{chance.randint(1, 4999)}{joint}{chance.randint(1, 30)}"


def _kanji_house(chance: random.Random, chome: bool) -> str:
    if chome:
        third = kanji_number(chance.randint(1, 8))
        block, house = kanji_number(chance.randint(1, 48)), kanji_number(chance.randint(1, 39))
        return chance.choice(
            (f"{third}丁目{block}番{house}号", f"{third}丁目{block}番地{house}", f"{third}丁目{block}の{house}")
        )
    lot = chance.randint(1, 4999)
    number = kanji_number(lot) if chance.random() < 0.5 else str(lot).translate(KANJI_DIGITS)
    return number + "番地" + chance.choice(("", "の" + kanji_number(chance.randint(1, 20))))


def _room(chance: random.Random) -> str:
    return f"{chance.randint(1, 9)}0{chance.randint(1, 9)}"


def _address(chance: random.Random, style: str) -> Made:
    chome = {"formal": chance.random() < 0.5, "chome_hyphen": True, "oaza": False, "county": False}.get(
        style, chance.random() < 0.5
    )
    prefecture, city, town = _place(chance, chome)
    if style in {"oaza", "county"}:
        prefecture, city, town = _county(chance, style)
    before = {"town": "", "prefecture": prefecture + city}.get(style, city) + town
    if style not in {"town", "prefecture", "broken"} and chance.random() < 0.15:
        before = prefecture + before
    house = _house(chance, style, chome)
    if style == "broken":
        gap = chance.choice((" ", WIDE_SPACE, "\n"))
        before = gap.join(part for part in (chance.choice(("", prefecture)), city, town) if part)
        before += chance.choice((" ", WIDE_SPACE, "\n", ""))
    return Made(before + house, (len(before), len(before + house)))


def _county(chance: random.Random, style: str) -> tuple[str, str, str]:
    prefecture, city, districts = chance.choice(_data()["words"]["counties"])
    town = chance.choice(districts)
    if style == "oaza":
        if chance.random() < 0.4:
            prefecture, city, town = _place(chance, chome=False)
        hamlet = chance.choice(_data()["words"]["hamlets"])
        town = chance.choice((f"大字{town}", f"大字{town}字{hamlet}", f"{town}字{hamlet}", f"大字{town}{hamlet}"))
    return prefecture, city, town


def _house(chance: random.Random, style: str, chome: bool) -> str:
    """The numbers that tell the house, in the manner of the style."""
    if style in {"formal", "oaza", "prefecture"} or (style in {"county", "town", "broken"} and chance.random() < 0.5):
        return _formal(chance, chome, rural=style in {"oaza", "county"})
    if style == "chome_hyphen":
        rest = f"{chance.randint(1, 48)}{_hyphen(chance)}{chance.randint(1, 39)}"
        written = f"{chance.randint(1, 8)}丁目{rest}"
        return _wide(written) if chance.random() < 0.2 else written
    if style == "full":
        return _wide(_formal(chance, chome) if chance.random() < 0.4 else _short(chance, chome, _hyphen(chance)))
    if style == "kanji":
        return _kanji_house(chance, chome)
    if style == "no":
        return _short(chance, chome, "の")
    house = _short(chance, chome, _hyphen(chance) if chance.random() < 0.7 else "-")
    if style == "building":
        gap = chance.choice(("", " ", WIDE_SPACE, "\n"))
        building = chance.choice(_data()["words"]["buildings"])
        block = chance.choice(("", "", "A棟", "B-", "2号棟"))
        room = f"{building}{block or chance.choice(('', ' ', WIDE_SPACE))}{_room(chance)}"
        house += gap + room + chance.choice(("号室", "号室", "号", ""))
    elif style == "room":
        room = f"{_hyphen(chance)}{_room(chance)}" if chance.random() < 0.6 else f" {_room(chance)}号室"
        house += room
    return house


# -- names ---------------------------------------------------------------------------------------------------------

KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
HALF_KANA = {
    unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF66, 0xFF9E)
} | {"\u3099": "\uff9e", "\u309a": "\uff9f", " ": " ", "・": "･"}  # fmt: skip


def _half(katakana: str) -> str:
    """Katakana in half width, as forms of banks have it."""
    return "".join(HALF_KANA.get(sign, sign) for sign in unicodedata.normalize("NFD", katakana))


def _name(chance: random.Random, style: str) -> Made:
    words = _data()["words"]
    family, given = chance.choice(words["family"]), chance.choice(words["given"])
    gap = chance.choice((" ", WIDE_SPACE, ""))
    if style == "full":
        return _whole(family[0] + given[0])
    if style == "spaced":
        return _whole(family[0] + chance.choice((" ", WIDE_SPACE)) + given[0])
    if style in {"family", "given"}:
        return _whole((family if style == "family" else given)[0])
    if style in {"family_kana", "given_kana"}:
        kana = (family if style == "family_kana" else given)[1]
        return _whole(kana.translate(KATAKANA) if chance.random() < 0.25 else kana)
    if style == "hiragana":
        return _whole(family[1] + gap + given[1])
    if style == "katakana":
        return _whole((family[1] + gap + given[1]).translate(KATAKANA))
    if style == "half_kana":
        return _whole(_half((family[1] + (gap and " ") + given[1]).translate(KATAKANA)))
    if style == "reading":
        opening, closing = chance.choice(("()", "（）"))
        kana = family[1] + gap + given[1]
        if chance.random() < 0.3:
            kana = kana.translate(KATAKANA)
        text = f"{family[0]}{gap}{given[0]}{opening}{kana}{closing}"
        return Made(text, (0, len(text) - 1))
    if style == "han":
        return _whole(chance.choice(("", " ", WIDE_SPACE)).join(chance.choice(words["han"])))
    latin, kana = chance.choice(words["foreign"])
    if style == "foreign_kana":
        return _whole(kana.replace("・", chance.choice(("・", "・", " ", WIDE_SPACE, ""))))
    if chance.random() < 0.3:
        latin = f"{given[2].capitalize()} {family[2].capitalize()}"
    return _whole(latin.upper() if chance.random() < 0.4 else latin)


# -- every format's maker ------------------------------------------------------------------------------------------


def _styled(prefix: str, make: Callable[[random.Random, str], Made]) -> dict[str, Callable[[random.Random], Made]]:
    """The makers of a kind whose formats are named by their styles."""
    return {name: partial(make, style=name.removeprefix(prefix)) for name in _kind_of() if name.startswith(prefix)}  # type: ignore[call-arg]


def _makers() -> dict[str, Callable[[random.Random], Made]]:
    makers: dict[str, Callable[[random.Random], Made]] = {
        **_styled("twelve_", _twelve),
        **_styled("email_", _email),
        **_styled("birthday_", _birthday),
        **_styled("address_", _address),
        **_styled("name_", _name),
        **_styled("pension_", _pension),
        **_styled("beneficiary_", _beneficiary),
        "postal_mark": partial(_postal, style="mark"),
        "postal_plain": partial(_postal, style="plain"),
        "postal_full": partial(_postal, style="full"),
        "postal_spaced": partial(_postal, style="spaced"),
        "postal_hyphens": partial(_postal, style="hyphen"),
        "postal_word": partial(_postal, style="word", mark=""),
        "postal_kanji": partial(_postal, style="kanji"),
        "card_fifteen": partial(_card, style="any", length=15),
        "card_fourteen": partial(_card, style="any", length=14),
        "tel_abroad": _abroad,
    }
    for style in ("plain", "full", "hyphen", "space", "newline", "mixed"):
        makers[f"card_{style}"] = partial(_card, style=style, length=16)
    for source, styles in (("mobile", "plain hyphen full space"), ("landline", "plain hyphen full parens")):
        for style in styles.split():
            makers[f"tel_{source}_{style}"] = partial(_telephone, style=style, source=source)
    for style in ("no", "dots", "newline", "mixed", "kanji", "maru"):
        makers[f"tel_{style}"] = partial(_telephone, style=style, source="any")
    if makers.keys() != _kind_of().keys():
        raise ValueError(f"formats without a maker or the reverse: {makers.keys() ^ _kind_of().keys()}")
    return makers


MAKERS = _makers()


# -- clean ---------------------------------------------------------------------------------------------------------


def _fill_clean(chance: random.Random, template: str) -> str:
    def fill(gap: re.Match[str]) -> str:
        words: dict[str, list[str]] = _data()["clean"]["words"]
        return chance.choice(words[gap[1]]) if gap[1] in words else CLEAN[gap[1]](chance)

    text = PLACEHOLDER.sub(fill, template)
    if chance.random() < 0.1:  # some type their digits in full width
        text = re.sub(r"(?<![!-~])[0-9]+(?![!-~])", lambda found: _wide(found[0]), text)
    return text


def _commas(chance: random.Random, low: int, high: int, step: int) -> str:
    number = chance.randrange(low, high, step)
    return f"{number:,}" if chance.random() < 0.8 else str(number)


def _any_day(chance: random.Random) -> dt.date:
    return dt.date(2024, 4, 1) + dt.timedelta(days=chance.randrange(1400))


def _clean_date(chance: random.Random) -> str:
    day = _any_day(chance)
    return chance.choice((f"令和{day.year - 2018}年{day.month}月{day.day}日", f"{day.year}年{day.month}月{day.day}日"))


def _clean_slash(chance: random.Random) -> str:
    day = _any_day(chance)
    return chance.choice((f"{day.year}/{day.month}/{day.day}", f"{day:%Y-%m-%d}", f"{day.month}/{day.day}"))


def _clean_short(chance: random.Random) -> str:
    day = _any_day(chance)
    return chance.choice((f"{day.month}月{day.day}日", f"{day.month}月末", f"{day.month}/{day.day}"))


def _clean_era(chance: random.Random) -> str:
    day = _any_day(chance)
    return chance.choice((f"R{day.year - 2018}.{day.month}.{day.day}", f"令和{day.year - 2018}年{day.month}月"))


def _clean_hours(chance: random.Random) -> str:
    return chance.choice(
        (
            "8:30〜17:15",
            "8時30分から17時15分",
            "9:00～17:00",
            "午前9時から午後5時",
            "10:00-18:00",
            "8:45～12:00",
            "13時～16時半",
        )
    )


def _clean_url(chance: random.Random) -> str:
    city = chance.choice(
        ("matsusaka.mie", "yokkaichi.lg", "fuji.shizuoka", "toyohashi.lg", "tateyama.chiba", "imabari.ehime")
    )
    part = chance.choice(("soshiki", "site/kosodate", "kurashi/gomi", "page", "uploaded/attachment"))
    return f"https://www.city.{city}.jp/{part}/{chance.randint(2, 98)}/{chance.randint(100, 9999)}.html"


CLEAN: dict[str, Callable[[random.Random], str]] = {
    "yen": lambda chance: str(chance.choice((50, 100, 150, 200, 250, 300, 350, 400, 450, 500, 550, 600, 750, 1130, 1500))),
    "commas": lambda chance: _commas(chance, 1000, 200000, 500),
    "big": lambda chance: chance.choice(
        (f"{chance.randrange(10**6, 10**9):,}", f"{chance.randrange(10**9, 99 * 10**9):,}", f"{chance.randint(2, 900)}億")
    ),
    "man": lambda chance: str(chance.randint(2, 60) * 10),
    "date": _clean_date,
    "date_slash": _clean_slash,
    "date_short": _clean_short,
    "era_letter": _clean_era,
    "weekday_short": lambda chance: chance.choice(("（月）", "(火)", "（水）", "(木)", "（金）")),
    "fiscal": lambda chance: chance.choice((f"令和{chance.randint(5, 12)}年度", f"{chance.randint(2023, 2030)}年度", f"R{chance.randint(5, 9)}年度")),
    "month": lambda chance: str(chance.randint(1, 12)),
    "hours": _clean_hours,
    "clock": lambda chance: chance.choice((f"{chance.randint(7, 20)}時", f"{chance.randint(8, 19)}:{chance.choice(('00', '15', '30', '45'))}", f"{chance.randint(7, 20)}時半")),
    "small": lambda chance: str(chance.randint(2, 9)),
    "one": lambda chance: str(chance.randint(1, 6)),
    "n": lambda chance: str(chance.randint(5, 180)),
    "age": lambda chance: str(chance.randint(18, 95)),
    "age_child": lambda chance: str(chance.randint(1, 12)),
    "percent": lambda chance: f"{chance.randint(2, 98)}.{chance.randint(0, 9)}",
    "count": lambda chance: _commas(chance, 12, 9000, 1),
    "population": lambda chance: _commas(chance, 4000, 800000, 1),
    "area": lambda chance: f"{chance.randint(1, 620)}.{chance.randint(1, 99)}",
    "version": lambda chance: f"{chance.randint(1, 18)}.{chance.randint(0, 12)}.{chance.randint(0, 9)}",
    "code": lambda chance: chance.choice((f"E{chance.randint(1, 999):03}", str(chance.randint(400, 599)), f"ERR-{chance.randint(10, 9999)}")),
    "bp": lambda chance: f"{chance.randint(120, 190)}/{chance.randint(70, 110)}",
    "url": _clean_url,
}  # fmt: skip
