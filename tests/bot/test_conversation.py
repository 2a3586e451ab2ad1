"""A question in, a reply out: what a resident of the bundled municipalities gets."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest

from bot.conversation import answer, refuse_choices, show_entry
from bot.dialogue import NEW_DIALOGUE, Dialogue
from bot.replies import plain_text
from bot.wording import say, sentences
from intents.decision import Decision
from intents.vectors import Vectors
from knowledge.corpus import Corpus, Knowledge
from knowledge.db import Database
from tests.knowledge.test_content import CODES

FAR_OFF = ["きのう見た夢の意味を占ってほしい", "カレーの隠し味は何がいい？", "フェルマーの最終定理の証明"]


@pytest.fixture(scope="module")
def matsusaka(corpus: Corpus) -> Knowledge:
    return corpus.current("242047")


@pytest.fixture(scope="module")
def choices(matsusaka: Knowledge) -> Dialogue:
    """Three choices were offered after an answer."""
    titles = [(entry_id, found.title) for entry_id, found in list(matsusaka.answers.items())[:3]]
    return Dialogue(entry_id=titles[0][0], offered=tuple(titles))


def test_an_answer_names_its_source_and_whom_to_ask(matsusaka: Knowledge, question_for: dict[Decision, str]) -> None:
    reply = answer(matsusaka, question_for[Decision.ANSWER]).reply
    assert reply.answer is not None
    text = plain_text(reply)
    assert reply.text == reply.answer.text
    assert reply.answer.text in text
    assert f"出典：{reply.answer.plan.title}「{reply.answer.section}」" in text
    assert "問い合わせ先：" in text
    assert reply.asks_feedback


def test_choices_are_numbered_and_end_with_none_of_these(
    matsusaka: Knowledge, question_for: dict[Decision, str]
) -> None:
    outcome = answer(matsusaka, question_for[Decision.SUGGEST])
    offered = outcome.reply.choices
    text = plain_text(outcome.reply)
    assert 1 <= len(offered) <= 5
    assert f"1. {offered[0].title}" in text
    assert f"{len(offered) + 1}. この中にない" in text
    assert outcome.dialogue.offered == tuple((choice.entry_id, choice.title) for choice in offered)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_choice_is_taken_by_its_number_or_its_title(matsusaka: Knowledge, choices: Dialogue, number: int) -> None:
    entry_id, title = choices.offered[number - 1]
    for said in (str(number), f"{number}番", title):
        outcome = answer(matsusaka, said, choices)
        assert (outcome.entry_id, outcome.reply.decision) == (entry_id, Decision.ANSWER)
        assert outcome.dialogue.offered == ()
        assert outcome.dialogue.entry_id == entry_id


@pytest.mark.parametrize("said", ["この中にない", "4", "どれも違います", "この中にはありません。"])
def test_none_of_the_choices_is_said_openly_with_whom_to_ask(
    matsusaka: Knowledge, choices: Dialogue, said: str
) -> None:
    outcome = answer(matsusaka, said, choices)
    assert outcome.reply.decision is Decision.NONE
    assert outcome.reply.text.startswith(say("none_of_these"))
    assert outcome.reply.contact == matsusaka.contact
    assert outcome.dialogue.offered == ()


def test_a_choice_no_longer_published_is_said_to_be_gone(matsusaka: Knowledge) -> None:
    reply, _ = show_entry(matsusaka, "no-such-entry")
    assert reply.text == say("gone")
    after = answer(matsusaka, "1", Dialogue(offered=(("no-such-entry", "もうない題"),)))
    assert after.reply.text == say("gone")


@pytest.mark.parametrize("code", CODES)
def test_a_follow_up_asks_a_facet_of_the_last_answer(corpus: Corpus, code: str) -> None:
    knowledge = corpus.current(code)
    last = next(found for found in knowledge.answers.values() if found.kind == "procedure")
    outcome = answer(knowledge, "いくら？", Dialogue(entry_id=last.entry_id))
    assert outcome.entry_id == last.entry_id
    assert outcome.reply.opening is not None
    assert "手数料" in outcome.reply.opening


@pytest.mark.parametrize("code", CODES)
def test_a_follow_up_asks_for_the_telephone_of_the_last_answers_office(corpus: Corpus, code: str) -> None:
    knowledge = corpus.current(code)
    last = next(found for found in knowledge.answers.values() if found.kind == "procedure")
    office = last.office or knowledge.contact
    opening = answer(knowledge, "電話番号は？", Dialogue(entry_id=last.entry_id)).reply.opening
    assert opening is not None
    assert office.department in opening
    assert (office.telephone or "載っていません") in opening


def test_a_facet_alone_with_nothing_before_is_no_follow_up(matsusaka: Knowledge) -> None:
    assert answer(matsusaka, "いくら？").reply.opening is None


def test_a_follow_up_of_something_no_longer_published_stands_alone(matsusaka: Knowledge) -> None:
    outcome = answer(matsusaka, "いくら？", Dialogue(entry_id="no-such-entry"))
    assert outcome.entry_id != "no-such-entry"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        pytest.param("津島市の住民票はコンビニで取れますか", "津島市の案内でお答えします", id="served here"),
        pytest.param("名古屋市のごみの日を教えて", "名古屋市へおたずねください", id="not served here"),
        pytest.param("東京都のスマホ教室", "東京都へおたずねください", id="another prefecture"),
    ],
)
def test_another_municipality_is_named_and_not_answered_for(matsusaka: Knowledge, question: str, said: str) -> None:
    reply = answer(matsusaka, question).reply
    assert reply.decision is Decision.NONE
    assert said in reply.text
    assert reply.answer is None


@pytest.mark.parametrize(
    ("cry", "number"),
    [
        pytest.param("救急車を呼んで", "119", id="ambulance"),
        pytest.param("火事です", "119", id="fire"),
        pytest.param("空き巣に入られた", "110", id="burglary"),
        pytest.param("死にたい", "0120-061-338", id="suicide"),
        pytest.param("夫に殴られています", "#8008", id="violence"),
        pytest.param("子どもが虐待されているかもしれない", "189", id="child"),
    ],
)
@pytest.mark.parametrize("offered", [False, True], ids=["fresh", "amid choices"])
def test_an_emergency_comes_before_everything(
    matsusaka: Knowledge, choices: Dialogue, cry: str, number: str, offered: bool
) -> None:
    outcome = answer(matsusaka, cry, choices if offered else NEW_DIALOGUE)
    assert outcome.reply.decision is Decision.HANDOFF
    assert number in [found.number for found in outcome.reply.numbers]
    assert number in plain_text(outcome.reply)
    assert outcome.dialogue.offered == ()


@pytest.mark.parametrize(
    ("cry", "number"),
    [
        pytest.param("こんにちは、死にたいです", "0120-061-338", id="after a greeting"),
        pytest.param("津島市で家が燃えています", "119", id="in another municipality"),
        pytest.param("担当の人と話したい、もう死にたい", "0120-061-338", id="asking for a person"),
        pytest.param("090-1234-5678です。倒れて動かない", "119", id="with personal data"),
    ],
)
def test_an_emergency_is_heard_beside_anything_else(matsusaka: Knowledge, cry: str, number: str) -> None:
    assert number in [found.number for found in answer(matsusaka, cry).reply.numbers]


@pytest.mark.parametrize(
    ("said", "key"),
    [("こんにちは", "greeting"), ("ありがとう", "thanks"), ("さようなら", "farewell"), ("ヘルプ", "help"), ("", "empty"), ("？？", "empty")],
)  # fmt: skip
def test_small_talk_is_answered_as_such(matsusaka: Knowledge, said: str, key: str) -> None:
    reply = answer(matsusaka, said).reply
    assert (reply.decision, reply.text) == (Decision.SMALLTALK, say(key, town="松阪市"))
    assert reply.contact is None


def test_small_talk_keeps_what_the_dialogue_is_about(matsusaka: Knowledge) -> None:
    procedure = next(found for found in matsusaka.answers.values() if found.kind == "procedure")
    thanked = answer(matsusaka, "ありがとう", Dialogue(entry_id=procedure.entry_id))
    assert answer(matsusaka, "いくら？", thanked.dialogue).entry_id == procedure.entry_id


@pytest.mark.parametrize(
    ("said", "key"),
    [
        pytest.param("担当の人と話したい", "handoff_person", id="a person"),
        pytest.param("苦情を言いたい", "handoff_complaint", id="a complaint"),
    ],
)
def test_who_wants_a_person_is_told_where_to_find_one(matsusaka: Knowledge, said: str, key: str) -> None:
    reply = answer(matsusaka, said).reply
    assert (reply.decision, reply.text, reply.contact) == (Decision.HANDOFF, say(key), matsusaka.contact)


def test_two_misses_running_do_not_get_the_same_apology(matsusaka: Knowledge) -> None:
    before, apologies = NEW_DIALOGUE, []
    for question in FAR_OFF:
        outcome = answer(matsusaka, question, before)
        assert outcome.reply.decision is Decision.NONE, question
        apologies.append(outcome.reply.text.splitlines()[0])
        before = outcome.dialogue
    assert all(first != second for first, second in pairwise(apologies))


def test_refusing_choices_counts_as_a_miss(matsusaka: Knowledge, choices: Dialogue) -> None:
    _, after = refuse_choices(matsusaka, choices)
    assert after.misses == choices.misses + 1
    assert answer(matsusaka, FAR_OFF[0], after).reply.text.splitlines()[0] == sentences("ja")["none"][1]


def test_an_answer_begins_the_count_of_misses_anew(matsusaka: Knowledge, question_for: dict[Decision, str]) -> None:
    assert answer(matsusaka, question_for[Decision.ANSWER], Dialogue(misses=3)).dialogue.misses == 0


def test_english_that_nothing_answers_is_told_so_in_english(matsusaka: Knowledge) -> None:
    outcome = answer(matsusaka, "Where can I watch the football match tonight?")
    assert (outcome.language, outcome.reply.language) == ("en", "en")
    assert outcome.reply.decision is Decision.NONE
    assert outcome.reply.text.splitlines()[0] == say("none", language="en")


@pytest.mark.parametrize("code", CODES)
def test_every_reply_of_a_sample_says_that_it_is_one(corpus: Corpus, code: str) -> None:
    knowledge = corpus.current(code)
    note = f"見本です。{knowledge.town.name}の公式サービスではありません。"
    for said in ("住民票 コンビニ", "こんにちは", "死にたい", FAR_OFF[0], "名古屋市のごみの日", "担当の人と話したい"):
        assert note in answer(knowledge, said).reply.notes, said


@pytest.mark.parametrize("code", CODES)
def test_only_the_draft_plan_says_that_it_is_a_draft(corpus: Corpus, code: str) -> None:
    knowledge = corpus.current(code)
    for entry_id in list(knowledge.answers)[:5]:
        reply, _ = show_entry(knowledge, entry_id)
        assert (say("draft") in reply.notes) is (code == "242047")


@pytest.mark.parametrize(
    ("day", "over"),
    [
        pytest.param(dt.date(2026, 11, 21), {"122106", "222232", "232084", "382159"}, id="November 2026"),
        pytest.param(dt.date(2025, 3, 31), set(), id="while all run"),
        pytest.param(dt.date(2025, 4, 1), {"232084"}, id="the first is over"),
        pytest.param(dt.date(2026, 3, 31), {"232084"}, id="the last day of three"),
        pytest.param(dt.date(2027, 4, 1), set(CODES), id="all over"),
    ],
)
def test_a_plan_whose_period_is_over_says_so(
    loaded_database: Database, vectors: Vectors, day: dt.date, over: set[str]
) -> None:
    corpus = Corpus(loaded_database, vectors, clock=lambda: day)
    saying = set()
    for code in CODES:
        knowledge = corpus.current(code)
        first = next(iter(knowledge.answers))
        reply, _ = show_entry(knowledge, first)
        notes = [note for note in reply.notes if "は終わっています" in note]
        if notes:
            assert notes == [say("period_over", period=knowledge.answers[first].plan.period_text)]
            saying.add(code)
    assert saying == over


@pytest.mark.parametrize("length", [2_000, 2_001, 100_000])
def test_a_message_of_any_length_is_read_within_bounds(matsusaka: Knowledge, length: int) -> None:
    outcome = answer(matsusaka, "住民票はコンビニで取れますか。" * (length // 15 + 1))
    assert len(outcome.question) <= 2_000
    assert outcome.elapsed_ms < 2_000


def test_data_that_was_told_is_not_what_was_asked(corpus: Corpus) -> None:
    knowledge = corpus.current("382159")
    told, asked = (
        answer(knowledge, text) for text in ("電話は〔電話番号〕です。ハンコはなくなる？", "ハンコはなくなる？")
    )
    assert told.entry_id == asked.entry_id
    assert told.reply.opening is None


def test_an_entry_that_says_the_plan_is_silent_counts_as_a_need_that_is_not_met(matsusaka: Knowledge) -> None:
    reply = answer(matsusaka, "粗大ごみの手数料は？").reply
    assert reply.decision is Decision.NONE
    assert "記載がありません" in plain_text(reply)
    assert reply.contact is not None


def test_the_matters_of_another_town_are_not_answered_with_what_only_names_that_town(corpus: Corpus) -> None:
    toon = corpus.current("382159")
    assert answer(toon, "松山市のマイナンバー窓口").reply.text == say("other_town", town="東温市", place="松山市")
    assert answer(toon, "東温市は松山市と協力しますか").entry_id == "pref-cooperation"


def test_the_name_of_the_town_may_be_written_with_another_letter(matsusaka: Knowledge) -> None:
    typed = answer(matsusaka, "松坂ナビのダウンロード数は？").reply
    assert typed.answer is not None
    assert typed.answer.entry_id == answer(matsusaka, "松阪ナビのダウンロード数は？").entry_id


@pytest.mark.parametrize(
    ("code", "word"),
    [("122106", "デジタル"), ("242047", "証明書"), ("242047", "パソコン"), ("222232", "アプリ"), ("382159", "職員")],
)
def test_of_a_single_word_it_is_asked_what_is_meant(corpus: Corpus, code: str, word: str) -> None:
    assert answer(corpus.current(code), word).reply.decision is Decision.SUGGEST


@pytest.mark.parametrize(("code", "word", "entry"), [("242047", "AI", "term-ai"), ("382159", "セキュリティ", None)])
def test_a_single_word_that_an_entry_is_asked_by_is_answered(
    corpus: Corpus, code: str, word: str, entry: str | None
) -> None:
    found = answer(corpus.current(code), word)
    assert found.reply.decision is Decision.ANSWER
    assert entry is None or found.entry_id == entry


def test_whether_something_is_done_is_not_told_by_what_the_word_means(corpus: Corpus) -> None:
    reply = answer(corpus.current("222232"), "テレワークはやってる？").reply
    assert reply.decision is Decision.SUGGEST
    assert answer(corpus.current("222232"), "テレワークとは").reply.decision is Decision.ANSWER


def test_who_asks_what_a_word_means_is_not_offered_what_others_mean(corpus: Corpus) -> None:
    assert answer(corpus.current("232084"), "BPRの意味").reply.decision is Decision.NONE


@pytest.mark.parametrize("code", ["242047", "222232", "232084", "122106", "382159"])
def test_the_goal_of_dx_is_not_that_of_the_united_nations(corpus: Corpus, code: str) -> None:
    knowledge = corpus.current(code)
    found = answer(knowledge, f"{knowledge.town.name}のDXの目標は")
    assert found.reply.answer is None or "SDGs" not in found.reply.answer.title


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("said", ["大切な人を亡くした", "主人が亡くなりました", "母が死んだ"])
def test_whoever_mourns_is_met_kindly_and_told_whom_to_ask(corpus: Corpus, code: str, said: str) -> None:
    told = plain_text(answer(corpus.current(code), said).reply)
    assert told.startswith(say("condolence"))
    assert "問い合わせ先：" in told
    assert say("none") not in told


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("お金がなくて食べるものがない", "handoff_want"),
        ("住むところがない", "handoff_want"),
        ("寂しい", "handoff_lonely"),
        ("ひとりで寂しい。誰かと話したい", "handoff_lonely"),
    ],
)
def test_whoever_is_in_want_or_lonely_is_told_whom_to_ask(matsusaka: Knowledge, said: str, key: str) -> None:
    reply = answer(matsusaka, said).reply
    assert reply.text == say(key)
    assert reply.contact is not None
    assert bool(reply.numbers) == (key == "handoff_lonely")


@pytest.mark.parametrize("said", ["終了", "おわり", "Kết thúc", "结束"])
def test_the_end_of_a_talk_that_does_not_run_is_a_farewell(matsusaka: Knowledge, said: str) -> None:
    reply = answer(matsusaka, said).reply
    assert reply.text == say("farewell", language=reply.language)


@pytest.mark.parametrize("said", ["ございます", "がある", "んですが"])
def test_a_piece_of_a_message_is_asked_for_the_rest(matsusaka: Knowledge, said: str) -> None:
    assert answer(matsusaka, said).reply.text == say("empty")


def test_who_cannot_read_is_offered_the_languages(matsusaka: Knowledge) -> None:
    assert answer(matsusaka, "日本語がわかりません").reply.text == say("modes")
    assert answer(matsusaka, "もっと簡単に言って").reply.language == "easy"
