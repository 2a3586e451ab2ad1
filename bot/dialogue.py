"""What the last turns of a dialogue were about, and what a short message means after them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from intents.facets import asked_facet, asks_openly_of_nothing, is_bare_facet, lacks_topic, without_reference
from intents.list_requests import ListRequest, list_from_json
from intents.text import normalize
from intents.years import is_bare_year

_NUMBER = re.compile(
    r"^(?:([1-9])|([一二三四五六七八九])|(最初|初め|はじめ))"
    r"(?:番目?|つ目|個目)?(?:の(?:やつ|もの|項目)?)?(?:です|で|を?お願いします|がいい|は|って|\?|\.|\))*$"
)
_KANJI_NUMBERS = "一二三四五六七八九"
_NONE_OF_THESE = re.compile(
    r"^(?:この中に(?:は)?(?:ない|ありません|無い)|どれ(?:でも|も)(?:ない|ありません|(?:違|ちが)(?:う|います))"
    r"|(?:全部|全て|すべて)(?:違|ちが)(?:う|います)|(?:いや|いいえ)?[、,]?(?:そう(?:じゃ|では)な(?:い|くて)|(?:違|ちが)(?:う|います)(?:よ|って)?)"
    r"|ない|なし|(?:ほか|他)(?:には?|は)?(?:ない|ありません)?(?:の|か|ですか)?\??)(?:です)?。?$"
)
_MORE = re.compile(
    r"^(?:もっと|もう少し|もうちょっと)?(?:詳し(?:く|い(?:こと|説明|話)?)|くわし(?:く|い(?:こと|説明|話)?)|詳細)(?:は|を|も)?"
    r"(?:教えて|おしえて|知りたい|見せて|説明して|お願い)?(?:ください|下さい|です|します)?[。?!]*$"
    r"|^もっと(?:教えて|おしえて|知りたい|聞きたい)(?:ください|下さい|です)?[。?!]*$"
    r"|^(?:もっと|もう少し|もうちょっと)(?:お願い(?:します)?|おねがい(?:します)?)?[。?!]*$"
)
_NOT_UNDERSTOOD = re.compile(
    r"^(?:意味|いみ|内容|説明|答え|言(?:って(?:い)?る|う)(?:こと|意味))?(?:が|も|は)?"
    r"(?:ちょっと|よく|全然|ぜんぜん|全く|まったく|さっぱり|何も)?"
    r"(?:(?:わか|分か|判|解)(?:らない|りません|らん|らへん|んない|りにくい|りづらい)|不明|理解でき(?:ない|ません))"
    r"(?:です|ですが|のですが|んですが|んだけど|んですけど|けど|よ|な|なあ|わ|ね)*[。?!]*$"
)
_AGAIN = re.compile(
    r"^(?:すみません|すいません|ごめん(?:なさい)?)?[、,。]?(?:もう(?:一|1|いち)(?:回|度|ど|かい|ぺん|遍)|もっかい|再度)"
    r"(?:だけ)?(?:言|い|おっしゃ|教え|おしえ|見せ|みせ|説明し|聞かせ|表示し|繰り返し)?(?:って|て)?"
    r"(?:お願い(?:し(?:ます)?)?|おねがい(?:し(?:ます)?)?|ください|下さい|くれ(?:る|ます|ません)?|もらえ(?:る|ます|ません)?|ほしい|欲しい)?"
    r"(?:です|か|な|ね)*[。?!]*$"
)
_NEXT = re.compile(
    r"^(?:続き|つづき|次|つぎ|残り|のこり|もっと|ほか|他)(?:の(?:もの|分|ページ)?)?(?:は|を|も|に(?:は|も)?)?(?:ある|あります)?"
    r"(?:見せて|見る|見たい|みる|みせて|表示(?:して)?|教えて|知りたい|お願いします)?(?:ください|下さい|です|か)?[。?!]*$"
)
_OTHERS = re.compile(
    r"^(?:ほか|他)に(?:も|は)?(?:(?:なに|何)(?:か|が|を)?)?(?:ある|あります|できる|できます)(?:もの|こと)?(?:は|の|ん|です|でしょう|か)*[。?!]*$"
)
_OF_USE = re.compile("どう|何が|なにが")
_TOPIC = re.compile(r"^(?P<topic>.{1,20}?)(?:の(?:方|ほう|場合))?(?:は|って|だと|なら|については)[。?!]*$")
LONGEST_FOLLOW_UP = 24


@dataclass(frozen=True)
class Dialogue:
    """``entry_id``: what was answered last.  ``offered``: the choices shown last, as (id, title).

    ``facet``: the side of a matter asked for last.  ``listing``: the list shown last, of which
    ``shown`` rows are out; ``years``: the years that the last two lists were about.  ``language``:
    of the last turn, held to the end where the resident has chosen it; ``language_told``: the one
    that the resident was told replies do not come in.  ``subjects`` and ``topic``: what the question
    was about that the choices were offered to, as the lexicon's subjects and in its own nouns.
    ``score``: of the weighing that led to the matter, and so of what is told of it from then on.
    ``led``: what an entry's answer was led by in the last reply.  ``why_asked``: the logged question of
    which it was last asked why the answer did not solve it.  ``next_best``: what may help where the answer
    ``next_of`` did not, best first, as (id, title).  ``sorry``: how often regret was said outside of ``misses``.
    ``browsed``: the place that was looked through last (bot.browsing).
    ``chosen_from``: the choices that the answer was taken from, as (id, title), as long as it is the last.
    ``readings``: whether the resident has asked for ふりがな.  ``untold``: whether they are still to be told what
    not to write, since nothing stands beside the numbers of an emergency.
    """

    entry_id: str | None = None
    offered: tuple[tuple[str, str], ...] = ()
    log_id: str | None = None
    misses: int = 0
    facet: str | None = None
    listing: ListRequest | None = None
    shown: int = 0
    years: tuple[int, ...] = ()
    language: str | None = None
    language_chosen: bool = False
    language_told: str | None = None
    subjects: tuple[str, ...] = ()
    topic: str | None = None
    score: float | None = None
    led: str | None = None
    why_asked: str | None = None
    next_best: tuple[tuple[str, str], ...] = ()
    next_of: str | None = None
    sorry: int = 0
    browsed: str | None = None
    readings: bool = False
    untold: bool = False
    chosen_from: tuple[tuple[str, str], ...] = ()

    def forgotten(self) -> Dialogue:
        """Nothing of what it was about; only how to speak on."""
        return Dialogue(
            language=self.language,
            language_chosen=self.language_chosen,
            language_told=self.language_told,
            readings=self.readings,
            untold=self.untold,
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


NEW_DIALOGUE = Dialogue()


def chosen_modes(state: dict[str, Any]) -> dict[str, Any]:
    """Of a remembered state only the ways of replying that the resident chose."""
    language = {name: state.get(name) for name in ("language", "language_chosen") if state.get("language_chosen")}
    return language | ({"readings": True} if state.get("readings") else {})


def dialogue_from_json(state: dict[str, Any]) -> Dialogue:
    offered = tuple((entry_id, title) for entry_id, title in state.get("offered", ()))
    return Dialogue(
        state.get("entry_id"),
        offered,
        state.get("log_id"),
        state.get("misses", 0),
        state.get("facet"),
        list_from_json(state.get("listing")),
        state.get("shown", 0),
        tuple(state.get("years", ())),
        state.get("language"),
        state.get("language_chosen", False),
        state.get("language_told"),
        tuple(state.get("subjects", ())),
        state.get("topic"),
        state.get("score"),
        state.get("led"),
        state.get("why_asked"),
        tuple((entry_id, title) for entry_id, title in state.get("next_best", ())),
        state.get("next_of"),
        state.get("sorry", 0),
        browsed=state.get("browsed"),
        readings=bool(state.get("readings", False)),
        untold=bool(state.get("untold", False)),
        chosen_from=tuple((entry_id, title) for entry_id, title in state.get("chosen_from", ())),
    )


@dataclass(frozen=True)
class Chosen:
    """The resident took one of the choices."""

    entry_id: str


@dataclass(frozen=True)
class NoneOfThese:
    """The resident said that none of the choices fits."""


@dataclass(frozen=True)
class FollowUp:
    """A message that only makes sense about ``entry_id``."""

    entry_id: str
    text: str


@dataclass(frozen=True)
class More:
    """More of what was answered last."""

    entry_id: str


@dataclass(frozen=True)
class Simpler:
    """What was answered last, for one who did not understand it."""

    entry_id: str


@dataclass(frozen=True)
class Again:
    """What was said last, once more."""


@dataclass(frozen=True)
class Others:
    """What else there is beside what was answered last."""

    entry_id: str


@dataclass(frozen=True)
class NextRows:
    """The rows of the last list that are not shown yet."""


@dataclass(frozen=True)
class OtherTopic:
    """「コンビニは？」: what was asked last, of something else."""

    topic: str
    facet: str


@dataclass(frozen=True)
class Unclear:
    """A number without a list, or 「いつから？」 without a topic."""


@dataclass(frozen=True)
class Fresh:
    """A question that stands alone."""

    text: str


Turn = Chosen | NoneOfThese | FollowUp | More | Simpler | Again | Others | NextRows | OtherTopic | Fresh | Unclear


def asks_of_the_last(text: str, before: Dialogue) -> bool:
    """Whether 「どうやって使う？」「何ができる？」 asks of what was answered or offered last, not of this service."""
    return bool((before.entry_id or before.offered) and _OF_USE.search(normalize(text)))


def read_turn(text: str, before: Dialogue) -> Turn:
    """What a message means after ``before``."""
    plain = normalize(text)
    if before.listing is not None and _NEXT.match(plain):
        return NextRows()
    named = _named_choice(plain, before.offered)
    if named is not None:
        return named
    if _NONE_OF_THESE.match(plain):
        return NoneOfThese()
    if _NUMBER.match(plain):
        return _chosen_before(plain, before) or Unclear()
    once_more = _once_more("".join(plain.split()), before)  # やさしい日本語 is written with spaces
    if once_more is not None:
        return once_more
    if _OTHERS.match(plain) and (before.entry_id or before.offered):
        return NoneOfThese() if before.offered or not before.entry_id else Others(before.entry_id)
    return _follow_up(text, plain, before)


def _chosen_before(plain: str, before: Dialogue) -> Chosen | None:
    """「3番」 after the second of the choices was read: another of the same ones, unless a list has numbers, too."""
    if before.listing is not None or before.entry_id not in {entry_id for entry_id, _ in before.chosen_from}:
        return None
    named = _named_choice(plain, before.chosen_from)
    return named if isinstance(named, Chosen) else None


def _once_more(plain: str, before: Dialogue) -> More | Simpler | Again | None:
    """More of what was shown last, or the same again, or in simpler words."""
    if not before.entry_id and not before.offered and before.listing is None:
        return None
    if _AGAIN.match(plain) or (before.offered and not before.entry_id and _MORE.match(plain)):
        return Again()
    if before.entry_id and _MORE.match(plain):
        return More(before.entry_id)
    asks_simpler = before.entry_id and not before.offered and _NOT_UNDERSTOOD.match(plain)
    return Simpler(before.entry_id) if before.entry_id and asks_simpler else None


def _follow_up(text: str, plain: str, before: Dialogue) -> OtherTopic | FollowUp | Unclear | Fresh:
    """What a message means by the words that it lacks."""
    rest, pointed = without_reference(plain)
    bare = is_bare_facet(plain) or is_bare_year(plain)
    if len(plain) <= LONGEST_FOLLOW_UP:
        bare = bare or bool((before.entry_id or before.offered) and lacks_topic(rest))
        if bare and before.offered:
            return Unclear()
        topic = _topic_alone(rest, plain)
        if topic and before.facet:
            return OtherTopic(topic, before.facet)
        asks = not before.offered and asks_openly_of_nothing(rest)
        if before.entry_id and (bare or asks or (pointed and bool(rest))):
            return FollowUp(before.entry_id, rest)
    return Unclear() if bare else Fresh(text)


def _topic_alone(rest: str, plain: str) -> str | None:
    """「コンビニ」 of 「じゃあコンビニは？」; None where a side of it is asked, too."""
    found = _TOPIC.match(rest)
    topic = found["topic"] if found else rest.rstrip("?。!") if rest != plain else ""
    return topic if topic and asked_facet(rest) is None else None


def _named_choice(plain: str, offered: Sequence[tuple[str, str]]) -> Chosen | NoneOfThese | None:
    """The choice named by its number or its title.  The number after the last is 「この中にない」."""
    number = chosen_number(plain)
    if number and number <= len(offered):
        return Chosen(offered[number - 1][0])
    if number and offered and number == len(offered) + 1:
        return NoneOfThese()
    return next((Chosen(entry_id) for entry_id, title in offered if normalize(title) == plain), None)


def chosen_number(plain: str) -> int | None:
    """The number that 「2番目は？」 is."""
    found = _NUMBER.match(plain)
    if found is None:
        return None
    digit, kanji, _ = found.groups()
    if digit:
        return int(digit)
    return _KANJI_NUMBERS.index(kanji) + 1 if kanji else 1
