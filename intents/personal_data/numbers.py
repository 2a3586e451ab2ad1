"""Rows of digits: My Numbers, cards, telephones, postal codes, accounts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from intents.personal_data.birthdays import KANJI_DIGIT, NUMBER_VALUES
from intents.personal_data.findings import Kind
from intents.personal_data.page import KANJI, KATAKANA, Found, fold, text_before

# 大字, as on cheques: 零九零. Only rows of digits know them; 参 and 伍 also begin other words.
_FORMAL_DIGIT = "零壱弐参肆伍陸漆捌玖壹貳參"
_KANJI_NUMERAL = KANJI_DIGIT + _FORMAL_DIGIT
_NUMBER_WORD = "(?:番号|ばんごう|コード|No)"
_OFFICE_LINE = "(?:代表(?:電話)?|相談(?:窓口|電話|ダイヤル|室)|コールセンター|ダイヤル)"
_DOTS = ".,/・_~〜、:;*→⇒=|+#&×★☆●◆■'\"^!?<>\\[\\]{}…"
RUN = re.compile(rf"[0-9{_KANJI_NUMERAL}](?:[-ー \nのノ()]{{0,4}}+[0-9{_KANJI_NUMERAL}])++")
# Digits of one script belong together: 090-1234-5678一人 keeps its 一.
_ONE_SCRIPT = re.compile(
    rf"[0-9](?:[^0-9{_KANJI_NUMERAL}]{{0,4}}+[0-9])*+|[{_KANJI_NUMERAL}](?:[^0-9{_KANJI_NUMERAL}]{{0,4}}+[{_KANJI_NUMERAL}])*+"
)
_NUMERAL = re.compile(rf"[0-9{_KANJI_NUMERAL}]")
_KANJI_ONE_AS_HYPHEN = re.compile(r"(?<=[0-9])一(?=[0-9])")  # 090一1234一5678
_BLANK_FORM = re.compile(rf"[^1-9一二三四五六七八九{_FORMAL_DIGIT[1:]}]+")  # 〇〇〇-〇〇〇〇
_BETWEEN = "-ー \nのノ()" + _DOTS
_KANJI_LETTER = re.compile(rf"[{KANJI}つ]")
_SHORTEST_ROW = 6  # digits; a local telephone number after 「電話」 is the shortest that is ever masked

_TO_ROW = str.maketrans(
    "〇○◯一二三四五六七八九" + _FORMAL_DIGIT + "ー\nのノ(", "000123456789" + "0123456789123" + "- nn)"
) | {ord(dot): "." for dot in _DOTS}
_WIDE_MARKS = (
    (re.compile(r"(?<=[0-9])[- n)]*+\.[- n).]*+"), "."),
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
        return text_before(self.page, self.offsets[match.start()], reach)

    def after(self, match: re.Match[str]) -> str:
        end = self.offsets[match.end() - 1] + 1
        return self.page[end : end + 3]

    def found(self, start: int, end: int, kind: Kind) -> Found:
        first, last = self.offsets[start], self.offsets[end - 1] + 1
        inside = self.page[first:last]
        opened_before = inside.count(")") > inside.count("(") and self.page[first - 1 : first] == "("
        return Found(first - opened_before, last, kind)


_Judge = Callable[[re.Match[str], _Row], Kind | None]
_Rule = tuple[re.Pattern[str], _Judge]


def numbers(page: str, public: frozenset[str], runs: re.Pattern[str], rules: tuple[_Rule, ...]) -> Iterator[Found]:
    page = _KANJI_ONE_AS_HYPHEN.sub("-", page)
    for run in runs.finditer(page):
        yield from numbers_of_run(page, *run.span(), public, rules)


def numbers_of_run(
    page: str, start: int, end: int, public: frozenset[str], rules: tuple[_Rule, ...]
) -> Iterator[Found]:
    """Digits of one script first; if they say nothing, 〇9〇 as one number."""
    pieces = [piece.span() for piece in _ONE_SCRIPT.finditer(page, start, end)]
    found = [each for piece in pieces for each in _numbers_of_row(page, *piece, public, rules)]
    if not found and len(pieces) > 1:
        found = list(_numbers_of_row(page, start, end, public, rules))
    if not found and page[end - 1] in _KANJI_NUMERAL and _KANJI_LETTER.match(page, end):
        # 〒五一四〇〇〇一三重県: the last numeral begins the word behind it
        shorter = start + len(page[start : end - 1].rstrip(_BETWEEN))
        found = list(_numbers_of_row(page, start, shorter, public, rules))
    yield from found


def _numbers_of_row(
    page: str, start: int, end: int, public: frozenset[str], rules: tuple[_Rule, ...]
) -> Iterator[Found]:
    written = page[start:end]
    if len(written) < _SHORTEST_ROW or (not written.isascii() and _BLANK_FORM.fullmatch(written)):
        return
    row = _row(page, start, end)
    if _names_a_thing(row):
        return
    if day := _DAY_BEFORE.match(row.text):
        yield from _numbers_of_row(page, row.offsets[day.end()], end, public, rules)
        return
    hits: list[Found] = []
    text = _without_public(row.text, public, row)
    text = _after_sure_keyword(text, row, hits)
    if "\n" in written and not (_WHOLE_ROW.match(text) and len(re.findall("[0-9]", text)) in (12, 14, 15, 16)):
        text = _rejoined(text, row, hits)
    for pattern, judge in rules:
        text = pattern.sub(_claimer(row, judge, hits), text)
    yield from sorted(hits)


_DAY_BEFORE = re.compile(r"[1-9][0-9]?n(?=[0-9]{4}[- ][0-9]{4}|[0-9]{12})")  # 期限2/29の4111 1111 …
# 入札番号2026-045, 品番640-1250, T8000012345678 and what else numbers no person.
_THING_NUMBERED = re.compile(
    r"(?:(?:入札|事業|施策|指標|案件|告示|議案|公告|様式|路線|系統|製品|製造|商品|機種|型|品|部品|図面|図書|請求記号|区画|電柱|防犯灯|街灯"
    r"|消火栓|会議|ミーティング|エラー|シリアル|ロット|法人|インボイス|適格請求書)(?:登録)?(?:番号?|No|ID|コード|ナンバー)"
    r"|JANコード|JAN|バーコード|ISBN|(?<![A-Za-z])(?:No|S/N|SN)\.?)[はがの:=、(「. ]{0,3}\Z"
)
_INVOICE = re.compile(r"(?<![A-Za-z0-9])T\Z")


def _names_a_thing(row: _Row) -> bool:
    before = text_before(row.page, row.start)
    count = sum(map(str.isdigit, row.text))
    if count == 13:
        return bool(_INVOICE.search(before) or _THING_NUMBERED.search(before)) or _is_product_code(row.text)
    return count < 12 and _THING_NUMBERED.search(before) is not None


def _is_product_code(digits: str) -> bool:
    """A Japanese product's bar code or a book's, with its check digit."""
    if not re.fullmatch("(?:4[59]|97[89])[0-9]+", digits):
        return False
    return sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(digits)) % 10 == 0


_SURE = frozenset({Kind.PENSION, Kind.RECIPIENT, Kind.INSURED})


def _after_sure_keyword(text: str, row: _Row, hits: list[Found]) -> str:
    """82 95 0775 after a word that leaves no doubt: as many groups as such a number has, and none of the next line."""
    if not _DIGITS.match(text):
        return text
    around = _sure_cue(text_before(row.page, row.offsets[0])), _SAID_AFTER.match(row.page, row.end)
    cue = around[0] or ((_AFTER[around[1][1]], 6, 11) if around[1] else None)
    if cue is None:
        return text
    kind, shortest, longest = cue
    end = total = 0
    for group in _DIGITS.finditer(text):
        next_line = total >= shortest and "\n" in row.page[row.offsets[end - 1] : row.offsets[group.start()]]
        if total + len(group[0]) > longest or next_line:
            break
        total, end = total + len(group[0]), group.end()
    if total < shortest:
        return text
    hits.append(row.found(0, end, kind))
    return "#" * end + text[end:]


_DIGITS = re.compile("[0-9]+")
_AFTER = {"受給": Kind.RECIPIENT, "じゅきゅう": Kind.RECIPIENT, "年金": Kind.PENSION, "保険": Kind.INSURED}
_SAID_AFTER = re.compile(
    r"(?:\n(?:上|これ|こちら|↑)の?|[ 」』)])?(?:が|は|って|の|という(?:の)?が?)?[^0-9。、\n\0]{0,4}"
    rf"(受給|じゅきゅう|年金|保険)[^0-9。、\n\0]{{0,6}}{_NUMBER_WORD}"
)


def _sure_cue(before: str) -> tuple[Kind, int, int] | None:
    found = (each[1:] for each in _KEYWORDS if each[1] in _SURE and each[0].search(before))
    return next(found, None)


_LINE_REACH = 24  # how far from a line end the number may reach that it breaks


def _rejoined(text: str, row: _Row, hits: list[Found]) -> str:
    """Numbers that a line end broke in the middle of a group: 03-9772-1⏎526."""
    for place, letter in enumerate(text):
        if letter != " " or "\n" not in row.page[row.offsets[place - 1] : row.offsets[place + 1]]:
            continue
        first, last = max(0, place - _LINE_REACH), min(len(text), place + _LINE_REACH)
        joined = text[first:place] + text[place + 1 : last]
        match = next((m for m in _BROKEN_BY_A_LINE.finditer(joined) if m.start() < place - first < m.end()), None)
        if match is None or (match.start() == 0 < first) or (match.end() == len(joined) and last < len(text)):
            continue
        start, end = first + match.start(), first + match.end() + 1
        digits = _digits(match)
        kind = _twelve(digits) if len(digits) == 12 else Kind.PHONE if len(digits) in (10, 11) else Kind.NUMBER
        if len(digits) > 13 and _luhn_holds(digits):
            kind = Kind.CARD
        hits.append(row.found(start, end, kind))
        text = text[:start] + "#" * (end - start) + text[end:]
    return text


def _row(page: str, start: int, end: int) -> _Row:
    text = page[start:end].translate(_TO_ROW)
    for wide, mark in _WIDE_MARKS:
        text = wide.sub(mark, text)
    if page[start - 1 : start] == "+":
        return _Row("+" + text, page, start - 1, end)
    return _Row(text, page, start, end)


def _claimer(row: _Row, judge: _Judge, hits: list[Found]) -> Callable[[re.Match[str]], str]:
    def claim(match: re.Match[str]) -> str:
        kind = judge(match, row)
        if kind is None:
            return match[0]
        hits.append(row.found(*match.span(), kind))
        return "#" * len(match[0])

    return claim


def _without_public(text: str, public: frozenset[str], row: _Row) -> str:
    """The row without numbers that an office, or a line for everybody, is called by."""
    if not public and not _SERVICE_NUMBER.search(text) and not _OFFICE_BEFORE.search(text_before(row.page, row.start)):
        return text

    def blank(match: re.Match[str]) -> str:
        digits = plain_telephone(match[0])
        is_service = _SERVICE_NUMBER.match(digits) or _SERVICE_NUMBER.match(match[0])
        is_public = digits in public or is_service is not None or _is_an_office(match, row)
        return "#" * len(match[0]) if is_public else match[0]

    for pattern in (_ABROAD, _TELEPHONE, _DOTTED_TELEPHONE):
        text = pattern.sub(blank, text)
    return text


# Free calls and lines for many callers: no home has such a number.  080-0123-4567 could be a mobile telephone.
_SERVICE_NUMBER = re.compile(r"(?<![0-9])0(?:120|570|800(?=[- )]))")
_MOBILE = re.compile(r"0[5-9]0")
_OFFICE_BEFORE = re.compile(
    rf"(?:[市区町村](?:役所|役場)|役場|[都道府県]庁|[支本分]庁舎|支所|出張所|振興局|県?民?センター|保健所|税務署|法務局|年金事務所|消防署|警察署"
    rf"|公民館|図書館|市民病院|{_OFFICE_LINE})の?"
    rf"(?:{_OFFICE_LINE}|電話|(?i:tel)|番号|{_NUMBER_WORD}){{0,2}}[はが:( ]{{0,2}}\Z"
)


def _is_an_office(match: re.Match[str], row: _Row) -> bool:
    """A land line right behind the name of an office: 市役所の代表番号は…."""
    return not _MOBILE.match(plain_telephone(match[0])) and _OFFICE_BEFORE.search(row.before(match)) is not None


def plain_telephone(number: str) -> str:
    """The digits of a telephone number as dialled in Japan."""
    digits = "".join(re.findall("[0-9]", fold(number).page.translate(NUMBER_VALUES)))
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
    if len(groups) > 5 or _lists_years(match) or _begins_with_a_date(groups) or _ends_with_a_count(match, row):
        return None
    if len(digits) == 12 and len(groups) < 5 and not _THREES_AND_RANGES.fullmatch(match[0]):
        return _twelve(digits)
    if 14 <= len(digits) <= 16:
        if _luhn_holds(digits) and _is_card_prefix(digits):
            return Kind.CARD
        return Kind.NUMBER if len(groups) < 5 else None
    return None


_SPACED = re.compile(r"\A[0-9]{2,6}(?:[- n)][0-9]{2,8}){1,3}(?![0-9]|[- n)][0-9])")


def _judge_spaced(match: re.Match[str], row: _Row) -> Kind | None:
    """番号は 1234 5678: groups of a number, unless they are days, years, or count something."""
    digits, groups = _digits(match), re.findall("[0-9]+", match[0])
    years = [_YEAR_OR_DAY.fullmatch(group) is not None for group in groups]
    is_date = any(years[1:]) or (years[0] and len(digits) < 10)
    if not 7 <= len(digits) <= 10 or is_date or _ends_with_a_count(match, row):
        return None
    said_so = _NUMBERED.search(row.before(match)) or _WRITTEN_THERE.match(row.page, row.end)
    return Kind.NUMBER if said_so else None


_NUMBERED = re.compile(r"(?:番号|ばんごう|ナンバー)[^0-9。、\n\0]{0,8}\Z")
_WRITTEN_THERE = re.compile(r"[」』]?(?:って|と)(?:書いて|書かれ|印字|印刷|記載)")
_THREES_AND_RANGES = re.compile(r"[0-9]{3}-[0-9]{3}[ n][0-9]{3}-[0-9]{3}")


def _is_card_prefix(digits: str) -> bool:
    """What cards begin with; 20 and 19 begin years."""
    return digits[0] in "3456" or "22" <= digits[:2] <= "27"


def _begins_with_a_date(groups: list[str]) -> bool:
    """2026 4 1 1234: a day, and something behind it."""
    return len(groups) > 3 and groups[0][:2] in ("19", "20") and len(groups[0]) == 4 and len(groups[1]) < 3


def _ends_with_a_count(match: re.Match[str], row: _Row) -> bool:
    """1234 5678 9012 25歳: the last of the numbers counts something."""
    return _COUNTED.match(row.after(match)) is not None


def _counts(match: re.Match[str], row: _Row) -> bool:
    return _RIGHT_AT_A_UNIT.match(row.after(match)) is not None


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
    counted = _COUNTED.match(row.after(match)) is not None or digits[12:14] in ("19", "20")
    twelve_and_more = " " in match[0] and counted and not _CARD_OF_SIX.match(match[0])
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
    return bool(is_date) or _counts(match, row)


def _judge_odd_postal_code(match: re.Match[str], row: _Row) -> Kind | None:
    """五一五・八五一五 and 〒515|8515: kanji digits or the mark say that three and four belong together."""
    is_kanji = row.page[row.offsets[match.start()]] in _KANJI_NUMERAL
    sure = is_kanji or re.search("〒|郵便|ゆうびん", row.before(match, 12))
    return Kind.POSTAL_CODE if sure and not _counts(match, row) else None


def _judge_bare_row(match: re.Match[str], row: _Row) -> Kind | None:
    """Seven kanji digits and more, read one by one, count nothing; what somebody reads off a paper neither."""
    is_kanji = row.page[row.offsets[0]] in _KANJI_NUMERAL
    if len(match[0]) == 8 and _KANJI_LETTER.match(row.page, row.end):
        return None  # the last may begin the next word
    is_number = is_kanji or _WRITTEN_THERE.match(row.page, row.end) is not None
    return Kind.NUMBER if is_number and not _is_amount_or_date(match, row) else None


def _judge_commas(match: re.Match[str], row: _Row) -> Kind | None:
    """250,956,049,159: a sum has its unit behind it, a list of figures is not written with bare commas."""
    first, last = row.offsets[match.start()], row.offsets[match.end() - 1]
    written, digits = row.page[first:last], _digits(match)
    if _ends_with_a_count(match, row) or row.before(match, 1) in ("¥", "約", "$"):
        return None
    sure = re.fullmatch("[0-9,]+", written) or _my_number_check_digit_holds(digits)
    return _twelve(digits) if sure or re.search("番号|ナンバー", row.before(match)) else None


def _judge_postal_code(match: re.Match[str], row: _Row) -> Kind | None:
    """123-4567 standing alone; 500-1000円 is a range and 殿町134-1001 part of an address."""
    before = row.before(match, 1)
    return None if _WORD_LETTER.match(before) or _counts(match, row) else Kind.POSTAL_CODE


def _judge_long(match: re.Match[str], row: _Row) -> Kind | None:
    amount = len(match[0]) <= 11 and row.after(match)[:1] in frozenset("円人件千万億")
    return None if amount or _lists_years(match) else Kind.NUMBER


def _judge_parted(match: re.Match[str], row: _Row) -> Kind | None:
    """Numbers of three parts with a digit too many or too few, such as a My Number typed in haste."""
    return Kind.NUMBER if 10 <= len(_digits(match)) <= 13 and not _lists_years(match) else None


_WORD_LETTER = re.compile(rf"[{KANJI}{KATAKANA}A-Za-z]")
_UNIT = (
    r"(?:[円人名件年歳才回枚個台本%校点戸万億千分秒週月度]|[かヶカケヵ][月所国年]|[ck]?m(?![A-Za-z])|k?g(?![A-Za-z]))"
)
_COUNTED = re.compile(rf"[ \n]{{0,2}}{_UNIT}")
_RIGHT_AT_A_UNIT = re.compile(_UNIT)


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
_WHOLE_ROW = re.compile(r"\A[0-9][0-9n )-]{11,30}\Z")
_WHOLE_TELEPHONE = re.compile(rf"\A(?:0[0-9]{{9,10}}|{_three_parts(_ANY_MARK)}|{_two_parts(_ANY_MARK)})\Z", re.VERBOSE)
_CARD_OF_SIX = re.compile(r"[0-9]{4}[- ][0-9]{6}[- ][0-9]{4,5}")
_BROKEN_BY_A_LINE = re.compile(
    rf"""(?<![0-9-])(?:{_three_parts("[- )]")}|{_two_parts("[- )]")}|0[0-9]{{9,10}}
      | [0-9]{{4}}([- ]?)[0-9]{{4}}\1[0-9]{{4}}(?:\1[0-9]{{2,4}})?|{_CARD_OF_SIX.pattern}|[0-9]{{14,16}})(?![0-9-])""",
    re.VERBOSE,
)
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
_SPOKEN_POSTAL_CODE = re.compile(r"(?<![0-9n)-])[0-9]{3} ?n ?[0-9]{4}(?![0-9n)-])")
_ODD_POSTAL_CODE = re.compile(r"(?<![0-9n)-])(?<![0-9]\.)[0-9]{3}[ .n][0-9]{4}(?![0-9n)-]|\.[0-9])")
_BARE_ROW = re.compile(r"\A[0-9]{7,9}\Z")
_POSTAL_CODE = re.compile(r"(?<![0-9n)-])[0-9]{3}-[0-9]{4}(?![0-9n)-])")
_LONG = re.compile(r"(?<![0-9])(?:[0-9]{10,11}|[0-9]{13,})(?![0-9])|(?<![0-9-])[0-9]{4}-[0-9]{6}(?![0-9-])")
_PARTED = re.compile(
    r"(?<![0-9-])(?:[0-9]{3,5}-[0-9]{3,5}-[0-9]{3,5}|[0-9]{4} [0-9]{4} [0-9]{3,5}|[0-9]{4}(?:-[0-9]{4}){3}-[0-9]{1,4})"
    r"(?![0-9-])"
)

_LONG_FILLER = r"[^0-9。\0]{0,14}\Z"
_FILLER = r"[^0-9。\0]{0,10}\Z"  # 「番号は、えーと」
_KEYWORDS: tuple[tuple[re.Pattern[str], Kind, int, int], ...] = tuple(
    (re.compile(cue + (_LONG_FILLER if kind in _SURE else _FILLER)), kind, shortest, longest)
    for cue, kind, shortest, longest in (
        (r"(?:〒|〶|郵便(?:番号)?|ゆうびん(?:番号|ばんごう)|(?i:zip|postal) ?(?:code)?)", Kind.POSTAL_CODE, 7, 7),
        (rf"(?:年金|ねんきん)(?:手帳|証書|コード)?の?(?:記号)?{_NUMBER_WORD}", Kind.PENSION, 6, 11),
        (r"(?:年金手帳|年金証書|年金番号通知書?)", Kind.PENSION, 10, 10),
        (
            rf"(?:受給(?:者|資格)?証?|じゅきゅうしゃ(?:しょう)?|手当(?:証書)?|医療費?(?:受給者)?証|手帳)[^0-9。\0]{{0,8}}{_NUMBER_WORD}",
            Kind.RECIPIENT,
            6,
            11,
        ),
        (r"(?:受給者証?|受給資格者?証|医療費?証|じゅきゅうしゃしょう)", Kind.RECIPIENT, 7, 11),
        (
            rf"(?:被保険者証?|保険証|(?:介護|健康)保険|資格確認書|医療証|国保|記号・?)の?(?:記号・?)?{_NUMBER_WORD}",
            Kind.INSURED,
            6,
            11,
        ),
        (r"(?:口座|当座|ゆうちょ|普通預?金?|(?<![A-Za-z])記号)", Kind.ACCOUNT, 5, 14),
        (r"(?:電話|でんわ|(?i:tel|fax|phone)|携帯|ケータイ|スマホ|ファックス|連絡先)", Kind.PHONE, 6, 9),
        (r"(?:番号|ばんごう|ナンバー|免許証?|旅券|パスポート)", Kind.NUMBER, 6, 9),
    )
)
_VAGUE = frozenset({Kind.PHONE, Kind.NUMBER})  # after these words stand sums and days as well
# The order decides: a row that is one number, telephone shapes, long numbers, then what a keyword or its length tells.
ROW_RULES: tuple[_Rule, ...] = (
    (_WHOLE_ROW, _judge_whole_row),
    (_ABROAD, _judge_abroad),
    (_TIGHT_TELEPHONE, _judge_telephone),
    (_WHOLE_ROW, _judge_crumbled_row),
    (_CARD, _judge_card),
    (_TWELVE, _judge_twelve),
    (_WHOLE_TELEPHONE, _judge_telephone),
    (_AFTER_KEYWORD, _judge_keyword),
    (_TELEPHONE, _judge_telephone),
    (_SPACED, _judge_spaced),
    (_POSTAL_CODE, _judge_postal_code),
    (_SPOKEN_POSTAL_CODE, _judge_postal_code),
    (_ODD_POSTAL_CODE, _judge_odd_postal_code),
    (_BARE_ROW, _judge_bare_row),
    (_LONG, _judge_long),
    (_PARTED, _judge_parted),
)

# Marks that also write sums, dates and decimals: only the exact shape of a telephone or of 4-4-4 counts.
_NUMERALS = rf"[0-9{_KANJI_NUMERAL}]++"
DOTTED_RUN = re.compile(rf"(?<![0-9{_KANJI_NUMERAL}]){_NUMERALS}(?:[{_DOTS}ー \nのノ()-]{{1,4}}+{_NUMERALS})++")
_ANY_DOT = "[-. n)]"
_ITEM = r"(?:\A|(?<=\A[0-9][.])|(?<=\A[0-9]{2}[.]))"  # 3.090.1234.5678 is the third of a list
_ITEM_END = r"(?=\Z|[.][0-9]{1,2}(?:\Z|[^0-9]))"
_DOTTED_TELEPHONE = re.compile(
    rf"{_ITEM}(?:{_three_parts(_ANY_DOT)}|0[0-9]{{1,3}}[.][0-9]{{6,8}}){_ITEM_END}", re.VERBOSE
)
_DOTTED_FOURS = re.compile(rf"{_ITEM}(?:[0-9]{{4}}{_ANY_DOT}){{2,3}}[0-9]{{4}}{_ITEM_END}")
_DOTTED_SIX = re.compile(rf"{_ITEM}[0-9]{{4}}{_ANY_DOT}[0-9]{{6}}{_ANY_DOT}[0-9]{{4,5}}{_ITEM_END}")
_COMMAS = re.compile(rf"{_ITEM}(?:[0-9]{{3}}\.){{3}}[0-9]{{3}}{_ITEM_END}")
_DOTTED_KANJI = re.compile(r"\A[0-9]{2,4}(?:\.[0-9]{3,8}){1,2}\Z")


def _judge_dotted_kanji(match: re.Match[str], row: _Row) -> Kind | None:
    """番号は六八〇四・五四九七四七: no decimal is written so."""
    is_kanji = row.page[row.start] in _KANJI_NUMERAL and "・" in row.page[row.start : row.end]
    if not is_kanji:
        return None
    return _judge_keyword(match, row) or (Kind.NUMBER if _NUMBERED.search(row.before(match)) else None)


DOTTED_RULES: tuple[_Rule, ...] = (
    (_DOTTED_TELEPHONE, _judge_telephone),
    (_DOTTED_FOURS, _judge_fours),
    (_DOTTED_SIX, _judge_card),
    (_COMMAS, _judge_commas),
    (_ODD_POSTAL_CODE, _judge_odd_postal_code),
    (_DOTTED_KANJI, _judge_dotted_kanji),
)
_PERMIT_OR_PASSPORT = re.compile(rf"(?<![A-Za-z])[A-Z]{{2}}(?:[0-9]{{8}}[A-Z]{{2}}|[0-9]{{7}})(?![0-9A-Za-z]|{_UNIT})")


def permits(page: str) -> Iterator[Found]:
    """Residence cards and passports."""
    for match in _PERMIT_OR_PASSPORT.finditer(page):
        yield Found(*match.span(), Kind.NUMBER)


_SAID_DIGIT = (
    r"(?:ゼロ|ぜろ|れい|レイ|マル|まる|いち|イチ|に[いー]?|ニ[イー]?|さん|サン|よん|ヨン|しち|シチ|し[いー]?|シ[イー]?|ごー?|ゴー?|ろく|ロク|なな|ナナ"
    r"|はち|ハチ|きゅう|キュウ|きゅー|キュー|くー?|クー?)"
)
_SAID_ROW = re.compile(rf"(?:(?:{_SAID_DIGIT}|[0-9{KANJI_DIGIT}])[- ー、,・の\n]{{0,2}}){{7,}}+", re.DOTALL)
_SURELY_SAID = re.compile(
    r"ゼロ|ぜろ|れい|マル|まる|いち|イチ|さん|サン|よん|ヨン|しち|シチ|ろく|ロク|なな|ナナ|はち|ハチ|きゅう|キュウ|きゅー|キュー"
)
_ONE_SAID = re.compile(rf"{_SAID_DIGIT}|[0-9{KANJI_DIGIT}]")


def said(page: str) -> Iterator[Found]:
    """ゼロキュウゼロ、イチニサンヨン: digits as they are read aloud, seven of them and more."""
    for match in _SAID_ROW.finditer(page):
        written = match[0].rstrip(" 、,・の\n-ー")
        if len(_SURELY_SAID.findall(written)) > 2:
            length = len(_ONE_SAID.findall(written))
            kind = Kind.TWELVE_DIGITS if length == 12 else Kind.PHONE if length in (10, 11) else Kind.NUMBER
            yield Found(match.start(), match.start() + len(written), kind)
