"""Finding personal data in what residents write, and putting a label in its place.

The text is read three ways at once.  *Original* text is what the resident sent; offsets that leave this
module always count its code points.  *Folded* text ("page" below) is the same text made easy to match: NFKC
per character, hyphens and spaces of one kind, invisible characters gone.  A *row* is one run of digits
brought to a single shape, whatever stood between the digits.

Detectors run one after another on the page.  What one has claimed, and every label that already stands in the
text, becomes ``_WALL``, a character that no pattern matches; so no detector reads across another's finding.
Each pattern is written so that a near miss costs a bounded number of steps per character.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import NamedTuple


class Kind(StrEnum):
    """What was found; the value is the label that officials and residents see."""

    MY_NUMBER = "マイナンバー"
    TWELVE_DIGITS = "12桁の番号"
    CARD = "カード番号"
    NUMBER = "番号"
    PHONE = "電話番号"
    POSTAL_CODE = "郵便番号"
    EMAIL = "メールアドレス"
    ADDRESS = "住所"
    BIRTHDAY = "生年月日"
    NAME = "氏名"
    PENSION = "年金番号"
    RECIPIENT = "受給者番号"
    INSURED = "被保険者番号"
    ACCOUNT = "口座番号"
    LINE_ID = "LINEユーザーID"

    @property
    def label(self) -> str:
        return f"〔{self.value}〕"


@dataclass(frozen=True)
class Span:
    """A stretch of the original text, in code points, and what it is."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True)
class Masked:
    """A text with each span replaced by its label; the spans count in the original text."""

    text: str
    spans: tuple[Span, ...]

    @property
    def found(self) -> bool:
        return bool(self.spans)

    @property
    def kinds(self) -> frozenset[Kind]:
        return frozenset(span.kind for span in self.spans)


def mask(text: str, *, public_numbers: Collection[str] = ()) -> Masked:
    """Replace personal data by labels; telephone numbers in ``public_numbers`` stay."""
    public = frozenset(filter(None, map(_plain_telephone, public_numbers)))
    spans: tuple[Span, ...] = ()
    # A label may change how its neighbours read.  Searching until nothing new turns up makes masking idempotent.
    for _ in range(_MAX_PASSES):
        masked = Masked(_render(text, spans), spans)
        fresh = _search(masked.text, public)
        if not fresh:
            return masked
        spans = _combine(spans, fresh)
    whole = (Span(0, len(text), Kind.NUMBER),)  # only a text built to keep changing gets here
    return Masked(_render(text, whole), whole)


_MAX_PASSES = 6


def _render(text: str, spans: Iterable[Span]) -> str:
    parts: list[str] = []
    done = 0
    for span in spans:
        parts += text[done : span.start], span.kind.label
        done = span.end
    return "".join(parts) + text[done:]


def _combine(spans: tuple[Span, ...], fresh: Iterable[Span]) -> tuple[Span, ...]:
    """Add spans found in the rendered text to those of the original, in the original's offsets."""
    moved: list[Span] = []
    shift = passed = 0
    for new in fresh:
        while passed < len(spans) and spans[passed].start - shift <= new.start:
            old = spans[passed]
            shift += old.end - old.start - len(old.kind.label)
            passed += 1
        moved.append(Span(new.start + shift, new.end + shift, new.kind))
    return tuple(sorted((*spans, *moved), key=lambda span: span.start))


# --- Folding ---------------------------------------------------------------------------------------------------

_WALL = "\0"
_KANJI = "一-鿿㐀-䶿々〆\U00020000-\U0003ffff"
_KATAKANA = "ァ-ヺー"
_HIRAGANA = "ぁ-ゖー"
_LABEL = re.compile("|".join(kind.label for kind in Kind))
_LINE_BREAKS = frozenset("\n\r\v\f\x85\u2028\u2029")
# NFKC leaves these apart.  The long vowel mark ー stays, because カード needs it; number patterns accept it.
_HYPHENS = frozenset("-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\u2500\u2501\ufe63")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Mn", "Me"})
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0\ufffd")  # Hangul fillers show nothing; U+FFFD stands for a lost unit
# Most of a text folds to itself; the last letter before a voiced mark does not.
_UNCHANGED = re.compile("[ -~\\nぁ-ゖァ-ヺー一-鿿、。「」]+(?![\u3099\u309a\uff9e\uff9f])")
_VOICED_MARKS = {"\u3099": "\u3099", "\u309a": "\u309a", "\uff9e": "\u3099", "\uff9f": "\u309a"}


class _Found(NamedTuple):
    """A finding in folded offsets."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True)
class _Folded:
    page: str
    origins: list[int]  # where each folded character came from, then the length of the original

    def span(self, found: _Found) -> Span:
        """The original stretch; marks that were dropped right after it go with it."""
        last = self.origins[found.end - 1]
        end = found.end
        while self.origins[end] == last:  # one character may have folded into several
            end += 1
        return Span(self.origins[found.start], self.origins[end], found.kind)


@lru_cache(maxsize=20_000)
def _fold_character(character: str) -> str:
    if character in _LINE_BREAKS:
        return "\n"
    if character == "\t":
        return " "
    category = unicodedata.category(character)
    if category in _INVISIBLE or character in _BLANKS:
        return ""
    if category == "No":  # ① is a bullet, not the first digit of what follows it
        return character
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return "".join(filter(None, map(_simplify, unicodedata.normalize("NFKC", character))))


def _simplify(character: str) -> str:
    if character in _HYPHENS:
        return "-"
    category = unicodedata.category(character)
    if category == "Zs":
        return " "
    return "" if category in _INVISIBLE else character


def _fold(text: str) -> _Folded:
    """Fold the text; labels that stand in it become walls."""
    pieces: list[str] = []
    origins: list[int] = []
    done = 0
    for label in _LABEL.finditer(text):
        _fold_into(pieces, origins, text, done, label.start())
        pieces.append(_WALL)
        origins.append(label.start())
        done = label.end()
    _fold_into(pieces, origins, text, done, len(text))
    origins.append(len(text))
    return _Folded("".join(pieces), origins)


def _fold_into(pieces: list[str], origins: list[int], text: str, start: int, end: int) -> None:
    position = start
    while position < end:
        plain = _UNCHANGED.match(text, position, end)
        if plain:
            pieces.append(plain[0])
            origins.extend(range(position, plain.end()))
            position = plain.end()
            continue
        mark = _VOICED_MARKS.get(text[position])
        if mark and pieces:  # か + ゛ is が, also in half-width letters
            if len(pieces[-1]) == 1:
                pieces[-1] = unicodedata.normalize("NFC", pieces[-1] + mark)[0]
        elif folded := _fold_character(text[position]):
            pieces.append(folded)
            origins.extend([position] * len(folded))
        position += 1


# --- Running the detectors -------------------------------------------------------------------------------------


def _search(text: str, public: frozenset[str]) -> list[Span]:
    folded = _fold(text)
    page = folded.page
    found: list[_Found] = []

    def claim(findings: Iterable[_Found]) -> None:
        nonlocal page
        fresh = list(findings)
        found.extend(fresh)
        page = _wall_off(page, [(each.start, each.end) for each in fresh])

    claim(_line_ids(page))
    links = [match.span() for match in _LINK.finditer(page)]
    claim(each for link in links for each in _numbers_in_link(page, public, *link))
    page = _wall_off(page, links)
    claim(_emails(page))
    for pattern, needs_cue in _DATES:
        claim(_birthdays(page, pattern, needs_cue))
    claim(_permits(page))
    claim(_numbers(page, public, _DOTTED_RUN, _DOTTED_RULES))
    claim(_numbers(page, public, _RUN, _ROW_RULES))
    claim(_addresses(page))
    for detect in _NAME_DETECTORS:
        claim(detect(page))
    return [folded.span(each) for each in sorted(found)]


def _wall_off(page: str, stretches: list[tuple[int, int]]) -> str:
    parts: list[str] = []
    done = 0
    for start, end in sorted(stretches):
        parts += page[done:start], _WALL * (end - start)
        done = end
    return "".join(parts) + page[done:]


def _before(page: str, position: int, reach: int = 24) -> str:
    return page[max(0, position - reach) : position]


# --- LINE ids, links and e-mail --------------------------------------------------------------------------------

_LINE_ID = re.compile(r"[Uu][0-9A-Fa-f]{32}|(?<![0-9A-Za-z])[CRcr][0-9A-Fa-f]{32}(?![0-9A-Za-z])")
_LINK = re.compile(r"https?://[!-~\0]+")
# Links stay readable, but a My Number or a card number is never stored, wherever it stands.
_NEVER_IN_LINKS = frozenset({Kind.MY_NUMBER, Kind.TWELVE_DIGITS, Kind.CARD})

_MAIL_LETTER = r"[A-Za-z0-9._%+-]"
_SPELT_AT = (
    r"[(\[{<【〈][ ]?(?:at|@|アット(?:マーク)?|あっと(?:まーく)?)[ ]?[)\]}>】〉]|アット(?:マーク)?|あっと(?:まーく)?"
)
_DOT = r"(?:\.|[ ]?(?:[(\[]dot[)\]]|ドット|どっと)[ ]?|[ ]dot[ ])"
_HOST = rf"[A-Za-z0-9-]++(?:{_DOT}[A-Za-z0-9-]++)++"
_EMAIL = re.compile(
    rf"""(?<!{_MAIL_LETTER}){_MAIL_LETTER}++(?:
        [ \n]?@[ \n]?{_HOST}
      | @[A-Za-z][A-Za-z0-9-]{{2,}}
      | [ ]?(?i:{_SPELT_AT})[ ]?{_HOST}
    )""",
    re.VERBOSE,
)
# "look at example.jp" is a sentence: the spelt-out form must not follow another English word.
_EMAIL_WITH_AT = re.compile(rf"(?<!{_MAIL_LETTER})(?<![A-Za-z] ){_MAIL_LETTER}++ at {_HOST}")


def _numbers_in_link(page: str, public: frozenset[str], start: int, end: int) -> Iterator[_Found]:
    for run in _RUN.finditer(page, start, end):
        found = _numbers_of_run(page, *run.span(), public, _ROW_RULES)
        yield from (each for each in found if each.kind in _NEVER_IN_LINKS)


def _line_ids(page: str) -> Iterator[_Found]:
    for match in _LINE_ID.finditer(page):
        yield _Found(*match.span(), Kind.LINE_ID)


def _emails(page: str) -> Iterator[_Found]:
    taken = 0
    matches = sorted((*_EMAIL.finditer(page), *_EMAIL_WITH_AT.finditer(page)), key=lambda match: match.start())
    for match in matches:
        if match.start() >= taken:
            yield _Found(*match.span(), Kind.EMAIL)
            taken = match.end()


# --- Birthdays -------------------------------------------------------------------------------------------------

_KANJI_DIGIT = "〇○◯一二三四五六七八九"
_SMALL_NUMBER = rf"(?:[0-9]{{1,2}}|[{_KANJI_DIGIT}十]{{1,3}})"
_GAP = r"[ \n]{0,2}"
_ASIDE = r"(?:\([^()\n\0]{2,8}\))?"  # 1955年（昭和30年）4月1日
_ERA = (
    r"(?P<old>明治|大正|昭和|めいじ|たいしょう|しょうわ|[明大昭](?=[0-9元])|(?<![A-Za-z])[MTSmts]\.?(?=[ 0-9]))"
    r"|(?P<new>平成|令和|へいせい|れいわ|[平令](?=[0-9元])|(?<![A-Za-z])[HRhr]\.?(?=[ 0-9]))"
)
_WESTERN = (
    rf"(?<![0-9])(?:西暦)?{_GAP}(?P<western>(?:1[89]|20)[0-9]{{2}}|(?:一[八九]|二[〇○◯])[{_KANJI_DIGIT}]{{2}})(?![0-9])"
)
_YEAR_END = rf"{_ASIDE}{_GAP}(?:年|ねん|[-./・ー]){_ASIDE}の?{_GAP}"
_MONTH_AND_DAY = (
    rf"(?P<month>{_SMALL_NUMBER}){_GAP}(?:月|がつ|[-./・ー]){_GAP}"
    rf"(?P<day>{_SMALL_NUMBER})(?:{_GAP}(?:日|にち))?(?![0-9]|[-./][0-9])"
)
_FULL_DATE = re.compile(
    r"(?=[0-9明大昭平令めたしへれMTSHRmtshr一二西])"  # for speed: most letters begin no date
    rf"(?:(?:{_ERA}){_GAP}(?:元|{_SMALL_NUMBER})|{_WESTERN}){_YEAR_END}{_MONTH_AND_DAY}"
)
_MONTH_NAME = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_ORDINAL = r"[0-9]{1,2}(?:st|nd|rd|th)?"
_FOREIGN_DATE = re.compile(
    rf"(?=[0-9A-Za-z])(?i:(?<![a-z])(?:{_MONTH_NAME} ?{_ORDINAL}|(?<![0-9]){_ORDINAL} ?(?:of )?{_MONTH_NAME}),? ?"
    r"|(?<![0-9./-])[0-9]{1,2}[./-][0-9]{1,2}[./-])(?P<western>(?:1[89]|20)[0-9]{2})(?![0-9])"
)
# Shapes that are a date only because someone said so: 19550401, S300401, 55.4.1, 1955 04 01.
_TERSE_DATE = re.compile(
    r"(?<![0-9A-Za-z])(?:(?:明治|大正|昭和|平成|令和|[MTSHRmtshr]\.?) ?[0-9]{1,2}|(?:18|19|20)?[0-9]{2})"
    r"(?:[0-9]{4}|年?[ .\-/年・ー][ ]?[0-9]{1,2}月?[ .\-/月・ー][ ]?[0-9]{1,2}日?)(?![0-9]|[-./][0-9])"
)
_DATES: tuple[tuple[re.Pattern[str], bool], ...] = (
    (_FULL_DATE, False),
    (_FOREIGN_DATE, False),
    (_TERSE_DATE, True),
)

_BIRTH_WORD = r"(?:生年月日|誕生日|たんじょうび|バースデー|(?i:birth ?da(?:y|te)|date of birth|dob))"
_BIRTH_RIGHT_BEFORE = re.compile(
    rf"(?:{_BIRTH_WORD}|[生う産]まれ(?:た日|たの)?|(?i:born(?: on| in)?))"
    r"(?:[はが:=、,(「 \n\-]|です|の|ー){0,3}\Z"
)
_BIRTH_BEFORE = re.compile(rf"{_BIRTH_WORD}[^0-9。\0]{{0,10}}\Z")
_WEEKDAY = r"(?: ?\([月火水木金土日]\))?"
_BIRTH_AFTER = re.compile(
    rf"{_WEEKDAY}[ \n]?[にのがは]?[ ]?(?:[生産う]まれ|生れ|生(?![一-鿿])|誕生|出生"
    rf"|に[^0-9。\n\0]{{0,10}}(?:[生産う]まれ|出生|誕生)|(?:[私僕]の|わたしの)?{_BIRTH_WORD}|\(満?[0-9]{{1,3}}[歳才])"
)
# A date that bounds a period or dates an event is not somebody's birthday.
_PERIOD_AFTER = re.compile(
    rf"{_WEEKDAY} ?(?:から|より|以降|以前|以後|まで|付|現在|時点|施行|制定|着工|竣工|建築|開[館園校業]|[~〜-]"
    r"|に(?:は)?(?:開|制定|施行|建|設|着工|完成|発生|合併|起))"
)
_PERIOD_BEFORE = re.compile(r"(?:から|より|[~〜-])[ ]?\Z")
_LATEST_OBVIOUS_BIRTH_YEAR = 1989
_NUMBER_VALUES = str.maketrans("〇○◯一二三四五六七八九", "000123456789")


def _birthdays(page: str, pattern: re.Pattern[str], needs_cue: bool) -> Iterator[_Found]:
    for match in pattern.finditer(page):
        if _is_calendar_date(match) and _is_birthday(page, match, needs_cue):
            yield _Found(*match.span(), Kind.BIRTHDAY)


def _is_calendar_date(match: re.Match[str]) -> bool:
    parts = match.groupdict()
    if "month" not in parts:
        return True
    return 1 <= _small_number(parts["month"]) <= 12 and 1 <= _small_number(parts["day"]) <= 31


def _small_number(written: str) -> int:
    """Read 4, 四, 一二, 十二 or 三十一."""
    tens, ten, ones = written.translate(_NUMBER_VALUES).partition("十")
    if not ten:
        return int(tens)
    return int(tens or "1") * 10 + int(ones or "0") if "十" not in ones else 0


def _is_birthday(page: str, match: re.Match[str], needs_cue: bool) -> bool:
    before = _before(page, match.start())
    if _BIRTH_RIGHT_BEFORE.search(before):
        return True
    if _PERIOD_AFTER.match(page, match.end()) or _PERIOD_BEFORE.search(before):
        return False
    if _BIRTH_AFTER.match(page, match.end()) or _BIRTH_BEFORE.search(before):
        return True
    return not needs_cue and _only_a_birth_year(match)


def _only_a_birth_year(match: re.Match[str]) -> bool:
    parts = match.groupdict()
    if parts.get("old"):
        return True
    year = parts.get("western")
    return year is not None and int(year.translate(_NUMBER_VALUES)) <= _LATEST_OBVIOUS_BIRTH_YEAR


# --- Numbers ---------------------------------------------------------------------------------------------------

_DOTS = ".,/・_~〜、:"
_RUN = re.compile(rf"[0-9{_KANJI_DIGIT}](?:[-ー \nのノ()]{{0,4}}+[0-9{_KANJI_DIGIT}])++")
# Digits of one script belong together: 090-1234-5678一人 keeps its 一.
_ONE_SCRIPT = re.compile(
    rf"[0-9](?:[^0-9{_KANJI_DIGIT}]{{0,4}}+[0-9])*+|[{_KANJI_DIGIT}](?:[^0-9{_KANJI_DIGIT}]{{0,4}}+[{_KANJI_DIGIT}])*+"
)
_NUMERAL = re.compile(rf"[0-9{_KANJI_DIGIT}]")
_KANJI_ONE_AS_HYPHEN = re.compile(r"(?<=[0-9])一(?=[0-9])")  # 090一1234一5678
_BLANK_FORM = re.compile(r"[^1-9一二三四五六七八九]+")  # 〇〇〇-〇〇〇〇
_SHORTEST_ROW = 6  # digits; a local telephone number after 「電話」 is the shortest that is ever masked

_TO_ROW = str.maketrans("〇○◯一二三四五六七八九ー\nのノ(" + _DOTS, "000123456789- nn)" + "." * len(_DOTS))
_WIDE_MARKS = (
    (re.compile(r"(?<=[0-9])[ )n]*+-[- )n]*+"), "-"),
    (re.compile(r"(?<=[0-9])[ )]*+n[ )n]*+"), "n"),
    (re.compile(r"(?<=[0-9]) *+\)[ )]*+"), ")"),
    (re.compile(r"(?<=[0-9]) ++"), " "),
)


@dataclass(frozen=True)
class _Row:
    """One run of digits: '-' hyphen, ' ' blank, 'n' の, ')' bracket, '.' dot; it stands on the page at start."""

    text: str
    page: str
    start: int
    end: int

    @cached_property
    def offsets(self) -> list[int]:
        """Where each digit of the row stands on the page; only asked for when something was found."""
        numerals = _NUMERAL.finditer(self.page, self.start, self.end)
        return [next(numerals).start() if letter.isdigit() else self.start for letter in self.text]

    def before(self, match: re.Match[str], reach: int = 24) -> str:
        return _before(self.page, self.offsets[match.start()], reach)

    def after(self, match: re.Match[str]) -> str:
        end = self.offsets[match.end() - 1] + 1
        return self.page[end : end + 2]

    def found(self, start: int, end: int, kind: Kind) -> _Found:
        first, last = self.offsets[start], self.offsets[end - 1] + 1
        inside = self.page[first:last]
        opened_before = inside.count(")") > inside.count("(") and self.page[first - 1 : first] == "("
        return _Found(first - opened_before, last, kind)


_Judge = Callable[[re.Match[str], _Row], Kind | None]
_Rule = tuple[re.Pattern[str], _Judge]


def _numbers(page: str, public: frozenset[str], runs: re.Pattern[str], rules: tuple[_Rule, ...]) -> Iterator[_Found]:
    page = _KANJI_ONE_AS_HYPHEN.sub("-", page)
    for run in runs.finditer(page):
        yield from _numbers_of_run(page, *run.span(), public, rules)


def _numbers_of_run(
    page: str, start: int, end: int, public: frozenset[str], rules: tuple[_Rule, ...]
) -> Iterator[_Found]:
    """Digits of one script first; if they say nothing, 〇9〇 as one number."""
    pieces = [piece.span() for piece in _ONE_SCRIPT.finditer(page, start, end)]
    found = [each for piece in pieces for each in _numbers_of_row(page, *piece, public, rules)]
    if not found and len(pieces) > 1:
        found = list(_numbers_of_row(page, start, end, public, rules))
    yield from found


def _numbers_of_row(
    page: str, start: int, end: int, public: frozenset[str], rules: tuple[_Rule, ...]
) -> Iterator[_Found]:
    written = page[start:end]
    if len(written) < _SHORTEST_ROW or (not written.isascii() and _BLANK_FORM.fullmatch(written)):
        return
    row = _row(page, start, end)
    hits: list[_Found] = []
    text = _without_public(row.text, public)
    for pattern, judge in rules:
        text = pattern.sub(_claimer(row, judge, hits), text)
    yield from sorted(hits)


def _row(page: str, start: int, end: int) -> _Row:
    text = page[start:end].translate(_TO_ROW)
    for wide, mark in _WIDE_MARKS:
        text = wide.sub(mark, text)
    if page[start - 1 : start] == "+":
        return _Row("+" + text, page, start - 1, end)
    return _Row(text, page, start, end)


def _claimer(row: _Row, judge: _Judge, hits: list[_Found]) -> Callable[[re.Match[str]], str]:
    def claim(match: re.Match[str]) -> str:
        kind = judge(match, row)
        if kind is None:
            return match[0]
        hits.append(row.found(*match.span(), kind))
        return "#" * len(match[0])

    return claim


def _without_public(text: str, public: frozenset[str]) -> str:
    if not public:
        return text

    def blank(match: re.Match[str]) -> str:
        return "#" * len(match[0]) if _plain_telephone(match[0]) in public else match[0]

    for pattern in (_ABROAD, _TELEPHONE, _DOTTED_TELEPHONE):
        text = pattern.sub(blank, text)
    return text


def _plain_telephone(number: str) -> str:
    """The digits of a telephone number as dialled in Japan."""
    digits = "".join(re.findall("[0-9]", _fold(number).page.translate(_NUMBER_VALUES)))
    return re.sub(r"^(?:010|00)?81(?:0?)(?=[1-9][0-9]{8,9}$)", "0", digits)


def _digits(match: re.Match[str]) -> str:
    return "".join(filter(str.isdigit, match[0]))


def _my_number_check_digit_holds(digits: str) -> bool:
    """総務省令85号5条: 11 − (Σ Pn·Qn mod 11), counted from the right, 0 if the remainder is 0 or 1."""
    weights = (2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6)
    total = sum(int(digit) * weight for digit, weight in zip(reversed(digits[:11]), weights, strict=True))
    remainder = total % 11
    return int(digits[11]) == (0 if remainder <= 1 else 11 - remainder)


def _luhn_holds(digits: str) -> bool:
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _twelve(digits: str) -> Kind:
    return Kind.MY_NUMBER if _my_number_check_digit_holds(digits) else Kind.TWELVE_DIGITS


_YEAR_OR_DAY = re.compile(r"(?:19|20)[0-9]{2}(?:(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))?")


def _lists_years(match: re.Match[str]) -> bool:
    """2019 2020 2021 heads a table, and 20210401-20260331 is a term."""
    groups = re.findall("[0-9]+", match[0])
    return len(groups) > 1 and groups == sorted(groups) and all(map(_YEAR_OR_DAY.fullmatch, groups))


def _judge_abroad(match: re.Match[str], row: _Row) -> Kind | None:
    return Kind.PHONE if 9 <= len(_digits(match)) <= 15 else None


def _judge_telephone(match: re.Match[str], row: _Row) -> Kind | None:
    digits = _digits(match)
    counts_up = len(match[0]) == 2 * len(digits) - 1 and digits.startswith("0123456789")
    return Kind.PHONE if len(digits) in (10, 11) and not counts_up else None


def _judge_whole_row(match: re.Match[str], row: _Row) -> Kind | None:
    """A row that is nothing but one number, broken once or twice at any place by a line end or a blank."""
    digits, groups = _digits(match), re.findall("[0-9]+", match[0])
    if len(groups) > 3 or _lists_years(match):
        return None
    if len(digits) == 12:
        return _twelve(digits)
    if 14 <= len(digits) <= 16 and digits[0] in "3456":
        return Kind.CARD if _luhn_holds(digits) else Kind.NUMBER if len(groups) == 2 else None
    return None


def _judge_crumbled_row(match: re.Match[str], row: _Row) -> Kind | None:
    """A row in many pieces is a number only if its check digit says so."""
    digits = _digits(match)
    if len(digits) == 12 and _my_number_check_digit_holds(digits):
        return Kind.MY_NUMBER
    return Kind.CARD if 14 <= len(digits) <= 16 and digits[0] in "3456" and _luhn_holds(digits) else None


def _judge_card(match: re.Match[str], row: _Row) -> Kind | None:
    digits = _digits(match)
    if _lists_years(match):
        return None
    if _luhn_holds(digits):
        return Kind.CARD
    twelve_and_more = " " in match[0] and (len(digits) < 16 or digits[12:14] in ("19", "20"))
    return None if twelve_and_more and len(digits) > 12 else Kind.NUMBER


def _judge_twelve(match: re.Match[str], row: _Row) -> Kind | None:
    digits = _digits(match)
    return None if _lists_years(match) and not _my_number_check_digit_holds(digits) else _twelve(digits)


def _judge_fours(match: re.Match[str], row: _Row) -> Kind | None:
    return _judge_twelve(match, row) if len(_digits(match)) == 12 else _judge_card(match, row)


def _judge_keyword(match: re.Match[str], row: _Row) -> Kind | None:
    """A shorter number counts when the words before it say what it is."""
    length, before = len(_digits(match)), row.before(match)
    for cue, kind, shortest, longest in _KEYWORDS:
        if shortest <= length <= longest and cue.search(before):
            return None if kind in _VAGUE and _is_amount_or_date(match, row) else kind
    return None


def _is_amount_or_date(match: re.Match[str], row: _Row) -> bool:
    is_date = _lists_years(match) or _YEAR_OR_DAY.fullmatch(match[0])
    return bool(is_date) or row.after(match)[:1] in _UNITS


def _judge_postal_code(match: re.Match[str], row: _Row) -> Kind | None:
    """123-4567 standing alone; 500-1000円 is a range and 殿町134-1001 part of an address."""
    before = row.before(match, 1)
    return None if _WORD_LETTER.match(before) or row.after(match)[:1] in _UNITS else Kind.POSTAL_CODE


def _judge_long(match: re.Match[str], row: _Row) -> Kind | None:
    amount = len(match[0]) <= 11 and row.after(match)[:1] in frozenset("円人件千万億")
    return None if amount or _lists_years(match) else Kind.NUMBER


def _judge_parted(match: re.Match[str], row: _Row) -> Kind | None:
    """Numbers of three parts with a digit too many or too few, such as a My Number typed in haste."""
    return Kind.NUMBER if 10 <= len(_digits(match)) <= 13 and not _lists_years(match) else None


_WORD_LETTER = re.compile(rf"[{_KANJI}{_KATAKANA}A-Za-z]")
_UNITS = frozenset("円人名件年歳才回枚個台本%校点戸万億千分秒週か月度cmkg")


def _three_parts(mark: str) -> str:
    """0598-53-1234: the ways in which ten or eleven digits from 0 stand in three parts."""
    return rf"""
        0(?:[0-9]{mark}[0-9]{{4,5}}|[0-9]{{2}}{mark}[0-9]{{3,4}}|[0-9]{{3}}{mark}[0-9]{{2,3}}
          |[0-9]{{4}}{mark}[0-9]{{1,2}}){mark}[0-9]{{4}}
      | 0[0-9]{{3}}{mark}[0-9]{{3}}{mark}[0-9]{{3}}
    """


def _two_parts(mark: str) -> str:
    """090-12345678, and numbers broken at an odd place by a line end."""
    return rf"""
        0(?:{mark}[0-9]{{9,10}}|[0-9]{mark}[0-9]{{8}}|[0-9]{{2}}{mark}[0-9]{{7,8}}|[0-9]{{3}}{mark}[0-9]{{6,7}}
          |[0-9]{{4}}{mark}[0-9]{{5,6}}|[0-9]{{5}}{mark}[0-9]{{4,5}}|[0-9]{{6}}{mark}[0-9]{{3,4}}
          |[0-9]{{7}}{mark}[0-9]{{2,3}}|[0-9]{{8}}{mark}[0-9]{{1,2}})
    """


_ANY_MARK = "[- n)]"
_TIGHT_TELEPHONE = re.compile(rf"(?<![0-9-])(?:{_three_parts('-')}|{_two_parts('-')})(?![0-9-])", re.VERBOSE)
_TELEPHONE = re.compile(
    rf"""(?<![0-9])(?:
        0[0-9]{{9,10}} | {_three_parts(_ANY_MARK)} | {_two_parts(_ANY_MARK)}
      | 0(?:{_ANY_MARK}[0-9]){{9,10}} | 0[0-9]{{1,3}}(?:{_ANY_MARK}[0-9]{{2,4}}){{3}}
    )(?![0-9])""",
    re.VERBOSE,
)
_ABROAD = re.compile(
    rf"""(?:\+|\A(?:010[- ]?|00))81{_ANY_MARK}?(?:0{_ANY_MARK}?)?
            [1-9][0-9]{{0,3}}{_ANY_MARK}?[0-9]{{1,4}}{_ANY_MARK}?[0-9]{{3,4}}(?![0-9])
      | \+[1-9][0-9]{{0,2}}(?:{_ANY_MARK}?[0-9]++){{1,5}}
      | (?<![0-9-])81[- ][0-9]{{1,2}}[- ][0-9]{{4}}[- ][0-9]{{4}}(?![0-9])""",
    re.VERBOSE,
)
_WHOLE_ROW = re.compile(r"\A[0-9][0-9n -]{11,30}\Z")
_CARD = re.compile(
    r"(?<![0-9])(?:[0-9]{4}([- n])[0-9]{4}\1[0-9]{4}\1[0-9]{2,4}|[0-9]{4}[- ][0-9]{6}[- ][0-9]{4,5}"
    r"|[0-9]{14,16}|[0-9](?:[- ][0-9]){13,15})(?![0-9])"
)
_TWELVE = re.compile(
    r"""(?<![0-9])(?:
        [0-9]{12} | [0-9]{4}[- n][0-9]{4}[- n][0-9]{4} | [0-9]{3}([- n])[0-9]{3}\1[0-9]{3}\1[0-9]{3}
      | [0-9]{2}(?:[- ][0-9]{2}){5} | [0-9](?:[- ][0-9]){11} | [0-9]{3}[- ][0-9]{9} | [0-9]{4}[- ][0-9]{8}
      | [0-9]{5}[- ][0-9]{7} | [0-9]{6}[- ][0-9]{6} | [0-9]{7}[- ][0-9]{5} | [0-9]{8}[- ][0-9]{4} | [0-9]{9}[- ][0-9]{3}
    )(?![0-9])""",
    re.VERBOSE,
)
_AFTER_KEYWORD = re.compile(
    r"\A(?:(?:[0-9]{4} [0-9]{6}|[0-9](?: [0-9]){5,10}|[0-9]{3} [0-9]{4})(?! ?[0-9])|[0-9]++(?:[-n][0-9]++)*+)(?![0-9-])"
)
_POSTAL_CODE = re.compile(r"(?<![0-9n)-])[0-9]{3}-[0-9]{4}(?![0-9n)-])")
_LONG = re.compile(r"(?<![0-9])(?:[0-9]{10,11}|[0-9]{13,})(?![0-9])|(?<![0-9-])[0-9]{4}-[0-9]{6}(?![0-9-])")
_PARTED = re.compile(
    r"(?<![0-9-])(?:[0-9]{3,5}-[0-9]{3,5}-[0-9]{3,5}|[0-9]{4} [0-9]{4} [0-9]{3,5}|[0-9]{4}(?:-[0-9]{4}){3}-[0-9]{1,4})"
    r"(?![0-9-])"
)

_FILLER = r"[^0-9。\0]{0,10}\Z"  # 「番号は、えーと」
_NUMBER_WORD = "(?:番号|ばんごう|コード|No)"
_KEYWORDS: tuple[tuple[re.Pattern[str], Kind, int, int], ...] = tuple(
    (re.compile(cue + _FILLER), kind, shortest, longest)
    for cue, kind, shortest, longest in (
        (r"(?:〒|〶|郵便(?:番号)?|ゆうびん(?:番号|ばんごう)|(?i:zip|postal) ?(?:code)?)", Kind.POSTAL_CODE, 7, 7),
        (rf"年金(?:手帳|証書|コード)?の?(?:記号)?{_NUMBER_WORD}", Kind.PENSION, 6, 11),
        (rf"受給者?(?:証)?の?{_NUMBER_WORD}", Kind.RECIPIENT, 6, 11),
        (rf"(?:被保険者証?|保険証|資格確認書|医療証|記号・)の?(?:記号・?)?{_NUMBER_WORD}", Kind.INSURED, 6, 11),
        (r"(?:口座|当座|ゆうちょ|普通預?金?|(?<![A-Za-z])記号)", Kind.ACCOUNT, 5, 14),
        (r"(?:電話|でんわ|(?i:tel|fax|phone)|携帯|ケータイ|スマホ|ファックス|連絡先)", Kind.PHONE, 6, 9),
        (r"(?:番号|ばんごう|ナンバー|免許証?|旅券|パスポート)", Kind.NUMBER, 6, 9),
    )
)
_VAGUE = frozenset({Kind.PHONE, Kind.NUMBER})  # after these words stand sums and days as well
# The order decides: a row that is one number, telephone shapes, long numbers, then what a keyword or its length tells.
_ROW_RULES: tuple[_Rule, ...] = (
    (_WHOLE_ROW, _judge_whole_row),
    (_ABROAD, _judge_abroad),
    (_TIGHT_TELEPHONE, _judge_telephone),
    (_WHOLE_ROW, _judge_crumbled_row),
    (_CARD, _judge_card),
    (_TWELVE, _judge_twelve),
    (_AFTER_KEYWORD, _judge_keyword),
    (_TELEPHONE, _judge_telephone),
    (_POSTAL_CODE, _judge_postal_code),
    (_LONG, _judge_long),
    (_PARTED, _judge_parted),
)

# Marks that also write sums, dates and decimals: only the exact shape of a telephone or of 4-4-4 counts.
_NUMERALS = rf"[0-9{_KANJI_DIGIT}]++"
_DOTTED_RUN = re.compile(
    rf"(?<![0-9{_KANJI_DIGIT}])(?<![0-9{_KANJI_DIGIT}][{_DOTS}]){_NUMERALS}([{_DOTS}]){_NUMERALS}(?:\1{_NUMERALS})*+"
)
_DOTTED_TELEPHONE = re.compile(rf"\A(?:{_three_parts('[.]')}|0[0-9]{{1,3}}[.][0-9]{{6,8}})\Z", re.VERBOSE)
_DOTTED_FOURS = re.compile(r"\A(?:[0-9]{4}\.){2,3}[0-9]{4}\Z")
_DOTTED_RULES: tuple[_Rule, ...] = ((_DOTTED_TELEPHONE, _judge_telephone), (_DOTTED_FOURS, _judge_fours))
_PERMIT_OR_PASSPORT = re.compile(r"(?<![A-Za-z])[A-Z]{2}(?:[0-9]{8}[A-Z]{2}|[0-9]{7})(?![0-9A-Za-z])")


def _permits(page: str) -> Iterator[_Found]:
    """Residence cards and passports."""
    for match in _PERMIT_OR_PASSPORT.finditer(page):
        yield _Found(*match.span(), Kind.NUMBER)


# --- Addresses -------------------------------------------------------------------------------------------------

_PREFECTURE = (
    "北海道|東京都|(?:京都|大阪)府|(?:青森|岩手|宮城|秋田|山形|福島|茨城|栃木|群馬|埼玉|千葉|神奈川|新潟|富山|石川|福井|山梨|長野"
    "|岐阜|静岡|愛知|三重|滋賀|兵庫|奈良|和歌山|鳥取|島根|岡山|広島|山口|徳島|香川|愛媛|高知|福岡|佐賀|長崎|熊本|大分|宮崎|鹿児島|沖縄)県"
)
_BLOCK_NUMBER = rf"(?:[0-9]{{1,5}}|[{_KANJI_DIGIT}十百]{{1,5}})"
_BLOCK_UNIT = r"(?: ?(?:丁目|番地|番(?![目線台組号町館])|号(?![線車室])|条|丁))"
_BLOCK_JOINT = rf"(?:(?<=[目地番号条丁])[ \nの]{{0,2}}-?[東西南北]?|(?<=[0-9{_KANJI_DIGIT}十百])[ ]?[-ーのノ][ ]?)"
_BLOCK = re.compile(
    rf"(?<![0-9]){_BLOCK_NUMBER}{_BLOCK_UNIT}?(?:{_BLOCK_JOINT}{_BLOCK_NUMBER}(?![0-9]){_BLOCK_UNIT}?)*+(?![0-9]|[.,][0-9])"
)
_KANJI_NUMBER = re.compile(rf"[{_KANJI_DIGIT}十百]+号?")
_BEFORE_BARE_NUMBER = re.compile(rf"[{_KANJI}{_KATAKANA}{_HIRAGANA}] ?\Z")
_BLOCK_NUMBERS = re.compile(_BLOCK_NUMBER)
_YEARS_ONLY = re.compile(r"(?:(?:19|20)[0-9]{2}[-ー ]*)+")

_DIVISION = frozenset("都道府県市区町村郡字")  # what a part of an address ends with
_TOWN_ENDING = re.compile(r".(?:町|丁|村|台|丘|区|新田|団地|字.{1,8})\Z")
_KANA_TOWN_TAIL = frozenset("市区町村郡台丘野がヶケ")
_PLACE_LETTERS_BACKWARDS = re.compile(
    rf"(?:[{_KANJI}{_KATAKANA}]|[のがつ](?=[{_KANJI}])(?![市区町村県])|る(?=[上下入])|り(?=通))*+"
)
_KANA_BACKWARDS = re.compile(r"[ぁ-ゖ]{0,6}+")
_PARTICLES = frozenset("はがをにでのともへや")
_PARTICLE_CHAINS = frozenset(
    ("では", "には", "での", "にある", "から", "まで", "より", "として", "にて", "との", "などの", "への")
)
_MUNICIPALITY = re.compile(
    rf"{_PREFECTURE}|(?<=.)(?<![本当同各都])市(?!民|役|立|内|外|営|場|街|議)|.[区郡]|..[町村].|[大小]字"
)
_CITY_OF = re.compile(r"[市区町村]の\Z")
# 東温市南方123
_PLAIN_PLACE = re.compile(rf"字[{_KANJI}]{{1,8}}[0-9]{{1,4}}\Z|[市区町村][{_KANJI}]{{1,4}}[0-9]{{3,4}}\Z")
_NOT_A_TOWN = re.compile(
    r"(?:市区?町村|方針|計画|目標|施策|図|表|章|節|項|様式|別紙|資料|第|編|条例|重点|項目|分野|戦略|事業|取組|課題|版|期|次|[年月日号番]|"
    r"課|室|係|局|本部|役所|役場|事務所|保[育健]所|支所|出張所|館|校|保育園|幼稚園|公園|病院|医院|線|階|窓口|人口|世帯|面積|平成|令和|"
    r"昭和|約|計|全国?|平均|最[大小]|毎|各|ページ|(?<!名)駅|店|会|組|班|級|歳|回|件|番号|内線|[健検]診|クラス|コース|ステップ|フェーズ|"
    r"レベル|プラン|バス|ホーム|原則|対象|参考|注|例|問)\Z"
)
_HOME = r"(?:住所|じゅうしょ|所在地|本籍地?|自宅|実家|住まい|(?:引っ?越し?|転居|転入|転出|送付|届け)先|宛先|家|番地)"
_HOME_BEFORE = re.compile(rf"{_HOME}(?:[はが:=、,のも \n]|です){{0,3}}\Z")
_HOME_START = re.compile(rf"[現新旧前]?(?!家[^のがは]){_HOME}[のがは]?")
_HOME_AFTER = re.compile(r" ?[にでへ](?:住|すん|すみ|居住|在住|引っ?越|ひっこ|転居|転入|転出|暮ら|くらし)")
_BARE_NUMBER_ENDS = re.compile(r"\Z|[ \n、。,.!?)」』/]|[にでのがへをはとやだ](?!つ)|在住|です")
_COUNTED = re.compile(
    r" ?(?:[かヶカケヵ]月|[歳才年月日人名件回時分割倍週円%枚本台種校点組期版号区万億千床]|学年|階建|世帯|[kc]?m|k?g)"
)
_BUILDING_NAME = (
    "マンション|アパート|ハイツ|コーポ|ハイム|メゾン|レジデンス|パレス|ヴィラ|ビラ|コート|タワー|ハウス|シャトー|ガーデン|プラザ"
    "|レオパレス|グラン|ロイヤル|荘"
)
_HOUSING = "ビル|住宅|団地|寮|会館"  # residents ask about these too; only with a room are they part of an address
_ROOM = r"(?:[0-9]{1,2}(?:棟|-)[ ]?[0-9]{1,4}|[A-Z]?-?[0-9]{1,4})[ ]?(?:号室|号|室|F|階)?"
_BUILDING_START = rf"(?![のにでをがはへともや、])[{_KANJI}{_KATAKANA}{_HIRAGANA}A-Za-z・]{{0,12}}?"
_BUILDING_REST = rf"(?:[{_KANJI}{_KATAKANA}A-Za-z・]|の(?=[{_KANJI}])){{0,10}}"
_BUILDING = re.compile(
    rf"""[ \n、,]{{0,2}}(?:
        {_BUILDING_START}(?:{_BUILDING_NAME}|{_HOUSING}){_BUILDING_REST}[{_HIRAGANA}]{{0,8}}[ ]?[-ー]?[ ]?
            {_ROOM}(?![0-9人円件年月日])
      | (?<![\n、,])(?<![\n、,][ ]){_BUILDING_START}(?:{_BUILDING_NAME}){_BUILDING_REST}
      | [{_KANJI}{_KATAKANA}A-Za-z・]{{2,14}}[ ]?[0-9]{{1,4}}[ ]?(?:号室|号|室)
      | (?<=[ \n、,])[{_KATAKANA}・]{{3,14}}[ ]?[0-9]{{2,4}}(?:号室|号|F|階|(?![0-9人円件年月日]))
      | [0-9]{{1,4}}[ ]?(?:号室|号|室) | 号?室
      | [0-9]{{1,2}}[ ]?(?:F|階)
      | [-ー]?[A-Z]棟?[ ]?[0-9]{{0,4}}(?:号室|号|室)?(?![A-Za-z0-9])
      | [{_KANJI}]{{2,4}}方(?![法面向が])
      | (?<=[ ])[0-9]{{3,4}}(?![0-9人円件年月日-])
    )""",
    re.VERBOSE,
)


class _Town(NamedTuple):
    """The place name before a block number, and whether the text says that it is somebody's home."""

    start: int
    name: str
    is_home: bool


def _addresses(page: str) -> Iterator[_Found]:
    taken = 0
    for block in _BLOCK.finditer(page):
        if block.start() < taken or not _could_be_block(block, page):
            continue
        town = _town_before(page, block.start(), taken)
        building = _BUILDING.match(page, block.end())
        end = building.end() if building else block.end()
        if _is_address(block[0], town, page, block.end(), end):
            yield _Found(town.start, end, Kind.ADDRESS)
            taken = end


def _could_be_block(block: re.Match[str], page: str) -> bool:
    """Throw out what is plainly not a block, before the costlier look at its surroundings."""
    start, end = block.span()
    if page[start - 1 : start] == "第" or _YEARS_ONLY.fullmatch(block[0]) or _KANJI_NUMBER.fullmatch(block[0]):
        return False
    if not block[0].isdecimal():
        return True
    # 殿町1340: a number alone needs a word before it and must not count anything
    if not _BEFORE_BARE_NUMBER.search(_before(page, start, 2)) or _COUNTED.match(page, end):
        return False
    return bool(_BARE_NUMBER_ENDS.match(page, end) or _BUILDING.match(page, end))


def _town_before(page: str, position: int, floor: int) -> _Town:
    first = max(floor, position - 40)
    left = page[first:position].removesuffix(" ")
    start = len(left)
    for _ in range(6):
        further = _one_part_back(left, start)
        if further == start:
            break
        start = further
    cue = _HOME_START.match(left, start)
    if cue:
        start = cue.end()
    is_home = bool(cue) or bool(_HOME_BEFORE.search(left[:start]))
    name = left[start:].lstrip()
    return _Town(first + len(left) - len(name) if name else position, name, is_home)


def _one_part_back(left: str, end: int) -> int:
    """Step over one part of a place name: 殿町, then 松阪市 or さくら before it, then 三重県 over a blank."""
    before = left[end - 1 : end]
    if end == len(left) or before in _DIVISION:
        letters = _PLACE_LETTERS_BACKWARDS.match(left[:end][::-1])
        if letters and letters.end():
            return end - letters.end()
    if end < len(left) and before in (" ", "\n") and left[end - 2 : end - 1] in _DIVISION:
        return end - 1
    kana = _KANA_BACKWARDS.match(left[:end][::-1])
    if not kana or not kana.end():
        return end
    word = left[end - kana.end() : end]
    if end == len(left):
        after_city = left[end - len(word) - 1 : end - len(word)] in _DIVISION
        return end - len(word) if after_city and len(word) > 1 and word not in _PARTICLE_CHAINS else end
    if left[end] not in _KANA_TOWN_TAIL:
        return end
    return end - len(word) + (len(word) > 2 and word[0] in _PARTICLES)


def _is_address(block: str, town: _Town, page: str, block_end: int, end: int) -> bool:
    count = len(_BLOCK_NUMBERS.findall(block))
    full_block = "丁目" in block and count > block.count("丁目")
    if "番地" in block or full_block or ("番" in block and "号" in block):
        return True
    is_home = town.is_home or bool(_HOME_AFTER.match(page, end))
    has_city = bool(_MUNICIPALITY.search(town.name) or (town.name and _CITY_OF.search(_before(page, town.start, 2))))
    is_town = bool(_TOWN_ENDING.search(town.name))
    if "丁目" in block:  # 本町1丁目 alone names a quarter, not a home
        return has_city or is_home
    if (_NOT_A_TOWN.search(town.name) and not town.is_home) or _COUNTED.match(page, block_end):
        return False
    if count > 1 and "番" in block:  # 見奈良530番1
        return len(town.name) > 1 or is_home
    if count > 1 and "条" not in block:
        return is_town or has_city or is_home
    if "番" in block:
        return is_town or is_home
    if not (block.isascii() and town.name and _BARE_NUMBER_ENDS.match(page, end)):
        return False
    return is_home or (has_city and (is_town or _PLAIN_PLACE.search(town.name + block) is not None))


# --- Names -----------------------------------------------------------------------------------------------------

_SURNAME_LIST = (
    # the commonest surnames; what else may be a name, the words around it must say
    "佐藤 鈴木 高橋 田中 伊藤 渡辺 渡部 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 "
    "林 斎藤 清水 山崎 阿部 森 池田 橋本 山下 石川 中島 前田 藤田 後藤 小川 岡田 村上 長谷川 "
    "近藤 石井 坂本 遠藤 藤井 青木 西村 福田 太田 三浦 藤原 松田 岡本 中川 中野 原田 小野 田村 "
    "竹内 金子 和田 中山 石田 上田 森田 原 柴田 酒井 工藤 横山 宮崎 宮本 内田 高木 安藤 谷口 "
    "大野 丸山 今井 河野 藤本 村田 武田 上野 杉山 増田 平野 菅原 小島 久保 大塚 千葉 松井 岩崎 "
    "木下 松尾 野口 野村 佐野 菊地 渡会 大西 杉本 新井 浜田 菅野 市川 水野 小松 島田 古川 山内 "
    "小山 西田 高田 菊池 山中 桜井 五十嵐 北村 福島 安田 吉川 中田 平田 飯田 川口 川崎 東 本田 "
    "久保田 辻 関 矢野 吉村 沢田 中西 岩田 服部 樋口 秋山 星野 福井 川上 田口 土屋 永井 大橋 "
    "西川 内藤 松岡 岡 松下 熊谷 松村 馬場 大島 望月 堀 岡崎 荒木 大谷 浅野 田辺 荒井 黒田 小池 "
    "奥村 奥田 野田 吉岡 大久保 片山 岡村 早川 松原 栗原 須藤 平井 松浦 八木 岩本 大石 小田 森本 "
    "榎本 三宅 西山 小西 富田 堀内 尾崎 山根 成田 児玉 関口 高野 川村 白石 北川 野崎 中尾 多田 "
    "上原 宮田 大川 桑原 大森 福岡 小原 内山 柳田 南 森下 稲垣 津田 村井 河合 土井 吉野 杉浦 "
    "川島 広瀬 大山 古田 根本 吉原 永田 西 神谷 水谷 越智 世古 野呂 村瀬 稲葉 加納 伊東 長野 "
    "岸本 福本 平山 藤沢 三好 黒木 川端 青山 中井 北野 南部 西野 東野 前川 横田 古賀 畑 三上 "
    "長尾 山岸 松崎 植田 植村 梅田 江口 大内 大木 大竹 大場 小笠原 小野寺 海老原 柿沼 片岡 神田 "
    "菅 岸田 北島 木原 窪田 倉田 桑田 後藤田 権田 坂井 坂田 佐久間 塩田 柴崎 庄司 杉原 瀬戸 園田 "
    "高島 高山 滝口 竹田 竹中 武井 田代 谷川 堤 豊田 鳥居 中谷 中原 長田 二宮 西岡 丹羽 橋口 "
    "畠山 浜口 早坂 原口 日高 平松 深沢 福永 藤川 藤村 船橋 古谷 本間 牧野 松川 三木 三島 溝口 "
    "宮川 宮下 宮原 向井 村松 室井 森山 安井 柳沢 山上 山岡 山川 山村 湯浅 横井 吉井 米田 若林 "
    "脇田 渡瀬 長曽我部 大林 堀田 堀口 堀江 細川 川合 川本 河村 加賀 各務 石原 宇野 塚本 坂口 "
    "小沢 大沢 甲斐 比嘉 金城 宮城 大城 知念 島袋 新垣 谷 星 岸 柏木 松永 田島 川田 天野 荻野 "
    "篠原 滝沢 鵜飼 瓜生 門脇 御手洗 勅使河原 薮内 臼井 猪俣 唐沢 冨樫 富樫 葛西 鬼頭 仙石 日比 "
    "曽我 寺島 寺田 寺西 石橋 石黒 石塚 石崎 石本 石村 市原 伊原 井口 井手 井田 今村 今泉 岩井 "
    "岩下 岩瀬 岩間 上杉 上条 上西 牛島 臼田 内海 榎木 及川 大井 大内田 大崎 大下 大友 大庭 大平 "
    "大和田 岡部 岡野 岡林 荻原 奥山 奥野 長内 小倉 尾形 緒方 落合 笠井 笠原 梶原 柏原 片桐 勝又 "
    "金井 金田 金沢 金山 金丸 上村 神山 亀井 亀田 川井 川瀬 川西 川辺 河内 菊川 北田 北原 木内 "
    "木島 木戸 木本 楠本 久野 熊田 熊沢 倉本 黒川 黒沢 桑名 小泉 小出 河本 児島 後閑 小菅 小谷 "
    "小寺 小沼 小宮 小柳 榊原 坂上 坂東 坂野 酒巻 桜田 笹川 佐川 佐竹 佐原 沢井 塩谷 塩野 篠田 "
    "柴山 島崎 島津 清野 城戸 新藤 進藤 神保 新谷 杉田 杉村 杉野 鈴村 須賀 瀬川 関根 関谷 仙波 "
    "園部 高瀬 高松 高村 高井 高尾 高倉 高見 高桑 宝田 竹本 竹村 竹下 立花 立石 田原 田畑 田淵 "
    "玉井 玉木 玉城 塚田 塚原 辻本 辻村 土田 筒井 角田 手塚 寺本 土居 戸田 富永 友田 豊島 中沢 "
    "中津 中根 中本 中森 永野 長沢 長島 長浜 永山 名取 南雲 成瀬 難波 西尾 西沢 西島 西原 西本 "
    "西脇 仁科 沼田 根岸 野沢 野島 野本 萩原 羽田 橋爪 長谷 畑中 花田 羽生 浜野 浜本 林田 早瀬 "
    "原島 番場 東山 樋渡 平岡 平川 平沢 平林 広田 深谷 福原 福山 藤木 藤島 藤野 藤森 藤山 布施 "
    "古沢 星川 細田 堀川 本多 前野 前原 正木 増井 益田 町田 松木 松沢 松島 松野 松波 松山 丸田 "
    "水上 水口 水島 水田 南野 三村 宮内 宮沢 宮島 宮野 宮部 武藤 村岡 村木 村山 毛利 元木 森井 "
    "森岡 森川 森口 森島 森谷 森野 諸橋 門田 矢島 安川 矢部 山木 山城 山西 山野 山室 山脇 結城 "
    "横尾 横川 吉沢 吉本 吉松 吉永 吉見 依田 和泉 鷲尾 蒲田 曽根 那須 沖田 乾 "
)
_SURNAMES = frozenset(_SURNAME_LIST.split())
_OLD_FORMS = str.maketrans("髙﨑齋齊斉邊邉濵濱嶋澤廣櫻國眞", "高崎斎斎斎辺辺浜浜島沢広桜国真")
# Letters that given names end with; those of the second row also end other words (技能実習生, 世界一).
_PLAIN_NAME_ENDINGS = frozenset(
    "子美恵江枝香奈菜花織里莉乃葉咲結愛優希紀貴輝樹斗翔太郎朗介輔雄也哉弥志之幸彰弘浩洋隆孝剛"
    "稔彦吾蓮凛颯陸遥悠裕祐佑宏敏聡哲憲晃朋沙紗綾彩桜萌舞麻衣唯"
)
_GIVEN_NAME_ENDINGS = _PLAIN_NAME_ENDINGS | frozenset(
    "代世理音助一二三男夫史司行明昭章正誠博健進勇茂実豊修治次平悟人生士真佳央広俊範仁義典"
)
# Words and word ends that stand where a name could: 私は〇〇です.
_NOT_A_NAME = re.compile(
    r"(?:息子|双子|養子|里子|母子|父子|女子|男子|様子|椅子|帽子|電子|調子|大丈夫|主夫|次男|長男|三男|孫|祖父|祖母|父|母|兄|姉|弟|妹"
    r"|夫婦|夫|妻|商事|商店|会社|工業|建設|産業|組合|法人|協会|医院|施設|制度|事業|計画|在住|在勤|在学|出身|育ち|無職|独身|既婚|未婚"
    r"|妊娠|病気|反対|賛成|心配|不安|必要|不要|不明|匿名|漢字|旧姓|本名|記入|記載|署名|押印|印鑑|仮名|通名|別名|通称|愛称|戸籍|住所"
    r"|電話|番号|連絡先|年齢|性別|職業|生年月日|氏名|名前|同じ|秘密|変更|可能|以下|別紙|世帯主|自分|本当|結構|[失休求]職中?|失業中?"
    r"|子育て|片親|市内|市外|県外|町内|家庭|暮|生活|年金|国籍|担当|理由|目的|紹介|野菜|大陸|言葉|神社|[支出]所|陸橋|何|誰|初めて|先日|現在|最近|以前|来月|今年"
    r"|[者民員親歳才婦職中身上用族様師官客証籍病型系的性課係局部店長園院校館駅県市区町村郡丁号室]"
    r"|(?:本|別|外国|個|老|主|当|大|病|他|同|県|都|住|友|知|代理|求|[一二三四五])人"
    r"|[学先一園]生|高校生|[大中小]学生|年生)\Z"
)
_NOT_A_KATAKANA_NAME = re.compile(
    r"パート|アルバイト|カタカナ|ネーム|アルファベット|ローマ|シングル|マザー|ファザー|フリー|ニート|サラリー|カード|サービス"
    r"|センター|システム|ベビー"
)
_AFTER_SURNAME_NEVER = frozenset("県市区町村郡都府道駅店家課線港橋川山城第")

_FOREIGN_NAME = rf"[{_KATAKANA}]{{2,12}}(?:[ ・=][{_KATAKANA}]{{1,12}}){{0,4}}"
_LATIN_NAME = r"[A-Z][A-Za-z'-]{1,20}(?: [A-Z][A-Za-z'-]{0,20}){0,3}"
_FORM_WORD = r"(?!住所|電話|生年|年齢|性別|連絡|携帯|男|女|昭和|平成)"
_NOT_A_VERB = (
    r"(?!です|でご|でー|で[、。,]|だ|と申|とも|とい|と言|や[でけね]|じゃ|さん|ちゃん|くん|の?もの|の?まま|など|だけ|を)"
)
_JAPANESE_NAME = (
    rf"[{_KANJI}]{{1,4}}[ ]{_FORM_WORD}(?:[{_KANJI}]{{1,4}}|[{_HIRAGANA}]{{2,5}}?)"
    rf"|[{_KANJI}]{{1,4}}{_NOT_A_VERB}[{_HIRAGANA}]{{2,4}}?|[{_KANJI}]{{1,3}}[{_KATAKANA}]{{2,5}}|[{_KANJI}]{{1,6}}?"
)
_READING = rf"(?:\([{_HIRAGANA}{_KATAKANA} ]{{2,16}}\))"  # 山田（やまだ）
_KANA_NAME = rf"[{_HIRAGANA}]{{2,6}} {_NOT_A_VERB}[{_HIRAGANA}]{{2,6}}|[{_HIRAGANA}]{{3,10}}?"
_SAYS_SO = (
    r"です(?!か)|どす|ばい|でございます|でーす|と(?:申|もう|い[いう]|言[いう])|っ?ていい|って言い"
    r"|だ(?:けど|が)?|や(?:で|けど|ねん|わ)?|じゃ|っす|になり"
)
_ITEM_ENDS = (
    r"[、。,.!?\n )(/;」』】]|\Z|様|さん|住所|電話|生年|年齢|性別|〒|男|女|なん(?:です|や)|で(?:[、。,]|合|登録|お願)"
)

_NAME_FIELD = re.compile(
    rf"(?P<field>氏名|姓名|[苗名]字|旧姓|お?名前|おなまえ|なまえ|フルネーム|本名|名義人?|フリガナ|ふりがな|世帯主名?|者名"
    r"|届出人|申請者)"
    rf"(?:\([^()\n\0]{{1,6}}\))?[ ]?(?P<link>[:=は、が\n]|(?<= ))[ \n]{{0,2}}"
    rf"(?P<name>{_LATIN_NAME}|{_FOREIGN_NAME}|{_JAPANESE_NAME}|{_KANA_NAME})"
    rf"(?P<reading>{_READING})?[ ]?(?=(?P<says>{_SAYS_SO})|{_ITEM_ENDS})"
)
_ROLE_FIELDS = frozenset({"世帯主", "届出人", "申請者", "名義", "名義人"})
_I = r"(?:私|わたくし|わたし|僕|ぼく|俺|おれ|わし|うち|自分)"
_I_AM = re.compile(
    rf"{_I}(?:の(?:名前|氏名))?(?:は|って|[、, ])?[ ]?"
    rf"(?P<name>{_FOREIGN_NAME}|{_JAPANESE_NAME})(?P<reading>{_READING})?(?={_SAYS_SO})"
)
_MY_NAME_IS = re.compile(rf"(?=[MmIi])(?i:my name is|i am|i'm) (?P<name>{_LATIN_NAME})(?![A-Za-z])")
_INTRODUCED = re.compile(
    r"(?P<sure>と(?:申し|申す|もうし|もうす))(?!ますと|ますか|上げ|.?.?の[はも])"
    r"|(?:と|って|っちゅう|ちゅう|っ?ち)?"
    r"(?:いいます|言います|[いゆ]う(?:者|もん|ん[だやで]|ねん)|言う者|いいもん|いう名前|申します)"
)
_INTRODUCTION_START = re.compile(rf".*(?:{_I}(?:の名前)?[は、]?|名前[は、]|[、。,.!?:\n\0「『])", re.DOTALL)
_READING_AT_END = re.compile(rf"{_READING}\Z")
_CLOSING = " 」』】\"'"
_NAME_AT_END = (
    re.compile(rf"(?<![{_KATAKANA}]){_FOREIGN_NAME}\Z"),
    re.compile(rf"(?<![{_KANJI}])(?:[{_KANJI}]{{1,4}} [{_KANJI}]{{1,4}}|[{_KANJI}]{{1,4}} ?[{_HIRAGANA}]{{2,5}})\Z"),
    re.compile(rf"[{_KANJI}]{{1,4}}[{_KATAKANA}]{{2,5}}\Z"),
    re.compile(rf"[{_KANJI}]{{1,16}}\Z"),
)
_ALL_KANJI = re.compile(rf"[{_KANJI}]+")
_KANA_ONLY = re.compile(rf"[{_HIRAGANA}]{{2,6}} ?[{_HIRAGANA}]{{2,8}}")
_LATIN_ONLY = re.compile(_LATIN_NAME)
_RELATION = r"の(?:[父母妻夫娘孫兄姉弟妹親]|息子|家族|祖[父母]|長[男女]|保護者|代理|件で)"
_STANDING_NAME = re.compile(
    rf"(?<![{_KANJI}{_KATAKANA}])(?P<name>[{_KANJI}]{{2,7}}+(?: [{_KANJI}]{{1,4}}+)?)"
    rf"(?P<reading>{_READING})?[ ]?"
    rf"(?:(?P<relation>{_RELATION})|(?P<polite>さん|くん|ちゃん)|(?P<says>{_SAYS_SO})"
    rf"|(?={_ITEM_ENDS}|(?P<particle>[のがはをにともへ])))"
)
_LINE_START = re.compile(
    r"(?:\A|[\n。!?、]|(?:ます|です|こんにちは|はじめまして|もしもし)[ 、]?|(?:[市区町村]|\0)の?)[ ]?\Z"
)


def _named_fields(page: str) -> Iterator[_Found]:
    for match in _NAME_FIELD.finditer(page):
        if _is_field_value(match):
            yield _name_found(match)


def _name_found(match: re.Match[str]) -> _Found:
    """The name, and its reading where one stands in brackets behind it."""
    return _Found(match.start("name"), max(match.end("name"), match.end("reading")), Kind.NAME)


def _is_field_value(match: re.Match[str]) -> bool:
    name = match["name"].strip()
    if match["field"] in _ROLE_FIELDS:
        return _looks_like_name(name)
    if re.fullmatch(rf"[{_HIRAGANA} ]+", name) and match["link"] != ":" and not match["says"]:
        return False
    if match["link"] in ("が", "、") or (match["link"] == "は" and not match["says"]):
        return _looks_like_name(name)
    return _may_be_name(name)


def _first_person(page: str) -> Iterator[_Found]:
    for match in _I_AM.finditer(page):
        if _looks_like_name(match["name"].strip()):
            yield _name_found(match)
    for match in _MY_NAME_IS.finditer(page):
        yield _Found(*match.span("name"), Kind.NAME)


def _introductions(page: str) -> Iterator[_Found]:
    """Names before 「と申します」, and before weaker verbs when they look like names."""
    taken = 0
    for match in _INTRODUCED.finditer(page):
        left = _before(page, match.start()).rstrip(_CLOSING)
        offset = max(0, match.start() - 24)
        start = _name_start(left, sure=match["sure"] is not None)
        if start is not None and offset + start >= taken:
            yield _Found(offset + start, offset + len(left), Kind.NAME)
            taken = match.end()


def _name_start(left: str, *, sure: bool) -> int | None:
    """Where in the words before the verb the name begins, if they end with one."""
    reading = _READING_AT_END.search(left)
    left = left[: reading.start()] if reading else left
    opening = _INTRODUCTION_START.match(left)
    begin = opening.end() if opening else 0
    begin += len(left[begin:]) - len(left[begin:].lstrip())
    phrase = left[begin:].rstrip()
    if sure and (_KANA_ONLY.fullmatch(phrase) or _LATIN_ONLY.fullmatch(phrase)):
        return begin
    for shape in _NAME_AT_END:
        match = shape.search(phrase)
        if match:
            cut = _surname_position(match[0])
            alone = bool(opening) or match.start() == 0
            accept = _is_any_person if sure else _looks_like_name if alone else _has_known_surname
            return begin + match.start() + cut if accept(match[0][cut:]) else None
    return None


def _surname_position(letters: str) -> int:
    """Where the name begins in a long row of kanji such as 松阪市民山田太郎."""
    if not _ALL_KANJI.fullmatch(letters):
        return 0
    unknown = 0 if len(letters) <= 6 else len(letters) - 4
    return next((start for start in range(len(letters) - 1) if _has_given_name(letters[start:])), unknown)


def _standing_names(page: str) -> Iterator[_Found]:
    """山田太郎の母です, 佐藤花子さん, and a line that says no more than who writes."""
    for match in _STANDING_NAME.finditer(page):
        name, polite = match["name"], bool(match["polite"])
        if name[-1] in "様氏君殿" and len(name) > 3:
            name, polite = name[:-1], True
        if _is_standing_name(name, polite, match, page):
            end = match.end("reading") if match["reading"] else match.start() + len(name)
            yield _Found(match.start(), end, Kind.NAME)


def _is_standing_name(name: str, polite: bool, match: re.Match[str], page: str) -> bool:
    opens = bool(_LINE_START.search(_before(page, match.start(), 8)))
    if not (opens or polite or match["relation"] or match["says"] or match["particle"]):
        return False
    surname = _known_surname(name)
    if name == surname:  # 田中です, but not 石川や富山では
        says = match["says"] or ""
        return opens and len(name) > 1 and len(says) > 1 and f"{name}県" not in _PREFECTURE_NAMES
    given = name[len(surname) :].strip()
    if match["particle"] and len(given) != 2:  # two letters each are hardly anything but a name
        return False
    return len(surname) > 1 and _looks_like_name(name) and given[-1] in _GIVEN_NAME_ENDINGS


_PREFECTURE_NAMES = frozenset(
    f"{name}県" for name in ["福島", "石川", "福井", "山口", "宮崎", "千葉", "福岡", "宮城", "長崎"]
)


def _known_surname(name: str) -> str:
    """The surname that the name begins with, whichever form of 高 or 沢 it is written in."""
    plain = name.translate(_OLD_FORMS)
    return next((name[:length] for length in range(min(5, len(name)), 0, -1) if plain[:length] in _SURNAMES), "")


def _has_known_surname(name: str) -> bool:
    """For 「〜といいます」, which also ends definitions: 納税管理人といいます."""
    return bool(_known_surname(name) or re.match(rf"[{_KATAKANA}]", name)) and _looks_like_name(name)


def _may_be_name(name: str) -> bool:
    """Anything of a name's shape that is not a known other word; for places where only names stand."""
    letters = name.replace(" ", "")
    if _known_surname(letters) == letters or _has_given_name(letters):
        return True
    return len(letters) > 1 and not _NOT_A_NAME.search(letters) and not _NOT_A_KATAKANA_NAME.search(letters)


def _is_any_person(name: str) -> bool:
    """Before 「と申します」 stands a name, or a role such as 担当の者."""
    return name[-1] not in "者係方何誰" and name[0] not in "申言"


def _looks_like_name(name: str) -> bool:
    """A known surname, or letters that given names end with; for places where other words stand too."""
    letters = name.replace(" ", "")
    if re.match(rf"[{_KATAKANA}]", letters):
        return bool(re.search("[ ・=]", name)) and not _NOT_A_KATAKANA_NAME.search(name)
    if _known_surname(letters) == letters:
        return len(letters) > 1
    if _has_given_name(letters):
        return True
    parts = name.split(" ")
    if len(parts) == 2 and not any(map(_NOT_A_NAME.search, parts)):
        return True
    return 3 <= len(letters) <= 5 and letters[-1] in _PLAIN_NAME_ENDINGS and not _NOT_A_NAME.search(letters)


def _has_given_name(letters: str) -> bool:
    surname = _known_surname(letters)
    given = letters[len(surname) :]
    if not surname or not 1 <= len(given) <= 5 or given[0] in _AFTER_SURNAME_NEVER:
        return False
    if len(surname) == 1 and _NOT_A_NAME.search(letters):  # 原因不明
        return False
    if re.fullmatch(rf"[{_HIRAGANA}{_KATAKANA}]{{2,5}}", given):
        return True
    ends_like_name = given[-1] in _GIVEN_NAME_ENDINGS
    return len(given) <= 3 and (ends_like_name or (len(surname) > 1 and not _NOT_A_NAME.search(given)))


_NAME_DETECTORS: tuple[Callable[[str], Iterator[_Found]], ...] = (
    _named_fields,
    _introductions,
    _first_person,
    _standing_names,
)
