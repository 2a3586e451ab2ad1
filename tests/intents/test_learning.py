"""What a knowledge base teaches about its own words, and what it may not disturb."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from intents.counts import Document, count_terms, take_apart
from intents.encoder import Adaptation, adaptation_from_bytes, make_encoder, parts_of
from intents.evaluation import ndcg
from intents.index import Index, build_index
from intents.learning import learn, main_directions
from intents.lexicon import bundled_lexicon, make_lexicon
from intents.ranker import rank
from intents.vectors import NO_VECTORS, Vectors


@pytest.fixture(scope="module")
def adaptation(documents: tuple[Document, ...], vectors: Vectors) -> Adaptation:
    found = learn(documents, vectors)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def adapted(documents: tuple[Document, ...], vectors: Vectors, adaptation: Adaptation) -> Index:
    return build_index(documents, vectors=vectors, ignored=["青空市"], adaptation=adaptation)


def test_learning_twice_gives_the_very_same(
    documents: tuple[Document, ...], vectors: Vectors, adaptation: Adaptation
) -> None:
    again = learn(documents, vectors)
    assert again is not None
    assert again.features == adaptation.features
    assert np.array_equal(again.vectors, adaptation.vectors)
    assert np.array_equal(again.emphasis, adaptation.emphasis)


def test_too_few_entries_teach_nothing(documents: tuple[Document, ...], vectors: Vectors) -> None:
    assert learn(documents[:7], vectors) is None
    assert learn([], vectors) is None
    assert learn(documents[:8], vectors) is not None


@pytest.mark.parametrize(
    "made",
    [
        pytest.param([Document(str(at), "", (), "") for at in range(9)], id="entries without a word"),
        pytest.param([Document(str(at), "住民票", ("住民票",), "住民票") for at in range(9)], id="all entries alike"),
        pytest.param([Document(str(at), f"ぴよ{at}", (), "🦑") for at in range(9)], id="words nobody knows"),
    ],
)
def test_odd_knowledge_is_learned_without_harm(made: list[Document], vectors: Vectors) -> None:
    for known in (vectors, NO_VECTORS):
        found = learn(made, known)
        assert found is not None
        assert np.isfinite(found.vectors).all()
        index = build_index(made, vectors=known, adaptation=found)
        assert len(rank(index, "住民票 ぴよ3").candidates) == 9


def test_after_learning_a_question_lies_nearer_to_its_own_answer_than_before(
    documents: tuple[Document, ...], index: Index, adapted: Index
) -> None:
    def margin(found: Index) -> float:
        """How much nearer questions lie to their own answers than to the nearest other."""
        titles = found.sums[found.layout.starts[:-1]]
        answers = found.sums[found.layout.wordings :]
        cosines = titles @ answers.T
        own = np.diag(cosines)
        others = np.where(np.eye(len(documents), dtype=bool), -1, cosines).max(axis=1)
        return float((own - others).mean())

    assert margin(adapted) > margin(index) + 0.1


def test_everything_is_found_as_before_after_learning(documents: tuple[Document, ...], adapted: Index) -> None:
    for document in documents:
        for wording in document.wordings:
            assert rank(adapted, wording).candidates[0].document == document


def test_a_new_entry_is_found_under_what_was_learned_before_it_came(
    documents: tuple[Document, ...], vectors: Vectors, adaptation: Adaptation
) -> None:
    new = Document("heat-pump", "給湯器の補助金はありますか", ("エコキュートの助成",), "上限は五万円です。")
    index = build_index((*documents, new), vectors=vectors, adaptation=adaptation)
    assert rank(index, "エコキュートに補助は出ますか").candidates[0].document == new
    assert rank(index, "住民票の写し").candidates[0].document == documents[0]


def test_what_was_learned_survives_being_kept(
    documents: tuple[Document, ...], vectors: Vectors, adaptation: Adaptation, adapted: Index
) -> None:
    kept = adaptation_from_bytes(adaptation.to_bytes())
    assert kept.features == adaptation.features
    index = build_index(documents, vectors=vectors, ignored=["青空市"], adaptation=kept)
    for question in ("スマホで税金", "こども園はいつ", "大きいごみ"):
        assert [c.document.id for c in rank(index, question).candidates[:3]] == [
            c.document.id for c in rank(adapted, question).candidates[:3]
        ]


def test_progress_is_told_and_may_stop_the_learning(documents: tuple[Document, ...], vectors: Vectors) -> None:
    told: list[float] = []

    def stop_halfway(share: float) -> None:
        told.append(share)
        if share > 0.5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        learn(documents, vectors, progress=stop_halfway)
    assert told == sorted(told)
    assert 0 < told[0] < 0.1


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("転居", ("転居", "字転", "字居", "音テンキョ")),
        ("ゴミ", ("ゴミ", "音ゴミ")),
        ("塵", ("塵", "字塵", "音ゴミ")),
        ("§3", ()),
    ],
)
def test_a_word_brings_its_kanji_and_its_reading(word: str, parts: tuple[str, ...]) -> None:
    assert parts_of(word) == parts


def test_a_word_that_stands_nowhere_leans_on_those_that_share_its_kanji(vectors: Vectors) -> None:
    documents = [Document("move", "転出と転居", (), ""), Document("tax", "納税", (), "")]
    encoder = make_encoder(count_terms(take_apart(documents), make_lexicon([])), NO_VECTORS, None)
    assert not encoder.word("転校").any(), "without vectors there is nothing to lean on"
    encoder = make_encoder(count_terms(take_apart(documents), bundled_lexicon()), vectors, None)
    unseen = encoder.text({"転校": 1.0})
    assert unseen @ encoder.text({"転居": 1.0}) > unseen @ encoder.text({"納税": 1.0})


def test_learning_helps_a_hundred_entries_too(vectors: Vectors) -> None:
    """Entries of two halves: questions in everyday words, answers in the office's words for the same things."""
    pairs = [
        ("引っ越し", "転居"), ("お葬式", "火葬"), ("赤ちゃん", "出生"), ("けが", "救急"), ("お金", "融資"),
        ("犬", "畜犬"), ("木", "剪定"), ("道", "路面"), ("水", "給水"), ("家", "住宅"),
    ]  # fmt: skip
    tails = ["の届け", "の相談", "の費用", "の窓口", "の期限", "の書類", "の予約", "の助成", "の証明", "の案内"]
    documents = [
        Document(f"{office}{tail}", f"{everyday}{tail}", (), f"{office}{tail}は{office}係で受け付けます。")
        for everyday, office in pairs
        for tail in tails
    ]
    half = [replace(one, question=one.answer if at % 2 else one.question) for at, one in enumerate(documents)]
    adaptation = learn(half, vectors)

    def quality(found: Index) -> float:
        """Asked in everyday words for what stands in the index in the office's words only."""
        hidden = [(documents[at].question, documents[at].id) for at in range(1, len(half), 2)]
        return float(
            np.mean(
                [ndcg([c.document.id for c in rank(found, asked).candidates], {right: 1}) for asked, right in hidden]
            )
        )

    before, after = build_index(half, vectors=vectors), build_index(half, vectors=vectors, adaptation=adaptation)
    assert quality(after) > quality(before) + 0.05


def test_the_main_directions_keep_what_differs_and_leave_out_what_does_not() -> None:
    random = np.random.default_rng(5)
    plane = random.normal(size=(50, 2)) @ random.normal(size=(2, 10))
    rows = (plane + 1e-4 * random.normal(size=(50, 10))).astype(np.float32)
    kept = main_directions(rows, 2)
    assert kept.shape == (10, 2)
    assert kept.T @ kept == pytest.approx(np.eye(2), abs=1e-5)
    assert np.linalg.norm(rows @ kept, axis=1) == pytest.approx(np.linalg.norm(rows, axis=1), abs=1e-2)
