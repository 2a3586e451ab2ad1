"""Opening hours in replies: only what staff entered, with the clock brought in."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from bot.circumstances import ANY_TIME, Circumstances, ShownNotice
from bot.conversation import answer
from bot.dialogue import NEW_DIALOGUE
from bot.replies import Rule, plain_text
from bot.taps import Act, Tap, reply_to_tap
from intents.decision import Decision
from knowledge.calendar import JST
from knowledge.corpus import Corpus, Knowledge
from knowledge.opening_hours import EVERYWHERE, DayKind, OpeningHours, Place, Span, SpecialDay
from knowledge.reply_languages import REPLY_LANGUAGES

USUAL = Span(dt.time(8, 30), dt.time(17, 15))
LATE = Span(dt.time(8, 30), dt.time(19))
HALL = Place(1, "市役所本庁", (), (USUAL, USUAL, USUAL, LATE, USUAL, None, None))
BRANCH = Place(2, "嬉野地域振興局", ("嬉野支所",), (USUAL,) * 5 + (None, None), lunch=Span(dt.time(12), dt.time(13)))
SATURDAY = SpecialDay(EVERYWHERE, dt.date(2026, 11, 28), DayKind.OPEN, Span(dt.time(9), dt.time(12)), "休日開庁")
NO_ANSWER = "宇宙人に会うにはどうすればよいですか"


@pytest.fixture
def town(corpus: Corpus) -> Knowledge:
    """Hours of one place."""
    found = corpus.current("242047")
    return replace(found, opening=OpeningHours((HALL,), (SATURDAY,)))


@pytest.fixture
def two(town: Knowledge) -> Knowledge:
    return replace(town, opening=OpeningHours((HALL, BRANCH)))


def at(text: str) -> Circumstances:
    return Circumstances(dt.datetime.fromisoformat(text).replace(tzinfo=JST))


SUNDAY, FRIDAY, THURSDAY = at("2026-11-22T10:00"), at("2026-11-20T10:00"), at("2026-11-26T18:00")


def said(knowledge: Knowledge, question: str, around: Circumstances = FRIDAY) -> str:
    return plain_text(answer(knowledge, question, around=around).reply)


@pytest.mark.parametrize(
    ("question", "around", "sentences"),
    [
        ("市役所は何時まで？", FRIDAY, ["11月20日（金）は8時30分〜17時15分に受け付けています。\nただいま受付時間内です。"]),
        ("市役所は何時まで？", SUNDAY, ["11月22日（日）は休みです", "次は11月24日（火）8時30分からです。"]),
        ("今日開いてる？", THURSDAY, ["11月26日（木）は8時30分〜19時に受け付けています。\nただいま受付時間内です。"]),
        ("今日はもう閉まった？", FRIDAY, ["11月20日（金）は8時30分〜17時15分に受け付けています。\nただいま受付時間内です。"]),
        ("もう閉まりましたか", SUNDAY, ["11月22日（日）は休みです", "次は11月24日（火）8時30分からです。"]),
        ("土曜日やってる？", FRIDAY, ["土曜日は休みです", "いつもと違う日：11月28日（土） 9時〜12時 （休日開庁）"]),
        ("年末年始は休み？", FRIDAY, ["12月29日〜1月3日は休みです"]),
        ("祝日は開いてますか", FRIDAY, ["祝日は休みです"]),
        ("11月23日はやってますか", FRIDAY, ["11月23日（月）は休みです。（勤労感謝の日）"]),
        ("11月28日は休み？", FRIDAY, ["11月28日（土）は9時〜12時に受け付けています。（休日開庁）"]),
        ("明日やってる？", SUNDAY, ["11月23日（月）は休みです"]),
        ("昼休みもやってますか", FRIDAY, ["昼も受け付けています"]),
        ("営業時間", FRIDAY, ["月・火・水・金 8時30分〜17時15分 / 木 8時30分〜19時 / 休み 土・日・祝日・12月29日〜1月3日"]),
    ],
)  # fmt: skip
def test_a_question_for_the_hours_is_answered_from_what_was_entered(
    town: Knowledge, question: str, around: Circumstances, sentences: list[str]
) -> None:
    text = said(town, question, around)
    assert [sentence for sentence in sentences if sentence not in text] == []
    assert "市役所本庁" in text
    outcome = answer(town, question, around=around)
    assert (outcome.reply.decision, outcome.reply.rule) == (Decision.ANSWER, Rule.OPENING)


def test_the_day_that_was_asked_for_leads(town: Knowledge) -> None:
    assert said(town, "土曜日やってる？").startswith("市役所本庁は、土曜日は休みです。")


def test_without_hours_every_question_is_answered_as_before(corpus: Corpus) -> None:
    knowledge = corpus.current("242047")
    for question in ("市役所は何時まで？", "土曜日やってる？", NO_ANSWER, "人と話したい"):
        told = answer(knowledge, question, around=SUNDAY).reply
        assert told == answer(knowledge, question, around=ANY_TIME).reply
        assert told.rule is not Rule.OPENING


def test_where_the_time_is_not_known_nothing_is_said_of_now(town: Knowledge) -> None:
    assert "受付時間外" not in said(town, NO_ANSWER, ANY_TIME)
    assert "8時30分〜17時15分" in said(town, "市役所は何時まで？", ANY_TIME)


@pytest.mark.parametrize("question", [NO_ANSWER, "人と話したい", "どの課に聞けばいいですか"])
def test_whom_to_ask_comes_with_whether_they_are_there(town: Knowledge, question: str) -> None:
    assert "ただいま受付時間外です。次は11月24日（火）8時30分からです。" in said(town, question, SUNDAY)
    assert "受付は17時15分までです。" in said(town, question, FRIDAY)


def test_nothing_of_hours_stands_beside_an_emergency_or_an_answer(town: Knowledge) -> None:
    for question in ("火事です", "証明書をコンビニで取れますか", "津市の住民票"):
        assert "受付" not in said(town, question, SUNDAY).replace("受付で", "")


def test_of_several_places_the_one_that_is_meant_is_named(two: Knowledge) -> None:
    assert "市役所本庁：ただいま受付時間外です。" in said(two, NO_ANSWER, SUNDAY)
    lunch = said(two, "嬉野支所は昼休みもやってますか")
    assert lunch.startswith("嬉野地域振興局は、12時〜13時は昼休みです。")
    assert "市役所本庁" not in lunch
    assert said(two, "土曜日やってる？").startswith("市役所本庁・嬉野地域振興局は、土曜日は休みです。")


def test_an_office_that_may_be_elsewhere_gets_no_hours_of_the_hall(town: Knowledge) -> None:
    library = replace(town, contact=replace(town.contact, department="市立図書館"))
    assert "受付時間外" not in said(library, NO_ANSWER, SUNDAY)


def test_after_hours_were_told_another_day_may_follow(town: Knowledge) -> None:
    first = answer(town, "市役所は何時まで？", around=FRIDAY)
    assert plain_text(answer(town, "日曜は？", first.dialogue, around=FRIDAY).reply).startswith(
        "市役所本庁は、日曜日は休みです。"
    )
    assert answer(town, "日曜は？", NEW_DIALOGUE, around=FRIDAY).reply.rule is not Rule.OPENING


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("What time does city hall close?", "en"),
        ("市政府几点关门？", "zh"),
        ("시청은 몇 시까지예요?", "ko"),
        ("Que horas fecha a prefeitura?", "pt"),
        ("Tòa thị chính mở cửa đến mấy giờ?", "vi"),
        ("Anong oras nagsasara ang city hall?", "tl"),
        ("नगरपालिका कति बजे बन्द हुन्छ?", "ne"),
    ],
)
def test_hours_are_told_in_the_language_of_the_question(town: Knowledge, question: str, language: str) -> None:
    everywhere = replace(town, town=replace(town.town, reply_languages=REPLY_LANGUAGES))
    reply = answer(everywhere, question, around=SUNDAY).reply
    assert (reply.rule, reply.language) == (Rule.OPENING, language)
    assert "8:30" in plain_text(reply)


@pytest.mark.parametrize("act", [Act.CONTACT, Act.UNSOLVED])
def test_a_tap_for_the_contact_tells_it_too(town: Knowledge, act: Act) -> None:
    reply, _ = reply_to_tap(town, Tap(act), NEW_DIALOGUE, SUNDAY)
    assert "ただいま受付時間外です。次は11月24日（火）8時30分からです。" in plain_text(reply)


def test_a_paused_answer_gives_way_to_whom_to_ask(town: Knowledge) -> None:
    shown = answer(town, "証明書をコンビニで取れますか", around=SUNDAY)
    assert shown.reply.answer is not None
    paused = frozenset({shown.reply.answer.entry_id})
    around = replace(SUNDAY, notice=ShownNotice({"ja": "大雨です"}, paused))
    outcome = answer(town, "証明書をコンビニで取れますか", around=around)
    text = plain_text(outcome.reply)
    assert "案内を今は止めています" in text
    assert shown.reply.answer.text[:10] not in text
    assert "問い合わせ先" in text
    assert outcome.entry_id is None
    more, _ = reply_to_tap(town, Tap(Act.MORE, entry_id=shown.reply.answer.entry_id), NEW_DIALOGUE, around)
    chosen, _ = reply_to_tap(town, Tap(Act.CHOOSE, entry_id=shown.reply.answer.entry_id), NEW_DIALOGUE, around)
    assert {more.rule, chosen.rule} == {Rule.PAUSED}
