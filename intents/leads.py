"""Which sentence of an answer tells what was asked, so that it can come first."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from intents.facets import Asked, Facet, asked_facet
from intents.patterns import patterns
from intents.text import normalize
from intents.years import fiscal_years

_VALUES, _SILENCES = patterns("values"), patterns("silences")
_OPENLY_MISSING, _SENDS_ELSEWHERE = _SILENCES["open"], _SILENCES["elsewhere"]
_ENDS = re.compile(r"(?<=。)(?![」』）)])|\n")
_BULLET = re.compile(r"^[・①-⑳]\s*|^\d+[.)]\s*")
_YES_OR_NO = re.compile(r"^(?:(?:はい|いいえ)[、,。]|(?:Yes|No)[.,])\s*")
_ASIDE = re.compile(
    r"計画(?:の時点)?\([^()]*+\)|\((?=[^()]*+\))[^()]*(?:時点|計画|見込|内線)[^()]*+\)"
    r"|(?:令和|平成)?(?:(?<!\d)\d++|元)年(?:\d+月)?(?:の|に作られた|につくられた|に改定された)計画(?:書)?(?:の時点)?"
    r"|計画(?:が|を)(?:つくら|作ら|つくっ|作っ)[^、。]{0,12}時点"
)
"""What only says of when the answer is."""
_LEANING = re.compile(
    r"(?:その|それ|この|これ|ここ|そこ|どちらも|どれも|また|ただし|一方|なお|同じ|同時に|ほかに|このほか|あわせて行|具体的|例に)"
)
_BEGINNING = re.compile(
    "始ま|はじま|開始|(?<=[年度月日頃ろ降)）])から|導入|運用|公開|開設|配信|できた|でき|作られ|つくられ|発足|設置|改定|改訂|策定|決定|行われ|行い|整備"
)
_AMOUNT = re.compile(
    r"\d\s?%|\d\s?(?:件|人|回|台|か所|業務|手続|時間|枚|団体).*(?:目標|めざ|でした|ました|増や|減ら)|(?:目標|「なし」).*\d"
)
"""A sentence that tells how much there was in a year does not tell when something began."""
_PERSON = re.compile(r"市長|部長|課長|係長|職員|教授|氏[がでのは]|代表|専門家|メンバー|業者|支援員|店員")
_PLACES = ("か所", "箇所", "カ所", "ヶ所", "ケ所", "ヵ所", "個所")
_COUNTED = re.compile(rf"(?:何|なん)\s?({'|'.join(_PLACES)}|[人名件回台枚個]|業務|団体|手続|時間)")
_STRICT_UNIT = re.compile(r"(?:何|なん)\s?(?:[人名回台枚]|時間|団体)")
"""Who asks how many people is not told by how many things; 「何件」 is asked of anything."""
_SAME_UNITS = dict.fromkeys("人名", "(?:人|名)") | dict.fromkeys(_PLACES, f"(?:{'|'.join(_PLACES)})")
_ASKS_AGE, _AGE = re.compile("何歳|なんさい"), re.compile(r"\d歳|年齢|だれでも|誰でも")
_ACT = re.compile(
    r"([一-龥]{2,6}(?:登録|申請|更新|変更|返納|廃止|解約|取得|発行|予約|届))"
    r"(?:の|を)?(?:方法|やり方|しかた|仕方|手順|する|した|は?どう|(?:ネット|オンライン)で)"
)
"""What somebody wants to do."""
_SEAL = re.compile("実印|はんこ|ハンコ|判子")
_PAPERED_ACT = re.compile("([一-龥]{0,4})[のを]?(登録|納税|課税|転入|転出|婚姻|離婚|出生|死亡|納付|廃車)")
_PAPER = re.compile(r"[一-龥]{2,8}?の?(?:証明書?|証(?!明)|カード|番号|票)")
"""Papers that have the name of an act in theirs."""
_DIGIT = re.compile(r"\d")
_ASKS_ALREADY = re.compile("もう|すでに|既に")
_REPEATED = re.compile("毎年|随時|毎月|定期的|数年に")
_ASKS_BEGINNING = re.compile("から|始ま|はじま|開始|導入|使え|でき")
_UNTIL = re.compile("まで|(?<!端)末|期限|終わ|以内|期間|目標")

_WHOLE = re.compile("全部|ぜんぶ|すべて|全て|一覧|いちらん|リスト")
_AHEAD = re.compile(
    "目標|もくひょう|(?<![今れ])まで|将来|今後|これから|目指|めざ|予定|増や|減ら|伸ば|に(?:する|します|したい|なる|なります)"
)
"""How many there shall be, and not how many there are."""

_YEAR_WEIGHT, _DIRECTION_WEIGHT, _LEANING_WEIGHT, _FIRST_WEIGHT, _TITLE_WEIGHT = 0.6, 0.2, 0.25, 0.12, 0.15
"""What counts beside the words that a sentence shares with the question (0 to 1)."""
_FEW_PAIRS = 8
_NEARBY = 2
"""The letters before or after a word by which it is known as a part of a name."""
_NAMED_ALIKE = frozenset({Facet.COUNTER, Facet.BRING})
"""Told by words that also name matters: 書かない窓口, マイナンバーカードの普及."""
_TOLD_BY = {
    Facet.BRING: re.compile("必要|要[るり]|持っ|持ち|用意|使[っい]|暗証|本人確認|添え"),
    Facet.WHO: re.compile(
        "市長|部長|課長|係長|補佐|教授|氏[がでのは]|代表|専門家|メンバー|支援員|店員"
        r"|(?:職員|業者|団体|自治会|課|室|本部|会議|委員会|部署|部門|局|係|担当|担当者|庁|[市町村国県])(?:\d+人)?"
        "(?:が|は(?!、)|です|で(?:作|つく|行|進|、)|と契約|に(?:委託|任|頼))"
    ),
}
"""Without which a sentence only names what it has the words of."""
_SOFT = frozenset({Facet.COUNTER, Facet.METHOD, Facet.WHO, Facet.TARGET, Facet.BRING})
"""Told by words that may as well stand beside it: less sure than a text's own word that it does not tell."""
_COMPOUND = re.compile("[一-龥ァ-ヺー]")
"""What goes on after コンビニ in コンビニ交付, which is no place."""
_NOT_IN_LISTS = frozenset({Facet.METHOD, Facet.WHY})
"""What a row of a list does not tell of what the list is about."""
_ITS_MATTER = 0.25
"""From this share of the question's letter pairs on, a sentence is about what was asked."""


@dataclass(frozen=True)
class Leading:
    """A sentence that tells what was asked, or (``silent``) that this is not known.

    ``rest``: the text without it, where it can be taken out without harm.
    """

    sentence: str
    silent: bool
    first: bool
    rest: str


def leading_sentence(text: str, asked: Asked, title: str = "", *, following: bool = False) -> Leading | None:
    """The sentence of ``text`` that answers ``asked``; None where no sentence does.

    Under a ``title`` that asks the same, the first sentence was written to be the answer.
    ``following``: who asks has just read the text, so its first sentence is hardly what he lacks,
    nor is what only bears the name of the matter (書かない窓口 is no place) or stands in a list.
    """
    if asked.facet is None:
        return None
    sentences = split_sentences(text)
    written = facet_of_title(title) is asked.facet
    unread = following and not written
    found = _telling(sentences, asked, asked.facet, title if unread else None)
    plain = [place for place in found if not _by_the_way(asked, sentences[place])]
    silent = _silent_at(sentences, asked.facet)
    if silent is not None:
        plain = _before_silence(plain, sentences, asked, unread=unread)
        if not plain:
            return _taken_out(text, sentences, silent, silent=True)
    if not found or (not plain and _ASKS_BEGINNING.search(asked.text)):
        return None
    if _BULLET.match(sentences[(plain or found)[0]]) and asks_for_all(asked.text):
        return _taken_out(text, sentences, 0, silent=False)
    bonus = (-_FIRST_WEIGHT if unread else _FIRST_WEIGHT) + _TITLE_WEIGHT * written
    if following and asked.facet in _SOFT:
        asked = replace(asked, text=asked.text.removeprefix(title))  # its name stands in what only says what it is
    best = max(plain or found, key=lambda place: _fitness(sentences[place], asked) + bonus * (place == 0))
    return _taken_out(text, sentences, best, silent=False)


def _telling(sentences: tuple[str, ...], asked: Asked, facet: Facet, title: str | None) -> list[int]:
    """The places of the sentences that tell a side.  ``title``: of a text just read, which was not written for it."""
    found = [place for place, one in enumerate(sentences) if _tells(facet, one)]
    if title is not None:
        found = [place for place in found if _tells_of_itself(facet, sentences[place], title)]
        found = found[1:] if facet is Facet.METHOD and found[:1] == [0] else found
    if facet is Facet.WHY:
        found = [place for place in found if not _is_why_not_known(sentences, place)]
    if asks_in_a_unit(asked):
        found = [place for place in found if _counted_alike(asked.text, sentences[place])]
    if asks_age(asked):
        found = [place for place in found if _AGE.search(sentences[place])]
    return found


def _before_silence(plain: list[int], sentences: tuple[str, ...], asked: Asked, *, unread: bool) -> list[int]:
    """What tells a side so surely that it comes before a text's own word that it does not tell it."""
    if unread and asked.facet in _SOFT and plain == [0]:
        return []
    if asked.facet is Facet.WHEN and _ASKS_BEGINNING.search(asked.text):
        return [place for place in plain if not _is_only_repeated(sentences[place])]
    return plain


def _is_only_repeated(sentence: str) -> bool:
    """Whether a sentence tells how often, which is no beginning."""
    plain = normalize(sentence)
    return bool(_REPEATED.search(plain)) and not _DIGIT.search(plain)


def _is_why_not_known(sentences: tuple[str, ...], place: int) -> bool:
    """Whether a sentence only tells why something is not known: itself, or after one that says so."""
    if is_silence(sentences[place]) or _SENDS_ELSEWHERE.search(normalize(sentences[place])):
        return True
    return place > 0 and is_silence(sentences[place - 1])


def _tells_of_itself(facet: Facet, sentence: str, title: str) -> bool:
    """Whether a sentence holds a value of the facet beside what its matter is called by."""
    if facet in _NOT_IN_LISTS and _BULLET.match(sentence):
        return False
    needed = _TOLD_BY.get(facet)
    if needed is not None and not needed.search(normalize(sentence)):
        return False
    value = _VALUES.get(facet.value)
    if facet not in _NAMED_ALIKE or value is None:
        return True
    plain, named = normalize(sentence), normalize(title)
    found = (match for match in value.finditer(plain) if not _COMPOUND.match(plain[match.end() : match.end() + 1]))
    return any(not _is_name(plain, match.start(), match.end(), named) for match in found)


def _is_name(sentence: str, start: int, end: int, title: str) -> bool:
    """Whether a word stands in the title, too, and there with what is before or after it in the sentence."""
    before = sentence[max(start - _NEARBY, 0) : end]
    after = sentence[start : end + _NEARBY]
    return any(one in title for one in (before, after) if len(one) == end - start + _NEARBY)


def tells_loosely(text: str, asked: Asked) -> bool:
    """Whether a text may well tell what was asked, in words that are no proof of it: no ground to say that it does not.

    When something is, only where it was asked whether it is already (もう走ってますか).
    """
    if asked.facet is None or (asked.facet is Facet.WHEN and not _ASKS_ALREADY.search(asked.text)):
        return False
    value = _VALUES.get(f"loosely_{asked.facet.value}")
    return value is not None and any(
        value.search(normalize(one)) and not is_silence(one) for one in split_sentences(text)
    )


def loosely_told(text: str, asked: Asked) -> str | None:
    """The sentence after the first that may well tell what was asked, and stands alone."""
    told = [one for one in split_sentences(text)[1:] if not _BULLET.match(one)]
    value = _VALUES.get(f"fairly_{asked.facet}") or _VALUES.get(f"loosely_{asked.facet}")
    if value is None or asked.facet is Facet.WHEN:
        return None
    return next((one for one in told if value.search(normalize(one)) and not is_silence(one)), None)


def asks_in_a_unit(asked: Asked) -> bool:
    """Whether it is asked how many there are of what only its own unit counts: 何人, and not 何件."""
    return asked.facet is Facet.COUNT and bool(_STRICT_UNIT.search(asked.text))


def counts_what_is_asked(asked: Asked, sentence: str) -> bool:
    """Whether a sentence counts in the unit of the question; never where that names none (いくつ)."""
    return _counted_alike(asked.text, sentence)


def asks_age(asked: Asked) -> bool:
    """Whether it is asked from or to what age."""
    return asked.facet is Facet.TARGET and bool(_ASKS_AGE.search(asked.text))


def tells_age(text: str) -> bool:
    return bool(_AGE.search(normalize(text)))


def is_of_another_act(asked: str, told: str) -> bool:
    """Whether what is asked how to do (印鑑登録の方法) is nowhere ``told``: 印鑑登録証明書 is only a paper's name."""
    act = _ACT.search(normalize(asked))
    return act is not None and not re.search(f"{re.escape(act[1])}(?!の?証明|証|カード|番号)", normalize(told))


def names_only_its_paper(asked: str, told: str) -> bool:
    """Whether an act that is asked for is ``told`` of only in the name of a paper: 印鑑登録 in 印鑑登録証明書.

    Who names a paper asks for that, whatever act is in its name.
    """
    question = _SEAL.sub("印鑑", normalize(asked))
    acts = [] if _PAPER.search(question) else [match.groups() for match in _PAPERED_ACT.finditer(question)]
    if not acts:
        return False
    plain = normalize(told)
    named, rest = " ".join(_PAPER.findall(plain)), _PAPER.sub(" ", plain)
    # What is registered may be called otherwise: then any 登録 but that of a paper may be it.
    meant = [f"{of}{act}" if f"{of}{act}" in plain else act for of, act in acts]
    return any(act in named and act not in rest for act in meant)


def _by_the_way(asked: Asked, sentence: str) -> bool:
    """Whether a sentence names a year only to say how much there was, or shall be, of something else."""
    if asked.facet is not Facet.WHEN or _BEGINNING.search(sentence) or not _AMOUNT.search(normalize(sentence)):
        return False
    return shared(asked.text, sentence) < _ITS_MATTER


@lru_cache(maxsize=2_000)
def _silent_at(sentences: tuple[str, ...], facet: Facet) -> int | None:
    """The first sentence that says openly that the facet is not known."""
    topic = _SILENCES.get(facet.value)
    if topic is None:
        return None
    return next((at for at, one in enumerate(sentences) if is_silence(one) and topic.search(normalize(one))), None)


def silence_on(text: str, facet: Facet) -> Leading | None:
    """The sentence that says openly that the facet is not known, put first."""
    sentences = split_sentences(text)
    place = _silent_at(sentences, facet)
    return None if place is None else _taken_out(text, sentences, place, silent=True)


def first_told(text: str) -> str:
    """The first sentence of a text, with its list where it only stands over one."""
    sentences = split_sentences(text)
    return text[slice(*_span(text, sentences, 0))] if sentences else ""


def asks_for_all(question: str) -> bool:
    """Whether a list is wanted whole, and none of its rows before the others."""
    return bool(_WHOLE.search(normalize(question)))


def asks_ahead(question: str) -> bool:
    """Whether a number is asked for that is still to come."""
    return bool(_AHEAD.search(normalize(question)))


def sentence_at(text: str, place: int) -> Leading:
    """The sentence at a known place, put first."""
    sentences = split_sentences(text)
    return _taken_out(text, sentences, place, silent=is_silence(sentences[place]))


@lru_cache(maxsize=50_000)
def is_silence(sentence: str) -> bool:
    """Whether a sentence says openly that something is not known."""
    return bool(_OPENLY_MISSING.search(normalize(sentence)))


def without_yes_or_no(text: str) -> str:
    """``text`` without the 「はい、」 that answers no question of who, what or when."""
    plain = _YES_OR_NO.sub("", text)
    return plain if plain == text else plain[:1].upper() + plain[1:]


@lru_cache(maxsize=20_000)
def split_sentences(text: str) -> tuple[str, ...]:
    return tuple(part for part in (piece.strip() for piece in _ENDS.split(text)) if part)


@lru_cache(maxsize=20_000)
def facets_spoken_of(text: str) -> frozenset[Facet]:
    """The facets that a text tells, or says are not known."""
    sentences = split_sentences(text)
    return frozenset(
        facet
        for facet in Facet
        if any(_tells(facet, one) for one in sentences) or _silent_at(sentences, facet) is not None
    )


@lru_cache(maxsize=20_000)
def facet_of_title(title: str) -> Facet | None:
    return asked_facet(title)


@lru_cache(maxsize=2_000)
def _tells(facet: Facet, sentence: str) -> bool:
    """Whether a sentence holds a value of the facet."""
    value = _VALUES.get(facet.value)
    if value is None:
        return False
    plain = _ASIDE.sub("", normalize(sentence))
    telling = _DIGIT.search(plain) or not (_OPENLY_MISSING.search(plain) or _SENDS_ELSEWHERE.search(plain))
    return bool(value.search(plain) and telling)


def _fitness(told: str, asked: Asked) -> float:
    sentence = normalize(told)
    points = shared(asked.text, sentence)
    if asked.years:
        points += _YEAR_WEIGHT * bool(set(asked.years) & set(fiscal_years(sentence, 0)))
    if asked.facet is Facet.WHEN:
        points += _DIRECTION_WEIGHT * bool(_BEGINNING.search(sentence))
    if asked.facet is Facet.DEADLINE:
        points += _DIRECTION_WEIGHT * bool(_UNTIL.search(sentence))
    if asked.facet is Facet.COUNT:
        points += _DIRECTION_WEIGHT * _counted_alike(asked.text, sentence)
    if asked.facet is Facet.WHO:
        points += _DIRECTION_WEIGHT * bool(_PERSON.search(sentence))
    return points - _LEANING_WEIGHT * bool(_LEANING.match(sentence))


def _counted_alike(question: str, sentence: str) -> bool:
    """Whether a sentence counts what the question counts: 何人 and 115名."""
    unit = _COUNTED.search(question)
    return unit is not None and re.search(rf"\d{unit_pattern(unit[1])}", sentence) is not None


def unit_pattern(unit: str) -> str:
    """A pattern for a unit as it may be written: 333名 and 333人, 12箇所 and 12か所."""
    return _SAME_UNITS.get(unit, re.escape(unit))


def shared(question: str, sentence: str) -> float:
    """The share of the question's letter pairs that stand in a sentence; of a word or two, it says little."""
    pairs = _pairs(question)
    return len(pairs & _pairs_of_published(sentence)) / max(len(pairs), _FEW_PAIRS)


def _pairs(text: str) -> frozenset[str]:
    letters = "".join(filter(str.isalnum, normalize(text)))
    return frozenset(letters[at : at + 2] for at in range(len(letters) - 1))


@lru_cache(maxsize=50_000)
def _pairs_of_published(text: str) -> frozenset[str]:
    """The same, kept: of what is published, never of what a resident wrote."""
    return _pairs(text)


def _taken_out(text: str, sentences: tuple[str, ...], place: int, *, silent: bool) -> Leading:
    """The sentence with what belongs to it, and what is left without both: nothing is said twice."""
    start, end = _span(text, sentences, place)
    lines = [line.strip() for line in f"{text[:start]}{text[end:]}".split("\n")]
    told = without_yes_or_no(_BULLET.sub("", text[start:end]))
    return Leading(told, silent, place == 0, without_yes_or_no("\n".join(filter(None, lines))))


def _span(text: str, sentences: tuple[str, ...], place: int) -> tuple[int, int]:
    """Where a sentence stands: a row of a list whole, else with its list or with the sentence that leans on it."""
    starts = _starts(text, sentences)
    start = starts[place]
    if _BULLET.match(sentences[place]):
        return start, _end_of_line(text, start)
    end = start + len(sentences[place])
    following = range(place + 1, len(sentences))
    if following and _LEANING.match(sentences[place + 1]):
        return start, starts[place + 1] + len(sentences[place + 1])
    for row in following:
        if starts[row] >= end and not _BULLET.match(sentences[row]):
            break
        end = max(end, _end_of_line(text, starts[row]))
    return start, end


def _starts(text: str, sentences: tuple[str, ...]) -> list[int]:
    starts, place = [], 0
    for one in sentences:
        starts.append(text.index(one, place))
        place = starts[-1] + len(one)
    return starts


def _end_of_line(text: str, place: int) -> int:
    found = text.find("\n", place)
    return found if found >= 0 else len(text)
