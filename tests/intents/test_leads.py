"""Which sentence of an answer tells what was asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.facets import Asked, Facet, read_question
from intents.leads import facets_spoken_of, is_silence, leading_sentence, split_sentences, without_yes_or_no

CERTIFICATES = (
    "はい、マイナンバーカードがあれば、コンビニなどの端末で取れます。\n・住民票の写し\n・印鑑登録証明書\n"
    "平成30年1月に始まりました。取れる店や手数料は計画に書かれていません。"
)
SURVEY = (
    "アンケートは二つ行われました。\n・職員アンケート：2020年10月に、333名が答えた\n"
    "・市民アンケート：2020年11月に、115名が答えた"
)
USE = "窓口では現金払いが基本です。\n利用率は令和3年度末で3％です。\n令和7年度の目標は40％です。"


def led(text: str, question: str, title: str = "") -> str | None:
    found = leading_sentence(text, read_question(question, 2026), title)
    return found.sentence if found else None


@pytest.mark.parametrize(
    ("text", "question", "sentence"),
    [
        pytest.param(CERTIFICATES, "いつから？", "平成30年1月に始まりました。", id="when"),
        pytest.param(CERTIFICATES, "いくら？", "取れる店や手数料は計画に書かれていません。", id="an open silence"),
        pytest.param(
            CERTIFICATES,
            "必要なものは",
            "マイナンバーカードがあれば、コンビニなどの端末で取れます。\n・住民票の写し\n・印鑑登録証明書",
            id="what to bring",
        ),
        pytest.param(CERTIFICATES, "何時まで？", None, id="nothing said of it"),
        pytest.param(
            SURVEY, "市民アンケートは何人？", "市民アンケート：2020年11月に、115名が答えた", id="the row meant"
        ),
        pytest.param(SURVEY, "職員アンケートはいつ", "職員アンケート：2020年10月に、333名が答えた", id="the other row"),
        pytest.param(USE, "目標は？", "令和7年度の目標は40％です。", id="goal"),
        pytest.param(USE, "現状は？", "利用率は令和3年度末で3％です。", id="what it is now"),
        pytest.param(USE, "いつから？", None, id="a year of a figure is no beginning"),
        pytest.param("要望が4つ並びます。", "何人に聞いたの", None, id="things are not people"),
        pytest.param("ネットでできるようにする、という例があります。", "なぜ？", None, id="an example is no reason"),
        pytest.param("家でも申し込めるようにする計画です。", "なぜ？", None, id="what is planned is no reason"),
        pytest.param("市民のために使う必要があります。", "なぜ？", None, id="nor is what is needed"),
        pytest.param(
            "費用がかかります。\n不安をなくすために支援員を置きます。",
            "なぜ？",
            "不安をなくすために支援員を置きます。",
            id="a purpose stated by a clause",
        ),
        pytest.param(
            "便利です。\n人が減るので機械を使います。", "なぜ？", "人が減るので機械を使います。", id="a cause"
        ),
        pytest.param("費用を減らすためです。\n国が進めています。", "なぜ？", "費用を減らすためです。", id="why"),
        *(
            pytest.param(f"券は先着です。\n{place}買えます。", "どこで買えますか", f"{place}買えます。", id=place)
            for place in (
                "温泉の受付で",
                "総合体育館で",
                "環境課で",
                "市民病院の売店や、北部センターで",
                "南出張所へ行けば",
            )
        ),
        pytest.param("券は先着です。\n受付できません。", "どこで買えますか", None, id="no place"),
    ],
)
def test_the_sentence_that_answers_comes_first(text: str, question: str, sentence: str | None) -> None:
    assert led(text, question) == sentence


def test_the_year_that_was_asked_for_decides_between_two() -> None:
    text = "・令和22年：29,451人\n・令和42年：23,631人"
    assert led(text, "令和42年の人口は何人") == "令和42年：23,631人"
    assert led(text, "2040年の人口は何人") == "令和22年：29,451人"


def test_a_sentence_is_taken_out_of_what_follows_it() -> None:
    found = leading_sentence("場所は駅です。\n令和4年に始まりました。\n無料です。", read_question("いつから", 2026))
    assert found is not None
    assert (found.first, found.rest) == (False, "場所は駅です。\n無料です。")


@pytest.mark.parametrize(
    ("text", "question", "sentence", "rest"),
    [
        pytest.param(
            "はい、二つあります。\n・令和4年：一つ目\n・令和5年：二つ目",
            "いつから始まった",
            "令和4年：一つ目",
            "二つあります。\n・令和5年：二つ目",
            id="a row is taken out of its list",
        ),
        pytest.param(
            "市の取組です。\n費用は令和4年から次のとおりです。\n・紙：300円\n・ネット：200円\n便利です。",
            "いつから始まった",
            "費用は令和4年から次のとおりです。\n・紙：300円\n・ネット：200円",
            "市の取組です。\n便利です。",
            id="a list goes with the sentence over it",
        ),
        pytest.param(
            "市の取組です。\n令和4年に始まりました。\nそのあと広がりました。",
            "いつから始まった",
            "令和4年に始まりました。\nそのあと広がりました。",
            "市の取組です。",
            id="what leans on it goes with it",
        ),
        pytest.param(
            "手数料は無料です。\n無料です。",
            "いつから始まった",
            None,
            None,
            id="nothing is told",
        ),
        pytest.param(
            "次の二つです。\n・令和4年：一つ目\n・令和5年：二つ目",
            "いつから始まったか全部",
            "次の二つです。\n・令和4年：一つ目\n・令和5年：二つ目",
            "",
            id="a list asked for whole stays whole",
        ),
    ],
)
def test_what_belongs_together_is_told_together_and_once(
    text: str, question: str, sentence: str | None, rest: str | None
) -> None:
    found = leading_sentence(text, read_question(question, 2026))
    assert (found and found.sentence, found and found.rest) == (sentence, rest)


def test_when_an_answer_was_written_is_no_answer_to_when() -> None:
    assert led("12か所あります（令和4年3月の計画の時点）。", "いつから？") is None
    assert led("令和4年の計画の時点の数です。", "いつから？") is None


@pytest.mark.parametrize(
    ("sentence", "silent"),
    [
        ("手数料は計画に書かれていません。", True),
        ("どの年度かは読み取れません。", True),
        ("会場や申し込みは、担当の課にお聞きください。", False),
        ("LINEのことは、計画に記載がありません。", True),
        ("令和4年7月に始まりました。", False),
        ("手数料は無料です。", False),
    ],
)
def test_an_open_silence_is_known(sentence: str, silent: bool) -> None:
    assert is_silence(sentence) is silent


def test_a_text_speaks_of_what_it_tells_and_of_what_it_says_is_not_known() -> None:
    spoken = facets_spoken_of(CERTIFICATES)
    assert {Facet.WHEN, Facet.BRING, Facet.FEE} <= spoken
    assert Facet.TELEPHONE not in spoken


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("はい、できます。", "できます。"),
        ("いいえ、ありません。", "ありません。"),
        ("はいしゃの予約", "はいしゃの予約"),
        ("Yes, you can.", "You can."),
        ("No. They are closed.", "They are closed."),
        ("No one knows.", "No one knows."),
    ],
)
def test_yes_and_no_are_left_away(text: str, plain: str) -> None:
    assert without_yes_or_no(text) == plain


def test_sentences_end_at_stops_and_lines_but_not_within_quotation_marks() -> None:
    assert split_sentences("一つ。二つ。\n・三つ\n「四。」です") == ("一つ。", "二つ。", "・三つ", "「四。」です")


@given(st.text(max_size=200), st.sampled_from(Facet))
def test_whatever_leads_stands_in_the_text(text: str, facet: Facet) -> None:
    found = leading_sentence(text, Asked("いつ", facet))
    assert found is None or found.sentence in text
