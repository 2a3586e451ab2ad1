"""What a reply begins with: the side that was asked, or openly that it is not known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.leads import follow_up_lead, is_missing, lead, missing_sentence, reach_sentence
from bot.replies import answer_reply
from bot.wording import say
from intents.facets import PHRASES, REACHING, Asked, Facet, read_question
from intents.leads import split_sentences
from intents.ranker import rank
from intents.yes_or_no import is_earned
from knowledge.answers import Answer, Office
from knowledge.corpus import Corpus, Knowledge
from tests.knowledge.test_lists import answer, indicator


@pytest.fixture(scope="module")
def mobara(corpus: Corpus) -> Knowledge:
    """A municipality whose plan prints one telephone number, one fax number and one address."""
    return corpus.current("122106")


def asked(text: str) -> Asked:
    return read_question(text, 2026)


def entry(text: str, kind: str = "plan", title: str = "コンビニ交付とは", **values: Any) -> Answer:
    return replace(answer("x", kind, "", text), title=title, **values)


def test_a_sentence_further_down_that_tells_what_was_asked_comes_first(mobara: Knowledge) -> None:
    made = lead(mobara, entry("はい、取れます。\n令和元年7月に始まりました。"), asked("コンビニ交付はいつから？"))
    assert (made.opening, made.text, made.known) == ("令和元年7月に始まりました。", "取れます。", True)


def test_an_answer_that_begins_with_what_was_asked_stays_as_it_is(mobara: Knowledge) -> None:
    made = lead(mobara, entry("令和元年7月に始まりました。\n便利です。"), asked("いつから？"))
    assert (made.opening, made.text) == (None, "令和元年7月に始まりました。\n便利です。")


def test_yes_stays_where_yes_or_no_was_asked(mobara: Knowledge) -> None:
    found = entry("はい、取れます。")
    assert lead(mobara, found, asked("コンビニで取れますか")).text == "はい、取れます。"
    assert lead(mobara, found, asked("どこで取れますか")).text == "取れます。"
    assert lead(mobara, found, None).text == "はい、取れます。"


EARNED = """
242047 コンビニで住民票は取れますか / コンビニで住民票が取れるんですか / コンビニで印鑑証明とれますかね / セブンで住民票出せる？
242047 マイナンバーカードがあればコンビニで住民票は取れますか / 公民館でWi-Fi使える？ / タブレットは家に持ち帰りますか
122106 印鑑証明はコンビニで取れますか / 自治会でテントを借りられますか / 電子入札は導入されていますか
382159 窓口での手続きはなくなりますか / 計画に数値目標はある？
"""
"""Asked as the entry answers, in the words it has itself."""

UNEARNED = """
242047 カードがなくてもコンビニで住民票とれますか / マイナンバーカードなしで住民票をコンビニで取れますか
242047 マイナンバーカード以外でもコンビニで住民票を取れますか / コンビニだけで住民票は取れますか / コンビニで住民票は取れないんですか
242047 通知カードでもコンビニで住民票取れますか / コンビニで住民票の除票は取れますか / 5歳でもコンビニで住民票を取れますか
242047 コンビニで印鑑登録できますか / コンビニで住民票を直せますか / コンビニで住民票を返せますか
242047 住民票 コンビニ / コンビニで住民票をください / コンビニの住民票は / コンビニで住民票を取りたい / コンビニで住民票取るの困る
242047 タブレットを持ち帰らせたくない / タブレットを持ち帰らなくてもいいですか / 出前講座の申込書ください
122106 コンビニで印鑑登録できますか / テントを借りられますか / 市外に住んでいてもテント借りられる / 電子入札に参加できますか
122106 情報の事故はありましたか / 町内会のテントはお金かかる？
232084 5歳でもインフルエンザの申請できる？ / インフルエンザの予防接種はネットで申請できますか
382159 窓口はこれからも残る？ / LINEの友だち登録のしかた / 東温市のLINEのIDは
"""
"""Turned round, narrowed, of other people, about something beside it, or no question of yes or no."""


def entry_beginning_with_a_verdict(knowledge: Knowledge, question: str) -> Answer | None:
    """The entry that a question finds first, where it begins with a yes or a no."""
    found = rank(knowledge.index, question).candidates
    first = knowledge.answers[found[0].document.id] if found else None
    return first if first and first.text.startswith(("はい", "いいえ")) else None


def by_town(table: str) -> Iterator[tuple[str, str]]:
    for line in table.strip().splitlines():
        code, questions = line.split(" ", 1)
        yield from ((code, question) for question in questions.split(" / "))


@pytest.mark.parametrize(("code", "question"), list(by_town(EARNED)))
def test_a_verdict_is_said_to_who_asks_what_the_entry_answers(corpus: Corpus, code: str, question: str) -> None:
    knowledge = corpus.current(code)
    found = entry_beginning_with_a_verdict(knowledge, question)
    assert found is not None
    assert lead(knowledge, found, asked(question)).text.startswith(("はい、", "いいえ、"))


@pytest.mark.parametrize(("code", "question"), list(by_town(UNEARNED)))
def test_a_verdict_is_not_said_to_who_asks_something_else(corpus: Corpus, code: str, question: str) -> None:
    knowledge = corpus.current(code)
    found = entry_beginning_with_a_verdict(knowledge, question)
    assert found is None or not lead(knowledge, found, asked(question)).text.startswith(("はい", "いいえ"))


@pytest.mark.parametrize("code", ["242047", "222232", "232084", "122106", "382159"])
def test_every_entry_may_say_its_yes_or_no_to_its_own_title(corpus: Corpus, code: str) -> None:
    knowledge = corpus.current(code)
    for found in knowledge.answers.values():
        if found.text.startswith(("はい、", "いいえ、")):
            assert is_earned(found.title, found.document(), knowledge.index)


def test_what_no_sentence_tells_is_said_to_be_missing_with_whom_to_ask(mobara: Knowledge) -> None:
    found = entry("便利なサービスです。", office=Office("市民課", None))
    made = lead(mobara, found, asked("手数料はいくら？"))
    assert made.opening == say("facet_missing", facet=say("facet_name_fee"), office="市民課")
    assert (made.text, made.known) == ("便利なサービスです。", False)
    assert is_missing(mobara, found, asked("手数料はいくら？"))


def test_the_office_that_wrote_the_plan_is_not_named_for_what_it_cannot_know(mobara: Knowledge) -> None:
    made = lead(mobara, entry("がん検診は、ネットで申し込めます。"), asked("がん検診の申し込み期限は"))
    assert made.opening == "期限や期間は、この案内には載っていません。茂原市役所にお確かめください。"
    assert mobara.contact.department not in made.opening


def test_what_staff_wrote_of_not_knowing_comes_before_a_fixed_sentence(mobara: Knowledge) -> None:
    made = lead(mobara, entry("便利です。\n手数料は計画に書かれていません。"), asked("いくら？"))
    assert (made.opening, made.known) == ("手数料は計画に書かれていません。", False)


def test_an_answer_written_for_the_side_that_was_asked_misses_nothing(mobara: Knowledge) -> None:
    found = entry("まだ決まっていません。", title="コンビニ交付はいつから始まりますか？")
    assert lead(mobara, found, asked("コンビニ交付はいつから")).opening is None


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("いつから始まりますか", "時期"),
        ("いつまでですか", "期限や期間"),
        ("いくらかかりますか", "金額（手数料や費用）"),
        ("どこでできますか", "場所"),
        ("必要なものは何ですか", "必要なもの"),
        ("誰が決めましたか", "だれが行うか"),
        ("どうやって申し込みますか", "やり方"),
        ("なぜ始めたのですか", "理由"),
        ("何件ありましたか", "数（件数や人数など）"),
        ("何%ですか", "割合"),
        ("何時からですか", "時間や曜日"),
    ],
)
def test_every_side_that_stands_nowhere_is_said_to_be_missing(mobara: Knowledge, question: str, named: str) -> None:
    made = lead(mobara, entry("便利なサービスです。", office=Office("市民課", None)), asked(question))
    assert made.opening == f"{named}は、この案内には載っていません。市民課にお確かめください。"
    assert (made.text, made.known) == ("便利なサービスです。", False)


def test_who_is_only_sent_elsewhere_is_told_first_that_it_is_not_written(mobara: Knowledge) -> None:
    text = "便利なサービスです。\n会場や手数料は、市民課にお聞きください。"
    made = lead(mobara, entry(text, office=Office("市民課", None)), asked("手数料はいくら？"))
    assert made.opening == "金額（手数料や費用）は、この案内には載っていません。市民課にお確かめください。"
    assert made.text == text


def test_how_the_municipality_goes_about_it_any_answer_may_tell(mobara: Knowledge) -> None:
    assert lead(mobara, entry("計画では、人を増やします。"), asked("どうやって広めるの")).opening is None


def test_an_indicator_counted_in_things_does_not_tell_how_many_per_cent(mobara: Knowledge) -> None:
    found = replace(indicator("k", "申請の数", "300", "件"), text="「申請の数」の目標は、令和8年度に300件です。")
    assert lead(mobara, found, asked("申請は何件ですか")).opening is None
    missing = "割合は、この案内には載っていません。茂原市役所にお確かめください。"
    assert lead(mobara, found, asked("申請は何%ですか")).opening == missing


@pytest.mark.parametrize("question", ["誰がやるの", "それは何ですか"])
def test_what_any_answer_may_tell_is_not_said_to_be_missing(mobara: Knowledge, question: str) -> None:
    opening = lead(mobara, entry("便利なサービスです。"), asked(question)).opening
    assert opening is None or "載っていません" not in opening


def test_a_silent_entry_says_first_that_the_plan_is_silent(mobara: Knowledge) -> None:
    text = "ごみの出し方は、計画に記載がありません。\n市役所にお聞きください。"
    for question in ("ごみの収集日はいつ？", "ごみの電話番号は"):
        made = lead(mobara, entry(text, "silent"), asked(question))
        assert (made.opening, made.text, made.known) == (None, text, False)


def test_a_fee_that_a_silent_entry_does_not_name_is_said_to_be_missing_too(mobara: Knowledge) -> None:
    text = "ごみの出し方は、計画に記載がありません。\n市役所にお聞きください。"
    made = lead(mobara, entry(text, "silent"), asked("粗大ごみの手数料は？"))
    assert made.opening == say("facet_missing", facet=say("facet_name_fee"), office="茂原市役所")
    assert (made.text, made.known) == (text, False)
    named = "ごみの手数料は、計画に記載がありません。"
    assert lead(mobara, entry(named, "silent"), asked("粗大ごみの手数料は？")).opening is None


def test_a_slot_of_a_procedure_is_shown_by_its_name(mobara: Knowledge) -> None:
    found = entry("取れます。", "procedure", facts=(("必要なもの", "カード"),))
    assert lead(mobara, found, asked("必要なものは？")).opening == "必要なもの：カード"
    assert lead(mobara, found, asked("代理でもいい？")).opening == say(
        "facet_missing", facet="代理の人のこと", office="茂原市役所"
    )


@pytest.mark.parametrize("question", ["5歳でもネットで申請できますか", "スマホなしでもネットで申請できますか"])
def test_a_slot_that_says_yes_does_not_lead_where_something_else_was_asked(mobara: Knowledge, question: str) -> None:
    found = entry(
        "ネットで申請できます。", "procedure", title="申請はネットでできますか", facts=(("オンライン", "できます"),)
    )
    assert lead(mobara, found, asked("ネットで申請できますか")).opening == "オンライン：できます"
    assert lead(mobara, found, asked(question)).opening is None


def test_an_indicator_is_led_by_its_goal_or_by_what_was(mobara: Knowledge) -> None:
    text = "「申請の数」の目標は、令和8年度に300件です。\n計画を作ったときの値は、40件でした。"
    found = replace(indicator("k", "申請の数", "300", "件"), text=text)
    assert lead(mobara, found, asked("申請の目標は何件？")).opening is None
    assert lead(mobara, found, asked("申請は今何件？")).opening == "計画を作ったときの値は、40件でした。"


@pytest.mark.parametrize(
    ("facet", "said"),
    [
        (Facet.TELEPHONE, "総務課の電話番号は 0475-20-1519 です。"),
        (Facet.FAX, "総務課のFAXの番号は 0475-20-1602 です。"),
        (Facet.ADDRESS, "総務課の住所は 〒297-8511 茂原市道表1番地 です。"),
        (Facet.EMAIL, "総務課のメールアドレスは計画書に載っていません。ホームページなどでお確かめください。"),
    ],
)
def test_an_office_is_reached_by_what_the_plan_prints(mobara: Knowledge, facet: Facet, said: str) -> None:
    assert reach_sentence(mobara, mobara.contact, facet)[0] == said


def test_an_office_without_a_number_of_its_own_is_not_given_anothers(mobara: Knowledge) -> None:
    found = answer("dep", "office", "市民課", "市民課は、証明書を担当します。")
    assert lead(mobara, found, asked("市民課の電話番号は")).opening == say("facet_telephone_missing", office="市民課")


def test_who_is_in_charge_is_said_where_the_entry_names_it(mobara: Knowledge) -> None:
    named = entry("便利です。", office=Office("生活課", None))
    assert lead(mobara, named, asked("担当はどこ？")).opening == say("facet_office", office="生活課")
    unnamed = lead(mobara, entry("便利です。"), asked("担当はどこ？")).opening
    assert unnamed == say("facet_office_missing", office="総務課")


def test_after_an_answer_only_the_sentence_that_was_asked_for_is_said(mobara: Knowledge) -> None:
    made = follow_up_lead(mobara, entry("はい、取れます。\n令和元年7月に始まりました。"), asked("いつから？"))
    assert made is not None
    assert (made.opening, made.text, made.known) == ("令和元年7月に始まりました。", "", True)


def test_a_year_that_an_answer_does_not_tell_is_said_to_be_missing(mobara: Knowledge) -> None:
    found = replace(indicator("k", "申請の数", "300", "件"), text="「申請の数」の目標は、令和8年度に300件です。")
    made = follow_up_lead(mobara, found, replace(asked("令和6年度は？"), facet=Facet.GOAL))
    assert made is not None
    assert made.opening is not None
    assert made.opening.startswith("令和6年度（2024年度）のことは、この案内には載っていません。")
    assert made.text == found.text


def every_facet() -> Iterator[Asked]:
    for facet in Facet:
        yield Asked("これはどうですか", facet, (), True)


@pytest.mark.parametrize("code", ["242047", "222232", "232084", "122106", "382159"])
def test_every_bundled_answer_can_be_asked_for_every_side(corpus: Corpus, code: str) -> None:
    knowledge = corpus.current(code)
    for found in knowledge.answers.values():
        for question in every_facet():
            made = lead(knowledge, found, question)
            assert made.text
            assert made.opening is None or "{" not in made.opening
            sentences = (found.text, say("facet_name_fee"), missing_sentence(knowledge, found, question))
            assert made.opening is None or made.opening in sentences[0] or len(made.opening) > 5


@pytest.mark.parametrize(
    ("question", "opening"),
    [
        ("交付率は何%", "計画を作ったときの値は、令和4年3月時点で38.56％でした。"),
        ("今の交付率は？", "計画を作ったときの値は、令和4年3月時点で38.56％でした。"),
        ("交付率は今まで何%", "計画を作ったときの値は、令和4年3月時点で38.56％でした。"),
        ("交付率の目標は何%", None),
        ("交付率を何%まで上げる", None),
        ("将来の交付率は何%", None),
        ("交付率を何%にする", None),
        ("令和7年度の交付率は何%", None),
    ],
)
def test_how_many_there_are_comes_before_how_many_there_shall_be(
    mobara: Knowledge, question: str, opening: str | None
) -> None:
    made = lead(mobara, mobara.answers["ind-card-issuance"], asked(question))
    assert made.opening == opening
    assert made.text.startswith("「マイナンバーカードの交付率」の目標は")


@pytest.mark.parametrize("facet", [facet for facet in Facet if facet not in REACHING])
def test_nothing_that_leads_stands_below_once_more(mobara: Knowledge, facet: Facet) -> None:
    for found in mobara.answers.values():
        made = lead(mobara, found, Asked(PHRASES.get(facet, "いくつ"), facet, open=True))
        if made.known and made.opening:
            below = {one.removeprefix("・") for one in split_sentences(made.text)}
            assert not below & set(split_sentences(made.opening)), found.entry_id


def test_an_address_that_the_text_begins_with_is_not_put_before_it_again(corpus: Corpus) -> None:
    toon = corpus.current("382159")
    made = lead(toon, toon.answers["city-hall-address"], asked("市役所の住所は？"))
    assert made.opening is None
    assert made.text.startswith("〒791-0292")


def test_the_row_that_leads_is_not_shown_among_the_rows_again(mobara: Knowledge) -> None:
    reply = answer_reply(mobara, mobara.answers["community-equipment"], None, asked("いくら？"))
    assert reply.opening == "手数料：無料"
    assert "手数料" not in dict(reply.facts)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("なぜ三層に分けたの", "国のモデルに合わせ、個人情報を守る考えです。"),
        ("何人がダウンロードしたの", "まつぷりは約2,400件です。"),
        ("ライブ配信はもうやってる", "会議や研修を流しています。"),
    ],
)
def test_what_may_well_be_told_is_not_denied(mobara: Knowledge, question: str, text: str) -> None:
    made = lead(mobara, entry(text), asked(question))
    assert made.opening is None or "載っていません" not in made.opening


def test_what_one_gets_is_not_called_a_fee(mobara: Knowledge) -> None:
    found = entry("支援があります。", "procedure", title="補助金はありますか")
    assert lead(mobara, found, asked("補助金はいくら？")).opening == missing_sentence(mobara, found, asked("いくら？"))
    assert str(lead(mobara, found, asked("補助金はいくら？")).opening).startswith(say("facet_name_fee"))
    assert str(lead(mobara, found, asked("手数料は？")).opening).startswith("手数料は、")


def test_how_long_it_takes_is_missing_in_a_whole_sentence(mobara: Knowledge) -> None:
    found = entry("申請できます。", "procedure")
    assert str(lead(mobara, found, asked("何日かかりますか")).opening).startswith("かかる日数は、")


def test_what_the_municipality_does_is_not_how_one_applies(mobara: Knowledge) -> None:
    found = entry(
        "講座があります。\n申し込みの方法は計画に書かれていません。", "procedure", facts=(("方法", "出向きます"),)
    )
    assert lead(mobara, found, asked("どうやって申し込む？")).opening == "申し込みの方法は計画に書かれていません。"
    assert lead(mobara, found, asked("どのように行う？")).opening == "方法：出向きます"


def test_why_something_is_not_known_is_no_reason_for_the_matter(mobara: Knowledge) -> None:
    found = entry("順位は計画から読み取れません。\n文章が乱れているためです。", title="一番は何ですか")
    assert lead(mobara, found, asked("なぜ一番なの？")).opening != "文章が乱れているためです。"
    told = entry("順位は3番です。\n文章が乱れているためです。", title="一番は何ですか")
    assert lead(mobara, told, asked("なぜ一番なの？")).opening == "文章が乱れているためです。"


@pytest.mark.parametrize(
    ("text", "title", "question"),
    [
        ("「書かない窓口」が始まりました。", "書かない窓口はありますか", "どこで使える？"),
        ("マイナンバーカードの普及の目標は100%です。", "マイナンバーカードの普及の目標", "必要なものは？"),
        ("計画では、入り口にすることを検討します。", "LINEで申請できますか", "どうやって？"),
        ("目的、仕事、会議などを定めた決まりです。", "要綱とは何ですか", "誰がいるの"),
        ("目的、仕事、会議などを定めた決まりです。", "要綱とは何ですか", "なぜ？"),
        ("次の要望です。\n・施設をネットで申し込む", "何をしたいと答えましたか", "どうやって？"),
    ],
)
def test_who_has_just_read_a_text_is_not_told_by_a_name_in_it(
    mobara: Knowledge, text: str, title: str, question: str
) -> None:
    made = follow_up_lead(mobara, entry(text, title=title), asked(question))
    assert made is None or not made.known


@pytest.mark.parametrize(
    ("text", "title", "question", "told"),
    [
        ("窓口は庁舎2階です。", "書かない窓口はありますか", "どこで使える？", "庁舎2階"),
        ("市のサイトにあります。\n場所は計画に書かれていません。", "資料はありますか", "どこで？", "書かれていません"),
        ("始まっています。\n予定表では「研究」のあと「検討」です。", "増えますか", "いつ？", "「研究」のあと「検討」"),
        ("AIが見分けます。\n市は事業者と契約しました。", "診断とは何ですか", "誰が", "事業者と契約"),
    ],
)
def test_who_has_just_read_a_text_is_told_by_what_says_it_of_itself(
    mobara: Knowledge, text: str, title: str, question: str, told: str
) -> None:
    made = follow_up_lead(mobara, entry(text, title=title), asked(question))
    assert made is not None
    assert told in str(made.opening)


def test_how_often_is_no_beginning_where_the_beginning_is_not_known(mobara: Knowledge) -> None:
    found = entry("定期的に見直します。\n始める時期は、計画書から読み取れません。")
    assert lead(mobara, found, asked("いつから始まりますか")).opening == "始める時期は、計画書から読み取れません。"
    alone = entry("便利です。\n定期的に見直します。")
    assert lead(mobara, alone, asked("いつ見直しますか")).opening == "定期的に見直します。"


def test_whom_to_ask_as_nothing_is_written_is_no_reason(mobara: Knowledge) -> None:
    found = entry("期間は5年間です。\n令和8年度から後のことは書かれていないので、市役所にお尋ねください。")
    made = lead(mobara, found, asked("なぜですか"))
    assert made.opening is None or "お尋ねください" not in made.opening
