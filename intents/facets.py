"""Which side of a matter is asked about: its fee, its deadline, whom to telephone …"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from intents.patterns import pattern_sources, patterns
from intents.remembered import remembered
from intents.text import normalize, split_story
from intents.tokenizer import tokenize
from intents.years import fiscal_years


class Facet(StrEnum):
    FEE = "fee"
    VALIDITY = "validity"
    DEADLINE = "deadline"
    BRING = "bring"
    COUNTER = "counter"
    METHOD = "method"
    TARGET = "target"
    DELIVERY_DAYS = "delivery_days"
    PROXY = "proxy"
    MAIL = "mail"
    BRANCH = "branch"
    ONLINE = "online"
    TELEPHONE = "telephone"
    FAX = "fax"
    EMAIL = "email"
    ADDRESS = "address"
    OFFICE = "office"
    WHO = "who"
    WHEN = "when"
    HOURS = "hours"
    WHY = "why"
    COUNT = "count"
    PERCENT = "percent"
    GOAL = "goal"
    CURRENT = "current"
    MEANING = "meaning"


REACHING = frozenset({Facet.TELEPHONE, Facet.FAX, Facet.EMAIL, Facet.ADDRESS})
"""What tells how to reach somebody."""


FIGURES = frozenset({Facet.GOAL, Facet.CURRENT, Facet.COUNT, Facet.PERCENT})
"""What a number answers."""


@dataclass(frozen=True)
class Asked:
    """What a message asks of its topic.

    ``open``: by who, what, when …, which yes or no does not answer.  ``years``: the fiscal years it names.
    """

    text: str
    facet: Facet | None
    years: tuple[int, ...] = ()
    open: bool = False


_SOURCES = pattern_sources("facets")
_ORDER = [Facet(name) for name in _SOURCES if name != "filler"]
"""The order of the file: 「どこに電話」 asks for a telephone, not for a place."""
_RANKS = {facet.value: place for place, facet in enumerate(_ORDER)}
_ANY = re.compile("|".join(f"(?P<{facet.value}>{_SOURCES[facet.value]})" for facet in _ORDER))
_FILLER = patterns("facets")["filler"]

_REFERENCE = re.compile(
    r"^(?:(?:じゃあ|じゃ(?!が)|それでは|では|ちなみに|あと(?!で|の|から)|えっと|それから|それなら)[、,\s]*|(?:で|なら)[、,\s]+)"
)
_POINTING = re.compile(
    r"(?:(?<!お)それ(?!ぞれ|だけ)|その(?!他|ほか|後|うち)|これ(?!から|まで)|この件|そこ|そちら)(?:は|って|の|を|に|で|も|が)?"
)
_LONGEST_VERB, _LONGEST_OPEN = 6, 12
_ACT = re.compile("[一-龥]{2}(?=(?:し(?:た|て|ま)|する|でき|され))")
"""A verb made of a noun (導入した), which names no matter."""
_NAMING = frozenset({("名詞", "普通名詞"), ("名詞", "固有名詞")})
_OPEN_QUESTION = re.compile(
    r"(?:いつ|どこ|誰|だれ|どなた|何|なに|どれ|なん(?=の|で|に|年|件|人|%|ぼ))(?!でも|も|か(?!ら|所|国|月|[\?。]*$))"
    r"|いく[らつ]|なんぼ|なぜ|何故|どうして|どう(?!しても|か)|どんな|どの|どちら|なん(?:ですか|なの|や|\?|$)"
)


@remembered
def read_question(text: str, this_year: int) -> Asked:
    """What ``text`` asks, a story around it left aside.

    ``this_year``: the fiscal year of today, which 「来年度」 counts from.
    """
    question = split_story(text)[0]
    facet, plain = asked_facet(question), normalize(question)
    side = facet is not None and facet not in YES_OR_NO and not _CLOSED.search(plain)
    return Asked(text, facet, fiscal_years(question, this_year), side or bool(_OPEN_QUESTION.search(plain)))


YES_OR_NO = frozenset({Facet.PROXY, Facet.MAIL, Facet.BRANCH, Facet.ONLINE, Facet.TARGET, Facet.HOURS})
"""Facets that are asked as 「できますか」."""

_CLOSED = re.compile(r"(?:ます|ません|る|た|ある|ない|無料|有料|ただ|タダ)(?:です)?(?:の|ん|か|かな|んか|のか)?[?。]*$")
"""How a question ends that yes or no answers."""

_PRECISELY = re.compile(
    "(?:どうやって|やり方|方法|手順).{0,80}(?:使|つな[ぐが]|申し?込|予約|登録|追加|借り|取[るりれっ]|もら|受け取|払|参加|入[るりれ])"
    "|(?:使い|申し?込み|取り|借り|払い|入り|(?:登録|予約|ダウンロード|インストール|設定|変更|解約)の)(?:方|仕方|しかた|方法)"
    "|何歳|なんさい"
)


def asks_precisely(text: str) -> bool:
    """Whether it is asked how one does something oneself (not how the municipality does it), or from what age."""
    return bool(_PRECISELY.search(normalize(text)))


PHRASES: Mapping[Facet, str] = {
    Facet.FEE: "手数料",
    Facet.VALIDITY: "有効期限",
    Facet.DEADLINE: "いつまで",
    Facet.BRING: "必要なもの",
    Facet.COUNTER: "場所",
    Facet.TARGET: "対象",
    Facet.DELIVERY_DAYS: "日数",
    Facet.PROXY: "代理",
    Facet.MAIL: "郵送",
    Facet.BRANCH: "支所",
    Facet.ONLINE: "オンライン",
    Facet.TELEPHONE: "電話番号",
    Facet.FAX: "FAX",
    Facet.EMAIL: "メールアドレス",
    Facet.ADDRESS: "所在地",
    Facet.OFFICE: "担当課",
    Facet.WHEN: "いつから",
    Facet.WHY: "なぜ",
    Facet.GOAL: "目標",
    Facet.CURRENT: "現状",
}
"""How a facet is asked for in a word: to ask it of another topic."""

_MADE_FOR: Mapping[str, frozenset[Facet]] = {
    "indicator": frozenset({Facet.GOAL, Facet.CURRENT, Facet.PERCENT, Facet.COUNT, Facet.DEADLINE}),
    "schedule": frozenset({Facet.WHEN, Facet.DEADLINE}),
    "office": REACHING | {Facet.OFFICE, Facet.WHO},
    "term": frozenset({Facet.MEANING}),
}


def kind_suits(facet: Facet, kind: str) -> bool | None:
    """Whether a kind of knowledge is there to answer a facet; None for a kind that may answer any."""
    made_for = _MADE_FOR.get(kind)
    return None if made_for is None else facet in made_for


def asked_facet(text: str) -> Facet | None:
    """The facet that a question asks for, if it asks for one."""
    found = asked_facets(text)
    return found[0] if found else None


@remembered
def asked_facets(text: str) -> tuple[Facet, ...]:
    """Every facet that a question asks for, what it is most about first."""
    found = {match.lastgroup or "" for match in _ANY.finditer(normalize(text))}
    return tuple(Facet(name) for name in sorted(found, key=_RANKS.__getitem__))


@remembered
def without_reference(text: str) -> tuple[str, bool]:
    """``text`` without 「じゃあ」「それは」, and whether it pointed back at all."""
    plain = normalize(text)
    rest = _REFERENCE.sub("", plain)
    bare = _POINTING.sub("", rest, count=1)
    return bare, bare != plain


@remembered
def lacks_topic(text: str) -> bool:
    """Whether a message asks for a side of something that it does not name: 「誰が借りられる？」."""
    plain = normalize(text)
    rest = _ANY.sub("", plain)
    if rest == plain or len(_FILLER.sub("", rest)) > _LONGEST_VERB:
        return False
    return not topic_nouns(_ACT.sub("", plain))


@remembered
def asks_openly_of_nothing(text: str) -> bool:
    """Whether a message asks what or how, and names neither a side nor a topic: 「何に使うの？」."""
    plain = normalize(text)
    open_question = bool(_OPEN_QUESTION.search(plain)) and asked_facet(plain) is None
    return open_question and len(plain) <= _LONGEST_OPEN and not topic_nouns(_ACT.sub("", plain))


@remembered
def names_only_an_act(text: str) -> bool:
    """Whether a message says what one wants to do, and not with what: 「更新したい」."""
    plain = normalize(text)
    acts = bool(_ACT.search(plain)) and asked_facet(plain) is None
    return acts and len(plain) <= _LONGEST_OPEN and not topic_nouns(_ACT.sub("", plain))


@remembered
def topic_nouns(text: str) -> tuple[str, ...]:
    """The nouns of a message beside those by which it asks for a facet: what it is about, if it says so."""
    plain = normalize(text)
    spans = [match.span() for match in _ANY.finditer(plain)]
    found, place = [], 0
    for token in tokenize(plain):
        start = plain.find(token.surface, place)
        place = start + len(token.surface)
        if token.part in _NAMING and token.content and not any(a < place and start < b for a, b in spans):
            found.append(token.surface)
    return tuple(found)


@remembered
def is_bare_facet(text: str) -> bool:
    """Whether a message is nothing but the asking for a facet: it needs the topic before it."""
    rest, _ = without_reference(text)
    left = _ANY.sub("", rest)
    return len(left) < len(normalize(text)) and not _FILLER.sub("", left)
