"""LINE ids, links and e-mail addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from intents.personal_data.findings import Kind
from intents.personal_data.numbers import ROW_RULES, RUN, numbers_of_run
from intents.personal_data.page import Found

_LINE_ID = re.compile(r"[Uu][0-9A-Fa-f]{32}|(?<![0-9A-Za-z])[CRcr][0-9A-Fa-f]{32}(?![0-9A-Za-z])")
LINK = re.compile(r"https?://[!-~\0]+")
# Links stay readable, but a My Number or a card number is never stored, wherever it stands.
_NEVER_IN_LINKS = frozenset({Kind.MY_NUMBER, Kind.TWELVE_DIGITS, Kind.CARD})

_MAIL_LETTER = r"[A-Za-z0-9._%+-]"
_SPELT_AT = (
    r"[(\[{<【〈][ ]?(?:at|@|アット(?:マーク)?|あっと(?:まーく)?)[ ]?[)\]}>】〉]|アット(?:マーク)?"
    r"|あっと(?:まーく)?|[★☆◎●]"
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


_PROVIDER = (
    r"(?:gmail|googlemail|yahoo|ymail|docomo|ezweb|au|softbank|i\.softbank|icloud|me|outlook|hotmail"
    r"|live|nifty|biglobe|ocn)"
)
_NAME_AT_PROVIDER = re.compile(
    rf"(?i)(?<!{_MAIL_LETTER}){_MAIL_LETTER}++(?: {_MAIL_LETTER}++)? (?:at|アット"
    rf"|あっと) {_PROVIDER}{_DOT}[a-z0-9-]++(?:{_DOT}[a-z0-9-]++)*+"
)


def numbers_in_link(page: str, public: frozenset[str], start: int, end: int) -> Iterator[Found]:
    for run in RUN.finditer(page, start, end):
        found = numbers_of_run(page, *run.span(), public, ROW_RULES)
        yield from (each for each in found if each.kind in _NEVER_IN_LINKS)


def line_ids(page: str) -> Iterator[Found]:
    for match in _LINE_ID.finditer(page):
        yield Found(*match.span(), Kind.LINE_ID)


def emails(page: str) -> Iterator[Found]:
    taken = 0
    matches = sorted(
        (*_NAME_AT_PROVIDER.finditer(page), *_EMAIL.finditer(page), *_EMAIL_WITH_AT.finditer(page)),
        key=lambda match: match.start(),
    )
    for match in matches:
        if match.start() >= taken:
            yield Found(*match.span(), Kind.EMAIL)
            taken = match.end()
