"""What asks for a list of published facts: all goals, what a year brings, what a figure stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from intents.comparisons import Measure, comparison
from intents.facets import without_reference
from intents.remembered import remembered
from intents.text import normalize
from intents.years import fiscal_years, month_named, without_years


class Subject(StrEnum):
    INDICATORS = "indicators"
    SCHEDULE = "schedule"
    TERMS = "terms"
    OFFICES = "offices"
    FIGURE = "figure"
    COMPARISON = "comparison"


class Order(StrEnum):
    PLAN = "plan"
    HIGHEST = "highest"
    LOWEST = "lowest"


@dataclass(frozen=True)
class ListRequest:
    """``topic``: what the rows must be about; ``figure``: the number asked about, ``unit`` with it.

    ``starting``: only what begins in the year; ``ending``: only what ends in it.  ``change``: what differs
    between two years.  ``compared``: the topics side by side, by this measure.  ``beside``: of indicators,
    what was and what shall be side by side.
    ``telephones``: of offices, their numbers.  ``current``: of indicators, what was when the plan was made.
    ``goals``: of a figure, only where it is a goal; ``when``: its year is asked.  A figure may be
    a year: then it is in ``years``, and in ``month`` the month of a calendar year (0 for all of them).
    """

    subject: Subject
    topic: str = ""
    years: tuple[int, ...] = ()
    figure: str = ""
    unit: str = ""
    starting: bool = False
    ending: bool = False
    change: bool = False
    telephones: bool = False
    current: bool = False
    goals: bool = False
    when: bool = False
    month: int = 0
    order: Order = Order.PLAN
    compared: Measure | None = None
    beside: bool = False


def list_from_json(state: dict[str, Any] | None) -> ListRequest | None:
    """A request that was kept with a dialogue."""
    if not state:
        return None
    kept = {"subject": Subject(state["subject"]), "years": tuple(state["years"]), "order": Order(state["order"])}
    compared = state.get("compared")
    return ListRequest(**(state | kept | {"compared": Measure(compared) if compared else None}))


_ALL = re.compile(
    r"全部|ぜんぶ|すべて|全て|(?:ほか|他)の|一覧|いちらん|リスト|まとめて|それぞれ|一通り|ひととおり|用語集"
)
_HOW_MANY = re.compile(r"いくつ|何(?:個|件|項目|種類|つ)|なんこ|なんけん")
_UNITS = r"%|パーセント|ぱーせんと|件|人|名|回|台|枚|個|[かカヶケヵ]所|箇所|個所|業務|手続き?|時間|団体|割|円|万枚|万人"
_FIGURE = re.compile(
    rf"^(?:[こそあ]の)?(?P<figure>\d[\d,]*(?:\.\d+)?)\s?(?P<unit>{_UNITS})?(?:って|は|の|と|いう|数字|目標|[、,\s])*"
    r"(?:何|なん|なに|どういう|どんな|どの)(?:の|を表す|を示す|を指す)?(?:数字|数値|数|こと|割合|値|目標|意味|[件人回台枚]数|率|指標|もの)?"
    r"(?:ですか|でしょうか|なの|なん|や|か|だ)*[?。]*$"
)
_AIMED_AT = re.compile(
    rf"^(?P<figure>\d[\d,]*(?:\.\d+)?)\s?(?P<unit>{_UNITS})?(?:以上)?(?:[がをの]目標(?:値|数値)?|[をに](?:めざ|目指|目ざ)(?:す|して))(?:は|に|と|として|の)?"
    r"(?:して|する|なって|掲げて)?(?:い?る)?(?:もの|指標|項目|やつ|取り?組み?|の)*(?:は|って|を|が)?"
    r"(?:何|なに|どれ|全部|ぜんぶ|すべて|全て|教えて|あります|ある)*(?:ですか|か)?[?。]*$"
)
_AIMED_WHEN = re.compile(
    rf"^(?P<figure>\d[\d,]*(?:\.\d+)?)\s?(?P<unit>{_UNITS})(?:という|って|とは|は|の|[、,\s])*(?:いつ|何年度?|何年)(?:まで|までに)?の目標(?:値)?"
    r"(?:ですか|でしょうか|なの|なん|や|か|だ)*[?。]*$"
)
_BARE_FIGURE = re.compile(rf"^(?P<figure>\d[\d,]*(?:\.\d+)?)\s?(?P<unit>{_UNITS})?(?:の方|のほう)?(?:は|って)?[?。]*$")
_MEANT = re.compile(rf"^(?P<figure>\d[\d,]*(?:\.\d+)?)\s?(?P<unit>{_UNITS})?\s?(?:って|とは)[?。]*$")
_GOALS = re.compile(r"目標(?:値|数値)?|数値目標|(?:成果|評価|業績)?指標|kpi|kgi|現状(?:の)?(?:値|数値|数字)|もくひょう")
_CURRENT = re.compile(r"現状|今の(?:値|数値|数字)")
_TERMS = re.compile(r"用語集?|ことばの(?:意味|説明)|言葉の(?:意味|説明)")
_OFFICES = re.compile(r"担当(?:の?(?:課|部署|窓口))?|所管課|(?:^|の)課(?=の|を|一)|部署|窓口|電話番号|連絡先|電話")
_TELEPHONES = re.compile(r"電話|連絡先|番号")
_SCHEDULE = re.compile(r"スケジュール|工程表?|ロードマップ|予定表?|計画表")
_DOINGS = re.compile(
    r"(?:何|なに)を?(?:する|やる|します|やります|行う|始める|しますか)|(?:や|す|行な?う?|はじめ|始め)る?こと|行うこと"
    r"|やるの?は?(?:何|なに)|(?:行|おこな)われること|取り?組(?:む|み)(?:こと|もの)?|(?:予定|計画|スケジュール)"
    r"|(?P<starting>(?:始ま|はじま|開始|始め|スタート)(?:る|す|され)?(?:る|た)?(?:もの|こと|の|取り?組み?)?)|できるようになること"
    r"|(?:(?:終わ|おわ|完了|終了|完成)(?:する|した|り|る|っ)?(?:ます|た|て)?(?:もの|こと|の|取り?組み?)?)"
)
_ENDS = re.compile("終わ|おわ|完了|終了|完成")
_OF_THE_PLAN = re.compile(r"計画|期間|プラン|方針")
_PAST = re.compile(
    r"(?:何|なに)が(?:あった|ありました|起きた|起きました|できた|できました|始まった|始まりました|変わった)"
    r"|(?:何|なに)を(?:した|やった|しました|やりました|行った|行いました)|出来事|できごと"
    r"|(?:あった|できた|始まった|行われた|行った)(?:こと|もの)"
)
_STARTED = re.compile(r"(?:何|なに)(?:が|を)(?:始|はじ)|始ま(?:った|りました)|(?:始めた|開始した)(?:もの|こと|の)?")
_CHANGE = re.compile(r"違い|ちがい|違う|比べ|比較|変わる|差")
_FIGURE_WORDS = re.compile(r"目標値?|現状値?|(?:成果|評価|業績)?指標|実績|数値|数字|値")
_VALUES = re.compile(rf"{_FIGURE_WORDS.pattern}|(?<=[一-鿿ァ-ヶ])[数率](?=[のはをがと、?]|$)")
_WAS_AND_SHALL = re.compile(
    r"(?:現状|現在|今|当時|計画前|前)(?:の?(?:値|数値|数字))?と(?:目標|後|計画後)(?:の?(?:値|数値|数字))?"
    r"|目標(?:の?(?:値|数値|数字))?と(?:現状|現在|今)(?:の?(?:値|数値|数字))?"
)
_SAME_WORDS = re.compile(
    r"違い|ちがい|違う|ちがう|比べ(?:て|る|ると|たい)?|くらべて?|比較(?:して|する|したい)?|並べて|変わ(?:る|った)|差"
)
OR = "/"
"""Between topics of which a row may be about any."""
_HOW = re.compile(r"どう(?:なって(?:いる|る)?|なる)?|どれ(?:くらい|ほど)|どの(?:くらい|ように)")
_WAS_DONE = re.compile(
    rf"{_PAST.pattern}|{_STARTED.pattern}|実現し|でき(?:た|ました)|始まった|始めた|行った|した(?:こと|もの)"
)
_HIGHEST = re.compile(r"(?:一番|いちばん|最も|もっとも)(?:高|大き|多)い?|最高|最大")
_SHARE = re.compile("割合|パーセント|ぱーせんと|%")
_LOWEST = re.compile(r"(?:一番|いちばん|最も|もっとも)(?:低|小さ|少な)い?|最低|最小")
_FILLER = re.compile(
    r"(?:見せて|教えて|おしえて|知らせて|出して|並べて|挙げて|あげて|見たい|知りたい|見る|ほしい|欲しい)(?:ください|下さい|です)?"
    r"|ください|お願いします|ですか|でしょうか|あります?か?|何がある|なにがある|について|に関する|関係の?|計画の?|市の|ひと目で"
    r"|(?:もの|こと|やつ|項目|値|数字|数値)|どれ|何|なに|なん|って|では|まで|から|[はをのがでにとやもかねよな]|[\s、。?!・「」]"
)


@remembered
def list_request(text: str, this_year: int) -> ListRequest | None:
    """The list that ``text`` asks for; None for any other question."""
    plain, _ = without_reference(text)
    found = _FIGURE.match(plain) or _MEANT.match(plain)
    if found:
        return _about_figure(found)
    aimed = _AIMED_AT.match(plain) or _AIMED_WHEN.match(plain)
    if aimed:
        return replace(_about_figure(aimed), goals=True, when=aimed.re is _AIMED_WHEN)
    years = fiscal_years(plain, this_year)
    rest = without_years(plain)
    month = month_named(plain)
    if month:
        return _of_month(rest, *month)
    if years:
        return _of_years(rest, years)
    if _WAS_AND_SHALL.search(rest) and (_SAME_WORDS.search(rest) or _ALL.search(rest)):
        return ListRequest(Subject.INDICATORS, _topic(rest, _WAS_AND_SHALL, _SAME_WORDS, _ALL, _HOW), beside=True)
    return _compared(plain) or (_all_of(rest) if _asks_for_all(rest) else None)


def _compared(plain: str) -> ListRequest | None:
    """「AとBの目標を比べて」「AとBはどっちが高い」: what is told of each of them."""
    found = comparison(plain)
    return ListRequest(Subject.COMPARISON, OR.join(found.sides), compared=found.measure) if found else None


def wants_all(text: str) -> bool:
    """Whether all of something is asked for (割合を全部), so that no one row of it answers."""
    return bool(_ALL.search(normalize(text)))


def tells_what_was_done(wording: str, years: tuple[int, ...]) -> bool:
    """Whether a wording asks what was done in the years, and no more: 「令和5年度に実現したことは何ですか」."""
    return fiscal_years(wording, 0) == years and bool(_WAS_DONE.search(normalize(wording)))


def next_figure(text: str) -> ListRequest | None:
    """「83%は？」 after a list about a figure."""
    plain, _ = without_reference(text)
    found = _BARE_FIGURE.match(plain)
    return _about_figure(found) if found else None


def order_asked(text: str) -> Order | None:
    """「じゃあ一番高いのは？」 after a list of goals."""
    plain = normalize(text)
    return Order.HIGHEST if _HIGHEST.search(plain) else Order.LOWEST if _LOWEST.search(plain) else None


def _about_figure(found: re.Match[str]) -> ListRequest:
    unit = (found["unit"] or "").replace("パーセント", "%").replace("ぱーせんと", "%")
    return ListRequest(Subject.FIGURE, figure=found["figure"].replace(",", ""), unit=unit)


def _of_years(rest: str, years: tuple[int, ...]) -> ListRequest | None:
    """What the years bring, or the goals for them; with a topic of its own it is a question like any other."""
    if len(years) > 1 and _VALUES.search(rest) and not _DOINGS.search(rest):
        return ListRequest(Subject.INDICATORS, _topic(rest, _SAME_WORDS, _FIGURE_WORDS), years[:2], beside=True)
    if len(years) > 1 and _CHANGE.search(rest):
        return ListRequest(Subject.SCHEDULE, _topic(rest, _CHANGE, _DOINGS, _SCHEDULE), years[:2], change=True)
    if _GOALS.search(rest) and not _topic(rest, _GOALS, _ALL):
        return ListRequest(Subject.INDICATORS, years=years)
    if _PAST.search(rest) and not _topic(rest, _PAST, _ALL):
        return ListRequest(Subject.FIGURE, years=years[:1])
    doing = _DOINGS.search(rest)
    topic = _topic(rest, _DOINGS, _ALL, _SCHEDULE)
    if doing and not topic:
        ending = bool(_ENDS.search(rest))
        if ending and _OF_THE_PLAN.search(rest):
            return None
        return ListRequest(Subject.SCHEDULE, years=years, starting=bool(doing["starting"]), ending=ending)
    return None


def _of_month(rest: str, year: int, month: int) -> ListRequest | None:
    """What there was in a month; a schedule knows years only."""
    happened = (_PAST.search(rest) or _STARTED.search(rest)) and not _topic(rest, _PAST, _STARTED, _ALL)
    return ListRequest(Subject.FIGURE, years=(year,), month=month) if happened else None


def _asks_for_all(rest: str) -> bool:
    extreme = _GOALS.search(rest) and order_asked(rest)
    return bool(_ALL.search(rest) or extreme) and not _HOW_MANY.search(rest)


def _all_of(rest: str) -> ListRequest | None:
    if _TERMS.search(rest):
        return ListRequest(Subject.TERMS, _topic(rest, _TERMS, _ALL))
    if _GOALS.search(rest):
        order = order_asked(rest)
        topic = _topic(rest, _GOALS, _ALL, _HIGHEST, _LOWEST, *((_SHARE,) if order else ()))
        current = bool(_CURRENT.search(rest))
        return ListRequest(Subject.INDICATORS, topic, current=current, order=order or Order.PLAN)
    if _OFFICES.search(rest):
        telephones = bool(_TELEPHONES.search(rest))
        return ListRequest(Subject.OFFICES, _topic(rest, _OFFICES, _ALL), telephones=telephones)
    if _SCHEDULE.search(rest):
        return ListRequest(Subject.SCHEDULE, _topic(rest, _SCHEDULE, _ALL))
    return None


def _topic(rest: str, *known: re.Pattern[str]) -> str:
    """What is left of a request without the words that make it one."""
    for pattern in known:
        rest = pattern.sub(" ", rest)
    return "".join(_FILLER.sub(" ", rest).split())
