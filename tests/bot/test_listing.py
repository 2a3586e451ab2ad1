"""Lists in a dialogue: a page at a time, asked again for another year, and within LINE's rules."""

from __future__ import annotations

import re

import pytest

from bot.conversation import answer
from bot.dialogue import NEW_DIALOGUE, Dialogue, dialogue_from_json
from bot.line.messages import render
from bot.list_replies import PAGE
from bot.replies import Reply, plain_text
from bot.taps import Act, Tap, reply_to_tap
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


def test_more_rows_come_by_a_button_too_which_the_last_page_has_not(matsusaka: Knowledge) -> None:
    """Not everybody can type 「続き」."""
    (first,) = talk(matsusaka, "目標値を全部")
    typed = [one[0] for one in talk(matsusaka, "目標値を全部", "続き", "続き")[1:]]
    reply, dialogue = first[0], first[1]
    for expected in typed:
        assert [(step.to.value, step.label) for step in reply.steps] in ([("next", "次の10件")], [("next", "次の1件")])
        reply, dialogue = reply_to_tap(matsusaka, Tap(Act.NEXT), dialogue)
        assert (reply.text, reply.facts) == (expected.text, expected.facts)
    assert reply.steps == ()
    assert reply_to_tap(matsusaka, Tap(Act.NEXT), NEW_DIALOGUE)[0].text == say("ask_what")


def numbers(text: str) -> list[int]:
    """The numbers of rows that a reply names."""
    return [int(number) for number in re.findall(r"(\d+)件(?!目)", text)]


@pytest.mark.parametrize("code", ["242047", "222232", "232084", "122106", "382159"])
@pytest.mark.parametrize(
    "asked",
    [
        "目標値を全部",
        *(f"令和{year}年度に何をする？" for year in range(3, 9)),
        "スケジュール一覧",
        "現状値の一覧",
        "担当課一覧",
    ],
)
def test_the_numbers_of_a_list_add_up_over_all_its_pages(corpus: Corpus, code: str, asked: str) -> None:
    knowledge, before, rows, told = corpus.current(code), NEW_DIALOGUE, 0, 0
    for page in range(9):
        outcome = answer(knowledge, asked if page == 0 else "続き", before)
        reply, before = outcome.reply, dialogue_from_json(outcome.dialogue.as_json())
        rows += len(reply.facts)
        said = [
            line for line in reply.text.split("\n") if "年度を読み取れない" not in line and "次の年度の" not in line
        ]
        more = numbers(said.pop())[0] if "続き" in said[-1] else 0
        if page == 0:
            told = sum(numbers("".join(said)))
        assert not told or rows + more == told
        if not more:
            break


def test_another_year_is_asked_of_the_same_list(matsusaka: Knowledge) -> None:
    _, later, _, both = talk(matsusaka, "令和5年度に何をする？", "令和6年度は？", "R4は？", "2つの違いは？")
    assert "令和6年度（2024年度）" in later[0].text
    assert both[0].text.startswith("令和4年度と令和6年度")


def test_the_next_year_and_the_one_before_are_counted_from_the_list(matsusaka: Knowledge) -> None:
    said = talk(matsusaka, "令和5年度に何をする？", "その次の年は？", "次の年度は？", "前の年は？")
    assert [dialogue.listing and dialogue.listing.years for _, dialogue in said] == [(2023,), (2024,), (2025,), (2024,)]


def test_a_year_with_nothing_before_it_is_the_list_of_that_year(matsusaka: Knowledge) -> None:
    assert talk(matsusaka, "令和6年度は？")[0][0].list_id == "list-schedule"


def test_a_row_is_asked_for_by_its_number_on_the_page(matsusaka: Knowledge) -> None:
    first, second, third, later, of_later = talk(
        matsusaka, "目標値を全部", "2番目は？", "3番目は？", "続き", "1番目は？"
    )
    names = [name for name, _ in first[0].facts]
    assert [second[0].answer and second[0].answer.name, third[0].answer and third[0].answer.name] == names[1:3]
    assert of_later[0].answer is not None
    assert of_later[0].answer.name == later[0].facts[0][0]


def test_every_goal_of_a_value_is_listed_and_nothing_else(matsusaka: Knowledge) -> None:
    reply = talk(matsusaka, "100%が目標のものは？")[0][0]
    assert len(reply.facts) == 3
    assert all(value.startswith("目標 100%") for _, value in reply.facts)


@pytest.mark.parametrize(
    ("code", "asked", "told"),
    [
        ("122106", "マイナンバーカードとテレワークの目標を比べて", ["38.56％", "100％", "1か所", "10か所"]),
        ("122106", "市民課と市民税課の発行率を比べて", ["7.86％", "2.71％", "30％", "9％"]),
        ("122106", "キャッシュレスと電子決裁、目標が高いのはどっち", ["窓口支払い", "40％", "35％"]),
        ("242047", "マイナンバーカードとオンライン申請率の目標はどっちが高い？", ["交付率」で、83%", "60%"]),
        ("242047", "AIとRPAの違い", ["人の知能", "ロボットに覚えさせ"]),
        ("242047", "松阪ナビとまつぷりのダウンロード数の違い", ["20,000件", "2,400件"]),
        ("242047", "松阪ナビのダウンロード数のR3とR8の値", ["20,055件", "→ 30,000件"]),
        ("242047", "R3とR8の値を比べて", ["49.7%", "→ 83%"]),
        ("232084", "移住サイトとデマンド型新交通はどちらが先に始まる？", ["令和4年度 導入"]),
        ("222232", "令和3年度に終わるものは？", ["導入検討・トライアル", "決済導入検討"]),
        ("232084", "令和5年度に何をした", ["タブレットを使った市議会", "生成AI"]),
        ("242047", "松阪ナビとコンビニ交付はどちらが先に始まった？", ["令和2年3月", "平成30年1月"]),
        ("382159", "職員アンケートと市民アンケートの違い", ["333人", "115人"]),
        ("242047", "What is the difference between AI and RPA?", ["人の知能", "ロボットに覚えさせ"]),
        ("122106", "Compare cashless payment and electronic approval", ["40％", "35％"]),
    ],
)
def test_both_sides_are_told(corpus: Corpus, code: str, asked: str, told: list[str]) -> None:
    reply = talk(corpus.current(code), asked)[0][0]
    shown = plain_text(reply)
    assert reply.decision is Decision.ANSWER
    assert [one for one in told if one not in shown] == []


@pytest.mark.parametrize("asked", ["犬と猫の違い", "保育園と幼稚園の違い", "コンビニと窓口はどっちが安い"])
def test_what_nothing_tells_of_both_sides_is_no_comparison(matsusaka: Knowledge, asked: str) -> None:
    assert talk(matsusaka, asked)[0][0].list_id is None


def test_which_is_larger_is_asked_of_what_was_compared(corpus: Corpus) -> None:
    _, larger, smaller = talk(
        corpus.current("122106"), "市民課と市民税課の発行率を比べて", "どっちが低い？", "どっちが高い？"
    )
    assert "（市民税課）」で、9％" in larger[0].text
    assert "（市民課）」で、30％" in smaller[0].text


def test_values_are_put_beside_for_the_indicator_answered_last(matsusaka: Knowledge) -> None:
    reply = talk(matsusaka, "松阪ナビのダウンロード数の目標は？", "R3とR8の値を比べて")[-1][0]
    assert [name for name, _ in reply.facts] == ["松阪ナビダウンロード数"]


def test_what_is_asked_of_a_list_asks_back_which_row(matsusaka: Knowledge) -> None:
    rows, which, chosen = talk(matsusaka, "目標値を全部", "なぜ？", "2")
    assert which[0].text == say("list_which_row")
    assert 3 <= len(which[0].choices) <= 5
    assert chosen[0].answer is not None
    assert chosen[0].answer.name == rows[0].facts[1][0]


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


@pytest.mark.parametrize("text", ["2022年7月に何が始まった", "令和4年7月に何があった？"])
def test_a_month_lists_what_names_it_and_nothing_of_the_rest_of_the_year(matsusaka: Knowledge, text: str) -> None:
    reply = answer(matsusaka, text).reply
    assert reply.list_id == "list-figure"
    assert reply.facts
    assert all(re.search("令和4年7月|2022年7月", value) for _, value in reply.facts)


def test_a_month_of_which_nothing_is_told_is_searched_for(matsusaka: Knowledge) -> None:
    assert answer(matsusaka, "昭和40年2月に何があった？").reply.list_id is None
