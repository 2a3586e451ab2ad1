"""Questions that ask for a judgement on one person, or for advice that only a professional may give.

Nobody but the office that holds the papers can say whether a resident is entitled to something; a
chat that says 「はい」 to 「うちはもらえますか」 has promised it.  Deciding is by patterns kept as data.
"""

from __future__ import annotations

import re
from enum import StrEnum

from intents.foreign import readings
from intents.patterns import patterns
from intents.remembered import remembered
from intents.text import normalize, split_story


class Judgement(StrEnum):
    """What is to be judged: one person's own matter (the first three), or something for a professional."""

    ELIGIBILITY = "eligibility"
    AMOUNT = "amount"
    STATUS = "status"
    MEDICAL = "medical"
    LEGAL = "legal"
    POLITICAL = "political"

    @property
    def of_one_person(self) -> bool:
        return self in (Judgement.ELIGIBILITY, Judgement.AMOUNT, Judgement.STATUS)


_ADVICE = (
    (Judgement.POLITICAL, "political"),
    (Judgement.LEGAL, "legal"),
    (Judgement.MEDICAL, "medical"),
)

_OWN = (
    (Judgement.STATUS, "status"),
    (Judgement.AMOUNT, "amount"),
    (Judgement.ELIGIBILITY, "granted"),
    (Judgement.ELIGIBILITY, "admitted"),
)
"""What is a judgement only about somebody: 「対象ですか」 may ask which procedures are covered."""

_ABROAD = (
    Judgement.POLITICAL,
    Judgement.LEGAL,
    Judgement.MEDICAL,
    Judgement.STATUS,
    Judgement.AMOUNT,
    Judgement.ELIGIBILITY,
)

_SURE = (
    (Judgement.STATUS, "status_sure"),
    (Judgement.ELIGIBILITY, "judged"),
    (Judgement.ELIGIBILITY, "benefit_granted"),
)

_BROAD_ADVICE = ((Judgement.POLITICAL, "votes"), (Judgement.LEGAL, "quarrel"), (Judgement.MEDICAL, "illness"))
_BROAD_OWN = ((Judgement.STATUS, "own_status"), (Judgement.ELIGIBILITY, "own_matter"))
"""Any question of its field, unless it asks for a service (オンライン, どこ, 手続き …)."""

_GAPS = re.compile(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])")


@remembered
def judgement(text: str) -> Judgement | None:
    """The judgement that a message asks for; None for a question about what holds for all."""
    known = patterns("judgements")
    whole, asked = _plain(text), _plain(split_story(text)[0])
    if known["consults"].search(asked):
        return None
    advice = _first(_ADVICE, whole)
    if advice is not None:
        return advice
    if known["general"].search(asked) and not known["person"].search(asked):
        return None
    own = _first(_OWN, asked) if _is_of_somebody(whole) else None
    return own or _first(_SURE, asked) or _of_a_case(whole, asked) or _broadly(whole, asked)


@remembered
def judgement_in_another_language(text: str) -> Judgement | None:
    """The same of a message in another language, as it was typed.

    Its Japanese words alone no longer tell who may get it from whether I may.
    """
    for plain, known in readings(text, "judgements"):
        kind = next((kind for kind in _ABROAD if known[kind.value].search(plain)), None)
        if kind is not None:
            return kind
    return None


def _of_a_case(whole: str, asked: str) -> Judgement | None:
    """「62歳でももらえますか」: whoever names an age or a circumstance asks for one person, though nobody is named."""
    known = patterns("judgements")
    told = known["case"].search(whole) and known["allowed"].search(asked) and not known["means"].search(asked)
    return Judgement.ELIGIBILITY if told else None


def _broadly(whole: str, asked: str) -> Judgement | None:
    if patterns("judgements")["service"].search(asked):
        return None
    own = _first(_BROAD_OWN, asked) if _is_of_somebody(whole) else None
    return own or _first(_BROAD_ADVICE, asked)


def names_no_matter(text: str) -> bool:
    """Whether a message asks about somebody without saying in what: 「うちももらえますか」."""
    return bool(patterns("judgements")["bare"].fullmatch(_plain(text)))


@remembered
def tells_of_somebody(text: str) -> bool:
    """Whether a message speaks of one person or household, its writer's most often."""
    plain = _plain(text)
    return _is_of_somebody(plain) or bool(patterns("judgements")["case"].search(plain))


_LEAST_ASKED = 5
"""What is left of a question without its circumstances must still name a matter and what to do with it."""

_MOST_CIRCUMSTANCES = 2
"""Who it is and what holds for him (うちの妻は・外国籍ですが)."""

_MUST_TELL = {Judgement.STATUS: "told_status", Judgement.AMOUNT: "told_amount"}

_TOLD_BY = {"admitted": "told_admitted", "passing": "told_passing"}


def asked_of_all(text: str) -> str | None:
    """The question as anybody would ask it (うちの母でもテントを借りられますか: テントを借りられますか).

    None where it tells of no circumstances, or asks for nothing without them.
    """
    plain = _plain(split_story(text)[0])
    rest = plain
    for _ in range(_MOST_CIRCUMSTANCES):
        rest = patterns("judgements")["circumstances"].sub("", rest)
    return rest if rest != plain and len(rest) >= _LEAST_ASKED else None


def tells_in_general(kind: Judgement, question: str, told: str) -> bool:
    """Whether ``told`` says anything in general of what is to be judged.

    An app to report an absence by is no word about a place in a nursery.
    """
    known = patterns("judgements")
    group = _MUST_TELL.get(kind)
    if kind is Judgement.ELIGIBILITY:
        asked = _plain(question)
        group = next((told_by for asks, told_by in _TOLD_BY.items() if known[asks].search(asked)), None)
    return group is None or bool(known[group].search(_plain(told)))


def _plain(text: str) -> str:
    """``text`` normalized, without the spaces that some put between the words."""
    return _GAPS.sub("", normalize(text))


def _is_of_somebody(text: str) -> bool:
    known = patterns("judgements")
    return bool(known["person"].search(text) or known["own_case"].search(text))


def _first(table: tuple[tuple[Judgement, str], ...], text: str) -> Judgement | None:
    """The kind of the first group of ``table`` that ``text`` matches."""
    known = patterns("judgements")
    return next((kind for kind, group in table if known[group].search(text)), None)
