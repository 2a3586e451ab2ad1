"""What a ranked question is answered with: the entry for the side that was asked, and none that it does not name."""

from __future__ import annotations

import pytest

from bot.conversation import answer
from bot.replies import plain_text
from intents.decision import Decision
from knowledge.corpus import Corpus

MATSUSAKA, OMAEZAKI, TSUSHIMA, MOBARA, TOON = "242047", "222232", "232084", "122106", "382159"


@pytest.mark.parametrize(
    ("code", "question", "title"),
    [
        pytest.param(
            MOBARA,
            "簡易電子申請はどのくらい使われるようにする目標ですか",
            "「簡易電子申請の利用件数」の目標と現状",
            id="a goal, not what the word means",
        ),
        pytest.param(
            OMAEZAKI,
            "キャッシュレス決済の導入はいつですか",
            "「キャッシュレス決済の導入と推進」はいつ行う予定ですか？",
            id="when, from the schedule",
        ),
        pytest.param(MOBARA, "電子決裁とは何ですか", "「電子決裁」とは何ですか？", id="what the word means"),
    ],
)
def test_what_was_written_for_the_side_that_was_asked_answers(
    corpus: Corpus, code: str, question: str, title: str
) -> None:
    assert answer(corpus.current(code), question).reply.title == title


@pytest.mark.parametrize(
    ("code", "question", "entry_id"),
    [
        pytest.param(TSUSHIMA, "転出届 オンライン", "common-moving-out", id="told everywhere"),
        pytest.param(
            MOBARA, "転入届もインターネットで出せますか", "common-moving-in", id="told everywhere, otherwise put"
        ),
        pytest.param(
            MOBARA, "戸籍もコンビニで取れる？", "silent-family-register", id="the common ones tell another thing"
        ),
    ],
)
def test_that_the_plan_is_silent_is_not_said_of_what_is_the_same_everywhere(
    corpus: Corpus, code: str, question: str, entry_id: str
) -> None:
    assert answer(corpus.current(code), question).entry_id == entry_id


def test_a_definition_does_not_answer_more_than_its_word(corpus: Corpus) -> None:
    reply = answer(corpus.current(TSUSHIMA), "バスの時刻表").reply
    assert reply.answer is not None
    assert reply.answer.kind == "plan"
    assert plain_text(reply).startswith("時刻や料金も載っていない")


@pytest.mark.parametrize(
    ("code", "question"),
    [
        (MATSUSAKA, "スマホ教室に駐車場はありますか"),
        (MATSUSAKA, "コンビニ交付の抽選の倍率を教えて"),
        (TSUSHIMA, "ふれあいバスに犬を乗せても大丈夫ですか"),
        (MOBARA, "テントを借りるときの弁償の決まりはありますか"),
        (TOON, "デジタル地域ポイントの業者の会社名は"),
        (MOBARA, "オンライン会議は何回やった"),
        (TOON, "マイナンバーカードの写真だけ変えたい"),
        (TSUSHIMA, "窓口の待ち時間を減らす取り組み"),
    ],
)
def test_an_entry_that_lacks_what_the_question_names_does_not_answer(corpus: Corpus, code: str, question: str) -> None:
    assert answer(corpus.current(code), question).reply.decision in (Decision.SUGGEST, Decision.NONE)


@pytest.mark.parametrize(
    ("code", "question"),
    [
        (MOBARA, "スマホ教室はいくらですか"),
        (OMAEZAKI, "市の公式LINEってどうやって友だち追加するの？"),
        (TOON, "住民票をコンビニで取るといくら？"),
    ],
)
def test_an_entry_on_the_matter_says_first_that_it_does_not_tell(corpus: Corpus, code: str, question: str) -> None:
    """What was asked is not told: a need that is not met, however much is told of the matter."""
    reply = answer(corpus.current(code), question).reply
    assert reply.decision is Decision.NONE
    assert reply.answer is not None
    assert reply.opening is not None
    assert "載っていません" in reply.opening


@pytest.mark.parametrize("code", [MATSUSAKA, OMAEZAKI, TSUSHIMA, TOON])
def test_a_word_that_many_entries_hold_gets_choices(corpus: Corpus, code: str) -> None:
    reply = answer(corpus.current(code), "デジタル").reply
    assert reply.decision is Decision.SUGGEST
    assert len(reply.choices) >= 3


def test_what_holds_more_of_the_question_is_offered_beside_the_first(corpus: Corpus) -> None:
    """Where children without a smartphone are asked about, too, the app alone is no answer."""
    question = "保育園の連絡がアプリになったら、スマホを持っていない家はどうなりますか"
    reply = answer(corpus.current(MATSUSAKA), question).reply
    titles = [choice.title for choice in reply.choices] or [reply.title]
    assert "スマホを持っていない保護者への保育園の連絡はどうなりますか？" in titles


def test_grandfathers_without_a_smartphone_are_meant_by_any_word_for_them(corpus: Corpus) -> None:
    reply = answer(corpus.current(MATSUSAKA), "スマホ持ってへんおじいちゃんはどうなるん").reply
    assert [choice.title for choice in reply.choices][:1] == ["スマホを持っていない人も恩恵を受けられますか？"]


def test_words_of_time_and_manner_name_no_matter(corpus: Corpus) -> None:
    reply = answer(corpus.current(OMAEZAKI), "申請書への押印は今後どうなりますか？").reply
    assert reply.title == "申請書のハンコはいらなくなりますか？"


@pytest.mark.parametrize(
    ("code", "question", "offered"),
    [
        pytest.param(MOBARA, "RPAで何時間減った？", "ind-rpa", id="RPA stands in the heading of another goal only"),
        pytest.param(
            MATSUSAKA, "情報格差をなくすために何してる", "digital-divide", id="a word's meaning is not enough"
        ),
    ],
)
def test_what_may_as_well_be_meant_is_offered_beside_it(corpus: Corpus, code: str, question: str, offered: str) -> None:
    reply = answer(corpus.current(code), question).reply
    assert reply.decision is Decision.SUGGEST
    assert offered in [choice.entry_id for choice in reply.choices]


@pytest.mark.parametrize(
    ("code", "question"),
    [
        (TSUSHIMA, "ビットコインは今いくらですか？"),
        (MATSUSAKA, "松阪牛のすき焼きのおいしい作り方を教えて"),
        (MOBARA, "おすすめの投資信託を教えてください。"),
    ],
)
def test_nothing_is_offered_that_only_asks_in_the_same_way(corpus: Corpus, code: str, question: str) -> None:
    assert answer(corpus.current(code), question).reply.decision is Decision.NONE


def test_a_bare_topic_is_not_answered_with_when_it_is_to_be(corpus: Corpus) -> None:
    """「コンビニ交付」 is a row of the schedule, letter for letter, and asks what that is."""
    assert answer(corpus.current(TSUSHIMA), "コンビニ交付").entry_id != "sch-convenience"


@pytest.mark.parametrize("question", ["副市長は誰ですか", "副市長の名前は"])
def test_a_deputy_is_not_the_mayor(corpus: Corpus, question: str) -> None:
    assert answer(corpus.current(MATSUSAKA), question).reply.decision is not Decision.ANSWER


@pytest.mark.parametrize(
    ("question", "never"),
    [
        pytest.param("がん検診は電話で申し込めますか", "はい", id="by telephone, where the entry tells of the net"),
        pytest.param(
            "子供の予防接種はオンラインで申し込めますか", "：できます", id="children, where it tells of the old"
        ),
    ],
)
def test_no_yes_is_said_to_another_way_or_to_other_people(corpus: Corpus, question: str, never: str) -> None:
    reply = answer(corpus.current(TSUSHIMA), question).reply
    assert never not in (reply.opening or reply.text).splitlines()[0]


@pytest.mark.parametrize("ending", ["", "ですか", "でしょうか？", "を教えてください"])
def test_an_ending_that_only_asks_changes_nothing(corpus: Corpus, ending: str) -> None:
    """市長は誰 is a wording of what is not told; who says it politely asks for no 副市長."""
    assert answer(corpus.current(OMAEZAKI), f"市長は誰{ending}").entry_id == "silent-mayor-name"


def test_of_what_fits_alike_the_one_worded_so_answers(corpus: Corpus) -> None:
    """Five entries speak of 松阪ナビ; one asks what can be done with it."""
    assert answer(corpus.current(MATSUSAKA), "松阪ナビで何ができる").entry_id == "app-matsusaka-navi"


def test_what_a_story_in_one_breath_asks_at_its_end_is_offered(corpus: Corpus) -> None:
    story = (
        "昨日引っ越してきて、子どもが2人いて、仕事も始まったばかりで市役所の開いている時間に"
        "行けないんですけど、住民票ってどうやったら取れますか"
    )
    reply = answer(corpus.current(MATSUSAKA), story).reply
    assert reply.decision is Decision.SUGGEST
    assert reply.choices[0].entry_id == "convenience-certificates"


def test_a_word_that_only_stands_in_a_definition_is_not_what_it_defines(corpus: Corpus) -> None:
    """A term told by the 電子署名 in it does not answer what 電子署名 means."""
    reply = answer(corpus.current(TOON), "環境保全課とは何ですか").reply
    assert reply.answer is None or reply.answer.kind != "term"


@pytest.mark.parametrize(
    ("code", "question", "first"),
    [
        (MATSUSAKA, "粗大ごみの手数料はいくらですか", "金額（手数料や費用）は、この案内には載っていません。"),
        (TSUSHIMA, "防犯カメラは何台", "数（件数や人数など）は、この案内には載っていません。"),
        (OMAEZAKI, "津波避難タワーの場所", "場所は、この案内には載っていません。"),
    ],
)
def test_what_no_choice_tells_is_said_to_be_told_nowhere(corpus: Corpus, code: str, question: str, first: str) -> None:
    reply = answer(corpus.current(code), question).reply
    assert reply.decision is Decision.NONE
    assert plain_text(reply).startswith(first)


def test_what_there_is_on_the_same_matter_is_offered_beside_it(corpus: Corpus) -> None:
    first = answer(corpus.current(TSUSHIMA), "防犯カメラは何台")
    assert first.reply.choices[0].entry_id == "security-cameras"
    assert answer(corpus.current(TSUSHIMA), "1", first.dialogue).entry_id == "security-cameras"


@pytest.mark.parametrize(
    ("code", "question"),
    [(MOBARA, "NTT東日本の電話番号"), (OMAEZAKI, "トヨタ自動車の電話番号"), (MOBARA, "法務局の電話番号")],
)
def test_our_own_number_is_not_given_for_anothers(corpus: Corpus, code: str, question: str) -> None:
    reply = answer(corpus.current(code), question).reply
    assert reply.decision is Decision.NONE
    assert "載っていません" in plain_text(reply).splitlines()[0]


def test_an_office_is_not_known_by_what_is_said_of_another(corpus: Corpus) -> None:
    """委員会 with 市民 in it is no 市民課."""
    assert answer(corpus.current(MATSUSAKA), "市民課の電話番号").entry_id is None


def test_what_nothing_speaks_of_is_not_answered_with_its_place(corpus: Corpus) -> None:
    assert answer(corpus.current(OMAEZAKI), "灯台に登りたい").reply.decision is Decision.SUGGEST


def test_an_entry_that_is_silent_on_another_matter_is_only_offered(corpus: Corpus) -> None:
    """What it shares with one on seals (書類の手続き) does not make コンビニ its matter."""
    assert answer(corpus.current(MOBARA), "コンビニの書類の手続き").reply.decision is Decision.SUGGEST


@pytest.mark.parametrize("question", ["生活保護を受けたい", "死亡届", "粗大ごみシール"])
def test_what_has_only_a_part_of_the_one_thing_that_was_named_is_not_offered(corpus: Corpus, question: str) -> None:
    """生活 alone, 保護者, the 届 of those who move."""
    reply = answer(corpus.current(MOBARA), question).reply
    assert reply.decision is Decision.NONE
    assert reply.choices == ()


@pytest.mark.parametrize("code", [MATSUSAKA, OMAEZAKI, TSUSHIMA, MOBARA, TOON])
def test_the_aim_of_the_plan_is_its_purpose(corpus: Corpus, code: str) -> None:
    knowledge = corpus.current(code)
    aim, purpose = (answer(knowledge, f"計画の{word}").entry_id for word in ("ねらい", "目的"))
    assert aim == purpose is not None


@pytest.mark.parametrize(
    ("code", "told"), [(MATSUSAKA, "令和8年度"), (MOBARA, "令和7年度"), (TOON, "令和7年度"), (TSUSHIMA, "令和7年3月")]
)
def test_when_the_plan_ends_is_not_told_by_when_it_was_written(corpus: Corpus, code: str, told: str) -> None:
    assert told in plain_text(answer(corpus.current(code), "いつ終わる計画ですか").reply).split("。")[0]
