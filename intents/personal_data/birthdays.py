"""Birthdays, told from the other dates that a question may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator

from intents.personal_data.findings import Kind
from intents.personal_data.page import Found, text_before

KANJI_DIGIT = "〇○◯一二三四五六七八九"
_SMALL_NUMBER = rf"(?:[0-9]{{1,2}}|[{KANJI_DIGIT}十]{{1,3}})"
_GAP = r"[ \n]{0,2}"
_ASIDE = r"(?:\([^()\n\0]{2,8}\))?"  # 1955年（昭和30年）4月1日
_ERA = (
    r"(?P<old>明治|大正|昭和|めいじ|たいしょう|しょうわ|[明大昭](?=[0-9元])|(?<![A-Za-z])[MTSmts]\.?(?=[ 0-9]))"
    r"|(?P<new>平成|令和|へいせい|れいわ|[平令](?=[0-9元])|(?<![A-Za-z])[HRhr]\.?(?=[ 0-9]))"
)
_WESTERN = (
    rf"(?<![0-9])(?:西暦)?{_GAP}(?P<western>(?:1[89]|20)[0-9]{{2}}|(?:一[八九]|二[〇○◯])[{KANJI_DIGIT}]{{2}})(?![0-9])"
)
_YEAR_END = rf"{_ASIDE}{_GAP}(?:年|ねん|[-./・ーの]){_ASIDE}の?{_GAP}"
_MONTH_AND_DAY = (
    rf"(?P<month>{_SMALL_NUMBER}){_GAP}(?:月|がつ|[-./・ーの]){_GAP}"
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
    r"(?<![0-9A-Za-z])(?<![0-9][-ー])(?:(?:明治|大正|昭和|平成|令和|[MTSHRmtshr]\.?) ?[0-9]{1,2}|(?:18|19|20)?[0-9]{2})"
    r"(?:(?P<tight>[0-9]{4})|年?[ .\-/年・ーの][ ]?(?P<month>[0-9]{1,2})月?[ .\-/月・ーの][ ]?(?P<day>[0-9]{1,2})日?)"
    r"(?![0-9]|[-./][0-9])"
)
DATES: tuple[tuple[re.Pattern[str], bool], ...] = (
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
# 番号 447104 生年月日 1990…: the word belongs to the date behind it.
_NO_DATE_OF_ITS_OWN = r"(?![はが:= ]{0,2}[0-9明大昭平令西MTSHR])"
_BIRTH_AFTER = re.compile(
    rf"{_WEEKDAY}[ \n]?[にのがは]?[ ]?(?:[生産う]まれ|生れ|生(?![一-鿿])|誕生|出生"
    rf"|に[^0-9。\n\0]{{0,10}}(?:[生産う]まれ|出生|誕生|出産(?:し|いた|致|。|\Z)|産[みん])"
    rf"|(?:[私僕]の|わたしの)?{_BIRTH_WORD}{_NO_DATE_OF_ITS_OWN}|\(満?[0-9]{{1,3}}[歳才])"
)
# A date that bounds a period or dates an event is not somebody's birthday.
_PERIOD_AFTER = re.compile(
    rf"{_WEEKDAY} ?(?:から|より|以降|以前|以後|まで|付|現在|時点|施行|制定|着工|竣工|建築|開[館園校業]|[~〜-]"
    r"|に(?:は)?(?:開|制定|施行|建|設|着工|完成|発生|合併|起|でき|あった|始|登記|購入|買|取得|結婚|入籍|引っ?越|転[入居出])"
    r"|[のにあっ]{0,4}た?(?:大|集中|関東)?(?:台風|地震|津波|震災|水害|洪水|豪雨|大雨|火災|火事|空襲|戦争|噴火|事故|議会|会議|新聞|広報|選挙"
    r"|大会|式典|祭|条例|告示|判決|契約))"
)
_PERIOD_BEFORE = re.compile(
    r"(?:(?:から|より|[~〜-])[ ]?"
    r"|(?:建っ?|でき|開|開[業校館園設]し?|設立し?|完成し?|始まっ|起き|あっ|起こっ|発生し|合併し|施行され|制定され)た"
    r"(?:の|年月日|日)[はが][、 ]?"
    r"|(?:期限|締め?切り?|期日|施行日?|制定日?|建築年月日?|築年月日?|竣工日?|登記日?|契約日?|発行日?|交付日?|有効期間)"
    r"[がはの:、 ]{0,2})\Z"
)
# Who was born from a day on, or by it, is a whole year of people: such days begin school years and pensions.
_FIRST_OR_LAST_OF_A_COHORT = frozenset({(4, 1), (4, 2), (3, 31), (1, 1), (12, 31)})
_COHORT_AFTER = re.compile(
    rf"{_WEEKDAY}[ ]?(?:に)?(?:[生産う]まれ|生れ|生)(?:た|の)?"
    r"(?:(?:から|以[前後降]|まで|より(?:前|後))|(?P<all>[のた]?(?:人|方|かた|者|男性|女性|男女|世代|学年|全員|子ども?(?:たち|は何)|子は何)))"
)
_LATEST_OBVIOUS_BIRTH_YEAR = 1989
NUMBER_VALUES = str.maketrans("〇○◯一二三四五六七八九", "000123456789")


def birthdays(page: str, pattern: re.Pattern[str], needs_cue: bool) -> Iterator[Found]:
    for match in pattern.finditer(page):
        if _is_calendar_date(match) and _is_birthday(page, match, needs_cue):
            yield Found(*match.span(), Kind.BIRTHDAY)


def _is_calendar_date(match: re.Match[str]) -> bool:
    day = _month_and_day(match)
    return day is None or (1 <= day[0] <= 12 and 1 <= day[1] <= 31)


def _month_and_day(match: re.Match[str]) -> tuple[int, int] | None:
    parts = match.groupdict()
    if parts.get("tight"):  # the 0401 of 19550401
        return int(parts["tight"][:2]), int(parts["tight"][2:])
    month, day = parts.get("month"), parts.get("day")
    return (_small_number(month), _small_number(day)) if month and day else None


def _small_number(written: str) -> int:
    """Read 4, 四, 一二, 十二 or 三十一."""
    tens, ten, ones = written.translate(NUMBER_VALUES).partition("十")
    if not ten:
        return int(tens)
    return int(tens or "1") * 10 + int(ones or "0") if "十" not in ones else 0


def _is_birthday(page: str, match: re.Match[str], needs_cue: bool) -> bool:
    before = text_before(page, match.start())
    if _bounds_a_cohort(page, match):
        return False
    if _BIRTH_RIGHT_BEFORE.search(before):
        return True
    if _PERIOD_AFTER.match(page, match.end()) or _PERIOD_BEFORE.search(before):
        return False
    if _BIRTH_AFTER.match(page, match.end()) or _BIRTH_BEFORE.search(before):
        return True
    return not needs_cue and _only_a_birth_year(match)


def _bounds_a_cohort(page: str, match: re.Match[str]) -> bool:
    """昭和36年4月1日生まれから, and who was born on such a day: 令和2年4月1日生まれの人."""
    said = _COHORT_AFTER.match(page, match.end())
    if said is None:
        return False
    return said["all"] is None or _month_and_day(match) in _FIRST_OR_LAST_OF_A_COHORT


def _only_a_birth_year(match: re.Match[str]) -> bool:
    parts = match.groupdict()
    if parts.get("old"):
        return True
    year = parts.get("western")
    return year is not None and int(year.translate(NUMBER_VALUES)) <= _LATEST_OBVIOUS_BIRTH_YEAR
