"""Which side of a matter is asked about, and which messages need the topic before them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.facets import (
    Asked,
    Facet,
    asked_facet,
    asked_facets,
    asks_precisely,
    is_bare_facet,
    kind_suits,
    lacks_topic,
    read_question,
    topic_nouns,
    without_reference,
)

ASKED = [
    pytest.param(
        Facet.FEE,
        """
        いくらですか / おいくら / なんぼかかるん / 手数料は？ / てすうりょうは / 料金を教えて / 費用はかかりますか / お金はかかるの / 無料ですか
        有料？ / 何円？ / ただですか / タダで使える？ / 値段はいくら
        """,
        id="fee",
    ),
    pytest.param(
        Facet.DEADLINE,
        "いつまでですか / 期限は？ / 締め切りはいつ / 締切は / しめきりは？ / いつまでに出せばいい",
        id="deadline",
    ),
    pytest.param(
        Facet.BRING,
        """
        必要なものは？ / 必要な書類は / 持ち物は / 何が必要ですか / 何を持っていけばいい / 持っていくものは / いるものは？ / 何がいる？ / なにがいりますか
        ひつようなものは / 用意するものは / 何を用意すればいい
        """,
        id="what to bring",
    ),
    pytest.param(
        Facet.DELIVERY_DAYS,
        "何日かかりますか / 何日くらい？ / 届くまでどのくらい / いつ届きますか / どのくらいかかりますか / どれくらいかかる？ / いつもらえますか / 日数は？",
        id="how many days",
    ),
    pytest.param(
        Facet.PROXY,
        "代理でもいいですか / 代理人でもできますか / 委任状は必要？ / 家族が代わりに行ける？ / 本人じゃなくてもいい？ / 代わりに取りに行ける？ / 家族でもいい？",
        id="by proxy",
    ),
    pytest.param(Facet.MAIL, "郵送でもできますか / 郵便で送れますか / 郵送は？ / 送ってもらえますか", id="by mail"),
    pytest.param(Facet.BRANCH, "支所でもできますか / 出張所では？ / 支所は？", id="at a branch office"),
    pytest.param(
        Facet.COUNTER,
        "どこでできますか / どこで？ / 窓口はどこ / 窓口は？ / 場所は？ / どこに行けばいい / どこへ行けばいいですか / どこにありますか / どこ？",
        id="where",
    ),
    pytest.param(
        Facet.TARGET,
        "誰が使えますか / 対象は？ / 対象者は / 何歳から？ / 誰でもできますか / だれでも使える？ / 市外の人でも使えますか",
        id="for whom",
    ),
    pytest.param(
        Facet.METHOD,
        "どうやってやるの / 方法は？ / やり方は / やりかた / 手順を教えて / どうすればいいですか",
        id="how",
    ),
    pytest.param(
        Facet.ONLINE,
        "ネットでできますか / オンラインでできる？ / スマホでもできますか / インターネットで申請できますか / パソコンでできる？ / ネットでも？",
        id="online",
    ),
    pytest.param(
        Facet.TELEPHONE,
        """
        電話番号は？ / 電話番号を教えて / 連絡先は / 問い合わせ先は？ / 問合せ先 / 何番に電話すればいい？ / どこに電話すればいい？ / 電話は？ / TELは
        どこに連絡すればいいですか / どこに聞けばいい？ / でんわばんごうは
        """,
        id="telephone",
    ),
    pytest.param(
        Facet.OFFICE, "担当課はどこですか / 担当はどこ？ / 担当は？ / 担当部署は / 何課ですか", id="which office"
    ),
    pytest.param(Facet.FAX, "FAXは？ / ファックスの番号 / ＦＡＸ番号を教えて", id="fax"),
    pytest.param(Facet.EMAIL, "メールアドレスは？ / メアド教えて", id="e-mail"),
    pytest.param(Facet.ADDRESS, "住所は？ / 所在地を教えてください", id="address"),
    pytest.param(
        Facet.WHY,
        "なぜですか / なんで？ / どうして？ / 理由は？ / それはなんで / 目的は / 何のため？ / 何故",
        id="why",
    ),
    pytest.param(
        Facet.COUNT,
        "何件？ / 何人ですか / 何回 / いくつありますか / なんけん？ / 何か所？ / 件数は / 何年に1回？ / 何時間",
        id="how many",
    ),
    pytest.param(
        Facet.PERCENT, "何%？ / 何％ですか / 何パーセント / なんぱーせんと / 何割？ / 割合は？", id="what share"
    ),
    pytest.param(
        Facet.GOAL, "目標は？ / 目標値は / 目標を教えて / もくひょうは？ / 目標は何件？ / 目標は何％", id="the goal"
    ),
    pytest.param(Facet.CURRENT, "現状は？ / 現状値は / 今は何件？ / 現在は？ / 今何％", id="what it is now"),
    pytest.param(Facet.HOURS, "何時まで？ / 何時からですか / なんじまで / 何曜日？ / 受付時間は", id="at what hours"),
    pytest.param(Facet.WHO, "誰ですか / だれ？ / どなた", id="who"),
    pytest.param(
        Facet.OFFICE, "誰がやるの？ / どの課？ / どこがやるの / 担当課はどこ？ / 何課？", id="who is in charge"
    ),
    pytest.param(
        Facet.WHEN, "いつからですか / いつから？ / いつごろ？ / いつ始まりますか / 何年からですか", id="since when"
    ),
]

NO_FACET = [
    "住民票の写しがほしい",
    "ごみの分別",
    "無料Wi-Fi",
    "どこでもできる手続き",
    "いつでも使えるサービス",
    "だれもが使える市役所",
    "何回も同じ書類を書く",
    "対象外",
    "方法論",
    "こんにちは",
    "？",
    "",
]

WITH_A_TOPIC = [
    ("簡易電子申請はどのくらい使われるようにする目標ですか", Facet.GOAL),
    ("デジタルデバイドとはどういう意味ですか", Facet.MEANING),
    ("情報格差とはどういういみですか", Facet.MEANING),
    ("どういうことをしていますか", None),
    ("地域ポイントは何をねらいにしたものですか", Facet.WHY),
    ("投光器を借りたいんだけど、お金かかる？", Facet.FEE),
    ("いまの交付率は何パーセントですか", Facet.CURRENT),
    ("電子決裁の利用率は？", Facet.PERCENT),
    ("業務の効率は上がりますか", None),
    ("スマートメーターを挙げているのはどの部署？", Facet.OFFICE),
    ("水道の開栓はどこにれんらくすればいいですか", Facet.TELEPHONE),
    ("計画のことを電話で聞きたいので、番号を教えてください", Facet.TELEPHONE),
    ("出生届どこに出すの", Facet.COUNTER),
    ("転入と転出がつりあうのはなんねんですか", Facet.WHEN),
    ("住民票はいくら", Facet.FEE),
    ("ごみ袋の値段", Facet.FEE),
    ("図書館はどこにありますか", Facet.COUNTER),
    ("市役所の電話番号", Facet.TELEPHONE),
    ("マイナンバーカードの申請に必要なもの", Facet.BRING),
    ("出前講座の申し込み期限", Facet.DEADLINE),
    ("転出届は郵送できますか", Facet.MAIL),
    ("予約はどこで", Facet.COUNTER),
    ("市長は誰ですか", Facet.WHO),
    ("マイナンバーカードとは", Facet.MEANING),
    ("三層の対策で困っていることは", None),
    ("RPAって何？", Facet.MEANING),
    ("テレワークの目標は何%", Facet.GOAL),
    ("松阪ナビのダウンロード数の現状は？", Facet.CURRENT),
    ("なんでデジタル化を進めるの", Facet.WHY),
    ("窓口が混むのはどうしていつもなの", Facet.WHY),
    ("職員の残業や休みの管理はどうしてる", None),
    ("役所の連絡はどうしているの", None),
    ("出勤の記録はどうしていますか", None),
    ("コンビニ交付はいつから", Facet.WHEN),
    ("キャッシュレスっていつ", Facet.WHEN),
    ("書かない窓口もう始まっとる？", Facet.WHEN),
    ("無料Wi-Fiはどこで使える", Facet.COUNTER),
    ("バスの時刻表", Facet.HOURS),
    ("粗大ごみなんぼかかる", Facet.FEE),
    ("住民票もらうのどこ行けばええ？", Facet.COUNTER),
    ("この計画は何年度まで", Facet.DEADLINE),
    ("マイナンバーカードの担当課は", Facet.OFFICE),
    ("ライブ配信は誰が見られるの", Facet.TARGET),
    ("本部長は誰", Facet.WHO),
    ("重点項目はいくつ", Facet.COUNT),
]


def messages(table: str) -> list[str]:
    return [message.strip() for line in table.splitlines() for message in line.split(" / ") if message.strip()]


@pytest.mark.parametrize(("facet", "table"), ASKED)
def test_the_facet_is_known_by_the_way_it_is_asked(facet: Facet, table: str) -> None:
    expected = dict.fromkeys(messages(table), facet)
    assert {message: asked_facet(message) for message in expected} == expected


@pytest.mark.parametrize(("facet", "table"), ASKED)
def test_the_asking_alone_needs_the_topic_before_it(facet: Facet, table: str) -> None:
    assert [message for message in messages(table) if not is_bare_facet(message)] == []
    assert [message for message in messages(table) if not is_bare_facet(f"じゃあ、{message}")] == []


def test_a_topic_alone_asks_for_no_facet() -> None:
    assert {message: asked_facet(message) for message in NO_FACET} == dict.fromkeys(NO_FACET)
    assert [message for message in NO_FACET if is_bare_facet(message)] == []


def test_a_facet_with_its_topic_stands_alone() -> None:
    assert {message: asked_facet(message) for message, _ in WITH_A_TOPIC} == dict(WITH_A_TOPIC)
    assert [message for message, _ in WITH_A_TOPIC if is_bare_facet(message)] == []
    assert [message for message, _ in WITH_A_TOPIC if not topic_nouns(message)] == []


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        pytest.param("じゃあ料金は？", "料金は?", id="じゃあ"),
        pytest.param("じゃあ、マイナンバーカードは？", "マイナンバーカードは?", id="じゃあ with a comma"),
        pytest.param("それでは期限は", "期限は", id="それでは"),
        pytest.param("ちなみに郵送は？", "郵送は?", id="ちなみに"),
        pytest.param("あと、期限は", "期限は", id="あと"),
        pytest.param("で、いくら？", "いくら?", id="で with a comma"),
        pytest.param("それは無料ですか", "無料ですか", id="それは"),
        pytest.param("それいくら", "いくら", id="それ"),
        pytest.param("その手数料は", "手数料は", id="その"),
        pytest.param("これはどこで", "どこで", id="これは"),
        pytest.param("この件の担当は", "担当は", id="この件"),
        pytest.param("じゃあそれの料金は", "料金は", id="two of them"),
    ],
)
def test_words_that_point_back_are_left_aside(text: str, rest: str) -> None:
    assert without_reference(text) == (rest, True)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("住民票の料金は", id="none at all"),
        pytest.param("じゃがいもの育て方", id="じゃがいも is no じゃ"),
        pytest.param("でじたるまどぐちは", id="でじたる is no で"),
        pytest.param("でんわばんごう", id="でんわ is no で"),
        pytest.param("ならいごとの教室", id="ならいごと is no なら"),
        pytest.param("あとで行きます", id="あとで is no あと"),
        pytest.param("それぞれの課の番号", id="それぞれ is no それ"),
        pytest.param("これからの予定", id="これから is no これ"),
        pytest.param("その他の手続き", id="その他 is no その"),
        pytest.param("おそれがある区域", id="おそれ is no それ"),
        pytest.param("この計画の期間", id="この計画 is the plan itself"),
    ],
)
def test_words_that_only_look_like_it_point_nowhere(text: str) -> None:
    assert without_reference(text) == (text, False)


def test_a_message_may_ask_for_several_sides_and_is_most_about_the_first() -> None:
    assert asked_facets("目標は何件？") == (Facet.GOAL, Facet.COUNT)
    assert asked_facets("手数料はいくらで、いつまでに払う？")[:2] == (Facet.FEE, Facet.DEADLINE)
    assert asked_facets("住民票") == ()


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        pytest.param("いつから使えますか", True, id="when"),
        pytest.param("どの手続きがオンラインでできますか", True, id="which"),
        pytest.param("手数料は？", True, id="a side by its name"),
        pytest.param("必要なもの", True, id="a side alone"),
        pytest.param("コンビニで取れますか", False, id="can I"),
        pytest.param("書かない窓口もう始まっとる？", False, id="has it begun"),
        pytest.param("無料ですか", False, id="is it free"),
        pytest.param("費用はかかりますか", False, id="does it cost"),
        pytest.param("どこでも取れますか", False, id="anywhere"),
        pytest.param("何か手続きはいりますか", False, id="anything"),
        pytest.param("住民票 コンビニ", False, id="keywords"),
    ],
)
def test_yes_or_no_answers_no_question_of_who_what_or_when(text: str, is_open: bool) -> None:
    assert read_question(text, 2026).open is is_open


def test_a_question_is_read_with_the_years_it_names() -> None:
    assert read_question("令和6年度の目標は？", 2026) == Asked("令和6年度の目標は？", Facet.GOAL, (2024,), open=True)
    assert read_question("来年度の予定", 2026).years == (2027,)


def test_what_a_story_tells_is_not_what_it_asks() -> None:
    story = "いくら待っても順番が来ず、どこに並べばよいかもわからず困りました。前にも同じことがありました。"
    assert read_question(f"{story}コンビニ交付はいつからですか？", 2026).facet is Facet.WHEN


@pytest.mark.parametrize(
    ("text", "nouns"),
    [
        pytest.param("目標は何回？", (), id="nothing but sides"),
        pytest.param("誰が借りられる？", (), id="a verb"),
        pytest.param("いつできたの", (), id="when was it made"),
        pytest.param("トップは誰？", ("トップ",), id="a noun"),
        pytest.param("粗大ごみはいくら", ("粗大", "ごみ"), id="a topic of its own"),
    ],
)
def test_what_a_question_is_about_are_its_nouns_beside_the_side(text: str, nouns: tuple[str, ...]) -> None:
    assert topic_nouns(text) == nouns


@pytest.mark.parametrize(
    ("facet", "kind", "suits"),
    [
        (Facet.GOAL, "indicator", True),
        (Facet.WHEN, "schedule", True),
        (Facet.TELEPHONE, "office", True),
        (Facet.MEANING, "term", True),
        (Facet.WHEN, "term", False),
        (Facet.FEE, "indicator", False),
        (Facet.GOAL, "plan", None),
        (Facet.FEE, "procedure", None),
        (Facet.WHEN, "silent", None),
    ],
)
def test_a_side_is_answered_by_the_kind_made_for_it(facet: Facet, kind: str, suits: bool | None) -> None:
    assert kind_suits(facet, kind) is suits


@pytest.mark.parametrize(
    ("text", "precisely"),
    [
        ("どうやって申し込みますか", True),
        ("友だち追加の方法は", False),
        ("どうやって友だち追加するの", True),
        ("借り方を教えて", True),
        ("何歳から使えますか", True),
        ("どうやって広めますか", False),
        ("どうすればいいですか", False),
    ],
)
def test_what_not_any_entry_on_the_matter_tells(text: str, precisely: bool) -> None:
    assert asks_precisely(text) is precisely


def test_a_telephone_comes_before_a_place() -> None:
    assert asked_facet("どこに電話したらいいですか") is Facet.TELEPHONE


@given(st.text(max_size=100))
def test_any_text_asks_for_a_facet_or_not(text: str) -> None:
    assert asked_facet(text) in (*Facet, None)
    assert is_bare_facet(text) in (True, False)


@pytest.mark.parametrize(
    ("text", "facet"),
    [
        ("メールは？", Facet.EMAIL),
        ("メールを教えて", Facet.EMAIL),
        ("メール配信はありますか", None),
        ("DXの戦略を立てている課はどこ", Facet.OFFICE),
        ("市民課はどこ", Facet.COUNTER),
        ("コンビニ交付はどの店で使えますか", Facet.COUNTER),
        ("どの店が多いですか", None),
    ],
)
def test_what_is_asked_by_a_word_is_told_from_what_only_has_it(text: str, facet: Facet | None) -> None:
    assert asked_facet(text) is facet


@pytest.mark.parametrize("text", ["なぜ導入したの", "いつ申請できる？", "どこで予約する"])
def test_a_verb_made_of_a_noun_names_no_topic(text: str) -> None:
    assert lacks_topic(text)


@pytest.mark.parametrize("text", ["なぜ導入の費用", "いつ公民館を予約する"])
def test_a_noun_that_is_no_verb_names_one(text: str) -> None:
    assert not lacks_topic(text)
