"""Lists in a dialogue: a page at a time, asked again for another year, and within LINE's rules."""

from __future__ import annotations

import pytest

from bot.conversation import answer
from bot.dialogue import NEW_DIALOGUE, Dialogue, dialogue_from_json
from bot.line.messages import render
from bot.list_replies import PAGE
from bot.replies import Reply, plain_text
from bot.wording import say
from intents.decision import Decision
from knowledge.corpus import Corpus, Knowledge
from tests.support.line_rules import faults_of

ASKED = [
    "目標値を全部",
    "一番高い目標は？",
    "令和6年度に何をする？",
    "令和5年度と6年度の違い",
    "用語一覧",
    "担当課一覧",
    "担当課の電話番号を全部",
    "100%って何の数字？",
]


@pytest.fixture(scope="module")
def matsusaka(corpus: Corpus) -> Knowledge:
    return corpus.current("242047")


def talk(knowledge: Knowledge, *said: str) -> list[tuple[Reply, Dialogue]]:
    """The replies to ``said``, the dialogue kept as the databases keep it in between."""
    before, replies = NEW_DIALOGUE, []
    for text in said:
        outcome = answer(knowledge, text, before)
        before = dialogue_from_json(outcome.dialogue.as_json())
        replies.append((outcome.reply, before))
    return replies


@pytest.mark.parametrize("code", ["242047", "222232", "232084", "122106", "382159"])
@pytest.mark.parametrize("asked", ASKED)
def test_a_list_fits_a_phone_names_its_source_and_keeps_lines_rules(corpus: Corpus, code: str, asked: str) -> None:
    outcome = answer(corpus.current(code), asked)
    reply = outcome.reply
    assert (reply.list_id or "").startswith("list-")
    assert outcome.entry_id == reply.list_id
    assert len(reply.facts) <= PAGE
    assert bool(reply.sources) is bool(reply.facts)
    assert reply.contact is not None
    assert faults_of({"replyToken": "t", "messages": render(reply, "0f8fad5b-d9cb-469f-a165-70867728950e")}) == []


def test_more_rows_are_counted_and_come_when_asked_for(matsusaka: Knowledge) -> None:
    first, second, third, end = talk(matsusaka, "目標値を全部", "続き", "もっと見る", "次")
    assert "「続き」と送ると" in first[0].text
    assert len(first[0].facts) == len(second[0].facts) == PAGE
    assert third[0].text == say("list_last_page", shown=1, count=21)
    assert not set(first[0].facts) & set(second[0].facts)
    assert end[0].text == say("list_end")


def test_another_year_is_asked_of_the_same_list(matsusaka: Knowledge) -> None:
    _, later, _, both = talk(matsusaka, "令和5年度に何をする？", "令和6年度は？", "R4は？", "2つの違いは？")
    assert "令和6年度（2024年度）" in later[0].text
    assert both[0].text.startswith("令和4年度と令和6年度")


def test_another_figure_and_the_other_end_are_asked_of_the_same_list(matsusaka: Knowledge) -> None:
    _, other = talk(matsusaka, "60%って何の数字？", "じゃあ83%は？")
    assert any("マイナンバーカード" in name for name, _ in other[0].facts)
    _, lowest = talk(matsusaka, "一番高い目標は？", "じゃあ一番低いのは？")
    assert lowest[0].text.startswith("いちばん低いのは 15%")


def test_next_year_is_counted_from_the_day_of_asking(matsusaka: Knowledge) -> None:
    year = matsusaka.day.year if matsusaka.day.month >= 4 else matsusaka.day.year - 1
    assert f"（{year + 1}年度）" in answer(matsusaka, "来年度の予定は？").reply.text


def test_goals_alone_are_all_of_them_where_nothing_was_asked_before(matsusaka: Knowledge) -> None:
    assert answer(matsusaka, "目標は？").entry_id == "list-indicators"


def test_a_list_of_one_row_is_what_the_dialogue_is_about(corpus: Corpus) -> None:
    (_, before), *_ = talk(corpus.current("242047"), "一番低い目標は？")
    assert before.entry_id == "ind-telework"


def test_what_a_plan_does_not_print_is_said_first(corpus: Corpus) -> None:
    tsushima = corpus.current("232084")
    assert plain_text(answer(tsushima, "目標値を全部").reply).startswith("目標の数値は、計画に書かれていません。")
    assert plain_text(answer(tsushima, "担当の電話番号を全部").reply).startswith("担当課の電話番号は、計画書に載って")


def test_a_figure_that_stands_nowhere_is_no_answer(matsusaka: Knowledge) -> None:
    reply = answer(matsusaka, "9,999って何の数字？").reply
    assert (reply.decision, reply.facts) == (Decision.NONE, ())


def test_a_long_message_asks_for_no_list(matsusaka: Knowledge) -> None:
    story = "先日、市役所で長く待ちました。窓口の方はていねいでしたが、もう少し早くならないものでしょうか。目標を全部"
    assert answer(matsusaka, story).reply.list_id is None
