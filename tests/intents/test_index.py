"""Laying knowledge out for search: what is kept, what is ignored, what stays the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.counts import Document, terms_of
from intents.index import Index, build_index
from intents.lexicon import bundled_lexicon, make_lexicon
from intents.neighbours import NEIGHBOUR_LIMIT
from intents.ranker import rank
from intents.tokenizer import tokenize
from intents.vectors import NEAR_FLOOR, NO_VECTORS, Vectors


def test_the_wordings_of_a_document_are_its_question_and_its_phrasings() -> None:
    document = Document("seal", "印鑑登録は？", ("実印", "はんこ"), "窓口へ。")
    assert document.wordings == ("印鑑登録は？", "実印", "はんこ")


def test_every_wording_belongs_to_its_document(index: Index) -> None:
    wordings = [(number, wording) for number, document in enumerate(index.documents) for wording in document.wordings]
    assert index.layout.wordings == len(wordings)
    assert index.layout.owner.tolist() == [number for number, _ in wordings]
    assert index.layout.rows(np.array([2, 0])).tolist() == [
        row for document in (2, 0) for row, (number, _) in enumerate(wordings) if number == document
    ]


def test_documents_keep_their_order(index: Index, documents: tuple[Document, ...]) -> None:
    assert index.documents == documents


@pytest.mark.parametrize(
    "documents",
    [
        pytest.param([], id="no documents"),
        pytest.param([Document("empty", "", (), "")], id="a document without a word"),
        pytest.param([Document("marks", "？？？", ("！",), "。")], id="a document of marks only"),
        pytest.param([Document("one", "住民票はどこで取れますか", (), "窓口で。")], id="a single document"),
        pytest.param([Document("same", "住民票", ("住民票",) * 5, "住民票")] * 3, id="the same document thrice"),
    ],
)
def test_any_knowledge_can_be_laid_out_and_asked(documents: list[Document], vectors: Vectors) -> None:
    for known in (NO_VECTORS, vectors):
        index = build_index(documents, vectors=known)
        assert len(rank(index, "住民票").candidates) == len(documents)


def test_the_own_name_carries_nothing_but_city_still_does() -> None:
    index = build_index([Document("a", "青空市の市役所はどこですか", (), "")], ignored=["青空市"])
    assert "青空" not in index.vocabulary
    assert "市" in index.vocabulary


def test_ignored_words_may_still_be_part_of_a_phrase() -> None:
    lexicon = make_lexicon([["青空ナビ", "市のアプリ"]])
    terms = terms_of(tokenize("青空ナビ"), lexicon, {"青空"})
    assert terms.words == ("ナビ",)
    assert terms.concepts == ("§0",)


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    documents = [Document(str(number), f"窓口の{thing}", (), "") for number, thing in enumerate(["机", "椅子", "時計"])]
    index = build_index(documents, lexicon=make_lexicon([]))
    assert index.weight_of("机") > index.weight_of("窓口")
    assert index.weight_of("噴水") > index.weight_of("机")


def test_an_index_keeps_the_lexicon_it_was_given() -> None:
    lexicon = make_lexicon([["机", "デスク"]])
    assert build_index([], lexicon=lexicon).lexicon is lexicon
    assert build_index([]).lexicon is bundled_lexicon()


def test_without_vectors_no_word_has_neighbours(plain_index: Index) -> None:
    assert plain_index.neighbours.of("幼稚園") == []


def test_neighbours_are_near_known_and_few(index: Index) -> None:
    words = list(index.vocabulary)
    near = [(words[column], cosine) for column, cosine in index.neighbours.of("幼稚")]
    assert 0 < len(near) <= NEIGHBOUR_LIMIT
    assert "幼稚" not in [word for word, _ in near]
    cosines = [cosine for _, cosine in near]
    assert cosines == sorted(cosines, reverse=True)
    assert min(cosines) > NEAR_FLOOR


def test_neighbours_are_the_same_when_asked_again(index: Index) -> None:
    assert index.neighbours.of("手続き") == index.neighbours.of("手続き")


@given(st.text(st.sampled_from("アイウエオカキクケコー"), max_size=30))
def test_the_share_of_sounds_is_a_share(spoken: str) -> None:
    index = build_index([Document("a", "青い絵", (), ""), Document("b", "赤い柿", (), "")])
    shares = index.readings.shares(spoken, np.arange(2))
    assert ((shares >= 0) & (shares <= 1)).all()


def test_the_same_documents_give_the_same_index(documents: tuple[Document, ...], vectors: Vectors) -> None:
    one, other = (build_index(documents, vectors=vectors) for _ in range(2))
    assert one.vocabulary == other.vocabulary
    assert np.array_equal(one.weights, other.weights)
    assert np.array_equal(one.postings.counts, other.postings.counts)
    assert np.array_equal(one.sums, other.sums)


def test_changing_an_answer_leaves_the_wordings_and_readings_as_they_are(documents: tuple[Document, ...]) -> None:
    changed = (
        Document("residence-certificate", documents[0].question, documents[0].phrasings, "支所で。"),
        *documents[1:],
    )
    before, after = build_index(documents), build_index(changed)
    assert before.readings.vocabulary == after.readings.vocabulary
    assert np.array_equal(before.readings.runs.places, after.readings.runs.places)
    assert np.array_equal(before.layout.starts, after.layout.starts)
