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

from collections.abc import Collection, Iterable

from intents.personal_data.addresses import addresses
from intents.personal_data.alone import whole
from intents.personal_data.birthdays import DATES, birthdays
from intents.personal_data.findings import Kind, Masked, Span
from intents.personal_data.links import LINK, emails, line_ids, numbers_in_link
from intents.personal_data.names import NAME_DETECTORS
from intents.personal_data.numbers import (
    DOTTED_RULES,
    DOTTED_RUN,
    ROW_RULES,
    RUN,
    numbers,
    permits,
    plain_telephone,
    said,
)
from intents.personal_data.page import Found, fold, wall_off

__all__ = ["Kind", "Masked", "Span", "mask", "valid_my_numbers"]


def mask(text: str, *, public_numbers: Collection[str] = ()) -> Masked:
    """Replace personal data by labels; telephone numbers in ``public_numbers`` stay."""
    public = frozenset(filter(None, map(plain_telephone, public_numbers)))
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


def valid_my_numbers(masked_text: str) -> int:
    """Of how many numbers in a masked text the check digit of a My Number held."""
    return masked_text.count(Kind.MY_NUMBER.label)


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


def _search(text: str, public: frozenset[str]) -> list[Span]:
    folded = fold(text)
    page = folded.page
    found: list[Found] = []

    def claim(findings: Iterable[Found]) -> None:
        nonlocal page
        fresh = list(findings)
        found.extend(fresh)
        page = wall_off(page, [(each.start, each.end) for each in fresh])

    claim(line_ids(page))
    links = [match.span() for match in LINK.finditer(page)]
    claim(each for link in links for each in numbers_in_link(page, public, *link))
    page = wall_off(page, links)
    claim(emails(page))
    for pattern, needs_cue in DATES:
        claim(birthdays(page, pattern, needs_cue))
    claim(said(page))
    claim(permits(page))
    claim(numbers(page, public, DOTTED_RUN, DOTTED_RULES))
    claim(numbers(page, public, RUN, ROW_RULES))
    claim(addresses(page))
    for detect in NAME_DETECTORS:
        claim(whole(page, detect(page)))
    return [folded.span(each) for each in sorted(found)]
