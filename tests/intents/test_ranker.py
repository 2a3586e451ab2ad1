"""Which of a small town's twelve answers a question finds first, and why."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.counts import Document
from intents.features import Features
from intents.index import Index, build_index
from intents.lexicon import make_lexicon
from intents.ranker import rank
from intents.understanding import understand
from intents.vectors import Vectors
from tests.support.features import several

STORY = (
    "先日この町に引っ越してきました。荷物が多くてとても大変でした。子どもが二人いて、まだ町のことがよく分かりません。"
    "古いたんすが壊れてしまったのですが、粗大ごみはどう出せばよいですか？どうぞよろしくお願いします。"
)

DRY = Document("dry", "水道の料金はいくらですか", (), "")

QUESTIONS = [
    pytest.param("粗大ごみはどうやって出しますか？", "bulky-waste", id="the exact wording"),
    pytest.param("たんすを捨てたい", "bulky-waste", id="a wording of its own"),
    pytest.param("住民票", "residence-certificate", id="a keyword"),
    pytest.param("図書館　電子書籍", "library-books", id="two keywords"),
    pytest.param("ドローン", "drone", id="a keyword in katakana"),
    pytest.param("ゴミ", "bulky-waste", id="a synonym: ゴミ for ごみ"),
    pytest.param("保育所に入れたい", "nursery", id="a synonym: 保育所 for 保育園"),
    pytest.param("ペイペイで税金を払える？", "property-tax", id="synonyms: ペイペイ and 税金"),
    pytest.param("ワイファイはある？", "community-hall-wifi", id="a synonym: ワイファイ"),
    pytest.param("ＷＩＦＩ", "community-hall-wifi", id="full-width letters"),
    pytest.param("スマトーフォン講座", "smartphone-class", id="two letters swapped"),
    pytest.param("テレワク", "telework", id="a letter missing"),
    pytest.param("ドローソ", "drone", id="a letter mistaken"),
    pytest.param("印監登録", "seal-registration", id="the wrong kanji of the same sound"),
    pytest.param("住民表の写しがほしい", "residence-certificate", id="the wrong kanji in a question"),
    pytest.param("じゅうみんひょうはどこでとれますか", "residence-certificate", id="all in hiragana"),
    pytest.param("いんかんとうろくにはなにがいりますか", "seal-registration", id="all in hiragana, another"),
    pytest.param("こていしさんぜいをすまほではらいたい", "property-tax", id="all in hiragana, spoken"),
    pytest.param("でんししょせき", "library-books", id="a keyword in hiragana"),
    pytest.param("そだいごみ", "bulky-waste", id="a keyword in hiragana, another"),
    pytest.param(STORY, "bulky-waste", id="a long story with the question at its end"),
    pytest.param("青空市の住民票はどこで取れるん？", "residence-certificate", id="with the own name, in dialect"),
    pytest.param("手数料は一通いくら", "residence-certificate", id="words of the answer only"),
]


@pytest.mark.parametrize(("question", "found"), QUESTIONS)
def test_a_question_finds_its_answer_first(index: Index, question: str, found: str) -> None:
    assert rank(index, question).candidates[0].document.id == found


@pytest.mark.parametrize(("question", "found"), QUESTIONS)
def test_it_does_so_without_word_vectors_too(plain_index: Index, question: str, found: str) -> None:
    assert rank(plain_index, question).candidates[0].document.id == found


def test_every_wording_finds_its_own_document_first(index: Index, documents: tuple[Document, ...]) -> None:
    missed = [
        wording
        for document in documents
        for wording in document.wordings
        if rank(index, wording).candidates[0].document != document
    ]
    assert missed == []


def test_the_exact_wording_is_as_sure_as_can_be(index: Index, documents: tuple[Document, ...]) -> None:
    for document in documents:
        features = rank(index, document.question).candidates[0].features
        assert (features.coverage, features.key) == pytest.approx((1, 1))
        assert features.likeness == pytest.approx(1, abs=1e-5)
        assert features.sound == pytest.approx(1)


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("ぷよぷよ", id="a game"),
        pytest.param("フリスビー大会", id="a sport"),
        pytest.param("zzzz qqqq", id="letters"),
        pytest.param("🦑🦑🦑", id="emoji"),
        pytest.param("", id="nothing"),
        pytest.param("？！", id="marks"),
        pytest.param("青空市", id="the own name alone"),
        pytest.param("開業", id="a word that only sounds like another (会場)"),
    ],
)
def test_unknown_words_earn_nothing(index: Index, question: str) -> None:
    for candidate in rank(index, question).candidates:
        features = candidate.features
        assert (features.coverage, features.key, features.likeness) == (0, 0, 0)


def test_an_empty_index_has_no_candidates(vectors: Vectors) -> None:
    assert rank(build_index([], vectors=vectors), "住民票").candidates == ()


def test_as_many_candidates_as_asked_for_best_first(index: Index) -> None:
    assert [len(rank(index, "住民票", limit).candidates) for limit in (1, 5, 100)] == [1, 5, 12]
    points = [candidate.points for candidate in rank(index, "スマホで住民票", 100).candidates]
    assert points == sorted(points, reverse=True)


def test_the_same_question_gives_the_same_ranking(documents: tuple[Document, ...], vectors: Vectors) -> None:
    one, other = (build_index(documents, vectors=vectors, ignored=["青空市"]) for _ in range(2))
    for question in ("スマホで住民票", STORY, "じゅうみんひょう", "ドローソ"):
        assert rank(one, question) == rank(other, question) == rank(one, question)


def test_threads_share_an_index(index: Index) -> None:
    questions = ["住民票の写し", "幼稚園に入りたい", "ドローソ", "いんかんとうろく", STORY] * 8
    alone = [rank(index, question) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda question: rank(index, question), questions)) == alone


def test_the_order_of_the_documents_does_not_matter(documents: tuple[Document, ...], vectors: Vectors) -> None:
    ahead, reverse = build_index(documents, vectors=vectors), build_index(documents[::-1], vectors=vectors)
    for row in QUESTIONS:
        question = str(row.values[0])
        assert rank(ahead, question).candidates[0].document == rank(reverse, question).candidates[0].document


def test_a_new_document_is_found_and_takes_no_question_from_the_others(
    documents: tuple[Document, ...], vectors: Vectors
) -> None:
    new = Document("fountain", "中央公園の噴水は何時に上がりますか？", ("噴水の時間",), "正午と三時に上がります。")
    grown = build_index((*documents, new), vectors=vectors, ignored=["青空市"])
    assert rank(grown, "噴水").candidates[0].document == new
    for row in QUESTIONS:
        question, found = row.values
        assert rank(grown, str(question)).candidates[0].document.id == found


def test_a_document_that_is_removed_is_found_no_more(documents: tuple[Document, ...], vectors: Vectors) -> None:
    fewer = build_index(documents[1:], vectors=vectors)
    first = rank(fewer, "住民票").candidates[0]
    assert first.document.id != "residence-certificate"
    assert first.features.likeness < 0.5


WORDS = [
    "住民票", "写し", "幼稚園", "保育園", "税金", "スマホ", "ドローン", "ドローソ", "図書館", "本棚", "噴水", "プール", "避難",
    "いつ", "どこで", "取れますか", "ありますか", "料金", "。", "、", "？", "ぷよぷよ", "でんし", "こんにちは", "青空市", "xyz",
]  # fmt: skip
sentences = st.lists(st.sampled_from(WORDS), max_size=12).map("".join)


@given(sentences | st.text(max_size=80))
def test_every_share_is_between_0_and_1(index: Index, question: str) -> None:
    for candidate in rank(index, question).candidates:
        features = candidate.features
        assert features.missing >= 0
        assert all(0 <= value <= 1 + 1e-6 for value in astuple(replace(features, missing=0)))


@given(sentences.filter(lambda text: "ソ" not in text))  # only vectors tell a slip from a word
def test_nearness_in_vectors_never_grants_coverage(index: Index, plain_index: Index, question: str) -> None:
    def held(ranked: Index) -> dict[str, tuple[float, float, float, float]]:
        return {
            found.document.id: (
                found.features.coverage,
                found.features.key,
                found.features.likeness,
                found.features.sound,
            )
            for found in rank(ranked, question, 100).candidates
        }

    with_vectors, without = held(index), held(plain_index)
    assert with_vectors.keys() == without.keys()
    for document, values in with_vectors.items():
        assert values == pytest.approx(without[document])


def test_a_near_word_widens_the_search_all_the_same(index: Index, plain_index: Index) -> None:
    def features(ranked: Index) -> Features:
        return next(c.features for c in rank(ranked, "幼稚園", 100).candidates if c.document.id == "nursery")

    assert 0 < understand(index, "幼稚園").weights[index.vocabulary["保育"]] < 0.5
    assert plain_index.vocabulary["保育"] not in understand(plain_index, "幼稚園").weights
    assert features(index).meaning > 0.3


@given(st.text(max_size=300))
def test_any_text_can_be_asked(plain_index: Index, question: str) -> None:
    assert len(rank(plain_index, question).candidates) == 10


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: "住民票" * 50_000, id="one word over and over"),
        pytest.param(lambda: "ﷺ" * 2_000, id="characters that normalizing makes longer"),
        pytest.param(lambda: "𠮷" * 50_000, id="rare kanji"),
        pytest.param(lambda: "住民票\ud800\x00はどこ" * 5_000, id="half emoji and NUL"),
    ],
)
def test_huge_questions_are_ranked_like_any_other(index: Index, make: Callable[[], str]) -> None:
    assert len(rank(index, make()).candidates) == 10


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        pytest.param("テレワーグ", "テレワーク", id="a voice mark too many"),
        pytest.param("テレワーコ", "テレワーク", id="a letter mistaken"),
        pytest.param("テレワク", "テレワーク", id="a letter missing"),
        pytest.param("ドローン", "ドローン", id="a known word is no slip"),
        pytest.param("ドレス", "ドレス", id="a word of its own"),
        pytest.param("タス", "タス", id="a word too short to tell"),
    ],
)
def test_slips_of_the_finger_are_understood(index: Index, question: str, meant: str) -> None:
    words = understand(index, question).words
    assert max(words, key=words.__getitem__) == meant


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        pytest.param("開業したい", "会場はどこですか", id="開業 is not 会場"),
        pytest.param("営業時間", "影響はありますか", id="営業 is not 影響"),
        pytest.param("収入の証明", "収集の日", id="収入 is not 収集"),
        pytest.param("消火器", "証明書", id="消火 is not 証明"),
    ],
)
def test_a_word_of_its_own_is_no_slip(vectors: Vectors, asked: str, known: str) -> None:
    index = build_index([Document("known", known, (), "")], vectors=vectors)
    assert set(understand(index, asked).words).isdisjoint(index.vocabulary)


def test_the_wrong_kanji_of_the_same_sound_are_a_slip(vectors: Vectors) -> None:
    index = build_index([Document("known", "証明の方法", (), "")], vectors=vectors)
    assert "証明" in understand(index, "照明").words


def test_hiragana_questions_are_compared_by_sound(index: Index) -> None:
    assert understand(index, "そだいごみのひ").in_kana
    assert understand(index, "そだいごみのひ").spoken == "ソダイゴミノヒ"
    assert not understand(index, "粗大ごみの日").in_kana


def test_a_word_typed_with_a_wrong_voice_mark_is_the_word_that_was_meant(index: Index) -> None:
    assert understand(index, "テレワーグ").words["テレワーク"] > 0.8


def test_words_of_the_story_count_less_than_those_of_the_question(index: Index) -> None:
    query = understand(index, STORY.replace("どうぞよろしくお願いします。", ""))
    assert query.weights[index.vocabulary["粗大"]] == 1.0
    assert (query.words["粗大"], query.words["壊れる"]) == (1.0, 1.0)
    assert query.words["荷物"] == 0.1
    assert query.text.endswith("粗大ごみはどう出せばよいですか?")


def test_the_sentence_before_a_question_counts_more_than_the_rest_of_the_story(index: Index) -> None:
    told = "子どもが二人いて、まだ町のことがよく分かりません。古いたんすが壊れてしまい、困っています。"
    query = understand(index, told + "どうすればいいですか？どうぞよろしくお願いします。")
    assert (query.words["壊れる"], query.words["子供"]) == (0.7, 0.1)


@pytest.mark.parametrize(
    ("question", "key"),
    [
        pytest.param("図書館の本を借りたい", "all", id="all that it names"),
        pytest.param("図書館の本は今後どうなりますか", "all", id="今後 names nothing"),
        pytest.param("図書館の本を三冊借りたい", "all", id="a figure names nothing"),
        pytest.param("図書館の本の弁償", "none", id="弁償 stands nowhere"),
        pytest.param("今後はどうなりますか", "none", id="it names nothing"),
    ],
)
def test_an_entry_has_the_key_where_it_holds_what_the_question_names(question: str, key: str) -> None:
    index = build_index([Document("books", "図書館の本を借りられますか", (), "三日かかります。"), DRY])
    found = {one.document.id: one.features.key for one in rank(index, question).candidates}
    assert found.get("books", 0.0) == pytest.approx({"all": 1.0, "none": 0.0}[key])


def test_a_lexicon_of_the_towns_own_joins_its_words() -> None:
    documents = [Document("navi", "市の公式アプリは何ですか", (), ""), Document("hall", "市役所はどこですか", (), "")]
    index = build_index(documents, lexicon=make_lexicon([["公式アプリ", "あおぞらナビ"]]))
    assert rank(index, "あおぞらナビ").candidates[0].features.coverage == 1


def test_the_weight_grows_with_every_feature() -> None:
    low, high = Features(0, 0, 0, 0, 0, 0, 0, 0, 0), Features(1, 1, 1, 1, 0, 0, 0, 1, 1)
    raised = [replace(low, **{name: 1.0}) for name in ("coverage", "key", "likeness", "sound")]
    least, *between, most = several([low, *raised, high]).weight().tolist()
    assert all(least < weight < most for weight in between)
