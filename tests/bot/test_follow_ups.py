"""Short questions after an answer, and two and three turns on."""

from __future__ import annotations

import pytest

from bot.conversation import answer, show_entry
from bot.dialogue import NEW_DIALOGUE, Dialogue, dialogue_from_json
from bot.replies import plain_text
from bot.wording import say
from intents.decision import Decision
from knowledge.corpus import Corpus, Knowledge


@pytest.fixture(scope="module")
def mobara(corpus: Corpus) -> Knowledge:
    return corpus.current("122106")


def after(knowledge: Knowledge, entry_id: str, *said: str) -> list[str]:
    """The first sentences of the replies to ``said``, once an entry has been answered."""
    _, before = show_entry(knowledge, entry_id)
    first = []
    for text in said:
        outcome = answer(knowledge, text, before)
        before = dialogue_from_json(outcome.dialogue.as_json())
        first.append(plain_text(outcome.reply).split("。")[0])
    return first


def test_one_side_after_another_is_asked_of_the_same_answer(mobara: Knowledge) -> None:
    said = after(mobara, "ind-card-issuance", "現状は？", "いつまで？", "目標は何%？", "電話番号は？")
    assert said[0].endswith("令和4年3月時点で38.56％でした")
    assert "令和7年度（2025年度）" in said[1]
    assert said[2].endswith("100％です")
    assert said[3] == "総務課の電話番号は 0475-20-1519 です"


def test_what_the_answer_lacks_is_found_beside_it_in_the_same_measure(mobara: Knowledge) -> None:
    assert "10か所" in after(mobara, "telework", "その目標値は？")[0]
    assert "令和6年度" in after(mobara, "facility-booking", "いつから？")[0]


def test_what_nothing_tells_is_said_to_be_missing_and_the_dialogue_stays(mobara: Knowledge) -> None:
    _, before = show_entry(mobara, "facility-booking")
    outcome = answer(mobara, "何曜日？", before)
    assert plain_text(outcome.reply).startswith("時間や曜日は、この案内には載っていません。")
    assert outcome.dialogue.entry_id == "facility-booking"


def test_the_side_asked_last_is_asked_of_another_topic(mobara: Knowledge) -> None:
    said = after(mobara, "ind-telework", "目標は？", "窓口のキャッシュレスは？", "じゃあRPAは？")
    assert [one.rsplit("に", 1)[-1] for one in said] == ["10か所です", "40％です", "1業務以上です"]


def test_another_municipality_is_still_not_answered_for(mobara: Knowledge) -> None:
    _, before = show_entry(mobara, "ind-card-issuance")
    for text in ("じゃあ東温市は？", "東温市の目標は？", "それは東温市でも同じ？"):
        reply = answer(mobara, text, before).reply
        assert (reply.decision, reply.answer) == (Decision.NONE, None)
        assert "東温市" in reply.text


def test_more_shows_where_an_answer_stands_in_the_plan(mobara: Knowledge) -> None:
    _, before = show_entry(mobara, "telework")
    for text in ("もっと詳しく", "詳しく教えて", "くわしく知りたい"):
        reply = answer(mobara, text, before).reply
        assert reply.title == say("more_title")


def test_a_question_with_its_own_topic_is_no_follow_up(mobara: Knowledge) -> None:
    _, before = show_entry(mobara, "ind-telework")
    outcome = answer(mobara, "コンビニ交付はいつから始まりましたか", before)
    assert outcome.entry_id in ("convenience-start", "convenience-certificates")


def test_a_side_after_choices_asks_which_and_is_kept_for_the_one_chosen(mobara: Knowledge) -> None:
    offered = (("convenience-start", "コンビニ交付はいつから"), ("community-equipment", "備品を借りられますか"))
    asked = answer(mobara, "いくら？", Dialogue(offered=offered))
    assert asked.reply.decision is Decision.SUGGEST
    chosen = answer(mobara, "2", dialogue_from_json(asked.dialogue.as_json()))
    assert plain_text(chosen.reply).startswith("手数料：無料")


def test_a_side_after_choices_is_asked_of_what_they_were_offered_to(mobara: Knowledge) -> None:
    offered = (("ind-telework", "テレワーク"), ("dx-organization", "体制"))
    before = Dialogue(offered=offered, topic="コミュニティ備品")
    assert answer(mobara, "いくら？", before).entry_id == "community-equipment"
    assert answer(mobara, "いくら？", Dialogue(offered=offered)).reply.text == say("suggest_which")


def test_the_topic_of_choices_outlives_the_sides_asked_of_them(mobara: Knowledge) -> None:
    before = answer(mobara, "コンビニの書類の手続き").dialogue
    assert before.offered
    assert before.topic
    after = answer(mobara, "何人？", dialogue_from_json(before.as_json())).dialogue
    assert after.topic == before.topic if after.offered else after.topic is None


def test_a_telephone_after_choices_is_the_plans_own(mobara: Knowledge) -> None:
    offered = (("convenience-start", "コンビニ交付はいつから"), ("community-equipment", "備品を借りられますか"))
    reply = answer(mobara, "電話番号は？", Dialogue(offered=offered)).reply
    assert plain_text(reply).startswith("総務課の電話番号は 0475-20-1519 です。")


def test_a_telephone_with_nothing_before_is_the_plans_own(mobara: Knowledge) -> None:
    assert plain_text(answer(mobara, "電話番号は？").reply).startswith("総務課の電話番号は 0475-20-1519 です。")
    assert answer(mobara, "いくら？", NEW_DIALOGUE).reply.text == say("ask_what")


@pytest.mark.parametrize("code", ["242047", "222232", "232084", "122106", "382159"])
@pytest.mark.parametrize(
    "text", ["いくら？", "いつから？", "誰がやるの？", "それはなぜ？", "令和6年度は？", "もっと詳しく"]
)
def test_any_follow_up_after_any_answer_gets_a_reply(corpus: Corpus, code: str, text: str) -> None:
    knowledge = corpus.current(code)
    for entry_id in list(knowledge.answers)[::9]:
        reply = answer(knowledge, text, Dialogue(entry_id=entry_id)).reply
        assert plain_text(reply)
        assert reply.contact is not None


@pytest.mark.parametrize("text", ["いつ？", "それっていつの数字？", "いつの時点ですか", "それは何年の調査？"])
@pytest.mark.parametrize(
    ("side", "year"), [("現状は？", "令和4年3月"), ("何%？", "令和4年3月"), ("目標は？", "令和7年度")]
)
def test_when_after_a_figure_asks_for_the_date_of_that_very_figure(
    mobara: Knowledge, side: str, year: str, text: str
) -> None:
    assert year in after(mobara, "ind-card-issuance", side, text)[-1]


def test_when_after_a_count_looks_for_the_date_in_its_own_sentence(corpus: Corpus) -> None:
    said = after(corpus.current("382159"), "citizen-survey-outline", "何人？", "いつ？")
    assert said[1] == f"先ほどのとおり、{said[0]}"
    assert "2020年11月" in said[1]


def test_an_indicator_without_a_present_value_says_so_and_stays_the_topic(corpus: Corpus) -> None:
    matsusaka = corpus.current("242047")
    said = after(matsusaka, "ind-online-rate", "現在は？", "令和6年度は？", "目標は？")
    assert said[0] == "計画を作ったときの値は、計画に書かれていません"
    assert said[1].startswith("令和6年度（2024年度）のことは")
    assert said[2].endswith("60%です")


@pytest.mark.parametrize(
    ("text", "entry_id"),
    [
        pytest.param("何件？", "ind-online-procedures", id="the only one that counts things"),
        pytest.param("何％？", "ind-online-rate", id="the only one that tells a share"),
        pytest.param("目標は", "ind-online-rate", id="both: the first"),
        pytest.param("担当課", "ind-online-rate", id="any: the first"),
        pytest.param("令和8年度は？", "ind-online-rate", id="a year of both: the first"),
        pytest.param("いくら？", None, id="none: the choices again"),
    ],
)
def test_a_side_after_choices_is_told_by_the_one_that_tells_it(corpus: Corpus, text: str, entry_id: str | None) -> None:
    offered = (("ind-online-rate", "オンライン申請率"), ("ind-online-procedures", "オンライン申請ができる手続き数"))
    outcome = answer(corpus.current("242047"), text, Dialogue(offered=offered))
    assert outcome.entry_id == entry_id
    assert outcome.reply.decision is (Decision.ANSWER if entry_id else Decision.SUGGEST)


def test_a_year_after_choices_is_told_by_the_row_that_goes_on_in_it(corpus: Corpus) -> None:
    offered = (("dx-roadmap", "何年度に何をするか"), ("sch-e-application", "電子申請サービスの導入と運用"))
    outcome = answer(corpus.current("222232"), "令和6年度は？", Dialogue(offered=offered))
    assert outcome.entry_id == "sch-e-application"


def talk(knowledge: Knowledge, *said: str) -> list[str]:
    """The replies to ``said`` as they are read, from the first word of a dialogue on."""
    before, told = NEW_DIALOGUE, []
    for text in said:
        outcome = answer(knowledge, text, before)
        before = dialogue_from_json(outcome.dialogue.as_json())
        told.append(plain_text(outcome.reply))
    return told


@pytest.mark.parametrize(
    ("code", "said"),
    [
        *(
            (code, ["マイナンバーカードの保有率は？", "目標は？"])
            for code in ("242047", "222232", "232084", "122106", "382159")
        ),
        *(
            (code, ["粗大ごみの手数料は？", "電話番号は？", "いくら？"])
            for code in ("242047", "222232", "232084", "122106", "382159")
        ),
        ("232084", ["津島市のマイナンバーカードの交付率は何％ですか？", "目標は？", "現状は？"]),
        ("382159", ["マイナンバーカードの保有率は？", "目標は？", "いつまで？"]),
        ("242047", ["公民館でWi-Fiは使える？", "時間は？", "いくら？"]),
        ("232084", ["無料Wi-Fiはどこで使える？", "時間は？"]),
        ("242047", ["スマホ教室はある？", "時間は？", "場所は？", "費用は？"]),
        ("242047", ["転入届はオンラインで出せる？", "必要なものは？", "いつまで？"]),
        ("232084", ["転入届はオンラインで出せる？", "いつまで？", "必要なものは？", "手数料は？"]),
    ],
)
def test_no_reply_of_a_dialogue_says_again_what_the_one_before_said(corpus: Corpus, code: str, said: list[str]) -> None:
    first = [reply.split("。")[0] for reply in talk(corpus.current(code), *said)]
    assert len(set(first)) == len(first)


def test_a_second_side_that_is_missing_is_told_in_other_words(corpus: Corpus) -> None:
    said = talk(corpus.current("242047"), "転入届はオンラインで出せる？", "必要なものは？", "いつまで？")
    assert said[1].startswith("必要なものは、この案内には載っていません。")
    assert said[2].startswith("期限や期間も、この案内には載っていません。")


def test_an_entry_that_is_silent_still_tells_what_it_tells(corpus: Corpus) -> None:
    said = talk(corpus.current("232084"), "マイナンバーカードの保有率は？", "目標は？")
    assert said[1].startswith("国の目標としては、2022年度末まで")


@pytest.mark.parametrize(
    ("code", "question", "entry_id", "told"),
    [
        ("242047", "交付率83%は何年度の目標？", "ind-mynumber-rate", "令和8年度"),
        ("242047", "60%は何年度の目標？", "ind-online-rate", "令和8年度"),
        ("242047", "オンライン申請300件の目標は何年度？", "ind-online-procedures", "令和8年度"),
        ("242047", "83%の目標はいつまで？", "ind-mynumber-rate", "令和8年度"),
        ("122106", "交付率100%は何年度の目標？", "ind-card-issuance", "令和7年度"),
        ("122106", "テレワーク10か所は何年度の目標？", "ind-telework", "令和7年度"),
    ],
)
def test_the_year_of_a_goal_that_is_named_by_its_figure_is_told(
    corpus: Corpus, code: str, question: str, entry_id: str, told: str
) -> None:
    outcome = answer(corpus.current(code), question)
    assert outcome.entry_id == entry_id
    assert told in plain_text(outcome.reply).split("。")[0]
    other = "松阪市" if code == "122106" else "東温市"
    after = answer(corpus.current(code), f"じゃあ{other}は？", outcome.dialogue)
    assert (after.reply.decision, after.entry_id) == (Decision.NONE, None)


@pytest.mark.parametrize(
    ("code", "entry_id", "text"),
    [
        ("242047", "counter-no-writing", "どこで使える？"),
        ("222232", "ind-mynumber-card", "必要なものは？"),
        ("122106", "public-comment", "どうやって出すの"),
        ("122106", "wifi-vending", "なぜ？"),
        ("122106", "ind-wifi-vending", "何人？"),
        ("242047", "mynumber-card-uses", "いつまで？"),
        ("242047", "delivery-lectures", "どうやって申し込む？"),
        ("232084", "migration-site", "どこで見られる？"),
    ],
)
def test_what_nothing_on_the_matter_tells_is_never_answered_by_what_was_just_read(
    corpus: Corpus, code: str, entry_id: str, text: str
) -> None:
    knowledge = corpus.current(code)
    said = after(knowledge, entry_id, text)[0]
    assert "載っていま" in said or "書かれていま" in said or "載っていない" in said
    assert said not in knowledge.answers[entry_id].text.split("。")[0]


@pytest.mark.parametrize(
    ("code", "entry_id", "text", "told"),
    [
        ("232084", "common-convenience-where", "何が必要？", "マイナンバーカードが必要"),
        ("242047", "common-convenience-where", "いつから？", "平成30年1月"),
        ("122106", "community-equipment", "何団体が借りてる？", "135団体"),
        ("122106", "term-telework", "何か所？", "1か所"),
        ("382159", "city-survey-online-wish", "何人？", "115人"),
        ("382159", "city-survey-online-wish", "どうやって？", "紙の用紙"),
        ("122106", "ind-cashless", "なぜ？", "感染症"),
        ("122106", "facility-online-when", "今はどうやって予約するの", "電話"),
        ("242047", "ind-telework", "いつから？", "令和2年度"),
        ("382159", "term-cio", "誰がなるの？", "市長か副市長"),
    ],
)
def test_what_an_answer_lacks_is_told_by_another_on_the_same_matter(
    corpus: Corpus, code: str, entry_id: str, text: str, told: str
) -> None:
    knowledge = corpus.current(code)
    _, before = show_entry(knowledge, entry_id)
    outcome = answer(knowledge, text, before)
    assert outcome.entry_id != entry_id
    assert told in plain_text(outcome.reply).split("。")[0]


def test_an_entry_that_is_silent_on_a_side_does_not_become_the_matter(corpus: Corpus) -> None:
    tsushima = corpus.current("232084")
    _, before = show_entry(tsushima, "common-convenience-where")
    outcome = answer(tsushima, "いくら？", before)
    assert (outcome.entry_id, outcome.dialogue.entry_id) == ("silent-convenience-fee", "common-convenience-where")


def test_a_side_after_choices_is_told_by_the_one_whose_title_asks_it(mobara: Knowledge) -> None:
    offered = (("convenience-publicity", "広めるため"), ("convenience-start", "いつから"))
    assert answer(mobara, "いつから？", Dialogue(offered=offered)).entry_id == "convenience-start"


def test_a_side_that_no_choice_asks_is_told_by_what_was_written_for_it(corpus: Corpus) -> None:
    offered = (("app-downloads", "ダウンロード数"), ("app-navi-disaster", "防災情報"))
    outcome = answer(corpus.current("242047"), "いつから？", Dialogue(offered=offered, topic="松阪ナビ"))
    assert outcome.entry_id == "app-navi-start"


@pytest.mark.parametrize("text", ["どうやって使うの", "何ができる？"])
def test_how_to_use_it_is_asked_of_the_answer_and_of_this_service_only_with_nothing_before(
    corpus: Corpus, text: str
) -> None:
    omaezaki = corpus.current("222232")
    _, before = show_entry(omaezaki, "term-mynaportal")
    help_text = plain_text(answer(omaezaki, text).reply)
    assert answer(omaezaki, text).reply.decision is Decision.SMALLTALK
    assert plain_text(answer(omaezaki, text, before).reply) != help_text
    assert plain_text(answer(omaezaki, "使い方を教えて", before).reply) == help_text


def test_why_after_a_list_of_figures_offers_its_rows_and_is_kept_for_the_one_chosen(corpus: Corpus) -> None:
    matsusaka = corpus.current("242047")
    before = answer(matsusaka, "60%って何の数字？").dialogue
    asked = answer(matsusaka, "なぜ？", before)
    assert asked.reply.text == say("list_which_row")
    assert asked.reply.choices
    chosen = answer(matsusaka, "1", asked.dialogue)
    assert plain_text(chosen.reply).startswith("理由は、この案内には載っていません。")


def test_what_else_there_is_comes_from_the_same_matter(corpus: Corpus) -> None:
    tsushima = corpus.current("232084")
    _, before = show_entry(tsushima, "online-cancer-screening")
    reply = answer(tsushima, "ほかにもある？", before).reply
    assert "online-osteoporosis-screening" in {choice.entry_id for choice in reply.choices}
    assert "online-cancer-screening" not in {choice.entry_id for choice in reply.choices}
    assert answer(tsushima, "ほかにもある？").reply.decision is not Decision.ANSWER


def test_what_else_there_is_amid_choices_refuses_them(mobara: Knowledge) -> None:
    offered = (("ind-telework", "テレワーク"), ("dx-organization", "体制"))
    assert answer(mobara, "ほかにもある？", Dialogue(offered=offered)).reply.text.startswith(say("none_of_these"))


def test_a_sentence_that_tells_another_side_too_is_said_to_have_been_read(corpus: Corpus) -> None:
    said = after(corpus.current("382159"), "citizen-survey-outline", "何人？", "いつ？", "どうやって？")
    assert [one.startswith("先ほどのとおり、") for one in said] == [False, True, True]


def test_since_when_is_not_told_by_the_year_of_a_goal(mobara: Knowledge) -> None:
    assert after(mobara, "ind-digital-course", "いつから？")[0].startswith("時期は、この案内には載っていません")
    assert "令和7年度" in after(mobara, "ind-digital-course", "いつまで？")[0]


def test_when_something_can_be_used_is_told_by_its_hours(corpus: Corpus) -> None:
    said = after(corpus.current("232084"), "chatbot-website", "いつ使える？", "いつから？")
    assert "24時間365日" in said[0]
    assert "24時間" not in said[1]


def test_a_side_asked_with_a_verb_made_of_a_noun_is_asked_of_the_last_answer(corpus: Corpus) -> None:
    matsusaka = corpus.current("242047")
    _, before = show_entry(matsusaka, "staff-e-approval")
    assert answer(matsusaka, "なぜ導入したの", before).entry_id == "staff-e-approval"


def test_every_turn_on_a_matter_has_the_score_of_the_weighing_that_led_to_it(mobara: Knowledge) -> None:
    first = answer(mobara, "窓口のキャッシュレスの利用率の目標は")
    why = answer(mobara, "なぜ？", dialogue_from_json(first.dialogue.as_json()))
    assert first.reply.score is not None
    assert why.entry_id == "cashless-why"
    assert why.reply.score == first.reply.score


def test_what_is_chosen_has_the_score_of_the_choices_and_what_is_shown_of_itself_none(mobara: Knowledge) -> None:
    offered = (("ind-telework", "テレワーク"), ("community-equipment", "備品"))
    before = Dialogue(offered=offered, score=0.6)
    assert answer(mobara, "2", before).reply.score == 0.6
    reply, after_it = show_entry(mobara, "telework", before)
    assert (reply.score, after_it.score) == (None, None)


def test_an_offices_own_contact_has_the_score_it_was_weighed_with(corpus: Corpus) -> None:
    reply = answer(corpus.current("222232"), "デジタル推進室の電話番号おしえて").reply
    assert reply.decision is Decision.ANSWER
    assert reply.score is not None
    assert 0 < reply.score <= 1


@pytest.mark.parametrize("code", ["242047", "222232", "232084", "122106", "382159"])
def test_no_sentence_just_read_answers_how_or_what_is_needed(corpus: Corpus, code: str) -> None:
    knowledge = corpus.current(code)
    for entry_id, found in list(knowledge.answers.items())[::7]:
        if found.kind != "indicator":
            continue
        _, before = show_entry(knowledge, entry_id)
        for text in ("必要なものは？", "どうやって？"):
            outcome = answer(knowledge, text, before)
            assert outcome.entry_id != entry_id or not plain_text(outcome.reply).startswith(found.text.split("。")[0])


def test_what_is_asked_without_a_topic_is_asked_of_the_last_answer(mobara: Knowledge) -> None:
    _, before = show_entry(mobara, "ind-rpa")
    offered = {entry_id for entry_id, _ in answer(mobara, "何に使うの", before).dialogue.offered}
    assert "rpa-introduction" in offered
    assert answer(mobara, "何に使うの", before).dialogue.offered != answer(mobara, "何に使うの").dialogue.offered


def test_whom_to_ask_is_no_question_of_who_does_it(corpus: Corpus) -> None:
    omaezaki = corpus.current("222232")
    assert "デジタル推進室" in after(omaezaki, "sch-cashless", "誰に聞けばいい")[0]
    _, before = show_entry(omaezaki, "smartphone-household")
    assert answer(omaezaki, "誰が調べたの", before).entry_id == "smartphone-household"


@pytest.mark.parametrize("code", ["242047", "222232", "232084", "122106", "382159"])
def test_the_goals_asked_of_the_plan_itself_are_those_of_the_plan(corpus: Corpus, code: str) -> None:
    knowledge = corpus.current(code)
    period = answer(knowledge, "計画の期間は？")
    asked = answer(knowledge, "目標は？", dialogue_from_json(period.dialogue.as_json()))
    assert period.reply.decision is Decision.ANSWER
    assert plain_text(asked.reply) == plain_text(answer(knowledge, "目標は？").reply)


def test_the_goals_of_the_plan_are_shown_for_a_matter_without_its_own_and_said_to_be_the_plans(corpus: Corpus) -> None:
    matsusaka = corpus.current("242047")
    _, before = show_entry(matsusaka, "counter-no-writing")
    outcome = answer(matsusaka, "目標は？", before)
    assert outcome.entry_id == "list-indicators"
    assert plain_text(outcome.reply).startswith(
        "「書かない窓口はありますか？」について、目標の数値は、この案内には載っていません"
    )


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("242047", ["コンビニ交付の手数料は？", "図書館の本の予約は？", "ごみは？", "保育園は？"]),
        ("242047", ["コンビニ交付の手数料は？", "松阪ナビは？"]),
        ("382159", ["計画はいつまで？", "スマホ教室は？", "LINEは？"]),
        ("122106", ["コンビニ交付で証明書は取れますか", "それはいくら？", "キャッシュレスは？"]),
    ],
)
def test_a_side_that_nothing_tells_of_a_new_topic_is_not_regretted(corpus: Corpus, code: str, said: list[str]) -> None:
    knowledge = corpus.current(code)
    assert [one for one in talk(knowledge, *said) if "この案内には載っていません" in one.split("\n")[0]] == []
    alone = plain_text(answer(knowledge, said[-1]).reply)
    assert talk(knowledge, *said)[-1] == alone


@pytest.mark.parametrize(
    ("code", "said", "told"),
    [
        ("242047", ["証明書のコンビニ交付は何時までつかえる？"], "6時30分"),
        ("232084", ["コンビニ交付は何時から何時まで"], "6時30分"),
        ("232084", ["住民票", "何時まで？"], "6時30分"),
        ("232084", ["住民票をとりたい", "何時まで？"], "6時30分"),
        ("232084", ["印鑑証明は？", "子どもでも使える？"], "年齢"),
    ],
)
def test_a_side_is_not_missing_where_another_entry_on_the_matter_tells_it(
    corpus: Corpus, code: str, said: list[str], told: str
) -> None:
    assert told in talk(corpus.current(code), *said)[-1].split("\n")[0]


def test_an_answer_is_told_more_of_in_simpler_words_and_once_more(corpus: Corpus) -> None:
    matsusaka = corpus.current("242047")
    first, before = show_entry(matsusaka, "app-matsusaka-navi")
    easy = matsusaka.answers["app-matsusaka-navi"].translations["easy"]
    more, simple, again = (answer(matsusaka, text, before) for text in ("もっと", "わかりません", "もう一回言って"))
    assert more.reply.title == say("more_title")
    assert (simple.reply.opening, simple.reply.text) == (say("said_simply"), easy.text)
    assert again.reply.text == first.text
    once_more = answer(matsusaka, "わからない", dialogue_from_json(simple.dialogue.as_json())).reply
    assert once_more.text == say("not_understood", office="市政改革課")
    assert once_more.contact is not None


def test_what_is_nowhere_in_simple_words_is_asked_of_its_office(mobara: Knowledge) -> None:
    entry = next(one for one in mobara.answers.values() if "easy" not in one.translations and one.office)
    reply = answer(mobara, "意味がわからない", Dialogue(entry_id=entry.entry_id)).reply
    assert entry.office is not None
    assert reply.text == say("not_understood", office=entry.office.department)


def test_choices_and_lists_are_shown_once_more(corpus: Corpus) -> None:
    matsusaka = corpus.current("242047")
    choices = answer(matsusaka, "マイナンバーカード")
    assert answer(matsusaka, "もう一度", choices.dialogue).reply.choices
    goals = answer(matsusaka, "目標は？")
    second = answer(matsusaka, "続き", goals.dialogue)
    assert answer(matsusaka, "もう一回見せて", second.dialogue).reply.facts == second.reply.facts


def test_another_of_the_same_choices_can_be_taken_by_its_number(corpus: Corpus) -> None:
    matsusaka = corpus.current("242047")
    choices = answer(matsusaka, "住民票")
    second = answer(matsusaka, "2", choices.dialogue)
    third = answer(matsusaka, "3番", dialogue_from_json(second.dialogue.as_json()))
    assert [second.entry_id, third.entry_id] == [entry_id for entry_id, _ in choices.dialogue.offered[1:3]]
    fresh = answer(matsusaka, "計画の期間は？", dialogue_from_json(third.dialogue.as_json()))
    assert answer(matsusaka, "3番", fresh.dialogue).reply.text == say("ask_what")


@pytest.mark.parametrize("before", ["マイナンバーカード", "マイナンバーカードを作りたい"])
def test_what_one_wants_to_do_is_asked_of_the_topic_before(corpus: Corpus, before: str) -> None:
    matsusaka = corpus.current("242047")
    said = talk(matsusaka, before, "更新したい")[-1]
    assert "カード" in said.split("\n")[0]
    assert "更新" in said.split("\n")[0]


def test_what_one_wants_to_do_that_is_of_no_topic_before_is_asked_alone(corpus: Corpus) -> None:
    matsusaka = corpus.current("242047")
    assert talk(matsusaka, "計画の期間は？", "予約したい")[-1] == talk(matsusaka, "予約したい")[-1]
